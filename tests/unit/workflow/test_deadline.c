/* Due dates against 19 cases worked by hand (tests/golden/deadlines.csv: computed for the domain notes from the yearly notices in data/holidays.csv and sessions 07:00-11:30,
 * 13:30-17:00, in two conventions), and properties over a million random starts and pauses, judged by a slow count that walks minute sessions day by day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "text/csv.h"
#include "text/number.h"
#include "workflow/deadline.h"
#include "workflow/escalation.h"

enum { OFFSET = VIETNAM_OFFSET_MINUTES, RANDOM = 1000000, HOUR = 60 };

static struct arena *arena;
static struct office_hours hours;
static struct office_clock plain, police, halves;

/* ---- what is there */

static struct csv_table table(const char *path)
{
    struct csv_table t;
    struct str text;
    assert_int_equal(file_read(arena, path, 1 << 20, &text, NULL), OK);
    assert_int_equal(csv_table_open(&t, arena, arena_new(), text, ',', str_of(path), NULL), OK);
    return t;
}

static struct str *row_of(struct csv_table *t)
{
    struct str *row;
    bool is_end;
    assert_int_equal(csv_table_next(t, &row, &is_end, NULL), OK);
    if (is_end)
        arena_free(t->csv.cells);
    return is_end ? NULL : row;
}

static struct str cell(const struct csv_table *t, struct str *row, const char *name)
{
    ptrdiff_t i = csv_table_column(t, str_of(name));
    assert_true(i >= 0);
    return row[i];
}

static int32_t day_of(struct str iso)
{
    struct date d;
    assert_int_equal(date_parse(iso, &d, NULL), OK);
    return date_days(d);
}

/* "2025-03-06 09:15" in the province's time. */
static int64_t at(struct str text)
{
    int64_t ms;
    struct str iso = STR_JOIN(arena, str_slice(text.p, 10), STR("T"), str_slice(text.p + 11, 5), STR(":00+07:00"));
    assert_int_equal(text.n, 16);
    assert_int_equal(instant_parse(iso, &ms, NULL), OK);
    return ms;
}

#define AT(text) at(STR(text))

static void read_holidays(struct work_calendar *c)
{
    enum { MOST = 400 };
    struct csv_table t = table("province/dak-nong/data/holidays.csv");
    c->off = ARENA_ARRAY(arena, int32_t, MOST), c->worked = ARENA_ARRAY(arena, int32_t, MOST);
    for (struct str *row; (row = row_of(&t));) {
        struct str off = cell(&t, row, "day_off");
        if (str_is(off, "1"))
            c->off[c->n_off++] = day_of(cell(&t, row, "date"));
        else if (str_is(off, "0"))
            c->worked[c->n_worked++] = day_of(cell(&t, row, "date"));
        assert_true(c->n_off < MOST && c->n_worked < MOST);
    }
    c->first_year = date_of_days(c->off[0]).year, c->last_year = date_of_days(c->off[c->n_off - 1]).year;
}

static void add_session(const char *office, int weekday, int opens, int closes)
{
    hours.rules[hours.n_rules++] =
        (struct office_rule){STR("id"), str_of(office), weekday, opens, closes, DATE_DAYS_MIN, DATE_DAYS_MAX};
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    hours.offset_minutes = OFFSET;
    hours.rules = ARENA_ARRAY(arena, struct office_rule, 64);
    read_holidays(&hours.calendar);
    for (int day = 1; day <= 6; day++) {
        if (day < 6) {
            add_session("", day, 7 * HOUR, 11 * HOUR + 30);
            add_session("", day, 13 * HOUR + 30, 17 * HOUR);
            add_session("police", day, 13 * HOUR + 30, 17 * HOUR);
        }
        add_session("police", day, 7 * HOUR, 11 * HOUR + 30);
        add_session("halves", day, 8 * HOUR, day == 5 ? 10 * HOUR : 16 * HOUR); /* short on Fridays */
    }
    assert_int_equal(office_clock_new(arena, &hours, STR("ubnd-24760"), &plain, NULL), OK);
    assert_int_equal(office_clock_new(arena, &hours, STR("police"), &police, NULL), OK);
    assert_int_equal(office_clock_new(arena, &hours, STR("halves"), &halves, NULL), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_at(int64_t ms, struct str expected)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    int64_t minute = ms / MINUTE_MS + OFFSET;
    date_print(date_of_instant(ms, OFFSET), &b);
    buf_printf(&b, " %02d:%02d", (int)(minute % DAY_MINUTES / HOUR), (int)(minute % HOUR));
    assert_string_equal(buf_cstr(&b), str_dup(arena, expected).p);
}

#define ASSERT_AT(ms, text) assert_at(ms, STR(text))

static struct deadline due(const struct office_clock *c, const char *received, int n, enum limit_unit unit)
{
    struct deadline d;
    assert_int_equal(deadline_of(c, at(str_of(received)), (struct limit){n, unit}, &d, NULL), OK);
    return d;
}

/* ---- the slow count: sessions of a day by its weekday and the lists of days, one after the other */

static bool slow_listed(const int32_t *days, size_t n, int32_t day)
{
    for (size_t i = 0; i < n; i++)
        if (days[i] == day)
            return true;
    return false;
}

static bool slow_is_open_day(int32_t day)
{
    bool is_weekend = date_weekday(date_of_days(day)) > 5;
    if (is_weekend)
        return slow_listed(hours.calendar.worked, hours.calendar.n_worked, day);
    return !slow_listed(hours.calendar.off, hours.calendar.n_off, day);
}

static bool slow_is_open(int64_t minute)
{
    int at = (int)(minute % DAY_MINUTES);
    bool is_session = (at >= 7 * HOUR && at < 11 * HOUR + 30) || (at >= 13 * HOUR + 30 && at < 17 * HOUR);
    return is_session && slow_is_open_day((int32_t)(minute / DAY_MINUTES));
}

static int64_t slow_minutes(int64_t from, int64_t to)
{
    int64_t n = 0;
    for (; from < to; from++)
        n += slow_is_open(from);
    return n;
}

/* ---- random numbers that are the same everywhere */

static uint64_t any_state;

static int64_t any(int64_t n)
{
    any_state ^= any_state << 13, any_state ^= any_state >> 7, any_state ^= any_state << 17;
    return (int64_t)((any_state >> 11) % (uint64_t)n);
}

/* A minute of 2021 to 2026, with some seconds, so that they are seen not to count. */
static int64_t any_moment(void)
{
    int64_t first = AT("2021-01-01 00:00"), last = AT("2026-06-30 00:00");
    return first + any(last - first);
}

/* ---- tests */

static void worked_cases(void **state)
{
    (void)state;
    struct csv_table t = table("tests/golden/deadlines.csv");
    int n = 0;
    for (struct str *row; (row = row_of(&t)); n++) {
        struct deadline d;
        enum limit_unit unit;
        int64_t number;
        assert_int_equal(integer_parse(cell(&t, row, "n"), &number, NULL), OK);
        assert_int_equal(limit_unit_of(cell(&t, row, "unit"), &unit, NULL), OK);
        d = due(&plain, str_dup(arena, cell(&t, row, "received_at")).p, (int)number, unit);
        assert_true(d.has_due && d.is_covered);
        assert_at(d.starts_ms, cell(&t, row, "clock_starts"));
        assert_at(d.late_ms, cell(&t, row, "due_end_of_day"));
        struct str exact = cell(&t, row, "due_hour_exact");
        assert_int_equal(d.is_hour_exact, exact.n > 0);
        assert_at(d.due_ms, exact.n ? exact : cell(&t, row, "due_end_of_day"));
    }
    assert_int_equal(n, 19);
}

/* Case p02 of the file, whose words give the rest. */
static void worked_pause(void **state)
{
    (void)state;
    struct deadline d = due(&plain, "2024-04-25 08:00", 7, LIMIT_WORKING_DAY), next;
    int64_t left = deadline_left(&plain, AT("2024-04-26 16:00"), LIMIT_WORKING_DAY, d.due_ms);
    assert_int_equal(left, 2520);
    assert_int_equal(deadline_resume(&plain, AT("2024-05-04 10:00"), left, LIMIT_WORKING_DAY, &next, NULL), OK);
    ASSERT_AT(next.due_ms, "2024-05-10 14:00");
    ASSERT_AT(next.late_ms, "2024-05-10 17:00");
    assert_int_equal(deadline_resume(&plain, AT("2024-05-05 10:00"), 0, LIMIT_WORKING_DAY, &next, NULL), OK);
    ASSERT_AT(next.due_ms, "2024-05-06 07:00"); /* nothing left: due when work begins again */
    ASSERT_AT(next.late_ms, "2024-05-06 17:00");
}

static void every_unit(void **state)
{
    (void)state;
    struct deadline d = due(&plain, "2025-03-07 14:00", 1, LIMIT_CLOCK_HOUR);
    ASSERT_AT(d.due_ms, "2025-03-07 15:00");
    d = due(&plain, "2025-03-07 16:00", 24, LIMIT_CLOCK_HOUR); /* a Saturday: hours of the clock run on */
    ASSERT_AT(d.due_ms, "2025-03-08 16:00");
    ASSERT_AT(d.late_ms, "2025-03-08 16:00");
    d = due(&plain, "2025-01-31 09:00", 1, LIMIT_MONTH); /* Tet: starts on 3 February */
    ASSERT_AT(d.starts_ms, "2025-02-03 07:00");
    ASSERT_AT(d.late_ms, "2025-03-03 17:00");
    d = due(&plain, "2026-03-31 09:00", 1, LIMIT_MONTH); /* 30 April, off: Monday 4 May */
    ASSERT_AT(d.late_ms, "2026-05-04 17:00");
    assert_false(d.is_hour_exact);
    d = due(&plain, "2025-03-07 12:00", 1, LIMIT_WORKING_HOUR); /* at lunch */
    ASSERT_AT(d.starts_ms, "2025-03-07 13:30");
    ASSERT_AT(d.due_ms, "2025-03-07 14:30");
    d = due(&plain, "2025-03-07 07:00", 8, LIMIT_WORKING_HOUR);
    ASSERT_AT(d.due_ms, "2025-03-07 17:00");
    d = due(&plain, "2025-03-07 09:00", 0, LIMIT_NONE);
    assert_false(d.has_due);
    assert_int_equal(d.late_ms, 0); /* so that whoever compares all the same finds it late, not on time */
    ASSERT_AT(d.starts_ms, "2025-03-07 09:00");
}

static void same_day(void **state)
{
    (void)state;
    ASSERT_AT(due(&plain, "2025-03-06 09:00", 1, LIMIT_SAME_DAY).due_ms, "2025-03-06 17:00");
    ASSERT_AT(due(&plain, "2025-03-06 15:00", 1, LIMIT_SAME_DAY).due_ms, "2025-03-06 17:00");
    ASSERT_AT(due(&plain, "2025-03-06 15:01", 1, LIMIT_SAME_DAY).due_ms, "2025-03-07 17:00");
    ASSERT_AT(due(&plain, "2025-03-07 15:01", 1, LIMIT_SAME_DAY).due_ms, "2025-03-10 17:00");
    ASSERT_AT(due(&plain, "2025-03-08 09:00", 1, LIMIT_SAME_DAY).due_ms, "2025-03-10 17:00");
    ASSERT_AT(due(&police, "2025-03-08 09:00", 1, LIMIT_SAME_DAY).due_ms, "2025-03-08 11:30");
}

static void offices_have_their_own_hours(void **state)
{
    (void)state;
    assert_true(office_hours_of_its_own(&hours, STR("police")));
    assert_false(office_hours_of_its_own(&hours, STR("ubnd-24760")));
    assert_false(office_hours_of_its_own(&hours, STR("")));
    ASSERT_AT(due(&police, "2025-03-06 09:15", 3, LIMIT_WORKING_DAY).due_ms, "2025-03-10 09:15");
    ASSERT_AT(due(&police, "2025-03-05 14:30", 3, LIMIT_WORKING_DAY).due_ms,
              "2025-03-08 11:29"); /* of a shorter day, its last */
    ASSERT_AT(due(&police, "2025-03-05 14:30", 3, LIMIT_WORKING_DAY).late_ms, "2025-03-08 11:30");
    ASSERT_AT(due(&police, "2024-05-04 15:00", 1, LIMIT_WORKING_HOUR).due_ms,
              "2024-05-04 16:00");                                 /* worked like a Monday */
    assert_false(office_is_open(&police, AT("2025-05-02 09:00"))); /* a day off is one for all */
}

/* From 1 July 2025 on the office opens at 08:00, and the day before it is closed altogether. */
static void hours_change_by_date(void **state)
{
    (void)state;
    struct office_rule rules[20];
    struct office_hours h = {.calendar = hours.calendar, .rules = rules, .offset_minutes = OFFSET};
    struct office_clock c;
    struct deadline d;
    for (int day = 1; day <= 5; day++) {
        rules[h.n_rules++] =
            (struct office_rule){STR("a"), STR(""), day, 420, 900, DATE_DAYS_MIN, day_of(STR("2025-06-30"))};
        rules[h.n_rules++] =
            (struct office_rule){STR("b"), STR(""), day, 480, 960, day_of(STR("2025-07-01")), DATE_DAYS_MAX};
    }
    assert_int_equal(office_clock_new(arena, &h, STR(""), &c, NULL), OK);
    assert_int_equal(deadline_of(&c, AT("2025-06-27 07:30"), (struct limit){1, LIMIT_WORKING_DAY}, &d, NULL), OK);
    ASSERT_AT(d.due_ms, "2025-07-01 08:30");
    ASSERT_AT(d.late_ms, "2025-07-01 16:00");
    assert_int_equal(office_day_of(&c, date_of_days(day_of(STR("2025-06-30")))).kind, OFFICE_DAY_REST);
    rules[h.n_rules++] = (struct office_rule){STR("c"), STR(""), 3, 900, 990, day_of(STR("2025-08-01")), DATE_DAYS_MAX};
    struct fault f;
    assert_int_equal(office_clock_new(arena, &h, STR(""), &c, &f), ERR_OFFICE_HOURS_WRONG);
    assert_true(str_is(fault_param(&f, "id"), "c"));
    h.n_rules = 0;
    assert_int_equal(office_clock_new(arena, &h, STR(""), &c, NULL), ERR_OFFICE_HOURS_NONE);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *received;
        struct limit limit;
        enum err e;
    } cases[] = {
        {"2025-03-06 09:00", {3, LIMIT_UNSPECIFIED}, ERR_DEADLINE_UNIT},
        {"2025-03-06 09:00", {3, LIMIT_UNITS}, ERR_DEADLINE_UNIT},
        {"2025-03-06 09:00", {0, LIMIT_WORKING_DAY}, ERR_DEADLINE_NUMBER},
        {"2025-03-06 09:00", {-1, LIMIT_CALENDAR_DAY}, ERR_DEADLINE_NUMBER},
        {"2025-03-06 09:00", {2, LIMIT_SAME_DAY}, ERR_DEADLINE_NUMBER},
        {"2025-03-06 09:00", {DEADLINE_MOST + 1, LIMIT_MONTH}, ERR_DEADLINE_NUMBER},
        {"2025-03-06 09:00", {DEADLINE_MOST, LIMIT_MONTH}, ERR_DEADLINE_RANGE},
        {"2025-03-06 09:00", {DEADLINE_MOST, LIMIT_WORKING_DAY}, ERR_DEADLINE_RANGE},
        {"2060-12-31 16:00", {9, LIMIT_WORKING_HOUR}, ERR_DEADLINE_RANGE},
        {"2060-12-31 16:00", {9, LIMIT_CLOCK_HOUR}, ERR_DEADLINE_RANGE},
        {"2060-12-31 16:00", {1, LIMIT_CALENDAR_DAY}, ERR_DEADLINE_RANGE},
        {"1999-12-31 16:00", {1, LIMIT_CALENDAR_DAY}, ERR_DEADLINE_RANGE},
        {"2061-01-01 00:00", {1, LIMIT_CALENDAR_DAY}, ERR_DEADLINE_RANGE},
    };
    struct deadline d;
    struct fault f;
    enum limit_unit unit;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(deadline_of(&plain, at(str_of(cases[i].received)), cases[i].limit, &d, &f), cases[i].e);
    assert_int_equal(deadline_of(&plain, INT64_MAX, (struct limit){1, LIMIT_MONTH}, &d, NULL), ERR_DEADLINE_RANGE);
    assert_int_equal(deadline_of(&plain, INT64_MIN, (struct limit){1, LIMIT_MONTH}, &d, NULL), ERR_DEADLINE_RANGE);
    assert_int_equal(deadline_resume(&plain, AT("2025-03-06 09:00"), INT64_MAX, LIMIT_CLOCK_HOUR, &d, NULL),
                     ERR_DEADLINE_RANGE);
    assert_int_equal(deadline_resume(&plain, AT("2025-03-06 09:00"), INT64_MAX, LIMIT_MONTH, &d, NULL),
                     ERR_DEADLINE_RANGE);
    assert_int_equal(deadline_resume(&plain, AT("2025-03-06 09:00"), INT64_MIN, LIMIT_MONTH, &d, NULL),
                     ERR_DEADLINE_RANGE);
    assert_int_equal(deadline_resume(&plain, AT("2025-03-06 09:00"), 60, LIMIT_NONE, &d, NULL), ERR_DEADLINE_UNIT);
    assert_int_equal(limit_unit_of(STR(""), &unit, NULL), ERR_DEADLINE_UNIT);
    assert_int_equal(limit_unit_of(STR("week"), &unit, NULL), ERR_DEADLINE_UNIT);
    assert_int_equal(limit_unit_of(STR("unspecified"), &unit, NULL), OK);
    for (int i = 0; i < LIMIT_UNITS; i++) {
        assert_int_equal(limit_unit_of(str_of(limit_unit_code((enum limit_unit)i)), &unit, NULL), OK);
        assert_int_equal(unit, i);
    }
}

static void years_without_days_off(void **state)
{
    (void)state;
    assert_true(due(&plain, "2026-12-01 09:00", 5, LIMIT_WORKING_DAY).is_covered);
    assert_false(due(&plain, "2026-12-30 09:00", 5, LIMIT_WORKING_DAY).is_covered);
    assert_false(due(&plain, "2019-03-06 09:00", 5, LIMIT_WORKING_DAY).is_covered);
}

/* Against the slow count, over starts at random: the start, working hours, working days in minutes, and the ends of days. */
static void as_the_slow_count_says(void **state)
{
    (void)state;
    any_state = 88172645463325252U;
    for (int i = 0; i < 3000; i++) {
        int64_t received = any_moment();
        int n = 1 + (int)any(12);
        int64_t start = received / MINUTE_MS + OFFSET, last = start;
        struct deadline day, hour, calendar;
        while (!slow_is_open(start))
            start++;
        assert_int_equal(deadline_of(&plain, received, (struct limit){n, LIMIT_WORKING_DAY}, &day, NULL), OK);
        assert_int_equal(deadline_of(&plain, received, (struct limit){n, LIMIT_WORKING_HOUR}, &hour, NULL), OK);
        assert_int_equal(deadline_of(&plain, received, (struct limit){n, LIMIT_CALENDAR_DAY}, &calendar, NULL), OK);
        int64_t day_due = day.due_ms / MINUTE_MS + OFFSET, hour_due = hour.due_ms / MINUTE_MS + OFFSET;
        assert_int_equal(day.starts_ms / MINUTE_MS + OFFSET, start);
        assert_int_equal(slow_minutes(start, day_due), n * 8 * HOUR);
        assert_int_equal(slow_minutes(start, hour_due), n * HOUR);
        assert_true(slow_is_open(day_due - 1) && slow_is_open(hour_due - 1)); /* the earliest such moment */
        assert_int_equal(office_minutes_between(&plain, received, day.due_ms), n * 8 * HOUR);
        int32_t end = (int32_t)(start / DAY_MINUTES);
        for (int k = 0; k < n;)
            k += slow_is_open_day(++end);
        assert_int_equal(day.late_ms / MINUTE_MS + OFFSET, (int64_t)end * DAY_MINUTES + 17 * HOUR);
        end = (int32_t)(start / DAY_MINUTES) + n;
        while (!slow_is_open_day(end))
            end++;
        last = (int64_t)end * DAY_MINUTES + 17 * HOUR;
        assert_int_equal(calendar.late_ms / MINUTE_MS + OFFSET, last);
    }
}

/* The last minute before a due moment is one of work, but of clock hours. */
static bool is_within_hours(const struct office_clock *c, int64_t ms)
{
    return office_is_open(c, ms) || office_is_open(c, ms - MINUTE_MS);
}

static void random_starts(void **state)
{
    (void)state;
    const struct office_clock *const clocks[] = {&plain, &police, &halves};
    any_state = 1181783497276652981U;
    for (int i = 0; i < RANDOM; i++) {
        const struct office_clock *c = clocks[any((int64_t)ARRAY_LEN(clocks))];
        enum limit_unit unit = (enum limit_unit)(1 + any(LIMIT_SAME_DAY));
        int64_t received = any_moment(), later = received + any(10LL * DAY_MINUTES * MINUTE_MS);
        struct limit limit = {unit == LIMIT_SAME_DAY ? 1 : 1 + (int)any(90), unit}, more = limit;
        struct deadline d, behind, longer;
        assert_int_equal(deadline_of(c, received, limit, &d, NULL), OK);
        assert_int_equal(deadline_of(c, later, limit, &behind, NULL), OK);
        if (unit != LIMIT_SAME_DAY)
            more.n += 1 + (int)any(30);
        assert_int_equal(deadline_of(c, received, more, &longer, NULL), OK);
        bool is_right = d.starts_ms > received - MINUTE_MS && office_is_open(c, d.starts_ms) &&
                        d.due_ms >= d.starts_ms && d.late_ms >= d.due_ms &&
                        (unit == LIMIT_CLOCK_HOUR || is_within_hours(c, d.due_ms)) &&
                        (unit == LIMIT_CLOCK_HOUR || is_within_hours(c, d.late_ms));
        is_right = is_right && d.starts_ms <= behind.starts_ms && d.due_ms <= behind.due_ms &&
                   d.late_ms <= behind.late_ms;                                          /* monotone in the start … */
        is_right = is_right && d.due_ms <= longer.due_ms && d.late_ms <= longer.late_ms; /* … and in n */
        if (!is_right)
            fail_msg("start %lld, %d of unit %d", (long long)received, limit.n, unit);
    }
}

/* One random life of a dossier: paused and resumed up to six times, at any hour of any day, while minutes are left. Working time up to the last due moment, without that
 * of the pauses, is that of the limit; a pause of no working time changes neither moment; resuming never makes either earlier. */
static void random_life(const struct office_clock *c, enum limit_unit unit)
{
    struct limit limit = {unit == LIMIT_SAME_DAY ? 1 : 1 + (int)any(60), unit};
    int64_t now = any_moment(), paused = 0;
    struct deadline d, next;
    assert_int_equal(deadline_of(c, now, limit, &d, NULL), OK);
    int64_t whole = deadline_left(c, now, unit, d.due_ms), from = now;
    for (int64_t n = any(7); n > 0; n--) {
        int64_t pause = now + any((d.due_ms > now ? d.due_ms - now : 0) + 1);
        int64_t resume = pause + any(4) * any(20LL * DAY_MINUTES) * MINUTE_MS / 3 + any(MINUTE_MS);
        int64_t left = deadline_left(c, pause, unit, d.due_ms);
        assert_true(left >= 0);
        assert_int_equal(deadline_resume(c, resume, left, unit, &next, NULL), OK);
        int64_t waited = deadline_left(c, pause, unit, resume);
        bool is_same = next.due_ms == d.due_ms && next.late_ms == d.late_ms;
        if (waited == 0 && left > 0 && !is_same)
            fail_msg("a pause of nothing moves %lld to %lld", (long long)d.due_ms, (long long)next.due_ms);
        assert_true(next.due_ms >= d.due_ms && next.due_ms > resume - MINUTE_MS);
        assert_true(next.late_ms >= d.late_ms);
        paused += waited;
        now = resume;
        d = next;
    }
    assert_int_equal(deadline_left(c, from, unit, d.due_ms), whole + paused);
    assert_int_equal(deadline_of(c, now, limit, &d, NULL), OK); /* counted anew: as if received then */
    assert_int_equal(deadline_recompute(c, from, limit, &(struct deadline_pause){from, now, true}, 1, d.due_ms,
                                        &(struct deadline_change){0}, NULL),
                     OK);
}

static void random_pauses(void **state)
{
    (void)state;
    const struct office_clock *const clocks[] = {&plain, &police, &halves};
    any_state = 2463534242U;
    for (int i = 0; i < RANDOM / 3; i++) /* three pauses each */
        random_life(clocks[any((int64_t)ARRAY_LEN(clocks))], (enum limit_unit)(1 + any(LIMIT_SAME_DAY)));
}

static void what_is_past(void **state)
{
    (void)state;
    struct deadline d = due(&plain, "2025-03-03 10:00", 3, LIMIT_WORKING_DAY);
    assert_false(deadline_is_past(&plain, AT("2025-03-06 10:00"), LIMIT_WORKING_DAY, d.due_ms, d.late_ms));
    assert_true(deadline_is_past(&plain, AT("2025-03-06 10:01"), LIMIT_WORKING_DAY, d.due_ms, d.late_ms));
    d = due(&plain, "2025-03-03 07:00", 3, LIMIT_WORKING_DAY); /* due at the close of Wednesday */
    assert_false(deadline_is_past(&plain, AT("2025-03-05 20:00"), LIMIT_WORKING_DAY, d.due_ms, d.late_ms));
    assert_true(deadline_is_past(&plain, AT("2025-03-06 07:01"), LIMIT_WORKING_DAY, d.due_ms, d.late_ms));
    d = due(&plain, "2025-03-03 09:00", 1, LIMIT_SAME_DAY); /* no working minute passes in the night, but it is late */
    assert_false(deadline_is_past(&plain, AT("2025-03-03 17:00"), LIMIT_SAME_DAY, d.due_ms, d.late_ms));
    assert_true(deadline_is_past(&plain, AT("2025-03-03 20:00"), LIMIT_SAME_DAY, d.due_ms, d.late_ms));
    d = due(&plain, "2025-03-07 16:00", 24, LIMIT_CLOCK_HOUR);
    assert_true(deadline_is_past(&plain, AT("2025-03-08 16:01"), LIMIT_CLOCK_HOUR, d.due_ms, d.late_ms));
}

static struct deadline more(int64_t due_ms, enum limit_unit unit, int n, enum limit_unit by)
{
    struct deadline d;
    assert_int_equal(deadline_extend(&plain, due_ms, unit, (struct limit){n, by}, &d, NULL), OK);
    return d;
}

static void extensions(void **state)
{
    (void)state;
    struct deadline d = more(AT("2025-03-18 17:00"), LIMIT_CALENDAR_DAY, 5, LIMIT_CALENDAR_DAY);
    ASSERT_AT(d.late_ms, "2025-03-24 17:00"); /* the 23rd is a Sunday */
    d = more(AT("2025-03-18 17:00"), LIMIT_CALENDAR_DAY, 2, LIMIT_CALENDAR_DAY);
    ASSERT_AT(d.late_ms, "2025-03-20 17:00");
    d = more(AT("2025-03-18 17:00"), LIMIT_CALENDAR_DAY, 1, LIMIT_WORKING_DAY);
    ASSERT_AT(d.due_ms, "2025-03-19 17:00");
    ASSERT_AT(d.late_ms, "2025-03-19 17:00");
    assert_int_equal(d.unit, LIMIT_CALENDAR_DAY);
    d = more(AT("2025-03-12 17:00"), LIMIT_WORKING_DAY, 2,
             LIMIT_CALENDAR_DAY); /* late after Thursday the 13th: Saturday, Monday */
    ASSERT_AT(d.late_ms, "2025-03-17 17:00");
    assert_int_equal(d.unit, LIMIT_CALENDAR_DAY);
    d = more(AT("2025-03-31 17:00"), LIMIT_MONTH, 1, LIMIT_MONTH);
    ASSERT_AT(d.late_ms, "2025-05-05 17:00"); /* 30 April is off */
    d = more(AT("2025-03-06 15:00"), LIMIT_WORKING_HOUR, 4, LIMIT_WORKING_HOUR);
    ASSERT_AT(d.due_ms, "2025-03-07 09:00");
    d = more(AT("2025-03-08 16:00"), LIMIT_CLOCK_HOUR, 24, LIMIT_CLOCK_HOUR);
    ASSERT_AT(d.due_ms, "2025-03-09 16:00");
    assert_int_equal(deadline_extend(&plain, d.due_ms, LIMIT_MONTH, (struct limit){1, LIMIT_SAME_DAY}, &d, NULL),
                     ERR_DEADLINE_UNIT);
    assert_int_equal(deadline_extend(&plain, d.due_ms, LIMIT_NONE, (struct limit){1, LIMIT_MONTH}, &d, NULL),
                     ERR_DEADLINE_UNIT);
    assert_int_equal(deadline_extend(&plain, d.due_ms, LIMIT_MONTH, (struct limit){0, LIMIT_MONTH}, &d, NULL),
                     ERR_DEADLINE_NUMBER);
    assert_int_equal(deadline_extend(&plain, INT64_MAX, LIMIT_MONTH, (struct limit){1, LIMIT_MONTH}, &d, NULL),
                     ERR_DEADLINE_RANGE);
    any_state = 362436069U;
    for (int i = 0; i < RANDOM / 10; i++) { /* n days and m more are n + m days */
        int64_t received = any_moment();
        int n = 1 + (int)any(40), m = 1 + (int)any(40);
        struct deadline first, whole;
        assert_int_equal(deadline_of(&plain, received, (struct limit){n, LIMIT_WORKING_DAY}, &first, NULL), OK);
        assert_int_equal(deadline_of(&plain, received, (struct limit){n + m, LIMIT_WORKING_DAY}, &whole, NULL), OK);
        first = more(first.due_ms, LIMIT_WORKING_DAY, m, LIMIT_WORKING_DAY);
        assert_true(first.due_ms == whole.due_ms && first.late_ms == whole.late_ms);
    }
}

/* 2 January 2026 was made a day off on 25 December 2025. */
static void calendar_changes(void **state)
{
    (void)state;
    struct office_hours before = hours;
    struct office_clock c;
    struct deadline promised;
    struct deadline_change change;
    int32_t swapped = day_of(STR("2026-01-02"));
    size_t n = 0;
    before.calendar.off = ARENA_ARRAY(arena, int32_t, hours.calendar.n_off);
    for (size_t i = 0; i < hours.calendar.n_off; i++)
        if (hours.calendar.off[i] != swapped)
            before.calendar.off[n++] = hours.calendar.off[i];
    assert_int_equal(n + 1, hours.calendar.n_off);
    before.calendar.n_off = n;
    assert_int_equal(office_clock_new(arena, &before, STR(""), &c, NULL), OK);
    const struct limit limit = {5, LIMIT_WORKING_DAY};
    int64_t received = AT("2025-12-24 09:00");
    assert_int_equal(deadline_of(&c, received, (struct limit){6, LIMIT_WORKING_DAY}, &promised, NULL), OK);
    ASSERT_AT(promised.due_ms, "2026-01-02 09:00");
    assert_int_equal(deadline_recompute(&plain, received, (struct limit){6, LIMIT_WORKING_DAY}, NULL, 0,
                                        promised.due_ms, &change, NULL),
                     OK);
    ASSERT_AT(change.next.due_ms, "2026-01-05 09:00");
    assert_true(change.is_moved && change.is_later && !change.is_waiting);
    assert_int_equal(deadline_recompute(&plain, received, limit, NULL, 0, AT("2025-12-31 09:00"), &change, NULL), OK);
    assert_false(change.is_moved || change.is_later);
    const struct deadline_pause pauses[] = {{AT("2025-12-25 09:00"), AT("2025-12-26 09:00"), false},
                                            {AT("2025-12-29 09:00"), 0, false}};
    assert_int_equal(deadline_recompute(&plain, received, limit, pauses, 1, promised.due_ms, &change, NULL), OK);
    ASSERT_AT(change.next.due_ms, "2026-01-05 09:00"); /* 31 December and one day more */
    assert_true(change.is_later);
    assert_int_equal(deadline_recompute(&plain, received, limit, pauses, 2, promised.due_ms, &change, NULL), OK);
    assert_true(change.is_waiting);
    assert_int_equal(change.left, 3 * 8 * HOUR);
    const struct deadline_pause restart = {AT("2025-12-25 09:00"), AT("2025-12-26 10:00"), true};
    assert_int_equal(deadline_recompute(&plain, received, limit, &restart, 1, 0, &change, NULL), OK);
    assert_int_equal(change.next.due_ms, due(&plain, "2025-12-26 10:00", 5, LIMIT_WORKING_DAY).due_ms);
}

/* ---- what waits too long */

static void what_waits_too_long(void **state)
{
    (void)state;
    struct field fields[] = {{.name = STR("status")}, {.name = STR("status_since")}};
    struct reg reg = {.fields = fields, .n_fields = 2};
    struct escalation list[] = {{STR("1"), STR("leader"), {4, LIMIT_WORKING_HOUR}, {STR("x"), STR("x")}, 1},
                                {STR("2"), STR("unit_head"), {1, LIMIT_WORKING_DAY}, {STR("x"), STR("x")}, 1}};
    struct machine m = {.field = 0, .since = 1, .escalations = list, .n_escalations = 2};
    struct workflow w = {.reg = &reg, .machines = &m, .n_machines = 1};
    const int64_t friday = AT("2025-03-07 16:00");
    assert_false(escalation_is_due(&plain, &list[0], friday, AT("2025-03-09 23:00"))); /* 55 hours by the wall clock */
    assert_false(escalation_is_due(&plain, &list[0], friday, AT("2025-03-10 10:00")));
    assert_true(escalation_is_due(&plain, &list[0], friday, AT("2025-03-10 10:01")));
    assert_false(escalation_is_due(&plain, &list[1], friday, AT("2025-03-10 17:00")));
    assert_true(escalation_is_due(&plain, &list[1], friday, AT("2025-03-11 07:00")));

    const struct str roles[] = {STR("case_officer"), STR("leader")};
    struct str filter = escalations_filter(arena, &w, roles, 2, &plain, AT("2025-03-10 10:01"));
    assert_true(str_starts(filter, STR("(status = '1' AND status_since <= TIMESTAMP('2025-03-07T09:0")));
    assert_null(memmem(filter.p, filter.n, "'2'", 3)); /* of another role */
    assert_int_equal(escalations_filter(arena, &w, roles, 1, &plain, AT("2025-03-10 10:01")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_cases),
        cmocka_unit_test(what_waits_too_long),
        cmocka_unit_test(worked_pause),
        cmocka_unit_test(every_unit),
        cmocka_unit_test(same_day),
        cmocka_unit_test(offices_have_their_own_hours),
        cmocka_unit_test(hours_change_by_date),
        cmocka_unit_test(refused),
        cmocka_unit_test(years_without_days_off),
        cmocka_unit_test(as_the_slow_count_says),
        cmocka_unit_test(random_starts),
        cmocka_unit_test(random_pauses),
        cmocka_unit_test(what_is_past),
        cmocka_unit_test(extensions),
        cmocka_unit_test(calendar_changes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
