/* Export through ogr2ogr: OpenDocument sheets, GeoPackage, zipped Shapefile, GML, and GeoJSON out of other coordinate systems. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "register/export_internal.h"
#include "register/geofile.h"
#include "text/csv.h"

#include "base/banned.h"

enum { ARGUMENTS_MAX = 32 };

/* ---- the sheet that becomes an ODS ---- */

struct sheet_writer {
    struct export *x;
    struct export_file file;
    struct map **labels;
    bool *is_text; /* by column: holds a number that would be rounded in a cell */
    struct buf cell;
};

static enum err sheet_record(void *ctx, const struct record *r, struct fault *f)
{
    struct sheet_writer *w = ctx;
    struct export *x = w->x;
    for (size_t i = 0; i < x->n_fields; i++) {
        if (i)
            buf_putc(&w->file.b, ',');
        const struct value *v = &r->values[x->fields[i]];
        struct str text = export_words(x, &x->reg->fields[x->fields[i]], w->labels[i], v, &w->cell);
        w->is_text[i] |= !export_is_exact(v);
        if (geofile_is_formula(text))
            csv_cell_guarded(&w->file.b, text, ',');
        else
            csv_cell(&w->file.b, text, ',');
    }
    if (x->has_sample)
        buf_puts(&w->file.b,
                 x->o->lang == LANG_EN ? (r->is_sample ? ",yes" : ",no") : (r->is_sample ? ",có" : ",không"));
    buf_puts(&w->file.b, "\r\n");
    return export_file_flush(&w->file, false, f);
}

/* The types of the columns, in the form that GDAL looks for beside a CSV. */
static enum err write_types(const struct export *x, const bool *is_text, const char *path, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (size_t i = 0; i < x->n_fields + x->has_sample; i++) {
        enum field_type type = i < x->n_fields && !is_text[i] ? x->reg->fields[x->fields[i]].type : FT_STRING;
        buf_puts(&b, i ? "," : "");
        buf_puts(&b, type == FT_INTEGER || type == FT_MONEY ? "\"Integer64\""
                     : type == FT_NUMBER                    ? "\"Real\""
                     : type == FT_DATE                      ? "\"Date\""
                                                            : "\"String\"");
    }
    buf_putc(&b, '\n');
    return file_write_atomic(path, buf_view(&b), 0600, f);
}

static enum err write_sheet(struct export *x, const char *folder, struct fault *f)
{
    struct sheet_writer w = {.x = x, .cell = BUF_INIT(LIMIT_GEOMETRY_BYTES)};
    enum err e = export_file_open(x->a, arena_printf(x->a, "%s/rows.csv", folder), true, &w.file, f);
    if (e != OK)
        return e;
    w.labels = ARENA_ARRAY(x->a, struct map *, x->n_fields + 1);
    w.is_text = ARENA_ARRAY(x->a, bool, x->n_fields + 1);
    for (size_t i = 0; i < x->n_fields; i++)
        w.labels[i] = export_labels(x, &x->reg->fields[x->fields[i]]);
    for (size_t i = 0; i < x->n_fields + x->has_sample; i++) {
        buf_puts(&w.file.b, i ? "," : "");
        csv_cell(&w.file.b, x->headers[i], ',');
    }
    buf_puts(&w.file.b, "\r\n");
    e = export_rows(x, sheet_record, &w, f);
    buf_done(&w.cell);
    e = export_file_close(&w.file, e, f);
    return e == OK ? write_types(x, w.is_text, arena_printf(x->a, "%s/rows.csvt", folder), f) : e;
}

/* ---- arguments ---- */

struct arguments {
    const char *p[ARGUMENTS_MAX];
    size_t n;
};

static void add(struct arguments *args, const char *const *words)
{
    for (; *words; words++) {
        must(args->n + 1 < ARGUMENTS_MAX);
        args->p[args->n++] = *words;
    }
    args->p[args->n] = NULL;
}

#define ADD(args, ...) add((args), (const char *const[]){__VA_ARGS__, NULL})

/* What was declared is said, not guessed; another system is computed from it. */
static void add_crs(struct export *x, struct arguments *args)
{
    struct str declared = x->reg->fields[x->geometry].crs;
    struct str wanted = x->format == EXPORT_GEOJSON ? STR("EPSG:4326") : x->o->crs.n ? x->o->crs : declared;
    const char *from = arena_dup(x->a, declared.p, declared.n), *to = arena_dup(x->a, wanted.p, wanted.n);
    if (str_eq(declared, wanted))
        ADD(args, "-a_srs", to);
    else
        ADD(args, "-s_srs", from, "-t_srs", to);
}

static const char *gml_name(struct export *x, const char *ending)
{
    const char *slash = strrchr(x->o->path, '/'), *name = slash ? slash + 1 : x->o->path;
    return arena_printf(x->a, "./%.*s.%s", (int)(strlen(name) - strlen(".gml")), name, ending);
}

static const char *add_format(struct export *x, struct arguments *args)
{
    switch (x->format) {
    case EXPORT_ODS:
        ADD(args, "-f", "ODS", "out.ods", "rows.csv", "-oo", "HEADERS=YES");
        return "out.ods";
    case EXPORT_GPKG:
        ADD(args, "-f", "GPKG", "out.gpkg", "rows.geojson");
        return "out.gpkg";
    case EXPORT_SHP:
        ADD(args, "-f", "ESRI Shapefile", "out.shp.zip", "rows.geojson", "-lco", "ENCODING=UTF-8", "-mapFieldType",
            "DateTime=String"); /* a dBASE file has days only */
        return "out.shp.zip";
    case EXPORT_GML: /* named as the target, for it names its schema, without which readers guess types and lose zeros */
        ADD(args, "-f", "GML", gml_name(x, "gml"), "rows.geojson", "-dsco", "FORMAT=GML3.2");
        return gml_name(x, "gml");
    default:
        ADD(args, "-f", "GeoJSON", "out.geojson", "rows.geojson", "-lco", "RFC7946=YES");
        return "out.geojson";
    }
}

/* Points beside collections of points: a Shapefile and a GeoPackage want one type for all. */
static void add_kind(struct export *x, struct arguments *args)
{
    struct str kind = x->reg->fields[x->geometry].geometry_kind;
    if (x->format != EXPORT_SHP && x->format != EXPORT_GPKG)
        return;
    if (str_is(kind, "line") || str_is(kind, "polygon"))
        ADD(args, "-nlt", "PROMOTE_TO_MULTI");
}

/* ---- the result ---- */

/* The confined program may have left anything under that name: only a plain file takes the target's place. */
static enum err move_out(const struct export *x, const char *made, const char *path, struct fault *f)
{
    struct stat st;
    int fd = open(made, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(f, "open", made);
    enum err e = OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        errno = EINVAL;
        e = fault_errno(f, "open", made);
    }
    if (e == OK && fchmod(fd, x->o->has_personal ? 0600 : 0644) != 0)
        e = fault_errno(f, "chmod", made);
    if (e == OK && fsync(fd) != 0)
        e = fault_errno(f, "fsync", made);
    close(fd);
    if (e == OK && rename(made, path) != 0)
        e = fault_errno(f, "rename", path);
    return e;
}

static enum err convert(struct export *x, const char *folder, struct fault *f)
{
    struct arguments args = {.n = 0};
    const char *made = add_format(x, &args);
    struct str title = x->format == EXPORT_ODS ? text2_in(&x->reg->title, x->o->lang) : x->reg->name;
    ADD(&args, "-nln", arena_dup(x->a, title.p, title.n));
    if (x->geometry != NO_FIELD) {
        add_crs(x, &args);
        add_kind(x, &args);
    }
    enum err e = geofile_convert(args.p, folder, f);
    if (e == OK && x->format == EXPORT_GML) {
        struct str path = str_of(x->o->path);
        const char *beside = arena_printf(x->a, "%.*s.xsd", (int)(path.n - strlen(".gml")), path.p);
        e = move_out(x, arena_printf(x->a, "%s/%s", folder, gml_name(x, "xsd")), beside, f);
    }
    return e == OK ? move_out(x, arena_printf(x->a, "%s/%s", folder, made), x->o->path, f) : e;
}

enum err export_ogr(struct export *x, struct fault *f)
{
    const char *folder;
    if (x->format == EXPORT_SHP && str_is(x->reg->fields[x->geometry].geometry_kind, "any"))
        return FAULT(f, ERR_EXPORT_KIND, {"field", x->reg->fields[x->geometry].name},
                     {"valid", STR("gpkg, gml, geojson")});
    enum err e = geofile_folder(x->a, x->o->path, &folder, f);
    if (e != OK)
        return e;
    e = x->format == EXPORT_ODS ? write_sheet(x, folder, f)
                                : export_geojson(x, arena_printf(x->a, "%s/rows.geojson", folder), true, f);
    if (e == OK)
        e = convert(x, folder, f);
    geofile_folder_remove(folder);
    return e;
}
