#include "web/figure_course.h"

#include <math.h>

#include "register/query.h"
#include "text/date.h"
#include "web/page_figure.h"

#include "base/banned.h"

struct counting {
    struct exchange *x;
    const struct figure_result *r;
    struct str on;
    struct course *c;
};

static void add_point(struct counting *k, struct str label, const struct figure_result *r)
{
    double value = figure_view_number(k->r->figure, r->value, r->percent);
    k->c->labels[k->c->n] = label;
    k->c->values[k->c->n++] = value;
    k->c->n_known += isnan(value) ? 0 : 1;
}

/* The figure at another moment; an error there (no such year, not enough data) leaves a gap. */
static void count_point(struct counting *k, struct str label, const struct figure_options *o)
{
    struct worker *w = k->x->worker;
    struct figure_result r = {0};
    struct fault ignored = {0};
    if (figure_compute(k->x->arena, w->store, w->figures, k->r->figure->id, o, &r, &ignored) != OK)
        r = (struct figure_result){0};
    add_point(k, label, &r);
}

/* How many points may be counted again without making the reader wait. */
static size_t affordable(const struct counting *k)
{
    int64_t each = k->r->n_counted > 0 ? k->r->n_counted : 1;
    int64_t n = LIMIT_FIGURE_HISTORY_RECORDS / each;
    return n > LIMIT_FIGURE_HISTORY ? LIMIT_FIGURE_HISTORY : (size_t)n;
}

static enum err add_years(struct counting *k, struct fault *f)
{
    struct exchange *x = k->x;
    struct worker *w = x->worker;
    const struct index *index = k->r->figure->index;
    struct index_table t = {0};
    int64_t year;
    k->c->what = M_figure_history_years;
    enum err e = index_latest_year(x->arena, w->store, w->figures->indexes, index->id, &year, f);
    if (e == OK)
        e = index_compute(x->arena, w->store, w->figures->indexes, index->id, year, &t, f);
    size_t skip = e == OK && t.n_years > LIMIT_FIGURE_HISTORY ? t.n_years - LIMIT_FIGURE_HISTORY : 0;
    for (size_t i = skip; e == OK && i < t.n_years; i++)
        count_point(k, str_of(arena_printf(x->arena, "%lld", (long long)t.years[i])),
                    &(struct figure_options){.year = t.years[i]});
    return e;
}

/* The last days of the months before the day of the figure, and that day; what counts nothing has no course. */
static void add_months(struct counting *k)
{
    struct exchange *x = k->x;
    struct date day, first;
    size_t n = affordable(k);
    k->c->what = n > 1 ? M_figure_history_months : M_figure_history_costly_days;
    if (n < 2 || k->r->n_counted == 0 || date_parse(k->r->on, &day, NULL) != OK)
        return;
    first = (struct date){day.year, day.month, 1};
    while (--n > 0) {
        struct str last = date_iso(x->arena, date_add_days(date_add_months(first, 1 - (int32_t)n), -1));
        count_point(k, part_date(x, last), &(struct figure_options){.on = last});
    }
    add_point(k, part_date(x, k->r->on), k->r);
}

static enum err add_days(struct counting *k, const struct reg *reg, struct fault *f)
{
    struct exchange *x = k->x;
    struct worker *w = x->worker;
    struct str days[LIMIT_FIGURE_HISTORY];
    size_t n;
    k->c->what = M_figure_history_days;
    enum err e = query_days(x->arena, w->store, reg, STR("9999-12-31"), affordable(k), days, &n, f);
    while (e == OK && n-- > 0) {
        count_point(k, part_date(x, days[n]), &(struct figure_options){.on = days[n]});
        k->c->n_after += str_cmp(days[n], k->r->on) > 0;
    }
    return e;
}

/* At each revision the data of then. */
static enum err add_revisions(struct counting *k, const struct reg *reg, struct fault *f)
{
    struct exchange *x = k->x;
    struct worker *w = x->worker;
    const struct province *p = w->store->province;
    int64_t revs[LIMIT_FIGURE_HISTORY], here = w->store->at;
    size_t n, most = affordable(k);
    struct moment at;
    k->c->what = M_figure_history_revisions;
    enum err e = query_revisions(w->store, reg, most > 1 ? most : 2, revs, &n, f);
    if (e == OK && most < 2 && n > 1)
        k->c->what = M_figure_history_costly, n = 0;
    while (e == OK && n-- > 0) {
        if ((e = moment_of(x->arena, w->store, revs[n], &at, f)) != OK)
            break;
        struct str day = part_date(x, at.day);
        struct str label = str_of(arena_printf(x->arena, "%lld · %.*s", (long long)revs[n], STR_ARG(day)));
        if (n == 0) { /* nothing was written since: this is the value as it was counted */
            add_point(k, label, k->r);
            break;
        }
        store_move(w->store, revs[n], p);
        count_point(k, label, &(struct figure_options){.on = k->on});
        store_move(w->store, here, p);
    }
    return e;
}

static enum err gather(struct counting *k, struct fault *f)
{
    const struct figure *figure = k->r->figure;
    const struct reg *reg = figure_view_register(figure);
    if (figure->kind == FIGURE_INDEX)
        return add_years(k, f);
    if (figure->kind != FIGURE_DIFFERENCE && figure_follows_day(k->x->arena, figure)) {
        add_months(k);
        return OK;
    }
    if (!reg)
        return OK;
    if (reg->valid_from != NO_FIELD && figure->kind != FIGURE_DIFFERENCE)
        return add_days(k, reg, f);
    return add_revisions(k, reg, f);
}

enum err figure_course(struct exchange *x, const struct figure_result *r, struct str on, struct course *ret_course,
                       struct fault *f)
{
    struct counting k = {x, r, on, ret_course};
    *ret_course = (struct course){.what = M_figure_history_none};
    enum err e = gather(&k, f);
    bool is_told = ret_course->what == M_figure_history_costly || ret_course->what == M_figure_history_costly_days;
    if (ret_course->n_known < 2 && !is_told)
        ret_course->what = ret_course->what == M_figure_history_months ? M_figure_history_empty : M_figure_history_none;
    return e;
}
