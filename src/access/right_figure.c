/* Figures: public ones are anyone's, internal ones need a grant. */
#include "access/right_internal.h"

#include "base/banned.h"

static enum why judge(const struct rights *r, const struct holding *h, const struct grant *g, enum verb verb,
                      struct str id)
{
    if (!grant_names_figure(g, id))
        return WHY_REGISTER;
    enum why why = right_when(r, g);
    if (!(g->verbs & 1U << verb))
        return WHY_VERB;
    return why == WHY_ALLOWED && h->limit.n ? WHY_OUTSIDE : why;
}

static void judge_all(struct rights *r, enum verb verb, struct str id, struct decision *d)
{
    VEC(struct decision_step) steps = {0};
    for (size_t i = 0; i < r->n_holdings; i++) {
        const struct holding *h = &r->holdings[i];
        struct decision_step step = {h->role, h->role_id, NULL, h->delegation, WHY_REGISTER};
        if (!h->role)
            VEC_PUSH(r->request, &steps, step);
        for (size_t k = 0; h->role && k < h->role->n; k++) {
            step.grant = &h->role->grants[k];
            step.why = judge(r, h, step.grant, verb, id);
            VEC_PUSH(r->request, &steps, step);
            if (step.why != WHY_ALLOWED)
                continue;
            d->is_own |= !step.delegation;
            if (!d->is_allowed)
                d->delegation = step.delegation; /* own roles come first */
            d->is_allowed = true;
        }
    }
    d->steps = steps.p;
    d->n_steps = steps.n;
}

void access_may_figure(struct rights *r, enum verb verb, struct str id, bool is_internal, struct decision *ret_decision)
{
    struct decision d = {.fields = is_internal ? PRIVACY_INTERNAL : PRIVACY_PUBLIC};
    if (r->who->kind == SUBJECT_OPERATOR)
        d.is_operator = d.is_allowed = true;
    else if (r->who->kind == SUBJECT_ACCOUNT)
        judge_all(r, verb, id, &d);
    if (verb == VERB_READ && !is_internal && !d.is_allowed)
        d.is_public = d.is_allowed = true;
    *ret_decision = d;
}
