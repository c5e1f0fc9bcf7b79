/* What figures rank: tables with bars, on the page of the figure, and whole for leaders at /desk/overview/ranking. */
#include <math.h>

#include "base/clock.h"
#include "base/limits.h"
#include "figure/ranking.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/templates.h"
#include "web/workflow_site.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static struct str points(struct exchange *x, const struct ranking *r, const struct ranked_cell *c)
{
    if (c->is_suppressed)
        return message(M_figure_suppressed, x->lang);
    struct str text = part_fixed(x, c->value, r->total->decimals);
    return c->is_empty && text.n ? STR_JOIN(x->arena, STR("("), text, STR(")")) : text;
}

static struct table_row ranked_row(struct exchange *x, const struct ranking *r, const struct ranked_row *row)
{
    struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, r->n_parts + 3);
    size_t n = 0;
    cells[n++] = (struct table_cell){.text = row->rank ? part_int(x, row->rank) : STR("–")};
    cells[n++] = (struct table_cell){.text = text2_in(&row->title, x->lang)};
    cells[n++] = (struct table_cell){.text = points(x, r, &row->total)};
    for (size_t k = 0; k < r->n_parts; k++)
        cells[n++] = (struct table_cell){.text = points(x, r, &row->cells[k])};
    return (struct table_row){.cells = cells,
                              .bar = quantity_is_known(row->total.value) ? quantity_double(row->total.value) : NAN};
}

static void ranked_table(struct exchange *x, struct buf *out, const struct ranking *r, const struct ranked_group *g)
{
    struct table_column *columns = ARENA_ARRAY(x->arena, struct table_column, r->n_parts + 3);
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, g->n + 1);
    struct table t = {.caption = text2_in(&g->title, x->lang), .columns = columns, .rows = rows, .bar_full = 1};
    if (!t.caption.n)
        t.caption = text2_in(&r->total->figure->title, x->lang);
    columns[t.n_columns++] = (struct table_column){.title = message(M_ranking_place, x->lang), .is_number = true};
    columns[t.n_columns++] = (struct table_column){.title = text2_in(&r->total->by_title, x->lang), .is_head = true};
    columns[t.n_columns++] = (struct table_column){.title = message(M_figure_total, x->lang), .is_number = true};
    for (size_t k = 0; k < r->n_parts; k++)
        columns[t.n_columns++] =
            (struct table_column){.title = text2_in(&r->parts[k]->title, x->lang), .is_number = true};
    for (size_t i = 0; i < g->n; i++) {
        rows[t.n_rows] = ranked_row(x, r, &g->rows[i]);
        t.bar_full = fmax(t.bar_full, rows[t.n_rows++].bar);
    }
    part_table(x, out, &t);
}

static bool has_hidden(const struct ranking *r)
{
    bool has = false;
    for (size_t g = 0; g < r->n_groups; g++)
        for (size_t i = 0; i < r->groups[g].n; i++)
            for (size_t k = 0; k < r->n_parts; k++)
                has |= r->groups[g].rows[i].cells[k].is_suppressed;
    return has;
}

enum err ranking_show(struct exchange *x, const struct figure *figure, const struct figure_options *o, struct buf *out,
                      struct fault *f)
{
    struct worker *w = x->worker;
    struct ranking r = {.n_groups = 0};
    enum err e = figure_rank(x->arena, w->store, w->figures, figure, o, &r, f);
    if (e != OK)
        return e;
    struct str until =
        message_with(x->arena, r.n_groups ? M_ranking_until : M_ranking_none, x->lang, part_date(x, r.total->on));
    tpl_quiet(out, &(struct tpl_quiet){until}, x->lang);
    if (r.n_groups)
        tpl_quiet(out, &(struct tpl_quiet){message(M_ranking_brackets, x->lang)}, x->lang);
    if (has_hidden(&r))
        tpl_quiet(out, &(struct tpl_quiet){message(M_figure_suppressed_why, x->lang)}, x->lang);
    if (r.total->n_sample)
        tpl_quiet(
            out, &(struct tpl_quiet){message_with(x->arena, M_ranking_sample, x->lang, part_int(x, r.total->n_sample))},
            x->lang);
    for (size_t g = 0; g < r.n_groups; g++)
        ranked_table(x, out, &r, &r.groups[g]);
    return OK;
}

/* ---- for leaders */

/* Whoever may read every dossier of the month sees its small cells, too. */
static enum err sees_every(struct exchange *x, struct date first, struct date day, bool *ret_sees, struct fault *f)
{
    struct worker *w = x->worker;
    struct str from = date_iso(x->arena, first), to = date_iso(x->arena, day);
    struct query_options counted = {
        .filter =
            str_of(arena_printf(x->arena,
                                "filed_on BETWEEN DATE('%.*s') AND DATE('%.*s') OR result_on BETWEEN "
                                "DATE('%.*s') AND DATE('%.*s') OR rated_on BETWEEN DATE('%.*s') AND DATE('%.*s')",
                                STR_ARG(from), STR_ARG(to), STR_ARG(from), STR_ARG(to), STR_ARG(from), STR_ARG(to)))};
    const struct workflow *dossiers;
    int64_t seen = 0, all = 0;
    enum err e = site_workflow(x, STR("dossiers"), &dossiers, f);
    if (e == OK)
        e = site_may_do(x, VERB_READ, dossiers->reg, f);
    if (e == OK && !desk_oversees(x))
        e = FAULT(f, ERR_RIGHT_DENIED, {"verb", STR("read")}, {"register", STR("dossiers")});
    if (e == OK)
        e = query_count(w->store, dossiers->reg, &counted, &seen, f);
    if (e != OK)
        return e;
    store_view(w->store, NULL);
    e = query_count(w->store, dossiers->reg, &counted, &all, f);
    store_view(w->store, &w->viewer);
    *ret_sees = seen == all;
    return e;
}

static struct str month_href(struct exchange *x, struct date day)
{
    return part_href(x, "/desk/overview/ranking?on=", date_iso(x->arena, day));
}

enum err page_ranking(struct exchange *x, struct fault *f)
{
    const struct figures *fs = ((struct worker *)x->worker)->figures;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       tables CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct figure_options o = {.on = input_named(x, "on")->text};
    struct date today =
                    date_of_instant(clock_now_ms(), ((struct worker *)x->worker)->store->province->utc_offset_minutes),
                day = today;
    x->purpose = message(M_ranking_title, LANG_VI);
    enum err e = o.on.n ? date_parse(o.on, &day, f) : OK;
    struct date first = {.year = day.year, .month = day.month, .day = 1};
    if (e == OK)
        e = sees_every(x, first, day, &o.is_whole, f);
    for (size_t i = 0; e == OK && i < fs->n; i++)
        if (fs->p[i]->rank_by.n)
            e = ranking_show(x, fs->p[i], &o, &tables, f);
    if (e != OK)
        return e;
    struct date next = date_add_months(first, 1), end = date_add_days(date_add_months(first, 2), -1);
    struct tpl_ranking t = {.earlier_href = month_href(x, date_add_days(first, -1)),
                            .later_href = date_compare(next, today) > 0
                                              ? nothing
                                              : month_href(x, date_compare(end, today) > 0 ? today : end),
                            .is_whole = o.is_whole,
                            .tables = buf_view(&tables)};
    tpl_ranking(&content, &t, x->lang);
    return admin_page(x, message(M_ranking_title, x->lang), &content, f);
}
