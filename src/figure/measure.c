/* One pass over a register: SQL counts by key, everything else happens here and in breakdown.c. */
#include "figure/measure.h"

#include "base/banned.h"

bool measure_is_additive(const struct measure *m)
{
    return (m->kind == MEASURE_COUNT && m->field == NO_FIELD) || m->kind == MEASURE_SUM;
}

bool measure_is_fusible(const struct measure *m, const struct measure *of)
{
    return of && of->kind == MEASURE_COUNT && of->field == NO_FIELD && m->kind == MEASURE_COUNT &&
           m->field == NO_FIELD && m->reg == of->reg;
}

/* ---- the statement ---- */

struct filters {
    struct filter_sql main, of, base; /* `where` empty text is 1 */
};

static enum err filters_compile(struct compute *c, const struct pass *pass, struct filters *ret, struct fault *f)
{
    struct constants k = figure_constants(c->a, c->fig, c->on);
    const struct measure *m = pass->m;
    enum err e = filter_compile(c->a, c->s, m->reg, m->where, k.p, k.n, &ret->main, f);
    if (e == OK)
        e = filter_compile(c->a, c->s, m->reg, m->base, k.p, k.n, &ret->base, f);
    if (e == OK && pass->of)
        e = filter_compile(c->a, c->s, m->reg, pass->of->where, k.p, k.n, &ret->of, f);
    return e;
}

static const char *column_of(struct arena *a, const struct reg *reg, int field)
{
    return arena_printf(a, "t.%s", reg->fields[field].column);
}

static bool is_by_array(const struct pass *pass)
{
    return pass->by && !pass->by->is_unit && pass->by->reg->fields[pass->by->field].type == FT_ARRAY;
}

static bool has_epochs(const struct pass *pass)
{
    return pass->by && pass->by->is_unit && !pass->by->is_self && pass->succession.n > 0;
}

/* How many changes of units lie before the record's day. */
static const char *epoch_sql(struct compute *c, const struct pass *pass)
{
    const struct succession *x = &pass->succession;
    if (pass->by && pass->by->is_self)
        return arena_printf(c->a, "%zu", succession_epoch(x, c->on));
    if (!has_epochs(pass) || !pass->is_by_epoch)
        return "0";
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 18);
    const char *day = record_as_of_sql(c->a, pass->m->reg, "t", c->s->province->utc_offset_minutes);
    for (size_t i = 0; i < x->n; i++)
        buf_printf(&b, "%s(%s >= ?%zu)", i ? " + " : "", day, i + 2);
    return arena_strdup(c->a, buf_cstr(&b));
}

/* The columns that a statement reads, as text to look into. */
struct reading {
    const struct reg *reg;
    struct str sql[8];
    size_t n;
};

static void reads(struct reading *r, struct str sql)
{
    if (sql.n)
        r->sql[r->n++] = sql;
}

static bool is_in(struct compute *c, const struct reading *r, int field)
{
    struct str column = str_of(column_of(c->a, r->reg, field));
    for (size_t i = 0; i < r->n; i++)
        if (memmem(r->sql[i].p, r->sql[i].n, column.p, column.n))
            return true;
    return false;
}

/* The statement goes by the first column of the index, or finds in it all that it reads. */
static bool is_served_by(struct compute *c, const struct reading *r, const int *fields, size_t n)
{
    if (is_in(c, r, fields[0]))
        return true;
    for (size_t i = 0; i < r->reg->n_fields; i++) {
        bool is_held = (int)i == r->reg->as_of;
        for (size_t k = 0; k < n; k++)
            is_held |= fields[k] == (int)i;
        if (!is_held && is_in(c, r, (int)i))
            return false;
    }
    return true;
}

/* An index of current versions looks to SQLite like few rows whatever they are, and reading a whole table through one is five times as slow
 * as reading it in its own order: then the statement says so. */
static const char *not_indexed(struct compute *c, const struct reading *r)
{
    const struct reg *reg = r->reg;
    for (size_t i = 0; i < reg->n_indexes; i++)
        if (is_served_by(c, r, reg->indexes[i].fields, reg->indexes[i].n))
            return "";
    for (size_t i = 0; i < reg->n_fields; i++)
        if ((reg->fields[i].is_unique || (reg->valid_from != NO_FIELD && (int)i == reg->entity)) &&
            is_served_by(c, r, (const int[]){(int)i}, 1))
            return "";
    for (size_t i = 0; i < reg->n_duplicates; i++)
        if (reg->duplicates[i].n_same && is_in(c, r, reg->duplicates[i].same[0]))
            return "";
    return " NOT INDEXED";
}

/* The field of the breakdown: of the record, or of what its reference names. */
static const char *key_sql(struct compute *c, const struct by_spec *by, const struct reg *reg)
{
    const struct cql2_schema *schema = NULL;
    struct fault ignored = {0};
    if (!by->via)
        return column_of(c->a, reg, by->field);
    must(query_schema(c->a, c->s, reg, NULL, 0, &schema, &ignored) == OK);
    struct str path = STR_JOIN(c->a, by->via->name, STR("."), by->reg->fields[by->field].name);
    const struct cql2_property *reached = schema->lookup(schema->context, path);
    must(reached != NULL);
    return arena_dup(c->a, reached->sql.p, reached->sql.n);
}

/* What each record brings: its key, its epoch, what is counted of it. */
static void inner_sql(struct compute *c, const struct pass *pass, const struct filters *w, struct buf *b)
{
    const struct measure *m = pass->m;
    const char *key = "NULL", *value = "1", *day = "NULL";
    if (pass->by)
        key = is_by_array(pass) ? "j.value" : key_sql(c, pass->by, m->reg);
    if (m->kind == MEASURE_SUM || m->kind == MEASURE_MEAN)
        value = column_of(c->a, m->reg, m->field);
    else if (m->kind == MEASURE_SURVEY && m->weight != NO_FIELD)
        value = column_of(c->a, m->reg, m->weight);
    if (has_epochs(pass) && !pass->is_by_epoch)
        day = record_as_of_sql(c->a, m->reg, "t", c->s->province->utc_offset_minutes);
    bool is_in_where = !pass->of && m->kind != MEASURE_SURVEY;
    const char *distinct =
        m->kind == MEASURE_COUNT && m->field != NO_FIELD ? column_of(c->a, m->reg, m->field) : "NULL";
    const char *valid = store_valid_sql(c->a, m->reg, "t", "?1");
    struct reading r = {.reg = m->reg};
    const char *own[] = {is_by_array(pass) ? column_of(c->a, m->reg, pass->by->field) : key, value, distinct, day,
                         valid};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        reads(&r, str_of(own[i]));
    reads(&r, w->main.where);
    reads(&r, pass->of ? w->of.where : (struct str){NULL, 0});
    reads(&r, w->base.where);
    /* ?1 stands first, so that the question marks of filters are numbered behind it. */
    buf_printf(b, "SELECT ?1 AS a, %s AS k, %s AS e, %s AS y, %s AS d, %s AS x, t._sample AS s, ", key,
               epoch_sql(c, pass), day, distinct, value);
    buf_printf(b, "(%.*s) AS m, ", STR_ARG(is_in_where ? STR("1") : w->main.where));
    buf_printf(b, "(%.*s) AS o FROM %s t%s", STR_ARG(pass->of ? w->of.where : STR("1")), m->reg->table,
               not_indexed(c, &r));
    if (is_by_array(pass))
        buf_printf(b, " LEFT JOIN json_each(%s) j", column_of(c->a, m->reg, pass->by->field));
    buf_printf(b, " WHERE %s AND %s", store_visible_sql(c->a, c->s, m->reg, "t"), valid);
    if (is_in_where)
        buf_printf(b, " AND (%.*s)", STR_ARG(w->main.where));
    if (m->kind == MEASURE_SURVEY)
        buf_printf(b, " AND (%.*s) AND %s > 0", STR_ARG(w->base.where), value);
    if (m->kind == MEASURE_COUNT && m->field != NO_FIELD)
        buf_printf(b, " AND %s IS NOT NULL", column_of(c->a, m->reg, m->field));
}

/* Columns: key, epoch, distinct, rows, n, n_of, n_read, n_sample, by kind: sum and n_sum, or n_yes, w, w2, wy; then for each change of
 * units how many records lie on or after its day. */
enum { COLUMN_KIND = 8, COLUMN_EVENTS = 12 };

static const char *pass_sql(struct compute *c, const struct pass *pass, const struct filters *w)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    const struct measure *m = pass->m;
    buf_puts(&b, "SELECT k, e, d, count(*), ");
    if (pass->of && pass->of->where.n == 0)
        buf_puts(&b, "count(*) FILTER (WHERE m), count(*), count(*), sum(s), ");
    else if (pass->of)
        buf_puts(&b, "count(*) FILTER (WHERE m), count(*) FILTER (WHERE o), count(*) FILTER (WHERE m OR o), "
                     "sum(s) FILTER (WHERE m OR o), ");
    else
        buf_puts(&b, "count(*), 0, count(*), sum(s), ");
    if (m->kind == MEASURE_SUM || m->kind == MEASURE_MEAN)
        buf_puts(&b, "sum(x), count(x), 0, 0");
    else if (m->kind == MEASURE_SURVEY)
        buf_puts(&b, "count(*) FILTER (WHERE m), total(x), total(x * x), total(x) FILTER (WHERE m)");
    else
        buf_puts(&b, "0, 0, 0, 0");
    for (size_t i = 0; has_epochs(pass) && !pass->is_by_epoch && i < pass->succession.n; i++)
        buf_printf(&b, ", count(*) FILTER (WHERE y >= ?%zu)", i + 2);
    buf_puts(&b, " FROM (");
    inner_sql(c, pass, w, &b);
    buf_putc(&b, ')');
    bool is_distinct = m->kind == MEASURE_COUNT && m->field != NO_FIELD;
    if (pass->by || is_distinct)
        buf_printf(&b, " GROUP BY %s%s%s%s", pass->by ? "k" : "", pass->by && pass->is_by_epoch ? ", e" : "",
                   pass->by && is_distinct ? ", " : "", is_distinct ? "d" : "");
    must(!b.is_full);
    return arena_strdup(c->a, buf_cstr(&b));
}

/* In the order in which the question marks stand in the text: select list first. */
static void pass_bind(struct compute *c, const struct pass *pass, const struct filters *w, struct stmt *st)
{
    int next = 2;
    stmt_bind_text(st, 1, c->on);
    if (has_epochs(pass))
        for (size_t i = 0; i < pass->succession.n; i++)
            stmt_bind_text(st, next++, pass->succession.p[i].on);
    next = filter_bind(st, &w->main.params, next);
    if (pass->of)
        next = filter_bind(st, &w->of.params, next);
    if (pass->m->kind == MEASURE_SURVEY)
        filter_bind(st, &w->base.params, next);
}

/* ---- reading ---- */

static struct quantity sum_of(const struct measure *m, struct stmt *st, int column)
{
    if (m->kind != MEASURE_SUM && m->kind != MEASURE_MEAN)
        return quantity_of_integer(0);
    if (stmt_column_is_null(st, column))
        return quantity_of_integer(0);
    if (stmt_column_type(st, column) == DB_INT)
        return quantity_of_integer(stmt_column_int(st, column));
    return quantity_tidy(quantity_of_double(stmt_column_number(st, column), 6));
}

static void group_read(struct compute *c, const struct pass *pass, struct stmt *st, struct group *ret)
{
    *ret = (struct group){.is_null = stmt_column_is_null(st, 0),
                          .key = str_dup(c->a, stmt_column_text(st, 0)),
                          .epoch = (size_t)stmt_column_int(st, 1),
                          .distinct = str_dup(c->a, stmt_column_text(st, 2))};
    struct tally *t = &ret->t;
    t->n = stmt_column_int(st, 4);
    t->n_of = stmt_column_int(st, 5);
    t->n_read = stmt_column_int(st, 6);
    t->n_sample = stmt_column_int(st, 7);
    t->sum = quantity_of_integer(0);
    if (pass->m->kind == MEASURE_SURVEY) {
        t->n_yes = stmt_column_int(st, COLUMN_KIND);
        t->w = stmt_column_number(st, COLUMN_KIND + 1);
        t->w2 = stmt_column_number(st, COLUMN_KIND + 2);
        t->wy = stmt_column_number(st, COLUMN_KIND + 3);
    } else {
        t->sum = sum_of(pass->m, st, COLUMN_KIND);
        t->n_sum = stmt_column_int(st, COLUMN_KIND + 1);
    }
}

/* False when records of one key lie on different maps, so that days must be told apart. */
static bool epoch_take(const struct pass *pass, struct stmt *st, struct group *g)
{
    if (!has_epochs(pass) || pass->is_by_epoch || g->is_null)
        return true;
    int64_t n_rows = stmt_column_int(st, 3);
    g->epoch = 0;
    for (size_t i = 0; i < pass->succession.n; i++) {
        int64_t n_after = stmt_column_int(st, COLUMN_EVENTS + (int)i);
        if (n_after != 0 && n_after != n_rows)
            return false;
        g->epoch += n_after != 0;
    }
    return true;
}

/* Counting by key alone follows an index; keys with their epochs need a sort. The records of a key nearly always lie on one map,
 * so the first pass only looks whether they do, and the second is for the rest. */
static enum err pass_run_once(struct compute *c, const struct pass *pass, struct groups *ret_groups, bool *ret_is_mixed,
                              struct fault *f)
{
    VEC(struct group) groups = {0};
    struct filters w = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = filters_compile(c, pass, &w, f);
    if (e != OK)
        return e;
    const char *sql = pass_sql(c, pass, &w);
    if ((e = stmt_new(c->s->db, str_of(sql), &st, f)) != OK)
        return e;
    pass_bind(c, pass, &w, st);
    bool has_row;
    *ret_is_mixed = false;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct group g;
        group_read(c, pass, st, &g);
        if (!epoch_take(pass, st, &g)) {
            *ret_is_mixed = true;
            return OK;
        }
        if (groups.n >= LIMIT_FIGURE_GROUPS)
            return FAULT(f, ERR_LIMIT, {"what", c->fig->id},
                         {"limit", str_of(arena_printf(c->a, "%d", LIMIT_FIGURE_GROUPS))});
        VEC_PUSH(c->a, &groups, g);
    }
    if (e == OK)
        *ret_groups = (struct groups){groups.p, groups.n};
    return e;
}

enum err pass_run(struct compute *c, const struct pass *pass, struct groups *ret_groups, struct fault *f)
{
    bool is_mixed;
    db_sorts_many(c->s->db, true);
    enum err e = pass_run_once(c, pass, ret_groups, &is_mixed, f);
    if (e == OK && is_mixed) {
        struct pass by_epoch = *pass;
        by_epoch.is_by_epoch = true;
        e = pass_run_once(c, &by_epoch, ret_groups, &is_mixed, f);
    }
    db_sorts_many(c->s->db, false);
    return e;
}

/* ---- values ---- */

void tally_add(struct tally *to, const struct tally *t)
{
    to->n += t->n;
    to->n_of += t->n_of;
    to->n_read += t->n_read;
    to->n_sample += t->n_sample;
    to->sum = quantity_add(to->sum, t->sum);
    to->n_sum += t->n_sum;
    to->w += t->w;
    to->w2 += t->w2;
    to->wy += t->wy;
    to->n_yes += t->n_yes;
}

void tally_value(const struct measure *m, const struct tally *t, int64_t n_distinct, struct quantity scale,
                 struct quantity *ret_value, struct figure_result *ret_survey)
{
    struct figure_result survey = {0};
    switch (m->kind) {
    case MEASURE_COUNT:
        *ret_value = quantity_of_integer(m->field == NO_FIELD ? t->n : n_distinct);
        break;
    case MEASURE_SUM:
        *ret_value = t->n_read ? t->sum : quantity_of_integer(0);
        break;
    case MEASURE_MEAN:
        *ret_value = quantity_div(t->sum, quantity_of_integer(t->n_sum), 6);
        break;
    case MEASURE_SURVEY:
        survey_result(t, m->weight != NO_FIELD, scale, ret_value, &survey.low, &survey.high, &survey.margin);
        break;
    case MEASURE_NONE:
    case MEASURE_FIGURE:
        *ret_value = (struct quantity){0};
        break;
    }
    if (ret_survey && m->kind == MEASURE_SURVEY) {
        ret_survey->low = survey.low;
        ret_survey->high = survey.high;
        ret_survey->margin = survey.margin;
        ret_survey->n_asked = t->n;
    }
}

/* ---- a measure, its base and its rows ---- */

static void total_take(const struct measure *m, struct arena *a, const struct groups *groups, struct quantity scale,
                       struct figure_result *r)
{
    struct tally total = {.sum = quantity_of_integer(0)};
    struct map seen = {0};
    int64_t n_distinct = 0;
    for (size_t i = 0; i < groups->n; i++) {
        struct group *g = &groups->p[i];
        tally_add(&total, &g->t);
        if (m->kind == MEASURE_COUNT && m->field != NO_FIELD && !map_get(&seen, g->distinct)) {
            map_put(a, &seen, g->distinct, g);
            n_distinct++;
        }
    }
    tally_value(m, &total, n_distinct, scale, &r->value, r);
    r->of = quantity_of_integer(total.n_of);
    r->n_counted = total.n_read;
    r->n_sample = total.n_sample;
}

/* A base counted apart: rows get theirs by key, where both registers have keys of one kind. */
static void base_combine(const void *ctx, struct figure_row *row, const struct figure_row *other)
{
    (void)ctx;
    if (!quantity_is_known(row->value)) /* nothing was counted there */
        row->value = quantity_of_integer(0);
    row->of = other ? other->value : (struct quantity){0};
    row->percent = quantity_percent(row->value, row->of);
}

static enum err base_compute(struct compute *c, const struct pass *pass, const struct measure *of,
                             struct figure_result *r, struct fault *f)
{
    struct figure_result base = {0};
    struct compute apart = *c;
    struct by_spec spec;
    bool is_private;
    if (c->by.n && (!by_parse(c->s->province, of, c->by, &spec, &is_private) || !by_is_joinable(pass->by, &spec)))
        apart.by = (struct str){0};
    enum err e = measure_compute(&apart, of, NULL, quantity_of_integer(1), &base, f);
    if (e != OK)
        return e;
    r->of = base.value;
    r->n_counted += base.n_counted;
    r->n_sample += base.n_sample;
    if (apart.by.n)
        rows_join(c->a, r, &base, base_combine, NULL);
    return OK;
}

enum err measure_compute(struct compute *c, const struct measure *m, const struct measure *of, struct quantity scale,
                         struct figure_result *r, struct fault *f)
{
    struct by_spec spec;
    bool is_fused = measure_is_fusible(m, of), has_by = c->by.n > 0;
    struct pass pass = {.m = m, .of = is_fused ? of : NULL};
    enum err e = OK;
    if (has_by) {
        if ((e = by_read(c->s->province, c->fig, m, c->by, &spec, f)) != OK)
            return e;
        pass.by = &spec;
        if (spec.is_unit && (e = succession_load(c->a, c->s, &pass.succession, f)) != OK)
            return e;
    }
    struct groups groups = {0}, whole = {0};
    if ((e = pass_run(c, &pass, &groups, f)) != OK)
        return e;
    whole = groups;
    if (is_by_array(&pass)) { /* a record with two values stands under both: the total is counted apart */
        struct pass plain = {.m = m, .of = pass.of};
        if ((e = pass_run(c, &plain, &whole, f)) != OK)
            return e;
    }
    total_take(m, c->a, &whole, scale, r);
    r->is_additive = has_by && measure_is_additive(m) && !is_by_array(&pass);
    if (has_by && (e = breakdown_rows(c, &pass, &groups, scale, r, f)) != OK)
        return e;
    if (of && !is_fused)
        return base_compute(c, &pass, of, r, f);
    if (!of)
        r->of = (struct quantity){0};
    return OK;
}
