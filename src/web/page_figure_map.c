/* The map of a breakdown by units: outlines from the register that declares them, in the units that are still the same. */
#include <math.h>

#include "base/limits.h"
#include "register/query.h"
#include "web/feature.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/units.h"

#include "base/banned.h"

enum { MIN_SHAPES = 2, MOST_SHAPES = 1000 };

static const struct figure_row *row_of(const struct figure_result *r, struct str code)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].kind == ROW_PLAIN && str_eq(r->rows[i].key, code))
            return &r->rows[i];
    return NULL;
}

static void add_area(struct figure_view *v, const struct figure_row *row, const struct value *outline,
                     struct area *areas, size_t *n)
{
    struct exchange *x = v->x;
    struct shape *shape = ARENA_NEW(x->arena, struct shape);
    struct fault ignored = {0};
    if (outline->kind != VALUE_BLOB || shape_read_blob(x->arena, outline->text, shape, &ignored) != OK)
        return;
    bool is_share = v->figure->is_share;
    struct str unit = is_share ? STR("%") : text2_in(&v->figure->unit, x->lang),
               number = part_quantity(x, is_share ? row->percent : row->value, is_share ? 1 : v->r.decimals);
    areas[(*n)++] = (struct area){
        .key = row->key,
        .title = text2_in(&row->title, x->lang),
        .text = number.n ? str_of(arena_printf(x->arena, "%.*s %.*s", STR_ARG(number), STR_ARG(unit)))
                         : message(M_unknown, x->lang),
        .value = figure_view_number(v->figure, row->value, row->percent),
        .shape = shape,
    };
}

static struct str items_href(struct exchange *x, const struct reg *reg)
{
    struct str items = collection_path(x, reg, "/items?f=geojson&limit="),
               at = x->at.n ? part_href(x, "&at=", x->at) : (struct str){NULL, 0};
    return str_of(arena_printf(x->arena, "%.*s%d%.*s", STR_ARG(items), MOST_SHAPES, STR_ARG(at)));
}

/* “Tỷ lệ (%) · Huyện” */
static struct str map_title(struct figure_view *v)
{
    enum lang lang = v->x->lang;
    struct str by = text2_in(&v->r.by_title, lang), unit = text2_in(&v->figure->unit, lang),
               what = message(v->figure->is_share ? M_figure_share : M_figure_value, lang);
    return str_of(v->figure->is_share || unit.n == 0
                      ? arena_printf(v->x->arena, "%.*s · %.*s", STR_ARG(what), STR_ARG(by))
                      : arena_printf(v->x->arena, "%.*s (%.*s) · %.*s", STR_ARG(what), STR_ARG(unit), STR_ARG(by)));
}

enum err figure_show_map(struct figure_view *v, struct buf *out, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    struct units units;
    int unit;
    const struct reg *reg = units_outlines(x, &unit);
    if (!reg)
        return OK;
    struct area *areas = arena_zalloc(x->arena, (v->r.n_rows + 1) * sizeof(*areas));
    size_t n = 0;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = units_read(x, &units, f);
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){0}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        char storage[11];
        struct str code = r.values[unit].text, day = record_as_of(reg, r.values, v->r.units_at, storage);
        const struct figure_row *row = row_of(&v->r, code);
        /* A code is used anew after a merger: the outline serves where the unit of the map is the one that was drawn. */
        const struct unit *here = units_on(&units, code, v->r.units_at), *drawn = units_on(&units, code, day);
        if (row && n < v->r.n_rows && here && here == drawn)
            add_area(v, row, &r.values[reg->geometry], areas, &n);
    }
    if (e != OK || n < MIN_SHAPES)
        return e;
    struct str crs = reg->fields[reg->geometry].crs;
    bool is_share = v->figure->is_share;
    part_areas(x, out,
               &(struct areas){.title = map_title(v),
                               .summary = message(M_figure_map_summary, x->lang),
                               .unit = is_share ? STR("%") : text2_in(&v->figure->unit, x->lang),
                               .p = areas,
                               .n = n,
                               .decimals = is_share ? 1 : v->r.decimals,
                               .is_degrees = crs.n == 0 || str_is(crs, "EPSG:4326"),
                               .source = items_href(x, reg),
                               .source_key = reg->fields[unit].name,
                               .href = STR("/units/")});
    return OK;
}
