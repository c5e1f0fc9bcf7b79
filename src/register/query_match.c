/* One record against a filter: the record stands as a table of one row. */
#include "base/limits.h"
#include "register/internal.h"
#include "register/query.h"
#include "register/query_sight.h"

#include "base/banned.h"

static void add_columns(const struct reg *reg, struct buf *b)
{
    buf_puts(b, "WITH t AS (SELECT ? AS _id, ? AS _rev, ? AS _sample");
    for (size_t i = 0; i < reg->n_fields; i++) {
        buf_printf(b, ", ? AS %s", reg->fields[i].column);
        if (reg->fields[i].column_end)
            buf_printf(b, ", ? AS %s", reg->fields[i].column_end);
    }
    buf_puts(b, ") SELECT 1 FROM t WHERE ");
}

enum err query_matches(struct store *s, const struct reg *reg, const struct record *r, struct str filter,
                       bool *ret_matches, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 16);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct filter_sql sql;
    bool has_row = false;
    enum err e = filter_compile(a, s, reg, filter, NULL, 0, &sql, f);
    if (e != OK)
        return e;
    add_columns(reg, &b);
    buf_str(&b, sql.where);
    e = stmt_new(s->db, buf_view(&b), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, r->id);
    stmt_bind_int(st, 2, s->head + 1);
    stmt_bind_int(st, 3, r->is_sample);
    int next = 4;
    for (size_t i = 0; i < reg->n_fields; i++)
        record_bind(st, &next, &reg->fields[i], &r->values[i]);
    filter_bind(st, &sql.params, next);
    e = stmt_step(st, &has_row, f);
    if (e == OK)
        *ret_matches = has_row;
    return e;
}

enum err query_shows(struct store *s, const struct reg *reg, const struct record *r, bool *ret_shows, struct fault *f)
{
    return query_shows_fields(s, reg, r, 0, ret_shows, f);
}

enum err query_shows_fields(struct store *s, const struct reg *reg, const struct record *r, unsigned classes,
                            bool *ret_shows, struct fault *f)
{
    struct sight sight;
    bool is_limited = query_sight(s, reg, &sight);
    enum err e = OK;
    classes |= 1U << PRIVACY_PUBLIC;
    *ret_shows = true;
    for (size_t c = 0; is_limited && e == OK && *ret_shows && c < PRIVACY_COUNT; c++) {
        const struct sight_level *level = &sight.level[c];
        if (!(classes & 1U << c) || level->is_all)
            continue;
        *ret_shows = !level->is_none;
        if (!level->is_none)
            e = query_matches(s, reg, r, level->where, ret_shows, f);
    }
    return e;
}
