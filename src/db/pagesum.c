#include "db/pagesum.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"

#include "base/banned.h"

/* Our part of an open database file; the file of the VFS below follows it in the same block, which SQLite provides. */
struct page_file {
    sqlite3_file base;
    unsigned char *copy; /* one page, where the checksum is added on its way out */
    uint32_t bad_page;
    bool is_scrub;
    _Alignas(8) unsigned char below[]; /* SQLite gives blocks aligned to 8 bytes, not more */
};

const unsigned char header_expected[HEADER_BYTES] = {
    'S',
    'Q',
    'L',
    'i',
    't',
    'e',
    ' ',
    'f',
    'o',
    'r',
    'm',
    'a',
    't',
    ' ',
    '3',
    0, /* magic */
    PAGE_BYTES >> 8,
    PAGE_BYTES & 255,
    2,
    2, /* page size; written and read through a WAL */
    PAGE_SUM_BYTES,
    64,
    32,
    32, /* reserved bytes; payload fractions, fixed by the format */
};

uint64_t pagesum_of(const unsigned char *page, uint32_t number)
{
    return XXH3_64bits_withSeed(page, PAGE_BYTES - PAGE_SUM_BYTES, number);
}

bool page_is_zero(const unsigned char *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE_BYTES - 1) == 0;
}

bool pagesum_is_good(const unsigned char *page, uint32_t number)
{
    uint64_t stored;
    memcpy(&stored, page + (PAGE_BYTES - PAGE_SUM_BYTES), sizeof stored);
    return le64toh(stored) == pagesum_of(page, number) || page_is_zero(page);
}

static struct page_file *mine(sqlite3_file *file)
{
    return (struct page_file *)file;
}

static sqlite3_file *below(sqlite3_file *file)
{
    return (sqlite3_file *)mine(file)->below;
}

static sqlite3_vfs *vfs_below(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int file_close(sqlite3_file *file)
{
    int rc = below(file)->pMethods->xClose(below(file));
    free(mine(file)->copy);
    mine(file)->copy = NULL;
    return rc;
}

/* The page number at an offset, or 0 when [offset, offset + n) is not exactly one page. */
static uint32_t page_at(sqlite3_int64 offset, int n)
{
    return n == PAGE_BYTES && offset % PAGE_BYTES == 0 ? (uint32_t)(offset / PAGE_BYTES + 1) : 0;
}

static int file_read(sqlite3_file *file, void *p, int n, sqlite3_int64 offset)
{
    int rc = below(file)->pMethods->xRead(below(file), p, n, offset);
    /* A scrub goes on with a damaged header where its content is known beforehand. */
    if (rc == SQLITE_OK && mine(file)->is_scrub && offset == 0 && n >= HEADER_BYTES)
        memcpy(p, header_expected, HEADER_BYTES);
    uint32_t page = page_at(offset, n);
    if (rc != SQLITE_OK || page == 0 || mine(file)->is_scrub || pagesum_is_good(p, page))
        return rc;
    mine(file)->bad_page = page;
    return SQLITE_IOERR_DATA;
}

/* The free space between the cell pointers of a B-tree page and its cells keeps what stood there when SQLite rebuilds the page, even with
 * secure_delete. It is written as zeros, so that what was deleted is not left in the file. Pages of other kinds begin with a page
 * number, whose first byte is none of these four: a database has fewer pages than that (max_page_count in db.c). */
static void free_space_clear(unsigned char *page, uint32_t number)
{
    enum { LEAF_INDEX = 10, LEAF_TABLE = 13, INNER_INDEX = 2, INNER_TABLE = 5 };
    size_t header = number == 1 ? 100 : 0;
    unsigned kind = page[header];
    bool is_inner = kind == INNER_INDEX || kind == INNER_TABLE;
    if (!is_inner && kind != LEAF_INDEX && kind != LEAF_TABLE)
        return;
    size_t n_cells = (size_t)page[header + 3] << 8 | page[header + 4];
    size_t cells =
        (size_t)page[header + 5] << 8 | page[header + 6]; /* where they begin; 0 is 65536, not with our page size */
    size_t from = header + (is_inner ? 12 : 8) + 2 * n_cells;
    if (from < cells && cells <= PAGE_BYTES - PAGE_SUM_BYTES)
        memset(page + from, 0, cells - from);
}

static int file_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 offset)
{
    uint32_t page = page_at(offset, n);
    if (page == 0) /* only by a page size that is not ours */
        return SQLITE_IOERR_WRITE;
    unsigned char *copy = mine(file)->copy;
    memcpy(copy, p, PAGE_BYTES - PAGE_SUM_BYTES);
    free_space_clear(copy, page);
    uint64_t sum = htole64(pagesum_of(copy, page));
    memcpy(copy + PAGE_BYTES - PAGE_SUM_BYTES, &sum, sizeof sum);
    return below(file)->pMethods->xWrite(below(file), copy, n, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return below(file)->pMethods->xTruncate(below(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    return below(file)->pMethods->xSync(below(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    return below(file)->pMethods->xFileSize(below(file), ret);
}

static int file_lock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xLock(below(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xUnlock(below(file), level);
}

static int file_is_reserved(sqlite3_file *file, int *ret)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), ret);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    if (op == SQLITE_FCNTL_MMAP_SIZE) { /* mapped pages would pass the checksums by */
        *(sqlite3_int64 *)arg = 0;
        return SQLITE_OK;
    }
    return below(file)->pMethods->xFileControl(below(file), op, arg);
}

static int file_sector(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int file_traits(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **ret)
{
    return below(file)->pMethods->xShmMap(below(file), region, size, extend, ret);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return below(file)->pMethods->xShmLock(below(file), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    below(file)->pMethods->xShmBarrier(below(file));
}

static int file_shm_unmap(sqlite3_file *file, int delete)
{
    return below(file)->pMethods->xShmUnmap(below(file), delete);
}

/* Version 2: with shared memory for the WAL, without xFetch, so that no page is ever mapped. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int file_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags, bool is_scrub)
{
    sqlite3_vfs *real = vfs_below(vfs);
    if (!(flags & SQLITE_OPEN_MAIN_DB)) /* WAL, journal, temporary: SQLite talks to the file itself */
        return real->xOpen(real, name, file, flags, ret_flags);
    struct page_file *f = mine(file);
    memset(f, 0, sizeof *f);
    int rc = real->xOpen(real, name, below(file), flags, ret_flags);
    if (rc != SQLITE_OK) {
        /* The file below may be half open; with pMethods set SQLite would call our xClose on it. */
        if (below(file)->pMethods)
            below(file)->pMethods->xClose(below(file));
        return rc;
    }
    f->copy = mem_alloc(PAGE_BYTES);
    f->is_scrub = is_scrub;
    f->base.pMethods = &methods;
    return SQLITE_OK;
}

static int open_checked(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    return file_open(vfs, name, file, flags, ret_flags, false);
}

static int open_scrub(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    return file_open(vfs, name, file, flags, ret_flags, true);
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    return vfs_below(vfs)->xDelete(vfs_below(vfs), name, sync_folder);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    return vfs_below(vfs)->xAccess(vfs_below(vfs), name, flags, ret);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int n, char *ret)
{
    return vfs_below(vfs)->xFullPathname(vfs_below(vfs), name, n, ret);
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *ret)
{
    return vfs_below(vfs)->xRandomness(vfs_below(vfs), n, ret);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    return vfs_below(vfs)->xSleep(vfs_below(vfs), us);
}

static int vfs_time(sqlite3_vfs *vfs, double *ret)
{
    return vfs_below(vfs)->xCurrentTime(vfs_below(vfs), ret);
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
    return vfs_below(vfs)->xCurrentTimeInt64(vfs_below(vfs), ret);
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *text)
{
    return vfs_below(vfs)->xGetLastError(vfs_below(vfs), n, text);
}

static sqlite3_vfs vfs_checked = {
    .iVersion = 2,
    .zName = PAGESUM_VFS,
    .xOpen = open_checked,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_random,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_time_ms,
};
static sqlite3_vfs vfs_scrub;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void register_once(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    must(real != NULL && real->iVersion >= 2);
    vfs_checked.szOsFile = (int)sizeof(struct page_file) + real->szOsFile;
    vfs_checked.mxPathname = real->mxPathname;
    vfs_checked.pAppData = real;
    vfs_scrub = vfs_checked;
    vfs_scrub.zName = PAGESUM_VFS_SCRUB;
    vfs_scrub.xOpen = open_scrub;
    must(sqlite3_vfs_register(&vfs_checked, 0) == SQLITE_OK && sqlite3_vfs_register(&vfs_scrub, 0) == SQLITE_OK);
}

void pagesum_register(void)
{
    must(pthread_once(&once, register_once) == 0);
}

static struct page_file *file_of(struct sqlite3 *handle)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
        file->pMethods != &methods)
        return NULL;
    return mine(file);
}

uint32_t pagesum_bad_page(struct sqlite3 *handle)
{
    struct page_file *f = file_of(handle);
    return f ? f->bad_page : 0;
}

struct sqlite3_file *pagesum_file_below(struct sqlite3 *handle)
{
    struct page_file *f = file_of(handle);
    return f ? below(&f->base) : NULL;
}
