/* The OpenAPI 3.1 document, made from the table of routes and the registers: what is written there is what the server does. */
#include "base/limits.h"
#include "web/api.h"
#include "web/feature.h"
#include "web/schema.h"

#include "base/banned.h"

#define API_ROOT "/api"

static void reference(struct json_out *o, const char *to)
{
    json_object_begin(o);
    json_member(o, "$ref", str_of(to));
    json_object_end(o);
}

static void object(struct json_out *o, const char *key)
{
    json_key(o, str_of(key));
    json_object_begin(o);
}

/* ---- inputs ---- */

static void write_bounds(const struct input *in, struct json_out *o)
{
    json_key(o, STR("minimum")), json_int(o, in->min);
    json_key(o, STR("maximum")), json_int(o, in->max);
    if (in->in == IN_QUERY)
        json_key(o, STR("default")), json_int(o, in->standard);
}

static struct str choice_at(const char *choices, int64_t place)
{
    struct str rest = str_of(choices), one = rest;
    while (place-- > 0)
        one = str_cut(rest, '|', &rest);
    return one;
}

static void write_input_schema(const struct input *in, struct json_out *o)
{
    object(o, "schema");
    switch (in->type) {
    case INPUT_INTEGER:
        json_member(o, "type", STR("integer"));
        write_bounds(in, o);
        break;
    case INPUT_NUMBER:
        json_member(o, "type", STR("number"));
        break;
    case INPUT_BOOLEAN:
        json_member(o, "type", STR("boolean"));
        break;
    case INPUT_DATE:
        json_member(o, "type", STR("string"));
        json_member(o, "format", STR("date"));
        break;
    case INPUT_CHOICE:
        json_member(o, "type", STR("string"));
        json_key(o, STR("enum"));
        json_array_begin(o);
        for (struct str rest = str_of(in->choices); rest.p;)
            json_str(o, str_cut(rest, '|', &rest));
        json_array_end(o);
        if (in->standard)
            json_member(o, "default", choice_at(in->choices, in->standard));
        break;
    case INPUT_BBOX:
        json_member(o, "type", STR("array"));
        object(o, "items");
        json_member(o, "type", STR("number"));
        json_object_end(o);
        json_key(o, STR("minItems")), json_int(o, 4);
        json_key(o, STR("maxItems")), json_int(o, 6);
        break;
    case INPUT_FILE:
    case INPUT_TEXT:
    case INPUT_NAME:
    case INPUT_INTERVAL:
    case INPUT_REST:
        json_member(o, "type", STR("string"));
        if (in->type == INPUT_TEXT && in->max)
            json_key(o, STR("maxLength")), json_int(o, in->max);
        break;
    }
    json_object_end(o);
}

static void write_parameter(struct exchange *x, const struct input *in, struct json_out *o)
{
    static const char *const places[] = {
        [IN_PATH] = "path", [IN_QUERY] = "query", [IN_HEADER] = "header", [IN_BODY] = "query"};
    json_object_begin(o);
    json_member(o, "name", str_of(in->name));
    json_member(o, "in", str_of(places[in->in]));
    if (in->in == IN_PATH || in->is_required)
        json_key(o, STR("required")), json_bool(o, true);
    if (text2_in(&in->title, x->lang).n)
        json_member(o, "description", text2_in(&in->title, x->lang));
    write_input_schema(in, o);
    if (in->type == INPUT_BBOX) {
        json_member(o, "style", STR("form"));
        json_key(o, STR("explode")), json_bool(o, false);
    }
    json_object_end(o);
}

static bool is_declared(const struct route *r, struct str name)
{
    const struct input *in = r->inputs;
    while (in && in->name && !str_is(name, in->name))
        in++;
    return (in && in->name) || str_is(name, "at") || str_is(name, "f") || str_is(name, "lang"); /* which all have */
}

static void write_field_parameter(struct exchange *x, const struct field *fd, struct json_out *o)
{
    json_object_begin(o);
    json_member(o, "name", fd->name);
    json_member(o, "in", STR("query"));
    json_member(o, "description", text2_in(&fd->title, x->lang));
    object(o, "schema");
    schema_value_write(x, fd, false, o);
    json_object_end(o);
    json_object_end(o);
}

/* A parameter for each field that may be asked for by name; one that is called like an input of the route is found by `filter`. */
static void write_field_parameters(struct exchange *x, const struct route *r, const struct reg *reg, struct json_out *o)
{
    size_t n_own;
    const struct field *own = ask_own_fields(&n_own);
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        if (site_shows_field(x, fd) && ask_takes(fd, ASK_EQUALS) && !is_declared(r, fd->name))
            write_field_parameter(x, fd, o);
    }
    for (size_t i = 0; i < n_own; i++)
        write_field_parameter(x, &own[i], o);
}

static const struct input if_match = {.name = "If-Match",
                                      .in = IN_HEADER,
                                      .type = INPUT_TEXT,
                                      .is_required = true,
                                      .title = {STR("ETag của bản đã đọc"), STR("The ETag that was read")}};

static void write_parameters(struct exchange *x, const struct route *r, const struct reg *reg, struct json_out *o)
{
    json_key(o, STR("parameters"));
    json_array_begin(o);
    for (const struct input *in = r->inputs; in && in->name; in++) {
        if (in->is_open && reg)
            write_field_parameters(x, r, reg, o);
        else if (!in->is_open && !(reg && strcmp(in->name, "register") == 0))
            write_parameter(x, in, o);
    }
    if (r->method == METHOD_PUT || r->method == METHOD_PATCH || r->method == METHOD_DELETE)
        write_parameter(x, &if_match, o);
    if (r->flags & TAKES_AT)
        reference(o, "#/components/parameters/at");
    if (r->formats & (r->formats - 1))
        reference(o, arena_printf(x->arena, "#/components/parameters/f-%s", r->id));
    reference(o, "#/components/parameters/lang");
    json_array_end(o);
}

/* ---- answers ---- */

static struct str media_alone(enum format format)
{
    struct str rest;
    return str_trim(str_cut(str_of(format_media(format)), ';', &rest));
}

static void write_content(struct exchange *x, const struct route *r, const struct reg *reg, struct json_out *o)
{
    bool is_page = strcmp(r->id, "items") == 0; /* items is a page, all others are one record */
    object(o, "content");
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (!(r->formats & FORMAT_BIT(i)) || i == FORMAT_HTML)
            continue;
        json_key(o, media_alone((enum format)i));
        json_object_begin(o);
        bool is_json = i == FORMAT_JSON || i == FORMAT_GEOJSON;
        object(o, "schema");
        if (reg && is_json)
            json_member(o, "$ref",
                        str_of(arena_printf(x->arena, "#/components/schemas/%.*s%s", STR_ARG(reg->name),
                                            is_page ? "-page" : "")));
        else
            json_member(o, "type",
                        is_json || i == FORMAT_SCHEMA || i == FORMAT_JSONLD || i == FORMAT_OPENAPI ? STR("object")
                                                                                                   : STR("string"));
        json_object_end(o);
        json_object_end(o);
    }
    json_object_end(o);
}

static void write_responses(struct exchange *x, const struct route *r, const struct reg *reg, struct json_out *o)
{
    object(o, "responses");
    object(o, r->method == METHOD_POST ? "201" : r->method == METHOD_DELETE ? "204" : "200");
    json_member(o, "description", text2_in(&r->title, x->lang));
    if (r->method != METHOD_DELETE)
        write_content(x, r, reg, o);
    json_object_end(o);
    json_key(o, STR("400")), reference(o, "#/components/responses/problem");
    if (r->right != RIGHT_PUBLIC)
        json_key(o, STR("401")), reference(o, "#/components/responses/problem");
    json_key(o, STR("404")), reference(o, "#/components/responses/problem");
    static const struct {
        unsigned methods;
        const char *status;
    } of_writing[] = {
        {1u << METHOD_POST, "409"},
        {1u << METHOD_PUT | 1u << METHOD_PATCH | 1u << METHOD_DELETE, "412"},
        {1u << METHOD_POST | 1u << METHOD_PUT | 1u << METHOD_PATCH, "415"},
        {1u << METHOD_POST | 1u << METHOD_PUT | 1u << METHOD_PATCH | 1u << METHOD_DELETE, "422"},
        {1u << METHOD_PUT | 1u << METHOD_PATCH | 1u << METHOD_DELETE, "428"},
    };
    for (size_t i = 0; i < ARRAY_LEN(of_writing); i++)
        if (of_writing[i].methods & 1u << r->method)
            json_key(o, str_of(of_writing[i].status)), reference(o, "#/components/responses/problem");
    json_key(o, STR("429")), reference(o, "#/components/responses/problem");
    json_object_end(o);
}

/* A feature with all that is required. */
static void write_whole_feature(struct exchange *x, const struct reg *reg, struct json_out *o)
{
    json_key(o, STR("allOf"));
    json_array_begin(o);
    reference(o, arena_printf(x->arena, "#/components/schemas/%.*s", STR_ARG(reg->name)));
    json_object_begin(o);
    object(o, "properties");
    object(o, "properties");
    schema_required_write(x, reg, SCHEMA_FIELDS, o);
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
    json_array_end(o);
}

static void write_body(const struct reg *reg, struct exchange *x, const struct route *r, struct json_out *o)
{
    if (!(r->flags & TAKES_BODY))
        return;
    object(o, "requestBody");
    json_key(o, STR("required")), json_bool(o, true);
    object(o, "content");
    object(o, r->method == METHOD_PATCH ? "application/merge-patch+json" : "application/geo+json");
    object(o, "schema");
    if (reg && r->method != METHOD_PATCH)
        write_whole_feature(x, reg, o);
    else
        json_member(o, "type", STR("object"));
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
}

static void write_operation(struct exchange *x, const struct route *r, const struct reg *reg, struct json_out *o)
{
    static const char *const methods[] = {
        [METHOD_GET] = "get",     [METHOD_POST] = "post",     [METHOD_PUT] = "put",
        [METHOD_PATCH] = "patch", [METHOD_DELETE] = "delete", [METHOD_OPTIONS] = "options"};
    object(o, methods[r->method]);
    struct str title = text2_in(&r->title, x->lang);
    if (reg) {
        struct str name = text2_in(&reg->title, x->lang);
        json_member(o, "operationId", str_of(arena_printf(x->arena, "%s-%.*s", r->id, STR_ARG(reg->name))));
        json_member(o, "summary", str_of(arena_printf(x->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(title))));
    } else {
        json_member(o, "operationId", str_of(r->id));
        json_member(o, "summary", title);
    }
    json_key(o, STR("tags"));
    json_array_begin(o);
    json_str(o, str_of(r->tag));
    json_array_end(o);
    if (r->right != RIGHT_PUBLIC) {
        json_key(o, STR("security"));
        json_array_begin(o);
        json_object_begin(o);
        json_key(o, STR("operator"));
        json_array_begin(o);
        json_array_end(o);
        json_object_end(o);
        json_array_end(o);
    }
    write_parameters(x, r, reg, o);
    write_body(reg, x, r, o);
    write_responses(x, r, reg, o);
    json_object_end(o);
}

/* ---- paths ---- */

static bool is_of_records(const struct route *r)
{
    return strstr(r->path, "{register}/items") != NULL;
}

static bool is_first_of_path(const struct route *r)
{
    for (const struct route *other = site_routes; other < r; other++)
        if (!(other->flags & IS_HIDDEN) && strcmp(other->path, r->path) == 0)
            return false;
    return true;
}

static void write_path(struct exchange *x, const struct route *first, const struct reg *reg, struct json_out *o)
{
    /* Relative to the landing page, where GDAL looks for the parameters of a collection. */
    const char *path = first->path + strlen(API_ROOT), *at = strstr(path, "{register}");
    must(strncmp(first->path, API_ROOT, strlen(API_ROOT)) == 0);
    if (reg)
        json_key(o, str_of(arena_printf(x->arena, "%.*s%.*s%s", (int)(at - path), path, STR_ARG(reg->name),
                                        at + strlen("{register}"))));
    else
        json_key(o, str_of(*path ? path : "/"));
    json_object_begin(o);
    for (const struct route *r = first; r->path; r++)
        if (!(r->flags & IS_HIDDEN) && strcmp(r->path, first->path) == 0)
            write_operation(x, r, reg, o);
    json_object_end(o);
}

static void write_paths(struct exchange *x, struct json_out *o)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    object(o, "paths");
    for (const struct route *r = site_routes; r->path; r++) {
        if ((r->flags & IS_HIDDEN) || !is_first_of_path(r))
            continue;
        if (!is_of_records(r)) {
            write_path(x, r, NULL, o);
            continue;
        }
        for (size_t i = 0; i < p->n_registers; i++)
            if (site_shows_register(x, p->registers[i]))
                write_path(x, r, p->registers[i], o);
    }
    json_object_end(o);
}

/* ---- components ---- */

static void write_feature_schema(struct exchange *x, const struct reg *reg, struct json_out *o)
{
    json_key(o, reg->name);
    json_object_begin(o);
    json_member(o, "type", STR("object"));
    json_member(o, "title", text2_in(&reg->title, x->lang));
    json_key(o, STR("required"));
    json_array_begin(o);
    json_str(o, STR("type"));
    json_str(o, STR("properties"));
    json_array_end(o);
    object(o, "properties");
    object(o, "type");
    json_member(o, "const", STR("Feature"));
    json_object_end(o);
    object(o, "id");
    json_member(o, "type", STR("string"));
    json_object_end(o);
    json_key(o, STR("geometry")), reference(o, "#/components/schemas/geometry");
    object(o, "properties");
    schema_write(x, reg, SCHEMA_FIELDS, o);
    json_object_end(o);
    json_key(o, STR("warnings"));
    json_raw(o, STR("{\"type\":\"array\",\"readOnly\":true,\"items\":{\"$ref\":\"#/components/schemas/fault\"}}"));
    json_object_end(o);
    json_object_end(o);
    json_key(o, str_of(arena_printf(x->arena, "%.*s-page", STR_ARG(reg->name))));
    json_object_begin(o);
    json_key(o, STR("allOf"));
    json_array_begin(o);
    reference(o, "#/components/schemas/page");
    json_object_begin(o);
    object(o, "properties");
    object(o, "features");
    json_member(o, "type", STR("array"));
    json_key(o, STR("items"));
    reference(o, arena_printf(x->arena, "#/components/schemas/%.*s", STR_ARG(reg->name)));
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
    json_array_end(o);
    json_object_end(o);
}

static void write_schemas(struct exchange *x, struct json_out *o)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    object(o, "schemas");
    json_key(o, STR("problem"));
    json_raw(
        o, STR("{\"type\":\"object\",\"required\":[\"type\",\"title\",\"code\",\"status\"],\"properties\":{\"type\":{"
               "\"type\":"
               "\"string\"},"
               "\"title\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
               "\"detail\":{\"type\":\"string\"},"
               "\"request\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},\"parameter\":{\"type\":\"string\"},"
               "\"line\":{\"type\":\"integer\"},\"column\":{\"type\":\"integer\"},"
               "\"errors\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/fault\"}},"
               "\"candidates\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"score\","
               "\"href\"]}}}}"));
    json_key(o, STR("fault"));
    json_raw(
        o,
        STR("{\"type\":\"object\",\"required\":[\"type\",\"detail\"],\"properties\":{\"field\":{\"type\":\"string\"},"
            "\"pointer\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}"));
    json_key(o, STR("geometry"));
    json_raw(
        o,
        STR("{\"type\":[\"object\",\"null\"],\"properties\":{\"type\":{\"type\":\"string\"},\"coordinates\":{\"type\":"
            "\"array\"}}}"));
    json_key(o, STR("page"));
    json_raw(o,
             STR("{\"type\":\"object\",\"properties\":{\"type\":{\"const\":\"FeatureCollection\"},\"numberReturned\":{"
                 "\"type\":"
                 "\"integer\"},\"numberMatched\":{\"type\":\"integer\"},"
                 "\"revision\":{\"type\":\"integer\"},\"links\":{\"type\":\"array\",\"items\":{\"type\":"
                 "\"object\"}}}}"));
    for (size_t i = 0; i < p->n_registers; i++)
        if (site_shows_register(x, p->registers[i]))
            write_feature_schema(x, p->registers[i], o);
    json_object_end(o);
}

static void write_common_parameters(struct exchange *x, struct json_out *o)
{
    object(o, "parameters");
    const struct input at = {
        .name = "at",
        .in = IN_QUERY,
        .type = INPUT_TEXT,
        .max = 40,
        .title = {STR("Đọc như đã biết ở phiên bản hay ngày này"), STR("As it was known at this revision or date")}};
    const struct input lang = {.name = "lang",
                               .in = IN_QUERY,
                               .type = INPUT_CHOICE,
                               .choices = "vi|en",
                               .title = {STR("Ngôn ngữ"), STR("Language")}};
    json_key(o, STR("at")), write_parameter(x, &at, o);
    json_key(o, STR("lang")), write_parameter(x, &lang, o);
    for (const struct route *r = site_routes; r->path; r++) {
        struct buf choices CLEANUP(buf_done) = BUF_INIT(256);
        if ((r->flags & IS_HIDDEN) || !(r->formats & (r->formats - 1)))
            continue;
        for (int i = 0; i < FORMAT_COUNT; i++)
            if (r->formats & FORMAT_BIT(i))
                buf_printf(&choices, "%s%s", choices.n ? "|" : "", format_name((enum format)i));
        const struct input f = {.name = "f",
                                .in = IN_QUERY,
                                .type = INPUT_CHOICE,
                                .choices = buf_cstr(&choices),
                                .title = {STR("Định dạng, thay cho Accept"), STR("Format, instead of Accept")}};
        json_key(o, str_of(arena_printf(x->arena, "f-%s", r->id))), write_parameter(x, &f, o);
    }
    json_object_end(o);
}

static void write_components(struct exchange *x, struct json_out *o)
{
    object(o, "components");
    write_schemas(x, o);
    write_common_parameters(x, o);
    object(o, "responses");
    object(o, "problem");
    json_member(
        o, "description",
        str_of(T(x, "Có gì sai, ở đâu, phải làm gì (RFC 9457)", "What is wrong, where, and what to do (RFC 9457)")));
    object(o, "content");
    object(o, "application/problem+json");
    json_key(o, STR("schema")), reference(o, "#/components/schemas/problem");
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
    object(o, "securitySchemes");
    object(o, "operator");
    json_member(o, "type", STR("http"));
    json_member(o, "scheme", STR("bearer"));
    json_object_end(o);
    json_object_end(o);
    json_object_end(o);
}

static void write_info(struct exchange *x, struct json_out *o)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    object(o, "info");
    json_member(o, "title", text2_in(&p->title, x->lang));
    json_member(o, "version", STR(TINHSO_VERSION));
    json_member(o, "description",
                str_of(T(x, "Sổ đăng ký, số liệu, bộ chỉ số, báo cáo và nhật ký của tỉnh.",
                         "Registers, figures, indices, reports and the log of the province.")));
    object(o, "license");
    json_member(o, "name", STR("EUPL-1.2"));
    json_member(o, "identifier", STR("EUPL-1.2"));
    json_object_end(o);
    json_object_end(o);
    json_key(o, STR("servers"));
    json_array_begin(o);
    json_object_begin(o);
    struct str base = exchange_base(x);
    json_member(o, "url", str_of(arena_printf(x->arena, "%.*s" API_ROOT, STR_ARG(base))));
    json_object_end(o);
    json_array_end(o);
    json_key(o, STR("security"));
    json_raw(o, STR("[{},{\"operator\":[]}]"));
    json_key(o, STR("tags"));
    json_raw(
        o, STR("[{\"name\":\"features\",\"description\":\"OGC API – Features\"},{\"name\":\"figures\",\"description\":"
               "\"Figures, indices, reports\"},{\"name\":\"log\",\"description\":\"C2SP tlog-tiles\"},{\"name\":"
               "\"catalogue\",\"description\":\"DCAT-AP, Atom\"}]"));
}

enum err api_openapi(struct exchange *x, struct fault *f)
{
    struct json_out o;
    (void)f;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "openapi", STR("3.1.0"));
    write_info(x, &o);
    write_paths(x, &o);
    write_components(x, &o);
    json_object_end(&o);
    json_out_done(&o);
    return OK;
}
