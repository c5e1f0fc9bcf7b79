/* All pairs of a register: profiles of every record in memory, sorted into blocks rule by rule. */
#include "register/duplicates_internal.h"

#include <math.h>

#include "base/limits.h"
#include "register/internal.h"

#include "base/banned.h"

enum {
    BLOCK_WHOLE = 48, /* up to here each is compared with each */
    NEIGHBOURS = 12,  /* by name: at least so many */
    NEIGHBOURS_EQUAL = 200,
    NEIGHBOURS_NEAR = 1000,
};

static const double UNKNOWN_NEAR = -1e300;

struct entry {
    size_t key; /* hash of the fields that must agree; a collision costs a comparison, no more */
    double near;
    struct str words;
    uint32_t who;
};

struct pair {
    uint32_t a, b; /* a < b */
    uint32_t rule;
    float score;
};

struct finder {
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    struct match_plan plan;
    double min_score;
    VEC(const struct profile *) profiles;
    struct entry *entries;
    size_t n_entries;
    struct pair *pairs;
    size_t n_pairs, cap_pairs;
    bool is_full;
};

static void finder_done(struct finder *x)
{
    free(x->entries);
    free(x->pairs);
    arena_free(x->a);
}

static enum err read_profiles(struct finder *x, struct fault *f)
{
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(
        x->s->db,
        str_of(arena_printf(x->a, "SELECT %s FROM %s t WHERE %s ORDER BY t._n", record_columns_sql(x->a, x->reg),
                            x->reg->table, store_visible_sql(x->a, x->s, x->reg, "t"))),
        &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct record r;
        arena_reset(row);
        record_read(row, x->reg, st, &r);
        struct profile *p = match_profile(x->a, &x->plan, r.values);
        p->n = stmt_column_int(st, 0);
        VEC_PUSH(x->a, &x->profiles, p);
    }
    return e;
}

/* ---- blocks ---- */

static void compare(struct finder *x, uint32_t rule, const struct entry *u, const struct entry *v)
{
    const struct match_rule *m = &x->reg->duplicates[rule];
    double score = match_score(&x->plan, m, x->profiles.p[u->who], x->profiles.p[v->who]);
    if (score < (x->min_score > 0 ? x->min_score : m->score) - 1e-9)
        return;
    if (x->n_pairs == 2 * (size_t)LIMIT_DUPLICATE_PAIRS) { /* rules and walks may find a pair twice */
        x->is_full = true;
        return;
    }
    if (x->n_pairs == x->cap_pairs) {
        x->cap_pairs = x->cap_pairs ? 2 * x->cap_pairs : 1024;
        x->pairs = mem_realloc(x->pairs, x->cap_pairs * sizeof *x->pairs);
    }
    bool is_first = u->who < v->who;
    x->pairs[x->n_pairs++] = (struct pair){is_first ? u->who : v->who, is_first ? v->who : u->who, rule, (float)score};
}

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : (x->who > y->who) - (x->who < y->who);
}

static int by_words(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->words, y->words);
    return c                    ? c
           : x->near != y->near ? (x->near > y->near) - (x->near < y->near)
                                : (x->who > y->who) - (x->who < y->who);
}

static int by_near(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->near != y->near ? (x->near > y->near) - (x->near < y->near) : (x->who > y->who) - (x->who < y->who);
}

/* Each with its neighbours by name: those of the same name, and some more. */
static void walk_names(struct finder *x, uint32_t rule, struct entry *block, size_t n)
{
    qsort(block, n, sizeof *block, by_words);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && k - i <= NEIGHBOURS_EQUAL; k++) {
            if (k - i > NEIGHBOURS && !str_eq(block[i].words, block[k].words))
                break;
            compare(x, rule, &block[i], &block[k]);
        }
}

static void walk_near(struct finder *x, uint32_t rule, struct entry *block, size_t n)
{
    double within = x->reg->duplicates[rule].near[0].within;
    qsort(block, n, sizeof *block, by_near);
    size_t first = 0;
    while (first < n && block[first].near <= UNKNOWN_NEAR)
        first++; /* these have met their neighbours by name */
    for (size_t i = first; i < n; i++)
        for (size_t k = i + 1; k < n && k - i <= NEIGHBOURS_NEAR && block[k].near - block[i].near <= within; k++)
            compare(x, rule, &block[i], &block[k]);
}

static void compare_block(struct finder *x, uint32_t rule, struct entry *block, size_t n)
{
    if (n > BLOCK_WHOLE) {
        walk_names(x, rule, block, n);
        if (x->reg->duplicates[rule].n_near)
            walk_near(x, rule, block, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            compare(x, rule, &block[i], &block[k]);
}

/* The records that a rule can speak of, sorted by the key of their block. */
static void make_entries(struct finder *x, const struct match_rule *m)
{
    x->n_entries = 0;
    for (size_t i = 0; i < x->profiles.n; i++) {
        const struct profile *p = x->profiles.p[i];
        struct entry e = {.who = (uint32_t)i};
        bool is_known = true;
        for (size_t k = 0; k < m->n_same; k++) {
            struct str v = p->same[x->plan.same[m->same[k]]];
            is_known &= v.p != NULL;
            e.key = e.key * 1099511628211u + str_hash(v);
        }
        if (m->n_like)
            e.words = p->like[x->plan.like[m->like[0]]].words;
        if (m->n_near) {
            double near = p->near[x->plan.near[m->near[0].field]];
            e.near = isnan(near) ? UNKNOWN_NEAR : near;
        }
        if (is_known && (m->n_same || e.words.n))
            x->entries[x->n_entries++] = e;
    }
    qsort(x->entries, x->n_entries, sizeof *x->entries, by_key);
}

static void find_by_rule(struct finder *x, uint32_t rule)
{
    make_entries(x, &x->reg->duplicates[rule]);
    for (size_t i = 0, k; i < x->n_entries; i = k) {
        for (k = i + 1; k < x->n_entries && x->entries[k].key == x->entries[i].key;)
            k++;
        compare_block(x, rule, x->entries + i, k - i);
    }
}

/* ---- answers ---- */

static int by_members(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->a != y->a)
        return (x->a > y->a) - (x->a < y->a);
    if (x->b != y->b)
        return (x->b > y->b) - (x->b < y->b);
    return x->score != y->score ? (x->score < y->score) - (x->score > y->score)
                                : (x->rule > y->rule) - (x->rule < y->rule);
}

static int by_score(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : by_members(a, b);
}

static void drop_repeated(struct finder *x)
{
    size_t n = 0;
    if (x->n_pairs)
        qsort(x->pairs, x->n_pairs, sizeof *x->pairs, by_members);
    for (size_t i = 0; i < x->n_pairs; i++)
        if (n == 0 || x->pairs[n - 1].a != x->pairs[i].a || x->pairs[n - 1].b != x->pairs[i].b)
            x->pairs[n++] = x->pairs[i];
    x->n_pairs = n;
    if (n)
        qsort(x->pairs, n, sizeof *x->pairs, by_score);
}

static enum err read_version(struct stmt *st, struct arena *a, const struct reg *reg, int64_t n, struct record *ret,
                             struct fault *f)
{
    bool has_row;
    stmt_bind_int(st, 1, n);
    enum err e = stmt_step(st, &has_row, f);
    if (e != OK)
        return e;
    must(has_row);
    record_read(a, reg, st, ret);
    return OK;
}

static enum err give(struct finder *x, int64_t limit, duplicate_found *found, void *ctx, struct fault *f)
{
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct stmt *st[2] = {NULL, NULL};
    enum err e = OK;
    const char *sql =
        arena_printf(x->a, "SELECT %s FROM %s t WHERE t._n = ?1", record_columns_sql(x->a, x->reg), x->reg->table);
    for (size_t i = 0; i < 2 && e == OK; i++) /* two statements: each keeps the texts of its row */
        e = stmt_new(x->s->db, str_of(arena_printf(x->a, "%s AND %zu", sql, i + 1)), &st[i], f);
    for (size_t i = 0; e == OK && i < x->n_pairs && (limit == 0 || (int64_t)i < limit); i++) {
        const struct pair *p = &x->pairs[i];
        struct record r[2];
        arena_reset(row);
        e = read_version(st[0], row, x->reg, x->profiles.p[p->a]->n, &r[0], f);
        if (e == OK)
            e = read_version(st[1], row, x->reg, x->profiles.p[p->b]->n, &r[1], f);
        if (e != OK)
            break;
        struct duplicate_pair pair = {.id = {r[0].id, r[1].id},
                                      .score = (double)p->score,
                                      .rule = &x->reg->duplicates[p->rule],
                                      .record = {&r[0], &r[1]},
                                      .agrees = match_agrees(row, &x->plan, &r[0], &r[1])};
        bool goes_on = found(ctx, &pair);
        stmt_reset(st[0]);
        stmt_reset(st[1]);
        if (!goes_on)
            break;
    }
    stmt_free(st[0]);
    stmt_free(st[1]);
    return e;
}

enum err duplicates_find(struct store *s, const struct reg *reg, const struct duplicates_options *o,
                         duplicate_found *found, void *ctx, int64_t *ret_total, struct fault *f)
{
    if (reg->n_duplicates == 0)
        return FAULT(f, ERR_DUPLICATES_NONE, {"register", reg->name});
    struct finder x CLEANUP(finder_done) = {.a = arena_new(), .s = s, .reg = reg, .min_score = o->min_score};
    match_plan_init(x.a, reg, &x.plan);
    enum err e = read_profiles(&x, f);
    if (e != OK)
        return e;
    x.entries = mem_alloc((x.profiles.n + 1) * sizeof *x.entries);
    for (size_t i = 0; i < reg->n_duplicates; i++)
        find_by_rule(&x, (uint32_t)i);
    drop_repeated(&x);
    if (x.is_full || x.n_pairs > LIMIT_DUPLICATE_PAIRS)
        return FAULT(f, ERR_LIMIT, {"what", reg->name}, {"limit", STR("2 000 000")});
    e = give(&x, o->limit, found, ctx, f);
    if (e == OK)
        *ret_total = (int64_t)x.n_pairs;
    return e;
}
