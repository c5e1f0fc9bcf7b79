#include "crypt/checkpoint.h"

#include <inttypes.h>

#include "base/mem.h"
#include "crypt/base64.h"

#include "base/banned.h"

enum err checkpoint_sign(const struct note_key *key, const struct checkpoint *c, struct buf *out, struct fault *f)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
    if (c->origin.n == 0 || memchr(c->origin.p, '\n', c->origin.n))
        return FAULT(f, ERR_CHECKPOINT_INVALID, {"value", c->origin});
    buf_str(&text, c->origin);
    buf_printf(&text, "\n%" PRIu64 "\n", c->size);
    base64_encode(c->root.b, DIGEST_BYTES, &text);
    buf_putc(&text, '\n');
    if (text.is_full)
        return FAULT(f, ERR_CHECKPOINT_INVALID, {"value", c->origin});
    return note_sign(key, buf_view(&text), out, f);
}

static bool size_parse(struct str s, uint64_t *ret)
{
    uint64_t v = 0;
    if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint64_t d = (uint64_t)(unsigned char)s.p[i] - '0';
        if (d > 9 || v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *ret = v;
    return true;
}

enum err checkpoint_open(const struct note_verifier *v, struct str note, struct checkpoint *ret_c, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text, rest, root;
    struct checkpoint c;
    enum err e = note_open(v, note, &text, f);
    if (e != OK)
        return e;
    c.origin = str_cut(text, '\n', &rest);
    struct str size = str_cut(rest, '\n', &rest), hash = str_cut(rest, '\n', &rest);
    bool is_good = c.origin.n && size_parse(size, &c.size) && hash.n == 44 && rest.p &&
                   base64_decode(a, hash, &root, NULL) == OK && root.n == DIGEST_BYTES;
    while (is_good && rest.n) /* extension lines */
        is_good = str_cut(rest, '\n', &rest).n > 0;
    if (!is_good)
        return FAULT(f, ERR_CHECKPOINT_INVALID, {"value", text});
    memcpy(c.root.b, root.p, DIGEST_BYTES);
    *ret_c = c;
    return OK;
}
