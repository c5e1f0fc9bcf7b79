/* Command lines are read by tables: values, flags, words, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/options.h"

static const struct option own[] = {
    {"filter", "CQL2", {"lọc", "filter"}},
    {"count", NULL, {"đếm", "count"}},
    {"limit", "N", {"giới hạn", "limit"}},
    {"drop", "R.F", {"bỏ", "drop"}, true},
    {0},
};
static const struct option shared[] = {
    {"json", NULL, {"JSON", "JSON"}},
    {0},
};
static const struct option *const tables[] = {own, shared};

static struct arena *a;
static struct args args;
static struct fault f;

static int setup(void **state)
{
    (void)state;
    a = arena_new();
    f = (struct fault){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define PARSE(...)                                                                                                     \
    args_parse(a, tables, 2, (int)ARRAY_LEN(((char *[]){__VA_ARGS__})), (char *[]){__VA_ARGS__}, &args, &f)

static void values_flags_and_words_may_stand_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--limit", "5", "teams", "--count", "--filter=a = 'b'", "more", "--json"), OK);
    assert_string_equal(args_value(&args, "limit"), "5");
    assert_string_equal(args_value(&args, "filter"), "a = 'b'");
    assert_true(args_has(&args, "count"));
    assert_true(args_has(&args, "json"));
    assert_int_equal(args.words.n, 2);
    assert_string_equal(args.words.p[0], "teams");
    assert_string_equal(args.words.p[1], "more");
}

static void what_was_not_given_is_absent(void **state)
{
    (void)state;
    assert_int_equal(PARSE("teams"), OK);
    assert_false(args_has(&args, "count"));
    assert_null(args_value(&args, "filter"));
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--", "--count", "-"), OK);
    assert_int_equal(args.words.n, 2);
    assert_string_equal(args.words.p[0], "--count");
    assert_false(args_has(&args, "count"));
}

static void a_value_may_begin_with_a_dash(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--filter", "-5 < x"), OK);
    assert_string_equal(args_value(&args, "filter"), "-5 < x");
}

static void an_unknown_option_is_refused_with_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--fliter", "x"), ERR_OPTION_NEAR);
    assert_true(str_is(fault_param(&f, "near"), "filter"));
    assert_true(str_is(fault_param(&f, "option"), "--fliter"));
    assert_string_equal(err_type(ERR_OPTION_NEAR), "usage");
}

static void an_option_like_nothing_gets_no_suggestion(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--zzzzzzzz"), ERR_OPTION_UNKNOWN);
    assert_int_equal(PARSE("-x"), ERR_OPTION_UNKNOWN);
}

static void a_missing_value_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE("teams", "--limit"), ERR_OPTION_VALUE);
    assert_true(str_is(fault_param(&f, "option"), "limit"));
}

static void a_flag_takes_no_value(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--count=yes"), ERR_OPTION_FLAG);
}

static void an_option_given_twice_is_refused_unless_it_may_repeat(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--limit", "1", "--limit", "2"), ERR_OPTION_TWICE);
    assert_int_equal(PARSE("--drop", "a.b", "--drop", "c.d"), OK);
    assert_int_equal(args.options.n, 2);
    assert_string_equal(args_value(&args, "drop"), "c.d");
}

static void numbers_are_checked_with_their_bounds(void **state)
{
    (void)state;
    long long n = 0;
    assert_int_equal(PARSE("--limit", "20"), OK);
    assert_int_equal(args_integer(&args, "limit", 1, 100, 7, &n, &f), OK);
    assert_int_equal(n, 20);
    assert_int_equal(args_integer(&args, "filter", 1, 100, 7, &n, &f), OK);
    assert_int_equal(n, 7);
    static char *const wrong[] = {"0", "101", "x", "", "5x", " 5", "+5", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(PARSE("--limit", wrong[i]), OK);
        assert_int_equal(args_integer(&args, "limit", 1, 100, 7, &n, &f), ERR_OPTION_NUMBER);
    }
}

static void an_option_that_needs_another_or_a_word_is_refused_alone(void **state)
{
    (void)state;
    static const struct option needy[] = {
        {"why", NULL, {"", ""}, .needs = "ID"}, {"limit", "N", {"", ""}, .needs = "why"}, {0}};
    const struct option *needy_tables[] = {needy};
    struct arena *arena CLEANUP(arena_freep) = arena_new();
    static char *const lines[][4] = {{"--why"}, {"x", "--limit", "3"}, {"x", "--limit", "3", "--why"}, {"x"}};
    static const struct {
        int n;
        enum err e;
        const char *needs;
    } expected[] = {{1, ERR_OPTION_NEEDS, "ID"}, {3, ERR_OPTION_NEEDS, "--why"}, {4, OK, ""}, {1, OK, ""}};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        struct args given = {0};
        struct fault fault = {0};
        char *words[4];
        memcpy(words, lines[i], sizeof words);
        assert_int_equal(args_parse(arena, needy_tables, 1, expected[i].n, words, &given, &fault), OK);
        assert_int_equal(args_check_needs(&given, &fault), expected[i].e);
        if (expected[i].e != OK)
            assert_true(str_is(fault_param(&fault, "needs"), expected[i].needs));
    }
}

static void the_nearest_word_is_the_one_a_slip_away(void **state)
{
    (void)state;
    static const char *const names[] = {"check", "load", "query", "figure"};
    assert_string_equal(nearest_word("qeury", names, 4), "query");
    assert_string_equal(nearest_word("fig", names, 4), "figure");
    assert_null(nearest_word("xyz", names, 4));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_flags_and_words_may_stand_in_any_order),
        TEST(what_was_not_given_is_absent),
        TEST(two_dashes_end_the_options),
        TEST(a_value_may_begin_with_a_dash),
        TEST(an_unknown_option_is_refused_with_the_nearest),
        TEST(an_option_like_nothing_gets_no_suggestion),
        TEST(a_missing_value_is_refused),
        TEST(a_flag_takes_no_value),
        TEST(an_option_given_twice_is_refused_unless_it_may_repeat),
        TEST(numbers_are_checked_with_their_bounds),
        TEST(an_option_that_needs_another_or_a_word_is_refused_alone),
        TEST(the_nearest_word_is_the_one_a_slip_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
