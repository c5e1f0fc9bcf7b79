#include "access/unit_tree.h"

#include "base/banned.h"

struct unit {
    struct str code, parent, merged_into;
    bool is_alive, is_split, is_in;
};

struct unit_tree {
    struct unit *p;
    size_t n;
    struct map by_code;
};

static struct unit *unit_of(struct arena *a, struct unit_tree *t, struct str code, size_t most)
{
    struct unit *u = map_get(&t->by_code, code);
    if (u || t->n == most)
        return u;
    u = &t->p[t->n++];
    *u = (struct unit){.code = str_dup(a, code)};
    map_put(a, &t->by_code, u->code, u);
    return u;
}

static const char *units_sql(struct arena *a, const struct province *p)
{
    const struct reg *reg = p->units;
    const char *code = reg->fields[p->unit_code].column, *parent = reg->fields[p->unit_parent].column;
    const char *from = reg->valid_from == NO_FIELD ? "NULL" : reg->fields[reg->valid_from].column;
    const char *to = reg->valid_to == NO_FIELD ? "NULL" : reg->fields[reg->valid_to].column;
    return arena_printf(a,
                        "SELECT %s, %s, (%s IS NULL OR %s > ?1) FROM %s WHERE _until IS NULL AND _removed = 0 AND "
                        "(%s IS NULL OR %s <= ?1) ORDER BY coalesce(%s, '')",
                        code, parent, to, to, reg->table, from, from, from);
}

static enum err read_units(struct arena *a, struct store *s, const struct province *p, struct str day,
                           struct unit_tree *t, size_t most, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(s->db, str_of(units_sql(a, p)), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, day);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct unit *u = unit_of(a, t, stmt_column_text(st, 0), most);
        if (!u)
            break;
        u->parent = str_dup(a, stmt_column_text(st, 1)); /* later versions come later */
        u->is_alive = stmt_column_int(st, 2) != 0;
    }
    return e;
}

static enum err read_successors(struct arena *a, struct store *s, const struct province *p, struct str day,
                                struct unit_tree *t, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    const struct reg *reg = p->successors;
    bool has_row = false;
    if (!reg)
        return OK;
    const char *sql =
        arena_printf(a, "SELECT DISTINCT %s, %s FROM %s WHERE _until IS NULL AND _removed = 0 AND %s <= ?1",
                     reg->fields[p->successor_from].column, reg->fields[p->successor_to].column, reg->table,
                     reg->fields[p->successor_on].column);
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, day);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct unit *u = map_get(&t->by_code, stmt_column_text(st, 0));
        struct str to = stmt_column_text(st, 1);
        if (!u || str_eq(u->code, to))
            continue;
        u->is_split |= u->merged_into.n > 0 && !str_eq(u->merged_into, to);
        u->merged_into = str_dup(a, to);
    }
    return e;
}

enum err unit_tree_read(struct arena *a, struct store *s, const struct province *p, struct str day,
                        struct unit_tree **ret_tree, struct fault *f)
{
    struct unit_tree *t = ARENA_NEW(a, struct unit_tree);
    int64_t n = 0;
    enum err e = OK;
    if (p->units) {
        const char *sql =
            arena_printf(a, "SELECT count(*) FROM %s WHERE _until IS NULL AND _removed = 0", p->units->table);
        e = db_value_int(s->db, str_of(sql), DB_NO_VALUES, &n, f);
        t->p = ARENA_ARRAY(a, struct unit, n + 1);
        if (e == OK)
            e = read_units(a, s, p, day, t, (size_t)n, f);
        if (e == OK)
            e = read_successors(a, s, p, day, t, f);
    }
    if (e == OK)
        *ret_tree = t;
    return e;
}

static bool is_under(const struct unit_tree *t, struct str code)
{
    const struct unit *u = code.n ? map_get(&t->by_code, code) : NULL;
    return u && u->is_in;
}

const struct str *unit_tree_below(const struct unit_tree *t, struct arena *a, struct str code, size_t *ret_n)
{
    struct str *codes = ARENA_ARRAY(a, struct str, t->n + 1);
    struct unit *top = code.n ? map_get(&t->by_code, code) : NULL;
    *ret_n = 0;
    if (!top)
        return codes;
    for (size_t i = 0; i < t->n; i++)
        t->p[i].is_in = &t->p[i] == top;
    codes[(*ret_n)++] = top->code;
    for (size_t before = 0; before < *ret_n;) { /* once more as long as one was added */
        before = *ret_n;
        for (size_t i = 0; i < t->n; i++) {
            struct unit *u = &t->p[i];
            bool is_merged = !u->is_alive && !u->is_split && is_under(t, u->merged_into);
            if (u->is_in || (!is_under(t, u->parent) && !is_merged))
                continue;
            u->is_in = true;
            codes[(*ret_n)++] = u->code;
        }
    }
    return codes;
}
