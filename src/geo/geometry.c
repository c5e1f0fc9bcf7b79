#include "geo/geometry.h"

#include <geos_c.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/library.h"
#include "base/limits.h"

#include "base/banned.h"

/* GEOS is loaded with the first geometry: it and its C++ take longer to load than a short command takes altogether. */
static struct {
#define X(name) __typeof__(name) *name;
#include "geo/geos.def"
#undef X
} geos;

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

static void geos_load(void)
{
    static const struct library_function functions[] = {
#define X(name) {#name, &geos.name},
#include "geo/geos.def"
#undef X
    };
    /* the program is not installed without it */
    must(library_load("libgeos_c.so." TEXT(GEOS_CAPI_VERSION_MAJOR), functions, ARRAY_LEN(functions)));
}

struct geometry_context {
    GEOSContextHandle_t h;
    GEOSWKBReader *reader;
    char message[256]; /* of the last error */
};

struct geometry {
    struct geometry_context *gc;
    GEOSGeometry *g;
    const GEOSPreparedGeometry *prepared;
    struct box box;
};

static void keep_message(const char *message, void *context)
{
    struct geometry_context *gc = context;
    snprintf(gc->message, sizeof gc->message, "%s", message);
}

struct geometry_context *geometry_context_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, geos_load) == 0);
    struct geometry_context *gc = mem_zalloc(sizeof *gc);
    gc->h = geos.GEOS_init_r();
    must(gc->h != NULL);
    geos.GEOSContext_setErrorMessageHandler_r(gc->h, keep_message, gc);
    gc->reader = geos.GEOSWKBReader_create_r(gc->h);
    must(gc->reader != NULL);
    return gc;
}

void geometry_context_free(struct geometry_context *gc)
{
    if (!gc)
        return;
    geos.GEOSWKBReader_destroy_r(gc->h, gc->reader);
    geos.GEOS_finish_r(gc->h);
    free(gc);
}

/* Takes g over. */
static struct geometry *wrap(struct geometry_context *gc, GEOSGeometry *g, struct box box)
{
    struct geometry *ret = mem_zalloc(sizeof *ret);
    *ret = (struct geometry){.gc = gc, .g = g, .box = box};
    return ret;
}

static struct box box_of(GEOSContextHandle_t h, const GEOSGeometry *g)
{
    struct box b = {0, 0, 0, 0};
    geos.GEOSGeom_getXMin_r(h, g, &b.x_min);
    geos.GEOSGeom_getYMin_r(h, g, &b.y_min);
    geos.GEOSGeom_getXMax_r(h, g, &b.x_max);
    geos.GEOSGeom_getYMax_r(h, g, &b.y_max);
    return b;
}

enum err geometry_read_blob(struct geometry_context *gc, struct str blob, struct geometry **ret, struct fault *f)
{
    struct box box;
    size_t header = shape_blob_header(blob);
    if (!shape_blob_walk(blob, &box))
        return FAULT(f, ERR_GEOMETRY_BLOB);
    GEOSGeometry *g =
        geos.GEOSWKBReader_read_r(gc->h, gc->reader, (const unsigned char *)blob.p + header, blob.n - header);
    if (!g)
        return FAULT(f, ERR_GEOMETRY_BLOB);
    *ret = wrap(gc, g, box);
    return OK;
}

/* What GEOS does not look at: it recurses into collections without a bound (a multipolygon has three pairs of its own), and
 * leaves unread what stands behind the last pair. */
static bool is_well_nested(struct str wkt)
{
    size_t depth = 0, end = wkt.n;
    for (size_t i = 0; i < wkt.n && end == wkt.n; i++) {
        depth += wkt.p[i] == '(';
        if (depth > LIMIT_GEOMETRY_DEPTH + 4)
            return false;
        if (wkt.p[i] == ')' && (depth == 0 || --depth == 0))
            end = i + 1;
    }
    return str_trim(str_slice(wkt.p + end, wkt.n - end)).n == 0;
}

enum err geometry_read_wkt(struct geometry_context *gc, struct str wkt, struct geometry **ret, struct fault *f)
{
    if (wkt.n == 0 || wkt.n > LIMIT_TEXT_BYTES || !is_well_nested(wkt))
        return FAULT(f, ERR_GEOMETRY_WKT, {"reason", STR("( … )")});
    struct arena *a CLEANUP(arena_freep) = arena_new();
    GEOSWKTReader *reader = geos.GEOSWKTReader_create_r(gc->h);
    must(reader != NULL);
    GEOSGeometry *g = geos.GEOSWKTReader_read_r(gc->h, reader, arena_dup(a, wkt.p, wkt.n));
    geos.GEOSWKTReader_destroy_r(gc->h, reader);
    if (!g)
        return FAULT(f, ERR_GEOMETRY_WKT, {"reason", str_of(gc->message)});
    struct box box = box_of(gc->h, g);
    bool is_finite = isfinite(box.x_min) && isfinite(box.y_min) && isfinite(box.x_max) && isfinite(box.y_max);
    if (geos.GEOSisEmpty_r(gc->h, g) || !is_finite) {
        geos.GEOSGeom_destroy_r(gc->h, g);
        return FAULT(f, ERR_GEOMETRY_WKT, {"reason", is_finite ? STR("EMPTY") : STR("infinite")});
    }
    *ret = wrap(gc, g, box);
    return OK;
}

void geometry_free(struct geometry *g)
{
    if (!g)
        return;
    if (g->prepared)
        geos.GEOSPreparedGeom_destroy_r(g->gc->h, g->prepared);
    geos.GEOSGeom_destroy_r(g->gc->h, g->g);
    free(g);
}

void geometry_prepare(struct geometry *g)
{
    if (!g->prepared)
        g->prepared = geos.GEOSPrepare_r(g->gc->h, g->g);
}

struct box geometry_box(const struct geometry *g)
{
    return g->box;
}

bool geometry_is_valid(const struct geometry *g, struct buf *reason)
{
    if (geos.GEOSisValid_r(g->gc->h, g->g) == 1)
        return true;
    char *why = reason ? geos.GEOSisValidReason_r(g->gc->h, g->g) : NULL;
    if (why) {
        buf_puts(reason, why);
        geos.GEOSFree_r(g->gc->h, why);
    }
    return false;
}

double geometry_area(const struct geometry *g)
{
    double area = 0;
    geos.GEOSArea_r(g->gc->h, g->g, &area);
    return area;
}

void geometry_write_wkb(const struct geometry *g, struct buf *out)
{
    GEOSWKBWriter *w = geos.GEOSWKBWriter_create_r(g->gc->h);
    must(w != NULL);
    geos.GEOSWKBWriter_setByteOrder_r(g->gc->h, w, GEOS_WKB_NDR);
    geos.GEOSWKBWriter_setOutputDimension_r(g->gc->h, w, 3);
    size_t n = 0;
    unsigned char *bytes = geos.GEOSWKBWriter_write_r(g->gc->h, w, g->g, &n);
    if (bytes)
        buf_add(out, bytes, n);
    geos.GEOSFree_r(g->gc->h, bytes);
    geos.GEOSWKBWriter_destroy_r(g->gc->h, w);
}

void geometry_write_wkt(const struct geometry *g, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf wkb CLEANUP(buf_done) = BUF_INIT(LIMIT_GEOMETRY_BYTES);
    struct shape s;
    geometry_write_wkb(g, &wkb);
    if (shape_read_blob(a, buf_view(&wkb), &s, NULL) == OK)
        shape_write_wkt(&s, out);
}

/* ---- relations ---- */

/* 0, 1, or 2 when GEOS threw. */
static char relate_plain(GEOSContextHandle_t h, enum geometry_relation r, const GEOSGeometry *a, const GEOSGeometry *b)
{
    switch (r) {
    case GEOMETRY_INTERSECTS:
        return geos.GEOSIntersects_r(h, a, b);
    case GEOMETRY_EQUALS:
        return geos.GEOSEquals_r(h, a, b);
    case GEOMETRY_DISJOINT:
        return geos.GEOSDisjoint_r(h, a, b);
    case GEOMETRY_TOUCHES:
        return geos.GEOSTouches_r(h, a, b);
    case GEOMETRY_WITHIN:
        return geos.GEOSWithin_r(h, a, b);
    case GEOMETRY_OVERLAPS:
        return geos.GEOSOverlaps_r(h, a, b);
    case GEOMETRY_CROSSES:
        return geos.GEOSCrosses_r(h, a, b);
    case GEOMETRY_CONTAINS:
        return geos.GEOSContains_r(h, a, b);
    case GEOMETRY_RELATIONS:
        break;
    }
    must(!"a relation of the list");
    return 2;
}

static char relate_prepared(GEOSContextHandle_t h, enum geometry_relation r, const GEOSPreparedGeometry *a,
                            const GEOSGeometry *b, const GEOSGeometry *plain)
{
    switch (r) {
    case GEOMETRY_INTERSECTS:
        return geos.GEOSPreparedIntersects_r(h, a, b);
    case GEOMETRY_DISJOINT:
        return geos.GEOSPreparedDisjoint_r(h, a, b);
    case GEOMETRY_TOUCHES:
        return geos.GEOSPreparedTouches_r(h, a, b);
    case GEOMETRY_WITHIN:
        return geos.GEOSPreparedWithin_r(h, a, b);
    case GEOMETRY_OVERLAPS:
        return geos.GEOSPreparedOverlaps_r(h, a, b);
    case GEOMETRY_CROSSES:
        return geos.GEOSPreparedCrosses_r(h, a, b);
    case GEOMETRY_CONTAINS:
        return geos.GEOSPreparedContains_r(h, a, b);
    default:
        return relate_plain(h, r, plain, b);
    }
}

static enum geometry_relation reversed(enum geometry_relation r)
{
    return r == GEOMETRY_WITHIN ? GEOMETRY_CONTAINS : r == GEOMETRY_CONTAINS ? GEOMETRY_WITHIN : r;
}

static bool is_collection(GEOSContextHandle_t h, const GEOSGeometry *g)
{
    return geos.GEOSGeomTypeId_r(h, g) == GEOS_GEOMETRYCOLLECTION;
}

/* Nothing of b lies outside a. Part by part: given a collection of mixed dimensions whole, the overlay of GEOS 3.11 loses
 * some of its parts without a word. */
static char covers(GEOSContextHandle_t h, const GEOSGeometry *a, const GEOSGeometry *b)
{
    char result = 1;
    int n = geos.GEOSGetNumGeometries_r(h, a), m = geos.GEOSGetNumGeometries_r(h, b);
    for (int k = 0; k < m && result == 1; k++) {
        GEOSGeometry *rest = geos.GEOSGeom_clone_r(h, geos.GEOSGetGeometryN_r(h, b, k));
        for (int i = 0; i < n && rest; i++) {
            GEOSGeometry *less = geos.GEOSDifference_r(h, rest, geos.GEOSGetGeometryN_r(h, a, i));
            geos.GEOSGeom_destroy_r(h, rest);
            rest = less;
        }
        result = rest ? geos.GEOSisEmpty_r(h, rest) : 2;
        geos.GEOSGeom_destroy_r(h, rest);
    }
    return result;
}

/* Some part of a meets some part of b with more than its edge. */
static char interiors_meet(GEOSContextHandle_t h, const GEOSGeometry *a, const GEOSGeometry *b)
{
    int n = geos.GEOSGetNumGeometries_r(h, a), m = geos.GEOSGetNumGeometries_r(h, b);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++) {
            const GEOSGeometry *pa = geos.GEOSGetGeometryN_r(h, a, i), *pb = geos.GEOSGetGeometryN_r(h, b, k);
            if (geos.GEOSIntersects_r(h, pa, pb) == 1 && geos.GEOSTouches_r(h, pa, pb) == 0)
                return 1;
        }
    return 0;
}

/* GEOS 3.11 compares no collections of mixed dimensions; these three relations follow from covering. */
static char relate_collections(GEOSContextHandle_t h, enum geometry_relation r, const GEOSGeometry *a,
                               const GEOSGeometry *b)
{
    if (r == GEOMETRY_WITHIN)
        return relate_collections(h, GEOMETRY_CONTAINS, b, a);
    GEOSGeometry *ua = geos.GEOSUnaryUnion_r(h, a), *ub = geos.GEOSUnaryUnion_r(h, b);
    char result = 2;
    if (ua && ub && !is_collection(h, ua) && !is_collection(h, ub)) {
        result = relate_plain(h, r, ua, ub);
    } else if (ua && ub && (r == GEOMETRY_EQUALS || r == GEOMETRY_CONTAINS)) {
        result = covers(h, ua, ub);
        if (result == 1)
            result = r == GEOMETRY_EQUALS ? covers(h, ub, ua) : interiors_meet(h, ua, ub);
    }
    geos.GEOSGeom_destroy_r(h, ua);
    geos.GEOSGeom_destroy_r(h, ub);
    return result;
}

/* The slow way: with collections taken apart, and after a repair of what is not valid. */
static char relate_again(GEOSContextHandle_t h, enum geometry_relation r, const GEOSGeometry *a, const GEOSGeometry *b)
{
    GEOSGeometry *va = geos.GEOSMakeValid_r(h, a), *vb = geos.GEOSMakeValid_r(h, b);
    char result = 2;
    if (va && vb)
        result = is_collection(h, va) || is_collection(h, vb) ? relate_collections(h, r, va, vb)
                                                              : relate_plain(h, r, va, vb);
    geos.GEOSGeom_destroy_r(h, va);
    geos.GEOSGeom_destroy_r(h, vb);
    return result;
}

enum err geometry_relate(enum geometry_relation relation, const struct geometry *a, const struct geometry *b,
                         bool *ret_holds, struct fault *f)
{
    if (!box_meets(a->box, b->box)) {
        *ret_holds = relation == GEOMETRY_DISJOINT;
        return OK;
    }
    GEOSContextHandle_t h = a->gc->h;
    char result;
    bool handles_collections = relation == GEOMETRY_INTERSECTS || relation == GEOMETRY_DISJOINT;
    if (!handles_collections && (is_collection(h, a->g) || is_collection(h, b->g)))
        result = relate_collections(h, relation, a->g, b->g);
    else if (a->prepared)
        result = relate_prepared(h, relation, a->prepared, b->g, a->g);
    else if (b->prepared)
        result = relate_prepared(h, reversed(relation), b->prepared, a->g, b->g);
    else
        result = relate_plain(h, relation, a->g, b->g);
    if (result == 2)
        result = relate_again(h, relation, a->g, b->g);
    if (result == 2)
        return FAULT(f, ERR_GEOMETRY_RELATION, {"reason", str_of(a->gc->message)});
    *ret_holds = result == 1;
    return OK;
}
