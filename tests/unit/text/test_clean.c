#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <unicode/unorm2.h>

#include "base/limits.h"
#include "base/mem.h"
#include "text/utf8.h"
#include "text/vn.h"

static struct str clean(struct arena *a, struct str raw, bool keep_lines)
{
    struct str out = {0};
    struct fault f = {0};
    assert_int_equal(text_clean(a, raw, keep_lines, &out, &f), OK);
    return out;
}

static void assert_cleans(struct str raw, const char *wanted)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_string_equal(arena_dup(a, clean(a, raw, false).p, clean(a, raw, false).n), wanted);
}

static void assert_refused(struct str raw, enum err code, const char *at)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str out = STR("as before");
    struct fault f = {0};
    assert_int_equal(text_clean(a, raw, false, &out, &f), code);
    assert_true(str_is(out, "as before"));
    if (at)
        assert_true(str_is(fault_param(&f, "at"), at));
}

static void clean_text_is_returned_as_a_view_of_itself(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str s = STR("Nguyễn Thị Hường – thôn 3, xã Quảng Hoà (R’lấp)");
    struct str out = clean(a, s, false);
    assert_ptr_equal(out.p, s.p);
    assert_int_equal(out.n, s.n);
    struct str padded = STR("  Đắk Nông ");
    out = clean(a, padded, false);
    assert_ptr_equal(out.p, padded.p + 2);
    assert_true(str_is(out, "Đắk Nông"));
    assert_int_equal(arena_bytes(a), 0);
}

static void decomposed_and_mixed_text_is_composed(void **state)
{
    (void)state;
    struct str nfd = STR("Đa\u0306\u0301k No\u0302ng");
    assert_int_equal(utf8_count(nfd), 11);
    assert_cleans(nfd, "Đắk Nông");
    assert_cleans(STR("Đă\u0301k Nông"), "Đắk Nông");
    assert_cleans(STR("o\u031B\u0323"), "ợ");
    assert_cleans(STR("o\u0323\u031B"), "ợ");
    assert_cleans(STR("\u212B\u2126"), "ÅΩ");
    assert_cleans(STR("\u1100\u1161\u11A8"), "각");
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_int_equal(utf8_count(clean(a, nfd, false)), 8);
}

static void spelling_is_not_normalised(void **state)
{
    (void)state;
    assert_cleans(STR("Hòa"), "Hòa");
    assert_cleans(STR("Hoà"), "Hoà");
    assert_cleans(STR("Đăk"), "Đăk");
}

static void spaces_of_every_kind_become_one(void **state)
{
    (void)state;
    assert_cleans(STR("Đắk\u00A0Nông"), "Đắk Nông");
    assert_cleans(STR("\uFEFF Đắk \t\r\n  Nông\u3000\u2003\u2028"), "Đắk Nông");
    assert_cleans(STR("a\u202F\u205F\u1680b"), "a b");
    assert_cleans(STR("   \u00A0 "), "");
    assert_cleans(STR(""), "");
}

static void what_cannot_be_seen_is_removed(void **state)
{
    (void)state;
    assert_cleans(STR("Đắk\u200B Nô\u200Dng\uFEFF\u2060"), "Đắk Nông");
    assert_cleans(STR("No\u00ADng\u200E\u202E"), "Nong");
    assert_cleans(STR("a\u200B\u0301"), "á"); /* a mark rejoins its letter */
    assert_cleans(STR("a \u200B b"), "a b");
    assert_cleans(STR("\u200B"), "");
}

static void lines_stay_where_they_are_wanted(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str s = STR("\n\nMột  dòng \r\n  - mục\u00A0con\r\r\nhai\u2028ba\n \n");
    assert_true(str_is(clean(a, s, true), "Một dòng\n  - mục con\n\nhai\nba"));
    struct str same = STR("# Tiêu đề\n\n- một\n  - hai");
    assert_ptr_equal(clean(a, same, true).p, same.p);
    assert_true(str_is(clean(a, same, false), "# Tiêu đề - một - hai"));
}

static void broken_text_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused(STR("Đắk \xA7\xBEk"), ERR_TEXT_ENCODING, "5"); /* TCVN3 bytes */
    assert_refused(STR("ab\xE1\xBA"), ERR_TEXT_ENCODING, "3");
    assert_refused(STR("a\0b"), ERR_TEXT_CONTROL, "2");
    assert_refused(STR("Đ\x1B[31m"), ERR_TEXT_CONTROL, "2");
    assert_refused(STR("\xC2\x80"), ERR_TEXT_CONTROL, "1");
    assert_refused(STR("a\uFFFE"), ERR_TEXT_CONTROL, "2");
    assert_refused(STR("\U0001FFFF"), ERR_TEXT_CONTROL, "1");
}

static void a_fault_shows_what_stands_before_the_place_and_is_utf8(void **state)
{
    (void)state;
    struct buf long_text CLEANUP(buf_done) = BUF_INIT(1 << 16), said CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (int i = 0; i < 2000; i++)
        buf_puts(&long_text, "ắ");
    buf_puts(&long_text, "đây\xFF");
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fault f = {0};
    struct str out;
    assert_int_equal(text_clean(a, buf_view(&long_text), false, &out, &f), ERR_TEXT_ENCODING);
    assert_true(str_ends(fault_param(&f, "value"), STR("ắđây")));
    fault_print(&f, LANG_VI, &said);
    assert_true(utf8_valid(buf_view(&said)));
    assert_non_null(strstr(buf_cstr(&said), "0xFF"));
}

static void size_is_bounded(void **state)
{
    (void)state;
    char *big CLEANUP(mem_freep) = mem_alloc(LIMIT_TEXT_BYTES + 1);
    memset(big, 'a', LIMIT_TEXT_BYTES + 1);
    assert_refused(str_slice(big, LIMIT_TEXT_BYTES + 1), ERR_TEXT_LENGTH, NULL);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_int_equal(clean(a, str_slice(big, LIMIT_TEXT_BYTES), false).n, LIMIT_TEXT_BYTES);
    for (size_t i = 0; i + 3 <= LIMIT_TEXT_BYTES; i += 3)
        memcpy(big + i, "\u0958", 3); /* one that NFC takes apart */
    assert_true(clean(a, str_slice(big, LIMIT_TEXT_BYTES / 3 * 3), false).n > LIMIT_TEXT_BYTES);
}

static void piles_of_marks_are_refused(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_puts(&b, "a");
    for (int i = 0; i < 30; i++)
        buf_puts(&b, i % 2 ? "\u0301" : "\u200B\u0323");
    struct arena *a CLEANUP(arena_freep) = arena_new();
    clean(a, buf_view(&b), false);
    buf_puts(&b, "\u200B\u0301");
    assert_refused(buf_view(&b), ERR_TEXT_MARKS, NULL);
}

/* Texts made of the pieces that make trouble, the same at every run. */
static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void cleaning_twice_changes_nothing_and_gives_nfc(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "a",      "Đ",      "ắ",          " ",      "\n", "\r",     "\r\n",   "\t",     "\u00A0", "\u200B",
        "\u0301", "\u0323", "\u031B",     "e",      "ơ",  "\u1100", "\u1161", "\u11A8", "\u0958", "\u3000",
        "\u00AD", "\u212B", "\U0001D15E", "\u0340", "-",  "\u2028", "\u0344", "が",     "か",     "\u3099"};
    uint32_t seed = 7;
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    for (int round = 0; round < 60000; round++) {
        buf_reset(&b);
        arena_reset(a);
        for (uint32_t n = random_next(&seed) % 12; n; n--)
            buf_puts(&b, pieces[random_next(&seed) % ARRAY_LEN(pieces)]);
        bool keep_lines = round % 2;
        struct str once = clean(a, buf_view(&b), keep_lines), twice = clean(a, once, keep_lines);
        assert_true(str_eq(once, twice));
        assert_true(twice.p == once.p || once.n == 0);
        UChar units[256];
        int32_t n = 0;
        for (size_t at = 0; at < once.n;) {
            uint32_t cp;
            at += utf8_next(once, at, &cp);
            if (cp > 0xFFFF)
                units[n++] = (UChar)(0xD7C0 + (cp >> 10));
            units[n++] = cp > 0xFFFF ? (UChar)(0xDC00 | (cp & 0x3FF)) : (UChar)cp;
        }
        assert_true(unorm2_isNormalized(nfc, units, n, &status));
        assert_true(once.n == 0 || (once.p[0] != ' ' && once.p[once.n - 1] != ' ' && once.p[once.n - 1] != '\n'));
        if (!keep_lines)
            assert_null(memmem(once.p, once.n, "  ", 2));
    }
}

static void *clean_in_a_thread(void *p)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf folded CLEANUP(buf_done) = BUF_INIT(100);
    struct str out;
    struct fault f;
    bool *ret_is_right = p;
    *ret_is_right = text_clean(a, STR("Đa\u0306\u0301k"), false, &out, &f) == OK && str_is(out, "Đắk");
    text_fold(STR("ĐẮK"), &folded);
    *ret_is_right = *ret_is_right && str_is(buf_view(&folded), "dak") && text_compare(STR("d"), STR("đ")) < 0;
    return NULL;
}

static void the_first_calls_may_come_from_many_threads(void **state)
{
    (void)state;
    pthread_t threads[8];
    bool is_right[8] = {false};
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, clean_in_a_thread, &is_right[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_true(is_right[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_calls_may_come_from_many_threads),
        cmocka_unit_test(clean_text_is_returned_as_a_view_of_itself),
        cmocka_unit_test(decomposed_and_mixed_text_is_composed),
        cmocka_unit_test(spelling_is_not_normalised),
        cmocka_unit_test(spaces_of_every_kind_become_one),
        cmocka_unit_test(what_cannot_be_seen_is_removed),
        cmocka_unit_test(lines_stay_where_they_are_wanted),
        cmocka_unit_test(broken_text_is_refused_with_its_place),
        cmocka_unit_test(a_fault_shows_what_stands_before_the_place_and_is_utf8),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(piles_of_marks_are_refused),
        cmocka_unit_test(cleaning_twice_changes_nothing_and_gives_nfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
