/* /desk/partner: what waits to be told to the national portal, what it refused and in which words, and where its list differs from ours. For whoever publishes procedures or
 * administers dossiers; what is shown of a dossier is no more than codes. Deciding about a dead letter writes its one row by a connection of its own, off the threads that answer. */
#include "base/clock.h"
#include "base/limits.h"
#include "exchange/portal.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/partner.h"
#include "web/signed.h"
#include "web/site.h"
#include "web/templates.h"

#include "base/banned.h"

enum { LETTERS_MOST = 100, MINUTE_MS = 60000, HOUR_MS = 3600000, STATUSES = 10, JOB_WAIT_MS = 5000 };

static const struct str nothing = {NULL, 0};

bool partner_is_open(const struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *dossiers = p ? province_register(p, STR("dossiers")) : NULL;
    const struct reg *procedures = p ? province_register(p, STR("procedures")) : NULL;
    struct fault ignored = {0};
    if (!dossiers || x->subject->kind != SUBJECT_ACCOUNT || x->subject->is_citizen)
        return false;
    return site_may_do(x, VERB_ADMINISTER, dossiers, &ignored) == OK ||
           (procedures && site_may_do(x, VERB_PUBLISH, procedures, &ignored) == OK);
}

static enum err begin(struct exchange *x, struct fault *f)
{
    return partner_is_open(x) ? OK : FAULT(f, ERR_HTTP_MAY_NOT);
}

/* ---- what waits */

static struct str lag_text(struct exchange *x, int64_t since_ms)
{
    int64_t ms = clock_now_ms() - since_ms;
    if (ms < HOUR_MS)
        return message_with(x->arena, M_partner_minutes, x->lang, part_int(x, ms / MINUTE_MS));
    return message_with(x->arena, M_partner_hours, x->lang, part_int(x, ms / HOUR_MS));
}

static void write_tally(struct exchange *x, const struct outbox_tally *t, struct buf *out)
{
    const struct fact facts[] = {
        {.term = message(M_partner_waiting, x->lang), .text = part_int(x, t->waiting)},
        {.term = message(M_partner_refused, x->lang), .text = part_int(x, t->dead)},
        {.term = message(M_partner_oldest, x->lang),
         .text = t->oldest_ms ? STR_JOIN(x->arena, instant_text(x, t->oldest_ms), STR(" · "), lag_text(x, t->oldest_ms))
                              : STR("–")},
        {.term = message(M_partner_arrived, x->lang), .text = part_int(x, t->done)},
        {.term = message(M_partner_left, x->lang), .text = part_int(x, t->skipped)},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts));
}

/* ---- dead letters */

static enum err letter_facts(struct exchange *x, const struct outbox_message *m, struct letter_facts *ret,
                             struct fault *f)
{
    struct worker *w = x->worker;
    const struct viewer *who = w->store->viewer;
    store_view(w->store, NULL); /* codes only: see portal.h */
    enum err e = portal_letter_facts(x->arena, w->store, m, ret, f);
    store_view(w->store, who);
    return e;
}

static enum err letter_write(struct exchange *x, const struct outbox_message *m, struct tpl_partner_letters *ret,
                             struct fault *f)
{
    struct letter_facts l = {0};
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = letter_facts(x, m, &l, f);
    if (e != OK)
        return e;
    const struct fact facts[] = {
        {.term = message(M_partner_status, x->lang),
         .text = STR_JOIN(x->arena, l.status, STR(" · "), l.transition, STR(" · "), part_int(x, l.step))},
        {.term = message(M_partner_procedure, x->lang), .text = l.procedure},
        {.term = message(M_partner_units, x->lang), .text = STR_JOIN(x->arena, l.reception, STR(" → "), l.office)},
        {.term = message(M_partner_fee, x->lang), .text = l.fee_vnd < 0 ? STR("–") : part_int(x, l.fee_vnd)},
        {.term = message(M_partner_written, x->lang), .text = instant_text(x, m->added_ms)},
        {.term = message(M_partner_tries, x->lang), .text = part_int(x, m->attempts)},
    };
    part_facts(x, &b, facts, ARRAY_LEN(facts));
    *ret = (struct tpl_partner_letters){.id = str_of(arena_printf(x->arena, "%lld", (long long)m->id)),
                                        .dossier = m->subject,
                                        .answer = m->answer,
                                        .facts = buf_move(&b, x->arena)};
    return OK;
}

/* ---- the comparison */

static void write_counts(struct exchange *x, const struct portal_comparison *c, struct buf *out)
{
    enum { COLUMNS = 3 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_partner_status, x->lang), .is_head = true},
        {.title = message(M_partner_ours, x->lang), .is_number = true},
        {.title = message(M_partner_theirs, x->lang), .is_number = true},
    };
    struct table_row rows[STATUSES + 1];
    for (int i = 1; i <= STATUSES; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0].text = part_int(x, i);
        cells[1].text = part_int(x, c->counts_ours[i]);
        cells[2].text = part_int(x, c->counts_theirs[i]);
        rows[i - 1] = (struct table_row){.cells = cells, .is_chosen = c->counts_ours[i] != c->counts_theirs[i]};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_partner_counts, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = STATUSES});
}

static struct str kind_text(const struct exchange *x, const struct portal_difference *d)
{
    static const enum message kinds[DIFFERENCE_COUNT] = {[MISSING_THERE] = M_partner_missing_there,
                                                         [MISSING_HERE] = M_partner_missing_here,
                                                         [DIFFERENT] = M_partner_different};
    return message(kinds[d->kind], x->lang);
}

static void write_differences(struct exchange *x, const struct portal_comparison *c, struct buf *out)
{
    enum { COLUMNS = 4 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_partner_dossier, x->lang), .is_head = true},
        {.title = message(M_partner_difference, x->lang)},
        {.title = message(M_partner_ours, x->lang)},
        {.title = message(M_partner_theirs, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, c->n + 1);
    for (size_t i = 0; i < c->n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        const struct portal_difference *d = &c->list[i];
        cells[0].text = d->code;
        cells[1].text = kind_text(x, d);
        cells[2].text = d->ours.n ? d->ours : STR("–");
        cells[3].text = d->theirs.n ? d->theirs : STR("–");
        rows[i] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_partner_differences, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = c->n});
}

static enum err compared(struct exchange *x, struct tpl_partner *t, struct buf *out, struct fault *f)
{
    struct portal_comparison c = {0};
    enum err e = portal_compared(x->arena, ((struct worker *)x->worker)->store->db, &c, f);
    if (e != OK || !c.at_ms)
        return e;
    t->compared_at = instant_text(x, c.at_ms);
    t->ours = c.ours;
    t->theirs = c.theirs;
    t->same = c.same;
    t->waiting = c.waiting;
    t->n_differences = (int64_t)c.n;
    write_counts(x, &c, out);
    if (c.n)
        write_differences(x, &c, out);
    return OK;
}

/* ---- counter nodes */

static enum err conflicts(struct exchange *x, struct tpl_partner *t, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("node_conflicts"));
    const struct viewer *who = w->store->viewer;
    if (!reg)
        return OK;
    store_view(w->store, NULL); /* how many, whosever they are */
    enum err e =
        query_count(w->store, reg, &(struct query_options){.filter = STR("settled_on IS NULL")}, &t->conflicts, f);
    const struct reg *files = province_register(w->store->province, STR("dossier_files"));
    if (e == OK && files)
        e = query_count(w->store, files,
                        &(struct query_options){.filter = STR("node IS NOT NULL AND arrived_at IS NULL")}, &t->coming,
                        f);
    store_view(w->store, who);
    t->conflicts_href = site_shows_register(x, reg) ? part_href(x, "/registers/", reg->name) : nothing;
    return e;
}

/* ---- the page */

static enum err answer(struct exchange *x, struct str problem, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       tally CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       comparison CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct outbox_tally counts = {0};
    struct outbox_message *dead = NULL;
    size_t n = 0;
    struct tpl_partner t = {.problem = problem, .csrf = x->subject->csrf, .compared_at = nothing};
    enum err e = portal_tally(w->store->db, &counts, f);
    if (e == OK)
        e = portal_dead(x->arena, w->store->db, LETTERS_MOST, &dead, &n, f);
    struct tpl_partner_letters *letters = ARENA_ARRAY(x->arena, struct tpl_partner_letters, n + 1);
    for (size_t i = 0; e == OK && i < n; i++)
        e = letter_write(x, &dead[i], &letters[i], f);
    if (e == OK)
        e = compared(x, &t, &comparison, f);
    if (e == OK)
        e = conflicts(x, &t, f);
    if (e != OK)
        return e;
    write_tally(x, &counts, &tally);
    t.letters = letters;
    t.n_letters = n;
    t.tally = buf_view(&tally);
    t.comparison = buf_view(&comparison);
    tpl_partner(&content, &t, x->lang);
    return admin_page(x, message(M_partner_title, x->lang), &content, f);
}

enum err page_partner(struct exchange *x, struct fault *f)
{
    enum err e = begin(x, f);
    return e == OK ? answer(x, nothing, f) : e;
}

static enum err decide(struct exchange *x, bool is_again, struct fault *f)
{
    struct db *db CLEANUP(db_freep) = NULL;
    struct access *a = access_of(x);
    int64_t id = input_named(x, "letter")->integer;
    enum err e = db_open(((struct site *)x->site)->db_path, DB_WRITE, &db, f);
    if (e != OK)
        return e;
    db_busy_timeout(db, JOB_WAIT_MS);
    e = is_again ? portal_letter_again(db, id, f)
                 : portal_letter_leave_out(db, id, site_actor(x), input_named(x, "reason")->text, f);
    if (e == OK)
        e = access_begin(a, f);
    if (e != OK)
        return e;
    const struct event v = {.kind = is_again ? EVENT_LETTER_AGAIN : EVENT_LETTER_LEFT_OUT,
                            .by = actor_of(x),
                            .detail = str_of(arena_printf(x->arena, "%lld", (long long)id))};
    return access_end(a, access_event(a, &v, f), f);
}

enum err post_partner(struct exchange *x, struct fault *f)
{
    enum err e = begin(x, f);
    if (e == OK)
        e = decide(x, str_is(input_named(x, "do")->text, "again"), f);
    if (e == ERR_PORTAL_LETTER || e == ERR_PORTAL_REASON) {
        x->status = err_http(e);
        return answer(x, fault_sentence(x, f), f);
    }
    if (e == OK)
        exchange_redirect(x, 303, STR("/desk/partner"));
    return e;
}
