#include "figure/suppress.h"

#include "base/banned.h"

/* One table: its cells, and the group of the table above that each lies in. */
struct level {
    size_t n;
    double *sum;
    bool *is_hidden;
    size_t *parent;
};

static bool is_small(double n)
{
    return n > 0 && n < SMALL_CELL;
}

/* The least of those shown in a group; records before none, which only serve when nothing else is left. NONE when all are hidden. */
static size_t least_shown(const struct level *x, size_t parent, bool with_empty)
{
    size_t best = x->n;
    for (size_t i = 0; i < x->n; i++)
        if (x->parent[i] == parent && !x->is_hidden[i] && (with_empty || x->sum[i] > 0) &&
            (best == x->n || x->sum[i] < x->sum[best]))
            best = i;
    return best;
}

static void hide_in_group(struct level *x, size_t parent, bool is_parent_hidden)
{
    for (;;) {
        size_t hidden = 0;
        double sum = 0;
        for (size_t i = 0; i < x->n; i++)
            if (x->parent[i] == parent && x->is_hidden[i])
                hidden++, sum += x->sum[i];
        bool is_enough = is_parent_hidden ? hidden > 0 : hidden == 0 || (hidden > 1 && sum >= SMALL_CELL);
        size_t next = is_enough ? x->n : least_shown(x, parent, false);
        if (!is_enough && next == x->n)
            next = least_shown(x, parent, true);
        if (next == x->n)
            return;
        x->is_hidden[next] = true;
    }
}

/* The table of one level; `above` is NULL for the coarsest, below which only the total is. */
static struct level level_make(struct arena *a, const struct small_cells *c, const size_t *group, const size_t *above)
{
    struct level x = {.n = c->n_cells};
    x.sum = ARENA_ARRAY(a, double, x.n + 1);
    x.is_hidden = ARENA_ARRAY(a, bool, x.n + 1);
    x.parent = ARENA_ARRAY(a, size_t, x.n + 1);
    for (size_t i = 0; i < x.n; i++)
        x.parent[i] = x.n; /* a number that no cell bears lies in no group */
    for (size_t i = 0; i < c->n_cells; i++) {
        size_t g = group ? group[i] : i;
        x.sum[g] += c->n[i];
        x.parent[g] = above ? above[i] : 0;
    }
    return x;
}

bool *small_cells_hide(struct arena *a, const struct small_cells *c)
{
    struct level above = {0};
    for (size_t k = 0; k <= c->n_levels; k++) {
        struct level x = level_make(a, c, k < c->n_levels ? c->levels[k] : NULL, k ? c->levels[k - 1] : NULL);
        size_t n_groups = k ? above.n : 1;
        bool *is_touched = ARENA_ARRAY(a, bool, x.n + 2);
        for (size_t i = 0; i < x.n; i++) {
            x.is_hidden[i] = is_small(x.sum[i]);
            is_touched[x.parent[i]] |= x.is_hidden[i];
        }
        for (size_t g = 0; g < n_groups; g++)
            if (is_touched[g] || (k && above.is_hidden[g]))
                hide_in_group(&x, g, k && above.is_hidden[g]);
        above = x;
    }
    return above.is_hidden;
}
