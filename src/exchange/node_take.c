/* How the province takes the steps of a node: proofs first, then each step by the workflow, and what does not fit is kept for a person. */
#include "base/clock.h"
#include "base/vec.h"
#include "exchange/node.h"
#include "register/log.h"
#include "register/query.h"

#include "base/banned.h"

const char *node_outcome_name(enum node_outcome outcome)
{
    static const char *const names[NODE_OUTCOMES] = {"taken", "there", "conflict"};
    return names[outcome];
}

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_STRING ? v->string : STR("");
}

static enum err senseless(const char *reason, struct fault *f)
{
    return FAULT(f, ERR_NODE_PACKAGE, {"reason", str_of(reason)});
}

static struct str sentence(struct arena *a, const struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
    fault_print(f, LANG_VI, &b);
    return str_dup(a, buf_view(&b));
}

/* ---- proofs */

/* Values that the log shows and personal ones that their commitments prove, as one object; without the lookup code where people will read it. */
static struct str fields_of(struct arena *a, const struct json *record, const struct proof_facts *p, bool has_token)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES),
                 value CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct json_out o;
    const struct json *fields = json_get(record, "fields");
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    for (size_t i = 0; fields && fields->kind == J_OBJECT && i < fields->n; i++) {
        buf_reset(&value);
        json_canonical(a, &fields->members[i].value, &value);
        json_key(&o, fields->members[i].key);
        json_raw(&o, buf_view(&value));
    }
    for (size_t i = 0; i < p->n_shown; i++) {
        if (!has_token && str_is(p->shown[i].name, "token"))
            continue;
        json_key(&o, p->shown[i].name);
        json_raw(&o, p->shown[i].value);
    }
    json_object_end(&o);
    return str_dup(a, buf_view(&b));
}

struct proven {
    struct proof_facts facts;
    struct str *cells;
    struct str json; /* for people to read */
};

static enum err proof_open(struct arena *a, const struct reg *reg, const struct node *node, struct str proof,
                           struct proven *ret, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct fault why = {0};
    struct json *record = NULL, *fields = NULL;
    bool *is_given = ARENA_ARRAY(a, bool, reg->n_fields);
    if (log_check_proof(a, proof, node->verifier, &ret->facts, &why) != OK || ret->facts.is_removal ||
        !str_eq(ret->facts.reg, reg->name))
        return FAULT(f, ERR_NODE_SIGNATURE, {"node", node->code});
    enum err e = json_parse(a, ret->facts.record, STR("proof"), &record, f);
    if (e != OK)
        return e;
    ret->json = fields_of(a, record, &ret->facts, false);
    e = json_parse(a, fields_of(a, record, &ret->facts, true), STR("proof"), &fields, f);
    ret->cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    if (e == OK && record_cells_of_json(a, reg, fields, ret->cells, is_given, &list) != OK) {
        *f = list.p[0]; /* a field that is not declared here: the node has other declarations */
        return list.p[0].code;
    }
    return e;
}

static struct str cell(const struct reg *reg, const struct str *cells, const char *field)
{
    int n = reg_field_number(reg, str_of(field));
    return n != NO_FIELD && cells[n].p ? cells[n] : STR("");
}

/* The records of files that the same revision added to the dossier. */
static enum err files_open(struct arena *a, struct store *s, const struct node *node, const struct json *list,
                           const struct proven *event, struct node_step *ret, struct fault *f)
{
    const struct reg *reg = province_register(s->province, STR("dossier_files"));
    struct str data = ret->data;
    if (!list)
        return OK;
    if (list->kind != J_ARRAY || !reg)
        return senseless("files", f);
    ret->files = ARENA_ARRAY(a, struct str *, list->n + 1);
    for (size_t i = 0; i < list->n; i++) {
        struct proven file = {0};
        struct str proof = list->items[i].kind == J_STRING ? list->items[i].string : STR("");
        enum err e = proof_open(a, reg, node, proof, &file, f);
        if (e != OK)
            return e;
        if (file.facts.rev != event->facts.rev || !str_eq(cell(reg, file.cells, "dossier"), ret->dossier))
            return FAULT(f, ERR_NODE_SIGNATURE, {"node", node->code});
        ret->files[ret->n_files++] = file.cells;
        data = STR_JOIN(a, data, i ? STR(",") : STR(",\"files\":["), file.json);
    }
    ret->data = ret->n_files ? STR_JOIN(a, data, STR("]")) : data;
    return OK;
}

/* What the same revision wrote down of the applicant's declaration. */
static enum err form_open(struct arena *a, struct store *s, const struct node *node, const struct json *form,
                          const struct proven *event, struct node_step *ret, struct fault *f)
{
    struct proven answers = {0};
    if (!form)
        return OK;
    const struct reg *reg = province_register(s->province, member(form, "register"));
    if (!reg || !reg_is_form(reg))
        return senseless("form", f);
    enum err e = proof_open(a, reg, node, member(form, "proof"), &answers, f);
    if (e != OK)
        return e;
    if (answers.facts.rev != event->facts.rev || !str_eq(cell(reg, answers.cells, "dossier"), ret->dossier))
        return FAULT(f, ERR_NODE_SIGNATURE, {"node", node->code});
    ret->form = reg;
    ret->answers = answers.cells;
    ret->data = STR_JOIN(a, ret->data, STR(",\"form\":"), answers.json);
    return OK;
}

static enum err step_open(struct arena *a, struct store *s, const struct node *node, const struct json *item,
                          struct node_step *ret, struct fault *f)
{
    const struct reg *events = province_register(s->province, STR("dossier_events"));
    const struct reg *dossiers = province_register(s->province, STR("dossiers"));
    struct proven event = {0}, dossier = {0};
    int64_t logged_ms = 0;
    if (!events || !dossiers)
        return senseless("dossiers", f);
    enum err e = proof_open(a, events, node, member(item, "event"), &event, f);
    if (e == OK)
        e = proof_open(a, dossiers, node, member(item, "dossier"), &dossier, f);
    if (e != OK)
        return e;
    *ret = (struct node_step){.id = event.facts.id,
                              .dossier = cell(events, event.cells, "dossier"),
                              .transition = cell(events, event.cells, "transition"),
                              .actor = cell(events, event.cells, "actor"),
                              .role = cell(events, event.cells, "role"),
                              .reason = cell(events, event.cells, "reason"),
                              .due_after = cell(events, event.cells, "due_after"),
                              .cells = dossier.cells,
                              .data = STR_JOIN(a, STR("{\"event\":"), event.json, STR(",\"dossier\":"), dossier.json)};
    e = files_open(a, s, node, json_get(item, "files"), &event, ret, f);
    if (e == OK)
        e = form_open(a, s, node, json_get(item, "form"), &event, ret, f);
    if (e != OK)
        return e;
    ret->data = STR_JOIN(a, ret->data, STR("}"));
    struct str at = cell(events, event.cells, "at"), number = cell(events, event.cells, "number");
    for (size_t i = 0; i < number.n && number.p[i] >= '0' && number.p[i] <= '9' && ret->number < INT32_MAX; i++)
        ret->number = ret->number * 10 + (number.p[i] - '0');
    bool is_one = event.facts.rev == dossier.facts.rev && str_eq(dossier.facts.id, ret->dossier);
    if (!is_one || instant_parse(at, &ret->at_ms, NULL) != OK ||
        instant_parse(event.facts.time, &logged_ms, NULL) != OK)
        return FAULT(f, ERR_NODE_SIGNATURE, {"node", node->code});
    struct str now = {NULL, 0};
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(clock_now_ms(), &b);
    now = buf_view(&b);
    bool is_of_its_log = ret->at_ms <= logged_ms && logged_ms - ret->at_ms <= NODE_LATE_MS;
    if (!is_of_its_log || ret->at_ms > clock_now_ms())
        return FAULT(f, ERR_NODE_TIME, {"at", at}, {"from", event.facts.time}, {"now", now});
    return OK;
}

enum err node_batch_open(struct arena *a, struct store *s, struct str code, struct str body, struct node_batch *ret,
                         struct fault *f)
{
    struct json *root = NULL;
    enum err e = node_read(a, s, code, &ret->node, f);
    if (e == OK && !ret->node.verifier.n)
        e = FAULT(f, ERR_NODE_SIGNATURE, {"node", code});
    if (e == OK)
        e = json_parse(a, body, STR("body"), &root, f);
    if (e != OK)
        return e;
    const struct json *steps = json_get(root, "steps");
    if (!str_eq(member(root, "node"), code) || !steps || steps->kind != J_ARRAY)
        return senseless("node, steps", f);
    ret->steps = ARENA_ARRAY(a, struct node_step, steps->n + 1);
    ret->n = steps->n;
    for (size_t i = 0; e == OK && i < steps->n; i++)
        e = step_open(a, s, &ret->node, &steps->items[i], &ret->steps[i], f);
    return e;
}

/* ---- one step */

struct taking {
    struct arena *a;
    struct acting *acting;
    struct store *s;
    const struct workflow *w;
    const struct paper_maker *papers;
    const struct node *node;
    const struct node_step *step;
};

static struct change_info info_of(struct taking *t)
{
    return (struct change_info){.actor = t->step->actor,
                                .reason = t->step->transition,
                                .source = STR_JOIN(t->a, STR("node:"), t->node->code),
                                .is_act = true};
}

/* Whether the step is in the log already, and whether it is this one. */
static enum err look(struct taking *t, bool *ret_is_there, bool *ret_is_same, struct fault *f)
{
    const struct reg *reg = t->w->events;
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    int64_t at_ms = 0;
    enum err e = query_open(t->s, reg, &(struct query_options){.id = t->step->id}, &rows, f);
    *ret_is_there = *ret_is_same = false;
    if (e == OK)
        e = query_next(rows, &r, ret_is_there, f);
    if (e != OK || !*ret_is_there)
        return e;
    *ret_is_same = str_eq(record_text(reg, &r, "node"), t->node->code) &&
                   str_eq(record_text(reg, &r, "transition"), t->step->transition) &&
                   instant_parse(record_text(reg, &r, "at"), &at_ms, NULL) == OK && at_ms == t->step->at_ms;
    return OK;
}

static bool is_input(const struct transition *t, int field)
{
    for (size_t i = 0; i < t->n_required; i++)
        if (t->required[i] == field)
            return true;
    for (size_t i = 0; i < t->n_inputs; i++)
        if (t->inputs[i] == field)
            return true;
    return false;
}

/* What was filled in: of the dossier behind the step, the fields that the transition takes; of a creation, all others too that somebody fills in. */
static void inputs_of(struct taking *t, const struct transition *tr, struct act_input *inputs, size_t *ret_inputs,
                      struct act_input *content, size_t *ret_content)
{
    for (size_t i = 0; i < t->w->reg->n_fields; i++) {
        struct str name = t->w->reg->fields[i].name, text = t->step->cells[i];
        if (!text.n)
            continue;
        if (is_input(tr, (int)i))
            inputs[(*ret_inputs)++] = (struct act_input){name, text};
        else if (dossier_field_is_free(t->w, name))
            content[(*ret_content)++] = (struct act_input){name, text};
    }
}

/* ---- what a node may do at all: it receives. A stolen key, or a laptop that was opened, decides nothing and touches no dossier but its own. */

/* What follows by itself: a part that ended is told to its whole (one open part less, and the part has ended here); the parts of a whole that was withdrawn are. */
static enum err follows(struct taking *t, struct change *c, const struct transition *tr, const struct record *now,
                        bool *ret, struct fault *f)
{
    const struct reg *reg = t->w->reg;
    bool is_told = str_is(tr->id, "part_done");
    struct str other = is_told ? t->step->reason : record_text(reg, now, "parent");
    struct record beside = {0};
    int64_t open = 0;
    *ret = false;
    if (!str_is(t->step->role, ACTOR_SYSTEM) || !other.n || (!is_told && !str_is(tr->id, "withdraw")))
        return OK;
    enum err e = change_current(c, reg, other, &beside, f);
    if (e != OK || !beside.values)
        return e;
    if (is_told)
        *ret = str_eq(record_text(reg, &beside, "parent"), t->step->dossier) &&
               (record_text(reg, &beside, "finished_at").n || record_text(reg, &beside, "closed_on").n) &&
               record_integer(reg, now, "open_parts", &open) &&
               str_eq(str_of(arena_printf(t->a, "%lld", (long long)open - 1)), cell(reg, t->step->cells, "open_parts"));
    else
        *ret = tr->n_to && str_eq(machine_state(tr->to[0].machine, &beside), tr->to[0].states[0]);
    return OK;
}

static enum err is_own(struct taking *t, const struct record *now, bool *ret, struct fault *f)
{
    struct date day = date_of_instant(t->step->at_ms, t->s->province->utc_offset_minutes);
    return node_owns(t->a, t->s, t->node, t->step->dossier, record_text(t->w->reg, now, "reception_office"), day, ret,
                     f);
}

static enum err may_come(struct taking *t, struct change *c, const struct transition *tr, struct fault *f)
{
    const struct node_step *x = t->step;
    struct record now = {0};
    bool is_its = true, is_allowed;
    struct str roles = node_roles(t->a, t->w, t->step->role, &is_allowed);
    enum err e = tr->is_creation ? OK : change_current(c, t->w->reg, x->dossier, &now, f);
    if (e == OK && now.values)
        now = record_copy(t->a, t->w->reg, &now);
    if (e == OK && now.values)
        e = is_own(t, &now, &is_its, f);
    if (e == OK && !is_its)
        return FAULT(f, ERR_NODE_CODE, {"code", x->dossier}, {"node", t->node->code});
    if (e == OK && now.values && !is_allowed)
        e = follows(t, c, tr, &now, &is_allowed, f);
    return e == OK && !is_allowed
               ? FAULT(f, ERR_ACT_ROLE, {"transition", x->transition}, {"id", x->dossier}, {"roles", roles})
               : e;
}

static enum err act(struct taking *t, struct change *c, const struct transition *tr, struct acted *done,
                    struct fault *f)
{
    const struct node_step *x = t->step;
    const struct reg *reg = t->w->reg;
    const struct act_arrived arrived = {t->node->code, x->at_ms};
    struct act_input *inputs = ARENA_ARRAY(t->a, struct act_input, reg->n_fields + 1),
                     *content = ARENA_ARRAY(t->a, struct act_input, reg->n_fields + 1);
    size_t n_inputs = 0, n_content = 0;
    struct act_by by = {.name = x->actor,
                        .as = x->role,
                        .office = t->node->office,
                        .device = STR_JOIN(t->a, STR("node:"), t->node->code)};
    const struct act_input parts = {STR("open_parts"), cell(reg, x->cells, "open_parts")};
    inputs_of(t, tr, inputs, &n_inputs, content, &n_content);
    if (!tr->is_creation)
        return workflow_act(t->a, t->acting, c,
                            &(struct act){.workflow = t->w,
                                          .id = x->dossier,
                                          .transition = x->transition,
                                          .inputs = inputs,
                                          .n_inputs = n_inputs,
                                          .fixed = &parts,
                                          .n_fixed = str_is(x->transition, "part_done") ? 1 : 0,
                                          .reason = x->reason,
                                          .seen = x->number - 1,
                                          .actor = by,
                                          .papers = t->papers,
                                          .arrived = &arrived},
                            done, f);
    return dossier_file(t->a, t->acting, c,
                        &(struct dossier_filing){.workflow = t->w,
                                                 .transition = x->transition,
                                                 .procedure = cell(reg, x->cells, "procedure"),
                                                 .office = cell(reg, x->cells, "office"),
                                                 .reception_office = cell(reg, x->cells, "reception_office"),
                                                 .channel = cell(reg, x->cells, "channel"),
                                                 .code = x->dossier,
                                                 .token = cell(reg, x->cells, "token"),
                                                 .parent = cell(reg, x->cells, "parent"),
                                                 .content = content,
                                                 .n_content = n_content,
                                                 .inputs = inputs,
                                                 .n_inputs = n_inputs,
                                                 .actor = by,
                                                 .reason = x->reason,
                                                 .papers = t->papers,
                                                 .arrived = &arrived},
                        done, f);
}

static enum err form_put(struct taking *t, struct change *c, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    enum put_outcome outcome;
    struct record r;
    if (!t->step->form)
        return OK;
    if (record_parse(t->a, t->step->form, t->step->answers, 0, change_today(c), &r, &list) != OK) {
        *f = list.p[0];
        return list.p[0].code;
    }
    return change_put(c, t->step->form, &r, &outcome, f);
}

static enum err take(struct taking *t, struct acted *done, struct fault *f)
{
    struct change *c;
    const struct transition *tr;
    struct change_info info = info_of(t);
    enum err e = transition_named(t->w, t->step->transition, &tr, f);
    if (e == OK)
        e = change_begin(t->s, &info, &c, f);
    if (e != OK)
        return e;
    e = may_come(t, c, tr, f);
    if (e == OK)
        e = act(t, c, tr, done, f);
    if (e == OK)
        e = node_files_put(t->a, c, t->node, t->step, f);
    if (e == OK)
        e = form_put(t, c, f);
    return change_end(c, e, NULL, f);
}

/* ---- what does not fit */

/* Under which name it is kept. A step that came again after the node had been told otherwise is another one: it has another moment. */
static enum err conflict_name(struct taking *t, const struct reg *reg, struct str at, struct str *ret,
                              bool *ret_is_kept, struct fault *f)
{
    int64_t at_ms = 0;
    enum err e = OK;
    *ret = t->step->id;
    for (int i = 0; e == OK && i < 2; i++) {
        struct query *rows CLEANUP(query_closep) = NULL;
        struct record r;
        bool is_other = false;
        e = query_open(t->s, reg, &(struct query_options){.id = STR_JOIN(t->a, t->node->code, STR("@"), *ret)}, &rows,
                       f);
        if (e == OK)
            e = query_next(rows, &r, ret_is_kept, f);
        if (e == OK && *ret_is_kept && i == 0)
            is_other = instant_parse(record_text(reg, &r, "at"), &at_ms, NULL) == OK && at_ms != t->step->at_ms;
        if (!is_other)
            return e;
        *ret = STR_JOIN(t->a, t->step->id, STR(" "), at);
    }
    return e;
}

/* What was handed in at the counter is with the dossier, whatever became of the step; in the dossiers of others nothing is put. */
static enum err conflict_files(struct taking *t, struct change *c, struct fault *f)
{
    struct record now = {0};
    bool is_its = false;
    enum err e = change_current(c, t->w->reg, t->step->dossier, &now, f);
    if (e == OK && now.values) {
        now = record_copy(t->a, t->w->reg, &now);
        e = is_own(t, &now, &is_its, f);
    }
    return e == OK && is_its ? node_files_put(t->a, c, t->node, t->step, f) : e;
}

static enum err conflict_put(struct taking *t, struct change *c, const struct reg *reg, struct str name, struct str at,
                             struct str why, struct fault *f)
{
    const struct node_step *x = t->step;
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct record r;
    enum put_outcome outcome;
    const struct {
        const char *name;
        struct str text;
    } given[] = {{"node", t->node->code},
                 {"step", name},
                 {"transition", x->transition},
                 {"at", at},
                 {"actor", x->actor},
                 {"arrived_on", change_today(c)},
                 {"unit", cell(t->w->reg, x->cells, "unit")},
                 {"why", why},
                 {"data", x->data}};
    struct str *cells = ARENA_ARRAY(t->a, struct str, reg->n_fields);
    for (size_t i = 0; i < ARRAY_LEN(given); i++) {
        int field = reg_field_number(reg, str_of(given[i].name));
        if (field != NO_FIELD)
            cells[field] = given[i].text;
    }
    if (record_parse(t->a, reg, cells, 0, change_today(c), &r, &list) != OK) {
        *f = list.p[0];
        return list.p[0].code;
    }
    return change_put(c, reg, &r, &outcome, f);
}

static enum err conflict(struct taking *t, struct str why, bool has_files, struct fault *f)
{
    const struct reg *reg = province_register(t->s->province, STR("node_conflicts"));
    struct buf at CLEANUP(buf_done) = BUF_INIT(64);
    struct change_info info = info_of(t);
    struct change *c;
    struct str name;
    bool is_kept = false;
    if (!reg)
        return FAULT(f, ERR_NODE_PACKAGE, {"reason", why});
    instant_print(t->step->at_ms, &at);
    enum err e = conflict_name(t, reg, buf_view(&at), &name, &is_kept, f);
    if (e != OK || is_kept)
        return e;
    e = change_begin(t->s, &info, &c, f);
    if (e != OK)
        return e;
    e = conflict_put(t, c, reg, name, buf_view(&at), why, f);
    if (e == OK && has_files)
        e = conflict_files(t, c, f);
    return change_end(c, e, NULL, f);
}

static enum err taken(struct taking *t, const struct acted *done, struct node_taken *ret, struct fault *f)
{
    struct str due = record_text(t->w->reg, &done->record, "due_at");
    ret->outcome = NODE_TAKEN;
    if (!t->step->due_after.n || !due.n || str_eq(due, t->step->due_after))
        return OK;
    /* The paper that the applicant holds says otherwise: a person must tell him, or keep the earlier promise. */
    ret->why = STR_JOIN(t->a, STR("Giấy của quầy hẹn "), t->step->due_after, STR(", ở đây tính ra "), due);
    return conflict(t, ret->why, false, f); /* its files came with the step */
}

static enum err take_one(struct taking *t, struct node_taken *ret, struct fault *f)
{
    bool is_there = false, is_same = false;
    struct acted done = {0};
    struct fault why = {0};
    ret->id = t->step->id;
    enum err e = look(t, &is_there, &is_same, f);
    if (e != OK)
        return e;
    if (is_same) {
        ret->outcome = NODE_THERE;
        return OK;
    }
    e = is_there ? FAULT(&why, ERR_ACT_STALE, {"id", t->step->dossier}) : take(t, &done, &why);
    if (e == OK)
        return taken(t, &done, ret, f);
    if (err_http(e) >= 500)
        return *f = why, e;
    ret->outcome = NODE_CONFLICT;
    ret->why = sentence(t->a, &why);
    return conflict(t, ret->why, true, f);
}

enum err node_batch_take(struct arena *a, struct acting *acting, struct store *s, const struct workflow *w,
                         const struct paper_maker *papers, const struct node_batch *batch, struct node_taken **ret_list,
                         struct fault *f)
{
    struct node_taken *list = ARENA_ARRAY(a, struct node_taken, batch->n + 1);
    enum err e = OK;
    for (size_t i = 0; e == OK && i < batch->n; i++)
        e = take_one(&(struct taking){.a = a,
                                      .acting = acting,
                                      .s = s,
                                      .w = w,
                                      .papers = papers,
                                      .node = &batch->node,
                                      .step = &batch->steps[i]},
                     &list[i], f);
    *ret_list = list;
    return e;
}
