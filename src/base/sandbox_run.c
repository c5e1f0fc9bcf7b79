/* A whole program (GDAL's ogr2ogr) that can do nothing but turn its input into files below one folder.
 *
 * Landlock says which files; seccomp takes away what Landlock does not govern: the network, other processes, new processes, rights and
 * times of files, the kernel's doors. Both are prepared before the fork, so that the child of a program with threads makes system
 * calls only. */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#include "base/banned.h"

/* ---- Landlock ---- */

/* What the kernel of the day knows, not what the header of the build machine does. */
enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_NET = 4, ABI_IOCTL = 5, ABI_SCOPE = 6 };

#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL_DEV (1ULL << 15)
#define RIGHTS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_NET 3ULL   /* bind and connect TCP */
#define RIGHTS_SCOPE 3ULL /* abstract sockets of others, signals to others */

struct ruleset_attr {
    uint64_t fs, net, scoped;
};

static const char *const system_paths[] = {
    "/usr/lib",         "/lib",         "/lib64",         "/usr/lib64",          "/usr/share/proj", "/usr/share/gdal",
    "/etc/ld.so.cache", "/dev/urandom", "/usr/local/lib", "/usr/share/zoneinfo",
};

static uint64_t rights_known(int abi)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (abi >= ABI_REFER)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= ABI_TRUNCATE)
        rights |= RIGHT_TRUNCATE;
    if (abi >= ABI_IOCTL)
        rights |= RIGHT_IOCTL_DEV;
    return rights;
}

/* A path that is not there gives no right and is no error when it is one of the system's. */
static enum err allow(int ruleset, const char *path, uint64_t rights, bool is_optional, struct fault *f)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return is_optional ? OK : fault_errno(f, "open", path);
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) /* the kernel refuses rights that only folders have */
        rights &=
            LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    long failed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    enum err e = failed ? fault_errno(f, "confine", path) : OK;
    close(fd);
    return e;
}

static enum err allow_all(int ruleset, uint64_t known, const char *program, const char *const *readable,
                          const char *folder, struct fault *f)
{
    enum err e = allow(ruleset, program, LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE, false, f);
    for (size_t i = 0; e == OK && i < ARRAY_LEN(system_paths); i++)
        e = allow(ruleset, system_paths[i], RIGHTS_READ | LANDLOCK_ACCESS_FS_EXECUTE, true, f);
    if (e == OK)
        e = allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE, true, f);
    for (size_t i = 0; e == OK && readable && readable[i]; i++)
        e = allow(ruleset, readable[i], RIGHTS_READ, false, f);
    uint64_t no_node = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                       LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_EXECUTE | RIGHT_IOCTL_DEV;
    return e == OK ? allow(ruleset, folder, known & ~no_node, false, f) : e;
}

static enum err ruleset_make(const char *program, const char *const *readable, const char *folder, int *ret_fd,
                             struct fault *f)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return FAULT(f, ERR_SANDBOX_MISSING, {"reason", STR("Landlock")});
    struct ruleset_attr attr = {.fs = rights_known((int)abi)};
    size_t n = sizeof attr.fs;
    if (abi >= ABI_NET)
        attr.net = RIGHTS_NET, n = offsetof(struct ruleset_attr, scoped);
    if (abi >= ABI_SCOPE)
        attr.scoped = RIGHTS_SCOPE, n = sizeof attr;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, n, 0);
    if (fd < 0)
        return FAULT(f, ERR_SANDBOX_MISSING, {"reason", STR("Landlock")});
    enum err e = allow_all(fd, attr.fs, program, readable, folder, f);
    if (e != OK) {
        close(fd);
        return e;
    }
    *ret_fd = fd;
    return OK;
}

/* ---- seccomp ---- */

/* Refused with EPERM. Names that a kernel or libseccomp does not know are passed over. */
static const char *const forbidden[] = {
    /* the network and every other way to another process */
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "kill",
    "tkill",
    "tgkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
    "setpriority",
    "ioprio_set",
    "sched_setaffinity",
    "sched_setscheduler",
    "sched_setparam",
    "sched_setattr",
    /* new processes, and leaving the group that is killed at the end */
    "fork",
    "vfork",
    "setsid",
    "setpgid",
    /* names and rights of files, which Landlock does not govern */
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "truncate",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "utime",
    "utimes",
    "futimesat",
    "utimensat",
    "name_to_handle_at",
    "open_by_handle_at",
    "mknod",
    "mknodat",
    "fanotify_init",
    "inotify_init",
    "inotify_init1",
    /* the shape of the system */
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "setns",
    "unshare",
    "swapon",
    "swapoff",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "acct",
    "sethostname",
    "setdomainname",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "syslog",
    "vhangup",
    /* the kernel's doors */
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "keyctl",
    "add_key",
    "request_key",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "iopl",
    "ioperm",
    "modify_ldt",
    "personality",
    "lookup_dcookie",
    "nfsservctl",
    "memfd_secret",
    "migrate_pages",
    "move_pages",
    "mbind",
    "set_mempolicy",
};

static bool filter_fill(scmp_filter_ctx ctx)
{
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        int number = seccomp_syscall_resolve_name(forbidden[i]);
        if (number >= 0 && seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), number, 0) != 0)
            return false;
    }
    /* Its own limits it may ask for and lower, not those of its parent. */
    if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_NE, 0)) != 0)
        return false;
    /* Threads, but no processes. clone3 hides its flags in memory: libc then falls back to clone. */
    return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0;
}

/* The filter as the kernel takes it, in the arena. */
static enum err filter_make(struct arena *a, struct sock_fprog *ret_program, struct fault *f)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int fd = memfd_create("filter", MFD_CLOEXEC);
    bool is_made = ctx && fd >= 0 && filter_fill(ctx) && seccomp_export_bpf(ctx, fd) == 0;
    if (ctx)
        seccomp_release(ctx);
    off_t n = is_made ? lseek(fd, 0, SEEK_END) : 0;
    void *p = n > 0 ? arena_alloc(a, (size_t)n) : NULL;
    is_made = is_made && p && pread(fd, p, (size_t)n, 0) == n;
    if (fd >= 0)
        close(fd);
    if (!is_made)
        return FAULT(f, ERR_SANDBOX_MISSING, {"reason", STR("seccomp")});
    *ret_program = (struct sock_fprog){.len = (unsigned short)((size_t)n / sizeof(struct sock_filter)), .filter = p};
    return OK;
}

/* ---- the child ---- */

struct plan {
    const char *program;
    const char *const *argv;
    const char *folder;
    char *env[8];
    struct sandbox_limits limits;
    struct sock_fprog filter;
    int ruleset, err_fd, null_fd, told_fd; /* told_fd: errno of what failed before the program ran */
    pid_t parent;
};

static bool limit_set(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
    return setrlimit(what, &(struct rlimit){.rlim_cur = soft, .rlim_max = hard}) == 0;
}

static bool child_confine(const struct plan *p)
{
    const struct sandbox_limits *l = &p->limits;
    return chdir(p->folder) == 0 && limit_set(RLIMIT_CORE, 0, 0) && limit_set(RLIMIT_NOFILE, 256, 256) &&
           limit_set(RLIMIT_FSIZE, LIMIT_SANDBOX_FILE_BYTES, LIMIT_SANDBOX_FILE_BYTES) &&
           limit_set(RLIMIT_CPU, l->cpu_seconds, l->cpu_seconds + 1) &&
           limit_set(RLIMIT_AS, l->memory_bytes, l->memory_bytes) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_landlock_restrict_self, p->ruleset, 0) == 0 &&
           syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p->filter, 0, 0) == 0;
}

static _Noreturn void child_run(const struct plan *p)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != p->parent)
        _exit(127);
    for (int s = 1; s < SIGRTMIN; s++)
        signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(p->null_fd, 0) == 0 && dup2(p->null_fd, 1) == 1 && dup2(p->err_fd, 2) == 2 && child_confine(p))
        execve(p->program, (char *const *)(uintptr_t)p->argv, p->env);
    int number = errno;
    _exit(write(p->told_fd, &number, sizeof number) == sizeof number ? 127 : 126);
}

/* ---- the parent ---- */

/* Where a program stands: as given when it has a slash, else in the system's folders; never in PATH, which a caller may have set. */
static const char *program_find(struct arena *a, const char *name)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    if (strchr(name, '/'))
        return access(name, X_OK) == 0 ? name : NULL;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        const char *path = arena_printf(a, "%s/%s", folders[i], name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}

/* Reads what the program says until it closes its standard error or time is up; false: time is up. */
static bool listen_to(int fd, int64_t deadline_us, struct buf *err_text)
{
    char piece[4096];
    for (;;) {
        int64_t left_ms = (deadline_us - clock_mono_us()) / 1000;
        if (left_ms <= 0)
            return false;
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        int n = poll(&pfd, 1, left_ms > 60000 ? 60000 : (int)left_ms);
        if (n < 0 && errno != EINTR)
            return true;
        if (n <= 0)
            continue;
        ssize_t got = read(fd, piece, sizeof piece);
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        for (ssize_t i = 0; i < got && err_text && err_text->n < err_text->max; i++)
            buf_putc(err_text, piece[i]);
    }
}

/* A program may close its standard error and run on. */
static bool wait_until(pid_t pid, int64_t deadline_us, int *ret_status)
{
    for (;;) {
        pid_t done = waitpid(pid, ret_status, WNOHANG);
        if (done == pid)
            return true;
        if (done < 0 && errno != EINTR)
            return false;
        if (clock_mono_us() >= deadline_us)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static enum err judge(const struct plan *p, int status, bool is_late, const struct buf *err_text, struct fault *f)
{
    char number[24];
    struct str program = str_of(p->argv[0]);
    snprintf(number, sizeof number, "%u", p->limits.wall_seconds);
    if (is_late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return FAULT(f, ERR_SANDBOX_TIME, {"limit", str_of(number)});
    if (WIFSIGNALED(status)) {
        snprintf(number, sizeof number, "%d", WTERMSIG(status));
        return FAULT(f, ERR_SANDBOX_KILLED, {"reason", str_of(number)});
    }
    if (WEXITSTATUS(status) == 0)
        return OK;
    snprintf(number, sizeof number, "%d", WEXITSTATUS(status));
    struct str said = err_text ? str_trim(buf_view(err_text)) : (struct str){0};
    return FAULT(f, ERR_SANDBOX_PROGRAM, {"program", program}, {"status", str_of(number)}, {"reason", said});
}

static enum err run(struct plan *p, int err_read, int told_read, struct buf *err_text, struct fault *f)
{
    p->parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return fault_errno(f, "fork", p->program);
    if (pid == 0)
        child_run(p);
    setpgid(pid, pid); /* whoever comes first */
    close(p->err_fd), close(p->told_fd);
    p->err_fd = p->told_fd = -1;
    int64_t deadline_us = clock_mono_us() + (int64_t)p->limits.wall_seconds * 1000000;
    int status = 0, number = 0;
    bool is_late = !listen_to(err_read, deadline_us, err_text) || !wait_until(pid, deadline_us, &status);
    if (is_late) {
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (read(told_read, &number, sizeof number) == sizeof number) {
        errno = number;
        return fault_errno(f, "start", p->program);
    }
    return judge(p, status, is_late, err_text, f);
}

static void close_all(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

enum err sandbox_run(const char *const *argv, const char *const *readable, const char *folder,
                     const struct sandbox_limits *limits, struct buf *err_text, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct plan p = {.argv = argv, .folder = folder, .limits = *limits, .ruleset = -1};
    p.program = program_find(a, argv[0]);
    if (!p.program)
        return FAULT(f, ERR_SANDBOX_NO_PROGRAM, {"program", str_of(argv[0])});
    const char *home = arena_printf(a, "HOME=%s", folder), *tmp = arena_printf(a, "TMPDIR=%s", folder);
    const char *const env[] = {
        "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "PROJ_NETWORK=OFF", home, tmp, NULL};
    for (size_t i = 0; env[i]; i++)
        p.env[i] = arena_strdup(a, env[i]);
    enum err e = filter_make(a, &p.filter, f);
    if (e == OK)
        e = ruleset_make(p.program, readable, folder, &p.ruleset, f);
    if (e != OK)
        return e;
    int err_pipe[2] = {-1, -1}, told_pipe[2] = {-1, -1};
    p.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (p.null_fd < 0 || pipe2(err_pipe, O_CLOEXEC) != 0 || pipe2(told_pipe, O_CLOEXEC) != 0) {
        e = fault_errno(f, "start", p.program);
    } else {
        p.err_fd = err_pipe[1], p.told_fd = told_pipe[1];
        e = run(&p, err_pipe[0], told_pipe[0], err_text, f);
        err_pipe[1] = p.err_fd, told_pipe[1] = p.told_fd;
    }
    close_all((int[]){p.null_fd, p.ruleset, err_pipe[0], err_pipe[1], told_pipe[0], told_pipe[1]}, 6);
    return e;
}
