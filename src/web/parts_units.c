/* A breakdown by units on a map: the outlines come from whichever register has a geometry and units for its key. */
#include <math.h>

#include "base/limits.h"
#include "register/query.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

/* The register of outlines: keyed by a unit alone, with a geometry, both to be seen. */
static const struct reg *outlines(const struct exchange *x, int *ret_unit, int *ret_geometry)
{
    const struct province *p = ((const struct worker *)x->worker)->store->province;
    for (size_t i = 0; i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        if (!site_shows_register(x, reg) || reg->n_key != 1 || reg->fields[reg->key[0]].type != FT_UNIT)
            continue;
        for (size_t k = 0; k < reg->n_fields; k++)
            if (reg->fields[k].type == FT_GEOMETRY && site_shows_field(x, &reg->fields[k])) {
                *ret_unit = reg->key[0];
                *ret_geometry = (int)k;
                return reg;
            }
    }
    return NULL;
}

static const struct figure_row *row_of(const struct figure_result *r, struct str unit)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].kind == ROW_PLAIN && str_eq(r->rows[i].key, unit))
            return &r->rows[i];
    return NULL;
}

/* What the map tells of a row: the share where there is one, else the value. */
static struct map_value value_of_row(struct exchange *x, const struct figure_result *r, const struct figure_row *row)
{
    bool has_share = quantity_is_known(row->percent);
    struct quantity q = has_share ? row->percent : row->value;
    struct str number = part_quantity(x, q, has_share ? 1 : r->decimals);
    struct str unit = has_share ? STR("%") : text2_in(&r->figure->unit, x->lang);
    struct str text = quantity_is_known(q) ? str_of(arena_printf(x->arena, "%.*s %.*s", STR_ARG(number), STR_ARG(unit)))
                                           : message(M_unknown, x->lang);
    return (struct map_value){.key = row->key,
                              .name = text2_in(&row->title, x->lang),
                              .text = text,
                              .value = quantity_is_known(q) ? quantity_double(q) : NAN};
}

static enum err read_shapes(struct exchange *x, const struct figure_result *r, struct map_shape *shapes,
                            struct map_value *values, size_t *ret_n, const struct reg *reg, int unit, int geometry,
                            struct fault *f)
{
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record record;
    bool has_row = true;
    size_t n = 0;
    enum err e = query_open(w->store, reg, &(struct query_options){.limit = LIMIT_FIGURE_ROWS}, &q, f);
    while (e == OK && n < r->n_rows && (e = query_next(q, &record, &has_row, f)) == OK && has_row) {
        const struct value *code = &record.values[unit], *outline = &record.values[geometry];
        const struct figure_row *row = code->kind == VALUE_TEXT ? row_of(r, code->text) : NULL;
        if (!row || outline->kind != VALUE_BLOB)
            continue;
        struct shape *shape = ARENA_NEW(x->arena, struct shape);
        if ((e = shape_read_blob(x->arena, outline->text, shape, f)) != OK)
            break;
        values[n] = value_of_row(x, r, row);
        shapes[n] = (struct map_shape){.shape = shape,
                                       .name = values[n].name,
                                       .text = values[n].text,
                                       .href = part_href(x, "/units/", row->key),
                                       .value = values[n].value};
        n++;
    }
    *ret_n = n;
    return e;
}

enum err part_unit_map(struct exchange *x, struct buf *out, struct str title, const struct figure_result *r,
                       bool *ret_has_map, struct fault *f)
{
    int unit, geometry;
    const struct reg *reg = r->units_at.n ? outlines(x, &unit, &geometry) : NULL;
    *ret_has_map = false;
    if (!reg || r->n_rows == 0)
        return OK;
    struct map_shape *shapes = arena_zalloc(x->arena, r->n_rows * sizeof *shapes);
    struct map_value *values = arena_zalloc(x->arena, r->n_rows * sizeof *values);
    size_t n;
    enum err e = read_shapes(x, r, shapes, values, &n, reg, unit, geometry, f);
    if (e != OK || n < 2)
        return e;
    struct buf plain CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    part_shapes(x, &plain, title, shapes, n);
    struct str items = part_href(x, "/api/collections/", reg->name);
    part_map(x, out,
             &(struct map_box){
                 .title = title,
                 .source = str_of(
                     arena_printf(x->arena, "%.*s/items?f=geojson&limit=%d", STR_ARG(items), LIMIT_PAGE_RECORDS)),
                 .key = reg->fields[unit].name,
                 .href = STR("/units/"),
                 .values = values,
                 .n_values = n,
                 .plain = buf_view(&plain),
             });
    *ret_has_map = true;
    return OK;
}
