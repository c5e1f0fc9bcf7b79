/* Reports: the list of them, and each within the frame of the site. */
#include "base/limits.h"
#include "report/report.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

static struct str lang_name(enum lang lang)
{
    return lang == LANG_EN ? STR("en") : STR("vi");
}

static struct str period_of(struct exchange *x, const struct report *head)
{
    if (head->period_from.n == 0 || head->period_to.n == 0)
        return part_date(x, head->on);
    struct str from = part_date(x, head->period_from), to = part_date(x, head->period_to);
    return str_of(arena_printf(x->arena, "%.*s – %.*s", STR_ARG(from), STR_ARG(to)));
}

/* The newest (they are listed by name) first. */
static size_t read_heads(struct exchange *x, struct report **ret_heads)
{
    const struct worker *w = x->worker;
    struct str *ids;
    size_t n, n_heads = 0;
    reports_list(x->arena, w->store->province, &ids, &n);
    struct report *heads = arena_zalloc(x->arena, (n + 1) * sizeof(*heads));
    while (n-- > 0)
        if (report_head(x->arena, w->store->province, ids[n], &heads[n_heads]))
            n_heads++;
    *ret_heads = heads;
    return n_heads;
}

enum err page_reports(struct exchange *x, struct fault *f)
{
    struct report *heads;
    size_t n = read_heads(x, &heads);
    struct tpl_reports_reports *shown = arena_zalloc(x->arena, (n + 1) * sizeof(*shown));
    for (size_t i = 0; i < n; i++)
        shown[i] = (struct tpl_reports_reports){.title = text2_in(&heads[i].title, heads[i].lang),
                                                .href = part_href(x, "/reports/", heads[i].id),
                                                .language = lang_name(heads[i].lang),
                                                .period = period_of(x, &heads[i])};
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_reports(&content, &(struct tpl_reports){shown, n}, x->lang);
    return page(x,
                &(struct page){.title = message(M_reports_title, x->lang),
                               .description = message(M_reports_lead, x->lang),
                               .content = buf_view(&content),
                               .section = "report"},
                f);
}

/* Reports of the same period in other languages. */
static size_t find_others(struct exchange *x, const struct report *r, struct tpl_report_others **ret_others)
{
    struct report *heads;
    size_t n = read_heads(x, &heads), n_others = 0;
    struct tpl_report_others *others = arena_zalloc(x->arena, (n + 1) * sizeof(*others));
    for (size_t i = 0; i < n; i++)
        if (heads[i].lang != r->lang && str_eq(heads[i].period_from, r->period_from) &&
            str_eq(heads[i].period_to, r->period_to))
            others[n_others++] =
                (struct tpl_report_others){text2_in(&heads[i].title, heads[i].lang),
                                           part_href(x, "/reports/", heads[i].id), lang_name(heads[i].lang)};
    *ret_others = others;
    return n_others;
}

static bool has_sample(const struct report *r)
{
    bool has = false;
    for (size_t i = 0; i < r->n_figures; i++)
        has |= r->figures[i]->n_sample > 0;
    for (size_t i = 0; i < r->n_indexes; i++)
        has |= r->indexes[i]->n_sample > 0;
    return has;
}

static enum err show_report(struct exchange *x, const struct report *r, struct fault *f)
{
    struct buf body CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                    verify CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                    content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    report_body_html(x->arena, r, &(struct report_links){"/figures/", "/indexes/", x->at}, &body);
    const char *command = arena_printf(x->arena, "tinhso report %.*s --at %lld", STR_ARG(r->id), (long long)r->at.rev);
    enum err e =
        part_verify(x, &verify, str_of(arena_printf(x->arena, "/api/log/revisions/%lld", (long long)r->at.rev)),
                    str_of(command), f);
    if (e != OK)
        return e;
    struct tpl_report_others *others;
    size_t n_others = find_others(x, r, &others);
    struct tpl_report t = {
        .language = lang_name(r->lang),
        .content = buf_view(&body),
        .markdown_href = exchange_link(x, "f", STR("md")),
        .json_href = part_href(x, "/api/reports/", r->id),
        .others = others,
        .n_others = n_others,
        .verify = buf_view(&verify),
    };
    tpl_report(&content, &t, x->lang);
    struct str title = text2_in(&r->title, r->lang);
    struct crumb crumbs[] = {{message(M_reports_title, x->lang), STR("/reports")}, {title, {NULL, 0}}};
    return page(x,
                &(struct page){.title = title,
                               .description = title,
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .has_heading = true,
                               .section = "report",
                               .has_sample = has_sample(r)},
                f);
}

enum err page_report(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct report *r;
    struct faults list CLEANUP(faults_done) = {.max = 1};
    enum err e = report_compute(x->arena, w->store, w->figures, input_named(x, "report")->text, &r, &list);
    if (e != OK) {
        if (list.n)
            *f = list.p[0];
        return e;
    }
    if (x->format == FORMAT_MARKDOWN) {
        report_markdown(r, &x->body);
        return OK;
    }
    return show_report(x, r, f);
}
