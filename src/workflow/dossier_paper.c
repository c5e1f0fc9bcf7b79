/* What the papers of a dossier say: a JSON object of its fields and of what lies around it. The names are those that papers/ID.md take (docs/papers.md). */
#include "base/limits.h"
#include "register/query.h"
#include "workflow/act_internal.h"
#include "workflow/dossier.h"
#include "workflow/dossier_parts.h"
#include "workflow/dossier_result.h"
#include "workflow/office.h"

#include "base/banned.h"

struct maker {
    struct arena *a;
    struct acting *acting;
    struct store *s;
    const struct act *act;
    const struct record *r;
    const struct reg *reg;
    struct json_out o;
    struct date day;
    struct str today, unit; /* unit: of the office that receives */
};

static struct str text_in(const struct maker *m, const char *field)
{
    return record_text(m->reg, m->r, field);
}

static void member(struct maker *m, const char *key, struct str text)
{
    if (text.n)
        json_member(&m->o, key, text);
}

/* The lookup code makes whoever holds it the applicant: it stands only on papers that tell him how to look up, pay or supplement. */
static bool tells_token(const struct transition *t)
{
    return str_is(t->paper, "form-01") || str_is(t->paper, "form-02") || str_is(t->paper, "payment-notice");
}

static void write_fields(struct maker *m, const struct transition *t)
{
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        const struct field *fd = &m->reg->fields[i];
        if (str_is(fd->name, "token") && !tells_token(t))
            continue;
        if (m->r->values[i].kind == VALUE_NULL || str_is(fd->name, "faults")) /* a list, below */
            continue;
        json_key(&m->o, fd->name);
        value_json(fd, &m->r->values[i], &m->o);
    }
}

/* As it is on that day; of a body that was dissolved and left its dossiers to several others, as it was when the dossier was filed. */
static enum err office_named(struct maker *m, const char *field, struct office *ret, struct fault *f)
{
    struct date filed;
    enum err e = acting_office(m->acting, m->a, m->s, text_in(m, field), m->day, ret, f);
    if (e != ERR_OFFICE_UNKNOWN || date_parse(text_in(m, "filed_on"), &filed, NULL) != OK)
        return e;
    *f = (struct fault){0};
    return office_read(m->a, m->s, text_in(m, field), filed, ret, f);
}

static enum err write_office(struct maker *m, struct fault *f)
{
    struct office office = {0};
    enum err e = office_named(m, "reception_office", &office, f);
    if (e != OK)
        return e;
    m->unit = office.unit;
    member(m, "office_name", office.name);
    json_member(&m->o, "from", office.name);
    member(m, "superior_name", office.superior_name);
    member(m, "office_hotline", office.hotline);
    member(m, "office_address", office.address);
    e = office_named(m, "office", &office, f);
    if (e == OK)
        member(m, "competent_name", office.name);
    if (e == OK)
        json_member(&m->o, "to", office.name);
    return e;
}

/* The name of the first record that the filter finds on that day. */
static enum err name_of(struct arena *a, struct store *s, const struct reg *reg, const char *filter, struct str on,
                        struct str *ret, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    *ret = STR("");
    if (!reg || reg_field_number(reg, STR("name")) == NO_FIELD)
        return OK;
    enum err e = query_open(s, reg, &(struct query_options){.filter = str_of(filter), .on = on, .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && has_row)
        *ret = str_dup(a, record_text(reg, &r, "name"));
    return e;
}

static enum err procedure_name(const struct acting_source *x, struct arena *a, struct store *s, struct str *ret,
                               struct fault *f)
{
    const char *filter = arena_printf(a, "code = '%.*s'", STR_ARG(x->of));
    return name_of(a, s, province_register(s->province, STR("procedures")), filter, x->on, ret, f);
}

static enum err unit_name(const struct acting_source *x, struct arena *a, struct store *s, struct str *ret,
                          struct fault *f)
{
    const struct reg *units = s->province->units;
    if (!units) {
        *ret = STR("");
        return OK;
    }
    struct str code = units->fields[s->province->unit_code].name;
    const char *filter = arena_printf(a, "%.*s = '%.*s'", STR_ARG(code), STR_ARG(x->of));
    return name_of(a, s, units, filter, x->on, ret, f);
}

/* A list of objects: what the catalogue says of each component. */
static enum err components_json(const struct acting_source *x, struct arena *a, struct store *s, struct str *ret,
                                struct fault *f)
{
    const struct reg *reg = province_register(s->province, STR("procedure_components"));
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct query *q CLEANUP(query_closep) = NULL;
    struct json_out o;
    struct record r;
    bool has_row;
    *ret = STR("");
    if (!reg)
        return OK;
    const char *filter = arena_printf(a, "procedure = '%.*s'", STR_ARG(x->of));
    enum err e = query_open(s, reg, &(struct query_options){.filter = str_of(filter)}, &q, f);
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_array_begin(&o);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        json_object_begin(&o);
        for (size_t i = 0; i < reg->n_fields; i++) {
            if (r.values[i].kind == VALUE_NULL)
                continue;
            json_key(&o, reg->fields[i].name);
            value_json(&reg->fields[i], &r.values[i], &o);
        }
        json_object_end(&o);
    }
    json_array_end(&o);
    if (e == OK && b.is_full)
        e = FAULT(f, ERR_LIMIT, {"what", x->of}, {"limit", STR("4 MiB")});
    if (e == OK)
        *ret = str_dup(a, buf_view(&b));
    return e;
}

static enum err catalogue_text(const struct maker *m, struct acting_source source, struct str *ret, struct fault *f)
{
    source.on = m->today;
    return acting_text(m->acting, m->a, m->s, m->day, &source, ret, f);
}

static enum err write_procedure(struct maker *m, struct str *ret_name, struct fault *f)
{
    struct str code = text_in(m, "procedure");
    enum err e = catalogue_text(m, (struct acting_source){"procedure", code, procedure_name}, ret_name, f);
    if (e != OK)
        return e;
    member(m, "procedure_code", code);
    member(m, "procedure_name", *ret_name);
    return OK;
}

/* Where the paper is issued: the short name of the office's unit, as it stands before the day. */
static enum err write_place(struct maker *m, struct fault *f)
{
    struct str name = STR("");
    enum err e = m->unit.n ? catalogue_text(m, (struct acting_source){"unit", m->unit, unit_name}, &name, f) : OK;
    if (e == OK)
        member(m, "place", name);
    return e;
}

static enum err write_components(struct maker *m, struct fault *f)
{
    struct str json = STR("");
    enum err e =
        catalogue_text(m, (struct acting_source){"components", text_in(m, "procedure"), components_json}, &json, f);
    if (e == OK && json.n) {
        json_key(&m->o, STR("components"));
        json_raw(&m->o, json);
    }
    return e;
}

/* Each line of `faults` is a paper and, behind a colon, what is wrong with it. */
static void write_faults(struct maker *m)
{
    struct str rest = text_in(m, "faults"), line, why;
    if (!rest.n)
        return;
    int64_t number = 0;
    json_key(&m->o, STR("faults"));
    json_array_begin(&m->o);
    while (rest.p) {
        line = str_trim(str_cut(rest, '\n', &rest));
        if (!line.n)
            continue;
        struct str name = str_trim(str_cut(line, ':', &why));
        json_object_begin(&m->o);
        json_key(&m->o, STR("number")), json_int(&m->o, ++number);
        json_member(&m->o, "name", name);
        json_member(&m->o, "why", why.p ? str_trim(why) : STR(""));
        json_object_end(&m->o);
    }
    json_array_end(&m->o);
}

/* The hand-overs so far: who gave and took, and when. */
static enum err write_handovers(struct maker *m, struct fault *f)
{
    const struct reg *reg = m->act->workflow->events;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row;
    const char *filter =
        arena_printf(m->a, "dossier = '%.*s' AND transition IN ('receive', 'accept', 'take', 'decide', 'take_back')",
                     STR_ARG(m->r->id));
    enum err e = query_open(m->s, reg, &(struct query_options){.filter = str_of(filter)}, &q, f);
    json_key(&m->o, STR("handovers"));
    json_array_begin(&m->o);
    struct str from = text_in(m, "applicant");
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str actor = str_dup(m->a, record_text(reg, &r, "actor")), id = record_text(reg, &r, "transition");
        const struct transition *t = transition_find(m->act->workflow, id);
        json_object_begin(&m->o);
        json_member(&m->o, "from", from);
        json_member(&m->o, "to", actor);
        json_member(&m->o, "at", record_text(reg, &r, "at"));
        json_member(&m->o, "note", t ? t->title.vi : id);
        json_object_end(&m->o);
        from = actor;
    }
    json_array_end(&m->o);
    return e;
}

/* Of a receipt: what was paid; of minutes: what went from whom. */
static void write_lists(struct maker *m, const struct transition *t, struct str procedure, struct str at)
{
    int fee = reg_field_number(m->reg, STR("fee_vnd"));
    struct str what = text_in(m, "fee_note");
    if (fee != NO_FIELD && m->r->values[fee].kind == VALUE_INTEGER) {
        json_key(&m->o, STR("fees"));
        json_array_begin(&m->o);
        json_object_begin(&m->o);
        json_key(&m->o, STR("number")), json_int(&m->o, 1);
        json_member(&m->o, "name", what.n ? what : procedure);
        json_key(&m->o, STR("fee_vnd")), json_int(&m->o, m->r->values[fee].integer);
        json_object_end(&m->o);
        json_array_end(&m->o);
    }
    member(m, "pay_reference", text_in(m, "payment_ref"));
    json_member(&m->o, "paid_at", at);
    json_member(&m->o, "at", at);
    json_member(&m->o, "from_person", m->act->actor.name);
    json_member(&m->o, "direction", str_is(t->id, "take_back") ? STR("results") : STR("dossiers"));
    json_key(&m->o, STR("count")), json_int(&m->o, 1);
    json_key(&m->o, STR("dossiers"));
    json_array_begin(&m->o);
    json_object_begin(&m->o);
    json_key(&m->o, STR("number")), json_int(&m->o, 1);
    json_member(&m->o, "code", m->r->id);
    member(m, "procedure_name", procedure);
    member(m, "applicant", text_in(m, "applicant"));
    member(m, "received_at", text_in(m, "received_at"));
    member(m, "due_at", text_in(m, "due_at"));
    json_object_end(&m->o);
    json_array_end(&m->o);
}

static void write_about(struct maker *m, const struct dossier_papers *about, const struct transition *t, int64_t now_ms)
{
    struct buf at CLEANUP(buf_done) = BUF_INIT(64);
    struct str base = about ? about->public_url : STR("");
    struct str code = text_in(m, "code"), token = text_in(m, "token");
    instant_print(now_ms, &at);
    json_member(&m->o, "issued_at", buf_view(&at));
    json_member(&m->o, "issued_by", m->act->actor.name);
    json_member(&m->o, "transition", t->id);
    member(m, "event_reason", m->act->reason);
    json_member(&m->o, "lookup_url", STR_JOIN(m->a, base, STR("/track")));
    json_member(&m->o, "qr",
                STR_JOIN(m->a, base, STR("/track?code="), code, tells_token(t) ? STR("&token=") : STR(""),
                         tells_token(t) ? token : STR("")));
    json_key(&m->o, STR("is_sample"));
    json_bool(&m->o, m->r->is_sample);
}

static enum err make(const struct paper_maker *p, struct arena *a, struct acting *acting, struct change *c,
                     const struct act *act, const struct transition *t, const struct record *r, int64_t now_ms,
                     struct str *ret_json, struct fault *f)
{
    struct store *s = change_store(c);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES), day CLEANUP(buf_done) = BUF_INIT(32);
    struct date today = date_of_instant(now_ms, s->province->utc_offset_minutes);
    struct maker m = {.a = a, .acting = acting, .s = s, .act = act, .r = r, .reg = act->workflow->reg, .day = today};
    struct str name = STR("");
    date_print(today, &day);
    m.today = str_dup(a, buf_view(&day));
    json_out_init(&m.o, &b, JSON_OUT_COMPACT);
    json_object_begin(&m.o);
    write_fields(&m, t);
    write_about(&m, p->context, t, now_ms);
    write_faults(&m);
    enum err e = write_office(&m, f);
    if (e == OK)
        e = write_procedure(&m, &name, f);
    if (e == OK)
        write_lists(&m, t, name, step_moment(a, now_ms).text);
    if (e == OK)
        e = write_place(&m, f);
    if (e == OK)
        e = write_components(&m, f);
    if (e == OK)
        e = write_handovers(&m, f);
    if (e != OK)
        return e;
    json_object_end(&m.o);
    if (b.is_full)
        return FAULT(f, ERR_LIMIT, {"what", r->id}, {"limit", STR("4 MiB")});
    *ret_json = str_dup(a, buf_view(&b));
    return OK;
}

static enum err publish(const struct paper_maker *m, struct arena *a, struct change *c, const struct act *act,
                        const struct transition *t, const struct record *r, struct str json, int64_t now_ms,
                        struct fault *f)
{
    const struct dossier_papers *about = m->context;
    const struct result_of result = {.workflow = act->workflow,
                                     .transition = t,
                                     .dossier = r,
                                     .json = json,
                                     .issuer = act->actor.name,
                                     .now_ms = now_ms,
                                     .seal = about ? about->seal : NULL};
    return result_publish(a, c, &result, f);
}

const struct paper_maker dossier_paper_maker = {make, publish, dossier_determine, dossier_after, NULL};

struct paper_maker dossier_paper_maker_of(const struct dossier_papers *about)
{
    return (struct paper_maker){make, publish, dossier_determine, dossier_after, about};
}
