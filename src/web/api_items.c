/* Records of one register: pages of them, and one (OGC API – Features Part 1, 7.15 and 7.16; Part 2, Part 3). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "register/export.h"
#include "text/utf8.h"
#include "web/api.h"
#include "web/feature.h"

#include "base/banned.h"

/* ---- a page as GeoJSON ---- */

static enum err write_features(struct exchange *x, const struct ask *q, struct json_out *o, int64_t *ret_n,
                               struct buf *after, struct fault *f)
{
    const struct worker *w = x->worker;
    struct query *query CLEANUP(query_closep) = NULL;
    struct query_options options = q->o;
    options.limit++; /* one more tells whether there is a next page */
    struct record r;
    bool has_row = false;
    int64_t n = 0;
    enum err e = query_open(w->store, q->reg, &options, &query, f);
    json_key(o, STR("features"));
    json_array_begin(o);
    while (e == OK && (e = query_next(query, &r, &has_row, f)) == OK && has_row && n < q->o.limit) {
        e = feature_write(x, q, &r, o, f);
        if (++n == q->o.limit && e == OK)
            query_after(query, &r, after);
    }
    json_array_end(o);
    if (!has_row)
        buf_reset(after);
    *ret_n = n;
    return e;
}

/* Exact where it costs nothing, and wherever it is asked for. */
static enum err matched(struct exchange *x, const struct ask *q, int64_t n, bool has_next, int64_t *ret_n,
                        bool *ret_known, struct fault *f)
{
    const struct worker *w = x->worker;
    bool is_whole = q->o.filter.n == 0 && q->o.search.n == 0 && !q->o.box;
    *ret_known = true;
    if (q->o.after.n == 0 && !has_next) {
        *ret_n = n;
        return OK;
    }
    if (is_whole)
        return records_count(x, q->reg, ret_n, f);
    *ret_known = str_is(input_named(x, "count")->text, "exact");
    const struct query_options all = {.filter = q->o.filter, .search = q->o.search, .box = q->o.box};
    return *ret_known ? query_count(w->store, q->reg, &all, ret_n, f) : OK;
}

/* The next page reads the revision that this one read: whatever is written meanwhile, none is missed or met twice. */
static struct str next_path(struct exchange *x, struct str after)
{
    const struct worker *w = x->worker;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&b, x->path);
    buf_putc(&b, '?');
    for (struct str rest = x->query, one; rest.p && rest.n;) {
        one = str_cut(rest, '&', &rest);
        if (one.n && !str_starts(one, STR("at=")) && !str_starts(one, STR("after="))) {
            buf_str(&b, one);
            buf_putc(&b, '&');
        }
    }
    buf_printf(&b, "at=%lld&after=", (long long)w->store->at);
    url_encode(&b, after);
    return str_dup(x->arena, buf_view(&b));
}

static void write_links(struct exchange *x, const struct ask *q, struct str after, struct json_out *o)
{
    static const struct {
        enum format format;
        const char *title;
    } others[] = {{FORMAT_GEOJSON, "GeoJSON"}, {FORMAT_HTML, "HTML"}, {FORMAT_CSV, "CSV"}, {FORMAT_XLSX, "XLSX"}};
    json_key(o, STR("links"));
    json_array_begin(o);
    link_write(o, x, exchange_link(x, "f", str_of(format_name(x->format))), "self", format_media(x->format), NULL);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (others[i].format != x->format)
            link_write(o, x, exchange_link(x, "f", str_of(format_name(others[i].format))), "alternate",
                       format_media(others[i].format), others[i].title);
    link_write(o, x, collection_path(x, q->reg, ""), "collection", "application/json", NULL);
    if (after.n)
        link_write(o, x, next_path(x, after), "next", format_media(x->format), NULL);
    json_array_end(o);
}

static enum err answer_features(struct exchange *x, const struct ask *q, struct fault *f)
{
    const struct worker *w = x->worker;
    struct json_out o;
    struct buf after CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    int64_t n, total = 0;
    bool is_known = false;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "type", STR("FeatureCollection"));
    enum err e = write_features(x, q, &o, &n, &after, f);
    if (e == OK)
        e = matched(x, q, n, after.n > 0, &total, &is_known, f);
    if (e != OK)
        return e;
    json_key(&o, STR("numberReturned")), json_int(&o, n);
    if (is_known)
        json_key(&o, STR("numberMatched")), json_int(&o, total);
    json_key(&o, STR("revision")), json_int(&o, w->store->at);
    write_links(x, q, buf_view(&after), &o);
    json_object_end(&o);
    json_out_done(&o);
    return OK;
}

/* ---- a table as a file ---- */

enum { PAGE_ROWS = 100 }; /* a page that is seen may be kept; more is an export */

enum err api_answer_file(struct exchange *x, enum err (*write)(void *ctx, const char *path, struct fault *f), void *ctx,
                         struct fault *f)
{
    char folder[] = "/tmp/tinhso-XXXXXX";
    if (!mkdtemp(folder))
        return FAULT(f, ERR_SYSTEM, {"path", str_of(folder)}, {"action", STR("mkdtemp")},
                     {"reason", str_of(strerror(errno))});
    const char *path = arena_printf(x->arena, "%s/x.%s", folder, format_name(x->format));
    enum err e = write(ctx, path, f);
    if (e == OK && (x->file = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        e = FAULT(f, ERR_SYSTEM, {"path", str_of(path)}, {"action", STR("open")}, {"reason", str_of(strerror(errno))});
    unlink(path);
    rmdir(folder);
    return e;
}

/* Where somebody lives goes along only when it was asked for by name. */
static bool takes_place(struct exchange *x, const struct ask *q)
{
    const struct input_value *v = input_named(x, "properties");
    if (!q->has_geometry)
        return false;
    const struct field *place = &q->reg->fields[q->reg->geometry];
    bool takes = !v->is_given || !field_is_personal(place);
    for (struct str rest = v->text; !takes && rest.p && rest.n;)
        takes = str_eq(str_trim(str_cut(rest, ',', &rest)), place->name);
    return takes;
}

/* The names of personal fields that go along; of what an account is shown, for nobody else is shown any. */
static struct str personal_names(struct exchange *x, const struct ask *q)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    const struct reg *reg = q->reg;
    for (size_t i = 0; i <= q->n_fields; i++) {
        bool is_place = i == q->n_fields;
        if (is_place && !takes_place(x, q))
            break;
        const struct field *fd = &reg->fields[is_place ? reg->geometry : q->fields[i]];
        if (field_is_personal(fd) && site_shows_field(x, fd))
            buf_printf(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(fd->name));
    }
    return buf_move(&b, x->arena);
}

/* Whoever takes personal data along says why: on the page by a form, here by a parameter. */
static enum err take_purpose(struct exchange *x, const struct ask *q, struct fault *f)
{
    struct str names = personal_names(x, q);
    if (x->purpose.n == 0)
        x->purpose = str_trim(input_named(x, "purpose")->text);
    if (names.n && x->subject->kind == SUBJECT_ACCOUNT && utf8_count(x->purpose) < PURPOSE_MIN)
        return FAULT(f, ERR_PURPOSE_MISSING, {"fields", names});
    return OK;
}

struct exporting {
    struct exchange *x;
    const struct ask *q;
    struct export_options *o;
};

static enum err write_export(void *ctx, const char *path, struct fault *f)
{
    const struct exporting *e = ctx;
    struct export_result done;
    e->o->path = path;
    return export_run(((struct worker *)e->x->worker)->store, e->q->reg, e->o, &done, f);
}

/* All that match, or as many as `limit` says when it is given. */
static enum err answer_file(struct exchange *x, const struct ask *q, struct fault *f)
{
    struct buf fields CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    if (q->o.after.n) /* there is no link that leads to a second part of a file */
        return FAULT(f, ERR_QUERY_AFTER, {"value", q->o.after});
    for (size_t i = 0; i < q->n_fields; i++) {
        buf_puts(&fields, i ? "," : "");
        buf_str(&fields, q->reg->fields[q->fields[i]].name);
    }
    bool has_place = takes_place(x, q);
    if (has_place) {
        buf_puts(&fields, fields.n ? "," : "");
        buf_str(&fields, q->reg->fields[q->reg->geometry].name);
    }
    const struct input_value *limit = input_named(x, "limit");
    enum err e = take_purpose(x, q, f);
    if (e != OK)
        return e;
    bool has_personal = false;
    for (size_t i = 0; i < q->n_fields; i++)
        has_personal |= field_is_personal(&q->reg->fields[q->fields[i]]);
    struct export_options o = {.filter = q->o.filter,
                               .sort = q->o.sort,
                               .search = q->o.search,
                               .limit = limit->is_given ? limit->integer : 0,
                               .fields = buf_view(&fields),
                               .has_ids = x->format == FORMAT_CSV,
                               .has_personal =
                                   has_personal || (has_place && field_is_personal(&q->reg->fields[q->reg->geometry])),
                               .lang = x->lang};
    e = api_answer_file(x, write_export, &(struct exporting){x, q, &o}, f);
    if (e == OK)
        x->filename = str_of(arena_printf(x->arena, "%.*s.%s", STR_ARG(q->reg->name), format_name(x->format)));
    return e;
}

enum err api_items(struct exchange *x, struct fault *f)
{
    const struct reg *reg;
    struct ask q;
    enum err e = ask_register(x, input_named(x, "register")->text, &reg, f);
    if (e == OK && x->format == FORMAT_HTML)
        return api_to_page(x, arena_printf(x->arena, "/registers/%.*s", STR_ARG(reg->name)));
    bool is_file = x->format == FORMAT_CSV || x->format == FORMAT_XLSX; /* with coordinates as they are stored */
    const struct input_value *limit = input_named(x, "limit");
    if (e == OK && !is_file && input_named(x, "purpose")->is_given) /* a field of that name is asked for in `filter` */
        e = FAULT(f, ERR_INPUT_UNKNOWN, {"name", STR("purpose")}, {"nearest", STR("filter")},
                  {"valid", STR("f=csv, f=xlsx")});
    if (e == OK && is_file && !(limit->is_given && limit->integer <= PAGE_ROWS))
        e = site_begin_export(x, reg, f);
    if (e == OK)
        e = ask_read(x, reg, &q, f);
    if (e != OK)
        return e;
    const struct crs *crs = !is_file || !q.storage                      ? q.crs
                            : strcmp(q.storage->code, "EPSG:4326") == 0 ? crs_wgs84()
                                                                        : q.storage;
    if (q.crs != crs && input_named(x, "crs")->is_given)
        return FAULT(f, ERR_EXPORT_CRS, {"crs", str_of(q.crs->code)}, {"format", str_of(format_name(x->format))});
    exchange_header(x, "Content-Crs", STR_JOIN(x->arena, STR("<"), str_of(crs->uri), STR(">")));
    return is_file ? answer_file(x, &q, f) : answer_features(x, &q, f);
}

/* ---- one record ---- */

enum err api_item(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct reg *reg;
    struct ask q;
    struct query *query CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    struct str id = input_named(x, "id")->text;
    enum err e = ask_register(x, input_named(x, "register")->text, &reg, f);
    if (e == OK && x->format == FORMAT_HTML) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
        buf_printf(&b, "/registers/%.*s/", STR_ARG(reg->name));
        url_encode(&b, id);
        return api_to_page(x, arena_strdup(x->arena, buf_cstr(&b)));
    }
    if (e == OK)
        e = ask_read_shape(x, reg, &q, f);
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){.id = id, .is_unsorted = true}, &query, f);
    if (e == OK)
        e = query_next(query, &r, &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", reg->name});
    if (e != OK)
        return e;
    struct json_out o;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    e = feature_members_write(x, &q, &r, true, &o, f);
    if (e != OK)
        return e;
    json_object_end(&o);
    json_out_done(&o);
    exchange_header(x, "Content-Crs", STR_JOIN(x->arena, STR("<"), str_of(q.crs->uri), STR(">")));
    return record_stamp(x, query_rev(query), f);
}
