/* What the tests of db share: a folder of its own for each test, whole-file copies, and a database with every kind of
 * b-tree in it. */
#ifndef TINHSO_TEST_DB_FIXTURE_H
#define TINHSO_TEST_DB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"
#include "db/db.h"
#include "db/pagesum.h"
#include "db/wal.h"

static char folder[80], path[100], wal_path[110];

static inline int folder_fresh(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/tinhso-db-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.db", folder);
    snprintf(wal_path, sizeof wal_path, "%s-wal", path);
    return 0;
}

static inline void folder_clear(void)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char **names;
    size_t n;
    if (folder_list(a, folder, "", &names, &n, NULL) == OK)
        for (size_t i = 0; i < n; i++)
            unlink(arena_printf(a, "%s/%s", folder, names[i]));
}

static inline int folder_away(void **state)
{
    (void)state;
    folder_clear();
    return rmdir(folder);
}

static inline void fault_fail(const struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    fault_print(f, LANG_EN, &b);
    print_error("%s\n", buf_cstr(&b));
    fail();
}

static inline struct db *open_ok(enum db_mode mode)
{
    struct db *db = NULL;
    struct fault f = {0};
    if (db_open(path, mode, &db, &f) != OK)
        fault_fail(&f);
    return db;
}

static inline void script_ok(struct db *db, const char *sql)
{
    struct fault f = {0};
    if (db_script(db, sql, &f) != OK)
        fault_fail(&f);
}

static inline int64_t count_of(struct db *db, const char *sql)
{
    int64_t n = -1;
    struct fault f = {0};
    if (db_value_int(db, str_of(sql), DB_NO_VALUES, &n, &f) != OK)
        fault_fail(&f);
    return n;
}

static inline struct str bytes_of(struct arena *a, const char *file)
{
    struct str s = {NULL, 0};
    assert_int_equal(file_read(a, file, 1 << 28, &s, NULL), OK);
    return s;
}

static inline void bytes_put(const char *file, struct str content)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content.p, content.n), (ssize_t)content.n);
    close(fd);
}

/* One bit of a file that nobody has open. */
static inline void bit_flip(const char *file, uint64_t bit)
{
    unsigned char c;
    int fd = open(file, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &c, 1, (off_t)(bit / 8)), 1);
    c = (unsigned char)(c ^ 1 << bit % 8);
    assert_int_equal(pwrite(fd, &c, 1, (off_t)(bit / 8)), 1);
    close(fd);
}

/* Repeatable: the same numbers in every run (splitmix64). */
static inline uint64_t random_next(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Names of the folder and the content of each file, as one text. */
static inline struct str folder_print(struct arena *a)
{
    const char **names;
    size_t n;
    struct buf b = BUF_INIT(1 << 26);
    assert_int_equal(folder_list(a, folder, "", &names, &n, NULL), OK);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&b, "%s:", names[i]);
        buf_str(&b, bytes_of(a, arena_printf(a, "%s/%s", folder, names[i])));
    }
    struct str s = {arena_dup(a, b.p, b.n), b.n};
    buf_done(&b);
    return s;
}

/* A table with indexes, one without rowid, one with overflow pages, full-text search, an R*Tree, and free pages. */
static inline void populate(struct db *db, int rows)
{
    struct fault f = {0};
    assert_int_equal(db_begin(db, NULL), OK);
    script_ok(db, "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL, born TEXT, commune TEXT);"
                  "CREATE INDEX person_name ON person(name); CREATE INDEX person_commune ON person(commune, born);"
                  "CREATE TABLE unit(code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;"
                  "CREATE TABLE paper(id INTEGER PRIMARY KEY, body BLOB);"
                  "CREATE VIRTUAL TABLE search USING fts5(name, content='');"
                  "CREATE VIRTUAL TABLE place USING rtree(id, x0, x1, y0, y1);"
                  "CREATE TABLE gone(id INTEGER PRIMARY KEY, body TEXT);");
    struct db_values n = DB_VALUES(db_int(rows));
    static const char *const fill[] = {
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n < ?1) INSERT INTO person(name, born, "
        "commune) "
        "SELECT 'Nguyễn Thị ' || n || ' ' || (n * 7919 % 1000), date('1950-01-01', (n % 20000) || ' days'), 'xã ' || "
        "(n % 71) "
        "FROM i",
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n < ?1) INSERT INTO unit SELECT 'U' || n, "
        "'thôn ' || n FROM i",
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n < ?1/40) INSERT INTO paper(body) SELECT "
        "zeroblob(30000 + n) FROM i",
        "INSERT INTO search(rowid, name) SELECT id, name FROM person WHERE ?1",
        "INSERT INTO place SELECT id, id%100, id%100+1, id%77, id%77+1 FROM person WHERE ?1",
        "INSERT INTO gone SELECT id, name || name || name FROM person WHERE ?1",
        "DELETE FROM gone WHERE ?1",
    };
    for (size_t i = 0; i < ARRAY_LEN(fill); i++)
        if (db_run(db, str_of(fill[i]), n, &f) != OK)
            fault_fail(&f);
    assert_int_equal(db_commit(db, NULL), OK);
}

#endif
