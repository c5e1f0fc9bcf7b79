/* Jobs: what runs to keep a province in order, by a timer, by hand on the machine, or at the press of a button. Each run is an event of the access file: when, how long, how it
 * ended, by whom. There is no other record of it.
 *
 *     int64_t begun_us = clock_mono_us();
 *     e = retention_run(…);
 *     job_note(a, &(struct job_end){.job = JOB_RETENTION, .by = actor, .begun_us = begun_us, .outcome = e, .facts = STR("erased=3 removed=0")}, f);
 *
 *     struct job_run runs[20]; size_t n;
 *     job_runs(arena, a, JOB_COUNT, 20, runs, &n, f);              // of all jobs, newest first
 *
 * Facts are NAME=NUMBER or NAME=WORD, parted by spaces: whoever shows them knows the names.
 */
#ifndef TINHSO_ACCESS_JOB_H
#define TINHSO_ACCESS_JOB_H

#include "access/store.h"

/* X(enum, the event of a run that went well, name, days after which it should run again (0: when there is reason to), Vietnamese, English) */
#define JOBS(X)                                                                                                        \
    X(JOB_BACKUP, EVENT_BACKUP_MADE, "backup", 1, "Sao lưu", "Backup")                                                 \
    X(JOB_VERIFICATION, EVENT_LOG_VERIFIED, "verification", 7, "Kiểm tra nhật ký", "Verification of the log")          \
    X(JOB_RETENTION, EVENT_RETENTION_RUN, "retention", 1, "Xóa dữ liệu hết hạn lưu", "Erasing what outlived its term") \
    X(JOB_AUDIT, EVENT_CONFIGURATION_AUDITED, "audit", 0, "Xét cấu hình", "Audit of the configuration")                \
    X(JOB_LOAD, EVENT_DECLARATIONS_LOADED, "load", 0, "Nạp khai báo", "Loading of declarations")

enum job {
#define X(job, event, name, days, vi, en) job,
    JOBS(X)
#undef X
        JOB_COUNT
};

struct job_end {
    enum job job;
    struct actor by;
    int64_t begun_us; /* clock_mono_us() */
    enum err outcome;
    struct str facts;
};
enum err job_note(struct access *a, const struct job_end *end, struct fault *f);
/* The same for commands: where there is an access file beside the database; nothing where there is none. What goes wrong with it is nobody's matter. */
void job_note_beside(struct arena *arena, const char *db_path, const struct job_end *end);

struct job_run {
    enum job job;
    int64_t ended_ms, took_ms;
    struct str failed; /* the type of the error; empty: it went well */
    struct str facts, actor;
};
/* The newest runs of a job (JOB_COUNT: of all), at most `most`. */
enum err job_runs(struct arena *arena, struct access *a, enum job job, size_t most, struct job_run *ret_runs,
                  size_t *ret_n, struct fault *f);
/* The value of a fact; empty when the run has none of that name. */
struct str job_fact(const struct job_run *run, const char *name);

const char *job_name(enum job job);
struct str job_title(enum job job, enum lang lang);
int job_days(enum job job);

#endif
