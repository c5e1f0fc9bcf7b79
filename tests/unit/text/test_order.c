#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"
#include "text/vn.h"

static const char *const golden[] = {"An",  "Ánh", "Ăn",    "Ân",  "Ẩn",  "Ấn",  "Bình", "Cu",  "Cư",
                                     "Dak", "dan", "Dương", "đan", "Đắc", "Đăk", "Đắk",  "Đức", "Ea",
                                     "Êa",  "hoa", "On",    "Ôn",  "Ơn",  "Út",  "Uyên", "Ước"};
static const char *const tones[] = {"ba", "bà", "bả", "bã", "bá", "bạ", "băng", "bâng", "ca"};
static const char *const letters[] = {"a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "f", "g",
                                      "h", "i", "j", "k", "l", "m", "n", "o", "ô", "ơ", "p",
                                      "q", "r", "s", "t", "u", "ư", "v", "w", "x", "y", "z"};

static int compare_texts(const void *a, const void *b)
{
    return text_compare(str_of(*(const char *const *)a), str_of(*(const char *const *)b));
}

static int compare_people(const void *a, const void *b)
{
    return person_compare(str_of(*(const char *const *)a), str_of(*(const char *const *)b));
}

typedef int compare(const void *a, const void *b);
typedef void sortkey(struct str s, struct buf *out);

/* The list comes back from every one of many shufflings, and keys order it in the same way. */
static void assert_sorted(const char *const *list, size_t n, compare *order, sortkey *key)
{
    const char *shuffled[64];
    assert_true(n <= ARRAY_LEN(shuffled));
    uint32_t seed = 5;
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < n; i++)
            shuffled[i] = list[i];
        for (size_t i = n; i > 1; i--) {
            seed = seed * 1664525u + 1013904223u;
            size_t k = (seed >> 8) % i;
            const char *other = shuffled[k];
            shuffled[k] = shuffled[i - 1];
            shuffled[i - 1] = other;
        }
        qsort(shuffled, n, sizeof *shuffled, order);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(shuffled[i], list[i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            struct buf a CLEANUP(buf_done) = BUF_INIT(1000), b CLEANUP(buf_done) = BUF_INIT(1000);
            key(str_of(list[i]), &a);
            key(str_of(list[k]), &b);
            int c = str_cmp(buf_view(&a), buf_view(&b));
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
}

static void names_sort_as_in_the_dictionary(void **state)
{
    (void)state;
    assert_sorted(golden, ARRAY_LEN(golden), compare_texts, text_sortkey);
}

static void tones_come_in_their_order_after_letters(void **state)
{
    (void)state;
    assert_sorted(tones, ARRAY_LEN(tones), compare_texts, text_sortkey);
}

static void every_letter_has_its_place(void **state)
{
    (void)state;
    assert_sorted(letters, ARRAY_LEN(letters), compare_texts, text_sortkey);
}

static void people_sort_by_given_name_then_by_the_rest(void **state)
{
    (void)state;
    static const char *const people[] = {
        "Trần Văn An",         "Lê Thị Ánh",
        "Y Bion Êban",         "Đặng Thị Hoa",
        "Đỗ Thị Hoa (tổ phó)", "Nguyễn Văn Hoà",
        "Bùi Thị Hường",       "Nguyễn Thị Hường (tổ trưởng)",
        "Phan Hường",          "Út",
        "Nguyễn Văn Út",       "Lê Văn Ước",
    };
    assert_sorted(people, ARRAY_LEN(people), compare_people, person_sortkey);
}

static void case_decides_only_when_all_names_agree(void **state)
{
    (void)state;
    assert_int_equal(person_compare(STR("Lê Văn AN"), STR("Nguyễn Văn An")), -1);
    assert_int_equal(person_compare(STR("Lê Văn An"), STR("LÊ VĂN AN")), -1);
    assert_int_equal(person_compare(STR("Lê Văn An"), STR("Lê Văn An")), 0);
}

static void the_given_name_is_the_last_word(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"Nguyễn Thị Hường", "Hường"},
        {"Nguyễn Thị Hường (tổ trưởng)", "Hường"},
        {"Nguyễn Thị Hường(tổ trưởng)", "Hường"},
        {"Trần Văn An (A) (thôn 3 (cũ))", "An"},
        {"Y Bion [bí thư]", "Bion"},
        {"  An ", "An"},
        {"An", "An"},
        {"(không rõ)", "rõ)"},
        {"Lê An )", ")"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_true(str_is(person_given_name(str_of(names[i][0])), names[i][1]));
}

static void equal_in_the_dictionary_is_decided_by_bytes(void **state)
{
    (void)state;
    struct str nfc = STR("Đắk"), nfd = STR("Đa\u0306\u0301k");
    assert_int_equal(text_compare(nfc, nfd), -text_compare(nfd, nfc));
    assert_int_not_equal(text_compare(nfc, nfd), 0);
    assert_int_equal(text_compare(nfc, nfc), 0);
    assert_int_equal(text_compare(STR(""), STR("")), 0);
    assert_int_equal(text_compare((struct str){NULL, 0}, STR("a")), -1);
    assert_int_equal(person_compare((struct str){NULL, 0}, STR("a")), -1);
    assert_int_equal(person_given_name((struct str){NULL, 0}).n, 0);
    struct buf a CLEANUP(buf_done) = BUF_INIT(1000), b CLEANUP(buf_done) = BUF_INIT(1000);
    text_sortkey(nfc, &a);
    text_sortkey(nfd, &b);
    assert_true(str_eq(buf_view(&a), buf_view(&b)));
    assert_true(text_order_version().n >= 3);
}

/* Any three texts: keys and comparison agree, and the order is one (antisymmetric, transitive). */
static void keys_agree_with_comparison_on_any_text(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a", "A", "Đ",      "d",  "ắ",    "ă", "ơ", " ",     "-",
                                         "'", "1", "\u0301", "の", "\xFF", "z", "Ư", "\u0323"};
    uint32_t seed = 3;
    struct buf t[3] = {BUF_INIT(500), BUF_INIT(500), BUF_INIT(500)},
               key[3] = {BUF_INIT(4000), BUF_INIT(4000), BUF_INIT(4000)};
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < 3; i++) {
            buf_reset(&t[i]);
            buf_reset(&key[i]);
            seed = seed * 1664525u + 1013904223u;
            for (uint32_t n = (seed >> 20) % 5; n; n--) {
                seed = seed * 1664525u + 1013904223u;
                buf_puts(&t[i], pieces[(seed >> 8) % ARRAY_LEN(pieces)]);
            }
            text_sortkey(buf_view(&t[i]), &key[i]);
            assert_null(key[i].n ? memchr(key[i].p, 0, key[i].n) : NULL);
        }
        int ab = text_compare(buf_view(&t[0]), buf_view(&t[1])), ba = text_compare(buf_view(&t[1]), buf_view(&t[0]));
        int bc = text_compare(buf_view(&t[1]), buf_view(&t[2])), ac = text_compare(buf_view(&t[0]), buf_view(&t[2]));
        assert_int_equal(ab, -ba);
        if (ab <= 0 && bc <= 0)
            assert_true(ac <= 0);
        int keys = str_cmp(buf_view(&key[0]), buf_view(&key[1]));
        if (keys)
            assert_int_equal(keys > 0 ? 1 : -1, ab);
    }
    for (size_t i = 0; i < 3; i++) {
        buf_done(&t[i]);
        buf_done(&key[i]);
    }
}

static void a_long_text_has_a_key_too(void **state)
{
    (void)state;
    char *big CLEANUP(mem_freep) = mem_alloc(100000);
    memset(big, 'a', 100000);
    struct buf key CLEANUP(buf_done) = BUF_INIT(1 << 20), small CLEANUP(buf_done) = BUF_INIT(100);
    text_sortkey(str_slice(big, 100000), &key);
    assert_true(key.n > 50000 || key.n > 10);
    assert_false(key.is_full);
    struct buf longer CLEANUP(buf_done) = BUF_INIT(1 << 20);
    big[99999] = 'b';
    text_sortkey(str_slice(big, 100000), &longer);
    assert_true(str_cmp(buf_view(&key), buf_view(&longer)) < 0);
    text_sortkey(str_slice(big, 100000), &small);
    assert_true(small.is_full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_sort_as_in_the_dictionary),
        cmocka_unit_test(tones_come_in_their_order_after_letters),
        cmocka_unit_test(every_letter_has_its_place),
        cmocka_unit_test(people_sort_by_given_name_then_by_the_rest),
        cmocka_unit_test(case_decides_only_when_all_names_agree),
        cmocka_unit_test(the_given_name_is_the_last_word),
        cmocka_unit_test(equal_in_the_dictionary_is_decided_by_bytes),
        cmocka_unit_test(keys_agree_with_comparison_on_any_text),
        cmocka_unit_test(a_long_text_has_a_key_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
