/* Numbers in words: the rules of linh, mốt, tư, lăm one by one, then read back from the words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "text/number_words.h"

static void each_rule_has_its_words(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *words;
    } cases[] = {
        {0, "không"},
        {1, "một"},
        {4, "bốn"},
        {5, "năm"},
        {10, "mười"},
        {11, "mười một"},
        {14, "mười bốn"},
        {15, "mười lăm"},
        {20, "hai mươi"},
        {21, "hai mươi mốt"},
        {24, "hai mươi tư"},
        {25, "hai mươi lăm"},
        {91, "chín mươi mốt"},
        {100, "một trăm"},
        {101, "một trăm linh một"},
        {104, "một trăm linh bốn"},
        {105, "một trăm linh năm"},
        {110, "một trăm mười"},
        {115, "một trăm mười lăm"},
        {121, "một trăm hai mươi mốt"},
        {1000, "một nghìn"},
        {1001, "một nghìn không trăm linh một"},
        {1015, "một nghìn không trăm mười lăm"},
        {8000, "tám nghìn"},
        {21000, "hai mươi mốt nghìn"},
        {100000, "một trăm nghìn"},
        {1000005, "một triệu không trăm linh năm"},
        {1205000, "một triệu hai trăm linh năm nghìn"},
        {1005000, "một triệu không trăm linh năm nghìn"},
        {1000000000, "một tỷ"},
        {1000000001, "một tỷ không trăm linh một"},
        {2500000000, "hai tỷ năm trăm triệu"},
        {1000000000000, "một nghìn tỷ"},
        {1005000000000, "một nghìn không trăm linh năm tỷ"},
        {1000000000000000000, "một tỷ tỷ"},
        {-15, "âm mười lăm"},
        {INT64_MIN,
         "âm chín tỷ hai trăm hai mươi ba triệu ba trăm bảy mươi hai nghìn không trăm ba mươi sáu tỷ tám trăm "
         "năm mươi tư triệu bảy trăm bảy mươi lăm nghìn tám trăm linh tám"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
        number_words_vi(cases[i].n, &b);
        assert_string_equal(buf_cstr(&b), cases[i].words);
    }
}

/* ---- read back by what each word means ---- */

struct reading {
    int64_t whole, millions, group, digit;
};

static void group_end(struct reading *r, int64_t unit)
{
    r->millions += (r->group + r->digit) * unit;
    r->group = r->digit = 0;
}

static void take(struct reading *r, struct str word)
{
    static const struct {
        const char *word;
        int digit;
    } digits[] = {{"không", 0}, {"một", 1}, {"mốt", 1}, {"hai", 2}, {"ba", 3},  {"bốn", 4}, {"tư", 4},
                  {"năm", 5},   {"lăm", 5}, {"sáu", 6}, {"bảy", 7}, {"tám", 8}, {"chín", 9}};
    for (size_t i = 0; i < ARRAY_LEN(digits); i++)
        if (str_is(word, digits[i].word)) {
            r->digit = digits[i].digit;
            return;
        }
    if (str_is(word, "trăm")) {
        r->group += r->digit * 100, r->digit = 0;
    } else if (str_is(word, "mươi")) {
        r->group += r->digit * 10, r->digit = 0;
    } else if (str_is(word, "mười")) {
        r->group += 10;
    } else if (str_is(word, "nghìn")) {
        group_end(r, 1000);
    } else if (str_is(word, "triệu")) {
        group_end(r, 1000000);
    } else if (str_is(word, "tỷ")) {
        group_end(r, 1);
        r->whole = (r->whole + r->millions) * 1000000000;
        r->millions = 0;
    } else {
        assert_true(str_is(word, "linh"));
    }
}

static int64_t read_back(struct str words)
{
    struct reading r = {0};
    while (words.p) {
        struct str rest, word = str_cut(words, ' ', &rest);
        take(&r, word);
        words = rest;
    }
    group_end(&r, 1);
    return r.whole + r.millions;
}

static void expect_read_back(int64_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
    number_words_vi(n, &b);
    assert_int_equal(read_back(buf_view(&b)), n);
}

static void the_words_of_all_numbers_say_the_number(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int64_t n = 0; n < 20000; n++)
        expect_read_back(n);
    for (int i = 0; i < 100000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        expect_read_back((int64_t)((x >> 1) >> (i % 40)) % 9000000000000000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_has_its_words),
        cmocka_unit_test(the_words_of_all_numbers_say_the_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
