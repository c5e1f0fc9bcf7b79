/* Export as CSV (RFC 4180) and GeoJSON (RFC 7946). */
#include "base/clock.h"
#include "register/export_internal.h"
#include "register/internal.h"
#include "register/moment.h"
#include "text/csv.h"

#include "base/banned.h"

struct writer {
    struct export *x;
    struct export_file file;
    struct buf cell;
    struct json_out json;
    bool for_ogr;
};

/* ---- CSV ---- */

static enum err csv_record(void *ctx, const struct record *r, struct fault *f)
{
    struct writer *w = ctx;
    struct export *x = w->x;
    struct buf *out = &w->file.b;
    for (size_t i = 0; i < x->n_fields; i++) {
        const struct field *fd = &x->reg->fields[x->fields[i]];
        buf_reset(&w->cell);
        const struct value *v = &r->values[x->fields[i]];
        if (v->kind == VALUE_NUMBER)
            number_csv(v->number, &w->cell);
        else
            value_csv(fd, v, &w->cell);
        if (w->cell.is_full)
            return FAULT(f, ERR_LIMIT, {"what", fd->name}, {"limit", STR("32 MiB")});
        if (i)
            buf_putc(out, ',');
        csv_cell_guarded(out, buf_view(&w->cell), ',');
    }
    if (x->has_sample)
        buf_puts(out, r->is_sample ? ",true" : ",false");
    buf_puts(out, "\r\n");
    return export_file_flush(&w->file, false, f);
}

enum err export_csv(struct export *x, const char *path, struct fault *f)
{
    struct buf cell CLEANUP(buf_done) = BUF_INIT(LIMIT_GEOMETRY_BYTES);
    struct writer w = {.x = x, .cell = cell};
    enum err e = export_file_open(x->a, path, x->o->has_personal, &w.file, f);
    if (e != OK)
        return e;
    buf_puts(&w.file.b, "\xEF\xBB\xBF"); /* without it a spreadsheet program reads Vietnamese as Windows-1252 */
    for (size_t i = 0; i < x->n_fields + x->has_sample; i++) {
        if (i)
            buf_putc(&w.file.b, ',');
        csv_cell_guarded(&w.file.b, x->headers[i], ',');
    }
    buf_puts(&w.file.b, "\r\n");
    e = export_rows(x, csv_record, &w, f);
    cell = w.cell;
    return export_file_close(&w.file, e, f);
}

/* ---- GeoJSON ---- */

static void property(struct writer *w, const struct field *fd, const struct value *v)
{
    bool is_text = fd->type == FT_GEOMETRY || (w->for_ogr && fd->type == FT_ARRAY);
    json_key(&w->json, fd->name);
    if (!is_text || v->kind == VALUE_NULL || v->kind == VALUE_MASKED) {
        value_json(fd, v, &w->json);
        return;
    }
    buf_reset(&w->cell);
    value_csv(fd, v, &w->cell);
    json_str(&w->json, buf_view(&w->cell));
}

/* A feature a line, so that the file can be read by eye and by line. */
static enum err geojson_record(void *ctx, const struct record *r, struct fault *f)
{
    struct writer *w = ctx;
    struct export *x = w->x;
    buf_puts(&w->file.b, x->result->n > 1 ? ",\n" : "\n");
    json_out_init(&w->json, &w->file.b, JSON_OUT_COMPACT);
    json_object_begin(&w->json);
    json_member(&w->json, "type", STR("Feature"));
    if (x->is_id_shown && !w->for_ogr)
        json_member(&w->json, "id", r->id);
    json_key(&w->json, STR("geometry"));
    value_json(&x->reg->fields[x->geometry], &r->values[x->geometry], &w->json);
    json_key(&w->json, STR("properties"));
    json_object_begin(&w->json);
    for (size_t i = 0; i < x->n_fields; i++)
        property(w, &x->reg->fields[x->fields[i]], &r->values[x->fields[i]]);
    if (x->has_sample)
        json_key(&w->json, STR(SAMPLE_NAME)), json_bool(&w->json, r->is_sample);
    json_object_end(&w->json);
    json_object_end(&w->json);
    return export_file_flush(&w->file, false, f);
}

/* Members of our own behind the features, as RFC 7946 §6.1 allows: what the file is, for whoever finds it alone. */
static enum err geojson_source(struct writer *w, struct fault *f)
{
    struct export *x = w->x;
    struct moment at;
    enum err e = moment_read(x->a, x->s, &at, f);
    if (e != OK)
        return e;
    buf_reset(&w->cell);
    json_out_init(&w->json, &w->cell, JSON_OUT_COMPACT);
    json_object_begin(&w->json);
    json_key(&w->json, STR("numberReturned")), json_int(&w->json, x->result->n);
    json_key(&w->json, STR("samples")), json_int(&w->json, x->result->n_samples);
    json_member(&w->json, "title", text2_in(&x->reg->title, x->o->lang));
    json_member(&w->json, "source", text2_in(&x->reg->source, x->o->lang));
    json_key(&w->json, STR("revision")), json_int(&w->json, at.rev);
    json_member(&w->json, "revisionTime", at.time);
    json_member(&w->json, "filter", x->o->filter);
    json_key(&w->json, STR("leftOut"));
    json_array_begin(&w->json);
    for (size_t i = 0; i < x->result->n_left_out; i++)
        json_str(&w->json, x->reg->fields[x->result->left_out[i]].name);
    json_array_end(&w->json);
    json_object_end(&w->json);
    buf_putc(&w->file.b, ',');
    buf_add(&w->file.b, w->cell.p + 1,
            w->cell.n - 1); /* its members join the collection's; its end is the collection's */
    buf_putc(&w->file.b, '\n');
    return OK;
}

enum err export_geojson(struct export *x, const char *path, bool for_ogr, struct fault *f)
{
    struct buf cell CLEANUP(buf_done) = BUF_INIT(LIMIT_GEOMETRY_BYTES);
    struct writer w = {.x = x, .cell = cell, .for_ogr = for_ogr};
    enum err e = export_file_open(x->a, path, x->o->has_personal, &w.file, f);
    if (e != OK)
        return e;
    buf_puts(&w.file.b, "{\"type\":\"FeatureCollection\",\"name\":");
    json_quote(&w.file.b, x->reg->name);
    buf_puts(&w.file.b, ",\"features\":[");
    e = export_rows(x, geojson_record, &w, f);
    buf_puts(&w.file.b, "\n]");
    if (e == OK && !for_ogr)
        e = geojson_source(&w, f);
    else
        buf_puts(&w.file.b, "}\n");
    cell = w.cell;
    return export_file_close(&w.file, e, f);
}
