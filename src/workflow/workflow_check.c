/* That a workflow is sane: its states are reached and left, its guards mean something, somebody may do each step, and no clock stands still for good. */
#include "register/query.h"
#include "workflow/workflow_internal.h"

#include "base/banned.h"

static void tell(const struct workflow_loading *l, int line, enum err code, struct str what, struct str name)
{
    struct fault f = {0};
    FAULT(&f, code, {"what", what}, {"name", name});
    fault_place(&f, l->file, line, 0);
    faults_add(l->list, &f);
}

static const struct move *move_of(const struct move *moves, size_t n, const struct machine *m)
{
    for (size_t i = 0; i < n; i++)
        if (moves[i].machine == m)
            return &moves[i];
    return NULL;
}

static size_t state_number(const struct code_list *codes, struct str state)
{
    size_t i = 0;
    while (i < codes->n && !str_eq(codes->p[i].code, state))
        i++;
    return i;
}

static bool leaves(const struct transition *t, const struct machine *m, struct str state)
{
    const struct move *from = move_of(t->from, t->n_from, m), *to = move_of(t->to, t->n_to, m);
    if (t->is_creation || !to || str_eq(to->states[0], state))
        return false;
    for (size_t i = 0; from && i < from->n; i++)
        if (str_eq(from->states[i], state))
            return true;
    return !from;
}

/* Which states a machine gets to, by its own moves: what other machines forbid is not looked at. */
static bool *states_reached(struct arena *a, const struct workflow *w, const struct machine *m,
                            const struct code_list *codes)
{
    bool *reached = ARENA_ARRAY(a, bool, codes->n + 1);
    reached[state_number(codes, m->initial)] = true;
    for (size_t i = 0; i < w->n_transitions; i++) {
        const struct move *to = move_of(w->transitions[i].to, w->transitions[i].n_to, m);
        if (w->transitions[i].is_creation && to)
            reached[state_number(codes, to->states[0])] = true;
    }
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < w->n_transitions; i++) {
            const struct transition *t = &w->transitions[i];
            const struct move *to = move_of(t->to, t->n_to, m);
            size_t there = to ? state_number(codes, to->states[0]) : codes->n;
            for (size_t k = 0; k < codes->n && there < codes->n && !reached[there]; k++)
                if (reached[k] && leaves(t, m, codes->p[k].code))
                    reached[there] = grew = true;
        }
    }
    return reached;
}

static void check_machine(const struct workflow_loading *l, const struct workflow *w, const struct machine *m)
{
    const struct code_list *codes = w->reg->fields[m->field].codes;
    if (!codes)
        return;
    bool *reached = states_reached(l->a, w, m, codes);
    for (size_t k = 0; k < codes->n; k++) {
        struct str state = codes->p[k].code;
        struct str name = STR_JOIN(l->a, w->reg->fields[m->field].name, STR(" = "), state);
        bool is_left = machine_is_final(m, state);
        for (size_t i = 0; i < w->n_transitions && !is_left; i++)
            is_left = leaves(&w->transitions[i], m, state);
        if (!reached[k])
            tell(l, m->line, ERR_WORKFLOW_UNREACHED, w->id, name);
        else if (!is_left)
            tell(l, m->line, ERR_WORKFLOW_STUCK, w->id, name);
    }
}

static bool names_one(const struct workflow_loading *l, const struct roles *roles, const struct workflow *w,
                      const struct transition *t, struct str by)
{
    if (str_is(by, ACTOR_SYSTEM) || str_is(by, ACTOR_SUPPORTER))
        return true;
    if (str_is(by, ACTOR_APPLICANT)) {
        if (w->applicant == NO_FIELD)
            workflow_misfit(l, t->line, "by", by, "applicant: FIELD");
        return true;
    }
    const struct role *role = role_find(roles, by);
    if (!role) {
        struct str *names = ARENA_ARRAY(l->a, struct str, roles->n + 3);
        for (size_t i = 0; i < roles->n; i++)
            names[i] = roles->p[i].id;
        names[roles->n] = STR(ACTOR_APPLICANT), names[roles->n + 1] = STR(ACTOR_SUPPORTER);
        names[roles->n + 2] = STR(ACTOR_SYSTEM);
        workflow_unknown(l, t->line, "role", by, names, roles->n + 3);
        return true;
    }
    for (size_t i = 0; i < role->n; i++)
        if (role->grants[i].verbs & 1U << t->verb && grant_reaches(l->p, &role->grants[i], w->reg))
            return true;
    return false;
}

static void check_doers(const struct workflow_loading *l, const struct roles *roles, const struct workflow *w,
                        const struct transition *t)
{
    bool has_one = false;
    for (size_t i = 0; i < t->n_by; i++)
        has_one |= names_one(l, roles, w, t, t->by[i]);
    if (!has_one)
        tell(l, t->line, ERR_WORKFLOW_NOBODY, w->id, t->id);
}

static bool is_of_clock(const struct workflow *w, int field)
{
    for (size_t i = 0; i < w->n_clocks; i++) {
        const struct work_clock *c = &w->clocks[i];
        const int held[] = {c->start, c->first, c->due, c->late, c->paused, c->left, c->extended, c->end};
        for (size_t k = 0; k < ARRAY_LEN(held); k++)
            if (held[k] == field)
                return true;
    }
    return false;
}

static bool is_of_machine(const struct workflow *w, int field)
{
    for (size_t i = 0; i < w->n_machines; i++)
        if (w->machines[i].field == field || w->machines[i].since == field)
            return true;
    return field == w->version || field == w->steps;
}

/* What clocks and machines hold, nobody is asked for. */
static void check_fields(const struct workflow_loading *l, const struct workflow *w, const struct transition *t)
{
    const struct {
        const int *p;
        size_t n;
        const char *key;
    } lists[] = {{t->required, t->n_required, "requires"},
                 {t->inputs, t->n_inputs, "inputs"},
                 {t->cleared, t->n_cleared, "clear"},
                 {&t->now, t->now != NO_FIELD, "now"}};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (size_t k = 0; k < lists[i].n; k++)
            if (is_of_clock(w, lists[i].p[k]) || is_of_machine(w, lists[i].p[k]))
                workflow_misfit(l, t->line, lists[i].key, w->reg->fields[lists[i].p[k]].name,
                                "a field that no clock and no machine holds");
}

static void check_filter(const struct workflow_loading *l, const struct workflow *w, const struct transition *t,
                         struct str filter)
{
    struct fault f = {0};
    if (!filter.n || filter_check(l->a, l->p, w->reg, guard_text(l->a, filter, STR(""), 0, 0), NULL, 0, &f) == OK)
        return;
    f.line = f.column = 0;
    fault_place(&f, l->file, t->line, 0);
    faults_add(l->list, &f);
}

static bool paper_is_there(const struct province *p, struct str paper)
{
    for (size_t i = 0; i < p->sources.n; i++) {
        struct str path = p->sources.p[i].path;
        if (str_starts(path, STR("papers/")) && path.n > 7 + paper.n && memcmp(path.p + 7, paper.p, paper.n) == 0)
            return true;
    }
    return false;
}

static void check_clocks(const struct workflow_loading *l, const struct workflow *w, const struct transition *t)
{
    for (size_t i = 0; i < w->n_clocks; i++) {
        enum clock_act act = t->clocks[i];
        const struct work_clock *c = &w->clocks[i];
        bool changes_due = act != CLOCK_NONE && act != CLOCK_END;
        if (c->is_promise && changes_due && (!t->paper.n || !w->papers))
            tell(l, t->line, ERR_WORKFLOW_NO_PAPER, w->id, t->id);
        if ((act == CLOCK_PAUSE || act == CLOCK_RESUME || act == CLOCK_RENEW || act == CLOCK_RESTART) &&
            (c->paused == NO_FIELD || c->left == NO_FIELD))
            workflow_misfit(l, c->line, "clocks", c->id, "paused: FIELD, left: FIELD");
        if (act == CLOCK_EXTEND && c->extended == NO_FIELD)
            workflow_misfit(l, c->line, "clocks", c->id, "extended: FIELD");
    }
    if (t->paper.n && !paper_is_there(l->p, t->paper))
        tell(l, t->line, ERR_WORKFLOW_PAPER, t->id, t->paper);
}

/* A clock that one step halts, another must let run on or end. */
static void check_pauses(const struct workflow_loading *l, const struct workflow *w)
{
    for (size_t c = 0; c < w->n_clocks; c++) {
        bool halts = false, goes_on = false;
        for (size_t i = 0; i < w->n_transitions; i++) {
            enum clock_act act = w->transitions[i].clocks[c];
            halts |= act == CLOCK_PAUSE;
            goes_on |= act == CLOCK_RESUME || act == CLOCK_RENEW || act == CLOCK_RESTART;
        }
        if (halts && !goes_on)
            tell(l, w->clocks[c].line, ERR_WORKFLOW_STUCK, w->id, w->clocks[c].id);
    }
}

static void check_roles_of_escalations(const struct workflow_loading *l, const struct workflow *w,
                                       const struct roles *roles)
{
    for (size_t i = 0; i < w->n_machines; i++)
        for (size_t k = 0; k < w->machines[i].n_escalations; k++) {
            const struct escalation *x = &w->machines[i].escalations[k];
            if (role_find(roles, x->to))
                continue;
            struct str *names = ARENA_ARRAY(l->a, struct str, roles->n);
            for (size_t m = 0; m < roles->n; m++)
                names[m] = roles->p[m].id;
            workflow_unknown(l, x->line, "role", x->to, names, roles->n);
        }
}

void workflows_check(struct arena *a, const struct workflows *ws, const struct roles *roles, struct faults *list)
{
    for (size_t i = 0; i < ws->n; i++) {
        const struct workflow *w = &ws->p[i];
        struct workflow_loading l = {a, ws->province, w->file, list};
        for (size_t k = 0; k < w->n_machines; k++)
            check_machine(&l, w, &w->machines[k]);
        for (size_t k = 0; k < w->n_transitions; k++) {
            const struct transition *t = &w->transitions[k];
            check_doers(&l, roles, w, t);
            check_fields(&l, w, t);
            check_filter(&l, w, t, t->guard);
            check_filter(&l, w, t, t->check);
            check_filter(&l, w, t, t->task);
            check_clocks(&l, w, t);
        }
        check_pauses(&l, w);
        check_roles_of_escalations(&l, w, roles);
    }
}
