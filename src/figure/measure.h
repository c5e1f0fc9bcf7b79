/* Between measure.c, which counts in one pass, and breakdown.c, which makes rows of what was counted. Not for other files. */
#ifndef TINHSO_FIGURE_MEASURE_H
#define TINHSO_FIGURE_MEASURE_H

#include "figure/internal.h"

/* What one pass counted under one key. */
struct group {
    struct str key;
    bool is_null;        /* the field of the breakdown is empty */
    size_t epoch;        /* map on which a unit's code is to be understood */
    struct str distinct; /* of a distinct count */
    struct tally t;
};

struct groups {
    struct group *p;
    size_t n;
};

struct pass {
    const struct measure *m;
    const struct measure *of;     /* counted in the same pass, or NULL */
    const struct by_spec *by;     /* NULL: one group */
    struct succession succession; /* for units; else empty */
    bool is_by_epoch;             /* records of one key are told apart by the map of their day */
};

bool measure_is_additive(const struct measure *m);
/* A base that the pass can count along. */
bool measure_is_fusible(const struct measure *m, const struct measure *of);

enum err pass_run(struct compute *c, const struct pass *pass, struct groups *ret_groups, struct fault *f);

void tally_add(struct tally *to, const struct tally *t);
/* The value of a whole tally; n_distinct is used by distinct counts. */
void tally_value(const struct measure *m, const struct tally *t, int64_t n_distinct, struct quantity scale,
                 struct quantity *ret_value, struct figure_result *ret_survey);

/* Rows of what was counted, into r. */
enum err breakdown_rows(struct compute *c, const struct pass *pass, const struct groups *groups, struct quantity scale,
                        struct figure_result *r, struct fault *f);

#endif
