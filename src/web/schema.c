#include "web/schema.h"

#include "web/ask.h"

#include "base/banned.h"

static const char *json_type(enum field_type type)
{
    switch (type) {
    case FT_INTEGER:
    case FT_MONEY:
        return "integer";
    case FT_NUMBER:
        return "number";
    case FT_BOOLEAN:
        return "boolean";
    case FT_ARRAY:
        return "array";
    default:
        return "string";
    }
}

static const char *json_format(enum field_type type)
{
    switch (type) {
    case FT_DATE:
        return "date";
    case FT_TIMESTAMP:
        return "date-time";
    case FT_INTERVAL:
        return "interval-iso8601";
    case FT_URL:
        return "uri";
    default:
        return NULL;
    }
}

static void write_codes(struct exchange *x, const struct code_list *codes, bool may_be_null, struct json_out *o)
{
    json_key(o, STR("oneOf"));
    json_array_begin(o);
    for (size_t i = 0; i < codes->n; i++) {
        json_object_begin(o);
        json_member(o, "const", codes->p[i].code);
        json_member(o, "title", text2_in(&codes->p[i].title, x->lang));
        json_object_end(o);
    }
    if (may_be_null) {
        json_object_begin(o);
        json_member(o, "type", STR("null"));
        json_object_end(o);
    }
    json_array_end(o);
}

/* "integer", or ["integer","null"]. */
static void write_type(const char *type, bool may_be_null, struct json_out *o)
{
    json_key(o, STR("type"));
    if (may_be_null)
        json_array_begin(o);
    json_str(o, str_of(type));
    if (may_be_null)
        json_str(o, STR("null")), json_array_end(o);
}

static void write_limits(const struct field *fd, struct json_out *o)
{
    bool is_number = fd->type == FT_INTEGER || fd->type == FT_NUMBER || fd->type == FT_MONEY;
    if (is_number && fd->has_min)
        json_key(o, STR("minimum")), json_number(o, fd->min);
    if (is_number && fd->has_max)
        json_key(o, STR("maximum")), json_number(o, fd->max);
    if (fd->max_length)
        json_key(o, STR("maxLength")), json_int(o, fd->max_length);
    if (fd->pattern.n)
        json_member(o, "pattern", fd->pattern);
}

static const char *role_of(const struct exchange *x, const struct reg *reg, size_t field)
{
    if (reg->n_key == 1 && reg->key[0] == (int)field)
        return "id";
    if (reg->geometry == (int)field)
        return "primary-geometry";
    if (reg->valid_from == (int)field)
        return "primary-interval-start";
    if (reg->valid_to == (int)field)
        return "primary-interval-end";
    return ask_time_field(x, reg) == (int)field ? "primary-instant" : NULL;
}

void schema_value_write(struct exchange *x, const struct field *fd, bool may_be_null, struct json_out *o)
{
    const char *format = json_format(fd->type);
    if (fd->type == FT_GEOMETRY) {
        struct str kind = fd->geometry_kind.n ? fd->geometry_kind : STR("any");
        json_member(o, "format", str_of(arena_printf(x->arena, "geometry-%.*s", STR_ARG(kind))));
    } else {
        write_type(json_type(fd->type), may_be_null, o);
    }
    if (format)
        json_member(o, "format", str_of(format));
    if (fd->type == FT_ARRAY) {
        json_key(o, STR("items"));
        json_object_begin(o);
        json_member(o, "type", str_of(json_type(fd->of)));
        if (fd->codes)
            write_codes(x, fd->codes, false, o);
        json_object_end(o);
    } else if (fd->codes) {
        write_codes(x, fd->codes, may_be_null, o);
    }
    if (fd->target && site_shows_register(x, fd->target))
        json_member(o, "x-ogc-collectionId", fd->target->name);
    write_limits(fd, o);
}

static void write_property(struct exchange *x, const struct reg *reg, size_t i, bool may_be_null, struct json_out *o)
{
    const struct field *fd = &reg->fields[i];
    const char *role = role_of(x, reg, i);
    /* Units are declared as people write them, which x-ogc-unit (UCUM) does not take. */
    struct str title = text2_in(&fd->title, x->lang), unit = text2_in(&fd->measure, x->lang);
    json_key(o, fd->name);
    json_object_begin(o);
    json_member(o, "title", unit.n ? STR_JOIN(x->arena, title, STR(" ("), unit, STR(")")) : title);
    if (text2_in(&fd->description, x->lang).n)
        json_member(o, "description", text2_in(&fd->description, x->lang));
    schema_value_write(x, fd, may_be_null && !fd->is_required, o);
    if (role)
        json_member(o, "x-ogc-role", str_of(role));
    json_key(o, STR("x-ogc-propertySeq")), json_int(o, (int64_t)i + 1);
    json_object_end(o);
}

static bool is_in_schema(const struct exchange *x, const struct field *fd, enum schema_of what)
{
    if (!site_shows_field(x, fd))
        return false;
    if (what == SCHEMA_SORTED)
        return fd->type != FT_GEOMETRY && fd->type != FT_ARRAY;
    return what != SCHEMA_FIELDS || fd->type != FT_GEOMETRY;
}

void schema_required_write(struct exchange *x, const struct reg *reg, enum schema_of what, struct json_out *o)
{
    json_key(o, STR("required"));
    json_array_begin(o);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (reg->fields[i].is_required && is_in_schema(x, &reg->fields[i], what))
            json_str(o, reg->fields[i].name);
    json_array_end(o);
}

/* What every record has beside its fields: to filter by … */
static void write_own_queried(struct exchange *x, struct json_out *o)
{
    size_t n;
    const struct field *own = ask_own_fields(&n);
    for (size_t i = 0; i < n; i++) {
        json_key(o, own[i].name);
        json_object_begin(o);
        json_member(o, "title", text2_in(&own[i].title, x->lang));
        schema_value_write(x, &own[i], false, o);
        json_object_end(o);
    }
}

/* … and what a feature may say of itself (feature_write). Only whether it is invented may be written. */
static void write_own_returned(struct json_out *o)
{
    static const char *const names[] = {"_masked", "_erased"};
    json_key(o, STR("_sample"));
    json_raw(o, STR("{\"type\":\"boolean\"}"));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        json_key(o, str_of(names[i]));
        json_raw(o, STR("{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"readOnly\":true}"));
    }
}

void schema_write(struct exchange *x, const struct reg *reg, enum schema_of what, struct json_out *o)
{
    bool is_record = what == SCHEMA_RETURNED || what == SCHEMA_FIELDS;
    json_member(o, "type", STR("object"));
    json_key(o, STR("properties"));
    json_object_begin(o);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (is_in_schema(x, &reg->fields[i], what))
            write_property(x, reg, i, is_record, o);
    if (is_record)
        write_own_returned(o);
    if (what == SCHEMA_QUERIED)
        write_own_queried(x, o);
    json_object_end(o);
    if (what == SCHEMA_RETURNED)
        schema_required_write(x, reg, what, o);
    json_key(o, STR("additionalProperties")), json_bool(o, false);
}
