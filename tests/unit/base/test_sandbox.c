#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sandbox.h"

#include "base/banned.h"

static const struct sandbox_limits small = {
    .memory_bytes = 64 << 20, .cpu_seconds = 1, .wall_seconds = 20, .output_bytes = 4 << 20};

/* Runs fn, throws away what it writes, and tells how it ended. */
static enum err ends(sandbox_main *fn, void *ctx, const int *fds, size_t n_fds, const struct sandbox_limits *limits,
                     int *ret_status, struct fault *f)
{
    struct sandbox *box;
    char buffer[65536];
    size_t n = 1;
    assert_int_equal(sandbox_start(fn, ctx, fds, n_fds, limits, &box, f), OK);
    enum err e = OK;
    while (e == OK && n)
        e = sandbox_read(box, buffer, sizeof buffer, &n, f);
    enum err end = sandbox_wait(box, ret_status, e == OK ? f : NULL);
    return e == OK ? end : e;
}

static void is_killed(sandbox_main *fn, void *ctx)
{
    struct fault f = {0};
    int status = 0;
    assert_int_equal(ends(fn, ctx, NULL, 0, &small, &status, &f), ERR_SANDBOX_KILLED);
    assert_true(str_is(fault_param(&f, "reason"), "SIGSYS"));
}

static int echo(void *ctx, int out_fd)
{
    char buffer[100];
    ssize_t n = read(*(int *)ctx, buffer, sizeof buffer);
    return n > 0 && write(out_fd, buffer, (size_t)n) == n ? 7 : 1;
}

static void a_child_reads_what_it_was_given_and_answers(void **state)
{
    (void)state;
    int in[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(write(in[1], "xin chào", 9), 9);
    struct sandbox *box;
    struct fault f = {0};
    assert_int_equal(sandbox_start(echo, &in[0], &in[0], 1, &small, &box, &f), OK);
    char buffer[100];
    size_t n;
    assert_int_equal(sandbox_read(box, buffer, sizeof buffer, &n, &f), OK);
    assert_int_equal(n, 9);
    assert_memory_equal(buffer, "xin chào", 9);
    assert_int_equal(sandbox_read(box, buffer, sizeof buffer, &n, &f), OK);
    assert_int_equal(n, 0);
    int status = 0;
    assert_int_equal(sandbox_wait(box, &status, &f), OK);
    assert_int_equal(status, 7);
    close(in[0]);
    close(in[1]);
}

static int fails(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return 3;
}

static void a_status_nobody_asks_for_is_a_failure(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_int_equal(ends(fails, NULL, NULL, 0, &small, NULL, &f), ERR_SANDBOX_KILLED);
}

static int opens(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : 1;
}

static int makes_a_socket(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static int executes(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    char *argv[] = {"true", NULL};
    return execv("/bin/true", argv);
}

static int forks(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return fork() >= 0 ? 0 : 1;
}

static int reads_another(void *ctx, int out_fd)
{
    (void)out_fd;
    char c;
    return read(*(int *)ctx, &c, 1) >= 0 ? 0 : 1;
}

static int kills_its_parent(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return kill(getppid(), 0);
}

static int blocks_the_alarm(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return (int)alarm(0) & 1;
}

static void files_sockets_programs_and_processes_are_out_of_reach(void **state)
{
    (void)state;
    int in[2];
    assert_int_equal(pipe(in), 0);
    is_killed(opens, NULL);
    is_killed(makes_a_socket, NULL);
    is_killed(executes, NULL);
    is_killed(forks, NULL);
    is_killed(reads_another, &in[0]);
    is_killed(kills_its_parent, NULL);
    is_killed(blocks_the_alarm, NULL);
    close(in[0]);
    close(in[1]);
}

#ifndef __SANITIZE_ADDRESS__
static int makes_code(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ? 0 : 1;
}

static int takes_memory(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    for (int i = 0; i < 1000; i++)
        memset(mem_alloc(1 << 20), i, 1 << 20);
    return 0;
}
#endif

static void memory_has_a_limit_and_is_never_executable(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the sanitizer's own memory cannot be limited */
#else
    struct fault f = {0};
    assert_int_equal(ends(takes_memory, NULL, NULL, 0, &small, NULL, &f), ERR_SANDBOX_MEMORY);
    assert_true(str_is(fault_param(&f, "limit"), "64"));
    is_killed(makes_code, NULL);
#endif
}

static int spins(void *ctx, int out_fd)
{
    (void)ctx;
    volatile unsigned i = 0;
    while (i < 1 || out_fd >= 0)
        i++;
    return 0;
}

static void a_child_that_spins_is_stopped_by_its_processor_time(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_int_equal(ends(spins, NULL, NULL, 0, &small, NULL, &f), ERR_SANDBOX_TIME);
    assert_true(str_is(fault_param(&f, "limit"), "1"));
}

static int waits(void *ctx, int out_fd)
{
    (void)out_fd;
    char c;
    return (int)read(*(int *)ctx, &c, 1);
}

static void a_child_that_waits_is_stopped_by_the_clock(void **state)
{
    (void)state;
    int in[2];
    assert_int_equal(pipe(in), 0);
    struct sandbox_limits l = small;
    l.wall_seconds = 1;
    l.cpu_seconds = 9;
    struct fault f = {0};
    signal(SIGALRM, SIG_IGN); /* what the parent does with the signal is no help to the child */
    assert_int_equal(ends(waits, &in[0], &in[0], 1, &l, NULL, &f), ERR_SANDBOX_TIME);
    signal(SIGALRM, SIG_DFL);
    assert_true(str_is(fault_param(&f, "limit"), "1"));
    close(in[0]);
    close(in[1]);
}

static int speaks_and_waits(void *ctx, int out_fd)
{
    char c;
    return write(out_fd, "a", 1) != 1 || read(*(int *)ctx, &c, 1) != 1;
}

static void a_child_that_falls_silent_is_given_up(void **state)
{
    (void)state;
    int in[2];
    assert_int_equal(pipe(in), 0);
    struct sandbox_limits l = small;
    l.silent_seconds = 1;
    struct fault f = {0};
    assert_int_equal(ends(speaks_and_waits, &in[0], &in[0], 1, &l, NULL, &f), ERR_SANDBOX_TIME);
    assert_true(str_is(fault_param(&f, "limit"), "1"));
    /* Whoever lets it wait meanwhile is no silence of the child. */
    struct sandbox *box;
    char buffer[8];
    size_t n;
    assert_int_equal(sandbox_start(speaks_and_waits, &in[0], &in[0], 1, &l, &box, NULL), OK);
    sleep(2);
    assert_int_equal(sandbox_read(box, buffer, sizeof buffer, &n, NULL), OK);
    assert_int_equal(n, 1);
    assert_int_equal(write(in[1], "b", 1), 1);
    assert_int_equal(sandbox_read(box, buffer, sizeof buffer, &n, NULL), OK);
    assert_int_equal(n, 0);
    assert_int_equal(sandbox_wait(box, NULL, NULL), OK);
    close(in[0]);
    close(in[1]);
}

static int writes_endlessly(void *ctx, int out_fd)
{
    (void)ctx;
    static char zeros[65536];
    for (;;)
        if (write(out_fd, zeros, sizeof zeros) < 0)
            return 1;
}

static void a_child_that_writes_endlessly_is_stopped(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_int_equal(ends(writes_endlessly, NULL, NULL, 0, &small, NULL, &f), ERR_SANDBOX_OUTPUT);
    assert_true(str_is(fault_param(&f, "limit"), "4"));
}

static void a_child_that_is_given_up_is_gone_at_once(void **state)
{
    (void)state;
    struct sandbox *box;
    assert_int_equal(sandbox_start(writes_endlessly, NULL, NULL, 0, &small, &box, NULL), OK);
    int64_t start = clock_mono_us();
    sandbox_stop(box);
    assert_true(clock_mono_us() - start < 900000);
    sandbox_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_reads_what_it_was_given_and_answers),
        cmocka_unit_test(a_status_nobody_asks_for_is_a_failure),
        cmocka_unit_test(files_sockets_programs_and_processes_are_out_of_reach),
        cmocka_unit_test(memory_has_a_limit_and_is_never_executable),
        cmocka_unit_test(a_child_that_spins_is_stopped_by_its_processor_time),
        cmocka_unit_test(a_child_that_waits_is_stopped_by_the_clock),
        cmocka_unit_test(a_child_that_falls_silent_is_given_up),
        cmocka_unit_test(a_child_that_writes_endlessly_is_stopped),
        cmocka_unit_test(a_child_that_is_given_up_is_gone_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
