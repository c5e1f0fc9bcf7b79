/* All figures with their values, by the report that quotes them. */
#include "base/limits.h"
#include "report/report.h"
#include "web/figure_card.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

struct list {
    struct exchange *x;
    const struct figures *figures;
    bool *is_taken; /* by a group before */
    bool has_sample;
    VEC(struct tpl_figures_groups) groups;
};

static struct tpl_figure_card take(struct list *l, const struct figure *figure)
{
    struct worker *w = l->x->worker;
    struct figure_result r = {0};
    struct fault ignored = {0};
    if (figure_compute(l->x->arena, w->store, l->figures, figure->id, NULL, &r, &ignored) != OK)
        r = (struct figure_result){.figure = figure}; /* its own page says why it is unknown */
    l->has_sample |= r.n_sample > 0;
    return figure_card(l->x, &r);
}

static bool quotes(const struct report *head, struct str id)
{
    for (size_t i = 0; i < head->n_quoted; i++)
        if (str_eq(head->quoted[i], id))
            return true;
    return false;
}

/* Those that a report quotes and none before did; head NULL: those that are left. In the order of their declarations. */
static void add_group(struct list *l, const struct report *head)
{
    struct exchange *x = l->x;
    struct tpl_figure_card *cards = ARENA_ARRAY(x->arena, struct tpl_figure_card, l->figures->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < l->figures->n; i++) {
        if (l->is_taken[i] || (head && !quotes(head, l->figures->p[i]->id)))
            continue;
        l->is_taken[i] = true;
        cards[n++] = take(l, l->figures->p[i]);
    }
    struct tpl_figures_groups group = {.title = message(M_figures_others, x->lang), .figures = cards, .n_figures = n};
    if (head) {
        group.title = text2_in(&head->title, x->lang);
        group.href = part_href(x, "/reports/", head->id);
    }
    if (n)
        VEC_PUSH(x->arena, &l->groups, group);
}

/* Reports in the reader's language come first, of them those that name key figures. */
static void add_reports(struct list *l)
{
    enum { RANKS = 3 };
    const struct province *p = ((struct worker *)l->x->worker)->store->province;
    struct str *ids;
    size_t n;
    reports_list(l->x->arena, p, &ids, &n);
    struct report *heads = ARENA_ARRAY(l->x->arena, struct report, n + 1);
    bool *is_read = ARENA_ARRAY(l->x->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        is_read[i] = report_head(l->x->arena, p, ids[i], &heads[i]);
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = n; i-- > 0;) {
            bool is_own = is_read[i] && heads[i].lang == l->x->lang;
            int its = is_own && heads[i].n_key_figures ? 0 : is_own ? 1 : 2;
            if (is_read[i] && its == rank)
                add_group(l, &heads[i]);
        }
}

enum err page_figures(struct exchange *x, struct fault *f)
{
    const struct figures *figures = ((struct worker *)x->worker)->figures;
    struct list l = {.x = x, .figures = figures, .is_taken = arena_zalloc(x->arena, figures->n + 1)};
    add_reports(&l);
    add_group(&l, NULL);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_figures(&content, &(struct tpl_figures){l.groups.p, l.groups.n}, x->lang);
    struct crumb crumbs[] = {{message(M_reports_title, x->lang), STR("/reports")},
                             {message(M_figures_title, x->lang), (struct str){NULL, 0}}};
    return page(x,
                &(struct page){.title = message(M_figures_title, x->lang),
                               .description = message(M_figures_lead, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "report",
                               .has_sample = l.has_sample},
                f);
}
