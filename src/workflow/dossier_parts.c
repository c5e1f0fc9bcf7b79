#include "workflow/dossier_parts.h"

#include "base/vec.h"
#include "register/query.h"

#include "base/banned.h"

/* The texts of one field of all records that the filter lets through. */
static enum err texts_of(struct arena *a, struct store *s, const struct reg *reg, const char *filter, const char *field,
                         struct str **ret, size_t *ret_n, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    VEC(struct str) list = {0};
    struct record r;
    bool has_row;
    enum err e = query_open(s, reg, &(struct query_options){.filter = str_of(filter)}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &list, str_dup(a, field ? record_text(reg, &r, field) : r.id));
    *ret = list.p;
    *ret_n = list.n;
    return e;
}

enum err parts_of(struct arena *a, struct store *s, struct str procedure, struct str **ret_parts, size_t *ret_n,
                  struct fault *f)
{
    const struct reg *reg = province_register(s->province, STR("procedure_parts"));
    *ret_n = 0;
    if (!reg || memchr(procedure.p, '\'', procedure.n))
        return OK;
    return texts_of(a, s, reg, arena_printf(a, "procedure = '%.*s'", STR_ARG(procedure)), "part", ret_parts, ret_n, f);
}

/* Its promise ends with this step; or, of one that was never received, the dossier does. */
static bool ends_here(const struct act *act, const struct transition *t, const struct record *r)
{
    for (size_t i = 0; i < act->workflow->n_clocks; i++) {
        const struct work_clock *c = &act->workflow->clocks[i];
        if (c->is_promise &&
            (t->clocks[i] == CLOCK_END || (t->closes != NO_FIELD && r->values[c->start].kind == VALUE_NULL)))
            return true;
    }
    return false;
}

static enum err part_done(struct arena *a, struct acting *acting, struct change *c, const struct act *act,
                          struct str parent, int64_t now_ms, struct fault *f)
{
    const struct reg *reg = act->workflow->reg;
    struct record whole;
    struct acted done;
    int64_t open = 0;
    enum err e = change_current(c, reg, parent, &whole, f);
    if (e == ERR_KEY_TWICE)
        return FAULT(f, ERR_ACT_PARTS_TOGETHER, {"id", parent});
    if (e != OK || !whole.values || record_text(reg, &whole, "closed_on").n ||
        !record_integer(reg, &whole, "open_parts", &open) || open == 0)
        return e;
    const struct act_input fixed = {STR("open_parts"), str_of(arena_printf(a, "%lld", (long long)open - 1))};
    struct act step = {.workflow = act->workflow,
                       .id = parent,
                       .transition = STR("part_done"),
                       .fixed = &fixed,
                       .n_fixed = 1,
                       .reason = act->id,
                       .seen = -1,
                       .actor = {.name = act->actor.name, .as = STR(ACTOR_SYSTEM), .office = act->actor.office},
                       .now_ms = whole.is_sample ? now_ms : 0};
    return workflow_act(a, acting, c, &step, &done, f);
}

static enum err withdraw_parts(struct arena *a, struct acting *acting, struct change *c, const struct act *act,
                               const struct record *r, int64_t now_ms, struct fault *f)
{
    struct str *parts = NULL;
    size_t n = 0;
    const char *filter = arena_printf(a, "parent = '%.*s' AND closed_on IS NULL AND status <> '9'", STR_ARG(r->id));
    enum err e = texts_of(a, change_store(c), act->workflow->reg, filter, NULL, &parts, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct acted done;
        struct act step = {.workflow = act->workflow,
                           .id = parts[i],
                           .transition = STR("withdraw"),
                           .reason = act->reason,
                           .seen = -1,
                           .actor = {.name = act->actor.name, .as = STR(ACTOR_SYSTEM), .office = act->actor.office},
                           .papers = act->papers,
                           .now_ms = r->is_sample ? now_ms : 0};
        e = workflow_act(a, acting, c, &step, &done, f);
    }
    return e;
}

enum err dossier_after(const struct paper_maker *m, struct arena *a, struct acting *acting, struct change *c,
                       const struct act *act, const struct transition *t, const struct record *r, int64_t now_ms,
                       struct fault *f)
{
    (void)m;
    struct str parent = record_text(act->workflow->reg, r, "parent");
    int64_t open = 0;
    if (act->arrived) /* what it brought about at the node comes as steps of its own */
        return OK;
    bool is_cascade = str_is(act->actor.as, ACTOR_SYSTEM) && str_is(t->id, "withdraw"); /* the whole is withdrawn */
    if (parent.n && !t->is_creation && !is_cascade && ends_here(act, t, r))
        return part_done(a, acting, c, act, parent, now_ms, f);
    bool is_whole = record_integer(act->workflow->reg, r, "open_parts", &open) && open > 0;
    bool is_withdrawn = str_is(t->id, "withdraw") || str_is(t->id, "withdraw_counter");
    return is_whole && is_withdrawn ? withdraw_parts(a, acting, c, act, r, now_ms, f) : OK;
}
