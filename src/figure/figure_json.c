#include "figure/figure_json.h"

#include "base/banned.h"

void quantity_json(struct quantity q, struct json_out *o)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    quantity_print(q, DECIMAL_EXACT, LANG_EN, &b);
    json_raw(o, b.n ? buf_view(&b) : STR("null"));
}

static void known_json(const char *key, struct quantity q, struct json_out *o)
{
    if (quantity_is_known(q))
        json_key(o, str_of(key)), quantity_json(q, o);
}

static void row_json(const struct figure_row *row, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    json_key(o, STR("key"));
    if (row->kind == ROW_UNKNOWN)
        json_null(o);
    else
        json_str(o, row->key);
    json_key(o, STR("title")), json_str(o, text2_in(&row->title, lang));
    if (row->kind == ROW_UNPLACED)
        json_key(o, STR("unplaced")), json_bool(o, true);
    json_key(o, STR("value")), quantity_json(row->value, o);
    known_json("of", row->of, o);
    known_json("percent", row->percent, o);
    known_json("margin", row->margin, o);
    json_object_end(o);
}

static void rows_json(const struct figure_result *r, enum lang lang, struct json_out *o)
{
    json_key(o, STR("by")), json_str(o, r->by);
    if (r->units_at.n)
        json_key(o, STR("units_at")), json_str(o, r->units_at);
    json_key(o, STR("rows"));
    json_array_begin(o);
    for (size_t i = 0; i < r->n_rows; i++) {
        buf_putc(o->b, '\n');
        row_json(&r->rows[i], lang, o);
    }
    json_array_end(o);
}

static void survey_json(const struct figure_result *r, enum lang lang, struct json_out *o)
{
    json_key(o, STR("margin")), quantity_json(r->margin, o);
    json_key(o, STR("low")), quantity_json(r->low, o);
    json_key(o, STR("high")), quantity_json(r->high, o);
    json_key(o, STR("asked")), json_int(o, r->n_asked);
    json_key(o, STR("question")), json_str(o, text2_in(&r->figure->question, lang));
}

void figure_json(const struct figure_result *r, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    json_key(o, STR("figure")), json_str(o, r->figure->id);
    json_key(o, STR("value")), quantity_json(r->value, o);
    known_json("of", r->of, o);
    json_key(o, STR("unit")), json_str(o, text2_in(&r->figure->unit, lang));
    moment_json(&r->at, o);
    known_json("percent", r->percent, o);
    known_json("from", r->from, o);
    if (r->figure->kind == FIGURE_SURVEY)
        survey_json(r, lang, o);
    json_key(o, STR("title")), json_str(o, text2_in(&r->figure->title, lang));
    json_key(o, STR("on")), json_str(o, r->on);
    json_key(o, STR("stale")), json_bool(o, r->is_stale);
    json_key(o, STR("records")), json_int(o, r->n_counted);
    json_key(o, STR("sample")), json_int(o, r->n_sample);
    if (r->by.n)
        rows_json(r, lang, o);
    json_object_end(o);
}

void figures_json(const struct figures *fs, const struct moment *at, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    json_key(o, STR("figures"));
    json_array_begin(o);
    for (size_t i = 0; i < fs->n; i++) {
        const struct figure *figure = fs->p[i];
        buf_putc(o->b, '\n');
        json_object_begin(o);
        json_key(o, STR("figure")), json_str(o, figure->id);
        json_key(o, STR("title")), json_str(o, text2_in(&figure->title, lang));
        json_key(o, STR("unit")), json_str(o, text2_in(&figure->unit, lang));
        json_key(o, STR("by"));
        json_array_begin(o);
        for (size_t k = 0; k < figure->n_by; k++)
            json_str(o, figure->by[k]);
        json_array_end(o);
        json_object_end(o);
    }
    json_array_end(o);
    moment_json(at, o);
    json_object_end(o);
}
