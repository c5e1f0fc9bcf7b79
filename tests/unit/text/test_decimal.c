#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "text/decimal.h"

static struct decimal of(const char *text)
{
    struct decimal d = {0};
    struct fault f = {0};
    if (decimal_parse(str_of(text), &d, &f) != OK)
        fail_msg("%s", text);
    return d;
}

static void assert_decimal(struct decimal d, int decimals, const char *wanted)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    decimal_print(d, decimals, &b);
    assert_string_equal(buf_cstr(&b), wanted);
}

static void decimals_are_read_and_printed_exactly(void **state)
{
    (void)state;
    assert_decimal(of("0.7163"), DECIMAL_EXACT, "0.7163");
    assert_decimal(of("-12.50"), DECIMAL_EXACT, "-12.5");
    assert_decimal(of("-12.50"), 2, "-12.50");
    assert_decimal(of("12"), 3, "12.000");
    assert_decimal(of("007"), 0, "7");
    assert_decimal(of("-0.0"), DECIMAL_EXACT, "0");
    assert_decimal((struct decimal){0}, 2, "0.00");
    assert_decimal(of("99999999999999999999999999999999999999"), 0, "99999999999999999999999999999999999999");
    assert_decimal(of("0.000000000000000000000000000001"), DECIMAL_EXACT, "0.000000000000000000000000000001");
    assert_decimal(of("1.00000000000000000000000000000000000000000000"), DECIMAL_EXACT, "1");
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    decimal_print_vi(of("-1234567.125"), 2, &b);
    assert_string_equal(buf_cstr(&b), "-1.234.567,13");
    buf_reset(&b);
    decimal_print_en(of("-1234567.125"), 2, &b);
    assert_string_equal(buf_cstr(&b), "-1,234,567.13");
}

static void what_is_no_decimal_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-", ".", "1.", ".5", "1e3", "+1", "1,5", " 1", "1 ", "--1", "1.2.3", "abc"};
    struct decimal d = {7, 0};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(decimal_parse(str_of(bad[i]), &d, NULL), ERR_NUMBER_FORMAT);
    assert_int_equal(decimal_parse(STR("100000000000000000000000000000000000000"), &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_parse(STR("0.0000000000000000000000000000001"), &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_true(d.mantissa == 7);
}

static void doubles_become_the_decimal_that_they_print_as(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } cases[] = {{0.35, "0.35"},
                 {-0.1, "-0.1"},
                 {1e21, "1000000000000000000000"},
                 {1.5e-7, "0.00000015"},
                 {1e23, "100000000000000000000000"},
                 {0, "0"},
                 {92.8, "92.8"},
                 {123456.789, "123456.789"},
                 {1e37, "10000000000000000000000000000000000000"}};
    struct decimal d;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(decimal_of_double(cases[i].v, &d, NULL), OK);
        assert_decimal(d, DECIMAL_EXACT, cases[i].text);
        assert_true(decimal_to_double(d) == cases[i].v);
    }
    assert_int_equal(decimal_of_double(1e38, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_of_double(1e308, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_of_double(1e-31, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_of_double(5e-324, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_of_double(NAN, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_of_double(-INFINITY, &d, NULL), ERR_DECIMAL_OVERFLOW);
}

static void halves_are_rounded_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rounded;
        int scale;
    } cases[] = {{"0.5", "1", 0},       {"-0.5", "-1", 0},      {"0.49", "0", 0},         {"2.5", "3", 0},
                 {"1.005", "1.01", 2},  {"-1.005", "-1.01", 2}, {"0.69245", "0.6925", 4}, {"0.69244999", "0.6924", 4},
                 {"9.995", "10.00", 2}, {"1.2", "1.20", 2},     {"-0.4", "0", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_decimal(decimal_round(of(cases[i].text), cases[i].scale), cases[i].scale, cases[i].rounded);
        assert_decimal(of(cases[i].text), cases[i].scale, cases[i].rounded);
    }
}

typedef enum err operation(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f);

static void assert_result(operation *op, const char *a, const char *b, const char *wanted)
{
    struct decimal d = {0};
    assert_int_equal(op(of(a), of(b), &d, NULL), OK);
    assert_decimal(d, DECIMAL_EXACT, wanted);
}

static void sums_and_products_keep_every_digit(void **state)
{
    (void)state;
    assert_result(decimal_add, "0.1", "0.2", "0.3");
    assert_result(decimal_sub, "1", "0.9999", "0.0001");
    assert_result(decimal_mul, "0.7163", "0.35", "0.250705");
    assert_result(decimal_mul, "-1.20", "50", "-60");
    assert_result(decimal_add, "1000000000000000000000000000000000000", "0.5",
                  "1000000000000000000000000000000000000.5");
}

static void assert_quotient(const char *a, const char *b, int scale, const char *wanted)
{
    struct decimal d = {0};
    assert_int_equal(decimal_div(of(a), of(b), scale, &d, NULL), OK);
    assert_decimal(d, scale, wanted);
}

static void division_rounds_at_the_scale_asked_for(void **state)
{
    (void)state;
    assert_quotient("1", "3", 4, "0.3333");
    assert_quotient("2", "3", 4, "0.6667");
    assert_quotient("-2", "3", 0, "-1");
    assert_quotient("11139000", "120032", 1, "92.8");
    assert_quotient("1", "8", 2, "0.13");
    assert_quotient("0.001", "1000", 4, "0.0000");
    assert_quotient("1", "7", 30, "0.142857142857142857142857142857");
    assert_quotient("0", "-7", 2, "0.00");
    struct decimal d = {7, 0};
    assert_int_equal(decimal_div(of("1"), of("0.00"), 2, &d, NULL), ERR_DECIMAL_ZERO);
    assert_true(d.mantissa == 7);
}

static void what_does_not_fit_is_an_error_never_a_wrap(void **state)
{
    (void)state;
    struct decimal d = {7, 0}, most = of("99999999999999999999999999999999999999"),
                   least = of("0.000000000000000000000000000001");
    assert_int_equal(decimal_add(most, of("1"), &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_sub(of("-99999999999999999999999999999999999999"), of("1"), &d, NULL),
                     ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_add(most, least, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_mul(most, of("2"), &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_mul(most, most, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_mul(least, of("0.1"), &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_div(most, of("0.1"), 0, &d, NULL), ERR_DECIMAL_OVERFLOW);
    assert_int_equal(decimal_div(of("1"), most, 30, &d, NULL), OK);
    assert_decimal(d, 30, "0.000000000000000000000000000000");
    assert_true(decimal_mul(most, of("-1"), &d, NULL) == OK);
}

static void order_is_by_value(void **state)
{
    (void)state;
    assert_int_equal(decimal_compare(of("1.0"), of("1.00")), 0);
    assert_int_equal(decimal_compare(of("0.1"), of("0.09999")), 1);
    assert_int_equal(decimal_compare(of("-0.1"), of("0")), -1);
    assert_int_equal(decimal_compare(of("-1.5"), of("-1.25")), -1);
    assert_int_equal(
        decimal_compare(of("99999999999999999999999999999999999999"), of("0.000000000000000000000000000001")), 1);
}

static uint64_t random_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = *seed;
    return (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
}

/* Against whole-number arithmetic on values brought to one scale. */
static void arithmetic_agrees_with_whole_numbers(void **state)
{
    (void)state;
    static const __int128 tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    uint64_t seed = 77;
    for (int i = 0; i < 200000; i++) {
        int sa = (int)(random_next(&seed) % 7), sb = (int)(random_next(&seed) % 7),
            scale = (int)(random_next(&seed) % 7);
        struct decimal a = {(int64_t)random_next(&seed) >> (random_next(&seed) % 40 + 8), sa};
        struct decimal b = {(int64_t)random_next(&seed) >> (random_next(&seed) % 40 + 8), sb}, d = {0};
        __int128 x = a.mantissa * tens[6 - sa], y = b.mantissa * tens[6 - sb];
        assert_int_equal(decimal_add(a, b, &d, NULL), OK);
        assert_true(d.mantissa * tens[6 - d.scale] == x + y);
        assert_int_equal(decimal_sub(a, b, &d, NULL), OK);
        assert_true(d.mantissa * tens[6 - d.scale] == x - y);
        assert_int_equal(decimal_mul(a, b, &d, NULL), OK);
        assert_int_equal(decimal_compare(d, (struct decimal){a.mantissa * b.mantissa, sa + sb}), 0);
        assert_int_equal(decimal_compare(a, b), (x > y) - (x < y));
        __int128 t = tens[6 - scale], half = x < 0 ? -t / 2 : t / 2;
        struct decimal r = decimal_round((struct decimal){x, 6}, scale);
        assert_true(r.scale == scale && r.mantissa == (x + half) / t);
        if (y == 0)
            continue;
        assert_int_equal(decimal_div(a, b, scale, &d, NULL), OK);
        __int128 n = (x < 0 ? -x : x) * tens[scale], m = y < 0 ? -y : y, q = (2 * n + m) / (2 * m);
        assert_true(d.scale == scale && d.mantissa == ((x < 0) != (y < 0) ? -q : q));
        struct buf text CLEANUP(buf_done) = BUF_INIT(200);
        decimal_print(a, DECIMAL_EXACT, &text);
        assert_int_equal(decimal_parse(buf_view(&text), &d, NULL), OK);
        assert_int_equal(decimal_compare(a, d), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_read_and_printed_exactly),
        cmocka_unit_test(what_is_no_decimal_is_refused),
        cmocka_unit_test(doubles_become_the_decimal_that_they_print_as),
        cmocka_unit_test(halves_are_rounded_away_from_zero),
        cmocka_unit_test(sums_and_products_keep_every_digit),
        cmocka_unit_test(division_rounds_at_the_scale_asked_for),
        cmocka_unit_test(what_does_not_fit_is_an_error_never_a_wrap),
        cmocka_unit_test(order_is_by_value),
        cmocka_unit_test(arithmetic_agrees_with_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
