/* Limits as the national portal writes them: the 20 shapes met in 7,077 rows of 2026, and what must not be guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workflow/limit_text.h"

static const struct {
    const char *text;
    enum limit_text_kind kind;
    int n;
    enum limit_unit unit;
} cases[] = {
    {"3 Ngày làm việc", LIMIT_TEXT_FIXED, 3, LIMIT_WORKING_DAY},
    {"07 Ngày làm việc", LIMIT_TEXT_FIXED, 7, LIMIT_WORKING_DAY},
    {"20 Ngày", LIMIT_TEXT_FIXED, 20, LIMIT_CALENDAR_DAY},
    {"1 Giờ", LIMIT_TEXT_FIXED, 1, LIMIT_CLOCK_HOUR},
    {"08 giờ làm việc", LIMIT_TEXT_FIXED, 8, LIMIT_WORKING_HOUR},
    {"1 Tháng", LIMIT_TEXT_FIXED, 1, LIMIT_MONTH},
    {"3", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"Không có thông tin", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"Ngay trong ngày tiếp nhận", LIMIT_TEXT_FIXED, 1, LIMIT_SAME_DAY},
    {"trong ngày", LIMIT_TEXT_FIXED, 1, LIMIT_SAME_DAY},
    {"0", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"không quy định", LIMIT_TEXT_OPEN, 0, LIMIT_NONE},
    {"Không xác định", LIMIT_TEXT_OPEN, 0, LIMIT_NONE},
    {"khác", LIMIT_TEXT_OPEN, 0, LIMIT_NONE},
    {"Tùy theo đợt", LIMIT_TEXT_CAMPAIGN, 0, LIMIT_NONE},
    {"03 ngày làm việc; xác minh: không quá 08 ngày làm việc", LIMIT_TEXT_VARIANTS, 3, LIMIT_WORKING_DAY},
    {"1 đến 3 Ngày làm việc", LIMIT_TEXT_VARIANTS, 1, LIMIT_WORKING_DAY},
    {"15 Ngày + 15 Ngày", LIMIT_TEXT_PHASES, 0, LIMIT_CALENDAR_DAY},
    {"nửa ngày", LIMIT_TEXT_FIXED, 4, LIMIT_WORKING_HOUR},
    {"0.5 ngày", LIMIT_TEXT_FIXED, 4, LIMIT_WORKING_HOUR},
    /* beyond the file */
    {"", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"0 ngày", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"20 phút", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"0.5", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"999999 ngày", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
    {"không quá 8 ngày làm việc kể từ ngày nhận đủ hồ sơ", LIMIT_TEXT_FIXED, 8, LIMIT_WORKING_DAY},
    {"Trong ngày; phải xác minh: 5 ngày làm việc", LIMIT_TEXT_VARIANTS, 1, LIMIT_SAME_DAY},
    {"NGÀY LÀM VIỆC", LIMIT_TEXT_DOUBT, 0, LIMIT_UNSPECIFIED},
};

static void each_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct limit_text t = limit_text_of(str_of(cases[i].text));
        if (t.kind != cases[i].kind || t.limit.n != cases[i].n || t.limit.unit != cases[i].unit)
            fail_msg("“%s”: kind %d, %d of unit %d", cases[i].text, (int)t.kind, t.limit.n, (int)t.limit.unit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
