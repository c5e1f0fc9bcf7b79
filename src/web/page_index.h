/* Between the pages of an index: the tables of all its years, read once, and what all of them show.
 *
 *     struct index_view v;
 *     enum err e = index_view_open(x, &v, f);               // inputs "index" and "year"
 *     index_show_ranks(&v, subjects, 2, &out);              // the first stands out
 *
 * Without a year asked for, it is the latest for which at least half of the ranks are known, else the latest.
 * Nothing is owned: tables lie in the arena of the exchange.
 */
#ifndef TINHSO_WEB_PAGE_INDEX_H
#define TINHSO_WEB_PAGE_INDEX_H

#include "web/parts.h"

struct index_view {
    struct exchange *x;
    const struct index *index;
    struct index_table *years; /* ascending, the latest LIMIT_INDEX_YEARS of those that have values */
    size_t n_years;
    const struct index_table *t; /* of the year shown */
    struct str own;              /* the subject that is the province itself; empty: not declared */
};

enum err index_view_open(struct exchange *x, struct index_view *ret_view, struct fault *f);

/* The newest figure that quotes the index (NULL: any index): its subject is the province itself. NULL: there is none. */
const struct figure *index_own_figure(const struct figures *fs, const struct index *index);

/* NULL when the year does not have it. */
const struct index_row *index_row_of(const struct index_table *t, struct str subject);
/* Published, else recomputed. */
struct quantity index_total_of(const struct index_row *row);

struct str index_year_text(struct exchange *x, int64_t year);
/* /indexes/ID, with more behind it and the year shown: "/67?year=2022". */
struct str index_href(const struct index_view *v, struct str subject);
/* The years as links. */
void index_show_years(const struct index_view *v, struct buf *out);
/* The form that chooses two. */
void index_show_compare(const struct index_view *v, struct str a, struct str b, struct buf *out);

/* Ranks and totals over the years, the first subject strong; nothing where fewer than two years are known. With `has_mean` the published mean
 * beside the totals. */
void index_show_ranks(const struct index_view *v, const struct str *subjects, size_t n, struct buf *out);
enum err index_show_totals(const struct index_view *v, const struct str *subjects, size_t n, bool has_mean,
                           struct buf *out, struct fault *f);
enum err index_show_verify(const struct index_view *v, struct buf *out, struct fault *f);

#endif
