#include "report/qr.h"

#include <qrencode.h>

#include "base/mem.h"
#include "text/html.h"

#include "base/banned.h"

enum { QUIET = 4, MOST_BYTES = 1000 };

/* A row's dark modules, run by run. */
static void add_row(const unsigned char *row, int width, int y, struct buf *out)
{
    for (int x = 0; x < width; x++) {
        if (!(row[x] & 1))
            continue;
        int from = x;
        while (x + 1 < width && (row[x + 1] & 1))
            x++;
        buf_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from + 1, x - from + 1);
    }
}

bool qr_svg(struct str text, struct str title, struct buf *out)
{
    if (text.n == 0 || text.n > MOST_BYTES)
        return false;
    QRcode *q = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
    if (!q)
        return false;
    int side = q->width + 2 * QUIET;
    buf_printf(out, "<svg class=\"ts-qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">",
               side, side);
    buf_puts(out, "<title>");
    html_text(out, title);
    buf_printf(out, "</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", side, side);
    for (int y = 0; y < q->width; y++)
        add_row(q->data + (size_t)y * (size_t)q->width, q->width, y, out);
    buf_puts(out, "\"/></svg>");
    QRcode_free(q);
    return true;
}
