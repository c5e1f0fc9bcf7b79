#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "text/number.h"

static void assert_number(double v, const char *wanted)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    number_print(v, &b);
    assert_string_equal(buf_cstr(&b), wanted);
}

static void numbers_print_as_the_json_canonicalisation_scheme_wants(void **state)
{
    (void)state;
    /* RFC 8785, appendix B: bits and text */
    static const struct {
        uint64_t bits;
        const char *text;
    } cases[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
        {0x7fffffffffffffff, "null"},
        {0x7ff0000000000000, "null"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        double v;
        memcpy(&v, &cases[i].bits, sizeof v);
        assert_number(v, cases[i].text);
    }
}

static void everyday_numbers_print_plainly(void **state)
{
    (void)state;
    assert_number(5, "5");
    assert_number(-5, "-5");
    assert_number(0.1, "0.1");
    assert_number(0.1 + 0.2, "0.30000000000000004");
    assert_number(1e21, "1e+21");
    assert_number(1e20, "100000000000000000000");
    assert_number(1e-7, "1e-7");
    assert_number(1.5e-7, "1.5e-7");
    assert_number(111390, "111390");
    assert_number(107.6843, "107.6843");
    assert_number(0.7163, "0.7163");
    assert_number(123456789012345680.0, "123456789012345680");
    assert_number(ldexp(1, -44), "5.684341886080802e-14"); /* closer below than above: the nearest 16 digits fail */
    assert_number(DBL_MIN, "2.2250738585072014e-308");
}

static uint64_t random_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = *seed;
    return (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
}

/* Prints, reads back, and no decimal with one digit less reads back. */
static void assert_shortest(double v)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    double back = 0;
    number_print(v, &b);
    assert_int_equal(number_parse(buf_view(&b), &back, NULL), OK);
    if (back != v)
        fail_msg("%.17g printed as %s", v, buf_cstr(&b));
    int digits = 0, zeros = 0;
    for (size_t i = 0; i < b.n && b.p[i] != 'e'; i++) {
        bool is_digit = b.p[i] >= '0' && b.p[i] <= '9';
        if (is_digit && (digits || b.p[i] != '0'))
            digits++;
        zeros = !is_digit ? zeros : b.p[i] == '0' ? zeros + 1 : 0;
    }
    if (!memchr(b.p, '.', b.n))
        digits -= zeros;
    for (int less = digits - 1; less >= 1 && less >= digits - 3; less--) {
        char z[64];
        snprintf(z, sizeof z, "%.*e", less - 1, v);
        if (strtod(z, NULL) == v)
            fail_msg("%s is longer than %s", buf_cstr(&b), z);
    }
}

static void every_number_reads_back_as_itself_and_is_the_shortest(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = random_next(&seed);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v) && v != 0)
            assert_shortest(v);
        assert_shortest((double)(int64_t)(random_next(&seed) >> 24) / 1000 + 0.001);
        assert_shortest((double)(random_next(&seed) >> 11) * 0x1p-53 * 180 + 1e-9);
    }
    for (int e = -1074; e < 1024; e++) {
        assert_shortest(ldexp(1, e));
        assert_shortest(nextafter(ldexp(1, e), 0) > 0 ? nextafter(ldexp(1, e), 0) : ldexp(1, e));
    }
}

static void only_json_numbers_are_read(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "-",  "+1",  "01",       "1.",   ".5",    "1e",    "1e+", "0x10",  "1,5",
                                      " 1", "1 ", "NaN", "Infinity", "-inf", "1_000", "1.5.2", "--1", "1e5.5", "１"};
    static const struct {
        const char *text;
        double v;
    } good[] = {{"0", 0},
                {"-0", -0.0},
                {"12", 12},
                {"-1.50", -1.5},
                {"1e3", 1000},
                {"1E-2", 0.01},
                {"0.1", 0.1},
                {"1e400000", 0},
                {"123456789.125e2", 12345678912.5},
                {"9007199254740993", 9007199254740992.0},
                {"1e-400", 0},
                {"0e999999999999", 0},
                {"2.2250738585072011e-308", 2.2250738585072011e-308},
                {"100000000000000000000000000000000000000000", 1e41}};
    double v = 7;
    struct fault f = {0};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(number_parse(str_of(bad[i]), &v, &f), ERR_NUMBER_FORMAT);
    assert_true(v == 7);
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (str_is(str_of(good[i].text), "1e400000")) {
            assert_int_equal(number_parse(str_of(good[i].text), &v, &f), ERR_NUMBER_RANGE);
            continue;
        }
        assert_int_equal(number_parse(str_of(good[i].text), &v, &f), OK);
        assert_memory_equal(&v, &good[i].v, sizeof v);
    }
    char huge[5000];
    memset(huge, '9', sizeof huge);
    assert_int_equal(number_parse(str_slice(huge, sizeof huge), &v, &f), ERR_NUMBER_FORMAT);
    assert_int_equal(number_parse(str_slice(huge, 400), &v, &f), ERR_NUMBER_RANGE);
}

static void integers_are_strict_and_do_not_wrap(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-", "+5", "05", "-0", "1.0", "1e3", " 5", "5 ", "0x5", "1.234", "٣"};
    int64_t v = 7;
    struct fault f = {0};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(integer_parse(str_of(bad[i]), &v, &f), ERR_INTEGER_FORMAT);
    assert_int_equal(integer_parse(STR("9223372036854775808"), &v, &f), ERR_NUMBER_RANGE);
    assert_int_equal(integer_parse(STR("-9223372036854775809"), &v, &f), ERR_NUMBER_RANGE);
    assert_int_equal(integer_parse(STR("99999999999999999999999999999999"), &v, &f), ERR_NUMBER_RANGE);
    assert_true(v == 7);
    assert_int_equal(integer_parse(STR("9223372036854775807"), &v, &f), OK);
    assert_true(v == INT64_MAX);
    assert_int_equal(integer_parse(STR("-9223372036854775808"), &v, &f), OK);
    assert_true(v == INT64_MIN);
    assert_int_equal(integer_parse(STR("0"), &v, &f), OK);
    assert_true(v == 0);
}

static void assert_vi(const char *text, char mark, double wanted)
{
    double v = -77;
    struct fault f = {0};
    if (number_parse_vi(str_of(text), mark, &v, &f) != OK)
        print_error("%s with %c\n", text, mark);
    assert_int_equal(number_parse_vi(str_of(text), mark, &v, &f), OK);
    assert_true(v == wanted);
}

static void numbers_of_people_are_read_by_the_chosen_mark(void **state)
{
    (void)state;
    assert_vi("1.234.567,89", ',', 1234567.89);
    assert_vi("1,234,567.89", '.', 1234567.89);
    assert_vi("1.500", ',', 1500);
    assert_vi("1.500", '.', 1.5);
    assert_vi("1,5", ',', 1.5);
    assert_vi("1 234 567,89", ',', 1234567.89);
    assert_vi("-1.234,5", ',', -1234.5);
    assert_vi("−5", ',', -5);
    assert_vi("1234567", ',', 1234567);
    assert_vi("1234,5", ',', 1234.5);
    assert_vi(" 92,8 ", ',', 92.8);
    assert_vi("0,5", ',', 0.5);
    assert_vi("007", ',', 7);
    assert_vi("000", ',', 0);
    assert_vi("00,50", ',', 0.5);
}

static void a_number_in_the_other_form_is_refused_not_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char mark;
    } bad[] = {{"1.5", ','},
               {"1,5", '.'},
               {"1.23.456", ','},
               {"1234.567", ','},
               {"1.234.56", ','},
               {".123", ','},
               {"1.234.", ','},
               {"1,2,3", ','},
               {"", ','},
               {",5", ','},
               {"5,", ','},
               {"0.123", ','},
               {"1.234 567", ','},
               {"1 23", ','},
               {"5 ha", ','},
               {"1e5", ','},
               {"--5", ','},
               {"- 5", ','},
               {"1,234,567.89", ','},
               {"1.234.567,89", '.'},
               {"1,234.567,8", ','},
               {"-", ','},
               {"1,-5", ','},
               {"1..234", ','}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        double v = 7;
        struct fault f = {0};
        if (number_parse_vi(str_of(bad[i].text), bad[i].mark, &v, &f) != ERR_NUMBER_VI_FORMAT)
            print_error("case %zu\n", i);
        assert_int_equal(number_parse_vi(str_of(bad[i].text), bad[i].mark, &v, &f), ERR_NUMBER_VI_FORMAT);
        assert_true(v == 7);
    }
    char huge[5000];
    memset(huge, '1', sizeof huge);
    double v;
    assert_int_equal(number_parse_vi(str_slice(huge, sizeof huge), ',', &v, NULL), ERR_NUMBER_VI_FORMAT);
}

static void assert_prints_vi(double v, int decimals, const char *wanted)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    number_print_vi(v, decimals, &b);
    assert_string_equal(buf_cstr(&b), wanted);
}

static void numbers_print_as_people_write_them(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    integer_print_vi(1234567, &b);
    buf_putc(&b, ' ');
    integer_print_vi(-111390, &b);
    buf_putc(&b, ' ');
    integer_print_vi(999, &b);
    buf_putc(&b, ' ');
    integer_print_vi(0, &b);
    buf_putc(&b, ' ');
    integer_print_vi(INT64_MIN, &b);
    assert_string_equal(buf_cstr(&b), "1.234.567 -111.390 999 0 -9.223.372.036.854.775.808");
    assert_prints_vi(92.8, 1, "92,8");
    assert_prints_vi(100.0 * 111390 / 120032, 1, "92,8");
    assert_prints_vi(92.85, 1, "92,9"); /* half away from zero, as the number is written */
    assert_prints_vi(1.005, 2, "1,01");
    assert_prints_vi(-2.5, 0, "-3");
    assert_prints_vi(1234567.891, 2, "1.234.567,89");
    assert_prints_vi(5, 2, "5,00");
    assert_prints_vi(-0.001, 2, "0,00");
    assert_prints_vi(0, 0, "0");
    assert_prints_vi(999.95, 1, "1.000,0");
    assert_prints_vi(1e-40, 2, "0,00");
    assert_prints_vi(1e20, 0, "100.000.000.000.000.000.000");
    assert_prints_vi(NAN, 1, "—");
    assert_prints_vi(INFINITY, 1, "—");
    assert_prints_vi(1e300, 1, "1e+300");
}

static void what_is_printed_for_people_is_read_back(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (int i = 0; i < 100000; i++) {
        int64_t n = (int64_t)(random_next(&seed) >> (12 + i % 50));
        double v = (double)n / 100, back = 0;
        struct buf b CLEANUP(buf_done) = BUF_INIT(500);
        if (n >= INT64_C(100000000000000))
            continue;
        number_print_vi(v, 2, &b);
        assert_int_equal(number_parse_vi(buf_view(&b), ',', &back, NULL), OK);
        assert_true(back == v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_print_as_the_json_canonicalisation_scheme_wants),
        cmocka_unit_test(everyday_numbers_print_plainly),
        cmocka_unit_test(every_number_reads_back_as_itself_and_is_the_shortest),
        cmocka_unit_test(only_json_numbers_are_read),
        cmocka_unit_test(integers_are_strict_and_do_not_wrap),
        cmocka_unit_test(numbers_of_people_are_read_by_the_chosen_mark),
        cmocka_unit_test(a_number_in_the_other_form_is_refused_not_guessed),
        cmocka_unit_test(numbers_print_as_people_write_them),
        cmocka_unit_test(what_is_printed_for_people_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
