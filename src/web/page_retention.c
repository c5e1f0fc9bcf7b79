/* /admin/retention: which terms the registers declare, what is due, running it, and the proofs of former runs. On the lane for what takes long, with a write store of its own, and
 * as the program itself, in the registers that whoever runs it may administer throughout; no value is shown. */
#include "register/retention.h"

#include <stdatomic.h>

#include "access/job.h"
#include "base/clock.h"
#include "base/limits.h"
#include "web/admin.h"
#include "web/form.h"
#include "web/job_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SHOWN_RUNS = 20 };

static const struct str nothing = {NULL, 0};

/* Running it goes through all of a register. */
static bool may_run(void *exchange, const struct reg *reg)
{
    struct fault ignored = {0};
    bool may = false;
    return access_may_throughout(site_rights(exchange), VERB_ADMINISTER, reg, &may, &ignored) == OK && may;
}

/* ---- what is declared */

static struct str term_text(struct exchange *x, const struct retention *r)
{
    if (r->days)
        return message_with(x->arena, M_retention_days, x->lang, part_int(x, r->days));
    if (r->months % 12 == 0)
        return message_with(x->arena, M_retention_years, x->lang, part_int(x, r->months / 12));
    return message_with(x->arena, M_retention_months, x->lang, part_int(x, r->months));
}

static void write_declared(struct exchange *x, const struct province *p, struct buf *out)
{
    enum { COLUMNS = 5 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_ways_register, x->lang), .is_head = true},
        {.title = message(M_retention_keep, x->lang)},
        {.title = message(M_retention_after, x->lang)},
        {.title = message(M_retention_then, x->lang)},
        {.title = message(M_erase_basis, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, p->n_registers + 1);
    size_t n = 0;
    for (size_t i = 0; i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        if (!reg->n_personal && !reg->retention)
            continue;
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        const struct retention *r = reg->retention;
        cells[0].text = text2_in(&reg->title, x->lang);
        cells[1].text = r ? term_text(x, r) : message(M_retention_none, x->lang);
        cells[2].text = r ? text2_in(&reg->fields[r->after].title, x->lang) : STR("–");
        cells[3].text = r ? message(r->is_removal ? M_retention_remove : M_retention_erase, x->lang) : STR("–");
        cells[4].text = r ? text2_in(&r->basis, x->lang) : STR("–");
        rows[n++] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_retention_declared, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

/* ---- what is due, or was done */

static void write_due(struct exchange *x, const struct retention_done *done, size_t n, struct buf *out)
{
    enum { COLUMNS = 6 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_ways_register, x->lang), .is_head = true},
        {.title = message(M_retention_until, x->lang)},
        {.title = message(M_retention_records, x->lang), .is_number = true},
        {.title = message(M_erase_versions, x->lang), .is_number = true},
        {.title = message(M_retention_removed, x->lang), .is_number = true},
        {.title = message(M_retention_undated, x->lang), .is_number = true},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0].text = text2_in(&done[i].reg->title, x->lang);
        cells[1].text = part_date(x, str_of(done[i].cutoff));
        cells[2].text = part_int(x, done[i].records);
        cells[3].text = part_int(x, done[i].versions);
        cells[4].text = part_int(x, done[i].removed);
        cells[5].text = part_int(x, done[i].undated);
        rows[i] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_retention_due, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

static enum err answer(struct exchange *x, const struct retention_done *done, size_t n, struct str problem,
                       struct fault *f)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct job_run runs[SHOWN_RUNS];
    size_t n_runs = 0;
    struct buf due CLEANUP(buf_done) = BUF_INIT(1 << 20), declared CLEANUP(buf_done) = BUF_INIT(1 << 20),
                   ran CLEANUP(buf_done) = BUF_INIT(1 << 20), content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = job_runs(x->arena, access_of(x), JOB_RETENTION, SHOWN_RUNS, runs, &n_runs, f);
    if (e != OK)
        return e;
    write_declared(x, p, &declared);
    struct str left = STR("");
    for (size_t i = 0; i < p->n_registers; i++)
        if (p->registers[i]->retention && !may_run(x, p->registers[i]))
            left = STR_JOIN(x->arena, left, left.n ? STR(", ") : STR(""), text2_in(&p->registers[i]->title, x->lang));
    if (n)
        write_due(x, done, n, &due);
    if (n_runs)
        part_job_runs(x, &ran, runs, n_runs, false);
    struct tpl_retention t = {.problem = problem,
                              .due = buf_view(&due),
                              .declared = buf_view(&declared),
                              .left = left,
                              .runs = buf_view(&ran),
                              .csrf = x->subject->csrf};
    for (size_t i = 0; i < n; i++)
        t.is_due |= done[i].records || done[i].removed;
    tpl_retention(&content, &t, x->lang);
    return admin_page(x, message(M_retention_title, x->lang), &content, f);
}

enum err page_retention(struct exchange *x, struct fault *f)
{
    return answer(x, NULL, 0, nothing, f);
}

/* ---- running */

/* Erasing empties the write-ahead log, which this thread's own reading would hold back: it is let go meanwhile. */
static enum err run(struct exchange *x, struct store *s, const struct retention_options *o,
                    struct retention_done **ret_done, size_t *ret_n, struct faults *list, struct fault *f)
{
    struct worker *w = x->worker;
    int64_t begun_us = clock_mono_us(), rev;
    worker_idle(w);
    enum err outcome = retention_run(x->arena, s, o, ret_done, ret_n, list);
    const struct job_end end = {.job = JOB_RETENTION,
                                .by = actor_of(x),
                                .begun_us = begun_us,
                                .outcome = outcome,
                                .facts = retention_facts(x->arena, *ret_done, *ret_n)};
    atomic_fetch_add_explicit(&w->site->written, 1, memory_order_release);
    enum err e = worker_revision(w, nothing, &rev, f);
    if (e == OK && !o->is_dry_run)
        e = job_note(access_of(x), &end, f);
    if (e == OK && outcome != OK && list->n)
        *f = list->p[0];
    if (e == OK && outcome != OK && list->n == 0)
        FAULT(f, outcome);
    return e == OK ? outcome : e;
}

enum err post_retention(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct store *s CLEANUP(store_freep) = NULL;
    struct faults list CLEANUP(faults_done) = {.max = 10};
    struct retention_done *done = NULL;
    size_t n = 0;
    struct retention_options o = {
        .actor = site_actor(x), .is_dry_run = !str_is(input_named(x, "do")->text, "run"), .may = may_run, .context = x};
    enum err e = store_open(w->site->db_path, STORE_WRITE, &s, f);
    if (e != OK)
        return e;
    db_busy_timeout(s->db, JOB_WAIT_MS);
    e = run(x, s, &o, &done, &n, &list, f);
    if (e != OK && err_http(e) >= 500)
        return e;
    if (e != OK) {
        x->status = err_http(e);
        return answer(x, done, n, fault_sentence(x, f), f);
    }
    if (o.is_dry_run)
        return answer(x, done, n, nothing, f);
    exchange_redirect(x, 303, STR("/admin/retention#runs"));
    return OK;
}
