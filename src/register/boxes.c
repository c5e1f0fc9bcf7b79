/* Rectangles of geometries: an R*Tree a register over every version, so that a box on a map finds its records without reading the others. */
#include "register/internal.h"
#include "register/query.h"
#include "register/query_sight.h"

#include "geo/shape.h"

#include "base/banned.h"

enum err box_insert_new(struct arena *a, struct db *db, const struct reg *reg, struct stmt **ret_insert,
                        struct fault *f)
{
    return stmt_new(db, str_of(arena_printf(a, "INSERT INTO %s VALUES(?1, ?2, ?3, ?4, ?5)", reg->box_table)),
                    ret_insert, f);
}

enum err box_insert(struct stmt *insert, int64_t n, const struct value *geometry, struct fault *f)
{
    struct box box;
    if (geometry->kind != VALUE_BLOB || !shape_blob_box(geometry->text, &box))
        return OK;
    stmt_bind_int(insert, 1, n);
    stmt_bind_number(insert, 2, box.x_min);
    stmt_bind_number(insert, 3, box.x_max);
    stmt_bind_number(insert, 4, box.y_min);
    stmt_bind_number(insert, 5, box.y_max);
    return stmt_run(insert, f);
}

enum err boxes_rebuild(struct arena *a, struct store *s, const struct reg *reg, struct fault *f)
{
    const char *name = arena_printf(a, "\"g_%.*s\"", STR_ARG(reg->name));
    enum err e = db_script(s->db, arena_printf(a, "DROP TABLE IF EXISTS %s", name), f);
    if (e != OK || !reg->box_table)
        return e;
    e = db_script(s->db, arena_printf(a, "CREATE VIRTUAL TABLE %s USING rtree(n, x_min, x_max, y_min, y_max)", name),
                  f);
    struct stmt *rows CLEANUP(stmt_freep) = NULL, *insert CLEANUP(stmt_freep) = NULL;
    if (e == OK)
        e = stmt_new(
            s->db,
            str_of(arena_printf(a, "SELECT _n, %s FROM %s WHERE %s IS NOT NULL", reg->fields[reg->geometry].column,
                                reg->table, reg->fields[reg->geometry].column)),
            &rows, f);
    if (e == OK)
        e = box_insert_new(a, s->db, reg, &insert, f);
    bool has_row;
    while (e == OK && (e = stmt_step(rows, &has_row, f)) == OK && has_row) {
        struct value v = {.kind = VALUE_BLOB, .text = stmt_column_blob(rows, 1)};
        e = box_insert(insert, stmt_column_int(rows, 0), &v, f);
    }
    return e;
}

enum err query_extent(struct store *s, const struct reg *reg, struct box *ret_box, bool *ret_has_box, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct sight sight;
    struct filter_sql seen = {.where = STR("1"), .params = {.arena = a}};
    if (!reg->box_table)
        return FAULT(f, ERR_GEOMETRY_NONE, {"register", reg->name});
    enum privacy class = reg->fields[reg->geometry].privacy;
    bool is_narrowed =
        query_sight(s, reg, &sight) && !(sight.level[PRIVACY_PUBLIC].is_all && sight.level[class].is_all);
    enum err e = is_narrowed ? query_sight_sql(a, s, reg, 1U << class, &seen, f) : OK;
    if (e != OK)
        return e;
    /* Of all versions together, one look at the tree tells. Who sees some records sees them as they stand: what once was is not drawn for him. */
    const char *from = is_narrowed ? arena_printf(a, "%s g JOIN %s t ON t._n = g.n WHERE %s AND (%.*s)", reg->box_table,
                                                  reg->table, store_visible_sql(a, s, reg, "t"), STR_ARG(seen.where))
                                   : reg->box_table;
    e = stmt_new(s->db, str_of(arena_printf(a, "SELECT min(x_min), min(y_min), max(x_max), max(y_max) FROM %s", from)),
                 &st, f);
    bool has_row;
    if (e == OK) {
        filter_bind(st, &seen.params, 1);
        e = stmt_step(st, &has_row, f);
    }
    if (e != OK)
        return e;
    *ret_has_box = has_row && !stmt_column_is_null(st, 0);
    if (*ret_has_box)
        *ret_box = (struct box){stmt_column_number(st, 0), stmt_column_number(st, 1), stmt_column_number(st, 2),
                                stmt_column_number(st, 3)};
    return OK;
}
