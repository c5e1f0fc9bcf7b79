/* The table of routes for programs. */
#include "http/internal.h"
#include "text/json.h"

#include "base/banned.h"

static void title(struct json_out *o, const struct text2 *t)
{
    json_key(o, STR("title"));
    json_object_begin(o);
    json_member(o, "vi", t->vi);
    json_member(o, "en", t->en);
    json_object_end(o);
}

static void input_json(const struct input *d, struct json_out *o)
{
    static const char *const places[] = {"path", "query", "header", "body"};
    static const char *const types[] = {
        [INPUT_TEXT] = "text",         [INPUT_NAME] = "name", [INPUT_INTEGER] = "integer", [INPUT_NUMBER] = "number",
        [INPUT_BOOLEAN] = "boolean",   [INPUT_DATE] = "date", [INPUT_CHOICE] = "choice",   [INPUT_BBOX] = "bbox",
        [INPUT_INTERVAL] = "interval", [INPUT_REST] = "rest", [INPUT_FILE] = "file",
    };
    json_object_begin(o);
    json_member(o, "name", str_of(d->name));
    json_member(o, "in", str_of(places[d->in]));
    json_member(o, "type", str_of(types[d->type]));
    json_key(o, STR("required")), json_bool(o, d->is_required);
    json_key(o, STR("open")), json_bool(o, d->is_open);
    json_key(o, STR("min")), json_int(o, d->min);
    json_key(o, STR("max")), json_int(o, d->max);
    if (d->choices)
        json_member(o, "choices", str_of(d->choices));
    title(o, &d->title);
    json_object_end(o);
}

static void route_json(const struct route *r, struct json_out *o)
{
    static const char *const rights[] = {
#define X(right, name) name,
        HTTP_RIGHTS(X)
#undef X
    };
    json_object_begin(o);
    json_member(o, "id", str_of(r->id));
    json_member(o, "method", str_of(method_name(r->method)));
    json_member(o, "path", str_of(r->path));
    title(o, &r->title);
    json_member(o, "right", str_of(rights[r->right]));
    json_key(o, STR("cost")), json_int(o, (int64_t)r->cost);
    json_member(o, "tag", str_of(r->tag ? r->tag : ""));
    json_key(o, STR("takes_at")), json_bool(o, (r->flags & TAKES_AT) != 0);
    json_key(o, STR("takes_body")), json_bool(o, (r->flags & TAKES_BODY) != 0);
    json_key(o, STR("live")), json_bool(o, (r->flags & IS_LIVE) != 0);
    json_key(o, STR("hidden")), json_bool(o, (r->flags & IS_HIDDEN) != 0);
    json_key(o, STR("formats"));
    json_array_begin(o);
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (r->formats & FORMAT_BIT(i))
            json_str(o, str_of(format_name((enum format)i)));
    json_array_end(o);
    json_key(o, STR("inputs"));
    json_array_begin(o);
    for (const struct input *d = r->inputs; d && d->name; d++)
        input_json(d, o);
    json_array_end(o);
    json_object_end(o);
}

void http_routes_json(const struct route *routes, struct json_out *o)
{
    json_object_begin(o);
    json_key(o, STR("routes"));
    json_array_begin(o);
    for (const struct route *r = http_system_routes; r->path; r++)
        route_json(r, o);
    for (const struct route *r = routes; r->path; r++)
        route_json(r, o);
    json_array_end(o);
    json_object_end(o);
    json_out_done(o);
}
