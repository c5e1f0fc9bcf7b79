#include "workflow/doubts.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "register/query.h"
#include "workflow/limit_text.h"

#include "base/banned.h"

struct doubting {
    struct arena *a;
    struct store *s;
    struct date on;
    struct str day;
    struct procedure **procedures; /* in force */
    size_t n_procedures;
    struct {
        struct doubt *p;
        size_t n, cap;
    } list;
};

static const struct procedure *procedure_named(const struct doubting *d, struct str code)
{
    for (size_t i = 0; i < d->n_procedures; i++)
        if (str_eq(d->procedures[i]->code, code))
            return d->procedures[i];
    return NULL;
}

/* “why; what to do” */
static void cut(struct arena *a, struct str message, struct str *ret_why, struct str *ret_remedy)
{
    struct str rest, why = str_cut(message, ';', &rest);
    *ret_why = str_dup(a, str_trim(why));
    *ret_remedy = rest.p ? str_dup(a, str_trim(rest)) : STR("");
}

static void add(struct doubting *d, const struct reg *reg, struct str id, struct str code, struct str vi, struct str en)
{
    const struct procedure *p = procedure_named(d, code);
    struct doubt one = {.reg = reg, .id = str_dup(d->a, id), .procedure = str_dup(d->a, code)};
    if (p)
        one.name = p->short_name;
    cut(d->a, vi, &one.why.vi, &one.remedy.vi);
    cut(d->a, en, &one.why.en, &one.remedy.en);
    VEC_PUSH(d->a, &d->list, one);
}

static void add_fault(struct doubting *d, const struct reg *reg, const struct procedure *p, const struct fault *fault)
{
    struct buf vi CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES), en CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    fault_print(fault, LANG_VI, &vi);
    fault_print(fault, LANG_EN, &en);
    add(d, reg, p->id, p->code, buf_view(&vi), buf_view(&en));
}

/* ---- what the registers warn of */

static enum err add_broken(struct doubting *d, const struct reg *reg, const struct rule *rule, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    struct query_options o = {.filter = STR_JOIN(d->a, STR("NOT ("), rule->check, STR(")")),
                              .on = reg->valid_from == NO_FIELD ? STR("") : d->day};
    enum err e = query_open(d->s, reg, &o, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str of = record_text(reg, &r, "procedure"), code = of.n ? of : record_text(reg, &r, "code");
        if (procedure_named(d, code))
            add(d, reg, r.id, code, text2_in(&rule->message, LANG_VI), text2_in(&rule->message, LANG_EN));
    }
    return e;
}

static enum err add_warnings(struct doubting *d, struct fault *f)
{
    static const char *const names[] = {"procedures", "procedure_variants", "procedure_components", "procedure_steps",
                                        "procedure_fees"};
    enum err e = OK;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct reg *reg = province_register(d->s->province, str_of(names[i]));
        for (size_t r = 0; reg && e == OK && r < reg->n_rules; r++)
            if (reg->rules[r].level == RULE_WARNING)
                e = add_broken(d, reg, &reg->rules[r], f);
    }
    return e;
}

/* ---- limits as the source writes them */

static struct str term_text(struct arena *a, const struct procedure_term *t)
{
    return t->is_given ? str_of(arena_printf(a, "%d %s", t->limit.n, limit_unit_code(t->limit.unit))) : STR("—");
}

static bool agrees(const struct limit_text *t, const struct procedure_term *column)
{
    return t->kind != LIMIT_TEXT_DOUBT && column->is_given && t->limit.unit == column->limit.unit &&
           (t->limit.n == column->limit.n || t->kind == LIMIT_TEXT_PHASES);
}

static enum err add_limit_texts(struct doubting *d, struct fault *f)
{
    static const char *const fields[CHANNELS] = {"counter_limit_text", "online_limit_text", "post_limit_text"};
    const struct reg *reg = province_register(d->s->province, STR("procedures"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    enum err e = query_open(d->s, reg, &(struct query_options){.on = d->day}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        const struct procedure *p = procedure_named(d, record_text(reg, &r, "code"));
        for (int c = 0; p && !p->resolved_by.n && c < CHANNELS; c++) {
            struct str text = record_text(reg, &r, fields[c]);
            struct limit_text t = limit_text_of(text);
            struct fault one = {0};
            if (!text.n || agrees(&t, &p->by_channel[c]))
                continue;
            FAULT(&one, ERR_DOUBT_LIMIT_TEXT, {"text", text}, {"field", str_of(channel_code((enum channel)c))},
                  {"column", term_text(d->a, &p->by_channel[c])});
            add_fault(d, reg, p, &one);
        }
    }
    return e;
}

/* ---- steps */

static enum err add_steps(struct doubting *d, const struct procedure *p, struct fault *f)
{
    struct procedure *whole = NULL;
    const struct reg *reg = province_register(d->s->province, STR("procedures"));
    struct limit limit;
    enum err e = procedure_read(d->a, d->s, p->code, d->on, &whole, f);
    if (e != OK || procedure_limit(whole, CHANNEL_COUNTER, STR(""), &limit, NULL) != OK)
        return e;
    for (size_t i = 0; i < whole->n_steps; i++) {
        const struct procedure_step *step = &whole->steps[i];
        struct limit_text t = limit_text_of(step->limit.vi);
        struct fault one = {0};
        if (!step->limit.vi.n || t.kind != LIMIT_TEXT_FIXED || t.limit.unit != limit.unit || t.limit.n <= limit.n)
            continue;
        FAULT(&one, ERR_DOUBT_STEP, {"step", str_of(arena_printf(d->a, "%lld", (long long)step->number))},
              {"limit", step->limit.vi},
              {"whole", str_of(arena_printf(d->a, "%d %s", limit.n, limit_unit_code(limit.unit)))});
        add_fault(d, reg, p, &one);
    }
    return OK;
}

/* ---- legal bases */

struct expired {
    struct str number, until, by;
};

static enum err read_expired(struct doubting *d, struct expired **ret, size_t *ret_n, struct fault *f)
{
    const struct reg *reg = province_register(d->s->province, STR("legal_texts"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    VEC(struct expired) list = {0};
    enum err e =
        reg ? query_open(d->s, reg, &(struct query_options){.filter = STR("valid_to IS NOT NULL")}, &q, f) : OK;
    while (q && e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str until = record_text(reg, &r, "valid_to"), by = record_text(reg, &r, "replaced_by");
        if (str_cmp(until, d->day) <= 0)
            VEC_PUSH(d->a, &list,
                     ((struct expired){str_dup(d->a, record_text(reg, &r, "number")), str_dup(d->a, until),
                                       by.n ? str_dup(d->a, by) : STR("—")}));
    }
    *ret = list.p;
    *ret_n = list.n;
    return e;
}

static void add_bases(struct doubting *d, const struct procedure *p, const struct expired *expired, size_t n)
{
    const struct reg *reg = province_register(d->s->province, STR("procedures"));
    for (size_t i = 0; i < p->n_legal_basis; i++)
        for (size_t k = 0; k < n; k++) {
            bool was_known = p->resolved_by.n && str_cmp(expired[k].until, p->published_on) <= 0;
            struct fault one = {0};
            if (!str_eq(p->legal_basis[i], expired[k].number) || was_known)
                continue;
            FAULT(&one, ERR_DOUBT_BASIS, {"number", expired[k].number}, {"until", expired[k].until},
                  {"by", expired[k].by});
            add_fault(d, reg, p, &one);
        }
}

static int by_procedure(const void *a, const void *b)
{
    const struct doubt *x = a, *y = b;
    int c = str_cmp(x->procedure, y->procedure);
    c = c ? c : str_cmp(x->id, y->id);
    return c ? c : str_cmp(x->why.vi, y->why.vi);
}

enum err procedure_doubts(struct arena *a, struct store *s, struct date on, struct doubt **ret_list, size_t *ret_n,
                          struct fault *f)
{
    struct doubting d = {.a = a, .s = s, .on = on, .day = date_iso(a, on)};
    struct expired *expired = NULL;
    size_t n_expired = 0;
    enum err e = procedures_read(a, s, on, &d.procedures, &d.n_procedures, f);
    if (e == OK)
        e = add_warnings(&d, f);
    if (e == OK)
        e = add_limit_texts(&d, f);
    if (e == OK)
        e = read_expired(&d, &expired, &n_expired, f);
    for (size_t i = 0; e == OK && i < d.n_procedures; i++) {
        add_bases(&d, d.procedures[i], expired, n_expired);
        if (!d.procedures[i]->resolved_by.n)
            e = add_steps(&d, d.procedures[i], f);
    }
    if (e != OK)
        return e;
    if (d.list.n)
        qsort(d.list.p, d.list.n, sizeof *d.list.p, by_procedure);
    *ret_list = d.list.p;
    *ret_n = d.list.n;
    return OK;
}
