#include "report/qr.h"

#include <qrencode.h>
#include <stdio.h>

#include "base/mem.h"
#include "text/html.h"

#include "base/banned.h"

enum err qr_too_long(struct str text, struct fault *f)
{
    char bytes[24], limit[24];
    snprintf(bytes, sizeof bytes, "%zu", text.n);
    snprintf(limit, sizeof limit, "%d", QR_BYTES_MAX);
    return FAULT(f, ERR_PAPER_QR, {"bytes", str_of(bytes)}, {"limit", str_of(limit)});
}

enum err qr_encode(struct str text, enum qr_level level, struct qr *ret_qr, struct fault *f)
{
    if (text.n == 0 || text.n > QR_BYTES_MAX)
        return qr_too_long(text, f);
    QRcode *q =
        QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, level == QR_Q ? QR_ECLEVEL_Q : QR_ECLEVEL_M);
    if (!q)
        return qr_too_long(text, f);
    must(q->width <= QR_SIDE_MAX);
    ret_qr->side = q->width;
    for (int i = 0; i < q->width * q->width; i++)
        ret_qr->dark[i] = q->data[i] & 1;
    QRcode_free(q);
    return OK;
}

enum err qr_encode_best(struct str text, struct qr *ret_qr, struct fault *f)
{
    struct qr sturdy = {0};
    enum err e = qr_encode(text, QR_M, ret_qr, f);
    if (e == OK && qr_encode(text, QR_Q, &sturdy, NULL) == OK && sturdy.side == ret_qr->side)
        *ret_qr = sturdy;
    return e;
}

/* A row's dark modules, run by run. */
static void add_row(const struct qr *qr, int y, struct buf *out)
{
    for (int x = 0; x < qr->side; x++) {
        if (!qr_is_dark(qr, x, y))
            continue;
        int from = x;
        while (x + 1 < qr->side && qr_is_dark(qr, x + 1, y))
            x++;
        buf_printf(out, "M%d %dh%dv1h-%dz", from + QR_QUIET, y + QR_QUIET, x - from + 1, x - from + 1);
    }
}

bool qr_svg(struct str text, struct str title, struct buf *out)
{
    struct qr qr = {0};
    if (qr_encode(text, QR_M, &qr, NULL) != OK)
        return false;
    int side = qr.side + 2 * QR_QUIET;
    buf_printf(out, "<svg class=\"ts-qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">",
               side, side);
    buf_puts(out, "<title>");
    html_text(out, title);
    buf_printf(out, "</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", side, side);
    for (int y = 0; y < qr.side; y++)
        add_row(&qr, y, out);
    buf_puts(out, "\"/></svg>");
    return true;
}
