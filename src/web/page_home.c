/* The home page. What it shows follows from the declarations: the first figure that quotes an index tells which subject is the province, the
 * newest report that names key figures which of them matter, the register `posts` what is new. What is not declared is left out. */
#include <math.h>

#include "base/limits.h"
#include "register/query.h"
#include "report/report.h"
#include "web/figure_card.h"
#include "web/figure_course.h"
#include "web/message.h"
#include "web/page_index.h"
#include "web/services.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

enum { HOME_FIGURES = 8, HOME_POSTS = 3, HOME_YEARS = 12 };

/* ---- the place in the index */

/* Ranks over the years that have values, as a drawing; nothing with fewer than two. */
static void draw_ranks(struct exchange *x, const struct figure *figure, const struct index_table *newest,
                       struct buf *out)
{
    const struct index *index = figure->index;
    struct fault ignored = {0};
    struct worker *w = x->worker;
    double values[HOME_YEARS];
    struct str labels[HOME_YEARS];
    size_t n = 0;
    for (size_t i = newest->n_years > HOME_YEARS ? newest->n_years - HOME_YEARS : 0; i < newest->n_years; i++) {
        struct index_table t;
        const struct index_row *row;
        values[n] = NAN;
        labels[n] = str_of(arena_printf(x->arena, "%lld", (long long)newest->years[i]));
        if (index_compute(x->arena, w->store, w->figures->indexes, index->id, newest->years[i], &t, &ignored) == OK &&
            index_explain(&t, figure->index_subject, &row, &ignored) == OK && row->rank)
            values[n] = (double)row->rank;
        n++;
    }
    struct chart_series series = {.name = text2_in(&index->title, x->lang), .values = values, .is_strong = true};
    struct str title = message(M_home_rank_chart, x->lang);
    struct buf summary CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&summary, title);
    const char *mark = " – ";
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            buf_printf(&summary, "%s%.*s: %.0f", mark, STR_ARG(labels[i]), values[i]), mark = "; ";
    if (n > 1)
        part_chart(x, out,
                   &(struct chart){.title = title,
                                   .summary = buf_view(&summary),
                                   .labels = labels,
                                   .n_labels = n,
                                   .series = &series,
                                   .n_series = 1,
                                   .is_rank = true,
                                   .has_table = true});
}

/* The newest year in which the province has a rank. */
static bool newest_rank(struct exchange *x, const struct figure *figure, struct index_table *ret_table,
                        const struct index_row **ret_row)
{
    struct worker *w = x->worker;
    struct fault ignored = {0};
    int64_t year;
    if (index_latest_year(x->arena, w->store, w->figures->indexes, figure->index->id, &year, &ignored) != OK)
        return false;
    for (int64_t last = year; year > last - HOME_YEARS; year--)
        if (index_compute(x->arena, w->store, w->figures->indexes, figure->index->id, year, ret_table, &ignored) ==
                OK &&
            index_explain(ret_table, figure->index_subject, ret_row, &ignored) == OK && (*ret_row)->rank)
            return true;
    return false;
}

/* How many there are to show: one or none. */
static size_t rank_of(struct exchange *x, struct tpl_home_rank *ret_rank, struct buf *chart)
{
    struct worker *w = x->worker;
    const struct figure *figure = index_own_figure(w->figures, NULL);
    struct index_table t;
    const struct index_row *row;
    if (!figure || !newest_rank(x, figure, &t, &row))
        return 0;
    draw_ranks(x, figure, &t, chart);
    int64_t change = row->previous_rank ? row->previous_rank - row->rank : 0;
    struct str href = part_href(x, "/indexes/", figure->index->id);
    *ret_rank = (struct tpl_home_rank){
        .title = text2_in(&figure->index->title, x->lang),
        .href = str_of(arena_printf(x->arena, "%.*s?year=%lld", STR_ARG(href), (long long)t.year)),
        .year = str_of(arena_printf(x->arena, "%lld", (long long)t.year)),
        .rank = row->rank,
        .subjects = (int64_t)t.n,
        .change = change ? part_int(x, change < 0 ? -change : change) : (struct str){NULL, 0},
        .is_up = change > 0,
        .has_other_framework = change && t.has_other_framework,
        .chart = buf_view(chart),
    };
    return 1;
}

/* ---- key figures */

/* The newest report that names key figures, in the reader's language if there is one; listed by name, the last of one day wins. */
static bool key_report(struct exchange *x, struct report *ret_head)
{
    struct worker *w = x->worker;
    struct str *ids;
    size_t n;
    bool is_found = false;
    reports_list(x->arena, w->store->province, &ids, &n);
    for (size_t i = 0; i < n; i++) {
        struct report head;
        if (!report_head(x->arena, w->store->province, ids[i], &head) || head.n_key_figures == 0)
            continue;
        bool is_own = head.lang == x->lang, was_own = is_found && ret_head->lang == x->lang;
        if (!is_found || is_own > was_own || (is_own == was_own && str_cmp(head.on, ret_head->on) >= 0)) {
            *ret_head = head;
            is_found = true;
        }
    }
    return is_found;
}

/* What is known of its course up to its day, as a line; “Tổ công nghệ số cộng đồng: 0 → 182” for who does not see it. */
static void set_trend(struct exchange *x, const struct figure_result *r, struct tpl_figure_card *card)
{
    struct course c;
    struct fault ignored = {0};
    size_t first = 0, end = 0;
    if (figure_course(x, r, r->on, &c, &ignored) == OK)
        end = c.n - c.n_after;
    while (first < end && isnan(c.values[first]))
        first++;
    while (end > first && isnan(c.values[end - 1]))
        end--;
    if (end - first < 2)
        return;
    int decimals = r->figure->is_share ? 1 : r->decimals;
    struct str mark = r->figure->is_share ? STR(" %") : (struct str){NULL, 0};
    struct str from = part_quantity(x, quantity_of_double(c.values[first], decimals), decimals),
               to = part_quantity(x, quantity_of_double(c.values[end - 1], decimals), decimals);
    struct buf spark CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    part_spark(x, &spark, c.values + first, end - first,
               STR_JOIN(x->arena, card->title, STR(": "), from, mark, STR(" → "), to, mark));
    card->spark = str_dup(x->arena, buf_view(&spark));
    card->span = STR_JOIN(x->arena, c.labels[first], STR(" – "), c.labels[end - 1]);
}

static size_t key_figures(struct exchange *x, const struct report *head, struct tpl_figure_card *cards,
                          bool *ret_has_sample)
{
    struct worker *w = x->worker;
    size_t n = 0;
    for (size_t i = 0; i < head->n_key_figures && n < HOME_FIGURES; i++) {
        const struct figure *figure;
        struct figure_result r;
        struct fault ignored = {0};
        if (figure_find(w->figures, head->key_figures[i], &figure, &ignored) != OK)
            continue; /* the report says why */
        struct figure_options o = {.on = report_day_asked(head->on, figure)};
        if (figure_compute(x->arena, w->store, w->figures, figure->id, &o, &r, &ignored) != OK)
            continue;
        cards[n] = figure_card(x, &r);
        set_trend(x, &r, &cards[n++]);
        *ret_has_sample |= r.n_sample > 0;
    }
    return n;
}

/* ---- posts */

static enum err newest_posts(struct exchange *x, struct tpl_home_posts *posts, size_t *ret_n, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("posts"));
    *ret_n = 0;
    if (!reg || !site_shows_register(x, reg))
        return OK;
    struct query *q CLEANUP(query_closep) = NULL;
    enum err e = query_open(w->store, reg, &(struct query_options){.limit = HOME_POSTS}, &q, f);
    struct record r;
    bool has_row = true;
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str title = x->lang == LANG_EN ? show_text(x, reg, &r, "title_en") : (struct str){NULL, 0};
        posts[(*ret_n)++] = (struct tpl_home_posts){
            .title = title.n ? title : show_text(x, reg, &r, "title"),
            .href = part_href(x, "/posts/", r.id),
            .date = part_date(x, show_text(x, reg, &r, "posted_on")),
            .summary = x->lang == LANG_EN ? (struct str){NULL, 0} : show_text(x, reg, &r, "summary"),
        };
    }
    return e;
}

/* ---- life events */

static enum err events_of(struct exchange *x, struct tpl_home *t, struct fault *f)
{
    struct services s;
    struct service_event *events = NULL;
    size_t n = 0;
    if (!services_are_there(x))
        return OK;
    enum err e = services_read(x, &s, f);
    if (e == OK)
        e = services_events(x, &s, &events, &n, f);
    if (e != OK)
        return e;
    struct tpl_home_services *tiles = ARENA_ARRAY(x->arena, struct tpl_home_services, n + 1);
    for (size_t i = 0; i < n; i++)
        tiles[i] = (struct tpl_home_services){events[i].title, part_href(x, "/services?event=", events[i].code)};
    t->services = tiles;
    t->n_services = n;
    return OK;
}

enum err page_home(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct tpl_home_rank rank;
    struct tpl_figure_card cards[HOME_FIGURES];
    struct tpl_home_posts posts[HOME_POSTS];
    struct buf chart CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_home t = {.site = text2_in(&w->store->province->title, x->lang),
                         .rank = &rank,
                         .n_rank = rank_of(x, &rank, &chart),
                         .figures = cards,
                         .posts = posts};
    struct report report;
    bool has_sample = false;
    if (key_report(x, &report)) {
        t.n_figures = key_figures(x, &report, cards, &has_sample);
        t.report_title = text2_in(&report.title, report.lang);
        t.report_href = part_href(x, "/reports/", report.id);
    }
    enum err e = newest_posts(x, posts, &t.n_posts, f);
    if (e == OK)
        e = events_of(x, &t, f);
    if (e != OK)
        return e;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    tpl_home(&content, &t, x->lang);
    message_fill(&description, M_home_description, x->lang, t.site);
    return page(x,
                &(struct page){.title = t.site,
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .is_home = true,
                               .has_sample = has_sample},
                f);
}
