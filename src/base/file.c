#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

#include "base/banned.h"

void fault_errno_fill(struct fault *f, const char *action, const char *path)
{
    char reason[128];
    int number = errno;
    const char *text = strerror_r(number, reason, sizeof reason);
    FAULT(f, ERR_SYSTEM, {"action", str_of(action)}, {"path", str_of(path)}, {"reason", str_of(text)});
}

void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

enum err file_read(struct arena *a, const char *path, size_t max, struct str *ret_text, struct fault *f)
{
    int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return FAULT(f, ERR_FILE_MISSING, {"path", str_of(path)});
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return fault_errno(f, "open", path);
    size_t cap = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1 : 4096, n = 0;
    if (S_ISREG(st.st_mode) && (size_t)st.st_size > max)
        return FAULT(f, ERR_LIMIT, {"what", str_of(path)}, {"limit", str_of(arena_printf(a, "%zu", max))});
    char *p = arena_alloc(a, cap + 1);
    for (;;) {
        ssize_t got = read(fd, p + n, cap - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_errno(f, "read", path);
        if (got == 0)
            break;
        n += (size_t)got;
        if (n > max)
            return FAULT(f, ERR_LIMIT, {"what", str_of(path)}, {"limit", str_of(arena_printf(a, "%zu", max))});
        if (n == cap) {
            char *q = arena_alloc(a, cap * 2 + 1);
            memcpy(q, p, n);
            p = q;
            cap *= 2;
        }
    }
    p[n] = 0;
    *ret_text = str_slice(p, n);
    return OK;
}

enum err folder_sync(const char *path, struct fault *f)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int n = slash ? snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path)
                  : snprintf(folder, sizeof folder, ".");
    must(n > 0 && (size_t)n < sizeof folder);
    int fd CLEANUP(fd_close) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return fault_errno(f, "fsync", folder);
    return OK;
}

enum err file_write_all(int fd, struct str content, const char *path, struct fault *f)
{
    while (content.n) {
        ssize_t put = write(fd, content.p, content.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fault_errno(f, "write", path);
        content = str_slice(content.p + put, content.n - (size_t)put);
    }
    return OK;
}

/* Puts the finished temporary file in its place. link() fails where something stands already, rename() replaces it. */
static enum err put_in_place(const char *temporary, const char *path, bool is_new, struct fault *f)
{
    bool is_there = (is_new ? link(temporary, path) : rename(temporary, path)) == 0;
    enum err e = is_there ? OK : fault_errno(f, is_new ? "create" : "rename", path);
    int number = errno;
    if (is_new || !is_there)
        unlink(temporary);
    errno = number; /* whoever asked for a new file wants to know whether one stands there */
    return e;
}

/* Beside its place, not on the disk yet. Nothing is left behind on failure. */
static enum err write_beside(const char *path, struct str content, mode_t mode, char temporary[PATH_MAX], int *ret_fd,
                             struct fault *f)
{
    int n = snprintf(temporary, PATH_MAX, "%s.%d.tmp", path, (int)getpid());
    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return fault_errno(f, "write", path);
    }
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return fault_errno(f, "create", temporary);
    enum err e = fchmod(fd, mode) == 0 ? file_write_all(fd, content, temporary, f) : fault_errno(f, "chmod", temporary);
    if (e != OK) {
        close(fd);
        unlink(temporary);
        return e;
    }
    *ret_fd = fd;
    return OK;
}

static enum err write_whole(const char *path, struct str content, mode_t mode, bool is_new, struct fault *f)
{
    char temporary[PATH_MAX];
    int fd = -1;
    enum err e = write_beside(path, content, mode, temporary, &fd, f);
    if (e != OK)
        return e;
    if (fsync(fd) != 0)
        e = fault_errno(f, "fsync", temporary);
    if (close(fd) != 0 && e == OK)
        e = fault_errno(f, "close", temporary);
    if (e != OK) {
        unlink(temporary);
        return e;
    }
    e = put_in_place(temporary, path, is_new, f);
    return e == OK ? folder_sync(path, f) : e;
}

enum err file_write_atomic(const char *path, struct str content, mode_t mode, struct fault *f)
{
    return write_whole(path, content, mode, false, f);
}

enum err file_write_new(const char *path, struct str content, mode_t mode, struct fault *f)
{
    return write_whole(path, content, mode, true, f);
}

/* ---- in two parts */

struct file_ahead {
    char *path, temporary[PATH_MAX];
    int fd, number; /* errno of what went wrong; 0: nothing */
    pthread_t thread;
    bool has_thread;
};

static void *sync_ahead(void *p)
{
    struct file_ahead *x = p;
    x->number = fsync(x->fd) == 0 ? 0 : errno;
    return NULL;
}

enum err file_write_begin(const char *path, struct str content, mode_t mode, struct file_ahead **ret_ahead,
                          struct fault *f)
{
    struct file_ahead *x = mem_zalloc(sizeof *x);
    enum err e = write_beside(path, content, mode, x->temporary, &x->fd, f);
    if (e != OK) {
        free(x);
        return e;
    }
    x->path = mem_strdup(path);
    x->has_thread = pthread_create(&x->thread, NULL, sync_ahead, x) == 0;
    *ret_ahead = x;
    return OK;
}

enum err file_write_end(struct file_ahead *x, bool is_kept, struct fault *f)
{
    if (!x)
        return OK;
    if (x->has_thread)
        must(pthread_join(x->thread, NULL) == 0);
    else if (is_kept)
        sync_ahead(x);
    if (close(x->fd) != 0 && !x->number)
        x->number = errno;
    bool is_right = is_kept && x->number == 0;
    enum err e = OK;
    errno = x->number;
    if (is_kept && !is_right)
        e = fault_errno(f, "fsync", x->temporary);
    if (is_right)
        e = put_in_place(x->temporary, x->path, false, f);
    else
        unlink(x->temporary);
    free(x->path);
    free(x);
    return e;
}

static void close_folder(DIR **d)
{
    if (*d)
        closedir(*d);
}

/* ".123.tmp", also with what SQLite adds to the name of a file that it makes: the process that wrote it; 0 for other names. */
static pid_t writer_of(const char *suffix)
{
    long pid = 0;
    if (*suffix++ != '.')
        return 0;
    for (; *suffix >= '0' && *suffix <= '9' && pid < INT_MAX / 10; suffix++)
        pid = pid * 10 + (*suffix - '0');
    return strncmp(suffix, ".tmp", 4) == 0 && (suffix[4] == 0 || suffix[4] == '-') ? (pid_t)pid : 0;
}

void file_tidy(const char *path)
{
    char folder[4096], left[4096];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int n = slash ? snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path)
                  : snprintf(folder, sizeof folder, "./");
    DIR *d CLEANUP(close_folder) = n > 0 && (size_t)n < sizeof folder ? opendir(folder) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        bool is_beside = strncmp(e->d_name, name, strlen(name)) == 0;
        pid_t pid = is_beside ? writer_of(e->d_name + strlen(name)) : 0;
        if (pid == 0 || kill(pid, 0) == 0 || errno != ESRCH)
            continue;
        n = snprintf(left, sizeof left, "%s%s", folder, e->d_name);
        if (n > 0 && (size_t)n < sizeof left)
            unlink(left);
    }
}

enum err folder_make(const char *path, struct fault *f)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof part) {
        errno = ENAMETOOLONG;
        return fault_errno(f, "create", path);
    }
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        char c = part[i];
        part[i] = 0;
        struct stat st;
        if (mkdir(part, 0755) != 0) {
            if (errno == EEXIST && stat(part, &st) == 0 && !S_ISDIR(st.st_mode))
                errno = ENOTDIR;
            if (errno != EEXIST)
                return fault_errno(f, "create", part);
        }
        part[i] = c;
    }
    return OK;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err folder_list(struct arena *a, const char *path, const char *suffix, const char ***ret_names, size_t *ret_n,
                     struct fault *f)
{
    DIR *d CLEANUP(close_folder) = opendir(path);
    if (!d)
        return errno == ENOENT ? FAULT(f, ERR_FILE_MISSING, {"path", str_of(path)}) : fault_errno(f, "open", path);
    VEC(const char *) names = {0};
    for (struct dirent *e; errno = 0, (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.' && str_ends(str_of(e->d_name), str_of(suffix)))
            VEC_PUSH(a, &names, arena_strdup(a, e->d_name));
    if (errno)
        return fault_errno(f, "read", path);
    if (names.n)
        qsort(names.p, names.n, sizeof *names.p, by_bytes);
    *ret_names = names.p;
    *ret_n = names.n;
    return OK;
}
