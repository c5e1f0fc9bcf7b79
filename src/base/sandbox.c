#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#include "base/banned.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

enum { SANDBOX_FDS = 8, STATUS_NO_MEMORY = 251, STATUS_NO_SECCOMP = 252, STATUS_SETUP = 253 };

struct sandbox {
    pid_t pid;
    int fd;
    struct sandbox_limits limits;
    uint64_t n_read;
};

/* ---- in the child ---- */

void sandbox_no_memory(void)
{
    _exit(STATUS_NO_MEMORY);
}

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Everything but standard error and what is named. */
static void close_others(const int *fds, size_t n_fds, int out_fd)
{
    int keep[SANDBOX_FDS + 2];
    size_t n = 0;
    keep[n++] = STDERR_FILENO;
    keep[n++] = out_fd;
    for (size_t i = 0; i < n_fds; i++)
        keep[n++] = fds[i];
    qsort(keep, n, sizeof *keep, by_number);
    unsigned from = 0;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned)keep[i] > from)
            close_range(from, (unsigned)keep[i] - 1, 0);
        from = (unsigned)keep[i] + 1;
    }
    close_range(from, ~0u, 0);
}

/* Handlers and masks of the parent would be inherited: SIGALRM and SIGXCPU must end the child. */
static void signals_reset(void)
{
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Address space in use: mappings of the parent are there in the child as well. */
static size_t address_space(void)
{
    char text[64];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    return (size_t)strtoull(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static bool limit_to(int resource, rlim_t soft, rlim_t hard)
{
    return setrlimit((__rlimit_resource_t)resource, &(struct rlimit){soft, hard}) == 0;
}

static bool limits_set(const struct sandbox_limits *l, size_t in_use)
{
    bool is_set = limit_to(RLIMIT_CPU, l->cpu_seconds, l->cpu_seconds + 1) && limit_to(RLIMIT_CORE, 0, 0) &&
                  limit_to(RLIMIT_NPROC, 0, 0) && limit_to(RLIMIT_NOFILE, 0, 0);
    if (!IS_SANITIZED) /* shadow memory takes terabytes; reports may go to a file */
        is_set = is_set && limit_to(RLIMIT_FSIZE, 0, 0) &&
                 limit_to(RLIMIT_AS, in_use + l->memory_bytes, in_use + l->memory_bytes);
    alarm(l->wall_seconds);
    return is_set;
}

static bool permit_fds(scmp_filter_ctx ctx, const int *fds, size_t n_fds)
{
    static const int calls[] = {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fstat)};
    for (size_t i = 0; i < n_fds; i++)
        for (size_t k = 0; k < ARRAY_LEN(calls); k++)
            if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[k], 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fds[i])) != 0)
                return false;
    return true;
}

/* What is not named here ends the process. Memory may never become executable. */
static bool filter_load(const int *fds, size_t n_fds, int out_fd)
{
    static const int plain[] = {
        SCMP_SYS(munmap),     SCMP_SYS(mremap),          SCMP_SYS(brk),
        SCMP_SYS(madvise),    SCMP_SYS(futex),           SCMP_SYS(exit),
        SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),    SCMP_SYS(clock_gettime),
        SCMP_SYS(getrandom),  SCMP_SYS(restart_syscall),
    };
    static const int sanitizers[] = {
        SCMP_SYS(sched_yield), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigprocmask), SCMP_SYS(gettid), SCMP_SYS(getpid),
        SCMP_SYS(mmap),        SCMP_SYS(mprotect),    SCMP_SYS(rt_sigaction),   SCMP_SYS(tgkill),
    };
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx)
        return false;
    bool is_good = true;
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        is_good = is_good && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, plain[i], 0) == 0;
    for (size_t i = 0; IS_SANITIZED && i < ARRAY_LEN(sanitizers); i++)
        is_good = is_good && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, sanitizers[i], 0) == 0;
    for (int call = 0; !IS_SANITIZED && call < 2; call++)
        is_good = is_good && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call ? SCMP_SYS(mmap) : SCMP_SYS(mprotect), 1,
                                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
    is_good = is_good && permit_fds(ctx, fds, n_fds);
    int writable[] = {out_fd, STDERR_FILENO};
    for (size_t i = 0; i < ARRAY_LEN(writable); i++)
        is_good = is_good && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                                              SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)writable[i])) == 0;
    is_good = is_good && seccomp_load(ctx) == 0;
    seccomp_release(ctx);
    return is_good;
}

_Noreturn static void child_run(sandbox_main *fn, void *ctx, const int *fds, size_t n_fds, int out_fd,
                                const struct sandbox_limits *limits, pid_t parent)
{
    signals_reset();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(STATUS_SETUP); /* the parent was gone before the line above */
    size_t in_use = address_space();
    close_others(fds, n_fds, out_fd);
    mem_on_failure(sandbox_no_memory);
    setenv("TZ", "UTC0", 1); /* so that a library that asks for the local time opens no file later */
    tzset();
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !limits_set(limits, in_use))
        _exit(STATUS_SETUP);
    if (!filter_load(fds, n_fds, out_fd))
        _exit(STATUS_NO_SECCOMP);
    _exit(fn(ctx, out_fd) & 0xff);
}

/* ---- in the parent ---- */

enum err sandbox_start(sandbox_main *fn, void *ctx, const int *fds, size_t n_fds, const struct sandbox_limits *limits,
                       struct sandbox **ret_box, struct fault *f)
{
    must(n_fds <= SANDBOX_FDS && limits->cpu_seconds && limits->wall_seconds && limits->memory_bytes &&
         limits->silent_seconds <= INT32_MAX / 1000);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(f, "pipe", "sandbox");
    fcntl(ends[1], F_SETPIPE_SZ, LIMIT_SANDBOX_PIPE_BYTES); /* fewer switches; a refusal costs speed only */
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        child_run(fn, ctx, fds, n_fds, ends[1], limits, parent);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return fault_errno(f, "fork", "sandbox");
    }
    struct sandbox *box = mem_zalloc(sizeof *box);
    *box = (struct sandbox){.pid = pid, .fd = ends[0], .limits = *limits};
    *ret_box = box;
    return OK;
}

static enum err limit_fault(struct fault *f, enum err code, uint64_t limit)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)limit);
    return FAULT(f, code, {"limit", str_of(text)});
}

/* False when nothing came for as long as the limit says. */
static bool is_heard(const struct sandbox *box)
{
    struct pollfd p = {.fd = box->fd, .events = POLLIN};
    int64_t until_ms = clock_mono_us() / 1000 + (int64_t)box->limits.silent_seconds * 1000;
    while (box->limits.silent_seconds) {
        int64_t left_ms = until_ms - clock_mono_us() / 1000;
        int n = poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
        if (n >= 0 || errno != EINTR)
            return n != 0; /* what else fails, read tells */
    }
    return true;
}

enum err sandbox_read(struct sandbox *box, void *p, size_t n, size_t *ret_n, struct fault *f)
{
    if (!is_heard(box)) {
        kill(box->pid, SIGKILL);
        return limit_fault(f, ERR_SANDBOX_TIME, box->limits.silent_seconds);
    }
    ssize_t got;
    do
        got = read(box->fd, p, n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fault_errno(f, "read", "sandbox");
    box->n_read += (size_t)got;
    if (box->limits.output_bytes && box->n_read > box->limits.output_bytes) {
        kill(box->pid, SIGKILL);
        return limit_fault(f, ERR_SANDBOX_OUTPUT, box->limits.output_bytes >> 20);
    }
    *ret_n = (size_t)got;
    return OK;
}

/* True when the child has closed its end of the pipe and nothing is left in it: it has ended or is about to. */
static bool has_ended(const struct sandbox *box)
{
    struct pollfd p = {.fd = box->fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) && !(p.revents & POLLIN);
}

static int reap(struct sandbox *box)
{
    int status = 0;
    while (waitpid(box->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static enum err killed(const struct sandbox *box, int number, struct fault *f)
{
    if (number == SIGALRM)
        return limit_fault(f, ERR_SANDBOX_TIME, box->limits.wall_seconds);
    if (number == SIGXCPU)
        return limit_fault(f, ERR_SANDBOX_TIME, box->limits.cpu_seconds);
    const char *name = sigabbrev_np(number);
    char reason[32];
    snprintf(reason, sizeof reason, "SIG%s", name ? name : "?");
    return FAULT(f, ERR_SANDBOX_KILLED, {"reason", str_of(reason)});
}

static enum err exited(const struct sandbox *box, int status, int *ret_status, struct fault *f)
{
    char reason[24];
    if (status == STATUS_NO_MEMORY)
        return limit_fault(f, ERR_SANDBOX_MEMORY, box->limits.memory_bytes >> 20);
    if (status == STATUS_NO_SECCOMP || status == STATUS_SETUP)
        return FAULT(f, ERR_SANDBOX_MISSING, {"reason", STR("seccomp")});
    if (status && !ret_status) {
        snprintf(reason, sizeof reason, "%d", status);
        return FAULT(f, ERR_SANDBOX_KILLED, {"reason", str_of(reason)});
    }
    if (ret_status)
        *ret_status = status;
    return OK;
}

enum err sandbox_wait(struct sandbox *box, int *ret_status, struct fault *f)
{
    if (!has_ended(box))
        kill(box->pid, SIGKILL);
    int status = reap(box);
    enum err e =
        WIFSIGNALED(status) ? killed(box, WTERMSIG(status), f) : exited(box, WEXITSTATUS(status), ret_status, f);
    close(box->fd);
    free(box);
    return e;
}

void sandbox_stop(struct sandbox *box)
{
    if (box)
        sandbox_wait(box, NULL, NULL);
}
