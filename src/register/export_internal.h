/* What the files of export share: the plan of one export, the walk over its records, and the file being written. */
#ifndef TINHSO_REGISTER_EXPORT_INTERNAL_H
#define TINHSO_REGISTER_EXPORT_INTERNAL_H

#include "register/export.h"

enum export_format { EXPORT_CSV, EXPORT_XLSX, EXPORT_ODS, EXPORT_GEOJSON, EXPORT_GPKG, EXPORT_SHP, EXPORT_GML };

struct export
{
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    const struct export_options *o;
    enum export_format format;
    int *fields; /* to write, in order; without the geometry where the format has a place of its own for it */
    size_t n_fields;
    struct str *headers; /* n_fields, and the sample column's behind them */
    int geometry;        /* field number where the format has a place of its own for it, or NO_FIELD */
    bool has_sample;     /* some record of the answer is invented */
    bool is_id_shown;
    int64_t total; /* 0: not counted */
    struct export_result *result;
};

typedef enum err export_row(void *ctx, const struct record *r, struct fault *f);

/* Every record of the answer, in order; counts them. */
enum err export_rows(struct export *x, export_row *fn, void *ctx, struct fault *f);

/* Labels of a field's codes: code → struct str *, the title, or the code itself where the title would not tell it. NULL: no codes. */
struct map *export_labels(struct export *x, const struct field *fd);

/* What a spreadsheet's cell says: codes by their label, booleans in words, the rest as in CSV. In the buffer where it is made up. */
struct str export_words(const struct export *x, const struct field *fd, const struct map *labels, const struct value *v,
                        struct buf *cell);
/* A spreadsheet's cell keeps 15 digits for certain: what needs more is written as text, so that nothing is rounded on the way. */
bool export_is_exact(const struct value *v);

/* A file beside `path` that takes its place when all is written. */
struct export_file {
    const char *path, *temporary;
    int fd;
    struct buf b;
};

enum err export_file_open(struct arena *a, const char *path, bool is_private, struct export_file *ret_file,
                          struct fault *f);
enum err export_file_flush(struct export_file *file, bool is_last,
                           struct fault *f); /* writes when much has come together */
enum err export_file_close(struct export_file *file, enum err e, struct fault *f); /* e: how writing went; passed on */

enum err export_csv(struct export *x, const char *path, struct fault *f);
/* for_ogr: lists as text, no words about the source. */
enum err export_geojson(struct export *x, const char *path, bool for_ogr, struct fault *f);
enum err export_xlsx(struct export *x, struct fault *f);
enum err export_ogr(struct export *x, struct fault *f);

#endif
