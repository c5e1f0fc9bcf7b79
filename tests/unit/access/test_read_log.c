/* The log of reads and its journal: what was added is there after a kill at any point, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/read_journal.h"
#include "access/read_log.h"

static char folder[] = "/tmp/tinhso-reads-XXXXXX", path[64], journal[96], file[96];
static struct access *a;
static struct fault f;
static const struct subject who = {.kind = SUBJECT_ACCOUNT, .account = 7, .session = 3};

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.db", folder);
    snprintf(file, sizeof file, "%s/x.access.db", folder);
    snprintf(journal, sizeof journal, "%s/x.access.db-reads", folder);
    return access_open(path, &a, &f) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    access_close(a);
    unlink(journal);
    unlink(file);
    return rmdir(folder);
}

static void add(struct access *to, const char *id)
{
    struct str one = str_of(id);
    struct fault own = {0};
    const struct read_entry r = {.who = &who,
                                 .reg = STR("people"),
                                 .ids = &one,
                                 .n_ids = 1,
                                 .rev = 12,
                                 .count = 1,
                                 .fields = STR("name,\xc4\x91"),
                                 .request = STR("req\n1")};
    assert_int_equal(read_log_add(to, &r, &own), OK);
}

struct found {
    int64_t n;
    char ids[256]; /* newest first */
};

static bool each(void *context, const struct read_row *r)
{
    struct found *found = context;
    found->n++;
    if (strlen(found->ids) + r->id.n + 2 < sizeof found->ids)
        snprintf(found->ids + strlen(found->ids), sizeof found->ids - strlen(found->ids), "%.*s ", STR_ARG(r->id));
    assert_int_equal(r->account, 7);
    assert_int_equal(r->session, 3);
    assert_int_equal(r->rev, 12);
    assert_true(str_is(r->fields, "name,đ") && str_is(r->request, "req\n1") && r->filter.n == 0);
    return true;
}

static struct found all(void)
{
    struct found found = {0};
    assert_int_equal(read_log_each(a, &(struct read_filter){0}, each, &found, &f), OK);
    return found;
}

static off_t journal_bytes(void)
{
    struct stat st;
    assert_int_equal(stat(journal, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    return st.st_size;
}

static void what_was_added_is_read_and_the_journal_is_empty_then(void **state)
{
    (void)state;
    add(a, "A1");
    add(a, "A2");
    assert_true(journal_bytes() > 0);
    struct found found = all();
    assert_string_equal(found.ids, "A2 A1 ");
    assert_int_equal(journal_bytes(), 0);
}

static void the_journal_of_a_killed_process_is_taken_at_the_next_start(void **state)
{
    (void)state;
    int64_t before = all().n;
    add(a, "B1");
    access_close(a); /* takes nothing */
    assert_true(journal_bytes() > 0);
    assert_int_equal(access_open(path, &a, &f), OK);
    assert_int_equal(journal_bytes(), 0);
    assert_int_equal(all().n, before + 1);
}

/* Killed between the commit and the emptying: the journal is still there, whole. */
static void nothing_is_taken_twice(void **state)
{
    (void)state;
    static char kept[4096];
    int64_t before = all().n;
    add(a, "C1");
    int fd = open(journal, O_RDWR);
    ssize_t n = read(fd, kept, sizeof kept);
    assert_true(n > 0);
    assert_int_equal(all().n, before + 1);
    assert_int_equal(pwrite(fd, kept, (size_t)n, 0), n);
    close(fd);
    assert_int_equal(all().n, before + 1);
    add(a, "C2");
    assert_int_equal(all().n, before + 2);
}

/* Killed within a write: what follows it is read all the same. */
static void a_torn_entry_is_left_out(void **state)
{
    (void)state;
    int64_t before = all().n;
    add(a, "D1");
    off_t whole = journal_bytes();
    add(a, "D2");
    off_t end = journal_bytes();
    for (off_t cut = whole + 1; cut < end; cut += 7) {
        int64_t there = all().n;
        add(a, "E1");
        add(a, "E2");
        assert_int_equal(truncate(journal, cut), 0);
        add(a, "E3");
        assert_int_equal(all().n, there + 2);
    }
    assert_true(all().n > before + 2);
    int fd = open(journal, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "0123456789abcdef\xf5rd\n\xff\xff\xff\xff what is no entry", 41), 41);
    close(fd);
    int64_t there = all().n;
    add(a, "F1");
    assert_int_equal(all().n, there + 1);
}

/* Meanwhile another has emptied the journal, and a read has begun it anew, as long as it was. */
static enum err insert_while_it_begins_anew(struct access *of, struct str entry, struct fault *fault)
{
    int fd = open(journal, O_WRONLY);
    (void)of, (void)entry, (void)fault;
    assert_int_equal(pwrite(fd, "another journal!", 16, 0), 16);
    close(fd);
    return OK;
}

static void a_journal_that_was_begun_anew_is_not_emptied(void **state)
{
    (void)state;
    int64_t there = all().n;
    add(a, "G1");
    assert_int_equal(read_journal_settle(a, insert_while_it_begins_anew, &f), OK);
    assert_true(journal_bytes() > 0);
    assert_int_equal(all().n, there + 1);
    assert_int_equal(journal_bytes(), 0);
}

enum { WRITERS = 4, EACH = 1500 };

static void *write_many(void *p)
{
    struct access *own;
    struct fault fault = {0};
    (void)p;
    if (access_open(path, &own, &fault) != OK)
        return (void *)1;
    for (int i = 0; i < EACH; i++) {
        add(own, "M");
        if (i % 400 == 399 && read_log_settle(own, &fault) != OK)
            return (void *)1;
    }
    access_close(own);
    return NULL;
}

static void writers_and_settlers_lose_and_double_nothing(void **state)
{
    (void)state;
    pthread_t t[WRITERS];
    int64_t before = all().n;
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, write_many, NULL), 0);
    for (size_t i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(t[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(all().n, before + WRITERS * EACH);
    assert_int_equal(journal_bytes(), 0);
}

static void rows_are_only_added(void **state)
{
    (void)state;
    assert_int_not_equal(db_run(a->db, STR("UPDATE read_log SET account = 1"), DB_NO_VALUES, &f), OK);
    assert_int_not_equal(db_run(a->db, STR("DELETE FROM read_log"), DB_NO_VALUES, &f), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_read_and_the_journal_is_empty_then),
        cmocka_unit_test(the_journal_of_a_killed_process_is_taken_at_the_next_start),
        cmocka_unit_test(nothing_is_taken_twice),
        cmocka_unit_test(a_torn_entry_is_left_out),
        cmocka_unit_test(a_journal_that_was_begun_anew_is_not_emptied),
        cmocka_unit_test(writers_and_settlers_lose_and_double_nothing),
        cmocka_unit_test(rows_are_only_added),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
