/* Geographic files and OpenDocument sheets, through GDAL's ogr2ogr in the sandbox (base/sandbox.h: no network, its input and the
 * system's libraries to read, one private folder to write).
 *
 *     if (geofile_is(path)) {
 *         struct geofile_table t;
 *         geofile_to_csv(a, path, folder, STR(""), STR("EPSG:4326"), &t, f);     // t.path: folder/out.csv
 *         sheet_open(t.path, &(struct sheet_options){.separator = ','}, &sheet, f);
 *     }
 *
 * Read: ods, gpkg, shp.zip, gml, geojson and json. The file is copied into `folder` first (the caller's, private, existing), so that what
 * was checked is what is read; the caller removes the folder (geofile_folder_remove).
 *
 * The CSV is RFC 4180, UTF-8, with a header: a column "WKT" first when the layer has geometry, then the layer's fields; dates
 * yyyy-mm-dd, times RFC 3339 as far as the file tells an offset, lists joined by "|", numbers with a decimal point. Geometry is in the
 * coordinate system asked for; a layer that does not say its own is refused unless the format implies one. Of an ODS the first row
 * is the header, and a column of numbers or dates is one by its cells. Types are those of the layer, of GML those of the schema that lies
 * beside it under the same name (x.gml, x.xsd); without it every value is text. No text is taken for a date, a list or a number.
 * Numbers are written by number_csv, texts guarded as csv_unguard takes away. ogr2ogr hands numbers over with 15 digits.
 *
 * Limits: LIMIT_GEOFILE_BYTES for the file, and its CSV. Errors: ERR_GEOFILE_FORMAT, ERR_GEOFILE_LAYER (several layers: name one; the fault
 * lists them), ERR_LIMIT, ERR_FILE_MISSING, ERR_SANDBOX_….
 */
#ifndef TINHSO_REGISTER_GEOFILE_H
#define TINHSO_REGISTER_GEOFILE_H

#include "base/fault.h"
#include "base/mem.h"
#include "crypt/hash.h"

struct geofile_table {
    const char *path; /* of the CSV, in the arena */
    bool has_geometry;
    struct digest digest; /* SHA-256 of the file itself, not of the CSV */
};

/* By the path's ending. */
bool geofile_is(const char *path);

/* ogr2ogr makes a formula of such a cell of an ODS: it is guarded on the way out, and the guard taken away on the way in. */
bool geofile_is_formula(struct str text);

/* layer: empty for the only one. crs: "EPSG:4326", of the geometry; empty: as the file has it. */
enum err geofile_to_csv(struct arena *a, const char *path, const char *folder, struct str layer, struct str crs,
                        struct geofile_table *ret_table, struct fault *f);

/* Runs ogr2ogr with arguments (NULL ends them, its name not among them) within the folder. */
enum err geofile_convert(const char *const *arguments, const char *folder, struct fault *f);

/* A private folder beside `path`, where a rename to it is possible; and its end, with all that is in it. What a killed process left
 * there hours ago goes too. */
enum err geofile_folder(struct arena *a, const char *path, const char **ret_folder, struct fault *f);
void geofile_folder_remove(const char *folder);

#endif
