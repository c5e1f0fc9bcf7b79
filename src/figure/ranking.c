#include "figure/ranking.h"

#include <stdlib.h>

#include "base/vec.h"
#include "figure/internal.h"

#include "base/banned.h"

enum { SHOWN_DECIMALS = 2 };

struct placing {
    struct arena *a;
    struct store *s;
    const struct figure *figure;
    struct figure_result *total, *parts;
    struct map *rows; /* of each part: key → struct figure_row * */
    struct ranking *r;
};

/* ---- whose values */

static struct ranked_cell cell_of(const struct figure_row *row)
{
    return (struct ranked_cell){.value = row->value, .is_suppressed = row->is_suppressed};
}

static void row_fill(struct placing *p, const struct figure_row *from, struct ranked_row *row)
{
    *row = (struct ranked_row){.key = from->key,
                               .title = from->title,
                               .total = cell_of(from),
                               .cells = ARENA_ARRAY(p->a, struct ranked_cell, p->r->n_parts + 1)};
    for (size_t k = 0; k < p->r->n_parts; k++) {
        const struct figure_row *part = map_get(&p->rows[k], from->key);
        row->cells[k] =
            part ? cell_of(part) : (struct ranked_cell){.value = value_without_row(&p->parts[k]), .is_empty = true};
    }
}

/* ---- which group: by the code that the entity bears on the day */

static enum err code_read(struct placing *p, struct str key, struct str *ret_code, struct fault *f)
{
    const struct reg *reg = p->figure->ranked;
    const char *entity = reg->entity == NO_FIELD ? "_id" : reg->fields[reg->entity].column;
    const char *sql =
        arena_printf(p->a, "SELECT t.%s FROM %s t WHERE t.%s = ?2 AND ?1 = ?1 AND %s ORDER BY (%s) DESC LIMIT 1",
                     reg->fields[p->figure->rank_apart].column, reg->table, entity,
                     store_visible_sql(p->a, p->s, reg, "t"), store_valid_sql(p->a, reg, "t", "?1"));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    *ret_code = STR("");
    enum err e = stmt_new(p->s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, p->total->on);
    stmt_bind_text(st, 2, key);
    if ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        *ret_code = str_dup(p->a, stmt_column_text(st, 0));
    return e;
}

/* The place of a code in its list; what has none comes last. */
static enum err group_of(struct placing *p, struct str key, size_t *ret_group, struct fault *f)
{
    struct str code;
    *ret_group = 0;
    if (p->figure->rank_apart == NO_FIELD)
        return OK;
    const struct code_list *codes = p->figure->ranked->fields[p->figure->rank_apart].codes;
    enum err e = code_read(p, key, &code, f);
    if (e != OK)
        return e;
    *ret_group = codes->n;
    for (size_t i = 0; i < codes->n; i++)
        if (str_eq(codes->p[i].code, code))
            *ret_group = i;
    return OK;
}

/* ---- places */

static int order(const void *a, const void *b)
{
    const struct ranked_row *x = a, *y = b;
    bool is_known = quantity_is_known(x->total.value);
    if (is_known != quantity_is_known(y->total.value))
        return is_known ? -1 : 1;
    int c = is_known ? decimal_compare(quantity_decimal(y->total.value), quantity_decimal(x->total.value)) : 0;
    return c ? c : str_cmp(x->key, y->key);
}

static struct decimal shown(const struct ranked_row *row)
{
    return decimal_round(quantity_decimal(row->total.value), SHOWN_DECIMALS);
}

static void places_give(struct ranked_group *g)
{
    if (g->n)
        qsort(g->rows, g->n, sizeof *g->rows, order);
    for (size_t i = 0; i < g->n && quantity_is_known(g->rows[i].total.value); i++) {
        bool is_same = i > 0 && decimal_compare(shown(&g->rows[i]), shown(&g->rows[i - 1])) == 0;
        g->rows[i].rank = is_same ? g->rows[i - 1].rank : (int64_t)i + 1;
    }
}

static void groups_keep(struct placing *p, struct ranked_group *all, size_t n)
{
    const struct code_list *codes =
        p->figure->rank_apart == NO_FIELD ? NULL : p->figure->ranked->fields[p->figure->rank_apart].codes;
    p->r->groups = all;
    for (size_t i = 0; i < n; i++) {
        if (all[i].n == 0)
            continue;
        if (codes && i < codes->n)
            all[i].title = codes->p[i].title;
        places_give(&all[i]);
        all[p->r->n_groups++] = all[i];
    }
}

static enum err rows_place(struct placing *p, struct fault *f)
{
    const struct figure_result *total = p->total;
    size_t n = p->figure->rank_apart == NO_FIELD ? 1 : p->figure->ranked->fields[p->figure->rank_apart].codes->n + 1;
    struct ranked_group *groups = ARENA_ARRAY(p->a, struct ranked_group, n + 1);
    size_t *group = ARENA_ARRAY(p->a, size_t, total->n_rows + 1);
    enum err e = OK;
    for (size_t i = 0; i < n; i++)
        groups[i] = (struct ranked_group){.n = 0};
    for (size_t i = 0; e == OK && i < total->n_rows; i++)
        if (total->rows[i].kind == ROW_PLAIN && (e = group_of(p, total->rows[i].key, &group[i], f)) == OK)
            groups[group[i]].n++;
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++) {
        groups[i].rows = ARENA_ARRAY(p->a, struct ranked_row, groups[i].n + 1);
        groups[i].n = 0;
    }
    for (size_t i = 0; i < total->n_rows; i++)
        if (total->rows[i].kind == ROW_PLAIN)
            row_fill(p, &total->rows[i], &groups[group[i]].rows[groups[group[i]].n++]);
    groups_keep(p, groups, n);
    return OK;
}

enum err figure_rank(struct arena *a, struct store *s, const struct figures *fs, const struct figure *figure,
                     const struct figure_options *o, struct ranking *ret, struct fault *f)
{
    struct ranking r = {.parts = figure->added, .n_parts = figure->n_added};
    struct placing p = {.a = a,
                        .s = s,
                        .figure = figure,
                        .total = ARENA_NEW(a, struct figure_result),
                        .parts = ARENA_ARRAY(a, struct figure_result, r.n_parts + 1),
                        .rows = ARENA_ARRAY(a, struct map, r.n_parts + 1),
                        .r = &r};
    struct figure_options by = *o;
    must(figure->rank_by.n > 0);
    by.by = figure->rank_by;
    enum err e = figure_compute(a, s, fs, figure->id, &by, p.total, f);
    r.total = p.total;
    by.on = figure_day_declared(figure, &by);
    by.asked = e == OK ? p.total->asked : by.asked;
    for (size_t k = 0; e == OK && k < r.n_parts; k++) {
        e = figure_compute(a, s, fs, r.parts[k]->id, &by, &p.parts[k], f);
        p.rows[k] = (struct map){0};
        for (size_t i = 0; e == OK && i < p.parts[k].n_rows; i++)
            if (p.parts[k].rows[i].kind == ROW_PLAIN)
                map_put(a, &p.rows[k], p.parts[k].rows[i].key, &p.parts[k].rows[i]);
    }
    if (e == OK)
        e = rows_place(&p, f);
    if (e == OK)
        *ret = r;
    return e;
}
