/* What the pages of units share. */
#ifndef TINHSO_WEB_UNIT_PARTS_H
#define TINHSO_WEB_UNIT_PARTS_H

#include "web/units.h"

/* The outlines of the units that hold on a day, from the first register that has a shape for each unit; `chosen` stands out, and without it in the
 * register nothing is drawn (empty: all of them). Each leads to its page. */
enum err unit_drawing(struct exchange *x, const struct units *u, struct str chosen, struct str day, struct str title,
                      struct buf *out, struct fault *f);

/* The page of what was found by a name or code, or the unit itself when only one was. */
enum err page_units_named(struct exchange *x, const struct units *u, struct str words, struct fault *f);

#endif
