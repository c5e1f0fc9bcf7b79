#include "figure/figure_json.h"

#include "base/banned.h"

void quantity_json(struct quantity q, struct json_out *o)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    quantity_print_plain(q, &b);
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
    json_member(o, "title", text2_in(&row->title, lang));
    if (row->kind == ROW_UNPLACED)
        json_key(o, STR("unplaced")), json_bool(o, true);
    if (row->is_suppressed)
        json_key(o, STR("suppressed")), json_bool(o, true);
    json_key(o, STR("value")), quantity_json(row->value, o);
    known_json("of", row->of, o);
    known_json("percent", row->percent, o);
    known_json("margin", row->margin, o);
    json_object_end(o);
}

static void rows_json(const struct figure_result *r, enum lang lang, struct json_out *o)
{
    json_member(o, "by", r->by);
    if (r->units_at.n)
        json_member(o, "units_at", r->units_at);
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
    json_member(o, "question", text2_in(&r->figure->question, lang));
}

void figure_members_json(const struct figure_result *r, enum lang lang, struct json_out *o)
{
    json_member(o, "figure", r->figure->id);
    json_key(o, STR("value")), quantity_json(r->value, o);
    known_json("of", r->of, o);
    json_member(o, "unit", text2_in(&r->figure->unit, lang));
    moment_json(&r->at, o);
    known_json("percent", r->percent, o);
    known_json("from", r->from, o);
    if (r->figure->kind == FIGURE_SURVEY)
        survey_json(r, lang, o);
    json_member(o, "title", text2_in(&r->figure->title, lang));
    json_member(o, "on", r->on);
    json_key(o, STR("stale")), json_bool(o, r->is_stale);
    json_key(o, STR("records")), json_int(o, r->n_counted);
    json_key(o, STR("sample")), json_int(o, r->n_sample);
    if (r->by.n)
        rows_json(r, lang, o);
}

void figure_json(const struct figure_result *r, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    figure_members_json(r, lang, o);
    json_object_end(o);
}

/* ---- why ---- */

static void text_json(const char *key, struct str text, struct json_out *o)
{
    if (text.n)
        json_key(o, str_of(key)), json_str(o, text);
}

static void measure_json(const char *key, const struct measure *m, struct json_out *o)
{
    if (m->kind == MEASURE_NONE)
        return;
    json_key(o, str_of(key));
    json_object_begin(o);
    if (m->kind == MEASURE_FIGURE) {
        json_member(o, "figure", m->figure->id);
    } else {
        json_member(o, "register", m->reg->name);
        text_json("where", m->where, o);
        text_json("base", m->base, o);
        if (m->field != NO_FIELD)
            json_member(o, "field", m->reg->fields[m->field].name);
        if (m->weight != NO_FIELD)
            json_member(o, "weight", m->reg->fields[m->weight].name);
    }
    json_object_end(o);
}

/* What period_from and period_to stand for in the filters. */
static void period_json(const struct figure *figure, struct json_out *o)
{
    if (!figure->period_from.n && !figure->period_to.n && !figure->period_months)
        return;
    json_key(o, STR("period"));
    json_object_begin(o);
    text_json("from", figure->period_from, o);
    text_json("to", figure->period_to, o);
    if (figure->period_months)
        json_key(o, STR("months")), json_int(o, figure->period_months);
    json_object_end(o);
}

void figure_definition_json(const struct figure *figure, enum lang lang, struct json_out *o)
{
    json_key(o, STR("definition"));
    json_object_begin(o);
    json_member(o, "kind", str_of(figure_kind_name(figure->kind)));
    text_json("note", text2_in(&figure->note, lang), o);
    if (figure->is_internal)
        json_member(o, "privacy", STR("internal"));
    text_json("source", text2_in(&figure->source, lang), o);
    json_member(o, "file", figure->file);
    json_key(o, STR("line")), json_int(o, figure->line);
    period_json(figure, o);
    measure_json("count", &figure->main, o);
    measure_json(figure->kind == FIGURE_RATIO ? "under" : "of", &figure->of, o);
    if (figure->kind == FIGURE_INDEX) {
        json_member(o, "index", figure->index->id);
        json_key(o, STR("year")), json_int(o, figure->index_year);
        json_member(o, "subject", figure->index_subject);
        json_member(o, "value", figure->index_value);
    }
    if (figure->kind == FIGURE_TOTAL) {
        json_key(o, STR("total"));
        json_array_begin(o);
        for (size_t i = 0; i < figure->n_added; i++)
            json_str(o, figure->added[i]->id);
        json_array_end(o);
    }
    if (figure->kind == FIGURE_DIFFERENCE) {
        json_member(o, "figure", figure->other->id);
        json_member(o, "on", figure->difference_on);
        json_member(o, "from", figure->difference_from);
    }
    json_object_end(o);
}

void figure_record_members_json(const struct figure_record *r, struct json_out *o)
{
    json_member(o, "register", r->reg->name);
    json_member(o, "id", r->id);
    json_member(o, "part", str_of(r->part));
    json_key(o, STR("revision")), json_int(o, r->rev);
    json_key(o, STR("sample")), json_bool(o, r->record->is_sample);
}

static bool record_json(void *ctx, const struct figure_record *r)
{
    struct json_out *o = ctx;
    buf_putc(o->b, '\n');
    json_object_begin(o);
    figure_record_members_json(r, o);
    json_key(o, STR("fields"));
    json_object_begin(o);
    for (size_t i = 0; i < r->reg->n_fields; i++) {
        const struct field *fd = &r->reg->fields[i];
        json_key(o, fd->name);
        if (figure_field_is_masked(fd) && r->record->values[i].kind != VALUE_NULL)
            json_str(o, STR(FIGURE_MASK));
        else
            value_json(fd, &r->record->values[i], o);
    }
    json_object_end(o);
    json_object_end(o);
    return !o->b->is_full;
}

enum err figure_why_json(struct arena *a, struct store *s, const struct figures *fs, const struct figure_result *r,
                         const struct figure_options *options, int64_t limit, bool include_base, enum lang lang,
                         struct json_out *o, struct fault *f)
{
    int64_t total;
    json_object_begin(o);
    figure_members_json(r, lang, o);
    json_key(o, STR("why"));
    json_object_begin(o);
    figure_definition_json(r->figure, lang, o);
    json_key(o, STR("records"));
    json_array_begin(o);
    enum err e = figure_why(a, s, fs, r->figure->id, options, limit, include_base, record_json, o, &total, f);
    if (e != OK)
        return e;
    json_array_end(o);
    json_key(o, STR("total")), json_int(o, total);
    json_object_end(o);
    json_object_end(o);
    return OK;
}

void figures_members_json(const struct figures *fs, const struct moment *at, enum lang lang, struct json_out *o)
{
    json_key(o, STR("figures"));
    json_array_begin(o);
    for (size_t i = 0; i < fs->n; i++) {
        const struct figure *figure = fs->p[i];
        buf_putc(o->b, '\n');
        json_object_begin(o);
        json_member(o, "figure", figure->id);
        json_member(o, "title", text2_in(&figure->title, lang));
        json_member(o, "unit", text2_in(&figure->unit, lang));
        json_key(o, STR("by"));
        json_array_begin(o);
        for (size_t k = 0; k < figure->n_by; k++)
            json_str(o, figure->by[k]);
        json_array_end(o);
        json_object_end(o);
    }
    json_array_end(o);
    moment_json(at, o);
}

void figures_json(const struct figures *fs, const struct moment *at, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    figures_members_json(fs, at, lang, o);
    json_object_end(o);
}
