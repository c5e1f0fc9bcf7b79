/* A figure over time, as a chart. */
#include "web/figure_course.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/templates.h"

#include "base/banned.h"

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
    struct course c;
    enum err e = figure_course(v->x, &v->r, v->options.on, &c, f);
    if (e != OK)
        return e;
    struct str what = message(c.what, v->x->lang);
    tpl_quiet(out, &(struct tpl_quiet){what}, v->x->lang);
    *ret_has_chart = c.n_known >= 2;
    if (!*ret_has_chart)
        return OK;
    struct str title = chart_title(v);
    struct chart_series series = {.name = title, .values = c.values, .is_strong = true};
    part_chart(v->x, out,
               &(struct chart){.title = title,
                               .summary = what,
                               .labels = c.labels,
                               .n_labels = c.n,
                               .series = &series,
                               .n_series = 1,
                               .is_rank = is_rank(v->figure),
                               .decimals = v->figure->is_share ? 1 : v->r.decimals});
    return OK;
}
