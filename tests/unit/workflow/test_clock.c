/* Working days against the real holidays of 2026, and the terms of requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workflow/requests.h"

static struct date day(const char *iso)
{
    struct date d;
    assert_int_equal(date_parse(str_of(iso), &d, NULL), OK);
    return d;
}

/* 2026: Hùng Kings on Sunday 26 April, in lieu Monday 27; 30 April and 1 May; 31 August off for Saturday 22 August worked; 1 and 2 September. */
static struct work_calendar year_2026(void)
{
    static int32_t off[5], worked[1];
    static const char *const days[] = {"2026-04-27", "2026-04-30", "2026-05-01", "2026-08-31", "2026-09-01"};
    for (size_t i = 0; i < ARRAY_LEN(days); i++)
        off[i] = date_days(day(days[i]));
    worked[0] = date_days(day("2026-08-22"));
    return (struct work_calendar){
        .off = off, .worked = worked, .n_off = ARRAY_LEN(off), .n_worked = 1, .first_year = 2026, .last_year = 2026};
}

static void assert_day(struct date d, const char *iso)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(d, &b);
    assert_string_equal(buf_cstr(&b), iso);
}

static void offices_work_on_these_days(void **state)
{
    (void)state;
    const struct work_calendar c = year_2026();
    assert_true(work_day(&c, day("2026-04-24")));
    assert_false(work_day(&c, day("2026-04-25")));
    assert_false(work_day(&c, day("2026-04-26")));
    assert_false(work_day(&c, day("2026-04-27")));
    assert_true(work_day(&c, day("2026-08-22"))); /* a Saturday worked instead */
    assert_false(work_day(&c, day("2026-08-29")));
    assert_false(work_day(&c, day("2026-08-31")));
    assert_true(work_calendar_covers(&c, day("2026-12-31")));
    assert_false(work_calendar_covers(&c, day("2027-01-01")));
}

static void terms_leave_out_days_off(void **state)
{
    (void)state;
    const struct work_calendar c = year_2026();
    assert_day(work_days_after(&c, day("2026-04-24"), 0), "2026-04-24");
    assert_day(work_days_after(&c, day("2026-04-24"), 1), "2026-04-28");
    assert_day(work_days_after(&c, day("2026-04-24"), 2), "2026-04-29");
    assert_day(work_days_after(&c, day("2026-04-24"), 3), "2026-05-04");
    assert_day(work_days_after(&c, day("2026-08-21"), 1), "2026-08-22");
    assert_int_equal(work_days_between(&c, day("2026-04-24"), day("2026-05-04")), 3);
    assert_int_equal(work_days_between(&c, day("2026-05-04"), day("2026-04-24")), -3);
    assert_int_equal(work_days_between(&c, day("2026-04-25"), day("2026-04-27")), 0);
    for (int n = 1; n < 200; n++)
        assert_int_equal(work_days_between(&c, day("2026-04-24"), work_days_after(&c, day("2026-04-24"), n)), n);
}

static void requests_have_these_terms(void **state)
{
    (void)state;
    const struct work_calendar c = year_2026();
    struct date answer, finish;
    request_terms(&c, day("2026-04-24"), false, false, &answer, &finish);
    assert_day(answer, "2026-04-29");
    assert_day(finish, "2026-05-20");
    request_terms(&c, day("2026-04-24"), true, false, &answer, &finish);
    assert_day(finish, "2026-05-27");
    request_terms(&c, day("2026-04-24"), true, true, &answer, &finish);
    assert_day(finish, "2026-06-17");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offices_work_on_these_days),
        cmocka_unit_test(terms_leave_out_days_off),
        cmocka_unit_test(requests_have_these_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
