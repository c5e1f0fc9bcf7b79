/* Making invented records: for each section and record the fields in the order written. */
#include "register/sample.h"

#include <math.h>

#include "register/query.h"
#include "register/sample_internal.h"
#include "text/number.h"

#include "base/banned.h"

enum { GENERATOR_VERSION = 1 }; /* counts up when the same section would give other records */

/* ---- what a section needs at hand ---- */

struct choice {
    struct str *values;
    double *upto;
    size_t n;
};

struct generator {
    const struct gen_decl *d;
    enum gen_kind kind;
    int field;
    uint64_t state, fill_state;
    struct choice choice;    /* choose, unit, from */
    int64_t *left, left_sum; /* quota: how many of each are still to come */
    struct map via;          /* entity → struct str * */
    int via_field;
    double low, high;
    size_t turn;
};

struct section {
    const struct section_decl *d;
    struct generator *g;
    size_t n;
    const struct reg *each;
    struct str **rows; /* for_each: the cells of its records */
    size_t n_rows;
    int64_t total;
};

struct sample {
    struct arena *a, *row;
    struct store *s;
    const struct reg *reg;
    struct names names;
    struct section *sections;
    size_t n, at;         /* sections, and the running one */
    int64_t done, number; /* records of the running section, and of all */
    struct str *cells;
};

/* ---- opening ---- */

static struct str cell_text(struct arena *a, const struct field *fd, const struct value *v)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    value_csv(fd, v, &b);
    return str_dup(a, buf_view(&b));
}

/* Reads records; `each` is called for every one. */
static enum err read_records(struct sample *m, const struct reg *reg, struct str where, struct str on,
                             void (*each)(void *, struct arena *, const struct reg *, const struct record *), void *ctx,
                             struct fault *f)
{
    struct query_options o = {.filter = where, .on = on, .sort = reg->fields[reg->key[0]].name};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = query_open(m->s, reg, &o, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        each(ctx, m->a, reg, &r);
    return e;
}

struct row_list {
    VEC(struct str *) rows;
};

static void keep_row(void *ctx, struct arena *a, const struct reg *reg, const struct record *r)
{
    struct row_list *list = ctx;
    struct str *cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        cells[i] = cell_text(a, &reg->fields[i], &r->values[i]);
    VEC_PUSH(a, &list->rows, cells);
}

struct value_list {
    int field;
    VEC(struct str) values;
};

static void keep_value(void *ctx, struct arena *a, const struct reg *reg, const struct record *r)
{
    struct value_list *list = ctx;
    struct str s = cell_text(a, &reg->fields[list->field], &r->values[list->field]);
    VEC_PUSH(a, &list->values, s);
}

struct via_map {
    int key, field;
    struct map *map;
};

static void keep_via(void *ctx, struct arena *a, const struct reg *reg, const struct record *r)
{
    struct via_map *v = ctx;
    struct str *value = ARENA_NEW(a, struct str);
    *value = cell_text(a, &reg->fields[v->field], &r->values[v->field]);
    map_put(a, v->map, cell_text(a, &reg->fields[v->key], &r->values[v->key]), value);
}

static void even(struct arena *a, struct choice *c)
{
    c->upto = ARENA_ARRAY(a, double, c->n);
    for (size_t i = 0; i < c->n; i++)
        c->upto[i] = (double)(i + 1);
}

static enum err nothing_to_choose(const struct sample *m, const struct gen_decl *d, struct fault *f)
{
    fault_place(f, m->reg->file, d->place.line, d->place.column);
    FAULT(f, ERR_SAMPLE_NOTHING, {"field", d->name});
    fault_place(f, m->reg->file, d->place.line, d->place.column);
    return ERR_SAMPLE_NOTHING;
}

static void open_choose(struct sample *m, struct generator *g)
{
    const struct yaml *node = g->d->choose;
    struct choice *c = &g->choice;
    c->values = ARENA_ARRAY(m->a, struct str, node->n);
    if (node->kind == YAML_LIST) {
        for (size_t i = 0; i < node->n; i++)
            c->values[c->n++] = node->items[i]->scalar;
        even(m->a, c);
        return;
    }
    c->upto = ARENA_ARRAY(m->a, double, node->n);
    double sum = 0, weight;
    for (size_t i = 0; node->kind == YAML_MAP && i < node->n; i++) {
        if (number_parse(node->pairs[i].value->scalar, &weight, NULL) != OK)
            weight = 0;
        sum += weight;
        c->values[c->n] = node->pairs[i].key;
        c->upto[c->n++] = sum;
    }
}

static enum err open_unit(struct sample *m, struct generator *g, struct fault *f)
{
    const struct province *p = m->s->province;
    const struct unit_decl *d = g->d->unit;
    const char *where =
        arena_printf(m->a, "%.*s = %lld", STR_ARG(p->units->fields[p->unit_level].name), (long long)d->level);
    struct value_list list = {.field = p->unit_code};
    enum err e = read_records(m, p->units, str_of(where), d->on, keep_value, &list, f);
    if (e != OK)
        return e;
    struct choice *c = &g->choice;
    *c = (struct choice){list.values.p, ARENA_ARRAY(m->a, double, list.values.n), list.values.n};
    double sum = 0;
    for (size_t i = 0; i < c->n; i++) {
        double weight = d->otherwise;
        for (size_t k = 0; k < d->weights.n; k++)
            if (str_eq(d->weights.p[k].key, c->values[i]))
                number_parse(d->weights.p[k].value, &weight, NULL);
        sum += weight;
        c->upto[i] = sum;
    }
    return OK;
}

static enum err open_from(struct sample *m, struct generator *g, struct fault *f)
{
    const struct from_decl *d = g->d->from;
    const struct reg *reg;
    enum err e = province_register_find(m->s->province, d->reg, &reg, f);
    if (e != OK)
        return e;
    struct value_list list = {.field = reg_field_number(reg, d->field)};
    e = read_records(m, reg, d->where, d->on, keep_value, &list, f);
    g->choice = (struct choice){list.values.p, NULL, list.values.n};
    even(m->a, &g->choice);
    return e;
}

static enum err open_via(struct sample *m, struct generator *g, struct fault *f)
{
    struct str rest, first = str_cut(g->d->via, '.', &rest);
    g->via_field = reg_field_number(m->reg, first);
    const struct reg *target = m->reg->fields[g->via_field].target;
    struct via_map v = {target->entity != NO_FIELD ? target->entity : target->key[0], reg_field_number(target, rest),
                        &g->via};
    return read_records(m, target, (struct str){NULL, 0}, (struct str){NULL, 0}, keep_via, &v, f);
}

static enum err open_quota(struct sample *m, struct generator *g, const struct section *s, struct fault *f)
{
    g->left = ARENA_ARRAY(m->a, int64_t, g->d->quota.n);
    for (size_t i = 0; i < g->d->quota.n; i++) {
        integer_parse(g->d->quota.p[i].value, &g->left[i], NULL);
        g->left_sum += g->left[i];
    }
    if (g->left_sum == s->total)
        return OK;
    FAULT(f, ERR_SAMPLE_QUOTA, {"field", g->d->name},
          {"sum", str_of(arena_printf(m->a, "%lld", (long long)g->left_sum))},
          {"count", str_of(arena_printf(m->a, "%lld", (long long)s->total))});
    fault_place(f, m->reg->file, g->d->place.line, g->d->place.column);
    return ERR_SAMPLE_QUOTA;
}

static void open_bounds(struct generator *g)
{
    struct date d;
    const struct yaml_strs *two = g->kind == GEN_INTEGER  ? &g->d->integer
                                  : g->kind == GEN_NUMBER ? &g->d->number
                                                          : &g->d->date;
    for (int i = 0; i < 2; i++) {
        double *bound = i ? &g->high : &g->low;
        if (g->kind != GEN_DATE)
            number_parse(two->p[i], bound, NULL);
        else if (date_parse(two->p[i], &d, NULL) == OK)
            *bound = date_days(d);
    }
}

static enum err open_generator(struct sample *m, struct section *s, struct generator *g, const struct gen_decl *d,
                               struct fault *f)
{
    *g = (struct generator){.d = d, .kind = gen_kind_of(d), .field = reg_field_number(m->reg, d->name)};
    g->state = (uint64_t)s->d->seed * 0x9E3779B97F4A7C15u ^ (uint64_t)str_hash(d->name);
    g->fill_state = g->state ^ 0xD1B54A32D192ED03u;
    enum err e = OK;
    switch (g->kind) {
    case GEN_CHOOSE:
        open_choose(m, g);
        break;
    case GEN_UNIT:
        e = open_unit(m, g, f);
        break;
    case GEN_FROM:
        e = open_from(m, g, f);
        break;
    case GEN_VIA:
        e = open_via(m, g, f);
        break;
    case GEN_QUOTA:
        e = open_quota(m, g, s, f);
        break;
    case GEN_INTEGER:
    case GEN_NUMBER:
    case GEN_DATE:
        open_bounds(g);
        break;
    default:
        break;
    }
    bool chooses = g->kind == GEN_CHOOSE || g->kind == GEN_UNIT || g->kind == GEN_FROM;
    return e == OK && chooses && g->choice.n == 0 ? nothing_to_choose(m, d, f) : e;
}

static enum err open_section(struct sample *m, struct section *s, const struct section_decl *d, struct fault *f)
{
    enum err e = OK;
    s->d = d;
    s->total = d->count;
    if (d->for_each) {
        struct row_list list = {0};
        e = province_register_find(m->s->province, d->for_each->reg, &s->each, f);
        if (e == OK)
            e = read_records(m, s->each, d->for_each->where, d->for_each->on, keep_row, &list, f);
        s->rows = list.rows.p;
        s->n_rows = list.rows.n;
        s->total = (int64_t)s->n_rows * d->for_each->times;
    }
    s->g = ARENA_ARRAY(m->a, struct generator, d->fields.n);
    for (size_t i = 0; e == OK && i < d->fields.n; i++)
        e = open_generator(m, s, &s->g[s->n++], &d->fields.p[i], f);
    return e;
}

enum err sample_open(struct arena *a, struct store *s, const struct reg *reg, struct sample **ret_sample,
                     struct faults *list)
{
    struct sample_decl d;
    struct fault f = {0};
    enum err e = sample_read(a, reg, &d, list);
    struct sample *m = ARENA_NEW(a, struct sample);
    *m = (struct sample){.a = a, .s = s, .reg = reg};
    if (e == OK)
        e = names_read(a, s->province, &m->names, list);
    if (e != OK)
        return e;
    m->cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    m->sections = ARENA_ARRAY(a, struct section, d.n);
    m->n = d.n;
    for (size_t i = 0; e == OK && i < d.n; i++)
        e = open_section(m, &m->sections[i], &d.sections[i], &f);
    if (e != OK) {
        faults_add(list, &f);
        return e;
    }
    m->row = arena_new();
    *ret_sample = m;
    return OK;
}

int64_t sample_total(const struct sample *m)
{
    int64_t total = 0;
    for (size_t i = 0; i < m->n; i++)
        total += m->sections[i].total;
    return total;
}

void sample_close(struct sample *m)
{
    if (m)
        arena_free(m->row);
}

/* ---- one field ---- */

static struct str cell_named(const struct sample *m, struct str name)
{
    int n = reg_field_number(m->reg, name);
    return n == NO_FIELD ? (struct str){NULL, 0} : m->cells[n];
}

/* "{n:06}", "{i}", "{field}". */
static struct str expand(struct sample *m, struct str pattern, int64_t i)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    while (pattern.n) {
        const char *open = memchr(pattern.p, '{', pattern.n);
        const char *close = open ? memchr(open, '}', pattern.n - (size_t)(open - pattern.p)) : NULL;
        if (!close) {
            buf_str(&b, pattern);
            break;
        }
        buf_add(&b, pattern.p, (size_t)(open - pattern.p));
        struct str width, name = str_cut(str_slice(open + 1, (size_t)(close - open - 1)), ':', &width);
        int64_t digits = 0;
        if (width.p && width.n && width.p[0] == '0')
            integer_parse(str_slice(width.p + 1, width.n - 1), &digits, NULL);
        if (str_is(name, "n") || str_is(name, "i"))
            buf_printf(&b, "%0*lld", (int)(digits > 18 ? 18 : digits), (long long)(str_is(name, "n") ? m->number : i));
        else
            buf_str(&b, cell_named(m, name));
        pattern = str_slice(close + 1, pattern.n - (size_t)(close + 1 - pattern.p));
    }
    return str_dup(m->row, buf_view(&b));
}

static struct str make_person(struct sample *m, struct generator *g)
{
    struct str sex = cell_named(m, g->d->person);
    bool is_female = str_is(sex, "female") || str_is(sex, "nữ") || str_is(sex, "Nữ");
    return names_draw(m->row, &m->names, is_female, &g->state);
}

static struct str make_personal_id(struct sample *m, struct generator *g)
{
    const struct personal_id_decl *d = g->d->personal_id;
    struct str sex = cell_named(m, d->sex), birth = cell_named(m, d->birth);
    int64_t year = 0;
    integer_parse(str_slice(birth.p, birth.n > 4 ? 4 : birth.n), &year, NULL);
    bool is_female = str_is(sex, "female") || str_is(sex, "nữ") || str_is(sex, "Nữ");
    int century = (int)(year / 100 - 19) * 2 + is_female;
    return str_of(arena_printf(m->row, "%.*s%d%02d%06d", STR_ARG(d->province), century < 0 ? 0 : century,
                               (int)(year % 100), (int)draw_below(&g->state, 1000000)));
}

/* Check digit of registers: 10 − (Σ weight·digit mod 11); 10 is never issued (Circular 105/2020/TT-BTC, art. 5). */
static struct str make_tax_code(struct sample *m, struct generator *g)
{
    static const int weights[] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
    char *code = arena_alloc(m->row, 11);
    for (;;) {
        int sum = 0;
        for (size_t i = 0; i < 9; i++) {
            code[i] = i < g->d->tax_code.n ? g->d->tax_code.p[i] : (char)('0' + draw_below(&g->state, 10));
            sum += weights[i] * (code[i] - '0');
        }
        int check = 10 - sum % 11;
        if (check == 10)
            continue;
        code[9] = (char)('0' + check);
        code[10] = 0;
        return str_slice(code, 10);
    }
}

static struct str make_phone(struct sample *m, struct generator *g)
{
    struct str prefix = g->d->phone.p[draw_below(&g->state, g->d->phone.n)];
    char *phone = arena_alloc(m->row, 12);
    for (size_t i = 0; i < 10; i++)
        phone[i] = i < prefix.n ? prefix.p[i] : (char)('0' + draw_below(&g->state, 10));
    phone[10] = 0;
    return str_slice(phone, 10);
}

static struct str make_date(struct sample *m, struct generator *g)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    int32_t low = (int32_t)g->low, high = (int32_t)g->high;
    date_print(date_of_days(low + (int32_t)draw_below(&g->state, (uint64_t)((int64_t)high - low + 1))), &b);
    return str_dup(m->row, buf_view(&b));
}

static struct str make_number(struct sample *m, struct generator *g)
{
    double x = draw_unit(&g->state);
    double v = g->low + (g->high - g->low) * (g->d->skew > 1 || g->d->skew < 1 ? pow(x, g->d->skew) : x);
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    double scale = pow(10, (double)g->d->decimals);
    number_print(round(v * scale) / scale, &b);
    return str_dup(m->row, buf_view(&b));
}

/* Without replacement: the totals come out exactly, in no order that a reader could guess. */
static struct str make_quota(struct generator *g)
{
    int64_t x = (int64_t)draw_below(&g->state, (uint64_t)g->left_sum);
    size_t i = 0;
    for (; x >= g->left[i]; i++)
        x -= g->left[i];
    g->left[i]--;
    g->left_sum--;
    return g->d->quota.p[i].key;
}

static struct str make(struct sample *m, struct section *s, struct generator *g, int64_t i)
{
    switch (g->kind) {
    case GEN_SEQUENCE:
        return expand(m, g->d->sequence, i);
    case GEN_TEXT:
        return expand(m, g->d->text, i);
    case GEN_QUOTA:
        return make_quota(g);
    case GEN_PERSON:
        return make_person(m, g);
    case GEN_INTEGER:
        return str_of(arena_printf(
            m->row, "%lld", (long long)g->low + (long long)draw_below(&g->state, (uint64_t)(g->high - g->low) + 1)));
    case GEN_PERSONAL_ID:
        return make_personal_id(m, g);
    case GEN_TAX_CODE:
        return make_tax_code(m, g);
    case GEN_PHONE:
        return make_phone(m, g);
    case GEN_DATE:
        return make_date(m, g);
    case GEN_NUMBER:
        return make_number(m, g);
    case GEN_CHANCE:
        return draw_unit(&g->state) < g->d->chance ? STR("true") : STR("false");
    case GEN_VALUE:
        return g->d->value;
    case GEN_EACH:
        must(s->d->for_each);
        return s->rows[m->done / s->d->for_each->times][reg_field_number(s->each, g->d->each)];
    case GEN_FROM:
        if (g->d->from->is_in_turn)
            return g->choice.values[g->turn++ % g->choice.n];
        return g->choice.values[draw_below(&g->state, g->choice.n)];
    case GEN_CHOOSE:
    case GEN_UNIT:
        return g->choice.values[draw_weighted(&g->state, g->choice.upto, g->choice.n)];
    case GEN_VIA: {
        const struct str *v = map_get(&g->via, m->cells[g->via_field]);
        return v ? *v : (struct str){NULL, 0};
    }
    case GEN_NONE:
    case GEN_SEVERAL:
        break;
    }
    return (struct str){NULL, 0};
}

static bool is_wanted(struct sample *m, struct generator *g)
{
    for (size_t i = 0; i < g->d->when.n; i++)
        if (!str_eq(cell_named(m, g->d->when.p[i].key), g->d->when.p[i].value))
            return false;
    return g->d->fill >= 1 || draw_unit(&g->fill_state) < g->d->fill;
}

enum err sample_next(struct sample *m, const struct str **ret_cells, bool *ret_has_row, struct fault *f)
{
    (void)f;
    while (m->at < m->n && m->done == m->sections[m->at].total) {
        m->at++;
        m->done = 0;
    }
    *ret_has_row = m->at < m->n;
    if (!*ret_has_row)
        return OK;
    struct section *s = &m->sections[m->at];
    arena_reset(m->row);
    memset(m->cells, 0, sizeof *m->cells * m->reg->n_fields);
    m->number++;
    int64_t i = s->d->for_each ? m->done % s->d->for_each->times + 1 : m->done + 1;
    for (size_t k = 0; k < s->n; k++)
        if (is_wanted(m, &s->g[k]))
            m->cells[s->g[k].field] = make(m, s, &s->g[k], i);
    m->done++;
    *ret_cells = m->cells;
    return OK;
}

void sample_digest(const struct province *p, const struct reg *reg, struct digest *ret_digest)
{
    const struct source_file *own = province_source(p, reg->file), *names = province_source(p, STR("data/names.yaml"));
    char version[32];
    struct buf b CLEANUP(buf_done) = BUF_INIT(sizeof version);
    buf_printf(&b, "generator %d\n", GENERATOR_VERSION);
    /* The whole file, not the section alone: a field added to the register may change what the sample must fill. */
    const struct str parts[] = {buf_view(&b), own ? own->text : STR(""), names ? names->text : STR("")};
    sha256_parts(parts, ARRAY_LEN(parts), ret_digest);
}
