/* A counted figure as a card: templates take it as `list of figure_card`.
 *
 *     struct tpl_figure_card card = figure_card(x, &result);
 */
#ifndef TINHSO_WEB_FIGURE_CARD_H
#define TINHSO_WEB_FIGURE_CARD_H

#include "figure/figure.h"
#include "web/site.h"
#include "web/templates.h"

struct tpl_figure_card figure_card(struct exchange *x, const struct figure_result *r);

#endif
