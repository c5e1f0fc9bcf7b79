#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/mem.h"
#include "text/ident.h"
#include "text/utf8.h"

/* ---- personal numbers ---- */

static void a_personal_number_agrees_with_sex_and_year(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        enum sex sex;
        int year;
    } good[] = {
        {"067190012345", SEX_FEMALE, 1990}, {"067090012345", SEX_MALE, 1990}, {"067201012345", SEX_MALE, 2001},
        {"067305012345", SEX_FEMALE, 2005}, {"066090012345", SEX_UNKNOWN, 0}, {"068190012345", SEX_UNKNOWN, 1990},
        {"001099000001", SEX_MALE, 0},      {"067410012345", SEX_MALE, 2110}, {"067511012345", SEX_FEMALE, 2111},
        {"067900012345", SEX_FEMALE, 2300}, {"067000012345", SEX_MALE, 1900},
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_int_equal(personal_id_check(str_of(good[i].id), good[i].sex, good[i].year, NULL), OK);
}

static void the_digit_that_disagrees_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        enum sex sex;
        int year;
        enum err code;
        const char *digits, *says;
    } bad[] = {
        {"067190012345", SEX_MALE, 1990, ERR_PERSONAL_ID_MALE, "1", NULL},
        {"067090012345", SEX_FEMALE, 1990, ERR_PERSONAL_ID_FEMALE, "0", NULL},
        {"067201012345", SEX_FEMALE, 0, ERR_PERSONAL_ID_FEMALE, "2", NULL},
        {"067090012345", SEX_MALE, 2090, ERR_PERSONAL_ID_CENTURY, "0", "1900"},
        {"067290012345", SEX_MALE, 1990, ERR_PERSONAL_ID_CENTURY, "2", "2000"},
        {"067090012345", SEX_MALE, 1991, ERR_PERSONAL_ID_YEAR, "90", "1990"},
        {"067305012345", SEX_UNKNOWN, 2015, ERR_PERSONAL_ID_YEAR, "05", "2005"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct fault f = {0};
        assert_int_equal(personal_id_check(str_of(bad[i].id), bad[i].sex, bad[i].year, &f), bad[i].code);
        assert_true(str_is(fault_param(&f, "value"), bad[i].id));
        assert_true(str_is(fault_param(&f, "digits"), bad[i].digits));
        if (bad[i].says)
            assert_true(str_is(fault_param(&f, "says"), bad[i].says));
    }
}

static void twelve_digits_are_needed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "67190012345",  "0671900123456", "06719001234x", "067 190012345", "000190012345",
        "6.71E+10", "０67190012345"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(personal_id_check(str_of(bad[i]), SEX_UNKNOWN, 0, NULL), ERR_PERSONAL_ID_FORMAT);
    assert_int_equal(personal_id_old_check(STR("245123456"), NULL), OK);
    assert_int_equal(personal_id_old_check(STR("24512345"), NULL), ERR_PERSONAL_ID_OLD_FORMAT);
    assert_int_equal(personal_id_old_check(STR("24512345a"), NULL), ERR_PERSONAL_ID_OLD_FORMAT);
    assert_int_equal(personal_id_old_check(STR("067190012345"), NULL), ERR_PERSONAL_ID_OLD_FORMAT);
}

static void a_lost_zero_comes_back_only_when_sex_and_year_prove_it(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str id = STR("as before");
    struct fault f = {0};
    assert_int_equal(personal_id_repair(a, STR("67190012345"), SEX_FEMALE, 1990, &id, &f), OK);
    assert_true(str_is(id, "067190012345"));
    assert_int_equal(personal_id_repair(a, STR("1099000001"), SEX_MALE, 1999, &id, &f), OK);
    assert_true(str_is(id, "001099000001"));
    id = STR("as before");
    static const struct {
        const char *raw;
        enum sex sex;
        int year;
    } bad[] = {{"67190012345", SEX_MALE, 1990},    {"67190012345", SEX_FEMALE, 1991},
               {"67190012345", SEX_UNKNOWN, 1990}, {"67190012345", SEX_FEMALE, 0},
               {"067190012345", SEX_FEMALE, 1990}, {"7190012345", SEX_FEMALE, 1990},
               {"6719001234x", SEX_FEMALE, 1990},  {"190012345", SEX_FEMALE, 1990},
               {"07190012345", SEX_FEMALE, 1990},  {"", SEX_FEMALE, 1990}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(personal_id_repair(a, str_of(bad[i].raw), bad[i].sex, bad[i].year, &id, &f),
                         ERR_PERSONAL_ID_LOST_ZERO);
    assert_true(str_is(id, "as before"));
}

/* ---- tax codes ---- */

static void known_tax_codes_pass(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0100112437", "0100109106",     "0300588569",     "0101248141",   "0100684378", "0100100079",
        "0102595740", "0100686174",     "0100150619",     "0100107370",   "0304324655", "0101245486",
        "3500102710", "0100112437-001", "0100109106-999", "067190012345",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_int_equal(tax_code_check(str_of(good[i]), NULL), OK);
}

static void one_wrong_digit_is_always_found(void **state)
{
    (void)state;
    int found = 0, of = 0;
    for (int at = 0; at < 10; at++)
        for (int c = '0'; c <= '9'; c++) {
            char code[] = "0100112437";
            if (code[at] == c)
                continue;
            code[at] = (char)c;
            of++;
            found += tax_code_check(str_slice(code, 10), NULL) != OK;
        }
    assert_int_equal(found, of);
    struct fault f = {0};
    assert_int_equal(tax_code_check(STR("0100112430"), &f), ERR_TAX_CODE_DIGIT);
    assert_true(str_is(fault_param(&f, "digit"), "0"));
    assert_true(str_is(fault_param(&f, "expected"), "7"));
}

static void a_prefix_whose_check_is_ten_is_never_issued(void **state)
{
    (void)state;
    int unissued = 0;
    for (int n = 0; n < 100000; n++) {
        char code[32];
        int right = 0;
        for (int c = 0; c <= 9; c++) {
            snprintf(code, sizeof code, "640%06d%d", n, c);
            right += tax_code_check(str_slice(code, 10), NULL) == OK;
        }
        assert_true(right <= 1);
        unissued += right == 0;
        if (right == 0)
            assert_int_equal(tax_code_check(str_slice(code, 10), NULL), ERR_TAX_CODE_UNISSUED);
    }
    assert_true(unissued > 9000 && unissued < 9200); /* one in eleven */
}

static void malformed_tax_codes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "010011243",
                                      "01001124377",
                                      "0100112437001",
                                      "0100112437-01",
                                      "0100112437-0001",
                                      "0100112437 001",
                                      "0100112437-0a1",
                                      "01o0112437",
                                      "0100112437-",
                                      "06719001234a"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(tax_code_check(str_of(bad[i]), NULL), ERR_TAX_CODE_FORMAT);
    assert_int_equal(tax_code_check(STR("0100112437-000"), NULL), ERR_TAX_CODE_BRANCH);
    assert_int_equal(tax_code_check(STR("000190012345"), NULL), ERR_PERSONAL_ID_FORMAT);
}

/* ---- telephones ---- */

static void assert_phone(const char *raw, const char *wanted)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str got = {0};
    struct fault f = {0};
    if (phone_normalise(a, str_of(raw), &got, &f) != OK || !str_is(got, wanted))
        print_error("%s: %.*s, not %s\n", raw, STR_ARG(got), wanted);
    assert_int_equal(phone_normalise(a, str_of(raw), &got, &f), OK);
    assert_true(str_is(got, wanted));
    struct str again = {0}; /* what came out goes in unchanged */
    assert_int_equal(phone_normalise(a, got, &again, &f), OK);
    assert_true(str_eq(got, again));
}

static void every_spelling_gives_one_number(void **state)
{
    (void)state;
    static const char *const same[] = {"0912345678",          "912345678",       "+84912345678", "84912345678",
                                       "0084912345678",       "0912 345 678",    "0912.345.678", "(0912) 345-678",
                                       "+84 (0) 912 345 678", "+84-912-345-678", "091/2345678"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        assert_phone(same[i], "+84912345678");
}

static void mobile_numbers_of_eleven_digits_become_ten(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"0120", "70"}, {"0121", "79"}, {"0122", "77"}, {"0126", "76"}, {"0128", "78"}, {"0123", "83"}, {"0124", "84"},
        {"0125", "85"}, {"0127", "81"}, {"0129", "82"}, {"0162", "32"}, {"0163", "33"}, {"0164", "34"}, {"0165", "35"},
        {"0166", "36"}, {"0167", "37"}, {"0168", "38"}, {"0169", "39"}, {"0186", "56"}, {"0188", "58"}, {"0199", "59"},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        char raw[32], wanted[32];
        snprintf(wanted, sizeof wanted, "+84%s3456789", table[i][1]);
        snprintf(raw, sizeof raw, "%s3456789", table[i][0]);
        assert_phone(raw, wanted);
        snprintf(raw, sizeof raw, "%s 345 67 89", table[i][0]);
        assert_phone(raw, wanted);
        snprintf(raw, sizeof raw, "+84%s3456789", table[i][0] + 1);
        assert_phone(raw, wanted);
        snprintf(raw, sizeof raw, "84%s3456789", table[i][0] + 1);
        assert_phone(raw, wanted);
    }
    assert_phone("1663456789", "+84363456789"); /* its zero lost as well */
}

static void landlines_take_their_area_code_of_2017(void **state)
{
    (void)state;
    assert_phone("05013544567", "+842613544567");
    assert_phone("0501.3544.567", "+842613544567");
    assert_phone("5013544567", "+842613544567");
    assert_phone("02613544567", "+842613544567");
    assert_phone("2613544567", "+842613544567");
    assert_phone("(0261) 3 544 567", "+842613544567");
    assert_phone("05003812345", "+842623812345");
    assert_phone("024 3825 1234", "+842438251234");
    assert_phone("028 38 251 234", "+842838251234");
}

static void foreign_numbers_need_their_plus(void **state)
{
    (void)state;
    assert_phone("+856 20 5551 2345", "+8562055512345");
    assert_phone("00856 20 5551 2345", "+8562055512345");
    assert_phone("+1 650 253 0000", "+16502530000");
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        enum err code;
    } bad[] = {
        {"", ERR_PHONE_FORMAT},
        {"không có", ERR_PHONE_FORMAT},
        {"091234567", ERR_PHONE_FORMAT},
        {"09123456789", ERR_PHONE_PREFIX},
        {"0912345678 / 0987654321", ERR_PHONE_FORMAT},
        {"0912345678a", ERR_PHONE_FORMAT},
        {"+", ERR_PHONE_FORMAT},
        {"+123", ERR_PHONE_FORMAT},
        {"+0912345678", ERR_PHONE_FORMAT},
        {"++84912345678", ERR_PHONE_FORMAT},
        {"09+12345678", ERR_PHONE_FORMAT},
        {"3544567", ERR_PHONE_FORMAT},
        {"0412345678", ERR_PHONE_PREFIX},
        {"0302345678", ERR_PHONE_PREFIX},
        {"01603456789", ERR_PHONE_PREFIX},
        {"01933456789", ERR_PHONE_PREFIX},
        {"00000000000", ERR_PHONE_FORMAT},
        {"0000", ERR_PHONE_FORMAT},
        {"+12345678901234567", ERR_PHONE_FORMAT},
        {"19001234", ERR_PHONE_FORMAT},
        {"999999999999999999999999999999999999999999999999999999999999", ERR_PHONE_FORMAT},
        {"9.12E+08", ERR_PHONE_FORMAT},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str got = STR("as before");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        enum err e = phone_normalise(a, str_of(bad[i].raw), &got, NULL);
        if (e != bad[i].code)
            print_error("case %zu\n", i);
        assert_int_equal(e, bad[i].code);
    }
    assert_true(str_is(got, "as before"));
    assert_int_equal(phone_normalise(a, STR("0912\0345678"), &got, NULL), ERR_PHONE_FORMAT);
}

/* ---- web addresses ---- */

static void web_addresses_have_a_scheme_and_a_host(void **state)
{
    (void)state;
    static const char *const good[] = {
        "https://daknong.gov.vn",
        "http://example.vn/",
        "https://example.vn:8443/a/b?c=d&e=f#g",
        "HTTPS://Example.VN",
        "https://example.vn/đắk-nông?q=ắ",
        "https://tỉnh.vn/",
        "http://[2001:db8::1]:80/x",
        "http://10.0.0.1",
        "https://a.b/%C4%90",
        "https://xn--tnh-8qc.vn.",
        "http://localhost:8080/x?a=@b:c",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (url_check(str_of(good[i]), NULL) != OK)
            print_error("case %zu\n", i);
        assert_int_equal(url_check(str_of(good[i]), NULL), OK);
    }
}

static void other_addresses_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum err code;
    } bad[] = {
        {"", ERR_URL_SCHEME},
        {"daknong.gov.vn", ERR_URL_SCHEME},
        {"ftp://a.vn", ERR_URL_SCHEME},
        {"javascript:alert(1)", ERR_URL_SCHEME},
        {" https://a.vn", ERR_URL_SCHEME},
        {"https:/a.vn", ERR_URL_SCHEME},
        {"https://", ERR_URL_FORMAT},
        {"https:///x", ERR_URL_FORMAT},
        {"https://a b.vn", ERR_URL_FORMAT},
        {"https://a.vn/x y", ERR_URL_FORMAT},
        {"https://user@a.vn/", ERR_URL_FORMAT},
        {"https://a.vn\\@b.vn", ERR_URL_FORMAT},
        {"https://a.vn/\"onload", ERR_URL_FORMAT},
        {"https://a.vn/<x>", ERR_URL_FORMAT},
        {"https://a.vn:0/", ERR_URL_FORMAT},
        {"https://a.vn:65536/", ERR_URL_FORMAT},
        {"https://a.vn:/", ERR_URL_FORMAT},
        {"https://a.vn:8a/", ERR_URL_FORMAT},
        {"https://-a.vn", ERR_URL_FORMAT},
        {"https://a-.vn", ERR_URL_FORMAT},
        {"https://a..vn", ERR_URL_FORMAT},
        {"https://.vn", ERR_URL_FORMAT},
        {"https://a.vn/%zz", ERR_URL_FORMAT},
        {"https://a.vn/%4", ERR_URL_FORMAT},
        {"https://a.vn/\n", ERR_URL_FORMAT},
        {"https://[::1", ERR_URL_FORMAT},
        {"https://[]/", ERR_URL_FORMAT},
        {"https://a.vn/\xFF", ERR_URL_FORMAT},
        {"https://a.vn/\xE2\x80\xAE", ERR_URL_FORMAT},
        {"https://a!.vn", ERR_URL_FORMAT},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (url_check(str_of(bad[i].url), NULL) != bad[i].code)
            print_error("case %zu\n", i);
        assert_int_equal(url_check(str_of(bad[i].url), NULL), bad[i].code);
    }
    char huge[3000] = "https://a.vn/";
    memset(huge + 13, 'a', sizeof huge - 13);
    assert_int_equal(url_check(str_slice(huge, URL_BYTES_MAX), NULL), OK);
    assert_int_equal(url_check(str_slice(huge, URL_BYTES_MAX + 1), NULL), ERR_URL_LENGTH);
    assert_int_equal(url_check(STR("https://a\0.vn"), NULL), ERR_URL_FORMAT);
}

/* Any bytes at all: no answer but an error or a result in its form. */
static void hostile_bytes_do_no_harm(void **state)
{
    (void)state;
    static const char letters[] = "0123456789+-./:@[]%()\x00\xFF\xE1 ahtps84";
    uint32_t seed = 29;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (int round = 0; round < 200000; round++) {
        char raw[48], url[64] = "http://";
        seed = seed * 1664525u + 1013904223u;
        size_t n = (seed >> 8) % sizeof raw;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525u + 1013904223u;
            raw[i] = letters[(seed >> 8) % (round % 2 ? 10 : sizeof letters - 1)];
        }
        struct str s = str_slice(raw, n), got = {0};
        arena_reset(a);
        if (phone_normalise(a, s, &got, NULL) == OK)
            assert_true(got.n >= 8 && got.n <= 16 && got.p[0] == '+');
        if (personal_id_repair(a, s, SEX_MALE, 1990, &got, NULL) == OK)
            assert_int_equal(personal_id_check(got, SEX_MALE, 1990, NULL), OK);
        (void)tax_code_check(s, NULL);
        (void)personal_id_check(s, SEX_FEMALE, 2020, NULL);
        memcpy(url + 7, raw, n);
        if (url_check(str_slice(url, n + 7), NULL) == OK)
            assert_true(utf8_valid(str_slice(url, n + 7)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_personal_number_agrees_with_sex_and_year),
        cmocka_unit_test(the_digit_that_disagrees_is_named),
        cmocka_unit_test(twelve_digits_are_needed),
        cmocka_unit_test(a_lost_zero_comes_back_only_when_sex_and_year_prove_it),
        cmocka_unit_test(known_tax_codes_pass),
        cmocka_unit_test(one_wrong_digit_is_always_found),
        cmocka_unit_test(a_prefix_whose_check_is_ten_is_never_issued),
        cmocka_unit_test(malformed_tax_codes_are_refused),
        cmocka_unit_test(every_spelling_gives_one_number),
        cmocka_unit_test(mobile_numbers_of_eleven_digits_become_ten),
        cmocka_unit_test(landlines_take_their_area_code_of_2017),
        cmocka_unit_test(foreign_numbers_need_their_plus),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(web_addresses_have_a_scheme_and_a_host),
        cmocka_unit_test(other_addresses_are_refused),
        cmocka_unit_test(hostile_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
