#include "db/db.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "db/functions.h"
#include "db/internal.h"
#include "db/pagesum.h"

#include "base/banned.h"

enum { BUSY_MS = 5000, INTERRUPT_OPS = 4000 };
enum { READER_KIB = 64 << 10, WRITER_KIB = 96 << 10, WALK_KIB = 2 << 10 }; /* of pages in memory */

/* --- errors */

static bool is_full(struct db *db, int rc)
{
    /* A failed COMMIT leaves the reason in errno alone. */
    int now = errno, kept = sqlite3_system_errno(db->handle), reason = 0;
    if ((rc & 255) == SQLITE_IOERR)
        reason = kept ? kept : now;
    return (rc & 255) == SQLITE_FULL || reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
}

static enum err fault_damaged(struct db *db, int rc, struct fault *f)
{
    char place[32] = "?";
    uint32_t page = rc == SQLITE_IOERR_DATA ? pagesum_bad_page(db->handle) : 0;
    if (page)
        snprintf(place, sizeof place, "page %u", page);
    return FAULT(f, ERR_DB_DAMAGED, {"path", str_of(db->path)}, {"place", str_of(place)},
                 {"reason", page ? STR("checksum") : str_of(sqlite3_errmsg(db->handle))});
}

enum err fault_sqlite(struct db *db, int rc, const char *sql, struct fault *f)
{
    struct str path = str_of(db->path), reason = str_of(sqlite3_errmsg(db->handle));
    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
        db->is_unsynced = true;
    if (is_full(db, rc))
        return FAULT(f, ERR_DB_FULL, {"path", path});
    switch (rc & 255) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return FAULT(f, ERR_DB_BUSY, {"path", path});
    case SQLITE_INTERRUPT:
        return FAULT(f, ERR_INTERRUPTED);
    case SQLITE_CONSTRAINT:
        return FAULT(f, ERR_DB_CONSTRAINT, {"reason", reason}, {"sql", str_of(sql)});
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return FAULT(f, ERR_DB_READ_ONLY, {"path", path}, {"sql", str_of(sql)});
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fault_damaged(db, rc, f);
    case SQLITE_NOMEM:
        must(rc != SQLITE_NOMEM);
    }
    if (rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_CORRUPTFS || rc == SQLITE_IOERR_SHORT_READ)
        return fault_damaged(db, rc, f);
    return FAULT(f, ERR_DB_FAILED, {"reason", reason}, {"sql", str_of(sql)});
}

/* --- open and close */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* its counters cost a lock on each allocation */
    must(sqlite3_initialize() == SQLITE_OK);
    pagesum_register();
}

static bool is_reader(const struct db *db)
{
    return db->mode == DB_READ || db->mode == DB_SCRUB;
}

void db_walk(struct db *db, bool is_on)
{
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA temp_store=%s; PRAGMA cache_size=%d", is_on ? "FILE" : "MEMORY",
             is_on           ? -WALK_KIB
             : is_reader(db) ? -READER_KIB
                             : -WRITER_KIB);
    db_authorize(db, false);
    sqlite3_exec(db->handle, sql, NULL, NULL, NULL); /* it only costs memory when it fails */
    db_authorize(db, true);
}

static enum err config_set(struct db *db, struct fault *f)
{
    static const struct {
        int op, value;
    } ops[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_DQS_DML, 0},   {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        must(sqlite3_db_config(db->handle, ops[i].op, ops[i].value, NULL) == SQLITE_OK);
    if (db->mode == DB_SCRUB) { /* a file cut off, or one bad table in the schema, must not hide the rest */
        must(sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL) == SQLITE_OK);
        must(sqlite3_db_config(db->handle, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL) == SQLITE_OK);
    }
    if (is_reader(db)) /* a reader leaves the file alone even when it is the last to close */
        must(sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK);
    sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM needs one */
    db_busy_timeout(db, BUSY_MS);
    /* page_size and reserved bytes are the file's; a WAL of at most about 16 MiB between loads */
    const char *sql = is_reader(db) ? "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA query_only=ON"
                                    : "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA synchronous=FULL;"
                                      "PRAGMA secure_delete=ON; PRAGMA max_page_count=33554431;"
                                      "PRAGMA wal_autocheckpoint=2000;"
                                      "PRAGMA journal_size_limit=67108864";
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK || db->mode == DB_SCRUB)
        rc = db_functions_add(db->handle);
    if (rc != SQLITE_OK)
        return fault_sqlite(db, sqlite3_extended_errcode(db->handle), sql, f);
    db_walk(db, false);
    return OK;
}

static enum err full_path(const char *path, char *ret_full, struct fault *f)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int rc = vfs->xFullPathname(vfs, path, PATH_BYTES, ret_full);
    return (rc & 255) == SQLITE_OK ? OK : fault_errno(f, "open", path);
}

static enum err handle_open(struct db *db, struct fault *f)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    flags |= is_reader(db) ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(db->path, &db->handle, flags, db->mode == DB_SCRUB ? PAGESUM_VFS_SCRUB : PAGESUM_VFS);
    must(db->handle != NULL);
    if (rc != SQLITE_OK)
        return fault_sqlite(db, rc, "open", f);
    if (!is_reader(db) && sqlite3_db_readonly(db->handle, "main")) {
        errno = EACCES;
        return fault_errno(f, "write", db->path);
    }
    enum err e = config_set(db, f);
    if (e != OK)
        return e;
    /* Reads the WAL and the schema: what cannot be read shows now. A scrub goes on with what there is. */
    rc = sqlite3_exec(db->handle, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    return rc == SQLITE_OK || db->mode == DB_SCRUB ? OK : fault_sqlite(db, rc, "open", f);
}

enum err db_open(const char *path, enum db_mode mode, struct db **ret_db, struct fault *f)
{
    char full[PATH_BYTES + 1] = "";
    struct look look;
    must(pthread_once(&once, init_once) == 0);
    enum err e = full_path(path, full, f);
    if (e != OK)
        return e;
    if (!file_exists(full)) {
        e = mode == DB_CREATE || mode == DB_CREATE_PRIVATE ? file_make(full, mode == DB_CREATE_PRIVATE, f)
                                                           : FAULT(f, ERR_FILE_MISSING, {"path", str_of(path)});
        if (e != OK)
            return e;
    }
    e = file_look(full, mode == DB_SCRUB, &look, f);
    if (e != OK)
        return e;
    struct db *db CLEANUP(db_freep) = mem_zalloc(sizeof *db);
    db->path = mem_strdup(full);
    db->mode = mode;
    db->was_unclean = look.has_wal_frames;
    e = handle_open(db, f);
    if (e == OK)
        *ret_db = TAKE(db);
    return e;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    must(db->n_open == 0);
    db_rollback(db);
    stmts_done(db);
    must(sqlite3_close(db->handle) == SQLITE_OK);
    free(db->path);
    free(db);
}

void db_freep(struct db **db)
{
    db_close(*db);
}

const char *db_library_version(void)
{
    return sqlite3_libversion();
}

void db_wal_keep(struct db *db)
{
    must(sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK);
}

const char *db_path(const struct db *db)
{
    return db->path;
}

bool db_was_unclean(const struct db *db)
{
    return db->was_unclean;
}

int64_t db_changes(const struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_last_rowid(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

/* --- transactions */

enum err db_begin(struct db *db, struct fault *f)
{
    must(!db->is_in_transaction);
    if (db->is_unsynced)
        return FAULT(f, ERR_DB_FAILED, {"reason", STR("fsync failed earlier; close and open again")},
                     {"sql", STR("BEGIN")});
    enum err e = db_exec(db, is_reader(db) ? "BEGIN" : "BEGIN IMMEDIATE", f);
    db->is_in_transaction = e == OK;
    db->savepoints = 0;
    return e;
}

enum err db_commit(struct db *db, struct fault *f)
{
    must(db->is_in_transaction && db->savepoints == 0);
    enum err e = db_exec(db, "COMMIT", f);
    if (e == OK)
        db->is_in_transaction = false;
    else
        db_rollback(db);
    return e;
}

void db_rollback(struct db *db)
{
    db->is_in_transaction = false;
    db->savepoints = 0;
    if (db->handle && !sqlite3_get_autocommit(db->handle)) {
        sqlite3_progress_handler(db->handle, 0, NULL, NULL);
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL); /* cannot fail in a way that matters: nothing is kept */
        db_interrupt_flag(db, db->interrupt);
    }
}

/* One name for all: SQLite releases and rolls back the newest of a name. */
enum err db_savepoint(struct db *db, struct fault *f)
{
    must(db->is_in_transaction);
    enum err e = db_exec(db, "SAVEPOINT inner", f);
    if (e == OK)
        db->savepoints++;
    return e;
}

enum err db_savepoint_release(struct db *db, struct fault *f)
{
    must(db->savepoints > 0);
    enum err e = db_exec(db, "RELEASE inner", f);
    if (e == OK)
        db->savepoints--;
    return e;
}

void db_savepoint_rollback(struct db *db)
{
    if (db->savepoints == 0 || sqlite3_get_autocommit(db->handle))
        return;
    db->savepoints--;
    sqlite3_exec(db->handle, "ROLLBACK TO inner; RELEASE inner", NULL, NULL, NULL);
}

static int is_interrupted(void *context)
{
    const struct db *db = context;
    return *db->interrupt != 0;
}

void db_interrupt_flag(struct db *db, const volatile sig_atomic_t *flag)
{
    db->interrupt = flag;
    sqlite3_progress_handler(db->handle, flag ? INTERRUPT_OPS : 0, flag ? is_interrupted : NULL, db);
}

void db_busy_timeout(struct db *db, int timeout_ms)
{
    db->busy_ms = timeout_ms;
    sqlite3_busy_timeout(db->handle, timeout_ms);
}

void db_sync_full(struct db *db, bool is_full)
{
    must(!db->is_in_transaction);
    sqlite3_exec(db->handle, is_full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
}

enum err db_checkpoint(struct db *db, struct fault *f)
{
    sqlite3_busy_timeout(db->handle, 0); /* readers may hold it back: then the rest stays in the WAL */
    int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(db->handle, db->busy_ms);
    return rc == SQLITE_OK || (rc & 255) == SQLITE_BUSY ? OK : fault_sqlite(db, rc, "checkpoint", f);
}

enum err db_checkpoint_wait(struct db *db, struct fault *f)
{
    int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK ? OK : fault_sqlite(db, rc, "checkpoint", f);
}

enum err db_has_table(struct db *db, const char *name, bool *ret_has, struct fault *f)
{
    int64_t any; /* a statement that runs finds out whether the schema was changed by another connection */
    enum err e = db_value_int(db, STR("SELECT EXISTS(SELECT 1 FROM sqlite_schema)"), DB_NO_VALUES, &any, f);
    if (e == OK)
        *ret_has =
            sqlite3_table_column_metadata(db->handle, "main", name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
    return e;
}

int db_schema_version(struct db *db)
{
    int64_t version = 0;
    return db_value_int(db, STR("PRAGMA user_version"), DB_NO_VALUES, &version, NULL) == OK ? (int)version : -1;
}

enum err db_schema_version_set(struct db *db, int version, struct fault *f)
{
    char sql[64];
    must(version >= 0 && version <= DB_SCHEMA_VERSION);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version); /* a PRAGMA takes no parameters */
    return db_script(db, sql, f);
}
