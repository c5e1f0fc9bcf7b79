/* Units through time: the tree of a day, and the way of a code from one map to another. */
#include "figure/internal.h"

#include "base/banned.h"

enum { TREE_HEIGHT = 32, SHARE_DIGITS = 12 };

/* ---- the tree ---- */

enum err unit_tree_load(struct arena *a, struct store *s, struct str on, struct unit_tree *ret_tree, struct fault *f)
{
    const struct province *p = s->province;
    struct unit_tree tree = {.on = on};
    VEC(struct unit_node) nodes = {0};
    if (!p->units) {
        *ret_tree = tree;
        return OK;
    }
    const struct field *fd = p->units->fields;
    const char *parent = p->unit_parent == NO_FIELD ? "NULL" : fd[p->unit_parent].column;
    char *sql =
        arena_printf(a, "SELECT t.%s, t.%s, t.%s, t.%s FROM %s t WHERE ?1 = ?1 AND %s AND %s ORDER BY 1",
                     fd[p->unit_code].column, fd[p->unit_name].column, fd[p->unit_level].column, parent,
                     p->units->table, store_visible_sql(a, s, p->units, "t"), store_valid_sql(a, p->units, "t", "?1"));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, on);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct unit_node node = {.code = str_dup(a, stmt_column_text(st, 0)),
                                 .name = str_dup(a, stmt_column_text(st, 1)),
                                 .level = stmt_column_int(st, 2),
                                 .parent = str_dup(a, stmt_column_text(st, 3))};
        if (nodes.n && str_eq(nodes.p[nodes.n - 1].code, node.code))
            continue;
        VEC_PUSH(a, &nodes, node);
    }
    if (e != OK)
        return e;
    tree.p = nodes.p;
    tree.n = nodes.n;
    for (size_t i = 0; i < nodes.n; i++)
        map_put(a, &tree.by_code, nodes.p[i].code, &nodes.p[i]);
    *ret_tree = tree;
    return OK;
}

const struct unit_node *unit_lift(const struct unit_tree *tree, struct str code, int64_t level)
{
    const struct unit_node *u = map_get(&tree->by_code, code);
    /* Bounded: a damaged tree could hold a circle. */
    for (int i = 0; u && level && u->level != level && i < TREE_HEIGHT; i++)
        u = u->parent.n ? map_get(&tree->by_code, u->parent) : NULL;
    return u && (!level || u->level == level) ? u : NULL;
}

enum err unit_name_on(struct arena *a, struct store *s, struct str code, struct str on, struct str *ret_name,
                      struct fault *f)
{
    const struct province *p = s->province;
    struct str name = code;
    if (p->units) {
        const struct reg *reg = p->units;
        const char *from = reg->valid_from == NO_FIELD ? "_rev" : reg->fields[reg->valid_from].column;
        char *sql = arena_printf(
            a, "SELECT t.%s FROM %s t WHERE t.%s = ?2 AND ?1 = ?1 AND %s ORDER BY (%s) DESC, t.%s DESC LIMIT 1",
            reg->fields[p->unit_name].column, reg->table, reg->fields[p->unit_code].column,
            store_visible_sql(a, s, reg, "t"), store_valid_sql(a, reg, "t", "?1"), from);
        struct stmt *st CLEANUP(stmt_freep) = NULL;
        bool has_row = false;
        enum err e = stmt_new(s->db, str_of(sql), &st, f);
        if (e != OK)
            return e;
        stmt_bind_text(st, 1, on);
        stmt_bind_text(st, 2, code);
        if ((e = stmt_step(st, &has_row, f)) != OK)
            return e;
        if (has_row && !stmt_column_is_null(st, 0))
            name = str_dup(a, stmt_column_text(st, 0));
    }
    *ret_name = name;
    return OK;
}

/* ---- successors ---- */

static void link_add(struct arena *a, struct map *m, struct str code, struct str other, struct quantity share)
{
    struct unit_link *link = ARENA_NEW(a, struct unit_link), *first = map_get(m, code);
    *link = (struct unit_link){.other = other, .share = share};
    if (!first) {
        map_put(a, m, code, link);
        return;
    }
    link->next = first->next;
    first->next = link;
}

static struct quantity share_of(struct stmt *st, int column)
{
    double share = stmt_column_is_null(st, column) ? -1 : stmt_column_number(st, column);
    return share < 0 || share > 1 ? (struct quantity){0} : quantity_tidy(quantity_of_double(share, SHARE_DIGITS));
}

enum err succession_load(struct arena *a, struct store *s, struct succession *ret_succession, struct fault *f)
{
    const struct province *p = s->province;
    VEC(struct unit_event) events = {0};
    if (p->successors) {
        const struct field *fd = p->successors->fields;
        const char *share = p->successor_share == NO_FIELD ? "NULL" : fd[p->successor_share].column;
        char *sql = arena_printf(a,
                                 "SELECT %s, %s, %s, %s FROM %s t WHERE %s AND %s IS NOT NULL AND %s IS NOT NULL "
                                 "AND %s IS NOT NULL ORDER BY 3, 1, 2",
                                 fd[p->successor_from].column, fd[p->successor_to].column, fd[p->successor_on].column,
                                 share, p->successors->table, store_visible_sql(a, s, p->successors, "t"),
                                 fd[p->successor_from].column, fd[p->successor_to].column, fd[p->successor_on].column);
        struct stmt *st CLEANUP(stmt_freep) = NULL;
        bool has_row;
        enum err e = stmt_new(s->db, str_of(sql), &st, f);
        while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
            struct str from = str_dup(a, stmt_column_text(st, 0)), to = str_dup(a, stmt_column_text(st, 1));
            struct str on = stmt_column_text(st, 2);
            if (!events.n || !str_eq(events.p[events.n - 1].on, on)) {
                if (events.n >= LIMIT_UNIT_EVENTS)
                    return FAULT(f, ERR_LIMIT, {"what", p->successors->name},
                                 {"limit", str_of(arena_printf(a, "%d", LIMIT_UNIT_EVENTS))});
                VEC_PUSH(a, &events, ((struct unit_event){.on = str_dup(a, on)}));
            }
            struct unit_event *event = &events.p[events.n - 1];
            link_add(a, &event->forward, from, to, share_of(st, 3));
            link_add(a, &event->back, to, from, share_of(st, 3));
        }
        if (e != OK)
            return e;
    }
    *ret_succession = (struct succession){events.p, events.n};
    return OK;
}

size_t succession_epoch(const struct succession *x, struct str day)
{
    size_t n = 0;
    while (n < x->n && str_cmp(x->p[n].on, day) <= 0)
        n++;
    return n;
}

/* ---- carrying a code ---- */

typedef VEC(struct unit_part) unit_part_vec;

static void code_add(struct arena *a, struct unit_part *part, struct str code)
{
    for (size_t i = 0; i < part->n; i++)
        if (str_eq(part->codes[i], code))
            return;
    struct str *grown = ARENA_ARRAY(a, struct str, part->n + 1);
    if (part->n)
        memcpy(grown, part->codes, part->n * sizeof *grown);
    grown[part->n] = code;
    part->codes = grown;
    part->n++;
}

static void part_add(struct arena *a, unit_part_vec *out, struct decimal share, const struct unit_link *links,
                     bool is_unknown_only)
{
    struct unit_part part = {.share = share};
    for (const struct unit_link *k = links; k; k = k->next)
        if (!is_unknown_only || !quantity_is_known(k->share))
            code_add(a, &part, k->other);
    VEC_PUSH(a, out, part);
}

/* One code over one event, forward: known shares are dealt out; what remains goes to one of those without a share. */
static enum err step_forward(struct arena *a, struct decimal share, const struct unit_link *links, unit_part_vec *out,
                             struct fault *f)
{
    struct quantity rest = quantity_of_integer(1);
    bool has_unknown = false;
    for (const struct unit_link *k = links; k; k = k->next) {
        has_unknown |= !quantity_is_known(k->share);
        if (quantity_is_known(k->share))
            rest = quantity_sub(rest, k->share);
    }
    struct decimal left = quantity_decimal(rest);
    if (left.mantissa < 0) { /* more than there was: the shares say nothing */
        part_add(a, out, share, links, false);
        return OK;
    }
    struct decimal remains = share;
    for (const struct unit_link *k = links; k; k = k->next) {
        struct decimal d;
        if (!quantity_is_known(k->share) || quantity_decimal(k->share).mantissa == 0)
            continue;
        enum err e = decimal_mul(share, quantity_decimal(k->share), &d, f);
        if (e == OK)
            e = decimal_sub(remains, d = decimal_round(d, SHARE_DIGITS), &remains, f);
        if (e != OK)
            return e;
        struct unit_part part = {.share = d};
        code_add(a, &part, k->other);
        VEC_PUSH(a, out, part);
    }
    if (remains.mantissa > 0)
        part_add(a, out, remains, links, has_unknown);
    return OK;
}

static enum err part_step(struct arena *a, const struct unit_part *part, const struct map *links, bool is_forward,
                          unit_part_vec *out, struct fault *f)
{
    const struct unit_link *first = map_get(links, part->codes[0]);
    if (part->n == 1 && is_forward && first)
        return step_forward(a, part->share, first, out, f);
    /* One of several, or back in time: everything that any of them came from or became. */
    struct unit_part all = {.share = part->share};
    for (size_t i = 0; i < part->n; i++) {
        const struct unit_link *k = map_get(links, part->codes[i]);
        if (!k)
            code_add(a, &all, part->codes[i]);
        for (; k; k = k->next)
            code_add(a, &all, k->other);
    }
    VEC_PUSH(a, out, all);
    return OK;
}

enum err succession_carry(struct arena *a, const struct succession *x, struct str code, size_t from, size_t to,
                          struct unit_parts *ret_parts, struct fault *f)
{
    unit_part_vec parts = {0};
    struct unit_part whole = {.share = decimal_of_integer(1)};
    must(from <= x->n && to <= x->n);
    code_add(a, &whole, code);
    VEC_PUSH(a, &parts, whole);
    while (from != to) {
        bool is_forward = from < to;
        const struct unit_event *event = &x->p[is_forward ? from : from - 1];
        unit_part_vec next = {0};
        for (size_t i = 0; i < parts.n; i++) {
            if (next.n > LIMIT_FIGURE_ROWS)
                return FAULT(f, ERR_LIMIT, {"what", code}, {"limit", str_of(arena_printf(a, "%d", LIMIT_FIGURE_ROWS))});
            enum err e = part_step(a, &parts.p[i], is_forward ? &event->forward : &event->back, is_forward, &next, f);
            if (e != OK)
                return e;
        }
        parts = next;
        from = is_forward ? from + 1 : from - 1;
    }
    *ret_parts = (struct unit_parts){parts.p, parts.n};
    return OK;
}
