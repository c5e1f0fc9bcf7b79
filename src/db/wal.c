#include "db/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"
#include "db/internal.h"
#include "db/pagesum.h"

#include "base/banned.h"

enum { FRAME_BYTES = WAL_FRAME_HEADER_BYTES + PAGE_BYTES, WAL_MAGIC = 0x377f0682, WAL_VERSION = 3007000 };

struct sums {
    uint32_t a, b;
};

struct walk {
    int fd;
    bool is_big_endian; /* the words that the checksum adds up */
    unsigned char salts[8];
    struct sums sums;
    unsigned char frame[FRAME_BYTES];
};

struct frame {
    uint32_t page, commit_pages; /* commit_pages is 0 but on a commit */
    bool has_salts;
    struct sums stored;
};

static void sums_add(struct sums *s, const unsigned char *p, size_t n, bool is_big_endian)
{
    uint32_t a = s->a, b = s->b;
    for (size_t i = 0; i < n; i += 8) {
        uint32_t x[2];
        memcpy(x, p + i, sizeof x);
        a += (is_big_endian ? be32toh(x[0]) : le32toh(x[0])) + b;
        b += (is_big_endian ? be32toh(x[1]) : le32toh(x[1])) + a;
    }
    *s = (struct sums){a, b};
}

static bool sums_eq(struct sums x, struct sums y)
{
    return x.a == y.a && x.b == y.b;
}

static bool read_at(int fd, void *p, size_t n, off_t offset)
{
    ssize_t got;
    do
        got = pread(fd, p, n, offset);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)n;
}

/* False where the file ends. */
static bool frame_read(struct walk *w, uint64_t number, struct frame *ret)
{
    const unsigned char *h = w->frame;
    if (!read_at(w->fd, w->frame, FRAME_BYTES, (off_t)(WAL_HEADER_BYTES + (number - 1) * FRAME_BYTES)))
        return false;
    *ret = (struct frame){
        big32(h), big32(h + 4), memcmp(h + 8, w->salts, sizeof w->salts) == 0, {big32(h + 16), big32(h + 20)}};
    return true;
}

/* The checksum of the frame just read, continuing from. */
static struct sums frame_sums(const struct walk *w, struct sums from)
{
    sums_add(&from, w->frame, 8, w->is_big_endian);
    sums_add(&from, w->frame + WAL_FRAME_HEADER_BYTES, PAGE_BYTES, w->is_big_endian);
    return from;
}

static enum err header_read(struct walk *w, const char *path, struct fault *f)
{
    unsigned char h[WAL_HEADER_BYTES];
    struct sums sums = {0, 0};
    if (!read_at(w->fd, h, sizeof h, 0))
        return fault_errno(f, "read", path);
    w->is_big_endian = big32(h) & 1;
    sums_add(&sums, h, WAL_HEADER_BYTES - 8, w->is_big_endian);
    struct sums stored = {big32(h + 24), big32(h + 28)};
    if ((big32(h) | 1) != (WAL_MAGIC | 1) || big32(h + 4) != WAL_VERSION || big32(h + 8) != PAGE_BYTES ||
        !sums_eq(sums, stored))
        return FAULT(f, ERR_DB_DAMAGED, {"path", str_of(path)}, {"place", STR("header")}, {"reason", STR("checksum")});
    memcpy(w->salts, h + 16, sizeof w->salts);
    w->sums = stored;
    return OK;
}

/* Takes up the chain behind the bad frame that was read last, and looks for a commit that must have been acknowledged. */
static bool is_damage(struct walk *w, uint64_t bad, struct frame bad_frame)
{
    struct sums computed = frame_sums(w, w->sums), from = bad_frame.stored;
    bool is_intact = sums_eq(computed, from); /* only its salts are wrong */
    int commits = bad_frame.commit_pages && (bad_frame.has_salts || is_intact) ? 1 : 0;
    struct frame frame;
    for (uint64_t i = bad + 1; frame_read(w, i, &frame); i++) {
        bool follows = frame.has_salts && (sums_eq(frame_sums(w, from), frame.stored) ||
                                           (i == bad + 1 && sums_eq(frame_sums(w, computed), frame.stored)));
        int here = frame.has_salts && frame.commit_pages ? 1 : 0;
        commits = follows ? commits + here : here;
        if (follows && commits >= 2)
            return true;
        from = frame.stored;
    }
    return false;
}

static void frames_walk(struct arena *a, struct walk *w, struct wal_look *look)
{
    VEC(uint32_t) pages = {0};
    unsigned char *page_1 = NULL, *waiting = NULL; /* waiting: of the transaction being read */
    bool is_waiting = false;
    struct frame frame;
    for (uint64_t i = 1; i < UINT32_MAX && frame_read(w, i, &frame); i++) {
        struct sums sums = frame_sums(w, w->sums);
        if (!frame.has_salts || frame.page == 0 || !sums_eq(sums, frame.stored)) {
            if (is_damage(w, i, frame)) {
                look->bad_frame = (uint32_t)i;
                look->bad_page = frame.page;
            }
            break;
        }
        w->sums = sums;
        VEC_PUSH(a, &pages, frame.page);
        if (frame.page == 1) {
            waiting = waiting ? waiting : arena_alloc(a, PAGE_BYTES);
            memcpy(waiting, w->frame + WAL_FRAME_HEADER_BYTES, PAGE_BYTES);
            is_waiting = true;
        }
        if (frame.commit_pages) {
            look->n_committed = (uint32_t)i;
            look->n_pages = frame.commit_pages;
            if (is_waiting) {
                is_waiting = false;
                unsigned char *older = page_1;
                page_1 = waiting;
                waiting = older;
            }
        }
    }
    look->pages = pages.p;
    look->page_1 = page_1;
}

enum err wal_look(struct arena *a, const char *path, struct wal_look *ret_look, struct fault *f)
{
    int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    struct wal_look look = {0};
    if (fd < 0 && errno == ENOENT) {
        *ret_look = look;
        return OK;
    }
    if (fd < 0 || fstat(fd, &st) != 0)
        return fault_errno(f, "open", path);
    look.has_frames = st.st_size > WAL_HEADER_BYTES;
    if (look.has_frames) {
        struct walk *w = ARENA_NEW(a, struct walk);
        w->fd = fd;
        enum err e = header_read(w, path, f);
        if (e != OK)
            return e;
        frames_walk(a, w, &look);
    }
    *ret_look = look;
    return OK;
}
