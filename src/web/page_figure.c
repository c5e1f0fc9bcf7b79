/* The page of one figure. */
#include "web/page_figure.h"

#include <math.h>

#include "base/limits.h"
#include "register/query.h"
#include "web/message.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

double figure_view_number(const struct figure *figure, struct quantity value, struct quantity percent)
{
    struct quantity q = figure->is_share ? percent : value;
    return quantity_is_known(q) ? quantity_double(q) : NAN;
}

const struct reg *figure_view_register(const struct figure *figure)
{
    if (figure->kind == FIGURE_INDEX)
        return figure->index->values;
    if (figure->kind == FIGURE_DIFFERENCE)
        return figure_view_register(figure->other);
    if (figure->kind == FIGURE_TOTAL)
        return figure_view_register(figure->added[0]);
    return figure->main.kind == MEASURE_FIGURE ? figure_view_register(figure->main.figure) : figure->main.reg;
}

struct str figure_view_href(struct figure_view *v, struct str path, struct str by, struct str units_at)
{
    const struct {
        const char *name;
        struct str value;
    } parameters[] = {{"by", by}, {"on", v->options.on}, {"units-at", units_at}, {"at", v->x->at}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    char sign = '?';
    buf_str(&b, path);
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        if (parameters[i].value.n == 0)
            continue;
        buf_printf(&b, "%c%s=", sign, parameters[i].name);
        url_encode(&b, parameters[i].value);
        sign = '&';
    }
    return str_dup(v->x->arena, buf_view(&b));
}

/* ---- the value */

/* What stands behind the number: “/ 63 tỉnh”, or below a share “111.390 / 120.032 hộ”. */
static struct str base_of(struct figure_view *v, struct str value)
{
    struct str of = part_quantity(v->x, v->r.of, v->r.decimals), unit = text2_in(&v->figure->unit, v->x->lang);
    if (of.n == 0)
        return nothing;
    return str_of(
        arena_printf(v->x->arena, "%.*s%s/ %.*s %.*s", STR_ARG(value), value.n ? " " : "", STR_ARG(of), STR_ARG(unit)));
}

static void set_value(struct figure_view *v, struct tpl_figure *t)
{
    struct exchange *x = v->x;
    const struct figure_result *r = &v->r;
    t->value = part_quantity(x, r->value, r->decimals);
    t->unit = text2_in(&v->figure->unit, x->lang);
    t->has_share = quantity_is_known(r->percent);
    t->base = base_of(v, t->has_share ? t->value : nothing);
    if (t->has_share) {
        struct str percent = part_quantity(x, r->percent, 1);
        t->value = str_of(arena_printf(x->arena, "%.*s %%", STR_ARG(percent)));
        t->share = fmin(quantity_double(r->percent), 100);
    }
    if (quantity_is_known(r->margin)) {
        struct str low = part_quantity(x, r->low, 1), high = part_quantity(x, r->high, 1);
        t->margin = part_quantity(x, r->margin, 1);
        t->interval = str_of(arena_printf(x->arena, "%.*s – %.*s", STR_ARG(low), STR_ARG(high)));
        t->asked = part_int(x, r->n_asked);
    }
    t->is_sample = r->n_sample > 0;
    t->is_stale = r->is_stale;
    t->has_other_framework = r->has_other_framework;
    t->note = text2_in(&v->figure->note, x->lang);
    t->question = text2_in(&v->figure->question, x->lang);
}

/* ---- the page */

static enum err write_page(struct figure_view *v, const struct tpl_figure *t, bool has_chart, struct fault *f)
{
    struct exchange *x = v->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    struct str title = text2_in(&v->figure->title, x->lang);
    const char *scripts[3] = {NULL};
    size_t n = 0;
    if (has_chart)
        scripts[n++] = "chart";
    if (t->map.n)
        scripts[n] = "map";
    tpl_figure(&content, t, x->lang);
    message_fill(&description, M_figure_description, x->lang, title);
    struct crumb crumbs[] = {{message(M_reports_title, x->lang), STR("/reports")},
                             {message(M_figures_title, x->lang), STR("/figures")},
                             {title, nothing}};
    return page(x,
                &(struct page){.title = title,
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "report",
                               .has_sample = v->r.n_sample > 0,
                               .scripts = scripts},
                f);
}

/* The proof of the revision that wrote the records last. */
static enum err show_verify(struct figure_view *v, struct buf *out, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    const struct reg *reg = figure_view_register(v->figure);
    int64_t rev = w->store->at;
    enum err e = reg ? query_newest(w->store, reg, &rev, f) : OK;
    if (e != OK)
        return e;
    const char *proof = arena_printf(x->arena, "/api/log/revisions/%lld", (long long)(rev ? rev : w->store->at));
    const char *command =
        arena_printf(x->arena, "tinhso figure %.*s --why --at %lld", STR_ARG(v->figure->id), (long long)w->store->at);
    return part_verify(x, out, str_of(proof), str_of(command), f);
}

static enum err show(struct figure_view *v, struct fault *f)
{
    struct exchange *x = v->x;
    bool has_chart = false;
    struct buf definition CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                          filters CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                          map CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                          table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                          history CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                          records CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                          verify CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = figure_show_definition(v, &definition, f);
    if (e == OK)
        e = figure_show_breakdown(v, &filters, &map, &table, f);
    if (e == OK)
        e = figure_show_history(v, &history, &has_chart, f);
    if (e == OK)
        e = figure_show_records(v, &records, f);
    if (e == OK)
        e = show_verify(v, &verify, f);
    if (e != OK)
        return e;
    struct str api = part_href(x, "/api/figures/", v->figure->id);
    struct tpl_figure t = {
        .definition = buf_view(&definition),
        .filters = buf_view(&filters),
        .map = buf_view(&map),
        .breakdown = buf_view(&table),
        .history = buf_view(&history),
        .records = buf_view(&records),
        .verify = buf_view(&verify),
        .json_href = figure_view_href(v, api, v->r.by, v->options.units_at),
        .records_href =
            figure_view_href(v, str_of(arena_printf(x->arena, "%.*s/records", STR_ARG(api))), nothing, nothing),
    };
    set_value(v, &t);
    return write_page(v, &t, has_chart, f);
}

enum err page_figure(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct str by = input_named(x, "by")->text;
    struct figure_view v = {
        .x = x, .options = {.by = by, .on = input_named(x, "on")->text, .units_at = input_named(x, "units-at")->text}};
    enum err e = figure_find(w->figures, input_named(x, "figure")->text, &v.figure, f);
    if (e == OK && by.n == 0 && v.figure->n_by > 0)
        v.options.by = v.figure->by[0];
    if (e == OK)
        e = site_allows_by(x, v.figure, v.options.by, f);
    if (e == OK)
        e = figure_compute(x->arena, w->store, w->figures, v.figure->id, &v.options, &v.r, f);
    return e == OK ? show(&v, f) : e;
}
