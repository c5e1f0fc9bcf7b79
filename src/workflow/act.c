/* One step: judged, done to the record, written down. */
#include "workflow/act.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "db/outbox.h"
#include "register/moment.h"
#include "register/query.h"
#include "workflow/act_internal.h"
#include "workflow/node.h"
#include "workflow/procedure.h"

#include "base/banned.h"

/* ---- values */

struct value step_moment(struct arena *a, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(ms, &b);
    return (struct value){.kind = VALUE_TEXT, .text = str_dup(a, buf_view(&b))};
}

struct str step_text(const struct record *r, int field)
{
    return field != NO_FIELD && r->values[field].kind == VALUE_TEXT ? r->values[field].text : STR("");
}

static struct value day_value(const struct step *p)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(date_of_instant(p->now_ms, p->s->province->utc_offset_minutes), &b);
    return (struct value){.kind = VALUE_TEXT, .text = str_dup(p->a, buf_view(&b))};
}

static struct value text_value(struct str text)
{
    return text.n ? (struct value){.kind = VALUE_TEXT, .text = text} : (struct value){.kind = VALUE_NULL};
}

/* ---- the record */

static enum err step_record(struct step *p, struct fault *f)
{
    struct record now = {0};
    const struct act *act = p->act;
    if (p->t->is_creation && !act->create) /* a step that makes a record is none of one that is there */
        return FAULT(f, ERR_ACT_CREATES, {"transition", p->t->title.vi},
                     {"transition_en", text2_in(&p->t->title, LANG_EN)});
    if (p->t->is_creation) {
        enum err e = change_current(p->c, p->w->reg, act->create->id, &now, f);
        if (e == OK && now.values)
            return change_taken(p->c, p->w->reg, &now, ERR_ENTRY_EXISTS, f);
        p->r = record_copy(p->a, p->w->reg, act->create);
        return e;
    }
    enum err e = change_current(p->c, p->w->reg, act->id, &now, f);
    if (e == OK && !now.values)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"register", p->w->reg->name}, {"id", act->id});
    if (e == OK)
        p->r = record_copy(p->a, p->w->reg, &now);
    return e;
}

static int64_t steps_in(const struct step *p)
{
    const struct value *v = &p->r.values[p->w->steps];
    return v->kind == VALUE_INTEGER ? v->integer : 0;
}

static enum err last_step_ms(struct step *p, int64_t *ret_ms, struct fault *f)
{
    struct query *rows CLEANUP(query_closep) = NULL;
    struct str id = str_of(arena_printf(p->a, "%.*s@%lld", STR_ARG(p->r.id), (long long)steps_in(p)));
    struct record e;
    bool has_row = false;
    *ret_ms = 0;
    enum err err = query_open(p->s, p->w->events, &(struct query_options){.id = id}, &rows, f);
    if (err == OK)
        err = query_next(rows, &e, &has_row, f);
    struct str at = err == OK && has_row ? record_text(p->w->events, &e, "at") : STR("");
    if (at.n && instant_parse(at, ret_ms, NULL) != OK)
        *ret_ms = 0;
    return err;
}

static enum err step_arrived(struct step *p, struct fault *f)
{
    const struct act_arrived *x = p->act->arrived;
    int64_t now_ms = clock_now_ms(), last_ms = 0;
    struct node node;
    enum err e = node_read(p->a, p->s, x->node, &node, f);
    if (e == OK && !p->t->is_creation)
        e = last_step_ms(p, &last_ms, f);
    if (e != OK)
        return e;
    int64_t from_ms = node.from_ms > last_ms ? node.from_ms : last_ms;
    int64_t until_ms = node.ended_ms && node.ended_ms < now_ms ? node.ended_ms : now_ms;
    if (!node.from_ms || x->at_ms < from_ms || x->at_ms > until_ms)
        return FAULT(f, ERR_NODE_TIME, {"at", step_moment(p->a, x->at_ms).text},
                     {"from", step_moment(p->a, from_ms).text}, {"now", step_moment(p->a, until_ms).text});
    p->now_ms = x->at_ms;
    return OK;
}

/* Nobody acts before what is written already: a clock that was set back would make receipts look earlier than they were. */
static enum err step_time(struct step *p, struct fault *f)
{
    struct moment head = {0};
    p->now_ms = clock_now_ms();
    if (p->act->arrived)
        return step_arrived(p, f);
    if (p->act->now_ms && p->r.is_sample) {
        p->now_ms = p->act->now_ms;
        return OK;
    }
    if (p->act->now_ms)
        return FAULT(f, ERR_ACT_CLOCK, {"now", p->act->id}, {"head", STR("")});
    if (p->s->head == 0)
        return OK;
    enum err e = moment_of(p->a, p->s, p->s->head, &head, f);
    if (e == OK && p->now_ms < head.ms) {
        struct value now = step_moment(p->a, p->now_ms);
        return FAULT(f, ERR_ACT_CLOCK, {"now", now.text}, {"head", head.time});
    }
    return e;
}

static struct str states_text(const struct step *p)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    for (size_t i = 0; i < p->w->n_machines; i++) {
        const struct machine *m = &p->w->machines[i];
        bool is_moved = false;
        for (size_t k = 0; k < p->t->n_to; k++)
            is_moved |= p->t->to[k].machine == m;
        if (!is_moved && p->t->n_to && i > 0)
            continue;
        buf_printf(&b, "%s%.*s=%.*s", b.n ? " " : "", STR_ARG(p->w->reg->fields[m->field].name),
                   STR_ARG(machine_state(m, &p->r)));
    }
    return str_dup(p->a, buf_view(&b));
}

static enum err state_fault(const struct step *p, struct fault *f)
{
    const struct machine *m = p->t->n_from ? p->t->from[0].machine : &p->w->machines[0];
    for (size_t i = 0; i < p->t->n_from; i++) {
        struct move *x = &p->t->from[i];
        bool fits = false;
        for (size_t k = 0; k < x->n; k++)
            fits |= str_eq(x->states[k], machine_state(x->machine, &p->r));
        if (!fits) {
            m = x->machine;
            break;
        }
    }
    struct text2 title = machine_state_title(p->w, m, machine_state(m, &p->r));
    return FAULT(f, ERR_ACT_STATE, {"transition", p->t->title.vi}, {"transition_en", text2_in(&p->t->title, LANG_EN)},
                 {"id", p->r.id}, {"state", title.vi}, {"state_en", text2_in(&title, LANG_EN)});
}

static enum err step_judge(struct step *p, struct fault *f)
{
    if (!p->t->is_creation && p->act->seen >= 0 && p->act->seen != steps_in(p))
        return FAULT(f, ERR_ACT_STALE, {"id", p->r.id});
    if (!p->t->is_creation && !transition_leads_from(p->t, &p->r))
        return state_fault(p, f);
    struct node_self self;
    enum err e = actor_may(p->a, &p->act->actor, p->w, p->t, &p->r, &p->role, &p->behalf, f);
    if (e == OK)
        e = node_self_read(p->a, p->s->db, &self, &p->is_node, f);
    if (e == OK && p->is_node)
        e = node_may(p->a, &self, p->w, p->t, p->role, f);
    if (e == OK)
        e = guard_holds(p->a, p->s, p->w, p->t, &p->r, p->act->actor.name, p->now_ms, f);
    return e;
}

/* ---- what is filled in */

static bool holds(const int *list, size_t n, int field)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == field)
            return true;
    return false;
}

static enum err put_input(struct step *p, int field, struct str text, struct fault *f)
{
    enum err e = value_parse(p->a, &p->w->reg->fields[field], text, change_today(p->c), &p->r.values[field], f);
    if (e != OK)
        fault_field(f, p->w->reg->fields[field].name);
    return e;
}

static enum err step_inputs(struct step *p, struct fault *f)
{
    const struct transition *t = p->t;
    int reason = reg_field_number(p->w->reg, STR("reason"));
    enum err e = OK;
    for (size_t i = 0; e == OK && i < p->act->n_inputs; i++) {
        int field = reg_field_number(p->w->reg, p->act->inputs[i].field);
        if (field == NO_FIELD || !(holds(t->required, t->n_required, field) || holds(t->inputs, t->n_inputs, field)))
            return FAULT(f, ERR_ACT_INPUT_UNKNOWN, {"field", p->act->inputs[i].field}, {"transition", t->id});
        e = put_input(p, field, p->act->inputs[i].text, f);
    }
    for (size_t i = 0; e == OK && i < p->act->n_fixed; i++)
        e = put_input(p, reg_field_number(p->w->reg, p->act->fixed[i].field), p->act->fixed[i].text, f);
    bool takes_reason = holds(t->required, t->n_required, reason) || holds(t->inputs, t->n_inputs, reason);
    if (e == OK && reason != NO_FIELD && takes_reason && p->act->reason.n)
        e = put_input(p, reason, p->act->reason, f);
    for (size_t i = 0; e == OK && i < t->n_required; i++) {
        int field = t->required[i];
        bool is_given = field == reason && p->act->reason.n;
        for (size_t k = 0; k < p->act->n_inputs; k++)
            is_given |= str_eq(p->act->inputs[k].field, p->w->reg->fields[field].name);
        if (!is_given || p->r.values[field].kind == VALUE_NULL) {
            e = FAULT(f, ERR_ACT_INPUT, {"field", p->w->reg->fields[field].name}, {"transition", t->id},
                      {"title", p->w->reg->fields[field].title.vi},
                      {"title_en", text2_in(&p->w->reg->fields[field].title, LANG_EN)});
            fault_field(f, p->w->reg->fields[field].name);
        }
    }
    for (size_t i = 0; e == OK && i < t->n_cleared; i++)
        p->r.values[t->cleared[i]] = (struct value){.kind = VALUE_NULL};
    return e;
}

/* What follows from the catalogue, from who holds the dossier …: after what was filled in, before the clocks. */
static enum err step_determined(struct step *p, struct fault *f)
{
    const struct paper_maker *m = p->act->papers;
    const struct act_input *fixed = NULL;
    size_t n = 0;
    if (!m || !m->determine || p->t->is_creation)
        return OK;
    enum err e = m->determine(m, p->a, p->s, p->act, p->t, &p->r, p->now_ms, &fixed, &n, f);
    for (size_t i = 0; e == OK && i < n; i++)
        e = put_input(p, reg_field_number(p->w->reg, fixed[i].field), fixed[i].text, f);
    return e;
}

/* What was filled in makes sense: by the words of the transition. */
static enum err step_check(struct step *p, struct fault *f)
{
    bool holds_good = true;
    if (!p->t->check.n)
        return OK;
    struct str text = guard_text(p->a, p->t->check, p->act->actor.name, p->now_ms, p->s->province->utc_offset_minutes);
    enum err e = query_matches(p->s, p->w->reg, &p->r, text, &holds_good, f);
    if (e != OK || holds_good)
        return e;
    struct str vi = p->t->wrong.vi.n ? p->t->wrong.vi : p->t->check;
    return FAULT(f, ERR_ACT_CHECK, {"why", vi}, {"why_en", p->t->wrong.en.n ? p->t->wrong.en : vi});
}

static void step_sets(struct step *p)
{
    const struct transition *t = p->t;
    struct value *v = p->r.values;
    if (t->count != NO_FIELD)
        v[t->count] = (struct value){.kind = VALUE_INTEGER,
                                     .integer = 1 + (v[t->count].kind == VALUE_INTEGER ? v[t->count].integer : 0)};
    if (t->today != NO_FIELD)
        v[t->today] = day_value(p);
    if (t->closes != NO_FIELD)
        v[t->closes] = day_value(p);
    if (t->now != NO_FIELD)
        v[t->now] = step_moment(p->a, p->now_ms);
    if (t->assign != NO_FIELD)
        v[t->assign] = text_value(p->act->actor.name);
    for (size_t i = 0; i < t->n_to; i++) {
        const struct machine *m = t->to[i].machine;
        if (m->since != NO_FIELD && (t->is_creation || !str_eq(machine_state(m, &p->r), t->to[i].states[0])))
            v[m->since] = step_moment(p->a, p->now_ms);
        v[m->field] = text_value(t->to[i].states[0]);
    }
    if (t->is_creation && p->w->version != NO_FIELD)
        v[p->w->version] = (struct value){.kind = VALUE_INTEGER, .integer = p->w->rev ? p->w->rev : p->s->head};
    v[p->w->steps] = (struct value){.kind = VALUE_INTEGER, .integer = p->number};
}

/* ---- what is written beside it */

static void event_give(struct record *e, const struct reg *reg, const char *name, struct value v)
{
    int n = reg_field_number(reg, str_of(name));
    if (n != NO_FIELD && v.kind != VALUE_NULL)
        e->values[n] = v;
}

static struct record beside_new(const struct step *p, const struct reg *reg)
{
    struct record r = {.id = str_of(arena_printf(p->a, "%.*s@%lld", STR_ARG(p->r.id), (long long)p->number)),
                       .values = ARENA_ARRAY(p->a, struct value, reg->n_fields),
                       .is_sample = p->r.is_sample};
    r.values[reg->key[0]] = text_value(p->r.id);
    r.values[reg->key[1]] = (struct value){.kind = VALUE_INTEGER, .integer = p->number};
    event_give(&r, reg, "at", step_moment(p->a, p->now_ms));
    event_give(&r, reg, "on", day_value(p));
    return r;
}

static enum err step_event(struct step *p, struct fault *f)
{
    const struct reg *reg = p->w->events;
    struct record e = beside_new(p, reg);
    enum put_outcome outcome;
    event_give(&e, reg, "transition", text_value(p->t->id));
    event_give(&e, reg, "from_state", text_value(p->from));
    event_give(&e, reg, "to_state", text_value(p->to));
    event_give(&e, reg, "actor", text_value(p->act->actor.name));
    event_give(&e, reg, "role", text_value(p->role));
    event_give(&e, reg, "behalf", text_value(p->behalf));
    event_give(&e, reg, "office", text_value(p->act->actor.office));
    event_give(&e, reg, "device", text_value(p->act->actor.device));
    if (p->act->arrived) {
        event_give(&e, reg, "node", text_value(p->act->arrived->node));
        event_give(&e, reg, "arrived_at", step_moment(p->a, clock_now_ms()));
    }
    event_give(&e, reg, "reason", text_value(p->act->reason));
    event_give(&e, reg, "due_before", text_value(p->due_before));
    event_give(&e, reg, "due_after", text_value(p->due_after));
    event_give(&e, reg, "paper", text_value(p->t->paper));
    return change_put(p->c, reg, &e, &outcome, f);
}

static enum err paper_plain(const struct step *p, struct str *ret_json)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    for (size_t i = 0; i < p->w->reg->n_fields; i++) {
        if (p->r.values[i].kind == VALUE_NULL)
            continue;
        json_key(&o, p->w->reg->fields[i].name);
        value_json(&p->w->reg->fields[i], &p->r.values[i], &o);
    }
    json_object_end(&o);
    *ret_json = str_dup(p->a, buf_view(&b));
    return OK;
}

static enum err step_paper(struct step *p, struct fault *f)
{
    const struct reg *reg = p->w->papers;
    const struct paper_maker *m = p->act->papers;
    enum put_outcome outcome;
    struct str json;
    if (!p->t->paper.n || !reg)
        return OK;
    enum err e =
        m ? m->make(m, p->a, p->acting, p->c, p->act, p->t, &p->r, p->now_ms, &json, f) : paper_plain(p, &json);
    if (e != OK)
        return e;
    struct record r = beside_new(p, reg);
    event_give(&r, reg, "paper", text_value(p->t->paper));
    event_give(&r, reg, "issued_by", text_value(p->act->actor.name));
    event_give(&r, reg, "data", text_value(json));
    e = change_put(p->c, reg, &r, &outcome, f);
    if (e == OK && p->t->publishes && m && m->publish)
        e = m->publish(m, p->a, p->c, p->act, p->t, &p->r, json, p->now_ms, f);
    return e;
}

static enum err step_message(struct step *p, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct json_out o;
    if (!p->t->sync.n || !p->w->outbox.n || p->r.is_sample) /* partners hear of nothing that is invented */
        return OK;
    if (p->is_node) /* the province tells it, when it takes the step */
        return OK;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "id", p->r.id);
    json_key(&o, STR("step"));
    json_int(&o, p->number);
    json_member(&o, "sync", p->t->sync);
    json_member(&o, "transition", p->t->id);
    json_object_end(&o);
    return outbox_add(p->s->db, p->w->outbox, p->r.id, buf_view(&b), p->now_ms, f);
}

static enum err step_write(struct step *p, struct fault *f)
{
    enum put_outcome outcome;
    enum err e = change_put(p->c, p->w->reg, &p->r, &outcome, f);
    if (e == OK)
        e = step_event(p, f);
    if (e == OK)
        e = step_paper(p, f);
    if (e == OK)
        e = step_message(p, f);
    return e;
}

enum err workflow_act(struct arena *a, struct acting *acting, struct change *c, const struct act *act,
                      struct acted *ret_done, struct fault *f)
{
    struct act then = *act; /* by the workflow that the record began with */
    struct step p = {.a = a, .acting = acting, .c = c, .s = change_store(c), .act = &then, .w = act->workflow};
    enum err e = transition_named(p.w, act->transition, &p.t, f);
    if (e == OK)
        e = step_record(&p, f);
    if (e == OK && !p.t->is_creation) {
        e = workflow_then(a, p.s, p.w, &p.r, &p.w, f);
        if (e == OK)
            e = transition_named(p.w, act->transition, &p.t, f);
        then.workflow = p.w;
    }
    if (e == OK)
        e = step_time(&p, f);
    if (e == OK)
        e = step_judge(&p, f);
    if (e != OK)
        return e;
    p.number = steps_in(&p) + 1;
    p.from = p.t->is_creation ? STR("") : states_text(&p);
    e = step_inputs(&p, f);
    if (e == OK)
        e = step_determined(&p, f);
    if (e == OK)
        e = step_check(&p, f);
    if (e == OK)
        e = step_clocks(&p, f);
    if (e != OK)
        return e;
    step_sets(&p);
    p.to = states_text(&p);
    e = step_write(&p, f);
    if (e == OK && act->papers && act->papers->after)
        e = act->papers->after(act->papers, a, acting, c, &then, p.t, &p.r, p.now_ms, f);
    if (e == OK)
        *ret_done = (struct acted){p.r, p.number, p.role, p.behalf, p.t->paper.n > 0};
    return e;
}
