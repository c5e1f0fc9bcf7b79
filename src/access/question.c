#include "access/question.h"

#include "base/buf.h"

#include "base/banned.h"

static const struct str everything = {"TRUE", 4};

bool questions_hold(const struct questions *q, struct str filter, struct str words)
{
    if (filter.n == 0)
        filter = everything;
    for (size_t i = q->all.n; i > 0; i--) /* the last is asked about most */
        if (str_eq(q->all.p[i - 1].filter, filter) && str_eq(q->all.p[i - 1].words, words))
            return true;
    return false;
}

void questions_add(struct questions *q, struct str filter, struct str words)
{
    if (filter.n == 0)
        filter = everything;
    if (q->is_full || questions_hold(q, filter, words))
        return;
    q->bytes += filter.n + 16;
    q->is_full = q->all.n == QUESTIONS_MOST || q->bytes > QUESTIONS_BYTES;
    if (!q->is_full)
        VEC_PUSH(q->a, &q->all, ((struct question){str_dup(q->a, filter), str_dup(q->a, words)}));
}

void questions_join(const struct questions *q, struct str *ret_filter, struct str *ret_words)
{
    struct buf b = BUF_INIT(QUESTIONS_BYTES + 1);
    *ret_words = (struct str){NULL, 0};
    *ret_filter = everything;
    if (q->is_full || q->all.n == 0)
        return;
    if (q->all.n == 1) {
        *ret_filter = q->all.p[0].filter;
        *ret_words = q->all.p[0].words;
        return;
    }
    for (size_t i = 0; i < q->all.n; i++) {
        struct str filter = q->all.p[i].filter;
        if (str_eq(filter, everything)) {
            buf_done(&b);
            return;
        }
        buf_printf(&b, "%s(%.*s)", i ? " OR " : "", STR_ARG(filter));
    }
    *ret_filter = buf_move(&b, q->a);
}
