/* What steps read again and again, kept by who acts (struct acting, one a writer): calendars, and what the catalogue says on a day.
 *
 *     struct office o;
 *     if (acting_office(acting, a, s, STR("ubnd-24760"), today, &o, f) != OK) …    // as office_read
 *
 * Kept while the declarations and the registers behind it (office hours and holidays; procedures with their parts, offices, units) stay as they are: asked once a revision.
 * Of the catalogue, one day is kept. Read as nobody in particular, for it is the same for everybody. Ownership: the arena that is given.
 */
#ifndef TINHSO_WORKFLOW_ACTING_H
#define TINHSO_WORKFLOW_ACTING_H

#include "workflow/office.h"
#include "workflow/office_hours.h"

struct acting;
struct procedure;
struct acting *acting_new(void);
void acting_free(struct acting *acting); /* NULL is fine */

/* The calendar of an office as the store stands; kept until hours or holidays change. */
enum err acting_clock(struct acting *acting, struct store *s, struct str office, const struct office_clock **ret_clock,
                      struct fault *f);

/* A procedure as the catalogue has it on that day; kept until the catalogue changes, the day does, or the next call for another day. */
enum err acting_procedure(struct acting *acting, struct store *s, struct str code, struct date on,
                          const struct procedure **ret, struct fault *f);

/* office_read and procedure_office. */
enum err acting_office(struct acting *acting, struct arena *a, struct store *s, struct str code, struct date on,
                       struct office *ret, struct fault *f);
enum err acting_competent(struct acting *acting, struct arena *a, struct store *s, const struct procedure *p,
                          struct str unit, struct date on, struct office *ret, struct fault *f);

/* A text that follows from the catalogue on that day, and from `name` and `of`, alone. */
struct acting_source {
    const char *name;
    struct str of;
    enum err (*read)(const struct acting_source *x, struct arena *a, struct store *s, struct str *ret, struct fault *f);
    struct str on; /* the day, ISO, for read */
};
enum err acting_text(struct acting *acting, struct arena *a, struct store *s, struct date on,
                     const struct acting_source *source, struct str *ret, struct fault *f);

#endif
