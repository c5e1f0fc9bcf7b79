/* Invented dossiers: who files what, where, when; then all go on together, a step of each in one change. */
#include "workflow/sample_dossiers.h"

#include "register/query.h"
#include "workflow/feedback.h"
#include "workflow/sample_form.h"
#include "workflow/sample_story.h"

#include "base/banned.h"

enum { TOGETHER = 1500, MOST_STEPS = 150, HOUR_MS = 3600000 };

static const char words_path[] = "data/dossiers.yaml";

/* A procedure of the list, as of the days [from, to) that were asked for. */
struct kind {
    struct str code;
    struct procedure *p; /* NULL: nobody can ask for it then */
    struct str from, to;
    bool is_read;
};

struct place {
    struct str code, unit, name, from, to;
};

struct sampler {
    struct arena *a, *batch, *row;
    struct store *s;
    const struct workflow *w;
    const struct dossier_sampling *o;
    struct acting *acting;
    struct paper_maker papers;
    struct names names;
    struct story_words words;
    struct form_words forms;
    const struct word_list *procedures, *streets;
    struct kind *kinds;
    VEC(struct place) communes;
    VEC(struct story) stories;
    struct story_world world, feedback_world;
    struct map offices;        /* code@day → struct str * */
    struct kind *village_kind; /* what the next `neighbours` file, from where */
    const struct place *village;
    uint64_t random, neighbours;
    int64_t wave;
    bool has_waited;
    struct dossier_sampled done;
    struct fault *f;
};

/* ---- opening */

static enum err read_words_of(struct sampler *m, struct faults *list)
{
    struct word_list *lists;
    size_t n;
    const struct province *p = m->s->province;
    enum err e = names_read(m->a, p, &m->names, list);
    if (e == OK)
        e = words_read(m->a, p, str_of(words_path), &lists, &n, list);
    if (e != OK)
        return e;
    m->procedures = words_named(lists, n, "procedures");
    m->streets = words_named(lists, n, "streets");
    e = story_words_read(lists, n, &m->words, m->f);
    if (e != OK)
        return e;
    if (m->procedures->n == 0 || m->streets->n == 0)
        return FAULT(m->f, ERR_SAMPLE_NOTHING, {"field", STR("procedures")});
    m->kinds = ARENA_ARRAY(m->a, struct kind, m->procedures->n);
    for (size_t i = 0; i < m->procedures->n; i++)
        m->kinds[i].code = m->procedures->words[i];
    return form_words_read(m->a, p, lists, n, &m->names, &m->forms, m->f);
}

/* UBND xã Đắk Sin → xã Đắk Sin. */
static struct str place_named(struct str office)
{
    static const char body[] = "UBND ";
    bool has_body = str_starts(office, str_of(body));
    return has_body ? str_slice(office.p + sizeof body - 1, office.n - (sizeof body - 1)) : office;
}

static enum err read_communes(struct sampler *m)
{
    const struct reg *reg;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row;
    enum err e = province_register_find(m->s->province, STR("offices"), &reg, m->f);
    struct query_options o = {.filter = STR("level = 'commune'"), .sort = STR("code,valid_from")};
    if (e == OK)
        e = query_open(m->s, reg, &o, &q, m->f);
    while (e == OK && (e = query_next(q, &r, &has_row, m->f)) == OK && has_row) {
        struct place x = {str_dup(m->a, record_text(reg, &r, "code")), str_dup(m->a, record_text(reg, &r, "unit")),
                          str_dup(m->a, place_named(record_text(reg, &r, "short_name"))),
                          str_dup(m->a, record_text(reg, &r, "valid_from")),
                          str_dup(m->a, record_text(reg, &r, "valid_to"))};
        VEC_PUSH(m->a, &m->communes, x);
    }
    return e;
}

static bool is_within(struct str from, struct str to, struct str day)
{
    return (!from.n || str_cmp(from, day) <= 0) && (!to.n || str_cmp(day, to) < 0);
}

/* ---- what can be asked for */

static enum err kind_on(struct sampler *m, struct kind *k, struct date day, struct str iso)
{
    struct fault ignored = {0};
    struct limit limit;
    if (k->is_read && is_within(k->from, k->to, iso))
        return OK;
    k->is_read = true;
    enum err e = procedure_read(m->a, m->s, k->code, day, &k->p, &ignored);
    if (e != OK) { /* until the next day asked for */
        k->p = NULL;
        k->from = iso;
        k->to = date_iso(m->a, date_add_days(day, 1));
        return e == ERR_PROCEDURE_NOT_THEN || e == ERR_PROCEDURE_UNKNOWN ? OK : FAULT(m->f, e, {"code", k->code});
    }
    k->from = k->p->from;
    k->to = k->p->to;
    if (k->p->n_variants == 0 && procedure_limit(k->p, CHANNEL_COUNTER, STR(""), &limit, &ignored) != OK)
        k->p = NULL;
    return OK;
}

static struct str variant_of(struct sampler *m, const struct procedure *p)
{
    for (size_t i = 0; i < p->n_variants; i++)
        if (!p->variants[i].is_phase && (i + 1 == p->n_variants || draw_unit(&m->random) < 0.7))
            return p->variants[i].code;
    return STR("");
}

static struct str channel_drawn(struct sampler *m, const struct procedure *p)
{
    double x = draw_unit(&m->random), online = p->level.n && !str_is(p->level, "information") ? 0.55 : 0.12;
    return x < online ? STR("online") : x < online + 0.04 ? STR("post") : STR("counter");
}

/* ---- filing */

static const struct place *commune_drawn(struct sampler *m, struct str iso)
{
    for (int tries = 0; tries < 1000; tries++) {
        /* Some are three times as large as others. */
        double x = draw_unit(&m->random);
        const struct place *p = &m->communes.p[(size_t)(x * (0.4 + 0.6 * x) * (double)m->communes.n)];
        if (is_within(p->from, p->to, iso))
            return p;
    }
    return NULL;
}

static struct story *story_added(struct sampler *m)
{
    struct story none = {.random = 0};
    VEC_PUSH(m->batch, &m->stories, none);
    struct story *s = &m->stories.p[m->stories.n - 1];
    s->random = draw_next(&m->random);
    return s;
}

/* Where it is received: the commune, or the department that settles it. */
static enum err settle_offices(struct sampler *m, struct story *s, const struct procedure *p, struct date day,
                               bool *ret_is_any)
{
    struct office office;
    struct fault ignored = {0};
    enum err e = procedure_office(m->batch, m->s, p, s->unit, day, &office, &ignored);
    *ret_is_any = e == OK;
    if (e != OK)
        return e == ERR_OFFICE_NONE || e == ERR_OFFICE_UNKNOWN ? OK : FAULT(m->f, e, {"unit", s->unit});
    s->office = office.code;
    if (!str_is(office.level, "commune"))
        s->reception = office.code;
    return OK;
}

static enum err story_begun(struct sampler *m, struct story *s, struct kind *k, struct date day, bool *ret_is_any)
{
    const struct procedure *p = k->p;
    struct limit limit = {0};
    struct fault ignored = {0};
    s->procedure = k->code;
    s->form = p->form;
    s->channel = s->channel.n ? s->channel : channel_drawn(m, p);
    s->variant = variant_of(m, p);
    enum channel channel = str_is(s->channel, "online") ? CHANNEL_ONLINE
                           : str_is(s->channel, "post") ? CHANNEL_POST
                                                        : CHANNEL_COUNTER;
    *ret_is_any = procedure_limit(p, channel, s->variant, &limit, &ignored) == OK;
    if (!*ret_is_any)
        return OK;
    bool is_online = channel == CHANNEL_ONLINE;
    s->fate = story_fate(&m->random, p, &limit, is_online);
    s->step = is_online ? STR("file_online") : STR("receive");
    s->role = is_online ? "applicant" : "reception_officer";
    s->now_ms = is_online ? s->now_ms : office_next_open(m->world.clock, s->now_ms);
    *ret_is_any = date_compare(date_of_instant(s->now_ms, m->world.offset_minutes), day) == 0; /* else it was closed */
    return *ret_is_any ? settle_offices(m, s, p, day, ret_is_any) : OK;
}

/* One that somebody files on that day; none when the procedure that was drawn cannot be asked for then. */
static enum err story_drawn(struct sampler *m, struct date day)
{
    struct str iso = date_iso(m->a, day);
    bool is_any = false, is_next = m->neighbours > 0;
    m->neighbours -= is_next;
    struct kind *k =
        is_next ? m->village_kind : &m->kinds[draw_weighted(&m->random, m->procedures->upto, m->procedures->n)];
    enum err e = kind_on(m, k, day, iso);
    const struct place *at =
        is_next && is_within(m->village->from, m->village->to, iso) ? m->village : commune_drawn(m, iso);
    if (e != OK || !k->p || !at)
        return e;
    struct story *s = story_added(m);
    s->unit = at->unit;
    s->reception = at->code;
    s->place = at->name;
    double hour = 6 + 16 * draw_unit(&m->random), busy = 7.5 + 9 * draw_unit(&m->random);
    s->now_ms = instant_of_date(day, m->world.offset_minutes) +
                (int64_t)((draw_unit(&m->random) < 0.7 ? busy : hour) * HOUR_MS);
    e = story_begun(m, s, k, day, &is_any);
    if (e != OK || !is_any || s->now_ms > m->o->until_ms) {
        m->stories.n--;
    } else if (s->fate & FATE_BATCH && !is_next) { /* a village comes together */
        m->village_kind = k, m->village = at;
        m->neighbours = 3 + draw_below(&m->random, 8);
    }
    return e;
}

/* ---- a step */

static size_t content_of(struct sampler *m, const struct story *s, const struct applicant *who, struct act_input *c)
{
    static const char *const ways[] = {"counter", "counter", "post", "electronic"};
    size_t n = 0;
    c[n++] = (struct act_input){STR("applicant"), who->name};
    c[n++] = (struct act_input){STR("applicant_kind"), STR("citizen")};
    c[n++] = (struct act_input){STR("personal_id"), who->id};
    c[n++] = (struct act_input){STR("phone"),
                                str_of(arena_printf(m->row, "09%08u", (unsigned)draw_below(&m->random, 100000000)))};
    c[n++] = (struct act_input){STR("address"), STR_JOIN(m->row, who->street, STR(", "), s->place)};
    uint64_t way = draw_below(&m->random, 4);
    bool is_online = str_is(s->channel, "online");
    c[n++] = (struct act_input){STR("return_by"), str_of(ways[is_online ? way : way < 3 ? 0 : 2])};
    if (s->variant.n)
        c[n++] = (struct act_input){STR("variant"), s->variant};
    return n;
}

/* Who has taken over by the day of the step; nobody, of a body that left its work to several others. */
static struct str office_then(struct sampler *m, struct str code, int64_t ms)
{
    struct date day = date_of_instant(ms, m->world.offset_minutes);
    struct str key = STR_JOIN(m->row, code, STR("@"), date_iso(m->row, day));
    struct str *known = map_get(&m->offices, key);
    struct office office;
    struct fault ignored = {0};
    if (known)
        return *known;
    known = ARENA_NEW(m->a, struct str);
    *known = office_read(m->row, m->s, code, day, &office, &ignored) == OK ? str_dup(m->a, office.code) : STR("");
    map_put(m->a, &m->offices, str_dup(m->a, key), known);
    return *known;
}

static struct act_by actor_of(struct sampler *m, const struct story *s)
{
    static const char *const plain[] = {"applicant", "system"};
    struct act_by by = {.name = str_of(s->role), .as = str_of(s->role)};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (str_is(by.name, plain[i])) {
            by.office = office_then(m, s->reception, s->now_ms);
            return by;
        }
    bool is_reception = str_is(by.as, "reception_officer") || str_is(by.as, "cashier");
    by.office = office_then(m, is_reception ? s->reception : s->office, s->now_ms);
    by.name = str_of(arena_printf(m->row, "%s.%.*s", s->role, STR_ARG(by.office)));
    return by;
}

static enum err file(struct sampler *m, struct change *c, struct story *s, struct acted *ret)
{
    struct act_input content[10];
    struct applicant who = applicant_draw(m->row, &m->names, m->streets, &m->random);
    who.place = s->place;
    struct dossier_filing d = {.workflow = m->w,
                               .transition = s->step,
                               .procedure = s->procedure,
                               .office = s->office,
                               .reception_office = s->reception,
                               .channel = s->channel,
                               .content = content,
                               .n_content = content_of(m, s, &who, content),
                               .actor = actor_of(m, s),
                               .papers = &m->papers,
                               .is_verified = str_is(s->channel, "online") && draw_unit(&m->random) < 0.7,
                               .is_sample = true,
                               .now_ms = s->now_ms};
    enum err e = dossier_file(m->row, m->acting, c, &d, ret, m->f);
    if (e != OK)
        return e;
    s->code = str_dup(m->batch, ret->record.id);
    s->is_filed = true;
    m->done.dossiers++;
    who.dossier = s->code;
    who.filed_on = date_iso(m->row, date_of_instant(s->now_ms, m->world.offset_minutes));
    return sample_form_put(m->row, &m->forms, c, s->form, &who, &s->random, m->f);
}

static enum err file_feedback(struct sampler *m, struct change *c, struct story *s, struct acted *ret)
{
    const struct feedback_filing filing = {.workflow = m->o->feedback,
                                           .office = office_then(m, s->office, s->now_ms),
                                           .content = s->inputs,
                                           .n_content = s->n_inputs,
                                           .actor = actor_of(m, s),
                                           .is_sample = true,
                                           .now_ms = s->now_ms};
    if (!filing.office.n) { /* the body left its work to several others: nobody to turn to */
        s->step = STR("");
        return ERR_ACT_STATE;
    }
    enum err e = feedback_file(m->row, m->acting, c, &filing, ret, m->f);
    if (e == OK) {
        s->code = str_dup(m->batch, ret->record.id);
        s->is_filed = true;
    }
    return e;
}

static enum err go_on(struct sampler *m, struct change *c, struct story *s, struct acted *ret)
{
    struct act act = {.workflow = s->is_feedback ? m->o->feedback : m->w,
                      .id = s->code,
                      .transition = s->step,
                      .inputs = s->inputs,
                      .n_inputs = s->n_inputs,
                      .reason = s->reason,
                      .seen = -1,
                      .actor = actor_of(m, s),
                      .papers = &m->papers,
                      .now_ms = s->now_ms};
    return workflow_act(m->row, m->acting, c, &act, ret, m->f);
}

/* What a law of clocks, or the state, refuses: the story goes on otherwise. */
static bool is_law(enum err e)
{
    return e == ERR_ACT_LATE || e == ERR_ACT_EXTENSION || e == ERR_ACT_EXTENDED || e == ERR_ACT_CLOCK_STATE ||
           e == ERR_ACT_GUARD || e == ERR_ACT_CHECK || e == ERR_ACT_STATE || e == ERR_DEADLINE_UNIT;
}

/* The parts that filing a joined-up dossier has filed with it. */
static enum err parts_begin(struct sampler *m, struct story *whole)
{
    size_t number = (size_t)(whole - m->stories.p);
    struct story parent = *whole;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row;
    const char *filter = arena_printf(m->row, "parent = '%.*s'", STR_ARG(parent.code));
    enum err e = query_open(m->s, m->w->reg, &(struct query_options){.filter = str_of(filter)}, &q, m->f);
    while (e == OK && (e = query_next(q, &r, &has_row, m->f)) == OK && has_row) {
        struct story *s = story_added(m);
        s->code = str_dup(m->batch, r.id);
        s->procedure = str_dup(m->batch, record_text(m->w->reg, &r, "procedure"));
        s->office = str_dup(m->batch, record_text(m->w->reg, &r, "office"));
        s->unit = parent.unit, s->reception = parent.reception, s->channel = parent.channel;
        s->fate = parent.fate & (FATE_LATE | FATE_RATE);
        s->now_ms = parent.now_ms;
        s->is_filed = true;
        s->family = m->stories.p[number].family = number + 1;
        story_next(&m->world, s, &r);
    }
    return e;
}

/* What a law of clocks refuses is left out. */
static enum err think_again(struct sampler *m, struct change *c, struct story *s)
{
    struct record now;
    *m->f = (struct fault){0};
    m->done.refused++;
    s->fate &= ~(unsigned)(FATE_SUPPLEMENT | FATE_EXTEND | FATE_CONSULT | FATE_FISCAL);
    s->step = STR("");
    if (s->is_feedback)
        return OK;
    enum err e = s->is_filed ? change_current(c, m->w->reg, s->code, &now, m->f) : OK;
    if (e == OK && s->is_filed && now.values && m->done.refused < m->done.steps)
        story_next(&m->world, s, &now);
    return e;
}

/* The whole waits for its parts. */
static bool waits(struct sampler *m, struct change *c, const struct story *s)
{
    struct record now;
    int64_t open = 0;
    struct fault ignored = {0};
    if (!s->family || !(str_is(s->step, "decide") || str_is(s->step, "decide_now")))
        return false;
    return change_current(c, m->w->reg, s->code, &now, &ignored) == OK && now.values &&
           record_integer(m->w->reg, &now, "open_parts", &open) && open > 0;
}

/* What follows from a step that was taken: the next one, the parts of a whole, what its applicant says. */
static enum err went_on(struct sampler *m, size_t number, struct str did, const struct record *r)
{
    static const char *const ends[] = {"return", "refuse", "stop"};
    struct story *s = &m->stories.p[number], said;
    int64_t parts = 0;
    if (s->is_feedback) {
        story_feedback_next(&m->feedback_world, s, r);
        return OK;
    }
    story_next(&m->world, s, r);
    for (size_t i = 0; m->o->feedback && i < ARRAY_LEN(ends); i++)
        if (str_is(did, ends[i]) && story_feedback(&m->world, s, r, &said) && said.now_ms <= m->o->until_ms)
            *story_added(m) = said;
    s = &m->stories.p[number];
    bool is_begin = str_is(did, "receive") || str_is(did, "file_online");
    return is_begin && record_integer(m->w->reg, r, "open_parts", &parts) && parts > 0 ? parts_begin(m, s) : OK;
}

static enum err tell(struct sampler *m, struct change *c, size_t number)
{
    struct story *s = &m->stories.p[number], *whole = s->family ? &m->stories.p[s->family - 1] : NULL;
    struct acted done = {0};
    arena_reset(m->row);
    s->is_waiting = waits(m, c, s);
    if (s->is_waiting) {
        m->has_waited = true;
        return OK;
    }
    bool was_filed = s->is_filed;
    if (whole) {
        whole->wave = m->wave;
        whole->is_waiting = false;
        whole->now_ms = whole->now_ms > s->now_ms ? whole->now_ms : s->now_ms;
    }
    struct str did = s->step;
    enum err e = was_filed        ? go_on(m, c, s, &done)
                 : s->is_feedback ? file_feedback(m, c, s, &done)
                                  : file(m, c, s, &done);
    if (e == OK) {
        m->done.steps++;
        e = went_on(m, number, did, &done.record);
        s = &m->stories.p[number];
    } else if (is_law(e)) {
        e = think_again(m, c, s);
    }
    if (s->now_ms > m->o->until_ms)
        s->step = STR("");
    return e;
}

/* Of a family, one in a wave, and the one whose step comes first: what it brings about in the others is not dated back. */
static bool acts_now(const struct sampler *m, size_t number)
{
    const struct story *s = &m->stories.p[number];
    if (!s->step.n || !s->family)
        return s->step.n > 0;
    if (s->now_ms > m->o->until_ms)
        return false;
    if (m->stories.p[s->family - 1].wave == m->wave || s->is_waiting)
        return false;
    for (size_t i = 0; i < m->stories.n; i++) {
        const struct story *x = &m->stories.p[i];
        if (x->family == s->family && x->step.n && !x->is_waiting && x->now_ms < s->now_ms)
            return false;
    }
    return true;
}

/* ---- all of them */

static enum err wave(struct sampler *m, bool *ret_is_any, struct faults *list)
{
    struct change *c;
    size_t n = m->stories.n;
    int64_t before = m->done.steps, rev;
    struct change_info info = {.actor = STR("tinhso sample"), .reason = STR("sample dossiers"), .is_act = true};
    enum err e = change_begin(m->s, &info, &c, m->f);
    if (e != OK)
        return e;
    m->wave++;
    m->has_waited = false;
    for (size_t i = 0; e == OK && i < n; i++)
        if (acts_now(m, i))
            e = tell(m, c, i);
    *ret_is_any = m->done.steps > before || m->has_waited;
    if (e == OK)
        return change_commit(c, &rev, list, NULL);
    change_abort(c);
    return e;
}

static enum err tell_all(struct sampler *m, struct faults *list)
{
    bool is_any = m->stories.n > 0;
    enum err e = OK;
    for (int i = 0; e == OK && is_any && i < MOST_STEPS; i++)
        e = wave(m, &is_any, list);
    arena_reset(m->batch);
    m->stories.p = NULL, m->stories.n = m->stories.cap = 0;
    return e;
}

/* So many as are filed on that day: few when all offices are closed. */
static int64_t filed_on(struct sampler *m, struct date day)
{
    bool is_open = office_day_of(m->world.clock, day).pattern != NULL;
    double busy = is_open ? 0.75 + 0.5 * draw_unit(&m->random) : 0.08;
    return (int64_t)((double)m->o->per_day * busy + draw_unit(&m->random));
}

static enum err all_days(struct sampler *m, struct faults *list)
{
    struct date last = date_of_instant(m->o->until_ms, m->world.offset_minutes);
    struct date first = date_add_days(last, (int32_t)(1 - m->o->days));
    enum err e = OK;
    for (int64_t i = 0; e == OK && i < m->o->days; i++) {
        struct date day = date_add_days(first, (int32_t)i);
        int64_t n = filed_on(m, day);
        for (int64_t k = 0; e == OK && k < n; k++) {
            e = story_drawn(m, day);
            if (e == OK && m->stories.n >= TOGETHER)
                e = tell_all(m, list);
        }
        if (m->o->progress)
            m->o->progress(m->o->context, i + 1, m->o->days);
    }
    return e == OK ? tell_all(m, list) : e;
}

enum err dossiers_sample(struct arena *a, struct store *s, const struct workflow *w, const struct dossier_sampling *o,
                         struct dossier_sampled *ret, struct faults *list)
{
    struct arena *batch CLEANUP(arena_freep) = arena_new(), *row CLEANUP(arena_freep) = arena_new();
    struct fault f = {0};
    struct sampler m = {
        .a = a, .batch = batch, .row = row, .s = s, .w = w, .o = o, .random = (uint64_t)o->seed, .f = &f};
    m.acting = acting_new();
    m.papers = dossier_paper_maker;
    m.papers.publish = NULL; /* no signed file for what nobody asked for */
    m.world = (struct story_world){
        .a = batch, .words = &m.words, .reg = w->reg, .offset_minutes = s->province->utc_offset_minutes};
    enum err e = read_words_of(&m, list);
    if (e == OK)
        e = read_communes(&m);
    if (e == OK && m.communes.n == 0)
        e = FAULT(&f, ERR_SAMPLE_NOTHING, {"field", STR("reception_office")});
    if (e == OK)
        e = acting_clock(m.acting, s, STR(""), &m.world.clock, &f);
    m.feedback_world = m.world;
    m.feedback_world.reg = o->feedback ? o->feedback->reg : NULL;
    if (e == OK)
        e = all_days(&m, list);
    acting_free(m.acting);
    *ret = m.done;
    if (e != OK && f.code != OK)
        faults_add(list, &f);
    return e;
}
