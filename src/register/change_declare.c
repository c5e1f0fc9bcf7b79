/* New declarations as a change: their files become records, tables follow, and what was let go leaves the records that are current. */
#include "register/change_internal.h"

#include "base/banned.h"

/* Current records that hold a value which no longer counts. */
static enum err find_stale(const struct change *c, struct arena *a, const struct stale *x, void *list, struct fault *f)
{
    VEC(struct str) *ids = list;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    buf_printf(&b, "SELECT _id FROM %s WHERE _until IS NULL AND _removed = 0", x->reg->table);
    for (size_t i = 0; i < x->n_fields; i++) {
        const struct field *fd = &x->reg->fields[x->fields[i]];
        buf_printf(&b, "%s %s IS NOT NULL", i ? " OR" : " AND (", fd->column);
        if (fd->column_end)
            buf_printf(&b, " OR %s IS NOT NULL", fd->column_end);
    }
    buf_puts(&b, x->n_fields ? ") ORDER BY _n" : " ORDER BY _n");
    enum err e = stmt_new(c->s->db, buf_view(&b), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str id = stmt_column_text(st, 0);
        VEC_PUSH(a, ids, str_dup(a, id));
    }
    return e;
}

/* History keeps them; the current version is one without. */
static enum err clear(struct change *c, const struct stale *x, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(), *row CLEANUP(arena_freep) = arena_new();
    VEC(struct str) ids = {0};
    enum err e = find_stale(c, a, x, &ids, f);
    for (size_t i = 0; e == OK && i < ids.n; i++) {
        struct record now, next;
        enum put_outcome outcome;
        if (x->n_fields == 0) {
            e = change_remove(c, x->reg, ids.p[i], f);
            continue;
        }
        if ((e = change_current(c, x->reg, ids.p[i], &now, f)) != OK)
            break;
        arena_reset(row);
        next = record_copy(row, x->reg, &now);
        for (size_t k = 0; k < x->n_fields; k++)
            next.values[x->fields[k]] = (struct value){.kind = VALUE_NULL};
        e = change_put(c, x->reg, &next, &outcome, f);
    }
    return e;
}

/* While there are records, what steps alone may change stays so. */
static enum err keep_steered(struct arena *a, struct change *c, const struct province *next, struct faults *list)
{
    const struct province *now = c->s->province;
    enum err e = OK;
    for (size_t i = 0; e == OK && now && i < now->n_registers; i++) {
        const struct reg *was = now->registers[i], *is = province_register(next, was->name);
        const struct field *freed = NULL;
        int64_t n = 0;
        struct fault f = {0};
        for (size_t k = 0; k < was->n_fields; k++) {
            const struct field *fd = is ? reg_field(is, was->fields[k].name) : NULL;
            if (was->fields[k].is_by_workflow && fd && !fd->is_by_workflow)
                freed = fd;
        }
        if (!freed)
            continue;
        e = db_value_int(c->s->db,
                         str_of(arena_printf(a, "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 1)", was->table)),
                         (struct db_values){0}, &n, &f);
        if (e == OK && n)
            e = FAULT(&f, ERR_DECL_BY_WORKFLOW, {"register", was->name}, {"field", freed->name});
        if (e != OK) {
            fault_place(&f, is->file, freed->line, 0);
            faults_add(list, &f);
        }
    }
    return e;
}

enum err change_declare(struct change *c, const struct province *next, const struct str *drops, size_t n_drops,
                        struct faults *list)
{
    const struct reg *reg = province_register(next, STR("declarations"));
    struct fault f = {0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct stale_list stale = {0};
    enum err e = keep_steered(a, c, next, list);
    if (e != OK)
        return e;
    e = search_settle(c->s, &f);
    if (e == OK)
        e = store_stale(a, c->s, next, &stale, &f);
    if (e == OK && (e = store_migrate(c->s, next, drops, n_drops, list)) != OK)
        return e;
    for (size_t i = 0; e == OK && i < next->sources.n; i++) {
        const struct source_file *file = &next->sources.p[i];
        must(reg->n_fields == 2);
        struct value *values = ARENA_ARRAY(a, struct value, reg->n_fields);
        values[0] = (struct value){.kind = VALUE_TEXT, .text = file->path};
        values[1] = (struct value){.kind = VALUE_TEXT, .text = file->text};
        struct record r = {.id = file->path, .values = values};
        enum put_outcome outcome;
        e = change_put(c, reg, &r, &outcome, &f);
    }
    for (size_t i = 0; e == OK && c->s->province && i < c->s->province->sources.n; i++) {
        struct str path = c->s->province->sources.p[i].path;
        if (!province_source(next, path))
            e = change_remove(c, reg, path, &f);
    }
    for (size_t i = 0; e == OK && i < stale.all.n; i++)
        e = clear(c, &stale.all.p[i], &f);
    if (e != OK)
        faults_add(list, &f);
    else
        c->next = next;
    return e;
}
