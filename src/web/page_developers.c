/* The interface for programs, documented from the table of routes and the registers: what is written there is what the server does. */
#include "base/limits.h"
#include "register/log.h"
#include "register/query.h"
#include "report/report.h"
#include "web/feature.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* Parts of the page, by the tags of routes. */
static const struct {
    const char *tag;
    enum message title;
} parts[] = {{"features", M_dev_part_features},
             {"figures", M_dev_part_figures},
             {"catalogue", M_dev_part_catalogue},
             {"log", M_dev_part_log}};

/* ---- examples ---- */

/* Something that is there, for each parameter of a path. */
struct examples {
    struct exchange *x;
    const struct reg *reg; /* the first with records that may be seen */
    struct str id, figure, index, report, tile;
    int64_t year;
};

static enum err first_record(struct examples *ex, struct fault *f)
{
    struct worker *w = ex->x->worker;
    const struct province *p = w->store->province;
    for (size_t i = 0; i < p->n_registers && !ex->reg; i++) {
        struct query *q CLEANUP(query_closep) = NULL;
        struct record r;
        bool has_row = false;
        if (!site_shows_whole(ex->x, p->registers[i]))
            continue;
        enum err e = query_open(w->store, p->registers[i], &(struct query_options){.limit = 1}, &q, f);
        if (e == OK)
            e = query_next(q, &r, &has_row, f);
        if (e != OK)
            return e;
        if (!has_row)
            continue;
        ex->reg = p->registers[i];
        ex->id = str_dup(ex->x->arena, r.id);
    }
    return OK;
}

static enum err find_examples(struct exchange *x, struct examples *ret, struct fault *f)
{
    enum { TILE = 256 };
    struct worker *w = x->worker;
    struct examples ex = {.x = x};
    struct fault ignored = {0};
    struct str *reports;
    size_t n;
    enum err e = first_record(&ex, f);
    if (w->figures->n)
        ex.figure = w->figures->p[0]->id;
    if (w->figures->indexes->n) {
        ex.index = w->figures->indexes->p[0]->id;
        if (index_latest_year(x->arena, w->store, w->figures->indexes, ex.index, &ex.year, &ignored) != OK)
            ex.index = nothing;
    }
    reports_list(x->arena, w->store->province, &reports, &n);
    if (n)
        ex.report = reports[n - 1];
    if (w->head) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(256);
        buf_puts(&b, "0/");
        log_tile_name(0, w->head < TILE ? (unsigned)w->head : 0, &b);
        ex.tile = str_dup(x->arena, buf_view(&b));
    }
    *ret = ex;
    return e;
}

static struct str example_of(struct examples *ex, struct str parameter)
{
    struct arena *a = ex->x->arena;
    if (str_is(parameter, "register"))
        return ex->reg ? ex->reg->name : nothing;
    if (str_is(parameter, "id"))
        return ex->id;
    if (str_is(parameter, "figure"))
        return ex->figure;
    if (str_is(parameter, "index"))
        return ex->index;
    if (str_is(parameter, "year"))
        return str_of(arena_printf(a, "%lld", (long long)ex->year));
    if (str_is(parameter, "report"))
        return ex->report;
    if (str_is(parameter, "revision"))
        return str_of(arena_printf(a, "%lld", (long long)((struct worker *)ex->x->worker)->store->at));
    return str_is(parameter, "tile") ? ex->tile : nothing;
}

/* The path with its parameters filled in; empty when one has no example, and for what does not read. */
static struct str example_path(struct examples *ex, const struct route *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    if (r->method != METHOD_GET || r->right != RIGHT_PUBLIC)
        return nothing;
    for (struct str rest = str_of(r->path), piece; rest.p;) {
        buf_str(&b, str_cut(rest, '{', &rest));
        if (!rest.p)
            break;
        piece = str_cut(rest, '}', &rest);
        struct str value = example_of(ex, piece);
        if (value.n == 0)
            return nothing;
        if (str_is(piece, "tile"))
            buf_str(&b, value);
        else
            url_encode(&b, value);
    }
    if ((r->formats & FORMAT_BIT(FORMAT_HTML)) && (r->formats & FORMAT_BIT(FORMAT_JSON)))
        buf_puts(&b, "?f=json"); /* a browser would be led to the page */
    return str_dup(ex->x->arena, buf_view(&b));
}

/* ---- routes ---- */

static struct str type_of(struct exchange *x, const struct input *in)
{
    struct arena *a = x->arena;
    switch (in->type) {
    case INPUT_FILE:
        return message(M_dev_file, x->lang);
    case INPUT_TEXT:
    case INPUT_NAME:
    case INPUT_REST:
        return in->max ? message_with(a, M_dev_text_most, x->lang, part_int(x, in->max)) : message(M_dev_text, x->lang);
    case INPUT_INTEGER: {
        const char *standard = in->standard ? arena_printf(a, " (%lld)", (long long)in->standard) : "";
        return in->max == INT64_MAX
                   ? str_of(arena_printf(a, "≥ %lld%s", (long long)in->min, standard))
                   : str_of(arena_printf(a, "%lld … %lld%s", (long long)in->min, (long long)in->max, standard));
    }
    case INPUT_NUMBER:
        return STR("1.5");
    case INPUT_BOOLEAN:
        return STR("true, false");
    case INPUT_DATE:
        return STR("2025-07-01");
    case INPUT_CHOICE:
        return str_of(in->choices);
    case INPUT_BBOX:
        return STR("107.2,11.7,108.1,12.8");
    case INPUT_INTERVAL:
        return STR("2022-01-01/2022-06-30");
    }
    return nothing;
}

static size_t inputs_of(struct exchange *x, const struct route *r, struct tpl_developers_parts_routes_inputs **ret)
{
    VEC(struct tpl_developers_parts_routes_inputs) all = {0};
    for (const struct input *in = r->inputs; in && in->name; in++)
        VEC_PUSH(x->arena, &all,
                 ((struct tpl_developers_parts_routes_inputs){
                     .name = str_of(in->name),
                     .place = in->in == IN_PATH     ? message(M_dev_in_path, x->lang)
                              : in->in == IN_HEADER ? message(M_dev_in_header, x->lang)
                                                    : nothing,
                     .type = in->is_open ? message(M_dev_any_field, x->lang) : type_of(x, in),
                     .title = text2_in(&in->title, x->lang)}));
    *ret = all.p;
    return all.n;
}

static struct str formats_of(struct exchange *x, const struct route *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (r->formats & FORMAT_BIT(i))
            buf_printf(&b, "%s%s", b.n ? ", " : "", format_name((enum format)i));
    return str_dup(x->arena, buf_view(&b));
}

static void write_part(struct examples *ex, const char *tag, struct tpl_developers_parts *part)
{
    struct exchange *x = ex->x;
    VEC(struct tpl_developers_parts_routes) all = {0};
    for (const struct route *r = site_routes; r->path; r++) {
        if ((r->flags & IS_HIDDEN) || strcmp(r->tag, tag) != 0)
            continue;
        struct tpl_developers_parts_routes_inputs *inputs;
        struct tpl_developers_parts_routes t = {.id = str_of(r->id),
                                                .method = str_of(method_name(r->method)),
                                                .path = str_of(r->path),
                                                .title = text2_in(&r->title, x->lang),
                                                .formats = formats_of(x, r),
                                                .is_closed = r->right != RIGHT_PUBLIC,
                                                .example = example_path(ex, r),
                                                .n_inputs = inputs_of(x, r, &inputs)};
        t.inputs = inputs;
        VEC_PUSH(x->arena, &all, t);
    }
    part->routes = all.p;
    part->n_routes = all.n;
}

/* ---- the page ---- */

static size_t registers_of(struct exchange *x, struct tpl_developers_registers **ret)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    VEC(struct tpl_developers_registers) all = {0};
    for (size_t i = 0; i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        if (site_shows_register(x, reg))
            VEC_PUSH(x->arena, &all,
                     ((struct tpl_developers_registers){
                         text2_in(&reg->title, x->lang), reg->name, part_href(x, "/registers/", reg->name),
                         collection_path(x, reg, "/items?f=json"), collection_path(x, reg, "/schema"),
                         collection_path(x, reg, "/queryables")}));
    }
    *ret = all.p;
    return all.n;
}

enum err page_developers(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct examples ex;
    struct tpl_developers_parts shown[ARRAY_LEN(parts)];
    struct tpl_developers_registers *registers;
    enum err e = find_examples(x, &ex, f);
    if (e != OK)
        return e;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        shown[i] =
            (struct tpl_developers_parts){.title = message(parts[i].title, x->lang), .tag = str_of(parts[i].tag)};
        write_part(&ex, parts[i].tag, &shown[i]);
    }
    struct str base = exchange_base(x);
    struct tpl_developers t = {.base = str_of(arena_printf(x->arena, "%.*s/api", STR_ARG(base))),
                               .openapi_href = STR("/api/openapi"),
                               .parts = shown,
                               .n_parts = ARRAY_LEN(shown),
                               .n_registers = registers_of(x, &registers)};
    t.registers = registers;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    tpl_developers(&content, &t, x->lang);
    message_fill(&description, M_dev_description, x->lang, text2_in(&w->store->province->title, x->lang));
    return page(x,
                &(struct page){.title = message(M_dev_title, x->lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "api"},
                f);
}
