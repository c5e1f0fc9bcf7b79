/* What a step does to the clocks of its record. The laws of act.h stand here and nowhere else: no declaration can say otherwise. */
#include "text/number.h"
#include "workflow/act_internal.h"

#include "base/banned.h"

static int64_t moment_in(const struct record *r, int field)
{
    int64_t ms = 0;
    struct str text = step_text(r, field);
    return text.n && instant_parse(text, &ms, NULL) == OK ? ms : 0;
}

static void moment_set(struct step *p, int field, int64_t ms)
{
    if (field != NO_FIELD)
        p->r.values[field] = ms ? step_moment(p->a, ms) : (struct value){.kind = VALUE_NULL};
}

static enum err clock_state_fault(const struct work_clock *c, const char *state, struct fault *f)
{
    return FAULT(f, ERR_ACT_CLOCK_STATE, {"clock", c->id}, {"state", str_of(state)});
}

static enum err limit_of(const struct step *p, const struct work_clock *c, struct limit *ret, struct fault *f)
{
    *ret = c->limit;
    if (c->unit_field == NO_FIELD)
        return OK;
    const struct value *n = &p->r.values[c->limit_field];
    struct str unit = step_text(&p->r, c->unit_field);
    if (!unit.n)
        return FAULT(f, ERR_ACT_INPUT, {"field", p->w->reg->fields[c->unit_field].name}, {"transition", p->t->id});
    ret->n = n->kind == VALUE_INTEGER ? (int)n->integer : 0;
    return limit_unit_of(unit, &ret->unit, f);
}

static void deadline_set(struct step *p, const struct work_clock *c, const struct deadline *d)
{
    moment_set(p, c->due, d->has_due ? d->due_ms : 0);
    moment_set(p, c->late, d->has_due ? d->late_ms : 0);
}

static enum err clock_start(struct step *p, const struct work_clock *c, const struct office_clock *office,
                            struct fault *f)
{
    struct deadline d;
    struct limit limit;
    if (moment_in(&p->r, c->start))
        return clock_state_fault(c, "started", f);
    enum err e = limit_of(p, c, &limit, f);
    if (e == OK)
        e = deadline_of(office, p->now_ms, limit, &d, f);
    if (e != OK)
        return e;
    moment_set(p, c->start, p->now_ms);
    deadline_set(p, c, &d);
    if (c->first != NO_FIELD && d.has_due)
        moment_set(p, c->first, d.due_ms);
    return OK;
}

static enum err clock_runs(const struct step *p, const struct work_clock *c, struct fault *f)
{
    if (!moment_in(&p->r, c->start))
        return clock_state_fault(c, "not started", f);
    if (moment_in(&p->r, c->end))
        return clock_state_fault(c, "ended", f);
    return c->paused != NO_FIELD && moment_in(&p->r, c->paused) ? clock_state_fault(c, "paused", f) : OK;
}

static enum err clock_late(const struct step *p, const struct work_clock *c, const struct office_clock *office,
                           enum limit_unit unit, struct fault *f)
{
    int64_t due = moment_in(&p->r, c->due);
    return due && deadline_is_past(office, p->now_ms, unit, due, moment_in(&p->r, c->late))
               ? FAULT(f, ERR_ACT_LATE, {"transition", p->t->id}, {"late", step_text(&p->r, c->due)})
               : OK;
}

static enum err clock_pause(struct step *p, const struct work_clock *c, const struct office_clock *office,
                            struct fault *f)
{
    struct limit limit;
    enum err e = clock_runs(p, c, f);
    if (e == OK)
        e = limit_of(p, c, &limit, f);
    if (e == OK)
        e = clock_late(p, c, office, limit.unit, f);
    if (e != OK)
        return e;
    int64_t due = moment_in(&p->r, c->due);
    moment_set(p, c->paused, p->now_ms);
    p->r.values[c->left] = (struct value){.kind = VALUE_NULL};
    if (due)
        p->r.values[c->left] =
            (struct value){.kind = VALUE_INTEGER, .integer = deadline_left(office, p->now_ms, limit.unit, due)};
    return OK;
}

static enum err clock_resume(struct step *p, const struct work_clock *c, const struct office_clock *office,
                             bool is_restart, struct fault *f)
{
    struct deadline d;
    struct limit limit;
    if (!moment_in(&p->r, c->paused))
        return clock_state_fault(c, "not paused", f);
    const struct value *left = &p->r.values[c->left];
    bool had_due = moment_in(&p->r, c->due) != 0;
    enum err e = limit_of(p, c, &limit, f);
    if (e == OK && had_due && is_restart)
        e = deadline_of(office, p->now_ms, limit, &d, f);
    else if (e == OK && had_due)
        e = deadline_resume(office, p->now_ms, left->kind == VALUE_INTEGER ? left->integer : 0, limit.unit, &d, f);
    if (e != OK)
        return e;
    if (had_due)
        deadline_set(p, c, &d);
    moment_set(p, c->paused, 0);
    p->r.values[c->left] = (struct value){.kind = VALUE_NULL};
    return OK;
}

/* Once, at least a working day before, and later than what was promised (Decree 107/2021/NĐ-CP): by the given moment, or the limit once more. */
static enum err clock_extend(struct step *p, const struct work_clock *c, const struct office_clock *office,
                             struct fault *f)
{
    struct deadline d = {0};
    struct limit limit;
    int64_t due = moment_in(&p->r, c->due), before = 0;
    enum err e = clock_runs(p, c, f);
    if (e == OK && !due)
        e = clock_state_fault(c, "without a due moment", f);
    if (e == OK && moment_in(&p->r, c->extended))
        e = FAULT(f, ERR_ACT_EXTENDED, {"at", step_text(&p->r, c->extended)});
    if (e == OK)
        e = deadline_of(office, p->now_ms, (struct limit){1, LIMIT_WORKING_DAY}, &d, f);
    before = d.due_ms;
    if (e == OK && before > due)
        e = FAULT(f, ERR_ACT_EXTENSION, {"due", step_text(&p->r, c->due)});
    if (e == OK)
        e = limit_of(p, c, &limit, f);
    if (e == OK)
        e = deadline_extend(office, due, limit.unit, limit, &d, f);
    if (e == OK && d.due_ms <= due)
        e = FAULT(f, ERR_ACT_EXTENSION, {"due", step_text(&p->r, c->due)});
    if (e != OK)
        return e;
    deadline_set(p, c, &d);
    moment_set(p, c->extended, p->now_ms);
    return OK;
}

/* A clock that never started has nothing to end: a dossier that was refused before its receipt. */
static enum err clock_end(struct step *p, const struct work_clock *c, struct fault *f)
{
    if (!moment_in(&p->r, c->start))
        return OK;
    if (moment_in(&p->r, c->end))
        return p->t->n_to ? OK : clock_state_fault(c, "ended", f);
    moment_set(p, c->end, p->now_ms);
    return OK;
}

static enum err clock_do(struct step *p, const struct work_clock *c, enum clock_act act,
                         const struct office_clock *office, struct fault *f)
{
    switch (act) {
    case CLOCK_NONE:
        return OK;
    case CLOCK_START:
        return clock_start(p, c, office, f);
    case CLOCK_PAUSE:
        return clock_pause(p, c, office, f);
    case CLOCK_RESUME:
        return clock_resume(p, c, office, false, f);
    case CLOCK_RENEW:
        return clock_resume(p, c, office, str_is(step_text(&p->r, c->mode), "restart"), f);
    case CLOCK_RESTART:
        return clock_resume(p, c, office, true, f);
    case CLOCK_EXTEND:
        return clock_extend(p, c, office, f);
    case CLOCK_END:
        return clock_end(p, c, f);
    }
    return OK;
}

enum err step_clocks(struct step *p, struct fault *f)
{
    const struct office_clock *office = NULL;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < p->w->n_clocks; i++) {
        const struct work_clock *c = &p->w->clocks[i];
        struct str before = str_dup(p->a, step_text(&p->r, c->due));
        enum clock_act act = p->t->clocks[i];
        if (act != CLOCK_NONE && act != CLOCK_END && !office)
            e = acting_clock(p->acting, p->s, step_text(&p->r, p->w->office), &office, f);
        if (e == OK)
            e = clock_do(p, c, act, office, f);
        if (e == OK && c->is_promise) {
            p->due_before = before;
            p->due_after = step_text(&p->r, c->due);
        }
    }
    return e;
}
