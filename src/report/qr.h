/* QR codes (ISO/IEC 18004) as SVG, by libqrencode.
 *
 *     if (qr_svg(uri, STR("Mã QR"), &svg)) …        // false: too long for a code
 *
 * One <svg> with the quiet zone of four modules, black on white, sized by its view box alone; `title` is read to those who do not see it.
 */
#ifndef TINHSO_REPORT_QR_H
#define TINHSO_REPORT_QR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

bool qr_svg(struct str text, struct str title, struct buf *out);

#endif
