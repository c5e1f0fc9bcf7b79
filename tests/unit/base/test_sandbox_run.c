/* A program under sandbox_run reads what it was given, writes below its folder, and can do nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sandbox.h"

#define PYTHON "/usr/bin/python3"

struct fixture {
    char top[64], folder[96], input[96], secret[96];
    struct buf said;
    struct fault f;
};

static void write_text(const char *path, const char *text)
{
    assert_int_equal(file_write_atomic(path, str_of(text), 0644, NULL), OK);
}

static int set_up(void **state)
{
    struct fixture *x = mem_zalloc(sizeof *x);
    x->said = BUF_INIT(4096);
    snprintf(x->top, sizeof x->top, "/tmp/tinhso-test-XXXXXX");
    if (!mkdtemp(x->top))
        return -1;
    snprintf(x->folder, sizeof x->folder, "%s/folder", x->top);
    snprintf(x->input, sizeof x->input, "%s/input.txt", x->top);
    snprintf(x->secret, sizeof x->secret, "%s/secret.txt", x->top);
    if (mkdir(x->folder, 0700) != 0)
        return -1;
    write_text(x->input, "input\n");
    write_text(x->secret, "secret\n");
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    char path[128];
    static const char *const names[] = {"folder/out.txt", "folder/copy.txt", "input.txt", "secret.txt", "outside.txt"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof path, "%s/%s", x->top, names[i]);
        unlink(path);
    }
    rmdir(x->folder);
    rmdir(x->top);
    buf_done(&x->said);
    free(x);
    return 0;
}

static const struct sandbox_limits limits = {.memory_bytes = 512 << 20, .cpu_seconds = 10, .wall_seconds = 10};

static enum err run(struct fixture *x, const char *const *argv, const struct sandbox_limits *l)
{
    const char *const readable[] = {x->input, NULL};
    buf_reset(&x->said);
    x->f = (struct fault){0};
    enum err e = sandbox_run(argv, readable, x->folder, l, &x->said, &x->f);
    if (e == ERR_SANDBOX_MISSING)
        skip(); /* a kernel without Landlock: nothing runs at all, which is the rule */
    return e;
}

/* A line of Python whose exception ends in a status other than 0. */
static enum err python(struct fixture *x, const char *code)
{
    if (!file_exists(PYTHON))
        skip();
    const char *const argv[] = {PYTHON, "-I", "-S", "-c", code, x->input, x->secret, NULL};
    return run(x, argv, &limits);
}

static void it_reads_what_it_was_given_and_writes_below_its_folder(void **state)
{
    struct fixture *x = *state;
    char out[128];
    snprintf(out, sizeof out, "%s/copy.txt", x->folder);
    const char *const argv[] = {"cp", x->input, out, NULL};
    assert_int_equal(run(x, argv, &limits), OK);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text;
    assert_int_equal(file_read(a, out, 100, &text, NULL), OK);
    assert_string_equal(text.p, "input\n");
}

static void it_starts_in_its_folder(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "open('out.txt', 'w').write('x')"), OK);
    char out[128];
    snprintf(out, sizeof out, "%s/out.txt", x->folder);
    assert_true(file_exists(out));
}

static void a_file_it_was_not_given_is_not_read(void **state)
{
    struct fixture *x = *state;
    const char *const passwd[] = {"/usr/bin/cat", "/etc/passwd", NULL}, *const secret[] = {"/usr/bin/cat", x->secret,
                                                                                           NULL};
    assert_int_equal(run(x, passwd, &limits), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "Permission denied"));
    assert_int_equal(run(x, secret, &limits), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "Permission denied"));
}

static void nothing_outside_of_its_folder_is_written(void **state)
{
    struct fixture *x = *state;
    char outside[96];
    snprintf(outside, sizeof outside, "%s/outside.txt", x->top);
    const char *const create[] = {"/usr/bin/cp", x->input, outside, NULL}, *const over[] = {"/usr/bin/cp", x->input,
                                                                                            x->secret, NULL};
    const char *const removed[] = {"/usr/bin/rm", "-f", x->secret, NULL}, *const own[] = {"/usr/bin/truncate", "-s0",
                                                                                          x->input, NULL};
    assert_int_equal(run(x, create, &limits), ERR_SANDBOX_PROGRAM);
    assert_false(file_exists(outside));
    assert_int_equal(run(x, over, &limits), ERR_SANDBOX_PROGRAM);
    assert_int_equal(run(x, removed, &limits), ERR_SANDBOX_PROGRAM);
    assert_true(file_exists(x->secret));
    assert_int_equal(run(x, own, &limits), ERR_SANDBOX_PROGRAM);
    struct stat st;
    assert_int_equal(stat(x->input, &st), 0);
    assert_int_equal(st.st_size, 6);
}

static void rights_of_files_are_not_changed(void **state)
{
    struct fixture *x = *state;
    const char *const argv[] = {"/usr/bin/chmod", "777", x->secret, NULL};
    assert_int_equal(run(x, argv, &limits), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "Operation not permitted"));
}

static void it_opens_no_socket(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "import _socket; _socket.socket(2, 1)"), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "PermissionError"));
    assert_int_equal(python(x, "import _socket; _socket.socket(1, 1)"), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "PermissionError"));
}

static void it_starts_no_process_and_signals_none(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "import posix; posix.fork()"), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "PermissionError"));
    assert_int_equal(python(x, "import posix; posix.kill(posix.getppid(), 0)"), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "PermissionError"));
}

static void it_changes_no_limit_or_priority_of_its_parent(void **state)
{
    struct fixture *x = *state;
    static const char *const wrong[] = {
        "resource.prlimit(posix.getppid(), resource.RLIMIT_CORE, (0, 0))",
        "posix.setpriority(posix.PRIO_PROCESS, posix.getppid(), 19)",
        "posix.sched_setaffinity(posix.getppid(), {0})",
        "posix.sched_setscheduler(posix.getppid(), posix.SCHED_IDLE, posix.sched_param(0))",
    };
    char code[200];
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        snprintf(code, sizeof code, "import posix, resource; %s", wrong[i]);
        assert_int_equal(python(x, code), ERR_SANDBOX_PROGRAM);
        assert_non_null(strstr(buf_cstr(&x->said), "PermissionError"));
    }
    assert_int_equal(python(x, "import resource; resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))"), OK);
}

static void it_still_has_threads(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "import _thread; l = _thread.allocate_lock(); l.acquire();"
                               "_thread.start_new_thread(l.release, ()); l.acquire()"),
                     OK);
}

static void the_environment_tells_it_nothing(void **state)
{
    struct fixture *x = *state;
    setenv("GDAL_DRIVER_PATH", "/somewhere", 1);
    setenv("TINHSO_SECRET", "x", 1);
    assert_int_equal(python(x, "import posix, sys; k = sorted(posix.environ); sys.stderr.write(repr(k)); sys.exit(3)"),
                     ERR_SANDBOX_PROGRAM);
    assert_string_equal(buf_cstr(&x->said), "[b'HOME', b'LANG', b'LC_ALL', b'PATH', b'PROJ_NETWORK', b'TMPDIR']");
    unsetenv("GDAL_DRIVER_PATH");
    unsetenv("TINHSO_SECRET");
}

static void descriptors_of_the_parent_are_closed(void **state)
{
    struct fixture *x = *state;
    int fd = open(x->secret, O_RDONLY); /* inherited but for the sandbox */
    assert_true(fd > 2);
    char code[64];
    snprintf(code, sizeof code, "import posix; posix.read(%d, 9)", fd);
    assert_int_equal(python(x, code), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "Bad file descriptor"));
    close(fd);
}

static void one_that_sleeps_is_killed_at_its_time(void **state)
{
    struct fixture *x = *state;
    const char *const argv[] = {"/usr/bin/sleep", "60", NULL};
    int64_t start = clock_mono_us();
    struct sandbox_limits l = {.memory_bytes = 64 << 20, .cpu_seconds = 5, .wall_seconds = 1};
    assert_int_equal(run(x, argv, &l), ERR_SANDBOX_TIME);
    assert_true(clock_mono_us() - start < 5000000);
}

static void one_that_closes_its_output_is_killed_too(void **state)
{
    struct fixture *x = *state;
    const char *const argv[] = {PYTHON, "-I", "-S", "-c", "import posix, time; posix.close(2); time.sleep(60)", NULL};
    struct sandbox_limits l = {.memory_bytes = 256 << 20, .cpu_seconds = 5, .wall_seconds = 1};
    assert_int_equal(run(x, argv, &l), ERR_SANDBOX_TIME);
}

static void one_that_computes_without_end_is_killed(void **state)
{
    struct fixture *x = *state;
    const char *const argv[] = {PYTHON, "-I", "-S", "-c", "while True: pass", NULL};
    struct sandbox_limits l = {.memory_bytes = 256 << 20, .cpu_seconds = 1, .wall_seconds = 20};
    assert_int_equal(run(x, argv, &l), ERR_SANDBOX_TIME);
}

static void memory_beyond_the_limit_is_not_given(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "bytearray(600 << 20)"), ERR_SANDBOX_PROGRAM);
    assert_non_null(strstr(buf_cstr(&x->said), "MemoryError"));
}

static void a_crash_is_told(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "import ctypes; ctypes.string_at(0)"), ERR_SANDBOX_KILLED);
    assert_true(str_is(fault_param(&x->f, "reason"), "11"));
}

static void what_it_says_without_end_is_cut(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(python(x, "import sys; sys.stderr.write('x' * 1000000); sys.exit(4)"), ERR_SANDBOX_PROGRAM);
    assert_int_equal(x->said.n, 4096);
}

static void a_program_that_is_not_there_is_named(void **state)
{
    struct fixture *x = *state;
    const char *const argv[] = {"no-such-program", NULL};
    assert_int_equal(run(x, argv, &limits), ERR_SANDBOX_NO_PROGRAM);
    assert_true(str_is(fault_param(&x->f, "program"), "no-such-program"));
}

int main(void)
{
#define RULE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RULE(it_reads_what_it_was_given_and_writes_below_its_folder),
        RULE(it_starts_in_its_folder),
        RULE(a_file_it_was_not_given_is_not_read),
        RULE(nothing_outside_of_its_folder_is_written),
        RULE(rights_of_files_are_not_changed),
        RULE(it_opens_no_socket),
        RULE(it_starts_no_process_and_signals_none),
        RULE(it_changes_no_limit_or_priority_of_its_parent),
        RULE(it_still_has_threads),
        RULE(the_environment_tells_it_nothing),
        RULE(descriptors_of_the_parent_are_closed),
        RULE(one_that_sleeps_is_killed_at_its_time),
        RULE(one_that_closes_its_output_is_killed_too),
        RULE(one_that_computes_without_end_is_killed),
        RULE(memory_beyond_the_limit_is_not_given),
        RULE(a_crash_is_told),
        RULE(what_it_says_without_end_is_cut),
        RULE(a_program_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
