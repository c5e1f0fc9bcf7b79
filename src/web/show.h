/* Records and their values as people read them: codes by their titles, references and units by the name of what they point to.
 *
 *     struct names names = {0};                                  // what was looked up for this answer
 *     struct shown v;
 *     show_value(x, &names, reg, &r, field, &v, f);              // v.text “Xã Đắk Wer”, v.href "/units/24628"
 *
 * Only what site_shows_register and site_shows_field allow is looked up. Text is empty where a value is unknown. Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_SHOW_H
#define TINHSO_WEB_SHOW_H

#include "register/record.h"
#include "web/site.h"

struct names {
    struct map found;
    struct str today; /* the day of the moment that is read; empty until needed */
};

struct shown {
    struct str text, href; /* href empty: leads nowhere */
    struct str brief;      /* of a reference: the short name, for lists, where the register has one; else empty */
};

enum err show_value(struct exchange *x, struct names *names, const struct reg *reg, const struct record *r, int field,
                    struct shown *ret, struct fault *f);

/* What a reference or unit stands for on a day (ISO date). */
enum err show_reference(struct exchange *x, struct names *names, const struct field *fd, struct str value,
                        struct str day, struct shown *ret, struct fault *f);

/* A field of type text by its name; empty when the register has none, it is unknown, or may not be seen. */
struct str show_text(struct exchange *x, const struct reg *reg, const struct record *r, const char *name);

/* The first searched field that has a value and may be seen, in the reader's language where the register has it as FIELD_en; else the id. */
struct str show_title(struct exchange *x, const struct reg *reg, const struct record *r);
/* “Từ 01/07/2025”; empty of a register that is not dated. */
struct str show_validity(struct exchange *x, const struct reg *reg, const struct record *r);

/* "/registers/REGISTER/ID", and the page that tells most: that of a unit or a post has more. */
struct str show_record_href(struct exchange *x, const struct reg *reg, struct str id);
struct str show_href(struct exchange *x, const struct reg *reg, const struct record *r);

/* "?filter=…&datetime=…": the records that a figure counts, asked of its register as of the day of the figure; empty where all of them are. */
struct str show_counted_query(struct exchange *x, const struct figure *figure, const struct measure *m, struct str on);

#endif
