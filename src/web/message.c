#include "web/message.h"

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
