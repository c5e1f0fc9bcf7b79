/* Export: records of a register at a moment into a file that people and programs can use.
 *
 *     struct export_options o = {.path = "ho-dan.xlsx", .filter = STR("unit = '24631'"), .lang = LANG_VI};
 *     export_run(s, reg, &o, &n, f);
 *
 * The format is the path's ending: csv, xlsx; ods, geojson, gpkg, shp.zip (zipped Shapefile), gml through GDAL's ogr2ogr in the
 * sandbox. Fields of class basic-personal and sensitive are left out unless has_personal or has_sensitive says that a right to them
 * was shown. Memory stays flat whatever the number of records. What was exported, saved in a spreadsheet program and imported again,
 * changes nothing.
 */
#ifndef TINHSO_REGISTER_EXPORT_H
#define TINHSO_REGISTER_EXPORT_H

#include "register/query.h"

struct export_options {
    const char *path;
    struct str filter, on, sort;
    struct str fields; /* comma separated; empty: all that may be shown */
    struct str crs;    /* "EPSG:9218"; empty: as declared (GeoJSON: always EPSG:4326, RFC 7946) */
    bool has_personal, has_sensitive;
    enum lang lang;
    void (*on_progress)(void *ctx, int64_t done, int64_t total);
    void *ctx;
};

enum err export_run(struct store *s, const struct reg *reg, const struct export_options *o, int64_t *ret_n,
                    struct fault *f);

#endif
