/* The records behind a figure. */
#include "figure/internal.h"

#include "base/banned.h"

struct listing {
    struct arena *a;
    struct store *s;
    const struct figures *fs;
    int64_t limit, total, shown;
    bool is_stopped, include_base;
    figure_record_fn *fn;
    void *ctx;
    int depth;
    struct str today;
};

enum { LISTING_DEPTH = 32 };

void figure_field_print(const struct field *fd, const struct value *v, enum lang lang, struct buf *out)
{
    if (v->kind != VALUE_NULL && figure_field_is_masked(fd))
        buf_puts(out, FIGURE_MASK);
    else
        value_print(fd, v, lang, out);
}

static bool id_is_masked(const struct reg *reg)
{
    for (size_t i = 0; i < reg->n_key; i++)
        if (figure_field_is_masked(&reg->fields[reg->key[i]]))
            return true;
    return false;
}

static enum err records_list(struct listing *l, const char *part, const struct reg *reg, struct str filter,
                             struct str on, const struct constants *k, struct fault *f)
{
    struct query_options o = {.filter = filter, .on = on, .constants = k->p, .n_constants = k->n};
    struct query *q CLEANUP(query_closep) = NULL;
    int64_t n;
    enum err e = query_count(l->s, reg, &o, &n, f);
    if (e != OK)
        return e;
    l->total += n;
    if (l->is_stopped || (l->limit && l->shown >= l->limit))
        return OK;
    o.limit = l->limit ? l->limit - l->shown : 0;
    if ((e = query_open(l->s, reg, &o, &q, f)) != OK)
        return e;
    bool is_masked = id_is_masked(reg), has_row;
    struct record record;
    while (!l->is_stopped && (e = query_next(q, &record, &has_row, f)) == OK && has_row) {
        struct figure_record r = {.reg = reg,
                                  .part = part,
                                  .record = &record,
                                  .id = is_masked ? STR(FIGURE_MASK) : record.id,
                                  .rev = query_rev(q)};
        l->shown++;
        l->is_stopped = !l->fn(l->ctx, &r);
    }
    return e;
}

/* (a) AND (b), of those that say something. */
static struct str filter_and(struct arena *a, struct str x, struct str y)
{
    if (!x.n || !y.n)
        return x.n ? x : y;
    return str_of(arena_printf(a, "(%.*s) AND (%.*s)", STR_ARG(x), STR_ARG(y)));
}

static enum err figure_list(struct listing *l, const struct figure *fig, const struct figure_options *o,
                            struct fault *f);

static enum err measure_list(struct listing *l, const char *part, const struct figure *fig, const struct measure *m,
                             struct str declared, struct fault *f)
{
    struct str on = declared.n ? declared : l->today;
    struct constants k = figure_constants(l->a, fig, on);
    struct str filter = m->where;
    if (m->kind == MEASURE_NONE)
        return OK;
    if (m->kind == MEASURE_FIGURE)
        return figure_list(l, m->figure, &(struct figure_options){.on = declared}, f);
    if (m->kind == MEASURE_SURVEY)
        filter = filter_and(l->a, m->base, m->where);
    if (m->field != NO_FIELD) {
        struct str name = m->reg->fields[m->field].name;
        filter = filter_and(l->a, filter, str_of(arena_printf(l->a, "\"%.*s\" IS NOT NULL", STR_ARG(name))));
    }
    if (m->weight != NO_FIELD) {
        struct str name = m->reg->fields[m->weight].name;
        filter = filter_and(l->a, filter, str_of(arena_printf(l->a, "\"%.*s\" > 0", STR_ARG(name))));
    }
    return records_list(l, part, m->reg, filter, on, &k, f);
}

/* The values of the subject in the years that the figure speaks of. */
static enum err index_list(struct listing *l, const struct figure *fig, struct fault *f)
{
    const struct index *x = fig->index;
    const struct constants none = {0};
    struct index_table t;
    const struct index_row *row;
    enum err e = index_compute(l->a, l->s, l->fs->indexes, x->id, fig->index_year, &t, f);
    if (e != OK || (e = index_explain(&t, fig->index_subject, &row, f)) != OK)
        return e;
    bool is_change = str_ends(fig->index_value, STR("_change"));
    struct buf quoted CLEANUP(buf_done) = BUF_INIT(1000);
    for (size_t i = 0; i < row->subject.n; i++) {
        if (row->subject.p[i] == '\'')
            buf_putc(&quoted, '\'');
        buf_putc(&quoted, row->subject.p[i]);
    }
    char *filter = arena_printf(l->a, "\"%.*s\" = '%.*s' AND \"%.*s\" BETWEEN %lld AND %lld",
                                STR_ARG(x->values->fields[x->subject].name), STR_ARG(buf_view(&quoted)),
                                STR_ARG(x->values->fields[x->year].name), (long long)(fig->index_year - is_change),
                                (long long)fig->index_year);
    return records_list(l, "value", x->values, filter_and(l->a, str_of(filter), x->values_where), (struct str){0},
                        &none, f);
}

static enum err figure_list(struct listing *l, const struct figure *fig, const struct figure_options *o,
                            struct fault *f)
{
    struct figure_options now = {.on = fig->difference_on}, then = {.on = fig->difference_from};
    struct str on = figure_day_declared(fig, o);
    enum err e;
    if (++l->depth > LISTING_DEPTH)
        return FAULT(f, ERR_LIMIT, {"what", fig->id}, {"limit", str_of(arena_printf(l->a, "%d", LISTING_DEPTH))});
    switch (fig->kind) {
    case FIGURE_INDEX:
        e = index_list(l, fig, f);
        break;
    case FIGURE_DIFFERENCE:
        e = figure_list(l, fig->other, &now, f);
        if (e == OK && l->include_base)
            e = figure_list(l, fig->other, &then, f);
        break;
    case FIGURE_TOTAL:
        e = OK;
        for (size_t i = 0; e == OK && i < fig->n_added; i++)
            e = figure_list(l, fig->added[i], &(struct figure_options){.on = on}, f);
        break;
    default:
        e = measure_list(l, "count", fig, &fig->main, on, f);
        if (e == OK && fig->kind == FIGURE_RATIO)
            e = measure_list(l, "under", fig, &fig->of, on, f);
        else if (e == OK && fig->is_share && l->include_base)
            e = measure_list(l, "of", fig, &fig->of, on, f);
        break;
    }
    l->depth--;
    return e;
}

enum err figure_why(struct arena *a, struct store *s, const struct figures *fs, struct str id,
                    const struct figure_options *o, int64_t limit, bool include_base, figure_record_fn *fn, void *ctx,
                    int64_t *ret_total, struct fault *f)
{
    struct listing l = {.a = a, .s = s, .fs = fs, .limit = limit, .include_base = include_base, .fn = fn, .ctx = ctx};
    const struct figure *fig;
    struct date d;
    enum err e = figure_find(fs, id, &fig, f);
    if (e != OK || (e = day_of_moment(a, s, &l.today, f)) != OK)
        return e;
    if (o && o->on.n && (e = date_parse(o->on, &d, f)) != OK)
        return e;
    e = figure_list(&l, fig, o, f);
    if (e == OK)
        *ret_total = l.total;
    return e;
}

/* ---- the filter as text ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const struct filter_constant *constant_of(const struct constants *k, struct str name)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_eq(k->p[i].name, name) && k->p[i].text.n)
            return &k->p[i];
    return NULL;
}

/* Where what begins at i ends: a text in quotes, a word, or one character. */
static size_t token_end(struct str s, size_t i)
{
    size_t end = i + 1;
    if (s.p[i] == '\'' || s.p[i] == '"') {
        while (end < s.n && s.p[end] != s.p[i])
            end++;
        return end < s.n ? end + 1 : end;
    }
    while (is_word(s.p[i]) && end < s.n && (is_word(s.p[end]) || s.p[end] == '.'))
        end++;
    return end;
}

struct str figure_filter_text(struct arena *a, const struct figure *figure, struct str filter, struct str on)
{
    struct constants k = figure_constants(a, figure, on);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0, end; i < filter.n; i = end) {
        end = token_end(filter, i);
        struct str token = str_slice(filter.p + i, end - i);
        const struct filter_constant *c = constant_of(&k, token);
        if (c)
            buf_printf(&b, "%s('%.*s')", c->type == CQL2_TIMESTAMP ? "TIMESTAMP" : "DATE", STR_ARG(c->text));
        else
            buf_str(&b, token);
    }
    return str_dup(a, buf_view(&b));
}

static bool filter_follows_day(struct arena *a, const struct figure *figure, struct str filter)
{
    return !str_eq(figure_filter_text(a, figure, filter, STR("2000-01-31")),
                   figure_filter_text(a, figure, filter, STR("2000-02-01")));
}

bool figure_follows_day(struct arena *a, const struct figure *figure)
{
    const struct str filters[] = {figure->main.where, figure->main.base, figure->of.where};
    bool follows = false;
    for (size_t i = 0; i < ARRAY_LEN(filters); i++)
        follows |= filter_follows_day(a, figure, filters[i]);
    for (size_t i = 0; i < figure_n_parts(figure) && !follows; i++)
        follows = figure_part(figure, i) && figure_follows_day(a, figure_part(figure, i));
    return follows;
}
