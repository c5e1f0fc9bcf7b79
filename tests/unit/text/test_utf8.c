#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "text/utf8.h"

static void well_formed_text_is_valid(void **state)
{
    (void)state;
    assert_true(utf8_valid(STR("")));
    assert_true(utf8_valid(STR("Đắk Nông – Tây Nguyên, một chuỗi dài hơn tám byte")));
    assert_true(utf8_valid(STR("\xF4\x8F\xBF\xBF")));
    assert_true(utf8_valid(STR("a\0b")));
}

static void ill_formed_text_is_refused_at_its_first_bad_byte(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR("\x80"),
        STR("\xC0\x80"),
        STR("\xC1\xBF"),
        STR("\xE0\x9F\xBF"),
        STR("\xED\xA0\x80"),
        STR("\xED\xBF\xBF"),
        STR("\xF0\x8F\xBF\xBF"),
        STR("\xF4\x90\x80\x80"),
        STR("\xF5\x80\x80\x80"),
        STR("\xFE"),
        STR("\xFF"),
        STR("\xC4"),
        STR("\xE1\xBA"),
        STR("\xF0\x9F\x98"),
        STR("\xE1\xBA"
            "a"),
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char text[64] = "mười hai chữ ";
        size_t before = strlen(text);
        memcpy(text + before, bad[i].p, bad[i].n);
        assert_false(utf8_valid(bad[i]));
        assert_int_equal(utf8_valid_prefix(str_slice(text, before + bad[i].n)), before);
    }
}

static void every_character_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(16);
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        buf_reset(&b);
        utf8_put(&b, cp);
        uint32_t back = 0;
        assert_true(utf8_valid(buf_view(&b)));
        assert_int_equal(utf8_next(buf_view(&b), 0, &back), b.n);
        assert_int_equal(back, cp);
    }
}

static void what_is_no_character_is_written_as_the_replacement(void **state)
{
    (void)state;
    static const uint32_t none[] = {0xD800, 0xDFFF, 0x110000, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(16);
        utf8_put(&b, none[i]);
        assert_string_equal(buf_cstr(&b), "\xEF\xBF\xBD");
    }
}

static void broken_bytes_are_stepped_over_one_by_one(void **state)
{
    (void)state;
    struct str s = STR("\xE1\xBA");
    uint32_t cp;
    assert_int_equal(utf8_next(s, 0, &cp), 1);
    assert_int_equal(cp, UTF8_REPLACEMENT);
    assert_int_equal(utf8_count(s), 2);
}

static void characters_are_counted_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(STR("Đắk Nông")), 8);
    assert_int_equal(utf8_count(STR("D\xCC\xA3")), 2);
    assert_int_equal(utf8_count(STR("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_valid),
        cmocka_unit_test(ill_formed_text_is_refused_at_its_first_bad_byte),
        cmocka_unit_test(every_character_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_no_character_is_written_as_the_replacement),
        cmocka_unit_test(broken_bytes_are_stepped_over_one_by_one),
        cmocka_unit_test(characters_are_counted_not_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
