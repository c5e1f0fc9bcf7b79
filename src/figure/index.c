/* The table of an index for a year: values as published, totals and ranks computed, change from the year before. */
#include <stddef.h>

#include "figure/index.h"
#include "figure/kept.h"
#include "register/query.h"
#include "text/vn.h"
#include "text/yaml.h"

#include "base/banned.h"

/* What reading one year needs. */
struct year {
    struct arena *a;
    struct store *s;
    const struct index *x;
    const struct index_framework *fw;
    int64_t year;
    struct index_row *rows;
    size_t n;
    int64_t n_values, n_sample;
    struct map by_subject;
};

/* ---- subjects ---- */

static enum err subjects_sql(struct year *y, struct stmt **ret_stmt, struct fault *f)
{
    const struct index *x = y->x;
    const struct reg *reg = x->subjects;
    struct filter_sql filter;
    enum err e = filter_compile(y->a, y->s, reg, x->subjects_where, NULL, 0, &filter, f);
    if (e != OK)
        return e;
    char *sql = arena_printf(y->a, "SELECT t.%s, t.%s FROM %s t WHERE ?1 = ?1 AND %s AND %s AND (%.*s) ORDER BY 1",
                             reg->fields[reg->entity].column, reg->fields[x->subject_name].column, reg->table,
                             store_visible_sql(y->a, y->s, reg, "t"), store_valid_sql(y->a, reg, "t", "?1"),
                             STR_ARG(filter.where));
    e = stmt_new(y->s->db, str_of(sql), ret_stmt, f);
    if (e != OK)
        return e;
    const char *on = x->subjects_on.n ? arena_dup(y->a, x->subjects_on.p, x->subjects_on.n)
                                      : arena_printf(y->a, "%04d-12-31", (int)y->year);
    stmt_bind_text(*ret_stmt, 1, str_of(on));
    filter_bind(*ret_stmt, &filter.params, 2);
    return OK;
}

static enum err subjects_read(struct year *y, struct fault *f)
{
    VEC(struct index_row) rows = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = subjects_sql(y, &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct index_row row = {.subject = str_dup(y->a, stmt_column_text(st, 0)),
                                .name = str_dup(y->a, stmt_column_text(st, 1)),
                                .main = ARENA_ARRAY(y->a, struct index_value, y->fw->n_main + 1),
                                .pillars = ARENA_ARRAY(y->a, struct index_pillar_value, y->fw->n_pillars + 1)};
        if (rows.n && str_eq(rows.p[rows.n - 1].subject, row.subject))
            continue; /* two versions of an undated register cannot be, and of a dated one only when they overlap */
        if (rows.n >= LIMIT_FIGURE_ROWS)
            return FAULT(f, ERR_LIMIT, {"what", y->x->id},
                         {"limit", str_of(arena_printf(y->a, "%d", LIMIT_FIGURE_ROWS))});
        VEC_PUSH(y->a, &rows, row);
    }
    if (e != OK)
        return e;
    y->rows = rows.p;
    y->n = rows.n;
    for (size_t i = 0; i < rows.n; i++)
        map_put(y->a, &y->by_subject, rows.p[i].subject, &rows.p[i]);
    return OK;
}

/* ---- values ---- */

/* Where the value of a component goes; NULL when the index has no use for it. */
static struct quantity *slot_of(const struct year *y, struct index_row *row, struct str component)
{
    if (y->x->published_total.n && str_eq(component, y->x->published_total))
        return &row->published_total;
    for (size_t i = 0; i < y->fw->n_main; i++)
        if (str_eq(component, y->fw->main[i].id))
            return &row->main[i].value;
    for (size_t i = 0; i < y->fw->n_pillars; i++)
        if (str_eq(component, y->fw->pillars[i].id))
            return &row->pillars[i].published;
    return NULL;
}

static struct quantity value_of(struct stmt *st, int column)
{
    struct decimal d;
    if (stmt_column_is_null(st, column))
        return (struct quantity){0};
    if (stmt_column_type(st, column) == DB_INT)
        return quantity_of_integer(stmt_column_int(st, column));
    if (decimal_of_double(stmt_column_number(st, column), &d, NULL) != OK)
        return (struct quantity){0};
    return quantity_tidy(quantity_of_decimal(d));
}

static enum err value_take(struct year *y, struct index_row *row, struct str component, struct quantity value,
                           struct fault *f)
{
    struct quantity rank = {0};
    struct quantity *slot =
        y->x->published_rank.n && str_eq(component, y->x->published_rank) ? &rank : slot_of(y, row, component);
    if (!slot)
        return OK;
    if (quantity_is_known(*slot) || (slot == &rank && row->published_rank))
        return FAULT(f, ERR_INDEX_VALUE_TWICE, {"index", y->x->id}, {"subject", row->name}, {"component", component},
                     {"year", str_of(arena_printf(y->a, "%d", (int)y->year))});
    *slot = value;
    if (slot == &rank && value.kind == QUANTITY_INTEGER && value.integer > 0)
        row->published_rank = value.integer;
    return OK;
}

static enum err values_read(struct year *y, struct fault *f)
{
    const struct index *x = y->x;
    const struct field *fields = x->values->fields;
    struct filter_sql filter;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = filter_compile(y->a, y->s, x->values, x->values_where, NULL, 0, &filter, f);
    if (e != OK)
        return e;
    char *sql =
        arena_printf(y->a, "SELECT t.%s, t.%s, t.%s, t._sample FROM %s t WHERE t.%s = ?1 AND %s AND (%.*s)",
                     fields[x->subject].column, fields[x->component].column, fields[x->value].column, x->values->table,
                     fields[x->year].column, store_visible_sql(y->a, y->s, x->values, "t"), STR_ARG(filter.where));
    if ((e = stmt_new(y->s->db, str_of(sql), &st, f)) != OK)
        return e;
    stmt_bind_int(st, 1, y->year);
    filter_bind(st, &filter.params, 2);
    bool has_row;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct index_row *row = map_get(&y->by_subject, stmt_column_text(st, 0));
        y->n_values++;
        y->n_sample += stmt_column_int(st, 3) != 0;
        if (row && (e = value_take(y, row, stmt_column_text(st, 1), value_of(st, 2), f)) != OK)
            return e;
    }
    return e;
}

/* ---- totals and ranks ---- */

static void total_compute(const struct year *y, struct index_row *row)
{
    struct quantity points = quantity_of_integer(0);
    const struct index_framework *fw = y->fw;
    for (size_t i = 0; i < fw->n_main; i++) {
        struct index_value *v = &row->main[i];
        v->points = quantity_mul(v->value, fw->main[i].points);
        v->contribution = quantity_div(v->points, fw->max_points, DECIMAL_SCALE_MAX / 2);
        if (!quantity_equal(fw->main[i].points, quantity_of_integer(0)))
            points = quantity_add(points, v->points);
    }
    for (size_t k = 0; k < fw->n_pillars; k++) {
        struct quantity part = quantity_of_integer(0), whole = part;
        for (size_t i = 0; i < fw->pillars[k].n_weights; i++) {
            const struct index_weight *w = &fw->pillars[k].weights[i];
            if (quantity_equal(w->weight, quantity_of_integer(0)))
                continue;
            part = quantity_add(part, quantity_mul(row->main[w->main].value, w->weight));
            whole = quantity_add(whole, w->weight);
        }
        row->pillars[k].computed = quantity_div(part, whole, DECIMAL_SCALE_MAX / 2);
    }
    if (!fw->is_computable)
        return;
    row->total = quantity_div(points, fw->max_points, DECIMAL_SCALE_MAX / 2);
    if (!quantity_is_known(row->total))
        return;
    row->total_rounded =
        quantity_tidy(quantity_of_decimal(decimal_round(quantity_decimal(row->total), y->x->decimals)));
    row->difference = quantity_sub(row->total_rounded, row->published_total);
}

struct ranked {
    struct decimal value;
    size_t at;
};

static int ranked_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int c = decimal_compare(y->value, x->value);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

void rank_competition(const struct quantity *values, size_t n, int decimals, int64_t *ret_ranks)
{
    struct ranked *known = mem_zalloc((n + 1) * sizeof *known);
    size_t n_known = 0;
    for (size_t i = 0; i < n; i++) {
        ret_ranks[i] = 0;
        if (quantity_is_known(values[i]))
            known[n_known++] = (struct ranked){decimal_round(quantity_decimal(values[i]), decimals), i};
    }
    if (n_known)
        qsort(known, n_known, sizeof *known, ranked_order);
    for (size_t i = 0; i < n_known; i++) {
        bool is_equal = i > 0 && decimal_compare(known[i].value, known[i - 1].value) == 0;
        ret_ranks[known[i].at] = is_equal ? ret_ranks[known[i - 1].at] : (int64_t)i + 1;
    }
    free(known);
}

static void ranks_compute(struct year *y)
{
    struct quantity *totals = ARENA_ARRAY(y->a, struct quantity, y->n + 1);
    int64_t *ranks = ARENA_ARRAY(y->a, int64_t, y->n + 1);
    bool is_whole = true;
    for (size_t i = 0; i < y->n; i++) {
        total_compute(y, &y->rows[i]);
        totals[i] = y->rows[i].total;
        is_whole &= quantity_is_known(totals[i]);
    }
    /* A rank among those known only would flatter: it needs everybody's total. */
    if (is_whole)
        rank_competition(totals, y->n, y->x->decimals, ranks);
    for (size_t i = 0; i < y->n; i++) {
        y->rows[i].computed_rank = ranks[i];
        y->rows[i].rank = y->rows[i].published_rank ? y->rows[i].published_rank : ranks[i];
    }
}

static enum err year_compute(struct year *y, struct fault *f)
{
    enum err e = subjects_read(y, f);
    if (e == OK)
        e = values_read(y, f);
    if (e == OK)
        ranks_compute(y);
    return e;
}

/* ---- change from the year before ---- */

static struct quantity total_shown(const struct index_row *row)
{
    return quantity_is_known(row->published_total) ? row->published_total : row->total_rounded;
}

static enum err change_compute(const struct year *y, struct index_table *t, struct fault *f)
{
    struct year before = {.a = y->a, .s = y->s, .x = y->x, .year = y->year - 1};
    before.fw = index_framework_of(y->x, before.year);
    if (!before.fw)
        return OK;
    enum err e = year_compute(&before, f);
    if (e != OK)
        return e;
    if (before.n_values == 0)
        return OK;
    t->previous_framework = before.fw;
    t->has_other_framework = before.fw != y->fw;
    t->n_values_before = before.n_values;
    t->n_sample_before = before.n_sample;
    for (size_t i = 0; i < t->n; i++) {
        struct index_row *row = &t->rows[i];
        const struct index_row *previous = map_get(&before.by_subject, row->subject);
        if (!previous)
            continue;
        row->previous_rank = previous->rank;
        row->previous_total = total_shown(previous);
        if (row->rank && row->previous_rank)
            row->rank_change = quantity_of_integer(row->previous_rank - row->rank);
        row->total_change = quantity_sub(total_shown(row), row->previous_total);
    }
    return OK;
}

/* ---- years ---- */

static enum err years_read(struct arena *a, struct store *s, const struct index *x, struct index_table *t,
                           struct fault *f)
{
    VEC(int64_t) years = {0};
    struct filter_sql filter;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = filter_compile(a, s, x->values, x->values_where, NULL, 0, &filter, f);
    if (e != OK)
        return e;
    const char *year = x->values->fields[x->year].column;
    char *sql =
        arena_printf(a, "SELECT DISTINCT t.%s FROM %s t WHERE %s AND (%.*s) AND t.%s IS NOT NULL ORDER BY 1", year,
                     x->values->table, store_visible_sql(a, s, x->values, "t"), STR_ARG(filter.where), year);
    if ((e = stmt_new(s->db, str_of(sql), &st, f)) != OK)
        return e;
    filter_bind(st, &filter.params, 1);
    bool has_row;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row && years.n < LIMIT_FIGURE_ROWS)
        VEC_PUSH(a, &years, stmt_column_int(st, 0));
    if (e != OK)
        return e;
    t->years = years.p;
    t->n_years = years.n;
    return OK;
}

static enum err year_unknown(const struct index *x, int64_t year, const struct index_table *t, struct fault *f)
{
    struct buf known CLEANUP(buf_done) = BUF_INIT(400), asked CLEANUP(buf_done) = BUF_INIT(40);
    for (size_t i = 0; i < t->n_years; i++)
        buf_printf(&known, "%s%lld", i ? ", " : "", (long long)t->years[i]);
    if (!t->n_years)
        buf_puts(&known, "–");
    if (year)
        buf_printf(&asked, "%lld", (long long)year);
    else
        buf_puts(&asked, "–");
    return FAULT(f, ERR_INDEX_YEAR, {"index", x->id}, {"year", buf_view(&asked)}, {"known", buf_view(&known)});
}

/* ---- the table ---- */

/* By rank, those without one last; then in Vietnamese order of names. */
static int row_order(const void *a, const void *b)
{
    const struct index_row *x = a, *y = b;
    if (x->rank != y->rank) {
        if (!x->rank || !y->rank)
            return x->rank ? -1 : 1;
        return x->rank < y->rank ? -1 : 1;
    }
    int c = text_compare(x->name, y->name);
    return c ? c : str_cmp(x->subject, y->subject);
}

static enum err compute(struct arena *a, struct store *s, const struct index *index, int64_t year,
                        struct index_table *ret_table, struct fault *f)
{
    struct index_table t = {.year = year, .index = index};
    enum err e = years_read(a, s, index, &t, f);
    if (e != OK)
        return e;
    struct year y = {.a = a, .s = s, .x = t.index, .fw = index_framework_of(t.index, year), .year = year};
    if (!y.fw || year < 1 || year > 9999)
        return year_unknown(t.index, year, &t, f);
    if ((e = year_compute(&y, f)) != OK)
        return e;
    if (y.n_values == 0)
        return year_unknown(t.index, year, &t, f);
    t.framework = y.fw;
    t.rows = y.rows;
    t.n = y.n;
    t.n_values = y.n_values;
    t.n_sample = y.n_sample;
    if (year > 1 && (e = change_compute(&y, &t, f)) != OK)
        return e;
    for (size_t i = 0; i < t.n; i++)
        t.n_totals += quantity_is_known(t.rows[i].total);
    if (t.n)
        qsort(t.rows, t.n, sizeof *t.rows, row_order);
    e = moment_read(a, s, &t.at, f);
    if (e == OK)
        *ret_table = t;
    return e;
}

enum err index_compute(struct arena *a, struct store *s, const struct indexes *x, struct str id, int64_t year,
                       struct index_table *ret_table, struct fault *f)
{
    const struct index *index;
    struct kept_place place;
    enum err e = index_find(x, id, &index, f);
    if (e != OK)
        return e;
    struct str key = str_of(arena_printf(a, "index\n%.*s\n%lld", STR_ARG(id), (long long)year));
    const struct index_table *kept = kept_find(x->kept, a, s, key, &place);
    if (kept) {
        *ret_table = *kept;
        return moment_read(a, s, &ret_table->at, f); /* it is the same then */
    }
    e = compute(place.arena, s, index, year, ret_table, f);
    if (e == OK)
        kept_put(x->kept, &place, ret_table, sizeof *ret_table, s,
                 (const struct reg *[]){index->subjects, index->values, index->means}, 3);
    return e;
}

enum err index_latest_year(struct arena *a, struct store *s, const struct indexes *x, struct str id, int64_t *ret_year,
                           struct fault *f)
{
    struct index_table t = {0};
    enum err e = index_find(x, id, &t.index, f);
    if (e != OK || (e = years_read(a, s, t.index, &t, f)) != OK)
        return e;
    if (!t.n_years)
        return year_unknown(t.index, 0, &t, f);
    *ret_year = t.years[t.n_years - 1];
    return OK;
}

enum name_match { NAME_OTHER, NAME_HOLDS, NAME_EQUAL };

/* Without accents, case and spaces: "ho chi minh" is held by “TP. Hồ Chí Minh”. */
static enum name_match name_match(struct str name, struct str asked)
{
    struct buf x CLEANUP(buf_done) = BUF_INIT(4096), y CLEANUP(buf_done) = BUF_INIT(4096);
    text_fold_joined(name, &x);
    text_fold_joined(asked, &y);
    if (!x.n || !y.n || x.is_full || y.is_full)
        return NAME_OTHER;
    if (str_eq(buf_view(&x), buf_view(&y)))
        return NAME_EQUAL;
    return memmem(x.p, x.n, y.p, y.n) ? NAME_HOLDS : NAME_OTHER;
}

/* The subject of that key, of that name, or the only one whose name holds what was asked. */
static const struct index_row *row_find(const struct index_table *t, struct str asked)
{
    const struct index_row *equal = NULL, *holds = NULL;
    size_t n_holds = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (str_eq(t->rows[i].subject, asked))
            return &t->rows[i];
        enum name_match m = name_match(t->rows[i].name, asked);
        if (m == NAME_EQUAL && !equal)
            equal = &t->rows[i];
        if (m == NAME_HOLDS) {
            holds = &t->rows[i];
            n_holds++;
        }
    }
    return equal ? equal : n_holds == 1 ? holds : NULL;
}

enum err index_mean(struct arena *a, struct store *s, const struct index *x, int64_t year, struct str component,
                    struct quantity *ret_mean, struct fault *f)
{
    struct str group = {NULL, 0};
    *ret_mean = (struct quantity){0};
    for (size_t i = 0; i < x->n_mean_groups; i++)
        if (str_eq(x->mean_groups[i].component, component))
            group = x->mean_groups[i].group;
    if (!x->means || group.n == 0)
        return OK;
    const struct field *fields = x->means->fields;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    const char *sql = arena_printf(a, "SELECT t.%s FROM %s t WHERE t.%s = ?1 AND t.%s = ?2 AND %s LIMIT 1",
                                   fields[x->mean_value].column, x->means->table, fields[x->mean_year].column,
                                   fields[x->mean_group].column, store_visible_sql(a, s, x->means, "t"));
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e == OK)
        stmt_bind_int(st, 1, year), stmt_bind_text(st, 2, group);
    if (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        *ret_mean = value_of(st, 0);
    return e;
}

enum err index_explain(const struct index_table *t, struct str subject, const struct index_row **ret_row,
                       struct fault *f)
{
    const struct index_row *row = row_find(t, subject);
    if (row) {
        *ret_row = row;
        return OK;
    }
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str *names = ARENA_ARRAY(a, struct str, t->n + 1);
    for (size_t i = 0; i < t->n; i++)
        names[i] = t->rows[i].name;
    return FAULT(f, ERR_INDEX_SUBJECT, {"index", t->index->id}, {"subject", subject},
                 {"nearest", yaml_nearest(subject, names, t->n)});
}
