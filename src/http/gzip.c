#include <zlib.h>

#include "http/internal.h"

#include "base/banned.h"

bool gzip(struct str text, int level, struct buf *out)
{
    z_stream z = {0};
    buf_reset(out);
    must(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK); /* 16: with the gzip header */
    bool is_done = false;
    if (text.n <= UINT32_MAX && buf_reserve(out, text.n)) {
        z.next_in = (Bytef *)(uintptr_t)text.p; /* zlib reads it only */
        z.avail_in = (uInt)text.n;
        z.next_out = (Bytef *)out->p;
        z.avail_out = (uInt)text.n;
        is_done = deflate(&z, Z_FINISH) == Z_STREAM_END;
        out->n = z.total_out;
    }
    deflateEnd(&z);
    return is_done;
}
