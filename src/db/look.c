/* The look before SQLite: is this file ours, whole, and not newer than we are? */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "db/internal.h"
#include "db/pagesum.h"
#include "db/wal.h"

#include "base/banned.h"

enum { TRIES = 4, PAUSE_US = 500, FLIPS_MAX = 8 };

static enum err damaged(struct fault *f, const char *path, const char *place, const char *reason)
{
    return FAULT(f, ERR_DB_DAMAGED, {"path", str_of(path)}, {"place", str_of(place)}, {"reason", str_of(reason)});
}

/* How many bits differ from a header of ours. A foreign file differs in dozens, a damaged one of ours in a few. */
static int header_flips(const unsigned char *page)
{
    int flips = __builtin_popcount(big32(page + 68) ^ APPLICATION_ID);
    for (int i = 0; i < HEADER_BYTES; i++)
        flips += __builtin_popcount((unsigned)(page[i] ^ header_expected[i]));
    return flips;
}

struct first {
    unsigned char page[PAGE_BYTES];
    uint64_t bytes;
};

/* Page 1 and the length, read through SQLite's own file layer: closing a descriptor of ours would drop the locks that
 * other connections of this process hold on the file. */
static enum err first_read(const char *path, struct first *ret, struct fault *f)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_file *file = mem_zalloc((size_t)vfs->szOsFile);
    sqlite3_filename name = sqlite3_create_filename(path, "", "", 0, NULL);
    sqlite3_int64 bytes = 0;
    must(name != NULL);
    int rc = vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xFileSize(file, &bytes);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xRead(file, ret->page, PAGE_BYTES, 0);
    if (file->pMethods)
        file->pMethods->xClose(file);
    sqlite3_free_filename(name);
    free(file);
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) /* a short read fills up with zeros */
        return fault_errno(f, "read", path);
    ret->bytes = (uint64_t)bytes;
    return OK;
}

/* Pages that the database has behind the end of its file must be in the WAL. */
static bool is_covered(struct arena *a, const struct wal_look *wal, uint32_t file_pages)
{
    if (wal->n_pages <= file_pages)
        return true;
    uint32_t missing = wal->n_pages - file_pages, found = 0;
    if (missing > wal->n_committed)
        return false;
    unsigned char *seen = arena_zalloc(a, missing);
    for (uint32_t i = 0; i < wal->n_committed; i++) {
        uint32_t k = wal->pages[i] - file_pages - 1;
        if (wal->pages[i] > file_pages && k < missing && !seen[k]) {
            seen[k] = 1;
            found++;
        }
    }
    bool lock_page = LOCK_PAGE > file_pages && LOCK_PAGE <= wal->n_pages;
    return found + (lock_page ? 1 : 0) >= missing;
}

static enum err pages_look(struct arena *a, const char *path, const char *wal_path, const struct first *first,
                           const struct wal_look *wal, struct fault *f)
{
    char place[64];
    uint32_t file_pages = (uint32_t)(first->bytes / PAGE_BYTES);
    if (wal->bad_frame) {
        snprintf(place, sizeof place, "frame %u, page %u", wal->bad_frame, wal->bad_page);
        return damaged(f, wal_path, place, "checksum");
    }
    /* A crash while the WAL was being moved into the file leaves pages half written, all of them still in the WAL. */
    if (!wal->page_1 && (!pagesum_is_good(first->page, 1) || page_is_zero(first->page)))
        return damaged(f, path, "page 1", "checksum");
    if (memcmp(first->page, header_expected, HEADER_BYTES) != 0)
        return damaged(f, path, "page 1", "header");
    if (wal->n_committed == 0 && (first->bytes % PAGE_BYTES || file_pages < big32(first->page + 28)))
        return damaged(f, path, "end", "cut off");
    if (!is_covered(a, wal, file_pages))
        return damaged(f, path, "end", "cut off");
    return OK;
}

static enum err look_once(struct arena *a, const char *path, bool is_scrub, struct look *ret_look, struct fault *f)
{
    struct first *first = ARENA_NEW(a, struct first);
    struct wal_look wal;
    const char *wal_path = arena_printf(a, "%s-wal", path), *journal = arena_printf(a, "%s-journal", path);
    enum err e = first_read(path, first, f);
    if (e != OK)
        return e;
    bool is_good = first->bytes >= PAGE_BYTES && pagesum_is_good(first->page, 1) && !page_is_zero(first->page);
    bool is_ours = big32(first->page + 68) == APPLICATION_ID && first->page[20] == PAGE_SUM_BYTES;
    if (first->bytes == 0 || (is_good ? !is_ours : header_flips(first->page) > FLIPS_MAX))
        return FAULT(f, ERR_DB_FOREIGN, {"path", str_of(path)});
    e = wal_look(a, wal_path, &wal, f);
    if (e != OK && !(is_scrub && e == ERR_DB_DAMAGED))
        return e;
    if (e != OK)
        wal = (struct wal_look){.has_frames = true};
    uint32_t version = big32((wal.page_1 ? wal.page_1 : first->page) + 60);
    if ((wal.page_1 || is_good) && version > DB_SCHEMA_VERSION) {
        char has[16], knows[16];
        snprintf(has, sizeof has, "%u", version);
        snprintf(knows, sizeof knows, "%d", DB_SCHEMA_VERSION);
        return FAULT(f, ERR_DB_NEWER, {"path", str_of(path)}, {"version", str_of(has)}, {"known", str_of(knows)});
    }
    struct stat st;
    if (stat(journal, &st) == 0 && st.st_size > 0) /* SQLite would play it back into the file; we never leave one */
        return damaged(f, journal, "journal", "not written by tinhso");
    *ret_look = (struct look){wal.has_frames, (uint32_t)(first->bytes / PAGE_BYTES)};
    return is_scrub ? OK : pages_look(a, path, wal_path, first, &wal, f);
}

enum err file_look(const char *path, bool is_scrub, struct look *ret_look, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char shm[PATH_BYTES + 8];
    snprintf(shm, sizeof shm, "%s-shm", path);
    /* While another process writes, page 1 or the WAL may be read half old, half new: real damage stays. */
    for (unsigned i = 1;; i++) {
        enum err e = look_once(a, path, is_scrub, ret_look, f);
        if (e != ERR_DB_DAMAGED || i == TRIES || !file_exists(shm))
            return e;
        arena_reset(a);
        usleep(PAUSE_US << i);
    }
}

static int make_at(const char *path)
{
    sqlite3 *handle = NULL;
    int reserve = PAGE_SUM_BYTES;
    char sql[256];
    snprintf(sql, sizeof sql,
             "PRAGMA synchronous=FULL; BEGIN IMMEDIATE; PRAGMA application_id=%d; PRAGMA user_version=0; COMMIT;"
             "PRAGMA journal_mode=WAL;",
             APPLICATION_ID);
    int rc = sqlite3_open_v2(path, &handle,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_NOMUTEX,
                             PAGESUM_VFS);
    if (rc == SQLITE_OK) {
        char page_size[64];
        snprintf(page_size, sizeof page_size, "PRAGMA page_size=%d", PAGE_BYTES);
        rc = sqlite3_exec(handle, page_size, NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(handle, sql, NULL, NULL, NULL);
    int closed = sqlite3_close(handle);
    return rc == SQLITE_OK ? closed : rc;
}

enum err file_make(const char *path, bool is_private, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *wal = arena_printf(a, "%s-wal", path), *draft = arena_printf(a, "%s.%d.tmp", path, (int)getpid());
    struct stat st;
    if (stat(wal, &st) == 0 && st.st_size > 0) /* SQLite would build the new file from it */
        return damaged(f, wal, "file", "its database file is missing");
    unlink(draft);
    unlink(arena_printf(a, "%s-journal", draft)); /* of a process of the same number that was killed here */
    unlink(arena_printf(a, "%s-wal", draft));
    int rc = make_at(draft);
    enum err e = OK;
    if (rc != SQLITE_OK)
        e = (rc & 255) == SQLITE_FULL ? FAULT(f, ERR_DB_FULL, {"path", str_of(path)}) : fault_errno(f, "create", path);
    else if (is_private && chmod(draft, 0600) != 0)
        e = fault_errno(f, "chmod", path);
    else if (link(draft, path) != 0 && !file_exists(path))
        e = fault_errno(f, "create", path);
    unlink(draft);
    if (e != OK) {
        unlink(arena_printf(a, "%s-journal", draft));
        unlink(arena_printf(a, "%s-wal", draft));
        unlink(arena_printf(a, "%s-shm", draft));
    }
    return e == OK ? folder_sync(path, f) : e;
}
