#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/utf8.h"
#include "text/vn.h"

static void the_wildcards_stand_for_what_sql_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern;
        bool matches;
    } cases[] = {
        {"Đắk Nông", "Đắk%", true},
        {"Đắk Nông", "%Nông", true},
        {"Đắk Nông", "%k N%", true},
        {"Đắk Nông", "Đ_k%", true},
        {"Đắk Nông", "________", true},
        {"Đắk Nông", "_______", false},
        {"Đắk Nông", "đắk%", false},
        {"Đắk Nông", "Dak%", false},
        {"Đắk Nông", "Đắk", false},
        {"Đắk Nông", "Đắk Nông", true},
        {"", "", true},
        {"", "%", true},
        {"", "_", false},
        {"", "%%", true},
        {"a", "", false},
        {"100%", "100\\%", true},
        {"1000", "100\\%", false},
        {"a_b", "a\\_b", true},
        {"axb", "a\\_b", false},
        {"a\\b", "a\\\\b", true},
        {"a\\", "a\\", true},
        {"abab", "%ab", true},
        {"abc", "%ab", false},
        {"aab", "a%ab", true},
        {"ab", "a%ab", false},
        {"aXbXc", "a%b%c", true},
        {"ab", "%a%b%", true},
        {"ba", "%a%b%", false},
        {"ơơ", "_%_", true},
        {"ơ", "_%_", false},
        {"ơaơb", "%_b", true},
        {"%", "\\%", true},
        {"xa1b2cxa1b3c", "%a_b3c", true},
        {"xayz", "%a_z%", true},
        {"xayy", "%a_z%", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (text_like(str_of(cases[i].text), str_of(cases[i].pattern)) != cases[i].matches)
            print_error("“%s” LIKE “%s”\n", cases[i].text, cases[i].pattern);
        assert_int_equal(text_like(str_of(cases[i].text), str_of(cases[i].pattern)), cases[i].matches);
    }
}

/* The definition itself, character by character. */
static bool oracle(struct str text, struct str pattern)
{
    uint32_t p, t;
    if (pattern.n == 0)
        return text.n == 0;
    size_t pn = utf8_next(pattern, 0, &p);
    if (p == '%') {
        for (size_t at = 0;; at += utf8_next(text, at, &t)) {
            if (oracle(str_slice(text.p + at, text.n - at), str_slice(pattern.p + 1, pattern.n - 1)))
                return true;
            if (at == text.n)
                return false;
        }
    }
    bool is_any = p == '_';
    if (p == '\\' && pattern.n > 1) {
        size_t more = utf8_next(pattern, pn, &p);
        pn += more;
    }
    if (text.n == 0)
        return false;
    size_t tn = utf8_next(text, 0, &t);
    return (is_any || t == p) && oracle(str_slice(text.p + tn, text.n - tn), str_slice(pattern.p + pn, pattern.n - pn));
}

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void fill(struct buf *b, const char *const *pieces, size_t n_pieces, uint32_t length, uint32_t *seed)
{
    buf_reset(b);
    while (length--)
        buf_puts(b, pieces[random_next(seed) % n_pieces]);
}

static void any_pattern_matches_as_the_definition_says(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "b", "ơ", "ớ", "%", "_", "\\"};
    static const char *const pieces[] = {"a", "b", "ơ", "_", "_", "%", "%", "\\%", "\\_", "\\\\", "\\", "a", "a"};
    uint32_t seed = 17, matched = 0;
    struct buf text CLEANUP(buf_done) = BUF_INIT(1000), pattern CLEANUP(buf_done) = BUF_INIT(1000);
    for (int round = 0; round < 200000; round++) {
        fill(&text, letters, ARRAY_LEN(letters), random_next(&seed) % 12, &seed);
        fill(&pattern, pieces, ARRAY_LEN(pieces), random_next(&seed) % 8, &seed);
        bool wanted = oracle(buf_view(&text), buf_view(&pattern));
        matched += wanted;
        if (text_like(buf_view(&text), buf_view(&pattern)) != wanted)
            print_error("“%s” LIKE “%s”\n", buf_cstr(&text), buf_cstr(&pattern));
        assert_int_equal(text_like(buf_view(&text), buf_view(&pattern)), wanted);
    }
    assert_true(matched > 10000);
}

/* Runs longer than a machine word, so that the search by bits carries from one word to the next. */
static void long_runs_match_as_the_definition_says(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "a", "a", "ơ", "b"};
    uint32_t seed = 19, matched = 0;
    struct buf text CLEANUP(buf_done) = BUF_INIT(4000), pattern CLEANUP(buf_done) = BUF_INIT(4000);
    for (int round = 0; round < 20000; round++) {
        fill(&text, letters, ARRAY_LEN(letters), random_next(&seed) % 150 + 1, &seed);
        /* A pattern cut from the text, some characters made _, seldom one made wrong. */
        buf_reset(&pattern);
        buf_puts(&pattern, "%");
        uint32_t cp, skip = random_next(&seed) % 40, wrong = random_next(&seed) % 300;
        size_t at = 0;
        for (; skip && at < text.n; skip--)
            at += utf8_next(buf_view(&text), at, &cp);
        for (uint32_t i = 0, n = random_next(&seed) % 120; i < n && at < text.n; i++) {
            at += utf8_next(buf_view(&text), at, &cp);
            if (random_next(&seed) % 4 == 0)
                buf_puts(&pattern, "_");
            else
                utf8_put(&pattern, i == wrong ? 'b' : cp);
        }
        buf_puts(&pattern, round % 2 ? "%" : "%a%");
        bool wanted = oracle(buf_view(&text), buf_view(&pattern));
        matched += wanted;
        assert_int_equal(text_like(buf_view(&text), buf_view(&pattern)), wanted);
    }
    assert_true(matched > 5000 && matched < 20000);
}

static void hostile_patterns_take_no_time(void **state)
{
    (void)state;
    enum { TEXT = 1 << 20, PATTERN = 32 << 10 };
    char *text CLEANUP(mem_freep) = mem_alloc(TEXT), *pattern CLEANUP(mem_freep) = mem_alloc(PATTERN);
    memset(text, 'a', TEXT);
    int64_t start = clock_mono_us();
    memset(pattern, '%', PATTERN);
    pattern[PATTERN - 1] = 'b';
    assert_false(text_like(str_slice(text, TEXT), str_slice(pattern, PATTERN)));
    for (size_t i = 0; i < PATTERN; i++)
        pattern[i] = i % 2 ? 'a' : '%';
    pattern[PATTERN - 1] = 'b';
    assert_false(text_like(str_slice(text, TEXT), str_slice(pattern, PATTERN)));
    memset(pattern, 'a', PATTERN);
    pattern[0] = '%', pattern[PATTERN - 2] = 'b', pattern[PATTERN - 1] = '%';
    assert_false(text_like(str_slice(text, TEXT), str_slice(pattern, PATTERN)));
    assert_true(clock_mono_us() - start < 2000000);
    /* With _ the cost is text × pattern / 64: a thousand characters over a megabyte. */
    start = clock_mono_us();
    memset(pattern, '_', 1000);
    pattern[0] = '%', pattern[1] = 'a', pattern[998] = 'b', pattern[999] = '%';
    assert_false(text_like(str_slice(text, TEXT), str_slice(pattern, 1000)));
    assert_true(clock_mono_us() - start < 5000000);
}

static void broken_bytes_do_no_harm(void **state)
{
    (void)state;
    uint32_t seed = 23;
    for (int round = 0; round < 100000; round++) {
        char text[40], pattern[24];
        size_t n = random_next(&seed) % sizeof text, m = random_next(&seed) % sizeof pattern;
        for (size_t i = 0; i < n; i++)
            text[i] = (char)("\xBA\xE1\xC4"
                             "a_"[random_next(&seed) % 5]);
        for (size_t i = 0; i < m; i++)
            pattern[i] = (char)("\xBA\xE1\xC4"
                                "a_%\\_"[random_next(&seed) % 8]);
        (void)text_like(str_slice(text, n), str_slice(pattern, m));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wildcards_stand_for_what_sql_says),
        cmocka_unit_test(any_pattern_matches_as_the_definition_says),
        cmocka_unit_test(long_runs_match_as_the_definition_says),
        cmocka_unit_test(hostile_patterns_take_no_time),
        cmocka_unit_test(broken_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
