/* /desk/overview: how the one-stop stands, for who answers for it: late, due soon, waiting for whom, by office and procedure; each number leads to the dossiers counted.
 *
 * One pass over the open dossiers that the reader may see. Bars in the tables are the charts: they stand without scripts, beside their numbers. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "web/workflow_site.h"
#include "workflow/escalation.h"

#include "base/banned.h"

enum { WEEKS = 8, MOST_ROWS = 40, SOON_MS = 2 * 24 * 3600 * 1000 };

enum wait { WAIT_OURS, WAIT_APPLICANT, WAIT_FINANCE, WAIT_CONSULTED, WAIT_COLLECT, WAITS };
static const struct {
    const char *id;
    enum message title;
} waits[WAITS] = {
    [WAIT_OURS] = {"ours", M_overview_ours},          [WAIT_APPLICANT] = {"applicant", M_overview_applicant},
    [WAIT_FINANCE] = {"finance", M_overview_finance}, [WAIT_CONSULTED] = {"consulted", M_overview_consulted},
    [WAIT_COLLECT] = {"collect", M_overview_collect},
};

struct tally {
    struct str key, title;
    int64_t open, late, soon;
};

struct overdue {
    const struct escalation *e;
    int64_t n;
    struct str latest; /* since when the last of them has been in that state */
};

struct overview {
    struct exchange *x;
    const struct workflow *w;
    struct acting *acting;
    struct names names;
    int64_t now_ms, n_sample;
    struct tally all;
    int64_t waiting[WAITS];
    struct map clocks;              /* office → const struct office_clock * */
    struct map offices, procedures; /* code → struct tally * */
    VEC(struct tally *) office_list;
    VEC(struct tally *) procedure_list;
    struct overdue *escalations;
};

static int64_t ms_of(struct str text)
{
    int64_t ms = 0;
    return text.n && instant_parse(text, &ms, NULL) == OK ? ms : 0;
}

bool desk_oversees(const struct exchange *x)
{
    static const char *const roles[] = {"leader", "unit_head", "procedure_controller"};
    for (size_t i = 0; i < x->subject->n_roles; i++)
        for (size_t k = 0; k < ARRAY_LEN(roles); k++)
            if (str_is(x->subject->roles[i], roles[k]))
                return true;
    return false;
}

/* ---- the pass */

static enum wait wait_of(const struct reg *reg, const struct record *r)
{
    struct str status = record_text(reg, r, "status");
    if (str_is(status, "9"))
        return WAIT_COLLECT;
    if (str_is(status, "6"))
        return WAIT_FINANCE;
    if (str_is(status, "5") && !record_text(reg, r, "supplemented_at").n)
        return WAIT_APPLICANT;
    return record_text(reg, r, "consulted_office").n ? WAIT_CONSULTED : WAIT_OURS;
}

/* The tally of an office or a procedure, named by what it is called. */
static enum err tally_at(struct overview *o, struct map *map, const struct record *r, const char *field,
                         struct tally **ret, bool *ret_is_new, struct fault *f)
{
    struct str key = record_text(o->w->reg, r, field);
    struct shown shown = {0};
    *ret = map_get(map, key);
    *ret_is_new = !*ret;
    if (*ret)
        return OK;
    enum err e = show_value(o->x, &o->names, o->w->reg, r, reg_field_number(o->w->reg, str_of(field)), &shown, f);
    if (e != OK)
        return e;
    struct tally *t = ARENA_NEW(o->x->arena, struct tally);
    t->key = str_dup(o->x->arena, key);
    t->title = shown.text.n ? shown.text : t->key;
    map_put(o->x->arena, map, t->key, t);
    *ret = t;
    return OK;
}

static void count(struct tally *t, bool is_late, bool is_soon)
{
    t->open++;
    t->late += is_late;
    t->soon += is_soon;
}

/* The hours of an office, read once for the page. */
static enum err clock_of(struct overview *o, struct str office, const struct office_clock **ret, struct fault *f)
{
    *ret = map_get(&o->clocks, office);
    if (*ret)
        return OK;
    enum err e = acting_clock(o->acting, ((struct worker *)o->x->worker)->store, office, ret, f);
    if (e == OK)
        map_put(o->x->arena, &o->clocks, str_dup(o->x->arena, office), (void *)(uintptr_t)*ret);
    return e;
}

/* Which waits too long in its state, by the hours of its office. */
static enum err escalate(struct overview *o, const struct record *r, struct fault *f)
{
    const struct machine *m = &o->w->machines[0];
    const struct office_clock *clock = NULL;
    struct str since = m->since == NO_FIELD ? STR("") : record_text(o->w->reg, r, "status_since");
    enum err e = OK;
    for (size_t i = 0; e == OK && since.n && i < m->n_escalations; i++) {
        struct overdue *x = &o->escalations[i];
        if (!str_eq(m->escalations[i].state, machine_state(m, r)))
            continue;
        if (!clock)
            e = clock_of(o, record_text(o->w->reg, r, "reception_office"), &clock, f);
        if (e != OK || !escalation_is_due(clock, &m->escalations[i], ms_of(since), o->now_ms))
            continue;
        x->n++;
        if (str_cmp(x->latest, since) < 0)
            x->latest = str_dup(o->x->arena, since);
    }
    return e;
}

static enum err count_record(struct overview *o, const struct record *r, struct fault *f)
{
    const struct reg *reg = o->w->reg;
    int64_t late = ms_of(record_text(reg, r, "late_at"));
    bool runs = late && !record_text(reg, r, "finished_at").n && !record_text(reg, r, "paused_at").n;
    int64_t reply = ms_of(record_text(reg, r, "reply_due_at"));
    bool is_unanswered = str_is(record_text(reg, r, "status"), "1") && reply && reply < o->now_ms &&
                         !record_text(reg, r, "finished_at").n && !record_text(reg, r, "paused_at").n;
    bool is_past = runs && late < o->now_ms, is_late = is_past || is_unanswered;
    bool is_soon = runs && !is_past && late < o->now_ms + SOON_MS;
    struct tally *office, *procedure = NULL;
    bool is_new;
    enum err e = tally_at(o, &o->offices, r, "office", &office, &is_new, f);
    if (e == OK && is_new)
        VEC_PUSH(o->x->arena, &o->office_list, office);
    if (e == OK)
        e = tally_at(o, &o->procedures, r, "procedure", &procedure, &is_new, f);
    if (e == OK && is_new)
        VEC_PUSH(o->x->arena, &o->procedure_list, procedure);
    if (e != OK)
        return e;
    count(&o->all, is_late, is_soon);
    count(office, is_late, is_soon);
    count(procedure, is_late, is_soon);
    o->waiting[wait_of(reg, r)]++;
    o->n_sample += r->is_sample;
    return escalate(o, r, f);
}

static enum err read_open(struct overview *o, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row;
    struct query_options options = {.filter = STR("closed_on IS NULL")};
    enum err e = query_open(((struct worker *)o->x->worker)->store, o->w->reg, &options, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        e = count_record(o, &r, f);
    return e;
}

/* ---- showing */

static struct str inbox_href(struct overview *o, const char *tab, const char *parameter, struct str value)
{
    const char *head = arena_printf(o->x->arena, "/desk/dossiers?tab=%s%s%s%s", tab, value.n ? "&" : "",
                                    value.n ? parameter : "", value.n ? "=" : "");
    return value.n ? part_href(o->x, head, value) : str_of(head);
}

static struct table_cell number(struct overview *o, int64_t n, struct str href)
{
    return (struct table_cell){.text = part_int(o->x, n), .href = n ? href : (struct str){NULL, 0}};
}

static int by_late(const void *a, const void *b)
{
    const struct tally *x = *(struct tally *const *)a, *y = *(struct tally *const *)b;
    if (x->late != y->late)
        return x->late < y->late ? 1 : -1;
    if (x->open != y->open)
        return x->open < y->open ? 1 : -1;
    return str_cmp(x->key, y->key);
}

/* Offices or procedures: the latest first; the bar is what is open, its mark what is late. */
static void show_tallies(struct overview *o, struct buf *out, enum message caption, const char *parameter,
                         struct tally **list, size_t n)
{
    enum { COLUMNS = 4 };
    struct exchange *x = o->x;
    struct table_column columns[COLUMNS] = {{.title = message(M_overview_group, x->lang), .is_head = true},
                                            {.title = message(M_dossiers_late, x->lang), .is_number = true},
                                            {.title = message(M_dossiers_soon, x->lang), .is_number = true},
                                            {.title = message(M_dossiers_open, x->lang), .is_number = true}};
    int64_t most = 1;
    if (n)
        qsort(list, n, sizeof(struct tally *), by_late);
    size_t shown = n < MOST_ROWS ? n : MOST_ROWS;
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, shown + 1);
    for (size_t i = 0; i < shown; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        const struct tally *t = list[i];
        cells[0] = (struct table_cell){.text = t->title, .href = inbox_href(o, "open", parameter, t->key)};
        cells[1] = number(o, t->late, inbox_href(o, "late", parameter, t->key));
        cells[2] = number(o, t->soon, inbox_href(o, "soon", parameter, t->key));
        cells[3] = number(o, t->open, inbox_href(o, "open", parameter, t->key));
        rows[i] = (struct table_row){.cells = cells, .bar = (double)t->open, .tick = (double)t->late};
        most = t->open > most ? t->open : most;
    }
    part_table(x, out,
               &(struct table){.caption = message(caption, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = shown,
                               .bar_full = (double)most});
}

struct line {
    struct str title, href;
    int64_t n;
};

static void show_lines(struct overview *o, struct buf *out, enum message caption, const struct line *lines, size_t n)
{
    enum { COLUMNS = 2 };
    struct exchange *x = o->x;
    struct table_column columns[COLUMNS] = {{.title = message(M_overview_group, x->lang), .is_head = true},
                                            {.title = message(M_dossiers_title, x->lang), .is_number = true}};
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    int64_t most = 1;
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0] = (struct table_cell){.text = lines[i].title};
        cells[1] = number(o, lines[i].n, lines[i].href);
        rows[i] = (struct table_row){.cells = cells, .bar = (double)lines[i].n};
        most = lines[i].n > most ? lines[i].n : most;
    }
    part_table(x, out,
               &(struct table){.caption = message(caption, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n,
                               .bar_full = (double)most});
}

static void show_now(struct overview *o, struct buf *out)
{
    const struct str none = {NULL, 0};
    enum lang lang = o->x->lang;
    struct line now[] = {
        {message(M_dossiers_late, lang), inbox_href(o, "late", "", none), o->all.late},
        {message(M_dossiers_soon, lang), inbox_href(o, "soon", "", none), o->all.soon},
        {message(M_dossiers_open, lang), inbox_href(o, "open", "", none), o->all.open},
    };
    struct line whom[WAITS];
    for (size_t i = 0; i < WAITS; i++)
        whom[i] = (struct line){message(waits[i].title, lang), inbox_href(o, "open", "wait", str_of(waits[i].id)),
                                o->waiting[i]};
    show_lines(o, out, M_overview_now, now, ARRAY_LEN(now));
    show_lines(o, out, M_overview_whom, whom, WAITS);
}

static void show_escalations(struct overview *o, struct buf *out)
{
    const struct machine *m = &o->w->machines[0];
    struct line *lines = ARENA_ARRAY(o->x->arena, struct line, m->n_escalations + 1);
    for (size_t i = 0; i < m->n_escalations; i++) {
        const char *parameters = arena_printf(o->x->arena, "status=%.*s&before", STR_ARG(m->escalations[i].state));
        lines[i] = (struct line){text2_in(&m->escalations[i].title, o->x->lang),
                                 inbox_href(o, "open", parameters, o->escalations[i].latest), o->escalations[i].n};
    }
    show_lines(o, out, M_overview_escalated, lines, m->n_escalations);
}

/* ---- weeks */

static enum err count_week(struct overview *o, const char *field, struct date from, const char *more, int64_t *ret,
                           struct fault *f)
{
    struct arena *a = o->x->arena;
    struct str first = date_iso(a, from), last = date_iso(a, date_add_days(from, 6));
    const char *filter = arena_printf(a, "%s >= DATE('%.*s') AND %s <= DATE('%.*s')%s", field, STR_ARG(first), field,
                                      STR_ARG(last), more);
    return query_count(((struct worker *)o->x->worker)->store, o->w->reg,
                       &(struct query_options){.filter = str_of(filter)}, ret, f);
}

static enum err show_weeks(struct overview *o, struct buf *out, struct fault *f)
{
    enum { COLUMNS = 4 };
    struct exchange *x = o->x;
    struct date today = date_of_instant(o->now_ms, ((struct worker *)x->worker)->store->province->utc_offset_minutes);
    struct date monday = date_add_days(today, 1 - date_weekday(today));
    struct table_column columns[COLUMNS] = {{.title = message(M_overview_week, x->lang), .is_head = true},
                                            {.title = message(M_overview_filed, x->lang), .is_number = true},
                                            {.title = message(M_overview_settled, x->lang), .is_number = true},
                                            {.title = message(M_overview_settled_late, x->lang), .is_number = true}};
    struct table_row rows[WEEKS];
    double most = 1;
    enum err e = OK;
    for (int i = 0; e == OK && i < WEEKS; i++) {
        struct date from = date_add_days(monday, -7 * (WEEKS - 1 - i));
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        int64_t filed = 0, settled = 0, late = 0;
        e = count_week(o, "filed_on", from, "", &filed, f);
        if (e == OK)
            e = count_week(o, "result_on", from, "", &settled, f);
        if (e == OK)
            e = count_week(o, "result_on", from, " AND finished_at > late_at", &late, f);
        cells[0].text = part_date(x, date_iso(x->arena, from));
        cells[1].text = part_int(x, filed);
        cells[2].text = part_int(x, settled);
        cells[3].text = part_int(x, late);
        rows[i] = (struct table_row){.cells = cells, .bar = (double)settled, .tick = (double)filed};
        most = fmax(most, (double)(filed > settled ? filed : settled));
    }
    if (e == OK)
        part_table(x, out,
                   &(struct table){.caption = message(M_overview_weeks, x->lang),
                                   .columns = columns,
                                   .n_columns = COLUMNS,
                                   .rows = rows,
                                   .n_rows = WEEKS,
                                   .bar_full = most});
    return e;
}

static enum err show_all(struct overview *o, struct buf *out, struct fault *f)
{
    tpl_quiet(out, &(struct tpl_quiet){message(M_overview_about, o->x->lang)}, o->x->lang);
    if (o->n_sample)
        tpl_quiet(
            out,
            &(struct tpl_quiet){message_with(o->x->arena, M_overview_sample, o->x->lang, part_int(o->x, o->n_sample))},
            o->x->lang);
    show_now(o, out);
    show_escalations(o, out);
    enum err e = show_weeks(o, out, f);
    show_tallies(o, out, M_overview_offices, "office", o->office_list.p, o->office_list.n);
    show_tallies(o, out, M_overview_procedures, "procedure", o->procedure_list.p, o->procedure_list.n);
    return e;
}

enum err page_overview(struct exchange *x, struct fault *f)
{
    struct overview o = {.x = x, .now_ms = clock_now_ms()};
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    x->purpose = message(M_overview_title, LANG_VI);
    enum err e = site_workflow(x, STR("dossiers"), &o.w, f);
    if (e == OK)
        e = site_may_do(x, VERB_READ, o.w->reg, f);
    if (e == OK && !desk_oversees(x))
        e = FAULT(f, ERR_RIGHT_DENIED, {"verb", STR("read")}, {"register", STR("dossiers")});
    if (e != OK)
        return e;
    o.escalations = ARENA_ARRAY(x->arena, struct overdue, o.w->machines[0].n_escalations + 1);
    o.acting = acting_new();
    e = read_open(&o, f);
    acting_free(o.acting);
    if (e == OK)
        e = show_all(&o, &content, f);
    return e == OK ? admin_page(x, message(M_overview_title, x->lang), &content, f) : e;
}
