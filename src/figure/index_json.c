#include "figure/index_json.h"

#include "figure/figure_json.h"

#include "base/banned.h"

static void main_json(const struct index_table *t, const struct index_row *row, enum lang lang, struct json_out *o)
{
    json_key(o, STR("main"));
    json_array_begin(o);
    for (size_t i = 0; i < t->framework->n_main; i++) {
        const struct index_main *m = &t->framework->main[i];
        if (!quantity_is_known(row->main[i].value))
            continue;
        json_object_begin(o);
        json_member(o, "id", m->id);
        json_member(o, "title", text2_in(&m->title, lang));
        json_key(o, STR("value")), quantity_json(row->main[i].value, o);
        json_key(o, STR("max_points")), quantity_json(m->points, o);
        json_key(o, STR("points")), quantity_json(row->main[i].points, o);
        json_key(o, STR("contribution")), quantity_json(row->main[i].contribution, o);
        if (m->components)
            json_key(o, STR("components")), json_int(o, m->components);
        if (m->group.n)
            json_member(o, "group", m->group);
        json_object_end(o);
    }
    json_array_end(o);
}

static void pillars_json(const struct index_table *t, const struct index_row *row, struct json_out *o)
{
    json_key(o, STR("pillars"));
    json_array_begin(o);
    for (size_t i = 0; i < t->framework->n_pillars; i++) {
        json_object_begin(o);
        json_member(o, "id", t->framework->pillars[i].id);
        json_key(o, STR("published")), quantity_json(row->pillars[i].published, o);
        json_key(o, STR("computed")), quantity_json(row->pillars[i].computed, o);
        json_object_end(o);
    }
    json_array_end(o);
}

static void rank_json(const char *key, int64_t rank, struct json_out *o)
{
    json_key(o, str_of(key));
    if (rank)
        json_int(o, rank);
    else
        json_null(o);
}

static void row_json(const struct index_table *t, const struct index_row *row, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    rank_json("rank", row->rank, o);
    json_member(o, "subject", row->subject);
    json_member(o, "name", row->name);
    json_key(o, STR("published")), quantity_json(row->published_total, o);
    json_key(o, STR("computed")), quantity_json(row->total_rounded, o);
    json_key(o, STR("exact")), quantity_json(row->total, o);
    json_key(o, STR("difference")), quantity_json(row->difference, o);
    rank_json("computed_rank", row->computed_rank, o);
    rank_json("previous_rank", row->previous_rank, o);
    json_key(o, STR("rank_change")), quantity_json(row->rank_change, o);
    json_key(o, STR("total_change")), quantity_json(row->total_change, o);
    main_json(t, row, lang, o);
    pillars_json(t, row, o);
    json_object_end(o);
}

void index_members_json(const struct index_table *t, const struct index_row *only, enum lang lang, struct json_out *o)
{
    json_member(o, "index", t->index->id);
    json_key(o, STR("year")), json_int(o, t->year);
    json_member(o, "framework", t->framework->id);
    moment_json(&t->at, o);
    json_key(o, STR("subjects")), json_int(o, (int64_t)t->n);
    json_key(o, STR("computed")), json_int(o, t->n_totals);
    json_key(o, STR("sample")), json_int(o, t->n_sample + t->n_sample_before);
    json_key(o, STR("other_framework")), json_bool(o, t->has_other_framework);
    json_key(o, STR("rows"));
    json_array_begin(o);
    for (size_t i = 0; i < t->n; i++) {
        if (only && only != &t->rows[i])
            continue;
        buf_putc(o->b, '\n');
        row_json(t, &t->rows[i], lang, o);
    }
    json_array_end(o);
    json_member(o, "framework_title", text2_in(&t->framework->title, lang));
    json_member(o, "framework_source", text2_in(&t->framework->source, lang));
    json_member(o, "framework_status", str_of(index_status_name(t->framework->status)));
}

static void source_json(const char *key, const struct reg *reg, struct str where, struct json_out *o)
{
    json_key(o, str_of(key));
    json_object_begin(o);
    json_member(o, "register", reg->name);
    if (where.n)
        json_member(o, "where", where);
    json_object_end(o);
}

static void pillar_definition_json(const struct index_framework *w, const struct index_pillar *p, enum lang lang,
                                   struct json_out *o)
{
    json_object_begin(o);
    json_member(o, "id", p->id);
    json_member(o, "title", text2_in(&p->title, lang));
    json_key(o, STR("weights"));
    json_object_begin(o);
    for (size_t i = 0; i < p->n_weights; i++)
        json_key(o, w->main[p->weights[i].main].id), quantity_json(p->weights[i].weight, o);
    json_object_end(o);
    json_object_end(o);
}

void index_definition_json(const struct index_table *t, enum lang lang, struct json_out *o)
{
    const struct index *x = t->index;
    const struct index_framework *w = t->framework;
    json_key(o, STR("definition"));
    json_object_begin(o);
    json_member(o, "file", x->file);
    json_key(o, STR("line")), json_int(o, w->line);
    source_json("subjects", x->subjects, x->subjects_where, o);
    source_json("values", x->values, x->values_where, o);
    json_key(o, STR("max_points")), quantity_json(w->max_points, o);
    json_key(o, STR("main"));
    json_array_begin(o);
    for (size_t i = 0; i < w->n_main; i++) {
        json_object_begin(o);
        json_member(o, "id", w->main[i].id);
        json_member(o, "title", text2_in(&w->main[i].title, lang));
        json_key(o, STR("points")), quantity_json(w->main[i].points, o);
        if (w->main[i].group.n)
            json_member(o, "group", w->main[i].group);
        json_object_end(o);
    }
    json_array_end(o);
    json_key(o, STR("pillars"));
    json_array_begin(o);
    for (size_t i = 0; i < w->n_pillars; i++)
        pillar_definition_json(w, &w->pillars[i], lang, o);
    json_array_end(o);
    json_object_end(o);
}

void index_json(const struct index_table *t, const struct index_row *only, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    index_members_json(t, only, lang, o);
    json_object_end(o);
}

void indexes_members_json(const struct indexes *x, enum lang lang, struct json_out *o)
{
    json_key(o, STR("indexes"));
    json_array_begin(o);
    for (size_t i = 0; i < x->n; i++) {
        json_object_begin(o);
        json_member(o, "index", x->p[i]->id);
        json_member(o, "title", text2_in(&x->p[i]->title, lang));
        json_object_end(o);
    }
    json_array_end(o);
}

void indexes_json(const struct indexes *x, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    indexes_members_json(x, lang, o);
    json_object_end(o);
}
