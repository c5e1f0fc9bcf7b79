#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "text/words.h"

static void words_are_indexed_folded_and_with_their_accents(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", ""},
        {" -- ", ""},
        {"HN000123", "hn000123"},
        {"Nguyễn Thị An", "nguyen thi an =nguyễn =thị"},
        {"Đắk R'Lấp", "dak rlap dakrlap dak r lap =đắk =lấp"},
        {"H'Hương", "hhuong hhuong h huong =hương"},
        {"Đồng-Cỏ", "dong co dongco dong co =đồng =cỏ"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
        words_index(str_of(cases[i].text), &b);
        assert_string_equal(buf_cstr(&b), cases[i].words);
    }
}

static void a_query_quotes_each_word_and_ends_open(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        bool is_exact;
        const char *query;
    } cases[] = {
        {"Thị An", false, "\"thi\" \"an\"*"},
        {"Thị An", true, "\"=thị\" \"an\""},
        {"a\"b* OR", false, "\"a\" \"b\" \"or\"*"},
        {" ' ", false, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
        words_query(str_of(cases[i].typed), cases[i].is_exact, &b);
        assert_string_equal(buf_cstr(&b), cases[i].query);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_indexed_folded_and_with_their_accents),
        cmocka_unit_test(a_query_quotes_each_word_and_ends_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
