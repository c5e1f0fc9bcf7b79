/* /desk/minutes/{revision}: the minutes of dossiers that went from one desk to another in one revision, with both signatures: who gave and, once they are taken, who took. */
#include "base/limits.h"
#include "base/vec.h"
#include "register/query.h"
#include "report/paper.h"
#include "web/dossier_parts.h"
#include "web/message.h"

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

static enum err read_list(struct minutes *m, struct fault *f)
{
    struct exchange *x = m->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record *events = ARENA_ARRAY(x->arena, struct record, LIMIT_BULK_RECORDS);
    size_t n = 0;
    struct record r;
    bool has_row;
    const char *filter =
        arena_printf(x->arena, "_rev = %lld AND transition IN ('hand_over', 'take', 'take_back', 'decide')",
                     (long long)input_named(x, "revision")->integer);
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

enum side { SIDE_RECEPTION, SIDE_OFFICE, SIDE_GIVER, SIDE_TAKER };

static struct str side_of(struct minutes *m, const struct handed *h, enum side side)
{
    if (side == SIDE_GIVER || side == SIDE_TAKER)
        return side == SIDE_GIVER ? h->giver : h->taker;
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

enum err page_minutes(struct exchange *x, struct fault *f)
{
    struct minutes m = {.x = x};
    const struct paper *paper = NULL;
    struct json *context = NULL;
    struct buf json CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    x->purpose = message(M_dossiers_minutes, LANG_VI);
    enum err e = site_workflow(x, STR("dossiers"), &m.w, f);
    if (e == OK)
        e = site_may_do(x, VERB_READ, m.w->reg, f);
    if (e == OK)
        e = read_list(&m, f);
    if (e != OK)
        return e;
    enum lang reading = x->lang;
    x->lang = LANG_VI; /* papers are Vietnamese, whoever reads them */
    write_context(&m, &json);
    x->lang = reading;
    e = paper_find(x->arena, ((struct worker *)x->worker)->store->province, STR("handover"), STR(""), &paper, f);
    if (e == OK)
        e = json_parse(x->arena, str_dup(x->arena, buf_view(&json)), STR(""), &context, f);
    if (e != OK)
        return e;
    x->media = STR("application/pdf");
    x->filename = str_of(arena_printf(x->arena, "ban-giao-%lld.pdf", (long long)input_named(x, "revision")->integer));
    return paper_pdf(x->arena, paper, context, &x->body, f);
}
