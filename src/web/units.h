/* All versions of the units, read once for an answer.
 *
 *     struct units u;
 *     units_read(x, &u, f);
 *     const struct unit *dak_wer = units_on(&u, STR("24628"), STR("2024-01-01"));
 *
 * A code is no key: a unit may take over the code of another on the day it is formed, and is then another version under that code. Days are ISO
 * texts; a version holds from its first day up to, not including, its last. Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_UNITS_H
#define TINHSO_WEB_UNITS_H

#include "register/record.h"
#include "web/site.h"

struct unit {
    struct str code, name, parent; /* parent: its code; empty at the top */
    int64_t level;
    struct str from, to; /* empty: open */
    const struct record *record;
};

/* One way of a unit to its successor. */
struct unit_way {
    struct str from, to, on; /* codes, day */
    const struct record *record;
};

struct units {
    const struct reg *reg, *ways_reg; /* NULL: not declared, or not shown */
    struct unit *p;                   /* in the declared order */
    size_t n;
    struct unit_way *ways;
    size_t n_ways;
    struct str today;
};

enum err units_read(struct exchange *x, struct units *ret_units, struct fault *f);

bool unit_holds(const struct unit *u, struct str day);
/* The version under a code that holds on a day; NULL when none does. */
const struct unit *units_on(const struct units *u, struct str code, struct str day);
/* The same, else the last version that there was. */
const struct unit *units_near(const struct units *u, struct str code, struct str day);
/* Days on which the tree changes, ascending, without the first beginnings. */
size_t units_days(struct exchange *x, const struct units *u, struct str **ret_days);
/* The register of outlines: polygons, one a unit, and the field that says whose. NULL: none is declared, or it is not shown to everybody who asks. */
const struct reg *units_outlines(const struct exchange *x, int *ret_unit);
/* The last day before: "2025-06-30". */
struct str day_before(struct exchange *x, struct str day);

#endif
