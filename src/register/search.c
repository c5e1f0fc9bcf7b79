/* Accent-insensitive search: one FTS5 index a register, over every version, contentless and without positions (text/words.h). */
#include "register/internal.h"

#include "base/banned.h"

void search_text_sql(const struct reg *reg, struct buf *out)
{
    for (size_t i = 0; i < reg->n_search; i++) {
        const struct field *fd = &reg->fields[reg->search[i]];
        buf_printf(out, "%ssearch_words(%s)", i ? " || ' ' || " : "", fd->column);
        if (fd->column_end)
            buf_printf(out, " || ' ' || search_words(%s)", fd->column_end);
    }
}

enum err search_merge(struct arena *a, struct store *s, const struct reg *reg, struct fault *f)
{
    const char *table = reg->search_table;
    return db_script(s->db, arena_printf(a, "INSERT INTO %s(%s) VALUES('optimize')", table, table), f);
}

enum err search_add(struct arena *a, struct store *s, const struct reg *reg, int64_t first_n, int64_t last_rev,
                    struct fault *f)
{
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    buf_printf(&sql, "INSERT INTO %s(rowid, t) SELECT _n, ", reg->search_table);
    search_text_sql(reg, &sql);
    buf_printf(&sql, " FROM %s WHERE _n >= ?1 AND _rev <= ?2 AND _removed = 0", reg->table);
    enum err e = stmt_new(s->db, str_of(arena_dup(a, sql.p, sql.n)), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, first_n);
    stmt_bind_int(st, 2, last_rev);
    return stmt_run(st, f);
}

enum err search_rebuild(struct arena *a, struct store *s, const struct reg *reg, struct fault *f)
{
    const char *name = arena_printf(a, "\"s_%.*s\"", STR_ARG(reg->name));
    enum err e = db_script(s->db, arena_printf(a, "DROP TABLE IF EXISTS %s", name), f);
    if (e != OK || reg->n_search == 0)
        return e;
    e = db_script(s->db,
                  arena_printf(a,
                               "CREATE VIRTUAL TABLE %s USING fts5(t, content='', columnsize=0, detail=none, "
                               "tokenize=\"unicode61 remove_diacritics 0 tokenchars '='\");"
                               "INSERT INTO %s(%s, rank) VALUES('hashsize', 4194304);",
                               name, name, name),
                  f);
    return e == OK ? search_add(a, s, reg, 0, INT64_MAX, f) : e;
}
