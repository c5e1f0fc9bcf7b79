/* Small cells and what goes with them, by worked examples; and that nothing hidden can be computed from what is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "figure/suppress.h"

static const char *hide(struct arena *a, const double *n, size_t n_cells, const size_t *const *levels, size_t n_levels)
{
    const bool *hidden = small_cells_hide(a, &(struct small_cells){n, n_cells, levels, n_levels});
    char *text = arena_zalloc(a, n_cells + 1);
    for (size_t i = 0; i < n_cells; i++)
        text[i] = hidden[i] ? '-' : '0';
    return text;
}

static void one_table(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    /* nothing small: nothing hidden; nobody is no secret */
    assert_string_equal(hide(a, (const double[]){20, 12, 6, 0}, 4, NULL, 0), "0000");
    /* 40 − 38 would give the 2: the least other goes with it */
    assert_string_equal(hide(a, (const double[]){20, 12, 6, 2}, 4, NULL, 0), "00--");
    /* two small ones that together are fewer than five: of 1 and 1 a sum of 2 tells both */
    assert_string_equal(hide(a, (const double[]){20, 12, 1, 1}, 4, NULL, 0), "0---");
    /* two small ones of five and more hide each other */
    assert_string_equal(hide(a, (const double[]){20, 12, 4, 3}, 4, NULL, 0), "00--");
    /* nothing else counts anybody: an empty one is hidden too */
    assert_string_equal(hide(a, (const double[]){0, 3}, 2, NULL, 0), "--");
    assert_string_equal(hide(a, (const double[]){4.5, 30, 9}, 3, NULL, 0), "-0-");
    assert_string_equal(hide(a, NULL, 0, NULL, 0), "");
}

/* Districts A: 20, 2; B: 10, 9; C: 3, 0, of which districts are a table of their own: 22, 19, 3. */
static void communes_below_districts(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const double n[] = {20, 2, 10, 9, 3, 0};
    const size_t district[] = {0, 0, 1, 1, 2, 2};
    const size_t *levels[] = {district};
    /* C (3) is hidden, and B (19), the least other. A is shown, so in A both are hidden: 22 − 20 would give the 2. In B, hidden itself, one commune
     * must be: 10 + 9 would give B, and B and the total give C. */
    assert_string_equal(hide(a, n, 6, levels, 1), "--0--0");
}

/* The same tables each time, on every machine. */
static int draw(void)
{
    static unsigned drawn = 7;
    drawn = drawn * 1103515245u + 12345u;
    return (int)(drawn >> 16 & 0x7fff);
}

/* ---- what a reader can work out: bounds of everything hidden, by every sum that is published, until they tell no more. Sums that make a tree give no closer ones. */

enum { MOST = 14, MOST_LEVELS = 4, EVERYTHING = 1 << 20 };

struct node {
    int level, parent; /* parent: number of a node; -1: the total */
    double value, low, high;
    bool is_hidden;
};

struct published {
    struct node nodes[MOST * MOST_LEVELS];
    int n, n_levels;
    double total;
};

static double total_or(const struct published *p, int parent, bool is_high)
{
    if (parent < 0)
        return p->total;
    return is_high ? p->nodes[parent].high : p->nodes[parent].low;
}

/* One sum: parent = members of the level below it. True when a bound came closer. */
static bool narrow(struct published *p, int parent, int level)
{
    double low = 0, high = 0;
    bool has_members = false, is_closer = false;
    for (int i = 0; i < p->n; i++)
        if (p->nodes[i].level == level && p->nodes[i].parent == parent)
            low += p->nodes[i].low, high += p->nodes[i].high, has_members = true;
    if (!has_members)
        return false;
    if (parent >= 0 && p->nodes[parent].low < low)
        p->nodes[parent].low = low, is_closer = true;
    if (parent >= 0 && p->nodes[parent].high > high)
        p->nodes[parent].high = high, is_closer = true;
    for (int i = 0; i < p->n; i++) {
        struct node *x = &p->nodes[i];
        if (x->level != level || x->parent != parent)
            continue;
        double most = total_or(p, parent, true) - (low - x->low), least = total_or(p, parent, false) - (high - x->high);
        if (x->high > most)
            x->high = most, is_closer = true;
        if (x->low < least)
            x->low = least, is_closer = true;
    }
    return is_closer;
}

static int root_of(const struct published *p, int i)
{
    int parent = p->nodes[i].parent;
    while (parent >= 0 && p->nodes[parent].is_hidden)
        parent = p->nodes[parent].parent;
    return parent;
}

/* Nothing of the level is shown below that root: then nobody is known to be counted in each. */
static bool is_all_hidden(const struct published *p, int level, int root)
{
    for (int i = 0; i < p->n; i++)
        if (p->nodes[i].level == level && root_of(p, i) == root && !p->nodes[i].is_hidden)
            return false;
    return true;
}

static void attack(struct published *p)
{
    for (int i = 0; i < p->n; i++) {
        struct node *x = &p->nodes[i];
        x->low = !x->is_hidden ? x->value : is_all_hidden(p, x->level, root_of(p, i)) ? 0 : 1;
        x->high = x->is_hidden ? EVERYTHING : x->value;
        if (x->is_hidden && x->value <= 0)
            x->low = 0;
    }
    for (bool is_closer = true; is_closer;) {
        is_closer = false;
        for (int level = 0; level < p->n_levels; level++)
            for (int parent = -1; parent < p->n; parent++)
                if (parent < 0 ? level == 0 : p->nodes[parent].level == level - 1)
                    is_closer |= narrow(p, parent, level);
    }
}

/* The tables of all levels, each hidden as its own page does it. */
static void publish(struct arena *a, const double *n, size_t n_cells, size_t groups[][MOST], size_t n_coarser,
                    struct published *p)
{
    int index[MOST_LEVELS][MOST];
    *p = (struct published){.n_levels = (int)n_coarser + 1};
    for (size_t i = 0; i < n_cells; i++)
        p->total += n[i];
    for (size_t k = 0; k <= n_coarser; k++) {
        const size_t *levels[MOST_LEVELS];
        double sums[MOST] = {0};
        size_t above[MOST_LEVELS][MOST], n_here = 0, of[MOST];
        for (size_t i = 0; i < n_cells; i++) {
            of[i] = k < n_coarser ? groups[k][i] : i;
            n_here = of[i] + 1 > n_here ? of[i] + 1 : n_here;
            sums[of[i]] += n[i];
            for (size_t j = 0; j < k; j++)
                above[j][of[i]] = groups[j][i];
        }
        for (size_t j = 0; j < k; j++)
            levels[j] = above[j];
        const char *hidden = hide(a, sums, n_here, levels, k);
        for (size_t i = 0; i < n_here; i++) {
            index[k][i] = p->n;
            p->nodes[p->n++] = (struct node){.level = (int)k,
                                             .parent = k ? index[k - 1][above[k - 1][i]] : -1,
                                             .value = sums[i],
                                             .is_hidden = hidden[i] == '-'};
        }
    }
}

/* Every group has a member: numbers are given in the order in which they come. */
static size_t draw_groups(size_t *of, size_t n, size_t most)
{
    size_t n_groups = 0;
    for (size_t i = 0; i < n; i++) {
        size_t g = (size_t)draw() % most;
        of[i] = g < n_groups ? g : n_groups++;
    }
    return n_groups;
}

static void judge(const struct published *p)
{
    for (int i = 0; i < p->n; i++) {
        const struct node *x = &p->nodes[i];
        bool is_small = x->value > 0 && x->value < SMALL_CELL;
        assert_true(!is_small || x->is_hidden);
        if (!x->is_hidden)
            continue;
        int root = root_of(p, i);
        bool is_total = root < 0 && is_all_hidden(p, x->level, root); /* of which no more than the total is published */
        if (!is_total || (p->total >= SMALL_CELL && x->value < p->total))
            assert_true(x->high > x->low);
        if (is_small && !is_total)
            assert_true(x->high >= SMALL_CELL);
    }
}

static void nothing_hidden_is_worked_out(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct published p;
        double n[MOST];
        size_t fine[MOST], coarse[MOST], groups[MOST_LEVELS][MOST];
        size_t n_cells = 2 + (size_t)draw() % (MOST - 1), n_coarser = (size_t)draw() % 3, most = 2 + (size_t)draw() % 4;
        int large = 2 + draw() % 40, rare = 1 + draw() % 4;
        for (size_t i = 0; i < n_cells; i++)
            n[i] = draw() % (rare + 1) ? draw() % 3 : draw() % large;
        size_t n_fine = draw_groups(fine, n_cells, most);
        draw_groups(coarse, n_fine, 3);
        for (size_t i = 0; i < n_cells && n_coarser; i++) {
            groups[n_coarser - 1][i] = fine[i];
            if (n_coarser == 2)
                groups[0][i] = coarse[fine[i]];
        }
        publish(a, n, n_cells, groups, n_coarser, &p);
        attack(&p);
        judge(&p);
    }
}

/* Districts P: 1, Q: 20, 1: P is small, Q goes with it; below, 1 and 1 were hidden and 20 shown, and 22 − 20 told both. */
static void cells_below_several_hidden_groups(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const size_t two[] = {0, 1, 1}, *levels[] = {two};
    assert_string_equal(hide(a, (const double[]){1, 20, 1}, 3, levels, 1), "---");
    /* five of one: their sum says so, unless another hides with them */
    assert_string_equal(hide(a, (const double[]){1, 1, 1, 1, 1, 9, 30}, 7, NULL, 0), "------0");
    /* a commune in two districts is no tree */
    const size_t first[] = {0, 0, 1}, second[] = {0, 1, 1}, *crossed[] = {first, second};
    assert_string_equal(hide(a, (const double[]){30, 40, 50}, 3, crossed, 2), "---");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_table),
        cmocka_unit_test(communes_below_districts),
        cmocka_unit_test(cells_below_several_hidden_groups),
        cmocka_unit_test(nothing_hidden_is_worked_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
