/* Processes that are killed, disks that are full, and several processes at once. */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static void waited(pid_t child, int expected)
{
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (expected >= 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == expected))
        fail_msg("child ended with status %x", (unsigned)status);
}

/* Commits batches of ten rows for ever and tells each acknowledged number. */
static _Noreturn void write_for_ever(int out)
{
    struct db *db = NULL;
    if (db_open(path, DB_WRITE, &db, NULL) != OK)
        _exit(1);
    for (int32_t batch = 1;; batch++) {
        if (db_begin(db, NULL) != OK)
            _exit(2);
        for (int i = 0; i < 10; i++)
            if (db_run(db, STR("INSERT INTO t(batch, body) VALUES (?1, zeroblob(500))"), DB_VALUES(db_int(batch)),
                       NULL) != OK)
                _exit(3);
        if (db_commit(db, NULL) != OK)
            _exit(4);
        if (write(out, &batch, sizeof batch) != sizeof batch)
            _exit(5);
    }
}

static void a_killed_writer_loses_nothing_acknowledged_and_leaves_nothing_half(void **state)
{
    (void)state;
    struct db *db = open_ok(DB_CREATE);
    script_ok(db, "CREATE TABLE t(batch INTEGER, body BLOB); CREATE INDEX t_batch ON t(batch)");
    db_close(db);
    uint64_t seed = 7;
    int64_t before = 0;
    for (int round = 0; round < 20; round++) {
        int ends[2];
        int32_t acknowledged = 0, n;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            write_for_ever(ends[1]);
        }
        close(ends[1]);
        if (read(ends[0], &n, sizeof n) == sizeof n)
            acknowledged = n;
        usleep((useconds_t)(random_next(&seed) % 20000));
        kill(child, SIGKILL);
        while (read(ends[0], &n, sizeof n) == sizeof n)
            acknowledged = n;
        close(ends[0]);
        waited(child, -1);
        assert_true(acknowledged > 0);
        db = open_ok(DB_WRITE);
        assert_true(db_was_unclean(db));
        int64_t rows = count_of(db, "SELECT count(*) FROM t") - before;
        assert_int_equal(rows % 10, 0);
        assert_in_range(rows / 10, acknowledged, acknowledged + 1);
        before += rows;
        uint64_t bad = 9;
        assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), OK);
        assert_int_equal(bad, 0);
        assert_int_equal(count_of(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
        db_close(db);
    }
}

static void a_writer_killed_within_a_large_transaction_leaves_the_file_as_before(void **state)
{
    (void)state;
    struct db *db = open_ok(DB_CREATE);
    populate(db, 500);
    db_close(db);
    pid_t child = fork();
    if (child == 0) {
        if (db_open(path, DB_WRITE, &db, NULL) != OK || db_begin(db, NULL) != OK ||
            db_exec(db, "PRAGMA cache_size = 10", NULL) != OK || /* so that pages go to the WAL before the commit */
            db_exec(db, "UPDATE person SET name = name || ' đã sửa'", NULL) != OK ||
            db_exec(db, "UPDATE paper SET body = zeroblob(60000)", NULL) != OK)
            _exit(1);
        raise(SIGKILL);
    }
    waited(child, -1);
    struct stat st;
    assert_int_equal(stat(wal_path, &st), 0);
    assert_true(st.st_size > 10 * PAGE_BYTES);
    db = open_ok(DB_WRITE);
    assert_int_equal(count_of(db, "SELECT count(*) FROM person WHERE name LIKE '%sửa'"), 0);
    assert_int_equal(count_of(db, "SELECT max(length(body)) FROM paper"), 30012);
    db_close(db);
}

static void a_creator_killed_at_any_moment_leaves_no_file_or_a_whole_one(void **state)
{
    (void)state;
    uint64_t seed = 8;
    for (int round = 0; round < 30; round++) {
        folder_clear();
        pid_t child = fork();
        if (child == 0) {
            struct db *db = NULL;
            _exit(db_open(path, DB_CREATE, &db, NULL) != OK);
        }
        usleep((useconds_t)(random_next(&seed) % 6000));
        kill(child, SIGKILL);
        waited(child, -1);
        if (file_exists(path))
            db_close(open_ok(DB_READ));
        db_close(open_ok(DB_CREATE));
    }
}

static void size_limit_set(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, RLIM_INFINITY}) != 0)
        _exit(9);
}

static void a_full_disk_refuses_the_change_and_keeps_the_rest(void **state)
{
    (void)state;
    struct db *db = open_ok(DB_CREATE);
    populate(db, 500);
    db_close(db);
    pid_t child = fork();
    if (child == 0) {
        struct fault f = {0};
        if (db_open(path, DB_WRITE, &db, NULL) != OK)
            _exit(1);
        size_limit_set(256 << 10); /* of each file: the WAL hits it */
        if (db_begin(db, NULL) != OK)
            _exit(2);
        enum err e = db_exec(db, "UPDATE paper SET body = zeroblob(100000)", &f);
        if (e == OK)
            e = db_commit(db, &f);
        if (e != ERR_DB_FULL || err_http(e) != 507)
            _exit(3);
        db_rollback(db);
        int64_t n = 0;
        if (db_value_int(db, STR("SELECT max(length(body)) FROM paper"), DB_NO_VALUES, &n, NULL) != OK || n != 30012)
            _exit(4);
        size_limit_set(RLIM_INFINITY); /* space again: writing goes on without opening anew */
        if (db_begin(db, NULL) != OK || db_exec(db, "UPDATE paper SET body = zeroblob(100000)", NULL) != OK ||
            db_commit(db, NULL) != OK)
            _exit(5);
        db_close(db);
        _exit(0);
    }
    waited(child, 0);
    db = open_ok(DB_READ);
    assert_int_equal(count_of(db, "SELECT min(length(body)) FROM paper"), 100000);
    assert_int_equal(count_of(db, "SELECT count(*) FROM person"), 500);
    uint64_t bad = 9;
    assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), OK);
    assert_int_equal(bad, 0);
    db_close(db);
}

static void a_disk_too_full_for_a_new_file_leaves_none(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        size_limit_set(1000);
        enum err e = db_open(path, DB_CREATE, &db, NULL);
        _exit(e == OK || file_exists(path) ? 1 : 0);
    }
    waited(child, 0);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_int_equal(folder_print(a).n, 0);
}

static void opening_while_others_write_and_checkpoint_never_cries_damage(void **state)
{
    (void)state;
    struct db *db = open_ok(DB_CREATE);
    populate(db, 500);
    script_ok(db, "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB)");
    db_close(db);
    pid_t writer = fork();
    if (writer == 0) {
        if (db_open(path, DB_WRITE, &db, NULL) != OK || db_exec(db, "PRAGMA wal_autocheckpoint = 30", NULL) != OK)
            _exit(1);
        for (;;)
            if (db_begin(db, NULL) != OK || db_exec(db, "INSERT INTO t(body) VALUES (zeroblob(20000))", NULL) != OK ||
                db_exec(db, "DELETE FROM t WHERE id % 3 = 0", NULL) != OK || db_commit(db, NULL) != OK)
                _exit(2);
    }
    int rounds = 0;
    int64_t last = 0;
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        db = open_ok(rounds % 3 == 2 ? DB_SCRUB : rounds % 3 ? DB_WRITE : DB_READ);
        int64_t n = count_of(db, "SELECT coalesce(max(id), 0) FROM t");
        assert_true(n >= last);
        last = n;
        if (rounds % 10 == 0) {
            uint64_t bad = 9;
            assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), OK);
            assert_int_equal(bad, 0);
        }
        db_close(db);
        rounds++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < 2);
    int status = 0;
    if (waitpid(writer, &status, WNOHANG) == writer)
        fail_msg("the writer ended with status %x", (unsigned)status);
    kill(writer, SIGKILL);
    waited(writer, -1);
    print_message("opened %d times beside a writer at %d commits\n", rounds, (int)last);
    assert_true(last > 10);
}

static void closing_one_connection_keeps_the_locks_of_another(void **state)
{
    (void)state;
    struct db *keeper CLEANUP(db_freep) = open_ok(DB_CREATE);
    script_ok(keeper, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
    assert_int_equal(db_begin(keeper, NULL), OK);
    db_close(open_ok(DB_READ)); /* looks at the file and closes it, in this process */
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        if (db_open(path, DB_WRITE, &db, NULL) != OK)
            _exit(1);
        db_busy_timeout(db, 10);
        if (db_begin(db, NULL) != ERR_DB_BUSY)
            _exit(2);
        db_close(db); /* must not take itself for the last one: the WAL stays */
        _exit(file_exists(wal_path) ? 0 : 3);
    }
    waited(child, 0);
    script_ok(keeper, "INSERT INTO t VALUES (1)");
    assert_int_equal(db_commit(keeper, NULL), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_fresh, folder_away)
        TEST(a_killed_writer_loses_nothing_acknowledged_and_leaves_nothing_half),
        TEST(a_writer_killed_within_a_large_transaction_leaves_the_file_as_before),
        TEST(a_creator_killed_at_any_moment_leaves_no_file_or_a_whole_one),
        TEST(a_full_disk_refuses_the_change_and_keeps_the_rest),
        TEST(a_disk_too_full_for_a_new_file_leaves_none),
        TEST(opening_while_others_write_and_checkpoint_never_cries_damage),
        TEST(closing_one_connection_keeps_the_locks_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
