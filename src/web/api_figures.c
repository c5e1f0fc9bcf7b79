/* Figures, indices and reports as resources: each says its revision and definition, and leads to the records it counts and to the proof. */
#include "figure/figure_json.h"
#include "figure/index_json.h"
#include "report/report_json.h"
#include "base/limits.h"
#include "web/api.h"
#include "web/feature.h"
#include "web/show.h"

#include "base/banned.h"

static void begin(struct exchange *x, struct json_out *o)
{
    json_out_init(o, &x->body, JSON_OUT_COMPACT);
}

static struct str revision_text(const struct exchange *x)
{
    const struct worker *w = x->worker;
    return str_of(arena_printf(x->arena, "%lld", (long long)w->store->at));
}

/* What every one of them ends with: its page, itself at the revision that was read, whatever is written later, and what shows that the
 * revision is what it says. */
static void write_links(struct exchange *x, const char *page, struct json_out *o)
{
    struct str rev = revision_text(x);
    json_key(o, STR("links"));
    json_array_begin(o);
    link_write(o, x, exchange_link(x, "f", STR("json")), "self", "application/json", NULL);
    link_write(o, x, str_of(page), "alternate", "text/html", NULL);
    link_write(o, x, exchange_link(x, "at", rev), "bookmark", "application/json", NULL);
    link_write(o, x, STR_JOIN(x->arena, STR("/api/log/revisions/"), rev), "proof", "application/json", NULL);
    link_write(o, x, STR("/api/log/checkpoint"), "checkpoint", "text/plain", NULL);
    link_write(o, x, STR("/api/log/key"), "key", "text/plain", NULL);
}

/* "/api/figures/ID" and what follows, at the revision that is read, as of the day that was asked for. */
static struct str figure_path(struct exchange *x, const struct figure_result *r, const char *rest, struct str on)
{
    struct str day = on.n ? STR_JOIN(x->arena, STR("&on="), on) : on;
    return STR_JOIN(x->arena, STR("/api/figures/"), r->figure->id, str_of(rest), STR("?at="), revision_text(x), day);
}

/* Records of a register, in every format; nothing where it is not shown. */
static void write_items_link(struct exchange *x, const struct reg *reg, struct str query, struct json_out *o)
{
    if (!site_shows_register(x, reg))
        return;
    struct str path = collection_path(x, reg, "/items"), title = text2_in(&reg->title, x->lang);
    link_write(o, x, STR_JOIN(x->arena, path, query, query.n ? STR("&at=") : STR("?at="), revision_text(x)), "items",
               format_media(FORMAT_GEOJSON), arena_printf(x->arena, "%.*s", STR_ARG(title)));
}

/* What every list of them ends with: its page, and then each of them, item by item. */
static void begin_list_links(struct exchange *x, const char *page, struct json_out *o)
{
    json_key(o, STR("links"));
    json_array_begin(o);
    link_write(o, x, exchange_link(x, "f", STR("json")), "self", "application/json", NULL);
    link_write(o, x, str_of(page), "alternate", "text/html", NULL);
}

static void item_link(struct exchange *x, const char *path, struct str id, struct str title, struct json_out *o)
{
    link_write(o, x, STR_JOIN(x->arena, str_of(path), id), "item", "application/json",
               arena_printf(x->arena, "%.*s", STR_ARG(title)));
}

static void end_list(struct json_out *o)
{
    json_array_end(o);
    json_object_end(o);
}

/* ---- figures ---- */

enum err api_figures(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    struct moment at;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/figures");
    enum err e = moment_read(x->arena, w->store, &at, f);
    if (e != OK)
        return e;
    begin(x, &o);
    json_object_begin(&o);
    figures_members_json(w->figures, &at, x->lang, &o);
    begin_list_links(x, "/figures", &o);
    for (size_t i = 0; i < w->figures->n; i++)
        item_link(x, "/api/figures/", w->figures->p[i]->id, text2_in(&w->figures->p[i]->title, x->lang), &o);
    end_list(&o);
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
    if (x->format == FORMAT_HTML)
        return api_to_page(x, page);
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
    link_write(&o, x, figure_path(x, &r, "/records", options.on), "items", "application/json", NULL);
    if (figure->kind == FIGURE_COUNT && figure->main.kind == MEASURE_COUNT)
        write_items_link(x, figure->main.reg, show_counted_query(x, figure, &figure->main, r.on), &o);
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

/* ---- the records behind a figure ---- */

struct records {
    struct exchange *x;
    struct json_out *o;
    int64_t from, n; /* how many were met */
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
    if (list->n++ < list->from)
        return true;
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

/* At the revision of this page, whatever is written meanwhile. */
static struct str next_path(struct exchange *x, struct str on, int64_t from, int64_t limit)
{
    struct str rev = revision_text(x), day = on.n ? STR_JOIN(x->arena, STR("&on="), on) : on;
    return str_of(arena_printf(x->arena, "%.*s?at=%.*s%.*s&from=%lld&limit=%lld", STR_ARG(x->path), STR_ARG(rev),
                               STR_ARG(day), (long long)from, (long long)limit));
}

enum err api_figure_records(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct str id = input_named(x, "figure")->text;
    struct figure_options options = {.on = input_named(x, "on")->text};
    struct json_out o;
    struct moment at;
    int64_t from = input_named(x, "from")->integer, limit = input_named(x, "limit")->integer, total = 0, seen = 0;
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
    struct records list = {.x = x, .o = &o, .from = from};
    int64_t to = from > INT64_MAX - limit ? INT64_MAX : from + limit;
    e = figure_why(x->arena, w->store, w->figures, id, &options, to, false, write_record, &list, &seen, f);
    if (e != OK)
        return e;
    json_array_end(&o);
    json_key(&o, STR("total")), json_int(&o, total);
    json_key(&o, STR("withheld")), json_bool(&o, seen < total);
    json_key(&o, STR("links"));
    json_array_begin(&o);
    link_write(&o, x, exchange_link(x, "f", STR("json")), "self", "application/json", NULL);
    if (to < seen)
        link_write(&o, x, next_path(x, options.on, to, limit), "next", "application/json", NULL);
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

/* ---- indices ---- */

enum err api_indexes(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    (void)f;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/indexes");
    const struct indexes *all = w->figures->indexes;
    begin(x, &o);
    json_object_begin(&o);
    indexes_members_json(all, x->lang, &o);
    begin_list_links(x, "/indexes", &o);
    for (size_t i = 0; i < all->n; i++)
        item_link(x, "/api/indexes/", all->p[i]->id, text2_in(&all->p[i]->title, x->lang), &o);
    end_list(&o);
    return OK;
}

/* The values of the year, and of the year before, with which changes compare. */
static struct str values_query(struct exchange *x, const struct index_table *t)
{
    struct buf filter CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES),
                      query CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct str year = t->index->values->fields[t->index->year].name, where = t->index->values_where;
    int64_t from = t->year - (t->n_values_before > 0);
    if (where.n)
        buf_printf(&filter, "(%.*s) AND ", STR_ARG(where));
    buf_printf(&filter, "\"%.*s\" BETWEEN %lld AND %lld", STR_ARG(year), (long long)from, (long long)t->year);
    buf_puts(&query, "?filter=");
    url_encode(&query, buf_view(&filter));
    return str_dup(x->arena, buf_view(&query));
}

static enum err answer_index(struct exchange *x, struct str id, int64_t year, struct fault *f)
{
    const struct worker *w = x->worker;
    struct index_table t;
    struct json_out o;
    const char *page = arena_printf(x->arena, "/indexes/%.*s?year=%lld", STR_ARG(id), (long long)year);
    if (x->format == FORMAT_HTML)
        return api_to_page(x, page);
    enum err e = index_compute(x->arena, w->store, w->figures->indexes, id, year, &t, f);
    if (e != OK)
        return e;
    begin(x, &o);
    json_object_begin(&o);
    index_members_json(&t, NULL, x->lang, &o);
    index_definition_json(&t, x->lang, &o);
    json_key(&o, STR("years"));
    json_array_begin(&o);
    for (size_t i = 0; i < t.n_years; i++)
        json_int(&o, t.years[i]);
    json_array_end(&o);
    write_links(x, page, &o);
    write_items_link(x, t.index->values, values_query(x, &t), &o);
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

/* What is quoted: each leads on to its definition and its records. */
static void write_figure_link(struct exchange *x, const struct figure_result *r, struct json_out *o)
{
    bool has_day = r->figure->on.n || r->figure->period_to.n; /* else it was counted on the day of the report */
    struct str path = figure_path(x, r, "", has_day ? (struct str){NULL, 0} : r->on),
               title = text2_in(&r->figure->title, x->lang);
    if (r->by.n)
        path = STR_JOIN(x->arena, path, STR("&by="), r->by);
    link_write(o, x, path, "item", "application/json", arena_printf(x->arena, "%.*s", STR_ARG(title)));
}

static void write_index_link(struct exchange *x, const struct index_table *t, struct json_out *o)
{
    struct str id = t->index->id, at = revision_text(x), title = text2_in(&t->index->title, x->lang);
    char *path = arena_printf(x->arena, "/api/indexes/%.*s/%lld?at=%.*s", STR_ARG(id), (long long)t->year, STR_ARG(at));
    link_write(o, x, str_of(path), "item", "application/json", arena_printf(x->arena, "%.*s", STR_ARG(title)));
}

enum err api_reports(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    (void)f;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/reports");
    const struct province *p = w->store->province;
    struct str *ids;
    size_t n;
    reports_list(x->arena, p, &ids, &n);
    begin(x, &o);
    json_object_begin(&o);
    reports_members_json(x->arena, p, x->lang, &o);
    begin_list_links(x, "/reports", &o);
    for (size_t i = 0; i < n; i++) {
        struct text2 title = report_title(x->arena, p, ids[i]);
        item_link(x, "/api/reports/", ids[i], text2_in(&title, x->lang), &o);
    }
    end_list(&o);
    return OK;
}

enum err api_report(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct str id = input_named(x, "report")->text;
    struct report *r;
    struct json_out o;
    const char *page = arena_printf(x->arena, "/reports/%.*s", STR_ARG(id));
    if (x->format == FORMAT_HTML)
        return api_to_page(x, page);
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
    link_write(&o, x, exchange_link(x, "f", STR("md")), "alternate", "text/markdown", NULL);
    for (size_t i = 0; i < r->n_figures; i++)
        write_figure_link(x, r->figures[i], &o);
    for (size_t i = 0; i < r->n_indexes; i++)
        write_index_link(x, r->indexes[i], &o);
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}
