/* A filter, text or JSON: what parses prints, and the print parses to a tree that prints the same, in both notations. What
 * passes the check compiles, and SQLite takes the SQL. Names of properties say their type by their first letter. */
#include <sqlite3.h>
#include <stdint.h>

#include "cql2/cql2.h"
#include "db/functions.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cql2_property *look_up(const void *context, struct str name)
{
    static const struct cql2_property kinds[] = {
        {.type = CQL2_STRING, .sql = {"s", 1}},
        {.type = CQL2_INTEGER, .sql = {"n", 1}},
        {.type = CQL2_NUMBER, .sql = {"x", 1}},
        {.type = CQL2_BOOLEAN, .sql = {"b", 1}},
        {.type = CQL2_DATE, .sql = {"d", 1}},
        {.type = CQL2_TIMESTAMP, .sql = {"t", 1}},
        {.type = CQL2_INTERVAL, .of = CQL2_DATE, .sql = {"d", 1}, .sql_end = {"e", 1}},
        {.type = CQL2_GEOMETRY, .sql = {"g", 1}},
        {.type = CQL2_ARRAY, .of = CQL2_STRING, .sql = {"a", 1}},
        {.type = CQL2_DATE, .is_constant = true, .value = {.kind = CQL2_PARAM_TEXT, .bytes = {"2022-01-01", 10}}},
        {.type = CQL2_TIMESTAMP, .is_constant = true, .value = {.kind = CQL2_PARAM_NULL}},
        {.type = CQL2_ARRAY, .of = CQL2_NUMBER, .sql = {"a", 1}},
    };
    static const char letters[] = "snxbdtvgacuw";
    (void)context;
    const char *at = name.n ? memchr(letters, name.p[0], sizeof letters - 1) : NULL;
    return at ? &kinds[at - letters] : NULL;
}

static const struct cql2_function functions[] = {
    {STR("f"), CQL2_BOOLEAN, 1, 2, {CQL2_BOOLEAN, CQL2_UNKNOWN}, {NULL, "($1 AND $1)", "coalesce($1, $2)"}},
};

static const struct cql2_schema schema = {
    .lookup = look_up, .functions = functions, .n_functions = 1, .utc_offset_minutes = 420};

static sqlite3 *database(void)
{
    static sqlite3 *db;
    if (!db) {
        must(sqlite3_open(":memory:", &db) == SQLITE_OK && db_functions_add(db) == SQLITE_OK);
        must(sqlite3_exec(
                 db, "CREATE TABLE r (s TEXT, n INTEGER, x REAL, b INTEGER, d TEXT, e TEXT, t TEXT, g BLOB, a TEXT)",
                 NULL, NULL, NULL) == SQLITE_OK);
    }
    return db;
}

static void compile(struct arena *a, struct cql2 *q)
{
    struct fault f = {0};
    struct cql2_params params = {.arena = a};
    struct buf sql CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_SQL_BYTES);
    if (cql2_check(a, q, &schema, &f) != OK) {
        must(f.code != OK && f.line > 0 && f.column > 0);
        return;
    }
    buf_puts(&sql, "SELECT count(*) FROM r WHERE ");
    enum err e = cql2_compile(q, &schema, &sql, &params, &f);
    must(e == OK || e == ERR_CQL2_LIMIT);
    sqlite3_stmt *st = NULL;
    if (e == OK)
        must(sqlite3_prepare_v2(database(), buf_cstr(&sql), -1, &st, NULL) == SQLITE_OK);
    must(e != OK || sqlite3_bind_parameter_count(st) == (int)params.n);
    sqlite3_finalize(st);
}

/* The text that a tree prints, in the arena. */
static struct str print(struct arena *a, const struct cql2 *q, void (*write)(const struct cql2 *, struct buf *))
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64 << 20);
    write(q, &b);
    must(!b.is_full);
    return str_slice(arena_dup(a, b.p, b.n), b.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str input = str_slice(arena_dup(a, (const char *)data, size), size);
    struct cql2 *q, *again;
    struct fault f = {0};
    bool is_json = size && data[0] == '{';
    if ((is_json ? cql2_parse_json(a, input, &q, &f) : cql2_parse_text(a, input, &q, &f)) != OK) {
        must(f.code != OK);
        return 0;
    }
    struct str text = print(a, q, cql2_print_text), json = print(a, q, cql2_print_json);
    if (text.n <= LIMIT_CQL2_BYTES) {
        must(cql2_parse_text(a, text, &again, &f) == OK);
        must(str_eq(print(a, again, cql2_print_text), text) && str_eq(print(a, again, cql2_print_json), json));
    }
    if (json.n <= LIMIT_CQL2_JSON_BYTES) {
        must(cql2_parse_json(a, json, &again, &f) == OK);
        must(str_eq(print(a, again, cql2_print_text), text) && str_eq(print(a, again, cql2_print_json), json));
    }
    compile(a, q);
    return 0;
}
