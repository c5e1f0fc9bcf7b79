#include "access/read_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"

#include "base/banned.h"

enum { ID_BYTES = 16, MARK_BYTES = 4, SUM_BYTES = 8, HOLE_BYTES = 4096, BLOCK_BYTES = 512 /* of st_blocks */ };

/* mark, length, checksum, the entry; in the order of this machine's bytes: a journal does not travel. */
struct frame {
    char mark[MARK_BYTES];
    uint32_t n;
    unsigned char sum[SUM_BYTES];
};
static const char mark[MARK_BYTES] = {'\xf5', 'r', 'd', '\n'}; /* never within UTF-8 */

static enum err failed(struct access *a, const char *action, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    return fault_errno(f, action, arena_printf(scratch, "%s-reads", db_path(a->db)));
}

enum err read_journal_open(struct access *a, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    const char *path = arena_printf(scratch, "%s-reads", db_path(a->db));
    a->journal = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    return a->journal < 0 ? fault_errno(f, "open", path) : OK;
}

static enum err lock(struct access *a, struct fault *f)
{
    while (flock(a->journal, LOCK_EX) < 0)
        if (errno != EINTR)
            return failed(a, "lock", f);
    return OK;
}

static void unlock(struct access *a)
{
    flock(a->journal, LOCK_UN);
}

static void sum_of(struct str entry, unsigned char ret_sum[SUM_BYTES])
{
    struct digest d;
    sha256(entry, &d);
    memcpy(ret_sum, digest_view(&d).p, SUM_BYTES);
}

static void frame_put(struct buf *b, struct str entry)
{
    struct frame h = {.n = (uint32_t)entry.n};
    memcpy(h.mark, mark, sizeof h.mark);
    sum_of(entry, h.sum);
    buf_add(b, &h, sizeof h);
    buf_str(b, entry);
}

/* What was written in part is taken back: nothing follows it that could be read. */
static enum err append(struct access *a, struct str bytes, off_t size, struct fault *f)
{
    ssize_t n;
    do
        n = write(a->journal, bytes.p, bytes.n);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)bytes.n)
        return OK;
    if (n >= 0)
        errno = ENOSPC;
    enum err e = failed(a, "write", f);
    if (n > 0 && ftruncate(a->journal, size) < 0)
        return failed(a, "truncate", f);
    return e;
}

enum err read_journal_add(struct access *a, struct str entry, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(ID_BYTES + sizeof(struct frame) + entry.n);
    struct stat st;
    buf_reserve(&b, ID_BYTES + sizeof(struct frame) + entry.n);
    enum err e = lock(a, f);
    if (e != OK)
        return e;
    if (fstat(a->journal, &st) < 0)
        e = failed(a, "stat", f);
    else if (st.st_blocks * BLOCK_BYTES > JOURNAL_MOST_BYTES)
        e = FAULT(f, ERR_LIMIT, {"what", STR("reads")}, {"limit", STR("64 MiB")});
    if (e == OK && st.st_size == 0) {
        unsigned char id[ID_BYTES];
        random_bytes(id, sizeof id);
        buf_add(&b, id, sizeof id);
    }
    if (e == OK) {
        frame_put(&b, entry);
        e = append(a, buf_view(&b), st.st_size, f);
    }
    unlock(a);
    return e;
}

/* ---- settling ---- */

/* The next whole entry, behind what was torn; false: there is none. */
static bool frame_next(struct str *rest, struct str *ret_entry)
{
    struct frame h;
    while (rest->n >= sizeof h) {
        const char *at = memmem(rest->p, rest->n, mark, sizeof mark);
        if (!at)
            break;
        *rest = str_slice(at, rest->n - (size_t)(at - rest->p));
        if (rest->n < sizeof h)
            break;
        memcpy(&h, rest->p, sizeof h);
        if (h.n <= rest->n - sizeof h) {
            unsigned char sum[SUM_BYTES];
            struct str entry = str_slice(rest->p + sizeof h, h.n);
            sum_of(entry, sum);
            if (memcmp(sum, h.sum, sizeof sum) == 0) {
                *rest = str_slice(entry.p + entry.n, rest->n - sizeof h - entry.n);
                *ret_entry = entry;
                return true;
            }
        }
        *rest = str_slice(rest->p + 1, rest->n - 1);
    }
    return false;
}

/* Of the journal with this id so much was taken; of another one nothing. */
static enum err taken_of(struct access *a, struct str id, int64_t *ret_taken, struct fault *f)
{
    enum err e =
        db_value_int(a->db, STR("SELECT taken FROM read_journal WHERE id = ?1"), DB_VALUES(db_blob(id)), ret_taken, f);
    if (e != ERR_DB_NO_ROW)
        return e;
    *ret_taken = ID_BYTES;
    return OK;
}

static enum err read_from(struct access *a, off_t from, size_t n, struct buf *b, struct fault *f)
{
    buf_reset(b);
    if (!buf_reserve(b, n))
        return FAULT(f, ERR_LIMIT, {"what", STR("reads")}, {"limit", STR("64 MiB")});
    while (b->n < n) {
        ssize_t got = pread(a->journal, b->p + b->n, n - b->n, from + (off_t)b->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return failed(a, "read", f);
        b->n += (size_t)got;
    }
    return OK;
}

/* The size when no writer is within a write: all before it are whole frames, or torn ones of the dead. */
static enum err size_of(struct access *a, off_t *ret_size, struct fault *f)
{
    struct stat st = {0};
    enum err e = lock(a, f);
    if (e != OK)
        return e;
    if (fstat(a->journal, &st) < 0)
        e = failed(a, "stat", f);
    unlock(a);
    *ret_size = st.st_size;
    return e;
}

/* Within the transaction, which keeps other settlers away; writers go on meanwhile. */
static enum err take_all(struct access *a, off_t size, journal_insert *insert, off_t *ret_taken, struct fault *f)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(JOURNAL_MOST_BYTES + LIMIT_TEXT_BYTES);
    char id_bytes[ID_BYTES] = {0};
    struct str id = str_slice(id_bytes, sizeof id_bytes), rest, entry;
    int64_t taken = 0;
    enum err e = read_from(a, 0, ID_BYTES, &text, f);
    if (e != OK)
        return e;
    memcpy(id_bytes, text.p, sizeof id_bytes);
    e = taken_of(a, id, &taken, f);
    if (e == OK && size > taken)
        e = read_from(a, taken, (size_t)(size - taken), &text, f);
    if (e != OK || size <= taken) {
        *ret_taken = taken;
        return e;
    }
    for (rest = buf_view(&text); e == OK && frame_next(&rest, &entry);)
        e = insert(a, entry, f);
    if (e == OK)
        e = db_run(a->db, STR("DELETE FROM read_journal"), DB_NO_VALUES, f);
    if (e == OK)
        e = db_run(a->db, STR("INSERT INTO read_journal VALUES (?1, ?2)"), DB_VALUES(db_blob(id), db_int(size)), f);
    *ret_taken = size;
    return e;
}

/* When nothing came since, it begins anew, by another id; else the file system takes back what was taken. */
static enum err shorten(struct access *a, struct fault *f)
{
    struct stat st;
    struct buf id CLEANUP(buf_done) = BUF_INIT(ID_BYTES + 1);
    int64_t taken = 0;
    if (fstat(a->journal, &st) < 0)
        return failed(a, "stat", f);
    if (st.st_size < ID_BYTES) /* somebody else has done so */
        return OK;
    enum err e = read_from(a, 0, ID_BYTES, &id, f);
    if (e == OK)
        e = taken_of(a, buf_view(&id), &taken, f);
    if (e != OK)
        return e;
    if (st.st_size == taken)
        return ftruncate(a->journal, 0) < 0 ? failed(a, "truncate", f) : OK;
    if (taken > 2 * HOLE_BYTES) /* where it cannot, the journal only stays longer */
        (void)!fallocate(a->journal, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, HOLE_BYTES,
                         taken / HOLE_BYTES * HOLE_BYTES - HOLE_BYTES);
    return OK;
}

/* What was taken is on disk before this. It looks anew, within a transaction as those who take do: between theirs and this one another may have emptied it, and readers
 * may have begun it anew. */
static enum err empty(struct access *a, struct fault *f)
{
    struct fault ignored = {0};
    if (db_begin(a->db, &ignored) != OK) /* others write for long: whoever settles next empties it */
        return OK;
    enum err e = lock(a, f);
    if (e == OK) {
        e = shorten(a, f);
        unlock(a);
    }
    db_rollback(a->db);
    return e;
}

enum err read_journal_settle(struct access *a, journal_insert *insert, struct fault *f)
{
    off_t size, taken = 0;
    enum err e = size_of(a, &size, f);
    if (e != OK || size < ID_BYTES)
        return e;
    e = access_begin(a, f);
    if (e == OK) {
        e = size_of(a, &size, f); /* somebody else may have settled, and emptied, meanwhile */
        if (e == OK && size >= ID_BYTES)
            e = take_all(a, size, insert, &taken, f);
        e = access_end(a, e, f);
    }
    return e == OK && taken ? empty(a, f) : e;
}
