/* Statements, kept prepared in their connection. */
#include <limits.h>
#include <sqlite3.h>
#include <string.h>

#include "db/internal.h"

#include "base/banned.h"

static void handle_free(struct stmt *s)
{
    sqlite3_finalize(s->handle);
    free(s);
}

void stmts_done(struct db *db)
{
    for (size_t i = 0; i < STMT_CACHE; i++)
        if (db->slots[i].stmt)
            handle_free(db->slots[i].stmt);
    memset(db->slots, 0, sizeof db->slots);
}

/* Statements are long and all begin alike: eight bytes at a step. */
static size_t text_hash(struct str sql)
{
    uint64_t h = sql.n, eight;
    size_t i = 0;
    for (; i + 8 <= sql.n; i += 8) {
        memcpy(&eight, sql.p + i, 8);
        h = (h ^ eight) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    return (size_t)h ^ str_hash(str_slice(sql.p + i, sql.n - i));
}

static struct stmt *cache_take(struct db *db, struct str sql, size_t hash)
{
    for (size_t i = 0; i < STMT_CACHE; i++) {
        struct stmt_slot *slot = &db->slots[i];
        if (slot->hash != hash || !slot->stmt || slot->is_in_use || !str_is(sql, sqlite3_sql(slot->stmt->handle)))
            continue;
        slot->is_in_use = true;
        return slot->stmt;
    }
    return NULL;
}

/* A free place, or that of the statement not used for longest; none when all are in use. */
static void cache_add(struct db *db, struct stmt *s, size_t hash)
{
    size_t best = STMT_CACHE;
    for (size_t i = 0; i < STMT_CACHE; i++) {
        const struct stmt_slot *slot = &db->slots[i];
        if (!slot->is_in_use && (best == STMT_CACHE || slot->last_use < db->slots[best].last_use))
            best = i;
    }
    s->slot = best;
    if (best == STMT_CACHE)
        return;
    if (db->slots[best].stmt)
        handle_free(db->slots[best].stmt);
    db->slots[best] = (struct stmt_slot){hash, s, true, 0};
}

static bool is_blank(const char *p, const char *end)
{
    while (p < end && (*p == ';' || *p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    return p == end;
}

static enum err handle_new(struct db *db, struct str sql, const char **ret_tail, sqlite3_stmt **ret_handle,
                           struct fault *f)
{
    sqlite3_stmt *handle = NULL;
    char *text = mem_alloc(sql.n + 1); /* for the message */
    memcpy(text, sql.p, sql.n);
    text[sql.n] = 0;
    int rc = sql.n > INT_MAX - 1
                 ? SQLITE_TOOBIG
                 : sqlite3_prepare_v3(db->handle, sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, &handle, ret_tail);
    enum err e = rc == SQLITE_OK ? OK : fault_sqlite(db, rc, text, f);
    bool is_reader = db->mode == DB_READ || db->mode == DB_SCRUB;
    if (e == OK && handle && is_reader && !sqlite3_stmt_readonly(handle))
        e = FAULT(f, ERR_DB_READ_ONLY, {"path", str_of(db->path)}, {"sql", sql});
    free(text);
    if (e != OK)
        sqlite3_finalize(handle);
    else
        *ret_handle = handle;
    return e;
}

enum err stmt_new(struct db *db, struct str sql, struct stmt **ret_stmt, struct fault *f)
{
    size_t hash = text_hash(sql);
    struct stmt *s = cache_take(db, sql, hash);
    if (!s) {
        const char *tail = NULL;
        sqlite3_stmt *handle = NULL;
        enum err e = handle_new(db, sql, &tail, &handle, f);
        if (e != OK)
            return e;
        if (!handle || !is_blank(tail, sql.p + sql.n)) {
            sqlite3_finalize(handle);
            return FAULT(f, ERR_DB_FAILED, {"reason", STR("not exactly one statement")}, {"sql", sql});
        }
        s = mem_zalloc(sizeof *s);
        *s = (struct stmt){.db = db, .handle = handle, .n_params = sqlite3_bind_parameter_count(handle)};
        cache_add(db, s, hash);
    }
    db->n_open++;
    *ret_stmt = s;
    return OK;
}

void stmt_free(struct stmt *s)
{
    if (!s)
        return;
    struct db *db = s->db;
    must(db->n_open > 0);
    db->n_open--;
    if (s->slot == STMT_CACHE) {
        handle_free(s);
        return;
    }
    stmt_reset(s);
    if (s->n_params)
        sqlite3_clear_bindings(s->handle); /* the bytes may go away now */
    s->bind_error = SQLITE_OK;
    db->slots[s->slot].is_in_use = false;
    db->slots[s->slot].last_use = ++db->uses;
}

void stmt_freep(struct stmt **s)
{
    stmt_free(*s);
}

static void bound(struct stmt *s, int rc)
{
    must(rc != SQLITE_RANGE && rc != SQLITE_MISUSE && rc != SQLITE_NOMEM);
    if (rc != SQLITE_OK)
        s->bind_error = rc;
}

void stmt_bind_int(struct stmt *s, int i, int64_t v)
{
    bound(s, sqlite3_bind_int64(s->handle, i, v));
}

void stmt_bind_number(struct stmt *s, int i, double v)
{
    bound(s, sqlite3_bind_double(s->handle, i, v));
}

void stmt_bind_text(struct stmt *s, int i, struct str v)
{
    bound(s, sqlite3_bind_text64(s->handle, i, v.p ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_bind_blob(struct stmt *s, int i, struct str v)
{
    bound(s, v.n ? sqlite3_bind_blob64(s->handle, i, v.p, v.n, SQLITE_STATIC) : sqlite3_bind_zeroblob(s->handle, i, 0));
}

void stmt_bind_null(struct stmt *s, int i)
{
    bound(s, sqlite3_bind_null(s->handle, i));
}

void stmt_bind(struct stmt *s, int i, struct db_value v)
{
    switch (v.type) {
    case DB_NULL:
        stmt_bind_null(s, i);
        return;
    case DB_INT:
        stmt_bind_int(s, i, v.integer);
        return;
    case DB_NUMBER:
        stmt_bind_number(s, i, v.number);
        return;
    case DB_TEXT:
        stmt_bind_text(s, i, v.text);
        return;
    case DB_BLOB:
        stmt_bind_blob(s, i, v.text);
        return;
    }
}

enum err stmt_step(struct stmt *s, bool *ret_has_row, struct fault *f)
{
    struct db *db = s->db;
    /* Without this guard a statement after a lost transaction would commit by itself. */
    if (db->is_in_transaction && sqlite3_get_autocommit(db->handle))
        return FAULT(f, ERR_DB_ROLLED_BACK, {"path", str_of(db->path)});
    int rc = s->bind_error ? s->bind_error : sqlite3_step(s->handle);
    if (rc == SQLITE_ROW) {
        *ret_has_row = true;
        return OK;
    }
    enum err e = OK;
    if (s->bind_error)
        e = FAULT(f, ERR_DB_FAILED, {"reason", str_of(sqlite3_errstr(rc))}, {"sql", str_of(sqlite3_sql(s->handle))});
    else if (rc != SQLITE_DONE)
        e = fault_sqlite(db, rc, sqlite3_sql(s->handle), f);
    s->bind_error = SQLITE_OK;
    sqlite3_reset(s->handle);
    if (e == OK)
        *ret_has_row = false;
    return e;
}

enum err stmt_run(struct stmt *s, struct fault *f)
{
    bool has_row = true;
    while (has_row) {
        enum err e = stmt_step(s, &has_row, f);
        if (e != OK)
            return e;
    }
    return OK;
}

void stmt_reset(struct stmt *s)
{
    sqlite3_reset(s->handle);
}

enum db_type stmt_column_type(struct stmt *s, int i)
{
    switch (sqlite3_column_type(s->handle, i)) {
    case SQLITE_INTEGER:
        return DB_INT;
    case SQLITE_FLOAT:
        return DB_NUMBER;
    case SQLITE_TEXT:
        return DB_TEXT;
    case SQLITE_BLOB:
        return DB_BLOB;
    default:
        return DB_NULL;
    }
}

bool stmt_column_is_null(struct stmt *s, int i)
{
    return sqlite3_column_type(s->handle, i) == SQLITE_NULL;
}

int64_t stmt_column_int(struct stmt *s, int i)
{
    return sqlite3_column_int64(s->handle, i);
}

double stmt_column_number(struct stmt *s, int i)
{
    return sqlite3_column_double(s->handle, i);
}

struct str stmt_column_text(struct stmt *s, int i)
{
    const char *p = (const char *)sqlite3_column_text(s->handle, i);
    return p ? str_slice(p, (size_t)sqlite3_column_bytes(s->handle, i)) : STR("");
}

struct str stmt_column_blob(struct stmt *s, int i)
{
    const char *p = sqlite3_column_blob(s->handle, i);
    return p ? str_slice(p, (size_t)sqlite3_column_bytes(s->handle, i)) : STR("");
}

/* --- short statements */

static enum err stmt_with(struct db *db, struct str sql, struct db_values values, struct stmt **ret_stmt,
                          struct fault *f)
{
    enum err e = stmt_new(db, sql, ret_stmt, f);
    for (int i = 0; e == OK && i < values.n; i++)
        stmt_bind(*ret_stmt, i + 1, values.p[i]);
    return e;
}

enum err db_run(struct db *db, struct str sql, struct db_values values, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_with(db, sql, values, &s, f);
    return e == OK ? stmt_run(s, f) : e;
}

enum err db_exec(struct db *db, const char *sql, struct fault *f)
{
    return db_run(db, str_of(sql), DB_NO_VALUES, f);
}

static enum err first_row(struct stmt *s, struct str sql, struct fault *f)
{
    bool has_row;
    enum err e = stmt_step(s, &has_row, f);
    if (e == OK && (!has_row || stmt_column_is_null(s, 0)))
        e = FAULT(f, ERR_DB_NO_ROW, {"sql", sql});
    return e;
}

enum err db_value_int(struct db *db, struct str sql, struct db_values values, int64_t *ret_v, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_with(db, sql, values, &s, f);
    if (e == OK)
        e = first_row(s, sql, f);
    if (e == OK)
        *ret_v = stmt_column_int(s, 0);
    return e;
}

enum err db_value_text(struct db *db, struct arena *a, struct str sql, struct db_values values, struct str *ret_v,
                       struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_with(db, sql, values, &s, f);
    if (e == OK)
        e = first_row(s, sql, f);
    if (e == OK) {
        struct str v = stmt_column_text(s, 0);
        *ret_v = str_dup(a, v);
    }
    return e;
}

enum err db_script(struct db *db, const char *sql, struct fault *f)
{
    while (!is_blank(sql, sql + strlen(sql))) {
        const char *tail = NULL;
        sqlite3_stmt *handle = NULL;
        enum err e = handle_new(db, str_of(sql), &tail, &handle, f);
        if (e != OK)
            return e;
        if (db->is_in_transaction && sqlite3_get_autocommit(db->handle)) {
            sqlite3_finalize(handle);
            return FAULT(f, ERR_DB_ROLLED_BACK, {"path", str_of(db->path)});
        }
        int rc = handle ? SQLITE_ROW : SQLITE_DONE; /* a comment has none */
        while (rc == SQLITE_ROW)
            rc = sqlite3_step(handle);
        if (rc != SQLITE_DONE)
            e = fault_sqlite(db, rc, sqlite3_sql(handle), f);
        sqlite3_finalize(handle);
        if (e != OK)
            return e;
        sql = tail;
    }
    return OK;
}

void db_sorts_many(struct db *db, bool is_many)
{
    sqlite3_exec(db->handle, is_many ? "PRAGMA temp_store=FILE" : "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
}
