#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "db/db.h"

static char folder[64], path[96];

static int folder_fresh(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/tinhso-db-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.db", folder);
    return 0;
}

static int folder_away(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char **names;
    size_t n;
    assert_int_equal(folder_list(a, folder, "", &names, &n, NULL), OK);
    for (size_t i = 0; i < n; i++)
        unlink(arena_printf(a, "%s/%s", folder, names[i]));
    return rmdir(folder);
}

static struct db *open_ok(enum db_mode mode)
{
    struct db *db = NULL;
    struct fault f = {0};
    if (db_open(path, mode, &db, &f) != OK) {
        struct buf b = BUF_INIT(4096);
        fault_print(&f, LANG_EN, &b);
        fail_msg("%s", buf_cstr(&b));
    }
    return db;
}

static void what_is_committed_is_read_back(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    assert_int_equal(db_begin(db, NULL), OK);
    assert_int_equal(db_script(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, share REAL, raw BLOB);"
                                   "CREATE INDEX t_name ON t(name);", NULL), OK);
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    assert_int_equal(stmt_new(db, STR("INSERT INTO t(name, share, raw) VALUES (?1, ?2, ?3)"), &s, NULL), OK);
    stmt_bind_text(s, 1, STR("Đắk Mil"));
    stmt_bind_number(s, 2, 0.5);
    stmt_bind_blob(s, 3, str_slice("\0\1", 2));
    assert_int_equal(stmt_run(s, NULL), OK);
    stmt_bind_text(s, 1, STR(""));
    stmt_bind_null(s, 2);
    stmt_bind_blob(s, 3, STR(""));
    assert_int_equal(stmt_run(s, NULL), OK);
    assert_int_equal(db_last_rowid(db), 2);
    assert_int_equal(db_commit(db, NULL), OK);

    struct db *reader CLEANUP(db_freep) = open_ok(DB_READ);
    struct stmt *q CLEANUP(stmt_freep) = NULL;
    bool has_row;
    assert_int_equal(stmt_new(reader, STR("SELECT id, name, share, raw FROM t ORDER BY id"), &q, NULL), OK);
    assert_int_equal(stmt_step(q, &has_row, NULL), OK);
    assert_true(has_row);
    assert_int_equal(stmt_column_int(q, 0), 1);
    assert_true(str_eq(stmt_column_text(q, 1), STR("Đắk Mil")));
    assert_true(stmt_column_number(q, 2) > 0.49 && stmt_column_number(q, 2) < 0.51);
    assert_true(str_eq(stmt_column_blob(q, 3), str_slice("\0\1", 2)));
    assert_int_equal(stmt_step(q, &has_row, NULL), OK);
    assert_true(has_row);
    assert_int_equal(stmt_column_type(q, 1), DB_TEXT);
    assert_int_equal(stmt_column_type(q, 2), DB_NULL);
    assert_int_equal(stmt_column_type(q, 3), DB_BLOB);
    assert_int_equal(stmt_step(q, &has_row, NULL), OK);
    assert_false(has_row);
    uint64_t bad = 9;
    assert_int_equal(db_pages_check(reader, NULL, NULL, &bad, NULL), OK);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_committed_is_read_back, folder_fresh, folder_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
