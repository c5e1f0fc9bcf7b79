#include "fixture.h"

static void what_is_committed_is_read_back(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    assert_int_equal(db_begin(db, NULL), OK);
    assert_int_equal(db_script(db,
                               "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, share REAL, raw BLOB);"
                               "CREATE INDEX t_name ON t(name);",
                               NULL),
                     OK);
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

static void a_missing_file_is_made_only_when_asked(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    static const enum db_mode others[] = {DB_READ, DB_WRITE, DB_SCRUB};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_int_equal(db_open(path, others[i], &db, NULL), ERR_FILE_MISSING);
    assert_int_equal(folder_print(a).n, 0);
    db = open_ok(DB_CREATE);
    assert_int_equal(db_schema_version(db), 0);
    assert_false(db_was_unclean(db));
    db_close(db);
    struct str first = bytes_of(a, path);
    assert_int_equal(first.n % PAGE_BYTES, 0);
    assert_memory_equal(first.p, header_expected, HEADER_BYTES);
    assert_true(str_starts(folder_print(a), STR("x.db:SQLite")));
    db_close(open_ok(DB_CREATE)); /* again: the same file */
    struct str second = bytes_of(a, path);
    assert_true(str_eq(first, second));
}

static void a_path_that_cannot_be_is_an_error(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_int_equal(db_open(arena_printf(a, "%s/no/such/x.db", folder), DB_CREATE, &db, NULL), ERR_SYSTEM);
    assert_int_not_equal(db_open(folder, DB_WRITE, &db, NULL), OK);
    assert_null(db);
}

static void nothing_passes_a_reader_that_writes(void **state)
{
    (void)state;
    db_close(open_ok(DB_CREATE));
    struct db *writer = open_ok(DB_WRITE);
    populate(writer, 200);
    db_close(writer);
    struct db *db CLEANUP(db_freep) = open_ok(DB_READ);
    static const char *const wrong[] = {
        "INSERT INTO unit VALUES ('a', 'b')",
        "UPDATE person SET name = ''",
        "DELETE FROM person",
        "DROP TABLE person",
        "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)",
        "CREATE VIRTUAL TABLE t USING fts5(x)",
        "ALTER TABLE person RENAME TO q",
        "INSERT INTO place VALUES (9999, 1, 2, 1, 2)",
        "DELETE FROM place_node",
        "INSERT INTO search(search) VALUES ('delete-all')",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "ATTACH ':memory:' AS m",
        "VACUUM",
        "VACUUM INTO 'copy.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('x')",
        "ATTACH 'other.db' AS m",
        "DETACH main",
        "SELECT randomblob(8)",
        "SELECT sqlite_source_id()",
        "SELECT fts3_tokenizer('x')",
        "SELECT upper(name) FROM person WHERE LOAD_EXTENSION('x')",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        for (int way = 0; way < 2; way++)
            if ((way ? db_exec(db, wrong[i], NULL) : db_script(db, wrong[i], NULL)) == OK)
                fail_msg("a reader did: %s", wrong[i]);
    assert_int_equal(count_of(db, "SELECT count(*) FROM unit"), 200);
    assert_int_equal(db_exec(db, "DELETE FROM unit", NULL), ERR_DB_READ_ONLY);
    assert_int_equal(count_of(db, "SELECT count(*) FROM search WHERE search MATCH '\"nguyễn thị 17\"'"), 1);
    assert_int_equal(count_of(db, "SELECT count(*) FROM place WHERE x0 >= 50 AND x1 <= 51"), 2);
    assert_int_equal(db_begin(db, NULL), OK);
    assert_int_equal(db_commit(db, NULL), OK);
}

static void a_writer_is_kept_from_the_dangerous_doors(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    populate(db, 50);
    assert_int_not_equal(db_exec(db, "DELETE FROM sqlite_schema", NULL), OK);
    assert_int_not_equal(db_exec(db, "UPDATE search_data SET block = x'00'", NULL), OK);
    assert_int_not_equal(db_exec(db, "SELECT load_extension('x')", NULL), OK);
    assert_int_not_equal(db_exec(db, "SELECT \"no such column\" FROM unit", NULL), OK);
    static const char *const wrong[] = {
        "ATTACH ':memory:' AS m",
        "ATTACH 'x.access.db' AS m",
        "ATTACH 'file:x.access.db?mode=ro' AS m",
        "VACUUM INTO 'copy.db'",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA trusted_schema = ON",
        "PRAGMA ignore_check_constraints = ON",
        "SELECT randomblob(8)",
        "SELECT sqlite_source_id()",
        "CREATE VIEW v AS SELECT load_extension('x')",
        "CREATE TRIGGER t AFTER INSERT ON unit BEGIN SELECT load_extension('x'); END",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (db_exec(db, wrong[i], NULL) == OK && i < ARRAY_LEN(wrong) - 2)
            fail_msg("a writer did: %s", wrong[i]);
    script_ok(db, "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a REFERENCES a)");
    assert_int_equal(db_exec(db, "INSERT INTO b VALUES (5)", NULL), ERR_DB_CONSTRAINT);
    script_ok(db, "PRAGMA mmap_size = 1000000");
    assert_int_equal(count_of(db, "SELECT count(*) FROM person"), 50);
    assert_int_equal(db_exec(db, "VACUUM", NULL), OK);
    uint64_t bad = 9;
    assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), OK);
    assert_int_equal(bad, 0);
}

static void a_transaction_rolled_back_leaves_nothing(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    script_ok(db, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
    assert_int_equal(db_begin(db, NULL), OK);
    script_ok(db, "INSERT INTO t VALUES (1)");
    assert_int_equal(db_savepoint(db, NULL), OK);
    script_ok(db, "INSERT INTO t VALUES (2)");
    assert_int_equal(db_savepoint(db, NULL), OK);
    script_ok(db, "INSERT INTO t VALUES (3)");
    assert_int_equal(db_savepoint_release(db, NULL), OK);
    db_savepoint_rollback(db);
    assert_int_equal(count_of(db, "SELECT count(*) FROM t"), 1);
    db_rollback(db);
    db_rollback(db);
    assert_int_equal(count_of(db, "SELECT count(*) FROM t"), 0);
}

static void a_transaction_lost_on_the_way_takes_no_more_statements(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    script_ok(db, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
    assert_int_equal(db_begin(db, NULL), OK);
    script_ok(db, "INSERT INTO t VALUES (1)");
    assert_int_equal(db_exec(db, "INSERT OR ROLLBACK INTO t VALUES (1)", NULL), ERR_DB_CONSTRAINT);
    assert_int_equal(db_exec(db, "INSERT INTO t VALUES (2)", NULL), ERR_DB_ROLLED_BACK);
    assert_int_equal(db_script(db, "INSERT INTO t VALUES (3)", NULL), ERR_DB_ROLLED_BACK);
    assert_int_equal(db_commit(db, NULL), ERR_DB_ROLLED_BACK);
    assert_int_equal(count_of(db, "SELECT count(*) FROM t"), 0);
    assert_int_equal(db_exec(db, "INSERT INTO t VALUES (2)", NULL), OK);
}

static void a_second_writer_is_told_that_the_file_is_busy(void **state)
{
    (void)state;
    struct db *first CLEANUP(db_freep) = open_ok(DB_CREATE), *second CLEANUP(db_freep) = open_ok(DB_WRITE);
    db_busy_timeout(second, 20);
    assert_int_equal(db_begin(first, NULL), OK);
    assert_int_equal(db_begin(second, NULL), ERR_DB_BUSY);
    assert_int_equal(db_commit(first, NULL), OK);
    assert_int_equal(db_begin(second, NULL), OK);
}

static void a_reader_sees_one_moment_while_others_write(void **state)
{
    (void)state;
    struct db *writer CLEANUP(db_freep) = open_ok(DB_CREATE);
    script_ok(writer, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
    struct db *reader CLEANUP(db_freep) = open_ok(DB_READ);
    assert_int_equal(db_begin(reader, NULL), OK);
    assert_int_equal(count_of(reader, "SELECT count(*) FROM t"), 0);
    script_ok(writer, "INSERT INTO t VALUES (1)");
    assert_int_equal(db_checkpoint(writer, NULL), OK);
    assert_int_equal(count_of(reader, "SELECT count(*) FROM t"), 0);
    assert_int_equal(db_commit(reader, NULL), OK);
    assert_int_equal(count_of(reader, "SELECT count(*) FROM t"), 1);
}

static void a_table_that_another_made_is_known(void **state)
{
    (void)state;
    struct db *one CLEANUP(db_freep) = open_ok(DB_CREATE), *other CLEANUP(db_freep) = open_ok(DB_WRITE);
    bool has = true;
    assert_int_equal(db_has_table(one, "t", &has, NULL), OK);
    assert_false(has);
    script_ok(other, "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE INDEX i ON t(id)");
    assert_int_equal(db_has_table(one, "t", &has, NULL), OK);
    assert_true(has);
    assert_int_equal(db_has_table(one, "i", &has, NULL), OK);
    assert_false(has);
    script_ok(other, "DROP TABLE t");
    assert_int_equal(db_has_table(one, "t", &has, NULL), OK);
    assert_false(has);
}

static void statements_are_kept_and_their_values_forgotten(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    struct stmt *a, *b, *again;
    bool has_row;
    assert_int_equal(stmt_new(db, STR("SELECT ?1"), &a, NULL), OK);
    stmt_bind_int(a, 1, 5);
    assert_int_equal(stmt_new(db, STR("SELECT ?1"), &b, NULL), OK); /* the first is in use: another one */
    assert_ptr_not_equal(a, b);
    stmt_free(a);
    assert_int_equal(stmt_new(db, STR("SELECT ?1"), &again, NULL), OK);
    assert_ptr_equal(a, again);
    assert_int_equal(stmt_step(again, &has_row, NULL), OK);
    assert_true(has_row && stmt_column_is_null(again, 0));
    stmt_free(again);
    stmt_free(b);
    enum { MANY = 600 };
    struct stmt *many[MANY];
    struct arena *arena CLEANUP(arena_freep) = arena_new();
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) /* more at once than the cache holds */
            assert_int_equal(stmt_new(db, str_of(arena_printf(arena, "SELECT %d", i)), &many[i], NULL), OK);
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(stmt_step(many[i], &has_row, NULL), OK);
            assert_int_equal(stmt_column_int(many[i], 0), i);
            stmt_free(many[i]);
        }
    }
}

static void wrong_statements_say_why(void **state)
{
    (void)state;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    struct fault f = {0};
    struct stmt *s = NULL;
    int64_t n = 7;
    assert_int_equal(stmt_new(db, STR("SELEC 1"), &s, &f), ERR_DB_FAILED);
    assert_true(str_is(fault_param(&f, "reason"), "near \"SELEC\": syntax error"));
    assert_int_equal(stmt_new(db, STR("SELECT 1; SELECT 2"), &s, NULL), ERR_DB_FAILED);
    assert_int_equal(stmt_new(db, STR("  -- nothing"), &s, NULL), ERR_DB_FAILED);
    assert_null(s);
    assert_int_equal(db_value_int(db, STR("SELECT 1 WHERE 0"), DB_NO_VALUES, &n, NULL), ERR_DB_NO_ROW);
    assert_int_equal(db_value_int(db, STR("SELECT NULL"), DB_NO_VALUES, &n, NULL), ERR_DB_NO_ROW);
    assert_int_equal(n, 7);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text;
    assert_int_equal(
        db_value_text(db, a, STR("SELECT ?2 || ?1"), DB_VALUES(db_text(STR("số")), db_text(STR("Tỉnh "))), &text, NULL),
        OK);
    assert_true(str_is(text, "Tỉnh số"));
    assert_int_equal(db_script(db, "CREATE TABLE t(x); ; -- a comment\n INSERT INTO t VALUES (1); BAD", NULL),
                     ERR_DB_FAILED);
    assert_int_equal(count_of(db, "SELECT count(*) FROM t"), 1);
}

static void a_raised_flag_stops_a_running_statement(void **state)
{
    (void)state;
    static volatile sig_atomic_t flag;
    struct db *db CLEANUP(db_freep) = open_ok(DB_CREATE);
    script_ok(db, "CREATE TABLE t(x)");
    flag = 0;
    db_interrupt_flag(db, &flag);
    assert_int_equal(db_begin(db, NULL), OK);
    script_ok(db, "INSERT INTO t VALUES (1)");
    flag = 1;
    assert_int_equal(
        db_exec(db, "INSERT INTO t WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i) SELECT n FROM i",
                NULL),
        ERR_INTERRUPTED);
    db_rollback(db);
    flag = 0;
    assert_int_equal(count_of(db, "SELECT count(*) FROM t"), 0);
    flag = 1;
    uint64_t bad;
    assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), ERR_INTERRUPTED);
    db_interrupt_flag(db, NULL);
    assert_int_equal(count_of(db, "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 100000) "
                                  "SELECT count(*) FROM i"),
                     100000);
}

static void the_schema_version_is_part_of_its_transaction(void **state)
{
    (void)state;
    struct db *db = open_ok(DB_CREATE);
    assert_int_equal(db_begin(db, NULL), OK);
    assert_int_equal(db_schema_version_set(db, DB_SCHEMA_VERSION, NULL), OK);
    db_rollback(db);
    assert_int_equal(db_schema_version(db), 0);
    assert_int_equal(db_begin(db, NULL), OK);
    assert_int_equal(db_schema_version_set(db, DB_SCHEMA_VERSION, NULL), OK);
    assert_int_equal(db_commit(db, NULL), OK);
    db_close(db);
    db = open_ok(DB_READ);
    assert_int_equal(db_schema_version(db), DB_SCHEMA_VERSION);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_committed_is_read_back, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_missing_file_is_made_only_when_asked, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_path_that_cannot_be_is_an_error, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(nothing_passes_a_reader_that_writes, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_writer_is_kept_from_the_dangerous_doors, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_transaction_rolled_back_leaves_nothing, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_transaction_lost_on_the_way_takes_no_more_statements, folder_fresh,
                                        folder_away),
        cmocka_unit_test_setup_teardown(a_second_writer_is_told_that_the_file_is_busy, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_reader_sees_one_moment_while_others_write, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_table_that_another_made_is_known, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(statements_are_kept_and_their_values_forgotten, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(wrong_statements_say_why, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_raised_flag_stops_a_running_statement, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(the_schema_version_is_part_of_its_transaction, folder_fresh, folder_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
