/* Runs of jobs: noted as events and read back; nothing is noted where there is no access file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "access/job.h"
#include "base/clock.h"
#include "base/file.h"

static char folder[] = "/tmp/tinhso-job-XXXXXX", path[64];
static struct arena *arena;
static struct access *a;
static struct fault f;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.db", folder);
    arena = arena_new();
    clock_fix_ms(1800000000000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const files[] = {"x.access.db", "x.access.db-reads", "x.access.db-wal", "x.access.db-shm"};
    access_close(a);
    arena_free(arena);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char file[96];
        snprintf(file, sizeof file, "%s/%s", folder, files[i]);
        unlink(file);
    }
    return rmdir(folder);
}

static void nothing_is_noted_beside_nothing(void **state)
{
    (void)state;
    job_note_beside(arena, path, &(struct job_end){.job = JOB_AUDIT, .begun_us = clock_mono_us()});
    assert_false(file_exists(access_path(arena, path)));
    assert_int_equal(access_open(path, &a, &f), OK);
}

static void runs_come_back_newest_first(void **state)
{
    (void)state;
    struct job_run runs[10];
    size_t n = 0;
    struct job_end end = {.job = JOB_RETENTION,
                          .begun_us = clock_mono_us() - 1500 * 1000,
                          .facts = STR("erased=3 removed=0 revision=17")};
    assert_int_equal(job_note(a, &end, &f), OK);
    clock_fix_ms(1800000001000);
    end = (struct job_end){.job = JOB_VERIFICATION,
                           .begun_us = clock_mono_us(),
                           .outcome = ERR_LOG_ERASED_UNSAID,
                           .facts = STR("problems=2; odd")};
    assert_int_equal(job_note(a, &end, &f), OK);
    job_note_beside(arena, path,
                    &(struct job_end){.job = JOB_LOAD, .begun_us = clock_mono_us(), .facts = STR("added=1")});
    assert_int_equal(job_runs(arena, a, JOB_COUNT, 10, runs, &n, &f), OK);
    assert_int_equal(n, 3);
    assert_int_equal(runs[0].job, JOB_LOAD);
    assert_int_equal(runs[1].job, JOB_VERIFICATION);
    assert_string_equal(str_dup(arena, runs[1].failed).p, err_type(ERR_LOG_ERASED_UNSAID));
    assert_string_equal(str_dup(arena, job_fact(&runs[1], "problems")).p, "2;");
    assert_int_equal(runs[2].ended_ms, 1800000000000);
    assert_in_range(runs[2].took_ms, 1500, 60000);
    assert_int_equal(runs[2].failed.n, 0);
    assert_true(str_is(job_fact(&runs[2], "erased"), "3") && str_is(job_fact(&runs[2], "revision"), "17"));
    assert_int_equal(job_fact(&runs[2], "bytes").n, 0);
    assert_int_equal(job_fact(&runs[2], "rev").n, 0);
}

static void of_one_job_only_its_own(void **state)
{
    (void)state;
    struct job_run runs[10];
    size_t n = 0;
    assert_int_equal(job_runs(arena, a, JOB_VERIFICATION, 10, runs, &n, &f), OK);
    assert_int_equal(n, 1);
    assert_int_equal(job_runs(arena, a, JOB_BACKUP, 10, runs, &n, &f), OK);
    assert_int_equal(n, 0);
    assert_int_equal(job_runs(arena, a, JOB_COUNT, 2, runs, &n, &f), OK);
    assert_int_equal(n, 2);
}

/* Backups of before there were jobs are events without a word. */
static void former_events_are_runs_too(void **state)
{
    (void)state;
    struct job_run runs[1];
    size_t n = 0;
    assert_int_equal(access_begin(a, &f), OK);
    assert_int_equal(access_end(a, access_event(a, &(struct event){.kind = EVENT_BACKUP_MADE}, &f), &f), OK);
    assert_int_equal(job_runs(arena, a, JOB_BACKUP, 1, runs, &n, &f), OK);
    assert_int_equal(n, 1);
    assert_int_equal(runs[0].took_ms, -1);
    assert_int_equal(runs[0].failed.n + runs[0].facts.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_noted_beside_nothing),
        cmocka_unit_test(runs_come_back_newest_first),
        cmocka_unit_test(of_one_job_only_its_own),
        cmocka_unit_test(former_events_are_runs_too),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
