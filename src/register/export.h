/* Export: records of a register at a moment into a file that people and programs can use.
 *
 *     struct export_options o = {.path = "ho-dan.xlsx", .filter = STR("unit = '24631'"), .lang = LANG_VI};
 *     struct export_result done;
 *     export_run(s, reg, &o, &done, f);
 *
 * The format is the path's ending: csv, xlsx, geojson written here; ods, gpkg, shp.zip (zipped Shapefile), gml, and a GeoJSON whose
 * register is not in EPSG:4326 by GDAL's ogr2ogr in the sandbox. The file appears whole or not at all, in place of an older one.
 *
 * Fields of class basic-personal and sensitive are left out unless has_personal and has_sensitive say that a right to them was shown; a
 * field asked for by name is then refused. A file with personal data is readable by its owner alone. Memory stays flat whatever the
 * number of records (ods and the geographic formats: as ogr2ogr does).
 *
 * What cells hold, so that import reads back what was there (register/import.h):
 * - header: titles in the language; with has_ids, or where two titles are the same, field names. Behind them `Dữ liệu mẫu` (`Sample`,
 *   `_sample`) when records of the answer are invented.
 * - CSV (RFC 4180, UTF-8 with byte order mark): every value as value_csv writes it. What a spreadsheet program would take for a
 *   formula begins with one ' more, which csv_unguard takes away.
 *   Numbers have no exponent, and four decimals where they would have three: 1.2340 cannot be taken for one thousand and some.
 * - XLSX: dates and numbers are cells of that type; a number that a cell cannot hold exactly, times and everything else are text.
 *   Codes stand by their title when no other code of the list has it, booleans as có/không (yes/no); both are drop-downs.
 *   Geometry is text (WKT) for points; other kinds are left out. The sheet `Nguồn` tells where the data comes from.
 * - ODS: as XLSX, with dates as cells, without drop-downs and the sheet of sources.
 * - GeoJSON (RFC 7946): properties by field name as value_json writes them; `id` is the record's, unless its key is personal.
 *   The other geographic formats: the same, lists as in CSV; Shapefile cuts names to 10 characters and texts to 254 bytes.
 *   GML brings its schema in a file beside it (.xsd).
 *
 * Errors: ERR_EXPORT_FORMAT, ERR_EXPORT_GEOMETRY (a format for maps, a register without geometry), ERR_EXPORT_CRS,
 * ERR_EXPORT_PRIVATE, ERR_FIELD_UNKNOWN, ERR_XLSX_…, ERR_SANDBOX_…, ERR_SYSTEM, those of queries.
 */
#ifndef TINHSO_REGISTER_EXPORT_H
#define TINHSO_REGISTER_EXPORT_H

#include "base/limits.h"
#include "register/query.h"

struct export_options {
    const char *path;
    struct str filter, on, sort, search;
    int64_t limit;     /* 0: all */
    struct str fields; /* comma separated; empty: all that may be shown */
    struct str crs;    /* "EPSG:9218": gpkg, shp.zip, gml only; empty: as declared */
    bool has_ids;      /* the header has field names instead of titles */
    bool has_personal, has_sensitive;
    struct str reason; /* why personal data is shown: stands in the sheet of sources */
    enum lang lang;
    void (*on_progress)(void *ctx, int64_t done, int64_t total); /* may be NULL */
    void *ctx;
};

struct export_result {
    int64_t n, n_samples;
    const char *format;         /* "csv" … */
    int left_out[LIMIT_FIELDS]; /* numbers of the fields kept back as personal */
    size_t n_left_out;
    int unfit[LIMIT_FIELDS]; /* of those that the format cannot hold (areas in a spreadsheet) */
    size_t n_unfit;
};

enum err export_run(struct store *s, const struct reg *reg, const struct export_options *o,
                    struct export_result *ret_result, struct fault *f);

#endif
