#include "figure/suppress.h"

#include <string.h>

#include "base/banned.h"

/* One table: its cells, the group of the table above that each lies in, and the nearest thing above that is shown (a number of its own: of a group, or of the total). */
struct level {
    size_t n;
    double *sum;
    bool *is_hidden, *is_there;
    size_t *parent, *root;
};

static bool is_small(double n)
{
    return n > 0 && n < SMALL_CELL;
}

/* Of those shown that lie so, the least; an empty one only when nothing else is left. n when all are hidden. */
static size_t least_shown(const struct level *x, const size_t *lies, size_t where)
{
    size_t best = x->n;
    for (size_t i = 0; i < x->n; i++) {
        if (!x->is_there[i] || x->is_hidden[i] || lies[i] != where)
            continue;
        bool is_first = best == x->n, is_empty = x->sum[i] <= 0;
        if (is_first || (x->sum[best] <= 0 ? !is_empty : !is_empty && x->sum[i] < x->sum[best]))
            best = i;
    }
    return best;
}

static void hide_one(struct level *x, const size_t *lies, size_t where)
{
    size_t i = least_shown(x, lies, where);
    if (i < x->n)
        x->is_hidden[i] = true;
}

/* Of the hidden cells below one root the sum is known, and nothing else: each counts one at least, so the largest that one of them may be is what the others leave. */
static bool is_enough(const struct level *x, size_t root)
{
    size_t hidden = 0;
    double sum = 0;
    for (size_t i = 0; i < x->n; i++)
        if (x->is_hidden[i] && x->root[i] == root)
            hidden++, sum += x->sum[i];
    return hidden == 0 || (hidden > 1 && sum - (double)(hidden - 1) >= SMALL_CELL);
}

static void hide_below_root(struct level *x, size_t root)
{
    while (!is_enough(x, root)) {
        size_t next = least_shown(x, x->root, root);
        if (next == x->n)
            return;
        x->is_hidden[next] = true;
        for (size_t i = 0; x->sum[next] <= 0 && i < x->n; i++) /* nobody else is left to hide among: then all of it */
            x->is_hidden[i] |= x->is_there[i] && x->root[i] == root;
    }
}

static bool has_hidden_child(const struct level *x, size_t parent)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->is_hidden[i] && x->parent[i] == parent)
            return true;
    return false;
}

/* The table of one level; `above` is NULL for the coarsest, below which only the total is. False when a group lies in several of the level above. */
static bool level_make(struct arena *a, const struct small_cells *c, size_t k, const struct level *over,
                       struct level *ret)
{
    const size_t *group = k < c->n_levels ? c->levels[k] : NULL, *above = k ? c->levels[k - 1] : NULL;
    struct level x = {.n = c->n_cells};
    x.sum = ARENA_ARRAY(a, double, x.n + 1);
    x.is_hidden = ARENA_ARRAY(a, bool, x.n + 1);
    x.is_there = ARENA_ARRAY(a, bool, x.n + 1);
    x.parent = ARENA_ARRAY(a, size_t, x.n + 1);
    x.root = ARENA_ARRAY(a, size_t, x.n + 1);
    for (size_t i = 0; i < c->n_cells; i++) {
        size_t g = group ? group[i] : i, parent = above ? above[i] : 0;
        if (x.is_there[g] && x.parent[g] != parent)
            return false;
        x.is_there[g] = true;
        x.parent[g] = parent;
        x.sum[g] += c->n[i];
        x.root[g] = !above ? 0 : over->is_hidden[parent] ? over->root[parent] : 1 + (k - 1) * c->n_cells + parent;
    }
    for (size_t i = 0; i < x.n; i++)
        x.is_hidden[i] = is_small(x.sum[i]);
    *ret = x;
    return true;
}

bool *small_cells_hide(struct arena *a, const struct small_cells *c)
{
    struct level above = {0}, x;
    for (size_t k = 0; k <= c->n_levels; k++) {
        if (!level_make(a, c, k, &above, &x)) { /* no tree: what can be worked out is not known */
            bool *all = ARENA_ARRAY(a, bool, c->n_cells + 1);
            memset(all, 1, c->n_cells * sizeof *all);
            return all;
        }
        for (size_t g = 0; k && g < above.n; g++)
            if (above.is_hidden[g] && !has_hidden_child(&x, g))
                hide_one(&x, x.parent, g);
        bool *is_done = ARENA_ARRAY(a, bool, 2 + (k + 1) * c->n_cells);
        for (size_t i = 0; i < x.n; i++)
            if (x.is_hidden[i] && !is_done[x.root[i]]) {
                is_done[x.root[i]] = true;
                hide_below_root(&x, x.root[i]);
            }
        above = x;
    }
    return above.is_hidden;
}
