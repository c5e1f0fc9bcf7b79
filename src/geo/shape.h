/* Geometry as plain data: kinds and coordinates, without a geometry library.
 *
 * What is read from a filter, a GeoJSON body or a stored blob becomes a struct shape; what is stored is its WKB; what is
 * shown is its GeoJSON or WKT. Predicates (does A touch B?) are the business of geo/geometry.h.
 *
 *     struct shape s;
 *     if (shape_read_blob(a, blob, &s, f) != OK) return f->code;
 *     shape_write_geojson(&s, &out);                          // {"type":"Point","coordinates":[107.69,12.0]}
 *
 * Coordinates are x (longitude, easting), y (latitude, northing), and z where has_z; their unit is the register's CRS.
 * Formats: WKB of OGC 06-103r4 with the Z codes of ISO 13249-3 (the EWKB flags are read too); the GeoPackage header of
 * OGC 12-128; GeoJSON of RFC 7946 (without its winding rule: rings are kept as they came); WKT of OGC 06-103r4.
 *
 * A shape is never empty: a line has two positions or more, a ring four or more and closes, a collection has a part.
 * Ownership: everything lies in the arena given to the reader.
 * Limits: LIMIT_GEOMETRY_POINTS positions, LIMIT_GEOMETRY_DEPTH levels of collections.
 * Errors: ERR_GEOMETRY_BLOB, ERR_GEOMETRY_JSON (place in f), also where a limit is passed.
 */
#ifndef TINHSO_GEO_SHAPE_H
#define TINHSO_GEO_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/json.h"

/* The numbers are those of WKB. */
enum shape_kind {
    SHAPE_POINT = 1,
    SHAPE_LINESTRING,
    SHAPE_POLYGON,
    SHAPE_MULTIPOINT,
    SHAPE_MULTILINESTRING,
    SHAPE_MULTIPOLYGON,
    SHAPE_COLLECTION,
};

struct shape {
    enum shape_kind kind;
    bool has_z;
    size_t n;            /* positions of a point or line, parts of the others */
    double *at;          /* point, line: n times x, y (, z) */
    struct shape *parts; /* a polygon's parts are its rings, as lines; the outer one is first */
};

struct box {
    double x_min, y_min, x_max, y_max;
};

/* "POINT", "LINESTRING", … as WKT writes them; "Point", "LineString", … as GeoJSON does. */
const char *shape_kind_wkt(enum shape_kind kind);
const char *shape_kind_geojson(enum shape_kind kind);

enum err shape_read_blob(struct arena *a, struct str blob, struct shape *ret_shape, struct fault *f);
enum err shape_read_geojson(struct arena *a, const struct json *object, struct shape *ret_shape, struct fault *f);

void shape_write_wkb(const struct shape *s, struct buf *out);
void shape_write_wkt(const struct shape *s, struct buf *out);
void shape_write_geojson(const struct shape *s, struct json_out *out);

/* A rectangle: its ring runs against the clock. With west > east it crosses the antimeridian and becomes two. */
void shape_of_box(struct arena *a, struct box box, struct shape *ret_shape);

/* The rectangle around a stored blob, from its header or by a walk over its bytes, without building anything.
 * False when the blob is damaged or holds no position. */
bool shape_blob_box(struct str blob, struct box *ret_box);

/* The same by the bytes of the coordinates alone, every byte checked: what passes is safe to hand to any reader of WKB. */
bool shape_blob_walk(struct str blob, struct box *ret_box);

/* Bytes of the GeoPackage header before the WKB; 0 when there is none. */
size_t shape_blob_header(struct str blob);

static inline bool box_meets(struct box a, struct box b)
{
    return a.x_min <= b.x_max && b.x_min <= a.x_max && a.y_min <= b.y_max && b.y_min <= a.y_max;
}

#endif
