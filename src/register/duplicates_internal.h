/* What duplicates.c (the whole register), duplicates_entry.c (one record) and migrate.c (indexes) share. */
#ifndef TINHSO_REGISTER_DUPLICATES_INTERNAL_H
#define TINHSO_REGISTER_DUPLICATES_INTERNAL_H

#include "register/duplicates.h"
#include "text/match.h"

/* What the rules of a register look at, by field number: its place in a profile, or NO_FIELD. */
struct match_plan {
    const struct reg *reg;
    int *same, *like, *near;
    size_t n_same, n_like, n_near;
    bool *is_personal_id;
    bool *is_identity; /* by place: a rule takes this field alone for proof, so that differing speaks against a pair */
};

/* A record as the rules see it. */
struct profile {
    int64_t n;               /* rowid of its version */
    struct str *same;        /* normalised; p NULL: unknown */
    struct match_text *like; /* words.n 0: unknown */
    double *near;            /* NaN: unknown */
};

void match_plan_init(struct arena *a, const struct reg *reg, struct match_plan *ret);
/* In the arena; holds nothing of the record. */
struct profile *match_profile(struct arena *a, const struct match_plan *plan, const struct value *values);
/* 0 when the rule says nothing about the pair. */
double match_score(const struct match_plan *plan, const struct match_rule *rule, const struct profile *x,
                   const struct profile *y);
/* By field: 0 differ, 1 agree, 2 alike, 3 unknown in one. */
unsigned char *match_agrees(struct arena *a, const struct match_plan *plan, const struct record *x,
                            const struct record *y);

/* The SQL of a field as `same` compares it, e.g. match_digits("personal_id"). */
void match_same_sql(const struct field *fd, struct buf *out);
/* The index that duplicates_of reads for a rule: its name, its columns, and which versions it holds. */
void match_index_name(const struct reg *reg, const struct match_rule *rule, struct buf *out);
void match_index_columns(const struct reg *reg, const struct match_rule *rule, struct buf *out);
void match_index_where(const struct reg *reg, const struct match_rule *rule, struct buf *out);

#endif
