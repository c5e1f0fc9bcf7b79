/* The words of the pages: web/messages.def, which templates quote as {{t.key}}.
 *
 *     struct str s = message(M_search_nothing, x->lang);
 *
 * Sentences with {placeholders} belong to templates, which fill them.
 */
#ifndef TINHSO_WEB_MESSAGE_H
#define TINHSO_WEB_MESSAGE_H

#include "base/fault.h"
#include "base/str.h"

enum message {
#define MESSAGE(key, vi, en) M_##key,
#include "web/messages.def"
#undef MESSAGE
    MESSAGE_COUNT
};

struct str message(enum message key, enum lang lang);

#endif
