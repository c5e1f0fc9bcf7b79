/* When a register was written, and from which days its versions hold. */
#include "register/query.h"

#include "base/banned.h"

enum err query_newest(struct store *s, const struct reg *reg, int64_t *ret_rev, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    /* Versions are numbered in the order of writing. */
    const char *sql = arena_printf(
        a, "SELECT coalesce((SELECT _rev FROM %s WHERE _rev <= ?1 ORDER BY _n DESC LIMIT 1), 0)", reg->table);
    return db_value_int(s->db, str_of(sql), DB_VALUES(db_int(s->at)), ret_rev, f);
}

/* The version numbered `most` or the last one before it: its number, 0 when there is none, and the revision that wrote it. */
static enum err version_at(struct stmt *st, int64_t most, int64_t *ret_n, int64_t *ret_rev, struct fault *f)
{
    bool has_row;
    stmt_reset(st);
    stmt_bind_int(st, 1, most);
    enum err e = stmt_step(st, &has_row, f);
    *ret_n = e == OK && has_row ? stmt_column_int(st, 0) : 0;
    *ret_rev = *ret_n ? stmt_column_int(st, 1) : 0;
    return e;
}

/* The last version that a revision before `before` wrote. Versions are numbered in the order of writing, so halving finds it without an index. */
static enum err version_before(struct stmt *st, int64_t before, int64_t *ret_n, int64_t *ret_rev, struct fault *f)
{
    int64_t low = 0, high, rev; /* those up to `low` were written before; those above `high` were not */
    enum err e = version_at(st, INT64_MAX, &high, &rev, f);
    while (e == OK && low < high) {
        int64_t middle = high - (high - low) / 2, at;
        e = version_at(st, middle, &at, &rev, f);
        if (at == 0 || rev < before)
            low = middle;
        else
            high = at - 1;
    }
    return e == OK ? version_at(st, low, ret_n, ret_rev, f) : e;
}

enum err query_revisions(struct store *s, const struct reg *reg, size_t most, int64_t *ret_revs, size_t *ret_n,
                         struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    const char *sql = arena_printf(a, "SELECT _n, _rev FROM %s WHERE _n <= ?1 ORDER BY _n DESC LIMIT 1", reg->table);
    int64_t n = 0, rev = s->at + 1;
    size_t found = 0;
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    while (e == OK && found < most && (e = version_before(st, rev, &n, &rev, f)) == OK && n)
        ret_revs[found++] = rev;
    *ret_n = e == OK ? found : 0;
    return e;
}

enum err query_days(struct arena *a, struct store *s, const struct reg *reg, struct str on, size_t most,
                    struct str *ret_days, size_t *ret_n, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    *ret_n = 0;
    if (reg->valid_from == NO_FIELD)
        return OK;
    const struct field *from = &reg->fields[reg->valid_from];
    const char *column = from->column;
    struct filter_sql seen;
    enum err e = query_sight_sql(a, s, reg, 1U << from->privacy, &seen, f);
    if (e != OK)
        return e;
    const char *sql =
        arena_printf(a,
                     "WITH fixed AS (SELECT ?1, ?2) SELECT DISTINCT t.%s FROM %s t WHERE t.%s IS NOT "
                     "NULL AND t.%s <= ?1 AND %s AND (%.*s) ORDER BY 1 DESC LIMIT ?2",
                     column, reg->table, column, column, store_visible_sql(a, s, reg, "t"), STR_ARG(seen.where));
    e = stmt_new(s->db, str_of(sql), &st, f);
    if (e == OK) {
        stmt_bind_text(st, 1, on), stmt_bind_int(st, 2, (int64_t)most);
        filter_bind(st, &seen.params, 3);
    }
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str day = stmt_column_text(st, 0);
        ret_days[(*ret_n)++] = str_dup(a, day);
    }
    return e;
}
