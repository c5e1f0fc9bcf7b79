/* /admin/jobs, /admin/backups, /admin/log: what ran to keep the province in order, and the buttons to run it. Runs go on the lane for what takes long, one after another. */
#include <stdatomic.h>
#include <sys/stat.h>

#include "access/audit.h"
#include "access/backup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypt/base64.h"
#include "register/log.h"
#include "register/moment.h"
#include "text/date.h"
#include "web/admin.h"
#include "web/form.h"
#include "web/job_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SHOWN_RUNS = 30, KNOWN_BACKUPS = 200 };
static const int64_t day_ms = 24 * 3600 * 1000;

static const struct str nothing = {NULL, 0};

/* ---- what runs now, here */

static void running_begin(struct exchange *x, enum job job)
{
    struct site *site = x->site;
    atomic_store(&site->running[job].percent, 0);
    atomic_store(&site->running[job].since_ms, clock_now_ms());
}

static void running_end(struct exchange *x, enum job job)
{
    atomic_store(&((struct site *)x->site)->running[job].since_ms, 0);
}

/* “running since 08:30, 40 %”; empty when it does not. */
static struct str running_text(struct exchange *x, enum job job)
{
    struct site *site = x->site;
    int64_t since = atomic_load(&site->running[job].since_ms);
    int percent = atomic_load(&site->running[job].percent);
    if (!since)
        return nothing;
    struct str text = message_with(x->arena, M_job_running, x->lang, instant_text(x, since));
    return percent ? str_of(arena_printf(x->arena, "%.*s, %d %%", STR_ARG(text), percent)) : text;
}

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    struct exchange *x = ctx;
    int percent = total > 0 ? (int)(done * 100 / total) : 0;
    atomic_store(&((struct site *)x->site)->running[JOB_VERIFICATION].percent, percent);
}

/* ---- /admin/jobs */

/* Declarations that were loaded before there were accounts: their revision tells when. */
static struct str loaded_text(struct exchange *x)
{
    struct worker *w = x->worker;
    int64_t rev = 0;
    struct moment at;
    struct fault ignored = {0};
    if (store_declared(w->store, w->head, &rev, &ignored) != OK || rev == 0 ||
        moment_of(x->arena, w->store, rev, &at, &ignored) != OK)
        return message(M_admin_never, x->lang);
    return page_time(x->arena, at.time, w->store->province->utc_offset_minutes, x->lang);
}

static enum err write_job(struct exchange *x, enum job job, struct table_cell *cells, bool *ret_is_late,
                          struct fault *f)
{
    struct job_run run = {0};
    size_t n = 0;
    int days = job_days(job);
    enum err e = job_runs(x->arena, access_of(x), job, 1, &run, &n, f);
    if (e != OK)
        return e;
    struct str running = running_text(x, job);
    int64_t due_ms = n && days ? run.ended_ms + days * day_ms : 0;
    *ret_is_late = days && (!n || run.failed.n || due_ms < clock_now_ms());
    cells[0].text = job_title(job, x->lang);
    cells[1].text = running.n         ? running
                    : n               ? instant_text(x, run.ended_ms)
                    : job == JOB_LOAD ? loaded_text(x)
                                      : message(M_admin_never, x->lang);
    cells[2].text = n ? job_outcome(x, &run) : STR("–");
    cells[3].text = !days          ? message(M_job_when_needed, x->lang)
                    : *ret_is_late ? message(M_job_due_now, x->lang)
                                   : instant_text(x, due_ms);
    return OK;
}

enum err page_jobs(struct exchange *x, struct fault *f)
{
    enum { COLUMNS = 4 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_job_name, x->lang), .is_head = true},
        {.title = message(M_job_last, x->lang)},
        {.title = message(M_job_result, x->lang)},
        {.title = message(M_job_next, x->lang)},
    };
    static const struct str ways[JOB_COUNT] = {[JOB_BACKUP] = STR("/admin/backups"),
                                               [JOB_VERIFICATION] = STR("/admin/log"),
                                               [JOB_RETENTION] = STR("/admin/retention"),
                                               [JOB_AUDIT] = STR("/admin#audit")};
    struct table_row rows[JOB_COUNT];
    struct table_cell cells[JOB_COUNT][COLUMNS] = {0};
    struct job_run runs[SHOWN_RUNS];
    size_t n = 0;
    struct buf table CLEANUP(buf_done) = BUF_INIT(1 << 20), ran CLEANUP(buf_done) = BUF_INIT(1 << 20),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = job_runs(x->arena, access_of(x), JOB_COUNT, SHOWN_RUNS, runs, &n, f);
    for (size_t i = 0; e == OK && i < JOB_COUNT; i++) {
        bool is_late = false;
        e = write_job(x, (enum job)i, cells[i], &is_late, f);
        cells[i][0].href = ways[i];
        rows[i] = (struct table_row){.cells = cells[i], .is_chosen = is_late};
    }
    if (e != OK)
        return e;
    part_table(x, &table,
               &(struct table){.caption = message(M_jobs_title, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = JOB_COUNT});
    if (n)
        part_job_runs(x, &ran, runs, n, true);
    tpl_jobs(&content, &(struct tpl_jobs){buf_view(&table), buf_view(&ran)}, x->lang);
    return admin_page(x, message(M_jobs_title, x->lang), &content, f);
}

/* ---- /admin/backups */

/* The run that made the file; NULL when none is known. */
static const struct job_run *run_of(const struct job_run *runs, size_t n, const char *file)
{
    for (size_t i = 0; i < n; i++)
        if (!runs[i].failed.n && str_is(job_fact(&runs[i], "file"), file))
            return &runs[i];
    return NULL;
}

static enum err write_files(struct exchange *x, const struct job_run *runs, size_t n_runs, struct buf *out,
                            struct fault *f)
{
    enum { COLUMNS = 5 };
    const char *folder = ((const struct site *)x->site)->backup_folder, **names = NULL;
    size_t n_names = 0, n = 0;
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_backup_file, x->lang), .is_head = true},
        {.title = message(M_backup_made, x->lang)},
        {.title = message(M_backup_age, x->lang), .is_number = true},
        {.title = message(M_backup_size, x->lang), .is_number = true},
        {.title = message(M_backup_state, x->lang)},
    };
    enum err e = folder_list(x->arena, folder, ".backup", &names, &n_names, f);
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n_names + 1);
    for (size_t i = n_names; e == OK && i-- > 0 && n < KNOWN_BACKUPS;) { /* names end in the time: the newest first */
        struct stat st;
        if (stat(arena_printf(x->arena, "%s/%s", folder, names[i]), &st) != 0)
            continue;
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        const struct job_run *run = run_of(runs, n_runs, names[i]);
        int64_t made_ms = run ? run->ended_ms : (int64_t)st.st_mtime * 1000;
        cells[0].text = str_of(names[i]);
        cells[1].text = instant_text(x, made_ms);
        cells[2].text =
            message_with(x->arena, M_backup_days, x->lang, part_int(x, (clock_now_ms() - made_ms) / day_ms));
        cells[3].text = STR_JOIN(x->arena, part_int(x, ((int64_t)st.st_size + (1 << 20) - 1) >> 20), STR(" MiB"));
        cells[4].text = run ? message_with(x->arena, M_backup_read_back, x->lang, job_fact(run, "revision"))
                            : message(M_backup_unknown, x->lang);
        rows[n++] = (struct table_row){.cells = cells};
    }
    if (e == OK && n)
        part_table(x, out,
                   &(struct table){.caption = message(M_backup_files, x->lang),
                                   .columns = columns,
                                   .n_columns = COLUMNS,
                                   .rows = rows,
                                   .n_rows = n});
    return e;
}

/* What the audit says of backups. */
static struct str audit_of_backups(struct exchange *x, bool *ret_is_good)
{
    struct audit_line lines[AUDIT_COUNT];
    size_t n = admin_audit(x, lines);
    *ret_is_good = true;
    for (size_t i = 0; i < n; i++)
        if (lines[i].finding == AUDIT_BACKUP && lines[i].state != AUDIT_GOOD) {
            *ret_is_good = false;
            return str_of(audit_remedy(AUDIT_BACKUP, x->lang));
        }
    return str_of(audit_title(AUDIT_BACKUP, x->lang));
}

static enum err answer_backups(struct exchange *x, struct str problem, struct fault *f)
{
    const struct site *site = x->site;
    struct job_run *runs = ARENA_ARRAY(x->arena, struct job_run, KNOWN_BACKUPS);
    size_t n = 0;
    struct buf files CLEANUP(buf_done) = BUF_INIT(1 << 20), ran CLEANUP(buf_done) = BUF_INIT(1 << 20),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = job_runs(x->arena, access_of(x), JOB_BACKUP, KNOWN_BACKUPS, runs, &n, f);
    if (e == OK && site->backup_folder)
        e = write_files(x, runs, n, &files, f);
    if (e != OK)
        return e;
    if (n)
        part_job_runs(x, &ran, runs, n < SHOWN_RUNS ? n : SHOWN_RUNS, false);
    struct tpl_backups t = {.problem = problem,
                            .may_make = site->backup_folder != NULL,
                            .running = running_text(x, JOB_BACKUP),
                            .files = buf_view(&files),
                            .runs = buf_view(&ran),
                            .csrf = x->subject->csrf};
    t.audit = audit_of_backups(x, &t.is_good);
    tpl_backups(&content, &t, x->lang);
    return admin_page(x, message(M_backups_title, x->lang), &content, f);
}

enum err page_backups(struct exchange *x, struct fault *f)
{
    return answer_backups(x, nothing, f);
}

/* PROVINCE-YYYYMMDD-HHMMSS.backup, in UTC. */
static const char *file_name(struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    int64_t now = clock_now_ms(), seconds = now / 1000 % (24 * 3600);
    struct date d = date_of_instant(now, 0);
    return arena_printf(x->arena, "%s/%.*s-%04d%02d%02d-%02d%02d%02d.backup", ((struct site *)x->site)->backup_folder,
                        STR_ARG(p->id), d.year, d.month, d.day, (int)(seconds / 3600), (int)(seconds / 60 % 60),
                        (int)(seconds % 60));
}

enum err post_backups(struct exchange *x, struct fault *f)
{
    const struct site *site = x->site;
    struct actor by = actor_of(x);
    struct backup_facts facts;
    if (!site->backup_folder) {
        FAULT(f, ERR_BACKUP_OFF);
        x->status = err_http(ERR_BACKUP_OFF);
        return answer_backups(x, fault_sentence(x, f), f);
    }
    running_begin(x, JOB_BACKUP);
    enum err e = backup_make(x->arena, site->db_path, file_name(x), &site->backup_secret, &by, &facts, f);
    running_end(x, JOB_BACKUP);
    if (e == OK) {
        exchange_redirect(x, 303, STR("/admin/backups#runs"));
        return OK;
    }
    x->status = err_http(e);
    return answer_backups(x, fault_sentence(x, f), f);
}

/* ---- /admin/log */

static void write_log_facts(struct exchange *x, struct buf *out)
{
    struct worker *w = x->worker;
    struct str note = nothing;
    struct checkpoint c = {0};
    struct fault ignored = {0};
    bool has_checkpoint = log_checkpoint_read(x->arena, w->store, &note, &c, &ignored) == OK;
    struct job_run run = {0};
    size_t n = 0;
    if (job_runs(x->arena, access_of(x), JOB_VERIFICATION, 1, &run, &n, &ignored) != OK)
        n = 0;
    struct str running = running_text(x, JOB_VERIFICATION);
    struct str size = has_checkpoint ? part_int(x, (int64_t)c.size) : nothing;
    const struct fact facts[] = {
        {.term = message(M_admin_revision, x->lang), .text = part_int(x, w->head), .href = STR("/api/log/revisions")},
        {.term = message(M_admin_checkpoint, x->lang), .text = size, .href = STR("/api/log/checkpoint")},
        {.term = message(M_log_root, x->lang), .text = part_root(x)},
        {.term = message(M_log_key, x->lang), .text = STR("/api/log/key"), .href = STR("/api/log/key")},
        {.term = message(M_log_verified, x->lang),
         .text = running.n ? running
                 : n       ? instant_text(x, run.ended_ms)
                           : message(M_admin_never, x->lang)},
        {.term = message(M_job_result, x->lang), .text = n ? job_outcome(x, &run) : STR("–")},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts));
}

static enum err answer_log(struct exchange *x, const struct log_report *report, struct fault *f)
{
    enum { SHOWN_PROBLEMS = 50 };
    struct job_run runs[SHOWN_RUNS];
    size_t n = 0;
    struct buf facts CLEANUP(buf_done) = BUF_INIT(1 << 20), ran CLEANUP(buf_done) = BUF_INIT(1 << 20),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str *problems = ARENA_ARRAY(x->arena, struct str, SHOWN_PROBLEMS);
    struct tpl_admin_log t = {.problems = problems, .csrf = x->subject->csrf};
    enum err e = job_runs(x->arena, access_of(x), JOB_VERIFICATION, SHOWN_RUNS, runs, &n, f);
    if (e != OK)
        return e;
    for (size_t i = 0; report && i < report->n_problems && i < SHOWN_PROBLEMS; i++) {
        struct buf b = BUF_INIT(1 << 16);
        log_problem_print(&report->problems[i], x->lang, &b);
        problems[t.n_problems++] = buf_move(&b, x->arena);
    }
    write_log_facts(x, &facts);
    if (n)
        part_job_runs(x, &ran, runs, n, false);
    t.facts = buf_view(&facts);
    t.runs = buf_view(&ran);
    tpl_admin_log(&content, &t, x->lang);
    return admin_page(x, message(M_log_title, x->lang), &content, f);
}

enum err page_admin_log(struct exchange *x, struct fault *f)
{
    return answer_log(x, NULL, f);
}

/* The whole log is recomputed from the records, and every page of the file looked at. */
enum err post_admin_log(struct exchange *x, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    struct log_report report = {0};
    int64_t begun_us = clock_mono_us();
    enum err e = store_open(((struct site *)x->site)->db_path, STORE_SCRUB, &s, f);
    if (e != OK)
        return e;
    running_begin(x, JOB_VERIFICATION);
    e = log_verify(x->arena, s, on_progress, x, &report, f);
    running_end(x, JOB_VERIFICATION);
    const struct job_end end = {.job = JOB_VERIFICATION,
                                .by = actor_of(x),
                                .begun_us = begun_us,
                                .outcome = e == OK && report.n_problems ? report.problems[0].code : e,
                                .facts = log_report_facts(x->arena, &report)};
    struct fault noting = {0};
    if (job_note(access_of(x), &end, &noting) != OK && e == OK)
        return *f = noting, noting.code;
    if (e != OK)
        return e;
    if (report.n_problems)
        return answer_log(x, &report, f);
    exchange_redirect(x, 303, STR("/admin/log#runs"));
    return OK;
}
