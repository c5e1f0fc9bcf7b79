/* Offices: who receives and decides, as of a day (register `offices`, dated).
 *
 *     struct office o;
 *     if (office_read(a, s, STR("ubnd-24760"), today, &o, f) != OK) …      // ERR_OFFICE_UNKNOWN
 *     office_on(a, s, STR("24745"), STR("commune"), today, &o, f);           // of a unit; of one that ended, who took over
 *
 * A code may name another body after a day (the commune that took over a code). An office that has ended is followed through `successor`, as often as that is needed.
 * Fields: code, valid_from, valid_to, id_code, name, short_name, level, unit, agency, superior_name, successor, address, hotline.
 * Ownership: the arena. Errors: ERR_OFFICES_NONE (no such register), ERR_OFFICE_UNKNOWN, ERR_OFFICE_NONE.
 */
#ifndef TINHSO_WORKFLOW_OFFICE_H
#define TINHSO_WORKFLOW_OFFICE_H

#include "register/store.h"
#include "text/date.h"

struct office {
    struct str code, id_code, name, short_name;
    struct str level;                                         /* province, district, commune */
    struct str unit, agency, superior_name, address, hotline; /* may be empty, but unit */
    bool has_moved;                                           /* not the one that was asked for: its successor */
};

/* The office of that code on that day, or who took over from it. */
enum err office_read(struct arena *a, struct store *s, struct str code, struct date on, struct office *ret,
                     struct fault *f);
struct office office_dup(struct arena *a, const struct office *o);

/* The office of a unit at a level on that day: of the unit itself (or, district, of the one above it); of a unit that has ended, of its successor. */
enum err office_on(struct arena *a, struct store *s, struct str unit, struct str level, struct date on,
                   struct office *ret, struct fault *f);

#endif
