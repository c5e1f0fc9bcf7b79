/* Kinds of geometry, and how they are written: WKB, WKT, GeoJSON. */
#include "geo/shape.h"

#include <stdint.h>

#include "text/number.h"

#include "base/banned.h"

static const char *const names[][2] = {
    [SHAPE_POINT] = {"POINT", "Point"},
    [SHAPE_LINESTRING] = {"LINESTRING", "LineString"},
    [SHAPE_POLYGON] = {"POLYGON", "Polygon"},
    [SHAPE_MULTIPOINT] = {"MULTIPOINT", "MultiPoint"},
    [SHAPE_MULTILINESTRING] = {"MULTILINESTRING", "MultiLineString"},
    [SHAPE_MULTIPOLYGON] = {"MULTIPOLYGON", "MultiPolygon"},
    [SHAPE_COLLECTION] = {"GEOMETRYCOLLECTION", "GeometryCollection"},
};

const char *shape_kind_wkt(enum shape_kind kind)
{
    return names[kind][0];
}

const char *shape_kind_geojson(enum shape_kind kind)
{
    return names[kind][1];
}

static size_t width(const struct shape *s)
{
    return s->has_z ? 3 : 2;
}

/* ---- WKB ---- */

static void put_u32(struct buf *out, size_t n)
{
    unsigned char b[4];
    for (int i = 0; i < 4; i++)
        b[i] = (unsigned char)(n >> (8 * i));
    buf_add(out, b, sizeof b);
}

static void put_positions(struct buf *out, const struct shape *s)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    buf_add(out, s->at, s->n * width(s) * sizeof *s->at);
#else
#error "WKB is written little-endian by copying"
#endif
}

void shape_write_wkb(const struct shape *s, struct buf *out)
{
    buf_putc(out, 1); /* little-endian */
    put_u32(out, (size_t)s->kind + (s->has_z ? 1000 : 0));
    if (s->kind != SHAPE_POINT)
        put_u32(out, s->n);
    if (s->kind == SHAPE_POINT || s->kind == SHAPE_LINESTRING) {
        put_positions(out, s);
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (s->kind == SHAPE_POLYGON) {
            put_u32(out, s->parts[i].n);
            put_positions(out, &s->parts[i]);
        } else {
            shape_write_wkb(&s->parts[i], out);
        }
    }
}

/* ---- WKT ---- */

static void wkt_number(double v, struct buf *out)
{
    if (v == 0 && __builtin_signbit(v))
        buf_putc(out, '-'); /* -0 stays -0 */
    number_print(v, out);
}

static void wkt_body(const struct shape *s, struct buf *out)
{
    buf_putc(out, '(');
    if (s->kind == SHAPE_POINT || s->kind == SHAPE_LINESTRING) {
        for (size_t i = 0; i < s->n * width(s); i++) {
            if (i)
                buf_puts(out, i % width(s) ? " " : ", ");
            wkt_number(s->at[i], out);
        }
    } else {
        for (size_t i = 0; i < s->n; i++) {
            if (i)
                buf_puts(out, ", ");
            if (s->kind == SHAPE_COLLECTION)
                shape_write_wkt(&s->parts[i], out);
            else
                wkt_body(&s->parts[i], out);
        }
    }
    buf_putc(out, ')');
}

void shape_write_wkt(const struct shape *s, struct buf *out)
{
    buf_puts(out, names[s->kind][0]);
    if (s->has_z)
        buf_puts(out, " Z");
    wkt_body(s, out);
}

/* ---- GeoJSON ---- */

static void json_position(const double *v, size_t n, struct json_out *out)
{
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        if (v[i] == 0 && __builtin_signbit(v[i]))
            json_raw(out, STR("-0"));
        else
            json_number(out, v[i]);
    }
    json_array_end(out);
}

static void json_coordinates(const struct shape *s, struct json_out *out)
{
    if (s->kind == SHAPE_POINT) {
        json_position(s->at, width(s), out);
        return;
    }
    json_array_begin(out);
    for (size_t i = 0; i < s->n; i++) {
        if (s->kind == SHAPE_LINESTRING)
            json_position(s->at + i * width(s), width(s), out);
        else
            json_coordinates(&s->parts[i], out);
    }
    json_array_end(out);
}

void shape_write_geojson(const struct shape *s, struct json_out *out)
{
    json_object_begin(out);
    json_key(out, STR("type"));
    json_str(out, str_of(names[s->kind][1]));
    if (s->kind == SHAPE_COLLECTION) {
        json_key(out, STR("geometries"));
        json_array_begin(out);
        for (size_t i = 0; i < s->n; i++)
            shape_write_geojson(&s->parts[i], out);
        json_array_end(out);
    } else {
        json_key(out, STR("coordinates"));
        json_coordinates(s, out);
    }
    json_object_end(out);
}

/* ---- boxes ---- */

static void rectangle(struct arena *a, struct box b, struct shape *ret)
{
    const double at[] = {b.x_min, b.y_min, b.x_max, b.y_min, b.x_max, b.y_max, b.x_min, b.y_max, b.x_min, b.y_min};
    struct shape *ring = ARENA_NEW(a, struct shape);
    *ring = (struct shape){.kind = SHAPE_LINESTRING, .n = 5, .at = arena_alloc(a, sizeof at)};
    memcpy(ring->at, at, sizeof at);
    *ret = (struct shape){.kind = SHAPE_POLYGON, .n = 1, .parts = ring};
}

void shape_of_box(struct arena *a, struct box box, struct shape *ret_shape)
{
    if (box.x_min <= box.x_max) {
        rectangle(a, box, ret_shape);
        return;
    }
    struct shape *two = ARENA_ARRAY(a, struct shape, 2);
    rectangle(a, (struct box){box.x_min, box.y_min, 180, box.y_max}, &two[0]);
    rectangle(a, (struct box){-180, box.y_min, box.x_max, box.y_max}, &two[1]);
    *ret_shape = (struct shape){.kind = SHAPE_MULTIPOLYGON, .n = 2, .parts = two};
}
