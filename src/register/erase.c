/* Values and salts out of every version of a record; search, rectangles and indexes follow. */
#include "register/erase.h"

#include "register/change_internal.h"
#include "register/file.h"
#include "register/commitment.h"

#include "base/banned.h"

enum { MERGED_DEPTH = 16 };

struct eraser {
    struct change *c;
    const struct reg *reg; /* as declared now */
    const struct erasure *what;
    struct arena *a; /* of one record */
    struct erased done;
};

struct version_place {
    int64_t n, rev;
};

/* ---- what may be erased ---- */

static bool is_named(const struct erasure *what, const struct field *fd)
{
    for (size_t i = 0; i < what->n_fields; i++)
        if (str_eq(what->fields[i], fd->name))
            return true;
    return what->n_fields == 0 && field_is_personal(fd);
}

static bool is_key(const struct reg *reg, int field)
{
    for (size_t i = 0; i < reg->n_key; i++)
        if (reg->key[i] == field)
            return true;
    return false;
}

static enum err check(const struct reg *reg, const struct erasure *what, struct arena *a, struct fault *f)
{
    struct str *names = ARENA_ARRAY(a, struct str, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    if (str_trim(what->reason).n == 0 || str_trim(what->basis).n == 0)
        return FAULT(f, ERR_OPTION_VALUE, {"option", str_trim(what->reason).n ? STR("basis") : STR("reason")},
                     {"value", STR("TEXT")});
    for (size_t i = 0; i < what->n_fields; i++) {
        int n = reg_field_number(reg, what->fields[i]);
        if (n == NO_FIELD)
            return FAULT(f, ERR_FIELD_UNKNOWN, {"name", what->fields[i]}, {"register", reg->name},
                         {"nearest", yaml_nearest(what->fields[i], names, reg->n_fields)});
        if (is_key(reg, n))
            return FAULT(f, ERR_ERASE_KEY, {"field", what->fields[i]}, {"register", reg->name});
        if (!field_is_personal(&reg->fields[n]))
            return FAULT(f, ERR_ERASE_PUBLIC, {"field", what->fields[i]}, {"register", reg->name}, {"rev", STR("—")});
    }
    return OK;
}

/* ---- one version ---- */

/* The register by the declarations of that revision, for they say which of its fields are committed to. */
static enum err declared_then(struct eraser *x, int64_t rev, const struct reg **ret, struct fault *f)
{
    struct change *c = x->c;
    int64_t declared;
    enum err e = store_declared(c->s, rev, &declared, f);
    for (size_t i = 0; e == OK && i < c->then.n; i++)
        if (c->then.p[i].rev == declared) {
            *ret = province_register(c->then.p[i].province, x->reg->name);
            return *ret ? OK : FAULT(f, ERR_REGISTER_CHANGED, {"register", x->reg->name});
        }
    struct store then = *c->s;
    const struct province *p = NULL;
    then.at = declared;
    if (e == OK)
        e = store_province_read(c->a, &then, &p, f);
    if (e == OK && !p)
        e = FAULT(f, ERR_REGISTER_CHANGED, {"register", x->reg->name});
    if (e != OK)
        return e;
    VEC_PUSH(c->a, &c->then, ((struct declared_then){declared, p}));
    return declared_then(x, rev, ret, f);
}

static void note_field(struct eraser *x, struct str name)
{
    for (size_t i = 0; i < x->done.n_fields; i++)
        if (str_eq(x->done.fields[i], name))
            return;
    x->done.fields[x->done.n_fields++] = str_dup(x->c->a, name);
}

/* Which fields of this version go. */
static enum err choose(struct eraser *x, const struct reg *then, const struct value *values, int64_t rev,
                       bool *is_erased, bool *ret_any, struct fault *f)
{
    *ret_any = false;
    for (size_t i = 0; i < then->n_fields; i++) {
        const struct field *fd = &then->fields[i];
        is_erased[i] = values[i].kind != VALUE_NULL && is_named(x->what, fd) && !is_key(then, (int)i);
        if (is_erased[i] && !field_is_personal(fd))
            return FAULT(f, ERR_ERASE_PUBLIC, {"field", fd->name}, {"register", x->reg->name},
                         {"rev", str_of(arena_printf(x->a, "%lld", (long long)rev))});
        *ret_any |= is_erased[i];
    }
    return OK;
}

static enum err run_on_row(struct eraser *x, const char *sql, int64_t n, struct fault *f)
{
    return db_run(x->c->s->db, str_of(sql), DB_VALUES(db_int(n)), f);
}

/* Full text without the words of the version, before they are gone; and what is left of them after. */
static enum err unsearch(struct eraser *x, int64_t n, bool is_before, struct fault *f)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(1 << 16);
    if (!x->reg->search_table)
        return OK;
    search_text_sql(x->reg, &text);
    const char *table = x->reg->search_table;
    return run_on_row(x,
                      is_before ? arena_printf(x->a,
                                               "INSERT INTO %s(%s, rowid, t) SELECT 'delete', _n, %.*s FROM %s WHERE "
                                               "_n = ?1 AND _removed = 0",
                                               table, table, STR_ARG(buf_view(&text)), x->reg->table)
                                : arena_printf(x->a,
                                               "INSERT INTO %s(rowid, t) SELECT _n, %.*s FROM %s WHERE _n = ?1 AND "
                                               "_removed = 0",
                                               table, STR_ARG(buf_view(&text)), x->reg->table),
                      n, f);
}

static bool is_searched(const struct reg *reg, struct str name)
{
    for (size_t i = 0; i < reg->n_search; i++)
        if (str_eq(reg->fields[reg->search[i]].name, name))
            return true;
    return false;
}

static enum err clear_row(struct eraser *x, const struct reg *then, const bool *is_erased, int64_t n, struct str salts,
                          struct fault *f)
{
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 16);
    bool has_words = false, has_box = false;
    buf_printf(&sql, "UPDATE %s SET _salt = ?2", then->table);
    for (size_t i = 0; i < then->n_fields; i++) {
        const struct field *fd = &then->fields[i];
        if (!is_erased[i])
            continue;
        buf_printf(&sql, ", %s = NULL", fd->column);
        if (fd->column_end)
            buf_printf(&sql, ", %s = NULL", fd->column_end);
        has_words |= is_searched(x->reg, fd->name);
        has_box |= x->reg->geometry != NO_FIELD && str_eq(x->reg->fields[x->reg->geometry].name, fd->name);
        note_field(x, fd->name);
    }
    buf_puts(&sql, " WHERE _n = ?1");
    enum err e = has_words ? unsearch(x, n, true, f) : OK;
    if (e == OK)
        e = db_run(x->c->s->db, buf_view(&sql), DB_VALUES(db_int(n), db_blob(salts)), f);
    if (e == OK && has_words)
        e = unsearch(x, n, false, f);
    if (e == OK && has_box)
        e = run_on_row(x, arena_printf(x->a, "DELETE FROM %s WHERE n = ?1", x->reg->box_table), n, f);
    if (e == OK && has_words)
        e = change_note_unsearched(x->c, x->reg, f);
    return e;
}

static enum err erase_version(struct eraser *x, struct version_place at, struct fault *f)
{
    const struct reg *then = NULL;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct record r;
    struct salts salts;
    struct buf kept CLEANUP(buf_done) = BUF_INIT(2 * LIMIT_RECORD_BYTES);
    bool has_row = false, has_any = false;
    enum err e = declared_then(x, at.rev, &then, f);
    if (e == OK)
        e = stmt_new(x->c->s->db,
                     str_of(arena_printf(x->a, "SELECT %s FROM %s t WHERE t._n = ?1", record_columns_sql(x->a, then),
                                         then->table)),
                     &st, f);
    if (e == OK)
        stmt_bind_int(st, 1, at.n), e = stmt_step(st, &has_row, f);
    if (e != OK || !has_row)
        return e;
    bool *is_erased = ARENA_ARRAY(x->a, bool, then->n_fields);
    record_read(x->a, then, st, &r);
    e = choose(x, then, r.values, at.rev, is_erased, &has_any, f);
    if (e != OK || !has_any)
        return e;
    if (!salts_read(then, stmt_column_blob(st, 7), &salts) || !salts_erase(then, r.values, &salts, is_erased, &kept))
        return FAULT(f, ERR_LOG_TREE, {"tree", x->reg->name});
    stmt_reset(st);
    x->done.versions++;
    return clear_row(x, then, is_erased, at.n, buf_view(&kept), f);
}

/* ---- a record ---- */

static enum err versions_of(struct eraser *x, struct str id, void *list, struct fault *f)
{
    VEC(struct version_place) *places = list;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(
        x->c->s->db,
        str_of(arena_printf(x->a, "SELECT _n, _rev, _removed FROM %s WHERE _id = ?1 ORDER BY _rev", x->reg->table)),
        &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, id);
    bool is_known = false;
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        is_known = true;
        if (stmt_column_int(st, 2) == 0)
            VEC_PUSH(x->a, places, ((struct version_place){stmt_column_int(st, 0), stmt_column_int(st, 1)}));
    }
    return e == OK && !is_known ? FAULT(f, ERR_RECORD_UNKNOWN, {"register", x->reg->name}, {"id", id}) : e;
}

/* What was erased, and why, as a record: without the values. */
static enum err write_erasure(struct eraser *x, struct str id, struct fault *f)
{
    struct change *c = x->c;
    const struct reg *reg = province_register(c->s->province, STR("erasures"));
    struct buf names CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct json_out o;
    enum put_outcome outcome;
    json_out_init(&o, &names, JSON_OUT_COMPACT);
    json_array_begin(&o);
    for (size_t i = 0; i < x->done.n_fields; i++)
        json_str(&o, x->done.fields[i]);
    json_array_end(&o);
    const struct value values[] = {{.kind = VALUE_TEXT, .text = x->reg->name},
                                   {.kind = VALUE_INTEGER, .integer = c->rev},
                                   {.kind = VALUE_TEXT, .text = id},
                                   {.kind = VALUE_TEXT, .text = buf_view(&names)},
                                   {.kind = VALUE_INTEGER, .integer = x->done.versions},
                                   {.kind = VALUE_TEXT, .text = str_trim(x->what->reason)},
                                   {.kind = VALUE_TEXT, .text = str_trim(x->what->basis)}};
    must(reg && reg->n_fields == ARRAY_LEN(values));
    struct record r = {.values = ARENA_ARRAY(x->a, struct value, ARRAY_LEN(values))};
    memcpy(r.values, values, sizeof values);
    enum err e = record_id(x->a, reg, r.values, &r.id, f);
    return e == OK ? change_put(c, reg, &r, &outcome, f) : e;
}

static enum err erase_all(struct eraser *x, struct str id, int depth, struct fault *f);

/* The records that went into this one hold the same person's values in their history. */
static enum err erase_merged(struct eraser *x, struct str id, int depth, struct fault *f)
{
    VEC(struct str) ids = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(x->c->s->db,
                          STR("SELECT old_id FROM r_redirects WHERE register = ?1 AND new_id = ?2 AND _until IS NULL "
                              "AND _removed = 0"),
                          &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, x->reg->name), stmt_bind_text(st, 2, id);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->a, &ids, str_dup(x->a, stmt_column_text(st, 0)));
    stmt_free(TAKE(st));
    for (size_t i = 0; e == OK && i < ids.n && depth < MERGED_DEPTH; i++)
        e = erase_all(x, ids.p[i], depth + 1, f);
    return e;
}

static enum err erase_all(struct eraser *x, struct str id, int depth, struct fault *f)
{
    VEC(struct version_place) places = {0};
    struct erased before = x->done;
    x->done = (struct erased){.fields = ARENA_ARRAY(x->c->a, struct str, LIMIT_FIELDS)};
    enum err e = versions_of(x, id, &places, f);
    for (size_t i = 0; e == OK && i < places.n; i++)
        e = erase_version(x, places.p[i], f);
    if (e == OK && x->done.versions)
        e = write_erasure(x, id, f);
    if (e == OK && x->done.versions) /* what a scan shows of a person is no less personal */
        e = file_erase(x->c->s->db, x->reg->name, id, f);
    x->done.versions += before.versions;
    for (size_t i = 0; i < before.n_fields; i++)
        note_field(x, before.fields[i]);
    return e == OK ? erase_merged(x, id, depth, f) : e;
}

enum err change_erase(struct change *c, const struct reg *reg, const struct erasure *what, struct erased *ret_erased,
                      struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct eraser x = {.c = c, .reg = reg, .what = what, .a = a};
    enum err e = check(reg, what, a, f);
    if (e == OK)
        e = search_settle(c->s, f);
    if (e == OK)
        e = erase_all(&x, what->id, 0, f);
    if (e != OK)
        return e;
    c->has_erased |= x.done.versions > 0;
    *ret_erased = x.done;
    return OK;
}
