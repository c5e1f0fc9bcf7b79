#include "geo/crs.h"

#include <math.h>
#include <proj.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/library.h"
#include "base/mem.h"

#include "base/banned.h"

/* ---- names ---- */

#define EPSG(number, title, is_north_first)                                                                            \
    {                                                                                                                  \
        "http://www.opengis.net/def/crs/EPSG/0/" #number, "EPSG:" #number, title, is_north_first                       \
    }

static const struct crs systems[] = {
    {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84", "WGS 84, longitude latitude", false},
    EPSG(4326, "WGS 84, latitude longitude", true),
    EPSG(3857, "WGS 84 / Pseudo-Mercator", false),
    EPSG(4756, "VN-2000, latitude longitude", true),
    EPSG(3405, "VN-2000 / UTM zone 48N", false),
    EPSG(3406, "VN-2000 / UTM zone 49N", false),
    EPSG(5896, "VN-2000 / TM-3 zone 481", false),
    EPSG(5897, "VN-2000 / TM-3 zone 482", false),
    EPSG(5898, "VN-2000 / TM-3 zone 491", false),
    EPSG(5899, "VN-2000 / TM-3 107-45", false),
    EPSG(9205, "VN-2000 / TM-3 103-00", false),
    EPSG(9206, "VN-2000 / TM-3 104-00", false),
    EPSG(9207, "VN-2000 / TM-3 104-30", false),
    EPSG(9208, "VN-2000 / TM-3 104-45", false),
    EPSG(9209, "VN-2000 / TM-3 105-30", false),
    EPSG(9210, "VN-2000 / TM-3 105-45", false),
    EPSG(9211, "VN-2000 / TM-3 106-00", false),
    EPSG(9212, "VN-2000 / TM-3 106-15", false),
    EPSG(9213, "VN-2000 / TM-3 106-30", false),
    EPSG(9214, "VN-2000 / TM-3 107-00", false),
    EPSG(9215, "VN-2000 / TM-3 107-15", false),
    EPSG(9216, "VN-2000 / TM-3 107-30", false),
    EPSG(9217, "VN-2000 / TM-3 108-15", false),
    EPSG(9218, "VN-2000 / TM-3 108-30", false),
};

const struct crs *crs_wgs84(void)
{
    return &systems[0];
}

const struct crs *crs_list(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(systems);
    return systems;
}

enum err crs_find(struct str name, const struct crs **ret_crs, struct fault *f)
{
    struct str code = name;
    if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
        code = str_slice(name.p + 1, name.n - 2);
    for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
        const char *uri = strchr(systems[i].uri, ':'); /* the scheme may be https */
        bool is_uri = str_is(name, systems[i].uri) ||
                      (str_starts(name, STR("https:")) && str_eq(str_slice(name.p + 5, name.n - 5), str_of(uri)));
        if (is_uri || str_eq_ascii_nocase(code, str_of(systems[i].code))) {
            *ret_crs = &systems[i];
            return OK;
        }
    }
    return FAULT(f, ERR_CRS_UNKNOWN, {"value", name}, {"example", str_of(systems[ARRAY_LEN(systems) - 1].uri)});
}

/* ---- PROJ, loaded when it is first needed ---- */

#define PROJ_FUNCTIONS(X)                                                                                              \
    X(proj_context_create)                                                                                             \
    X(proj_context_destroy)                                                                                            \
    X(proj_context_set_enable_network)                                                                                 \
    X(proj_log_level)                                                                                                  \
    X(proj_create_crs_to_crs)                                                                                          \
    X(proj_normalize_for_visualization)                                                                                \
    X(proj_destroy)                                                                                                    \
    X(proj_trans_generic)                                                                                              \
    X(proj_get_area_of_use)                                                                                            \
    X(proj_create)                                                                                                     \
    X(proj_errno)                                                                                                      \
    X(proj_errno_reset)

static struct {
#define X(name) __typeof__(&name) name;
    PROJ_FUNCTIONS(X)
#undef X
    bool is_loaded;
} proj;

static void load(void)
{
    static const struct library_function functions[] = {
#define X(name) {#name, &proj.name},
        PROJ_FUNCTIONS(X)
#undef X
    };
    proj.is_loaded = library_load("libproj.so.25", functions, ARRAY_LEN(functions));
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- transforming ---- */

enum { POOL_PAIRS = 64 };

struct crs_pool {
    PJ_CONTEXT *context;
    struct {
        const struct crs *from, *to;
        PJ *pj;
    } pairs[POOL_PAIRS];
    size_t n;
};

struct crs_pool *crs_pool_new(void)
{
    return mem_zalloc(sizeof(struct crs_pool));
}

void crs_pool_free(struct crs_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->n; i++)
        proj.proj_destroy(pool->pairs[i].pj);
    if (pool->context)
        proj.proj_context_destroy(pool->context);
    free(pool);
}

static enum err open_context(struct crs_pool *pool, struct fault *f)
{
    pthread_once(&once, load);
    if (!proj.is_loaded)
        return FAULT(f, ERR_CRS_NONE, {"reason", STR("libproj.so.25")});
    if (pool->context)
        return OK;
    pool->context = proj.proj_context_create();
    must(pool->context != NULL);
    proj.proj_context_set_enable_network(pool->context, 0);
    proj.proj_log_level(pool->context, PJ_LOG_NONE);
    return OK;
}

static enum err pair_of(struct crs_pool *pool, const struct crs *from, const struct crs *to, PJ **ret_pj,
                        struct fault *f)
{
    for (size_t i = 0; i < pool->n; i++)
        if (pool->pairs[i].from == from && pool->pairs[i].to == to) {
            *ret_pj = pool->pairs[i].pj;
            return OK;
        }
    enum err e = open_context(pool, f);
    if (e != OK)
        return e;
    PJ *raw = proj.proj_create_crs_to_crs(pool->context, from->code, to->code, NULL);
    PJ *pj = raw ? proj.proj_normalize_for_visualization(pool->context, raw) : NULL;
    proj.proj_destroy(raw);
    if (!pj)
        return FAULT(f, ERR_CRS_NONE, {"reason", str_of(to->code)});
    if (pool->n == POOL_PAIRS) /* few systems are ever used together: the oldest goes */
        proj.proj_destroy(pool->pairs[0].pj), pool->pairs[0] = pool->pairs[--pool->n];
    pool->pairs[pool->n].from = from;
    pool->pairs[pool->n].to = to;
    pool->pairs[pool->n++].pj = pj;
    *ret_pj = pj;
    return OK;
}

static enum err transform_points(PJ *pj, double *at, size_t n, size_t stride, const struct crs *to, struct fault *f)
{
    double x = n ? at[0] : 0, y = n ? at[1] : 0;
    proj.proj_errno_reset(pj);
    proj.proj_trans_generic(pj, PJ_FWD, at, stride * sizeof *at, n, at + 1, stride * sizeof *at, n, NULL, 0, 0, NULL, 0,
                            0);
    for (size_t i = 0; i < n; i++) {
        if (isfinite(at[i * stride]) && isfinite(at[i * stride + 1]))
            continue;
        char place[80];
        snprintf(place, sizeof place, "%.6f %.6f", x, y);
        return FAULT(f, ERR_CRS_POINT, {"point", str_of(place)}, {"crs", str_of(to->title)});
    }
    return OK;
}

static enum err transform_shape(PJ *pj, struct shape *s, const struct crs *to, struct fault *f)
{
    if (s->kind == SHAPE_POINT || s->kind == SHAPE_LINESTRING)
        return transform_points(pj, s->at, s->n, s->has_z ? 3 : 2, to, f);
    enum err e = OK;
    for (size_t i = 0; e == OK && i < s->n; i++)
        e = transform_shape(pj, &s->parts[i], to, f);
    return e;
}

/* CRS84 and EPSG:4326 differ in the order of axes alone, which within the program is one. */
static bool is_same(const struct crs *a, const struct crs *b)
{
    return a == b || (a <= &systems[1] && b <= &systems[1]);
}

enum err crs_transform(struct crs_pool *pool, const struct crs *from, const struct crs *to, struct shape *shape,
                       struct fault *f)
{
    PJ *pj;
    if (is_same(from, to))
        return OK;
    enum err e = pair_of(pool, from, to, &pj, f);
    return e == OK ? transform_shape(pj, shape, to, f) : e;
}

void shape_swap_axes(struct shape *s)
{
    if (s->kind != SHAPE_POINT && s->kind != SHAPE_LINESTRING) {
        for (size_t i = 0; i < s->n; i++)
            shape_swap_axes(&s->parts[i]);
        return;
    }
    size_t stride = s->has_z ? 3 : 2;
    for (double *p = s->at; p < s->at + s->n * stride; p += stride) {
        double x = p[0];
        p[0] = p[1];
        p[1] = x;
    }
}

enum { SIDE_POINTS = 20 };

enum err crs_transform_box(struct crs_pool *pool, const struct crs *from, const struct crs *to, struct box *box,
                           struct fault *f)
{
    if (is_same(from, to))
        return OK;
    double at[4 * SIDE_POINTS * 2], *p = at;
    double w = box->x_max - box->x_min, h = box->y_max - box->y_min;
    for (int i = 0; i < SIDE_POINTS; i++) {
        double part = (double)i / SIDE_POINTS;
        const double sides[4][2] = {{box->x_min + part * w, box->y_min},
                                    {box->x_max, box->y_min + part * h},
                                    {box->x_max - part * w, box->y_max},
                                    {box->x_min, box->y_max - part * h}};
        for (int k = 0; k < 4; k++)
            *p++ = sides[k][0], *p++ = sides[k][1];
    }
    PJ *pj;
    enum err e = pair_of(pool, from, to, &pj, f);
    if (e == OK)
        e = transform_points(pj, at, 4 * SIDE_POINTS, 2, to, f);
    if (e != OK)
        return e;
    *box = (struct box){at[0], at[1], at[0], at[1]};
    for (p = at; p < at + ARRAY_LEN(at); p += 2) {
        box->x_min = fmin(box->x_min, p[0]);
        box->x_max = fmax(box->x_max, p[0]);
        box->y_min = fmin(box->y_min, p[1]);
        box->y_max = fmax(box->y_max, p[1]);
    }
    return OK;
}

enum err crs_area(struct crs_pool *pool, const struct crs *crs, struct box *ret_box, struct fault *f)
{
    enum err e = open_context(pool, f);
    if (e != OK)
        return e;
    PJ *pj = proj.proj_create(pool->context, crs->code);
    struct box box = {0};
    int has_area =
        pj && proj.proj_get_area_of_use(pool->context, pj, &box.x_min, &box.y_min, &box.x_max, &box.y_max, NULL);
    proj.proj_destroy(pj);
    if (!has_area)
        return FAULT(f, ERR_CRS_NONE, {"reason", str_of(crs->code)});
    *ret_box = box;
    return OK;
}
