/* Between the files of a figure's page: what was asked and counted, and the pieces that show it.
 *
 *     struct figure_view v = {.x = x, .figure = figure, .options = options};
 *     if (figure_compute(…, &v.options, &v.r, f) != OK) …
 *     e = figure_show_breakdown(&v, &filters, &map, &table, f);
 *
 * Value and breakdown come from one computation. Nothing is owned; what is written goes to the caller's buffers.
 */
#ifndef TINHSO_WEB_PAGE_FIGURE_H
#define TINHSO_WEB_PAGE_FIGURE_H

#include "web/parts.h"

struct figure_view {
    struct exchange *x;
    const struct figure *figure;
    struct figure_options options;
    struct figure_result r;
};

/* A number as it is shown: value, or the share in per cent of a figure that is one. */
double figure_view_number(const struct figure *figure, struct quantity value, struct quantity percent);
/* The register whose records the figure counts first; NULL: none. */
const struct reg *figure_view_register(const struct figure *figure);

/* The path with what is asked of the figure, at the moment that is looked at. */
struct str figure_view_href(struct figure_view *v, struct str path, struct str by, struct str units_at);

/* page_figure_definition.c: how it is counted, who wrote the records. */
enum err figure_show_definition(struct figure_view *v, struct buf *out, struct fault *f);
/* page_figure_breakdown.c: what it can be broken down by; map where outlines are known; table with bars. */
enum err figure_show_breakdown(struct figure_view *v, struct buf *filters, struct buf *map, struct buf *table,
                               struct fault *f);
/* page_ranking.c: what a figure ranks, a table each group, whose bars are the chart. */
enum err ranking_show(struct exchange *x, const struct figure *figure, const struct figure_options *o, struct buf *out,
                      struct fault *f);
/* page_figure_map.c; nothing where no outlines are known. */
enum err figure_show_map(struct figure_view *v, struct buf *out, struct fault *f);
/* page_figure_history.c: the value at other years, days or revisions; *ret_has_chart says whether one was drawn. */
enum err figure_show_history(struct figure_view *v, struct buf *out, bool *ret_has_chart, struct fault *f);
/* page_figure_records.c: the first records, of registers that the reader may see. */
enum err figure_show_records(struct figure_view *v, struct buf *out, struct fault *f);

#endif
