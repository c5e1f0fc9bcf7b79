/* What the pages of units share. */
#ifndef TINHSO_WEB_UNIT_PARTS_H
#define TINHSO_WEB_UNIT_PARTS_H

#include "web/units.h"

/* The outlines of the units that hold on a day, of one level: that of `chosen`, which stands out, and without which in the register nothing is drawn;
 * where none is chosen (empty), the lowest that has outlines. Each leads to its page. */
enum err unit_drawing(struct exchange *x, const struct units *u, struct str chosen, struct str day, struct str title,
                      struct buf *out, struct fault *f);

/* The page of what was found by a name or code, or the unit itself when only one was. */
enum err page_units_named(struct exchange *x, const struct units *u, struct str words, struct fault *f);

#endif
