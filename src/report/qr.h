/* QR codes (ISO/IEC 18004), by libqrencode: as SVG for pages, as modules for what is drawn.
 *
 *     if (!qr_svg(uri, STR("Mã QR"), &svg)) …        // false: too long for a code
 *     struct qr qr;
 *     if (qr_encode(uri, QR_M, &qr, f) == OK)
 *         for (…) if (qr_is_dark(&qr, x, y)) …        // 0 ≤ x, y < qr.side, the quiet zone not counted
 *
 * The version is the smallest that holds the text. A code needs a quiet zone of QR_QUIET modules around it, which qr_svg brings along:
 * one <svg>, black on white, sized by its view box alone; `title` is read to those who do not see it. Errors: ERR_PAPER_QR.
 */
#ifndef TINHSO_REPORT_QR_H
#define TINHSO_REPORT_QR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

enum { QR_QUIET = 4, QR_SIDE_MAX = 177, QR_BYTES_MAX = 1000 };
enum qr_level { QR_M, QR_Q };

bool qr_svg(struct str text, struct str title, struct buf *out);

struct qr {
    int side;
    unsigned char dark[QR_SIDE_MAX * QR_SIDE_MAX];
};

/* The higher level where it asks for no larger a version. */
enum err qr_encode_best(struct str text, struct qr *ret_qr, struct fault *f);
enum err qr_encode(struct str text, enum qr_level level, struct qr *ret_qr, struct fault *f);
static inline bool qr_is_dark(const struct qr *qr, int x, int y)
{
    return qr->dark[y * qr->side + x];
}

/* The fault of a text that no code holds. */
enum err qr_too_long(struct str text, struct fault *f);

#endif
