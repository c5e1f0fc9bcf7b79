/* The second wall: whatever statement came to be, the province's connections reach no account, and those that read write nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "access/account.h"
#include "register/store.h"

static char folder[] = "/tmp/tinhso-wall-XXXXXX", path[64], access_file[96];

static int set_up(void **state)
{
    (void)state;
    struct store *s = NULL;
    struct access *a = NULL;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.db", folder);
    snprintf(access_file, sizeof access_file, "%s/x.access.db", folder);
    if (store_open(path, STORE_WRITE, &s, NULL) != OK || access_open(path, &a, NULL) != OK)
        return -1;
    access_close(a);
    store_close(s);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {
        "x.db",         "x.db-wal",    "x.db-shm",        "x.key",           "x.pub",
        "x.checkpoint", "x.access.db", "x.access.db-wal", "x.access.db-shm", "x.access.db-reads"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s/%s", folder, names[i]);
        unlink(file);
    }
    return rmdir(folder);
}

static void refuses(struct db *db, const char *sql)
{
    struct stmt *s = NULL;
    struct fault f = {.code = OK};
    bool has_row;
    enum err e = stmt_new(db, str_of(sql), &s, &f);
    if (e == OK)
        e = stmt_step(s, &has_row, &f);
    stmt_free(s);
    if (e == OK)
        fail_msg("was done: %s", sql);
}

/* Whether the province's store reads or writes. */
static void no_account_is_reached(void **state)
{
    (void)state;
    static const enum store_mode modes[] = {STORE_READ, STORE_WRITE};
    static const char *const tables[] = {"account", "account_role", "session", "link",  "recovery_code",
                                         "event",   "read_log",     "device",  "tally", "identity"};
    for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct store *s CLEANUP(store_freep) = NULL;
        assert_int_equal(store_open(path, modes[m], &s, NULL), OK);
        for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
            refuses(s->db, arena_printf(a, "SELECT * FROM %s", tables[i]));
            refuses(s->db, arena_printf(a, "SELECT * FROM access.%s", tables[i]));
            refuses(s->db, arena_printf(a, "DELETE FROM %s", tables[i]));
        }
        refuses(s->db, arena_printf(a, "ATTACH '%s' AS access", access_file));
        refuses(s->db, arena_printf(a, "ATTACH 'file:%s?mode=ro' AS access", access_file));
        refuses(s->db, arena_printf(a, "VACUUM INTO '%s/copy.db'", folder));
        refuses(s->db, "SELECT load_extension('x')");
        refuses(s->db, "PRAGMA writable_schema = ON");
    }
}

static void a_reading_store_writes_nothing(void **state)
{
    (void)state;
    struct store *s CLEANUP(store_freep) = NULL;
    assert_int_equal(store_open(path, STORE_READ, &s, NULL), OK);
    static const char *const wrong[] = {
        "INSERT INTO revision DEFAULT VALUES",
        "UPDATE revision SET source = ''",
        "DELETE FROM log_tile",
        "DROP TABLE revision",
        "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "PRAGMA user_version = 9",
        "PRAGMA query_only = OFF",
        "REPLACE INTO revision(rev) VALUES (1)",
        "ATTACH ':memory:' AS m",
        "VACUUM",
        "WITH x AS (SELECT 1) DELETE FROM revision",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        refuses(s->db, wrong[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_account_is_reached),
        cmocka_unit_test(a_reading_store_writes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
