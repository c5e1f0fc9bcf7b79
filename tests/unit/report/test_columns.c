/* Text keeps its columns on a terminal, whatever its bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/columns.h"

static void width_counts_characters_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(columns_width(STR("Đắk Mil")), 7);
    assert_int_equal(columns_width(STR("")), 0);
    assert_int_equal(columns_width(STR("Thừa Thiên Huế")), 14);
}

static void a_combining_mark_takes_no_column(void **state)
{
    (void)state;
    assert_int_equal(columns_width(STR("a\xCC\x81")), 1); /* a and acute */
    assert_int_equal(columns_width(STR("a\xE2\x80\x8B"
                                       "b")),
                     2); /* zero-width space */
}

static void expect_wrapped(struct str text, size_t width, struct str first, struct str next, const char *expected)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
    columns_wrap(&b, text, width, first, next);
    assert_string_equal(buf_cstr(&b), expected);
}

static void lines_break_between_words(void **state)
{
    (void)state;
    const struct str none = {0};
    expect_wrapped(STR("một hai ba bốn"), 8, none, none, "một hai\nba bốn\n");
    expect_wrapped(STR("một hai"), 7, none, none, "một hai\n");
    expect_wrapped(STR(""), 7, none, none, "");
}

static void a_line_break_in_the_text_stays(void **state)
{
    (void)state;
    const struct str none = {0};
    expect_wrapped(STR("một\nhai ba"), 40, none, none, "một\nhai ba\n");
}

static void a_word_that_is_too_long_is_broken_and_whole(void **state)
{
    (void)state;
    const struct str none = {0};
    expect_wrapped(STR("đđđđđđđđđđ"), 7, none, none, "đđđđđđđ\nđđđ\n");
}

static void continued_lines_stand_under_the_first(void **state)
{
    (void)state;
    expect_wrapped(STR("một hai ba bốn"), 10, STR("• "), STR("  "), "• một hai\n  ba bốn\n");
}

static void a_table_is_aligned_by_what_is_seen(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct columns_table t;
    columns_table_init(&t, a, 2);
    t.is_right[1] = true;
    static const char *const cells[] = {"Đơn vị", "Số", "Đắk Mil", "1.234", "Gia Nghĩa", "7"};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        columns_add(&t, str_of(cells[i]));
    struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
    columns_draw(&t, 80, &b);
    assert_string_equal(buf_cstr(&b), "Đơn vị        Số\n"
                                      "─────────  ─────\n"
                                      "Đắk Mil    1.234\n"
                                      "Gia Nghĩa      7\n");
}

static void a_table_that_is_too_wide_wraps_its_widest_column(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct columns_table t;
    columns_table_init(&t, a, 2);
    static const char *const cells[] = {"Tên", "Mã", "một hai ba bốn năm", "01"};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        columns_add(&t, str_of(cells[i]));
    struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
    columns_draw(&t, 14, &b);
    assert_string_equal(buf_cstr(&b), "Tên         Mã\n"
                                      "──────────  ──\n"
                                      "một hai ba  01\n"
                                      "bốn năm\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_counts_characters_not_bytes),
        cmocka_unit_test(a_combining_mark_takes_no_column),
        cmocka_unit_test(lines_break_between_words),
        cmocka_unit_test(a_line_break_in_the_text_stays),
        cmocka_unit_test(a_word_that_is_too_long_is_broken_and_whole),
        cmocka_unit_test(continued_lines_stand_under_the_first),
        cmocka_unit_test(a_table_is_aligned_by_what_is_seen),
        cmocka_unit_test(a_table_that_is_too_wide_wraps_its_widest_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
