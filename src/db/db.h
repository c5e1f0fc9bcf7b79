/* The store: one interface over SQLite, later PostgreSQL. Only the files in src/db know which.
 *
 *     struct db *db CLEANUP(db_freep) = NULL;
 *     if (db_open("var/x.db", DB_WRITE, &db, f) != OK) return f->code;
 *     if (db_begin(db, f) != OK) return f->code;
 *     struct stmt *s CLEANUP(stmt_freep) = NULL;
 *     if (stmt_new(db, STR("INSERT INTO unit(id, name) VALUES (?1, ?2)"), &s, f) != OK) goto rollback;
 *     for (…) {
 *         stmt_bind_text(s, 1, id);              // not copied: the bytes stay put until the next bind, reset or free
 *         stmt_bind_text(s, 2, name);
 *         if (stmt_run(s, f) != OK) goto rollback;
 *     }
 *     return db_commit(db, f);                   // on failure the transaction is already rolled back
 *
 *     bool has_row;
 *     while ((e = stmt_step(s, &has_row, f)) == OK && has_row)
 *         use(stmt_column_int(s, 0), stmt_column_text(s, 1));   // text is valid until the next step, reset or free
 *
 * What an acknowledged commit promises: it survives kill -9 and power cuts (WAL, synchronous FULL). Every page of the
 * file carries a checksum (db/pagesum.h); a page that does not match is an error that names it, never an answer. A
 * damaged WAL, which SQLite would take for a shorter history, is refused at open (db/wal.h says how, and its limit).
 *
 * A statement names only functions of a list (authorize.c), and reaches only the file that was opened: ATTACH is refused, so tables of accounts, which lie in a file of their own,
 * cannot be named from the province's.
 *
 * A file is ours when its header says so ('TSO1'); its schema version is db_schema_version. Files that are foreign,
 * newer or damaged are refused without changing a byte or leaving a file beside them.
 *
 * Ownership: the caller frees db and stmt; statements are freed before their db (must). One thread at a time uses a db;
 * many may be open on one file: any number of readers, and one writer at a time (the others wait 5 s, then BUSY).
 * Never open or close the database file yourself in a process that has it open: closing drops SQLite's POSIX locks.
 *
 * Errors: ERR_FILE_MISSING, ERR_DB_FOREIGN, ERR_DB_NEWER, ERR_DB_DAMAGED (place), ERR_DB_BUSY, ERR_DB_FULL,
 * ERR_DB_CONSTRAINT (reason), ERR_DB_READ_ONLY, ERR_DB_ROLLED_BACK, ERR_DB_NO_ROW, ERR_DB_FAILED (reason, sql),
 * ERR_INTERRUPTED.
 */
#ifndef TINHSO_DB_DB_H
#define TINHSO_DB_DB_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

enum db_mode {
    DB_READ,           /* existing file; no write passes the file mode, the authorizer, nor stmt_new */
    DB_WRITE,          /* existing file; no other can be attached, and pragmas that open doors are refused */
    DB_CREATE,         /* as DB_WRITE, making the file first when it is missing: it appears whole or not at all */
    DB_CREATE_PRIVATE, /* as DB_CREATE; a file that it makes is its owner's alone (0600) */
    DB_SCRUB, /* as DB_READ, but pages with a wrong checksum are still read, for db_pages_check and for naming rows */
};

/* The schema version that this program reads and writes; whoever changes the tables raises it. A new file has 0. An older one is to be
 * loaded anew: 1 had personal values themselves in its leaves, which cannot be turned into commitments (docs/decisions/0005). */
enum { DB_SCHEMA_VERSION = 2 };

struct db;

enum err db_open(const char *path, enum db_mode mode, struct db **ret_db, struct fault *f);
void db_close(struct db *db); /* NULL is fine; an open transaction is rolled back */
void db_freep(struct db **db);
/* Between the two calls a walk over a whole table takes little memory however long it is: few pages are kept, and what sorting does not
 * hold in them goes to a temporary file without a name. */
void db_walk(struct db *db, bool is_on);
/* A writer that closes last moves the WAL into the file, and removes it. Not so from here on: for a caller who has found the database to be
 * other than it should be, and leaves it to be looked at. */
void db_wal_keep(struct db *db);
const char *db_path(const struct db *db);
const char *db_library_version(void); /* of SQLite */

/* A WAL with frames lay beside the file at open: somebody else has it open, or the last writer did not close it. */
bool db_was_unclean(const struct db *db);

int db_schema_version(struct db *db);
enum err db_schema_version_set(struct db *db, int version, struct fault *f); /* within the migrating transaction */

/* Transactions. On a writer db_begin takes the write lock at once. When the store itself gave up the transaction (disk
 * full, I/O error, interrupt), every further statement is refused with ERR_DB_ROLLED_BACK until db_rollback. */
enum err db_begin(struct db *db, struct fault *f);
enum err db_commit(struct db *db, struct fault *f);
void db_rollback(struct db *db); /* fine without a transaction */
/* Nested, last in first out; within a transaction. */
enum err db_savepoint(struct db *db, struct fault *f);
enum err db_savepoint_release(struct db *db, struct fault *f);
void db_savepoint_rollback(struct db *db);

/* One literal statement without result. Never formatted text: values are bound. */
enum err db_exec(struct db *db, const char *sql, struct fault *f);
/* Several statements: DDL made from checked declarations. */
enum err db_script(struct db *db, const char *sql, struct fault *f);
/* While statements sort many rows: where temporary data may go to a file, SQLite gathers the rows in one block of memory, otherwise each
 * by itself, which takes a quarter longer. A file is not made before they outgrow the cache of pages. */
void db_sorts_many(struct db *db, bool is_many);

/* When *flag turns non-zero, running statements end with ERR_INTERRUPTED (within about a millisecond). NULL: no more. */
void db_interrupt_flag(struct db *db, const volatile sig_atomic_t *flag);

/* How long a statement waits for another writer before ERR_DB_BUSY; 5000 at first. */
void db_busy_timeout(struct db *db, int timeout_ms);

/* Commits from here on survive kill -9 but, for those of the last moment, not a power cut; they cost no fsync. FULL is what a db opens with. */
void db_sync_full(struct db *db, bool is_full);

/* Moves what the WAL holds into the file and empties it, as far as readers allow; after a large load. */
enum err db_checkpoint(struct db *db, struct fault *f);

/* The same, waiting for readers as long as the busy timeout says: afterwards the WAL is empty, or ERR_DB_BUSY. */
enum err db_checkpoint_wait(struct db *db, struct fault *f);

/* The whole database as it is now into a new file of its own (mode 0600), while others read and write; ERR_FILE_THERE. */
enum err db_copy(struct db *db, const char *path, struct fault *f);

/* Whether there is a table of that name: by what the connection holds of the schema, not by a walk through it. */
enum err db_has_table(struct db *db, const char *name, bool *ret_has, struct fault *f);

int64_t db_changes(const struct db *db); /* rows changed by the last statement */
int64_t db_last_rowid(const struct db *db);

/* --- statements. The text is prepared once and kept: stmt_free gives it back to the db for the next stmt_new. */

struct stmt;

enum err stmt_new(struct db *db, struct str sql, struct stmt **ret_stmt, struct fault *f);
void stmt_free(struct stmt *s); /* NULL is fine */
void stmt_freep(struct stmt **s);

/* Parameters by position ?1, ?2 …; a position that does not exist is a must. What is wrong with a value (too long) is
 * reported by the next step. Text and blobs are not copied. An empty text is a text, not NULL. */
void stmt_bind_int(struct stmt *s, int i, int64_t v);
void stmt_bind_number(struct stmt *s, int i, double v);
void stmt_bind_text(struct stmt *s, int i, struct str v);
void stmt_bind_blob(struct stmt *s, int i, struct str v);
void stmt_bind_null(struct stmt *s, int i);

enum err stmt_step(struct stmt *s, bool *ret_has_row, struct fault *f); /* resets by itself after the last row */
enum err stmt_run(struct stmt *s, struct fault *f);                     /* steps to the end, then resets */
void stmt_reset(struct stmt *s);                                        /* keeps the bound values */

enum db_type { DB_NULL, DB_INT, DB_NUMBER, DB_TEXT, DB_BLOB };

/* Columns by position from 0. Asking for another type than the stored one converts as SQL's CAST does; NULL is 0 or
 * an empty text. */
enum db_type stmt_column_type(struct stmt *s, int i);
bool stmt_column_is_null(struct stmt *s, int i);
int64_t stmt_column_int(struct stmt *s, int i);
double stmt_column_number(struct stmt *s, int i);
struct str stmt_column_text(struct stmt *s, int i); /* NUL-terminated */
struct str stmt_column_blob(struct stmt *s, int i);

/* --- values, for short statements:
 *     db_value_int(db, STR("SELECT count(*) FROM unit WHERE level = ?1"), DB_VALUES(db_int(2)), &n, f); */

struct db_value {
    enum db_type type;
    int64_t integer;
    double number;
    struct str text;
};

static inline struct db_value db_int(int64_t v)
{
    return (struct db_value){.type = DB_INT, .integer = v};
}

static inline struct db_value db_number(double v)
{
    return (struct db_value){.type = DB_NUMBER, .number = v};
}

static inline struct db_value db_text(struct str v)
{
    return (struct db_value){.type = DB_TEXT, .text = v};
}

static inline struct db_value db_blob(struct str v)
{
    return (struct db_value){.type = DB_BLOB, .text = v};
}

static inline struct db_value db_null(void)
{
    return (struct db_value){.type = DB_NULL};
}

struct db_values {
    const struct db_value *p;
    int n;
};

#define DB_VALUES(...)                                                                                                 \
    ((struct db_values){(const struct db_value[]){__VA_ARGS__},                                                        \
                        (int)(sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))})
#define DB_NO_VALUES ((struct db_values){NULL, 0})

void stmt_bind(struct stmt *s, int i, struct db_value v);
/* A statement without result. */
enum err db_run(struct db *db, struct str sql, struct db_values values, struct fault *f);
/* The first column of the first row. ERR_DB_NO_ROW without a row or when it is NULL. */
enum err db_value_int(struct db *db, struct str sql, struct db_values values, int64_t *ret_v, struct fault *f);
enum err db_value_text(struct db *db, struct arena *a, struct str sql, struct db_values values, struct str *ret_v,
                       struct fault *f);

/* --- the scrub */

enum { DB_OWNER_BYTES = 256 };

struct db_bad_page {
    uint32_t page;              /* 1 is the first */
    char owner[DB_OWNER_BYTES]; /* the table or index it belongs to; "schema", "free", or "unknown" */
    bool is_missing;            /* behind the end of the file, or never written though in use */
};

/* Reads every page of the file (not those that the WAL replaces) and calls `each` for every page whose checksum is
 * wrong. Works best on DB_SCRUB. *ret_n is their number. Errors: ERR_SYSTEM when the file cannot be read, and
 * ERR_INTERRUPTED. Costs one read of the file; with bad pages one walk over all tables more. */
enum err db_pages_check(struct db *db, void (*each)(void *context, const struct db_bad_page *bad), void *context,
                        uint64_t *ret_n, struct fault *f);

#endif
