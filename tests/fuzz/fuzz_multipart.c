/* A boundary, a line end, and a body: parts are read or the body is refused; every part lies within the body, behind the one before; file names bear no
 * path. */
#include <stdint.h>

#include "http/multipart.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body, type = str_cut(str_slice((const char *)data, size), '\n', &body);
    struct multipart mp;
    struct part p;
    bool has_part = true;
    struct fault f = {0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    if (!body.p || multipart_begin(&mp, type, body, &f) != OK)
        return 0;
    const char *last = body.p;
    while (multipart_next(a, &mp, &p, &has_part, &f) == OK && has_part) {
        must(p.name.n && p.content.p >= last && p.content.p + p.content.n <= body.p + body.n);
        must(!p.filename.n || (!memchr(p.filename.p, '/', p.filename.n) && !memchr(p.filename.p, '\\', p.filename.n)));
        must(!memmem(p.content.p, p.content.n, mp.mark, mp.n_mark));
        last = p.content.p + p.content.n;
    }
    return 0;
}
