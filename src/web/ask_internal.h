/* Between ask.c and ask_field.c. */
#ifndef TINHSO_WEB_ASK_INTERNAL_H
#define TINHSO_WEB_ASK_INTERNAL_H

#include "web/ask.h"

/* ERR_FIELD_UNKNOWN with the nearest. `place` is the parameter that named it; where that is itself the name, another parameter may have been meant. */
enum err ask_unknown_field(struct exchange *x, const struct reg *reg, struct str name, struct str place,
                           struct fault *f);
/* NULL when the register has none of that name, or it is not shown. */
const struct field *ask_shown_field(const struct exchange *x, const struct reg *reg, struct str name);
/* One of ask_own_fields, or NULL. */
const struct field *ask_own_field(struct str name);

/* Parameters named as a field, joined to the filter; an empty one is a form's "any". */
enum err ask_add_fields(struct exchange *x, const struct ask *q, struct buf *all, struct fault *f);

#endif
