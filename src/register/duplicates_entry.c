/* The candidates for one record: each rule reads one block through its index. */
#include "register/duplicates_internal.h"

#include <math.h>

#include "base/limits.h"
#include "register/internal.h"
#include "register/query.h"

#include "base/banned.h"

static const double FIRST_DAY = -719162, LAST_DAY = 2932896; /* 0001-01-01 and 9999-12-31, since 1970 */

struct candidate {
    int64_t n;
    double score;
    const struct match_rule *rule;
};

struct entry_check {
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    struct match_plan plan;
    const struct record *r;
    const struct profile *mine;
    struct filter_sql sight; /* records whose compared fields are shown to who enters one */
    VEC(struct candidate) found;
};

static void note(struct entry_check *x, int64_t n, double score, const struct match_rule *rule)
{
    for (size_t i = 0; i < x->found.n; i++)
        if (x->found.p[i].n == n) {
            if (score > x->found.p[i].score)
                x->found.p[i].score = score, x->found.p[i].rule = rule;
            return;
        }
    VEC_PUSH(x->a, &x->found, ((struct candidate){n, score, rule}));
}

static void near_bounds(struct entry_check *x, const struct match_rule *m, struct db_value bounds[2])
{
    const struct field *fd = &x->reg->fields[m->near[0].field];
    double v = x->mine->near[x->plan.near[m->near[0].field]];
    for (int i = 0; i < 2; i++) {
        double at = v + (i ? 1 : -1) * m->near[0].within;
        if (fd->type == FT_DATE) {
            struct buf b CLEANUP(buf_done) = BUF_INIT(64);
            double day = fmin(fmax(at, FIRST_DAY), LAST_DAY);
            struct date d = date_add_days((struct date){1970, 1, 1}, (int)day);
            date_print(d, &b);
            bounds[i] = db_text(str_dup(x->a, buf_view(&b)));
        } else {
            bounds[i] = db_number(at);
        }
    }
}

static struct db_value same_bound(const struct entry_check *x, int field)
{
    const struct value *v = &x->r->values[field];
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1024);
    match_same_sql(&x->reg->fields[field], &sql);
    if (!str_eq(buf_view(&sql), str_of(x->reg->fields[field].column)))
        return db_text(x->mine->same[x->plan.same[field]]);
    if (v->kind == VALUE_INTEGER)
        return db_int(v->integer);
    return v->kind == VALUE_NUMBER ? db_number(v->number) : db_text(v->text);
}

/* Of the block only those near, or, where no `near` narrows it, only those of the same name. */
enum narrowing { BY_NEAR, BY_NAME };

static enum err open_block(struct entry_check *x, const struct match_rule *m, enum narrowing how, struct stmt **ret,
                           struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct db_value values[LIMIT_FIELDS + 4], bounds[2];
    int n = 0;
    buf_printf(&b, "SELECT %s FROM %s t WHERE %s", record_columns_sql(x->a, x->reg), x->reg->table,
               store_visible_sql(x->a, x->s, x->reg, "t"));
    for (size_t i = 0; i < m->n_same && n < LIMIT_FIELDS; i++) {
        buf_puts(&b, " AND ");
        match_same_sql(&x->reg->fields[m->same[i]], &b);
        values[n] = same_bound(x, m->same[i]);
        buf_printf(&b, " = ?%d", ++n);
    }
    if (how == BY_NEAR && m->n_near && !isnan(x->mine->near[x->plan.near[m->near[0].field]])) {
        near_bounds(x, m, bounds);
        buf_printf(&b, " AND %s BETWEEN ?%d AND ?%d", x->reg->fields[m->near[0].field].column, n + 1, n + 2);
        values[n++] = bounds[0];
        values[n++] = bounds[1];
    }
    if (how == BY_NAME) {
        buf_printf(&b, " AND match_name(%s) = ?%d", x->reg->fields[m->like[0]].column, n + 1);
        values[n++] = db_text(x->mine->like[x->plan.like[m->like[0]]].words);
    }
    buf_printf(&b, " AND (%.*s) LIMIT %d", STR_ARG(x->sight.where), LIMIT_DUPLICATE_CANDIDATES);
    struct stmt *st = NULL;
    enum err e = stmt_new(x->s->db, str_of(arena_dup(x->a, b.p, b.n)), &st, f);
    for (int i = 0; e == OK && i < n; i++)
        stmt_bind(st, i + 1, values[i]);
    if (e == OK)
        filter_bind(st, &x->sight.params, n + 1);
    if (e == OK)
        *ret = st;
    return e;
}

static enum err read_block(struct entry_check *x, const struct match_rule *m, enum narrowing how, struct fault *f)
{
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = open_block(x, m, how, &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct record r;
        arena_reset(row);
        record_read(row, x->reg, st, &r);
        if (str_eq(r.id, x->r->id))
            continue;
        double score = match_score(&x->plan, m, x->mine, match_profile(row, &x->plan, r.values));
        if (score >= m->score - 1e-9)
            note(x, stmt_column_int(st, 0), score, m);
    }
    return e;
}

static enum err check_rule(struct entry_check *x, const struct match_rule *m, struct fault *f)
{
    for (size_t i = 0; i < m->n_same; i++)
        if (!x->mine->same[x->plan.same[m->same[i]]].p)
            return OK;
    bool has_name = m->n_like && x->mine->like[x->plan.like[m->like[0]]].words.n;
    if (m->n_same == 0 && !has_name)
        return OK;
    enum err e = OK;
    if (has_name)
        e = read_block(x, m, BY_NAME, f);
    if (e == OK && m->n_same)
        e = read_block(x, m, BY_NEAR, f);
    return e;
}

static int best_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : (x->n > y->n) - (x->n < y->n);
}

static enum err give(struct entry_check *x, duplicate_found *found, void *ctx, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct arena *row CLEANUP(arena_freep) = arena_new();
    enum err e = stmt_new(x->s->db,
                          str_of(arena_printf(x->a, "SELECT %s FROM %s t WHERE t._n = ?1",
                                              record_columns_sql(x->a, x->reg), x->reg->table)),
                          &st, f);
    if (x->found.n)
        qsort(x->found.p, x->found.n, sizeof *x->found.p, best_first);
    for (size_t i = 0; e == OK && i < x->found.n; i++) {
        struct record r;
        bool has_row;
        stmt_bind_int(st, 1, x->found.p[i].n);
        if ((e = stmt_step(st, &has_row, f)) != OK || !has_row)
            break;
        arena_reset(row);
        record_read(row, x->reg, st, &r);
        struct duplicate_pair pair = {.id = {x->r->id, r.id},
                                      .score = x->found.p[i].score,
                                      .rule = x->found.p[i].rule,
                                      .record = {x->r, &r},
                                      .agrees = match_agrees(row, &x->plan, x->r, &r)};
        bool goes_on = found(ctx, &pair);
        stmt_reset(st);
        if (!goes_on)
            break;
    }
    return e;
}

static unsigned compared_classes(const struct match_plan *plan)
{
    unsigned classes = 0;
    for (size_t i = 0; i < plan->reg->n_fields; i++)
        if (plan->same[i] != NO_FIELD || plan->like[i] != NO_FIELD || plan->near[i] != NO_FIELD)
            classes |= 1U << plan->reg->fields[i].privacy;
    return classes;
}

enum err duplicates_of(struct store *s, const struct reg *reg, const struct record *r, duplicate_found *found,
                       void *ctx, struct fault *f)
{
    if (reg->n_duplicates == 0)
        return FAULT(f, ERR_DUPLICATES_NONE, {"register", reg->name});
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct entry_check x = {.a = a, .s = s, .reg = reg, .r = r};
    match_plan_init(a, reg, &x.plan);
    x.mine = match_profile(a, &x.plan, r->values);
    unsigned classes = s->viewer && s->viewer->writes_unseen ? 0 : compared_classes(&x.plan);
    enum err e = query_sight_sql(a, s, reg, classes, &x.sight, f);
    for (size_t i = 0; e == OK && i < reg->n_duplicates; i++)
        e = check_rule(&x, &reg->duplicates[i], f);
    return e == OK ? give(&x, found, ctx, f) : e;
}
