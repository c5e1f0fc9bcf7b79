/* What the files of src/db share: the connection behind struct db. Not for other modules. */
#ifndef TINHSO_DB_INTERNAL_H
#define TINHSO_DB_INTERNAL_H

#include "db/db.h"

enum { PATH_BYTES = 4096, STMT_CACHE = 256, APPLICATION_ID = 0x54534F31 /* TSO1 */ };

struct sqlite3;
struct sqlite3_stmt;

struct stmt {
    struct db *db;
    struct sqlite3_stmt *handle;
    int n_params;
    int bind_error; /* SQLite's code, reported by the next step */
    size_t slot;    /* in the cache; STMT_CACHE when it has none */
};

struct stmt_slot {
    size_t hash; /* of the text */
    struct stmt *stmt;
    bool is_in_use;
    uint64_t last_use;
};

struct db {
    struct sqlite3 *handle;
    char *path; /* absolute, links followed */
    enum db_mode mode;
    bool is_in_transaction;
    bool was_unclean;
    bool is_unsynced; /* the disk once failed to take a commit: nothing written through this connection is safe */
    int savepoints, busy_ms;
    const volatile sig_atomic_t *interrupt;
    size_t n_open; /* statements handed out */
    uint64_t uses;
    struct stmt_slot slots[STMT_CACHE];
};

/* A number as SQLite's files hold it. */
static inline uint32_t big32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A fault made of the connection's last error. */
enum err fault_sqlite(struct db *db, int rc, const char *sql, struct fault *f);
void stmts_done(struct db *db);

/* Looks at the file and its WAL without SQLite, so that what is not ours stays untouched (db/look.c). */
struct look {
    bool has_wal_frames;
    uint32_t file_pages;
};
enum err file_look(const char *path, bool is_scrub, struct look *ret_look, struct fault *f);
/* Makes a new file: whole, in WAL mode, ours, of schema version 0. Fine when somebody else was faster. */
enum err file_make(const char *path, bool is_private, struct fault *f);

/* What statements may do from here on, by the mode that db was opened in (authorize.c). */
void db_authorize(struct db *db, bool is_on);

#endif
