/* What there is: landing page, conformance, collections and their schemas (OGC API – Features Parts 1, 2, 3 and 5). */
#include <string.h>

#include "cql2/cql2.h"
#include "web/api.h"
#include "web/feature.h"
#include "web/schema.h"

#include "base/banned.h"

#define REL_OGC "http://www.opengis.net/def/rel/ogc/1.0/"

enum err api_to_page(struct exchange *x, const char *path)
{
    struct str here = exchange_link(x, "f", (struct str){NULL, 0}),
               asked = str_slice(here.p + x->path.n, here.n - x->path.n);
    bool goes_on = asked.n && strchr(path, '?');
    if (goes_on)
        asked = str_slice(asked.p + 1, asked.n - 1);
    exchange_redirect(x, 303, STR_JOIN(x->arena, str_of(path), goes_on ? STR("&") : STR(""), asked));
    return OK;
}

/* ---- landing page, conformance ---- */

enum err api_landing(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct province *p = w->store->province;
    struct json_out o;
    (void)f;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/developers");
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "title", text2_in(&p->title, x->lang));
    json_member(&o, "description",
                str_of(T(x, "Sổ đăng ký, số liệu, bộ chỉ số, báo cáo và nhật ký của tỉnh, mở cho máy đọc.",
                         "Registers, figures, indices, reports and the log of the province, open to machines.")));
    json_key(&o, STR("revision")), json_int(&o, w->store->at);
    json_key(&o, STR("links"));
    json_array_begin(&o);
    link_write(&o, x, STR("/api"), "self", "application/json", NULL);
    link_write(&o, x, STR("/developers"), "alternate", "text/html", NULL);
    link_write(&o, x, STR("/api/openapi"), "service-desc", format_media(FORMAT_OPENAPI), "OpenAPI 3.1");
    link_write(&o, x, STR("/developers"), "service-doc", "text/html", T(x, "Tài liệu", "Documentation"));
    link_write(&o, x, STR("/api/conformance"), "conformance", "application/json", NULL);
    link_write(&o, x, STR("/api/conformance"), REL_OGC "conformance", "application/json", NULL);
    link_write(&o, x, STR("/api/collections"), "data", "application/json", T(x, "Các sổ đăng ký", "Registers"));
    link_write(&o, x, STR("/api/collections"), REL_OGC "data", "application/json", NULL);
    link_write(&o, x, STR("/api/functions"), REL_OGC "functions", "application/json", NULL);
    link_write(&o, x, STR("/api/figures"), "related", "application/json", T(x, "Số liệu", "Figures"));
    link_write(&o, x, STR("/api/indexes"), "related", "application/json", T(x, "Bộ chỉ số", "Indices"));
    link_write(&o, x, STR("/api/reports"), "related", "application/json", T(x, "Báo cáo", "Reports"));
    link_write(&o, x, STR("/api/log/checkpoint"), "related", "text/plain", T(x, "Nhật ký", "Log"));
    link_write(&o, x, STR("/api/catalogue"), "related", format_media(FORMAT_JSONLD), "DCAT-AP");
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

static const char *const conformance[] = {
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    /* Part 5 was published as Part 3 of OGC API – Common (23-058r2); clients of its drafts look for the former names. */
    "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/schemas",
    "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/advanced-property-roles",
    "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/returnables-and-receivables",
    "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/sortables",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
};

enum err api_conformance(struct exchange *x, struct fault *f)
{
    struct json_out o;
    (void)f;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/developers");
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("conformsTo"));
    json_array_begin(&o);
    for (size_t i = 0; i < ARRAY_LEN(conformance); i++)
        json_str(&o, str_of(conformance[i]));
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

static const char *type_name(enum cql2_type type)
{
    static const char *const names[] = {
        [CQL2_STRING] = "string",    [CQL2_INTEGER] = "integer", [CQL2_NUMBER] = "number",
        [CQL2_BOOLEAN] = "boolean",  [CQL2_DATE] = "datetime",   [CQL2_TIMESTAMP] = "datetime",
        [CQL2_GEOMETRY] = "geometry"};
    return names[type];
}

static void write_types(struct json_out *o, const char *key, enum cql2_type type)
{
    json_key(o, str_of(key));
    json_array_begin(o);
    json_str(o, str_of(type_name(type)));
    json_array_end(o);
}

/* Part 3, 7.4 "Functions"; what CQL2 itself names (CASEI, S_INTERSECTS …) goes with its conformance classes. */
enum err api_functions(struct exchange *x, struct fault *f)
{
    struct json_out o;
    size_t n;
    const struct cql2_function *all = cql2_functions(&n);
    (void)f;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/developers");
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("functions"));
    json_array_begin(&o);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "name", all[i].name);
        json_key(&o, STR("args"));
        json_array_begin(&o);
        for (size_t k = 0; k < all[i].n_args; k++) {
            json_object_begin(&o);
            if (k >= all[i].n_args_min)
                json_member(&o, "description", str_of(T(x, "Có thể bỏ.", "May be left out.")));
            write_types(&o, "type", all[i].args[k]);
            json_object_end(&o);
        }
        json_array_end(&o);
        write_types(&o, "returns", all[i].result);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    return OK;
}

/* ---- collections ---- */

static enum err write_extent(struct exchange *x, const struct reg *reg, struct json_out *o, struct fault *f)
{
    const struct worker *w = x->worker;
    struct box box;
    bool has_box;
    if (reg->geometry == NO_FIELD || !site_shows_field(x, &reg->fields[reg->geometry]))
        return OK;
    enum err e = query_extent(w->store, reg, &box, &has_box, f);
    const struct crs *storage = crs_wgs84();
    if (e == OK && has_box && reg->fields[reg->geometry].crs.n)
        e = crs_find(reg->fields[reg->geometry].crs, &storage, f);
    if (e == OK && has_box)
        e = crs_transform_box(w->crs, storage, crs_wgs84(), &box, f);
    if (e != OK || !has_box)
        return e;
    json_key(o, STR("extent"));
    json_object_begin(o);
    json_key(o, STR("spatial"));
    json_object_begin(o);
    json_key(o, STR("bbox"));
    json_array_begin(o);
    json_array_begin(o);
    json_number(o, box.x_min), json_number(o, box.y_min), json_number(o, box.x_max), json_number(o, box.y_max);
    json_array_end(o);
    json_array_end(o);
    json_member(o, "crs", str_of(crs_wgs84()->uri));
    json_object_end(o);
    json_object_end(o);
    return OK;
}

static void write_systems(struct exchange *x, const struct reg *reg, struct json_out *o)
{
    size_t n;
    const struct crs *list = crs_list(&n), *storage = crs_wgs84();
    if (reg->geometry == NO_FIELD || !site_shows_field(x, &reg->fields[reg->geometry]))
        return;
    json_key(o, STR("crs"));
    json_array_begin(o);
    for (size_t i = 0; i < n; i++)
        json_str(o, str_of(list[i].uri));
    json_array_end(o);
    if (reg->fields[reg->geometry].crs.n && !str_is(reg->fields[reg->geometry].crs, "EPSG:4326"))
        (void)crs_find(reg->fields[reg->geometry].crs, &storage, NULL);
    json_member(o, "storageCrs", str_of(storage->uri));
}

static void write_collection_links(struct exchange *x, const struct reg *reg, struct json_out *o)
{
    static const struct {
        const char *path, *rel, *type, *title;
    } links[] = {
        {"", "self", "application/json", NULL},
        {"/items", "items", "application/geo+json", "GeoJSON"},
        {"/items?f=html", "items", "text/html", "HTML"},
        {"/items?f=csv", "items", "text/csv", "CSV"},
        {"/items?f=xlsx", "items", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"},
        {"/schema", REL_OGC "schema", "application/schema+json", NULL},
        {"/schema", "describedby", "application/schema+json", NULL},
        {"/queryables", REL_OGC "queryables", "application/schema+json", NULL},
        {"/sortables", REL_OGC "sortables", "application/schema+json", NULL},
    };
    json_key(o, STR("links"));
    json_array_begin(o);
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        link_write(o, x, collection_path(x, reg, links[i].path), links[i].rel, links[i].type, links[i].title);
    link_write(o, x, str_of(arena_printf(x->arena, "/registers/%.*s", STR_ARG(reg->name))), "alternate", "text/html",
               NULL);
    json_array_end(o);
}

static enum err write_collection(struct exchange *x, const struct reg *reg, struct json_out *o, struct fault *f)
{
    json_object_begin(o);
    json_member(o, "id", reg->name);
    json_member(o, "title", text2_in(&reg->title, x->lang));
    if (text2_in(&reg->description, x->lang).n)
        json_member(o, "description", text2_in(&reg->description, x->lang));
    if (text2_in(&reg->source, x->lang).n)
        json_member(o, "attribution", text2_in(&reg->source, x->lang));
    json_member(o, "itemType", STR("feature"));
    if (reg->sample)
        json_key(o, STR("sample")), json_bool(o, true);
    enum err e = write_extent(x, reg, o, f);
    write_systems(x, reg, o);
    write_collection_links(x, reg, o);
    json_object_end(o);
    return e;
}

enum err api_collections(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct province *p = w->store->province;
    struct json_out o;
    enum err e = OK;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, "/registers");
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("links"));
    json_array_begin(&o);
    link_write(&o, x, STR("/api/collections"), "self", "application/json", NULL);
    link_write(&o, x, STR("/registers"), "alternate", "text/html", NULL);
    json_array_end(&o);
    json_key(&o, STR("collections"));
    json_array_begin(&o);
    for (size_t i = 0; e == OK && i < p->n_registers; i++)
        if (site_shows_register(x, p->registers[i]))
            e = write_collection(x, p->registers[i], &o, f);
    json_array_end(&o);
    json_object_end(&o);
    return e;
}

enum err api_collection(struct exchange *x, struct fault *f)
{
    const struct reg *reg;
    struct json_out o;
    enum err e = ask_register(x, input_named(x, "register")->text, &reg, f);
    if (e != OK)
        return e;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, arena_printf(x->arena, "/registers/%.*s", STR_ARG(reg->name)));
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    return write_collection(x, reg, &o, f);
}

/* ---- schemas ---- */

static enum err answer_schema(struct exchange *x, enum schema_of what, struct fault *f)
{
    const struct reg *reg;
    struct json_out o;
    enum err e = ask_register(x, input_named(x, "register")->text, &reg, f);
    if (e != OK)
        return e;
    if (x->format == FORMAT_HTML)
        return api_to_page(x, arena_printf(x->arena, "/registers/%.*s", STR_ARG(reg->name)));
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
    struct str base = exchange_base(x);
    json_member(&o, "$id", str_of(arena_printf(x->arena, "%.*s%.*s", STR_ARG(base), STR_ARG(x->path))));
    json_member(&o, "title", text2_in(&reg->title, x->lang));
    if (text2_in(&reg->description, x->lang).n)
        json_member(&o, "description", text2_in(&reg->description, x->lang));
    schema_write(x, reg, what, &o);
    json_object_end(&o);
    return OK;
}

enum err api_schema(struct exchange *x, struct fault *f)
{
    return answer_schema(x, SCHEMA_RETURNED, f);
}

enum err api_queryables(struct exchange *x, struct fault *f)
{
    return answer_schema(x, SCHEMA_QUERIED, f);
}

enum err api_sortables(struct exchange *x, struct fault *f)
{
    return answer_schema(x, SCHEMA_SORTED, f);
}
