/* The form by which people filter a register, made from its fields: code lists, units and short references as lists to choose from, days and numbers as
 * ranges, texts by the words they hold. Its parameters are those of web/ask.h, so that page and API ask the same.
 *
 *     register_form(x, reg, &out, f);
 *     n = register_chosen(x, reg, &chosen);               // what is asked, one by one, each as CQL2 and with the way to take it off
 *
 * Only fields that site_shows_field allows come in, and only values that records hold which may be seen.
 */
#ifndef TINHSO_WEB_REGISTER_FORM_H
#define TINHSO_WEB_REGISTER_FORM_H

#include "web/ask.h"

enum err register_form(struct exchange *x, const struct reg *reg, struct buf *out, struct fault *f);

struct chosen {
    struct str title, cql2, href; /* cql2 empty: what it asks is not said in CQL2 (words), or it is wrong */
};
size_t register_chosen(struct exchange *x, const struct reg *reg, struct chosen **ret_chosen);

/* The query without empty parameters, as forms send them, and without those named in `drop` (NULL ends them). In x->arena. */
struct str query_tidy(struct exchange *x, struct str query, const char *const *drop);

#endif
