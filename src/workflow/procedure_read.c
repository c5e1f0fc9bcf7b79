/* Reading the catalogue: a version of a procedure, and what hangs on it. */
#include "base/vec.h"
#include "register/query.h"
#include "workflow/procedure.h"

#include "base/banned.h"

struct source {
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    const struct record *r;
};

static struct str text(const struct source *x, const char *field)
{
    return str_dup(x->a, record_text(x->reg, x->r, field));
}

static struct text2 text2(const struct source *x, const char *vi, const char *en)
{
    return (struct text2){text(x, vi), text(x, en)};
}

static int64_t integer(const struct source *x, const char *field)
{
    int64_t n;
    record_integer(x->reg, x->r, field, &n);
    return n;
}

/* Titles live as long as the declarations; the code that has none is the record's. */
static struct text2 title(const struct source *x, const char *field)
{
    struct text2 t = record_title(x->reg, x->r, field);
    return (struct text2){str_dup(x->a, t.vi), str_dup(x->a, t.en)};
}

/* The limit in FIELD and FIELD_unit. */
static struct procedure_term term(const struct source *x, const char *field)
{
    const char *unit_field = arena_printf(x->a, "%s_unit", field);
    struct str unit = record_text(x->reg, x->r, unit_field);
    struct procedure_term t = {0};
    int64_t n = 0;
    bool has_n = record_integer(x->reg, x->r, field, &n);
    t.is_given = has_n || unit.n;
    t.is_by_campaign = str_is(unit, "campaign");
    if (t.is_by_campaign)
        t.limit.unit = LIMIT_NONE;
    else if (unit.n && limit_unit_of(unit, &t.limit.unit, NULL) != OK)
        t.limit.unit = LIMIT_UNSPECIFIED;
    t.unit_title = title(x, unit_field);
    t.limit.n = n > 0 && n <= DEADLINE_MOST ? (int)n : 0;
    return t;
}

static void read_dates(const struct source *x, struct procedure *p)
{
    p->from = text(x, "valid_from");
    p->to = text(x, "valid_to");
    p->publishing_decision = text(x, "publishing_decision");
    p->decided_on = text(x, "decided_on");
    p->published_on = text(x, "published_on");
    p->resolved_by = text(x, "resolved_by");
}

/* The titles of the codes of an array. */
static size_t titles(const struct source *x, const char *field, struct text2 **ret)
{
    const struct field *fd = reg_field(x->reg, str_of(field));
    struct str *codes;
    size_t n = record_items(x->a, x->reg, x->r, field, &codes);
    *ret = ARENA_ARRAY(x->a, struct text2, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct code *code = fd && fd->codes ? map_get(&fd->codes->by_code, codes[i]) : NULL;
        (*ret)[i] = code ? (struct text2){str_dup(x->a, code->title.vi), str_dup(x->a, code->title.en)}
                         : (struct text2){codes[i], {NULL, 0}};
    }
    return n;
}

static void read_lists(const struct source *x, struct procedure *p)
{
    p->n_applicants = titles(x, "applicants", &p->applicants);
    p->n_life_events = record_items(x->a, x->reg, x->r, "life_events", &p->life_events);
    p->n_results = record_items(x->a, x->reg, x->r, "results", &p->results);
    p->n_result_codes = record_items(x->a, x->reg, x->r, "result_codes", &p->result_codes);
    p->n_legal_basis = record_items(x->a, x->reg, x->r, "legal_basis", &p->legal_basis);
    p->n_shapes = record_items(x->a, x->reg, x->r, "shapes", &p->shapes);
}

static struct procedure *procedure_of(const struct source *x)
{
    struct procedure *p = ARENA_NEW(x->a, struct procedure);
    *p = (struct procedure){
        .id = str_dup(x->a, x->r->id),
        .code = text(x, "code"),
        .name = text2(x, "name", "name_en"),
        .words = text(x, "words"),
        .field = text(x, "field"),
        .group = text(x, "group"),
        .group_title = title(x, "group"),
        .level = text(x, "level"),
        .level_title = title(x, "level"),
        .competent_level = text(x, "competent_level"),
        .competent_level_title = title(x, "competent_level"),
        .office = text(x, "office"),
        .authority = text(x, "authority"),
        .law = term(x, "law_limit"),
        .national = term(x, "national_limit"),
        .local = term(x, "local_limit"),
        .by_channel = {[CHANNEL_COUNTER] = term(x, "counter_limit"),
                       [CHANNEL_ONLINE] = term(x, "online_limit"),
                       [CHANNEL_POST] = term(x, "post_limit")},
        .is_restarted = str_is(record_text(x->reg, x->r, "supplement_clock"), "restart"),
        .supplement_times = integer(x, "supplement_times"),
        .supplement_days = integer(x, "supplement_days"),
        .form = text(x, "form"),
        .successor = text(x, "successor"),
        .portal_url = text(x, "portal_url"),
        .front_door = text(x, "front_door"),
        .doubt = text2(x, "doubt", "doubt_en"),
        .is_sample = x->r->is_sample,
        .is_on_national_portal = integer(x, "is_on_national_portal") != 0,
    };
    struct str shorter = text(x, "short_name");
    p->short_name = shorter.n ? (struct text2){shorter, p->name.en} : p->name;
    read_dates(x, p);
    read_lists(x, p);
    return p;
}

static enum err catalogue(const struct store *s, const struct reg **ret, struct fault *f)
{
    const struct reg *reg = s->province ? province_register(s->province, STR("procedures")) : NULL;
    bool fits = reg && reg->valid_from != NO_FIELD && reg_field(reg, STR("code")) && reg_field(reg, STR("name"));
    *ret = reg;
    return fits ? OK : FAULT(f, ERR_PROCEDURES_NONE);
}

/* Codes are digits, letters and dots; another text names none. */
static bool is_code(struct str code)
{
    for (size_t i = 0; i < code.n; i++)
        if (!((code.p[i] >= '0' && code.p[i] <= '9') || (code.p[i] >= 'A' && code.p[i] <= 'Z') || code.p[i] == '.'))
            return false;
    return code.n > 0 && code.n <= 60;
}

static enum err read_list(struct arena *a, struct store *s, const struct query_options *o, struct procedure ***ret_list,
                          size_t *ret_n, struct fault *f)
{
    struct source x = {.a = a, .s = s};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    VEC(struct procedure *) list = {0};
    enum err e = catalogue(s, &x.reg, f);
    if (e == OK)
        e = query_open(s, x.reg, o, &q, f);
    x.r = &r;
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &list, procedure_of(&x));
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}

enum err procedures_read(struct arena *a, struct store *s, struct date on, struct procedure ***ret_list, size_t *ret_n,
                         struct fault *f)
{
    return read_list(a, s, &(struct query_options){.on = date_iso(a, on)}, ret_list, ret_n, f);
}

enum err procedure_versions(struct arena *a, struct store *s, struct str code, struct procedure ***ret_list,
                            size_t *ret_n, struct fault *f)
{
    *ret_list = NULL;
    *ret_n = 0;
    if (!is_code(code))
        return OK;
    const char *filter = arena_printf(a, "code = '%.*s'", STR_ARG(code));
    return read_list(a, s, &(struct query_options){.filter = str_of(filter), .sort = STR("valid_from")}, ret_list,
                     ret_n, f);
}

/* ---- what hangs on it */

typedef void take_fn(const struct source *x, struct procedure *p);

static enum err read_children(struct arena *a, struct store *s, struct procedure *p, const char *name, take_fn *take,
                              struct fault *f)
{
    struct source x = {.a = a, .s = s, .reg = province_register(s->province, str_of(name))};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    if (!x.reg || !reg_field(x.reg, STR("procedure")))
        return OK;
    const char *filter = arena_printf(a, "procedure = '%.*s'", STR_ARG(p->code));
    enum err e = query_open(s, x.reg, &(struct query_options){.filter = str_of(filter)}, &q, f);
    x.r = &r;
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        take(&x, p);
    return e;
}

/* One more item at the end: lists are short, and read once. */
#define APPEND(a, list, n, item)                                                                                       \
    do {                                                                                                               \
        void *grown = arena_zalloc((a), sizeof *(list) * ((n) + 1));                                                   \
        if (n)                                                                                                         \
            memcpy(grown, (list), sizeof *(list) * (n));                                                               \
        (list) = grown;                                                                                                \
        (list)[(n)++] = (item);                                                                                        \
    } while (0)

static void take_variant(const struct source *x, struct procedure *p)
{
    APPEND(x->a, p->variants, p->n_variants,
           ((struct procedure_variant){.code = text(x, "code"),
                                       .title = text2(x, "title", "title_en"),
                                       .is_phase = str_is(record_text(x->reg, x->r, "kind"), "phase"),
                                       .term = term(x, "limit")}));
}

static void take_component(const struct source *x, struct procedure *p)
{
    APPEND(x->a, p->components, p->n_components,
           ((struct procedure_component){.number = integer(x, "number"),
                                         .originals = integer(x, "originals"),
                                         .copies = integer(x, "copies"),
                                         .code = text(x, "code"),
                                         .name = text(x, "name"),
                                         .kind = text(x, "kind"),
                                         .need = text(x, "need"),
                                         .condition = text2(x, "condition", "condition_en"),
                                         .reused_result = text(x, "reused_result"),
                                         .is_sample = x->r->is_sample}));
}

static void take_step(const struct source *x, struct procedure *p)
{
    APPEND(x->a, p->steps, p->n_steps,
           ((struct procedure_step){.number = integer(x, "number"),
                                    .actor = text2(x, "actor", "actor_en"),
                                    .action = text2(x, "action", "action_en"),
                                    .limit = text2(x, "limit", "limit_en")}));
}

static void take_fee(const struct source *x, struct procedure *p)
{
    struct procedure_fee_line line = {.code = text(x, "code"),
                                      .item = text(x, "item"),
                                      .from = text(x, "valid_from"),
                                      .to = text(x, "valid_to"),
                                      .title = text2(x, "title", "title_en"),
                                      .kind = title(x, "kind"),
                                      .per = title(x, "per"),
                                      .note = text2(x, "note", "note_en"),
                                      .legal_basis = text(x, "legal_basis"),
                                      .rank = integer(x, "rank")};
    int64_t refunded;
    line.is_per_dossier = str_is(record_text(x->reg, x->r, "per"), "dossier");
    line.has_amount = record_integer(x->reg, x->r, "amount", &line.amount);
    line.is_formula = record_integer(x->reg, x->r, "first_quantity", &line.first);
    line.further = integer(x, "further_amount");
    line.has_cap = record_integer(x->reg, x->r, "cap", &line.cap);
    line.is_not_refunded = record_integer(x->reg, x->r, "is_refundable", &refunded) && !refunded;
    line.n_conditions = record_items(x->a, x->reg, x->r, "conditions", &line.conditions);
    titles(x, "conditions", &line.condition_titles);
    APPEND(x->a, p->fees, p->n_fees, line);
}

enum err procedure_read(struct arena *a, struct store *s, struct str code, struct date on, struct procedure **ret,
                        struct fault *f)
{
    static const struct {
        const char *reg;
        take_fn *take;
    } children[] = {{"procedure_variants", take_variant},
                    {"procedure_components", take_component},
                    {"procedure_steps", take_step},
                    {"procedure_fees", take_fee}};
    struct procedure **versions = NULL, *p = NULL;
    size_t n = 0;
    struct str day = date_iso(a, on);
    enum err e = procedure_versions(a, s, code, &versions, &n, f);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        if ((!versions[i]->from.n || str_cmp(versions[i]->from, day) <= 0) &&
            (!versions[i]->to.n || str_cmp(day, versions[i]->to) < 0))
            p = versions[i];
    if (!p)
        return n ? FAULT(f, ERR_PROCEDURE_NOT_THEN, {"code", code}, {"date", day})
                 : FAULT(f, ERR_PROCEDURE_UNKNOWN, {"code", code});
    for (size_t i = 0; e == OK && i < ARRAY_LEN(children); i++)
        e = read_children(a, s, p, children[i].reg, children[i].take, f);
    *ret = p;
    return e;
}
