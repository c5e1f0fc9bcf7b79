/* The scrub: every page of the file against its checksum, and whose page it is. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "db/internal.h"
#include "db/pagesum.h"
#include "db/wal.h"

#include "base/banned.h"

/* MISSING_MAX: of the pages that a header promises behind the end of the file; a forged one promises 2^32. */
enum { MISSING_MAX = 4096, CHUNK_PAGES = 64, TRIES = 3, LOOKS = 2, PAUSE_US = 500 };
/* Where the WAL's shared index says how many of its frames the file already has (wal-index, WalCkptInfo.nBackfill). */
enum { SHM_REGION_BYTES = 32768, SHM_BACKFILL_AT = 96 };

enum page_state { PAGE_GOOD, PAGE_BAD, PAGE_ZERO, PAGE_MISSING };

struct scrub {
    struct db *db;
    sqlite3_file *file;
    struct arena *arena;
    unsigned char *states;   /* [n_pages + 1], by page number */
    unsigned char *replaced; /* [n_pages + 1]: the WAL has a newer version, which is what readers get */
    uint32_t n_pages, file_pages;
    uint64_t n_doubtful, n_bad;
    void (*each)(void *, const struct db_bad_page *);
    void *context;
};

static uint32_t backfilled_frames(sqlite3_file *file)
{
    void volatile *shm = NULL;
    uint32_t n = 0;
    if (file->pMethods->iVersion < 2 || file->pMethods->xShmMap(file, 0, SHM_REGION_BYTES, 0, &shm) != SQLITE_OK ||
        !shm)
        return 0;
    memcpy(&n, (const unsigned char *)shm + SHM_BACKFILL_AT, sizeof n);
    return n;
}

/* What others move meanwhile: of two readings of the counter the lower one is on the safe side. */
static enum err pages_count(struct scrub *s, struct fault *f)
{
    unsigned char first[PAGE_BYTES];
    struct wal_look wal;
    sqlite3_int64 bytes = 0;
    uint32_t before = backfilled_frames(s->file);
    if (wal_look(s->arena, arena_printf(s->arena, "%s-wal", s->db->path), &wal, NULL) != OK)
        wal = (struct wal_look){0};
    if (s->file->pMethods->xFileSize(s->file, &bytes) != SQLITE_OK)
        return fault_sqlite(s->db, SQLITE_IOERR, "file size", f);
    uint32_t after = backfilled_frames(s->file), backfilled = before < after ? before : after;
    uint64_t pages = ((uint64_t)bytes + PAGE_BYTES - 1) / PAGE_BYTES, said = wal.n_pages;
    s->file_pages = (uint32_t)(pages > UINT32_MAX - 1 ? UINT32_MAX - 1 : pages);
    if (said == 0 && s->file->pMethods->xRead(s->file, first, PAGE_BYTES, 0) == SQLITE_OK && pagesum_is_good(first, 1))
        said = big32(first + 28);
    uint64_t most = (uint64_t)s->file_pages + wal.n_committed + MISSING_MAX;
    said = said > most ? most : said;
    s->n_pages = said > s->file_pages ? (uint32_t)said : s->file_pages;
    s->states = arena_zalloc(s->arena, (size_t)s->n_pages + 1);
    s->replaced = arena_zalloc(s->arena, (size_t)s->n_pages + 1);
    for (uint32_t i = backfilled; i < wal.n_committed; i++)
        if (wal.pages[i] <= s->n_pages)
            s->replaced[wal.pages[i]] = 1;
    for (uint32_t page = s->file_pages + 1; page <= s->n_pages; page++)
        if (page != LOCK_PAGE && !s->replaced[page])
            s->states[page] = PAGE_MISSING;
    return OK;
}

/* A page that another process is just writing looks bad for a moment only. */
static enum page_state page_state_again(struct scrub *s, uint32_t page, unsigned char *p)
{
    for (unsigned i = 0; i < TRIES; i++) {
        if (i)
            usleep(PAUSE_US << i);
        if (s->file->pMethods->xRead(s->file, p, PAGE_BYTES, (sqlite3_int64)(page - 1) * PAGE_BYTES) != SQLITE_OK)
            continue;
        if (page_is_zero(p))
            return PAGE_ZERO;
        if (pagesum_is_good(p, page))
            return PAGE_GOOD;
    }
    return PAGE_BAD;
}

static enum err pages_read(struct scrub *s, struct fault *f)
{
    unsigned char *chunk = arena_alloc(s->arena, (size_t)CHUNK_PAGES * PAGE_BYTES);
    for (uint32_t from = 1; from <= s->file_pages; from += CHUNK_PAGES) {
        uint32_t left = s->file_pages - from + 1, n = left < CHUNK_PAGES ? left : CHUNK_PAGES;
        if (s->db->interrupt && *s->db->interrupt)
            return FAULT(f, ERR_INTERRUPTED);
        int rc = s->file->pMethods->xRead(s->file, chunk, (int)n * PAGE_BYTES, (sqlite3_int64)(from - 1) * PAGE_BYTES);
        for (uint32_t i = 0; i < n; i++) {
            unsigned char *p = chunk + (size_t)i * PAGE_BYTES;
            if (from + i == LOCK_PAGE || s->replaced[from + i] ||
                (rc == SQLITE_OK && pagesum_is_good(p, from + i) && !page_is_zero(p)))
                continue;
            unsigned char alone[PAGE_BYTES];
            enum page_state state = page_state_again(s, from + i, alone);
            s->states[from + i] = (unsigned char)state;
        }
    }
    return OK;
}

static void report(struct scrub *s, uint32_t page, struct str owner)
{
    struct db_bad_page bad = {.page = page, .is_missing = s->states[page] != PAGE_BAD};
    snprintf(bad.owner, sizeof bad.owner, "%.*s", STR_ARG(owner));
    s->states[page] = PAGE_GOOD;
    s->n_bad++;
    if (s->each)
        s->each(s->context, &bad);
}

/* Every page of one table or index; false when its walk broke off. */
static bool tree_walk(struct scrub *s, struct str name)
{
    struct stmt *q CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(s->db, STR("SELECT pageno FROM dbstat WHERE name = ?1"), &q, NULL);
    if (e != OK)
        return false;
    stmt_bind_text(q, 1, name);
    while ((e = stmt_step(q, &has_row, NULL)) == OK && has_row) {
        int64_t page = stmt_column_int(q, 0);
        if (page > 0 && page <= s->n_pages && s->states[page] != PAGE_GOOD)
            report(s, (uint32_t)page, str_is(name, "sqlite_schema") ? STR("schema") : name);
    }
    return e == OK;
}

/* Whose the pages are that no walk came to: "free" when all walks were whole, the table's when one broke off. */
static struct str trees_walk(struct scrub *s, bool *ret_is_whole)
{
    struct stmt *q CLEANUP(stmt_freep) = NULL;
    VEC(struct str) names = {0};
    bool has_row = false;
    VEC_PUSH(s->arena, &names, STR("sqlite_schema"));
    enum err e = stmt_new(s->db, STR("SELECT name FROM sqlite_schema WHERE rootpage > 0"), &q, NULL);
    while (e == OK && (e = stmt_step(q, &has_row, NULL)) == OK && has_row) {
        struct str name = stmt_column_text(q, 0);
        VEC_PUSH(s->arena, &names, str_dup(s->arena, name));
    }
    struct str broken = {NULL, 0};
    size_t n_broken = e == OK ? 0 : 2;
    for (size_t i = 0; i < names.n; i++)
        if (!tree_walk(s, names.p[i])) {
            broken = names.p[i];
            n_broken++;
        }
    *ret_is_whole = n_broken == 0;
    return n_broken == 0 ? STR("free") : n_broken == 1 ? broken : STR("unknown");
}

static void owners_find(struct scrub *s)
{
    bool is_whole;
    struct str owner = trees_walk(s, &is_whole);
    for (uint32_t page = 1; page <= s->n_pages; page++) {
        if (s->states[page] == PAGE_ZERO && is_whole) /* freed before it was ever written */
            s->states[page] = PAGE_GOOD;
        if (s->states[page] != PAGE_GOOD)
            report(s, page, page == 1 ? STR("schema") : owner);
    }
}

/* When a page seems bad, all is looked at again: what another process was just writing is good then. */
static enum err look_twice(struct scrub *s, struct fault *f)
{
    unsigned char *states = NULL; /* of the first look */
    uint32_t n_pages = 0;
    for (int look = 1;; look++) {
        enum err e = pages_count(s, f);
        if (e == OK)
            e = pages_read(s, f);
        if (e != OK)
            return e;
        s->n_doubtful = 0;
        for (uint32_t page = 1; page <= s->n_pages; page++) {
            if (look > 1 && (page > n_pages || states[page] == PAGE_GOOD))
                s->states[page] = PAGE_GOOD;
            s->n_doubtful += s->states[page] != PAGE_GOOD;
        }
        if (look == LOOKS || s->n_doubtful == 0)
            return OK;
        states = s->states;
        n_pages = s->n_pages;
    }
}

enum err db_pages_check(struct db *db, void (*each)(void *context, const struct db_bad_page *bad), void *context,
                        uint64_t *ret_n, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct scrub s = {.db = db, .arena = a, .each = each, .context = context, .file = pagesum_file_below(db->handle)};
    must(s.file != NULL);
    /* Maps the WAL's index, where there is one; nothing more is asked of a file that cannot be read. */
    sqlite3_exec(db->handle, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    enum err e = look_twice(&s, f);
    if (e == OK && s.n_doubtful)
        owners_find(&s);
    if (e == OK)
        *ret_n = s.n_bad;
    return e;
}
