/* Bit rot, foreign and newer files, damaged WALs: each is noticed, named, and left as it was. */
#include "fixture.h"

#include <sys/wait.h>

struct seen {
    uint32_t page;
    char owner[DB_OWNER_BYTES];
    bool is_missing;
};

static void see(void *context, const struct db_bad_page *bad)
{
    struct seen *s = context;
    s->page = bad->page;
    s->is_missing = bad->is_missing;
    snprintf(s->owner, sizeof s->owner, "%s", bad->owner);
}

static void base_make(int rows)
{
    struct db *db = open_ok(DB_CREATE);
    populate(db, rows);
    db_close(db);
}

/* Damaged already: what does opening say? */
static enum err open_result(enum db_mode mode)
{
    struct db *db = NULL;
    enum err e = db_open(path, mode, &db, NULL);
    db_close(db);
    return e;
}

static void of_300_flipped_bits_300_are_named(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(4000);
    struct str whole = bytes_of(a, path);
    uint64_t seed = 20220630, named = 0, caught_on_read = 0;
    for (int i = 0; i < 300; i++) {
        uint64_t bit = random_next(&seed) % (whole.n * 8), n = 0;
        struct seen s = {0};
        bit_flip(path, bit);
        struct db *db = open_ok(DB_SCRUB);
        assert_int_equal(db_pages_check(db, see, &s, &n, NULL), OK);
        assert_int_equal(n, 1);
        assert_int_equal(s.page, bit / 8 / PAGE_BYTES + 1);
        assert_int_not_equal(s.owner[0], 0);
        named += strcmp(s.owner, "unknown") != 0;
        db_close(db);
        caught_on_read += open_result(DB_READ) == ERR_DB_DAMAGED;
        bit_flip(path, bit);
    }
    assert_int_equal(named, 300);
    struct str after = bytes_of(a, path);
    assert_true(str_eq(whole, after));
    print_message("300 of 300 named; %d already at open; %zu pages\n", (int)caught_on_read, whole.n / PAGE_BYTES);
}

static void every_bit_of_the_header_is_watched(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(100);
    struct str before = folder_print(a);
    for (uint64_t bit = 0; bit < 100 * 8; bit += 3) {
        bit_flip(path, bit);
        assert_int_equal(open_result(DB_READ), ERR_DB_DAMAGED);
        if (bit % 8 == 0)
            assert_int_equal(open_result(DB_WRITE), ERR_DB_DAMAGED);
        bit_flip(path, bit);
    }
    struct str after = folder_print(a);
    assert_true(str_eq(before, after));
}

static void a_page_is_named_by_its_table_and_the_rest_stays_readable(void **state)
{
    (void)state;
    base_make(4000);
    struct db *db = open_ok(DB_READ);
    int64_t page =
        count_of(db, "SELECT pageno FROM dbstat WHERE name = 'person' AND pagetype = 'leaf' LIMIT 1 OFFSET 9");
    db_close(db);
    bit_flip(path, (uint64_t)(page - 1) * PAGE_BYTES * 8 + PAGE_BYTES * 8 - 999); /* within a row's text */
    struct fault f = {0};
    int64_t n = 0;
    db = open_ok(DB_READ);
    assert_int_equal(db_value_int(db, STR("SELECT sum(length(name)) FROM person NOT INDEXED"), DB_NO_VALUES, &n, &f),
                     ERR_DB_DAMAGED);
    char place[32];
    snprintf(place, sizeof place, "page %d", (int)page);
    assert_true(str_is(fault_param(&f, "place"), place));
    assert_int_equal(count_of(db, "SELECT count(*) FROM unit"), 4000);
    db_close(db);
    struct seen s = {0};
    uint64_t bad = 0;
    db = open_ok(DB_SCRUB);
    assert_int_equal(db_pages_check(db, see, &s, &bad, NULL), OK);
    assert_int_equal(bad, 1);
    assert_string_equal(s.owner, "person");
    assert_int_equal(count_of(db, "SELECT count(length(name)) FROM person NOT INDEXED"), 4000);
    assert_int_not_equal(db_exec(db, "DELETE FROM person", NULL), OK);
    db_close(db);
}

static void a_page_written_by_another_program_is_named(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(1000);
    struct str whole = bytes_of(a, path);
    char *changed = arena_dup(a, whole.p, whole.n);
    char *at = memmem(changed, whole.n, "U777", 4); /* as sqlite3 would: the row changed, the reserved bytes kept */
    assert_non_null(at);
    memcpy(at, "U77X", 4);
    bytes_put(path, str_slice(changed, whole.n));
    struct seen s = {0};
    uint64_t bad = 0;
    struct db *db = open_ok(DB_SCRUB);
    assert_int_equal(db_pages_check(db, see, &s, &bad, NULL), OK);
    assert_int_equal(bad, 1);
    assert_string_equal(s.owner, "unit");
    assert_int_equal(count_of(db, "SELECT count(*) FROM unit WHERE code = 'U77X' OR name LIKE '%'"), 1000);
    db_close(db);
}

static void a_page_in_the_wrong_place_is_named(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(1000);
    struct str whole = bytes_of(a, path);
    char *changed = arena_dup(a, whole.p, whole.n);
    memcpy(changed + 5 * PAGE_BYTES, whole.p + 6 * PAGE_BYTES, PAGE_BYTES);
    bytes_put(path, str_slice(changed, whole.n));
    struct seen s = {0};
    uint64_t bad = 0;
    struct db *db = open_ok(DB_SCRUB);
    assert_int_equal(db_pages_check(db, see, &s, &bad, NULL), OK);
    assert_int_equal(bad, 1);
    assert_int_equal(s.page, 6);
    db_close(db);
}

static void a_page_of_zeros_that_a_table_uses_is_named(void **state)
{
    (void)state;
    base_make(1000);
    struct db *db = open_ok(DB_READ);
    int64_t page = count_of(db, "SELECT pageno FROM dbstat WHERE name = 'paper' AND pagetype = 'overflow' LIMIT 1");
    db_close(db);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str whole = bytes_of(a, path);
    char *changed = arena_dup(a, whole.p, whole.n);
    memset(changed + (page - 1) * PAGE_BYTES, 0, PAGE_BYTES);
    bytes_put(path, str_slice(changed, whole.n));
    struct seen s = {0};
    uint64_t bad = 0;
    db = open_ok(DB_SCRUB);
    assert_int_equal(db_pages_check(db, see, &s, &bad, NULL), OK);
    assert_int_equal(bad, 1);
    assert_int_equal(s.page, page);
    assert_string_equal(s.owner, "paper");
    db_close(db);
}

static void a_file_that_was_cut_off_is_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(500);
    struct str whole = bytes_of(a, path);
    static const size_t cuts[] = {1, 100, PAGE_BYTES, 3 * PAGE_BYTES + 512};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        bytes_put(path, str_slice(whole.p, whole.n - cuts[i]));
        assert_int_equal(open_result(DB_READ), ERR_DB_DAMAGED);
        assert_int_equal(open_result(DB_WRITE), ERR_DB_DAMAGED);
        struct db *db = open_ok(DB_SCRUB);
        uint64_t bad = 0;
        assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), OK);
        assert_int_equal(bad, (cuts[i] + PAGE_BYTES - 1) / PAGE_BYTES);
        db_close(db);
    }
    unlink(wal_path);
    char *longer = arena_alloc(a, whole.n + 100);
    memcpy(longer, whole.p, whole.n);
    memset(longer + whole.n, 7, 100);
    bytes_put(path, str_slice(longer, whole.n + 100));
    assert_int_equal(open_result(DB_READ), ERR_DB_DAMAGED);
}

static void assert_untouched(enum err expected)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str before = folder_print(a);
    static const enum db_mode modes[] = {DB_READ, DB_WRITE, DB_CREATE, DB_SCRUB};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        assert_int_equal(open_result(modes[i]), expected);
    struct str after = folder_print(a);
    assert_true(str_eq(before, after));
}

static void a_file_that_is_not_ours_is_left_as_it_is(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char other[PAGE_BYTES * 2] = "SQLite format 3";
    static const unsigned char header[] = {0x10, 0x00, 1, 1, 0, 64, 32, 32}; /* as sqlite3 makes them */
    memcpy(other + 16, header, sizeof header);
    static const struct str others[] = {{"", 0}, {"a,b\n1,2\n", 8}, {"SQLite format 3", 16}};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        bytes_put(path, others[i]);
        assert_untouched(ERR_DB_FOREIGN);
    }
    bytes_put(path, str_slice(other, sizeof other));
    assert_untouched(ERR_DB_FOREIGN);
    bytes_put(wal_path, STR("somebody else's"));
    assert_untouched(ERR_DB_FOREIGN);
    unlink(path); /* a WAL without its file: a new file would swallow it */
    struct str before = folder_print(a);
    assert_int_equal(open_result(DB_CREATE), ERR_DB_DAMAGED);
    struct str after = folder_print(a);
    assert_true(str_eq(before, after));
}

/* Page 1 with a version that no program of today writes, and its checksum right. */
static void version_put(char *page_1, unsigned version)
{
    for (int i = 0; i < 4; i++)
        page_1[60 + i] = (char)(version >> (24 - 8 * i));
    uint64_t sum = htole64(pagesum_of((unsigned char *)page_1, 1));
    memcpy(page_1 + PAGE_BYTES - PAGE_SUM_BYTES, &sum, sizeof sum);
}

static void a_newer_file_is_left_as_it_is(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(100);
    struct str whole = bytes_of(a, path);
    char *changed = arena_dup(a, whole.p, whole.n);
    version_put(changed, DB_SCHEMA_VERSION + 1);
    bytes_put(path, str_slice(changed, whole.n));
    assert_untouched(ERR_DB_NEWER);
    version_put(changed, UINT32_MAX); /* not −1 */
    bytes_put(path, str_slice(changed, whole.n));
    assert_untouched(ERR_DB_NEWER);
    version_put(changed, DB_SCHEMA_VERSION);
    bytes_put(path, str_slice(changed, whole.n));
    assert_int_equal(open_result(DB_WRITE), OK);
}

static void a_newer_version_that_is_only_in_the_wal_is_seen(void **state)
{
    (void)state;
    base_make(100);
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        _exit(db_open(path, DB_WRITE, &db, NULL) != OK || db_exec(db, "PRAGMA user_version = 99", NULL) != OK);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_untouched(ERR_DB_NEWER);
}

static void a_rollback_journal_beside_the_file_is_not_played_back(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    base_make(100);
    bytes_put(arena_printf(a, "%s-journal", path),
              STR("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and what else a stranger wants"));
    struct str before = folder_print(a);
    assert_int_equal(open_result(DB_WRITE), ERR_DB_DAMAGED);
    assert_int_equal(open_result(DB_READ), ERR_DB_DAMAGED);
    struct str after = folder_print(a);
    assert_true(str_eq(before, after));
}

/* A WAL of `commits` small transactions that nobody checkpointed: the writer ends without closing. */
enum { WAL_COMMITS = 100 };

static void wal_make(void)
{
    base_make(300);
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        if (db_open(path, DB_WRITE, &db, NULL) != OK)
            _exit(1);
        for (int i = 1; i <= WAL_COMMITS; i++)
            if (db_begin(db, NULL) != OK ||
                db_run(db, STR("INSERT INTO gone(id, body) VALUES (?1, 'văn bản')"), DB_VALUES(db_int(i)), NULL) !=
                    OK ||
                (i % 4 == 0 &&
                 db_run(db, STR("UPDATE person SET born = ?1 WHERE id % 50 = 0"), DB_VALUES(db_int(i)), NULL) != OK) ||
                db_commit(db, NULL) != OK)
                _exit(2);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    char shm[120];
    snprintf(shm, sizeof shm, "%s-shm", path);
    unlink(shm);
}

static void files_put(struct str main_file, struct str wal)
{
    folder_clear();
    bytes_put(path, main_file);
    bytes_put(wal_path, wal);
}

static size_t last_commit_begins(struct str wal)
{
    enum { FRAME = WAL_FRAME_HEADER_BYTES + PAGE_BYTES };
    size_t begins = WAL_HEADER_BYTES, next = WAL_HEADER_BYTES;
    for (size_t at = WAL_HEADER_BYTES; at + FRAME <= wal.n; at += FRAME)
        if (memcmp(wal.p + at + 4, "\0\0\0\0", 4) != 0) {
            begins = next;
            next = at + FRAME;
        }
    return begins;
}

static void a_whole_wal_is_taken_and_remembered_as_unclean(void **state)
{
    (void)state;
    wal_make();
    struct db *db = open_ok(DB_READ);
    assert_true(db_was_unclean(db));
    assert_int_equal(count_of(db, "SELECT count(*) FROM gone"), WAL_COMMITS);
    uint64_t bad = 9;
    assert_int_equal(db_pages_check(db, NULL, NULL, &bad, NULL), OK);
    assert_int_equal(bad, 0);
    db_close(db);
    db_close(open_ok(DB_WRITE)); /* moves the WAL into the file */
    assert_false(file_exists(wal_path));
    db = open_ok(DB_READ);
    assert_false(db_was_unclean(db));
    assert_int_equal(count_of(db, "SELECT count(*) FROM gone"), WAL_COMMITS);
    db_close(db);
}

static void a_damaged_wal_is_refused_untouched(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    wal_make();
    struct str main_file = bytes_of(a, path), wal = bytes_of(a, wal_path);
    size_t last = last_commit_begins(wal);
    uint64_t seed = 42;
    for (int i = 0; i < 200; i++) {
        uint64_t bit =
            i < 32 ? (uint64_t)i * 8 + 1 : random_next(&seed) % (last * 8); /* each byte of the header, too */
        struct fault f = {0};
        struct db *db = NULL;
        bit_flip(wal_path, bit);
        if (db_open(path, i % 2 ? DB_READ : DB_WRITE, &db, &f) != ERR_DB_DAMAGED)
            fail_msg("bit %llu of the WAL", (unsigned long long)bit);
        if (bit / 8 >= WAL_HEADER_BYTES) {
            char frame[32];
            snprintf(frame, sizeof frame, "frame %d,",
                     (int)((bit / 8 - WAL_HEADER_BYTES) / (WAL_FRAME_HEADER_BYTES + PAGE_BYTES)) + 1);
            assert_true(str_starts(fault_param(&f, "place"), str_of(frame)));
        }
        bit_flip(wal_path, bit);
    }
    struct str main_after = bytes_of(a, path), wal_after = bytes_of(a, wal_path);
    assert_true(str_eq(main_file, main_after));
    assert_true(str_eq(wal, wal_after));
    const char **names;
    size_t n;
    assert_int_equal(folder_list(a, folder, "", &names, &n, NULL), OK);
    assert_int_equal(n, 2);
}

static void damage_in_the_last_transaction_loses_at_most_that_one(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    wal_make();
    struct str main_file = bytes_of(a, path), wal = bytes_of(a, wal_path);
    size_t last = last_commit_begins(wal);
    uint64_t seed = 43;
    for (int i = 0; i < 40; i++) {
        struct db *db = NULL;
        files_put(main_file, wal);
        bit_flip(wal_path, last * 8 + random_next(&seed) % ((wal.n - last) * 8));
        if (db_open(path, DB_READ, &db, NULL) == OK)
            assert_in_range(count_of(db, "SELECT count(*) FROM gone"), WAL_COMMITS - 1, WAL_COMMITS);
        db_close(db);
    }
}

static void a_wal_torn_by_a_crash_is_taken_up_to_the_tear(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    wal_make();
    struct str main_file = bytes_of(a, path), wal = bytes_of(a, wal_path);
    uint64_t seed = 44;
    for (int i = 0; i < 40; i++) { /* cut anywhere: what SQLite leaves of a WAL after kill -9 */
        size_t n = WAL_HEADER_BYTES + random_next(&seed) % (wal.n - WAL_HEADER_BYTES);
        files_put(main_file, str_slice(wal.p, n));
        struct db *db = open_ok(DB_WRITE);
        assert_in_range(count_of(db, "SELECT count(*) FROM gone"), 0, WAL_COMMITS);
        db_close(db);
    }
    /* the last transaction reached the disk in part: its first page did not, its commit did */
    char *torn = arena_dup(a, wal.p, wal.n);
    memset(torn + last_commit_begins(wal), 0, WAL_FRAME_HEADER_BYTES + PAGE_BYTES);
    files_put(main_file, str_slice(torn, wal.n));
    struct db *db = open_ok(DB_WRITE);
    assert_int_equal(count_of(db, "SELECT count(*) FROM gone"), WAL_COMMITS - 1);
    db_close(db);
}

static void several_damaged_frames_in_a_row_are_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    wal_make();
    struct str main_file = bytes_of(a, path), wal = bytes_of(a, wal_path);
    enum { FRAME = WAL_FRAME_HEADER_BYTES + PAGE_BYTES };
    static const size_t widths[] = {512, 4096, FRAME, 5 * FRAME + 100};
    for (size_t i = 0; i < ARRAY_LEN(widths); i++)
        for (size_t at = WAL_HEADER_BYTES; at + widths[i] + 12 * FRAME < wal.n; at += wal.n / 7) {
            char *hole = arena_dup(a, wal.p, wal.n);
            memset(hole + at, 0, widths[i]);
            files_put(main_file, str_slice(hole, wal.n));
            assert_int_equal(open_result(DB_READ), ERR_DB_DAMAGED);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_fresh, folder_away)
        TEST(of_300_flipped_bits_300_are_named),
        TEST(every_bit_of_the_header_is_watched),
        TEST(a_page_is_named_by_its_table_and_the_rest_stays_readable),
        TEST(a_page_written_by_another_program_is_named),
        TEST(a_page_in_the_wrong_place_is_named),
        TEST(a_page_of_zeros_that_a_table_uses_is_named),
        TEST(a_file_that_was_cut_off_is_refused),
        TEST(a_file_that_is_not_ours_is_left_as_it_is),
        TEST(a_newer_file_is_left_as_it_is),
        TEST(a_newer_version_that_is_only_in_the_wal_is_seen),
        TEST(a_rollback_journal_beside_the_file_is_not_played_back),
        TEST(a_whole_wal_is_taken_and_remembered_as_unclean),
        TEST(a_damaged_wal_is_refused_untouched),
        TEST(damage_in_the_last_transaction_loses_at_most_that_one),
        TEST(a_wal_torn_by_a_crash_is_taken_up_to_the_tear),
        TEST(several_damaged_frames_in_a_row_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
