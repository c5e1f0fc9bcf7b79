/* The tables of versions in the file, and how each register was declared over which revisions: a version is judged by the
 * declarations of the revision that wrote it, whatever was declared, widened or dropped since. */
#include <stdio.h>

#include "register/declaration_internal.h"
#include "register/log_internal.h"

#include "base/banned.h"

static const struct str none = {NULL, 0};

/* ---- tables ---- */

const char *verify_quoted(struct arena *a, const char *prefix, struct str name)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_putc(&b, '"');
    buf_puts(&b, prefix);
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"')
            buf_putc(&b, '"');
        buf_putc(&b, name.p[i]);
    }
    buf_putc(&b, '"');
    return arena_dup(a, b.p, b.n);
}

static bool is_fixed_column(struct str name)
{
    static const char *const fixed[] = {"_n", "_id", "_rev", "_ord", "_until", "_removed", "_sample", "_salt"};
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        if (str_is(name, fixed[i]))
            return true;
    return false;
}

static enum err read_columns(struct verify *v, struct verify_table *t, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct str) columns = {0};
    bool has_row;
    enum err e = stmt_new(v->db, STR("SELECT name FROM pragma_table_info(?1) ORDER BY cid"), &st, f);
    char *table = arena_printf(v->work, "r_%.*s", STR_ARG(t->name));
    if (e == OK)
        stmt_bind_text(st, 1, str_of(table));
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        if (!is_fixed_column(stmt_column_text(st, 0)))
            VEC_PUSH(v->work, &columns, str_dup(v->work, stmt_column_text(st, 0)));
    t->columns = columns.p;
    t->n_columns = columns.n;
    return e;
}

static enum err read_tables(struct verify *v, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(v->db,
                          STR("SELECT substr(name, 3) FROM sqlite_schema WHERE type = 'table' AND"
                              " substr(name, 1, 2) = 'r_' ORDER BY name"),
                          &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str name = str_dup(v->work, stmt_column_text(st, 0));
        VEC_PUSH(v->work, &v->tables,
                 ((struct verify_table){.name = name,
                                        .table = verify_quoted(v->work, "r_", name),
                                        .index = verify_quoted(v->work, "u_", name)}));
    }
    for (size_t i = 0; e == OK && i < v->tables.n; i++)
        e = read_columns(v, &v->tables.p[i], f);
    return e;
}

/* ---- layouts ---- */

static int column_of(const struct verify_table *t, const char *quoted_name)
{
    for (size_t i = 0; quoted_name && i < t->n_columns; i++)
        if (t->columns[i].n + 2 == strlen(quoted_name) &&
            memcmp(t->columns[i].p, quoted_name + 1, t->columns[i].n) == 0)
            return (int)i;
    return -1;
}

static bool is_same(const struct layout *x, const struct reg *reg)
{
    if (!x || x->is_unknown || x->reg.n_fields != reg->n_fields)
        return false;
    for (size_t i = 0; i < reg->n_fields; i++)
        if (x->reg.fields[i].type != reg->fields[i].type || !str_eq(x->reg.fields[i].name, reg->fields[i].name) ||
            field_is_personal(&x->reg.fields[i]) != field_is_personal(&reg->fields[i]))
            return false;
    return true;
}

/* Only names, types, classes and order are kept: a province's declarations would fill megabytes for each of their versions. */
static struct layout *layout_make(struct verify *v, const struct verify_table *t, const struct reg *reg)
{
    struct layout *x = ARENA_NEW(v->work, struct layout);
    size_t n = reg->n_fields;
    x->reg = (struct reg){.name = t->name, .n_fields = n, .is_builtin = reg->is_builtin};
    x->reg.fields = ARENA_ARRAY(v->work, struct field, n);
    x->reg.sorted = ARENA_ARRAY(v->work, int, n);
    x->columns = ARENA_ARRAY(v->work, struct layout_column, n);
    x->is_known = ARENA_ARRAY(v->work, bool, t->n_columns);
    x->values = ARENA_ARRAY(v->work, struct value, n);
    for (size_t i = 0; i < n; i++) {
        const struct field *fd = &reg->fields[i];
        x->reg.fields[i].name = str_dup(v->work, fd->name);
        x->reg.fields[i].type = fd->type;
        x->reg.fields[i].privacy = fd->privacy;
        x->reg.n_personal += field_is_personal(fd);
        x->reg.sorted[i] = reg->sorted[i];
        x->columns[i] = (struct layout_column){column_of(t, fd->column), column_of(t, fd->column_end)};
        if (x->columns[i].at >= 0)
            x->is_known[x->columns[i].at] = true;
        if (x->columns[i].at_end >= 0)
            x->is_known[x->columns[i].at_end] = true;
    }
    return x;
}

static void layout_add(struct verify *v, struct verify_table *t, int64_t rev, const struct reg *reg)
{
    struct layout *last = t->layouts.n ? t->layouts.p[t->layouts.n - 1].layout : NULL;
    if (reg ? is_same(last, reg) : t->layouts.n && !last)
        return;
    VEC_PUSH(v->work, &t->layouts, ((struct layout_from){rev, reg ? layout_make(v, t, reg) : NULL}));
}

struct layout *layout_at(const struct verify_table *t, int64_t rev)
{
    for (size_t i = t->layouts.n; i-- > 0;)
        if (t->layouts.p[i].rev <= rev)
            return t->layouts.p[i].layout;
    return NULL;
}

/* ---- declarations over time ---- */

/* By the versions alone: `_until` is what is yet to be checked. */
static enum err read_sources(struct verify *v, struct arena *a, int64_t rev, struct sources *ret, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct source_file) files = {0};
    bool has_row;
    enum err e = stmt_new(v->db,
                          STR("SELECT t.path, t.text FROM r_declarations t WHERE t._removed = 0 AND t._rev ="
                              " (SELECT max(x._rev) FROM r_declarations x WHERE x._id = t._id AND x._rev <= ?1)"
                              " ORDER BY t._id"),
                          &st, f);
    if (e == OK)
        stmt_bind_int(st, 1, rev);
    while (e == OK && (e = verify_step(v, st, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &files,
                 ((struct source_file){str_dup(a, stmt_column_text(st, 0)), str_dup(a, stmt_column_text(st, 1))}));
    *ret = (struct sources){files.p, files.n};
    return e;
}

static enum err declared_at(struct verify *v, int64_t rev, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct sources sources;
    struct province *p = NULL;
    enum err e = read_sources(v, a, rev, &sources, f);
    if (e != OK)
        return e;
    if (province_build(a, &sources, &p, &list) != OK) {
        struct str file = list.n ? fault_file(&list.p[0]) : none;
        verify_problem(v, ERR_LOG_DECLARATIONS, rev, STR("declarations"), none, "%.*s:%d %s", STR_ARG(file),
                       list.n ? list.p[0].line : 0, list.n ? err_type(list.p[0].code) : "");
    }
    for (size_t i = 0; i < v->tables.n; i++) {
        struct verify_table *t = &v->tables.p[i];
        if (str_is(t->name, "declarations"))
            continue;
        if (p) {
            layout_add(v, t, rev, province_register(p, t->name));
            continue;
        }
        struct layout *unknown = ARENA_NEW(v->work, struct layout);
        unknown->is_unknown = true;
        VEC_PUSH(v->work, &t->layouts, ((struct layout_from){rev, unknown}));
    }
    return OK;
}

static enum err declarations_walk(struct verify *v, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(int64_t) revs = {0};
    bool has_row;
    enum err e = stmt_new(v->db, STR("SELECT DISTINCT _rev FROM r_declarations ORDER BY 1"), &st, f);
    while (e == OK && (e = verify_step(v, st, &has_row, f)) == OK && has_row)
        VEC_PUSH(v->work, &revs, stmt_column_int(st, 0));
    for (size_t i = 0; e == OK && i < revs.n; i++)
        if (revs.p[i] >= 1 && revs.p[i] <= v->head)
            e = declared_at(v, revs.p[i], f);
    return e;
}

enum err verify_layouts(struct verify *v, struct fault *f)
{
    struct fault local = {0};
    enum err e = read_tables(v, &local);
    if (e != OK) {
        e = verify_unreadable(v, e, &local, STR("sqlite_schema"));
    } else {
        for (size_t i = 0; i < v->tables.n; i++)
            if (str_is(v->tables.p[i].name, "declarations"))
                layout_add(v, &v->tables.p[i], 0, register_builtin(v->work, BUILTIN_DECLARATIONS));
        e = declarations_walk(v, &local);
        if (e != OK)
            e = verify_unreadable(v, e, &local, STR("declarations"));
    }
    if (e != OK && f)
        *f = local;
    return e;
}
