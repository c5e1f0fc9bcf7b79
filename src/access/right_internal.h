/* What the files of rights share. */
#ifndef TINHSO_ACCESS_RIGHT_INTERNAL_H
#define TINHSO_ACCESS_RIGHT_INTERNAL_H

#include "access/right.h"
#include "base/vec.h"

enum { KNOWN_SUBJECTS = 32, ASKED_REGISTERS = 16 };

/* A role that the subject holds, and where: his own, or another's by delegation. */
struct holding {
    struct str role_id, unit, agency;
    struct str limit; /* a unit that was delegated alone; empty: none */
    const struct role *role;
    const struct delegation *delegation;
};

/* What was worked out for one subject. */
struct known {
    struct arena *arena;        /* NULL: free */
    struct str mark;            /* who, by which roles and where */
    struct map sights, exports; /* register name → struct sight *, without what was opened */
    struct map below;           /* unit code → struct str *: the list for IN (…) */
    int64_t used;
};

struct rights {
    struct viewer viewer;
    struct arena *request, *units;
    struct rights_moment m;
    const struct subject *who;
    bool is_export;
    char day[11];
    int64_t units_rev, successors_rev, n_uses;
    char kept_day_text[11];
    int64_t kept_declared, kept_then;
    struct unit_tree *tree; /* NULL: not read yet */
    struct known known[KNOWN_SUBJECTS], *now;
    struct holding *holdings;
    size_t n_own, n_holdings; /* his own come first */
    struct {
        const struct reg *reg;
        bool is_seen;
        struct sight sight;
    } asked[ASKED_REGISTERS]; /* in this request */
    size_t n_asked;
    struct {
        const struct reg *reg;
        struct str where;
        bool is;
    } fit; /* the condition that was checked last, in this request */
};

/* The records in which some of the holdings allow the verb, up to the class: those from `first` up to, but not, `end`. */
enum err right_level(struct rights *r, size_t first, size_t end, enum verb verb, const struct reg *reg,
                     enum privacy class, struct sight_level *ret, struct fault *f);
/* Whether the day lies within the grant: WHY_ALLOWED, WHY_EARLY, WHY_LATE. */
enum why right_when(const struct rights *r, const struct grant *g);

#endif
