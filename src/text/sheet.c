/* The parent's side: opens and weighs the file, takes a copy, and starts the child that reads it. */
#include "text/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "text/sheet_internal.h"

#include "base/banned.h"

enum { PIECE_BYTES = 64 << 10 };

struct sheet {
    struct arena *keep;
    const char *path;
    int fd; /* of the copy */
    struct sheet_job job;
    struct sandbox *box;
    struct sheet_in in;
    bool is_at_end;
    struct fault failed; /* code OK while all is well */
};

/* ---- the file ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static enum err file_open(const char *path, int *ret_fd, struct stat *ret_st, struct fault *f)
{
    int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return FAULT(f, ERR_FILE_MISSING, {"path", str_of(path)});
    if (fd < 0 && (errno == ELOOP || errno == ENXIO))
        return FAULT(f, ERR_SHEET_FILE, {"path", str_of(path)});
    if (fd < 0 || fstat(fd, &st) != 0)
        return fault_errno(f, "open", path);
    if (!S_ISREG(st.st_mode))
        return FAULT(f, ERR_SHEET_FILE, {"path", str_of(path)});
    if (st.st_size > LIMIT_SHEET_FILE_BYTES) {
        char limit[16];
        snprintf(limit, sizeof limit, "%d", LIMIT_SHEET_FILE_BYTES >> 20);
        return FAULT(f, ERR_SHEET_BYTES, {"path", str_of(path)}, {"limit", str_of(limit)});
    }
    if (st.st_size == 0)
        return FAULT(f, ERR_SHEET_NOTHING, {"path", str_of(path)});
    *ret_fd = fd;
    *ret_st = st;
    fd = -1;
    return OK;
}

/* A file that nobody else has, for it never had a name. */
static enum err copy_open(int *ret_fd, struct fault *f)
{
    FILE *file = tmpfile();
    int fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;
    if (fd < 0)
        fault_errno(f, "write", "TMPDIR");
    if (file)
        fclose(file);
    *ret_fd = fd;
    return fd < 0 ? ERR_SYSTEM : OK;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Copies what there is, and tells it; a file that is written to meanwhile is refused, since it may be half of two. */
static enum err copy_fill(struct sheet *s, int from, const struct stat *before, const struct sheet_options *o,
                          struct fault *f)
{
    char piece[PIECE_BYTES];
    struct stat after;
    for (off_t at = 0; at <= before->st_size;) {
        ssize_t n = read(from, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_errno(f, "read", s->path);
        if (n == 0)
            break;
        enum err e = file_write_all(s->fd, str_slice(piece, (size_t)n), "TMPDIR", f);
        if (e != OK)
            return e;
        if (o && o->on_bytes)
            o->on_bytes(o->ctx, str_slice(piece, (size_t)n));
        at += n;
        s->job.file_bytes = (size_t)at;
    }
    bool is_whole = fstat(from, &after) == 0 && is_same(before, &after) && s->job.file_bytes == (size_t)after.st_size;
    return is_whole ? OK : FAULT(f, ERR_SHEET_CHANGED, {"path", str_of(s->path)});
}

static enum err file_take(struct sheet *s, const struct sheet_options *o, struct fault *f)
{
    int from CLEANUP(close_fd) = -1;
    struct stat st;
    enum err e = file_open(s->path, &from, &st, f);
    if (e == OK)
        e = copy_open(&s->fd, f);
    return e == OK ? copy_fill(s, from, &st, o, f) : e;
}

/* ---- the child ---- */

static struct str kept(struct arena *a, struct str s)
{
    return s.n ? str_dup(a, s) : STR("");
}

static enum err child_start(struct sheet *s, const struct sheet_options *o, sandbox_main *child, struct fault *f)
{
    struct sandbox_limits limits = {
        .memory_bytes = (size_t)LIMIT_SHEET_MEMORY_BYTES + s->job.file_bytes,
        .cpu_seconds = LIMIT_SHEET_CPU_SECONDS,
        .wall_seconds = LIMIT_SHEET_WALL_SECONDS,
        .silent_seconds = LIMIT_SHEET_SILENT_SECONDS,
        .output_bytes = (size_t)LIMIT_SHEET_OUTPUT_MIB << 20,
    };
    s->job.fd = s->fd;
    if (o)
        s->job.options = *o;
    s->job.options.sheet = kept(s->keep, s->job.options.sheet);
    s->job.options.encoding = kept(s->keep, s->job.options.encoding);
    return sandbox_start(child, &s->job, &s->fd, 1, &limits, &s->box, f);
}

/* The end of the pipe is told by how the child ended. */
static enum err pipe_take(void *ctx, void *p, size_t n, size_t *ret_n, struct fault *f)
{
    struct sheet *s = ctx;
    enum err e = sandbox_read(s->box, p, n, ret_n, f);
    return e == OK && *ret_n == 0 ? sandbox_wait(TAKE(s->box), NULL, f) : e;
}

/* ---- the contract ---- */

const struct sheet_facts *sheet_facts(const struct sheet *s)
{
    return &s->in.facts;
}

enum err sheet_open_child(const char *path, const struct sheet_options *o, sandbox_main *child,
                          struct sheet **ret_sheet, struct fault *f)
{
    struct arena *keep = arena_new();
    struct sheet *s = ARENA_NEW(keep, struct sheet);
    s->keep = keep;
    s->path = arena_strdup(keep, path);
    s->fd = -1;
    struct fault local = {0};
    enum err e = file_take(s, o, &local);
    if (e == OK)
        e = child_start(s, o, child, &local);
    sheet_in_init(&s->in, keep, pipe_take, s);
    s->in.facts.file_bytes = s->job.file_bytes;
    if (e == OK && (e = sheet_in_facts(&s->in, &local)) != OK)
        fault_place(&local, str_of(path), 0, 0);
    if (e != OK) {
        sheet_close(s);
        if (f)
            *f = local;
        return e;
    }
    *ret_sheet = s;
    return OK;
}

enum err sheet_open(const char *path, const struct sheet_options *o, struct sheet **ret_sheet, struct fault *f)
{
    return sheet_open_child(path, o, sheet_child, ret_sheet, f);
}

enum err sheet_next(struct sheet *s, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f)
{
    enum err e = s->failed.code;
    bool has_row = false;
    if (e == OK && !s->is_at_end && (e = sheet_in_next(&s->in, ret_row, &has_row, &s->failed)) != OK) {
        sandbox_stop(TAKE(s->box));
        fault_place(&s->failed, str_of(s->path), 0, 0);
    }
    if (e != OK) { /* every later call answers the same */
        if (f)
            *f = s->failed;
        return e;
    }
    s->is_at_end = !has_row;
    *ret_has_row = has_row;
    return OK;
}

void sheet_close(struct sheet *s)
{
    if (!s)
        return;
    sandbox_stop(TAKE(s->box));
    close_fd(&s->fd);
    sheet_in_done(&s->in);
    arena_free(s->keep);
}
