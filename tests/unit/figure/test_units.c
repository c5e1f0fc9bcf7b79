/* Figures on the maps of different days: merged, divided, divided in unknown parts; the totals stay. */
#include "figure/internal.h"
#include "small.h"

#include "base/banned.h"

static struct figure_result on_map(void **state, const char *id, const char *by, const char *day)
{
    return figure_of(*state, id, (struct figure_options){.by = str_of(by), .units_at = str_of(day)});
}

static void rows_are_lifted_through_the_tree_of_the_day(void **state)
{
    struct figure_result r = figure_of(*state, "digitised", (struct figure_options){.by = STR("unit:2")});
    assert_true(str_is(r.units_at, "2022-06-30"));
    assert_true(str_is(r.by_title.vi, "Huyện"));
    assert_int_equal(r.n_rows, 3);
    assert_quantity(r.rows[0].value, "5");
    assert_quantity(r.rows[0].of, "8");
    assert_quantity(r.rows[0].percent, "62.5");
    assert_true(str_is(r.rows[0].title.vi, "Huyện A"));
    assert_quantity(r.rows[1].value, "2");
    assert_int_equal(r.rows[2].kind, ROW_UNKNOWN);
    assert_quantity(r.rows[2].value, "1");
}

static void a_bare_unit_is_the_level_of_the_field(void **state)
{
    struct figure_result r = figure_of(*state, "digitised", (struct figure_options){.by = STR("unit")});
    static const char *const codes[] = {"a1", "a2", "a3", "b1", "b2"};
    assert_int_equal(r.n_rows, 6);
    for (size_t i = 0; i < 5; i++)
        assert_true(str_is(r.rows[i].key, codes[i]));
    assert_true(str_is(r.by_title.vi, "Xã"));
}

static void a_unit_where_nothing_was_counted_has_a_row_of_zero(void **state)
{
    struct fixture *x = *state;
    struct figure_result r = figure_of(x, "registered-in-period", (struct figure_options){.by = STR("unit")});
    assert_quantity(row_of(&r, ROW_PLAIN, "n3")->value, "0");
    assert_quantity(rows_sum(&r), "2");
}

static void merged_and_divided_units_are_restated_on_the_map_of_2025(void **state)
{
    struct figure_result r = on_map(state, "digitised", "unit:3", "2025-07-01");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "3");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->of, "4");
    assert_true(str_is(row_of(&r, ROW_PLAIN, "a1")->title.vi, "Xã Mới"));
    assert_quantity(row_of(&r, ROW_PLAIN, "n2")->value, "1.8");
    assert_quantity(row_of(&r, ROW_PLAIN, "n2")->of, "3");
    assert_quantity(row_of(&r, ROW_PLAIN, "n3")->value, "1.2");
    assert_int_equal(r.decimals, 2);
}

static void a_part_of_unknown_share_is_listed_under_its_own_name(void **state)
{
    struct figure_result r = on_map(state, "digitised", "unit:3", "2025-07-01");
    const struct figure_row *row = row_of(&r, ROW_UNPLACED, "b2");
    assert_quantity(row->value, "1");
    assert_true(str_is(row->title.vi, "Xã Năm"));
    assert_int_equal(r.rows[r.n_rows - 1].kind, ROW_UNKNOWN);
    assert_int_equal(r.rows[r.n_rows - 2].kind, ROW_UNPLACED);
}

static void a_chain_of_changes_is_followed_and_parts_meet_again(void **state)
{
    struct figure_result r = on_map(state, "digitised", "unit:3", "2026-01-01");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "3");
    assert_quantity(row_of(&r, ROW_PLAIN, "m")->value, "4");
    assert_quantity(row_of(&r, ROW_PLAIN, "m")->of, "6");
    assert_quantity(row_of(&r, ROW_UNKNOWN, "")->value, "1");
    assert_int_equal(r.n_rows, 3);
}

static void records_of_the_new_map_go_back_only_as_far_as_is_known(void **state)
{
    struct figure_result r = on_map(state, "everything", "unit:3", "2022-06-30");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "2");
    assert_quantity(row_of(&r, ROW_UNPLACED, "a1")->value, "1");
    assert_true(str_is(row_of(&r, ROW_UNPLACED, "a1")->title.vi, "Xã Mới"));
    assert_quantity(row_of(&r, ROW_UNPLACED, "n2")->value, "1");
    r = on_map(state, "everything", "unit:1", "2022-06-30");
    assert_quantity(row_of(&r, ROW_PLAIN, "P")->value, "12");
    assert_int_equal(r.n_rows, 2);
}

static void the_code_of_a_record_is_understood_on_its_own_day(void **state)
{
    struct figure_result r = figure_of(*state, "everything", (struct figure_options){.by = STR("unit:3")});
    assert_true(str_is(r.units_at, "2025-08-15"));
    /* a1 of 2022 with a2 and b1, and a1 of 2025 */
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "5");
    assert_quantity(row_of(&r, ROW_PLAIN, "n2")->value, "4");
    assert_quantity(row_of(&r, ROW_PLAIN, "n3")->value, "2");
}

/* All records of a key lie on the new map here: no need to tell them apart, and still they are not those of the old one. */
static void a_code_of_the_new_map_alone_is_not_taken_for_the_old_one(void **state)
{
    struct figure_result r = on_map(state, "registered-in-period", "unit:3", "2022-06-30");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "0");
    assert_quantity(row_of(&r, ROW_UNPLACED, "a1")->value, "1");
    assert_quantity(row_of(&r, ROW_UNPLACED, "n2")->value, "1");
}

static void totals_are_equal_on_every_map(void **state)
{
    static const char *const days[] = {"2020-01-01", "2022-06-30", "2025-06-30", "2025-07-01",
                                       "2025-12-31", "2026-01-01", "2030-01-01"};
    static const char *const figures[] = {"digitised", "everything", "area", "income"};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        for (size_t k = 0; k < ARRAY_LEN(figures); k++) {
            struct figure_result r = on_map(state, figures[k], "unit:3", days[i]);
            struct figure_result whole = figure_of(*state, figures[k], (struct figure_options){0});
            assert_true(quantity_equal(r.value, whole.value));
            assert_true(quantity_equal(rows_sum(&r), whole.value));
        }
    }
}

static void what_cannot_be_added_is_not_divided(void **state)
{
    struct figure_result r = on_map(state, "area-mean", "unit:3", "2025-07-01");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "200.25");
    assert_quantity(row_of(&r, ROW_UNPLACED, "a3")->value, "10");
    r = on_map(state, "crops", "unit:3", "2025-07-01");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "3");
    assert_quantity(row_of(&r, ROW_UNPLACED, "a3")->value, "2");
    assert_quantity(row_of(&r, ROW_PLAIN, "n2")->value, "0");
}

static void a_level_that_the_map_lacks_is_refused_with_those_it_has(void **state)
{
    struct fixture *x = *state;
    struct figure_result r;
    struct figure_options o = {.by = STR("unit:2"), .units_at = STR("2025-07-01")};
    struct fault f = {0};
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("digitised"), &o, &r, &f), ERR_FIGURE_LEVEL);
    assert_true(str_is(fault_param(&f, "valid"), "1, 3"));
    assert_true(str_is(fault_param(&f, "on"), "2025-07-01"));
}

static void units_themselves_are_counted_by_their_parents(void **state)
{
    struct figure_result r = figure_of(*state, "communes", (struct figure_options){.by = STR("unit:2")});
    assert_quantity(row_of(&r, ROW_PLAIN, "A")->value, "3");
    assert_quantity(row_of(&r, ROW_PLAIN, "B")->value, "2");
}

static void a_difference_compares_both_days_on_one_map(void **state)
{
    struct figure_result r = figure_of(*state, "communes-change", (struct figure_options){.by = STR("unit:1")});
    assert_quantity(row_of(&r, ROW_PLAIN, "P")->value, "-2");
    assert_true(str_is(r.units_at, "2025-07-01"));
    assert_quantity(rows_sum(&r), "-2");
    r = figure_of(*state, "registered-change", (struct figure_options){.by = STR("unit:3")});
    assert_quantity(r.value, "2");
    assert_quantity(r.from, "11");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "1");
    assert_quantity(row_of(&r, ROW_PLAIN, "n2")->value, "1");
    assert_quantity(row_of(&r, ROW_PLAIN, "n3")->value, "0");
    assert_quantity(rows_sum(&r), "2");
}

/* Shares always add up to one, whatever the declared ones: too small, too large, missing, over several days. */
static void the_parts_of_a_unit_add_up_to_the_whole(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    uint64_t seed = 7;
    for (int round = 0; round < 400; round++) {
        struct unit_event events[3] = {0};
        static const char *const names[] = {"a", "b", "c", "d"};
        for (size_t e = 0; e < 3; e++) {
            for (size_t i = 0; i < 4; i++) {
                struct unit_link *first = NULL;
                for (size_t k = 0; k < 4; k++) {
                    seed = seed * 6364136223846793005u + 1442695040888963407u;
                    unsigned draw = (unsigned)(seed >> 40) % 12;
                    if (draw < 7)
                        continue;
                    struct unit_link *link = ARENA_NEW(a, struct unit_link);
                    *link = (struct unit_link){.other = str_of(names[k]), .next = first};
                    if (draw < 11)
                        link->share = quantity_of_decimal((struct decimal){(__int128)((seed >> 20) % 700), 3});
                    first = link;
                }
                if (first) {
                    map_put(a, &events[e].forward, str_of(names[i]), first);
                    map_put(a, &events[e].back, str_of(names[i]), first);
                }
            }
        }
        struct succession x = {events, 3};
        for (size_t from = 0; from <= 3; from++) {
            for (size_t to = 0; to <= 3; to++) {
                struct unit_parts parts;
                struct quantity sum = quantity_of_integer(0);
                assert_int_equal(succession_carry(a, &x, STR("a"), from, to, &parts, NULL), OK);
                for (size_t i = 0; i < parts.n; i++) {
                    assert_true(parts.p[i].n > 0);
                    assert_true(parts.p[i].share.mantissa > 0);
                    sum = quantity_add(sum, quantity_of_decimal(parts.p[i].share));
                }
                assert_quantity(sum, "1");
            }
        }
    }
}

static void a_tree_that_runs_in_a_circle_ends(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct unit_node nodes[] = {{STR("a"), STR("A"), STR("b"), 3}, {STR("b"), STR("B"), STR("a"), 2}};
    struct unit_tree tree = {.p = nodes, .n = 2};
    map_put(a, &tree.by_code, nodes[0].code, &nodes[0]);
    map_put(a, &tree.by_code, nodes[1].code, &nodes[1]);
    assert_null(unit_lift(&tree, STR("a"), 1));
    assert_ptr_equal(unit_lift(&tree, STR("a"), 2), &nodes[1]);
    assert_ptr_equal(unit_lift(&tree, STR("a"), 0), &nodes[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_lifted_through_the_tree_of_the_day),
        cmocka_unit_test(a_bare_unit_is_the_level_of_the_field),
        cmocka_unit_test(a_unit_where_nothing_was_counted_has_a_row_of_zero),
        cmocka_unit_test(merged_and_divided_units_are_restated_on_the_map_of_2025),
        cmocka_unit_test(a_part_of_unknown_share_is_listed_under_its_own_name),
        cmocka_unit_test(a_chain_of_changes_is_followed_and_parts_meet_again),
        cmocka_unit_test(records_of_the_new_map_go_back_only_as_far_as_is_known),
        cmocka_unit_test(the_code_of_a_record_is_understood_on_its_own_day),
        cmocka_unit_test(a_code_of_the_new_map_alone_is_not_taken_for_the_old_one),
        cmocka_unit_test(totals_are_equal_on_every_map),
        cmocka_unit_test(what_cannot_be_added_is_not_divided),
        cmocka_unit_test(a_level_that_the_map_lacks_is_refused_with_those_it_has),
        cmocka_unit_test(units_themselves_are_counted_by_their_parents),
        cmocka_unit_test(a_difference_compares_both_days_on_one_map),
        cmocka_unit_test(the_parts_of_a_unit_add_up_to_the_whole),
        cmocka_unit_test(a_tree_that_runs_in_a_circle_ends),
    };
    return cmocka_run_group_tests(tests, small_open, small_close);
}
