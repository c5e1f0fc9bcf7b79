/* How a dossier begins: where, under which code, with which lookup code. */
#include "workflow/dossier.h"

#include "workflow/dossier_parts.h"

#include "base/clock.h"
#include "crypt/hash.h"
#include "workflow/node.h"

#include "base/banned.h"

/* ---- codes */

enum { SHORT_DIGITS = 4, SHORT_MOST = 9999, LONG_MOST = 9999999 };

static struct str head_of(struct arena *a, struct str id_code, struct date day)
{
    return str_of(arena_printf(a, "%.*s-%02d%02d%02d", STR_ARG(id_code), day.year % 100, day.month, day.day));
}

static struct str code_of(struct arena *a, struct str head, int64_t number)
{
    return str_of(arena_printf(a, "%.*s-%04lld", STR_ARG(head), (long long)number));
}

/* The number of the greatest code of four digits that begins so and stands before `below`, whatever became of its record; 0: none. */
static enum err greatest(struct store *s, struct str head, struct str below, int64_t *ret_number, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    *ret_number = 0;
    enum err e = stmt_new(s->db,
                          STR("SELECT _id FROM r_dossiers WHERE _id > ?1 || '-' AND _id < ?3 AND length(_id) = ?2 "
                              "ORDER BY _id DESC LIMIT 1"),
                          &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, head);
    stmt_bind_int(st, 2, (int64_t)(head.n + 1 + SHORT_DIGITS));
    stmt_bind_text(st, 3, below);
    e = stmt_step(st, &has_row, f);
    struct str code = e == OK && has_row ? stmt_column_text(st, 0) : STR("");
    for (size_t i = head.n + 1; i < code.n; i++)
        *ret_number = *ret_number * 10 + (code.p[i] - '0');
    return e;
}

static enum err was_given(struct arena *a, struct store *s, struct str head, int64_t number, bool *ret, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(s->db, STR("SELECT EXISTS(SELECT 1 FROM r_dossiers WHERE _id = ?1)"),
                              DB_VALUES(db_text(code_of(a, head, number))), &n, f);
    *ret = n != 0;
    return e;
}

/* Of more digits than four; 0: none. No node has such numbers, so they were given one after another, and halving finds the last. */
static enum err greatest_long(struct arena *a, struct store *s, struct str head, int64_t *ret_number, struct fault *f)
{
    int64_t given = SHORT_MOST, free = LONG_MOST + 1;
    bool is_given = false;
    enum err e = was_given(a, s, head, given + 1, &is_given, f);
    while (e == OK && is_given && free - given > 1) {
        bool was = false;
        int64_t middle = given + (free - given) / 2;
        e = was_given(a, s, head, middle, &was, f);
        *(was ? &given : &free) = middle;
    }
    *ret_number = is_given ? given : 0;
    return e;
}

static const struct number_block *block_of(const struct number_block *blocks, size_t n, int64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (number >= blocks[i].first && number <= blocks[i].last)
            return &blocks[i];
    return NULL;
}

/* Of four digits; what nodes have sent does not count. */
static enum err greatest_own(struct arena *a, struct store *s, struct str head, const struct number_block *blocks,
                             size_t n_blocks, int64_t *ret_number, struct fault *f)
{
    struct str below = STR_JOIN(a, head, STR("."));
    const struct number_block *reserved = NULL;
    enum err e = OK;
    do {
        e = greatest(s, head, below, ret_number, f);
        reserved = e == OK && *ret_number ? block_of(blocks, n_blocks, *ret_number) : NULL;
        if (reserved)
            below = code_of(a, head, reserved->first);
    } while (reserved);
    return e;
}

/* At the province: the next number that is reserved for no node. */
static enum err next_free(struct arena *a, struct store *s, struct str head, const struct number_block *blocks,
                          size_t n_blocks, int64_t *ret, struct fault *f)
{
    int64_t n = 0;
    enum err e = greatest_long(a, s, head, &n, f);
    if (e == OK && n == 0)
        e = greatest_own(a, s, head, blocks, n_blocks, &n, f);
    n++;
    for (const struct number_block *b; (b = block_of(blocks, n_blocks, n));)
        n = b->last + 1;
    *ret = n;
    return e;
}

/* At a node: the next of its own. */
static enum err next_own(struct arena *a, struct store *s, struct str head, const struct number_block *blocks,
                         size_t n_blocks, const struct node_self *self, int64_t *ret, struct fault *f)
{
    for (size_t i = 0; i < n_blocks; i++) {
        int64_t n = 0;
        struct str behind = STR_JOIN(a, code_of(a, head, blocks[i].last), STR("~"));
        enum err e = greatest(s, head, behind, &n, f);
        if (e != OK)
            return e;
        *ret = n < blocks[i].first ? blocks[i].first : n + 1;
        if (*ret <= blocks[i].last)
            return OK;
    }
    return FAULT(f, ERR_NODE_BLOCK, {"office", self->office});
}

enum err dossier_code_next(struct arena *a, struct store *s, struct str id_code, struct date day, struct str *ret_code,
                           struct fault *f)
{
    struct str head = head_of(a, id_code, day);
    struct node_self self;
    struct number_block *blocks = NULL;
    size_t n_blocks = 0;
    bool is_node = false;
    int64_t n = 0;
    enum err e = node_self_read(a, s->db, &self, &is_node, f);
    if (e == OK)
        e = node_blocks(a, s, id_code, day, is_node ? self.code : STR(""), &blocks, &n_blocks, f);
    if (e == OK)
        e = is_node ? next_own(a, s, head, blocks, n_blocks, &self, &n, f)
                    : next_free(a, s, head, blocks, n_blocks, &n, f);
    if (e == OK)
        *ret_code = code_of(a, head, n);
    return e;
}

/* ---- lookup codes */

static const char token_letters[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* without i, l, o, u */
enum { TOKEN_LETTERS = 16, TOKEN_GROUP = 4 };

struct str dossier_token_new(struct arena *a)
{
    unsigned char random[TOKEN_LETTERS];
    char *p = arena_alloc(a, TOKEN_LETTERS + TOKEN_LETTERS / TOKEN_GROUP);
    size_t n = 0;
    random_bytes(random, sizeof random);
    for (size_t i = 0; i < TOKEN_LETTERS; i++) {
        if (i && i % TOKEN_GROUP == 0)
            p[n++] = '-';
        p[n++] = token_letters[random[i] % 32];
    }
    return str_slice(p, n);
}

/* What people mistake for a letter of the code is taken as that letter. */
static char letter(char c)
{
    char low = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    return low == 'o' ? '0' : low == 'i' || low == 'l' ? '1' : low;
}

bool dossier_token_fits(struct str kept, struct str given)
{
    unsigned differs = kept.n == 0;
    size_t at = 0;
    for (size_t i = 0; i < kept.n; i++) {
        if (kept.p[i] == '-')
            continue;
        while (at < given.n && (given.p[at] == '-' || given.p[at] == ' '))
            at++;
        differs |= at < given.n ? (unsigned)(kept.p[i] ^ letter(given.p[at])) : 1U;
        at += at < given.n;
    }
    while (at < given.n && (given.p[at] == '-' || given.p[at] == ' '))
        at++;
    return differs == 0 && at == given.n;
}

/* ---- what the catalogue says */

static enum channel channel_of(struct str code)
{
    enum channel c = CHANNEL_COUNTER;
    for (int i = 0; i < CHANNELS; i++)
        if (str_is(code, channel_code((enum channel)i)))
            c = (enum channel)i;
    return c;
}

static struct str term_text(struct arena *a, const struct procedure_term *t)
{
    return t->is_given && t->limit.unit != LIMIT_UNSPECIFIED
               ? str_of(arena_printf(a, "%d %s", t->limit.n, limit_unit_code(t->limit.unit)))
               : STR("");
}

enum err dossier_terms(struct arena *a, const struct procedure *p, struct str channel, struct str variant,
                       struct date day, const struct act_input **ret, size_t *ret_n, struct fault *f)
{
    enum { MOST = 5 };
    struct limit limit;
    const struct str online[] = {STR("online")};
    enum err e = procedure_limit(p, channel_of(channel), variant, &limit, f);
    if (e != OK)
        return e;
    struct act_input *list = ARENA_ARRAY(a, struct act_input, MOST);
    size_t n = 0;
    list[n++] = (struct act_input){STR("limit"), str_of(arena_printf(a, "%d", limit.n))};
    list[n++] = (struct act_input){STR("limit_unit"), str_of(limit_unit_code(limit.unit))};
    list[n++] = (struct act_input){STR("limit_law"), term_text(a, &p->law)};
    list[n++] = (struct act_input){STR("supplement_clock"), p->is_restarted ? STR("restart") : STR("resume")};
    struct procedure_sum sum = procedure_fee(p, day, online, str_is(channel, "online"), 1);
    if (sum.is_known)
        list[n++] = (struct act_input){STR("fee_vnd"), str_of(arena_printf(a, "%lld", (long long)sum.vnd))};
    *ret = list;
    *ret_n = n;
    return OK;
}

/* Handed over, it is for the office that settles it to see; who received it sees it by its unit all the time. */
static void holder_of(const struct act *act, const struct transition *t, const struct record *r, struct act_input *ret,
                      size_t *ret_n)
{
    const struct reg *reg = act->workflow->reg;
    for (size_t i = 0; i < t->n_to; i++)
        if (str_is(reg->fields[t->to[i].machine->field].name, "custody") && str_is(t->to[i].states[0], "to_office"))
            ret[(*ret_n)++] = (struct act_input){STR("agency"), record_text(reg, r, "office")};
}

/* Somebody signed in acts for his office: what only the office that settles may do, he does there; all else there or where it was received. */
static enum err office_may(const struct act *act, const struct transition *t, const struct record *r, struct fault *f)
{
    const struct reg *reg = act->workflow->reg;
    struct str office = record_text(reg, r, "office"), reception = record_text(reg, r, "reception_office");
    bool is_official = act->actor.subject && !act->actor.as.n;
    bool is_of_both = transition_is_by(t, STR("reception_officer")) || transition_is_by(t, STR("cashier"));
    if (!is_official || str_eq(act->actor.office, office) || (is_of_both && str_eq(act->actor.office, reception)))
        return OK;
    return FAULT(f, ERR_ACT_OFFICE, {"id", r->id}, {"office", office}, {"own", act->actor.office});
}

static bool asks_case(const struct act *act, const struct transition *t)
{
    int variant = reg_field_number(act->workflow->reg, STR("variant"));
    for (size_t i = 0; i < t->n_inputs; i++)
        if (t->inputs[i] == variant)
            return variant != NO_FIELD;
    return false;
}

enum err dossier_determine(const struct paper_maker *m, struct arena *a, struct store *s, const struct act *act,
                           const struct transition *t, const struct record *r, int64_t now_ms,
                           const struct act_input **ret_fixed, size_t *ret_n, struct fault *f)
{
    enum { MOST = 12 };
    const struct reg *reg = act->workflow->reg;
    struct act_input *list = ARENA_ARRAY(a, struct act_input, MOST);
    const struct act_input *terms = NULL;
    struct procedure *p;
    struct date filed;
    size_t n = 0, n_terms = 0;
    (void)m, (void)now_ms;
    enum err e = office_may(act, t, r, f);
    holder_of(act, t, r, list, &n);
    if (e == OK && asks_case(act, t)) {
        e = date_parse(record_text(reg, r, "filed_on"), &filed, f);
        if (e == OK)
            e = procedure_read(a, s, record_text(reg, r, "procedure"), filed, &p, f);
        if (e == OK)
            e = dossier_terms(a, p, record_text(reg, r, "channel"), record_text(reg, r, "variant"), filed, &terms,
                              &n_terms, f);
    }
    for (size_t i = 0; e == OK && i < n_terms; i++)
        list[n++] = terms[i];
    *ret_fixed = list;
    *ret_n = n;
    return e;
}

/* ---- filing */

static enum err give(struct arena *a, const struct reg *reg, struct record *r, struct str field, struct str text,
                     struct str today, struct fault *f)
{
    int n = reg_field_number(reg, field);
    if (n == NO_FIELD)
        return FAULT(f, ERR_DOSSIER_FIELD, {"field", field});
    enum err e = value_parse(a, &reg->fields[n], text, today, &r->values[n], f);
    if (e != OK)
        fault_field(f, field);
    return e;
}

/* What may be filled in when a dossier begins: who, where to reach him, what he asks for. All else comes about by steps. */
static bool is_free(struct str field)
{
    static const char *const free_fields[] = {
        "variant", "applicant", "applicant_kind", "personal_id", "tax_code",  "phone",
        "email",   "address",   "representative", "parties",     "supporter", "supporter_kind",
        "account", "sent_as",   "content",        "sets",        "return_by"};
    for (size_t i = 0; i < ARRAY_LEN(free_fields); i++)
        if (str_is(field, free_fields[i]))
            return true;
    return false;
}

static bool is_steered(const struct workflow *w, struct str field)
{
    int n = reg_field_number(w->reg, field);
    for (size_t i = 0; i < w->n_machines; i++)
        if (w->machines[i].field == n || w->machines[i].since == n)
            return true;
    for (size_t i = 0; i < w->n_clocks; i++) {
        const struct work_clock *c = &w->clocks[i];
        const int held[] = {c->start, c->first, c->due, c->late, c->paused, c->left, c->extended, c->end};
        for (size_t k = 0; k < ARRAY_LEN(held); k++)
            if (held[k] == n && n != NO_FIELD)
                return true;
    }
    return n == w->version || n == w->steps;
}

bool dossier_field_is_free(const struct workflow *w, struct str field)
{
    return is_free(field) && !is_steered(w, field);
}

struct filing {
    const struct dossier_filing *d;
    struct office at;
    struct str code, today, office, variant;
    const struct act_input *terms;
    size_t n_terms;
    struct str *parts; /* procedures that it is joined up of */
    size_t n_parts;
    bool needs_presence; /* of all parties, in person */
};

/* Who settles it, how long that takes, what it costs. */
static enum err judge(struct arena *a, struct acting *acting, struct store *s, struct filing *x, struct date day,
                      struct fault *f)
{
    const struct procedure *p = NULL;
    struct office office;
    const struct dossier_filing *d = x->d;
    enum err e = acting_procedure(acting, s, d->procedure, day, &p, f);
    for (size_t i = 0; i < d->n_content; i++)
        if (str_is(d->content[i].field, "variant"))
            x->variant = d->content[i].text;
    for (size_t i = 0; i < d->n_inputs; i++)
        if (str_is(d->inputs[i].field, "variant"))
            x->variant = d->inputs[i].text;
    for (size_t i = 0; e == OK && i < p->n_shapes; i++)
        x->needs_presence |= str_is(p->shapes[i], "several_parties");
    x->office = d->office;
    if (e == OK && !d->office.n) {
        e = acting_competent(acting, a, s, p, x->at.unit, day, &office, f);
        x->office = e == OK ? office.code : STR("");
    }
    return e == OK ? dossier_terms(a, p, d->channel, x->variant, day, &x->terms, &x->n_terms, f) : e;
}

static enum err fill(struct arena *a, const struct filing *x, struct record *r, struct fault *f)
{
    const struct dossier_filing *d = x->d;
    const struct office *at = &x->at;
    struct str code = x->code, today = x->today;
    const struct reg *reg = d->workflow->reg;
    const struct act_input fixed[] = {
        {STR("code"), code},
        {STR("procedure"), d->procedure},
        {STR("office"), x->office},
        {STR("reception_office"), at->code},
        {STR("unit"), at->unit},
        {STR("agency"), at->code},
        {STR("channel"), d->channel},
        {STR("filed_on"), today},
        {STR("token"), d->arrived && d->token.n ? d->token : dossier_token_new(a)},
    };
    enum err e = OK;
    r->id = code;
    r->values = ARENA_ARRAY(a, struct value, reg->n_fields);
    r->is_sample = d->is_sample;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(fixed); i++)
        e = give(a, reg, r, fixed[i].field, fixed[i].text, today, f);
    if (e == OK && d->parent.n)
        e = give(a, reg, r, STR("parent"), d->parent, today, f);
    if (e == OK && x->needs_presence)
        e = give(a, reg, r, STR("needs_presence"), STR("true"), today, f);
    if (e == OK && d->is_verified && reg_field_number(reg, STR("is_verified")) != NO_FIELD)
        e = give(a, reg, r, STR("is_verified"), STR("true"), today, f);
    if (e == OK && x->n_parts)
        e = give(a, reg, r, STR("open_parts"), str_of(arena_printf(a, "%zu", x->n_parts)), today, f);
    for (size_t i = 0; e == OK && i < x->n_terms; i++)
        e = give(a, reg, r, x->terms[i].field, x->terms[i].text, today, f);
    for (size_t i = 0; e == OK && i < d->n_content; i++) {
        struct str field = d->content[i].field;
        if (!dossier_field_is_free(d->workflow, field))
            e = FAULT(f, ERR_DOSSIER_FIELD, {"field", field});
        else
            e = give(a, reg, r, field, d->content[i].text, today, f);
    }
    int sets = reg_field_number(reg, STR("sets"));
    if (e == OK && sets != NO_FIELD && r->values[sets].kind == VALUE_NULL)
        r->values[sets] = (struct value){.kind = VALUE_INTEGER, .integer = 1};
    for (size_t i = 0; e == OK && i < reg->n_fields; i++) /* states are set by the step */
        if (reg->fields[i].is_required && r->values[i].kind == VALUE_NULL &&
            !is_steered(d->workflow, reg->fields[i].name)) {
            e = FAULT(f, ERR_VALUE_REQUIRED, {"field", reg->fields[i].name});
            fault_field(f, reg->fields[i].name);
        }
    return e;
}

/* A part is a dossier of its own: filed by the same person, at the same place, at the same moment. */
static enum err file_part(struct arena *a, struct acting *acting, struct change *c, const struct dossier_filing *whole,
                          struct str procedure, struct str parent, struct fault *f)
{
    struct dossier_filing part = *whole;
    struct acted done;
    part.procedure = procedure;
    part.parent = parent;
    part.office = part.code = STR("");
    return dossier_file(a, acting, c, &part, &done, f);
}

/* Of its numbers, of that office, and of the day on which it says that it received. */
static enum err code_is_of_node(struct arena *a, struct store *s, const struct filing *x, struct date day,
                                struct fault *f)
{
    const struct dossier_filing *d = x->d;
    bool holds = false;
    struct str head = STR_JOIN(a, head_of(a, x->at.id_code, day), STR("-"));
    enum err e = node_block_holds(a, s, d->arrived->node, d->code, &holds, f);
    bool is_right = holds && str_starts(d->code, head);
    return e == OK && !is_right ? FAULT(f, ERR_NODE_CODE, {"code", d->code}, {"node", d->arrived->node}) : e;
}

enum err dossier_file(struct arena *a, struct acting *acting, struct change *c, const struct dossier_filing *filing,
                      struct acted *ret_done, struct fault *f)
{
    struct store *s = change_store(c);
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    struct filing x = {.d = filing, .code = filing->code};
    struct record r = {0};
    int64_t now_ms = filing->arrived                       ? filing->arrived->at_ms
                     : filing->now_ms && filing->is_sample ? filing->now_ms
                                                           : clock_now_ms();
    struct date day = date_of_instant(now_ms, s->province->utc_offset_minutes);
    date_print(day, &b);
    x.today = str_dup(a, buf_view(&b));
    enum err e = acting_office(acting, a, s, filing->reception_office, day, &x.at, f);
    if (e == OK)
        e = judge(a, acting, s, &x, day, f);
    if (e == OK && !filing->parent.n)
        e = parts_of(a, s, filing->procedure, &x.parts, &x.n_parts, f);
    if (e == OK && filing->arrived)
        e = code_is_of_node(a, s, &x, day, f);
    if (e == OK && !x.code.n)
        e = dossier_code_next(a, s, x.at.id_code, day, &x.code, f);
    if (e == OK)
        e = fill(a, &x, &r, f);
    if (e != OK)
        return e;
    struct act act = {.workflow = filing->workflow,
                      .transition = filing->transition,
                      .inputs = filing->inputs,
                      .n_inputs = filing->n_inputs,
                      .reason = filing->reason,
                      .seen = -1,
                      .create = &r,
                      .actor = filing->actor,
                      .papers = filing->papers,
                      .arrived = filing->arrived,
                      .now_ms = filing->now_ms};
    if (!act.actor.office.n)
        act.actor.office = x.at.code;
    e = workflow_act(a, acting, c, &act, ret_done, f);
    for (size_t i = 0; e == OK && i < x.n_parts && !filing->arrived; i++) /* a node sends the parts as it made them */
        e = file_part(a, acting, c, filing, x.parts[i], ret_done->record.id, f);
    return e;
}
