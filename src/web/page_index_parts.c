/* What the pages of an index share. */
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "register/query.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/page_index.h"
#include "web/templates.h"

#include "base/banned.h"

const struct figure *index_own_figure(const struct figures *fs, const struct index *index)
{
    const struct figure *found = NULL;
    for (size_t i = 0; i < fs->n; i++)
        if (fs->p[i]->kind == FIGURE_INDEX && (!index || fs->p[i]->index == index) &&
            (!found || fs->p[i]->index_year > found->index_year))
            found = fs->p[i];
    return found;
}

const struct index_row *index_row_of(const struct index_table *t, struct str subject)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->rows[i].subject, subject))
            return &t->rows[i];
    return NULL;
}

struct quantity index_total_of(const struct index_row *row)
{
    return quantity_is_known(row->published_total) ? row->published_total : row->total_rounded;
}

struct str index_year_text(struct exchange *x, int64_t year)
{
    return str_of(arena_printf(x->arena, "%lld", (long long)year));
}

struct str index_href(const struct index_view *v, struct str subject)
{
    struct str base = part_href(v->x, "/indexes/", v->index->id),
               piece = subject.n ? part_href(v->x, "/", subject) : (struct str){NULL, 0};
    struct str at = v->x->at.n ? part_href(v->x, "&at=", v->x->at) : (struct str){NULL, 0};
    return str_of(arena_printf(v->x->arena, "%.*s%.*s?year=%lld%.*s", STR_ARG(base), STR_ARG(piece),
                               (long long)v->t->year, STR_ARG(at)));
}

/* ---- reading */

static bool is_half_known(const struct index_table *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += t->rows[i].rank ? 1 : 0;
    return 2 * n >= t->n;
}

static enum err read_years(struct index_view *v, int64_t latest, struct fault *f)
{
    struct worker *w = v->x->worker;
    struct index_table t;
    enum err e = index_compute(v->x->arena, w->store, w->figures->indexes, v->index->id, latest, &t, f);
    if (e != OK)
        return e;
    size_t skip = t.n_years > LIMIT_INDEX_YEARS ? t.n_years - LIMIT_INDEX_YEARS : 0;
    v->years = arena_zalloc(v->x->arena, (t.n_years - skip + 1) * sizeof(*v->years));
    for (size_t i = skip; e == OK && i < t.n_years; i++, v->n_years++)
        e = index_compute(v->x->arena, w->store, w->figures->indexes, v->index->id, t.years[i], &v->years[v->n_years],
                          f);
    return e;
}

static enum err choose_year(struct index_view *v, int64_t year, struct fault *f)
{
    struct worker *w = v->x->worker;
    for (size_t i = v->n_years; i-- > 0;)
        if (year ? v->years[i].year == year : is_half_known(&v->years[i])) {
            v->t = &v->years[i];
            return OK;
        }
    v->t = &v->years[v->n_years - 1];
    if (!year)
        return OK;
    struct index_table *older = ARENA_NEW(v->x->arena, struct index_table);
    v->t = older;
    return index_compute(v->x->arena, w->store, w->figures->indexes, v->index->id, year, older, f);
}

enum err index_view_open(struct exchange *x, struct index_view *ret_view, struct fault *f)
{
    struct worker *w = x->worker;
    struct index_view v = {.x = x};
    int64_t latest;
    enum err e = index_find(w->figures->indexes, input_named(x, "index")->text, &v.index, f);
    if (e == OK)
        e = index_latest_year(x->arena, w->store, w->figures->indexes, v.index->id, &latest, f);
    if (e == OK)
        e = read_years(&v, latest, f);
    if (e == OK)
        e = choose_year(&v, input_named(x, "year")->integer, f);
    if (e != OK)
        return e;
    const struct figure *own = index_own_figure(w->figures, v.index);
    if (own)
        v.own = own->index_subject;
    *ret_view = v;
    return OK;
}

/* ---- years, comparison, proof */

void index_show_years(const struct index_view *v, struct buf *out)
{
    struct filter_option *options = arena_zalloc(v->x->arena, (v->n_years + 1) * sizeof(*options));
    for (size_t i = 0; i < v->n_years; i++) {
        struct str year = index_year_text(v->x, v->years[i].year);
        options[i] = (struct filter_option){.title = year, .value = year, .count = -1};
    }
    struct filter_group group = {.title = message(M_index_years, v->x->lang),
                                 .parameter = "year",
                                 .chosen = index_year_text(v->x, v->t->year),
                                 .options = options,
                                 .n_options = v->n_years};
    part_filters(v->x, out, &group, 1, (struct str){NULL, 0}, (struct str){NULL, 0});
}

static int by_name(const void *a, const void *b)
{
    return text_compare((*(const struct index_row *const *)a)->name, (*(const struct index_row *const *)b)->name);
}

void index_show_compare(const struct index_view *v, struct str a, struct str b, struct buf *out)
{
    const struct index_table *t = v->t;
    const struct index_row **rows = arena_zalloc(v->x->arena, (t->n + 1) * sizeof(*rows));
    struct tpl_compare_form_subjects_a *first = arena_zalloc(v->x->arena, (t->n + 1) * sizeof(*first));
    struct tpl_compare_form_subjects_b *second = arena_zalloc(v->x->arena, (t->n + 1) * sizeof(*second));
    for (size_t i = 0; i < t->n; i++)
        rows[i] = &t->rows[i];
    qsort(rows, t->n, sizeof(*rows), by_name);
    for (size_t i = 0; i < t->n; i++) {
        first[i] = (struct tpl_compare_form_subjects_a){rows[i]->subject, rows[i]->name, str_eq(rows[i]->subject, a)};
        second[i] = (struct tpl_compare_form_subjects_b){rows[i]->subject, rows[i]->name, str_eq(rows[i]->subject, b)};
    }
    struct str base = part_href(v->x, "/indexes/", v->index->id);
    tpl_compare_form(out,
                     &(struct tpl_compare_form){
                         .action = str_of(arena_printf(v->x->arena, "%.*s/compare", STR_ARG(base))),
                         .year = index_year_text(v->x, t->year),
                         .at = v->x->at,
                         .subjects_a = first,
                         .n_subjects_a = t->n,
                         .subjects_b = second,
                         .n_subjects_b = t->n,
                     },
                     v->x->lang);
}

enum err index_show_verify(const struct index_view *v, struct buf *out, struct fault *f)
{
    struct worker *w = v->x->worker;
    int64_t rev;
    enum err e = query_newest(w->store, v->index->values, &rev, f);
    if (e != OK)
        return e;
    const char *proof = arena_printf(v->x->arena, "/api/log/revisions/%lld", (long long)(rev ? rev : w->store->at));
    const char *command = arena_printf(v->x->arena, "tinhso index %.*s %lld --at %lld", STR_ARG(v->index->id),
                                       (long long)v->t->year, (long long)w->store->at);
    return part_verify(v->x, out, str_of(proof), str_of(command), f);
}

/* ---- charts */

static size_t known(const double *values, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += isnan(values[i]) ? 0 : 1;
    return k;
}

static double rank_value(const struct index_row *row)
{
    return row && row->rank ? (double)row->rank : NAN;
}

static double total_value(const struct index_row *row)
{
    return row && quantity_is_known(index_total_of(row)) ? quantity_double(index_total_of(row)) : NAN;
}

/* The name it bears latest. */
static struct str name_of(const struct index_view *v, struct str subject)
{
    for (size_t i = v->n_years; i-- > 0;) {
        const struct index_row *row = index_row_of(&v->years[i], subject);
        if (row)
            return row->name;
    }
    return subject;
}

static size_t gather(const struct index_view *v, const struct str *subjects, size_t n,
                     double (*value_of)(const struct index_row *), struct chart_series *series)
{
    size_t n_series = 0;
    for (size_t s = 0; s < n; s++) {
        double *values = arena_zalloc(v->x->arena, (v->n_years + 1) * sizeof(*values));
        for (size_t i = 0; i < v->n_years; i++)
            values[i] = value_of(index_row_of(&v->years[i], subjects[s]));
        if (known(values, v->n_years))
            series[n_series++] =
                (struct chart_series){.name = name_of(v, subjects[s]), .values = values, .is_strong = s == 0};
    }
    return n_series;
}

static void draw(const struct index_view *v, struct str title, const struct chart_series *series, size_t n,
                 bool is_rank, struct buf *out)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = known(series[i].values, v->n_years);
        most = k > most ? k : most;
    }
    if (most < 2)
        return;
    struct str *labels = arena_zalloc(v->x->arena, (v->n_years + 1) * sizeof(*labels));
    for (size_t i = 0; i < v->n_years; i++)
        labels[i] = index_year_text(v->x, v->years[i].year);
    struct str name = n ? series[0].name : (struct str){NULL, 0};
    part_chart(
        v->x, out,
        &(struct chart){.title = title,
                        .summary = str_of(arena_printf(v->x->arena, "%.*s: %.*s", STR_ARG(title), STR_ARG(name))),
                        .labels = labels,
                        .n_labels = v->n_years,
                        .series = series,
                        .n_series = n,
                        .is_rank = is_rank,
                        .decimals = is_rank ? 0 : v->index->decimals});
}

void index_show_ranks(const struct index_view *v, const struct str *subjects, size_t n, struct buf *out)
{
    struct chart_series *series = arena_zalloc(v->x->arena, (n + 1) * sizeof(*series));
    size_t n_series = gather(v, subjects, n, rank_value, series);
    draw(v, message(M_home_rank_chart, v->x->lang), series, n_series, true, out);
}

enum err index_show_totals(const struct index_view *v, const struct str *subjects, size_t n, bool has_mean,
                           struct buf *out, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    struct chart_series *series = arena_zalloc(x->arena, (n + 2) * sizeof(*series));
    size_t n_series = gather(v, subjects, n, total_value, series);
    double *means = arena_zalloc(x->arena, (v->n_years + 1) * sizeof(*means));
    for (size_t i = 0; has_mean && i < v->n_years; i++) {
        struct quantity mean;
        enum err e = index_mean(x->arena, w->store, v->index, v->years[i].year, v->index->published_total, &mean, f);
        if (e != OK)
            return e;
        means[i] = quantity_is_known(mean) ? quantity_double(mean) : NAN;
    }
    if (has_mean && known(means, v->n_years))
        series[n_series++] = (struct chart_series){.name = message(M_index_mean_of_all, x->lang), .values = means};
    draw(v, message(M_index_totals, x->lang), series, n_series, false, out);
    return OK;
}
