/* The words of the pages: web/messages.def, which templates quote as {{t.key}}.
 *
 *     struct str s = message(M_search_nothing, x->lang);
 *
 * Sentences with {placeholders} belong to templates, which fill them; message_fill serves titles, which are text and no HTML.
 */
#ifndef TINHSO_WEB_MESSAGE_H
#define TINHSO_WEB_MESSAGE_H

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

enum message {
#define MESSAGE(key, vi, en) M_##key,
#include "web/messages.def"
#undef MESSAGE
    MESSAGE_COUNT
};

struct str message(enum message key, enum lang lang);
/* With `value` for its one {placeholder}. */
void message_fill(struct buf *out, enum message key, enum lang lang, struct str value);

/* The same, as a text in the arena. */
struct arena;
struct str message_with(struct arena *a, enum message key, enum lang lang, struct str value);

#endif
