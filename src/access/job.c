#include "access/job.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"

#include "base/banned.h"

static const struct {
    enum event_kind event;
    const char *name;
    int days;
    struct str title[2];
} jobs[JOB_COUNT] = {
#define X(job, event, name, days, vi, en) [job] = {event, name, days, {STR(vi), STR(en)}},
    JOBS(X)
#undef X
};

const char *job_name(enum job job)
{
    return jobs[job].name;
}

struct str job_title(enum job job, enum lang lang)
{
    return jobs[job].title[lang == LANG_EN];
}

int job_days(enum job job)
{
    return jobs[job].days;
}

/* ---- writing */

/* "1234 ms; facts"; of one that failed "backup; 1234 ms; error; facts". */
enum err job_note(struct access *a, const struct job_end *end, struct fault *f)
{
    enum { MOST = 2000 };
    struct buf detail CLEANUP(buf_done) = BUF_INIT(MOST);
    bool is_good = end->outcome == OK;
    if (!is_good)
        buf_printf(&detail, "%s; ", jobs[end->job].name);
    buf_printf(&detail, "%lld ms; ", (long long)(clock_mono_us() - end->begun_us) / 1000);
    if (!is_good)
        buf_printf(&detail, "%s; ", err_type(end->outcome));
    buf_str(&detail, end->facts);
    const struct event v = {.kind = is_good ? jobs[end->job].event : EVENT_JOB_FAILED,
                            .account = end->by.account,
                            .by = end->by,
                            .detail = buf_view(&detail)};
    enum err e = access_begin(a, f);
    return e == OK ? access_end(a, access_event(a, &v, f), f) : e;
}

void job_note_beside(struct arena *arena, const char *db_path, const struct job_end *end)
{
    struct access *a CLEANUP(access_freep) = NULL;
    struct fault ignored = {0};
    if (file_exists(access_path(arena, db_path)) && access_open(db_path, &a, &ignored) == OK)
        job_note(a, end, &ignored);
}

/* ---- reading */

static struct str part(struct str *rest)
{
    return str_trim(str_cut(*rest, ';', rest));
}

static bool take(struct str kind, struct str detail, struct job_run *r)
{
    struct str rest = detail;
    bool is_failed = str_is(kind, event_name(EVENT_JOB_FAILED)), is_known = false;
    struct str name = is_failed ? part(&rest) : STR("");
    for (size_t i = 0; i < JOB_COUNT && !is_known; i++) {
        is_known = is_failed ? str_is(name, jobs[i].name) : str_is(kind, event_name(jobs[i].event));
        r->job = (enum job)i;
    }
    struct str took = rest.p ? part(&rest) : STR("");
    r->took_ms = took.n && took.n < 20 ? strtoll(took.p, NULL, 10) : -1; /* events of former times say nothing */
    r->failed = is_failed && rest.p ? part(&rest) : STR("");
    r->facts = rest.p ? str_trim(rest) : STR("");
    return is_known;
}

enum err job_runs(struct arena *arena, struct access *a, enum job job, size_t most, struct job_run *ret_runs,
                  size_t *ret_n, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = true;
    size_t n = 0;
    struct buf kinds CLEANUP(buf_done) = BUF_INIT(1024);
    for (size_t i = 0; i < JOB_COUNT; i++)
        if (job == JOB_COUNT || job == (enum job)i)
            buf_printf(&kinds, "%s'%s'", kinds.n ? ", " : "", event_name(jobs[i].event));
    const char *failed = job == JOB_COUNT ? "" : arena_printf(arena, " AND detail LIKE '%s;%%'", jobs[job].name);
    const char *sql = arena_printf(arena,
                                   "SELECT time_ms, kind, coalesce(detail, ''), coalesce(d.name, '') FROM event e"
                                   " LEFT JOIN account d ON d.account = e.actor"
                                   " WHERE kind IN (%.*s) OR (kind = '%s'%s) ORDER BY event DESC LIMIT ?1",
                                   STR_ARG(buf_view(&kinds)), event_name(EVENT_JOB_FAILED), failed);
    enum err e = stmt_new(a->db, str_of(sql), &s, f);
    if (e == OK)
        stmt_bind_int(s, 1, (int64_t)most);
    while (e == OK && n < most && (e = stmt_step(s, &has_row, f)) == OK && has_row) {
        struct job_run r = {.ended_ms = stmt_column_int(s, 0), .actor = str_dup(arena, stmt_column_text(s, 3))};
        if (take(stmt_column_text(s, 1), str_dup(arena, stmt_column_text(s, 2)), &r))
            ret_runs[n++] = r;
    }
    *ret_n = n;
    return e;
}

struct str job_fact(const struct job_run *run, const char *name)
{
    for (struct str rest = run->facts, value, one; rest.p && rest.n;) {
        one = str_cut(str_trim(rest), ' ', &rest);
        one = str_cut(one, '=', &value);
        if (str_is(one, name) && value.p)
            return value;
    }
    return STR("");
}
