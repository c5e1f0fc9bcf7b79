/* A figure over time: by years of an index, by the days on which a dated register changed, or by the revisions that wrote to it. */
#include <math.h>

#include "base/limits.h"
#include "register/query.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/templates.h"

#include "base/banned.h"

struct history {
    struct figure_view *v;
    struct str labels[LIMIT_FIGURE_HISTORY];
    double values[LIMIT_FIGURE_HISTORY];
    size_t n;
    enum message what;
};

static void add_point(struct history *h, struct str label, const struct figure_result *r)
{
    h->labels[h->n] = label;
    h->values[h->n++] = figure_view_number(h->v->figure, r->value, r->percent);
}

/* The figure at another moment; an error there (no such year, not enough data) leaves a gap. */
static void count_point(struct history *h, struct str label, const struct figure_options *o)
{
    struct worker *w = h->v->x->worker;
    struct figure_result r = {0};
    struct fault ignored = {0};
    if (figure_compute(h->v->x->arena, w->store, w->figures, h->v->figure->id, o, &r, &ignored) != OK)
        r = (struct figure_result){0};
    add_point(h, label, &r);
}

static enum err add_years(struct history *h, struct fault *f)
{
    struct exchange *x = h->v->x;
    struct worker *w = x->worker;
    const struct index *index = h->v->figure->index;
    struct index_table t = {0};
    int64_t year;
    h->what = M_figure_history_years;
    enum err e = index_latest_year(x->arena, w->store, w->figures->indexes, index->id, &year, f);
    if (e == OK)
        e = index_compute(x->arena, w->store, w->figures->indexes, index->id, year, &t, f);
    size_t skip = e == OK && t.n_years > LIMIT_FIGURE_HISTORY ? t.n_years - LIMIT_FIGURE_HISTORY : 0;
    for (size_t i = skip; e == OK && i < t.n_years; i++)
        count_point(h, str_of(arena_printf(x->arena, "%lld", (long long)t.years[i])),
                    &(struct figure_options){.year = t.years[i]});
    return e;
}

/* How many points may be counted again without making the reader wait. */
static size_t affordable(const struct history *h)
{
    int64_t each = h->v->r.n_counted > 0 ? h->v->r.n_counted : 1;
    int64_t n = LIMIT_FIGURE_HISTORY_RECORDS / each;
    return n > LIMIT_FIGURE_HISTORY ? LIMIT_FIGURE_HISTORY : (size_t)n;
}

static enum err add_days(struct history *h, const struct reg *reg, struct fault *f)
{
    struct exchange *x = h->v->x;
    struct worker *w = x->worker;
    struct str days[LIMIT_FIGURE_HISTORY];
    size_t n;
    h->what = M_figure_history_days;
    enum err e = query_days(x->arena, w->store, reg, STR("9999-12-31"), affordable(h), days, &n, f);
    while (e == OK && n-- > 0)
        count_point(h, part_date(x, days[n]), &(struct figure_options){.on = days[n]});
    return e;
}

/* At each revision the data of then, by the definition of now. */
static enum err add_revisions(struct history *h, const struct reg *reg, struct fault *f)
{
    struct exchange *x = h->v->x;
    struct worker *w = x->worker;
    const struct province *p = w->store->province;
    int64_t revs[LIMIT_FIGURE_HISTORY], here = w->store->at;
    size_t n, most = affordable(h);
    struct moment at;
    h->what = M_figure_history_revisions;
    enum err e = query_revisions(w->store, reg, most > 1 ? most : 2, revs, &n, f);
    if (e == OK && most < 2 && n > 1)
        h->what = M_figure_history_costly, n = 0;
    struct figure_options o = {.on = h->v->options.on};
    while (e == OK && n-- > 0) {
        if ((e = moment_of(x->arena, w->store, revs[n], &at, f)) != OK)
            break;
        struct str day = part_date(x, at.day);
        struct str label = str_of(arena_printf(x->arena, "%lld · %.*s", (long long)revs[n], STR_ARG(day)));
        if (n == 0) { /* nothing was written since: this is the value above */
            add_point(h, label, &h->v->r);
            break;
        }
        store_move(w->store, revs[n], p);
        count_point(h, label, &o);
        store_move(w->store, here, p);
    }
    return e;
}

static enum err gather(struct history *h, struct fault *f)
{
    const struct figure *figure = h->v->figure;
    const struct reg *reg = figure_view_register(figure);
    if (figure->kind == FIGURE_INDEX)
        return add_years(h, f);
    if (!reg)
        return OK;
    if (reg->valid_from != NO_FIELD && figure->kind != FIGURE_DIFFERENCE)
        return add_days(h, reg, f);
    return add_revisions(h, reg, f);
}

static bool is_rank(const struct figure *figure)
{
    return figure->kind == FIGURE_INDEX && str_is(figure->index_value, "rank");
}

/* A figure of an index bears its year in its title; the chart shows all of them. */
static struct str chart_title(struct figure_view *v)
{
    const struct figure *figure = v->figure;
    enum lang lang = v->x->lang;
    struct str title = text2_in(&figure->title, lang),
               unit = figure->is_share ? STR("%") : text2_in(&figure->unit, lang);
    if (is_rank(figure))
        return message(M_home_rank_chart, lang);
    if (figure->kind == FIGURE_INDEX)
        return text2_in(&figure->index->title, lang);
    return unit.n ? str_of(arena_printf(v->x->arena, "%.*s (%.*s)", STR_ARG(title), STR_ARG(unit))) : title;
}

enum err figure_show_history(struct figure_view *v, struct buf *out, bool *ret_has_chart, struct fault *f)
{
    struct history h = {.v = v};
    enum err e = gather(&h, f);
    if (e != OK)
        return e;
    size_t n_known = 0;
    for (size_t i = 0; i < h.n; i++)
        n_known += isnan(h.values[i]) ? 0 : 1;
    if (n_known < 2 && h.what != M_figure_history_costly)
        h.what = M_figure_history_none;
    tpl_quiet(out, &(struct tpl_quiet){message(h.what, v->x->lang)}, v->x->lang);
    *ret_has_chart = n_known >= 2;
    if (n_known < 2)
        return OK;
    bool is_share = v->figure->is_share;
    struct str title = chart_title(v);
    struct chart_series series = {.name = title, .values = h.values, .is_strong = true};
    part_chart(v->x, out,
               &(struct chart){.title = title,
                               .summary = message(h.what, v->x->lang),
                               .labels = h.labels,
                               .n_labels = h.n,
                               .series = &series,
                               .n_series = 1,
                               .is_rank = is_rank(v->figure),
                               .decimals = is_share ? 1 : v->r.decimals});
    return OK;
}
