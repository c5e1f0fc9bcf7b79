/* Shapes from stored blobs (WKB, GeoPackage) and from GeoJSON; the rectangle around a blob. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "base/limits.h"
#include "geo/shape.h"

#include "base/banned.h"

/* ---- blobs ---- */

struct reader {
    const unsigned char *p;
    size_t n;
    struct arena *a; /* NULL: only the rectangle is wanted */
    struct box box;
    size_t positions;
};

/* OGC 12-128r19 §2.1.3: "GP", version, flags, srs id, envelope; then WKB. Returns the envelope when there is one. */
static bool gpkg_skip(struct reader *r, struct box *ret_box, bool *ret_has_box)
{
    *ret_has_box = false;
    if (r->n < 8 || r->p[0] != 'G' || r->p[1] != 'P')
        return true;
    static const size_t envelope_bytes[] = {0, 32, 48, 48, 64};
    unsigned flags = r->p[3], kind = flags >> 1 & 7;
    if (kind > 4 || r->n < 8 + envelope_bytes[kind])
        return false;
    if (kind && (flags & 1)) {
        double v[4];
        memcpy(v, r->p + 8, sizeof v);
        *ret_box = (struct box){v[0], v[2], v[1], v[3]};
        *ret_has_box = v[0] <= v[1] && v[2] <= v[3];
    }
    r->p += 8 + envelope_bytes[kind];
    r->n -= 8 + envelope_bytes[kind];
    return true;
}

static bool get_u32(struct reader *r, bool is_little, uint32_t *ret)
{
    if (r->n < 4)
        return false;
    const unsigned char *p = r->p;
    *ret = is_little ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24
                     : (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
    r->p += 4;
    r->n -= 4;
    return true;
}

static double get_double(const unsigned char *p, bool is_little)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = is_little ? p[i] : p[7 - i];
    double v;
    memcpy(&v, b, sizeof v);
    return v;
}

/* n positions of `width` numbers each; z is kept, a measure is not. */
static bool get_positions(struct reader *r, size_t n, bool is_little, bool has_z, bool has_m, struct shape *s)
{
    size_t stored = 2u + has_z + has_m, kept = 2u + has_z;
    if (n > r->n / (stored * 8) || n > LIMIT_GEOMETRY_POINTS - r->positions)
        return false;
    r->positions += n;
    if (r->a) {
        s->n = n;
        s->has_z = has_z;
        s->at = arena_alloc(r->a, n * kept * sizeof *s->at);
    }
    for (size_t i = 0; i < n; i++, r->p += stored * 8, r->n -= stored * 8) {
        double v[3] = {0, 0, 0};
        for (size_t k = 0; k < kept; k++) {
            v[k] = get_double(r->p + k * 8, is_little);
            if (!isfinite(v[k]))
                return false;
        }
        r->box.x_min = v[0] < r->box.x_min ? v[0] : r->box.x_min;
        r->box.x_max = v[0] > r->box.x_max ? v[0] : r->box.x_max;
        r->box.y_min = v[1] < r->box.y_min ? v[1] : r->box.y_min;
        r->box.y_max = v[1] > r->box.y_max ? v[1] : r->box.y_max;
        if (r->a)
            memcpy(s->at + i * kept, v, kept * sizeof *v);
    }
    return true;
}

static bool is_ring(const struct shape *s)
{
    size_t w = 2u + s->has_z;
    return s->n >= 4 && s->at[0] == s->at[(s->n - 1) * w] && s->at[1] == s->at[(s->n - 1) * w + 1];
}

static bool get_header(struct reader *r, bool *is_little, enum shape_kind *kind, bool *has_z, bool *has_m)
{
    uint32_t code, srid;
    if (r->n < 5 || r->p[0] > 1)
        return false;
    *is_little = r->p[0] == 1;
    r->p++;
    r->n--;
    if (!get_u32(r, *is_little, &code))
        return false;
    *has_z = (code & 0x80000000u) || (code & 0xFFFF) / 1000 == 1 || (code & 0xFFFF) / 1000 == 3; /* EWKB, ISO */
    *has_m = (code & 0x40000000u) || (code & 0xFFFF) / 1000 >= 2;
    if ((code & 0x20000000u) && !get_u32(r, *is_little, &srid))
        return false;
    uint32_t k = (code & 0xFFFF) % 1000;
    *kind = (enum shape_kind)k;
    return k >= SHAPE_POINT && k <= SHAPE_COLLECTION && (code & 0xFFFF) < 4000;
}

static bool get_shape(struct reader *r, enum shape_kind wanted, unsigned depth, struct shape *s)
{
    static const enum shape_kind part_of[] = {[SHAPE_MULTIPOINT] = SHAPE_POINT,
                                              [SHAPE_MULTILINESTRING] = SHAPE_LINESTRING,
                                              [SHAPE_MULTIPOLYGON] = SHAPE_POLYGON,
                                              [SHAPE_COLLECTION] = 0};
    bool is_little, has_z, has_m;
    enum shape_kind kind;
    uint32_t n = 1;
    if (depth > LIMIT_GEOMETRY_DEPTH || !get_header(r, &is_little, &kind, &has_z, &has_m))
        return false;
    if (wanted && kind != wanted)
        return false;
    *s = (struct shape){.kind = kind, .has_z = has_z};
    if (kind != SHAPE_POINT && !get_u32(r, is_little, &n))
        return false;
    if (kind == SHAPE_POINT || kind == SHAPE_LINESTRING)
        return n >= (kind == SHAPE_POINT ? 1u : 2u) && get_positions(r, n, is_little, has_z, has_m, s);
    if (n == 0 || n > r->n / 4)
        return false;
    struct arena *a = r->a;
    struct shape scratch = {0}, *parts = a ? ARENA_ARRAY(a, struct shape, n) : NULL;
    if (parts) {
        s->n = n;
        s->parts = parts;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct shape *part = parts ? &parts[i] : &scratch;
        if (kind == SHAPE_POLYGON) {
            uint32_t count;
            *part = (struct shape){.kind = SHAPE_LINESTRING};
            if (!get_u32(r, is_little, &count) || !get_positions(r, count, is_little, has_z, has_m, part))
                return false;
            if (parts ? !is_ring(part) : count < 4)
                return false;
        } else if (!get_shape(r, part_of[kind], depth + 1, part)) {
            return false;
        }
    }
    return true;
}

enum err shape_read_blob(struct arena *a, struct str blob, struct shape *ret_shape, struct fault *f)
{
    struct reader r = {.p = (const unsigned char *)blob.p, .n = blob.n, .a = a};
    struct box box;
    bool has_box;
    struct shape s;
    if (!gpkg_skip(&r, &box, &has_box) || !get_shape(&r, 0, 0, &s) || r.n)
        return FAULT(f, ERR_GEOMETRY_BLOB);
    *ret_shape = s;
    return OK;
}

static bool blob_box(struct str blob, bool trusts_header, struct box *ret_box)
{
    struct reader r = {
        .p = (const unsigned char *)blob.p, .n = blob.n, .box = {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    struct box box;
    bool has_box;
    struct shape s;
    if (!gpkg_skip(&r, &box, &has_box))
        return false;
    if (!has_box || !trusts_header) {
        if (!get_shape(&r, 0, 0, &s) || r.n)
            return false;
        box = r.box;
    }
    *ret_box = box;
    return true;
}

bool shape_blob_box(struct str blob, struct box *ret_box)
{
    return blob_box(blob, true, ret_box);
}

bool shape_blob_walk(struct str blob, struct box *ret_box)
{
    return blob_box(blob, false, ret_box);
}

size_t shape_blob_header(struct str blob)
{
    struct reader r = {.p = (const unsigned char *)blob.p, .n = blob.n};
    struct box box;
    bool has_box;
    return gpkg_skip(&r, &box, &has_box) ? blob.n - r.n : 0;
}

/* ---- GeoJSON ---- */

struct geojson {
    struct arena *a;
    struct fault *f;
    size_t positions;
};

static bool refuse(struct geojson *g, const struct json *at, const char *vi, const char *en)
{
    FAULT(g->f, ERR_GEOMETRY_JSON, {"expected_vi", str_of(vi)}, {"expected_en", str_of(en)});
    if (at)
        fault_place(g->f, (struct str){NULL, 0}, at->line, at->column);
    return false;
}

/* A position's numbers; *z as in the text form: -1 undecided. */
static bool json_position(struct geojson *g, const struct json *v, int *z, double *ret)
{
    if (v->kind != J_ARRAY || v->n < 2 || v->n > 3)
        return refuse(g, v, "vị trí [x, y] hoặc [x, y, z]", "a position [x, y] or [x, y, z]");
    if (*z < 0)
        *z = v->n == 3;
    if (v->n != 2u + (unsigned)*z)
        return refuse(g, v, "cùng số toạ độ như các vị trí khác", "as many coordinates as the other positions");
    if (++g->positions > LIMIT_GEOMETRY_POINTS)
        return refuse(g, v, "ít vị trí hơn", "fewer positions");
    for (size_t i = 0; i < v->n; i++) {
        if (v->items[i].kind != J_NUMBER || !isfinite(v->items[i].number))
            return refuse(g, &v->items[i], "một số", "a number");
        ret[i] = v->items[i].number;
    }
    return true;
}

static bool json_line(struct geojson *g, const struct json *v, size_t least, int *z, struct shape *s)
{
    if (v->kind != J_ARRAY || v->n < least)
        return refuse(g, v, least == 4 ? "vòng có ít nhất 4 vị trí" : "đường có ít nhất 2 vị trí",
                      least == 4 ? "a ring of 4 positions or more" : "a line of 2 positions or more");
    double first[3];
    if (!json_position(g, &v->items[0], z, first))
        return false;
    size_t w = 2u + (unsigned)*z;
    *s = (struct shape){.kind = SHAPE_LINESTRING, .has_z = *z == 1, .n = v->n};
    s->at = arena_alloc(g->a, v->n * w * sizeof *s->at);
    memcpy(s->at, first, w * sizeof *first);
    for (size_t i = 1; i < v->n; i++)
        if (!json_position(g, &v->items[i], z, s->at + i * w))
            return false;
    if (least == 4 && !is_ring(s))
        return refuse(g, v, "vòng khép kín: vị trí cuối trùng vị trí đầu",
                      "a closed ring: its last position is its first");
    return true;
}

static bool json_coordinates(struct geojson *g, const struct json *v, enum shape_kind kind, int *z, struct shape *s)
{
    static const enum shape_kind part_of[] = {[SHAPE_MULTIPOINT] = SHAPE_POINT,
                                              [SHAPE_MULTILINESTRING] = SHAPE_LINESTRING,
                                              [SHAPE_MULTIPOLYGON] = SHAPE_POLYGON};
    if (kind == SHAPE_LINESTRING)
        return json_line(g, v, 2, z, s);
    *s = (struct shape){.kind = kind, .n = 1};
    if (kind == SHAPE_POINT) {
        double at[3];
        if (!json_position(g, v, z, at))
            return false;
        s->has_z = *z == 1;
        s->at = arena_alloc(g->a, sizeof at);
        memcpy(s->at, at, (2u + s->has_z) * sizeof *at);
        return true;
    }
    if (v->kind != J_ARRAY || v->n == 0)
        return refuse(g, v, "một mảng toạ độ không rỗng", "an array of coordinates that is not empty");
    s->n = v->n;
    s->parts = ARENA_ARRAY(g->a, struct shape, v->n);
    for (size_t i = 0; i < v->n; i++) {
        bool ok = kind == SHAPE_POLYGON ? json_line(g, &v->items[i], 4, z, &s->parts[i])
                                        : json_coordinates(g, &v->items[i], part_of[kind], z, &s->parts[i]);
        if (!ok)
            return false;
    }
    s->has_z = *z == 1;
    return true;
}

static bool json_shape(struct geojson *g, const struct json *v, unsigned depth, struct shape *s)
{
    const struct json *type = json_get(v, "type");
    enum shape_kind kind = 0;
    for (int k = SHAPE_POINT; type && type->kind == J_STRING && k <= SHAPE_COLLECTION; k++)
        if (str_is(type->string, shape_kind_geojson((enum shape_kind)k)))
            kind = (enum shape_kind)k;
    if (!kind)
        return refuse(g, type ? type : v, "\"type\" là Point, LineString, Polygon, Multi… hoặc GeometryCollection",
                      "a \"type\" of Point, LineString, Polygon, Multi… or GeometryCollection");
    const struct json *content = json_get(v, kind == SHAPE_COLLECTION ? "geometries" : "coordinates");
    if (!content)
        return refuse(g, v, kind == SHAPE_COLLECTION ? "\"geometries\"" : "\"coordinates\"",
                      kind == SHAPE_COLLECTION ? "\"geometries\"" : "\"coordinates\"");
    int z = -1;
    if (kind != SHAPE_COLLECTION)
        return json_coordinates(g, content, kind, &z, s);
    if (depth >= LIMIT_GEOMETRY_DEPTH)
        return refuse(g, v, "ít tầng GeometryCollection hơn", "fewer levels of GeometryCollection");
    if (content->kind != J_ARRAY || content->n == 0)
        return refuse(g, content, "một mảng hình không rỗng", "an array of geometries that is not empty");
    *s = (struct shape){.kind = kind, .n = content->n, .parts = ARENA_ARRAY(g->a, struct shape, content->n)};
    for (size_t i = 0; i < s->n; i++) {
        if (!json_shape(g, &content->items[i], depth + 1, &s->parts[i]))
            return false;
        s->has_z |= s->parts[i].has_z;
    }
    return true;
}

enum err shape_read_geojson(struct arena *a, const struct json *object, struct shape *ret_shape, struct fault *f)
{
    struct geojson g = {.a = a, .f = f};
    struct shape s;
    if (!json_shape(&g, object, 0, &s))
        return ERR_GEOMETRY_JSON;
    *ret_shape = s;
    return OK;
}
