#include "web/figure_card.h"

#include <math.h>

#include "web/parts.h"

#include "base/banned.h"

struct tpl_figure_card figure_card(struct exchange *x, const struct figure_result *r)
{
    const struct figure *figure = r->figure;
    struct str unit = text2_in(&figure->unit, x->lang);
    bool has_share = quantity_is_known(r->percent);
    struct str value = part_quantity(x, r->value, r->decimals), of = part_quantity(x, r->of, r->decimals);
    struct tpl_figure_card card = {
        .title = text2_in(&figure->title, x->lang),
        .href = part_href(x, "/figures/", figure->id),
        .value = value,
        .unit = unit,
        .is_sample = r->n_sample > 0,
    };
    if (!has_share && of.n) /* a rank: 41 / 63 tỉnh */
        card.unit = str_of(arena_printf(x->arena, "/ %.*s %.*s", STR_ARG(of), STR_ARG(unit)));
    if (has_share) {
        struct str percent = part_quantity(x, r->percent, 1);
        card.value = str_of(arena_printf(x->arena, "%.*s %%", STR_ARG(percent)));
        card.unit = (struct str){NULL, 0};
        card.base = str_of(arena_printf(x->arena, "%.*s / %.*s %.*s", STR_ARG(value), STR_ARG(of), STR_ARG(unit)));
        card.share = fmin(quantity_double(r->percent), 100);
        card.has_share = true;
    }
    return card;
}
