/* A figure broken down: what by, on which map, and the rows as a table whose bars are the chart. */
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "register/query.h"
#include "text/number.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/templates.h"

#include "base/banned.h"

enum { MAX_COLUMNS = 5, MAX_MAPS = 6 };

static const struct str nothing = {NULL, 0};

/* ---- what by */

/* The title of a breakdown: of the level, or of the field. */
static struct str by_title(struct figure_view *v, struct str by)
{
    const struct province *p = ((struct worker *)v->x->worker)->store->province;
    const struct reg *reg = figure_view_register(v->figure);
    struct str level, name = str_cut(by, ':', &level);
    for (size_t i = 0; level.p && i < p->n_levels; i++)
        if (str_eq(level, str_of(arena_printf(v->x->arena, "%d", p->levels[i].level))))
            return text2_in(&p->levels[i].title, v->x->lang);
    const struct field *fd = reg ? reg_field(reg, name) : NULL;
    return fd ? text2_in(&fd->title, v->x->lang) : by;
}

/* The page broken down otherwise: a map that was asked for may not have the level, so it is not kept. */
static struct str by_href(struct figure_view *v, struct str by)
{
    struct str href = figure_view_href(v, v->x->path, by, nothing);
    return str_of(arena_printf(v->x->arena, "%.*s#breakdown", STR_ARG(href)));
}

static struct filter_group by_group(struct figure_view *v)
{
    const struct figure *figure = v->figure;
    struct filter_option *options = arena_zalloc(v->x->arena, (figure->n_by + 1) * sizeof(*options));
    bool is_declared = false;
    size_t n = 0;
    for (size_t i = 0; i < figure->n_by; i++) {
        is_declared |= str_eq(figure->by[i], v->r.by);
        options[n++] = (struct filter_option){by_title(v, figure->by[i]), figure->by[i], .count = -1,
                                              .href = by_href(v, figure->by[i])};
    }
    if (!is_declared)
        options[n++] = (struct filter_option){by_title(v, v->r.by), v->r.by, .count = -1, .href = by_href(v, v->r.by)};
    return (struct filter_group){.title = message(M_figure_by, v->x->lang),
                                 .parameter = "by",
                                 .chosen = v->r.by,
                                 .options = options,
                                 .n_options = n};
}

/* ---- on which map */

/* Whether there are units of the level asked on that day. */
static enum err map_fits(struct figure_view *v, struct str day, bool *ret_fits, struct fault *f)
{
    struct worker *w = v->x->worker;
    const struct province *p = w->store->province;
    struct str level;
    int64_t n = 1;
    str_cut(v->r.by, ':', &level);
    enum err e = OK;
    if (level.p) {
        const char *filter =
            arena_printf(v->x->arena, "\"%.*s\" = %.*s", STR_ARG(p->units->fields[p->unit_level].name), STR_ARG(level));
        e = query_count(w->store, p->units, &(struct query_options){.filter = str_of(filter), .on = day}, &n, f);
    }
    *ret_fits = e == OK && n > 0;
    return e;
}

/* Maps of other days, where units changed. */
static enum err map_group(struct figure_view *v, struct filter_group *ret_group, struct fault *f)
{
    struct worker *w = v->x->worker;
    const struct province *p = w->store->province;
    struct str days[MAX_MAPS];
    size_t n_days, n = 0;
    enum err e = query_days(v->x->arena, w->store, p->units, STR("9999-12-31"), MAX_MAPS, days, &n_days, f);
    struct filter_option *options = arena_zalloc(v->x->arena, (MAX_MAPS + 2) * sizeof(*options));
    options[n++] = (struct filter_option){message(M_figure_map_own, v->x->lang), nothing, .count = -1};
    for (size_t i = 0; e == OK && i < n_days; i++) {
        bool fits;
        struct buf title = BUF_INIT(256);
        if ((e = map_fits(v, days[i], &fits, f)) != OK || !fits)
            continue;
        message_fill(&title, M_figure_map_from, v->x->lang, part_date(v->x, days[i]));
        options[n++] = (struct filter_option){str_dup(v->x->arena, buf_view(&title)), days[i], .count = -1};
        buf_done(&title);
    }
    *ret_group = (struct filter_group){.title = message(M_figure_map_day, v->x->lang),
                                       .parameter = "units-at",
                                       .chosen = v->options.units_at,
                                       .options = options,
                                       .n_options = n};
    return e;
}

/* ---- the rows */

static struct str row_title(struct figure_view *v, const struct figure_row *row)
{
    struct str title = text2_in(&row->title, v->x->lang);
    if (row->kind == ROW_UNKNOWN)
        return message(M_figure_row_unknown, v->x->lang);
    if (row->kind == ROW_PLAIN)
        return title.n ? title : row->key;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    message_fill(&b, M_figure_row_unplaced, v->x->lang, title.n ? title : row->key);
    return str_dup(v->x->arena, buf_view(&b));
}

/* Units lead to their pages. */
static struct str row_href(struct figure_view *v, const struct figure_row *row)
{
    if (row->kind == ROW_UNKNOWN || v->r.units_at.n == 0)
        return nothing;
    return part_href(v->x, "/units/", row->key);
}

/* Of per cent 100 is the whole: bars of different figures can be compared. */
static bool is_percent(const struct figure *figure)
{
    return figure->is_share || str_is(figure->unit.vi, "%");
}

static struct str value_text(struct figure_view *v, const struct figure_row *row)
{
    if (row->is_suppressed)
        return message(M_figure_suppressed, v->x->lang);
    return v->figure->kind == FIGURE_SURVEY ? part_fixed(v->x, row->value, v->r.decimals)
                                            : part_quantity(v->x, row->value, v->r.decimals);
}

static struct table_row table_row(struct figure_view *v, const struct figure_row *row, struct str title,
                                  struct str href)
{
    struct exchange *x = v->x;
    struct table_cell *cells = arena_zalloc(x->arena, MAX_COLUMNS * sizeof(*cells));
    size_t n = 0;
    cells[n++] = (struct table_cell){.text = title, .href = href};
    cells[n++] = (struct table_cell){.text = value_text(v, row)};
    if (v->figure->is_share) {
        cells[n++] = (struct table_cell){.text = part_quantity(x, row->of, v->r.decimals)};
        cells[n++] = (struct table_cell){.text = part_fixed(x, row->percent, 1)};
    }
    if (v->figure->kind == FIGURE_SURVEY)
        cells[n++] = (struct table_cell){.text = part_fixed(x, row->margin, 1)};
    return (struct table_row){.cells = cells, .bar = figure_view_number(v->figure, row->value, row->percent)};
}

struct sortable {
    const struct figure_row *row;
    double key; /* NAN comes last */
    size_t place;
};

static int by_key(const void *a, const void *b)
{
    const struct sortable *x = a, *y = b;
    if (isnan(x->key) != isnan(y->key))
        return isnan(x->key) ? 1 : -1;
    if (!isnan(x->key) && x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* In the order asked for; rows without a place or a name stay last. */
static const struct figure_row **rows_in_order(struct figure_view *v)
{
    const struct figure_result *r = &v->r;
    struct str sort = input_named(v->x, "sortby")->text;
    double sign = sort.n && sort.p[0] == '-' ? -1 : 1;
    struct str name = sign < 0 ? str_slice(sort.p + 1, sort.n - 1) : sort;
    struct sortable *order = arena_zalloc(v->x->arena, (r->n_rows + 1) * sizeof(*order));
    const struct figure_row **rows = arena_zalloc(v->x->arena, (r->n_rows + 1) * sizeof(*rows));
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct figure_row *row = &r->rows[i];
        struct quantity q = str_is(name, "of") ? row->of : str_is(name, "share") ? row->percent : row->value;
        bool has_key = name.n && row->kind == ROW_PLAIN && quantity_is_known(q);
        order[i] = (struct sortable){row, has_key ? sign * quantity_double(q) : NAN, i};
    }
    qsort(order, r->n_rows, sizeof *order, by_key);
    for (size_t i = 0; i < r->n_rows; i++)
        rows[i] = order[i].row;
    return rows;
}

static size_t set_columns(struct figure_view *v, struct table_column *columns)
{
    enum lang lang = v->x->lang;
    struct str unit = text2_in(&v->figure->unit, lang), value = message(M_figure_value, lang);
    size_t n = 0;
    columns[n++] = (struct table_column){.title = text2_in(&v->r.by_title, lang), .is_head = true};
    columns[n++] = (struct table_column){
        .title = unit.n ? str_of(arena_printf(v->x->arena, "%.*s (%.*s)", STR_ARG(value), STR_ARG(unit))) : value,
        .sort = STR("value"),
        .is_number = true};
    if (v->figure->is_share) {
        columns[n++] = (struct table_column){.title = message(M_figure_of, lang), .sort = STR("of"), .is_number = true};
        columns[n++] =
            (struct table_column){.title = message(M_figure_share, lang), .sort = STR("share"), .is_number = true};
    }
    if (v->figure->kind == FIGURE_SURVEY)
        columns[n++] = (struct table_column){.title = message(M_figure_margin_column, lang), .is_number = true};
    return n;
}

static void write_table(struct figure_view *v, struct buf *out)
{
    const struct figure_result *r = &v->r;
    struct table_column columns[MAX_COLUMNS] = {0};
    const struct figure_row **order = rows_in_order(v);
    struct table_row *rows = arena_zalloc(v->x->arena, (r->n_rows + 2) * sizeof(*rows));
    struct table t = {.caption = text2_in(&v->figure->title, v->x->lang),
                      .columns = columns,
                      .n_columns = set_columns(v, columns),
                      .rows = rows,
                      .sorted = input_named(v->x, "sortby")->text,
                      .bar_full = is_percent(v->figure) ? 100 : 0};
    for (size_t i = 0; i < r->n_rows; i++) {
        rows[t.n_rows++] = table_row(v, order[i], row_title(v, order[i]), row_href(v, order[i]));
        if (!is_percent(v->figure))
            t.bar_full = fmax(t.bar_full, rows[i].bar);
    }
    if (r->is_additive && r->n_rows > 1) {
        struct figure_row total = {.value = r->value, .of = r->of, .percent = r->percent};
        rows[t.n_rows] = table_row(v, &total, message(M_figure_total, v->x->lang), nothing);
        rows[t.n_rows].is_total = true;
        if (!v->figure->is_share)
            rows[t.n_rows].bar = NAN;
        t.n_rows++;
    }
    part_table(v->x, out, &t);
    for (size_t i = 0, n = 0; i < r->n_rows && n == 0; i++)
        if (r->rows[i].is_suppressed && ++n)
            tpl_quiet(out, &(struct tpl_quiet){message(M_figure_suppressed_why, v->x->lang)}, v->x->lang);
    if (!r->is_additive)
        tpl_quiet(out, &(struct tpl_quiet){message(M_figure_not_additive, v->x->lang)}, v->x->lang);
}

enum err figure_show_breakdown(struct figure_view *v, struct buf *filters, struct buf *map, struct buf *table,
                               struct fault *f)
{
    struct filter_group groups[2];
    size_t n = 0;
    enum err e = OK;
    if (v->r.by.n == 0)
        return OK;
    groups[n++] = by_group(v);
    if (v->r.units_at.n)
        e = map_group(v, &groups[n], f);
    if (v->r.units_at.n && groups[n].n_options > 2)
        n++;
    if (e == OK && v->r.units_at.n)
        e = figure_show_map(v, map, f);
    if (e != OK)
        return e;
    part_filters(v->x, filters, groups, n, nothing, nothing);
    if (v->figure->rank_by.n && str_eq(v->figure->rank_by, v->r.by))
        return ranking_show(v->x, v->figure, &v->options, table, f);
    write_table(v, table);
    return OK;
}
