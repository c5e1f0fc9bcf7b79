#include "workflow/calendar_check.h"

#include "base/vec.h"
#include "register/query.h"
#include "workflow/act_internal.h"

#include "base/banned.h"

struct checking {
    struct arena *a;
    struct acting *acting;
    struct store *s;
    const struct workflow *w;
    const struct work_clock *clock;
    size_t number; /* of the clock */
};

static int64_t moment_in(const struct record *r, int field)
{
    int64_t ms = 0;
    struct str text = step_text(r, field);
    return text.n && instant_parse(text, &ms, NULL) == OK ? ms : 0;
}

static bool limit_in(const struct checking *x, const struct record *r, struct limit *ret)
{
    *ret = x->clock->limit;
    if (x->clock->unit_field == NO_FIELD)
        return true;
    const struct value *n = &r->values[x->clock->limit_field];
    ret->n = n->kind == VALUE_INTEGER ? (int)n->integer : 0;
    return limit_unit_of(step_text(r, x->clock->unit_field), &ret->unit, NULL) == OK;
}

/* The pauses of one record, out of its events. */
static enum err pauses_of(const struct checking *x, const struct record *r, struct deadline_pause **ret, size_t *ret_n,
                          struct fault *f)
{
    const struct reg *events = x->w->events;
    struct query *q CLEANUP(query_closep) = NULL;
    VEC(struct deadline_pause) list = {0};
    struct record e_;
    bool has_row;
    const char *filter =
        arena_printf(x->a, "%.*s = '%.*s'", STR_ARG(events->fields[events->key[0]].name), STR_ARG(r->id));
    enum err e = query_open(x->s, events, &(struct query_options){.filter = str_of(filter)}, &q, f);
    while (e == OK && (e = query_next(q, &e_, &has_row, f)) == OK && has_row) {
        const struct transition *t = transition_find(x->w, record_text(events, &e_, "transition"));
        enum clock_act act = t ? t->clocks[x->number] : CLOCK_NONE;
        int64_t at = moment_in(&e_, reg_field_number(events, STR("at")));
        if (act == CLOCK_PAUSE)
            VEC_PUSH(x->a, &list, ((struct deadline_pause){.paused_ms = at}));
        bool resumes = act == CLOCK_RESUME || act == CLOCK_RENEW || act == CLOCK_RESTART;
        if (!resumes || list.n == 0)
            continue;
        list.p[list.n - 1].resumed_ms = at;
        list.p[list.n - 1].is_restart =
            act == CLOCK_RESTART || (act == CLOCK_RENEW && str_is(step_text(r, x->clock->mode), "restart"));
    }
    *ret = list.p;
    *ret_n = list.n;
    return e;
}

/* False: it cannot be computed, or falls where it was promised. */
static enum err effect_of(const struct checking *x, const struct record *r, struct calendar_effect *ret, bool *ret_is,
                          struct fault *f)
{
    const struct office_clock *office = NULL;
    struct deadline_pause *pauses = NULL;
    struct deadline_change change;
    struct deadline extended;
    struct limit limit;
    size_t n = 0;
    *ret_is = false;
    *ret = (struct calendar_effect){.promised_ms = moment_in(r, x->clock->due)};
    if (!ret->promised_ms || !limit_in(x, r, &limit))
        return OK;
    enum err e = acting_clock(x->acting, x->s, step_text(r, x->w->office), &office, f);
    if (e == OK)
        e = pauses_of(x, r, &pauses, &n, f);
    if (e != OK)
        return e;
    struct fault ignored = {0};
    if (deadline_recompute(office, moment_in(r, x->clock->start), limit, pauses, n, ret->promised_ms, &change,
                           &ignored) != OK)
        return OK;
    ret->computed_ms = change.next.due_ms;
    bool is_extended = x->clock->extended != NO_FIELD && step_text(r, x->clock->extended).n;
    if (is_extended && deadline_extend(office, change.next.due_ms, change.next.unit, limit, &extended, &ignored) == OK)
        ret->computed_ms = extended.due_ms;
    ret->is_later = ret->computed_ms > ret->promised_ms;
    *ret_is = !change.is_waiting && ret->computed_ms && ret->computed_ms != ret->promised_ms;
    return OK;
}

static enum err open_records(const struct checking *x, struct record **ret, size_t *ret_n, struct fault *f)
{
    const struct reg *reg = x->w->reg;
    struct query *q CLEANUP(query_closep) = NULL;
    VEC(struct record) list = {0};
    struct record r;
    bool has_row;
    const char *filter = arena_printf(
        x->a, "%.*s IS NULL AND %.*s IS NOT NULL AND %.*s IS NOT NULL", STR_ARG(reg->fields[x->clock->end].name),
        STR_ARG(reg->fields[x->clock->start].name), STR_ARG(reg->fields[x->clock->due].name));
    enum err e = query_open(x->s, reg, &(struct query_options){.filter = str_of(filter)}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->a, &list, record_copy(x->a, reg, &r));
    *ret = list.p;
    *ret_n = list.n;
    return e;
}

enum err calendar_effects(struct arena *a, struct acting *acting, struct store *s, const struct workflow *w,
                          struct calendar_effect **ret_list, size_t *ret_n, struct fault *f)
{
    VEC(struct calendar_effect) list = {0};
    const struct viewer *viewer = s->viewer;
    enum err e = OK;
    for (size_t c = 0; e == OK && c < w->n_clocks; c++) {
        struct checking x = {a, acting, s, w, &w->clocks[c], c};
        struct record *open = NULL;
        size_t n = 0;
        if (!x.clock->is_promise)
            continue;
        e = open_records(&x, &open, &n, f);
        store_view(s, NULL); /* the events of what is seen */
        for (size_t i = 0; e == OK && i < n; i++) {
            struct calendar_effect effect;
            bool is_one = false;
            e = effect_of(&x, &open[i], &effect, &is_one, f);
            effect.record = open[i];
            if (e == OK && is_one)
                VEC_PUSH(a, &list, effect);
        }
        store_view(s, viewer);
    }
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}
