/* Rows of a breakdown: each group finds its place, units by way of the map asked. */
#include "figure/measure.h"
#include "figure/suppress.h"

#include "base/banned.h"

/* A row in the making. */
struct cell {
    enum row_kind kind;
    struct str key;
    size_t epoch;                 /* of an unplaced unit: whose name to show */
    struct tally t;               /* of whole groups */
    struct quantity n, n_of, sum; /* of parts of groups */
    struct map seen;              /* of a distinct count */
    int64_t n_distinct;
};

/* Where a group goes: to one cell, or in shares to several. */
struct place {
    struct cell *cell;
    struct decimal share;
};
struct places {
    struct place *p;
    size_t n, cap;
};

struct rows {
    struct compute *c;
    const struct pass *pass;
    struct unit_tree tree;
    size_t map_epoch;
    struct map cells;  /* kind and key → struct cell * */
    struct map routes; /* epoch and code → struct places * */
    VEC(struct cell *) order;
};

static struct cell *cell_of(struct rows *r, enum row_kind kind, struct str key)
{
    struct arena *a = r->c->a;
    char *mark = arena_printf(a, "%d%.*s", (int)kind, STR_ARG(key));
    struct cell *cell = map_get(&r->cells, str_of(mark));
    if (!cell) {
        cell = ARENA_NEW(a, struct cell);
        *cell = (struct cell){.kind = kind,
                              .key = key,
                              .t.sum = quantity_of_integer(0),
                              .n = quantity_of_integer(0),
                              .n_of = quantity_of_integer(0),
                              .sum = quantity_of_integer(0)};
        map_put(a, &r->cells, str_of(mark), cell);
        VEC_PUSH(a, &r->order, cell);
    }
    return cell;
}

/* ---- units ---- */

/* The cell of a part: the unit that all its candidates lie in, or the row of those without a sure place. */
static struct cell *cell_of_part(struct rows *r, const struct unit_part *part, struct str code, size_t epoch)
{
    const struct unit_node *common = NULL;
    for (size_t i = 0; i < part->n; i++) {
        const struct unit_node *u = unit_lift(&r->tree, part->codes[i], r->pass->by->level);
        if (!u || (common && u != common)) {
            struct cell *cell = cell_of(r, ROW_UNPLACED, code);
            cell->epoch = epoch;
            return cell;
        }
        common = u;
    }
    must(part->n > 0);
    return cell_of(r, ROW_PLAIN, common ? common->code : code);
}

static void place_add(struct arena *a, struct places *places, struct cell *cell, struct decimal share)
{
    for (size_t i = 0; i < places->n; i++) {
        if (places->p[i].cell == cell) {
            must(decimal_add(places->p[i].share, share, &places->p[i].share, NULL) == OK);
            return;
        }
    }
    VEC_PUSH(a, places, ((struct place){cell, share}));
}

static enum err unit_route(struct rows *r, const struct group *g, const struct places **ret_places, struct fault *f)
{
    struct arena *a = r->c->a;
    char *mark = arena_printf(a, "%zu:%.*s", g->epoch, STR_ARG(g->key));
    struct places *places = map_get(&r->routes, str_of(mark));
    if (!places) {
        struct unit_parts parts;
        size_t epoch = g->epoch < r->pass->succession.n ? g->epoch : r->pass->succession.n;
        enum err e = succession_carry(a, &r->pass->succession, g->key, epoch, r->map_epoch, &parts, f);
        if (e != OK)
            return e;
        places = ARENA_NEW(a, struct places);
        for (size_t i = 0; i < parts.n; i++)
            place_add(a, places, cell_of_part(r, &parts.p[i], g->key, epoch), parts.p[i].share);
        if (places->n > 1 && !measure_is_additive(r->pass->m)) {
            struct cell *cell = cell_of(r, ROW_UNPLACED, g->key);
            cell->epoch = epoch;
            *places = (struct places){0};
            place_add(a, places, cell, decimal_of_integer(1));
        }
        map_put(a, &r->routes, str_of(mark), places);
    }
    *ret_places = places;
    return OK;
}

/* ---- filling ---- */

static void cell_take(struct rows *r, struct cell *cell, const struct group *g)
{
    tally_add(&cell->t, &g->t);
    const struct measure *m = r->pass->m;
    if (m->kind != MEASURE_COUNT || m->field == NO_FIELD || map_get(&cell->seen, g->distinct))
        return;
    map_put(r->c->a, &cell->seen, g->distinct, cell);
    cell->n_distinct++;
}

static void cell_take_part(struct cell *cell, const struct group *g, struct decimal share)
{
    struct quantity s = quantity_of_decimal(share);
    cell->n = quantity_add(cell->n, quantity_mul(quantity_of_integer(g->t.n), s));
    cell->n_of = quantity_add(cell->n_of, quantity_mul(quantity_of_integer(g->t.n_of), s));
    cell->sum = quantity_add(cell->sum, quantity_mul(g->t.sum, s));
}

static enum err cells_fill(struct rows *r, const struct groups *groups, struct fault *f)
{
    for (size_t i = 0; i < groups->n; i++) {
        const struct group *g = &groups->p[i];
        const struct places *places;
        if (g->t.n_read == 0)
            continue;
        if (g->is_null || !r->pass->by->is_unit) {
            cell_take(r, cell_of(r, g->is_null ? ROW_UNKNOWN : ROW_PLAIN, g->key), g);
        } else {
            enum err e = unit_route(r, g, &places, f);
            if (e != OK)
                return e;
            for (size_t k = 0; k < places->n; k++) {
                if (places->n == 1)
                    cell_take(r, places->p[k].cell, g);
                else
                    cell_take_part(places->p[k].cell, g, places->p[k].share);
            }
        }
        if (r->order.n > LIMIT_FIGURE_ROWS)
            return FAULT(f, ERR_LIMIT, {"what", r->c->by},
                         {"limit", str_of(arena_printf(r->c->a, "%d", LIMIT_FIGURE_ROWS))});
    }
    return OK;
}

/* Units in which nothing was counted have a row all the same, when a record could have been there. */
static void units_fill(struct rows *r)
{
    const struct by_spec *by = r->pass->by;
    const struct measure *m = r->pass->m;
    struct map parents = {0};
    if (!by->level || m->kind == MEASURE_MEAN || m->kind == MEASURE_SURVEY)
        return;
    for (size_t i = 0; i < r->tree.n; i++)
        if (r->tree.p[i].parent.n)
            map_put(r->c->a, &parents, r->tree.p[i].parent, &r->tree.p[i]);
    unsigned levels = by->is_self ? 0 : by->reg->fields[by->field].levels;
    for (size_t i = 0; i < r->tree.n; i++) {
        const struct unit_node *u = &r->tree.p[i];
        bool holds_records = levels ? u->level < 32 && (levels & 1u << u->level) : false;
        if (u->level == by->level && (holds_records || map_get(&parents, u->code)))
            cell_of(r, ROW_PLAIN, u->code);
    }
}

static enum err tree_check(struct rows *r, struct fault *f)
{
    bool has_level = r->pass->by->level == 0;
    unsigned levels = 0;
    for (size_t i = 0; i < r->tree.n; i++) {
        has_level |= r->tree.p[i].level == r->pass->by->level;
        if (r->tree.p[i].level > 0 && r->tree.p[i].level < 32)
            levels |= 1u << r->tree.p[i].level;
    }
    if (has_level)
        return OK;
    struct buf valid CLEANUP(buf_done) = BUF_INIT(200);
    for (int i = 1; i < 32; i++)
        if (levels & 1u << i)
            buf_printf(&valid, "%s%d", valid.n ? ", " : "", i);
    return FAULT(f, ERR_FIGURE_LEVEL, {"level", str_of(arena_printf(r->c->a, "%d", (int)r->pass->by->level))},
                 {"on", r->c->map}, {"valid", valid.n ? buf_view(&valid) : STR("–")});
}

/* ---- titles ---- */

static struct text2 text2_of(struct str s)
{
    return (struct text2){s, s};
}

/* A day within an epoch. */
static enum err epoch_name(struct rows *r, const struct cell *cell, struct str *ret_name, struct fault *f)
{
    const struct succession *x = &r->pass->succession;
    struct str day = r->c->on;
    struct date d;
    if (cell->epoch > 0 && cell->epoch <= x->n) {
        day = x->p[cell->epoch - 1].on;
    } else if (cell->epoch == 0 && x->n && date_parse(x->p[0].on, &d, NULL) == OK) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(20);
        date_print(date_add_days(d, -1), &b);
        day = str_of(arena_strdup(r->c->a, buf_cstr(&b)));
    }
    return unit_name_on(r->c->a, r->c->s, cell->key, day, ret_name, f);
}

/* The name of what a reference holds: the first of the fields that it is searched by. */
static enum err reference_name(struct rows *r, const struct reg *target, struct str key, struct str *ret_name,
                               struct fault *f)
{
    struct arena *a = r->c->a;
    *ret_name = key;
    if (!target || target->n_search == 0 || figure_field_is_masked(&target->fields[target->search[0]]))
        return OK;
    const char *entity = target->entity == NO_FIELD ? "_id" : target->fields[target->entity].column;
    char *sql = arena_printf(a, "SELECT t.%s FROM %s t WHERE t.%s = ?2 AND ?1 = ?1 AND %s ORDER BY (%s) DESC LIMIT 1",
                             target->fields[target->search[0]].column, target->table, entity,
                             store_visible_sql(a, r->c->s, target, "t"), store_valid_sql(a, target, "t", "?1"));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(r->c->s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, r->c->on);
    stmt_bind_text(st, 2, key);
    if ((e = stmt_step(st, &has_row, f)) == OK && has_row && !stmt_column_is_null(st, 0)) {
        struct str name = stmt_column_text(st, 0);
        *ret_name = str_dup(a, name);
    }
    return e;
}

static enum err cell_title(struct rows *r, const struct cell *cell, struct text2 *ret_title, struct fault *f)
{
    const struct by_spec *by = r->pass->by;
    const struct field *fd = &by->reg->fields[by->field];
    struct str name = cell->key;
    enum err e = OK;
    if (cell->kind == ROW_UNKNOWN) {
        *ret_title = (struct text2){0};
        return OK;
    }
    if (by->is_unit) {
        const struct unit_node *u = cell->kind == ROW_PLAIN ? map_get(&r->tree.by_code, cell->key) : NULL;
        if (u)
            name = u->name;
        else
            e = epoch_name(r, cell, &name, f);
    } else if (fd->codes) {
        const struct code *code = map_get(&fd->codes->by_code, cell->key);
        *ret_title = code ? code->title : text2_of(cell->key);
        return OK;
    } else if (fd->type == FT_BOOLEAN) {
        *ret_title =
            str_is(cell->key, "0") ? (struct text2){STR("không"), STR("no")} : (struct text2){STR("có"), STR("yes")};
        return OK;
    } else if (fd->type == FT_REFERENCE) {
        e = reference_name(r, fd->target, cell->key, &name, f);
    }
    *ret_title = text2_of(name);
    return e;
}

/* ---- result ---- */

static void cell_value(const struct pass *pass, const struct cell *cell, struct quantity scale, struct figure_row *row)
{
    struct figure_result survey = {0};
    tally_value(pass->m, &cell->t, cell->n_distinct, scale, &row->value, &survey);
    row->margin = survey.margin;
    if (pass->m->kind == MEASURE_COUNT && pass->m->field == NO_FIELD)
        row->value = quantity_add(row->value, cell->n);
    else if (pass->m->kind == MEASURE_SUM)
        row->value = quantity_add(row->value, cell->sum);
    if (!pass->of)
        return;
    row->of = quantity_add(quantity_of_integer(cell->t.n_of), cell->n_of);
    row->percent = quantity_percent(row->value, row->of);
}

/* ---- small cells ---- */

/* Each cell's group on a level of the unit tree: the first cell of the same unit. Without a sure unit it is a group of its own. */
static const size_t *groups_on_level(const struct rows *r, int64_t level)
{
    struct arena *a = r->c->a;
    size_t *group = ARENA_ARRAY(a, size_t, r->order.n + 1);
    struct map first = {0};
    for (size_t i = 0; i < r->order.n; i++) {
        const struct cell *cell = r->order.p[i];
        const struct unit_node *u = cell->kind == ROW_PLAIN ? unit_lift(&r->tree, cell->key, level) : NULL;
        const struct cell *const *known = u ? map_get(&first, u->code) : NULL;
        group[i] = known ? (size_t)(known - (const struct cell *const *)r->order.p) : i;
        if (u && !known)
            map_put(a, &first, u->code, &r->order.p[i]);
    }
    return group;
}

/* The tables of coarser levels that anyone may ask, too. */
static size_t coarser_levels(const struct rows *r, const size_t **levels, size_t max)
{
    const struct province *p = r->c->s->province;
    size_t n = 0;
    for (size_t i = 0; r->pass->by->is_unit && i < p->n_levels && n < max; i++)
        if (r->pass->by->level == 0 || p->levels[i].level < r->pass->by->level)
            levels[n++] = groups_on_level(r, p->levels[i].level);
    return n;
}

static void hide(struct figure_row *row)
{
    row->value = row->of = row->percent = row->margin = (struct quantity){0};
    row->is_suppressed = true;
}

static void suppress_by(struct rows *r, bool is_base, const size_t *const *levels, size_t n_levels,
                        struct figure_result *result)
{
    double *n = ARENA_ARRAY(r->c->a, double, r->order.n + 1);
    for (size_t i = 0; i < r->order.n; i++) {
        const struct cell *cell = r->order.p[i];
        n[i] =
            is_base ? (double)cell->t.n_of + quantity_double(cell->n_of) : (double)cell->t.n + quantity_double(cell->n);
    }
    const bool *hidden = small_cells_hide(r->c->a, &(struct small_cells){n, r->order.n, levels, n_levels});
    for (size_t i = 0; i < r->order.n; i++)
        if (hidden[i])
            hide(&result->rows[i]);
}

/* Of what counts records with personal fields, only cells of five and more are published (figure/suppress.h). */
static void suppress(struct rows *r, struct figure_result *result)
{
    enum { LEVELS = 8 };
    const size_t *levels[LEVELS];
    const struct pass *pass = r->pass;
    if (r->c->is_whole || (pass->m->reg->n_personal == 0 && pass->by->reg->n_personal == 0 &&
                           (!pass->of || pass->of->reg->n_personal == 0)))
        return;
    size_t n_levels = coarser_levels(r, levels, LEVELS);
    suppress_by(r, false, levels, n_levels, result);
    if (pass->of)
        suppress_by(r, true, levels, n_levels, result);
}

static void title_set(struct rows *r, struct figure_result *result)
{
    const struct province *p = r->c->s->province;
    const struct by_spec *by = r->pass->by;
    result->by_title = by->reg->fields[by->field].title;
    if (!by->is_unit)
        return;
    result->units_at = r->c->map;
    for (size_t i = 0; i < p->n_levels; i++)
        if (by->level && p->levels[i].level == by->level)
            result->by_title = p->levels[i].title;
}

enum err breakdown_rows(struct compute *c, const struct pass *pass, const struct groups *groups, struct quantity scale,
                        struct figure_result *r, struct fault *f)
{
    struct rows rows = {.c = c, .pass = pass};
    enum err e = OK;
    if (pass->by->is_unit) {
        rows.map_epoch = succession_epoch(&pass->succession, c->map);
        if ((e = unit_tree_load(c->a, c->s, c->map, &rows.tree, f)) != OK || (e = tree_check(&rows, f)) != OK)
            return e;
    }
    if ((e = cells_fill(&rows, groups, f)) != OK)
        return e;
    if (pass->by->is_unit)
        units_fill(&rows);
    r->rows = ARENA_ARRAY(c->a, struct figure_row, rows.order.n + 1);
    r->n_rows = rows.order.n;
    for (size_t i = 0; i < rows.order.n; i++) {
        const struct cell *cell = rows.order.p[i];
        r->rows[i].kind = cell->kind;
        r->rows[i].key = cell->key;
        cell_value(pass, cell, scale, &r->rows[i]);
        if ((e = cell_title(&rows, cell, &r->rows[i].title, f)) != OK)
            return e;
    }
    suppress(&rows, r);
    title_set(&rows, r);
    rows_sort(r, pass->by->is_unit);
    return OK;
}
