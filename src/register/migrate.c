/* Tables follow declarations: what can be added is added, what would lose data is refused with the command that does it. */
#include "register/store.h"

#include "register/duplicates_internal.h"
#include "register/internal.h"

#include "base/banned.h"

struct migration {
    struct arena *a;
    struct store *s;
    const struct province *next;
    const struct str *drops;
    size_t n_drops;
    struct faults *list;
};

static bool is_dropped(const struct migration *m, struct str what)
{
    for (size_t i = 0; i < m->n_drops; i++)
        if (str_eq(m->drops[i], what))
            return true;
    return false;
}

static void refuse(struct migration *m, enum err code, struct str what, const char *from, const char *to,
                   const struct reg *where)
{
    struct fault f = {0};
    FAULT(&f, code, {"what", what}, {"from", str_of(from)}, {"to", str_of(to)});
    if (where)
        fault_place(&f, where->file, where->line, 0);
    faults_add(m->list, &f);
}

/* Widening keeps every stored value valid and its meaning. */
static bool is_wider(enum field_type from, enum field_type to)
{
    if (from == to)
        return true;
    if (to == FT_NUMBER)
        return from == FT_INTEGER || from == FT_MONEY;
    if (to == FT_INTEGER)
        return from == FT_MONEY;
    if (to == FT_MONEY)
        return from == FT_INTEGER;
    bool is_line = from == FT_STRING || from == FT_CODE || from == FT_REFERENCE || from == FT_UNIT ||
                   from == FT_PHONE || from == FT_PERSONAL_ID || from == FT_TAX_CODE || from == FT_URL ||
                   from == FT_DATE || from == FT_TIMESTAMP;
    return (to == FT_TEXT || to == FT_STRING) && is_line;
}

static bool same_key(const struct reg *a, const struct reg *b)
{
    if (a->n_key != b->n_key)
        return false;
    for (size_t i = 0; i < a->n_key; i++)
        if (!str_eq(a->fields[a->key[i]].name, b->fields[b->key[i]].name))
            return false;
    return true;
}

static bool is_key(const struct reg *reg, int field)
{
    for (size_t i = 0; i < reg->n_key; i++)
        if (reg->key[i] == field)
            return true;
    return false;
}

static void compare_register(struct migration *m, const struct reg *old, const struct reg *now)
{
    if (!same_key(old, now))
        refuse(m, ERR_MIGRATE_KEY, old->name, "", "", now);
    for (size_t i = 0; i < old->n_fields; i++) {
        const struct field *was = &old->fields[i], *is = reg_field(now, was->name);
        struct str what = str_of(arena_printf(m->a, "%.*s.%.*s", STR_ARG(old->name), STR_ARG(was->name)));
        bool fits = is && is_wider(was->type, is->type);
        if (is && !fits && is_key(now, (int)(is - now->fields))) /* no record can let go of it */
            refuse(m, ERR_MIGRATE_KEY, old->name, "", "", now);
        else if (is_dropped(m, what))
            continue;
        else if (!is)
            refuse(m, ERR_MIGRATE_GONE, what, "", "", now);
        else if (!fits)
            refuse(m, ERR_MIGRATE_TYPE, what, field_type_name(was->type), field_type_name(is->type), now);
    }
}

static void compare(struct migration *m)
{
    if (!m->s->province)
        return;
    for (size_t i = 0; i < m->s->province->n_registers; i++) {
        const struct reg *old = m->s->province->registers[i], *now = province_register(m->next, old->name);
        if (now)
            compare_register(m, old, now);
        else if (!is_dropped(m, old->name))
            refuse(m, ERR_MIGRATE_GONE, old->name, "", "", NULL);
    }
}

/* ---- tables ---- */

static enum err has_column(const struct store *s, const struct reg *r, struct str column, bool *ret, struct fault *f)
{
    int64_t n;
    struct str table = str_slice(r->table + 1, strlen(r->table) - 2);
    enum err e = db_value_int(s->db, STR("SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2"),
                              DB_VALUES(db_text(table), db_text(column)), &n, f);
    if (e == OK)
        *ret = n > 0;
    return e;
}

/* A column that is there although its field was not declared, or was of a type that the new one does not take in. */
static enum err find_stale(struct arena *a, const struct store *s, const struct reg *old, const struct reg *now,
                           struct stale *ret, struct fault *f)
{
    enum err e = OK;
    *ret = (struct stale){.reg = now, .fields = ARENA_ARRAY(a, int, now->n_fields)};
    for (size_t i = 0; e == OK && i < now->n_fields; i++) {
        const char *column = now->fields[i].column;
        const struct field *was = reg_field(old, now->fields[i].name);
        bool is_there = was != NULL;
        if (was && is_wider(was->type, now->fields[i].type))
            continue;
        if (!was)
            e = has_column(s, now, str_slice(column + 1, strlen(column) - 2), &is_there, f);
        if (is_there)
            ret->fields[ret->n_fields++] = (int)i;
    }
    return e;
}

enum err store_stale(struct arena *a, const struct store *s, const struct province *next, struct stale_list *ret_list,
                     struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; s->province && e == OK && i < next->n_registers; i++) {
        const struct reg *now = next->registers[i], *old = province_register(s->province, now->name);
        struct stale x = {.reg = now};
        bool is_back = false;
        if (now->is_builtin)
            continue;
        if (old)
            e = find_stale(a, s, old, now, &x, f);
        else
            e = has_column(s, now, STR("_n"), &is_back, f);
        if (e == OK && (x.n_fields || is_back))
            VEC_PUSH(a, &ret_list->all, x);
    }
    return e;
}

static enum err add_columns(struct migration *m, const struct reg *r, struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < r->n_fields; i++) {
        const char *columns[] = {r->fields[i].column, r->fields[i].column_end};
        for (size_t k = 0; e == OK && k < 2 && columns[k]; k++) {
            bool is_there;
            e = has_column(m->s, r, str_slice(columns[k] + 1, strlen(columns[k]) - 2), &is_there, f);
            if (e == OK && !is_there)
                e = db_script(m->s->db, arena_printf(m->a, "ALTER TABLE %s ADD COLUMN %s", r->table, columns[k]), f);
        }
    }
    return e;
}

/* Columns have no declared type: SQLite then keeps each value exactly as it was bound, and a wider type needs no rewrite. */
static enum err create_table(struct migration *m, const struct reg *r, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_printf(
        &b, "CREATE TABLE IF NOT EXISTS %s(_n INTEGER PRIMARY KEY, _id, _rev, _ord, _until, _removed, _sample, _salt",
        r->table);
    for (size_t i = 0; i < r->n_fields; i++) {
        buf_printf(&b, ", %s", r->fields[i].column);
        if (r->fields[i].column_end)
            buf_printf(&b, ", %s", r->fields[i].column_end);
    }
    buf_puts(&b, ")");
    return db_script(m->s->db, buf_cstr(&b), f);
}

/* ---- indexes ---- */

struct index {
    const char *name; /* its parts joined by dots, which no declared name has: register a, field b_c is not a_b, c */
    const char *on;   /* all that CREATE INDEX says behind the name */
    bool is_unique;
};

struct index_list {
    VEC(struct index) all;
};

static void add_index(struct arena *a, const struct reg *r, const int *fields, size_t n, struct index_list *list)
{
    struct buf name CLEANUP(buf_done) = BUF_INIT(1 << 16), on CLEANUP(buf_done) = BUF_INIT(1 << 16);
    buf_printf(&name, "i_%.*s", STR_ARG(r->name));
    buf_printf(&on, " ON %s(", r->table);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&name, ".%.*s", STR_ARG(r->fields[fields[i]].name));
        buf_printf(&on, "%s, ", r->fields[fields[i]].column);
    }
    /* What every count asks besides: with it none has to go to the table itself. */
    if (r->as_of != NO_FIELD)
        buf_printf(&on, "%s, ", r->fields[r->as_of].column);
    buf_puts(&on, "_sample, _removed, _until) WHERE _until IS NULL");
    VEC_PUSH(a, &list->all, ((struct index){arena_dup(a, name.p, name.n), arena_dup(a, on.p, on.n), false}));
}

/* The keys of a rule of duplicates: an entry is checked against one block of the register, not against all of it. */
static void add_match_index(struct arena *a, const struct reg *r, const struct match_rule *rule,
                            struct index_list *list)
{
    struct buf name CLEANUP(buf_done) = BUF_INIT(1 << 16), on CLEANUP(buf_done) = BUF_INIT(1 << 16);
    match_index_name(r, rule, &name);
    buf_printf(&on, " ON %s(", r->table);
    match_index_columns(r, rule, &on);
    buf_puts(&on, ") WHERE ");
    match_index_where(r, rule, &on);
    VEC_PUSH(a, &list->all, ((struct index){arena_dup(a, name.p, name.n), arena_dup(a, on.p, on.n), false}));
}

/* Those declared, and those the engine's own checks need: versions of a record, unique fields, the entity of a dated register. */
static void indexes_of(struct arena *a, const struct reg *r, struct index_list *list)
{
    const char *versions = arena_printf(a, "u_%.*s", STR_ARG(r->name));
    VEC_PUSH(a, &list->all, ((struct index){versions, arena_printf(a, " ON %s(_id, _rev)", r->table), true}));
    for (size_t i = 0; i < r->n_indexes; i++)
        add_index(a, r, r->indexes[i].fields, r->indexes[i].n, list);
    for (size_t i = 0; i < r->n_fields; i++)
        if (r->fields[i].is_unique)
            add_index(a, r, (const int[]){(int)i}, 1, list);
    for (size_t i = 0; i < r->n_duplicates; i++)
        add_match_index(a, r, &r->duplicates[i], list);
    if (r->valid_from != NO_FIELD && r->entity != NO_FIELD)
        add_index(a, r, &r->entity, 1, list);
}

/* As sqlite_schema keeps the statement. */
static bool is_wanted(struct arena *a, const struct index_list *list, struct str sql)
{
    for (size_t i = 0; i < list->all.n; i++) {
        const struct index *x = &list->all.p[i];
        if (str_eq(sql,
                   str_of(arena_printf(a, "CREATE %sINDEX \"%s\"%s", x->is_unique ? "UNIQUE " : "", x->name, x->on))))
            return true;
    }
    return false;
}

/* Indexes come and go without loss: one that is no longer declared, or not as it is, is dropped. */
static enum err drop_old_indexes(struct migration *m, const struct reg *r, struct fault *f)
{
    struct index_list list = {0};
    struct buf script CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct str table = str_slice(r->table + 1, strlen(r->table) - 2);
    bool has_row;
    indexes_of(m->a, r, &list);
    enum err e = stmt_new(m->s->db,
                          STR("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND "
                              "sql IS NOT NULL"),
                          &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, table);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        if (!is_wanted(m->a, &list, stmt_column_text(st, 1)))
            buf_printf(&script, "DROP INDEX \"%.*s\";", STR_ARG(stmt_column_text(st, 0)));
    stmt_free(TAKE(st));
    return e == OK && script.n ? db_script(m->s->db, buf_cstr(&script), f) : e;
}

static enum err indexes_do(struct store *s, const struct reg *r, bool is_drop, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct index_list list = {0};
    indexes_of(a, r, &list);
    for (size_t i = 0; i < list.all.n; i++) {
        const struct index *x = &list.all.p[i];
        if (is_drop)
            buf_printf(&b, "DROP INDEX IF EXISTS \"%s\";", x->name);
        else
            buf_printf(&b, "CREATE %sINDEX IF NOT EXISTS \"%s\"%s;", x->is_unique ? "UNIQUE " : "", x->name, x->on);
    }
    db_sorts_many(s->db, !is_drop);
    enum err e = db_script(s->db, buf_cstr(&b), f);
    db_sorts_many(s->db, false);
    return e;
}

enum err reg_indexes_drop(struct store *s, const struct reg *r, struct fault *f)
{
    return indexes_do(s, r, true, f);
}

enum err reg_indexes_create(struct store *s, const struct reg *r, struct fault *f)
{
    return indexes_do(s, r, false, f);
}

static bool same_search(const struct reg *a, const struct reg *b)
{
    if (!a || a->n_search != b->n_search)
        return false;
    for (size_t i = 0; i < a->n_search; i++)
        if (!str_eq(a->fields[a->search[i]].name, b->fields[b->search[i]].name))
            return false;
    return true;
}

static bool same_geometry(const struct reg *a, const struct reg *b)
{
    if (!a || a->geometry == NO_FIELD || b->geometry == NO_FIELD)
        return a && a->geometry == b->geometry;
    return str_eq(a->fields[a->geometry].name, b->fields[b->geometry].name);
}

static enum err migrate_register(struct migration *m, const struct reg *r, struct fault *f)
{
    enum err e = create_table(m, r, f);
    if (e == OK)
        e = add_columns(m, r, f);
    if (e == OK)
        e = drop_old_indexes(m, r, f);
    if (e == OK)
        e = reg_indexes_create(m->s, r, f);
    const struct reg *old = m->s->province ? province_register(m->s->province, r->name) : NULL;
    if (e == OK && !same_search(old, r))
        e = search_rebuild(m->a, m->s, r, f);
    if (e == OK && !same_geometry(old, r))
        e = boxes_rebuild(m->a, m->s, r, f);
    return e;
}

enum err store_migrate(struct store *s, const struct province *next, const struct str *drops, size_t n_drops,
                       struct faults *list)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct migration m = {a, s, next, drops, n_drops, list};
    size_t before = list->total;
    compare(&m);
    if (list->total > before)
        return ERR_MIGRATE_GONE;
    for (size_t i = 0; i < next->n_registers; i++) {
        struct fault f = {0};
        enum err e = migrate_register(&m, next->registers[i], &f);
        if (e != OK) {
            faults_add(list, &f);
            return e;
        }
    }
    return OK;
}
