/* What the tests of cql2 share: cmocka, and filters run against a database in memory. */
#ifndef TINHSO_TESTS_CQL2_SUPPORT_H
#define TINHSO_TESTS_CQL2_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cql2/cql2.h"
#include "db/functions.h"

static inline void fail_fault(const char *what, struct str text, const struct fault *f)
{
    struct buf b = BUF_INIT(4096);
    fault_print(f, LANG_EN, &b);
    print_error("%s: %.*s\n%s\n", what, STR_ARG(text), buf_cstr(&b));
    buf_done(&b);
    fail();
}

static inline struct cql2 *parse(struct arena *a, struct str text)
{
    struct fault f = {0};
    struct cql2 *q = NULL;
    if (cql2_parse_text(a, text, &q, &f) != OK)
        fail_fault("does not parse", text, &f);
    return q;
}

static inline struct cql2 *parse_json(struct arena *a, struct str text)
{
    struct fault f = {0};
    struct cql2 *q = NULL;
    if (cql2_parse_json(a, text, &q, &f) != OK)
        fail_fault("does not parse", text, &f);
    return q;
}

static inline struct str print_text(struct arena *a, const struct cql2 *q)
{
    struct buf b = BUF_INIT(1 << 22);
    cql2_print_text(q, &b);
    assert_false(b.is_full);
    struct str s = str_slice(arena_dup(a, b.p, b.n), b.n);
    buf_done(&b);
    return s;
}

static inline struct str print_json(struct arena *a, const struct cql2 *q)
{
    struct buf b = BUF_INIT(1 << 22);
    cql2_print_json(q, &b);
    assert_false(b.is_full);
    struct str s = str_slice(arena_dup(a, b.p, b.n), b.n);
    buf_done(&b);
    return s;
}

static inline void assert_str(struct str found, struct str expected)
{
    if (!str_eq(found, expected))
        print_error("found    %.*s\nexpected %.*s\n", STR_ARG(found), STR_ARG(expected));
    assert_true(str_eq(found, expected));
}

static inline void bind_params(sqlite3_stmt *st, const struct cql2_params *params)
{
    for (size_t i = 0; i < params->n; i++) {
        const struct cql2_param *p = &params->p[i];
        int at = (int)i + 1, e = SQLITE_ERROR;
        switch (p->kind) {
        case CQL2_PARAM_NULL:
            e = sqlite3_bind_null(st, at);
            break;
        case CQL2_PARAM_INTEGER:
            e = sqlite3_bind_int64(st, at, p->integer);
            break;
        case CQL2_PARAM_NUMBER:
            e = sqlite3_bind_double(st, at, p->number);
            break;
        case CQL2_PARAM_TEXT:
            e = sqlite3_bind_text64(st, at, p->bytes.n ? p->bytes.p : "", p->bytes.n, SQLITE_STATIC, SQLITE_UTF8);
            break;
        case CQL2_PARAM_BLOB:
            e = sqlite3_bind_blob64(st, at, p->bytes.p, p->bytes.n, SQLITE_STATIC);
            break;
        }
        assert_int_equal(e, SQLITE_OK);
    }
}

/* Checks, compiles and counts the rows of a table for which the filter is true. */
static inline int64_t count_tree(struct arena *a, sqlite3 *db, const char *table, struct cql2 *q,
                                 const struct cql2_schema *schema)
{
    struct fault f = {0};
    struct buf sql = BUF_INIT(LIMIT_CQL2_SQL_BYTES);
    struct cql2_params params = {.arena = a};
    if (cql2_check(a, q, schema, &f) != OK)
        fail_fault("does not check", print_text(a, q), &f);
    buf_printf(&sql, "SELECT count(*) FROM \"%s\" WHERE ", table);
    if (cql2_compile(q, schema, &sql, &params, &f) != OK)
        fail_fault("does not compile", print_text(a, q), &f);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql.p, (int)sql.n, &st, NULL) != SQLITE_OK) {
        print_error("%s\n%s\n", sqlite3_errmsg(db), buf_cstr(&sql));
        fail();
    }
    bind_params(st, &params);
    if (sqlite3_step(st) != SQLITE_ROW) {
        print_error("%s\n%s\n", sqlite3_errmsg(db), buf_cstr(&sql));
        fail();
    }
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    buf_done(&sql);
    return n;
}

#endif
