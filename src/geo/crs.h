/* Coordinate systems that the program knows by name, and coordinates taken from one to another by PROJ.
 *
 *     const struct crs *to;
 *     if (crs_find(STR("http://www.opengis.net/def/crs/EPSG/0/9218"), &to, f) != OK) return f->code;   // VN-2000, meridian 108°30'
 *     struct crs_pool *pool = crs_pool_new();                                                         // one a thread
 *     crs_transform(pool, crs_wgs84(), to, &shape, f);                                                // in place
 *     if (to->is_north_first) shape_swap_axes(&shape);                                                // as the standard writes it out
 *     crs_pool_free(pool);
 *
 * Within the program x is always longitude or easting, y latitude or northing; the order of axes matters only at the border (OGC 18-058r1: `crs=`
 * and `bbox-crs=` mean the order that the authority declares).
 *
 * The zones of VN-2000 are those of Circular 973/2001/TT-TCĐC (UTM) and of the provinces (TM-3); shift to WGS 84 as EPSG:6960.
 * PROJ is loaded when it is first needed: it brings forty libraries along, and most runs of the program never transform anything (docs/decisions/0004).
 *
 * Errors: ERR_CRS_UNKNOWN {value, example}, ERR_CRS_NONE {reason} (PROJ cannot be loaded), ERR_CRS_POINT {point, crs} (outside of the system).
 */
#ifndef TINHSO_GEO_CRS_H
#define TINHSO_GEO_CRS_H

#include "base/fault.h"
#include "geo/shape.h"

struct crs {
    const char *uri;  /* http://www.opengis.net/def/crs/… */
    const char *code; /* "OGC:CRS84", "EPSG:9218": what PROJ and declarations say */
    const char *title;
    bool is_north_first;
};

const struct crs *crs_wgs84(void); /* longitude, latitude */
const struct crs *crs_list(size_t *ret_n);
/* By URI, "EPSG:9218", or "[EPSG:9218]" (safe CURIE). */
enum err crs_find(struct str name, const struct crs **ret_crs, struct fault *f);

struct crs_pool;
struct crs_pool *crs_pool_new(void);
void crs_pool_free(struct crs_pool *pool); /* NULL is fine */

/* Every position, in place; heights stay. */
enum err crs_transform(struct crs_pool *pool, const struct crs *from, const struct crs *to, struct shape *shape,
                       struct fault *f);

/* y before x in every position. */
void shape_swap_axes(struct shape *shape);

/* A box in another system: the box around its transformed outline, twenty points a side. */
enum err crs_transform_box(struct crs_pool *pool, const struct crs *from, const struct crs *to, struct box *box,
                           struct fault *f);

/* Where the system is meant to be used, in degrees of WGS 84. */
enum err crs_area(struct crs_pool *pool, const struct crs *crs, struct box *ret_box, struct fault *f);

#endif
