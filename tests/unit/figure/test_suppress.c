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

/* Drawn tables: no hidden cell is the only unknown of an equation that is published. */
static void no_equation_has_one_unknown(void **state)
{
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        double n[12];
        size_t group[12], n_cells = 2 + (size_t)draw() % 11, n_groups = 1 + (size_t)draw() % 4;
        const size_t *levels[] = {group};
        for (size_t i = 0; i < n_cells; i++)
            n[i] = draw() % 3 ? draw() % 8 : draw() % 40, group[i] = i < n_groups ? i : (size_t)draw() % n_groups;
        if (n_groups > n_cells)
            n_groups = n_cells;
        const char *cells = hide(a, n, n_cells, levels, 1);
        double sums[12] = {0};
        for (size_t i = 0; i < n_cells; i++)
            sums[group[i]] += n[i];
        const char *groups = hide(a, sums, n_groups, NULL, 0); /* the table of the level above, published by itself */
        size_t hidden_groups = 0;
        for (size_t g = 0; g < n_groups; g++) {
            size_t hidden = 0;
            for (size_t i = 0; i < n_cells; i++)
                hidden += group[i] == g && cells[i] == '-';
            size_t members = 0;
            for (size_t i = 0; i < n_cells; i++)
                members += group[i] == g;
            if (groups[g] == '-')
                assert_true(hidden >= 1);
            else
                assert_true(hidden != 1 || (members == 1 && n_groups > 1));
            hidden_groups += groups[g] == '-';
        }
        for (size_t i = 0; i < n_cells; i++)
            if (n[i] > 0 && n[i] < SMALL_CELL)
                assert_int_equal(cells[i], '-');
        assert_true(hidden_groups != 1 || n_groups == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_table),
        cmocka_unit_test(communes_below_districts),
        cmocka_unit_test(no_equation_has_one_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
