/* Predicates and validity of geometries, by GEOS.
 *
 *     struct geometry_context *gc = geometry_context_new();                     // one per thread or connection
 *     struct geometry *area, *farm;
 *     if (geometry_read_blob(gc, blob, &area, f) != OK) ...                      // WKB or GeoPackage
 *     if (geometry_read_wkt(gc, text, &farm, f) != OK) ...
 *     geometry_prepare(area);                                                    // worth it from the second test on
 *     bool is_inside;
 *     if (geometry_relate(GEOMETRY_CONTAINS, area, farm, &is_inside, f) == OK && is_inside) ...
 *     geometry_free(farm), geometry_free(area), geometry_context_free(gc);
 *
 * Everything is planar, in the unit of the coordinates; heights play no part. Relations are those of OGC 06-103r4 (DE-9IM).
 * A collection of mixed dimensions takes part in INTERSECTS, DISJOINT, EQUALS, CONTAINS and WITHIN; for the others GEOS
 * has no answer (ERR_GEOMETRY_RELATION). A polygon that crosses itself is repaired when GEOS stumbles over it.
 *
 * Ownership: the caller frees geometries before their context. A context serves one thread at a time.
 * Limits: those of geo/shape.h; blobs are walked by our own reader before GEOS sees them, the nesting of WKT is counted.
 * Errors: ERR_GEOMETRY_BLOB, ERR_GEOMETRY_RELATION, ERR_GEOMETRY_WKT.
 */
#ifndef TINHSO_GEO_GEOMETRY_H
#define TINHSO_GEO_GEOMETRY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "geo/shape.h"

enum geometry_relation {
    GEOMETRY_INTERSECTS,
    GEOMETRY_EQUALS,
    GEOMETRY_DISJOINT,
    GEOMETRY_TOUCHES,
    GEOMETRY_WITHIN,
    GEOMETRY_OVERLAPS,
    GEOMETRY_CROSSES,
    GEOMETRY_CONTAINS,
    GEOMETRY_RELATIONS,
};

struct geometry_context;
struct geometry;

struct geometry_context *geometry_context_new(void);
void geometry_context_free(struct geometry_context *gc); /* NULL is fine */

enum err geometry_read_blob(struct geometry_context *gc, struct str blob, struct geometry **ret, struct fault *f);
enum err geometry_read_wkt(struct geometry_context *gc, struct str wkt, struct geometry **ret, struct fault *f);
void geometry_free(struct geometry *g); /* NULL is fine */

/* Builds the index that makes further tests of this geometry fast. */
void geometry_prepare(struct geometry *g);

enum err geometry_relate(enum geometry_relation relation, const struct geometry *a, const struct geometry *b,
                         bool *ret_holds, struct fault *f);

/* The rectangle around it. */
struct box geometry_box(const struct geometry *g);

/* OGC validity; the reason, in English as GEOS gives it, is appended when it is not valid. reason may be NULL. */
bool geometry_is_valid(const struct geometry *g, struct buf *reason);

/* In squared units of the coordinates. */
double geometry_area(const struct geometry *g);

void geometry_write_wkb(const struct geometry *g, struct buf *out);
void geometry_write_wkt(const struct geometry *g, struct buf *out);

#endif
