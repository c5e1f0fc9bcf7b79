/* Damage to the files: every flipped bit of the database is found and named, and a database, WAL or checkpoint that was damaged or replaced is
 * refused at start, untouched. Random choices are drawn from a fixed seed, so that a failure can be repeated. */
#include "fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "db/pagesum.h"
#include "register/log.h"

enum { FLIPS = 300, COMMITS = 12 };

static uint64_t draw_state;

static size_t draw(size_t n)
{
    draw_state ^= draw_state << 13;
    draw_state ^= draw_state >> 7;
    draw_state ^= draw_state << 17;
    return (size_t)(draw_state % n);
}

/* ---- files ---- */

enum { F_DB, F_WAL, F_CHECKPOINT, F_PUB, F_KEY, F_COUNT };
static const char *const suffixes[F_COUNT] = {".db", ".db-wal", ".checkpoint", ".pub", ".key"};

/* The files of a store; NULL where one is missing. */
struct files {
    struct str part[F_COUNT];
};

static const char *file_path(struct fixture *x, int i)
{
    return arena_printf(x->a, "%s/x%s", x->folder, suffixes[i]);
}

static struct files files_read(struct fixture *x)
{
    struct files files = {0};
    for (int i = 0; i < F_COUNT; i++)
        if (file_exists(file_path(x, i)))
            assert_int_equal(file_read(x->a, file_path(x, i), 64 << 20, &files.part[i], &x->f), OK);
    return files;
}

static void files_write(struct fixture *x, const struct files *files)
{
    unlink(arena_printf(x->a, "%s/x.db-shm", x->folder));
    for (int i = 0; i < F_COUNT; i++) {
        unlink(file_path(x, i));
        FILE *out = files->part[i].p ? fopen(file_path(x, i), "wb") : NULL;
        if (!out)
            continue;
        fchmod(fileno(out), 0600);
        assert_int_equal(fwrite(files->part[i].p, 1, files->part[i].n, out), files->part[i].n);
        assert_int_equal(fclose(out), 0);
    }
}

static void expect_untouched(struct fixture *x, const struct files *files)
{
    struct files now = files_read(x);
    for (int i = 0; i < F_COUNT; i++) /* an empty WAL is none */
        if ((i != F_WAL && (now.part[i].p == NULL) != (files->part[i].p == NULL)) ||
            !str_eq(now.part[i], files->part[i]))
            fail_msg("%s was touched", suffixes[i]);
}

static struct str edited(struct fixture *x, struct str text, size_t at, int bit)
{
    char *p = arena_dup(x->a, text.p, text.n);
    p[at] = (char)(p[at] ^ 1 << bit);
    return str_slice(p, text.n);
}

/* ---- a store whose newest commits live in the WAL ---- */

static void put_some(struct fixture *x, int from, int n)
{
    for (int i = from; i < from + n; i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
        buf_puts(&b, "code,head,unit,area,seen_on\n");
        for (int k = 0; k < 20; k++)
            buf_printf(&b, "H%d,Nguyễn Văn %d,11,%d,2022-05-01\n", i % 3 ? k : 100 * i + k, i * k, i);
        assert_int_equal(put(x, "farms", buf_cstr(&b), NULL), OK);
    }
}

/* Commits in a process that ends as by kill -9: nothing is moved from the WAL into the database. */
static void put_and_die(struct fixture *x, int from, int n)
{
    store_close(x->s);
    x->s = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (store_open(x->path, STORE_WRITE, &x->s, &x->f) == OK)
            put_some(x, from, n);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static enum err try_open(struct fixture *x, enum store_mode mode)
{
    enum err e = store_open(x->path, mode, &x->s, &x->f);
    if (e == OK) {
        store_close(x->s);
        x->s = NULL;
    }
    return e;
}

/* Refused by readers and writers, by an error about the database or its log, and left as it is. */
static void expect_refused(struct fixture *x, const struct files *files, const char *what)
{
    static const enum store_mode modes[] = {STORE_READ, STORE_WRITE};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        files_write(x, files);
        enum err e = try_open(x, modes[i]);
        bool is_told = e == ERR_DB_DAMAGED || e == ERR_DB_FOREIGN || e == ERR_LOG_ROLLED_BACK || e == ERR_LOG_FORKED ||
                       e == ERR_LOG_TREE || e == ERR_NOTE_UNVERIFIED || e == ERR_NOTE_INVALID ||
                       e == ERR_LOG_CHECKPOINT_MISSING || e == ERR_CHECKPOINT_INVALID;
        if (!is_told)
            fail_msg("%s, mode %d: %s", what, (int)modes[i], e == OK ? "opened" : err_type(e));
        expect_untouched(x, files);
    }
}

static int damage_set_up(void **state)
{
    draw_state = 20220630;
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    put_some(x, 1, 3);
    put_and_die(x, 4, COMMITS);
    return 0;
}

static void after_a_kill_all_commits_are_there(void **state)
{
    struct fixture *x = *state;
    struct log_report r;
    assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    assert_int_equal(r.n_problems, 0);
    assert_int_equal(r.revisions, 3 + 3 + COMMITS);
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(try_open(x, STORE_READ), OK);
    assert_int_equal(try_open(x, STORE_WRITE), OK);
}

static void sixty_flipped_bits_of_the_wal_are_refused(void **state)
{
    struct fixture *x = *state;
    struct files files = files_read(x), bad = files;
    assert_true(files.part[F_WAL].n > 100000);
    for (int i = 0; i < 60; i++) {
        size_t at = draw(files.part[F_WAL].n);
        bad.part[F_WAL] = edited(x, files.part[F_WAL], at, (int)draw(8));
        expect_refused(x, &bad, arena_printf(x->a, "WAL, byte %zu", at));
    }
}

static void forty_cut_off_wals_are_refused(void **state)
{
    struct fixture *x = *state;
    struct files files = files_read(x), bad = files;
    size_t frame = 24 + PAGE_BYTES, frames = (files.part[F_WAL].n - 32) / frame;
    for (int i = 0; i < 40; i++) {
        /* half of them at the border of a frame */
        size_t n = i % 2 ? draw(files.part[F_WAL].n) : 32 + draw(frames) * frame;
        bad.part[F_WAL] = str_slice(files.part[F_WAL].p, i ? n : 0);
        expect_refused(x, &bad, arena_printf(x->a, "WAL of %zu bytes", n));
    }
    bad.part[F_WAL] = (struct str){NULL, 0};
    expect_refused(x, &bad, "no WAL");
}

static void thirty_replaced_wals_are_refused(void **state)
{
    struct fixture *x = *state;
    struct files files = files_read(x), bad = files;
    for (int i = 0; i < 30; i++) {
        char *noise = arena_alloc(x->a, files.part[F_WAL].n);
        for (size_t k = 0; k < files.part[F_WAL].n; k++)
            noise[k] = (char)draw(256);
        if (i % 3 == 1) /* its own header, then noise */
            memcpy(noise, files.part[F_WAL].p, 32);
        if (i % 3 == 2) { /* one page of noise within */
            memcpy(noise, files.part[F_WAL].p, files.part[F_WAL].n);
            size_t at = draw(files.part[F_WAL].n - PAGE_BYTES);
            for (size_t k = 0; k < PAGE_BYTES; k++)
                noise[at + k] = (char)draw(256);
        }
        bad.part[F_WAL] = str_slice(noise, files.part[F_WAL].n);
        expect_refused(x, &bad, arena_printf(x->a, "WAL replaced (%d)", i));
    }
}

/* Database and WAL together as they were some commits ago: flawless but old. */
static void twenty_older_copies_are_refused(void **state)
{
    struct fixture *x = *state;
    struct files old[20];
    for (int i = 0; i < 20; i++) {
        old[i] = files_read(x);
        put_and_die(x, 100 + i, 1);
    }
    struct files now = files_read(x);
    for (int i = 0; i < 20; i++) {
        struct files bad = now;
        bad.part[F_DB] = old[i].part[F_DB];
        bad.part[F_WAL] = old[i].part[F_WAL];
        expect_refused(x, &bad, arena_printf(x->a, "copy older by %d commits", 20 - i));
    }
    files_write(x, &now);
    assert_int_equal(try_open(x, STORE_READ), OK);
}

static void the_database_of_another_province_is_refused(void **state)
{
    struct fixture *x = *state, *other;
    void *other_state = NULL;
    assert_int_equal(damage_set_up(&other_state), 0);
    other = other_state;
    put_and_die(other, 50, 5); /* longer than ours */
    struct files files = files_read(x), bad = files, foreign = files_read(other);
    bad.part[F_DB] = foreign.part[F_DB];
    bad.part[F_WAL] = foreign.part[F_WAL];
    expect_refused(x, &bad, "another database and WAL");
    bad.part[F_WAL] = (struct str){NULL, 0};
    expect_refused(x, &bad, "another database");
    bad = files;
    bad.part[F_WAL] = foreign.part[F_WAL];
    expect_refused(x, &bad, "another WAL");
    bad = files;
    bad.part[F_CHECKPOINT] = foreign.part[F_CHECKPOINT];
    expect_refused(x, &bad, "another checkpoint");
    bad = files;
    bad.part[F_DB] = STR("not a database");
    expect_refused(x, &bad, "a text");
    bad.part[F_DB] = bad.part[F_WAL] = (struct str){NULL, 0};
    files_write(x, &bad);
    assert_int_equal(try_open(x, STORE_WRITE), ERR_LOG_ROLLED_BACK);
    expect_untouched(x, &bad);
    assert_int_equal(try_open(x, STORE_READ), ERR_FILE_MISSING);
    fixture_tear_down(&other_state);
}

/* Frames of the WAL may stand for all that was cut off; else the file is refused. */
static void thirty_cut_off_databases_are_refused(void **state)
{
    struct fixture *x = *state;
    /* first everything into the file */
    assert_int_equal(try_open(x, STORE_WRITE), OK);
    struct files files = files_read(x), bad = files;
    assert_null(files.part[F_WAL].p);
    for (int i = 0; i < 30; i++) {
        bad.part[F_DB] = str_slice(files.part[F_DB].p, draw(files.part[F_DB].n));
        expect_refused(x, &bad, arena_printf(x->a, "database of %zu bytes", bad.part[F_DB].n));
    }
}

static void forty_edited_checkpoints_are_refused(void **state)
{
    struct fixture *x = *state;
    struct files files = files_read(x), bad = files;
    for (int i = 0; i < 40; i++) {
        size_t at = draw(files.part[F_CHECKPOINT].n);
        bad.part[F_CHECKPOINT] = edited(x, files.part[F_CHECKPOINT], at, (int)draw(8));
        expect_refused(x, &bad, arena_printf(x->a, "checkpoint, byte %zu", at));
    }
    for (size_t n = 0; n < files.part[F_CHECKPOINT].n; n += 20) {
        bad.part[F_CHECKPOINT] = str_slice(files.part[F_CHECKPOINT].p, n);
        expect_refused(x, &bad, arena_printf(x->a, "checkpoint of %zu bytes", n));
    }
    bad.part[F_CHECKPOINT] = (struct str){NULL, 0};
    expect_refused(x, &bad, "no checkpoint");
}

/* The page that a bit lies in, named with its owner; or the file refused as damaged. */
static bool is_named(struct fixture *x, uint32_t page, bool *ret_by_page)
{
    struct log_report r;
    *ret_by_page = false;
    enum err e = store_open(x->path, STORE_SCRUB, &x->s, &x->f);
    if (e != OK)
        return e == ERR_DB_DAMAGED || e == ERR_DB_FOREIGN;
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    char want[32];
    int n = snprintf(want, sizeof want, "%u (", page);
    bool is_named = false;
    for (size_t i = 0; i < r.n_problems; i++) {
        const struct log_problem *p = &r.problems[i];
        *ret_by_page |=
            p->code == ERR_LOG_PAGE && p->detail.n > (size_t)n + 1 && memcmp(p->detail.p, want, (size_t)n) == 0;
        is_named |= *ret_by_page || (p->reg.n && p->id.n);
    }
    store_close(x->s);
    x->s = NULL;
    return is_named;
}

static void three_hundred_flipped_bits_of_the_database_are_found_and_named(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(try_open(x, STORE_WRITE), OK);
    struct files files = files_read(x);
    struct str db = files.part[F_DB];
    char *bytes = arena_dup(x->a, db.p, db.n);
    int by_page = 0;
    for (int i = 0; i < FLIPS; i++) {
        /* The first ten in the file's header, where SQLite itself may give up. */
        size_t at = i < 10 ? draw(100) : draw(db.n);
        int bit = (int)draw(8);
        bytes[at] = (char)(bytes[at] ^ 1 << bit);
        bool is_by_page;
        files.part[F_DB] = str_slice(bytes, db.n);
        files_write(x, &files);
        if (!is_named(x, (uint32_t)(at / PAGE_BYTES + 1), &is_by_page))
            fail_msg("byte %zu, bit %d: not found or not named", at, bit);
        by_page += is_by_page;
        bytes[at] = (char)(bytes[at] ^ 1 << bit);
    }
    print_message("%d of %d named by page and table, the others refused as damaged\n", by_page, FLIPS);
    assert_true(by_page >= FLIPS - 10);
}

static void page_sign(char *bytes, size_t page)
{
    uint64_t sum = pagesum_of((unsigned char *)bytes + page * PAGE_BYTES, (uint32_t)page + 1);
    for (int b = 0; b < PAGE_SUM_BYTES; b++)
        bytes[(page + 1) * PAGE_BYTES - PAGE_SUM_BYTES + (size_t)b] = (char)(sum >> 8 * b);
}

/* A hostile hand may make the checksums right again: then it is SQLite and the log that must hold. */
static void damaged_pages_with_right_checksums_never_crash(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(try_open(x, STORE_WRITE), OK);
    struct files files = files_read(x);
    struct str db = files.part[F_DB];
    for (int i = 0; i < 200; i++) {
        struct log_report r;
        char *bytes = arena_dup(x->a, db.p, db.n);
        for (int k = 0; k < 1 + i % 8; k++) {
            size_t page = draw(db.n / PAGE_BYTES), at = page * PAGE_BYTES + (k % 2 ? draw(64) : draw(PAGE_BYTES - 8));
            bytes[at] = (char)draw(256);
            page_sign(bytes, page);
        }
        files.part[F_DB] = str_slice(bytes, db.n);
        files_write(x, &files);
        if (store_open(x->path, STORE_SCRUB, &x->s, &x->f) == OK) {
            enum err e = log_verify(x->a, x->s, NULL, NULL, &r, &x->f);
            assert_true(e == OK || e == ERR_SYSTEM);
            store_close(x->s);
            x->s = NULL;
        }
    }
}

/* An index is what figures are counted by: an entry that its row does not have would change them, with every row as it should be. */
static void an_entry_altered_in_an_index_is_found_and_the_index_named(void **state)
{
    struct fixture *x = *state;
    struct log_report r;
    int64_t root;
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), OK);
    assert_int_equal(db_value_int(x->s->db, STR("SELECT rootpage FROM sqlite_schema WHERE name = 'i_farms.unit.area'"),
                                  DB_NO_VALUES, &root, &x->f),
                     OK);
    store_close(x->s);
    x->s = NULL;
    struct files files = files_read(x);
    char *bytes = arena_dup(x->a, files.part[F_DB].p, files.part[F_DB].n);
    char *page = bytes + (root - 1) * PAGE_BYTES, *unit = memmem(page + 8, PAGE_BYTES - 8, "12", 2);
    assert_non_null(unit);
    unit[1] = '1';
    page_sign(bytes, (size_t)root - 1);
    files.part[F_DB] = str_slice(bytes, files.part[F_DB].n);
    files_write(x, &files);
    assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    assert_int_equal(r.n_problems, 1);
    assert_int_equal(r.problems[0].code, ERR_LOG_INDEX_DIFFERS);
    assert_true(str_is(r.problems[0].reg, "farms"));
    assert_true(str_is(r.problems[0].detail, "i_farms.unit.area"));
}

static void a_lost_key_is_told_before_anything_is_written(void **state)
{
    struct fixture *x = *state;
    struct files files = files_read(x), bad = files;
    bad.part[F_KEY] = (struct str){NULL, 0};
    files_write(x, &bad);
    assert_int_equal(try_open(x, STORE_WRITE), ERR_LOG_KEY_MISSING);
    expect_untouched(x, &bad);
    assert_int_equal(try_open(x, STORE_READ), OK);
}

/* Killed before its first commit, a store has a checkpoint all the same: of the empty log. */
static void a_new_store_has_a_checkpoint_before_its_first_commit(void **state)
{
    struct fixture *x = *state;
    struct files none = {0};
    files_write(x, &none);
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), OK);
    assert_true(file_exists(file_path(x, F_CHECKPOINT)));
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(try_open(x, STORE_WRITE), OK);
    unlink(x->path);
    assert_int_equal(try_open(x, STORE_WRITE), OK);
}

static void a_forged_number_of_pages_costs_neither_time_nor_memory(void **state)
{
    struct fixture *x = *state;
    struct log_report r;
    assert_int_equal(try_open(x, STORE_WRITE), OK);
    struct files files = files_read(x);
    char *bytes = arena_dup(x->a, files.part[F_DB].p, files.part[F_DB].n);
    memset(bytes + 28, 0xFF, 4); /* the size of the database in pages */
    page_sign(bytes, 0);
    files.part[F_DB] = str_slice(bytes, files.part[F_DB].n);
    expect_refused(x, &files, "4,294,967,295 pages");
    assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    assert_true(r.n_problems > 0);
    assert_true(arena_bytes(x->a) < 64 << 20);
}

#define T(name) cmocka_unit_test_setup_teardown(name, damage_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(after_a_kill_all_commits_are_there),
        T(sixty_flipped_bits_of_the_wal_are_refused),
        T(forty_cut_off_wals_are_refused),
        T(thirty_replaced_wals_are_refused),
        T(twenty_older_copies_are_refused),
        T(the_database_of_another_province_is_refused),
        T(thirty_cut_off_databases_are_refused),
        T(forty_edited_checkpoints_are_refused),
        T(a_lost_key_is_told_before_anything_is_written),
        T(a_new_store_has_a_checkpoint_before_its_first_commit),
        T(three_hundred_flipped_bits_of_the_database_are_found_and_named),
        T(an_entry_altered_in_an_index_is_found_and_the_index_named),
        T(a_forged_number_of_pages_costs_neither_time_nor_memory),
        T(damaged_pages_with_right_checksums_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
