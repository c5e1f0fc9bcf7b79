/* workflows/ID.yaml → struct workflow: decoded by tables, then names become fields, machines and registers. */
#include <stddef.h>

#include "base/vec.h"
#include "text/number.h"
#include "workflow/workflow_internal.h"

#include "base/banned.h"

struct escalation_decl {
    struct yaml_place place;
    struct str state, after, to;
    struct text2 title;
};

struct machine_decl {
    struct yaml_place place;
    struct str id, initial, since;
    struct yaml_strs final;
    YAML_ARRAY(struct escalation_decl) escalations;
};

struct clock_decl {
    struct yaml_place place;
    struct str id, limit, unit, start, first, due, late, paused, left, extended, end, mode;
    struct text2 title;
    bool is_promise;
};

struct transition_decl {
    struct yaml_place place;
    struct str id, guard, check, task, count, today, now, closes, assign, paper, sync, page;
    struct text2 title, refusal, wrong, notice;
    bool is_creation, is_batch, publishes;
    const struct yaml *from, *to;
    struct yaml_strs by, required, inputs, cleared;
    struct str verb;
    YAML_ARRAY(struct yaml_entry) clocks;
};

struct workflow_decl {
    struct yaml_place place;
    struct str id, reg, events, papers, version, office, applicant, steps, outbox;
    struct text2 title;
    YAML_ARRAY(struct clock_decl) clocks;
    YAML_ARRAY(struct machine_decl) machines;
    YAML_ARRAY(struct transition_decl) transitions;
};

/* clang-format off */
#define PLACE(type) {NULL, Y_PLACE, offsetof(struct type, place), 0, NULL}
#define TEXT(type, key, member) {key, Y_STR, offsetof(struct type, member), 0, NULL}

static const struct yaml_field escalation_fields[] = {
    PLACE(escalation_decl),
    {"state", Y_STR, offsetof(struct escalation_decl, state), Y_REQUIRED, NULL},
    {"after", Y_STR, offsetof(struct escalation_decl, after), Y_REQUIRED, NULL},
    {"to", Y_STR, offsetof(struct escalation_decl, to), Y_REQUIRED, NULL},
    {"title", Y_TEXT2, offsetof(struct escalation_decl, title), Y_REQUIRED, NULL},
};
static const struct yaml_schema escalation_schema = YAML_SCHEMA("escalate", escalation_fields, struct escalation_decl);

static const struct yaml_field machine_fields[] = {
    PLACE(machine_decl),
    {NULL, Y_KEY, offsetof(struct machine_decl, id), 0, NULL},
    {"initial", Y_STR, offsetof(struct machine_decl, initial), Y_REQUIRED, NULL},
    TEXT(machine_decl, "since", since),
    {"final", Y_STR_LIST, offsetof(struct machine_decl, final), Y_SINGLE_OK, NULL},
    {"escalate", Y_LIST, offsetof(struct machine_decl, escalations), Y_SINGLE_OK, &escalation_schema},
};
static const struct yaml_schema machine_schema = YAML_SCHEMA("machines", machine_fields, struct machine_decl);

static const struct yaml_field clock_fields[] = {
    PLACE(clock_decl),
    {NULL, Y_KEY, offsetof(struct clock_decl, id), 0, NULL},
    {"title", Y_TEXT2, offsetof(struct clock_decl, title), 0, NULL},
    {"promise", Y_BOOL, offsetof(struct clock_decl, is_promise), 0, NULL},
    {"limit", Y_STR, offsetof(struct clock_decl, limit), Y_REQUIRED, NULL},
    TEXT(clock_decl, "unit", unit),
    {"start", Y_STR, offsetof(struct clock_decl, start), Y_REQUIRED, NULL},
    {"late", Y_STR, offsetof(struct clock_decl, late), Y_REQUIRED, NULL},
    {"end", Y_STR, offsetof(struct clock_decl, end), Y_REQUIRED, NULL},
    TEXT(clock_decl, "first", first),
    TEXT(clock_decl, "due", due),
    TEXT(clock_decl, "paused", paused),
    TEXT(clock_decl, "left", left),
    TEXT(clock_decl, "extended", extended),
    TEXT(clock_decl, "mode", mode),
};
static const struct yaml_schema clock_schema = YAML_SCHEMA("clocks", clock_fields, struct clock_decl);

static const struct yaml_field transition_fields[] = {
    PLACE(transition_decl),
    {NULL, Y_KEY, offsetof(struct transition_decl, id), 0, NULL},
    {"title", Y_TEXT2, offsetof(struct transition_decl, title), Y_REQUIRED, NULL},
    {"creates", Y_BOOL, offsetof(struct transition_decl, is_creation), 0, NULL},
    {"batch", Y_BOOL, offsetof(struct transition_decl, is_batch), 0, NULL},
    {"publishes", Y_BOOL, offsetof(struct transition_decl, publishes), 0, NULL},
    {"from", Y_ANY, offsetof(struct transition_decl, from), 0, NULL},
    {"to", Y_ANY, offsetof(struct transition_decl, to), 0, NULL},
    {"by", Y_STR_LIST, offsetof(struct transition_decl, by), Y_REQUIRED | Y_SINGLE_OK, NULL},
    TEXT(transition_decl, "verb", verb),
    TEXT(transition_decl, "guard", guard),
    TEXT(transition_decl, "check", check),
    {"wrong", Y_TEXT2, offsetof(struct transition_decl, wrong), 0, NULL},
    TEXT(transition_decl, "page", page),
    TEXT(transition_decl, "task", task),
    {"refusal", Y_TEXT2, offsetof(struct transition_decl, refusal), 0, NULL},
    {"notice", Y_TEXT2, offsetof(struct transition_decl, notice), 0, NULL},
    {"requires", Y_STR_LIST, offsetof(struct transition_decl, required), Y_SINGLE_OK, NULL},
    {"inputs", Y_STR_LIST, offsetof(struct transition_decl, inputs), Y_SINGLE_OK, NULL},
    {"clear", Y_STR_LIST, offsetof(struct transition_decl, cleared), Y_SINGLE_OK, NULL},
    {"clock", Y_STR_MAP, offsetof(struct transition_decl, clocks), 0, NULL},
    TEXT(transition_decl, "count", count),
    TEXT(transition_decl, "today", today),
    TEXT(transition_decl, "now", now),
    TEXT(transition_decl, "closes", closes),
    TEXT(transition_decl, "assign", assign),
    TEXT(transition_decl, "paper", paper),
    TEXT(transition_decl, "sync", sync),
};
static const struct yaml_schema transition_schema = YAML_SCHEMA("transitions", transition_fields, struct transition_decl);

static const struct yaml_field workflow_fields[] = {
    PLACE(workflow_decl),
    {"workflow", Y_STR, offsetof(struct workflow_decl, id), Y_REQUIRED, NULL},
    {"register", Y_STR, offsetof(struct workflow_decl, reg), Y_REQUIRED, NULL},
    {"title", Y_TEXT2, offsetof(struct workflow_decl, title), Y_REQUIRED, NULL},
    {"events", Y_STR, offsetof(struct workflow_decl, events), Y_REQUIRED, NULL},
    TEXT(workflow_decl, "papers", papers),
    TEXT(workflow_decl, "version", version),
    TEXT(workflow_decl, "office", office),
    TEXT(workflow_decl, "applicant", applicant),
    {"steps", Y_STR, offsetof(struct workflow_decl, steps), Y_REQUIRED, NULL},
    TEXT(workflow_decl, "outbox", outbox),
    {"clocks", Y_KEYED, offsetof(struct workflow_decl, clocks), 0, &clock_schema},
    {"machines", Y_KEYED, offsetof(struct workflow_decl, machines), Y_REQUIRED, &machine_schema},
    {"transitions", Y_KEYED, offsetof(struct workflow_decl, transitions), Y_REQUIRED, &transition_schema},
};
static const struct yaml_schema workflow_schema = YAML_SCHEMA("workflow", workflow_fields, struct workflow_decl);
/* clang-format on */

/* ---- names */

static void tell(const struct workflow_loading *l, int line, int column, struct fault *f)
{
    fault_place(f, l->file, line, column);
    faults_add(l->list, f);
}

void workflow_misfit(const struct workflow_loading *l, int line, const char *key, struct str value,
                     const char *expected)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_VALUE, {"key", str_of(key)}, {"value", value}, {"expected", str_of(expected)});
    tell(l, line, 0, &f);
}

void workflow_unknown(const struct workflow_loading *l, int line, const char *what, struct str name,
                      const struct str *names, size_t n)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_UNKNOWN, {"what", str_of(what)}, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
    tell(l, line, 0, &f);
}

/* The number of a field; NO_FIELD without a name, or told. */
static int field_named(const struct workflow_loading *l, const struct reg *reg, struct str name, int line)
{
    int n = name.n ? reg_field_number(reg, name) : NO_FIELD;
    if (n != NO_FIELD || !name.n)
        return n;
    struct str *names = ARENA_ARRAY(l->a, struct str, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    workflow_unknown(l, line, "field", name, names, reg->n_fields);
    return NO_FIELD;
}

static int field_of_type(const struct workflow_loading *l, const struct reg *reg, struct str name, enum field_type type,
                         const char *key, int line)
{
    int n = field_named(l, reg, name, line);
    if (n == NO_FIELD || reg->fields[n].type == type)
        return n;
    workflow_misfit(l, line, key, name, arena_printf(l->a, "type: %s", field_type_name(type)));
    return NO_FIELD;
}

static int *fields_named(const struct workflow_loading *l, const struct reg *reg, const struct yaml_strs *names,
                         size_t *ret_n)
{
    int *p = ARENA_ARRAY(l->a, int, names->n + 1);
    *ret_n = 0;
    for (size_t i = 0; i < names->n; i++) {
        int n = field_named(l, reg, names->p[i], names->places[i].line);
        if (n != NO_FIELD)
            p[(*ret_n)++] = n;
    }
    return p;
}

static const struct reg *register_named(const struct workflow_loading *l, struct str name, int line)
{
    const struct reg *reg = province_register(l->p, name);
    if (reg)
        return reg;
    struct str *names = ARENA_ARRAY(l->a, struct str, l->p->n_registers);
    for (size_t i = 0; i < l->p->n_registers; i++)
        names[i] = l->p->registers[i]->name;
    workflow_unknown(l, line, "register", name, names, l->p->n_registers);
    return NULL;
}

static struct str *strs_copy(const struct workflow_loading *l, const struct yaml_strs *from)
{
    struct str *p = ARENA_ARRAY(l->a, struct str, from->n + 1);
    for (size_t i = 0; i < from->n; i++)
        p[i] = from->p[i];
    return p;
}

/* ---- machines and clocks */

/* "8 working_hour" */
static bool limit_parse(struct str text, struct limit *ret)
{
    struct str unit, number = str_cut(str_trim(text), ' ', &unit);
    int64_t n;
    if (integer_parse(number, &n, NULL) != OK || n < 1 || n > DEADLINE_MOST || !unit.p)
        return false;
    ret->n = (int)n;
    return limit_unit_of(str_trim(unit), &ret->unit, NULL) == OK;
}

static void check_state(const struct workflow_loading *l, const struct field *fd, struct str state, int line)
{
    const struct code_list *codes = fd->codes;
    if (!codes || map_get(&codes->by_code, state))
        return;
    struct str *names = ARENA_ARRAY(l->a, struct str, codes->n);
    for (size_t i = 0; i < codes->n; i++)
        names[i] = codes->p[i].code;
    workflow_unknown(l, line, "state", state, names, codes->n);
}

static void read_machine(const struct workflow_loading *l, const struct workflow *w, const struct machine_decl *d,
                         struct machine *m)
{
    const struct reg *reg = w->reg;
    *m = (struct machine){.initial = d->initial,
                          .final = strs_copy(l, &d->final),
                          .n_final = d->final.n,
                          .escalations = ARENA_ARRAY(l->a, struct escalation, d->escalations.n),
                          .n_escalations = d->escalations.n,
                          .line = d->place.line};
    m->field = field_of_type(l, reg, d->id, FT_CODE, "machines", d->place.line);
    m->since = field_of_type(l, reg, d->since, FT_TIMESTAMP, "since", d->place.line);
    if (m->field == NO_FIELD)
        return;
    const struct field *fd = &reg->fields[m->field];
    if (!fd->is_by_workflow)
        workflow_misfit(l, d->place.line, "machines", d->id, "by: workflow");
    check_state(l, fd, d->initial, d->place.line);
    for (size_t i = 0; i < d->final.n; i++)
        check_state(l, fd, d->final.p[i], d->final.places[i].line);
    for (size_t i = 0; i < d->escalations.n; i++) {
        const struct escalation_decl *x = &d->escalations.p[i];
        struct limit after = {0};
        check_state(l, fd, x->state, x->place.line);
        if (!limit_parse(x->after, &after))
            workflow_misfit(l, x->place.line, "after", x->after, "8 working_hour | 2 working_day | 30 calendar_day");
        else if (m->since == NO_FIELD)
            workflow_misfit(l, d->place.line, "since", x->state, "since: FIELD");
        m->escalations[i] = (struct escalation){x->state, x->to, after, x->title, x->place.line};
    }
}

static void read_clock(const struct workflow_loading *l, const struct reg *reg, const struct clock_decl *d,
                       struct work_clock *c)
{
    int line = d->place.line;
    *c = (struct work_clock){.id = d->id,
                             .title = d->title,
                             .is_promise = d->is_promise,
                             .limit_field = NO_FIELD,
                             .unit_field = NO_FIELD,
                             .line = line};
    if (!d->unit.n && !limit_parse(d->limit, &c->limit))
        workflow_misfit(l, line, "limit", d->limit, "8 working_hour | limit: FIELD + unit: FIELD");
    if (d->unit.n) {
        c->limit_field = field_of_type(l, reg, d->limit, FT_INTEGER, "limit", line);
        c->unit_field = field_of_type(l, reg, d->unit, FT_CODE, "unit", line);
    }
    c->mode = field_of_type(l, reg, d->mode, FT_CODE, "mode", line);
    const struct {
        struct str name;
        int *field;
        enum field_type type;
        const char *key;
    } fields[] = {
        {d->start, &c->start, FT_TIMESTAMP, "start"},    {d->first, &c->first, FT_TIMESTAMP, "first"},
        {d->due, &c->due, FT_TIMESTAMP, "due"},          {d->late, &c->late, FT_TIMESTAMP, "late"},
        {d->paused, &c->paused, FT_TIMESTAMP, "paused"}, {d->left, &c->left, FT_INTEGER, "left"},
        {d->end, &c->end, FT_TIMESTAMP, "end"},          {d->extended, &c->extended, FT_TIMESTAMP, "extended"},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        int n = *fields[i].field = field_of_type(l, reg, fields[i].name, fields[i].type, fields[i].key, line);
        if (n != NO_FIELD && !reg->fields[n].is_by_workflow)
            workflow_misfit(l, line, fields[i].key, fields[i].name, "by: workflow");
    }
    if (c->is_promise && (c->first == NO_FIELD || c->due == NO_FIELD))
        workflow_misfit(l, line, "promise", d->id, "first: FIELD, due: FIELD");
}

/* ---- transitions */

static const struct machine *machine_named(const struct workflow_loading *l, const struct workflow *w, struct str name,
                                           int line)
{
    struct str *names = ARENA_ARRAY(l->a, struct str, w->n_machines);
    for (size_t i = 0; i < w->n_machines; i++) {
        if (w->machines[i].field == NO_FIELD)
            continue;
        names[i] = w->reg->fields[w->machines[i].field].name;
        if (str_eq(names[i], name))
            return &w->machines[i];
    }
    workflow_unknown(l, line, "machine", name, names, w->n_machines);
    return NULL;
}

/* {status: ["1", "2"], custody: office}: one state, or several where it says from which. */
static struct move *read_moves(const struct workflow_loading *l, const struct workflow *w, const struct yaml *node,
                               const char *key, bool is_to, size_t *ret_n)
{
    *ret_n = 0;
    if (!node)
        return NULL;
    if (node->kind != YAML_MAP) {
        workflow_misfit(l, node->line, key, STR(""), is_to ? "{MACHINE: STATE}" : "{MACHINE: [STATE, …]}");
        return NULL;
    }
    struct move *moves = ARENA_ARRAY(l->a, struct move, node->n + 1);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml *v = node->pairs[i].value;
        const struct machine *m = machine_named(l, w, node->pairs[i].key, node->pairs[i].line);
        size_t n = v->kind == YAML_LIST ? v->n : 1;
        if (!m)
            continue;
        if (v->kind == YAML_MAP || n == 0 || (is_to && n != 1)) {
            workflow_misfit(l, v->line, key, node->pairs[i].key, is_to ? "STATE" : "[STATE, …]");
            continue;
        }
        struct move *x = &moves[(*ret_n)++];
        *x = (struct move){m, ARENA_ARRAY(l->a, struct str, n), n};
        for (size_t k = 0; k < n; k++) {
            x->states[k] = v->kind == YAML_LIST ? v->items[k]->scalar : v->scalar;
            check_state(l, &w->reg->fields[m->field], x->states[k], v->line);
        }
    }
    return moves;
}

static void read_clock_acts(const struct workflow_loading *l, const struct workflow *w, const struct transition_decl *d,
                            struct transition *t)
{
    static const char *const names[] = {"none", "start", "pause", "resume", "renew", "restart", "extend", "end"};
    t->clocks = ARENA_ARRAY(l->a, enum clock_act, w->n_clocks + 1);
    struct str *ids = ARENA_ARRAY(l->a, struct str, w->n_clocks);
    for (size_t k = 0; k < w->n_clocks; k++)
        ids[k] = w->clocks[k].id;
    for (size_t i = 0; i < d->clocks.n; i++) {
        const struct yaml_entry *x = &d->clocks.p[i];
        size_t clock = 0, act = 1;
        while (clock < w->n_clocks && !str_eq(ids[clock], x->key))
            clock++;
        while (act < ARRAY_LEN(names) && !str_is(x->value, names[act]))
            act++;
        if (clock == w->n_clocks)
            workflow_unknown(l, x->key_place.line, "clock", x->key, ids, w->n_clocks);
        else if (act == ARRAY_LEN(names))
            workflow_misfit(l, x->value_place.line, "clock", x->value,
                            "start | pause | resume | renew | restart | extend | end");
        else
            t->clocks[clock] = (enum clock_act)act;
    }
}

static void read_transition(const struct workflow_loading *l, const struct workflow *w, const struct transition_decl *d,
                            struct transition *t)
{
    const struct reg *reg = w->reg;
    int line = d->place.line;
    *t = (struct transition){.id = d->id,
                             .title = d->title,
                             .refusal = d->refusal,
                             .notice = d->notice,
                             .is_creation = d->is_creation,
                             .is_batch = d->is_batch,
                             .publishes = d->publishes,
                             .by = strs_copy(l, &d->by),
                             .n_by = d->by.n,
                             .verb = VERB_UPDATE,
                             .guard = str_trim(d->guard),
                             .check = str_trim(d->check),
                             .wrong = d->wrong,
                             .page = d->page,
                             .task = str_trim(d->task),
                             .paper = d->paper,
                             .sync = d->sync,
                             .line = line};
    t->from = read_moves(l, w, d->from, "from", false, &t->n_from);
    t->to = read_moves(l, w, d->to, "to", true, &t->n_to);
    t->required = fields_named(l, reg, &d->required, &t->n_required);
    t->inputs = fields_named(l, reg, &d->inputs, &t->n_inputs);
    t->cleared = fields_named(l, reg, &d->cleared, &t->n_cleared);
    t->count = field_of_type(l, reg, d->count, FT_INTEGER, "count", line);
    t->today = field_of_type(l, reg, d->today, FT_DATE, "today", line);
    t->now = field_of_type(l, reg, d->now, FT_TIMESTAMP, "now", line);
    t->closes = field_of_type(l, reg, d->closes, FT_DATE, "closes", line);
    t->assign = field_of_type(l, reg, d->assign, FT_STRING, "assign", line);
    if (d->verb.n && !verb_find(d->verb, &t->verb))
        workflow_misfit(l, line, "verb", d->verb, "update | approve | publish");
    if (d->page.n && !str_is(d->page, "attach") && !str_is(d->page, "form"))
        workflow_misfit(l, line, "page", d->page, "attach | form");
    read_clock_acts(l, w, d, t);
}

/* ---- the file */

static void read_parts(const struct workflow_loading *l, const struct workflow_decl *d, struct workflow *w)
{
    int line = d->place.line;
    w->version = field_of_type(l, w->reg, d->version, FT_INTEGER, "version", line);
    w->office = field_of_type(l, w->reg, d->office, FT_REFERENCE, "office", line);
    w->applicant = field_named(l, w->reg, d->applicant, line);
    w->steps = field_of_type(l, w->reg, d->steps, FT_INTEGER, "steps", line);
    w->machines = ARENA_ARRAY(l->a, struct machine, d->machines.n);
    w->clocks = ARENA_ARRAY(l->a, struct work_clock, d->clocks.n + 1);
    w->transitions = ARENA_ARRAY(l->a, struct transition, d->transitions.n);
    for (size_t i = 0; i < d->machines.n; i++)
        read_machine(l, w, &d->machines.p[i], &w->machines[i]);
    w->n_machines = d->machines.n;
    for (size_t i = 0; i < d->clocks.n; i++)
        read_clock(l, w->reg, &d->clocks.p[i], &w->clocks[i]);
    w->n_clocks = d->clocks.n;
    for (size_t i = 0; i < d->transitions.n; i++)
        read_transition(l, w, &d->transitions.p[i], &w->transitions[i]);
    w->n_transitions = d->transitions.n;
}

bool workflow_read(const struct workflow_loading *l, struct str text, struct workflow *ret_workflow)
{
    struct yaml *root;
    struct workflow_decl d = {0};
    struct fault f = {0};
    size_t before = l->list->total;
    if (yaml_parse(l->a, text, l->file, &root, &f) != OK) {
        faults_add(l->list, &f);
        return false;
    }
    if (yaml_decode(l->a, root, &workflow_schema, l->file, &d, l->list) != OK)
        return false;
    struct str path = str_of(arena_printf(l->a, "workflows/%.*s.yaml", STR_ARG(d.id)));
    if (!str_eq(path, l->file)) {
        FAULT(&f, ERR_DECL_FILE_NAME, {"file", l->file}, {"name", d.id});
        tell(l, d.place.line, 0, &f);
    }
    struct workflow w = {.id = d.id, .file = l->file, .title = d.title, .outbox = d.outbox, .line = d.place.line};
    w.reg = register_named(l, d.reg, d.place.line);
    w.events = register_named(l, d.events, d.place.line);
    w.papers = d.papers.n ? register_named(l, d.papers, d.place.line) : NULL;
    if (w.reg && w.events)
        read_parts(l, &d, &w);
    *ret_workflow = w;
    return l->list->total == before;
}
