/* Figures, indices and reports as resources: each says its revision and definition, and leads to the records it counts and to the proof. */
#include "figure/figure_json.h"
#include "figure/index_json.h"
#include "report/report_json.h"
#include "web/api.h"
#include "web/feature.h"

#include "base/banned.h"

static void begin(struct exchange *x, struct json_out *o)
{
    json_out_init(o, &x->body, JSON_OUT_COMPACT);
}

/* What every one of them ends with: its page, and what shows that the revision is what it says. */
static void write_links(struct exchange *x, const char *page, struct json_out *o)
{
    const struct worker *w = x->worker;
    json_key(o, STR("links"));
    json_array_begin(o);
    link_write(o, x, exchange_link(x, "f", STR("json")), "self", "application/json", NULL);
    link_write(o, x, str_of(page), "alternate", "text/html", NULL);
    link_write(o, x, str_of(arena_printf(x->arena, "/api/log/revisions/%lld", (long long)w->store->at)), "proof",
               "application/json", NULL);
    link_write(o, x, STR("/api/log/checkpoint"), "checkpoint", "text/plain", NULL);
}

/* ---- figures ---- */

enum err api_figures(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    struct moment at;
    if (x->format == FORMAT_HTML) {
        exchange_redirect(x, 303, STR("/figures"));
        return OK;
    }
    enum err e = moment_read(x->arena, w->store, &at, f);
    if (e != OK)
        return e;
    begin(x, &o);
    figures_json(w->figures, &at, x->lang, &o);
    return OK;
}

static struct figure_options options_of(const struct exchange *x)
{
    return (struct figure_options){.by = input_named(x, "by")->text,
                                   .on = input_named(x, "on")->text,
                                   .units_at = input_named(x, "units-at")->text};
}

enum err api_figure(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct str id = input_named(x, "figure")->text;
    struct figure_options options = options_of(x);
    struct figure_result r;
    struct json_out o;
    const char *page = arena_printf(x->arena, "/figures/%.*s", STR_ARG(id));
    if (x->format == FORMAT_HTML) {
        exchange_redirect(x, 303, str_of(page));
        return OK;
    }
    const struct figure *figure;
    enum err e = figure_find(w->figures, id, &figure, f);
    if (e == OK)
        e = site_allows_by(x, figure, options.by, f);
    if (e == OK)
        e = figure_compute(x->arena, w->store, w->figures, id, &options, &r, f);
    if (e != OK)
        return e;
    begin(x, &o);
    json_object_begin(&o);
    figure_members_json(&r, x->lang, &o);
    figure_definition_json(r.figure, x->lang, &o);
    write_links(x, page, &o);
    link_write(&o, x, str_of(arena_printf(x->arena, "/api/figures/%.*s/records", STR_ARG(id))), "items",
               "application/json", NULL);
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

/* ---- the records behind a figure ---- */

struct records {
    struct exchange *x;
    struct json_out *o;
};

static bool only_count(void *ctx, const struct figure_record *r)
{
    (void)ctx, (void)r;
    return false;
}

static bool write_record(void *ctx, const struct figure_record *r)
{
    struct records *list = ctx;
    struct json_out *o = list->o;
    json_object_begin(o);
    figure_record_members_json(r, o);
    json_key(o, STR("fields"));
    json_object_begin(o);
    for (size_t i = 0; i < r->reg->n_fields; i++) {
        const struct field *fd = &r->reg->fields[i];
        if (fd->type == FT_GEOMETRY || !site_shows_field(list->x, fd))
            continue;
        json_key(o, fd->name);
        value_json(fd, &r->record->values[i], o);
    }
    json_object_end(o);
    json_object_end(o);
    return !o->b->is_full;
}

enum err api_figure_records(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct str id = input_named(x, "figure")->text;
    struct figure_options options = {.on = input_named(x, "on")->text};
    struct json_out o;
    struct moment at;
    int64_t total = 0, seen = 0;
    enum err e = moment_read(x->arena, w->store, &at, f);
    /* How many it counts is public, as the figure is; which they are, only of those that the caller may see. */
    store_view(w->store, NULL);
    if (e == OK)
        e = figure_why(x->arena, w->store, w->figures, id, &options, 1, false, only_count, NULL, &total, f);
    store_view(w->store, &w->viewer);
    if (e != OK)
        return e;
    begin(x, &o);
    json_object_begin(&o);
    json_member(&o, "figure", id);
    moment_json(&at, &o);
    json_key(&o, STR("records"));
    json_array_begin(&o);
    struct records list = {.x = x, .o = &o};
    e = figure_why(x->arena, w->store, w->figures, id, &options, input_named(x, "limit")->integer, false, write_record,
                   &list, &seen, f);
    if (e != OK)
        return e;
    json_array_end(&o);
    json_key(&o, STR("total")), json_int(&o, total);
    json_key(&o, STR("withheld")), json_bool(&o, seen < total);
    json_object_end(&o);
    return OK;
}

/* ---- indices ---- */

enum err api_indexes(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    (void)f;
    begin(x, &o);
    indexes_json(w->figures->indexes, x->lang, &o);
    return OK;
}

static enum err answer_index(struct exchange *x, struct str id, int64_t year, struct fault *f)
{
    const struct worker *w = x->worker;
    struct index_table t;
    struct json_out o;
    const char *page = arena_printf(x->arena, "/indexes/%.*s?year=%lld", STR_ARG(id), (long long)year);
    if (x->format == FORMAT_HTML) {
        exchange_redirect(x, 303, str_of(page));
        return OK;
    }
    enum err e = index_compute(x->arena, w->store, w->figures->indexes, id, year, &t, f);
    if (e != OK)
        return e;
    begin(x, &o);
    json_object_begin(&o);
    index_members_json(&t, NULL, x->lang, &o);
    json_key(&o, STR("years"));
    json_array_begin(&o);
    for (size_t i = 0; i < t.n_years; i++)
        json_int(&o, t.years[i]);
    json_array_end(&o);
    write_links(x, page, &o);
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

enum err api_index_latest(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct str id = input_named(x, "index")->text;
    int64_t year;
    enum err e = index_latest_year(x->arena, w->store, w->figures->indexes, id, &year, f);
    return e == OK ? answer_index(x, id, year, f) : e;
}

enum err api_index(struct exchange *x, struct fault *f)
{
    return answer_index(x, input_named(x, "index")->text, input_named(x, "year")->integer, f);
}

/* ---- reports ---- */

enum err api_reports(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    (void)f;
    begin(x, &o);
    reports_json(x->arena, w->store->province, x->lang, &o);
    return OK;
}

enum err api_report(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct str id = input_named(x, "report")->text;
    struct report *r;
    struct json_out o;
    const char *page = arena_printf(x->arena, "/reports/%.*s", STR_ARG(id));
    if (x->format == FORMAT_HTML) {
        exchange_redirect(x, 303, str_of(page));
        return OK;
    }
    struct faults list CLEANUP(faults_done) = {.max = 1};
    enum err e = report_compute(x->arena, w->store, w->figures, id, &r, &list);
    if (e != OK) {
        if (list.n)
            *f = list.p[0];
        return e;
    }
    if (x->format == FORMAT_MARKDOWN) {
        report_markdown(r, &x->body);
        return OK;
    }
    begin(x, &o);
    json_object_begin(&o);
    report_members_json(r, x->lang, &o);
    write_links(x, page, &o);
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}
