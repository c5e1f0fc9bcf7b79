/* What the files of src/figure share among themselves; no other module includes it. */
#ifndef TINHSO_FIGURE_INTERNAL_H
#define TINHSO_FIGURE_INTERNAL_H

#include "figure/figure.h"

/* ---- breakdowns, as asked ---- */

struct by_spec {
    const struct reg *reg; /* whose field it is: of the measure, or of `via` */
    int field;             /* of that register; NO_FIELD with is_self */
    const struct field
        *via;      /* the reference that a count is distinct by, when the field is that of what it names; else NULL */
    bool is_unit;  /* rows are units, carried to a map and lifted */
    bool is_self;  /* the register is the unit tree: a record is its own unit */
    int64_t level; /* 0: the units as the records have them */
};

/* False when what the measure counts cannot be broken down so. A count that is distinct by a reference counts what that names: it is broken down by fields of its register,
 * and where that has none of the name, by those of the register referred to. is_private tells that a field holds personal data. */
bool by_parse(const struct province *p, const struct measure *m, struct str text, struct by_spec *ret_spec,
              bool *ret_is_private);
/* Whether the keys of the two breakdowns are of one kind, so that rows can be joined: units, the same codes, references to one
 * register, plain values of one type. Fields of one name may be strangers. */
bool by_is_joinable(const struct by_spec *x, const struct by_spec *y);
/* by_parse, told as ERR_FIGURE_BY or ERR_FIGURE_BY_PRIVATE. */
enum err by_read(const struct province *p, const struct figure *fig, const struct measure *m, struct str by,
                 struct by_spec *ret_spec, struct fault *f);

/* ---- filters ---- */

enum { FIGURE_CONSTANTS = 4 };
struct constants {
    struct filter_constant p[FIGURE_CONSTANTS];
    size_t n;
};
/* on_date and its end, and the period where there is one; `on` may be empty while checking. */
struct constants figure_constants(struct arena *a, const struct figure *fig, struct str on);

/* ---- a computation ---- */

struct compute {
    struct arena *a;
    struct store *s;
    const struct figures *fs;
    const struct figure *fig;
    struct str on;      /* the day of the figure */
    struct str by, map; /* breakdown, and the day of its map; empty: none */
    bool is_whole;      /* small cells are not hidden */
};

/* The value of a measure, its base and its rows. `of` may be NULL. Fills value, of, n_counted, n_sample, n_asked, low, high, margin,
 * by_title, units_at, is_additive, rows. */
enum err measure_compute(struct compute *c, const struct measure *m, const struct measure *of, struct quantity scale,
                         struct figure_result *r, struct fault *f);

/* The day asked, declared, or that ends the period; empty when there is none. */
struct str figure_day_declared(const struct figure *fig, const struct figure_options *o);
/* The day that the store shows: today, or that of the revision it was moved to. */
enum err day_of_moment(struct arena *a, struct store *s, struct str *ret_day, struct fault *f);

/* Rows of b joined to those of a by key: combine(&row, other) for each, where other is NULL when b lacks it; rows that a
 * lacks are added with unknown values first. */
typedef void row_combine(const void *ctx, struct figure_row *row, const struct figure_row *other);
void rows_join(struct arena *a, struct figure_result *r, const struct figure_result *b, row_combine *combine,
               const void *ctx);
/* The rows of all parts, added up by key. */
void rows_total(struct arena *a, struct figure_result *r, const struct figure_result *parts, size_t n);
/* What a part holds where it has no row: a count 0, a ratio what is declared for nothing, a total what its parts hold. */
struct quantity value_without_row(const struct figure_result *part);
/* Units by key, others by title in Vietnamese order or by value; unplaced, then unknown last. */
void rows_sort(struct figure_result *r, bool is_by_key);

/* ---- surveys ---- */

struct tally {
    int64_t n;    /* records of the measure */
    int64_t n_of; /* records of the base that was counted in the same pass */
    int64_t n_read, n_sample;
    struct quantity sum; /* of a field, or NULL values left out */
    int64_t n_sum;
    double w, w2, wy; /* weights, their squares, weights of those who say yes */
    int64_t n_yes;
};

struct interval {
    double p, low, high;
};
/* Wilson at 95 %; n is the (effective) number asked, greater than 0. */
struct interval wilson(double p, double n);
/* Sets value, low, high and margin; unknown without anybody asked. */
void survey_result(const struct tally *t, bool is_weighted, struct quantity scale, struct quantity *ret_value,
                   struct quantity *ret_low, struct quantity *ret_high, struct quantity *ret_margin);

/* ---- units through time ---- */

/* The unit tree as it was on a day. */
struct unit_node {
    struct str code, name, parent;
    int64_t level;
};
struct unit_tree {
    struct str on;
    struct unit_node *p; /* by code */
    size_t n;
    struct map by_code;
};
enum err unit_tree_load(struct arena *a, struct store *s, struct str on, struct unit_tree *ret_tree, struct fault *f);
/* The unit itself or the one above it at that level; NULL when there is none. Level 0 is the unit itself. */
const struct unit_node *unit_lift(const struct unit_tree *tree, struct str code, int64_t level);

/* What became of units: the days of change, and who followed whom. */
struct unit_link {
    struct str other;
    struct quantity share; /* unknown when not recorded */
    struct unit_link *next;
};
struct unit_event {
    struct str on;
    struct map forward, back; /* code → struct unit_link * */
};
struct succession {
    struct unit_event *p; /* by day */
    size_t n;
};
/* An empty one where the province declares none. */
enum err succession_load(struct arena *a, struct store *s, struct succession *ret_succession, struct fault *f);
/* How many events lie on or before the day: the map of that day. */
size_t succession_epoch(const struct succession *x, struct str day);

/* A share of what was counted under a code: of one unit, or of one of several, unknown which. */
struct unit_part {
    struct decimal share;
    struct str *codes;
    size_t n;
};
struct unit_parts {
    struct unit_part *p;
    size_t n;
};
/* Where a unit of one epoch lies on the map of another. Shares add up to 1. */
enum err succession_carry(struct arena *a, const struct succession *x, struct str code, size_t from, size_t to,
                          struct unit_parts *ret_parts, struct fault *f);

/* The name that a unit bore on a day, or else bears latest; the code when it has none. */
enum err unit_name_on(struct arena *a, struct store *s, struct str code, struct str on, struct str *ret_name,
                      struct fault *f);

#endif
