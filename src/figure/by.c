/* What a figure may be broken down by, and the joining and ordering of rows. */
#include "figure/internal.h"
#include "text/number.h"
#include "text/vn.h"

#include "base/banned.h"

/* ---- what may be asked ---- */

static bool type_may_group(enum field_type type)
{
    switch (type) {
    case FT_STRING:
    case FT_INTEGER:
    case FT_MONEY:
    case FT_NUMBER:
    case FT_BOOLEAN:
    case FT_DATE:
    case FT_CODE:
    case FT_REFERENCE:
    case FT_UNIT:
    case FT_ARRAY:
        return true;
    case FT_TEXT:
    case FT_TIMESTAMP:
    case FT_INTERVAL:
    case FT_PHONE:
    case FT_PERSONAL_ID:
    case FT_TAX_CODE:
    case FT_URL:
    case FT_GEOMETRY:
        return false;
    }
    return false;
}

bool figure_field_is_masked(const struct field *fd)
{
    return fd->privacy == PRIVACY_BASIC_PERSONAL || fd->privacy == PRIVACY_SENSITIVE;
}

/* A category of people (sex, ethnic group) may be counted by; a value of their own (a name, a year of birth) may not. */
static bool field_tells_persons(const struct field *fd)
{
    return figure_field_is_masked(fd) && fd->type != FT_CODE && fd->type != FT_BOOLEAN && fd->type != FT_UNIT;
}

static int unit_field_of(const struct reg *reg)
{
    for (size_t i = 0; i < reg->n_fields; i++)
        if (reg->fields[i].type == FT_UNIT)
            return (int)i;
    return NO_FIELD;
}

/* The one level that a unit field allows, or 0. */
static int64_t only_level(unsigned levels)
{
    for (int i = 1; i < 32; i++)
        if (levels == 1u << i)
            return i;
    return 0;
}

const struct field *measure_by_field(const struct measure *m, struct str by)
{
    struct str rest, name = str_cut(by, ':', &rest);
    const struct field *fd = m->reg ? reg_field(m->reg, name) : NULL;
    const struct field *via =
        m->reg && m->kind == MEASURE_COUNT && m->field != NO_FIELD ? &m->reg->fields[m->field] : NULL;
    return fd || !via || !via->target ? fd : reg_field(via->target, name);
}

/* A field of what a distinct count counts: of the entities that a reference names. */
static bool by_entity(const struct measure *m, struct str name, struct by_spec *spec)
{
    const struct field *via = m->kind == MEASURE_COUNT && m->field != NO_FIELD ? &m->reg->fields[m->field] : NULL;
    int field = via && via->type == FT_REFERENCE && via->target ? reg_field_number(via->target, name) : NO_FIELD;
    if (field == NO_FIELD || via->target->fields[field].type == FT_UNIT || via->target->fields[field].type == FT_ARRAY)
        return false;
    spec->reg = via->target;
    spec->via = via;
    spec->field = field;
    return true;
}

bool by_parse(const struct province *p, const struct measure *m, struct str text, struct by_spec *ret_spec,
              bool *ret_is_private)
{
    const struct reg *reg = m->reg;
    struct str rest, name = str_cut(text, ':', &rest);
    struct by_spec spec = {.reg = reg, .field = reg_field_number(reg, name)};
    *ret_is_private = false;
    if (spec.field == NO_FIELD && str_is(name, "unit")) {
        spec.field = unit_field_of(reg);
        if (spec.field == NO_FIELD && reg == p->units) {
            spec.field = p->unit_code;
            spec.is_self = true;
        }
    }
    if ((spec.field == NO_FIELD && !by_entity(m, name, &spec)) || !type_may_group(spec.reg->fields[spec.field].type))
        return false;
    const struct field *fd = &spec.reg->fields[spec.field];
    if (field_tells_persons(fd)) {
        *ret_is_private = true;
        return false;
    }
    spec.is_unit = p->units && (spec.is_self || fd->type == FT_UNIT);
    if (rest.p && (!spec.is_unit || integer_parse(rest, &spec.level, NULL) != OK || spec.level < 1 || spec.level > 31))
        return false;
    if (spec.is_unit && !rest.p && !spec.is_self)
        spec.level = only_level(fd->levels);
    *ret_spec = spec;
    return true;
}

/* What may be asked instead of `wrong`, for errors: "unit:2, crop, …". */
static void by_print_valid(const struct province *p, const struct figure *fig, struct str wrong, struct buf *out)
{
    size_t n = 0;
    const struct reg *reg = fig->main.reg;
    for (size_t i = 0; i < fig->n_by; i++)
        if (!str_eq(fig->by[i], wrong))
            buf_printf(out, "%s%.*s", n++ ? ", " : "", STR_ARG(fig->by[i]));
    for (size_t i = 0; reg && i < reg->n_fields && n < 30; i++) {
        struct by_spec spec;
        bool is_private, is_told = false;
        for (size_t k = 0; k < fig->n_by; k++)
            is_told |= str_eq(fig->by[k], reg->fields[i].name);
        if (!is_told && by_parse(p, &fig->main, reg->fields[i].name, &spec, &is_private))
            buf_printf(out, "%s%.*s", n++ ? ", " : "", STR_ARG(reg->fields[i].name));
    }
    if (!n)
        buf_puts(out, "–");
}

static enum err by_fault(const struct province *p, const struct figure *fig, struct str by, struct fault *f)
{
    struct buf valid CLEANUP(buf_done) = BUF_INIT(1000);
    by_print_valid(p, fig, by, &valid);
    return FAULT(f, ERR_FIGURE_BY, {"id", fig->id}, {"by", by}, {"valid", buf_view(&valid)});
}

enum err by_read(const struct province *p, const struct figure *fig, const struct measure *m, struct str by,
                 struct by_spec *ret_spec, struct fault *f)
{
    bool is_private = false;
    if (by_parse(p, m, by, ret_spec, &is_private))
        return OK;
    return is_private ? FAULT(f, ERR_FIGURE_BY_PRIVATE, {"by", by}) : by_fault(p, fig, by, f);
}

static bool codes_are_same(const struct code_list *a, const struct code_list *b)
{
    if (!a || !b || a == b)
        return a == b;
    for (size_t i = 0; i < a->n; i++)
        if (!map_get(&b->by_code, a->p[i].code))
            return false;
    return a->n == b->n;
}

bool by_is_joinable(const struct by_spec *x, const struct by_spec *y)
{
    if (x->is_unit || y->is_unit)
        return x->is_unit && y->is_unit;
    const struct field *f = &x->reg->fields[x->field], *g = &y->reg->fields[y->field];
    return f == g || (f->type == g->type && f->target == g->target && codes_are_same(f->codes, g->codes));
}

/* Where the rows of a figure come from: by what field. */
static enum err leaf_find(const struct province *p, const struct figure *fig, struct str by, struct by_spec *ret_leaf,
                          struct fault *f);

static enum err measure_leaf(const struct province *p, const struct figure *fig, const struct measure *m, struct str by,
                             struct by_spec *ret_leaf, struct fault *f)
{
    if (m->kind == MEASURE_FIGURE)
        return leaf_find(p, m->figure, by, ret_leaf, f);
    must(m->reg != NULL);
    return by_read(p, fig, m, by, ret_leaf, f);
}

/* All that is added up must be broken down alike. */
static enum err total_leaf(const struct province *p, const struct figure *fig, struct str by, struct by_spec *ret_leaf,
                           struct fault *f)
{
    struct by_spec leaf;
    enum err e = leaf_find(p, fig->added[0], by, ret_leaf, f);
    for (size_t i = 1; e == OK && i < fig->n_added; i++) {
        e = leaf_find(p, fig->added[i], by, &leaf, f);
        if (e == OK && !by_is_joinable(ret_leaf, &leaf))
            e = by_fault(p, fig, by, f);
    }
    return e;
}

static enum err leaf_find(const struct province *p, const struct figure *fig, struct str by, struct by_spec *ret_leaf,
                          struct fault *f)
{
    struct by_spec under;
    if (fig->kind == FIGURE_INDEX)
        return by_fault(p, fig, by, f);
    if (fig->kind == FIGURE_DIFFERENCE)
        return leaf_find(p, fig->other, by, ret_leaf, f);
    if (fig->kind == FIGURE_TOTAL)
        return total_leaf(p, fig, by, ret_leaf, f);
    enum err e = measure_leaf(p, fig, &fig->main, by, ret_leaf, f);
    if (e != OK || fig->kind != FIGURE_RATIO)
        return e;
    e = measure_leaf(p, fig, &fig->of, by, &under, f);
    if (e == OK && !by_is_joinable(ret_leaf, &under))
        e = by_fault(p, fig, by, f);
    return e;
}

const struct reg *figure_by_target(const struct province *p, const struct figure *fig, struct str by)
{
    struct by_spec leaf;
    struct fault ignored = {0};
    if (leaf_find(p, fig, by, &leaf, &ignored) != OK || leaf.is_self)
        return NULL;
    return leaf.reg->fields[leaf.field].target;
}

enum err figure_by_check(const struct province *p, const struct figure *fig, struct str by, struct fault *f)
{
    struct by_spec leaf;
    return leaf_find(p, fig, by, &leaf, f);
}

/* ---- constants ---- */

/* The first day of so many calendar months, of which the last is that of the day. */
static struct str months_from(struct arena *a, struct str on, int64_t months)
{
    struct date d;
    if (date_parse(on, &d, NULL) != OK)
        return on;
    d.day = 1;
    return date_iso(a, date_add_months(d, (int32_t)(1 - months)));
}

/* The moment at which a day ends in the province: filters compare moments with it. */
static struct str day_end(struct arena *a, struct str on)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    struct date d;
    if (date_parse(on, &d, NULL) == OK)
        instant_print(instant_of_date(date_add_days(d, 1), VIETNAM_OFFSET_MINUTES), &b);
    return str_dup(a, buf_view(&b));
}

struct constants figure_constants(struct arena *a, const struct figure *fig, struct str on)
{
    struct constants k = {.n = 2};
    k.p[0] = (struct filter_constant){STR("on_date"), CQL2_DATE, on};
    k.p[1] = (struct filter_constant){STR("on_end"), CQL2_TIMESTAMP, day_end(a, on)};
    struct str from = fig->period_months ? months_from(a, on, fig->period_months) : fig->period_from;
    struct str to = fig->period_months ? on : fig->period_to;
    if (from.n)
        k.p[k.n++] = (struct filter_constant){STR("period_from"), CQL2_DATE, from};
    if (to.n)
        k.p[k.n++] = (struct filter_constant){STR("period_to"), CQL2_DATE, to};
    return k;
}

/* ---- rows ---- */

static struct str row_mark(struct arena *a, const struct figure_row *row)
{
    char *p = arena_alloc(a, row->key.n + 1);
    p[0] = (char)('0' + (int)row->kind);
    if (row->key.n)
        memcpy(p + 1, row->key.p, row->key.n);
    return str_slice(p, row->key.n + 1);
}

void rows_join(struct arena *a, struct figure_result *r, const struct figure_result *b, row_combine *combine,
               const void *ctx)
{
    struct map theirs = {0}, ours = {0};
    VEC(struct figure_row) rows = {0};
    for (size_t i = 0; i < b->n_rows; i++)
        map_put(a, &theirs, row_mark(a, &b->rows[i]), &b->rows[i]);
    for (size_t i = 0; i < r->n_rows; i++) {
        struct str mark = row_mark(a, &r->rows[i]);
        const struct figure_row *other = map_get(&theirs, mark);
        combine(ctx, &r->rows[i], other);
        r->rows[i].is_suppressed |= other && other->is_suppressed;
        map_put(a, &ours, mark, &r->rows[i]);
        VEC_PUSH(a, &rows, r->rows[i]);
    }
    for (size_t i = 0; i < b->n_rows; i++) {
        if (map_get(&ours, row_mark(a, &b->rows[i])))
            continue;
        struct figure_row row = {.kind = b->rows[i].kind, .key = b->rows[i].key, .title = b->rows[i].title};
        if (r->is_additive) /* nothing was counted there */
            row.value = quantity_of_integer(0);
        combine(ctx, &row, &b->rows[i]);
        row.is_suppressed = b->rows[i].is_suppressed;
        VEC_PUSH(a, &rows, row);
    }
    r->rows = rows.p;
    r->n_rows = rows.n;
    rows_sort(r, r->units_at.n > 0);
}

static struct quantity value_of_nothing(const struct figure *figure)
{
    struct quantity sum = quantity_of_integer(0);
    bool is_count = figure->kind == FIGURE_COUNT && figure->main.field == NO_FIELD;
    if (figure->kind == FIGURE_TOTAL)
        for (size_t i = 0; i < figure->n_added; i++)
            sum = quantity_add(sum, value_of_nothing(figure->added[i]));
    else if (figure->kind != FIGURE_SUM && !is_count)
        return figure->empty;
    return sum;
}

/* What a part holds where it has no row: nothing was there to count, or to divide by. */
struct quantity value_without_row(const struct figure_result *part)
{
    return part->is_additive ? quantity_of_integer(0) : value_of_nothing(part->figure);
}

void rows_total(struct arena *a, struct figure_result *r, const struct figure_result *parts, size_t n)
{
    struct map *theirs = ARENA_ARRAY(a, struct map, n + 1), ours = {0};
    VEC(struct figure_row) rows = {0};
    for (size_t k = 0; k < n; k++) {
        theirs[k] = (struct map){0};
        for (size_t i = 0; i < parts[k].n_rows; i++) {
            struct figure_row *row = &parts[k].rows[i];
            struct str mark = row_mark(a, row);
            map_put(a, &theirs[k], mark, row);
            if (map_get(&ours, mark))
                continue;
            map_put(a, &ours, mark, row);
            VEC_PUSH(a, &rows, ((struct figure_row){.kind = row->kind, .key = row->key, .title = row->title}));
        }
    }
    for (size_t i = 0; i < rows.n; i++) {
        struct figure_row *row = &rows.p[i];
        row->value = quantity_of_integer(0);
        for (size_t k = 0; k < n; k++) {
            const struct figure_row *other = map_get(&theirs[k], row_mark(a, row));
            row->value = quantity_add(row->value, other ? other->value : value_without_row(&parts[k]));
            row->is_suppressed |= other && other->is_suppressed;
        }
    }
    r->rows = rows.p;
    r->n_rows = rows.n;
    rows_sort(r, r->units_at.n > 0);
}

static int key_order(struct str a, struct str b)
{
    double x, y;
    if (number_parse(a, &x, NULL) == OK && number_parse(b, &y, NULL) == OK && x != y)
        return x < y ? -1 : 1;
    return str_cmp(a, b);
}

static int order_by_key(const void *a, const void *b)
{
    const struct figure_row *x = a, *y = b;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : str_cmp(x->key, y->key);
}

static int order_by_title(const void *a, const void *b)
{
    const struct figure_row *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    bool is_plain = str_eq(x->title.vi, x->key) && str_eq(y->title.vi, y->key);
    int c = is_plain ? key_order(x->key, y->key) : text_compare(x->title.vi, y->title.vi);
    return c ? c : str_cmp(x->key, y->key);
}

void rows_sort(struct figure_result *r, bool is_by_key)
{
    if (r->n_rows)
        qsort(r->rows, r->n_rows, sizeof *r->rows, is_by_key ? order_by_key : order_by_title);
}
