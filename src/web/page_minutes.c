/* /desk/minutes/{revision}: the minutes of dossiers that went from one desk to another in one revision, with both signatures: who gave and, once they are taken, who took.
 * /desk/decisions/{revision}: the decision by which dossiers were settled together, with the list of them. */
#include "base/limits.h"
#include "base/vec.h"
#include "register/query.h"
#include "report/paper.h"
#include "web/dossier_parts.h"
#include "web/message.h"
#include "workflow/procedure.h"

#include "base/banned.h"

struct handed {
    struct record dossier;
    struct str giver, taker, at, transition;
};

struct minutes {
    struct exchange *x;
    const struct workflow *w;
    VEC(struct handed) list;
};

static bool takes(struct str transition)
{
    return str_is(transition, "take") || str_is(transition, "take_back");
}

/* The other side: of a step that gave, who took behind it; of one that took, who gave last before it. */
static enum err find_other(struct minutes *m, struct handed *h, int64_t step, struct fault *f)
{
    struct record *events = NULL;
    size_t n = 0;
    enum err e = site_beside(m->x, m->w->events, h->dossier.id, &events, &n, f);
    bool is_taking = takes(h->transition);
    if (is_taking)
        h->taker = h->giver, h->giver = STR("");
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t number = 0;
        struct str what = record_text(m->w->events, &events[i], "transition");
        struct str actor = record_text(m->w->events, &events[i], "actor");
        record_integer(m->w->events, &events[i], "number", &number);
        if (is_taking && number < step && (str_is(what, "hand_over") || str_is(what, "decide")))
            h->giver = actor;
        if (!is_taking && number > step && takes(what) && !h->taker.n)
            h->taker = actor;
    }
    return e;
}

static enum err dossier_of(struct minutes *m, struct str id, struct handed *ret, bool *ret_is_seen, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    enum err e =
        query_open(((struct worker *)m->x->worker)->store, m->w->reg, &(struct query_options){.id = id}, &q, f);
    if (e == OK)
        e = query_next(q, &r, ret_is_seen, f);
    if (e == OK && *ret_is_seen)
        ret->dossier = record_copy(m->x->arena, m->w->reg, &r);
    return e;
}

static enum err read_list(struct minutes *m, const char *transitions, struct fault *f)
{
    struct exchange *x = m->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record *events = ARENA_ARRAY(x->arena, struct record, LIMIT_BULK_RECORDS);
    size_t n = 0;
    struct record r;
    bool has_row;
    const char *filter = arena_printf(x->arena, "_rev = %lld AND transition IN (%s)",
                                      (long long)input_named(x, "revision")->integer, transitions);
    store_view(w->store, NULL);
    enum err e = query_open(w->store, m->w->events, &(struct query_options){.filter = str_of(filter)}, &q, f);
    while (e == OK && n < LIMIT_BULK_RECORDS && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        events[n++] = record_copy(x->arena, m->w->events, &r);
    store_view(w->store, &w->viewer);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct handed h = {.giver = record_text(m->w->events, &events[i], "actor"),
                           .at = record_text(m->w->events, &events[i], "at"),
                           .transition = record_text(m->w->events, &events[i], "transition")};
        bool is_seen = false;
        int64_t step = 0;
        record_integer(m->w->events, &events[i], "number", &step);
        e = dossier_of(m, record_text(m->w->events, &events[i], "dossier"), &h, &is_seen, f);
        if (e == OK && is_seen)
            e = find_other(m, &h, step, f);
        if (e == OK && is_seen)
            VEC_PUSH(x->arena, &m->list, h);
    }
    return e == OK && m->list.n == 0 ? FAULT(f, ERR_RECORD_UNKNOWN, {"id", STR("")}, {"register", m->w->events->name})
                                     : e;
}

static void member(struct json_out *o, const char *key, struct str text)
{
    if (text.n)
        json_member(o, key, text);
}

enum side { SIDE_RECEPTION, SIDE_OFFICE, SIDE_GIVER, SIDE_TAKER, SIDE_PROCEDURE, SIDE_DRAFT, SIDE_PROPOSER };

static struct str side_of(struct minutes *m, const struct handed *h, enum side side)
{
    if (side == SIDE_GIVER || side == SIDE_TAKER)
        return side == SIDE_GIVER ? h->giver : h->taker;
    if (side == SIDE_PROCEDURE)
        return reference_brief(m->x, m->w->reg, &h->dossier, "procedure");
    if (side == SIDE_DRAFT || side == SIDE_PROPOSER)
        return record_text(m->w->reg, &h->dossier, side == SIDE_DRAFT ? "draft_text" : "assignee");
    return reference_text(m->x, m->w->reg, &h->dossier, side == SIDE_OFFICE ? "office" : "reception_office");
}

/* All of one side, each once: what goes to several offices at once has several of them. */
static struct str all_of(struct minutes *m, enum side side, size_t *ret_n)
{
    struct arena *a = m->x->arena;
    struct str *list = ARENA_ARRAY(a, struct str, m->list.n), text = STR("");
    size_t n = 0;
    for (size_t i = 0; i < m->list.n; i++) {
        struct str one = side_of(m, &m->list.p[i], side);
        bool is_there = one.n == 0;
        for (size_t k = 0; k < n; k++)
            is_there |= str_eq(list[k], one);
        if (is_there)
            continue;
        list[n++] = one;
        text = STR_JOIN(a, text, text.n ? STR("; ") : STR(""), one);
    }
    *ret_n = n;
    return text;
}

static void write_context(struct minutes *m, struct buf *out)
{
    struct exchange *x = m->x;
    const struct reg *reg = m->w->reg;
    const struct handed *first = &m->list.p[0];
    bool is_back = str_is(first->transition, "decide") || str_is(first->transition, "take_back");
    size_t n_receptions, n_offices, n_givers, n_takers;
    struct str reception = all_of(m, SIDE_RECEPTION, &n_receptions), office = all_of(m, SIDE_OFFICE, &n_offices);
    struct str giver = all_of(m, SIDE_GIVER, &n_givers), taker = all_of(m, SIDE_TAKER, &n_takers);
    bool has_several = n_receptions > 1 || n_offices > 1;
    struct json_out o;
    bool is_sample = false;
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    member(&o, "office_name", reception);
    json_member(&o, "at", first->at);
    json_member(&o, "issued_at", first->at);
    json_member(&o, "from", is_back ? office : reception);
    json_member(&o, "to", is_back ? reception : office);
    member(&o, "from_person", giver);
    member(&o, "to_person", taker);
    json_member(&o, "direction", is_back ? STR("results") : STR("dossiers"));
    json_key(&o, STR("count")), json_int(&o, (int64_t)m->list.n);
    json_key(&o, STR("dossiers"));
    json_array_begin(&o);
    for (size_t i = 0; i < m->list.n; i++) {
        const struct handed *h = &m->list.p[i];
        is_sample |= h->dossier.is_sample;
        json_object_begin(&o);
        json_key(&o, STR("number")), json_int(&o, (int64_t)i + 1);
        json_member(&o, "code", h->dossier.id);
        member(&o, "procedure_name", reference_text(x, reg, &h->dossier, "procedure"));
        member(&o, "applicant", record_text(reg, &h->dossier, "applicant"));
        member(&o, "received_at", record_text(reg, &h->dossier, "received_at"));
        member(&o, "due_at", record_text(reg, &h->dossier, "due_at"));
        struct str to = has_several ? side_of(m, h, is_back ? SIDE_RECEPTION : SIDE_OFFICE) : STR("");
        member(&o, "note", STR_JOIN(x->arena, to, to.n && h->taker.n ? STR(" – ") : STR(""), h->taker));
        json_object_end(&o);
    }
    json_array_end(&o);
    json_key(&o, STR("is_sample")), json_bool(&o, is_sample);
    json_object_end(&o);
}

/* What the catalogue names as the law behind the procedure. */
static void write_grounds(struct minutes *m, const struct record *d, struct json_out *o)
{
    struct exchange *x = m->x;
    struct procedure *p = NULL;
    struct fault ignored = {0};
    struct date day;
    if (date_parse(record_text(m->w->reg, d, "filed_on"), &day, &ignored) != OK ||
        procedure_read(x->arena, ((struct worker *)x->worker)->store, record_text(m->w->reg, d, "procedure"), day, &p,
                       &ignored) != OK)
        return;
    json_key(o, STR("grounds"));
    json_array_begin(o);
    for (size_t i = 0; i < p->n_legal_basis; i++) {
        json_object_begin(o);
        json_member(o, "text", p->legal_basis[i]);
        json_object_end(o);
    }
    json_array_end(o);
}

static void write_decision(struct minutes *m, struct buf *out)
{
    const struct reg *reg = m->w->reg;
    const struct record *first = &m->list.p[0].dossier;
    size_t n;
    bool is_sample = false;
    struct json_out o;
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    member(&o, "office_name", all_of(m, SIDE_OFFICE, &n));
    member(&o, "number", record_text(reg, first, "result_number"));
    json_member(&o, "issued_at", m->list.p[0].at);
    member(&o, "subject", all_of(m, SIDE_PROCEDURE, &n));
    member(&o, "decision", all_of(m, SIDE_DRAFT, &n));
    member(&o, "proposer", all_of(m, SIDE_PROPOSER, &n));
    member(&o, "executors", all_of(m, SIDE_OFFICE, &n));
    member(&o, "signer", record_text(reg, first, "signer"));
    write_grounds(m, first, &o);
    json_key(&o, STR("count")), json_int(&o, (int64_t)m->list.n);
    json_key(&o, STR("dossiers"));
    json_array_begin(&o);
    for (size_t i = 0; i < m->list.n; i++) {
        const struct record *d = &m->list.p[i].dossier;
        is_sample |= d->is_sample;
        json_object_begin(&o);
        json_key(&o, STR("number")), json_int(&o, (int64_t)i + 1);
        json_member(&o, "code", d->id);
        member(&o, "applicant", record_text(reg, d, "applicant"));
        member(&o, "address", record_text(reg, d, "address"));
        member(&o, "result", record_text(reg, d, "draft_text"));
        json_object_end(&o);
    }
    json_array_end(&o);
    json_key(&o, STR("is_sample")), json_bool(&o, is_sample);
    json_object_end(&o);
}

/* The dossiers of the revision that one may see: in `is_decided` those that it settled, else those that it moved. */
static enum err begin(struct exchange *x, struct minutes *m, bool is_decided, struct fault *f)
{
    *m = (struct minutes){.x = x};
    x->purpose = message(is_decided ? M_dossiers_decision : M_dossiers_minutes, LANG_VI);
    enum err e = site_workflow(x, STR("dossiers"), &m->w, f);
    if (e == OK)
        e = site_may_do(x, VERB_READ, m->w->reg, f);
    return e == OK ? read_list(m, is_decided ? "'decide'" : "'hand_over', 'take', 'take_back', 'decide'", f) : e;
}

/* Papers are Vietnamese, whoever reads them. */
static enum err answer(struct minutes *m, const char *id, void (*write)(struct minutes *m, struct buf *out),
                       const char *name, struct fault *f)
{
    struct exchange *x = m->x;
    const struct paper *paper = NULL;
    struct json *context = NULL;
    struct buf json CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum lang reading = x->lang;
    x->lang = LANG_VI;
    write(m, &json);
    x->lang = reading;
    enum err e = paper_find(x->arena, ((struct worker *)x->worker)->store->province, str_of(id), STR(""), &paper, f);
    if (e == OK)
        e = json_parse(x->arena, str_dup(x->arena, buf_view(&json)), STR(""), &context, f);
    if (e != OK)
        return e;
    x->media = STR("application/pdf");
    x->filename = str_of(arena_printf(x->arena, "%s-%lld.pdf", name, (long long)input_named(x, "revision")->integer));
    return paper_pdf(x->arena, paper, context, &x->body, f);
}

enum err page_minutes(struct exchange *x, struct fault *f)
{
    struct minutes m;
    enum err e = begin(x, &m, false, f);
    return e == OK ? answer(&m, "handover", write_context, "ban-giao", f) : e;
}

enum err page_decision(struct exchange *x, struct fault *f)
{
    struct minutes m;
    enum err e = begin(x, &m, true, f);
    return e == OK ? answer(&m, "batch-decision", write_decision, "quyet-dinh", f) : e;
}
