#include "web/message.h"

#include "base/limits.h"
#include "base/mem.h"

#include "base/banned.h"

static const struct {
    struct str vi, en;
} messages[] = {
#define MESSAGE(key, vi, en) {{vi, sizeof(vi) - 1}, {en, sizeof(en) - 1}},
#include "web/messages.def"
#undef MESSAGE
};

struct str message(enum message key, enum lang lang)
{
    must((size_t)key < ARRAY_LEN(messages));
    return lang == LANG_EN ? messages[key].en : messages[key].vi;
}

void message_fill(struct buf *out, enum message key, enum lang lang, struct str value)
{
    struct str rest;
    buf_str(out, str_cut(message(key, lang), '{', &rest));
    must(rest.p);
    buf_str(out, value);
    str_cut(rest, '}', &rest);
    buf_str(out, rest);
}

struct str message_with(struct arena *a, enum message key, enum lang lang, struct str value)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    message_fill(&b, key, lang, value);
    return buf_move(&b, a);
}
