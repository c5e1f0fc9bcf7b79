#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "text/date.h"

static void assert_prints(void (*print)(struct date, struct buf *), struct date d, const char *wanted)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(100);
    print(d, &b);
    assert_string_equal(buf_cstr(&b), wanted);
}

static struct date day(int year, int month, int d)
{
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)d};
}

static void assert_day(struct date d, int year, int month, int n)
{
    assert_int_equal(d.year, year);
    assert_int_equal(d.month, month);
    assert_int_equal(d.day, n);
}

static void iso_dates_are_read_and_written(void **state)
{
    (void)state;
    struct date d;
    assert_int_equal(date_parse(STR("2022-03-05"), &d, NULL), OK);
    assert_day(d, 2022, 3, 5);
    assert_prints(date_print, d, "2022-03-05");
    assert_prints(date_print_vi, d, "05/03/2022");
    assert_prints(date_print_long_vi, d, "ngày 05 tháng 3 năm 2022");
    assert_prints(date_print_long_vi, day(2022, 1, 31), "ngày 31 tháng 01 năm 2022");
    assert_prints(date_print, day(7, 1, 2), "0007-01-02");
}

static void what_is_not_iso_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "2022-3-5",   "22-03-05",   "2022/03/05",     "2022-03-05 ", " 2022-03-05", "2022-03-05T00:00:00Z",
        "20220305", "2022-03-5x", "-022-03-05", "２０２２-03-05", "2022-03-055"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct date d = day(1, 1, 1);
        struct fault f = {0};
        assert_int_equal(date_parse(str_of(bad[i]), &d, &f), ERR_DATE_FORMAT);
        assert_true(str_is(fault_param(&f, "value"), bad[i]));
        assert_day(d, 1, 1, 1);
    }
}

static void a_date_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2022-02-29", "1900-02-29", "2022-04-31", "2022-13-01",
                                      "2022-00-10", "2022-01-00", "2022-01-32", "0000-01-01"};
    struct date d;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(date_parse(str_of(bad[i]), &d, NULL), ERR_DATE_INVALID);
    assert_int_equal(date_parse(STR("2000-02-29"), &d, NULL), OK);
    assert_int_equal(date_parse(STR("2024-02-29"), &d, NULL), OK);
    assert_int_equal(date_parse_vi(STR("31/02/2022"), &d, NULL), ERR_DATE_INVALID);
    assert_int_equal(date_parse_vi(STR("03/25/2022"), &d, NULL),
                     ERR_DATE_INVALID); /* the month first is never guessed */
    assert_int_equal(date_parse_vi(STR("ngày 30 tháng 2 năm 2022"), &d, NULL), ERR_DATE_INVALID);
}

static void vietnamese_spellings_are_read_day_first(void **state)
{
    (void)state;
    static const char *const good[] = {
        "5/3/2022",
        "05/03/2022",
        "5-3-2022",
        "05.03.2022",
        "2022-03-05",
        " 5 / 3 / 2022 ",
        "ngày 5 tháng 3 năm 2022",
        "Ngày 05 tháng 03 năm 2022",
        "NGÀY 5 THÁNG 3 NĂM 2022",
        "5 tháng 3 năm 2022",
        "5 tháng 3, 2022",
        "ngay 5 thang 3 nam 2022",
        "nga\u0300y 5 thang 3 na\u0306m 2022",
        "ngày  5  tháng  3,  năm  2022",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct date d;
        struct fault f = {0};
        if (date_parse_vi(str_of(good[i]), &d, &f) != OK)
            print_error("spelling %zu\n", i);
        assert_int_equal(date_parse_vi(str_of(good[i]), &d, &f), OK);
        assert_day(d, 2022, 3, 5);
    }
}

static void what_is_ambiguous_or_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"5/3/22",
                                      "5/3",
                                      "3/2022",
                                      "2022",
                                      "5/3-2022",
                                      "5.3/2022",
                                      "2022/03/05",
                                      "44625",
                                      "005/3/2022",
                                      "5/3/20222",
                                      "ngày 5 tháng ba năm 2022",
                                      "tháng 3 năm 2022",
                                      "ngày 5 tháng 3",
                                      "5 3 2022",
                                      "",
                                      "5/3/2022 08:00",
                                      "ngày 5 tháng 3 năm 22",
                                      "2022-3-5"};
    struct date d;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(date_parse_vi(str_of(bad[i]), &d, NULL), ERR_DATE_FORMAT);
    char huge[5000];
    memset(huge, '1', sizeof huge);
    assert_int_equal(date_parse_vi(str_slice(huge, sizeof huge), &d, NULL), ERR_DATE_FORMAT);
}

static void days_count_every_day_of_ten_thousand_years(void **state)
{
    (void)state;
    int32_t days = DATE_DAYS_MIN;
    int weekday = 1;
    for (int year = DATE_YEAR_MIN; year <= DATE_YEAR_MAX; year++)
        for (int month = 1; month <= 12; month++)
            for (int d = 1; d <= date_month_days(year, month); d++) {
                if (date_days(day(year, month, d)) != days ||
                    date_compare(date_of_days(days), day(year, month, d)) != 0 ||
                    date_weekday(day(year, month, d)) != weekday)
                    fail_msg("%d-%d-%d", year, month, d);
                days++;
                weekday = weekday % 7 + 1;
            }
    assert_int_equal(days - 1, DATE_DAYS_MAX);
    assert_int_equal(date_days(day(1970, 1, 1)), 0);
    assert_int_equal(date_weekday(day(2025, 7, 1)), 2); /* a Tuesday */
    assert_day(date_of_days(INT32_MIN), 1, 1, 1);
    assert_day(date_of_days(INT32_MAX), 9999, 12, 31);
}

static void months_are_added_by_the_calendar(void **state)
{
    (void)state;
    assert_day(date_add_months(day(2022, 8, 31), 36), 2025, 8, 31);
    assert_day(date_add_months(day(2024, 2, 29), 36), 2027, 2, 28);
    assert_day(date_add_months(day(2024, 2, 29), 48), 2028, 2, 29);
    assert_day(date_add_months(day(2022, 1, 31), 1), 2022, 2, 28);
    assert_day(date_add_months(day(2022, 3, 31), -1), 2022, 2, 28);
    assert_day(date_add_months(day(2022, 1, 15), -1), 2021, 12, 15);
    assert_day(date_add_months(day(2022, 1, 15), -13), 2020, 12, 15);
    assert_day(date_add_months(day(2022, 1, 15), INT32_MAX), 9999, 12, 31);
    assert_day(date_add_months(day(2022, 1, 15), INT32_MIN), 1, 1, 1);
    assert_day(date_add_days(day(2024, 2, 28), 2), 2024, 3, 1);
    assert_day(date_add_days(day(2024, 2, 28), INT32_MAX), 9999, 12, 31);
    assert_day(date_add_days(day(2024, 2, 28), INT32_MIN), 1, 1, 1);
}

static void assert_instant(const char *text, int64_t wanted)
{
    int64_t ms = -1;
    if (instant_parse(str_of(text), &ms, NULL) != OK)
        print_error("%s\n", text);
    assert_int_equal(instant_parse(str_of(text), &ms, NULL), OK);
    assert_true(ms == wanted);
}

static void instants_are_read_with_their_offset(void **state)
{
    (void)state;
    assert_instant("1970-01-01T00:00:00Z", 0);
    assert_instant("1970-01-01t00:00:00z", 0);
    assert_instant("1970-01-01T07:00:00+07:00", 0);
    assert_instant("1969-12-31T19:00:00-05:00", 0);
    assert_instant("1970-01-01T00:00:00-00:00", 0);
    assert_instant("2022-03-05T08:30:00+07:00", INT64_C(1646443800000));
    assert_instant("2022-03-05T01:30:00.5Z", INT64_C(1646443800500));
    assert_instant("2022-03-05T01:30:00.123456789Z", INT64_C(1646443800123));
    assert_instant("1969-12-31T23:59:59.999Z", -1);
    assert_instant("1985-04-12T23:20:50.52Z", INT64_C(482196050520));
    assert_instant("1990-12-31T23:59:60Z", INT64_C(662688000000));
    assert_instant("1990-12-31T15:59:60-08:00", INT64_C(662688000000));
}

static void moments_are_read_off_the_wall(void **state)
{
    (void)state;
    static const char *const good[] = {"2025-03-06 09:15", "06/03/2025 09:15",         "09:15 6/3/2025",
                                       "2025-03-06T09:15", "2025-03-06T02:15:00Z",     " 2025-03-06  09:15 ",
                                       "09:15 06-03-2025", "2025-03-06T09:15:00+07:00"};
    static const char *const bad[] = {"",
                                      "2025-03-06",
                                      "09:15",
                                      "2025-03-06 9:15",
                                      "2025-03-06 24:00",
                                      "today",
                                      "2025-03-06 09:60",
                                      "2025-03-06 09:15x"};
    int64_t ms;
    int minute;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_int_equal(instant_parse_local(str_of(good[i]), VIETNAM_OFFSET_MINUTES, &ms, NULL), OK);
        assert_int_equal(ms, INT64_C(1741227300000));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(instant_parse_local(str_of(bad[i]), VIETNAM_OFFSET_MINUTES, &ms, NULL), ERR_MOMENT_FORMAT);
    assert_int_equal(instant_parse_local(STR("31/02/2025 09:15"), 420, &ms, NULL), ERR_DATE_INVALID);
    assert_true(clock_time_parse(STR("24:00"), &minute) && minute == 1440);
    assert_false(clock_time_parse(STR("24:01"), &minute));
    assert_false(clock_time_parse(STR("7:30"), &minute));
}

static void a_date_alone_and_other_things_are_no_instants(void **state)
{
    (void)state;
    static const char *const bad[] = {"2022-03-05",
                                      "2022-03-05T08:30",
                                      "2022-03-05T08:30:00",
                                      "2022-03-05 08:30:00Z",
                                      "2022-03-05T08:30:00.Z",
                                      "2022-03-05T08:30:00+7:00",
                                      "2022-03-05T08:30:00+0700",
                                      "2022-03-05T08:30:00Zx",
                                      "",
                                      "2022-03-05T8:30:00Z",
                                      "2022-03-05T08:30:00+24:00"};
    static const char *const none[] = {"2022-02-30T00:00:00Z",      "2022-03-05T24:00:00Z", "2022-03-05T08:60:00Z",
                                       "2022-03-05T08:30:61Z",      "2022-03-05T08:30:60Z", "0001-01-01T00:00:00+07:00",
                                       "9999-12-31T23:59:59-07:00", "9999-12-31T23:59:60Z"};
    int64_t ms;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(instant_parse(str_of(bad[i]), &ms, NULL), ERR_INSTANT_FORMAT);
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_int_equal(instant_parse(str_of(none[i]), &ms, NULL), ERR_INSTANT_INVALID);
}

static void assert_instant_prints(int64_t ms, const char *wanted)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(100);
    instant_print(ms, &b);
    assert_string_equal(buf_cstr(&b), wanted);
}

static void instants_print_in_utc(void **state)
{
    (void)state;
    assert_instant_prints(0, "1970-01-01T00:00:00Z");
    assert_instant_prints(-1, "1969-12-31T23:59:59.999Z");
    assert_instant_prints(INT64_C(1646443800500), "2022-03-05T01:30:00.500Z");
    assert_instant_prints(INT64_MAX, "9999-12-31T23:59:59.999Z");
    assert_instant_prints(INT64_MIN, "0001-01-01T00:00:00Z");
    uint64_t seed = 1;
    struct buf b CLEANUP(buf_done) = BUF_INIT(100);
    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t ms = (int64_t)(seed >> 16) % (DATE_DAYS_MAX * INT64_C(86400000)), back = 0;
        ms = i % 2 ? ms : -(ms % (-DATE_DAYS_MIN * INT64_C(86400000)));
        buf_reset(&b);
        instant_print(ms, &b);
        assert_int_equal(instant_parse(buf_view(&b), &back, NULL), OK);
        assert_true(back == ms);
    }
}

static void the_date_of_an_instant_is_that_of_the_wall(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_int_equal(instant_parse(STR("2025-06-30T17:00:00Z"), &ms, NULL), OK);
    assert_day(date_of_instant(ms, VIETNAM_OFFSET_MINUTES), 2025, 7, 1);
    assert_day(date_of_instant(ms - 1, VIETNAM_OFFSET_MINUTES), 2025, 6, 30);
    assert_day(date_of_instant(ms, 0), 2025, 6, 30);
    assert_day(date_of_instant(-1, 0), 1969, 12, 31);
    assert_day(date_of_instant(INT64_MAX, 840), 9999, 12, 31);
    assert_day(date_of_instant(INT64_MIN, -840), 1, 1, 1);
    assert_true(instant_of_date(day(2025, 7, 1), VIETNAM_OFFSET_MINUTES) == ms);
}

static void validity_is_told(void **state)
{
    (void)state;
    assert_true(date_is_valid(day(2024, 2, 29)));
    assert_false(date_is_valid(day(2023, 2, 29)));
    assert_false(date_is_valid(day(0, 1, 1)));
    assert_false(date_is_valid(day(10000, 1, 1)));
    assert_false(date_is_valid((struct date){0}));
    assert_true(date_is_leap_year(2000) && !date_is_leap_year(1900) && date_is_leap_year(2024) &&
                !date_is_leap_year(2022));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_dates_are_read_and_written),
        cmocka_unit_test(what_is_not_iso_is_refused),
        cmocka_unit_test(a_date_that_does_not_exist_is_refused),
        cmocka_unit_test(vietnamese_spellings_are_read_day_first),
        cmocka_unit_test(what_is_ambiguous_or_no_date_is_refused),
        cmocka_unit_test(days_count_every_day_of_ten_thousand_years),
        cmocka_unit_test(months_are_added_by_the_calendar),
        cmocka_unit_test(instants_are_read_with_their_offset),
        cmocka_unit_test(moments_are_read_off_the_wall),
        cmocka_unit_test(a_date_alone_and_other_things_are_no_instants),
        cmocka_unit_test(instants_print_in_utc),
        cmocka_unit_test(the_date_of_an_instant_is_that_of_the_wall),
        cmocka_unit_test(validity_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
