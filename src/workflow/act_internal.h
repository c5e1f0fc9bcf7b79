/* Between the step (act.c), who may take it (act_who.c) and what it does to clocks (act_clock.c). */
#ifndef TINHSO_WORKFLOW_ACT_INTERNAL_H
#define TINHSO_WORKFLOW_ACT_INTERNAL_H

#include "workflow/act.h"

struct step {
    struct arena *a;
    struct acting *acting;
    struct change *c;
    struct store *s;
    const struct act *act;
    const struct workflow *w;
    const struct transition *t;
    struct record r; /* as it becomes */
    int64_t now_ms, number;
    struct str role, behalf;
    bool is_node;                     /* this database is that of a counter node */
    struct str from, to;              /* states before and behind, for the event */
    struct str due_before, due_after; /* of the promise; empty: it has none */
};

struct value step_moment(struct arena *a, int64_t ms);
struct str step_text(const struct record *r, int field); /* empty without a field or value */

/* Does what the transition says to its clocks, and refuses what a clock does not suffer. */
enum err step_clocks(struct step *p, struct fault *f);

/* The role by which the actor may, and in whose names; ERR_ACT_ROLE. */
enum err actor_may(struct arena *a, const struct act_by *actor, const struct workflow *w, const struct transition *t,
                   const struct record *r, struct str *ret_role, struct str *ret_behalf, struct fault *f);
/* ERR_ACT_GUARD with the transition's own words. */
enum err guard_holds(struct arena *a, struct store *s, const struct workflow *w, const struct transition *t,
                     const struct record *r, struct str actor, int64_t now_ms, struct fault *f);

#endif
