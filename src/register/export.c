/* Export: what is to be written, and the walk over it. The formats are in export_text.c, export_xlsx.c, export_ogr.c. */
#include "register/export.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "register/export_internal.h"
#include "register/internal.h"
#include "text/vn.h"

#include "base/banned.h"

enum { FLUSH_BYTES = 1 << 20, BUFFER_BYTES = 64 << 20, PROGRESS_ROWS = 1000 };

#define FORMATS_PLAIN "csv, xlsx, ods"
#define FORMATS_MAP "geojson, gpkg, shp.zip, gml"

static const struct {
    const char *ending;
    enum export_format format;
    bool is_map;
} formats[] = {
    {"csv", EXPORT_CSV, false},        {"xlsx", EXPORT_XLSX, false}, {"ods", EXPORT_ODS, false},
    {"geojson", EXPORT_GEOJSON, true}, {"gpkg", EXPORT_GPKG, true},  {"shp.zip", EXPORT_SHP, true},
    {"gml", EXPORT_GML, true},
};

/* ---- the plan ---- */

static enum err plan_format(struct export *x, struct fault *f)
{
    struct str path = str_of(x->o->path);
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct str ending = str_of(formats[i].ending);
        if (path.n <= ending.n + 1 || path.p[path.n - ending.n - 1] != '.' ||
            !str_eq_ascii_nocase(str_slice(path.p + path.n - ending.n, ending.n), ending))
            continue;
        x->format = formats[i].format;
        x->result->format = formats[i].ending;
        for (size_t k = 0; k < x->reg->n_fields && formats[i].is_map && x->geometry == NO_FIELD; k++)
            if (x->reg->fields[k].type == FT_GEOMETRY)
                x->geometry = (int)k;
        if (formats[i].is_map && x->geometry == NO_FIELD)
            return FAULT(f, ERR_EXPORT_GEOMETRY, {"register", x->reg->name}, {"format", ending},
                         {"valid", STR(FORMATS_PLAIN)});
        return OK;
    }
    return FAULT(f, ERR_EXPORT_FORMAT, {"path", path}, {"valid", STR(FORMATS_PLAIN ", " FORMATS_MAP)});
}

static bool may_show(const struct export *x, const struct field *fd)
{
    if (fd->privacy == PRIVACY_SENSITIVE)
        return x->o->has_personal && x->o->has_sensitive;
    return fd->privacy != PRIVACY_BASIC_PERSONAL || x->o->has_personal;
}

/* A cell holds 32,767 characters; a boundary would be cut. */
static bool fits(const struct export *x, const struct field *fd)
{
    bool is_sheet = x->format == EXPORT_XLSX || x->format == EXPORT_ODS;
    return !is_sheet || fd->type != FT_GEOMETRY || str_is(fd->geometry_kind, "point");
}

static enum err field_named(struct export *x, struct str name, int *ret_n, struct fault *f)
{
    const struct reg *reg = x->reg;
    int n = reg_field_number(reg, name);
    if (n == NO_FIELD) {
        struct str *names = ARENA_ARRAY(x->a, struct str, reg->n_fields);
        for (size_t i = 0; i < reg->n_fields; i++)
            names[i] = reg->fields[i].name;
        struct str near = yaml_nearest(name, names, reg->n_fields);
        return FAULT(f, ERR_FIELD_UNKNOWN, {"name", name}, {"register", reg->name},
                     {"nearest", near.n ? near : names[0]});
    }
    if (!may_show(x, &reg->fields[n]))
        return FAULT(f, ERR_EXPORT_PRIVATE, {"field", name},
                     {"remedy", reg->fields[n].privacy == PRIVACY_SENSITIVE ? STR("--reveal REASON --reveal-sensitive")
                                                                            : STR("--reveal REASON")});
    *ret_n = n;
    return OK;
}

/* Fields that may not be shown, or do not fit, are left out and told, so that nobody takes the file for the whole. */
static void plan_field(struct export *x, int n)
{
    const struct field *fd = &x->reg->fields[n];
    struct export_result *r = x->result;
    if (!may_show(x, fd))
        r->left_out[r->n_left_out++] = n;
    else if (!fits(x, fd))
        r->unfit[r->n_unfit++] = n;
    else if (n != x->geometry)
        x->fields[x->n_fields++] = n;
}

static enum err plan_fields(struct export *x, struct fault *f)
{
    bool seen[LIMIT_FIELDS] = {false};
    x->fields = ARENA_ARRAY(x->a, int, x->reg->n_fields);
    if (x->geometry != NO_FIELD && !may_show(x, &x->reg->fields[x->geometry]))
        return field_named(x, x->reg->fields[x->geometry].name, &x->geometry, f);
    for (size_t i = 0; i < x->reg->n_fields && x->o->fields.n == 0; i++)
        plan_field(x, (int)i);
    for (struct str rest = x->o->fields, name; rest.p && x->o->fields.n;) {
        int n;
        name = str_trim(str_cut(rest, ',', &rest));
        enum err e = field_named(x, name, &n, f);
        if (e != OK)
            return e;
        if (!seen[n])
            plan_field(x, n);
        seen[n] = true;
    }
    x->is_id_shown = true;
    for (size_t i = 0; i < x->reg->n_key; i++)
        x->is_id_shown &= may_show(x, &x->reg->fields[x->reg->key[i]]);
    return OK;
}

/* The title tells a column when no other field, whether exported or not, is called so in any way. */
static bool title_is_unique(struct export *x, int at)
{
    struct str title = text_fold_name(x->a, text2_in(&x->reg->fields[at].title, x->o->lang));
    for (size_t i = 0; i < x->reg->n_fields; i++) {
        const struct field *fd = &x->reg->fields[i];
        if ((int)i != at &&
            (str_eq(title, text_fold_name(x->a, fd->title.vi)) || str_eq(title, text_fold_name(x->a, fd->title.en)) ||
             str_eq(title, text_fold_name(x->a, fd->name))))
            return false;
    }
    return title.n > 0;
}

static void plan_headers(struct export *x)
{
    x->headers = ARENA_ARRAY(x->a, struct str, x->n_fields + 1);
    for (size_t i = 0; i < x->n_fields; i++) {
        const struct field *fd = &x->reg->fields[x->fields[i]];
        x->headers[i] =
            !x->o->has_ids && title_is_unique(x, x->fields[i]) ? text2_in(&fd->title, x->o->lang) : fd->name;
    }
    x->headers[x->n_fields] = x->o->has_ids           ? STR(SAMPLE_NAME)
                              : x->o->lang == LANG_EN ? STR(SAMPLE_TITLE_EN)
                                                      : STR(SAMPLE_TITLE_VI);
}

static bool crs_is_well_formed(struct str crs)
{
    if (!str_starts(crs, STR("EPSG:")) || crs.n < 9 || crs.n > 11)
        return false;
    for (size_t i = 5; i < crs.n; i++)
        if (crs.p[i] < '0' || crs.p[i] > '9')
            return false;
    return true;
}

static enum err plan_crs(const struct export *x, struct fault *f)
{
    if (x->o->crs.n == 0)
        return OK;
    bool is_free = x->format == EXPORT_GPKG || x->format == EXPORT_SHP || x->format == EXPORT_GML;
    bool is_4326 = x->format == EXPORT_GEOJSON && str_is(x->o->crs, "EPSG:4326");
    if (!crs_is_well_formed(x->o->crs) || (!is_free && !is_4326))
        return FAULT(f, ERR_EXPORT_CRS, {"crs", x->o->crs}, {"format", str_of(x->result->format)});
    return OK;
}

/* One invented record is enough to have the column. */
static enum err plan_sample(struct export *x, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES + 64);
    if (str_trim(x->o->filter).n)
        buf_printf(&b, "(%.*s) AND ", STR_ARG(x->o->filter));
    buf_puts(&b, "_sample = true");
    /* counted, not queried: the first of a query comes when all are sorted */
    struct query_options all = {.filter = x->o->filter, .on = x->o->on, .search = x->o->search};
    struct query_options samples = {.filter = buf_view(&b), .on = x->o->on, .search = x->o->search};
    int64_t n = 0;
    enum err e = query_count(x->s, x->reg, &all, &x->total, f);
    if (e == OK)
        e = query_count(x->s, x->reg, &samples, &n, f);
    x->has_sample = n > 0;
    return e;
}

/* ---- the walk ---- */

enum err export_rows(struct export *x, export_row *fn, void *ctx, struct fault *f)
{
    struct query_options o = {
        .filter = x->o->filter, .on = x->o->on, .sort = x->o->sort, .search = x->o->search, .limit = x->o->limit};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row;
    x->result->n = x->result->n_samples = 0;
    enum err e = query_open(x->s, x->reg, &o, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        x->result->n_samples += r.is_sample;
        x->result->n++;
        e = fn(ctx, &r, f);
        if (x->o->on_progress && x->result->n % PROGRESS_ROWS == 0)
            x->o->on_progress(x->o->ctx, x->result->n, x->total);
    }
    return e;
}

/* Marks a spelling as that of one code, or as shared by several. */
static void claim(struct export *x, struct map *owners, struct str text, const struct code *c)
{
    static const struct code shared;
    struct str key = text_fold_name(x->a, text);
    const struct code *owner = key.n ? map_get(owners, key) : NULL;
    if (key.n)
        map_put(x->a, owners, key, (void *)(uintptr_t)(owner && owner != c ? &shared : c));
}

struct map *export_labels(struct export *x, const struct field *fd)
{
    if (fd->type != FT_CODE || !fd->codes)
        return NULL;
    struct map owners = {0}, *labels = ARENA_NEW(x->a, struct map);
    for (size_t i = 0; i < fd->codes->n; i++) {
        const struct code *c = &fd->codes->p[i];
        claim(x, &owners, c->title.vi, c);
        claim(x, &owners, c->title.en, c);
        claim(x, &owners, c->code, c);
    }
    for (size_t i = 0; i < fd->codes->n; i++) {
        const struct code *c = &fd->codes->p[i];
        struct str *label = ARENA_NEW(x->a, struct str);
        *label = text2_in(&c->title, x->o->lang);
        if (label->n == 0 || map_get(&owners, text_fold_name(x->a, *label)) != c)
            *label = c->code;
        map_put(x->a, labels, c->code, label);
    }
    return labels;
}

struct str export_words(const struct export *x, const struct field *fd, const struct map *labels, const struct value *v,
                        struct buf *cell)
{
    bool is_english = x->o->lang == LANG_EN;
    buf_reset(cell);
    if (fd->type == FT_BOOLEAN && v->kind == VALUE_INTEGER)
        return v->integer ? (is_english ? STR("yes") : STR("có")) : (is_english ? STR("no") : STR("không"));
    const struct str *label = labels && v->kind == VALUE_TEXT ? map_get(labels, v->text) : NULL;
    if (label)
        return *label;
    if (v->kind == VALUE_NUMBER)
        number_csv(v->number, cell);
    else
        value_csv(fd, v, cell);
    return buf_view(cell);
}

/* ---- the file ---- */

enum err export_file_open(struct arena *a, const char *path, bool is_private, struct export_file *ret_file,
                          struct fault *f)
{
    struct export_file file = {.path = path, .temporary = arena_printf(a, "%s.%d.tmp", path, (int)getpid())};
    file_tidy(path);        /* what exports that were killed left */
    unlink(file.temporary); /* and one of this very number */
    file.fd = open(file.temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_private ? 0600 : 0666);
    if (file.fd < 0)
        return fault_errno(f, "create", path);
    file.b = BUF_INIT(BUFFER_BYTES);
    *ret_file = file;
    return OK;
}

enum err export_file_flush(struct export_file *file, bool is_last, struct fault *f)
{
    if (file->b.is_full)
        return FAULT(f, ERR_LIMIT, {"what", str_of(file->path)}, {"limit", STR("64 MiB")});
    if (file->b.n < FLUSH_BYTES && !is_last)
        return OK;
    enum err e = file_write_all(file->fd, buf_view(&file->b), file->path, f);
    buf_reset(&file->b);
    return e;
}

enum err export_file_close(struct export_file *file, enum err e, struct fault *f)
{
    if (e == OK)
        e = export_file_flush(file, true, f);
    if (e == OK && fsync(file->fd) != 0)
        e = fault_errno(f, "fsync", file->path);
    if (close(file->fd) != 0 && e == OK)
        e = fault_errno(f, "close", file->path);
    if (e == OK && rename(file->temporary, file->path) != 0)
        e = fault_errno(f, "rename", file->path);
    if (e != OK)
        unlink(file->temporary);
    else
        e = folder_sync(file->path, f);
    buf_done(&file->b);
    return e;
}

static enum err write_format(struct export *x, struct fault *f)
{
    bool is_own_crs = x->geometry != NO_FIELD && str_is(x->reg->fields[x->geometry].crs, "EPSG:4326");
    if (x->format == EXPORT_CSV)
        return export_csv(x, x->o->path, f);
    if (x->format == EXPORT_XLSX)
        return export_xlsx(x, f);
    if (x->format == EXPORT_GEOJSON && is_own_crs)
        return export_geojson(x, x->o->path, false, f);
    return export_ogr(x, f);
}

static enum err run(struct export *x, struct fault *f)
{
    enum err e = plan_format(x, f);
    if (e == OK)
        e = plan_fields(x, f);
    if (e == OK)
        e = plan_crs(x, f);
    if (e == OK)
        e = plan_sample(x, f);
    if (e != OK)
        return e;
    plan_headers(x);
    return write_format(x, f);
}

enum err export_run(struct store *s, const struct reg *reg, const struct export_options *o,
                    struct export_result *ret_result, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct export_result result = {0};
    struct export x = {.a = a, .s = s, .reg = reg, .o = o, .geometry = NO_FIELD, .result = &result};
    db_walk(s->db, true);
    enum err e = run(&x, f);
    db_walk(s->db, false);
    if (e == OK)
        *ret_result = result;
    return e;
}
