/* How many due dates a second: the engine's tables against a walk over the days, one by one, as it is usually written. Both answer the same questions, and must agree.
 *
 *     bench-deadlines [PROVINCE]       the folder whose data/holidays.csv is the calendar; province/dak-nong without */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "text/csv.h"
#include "workflow/deadline.h"

#include "base/banned.h"

enum { QUESTIONS = 1 << 20, ROUNDS = 5, MOST_DAYS = 60, HOUR = 60, OPENS = 7 * HOUR, LUNCH = 11 * HOUR + 30 };
enum { AFTERNOON = 13 * HOUR + 30, CLOSES = 17 * HOUR, MOST_HOLIDAYS = 1000 };

struct question {
    int64_t received;
    int n;
};

struct bench {
    struct arena *a;
    struct office_hours hours;
    struct office_clock clock;
    struct question *questions;
    int64_t *due;
};

static void holidays_read(struct bench *x, const char *folder)
{
    struct work_calendar *c = &x->hours.calendar;
    struct csv_table t;
    struct str text, *row;
    struct date d;
    bool is_end = false;
    const char *path = arena_printf(x->a, "%s/data/holidays.csv", folder);
    c->off = ARENA_ARRAY(x->a, int32_t, MOST_HOLIDAYS), c->worked = ARENA_ARRAY(x->a, int32_t, MOST_HOLIDAYS);
    must(file_read(x->a, path, LIMIT_YAML_BYTES, &text, NULL) == OK);
    must(csv_table_open(&t, x->a, arena_new(), text, ',', str_of(path), NULL) == OK);
    ptrdiff_t date = csv_table_column(&t, STR("date")), off = csv_table_column(&t, STR("day_off"));
    must(date >= 0 && off >= 0);
    while (csv_table_next(&t, &row, &is_end, NULL) == OK && !is_end) {
        must(date_parse(row[date], &d, NULL) == OK && c->n_off < MOST_HOLIDAYS && c->n_worked < MOST_HOLIDAYS);
        if (str_is(row[off], "1"))
            c->off[c->n_off++] = date_days(d);
        else if (str_is(row[off], "0"))
            c->worked[c->n_worked++] = date_days(d);
    }
    arena_free(t.csv.cells);
}

static void hours_make(struct bench *x)
{
    static const int sessions[][2] = {{OPENS, LUNCH}, {AFTERNOON, CLOSES}};
    x->hours.offset_minutes = VIETNAM_OFFSET_MINUTES;
    x->hours.rules = ARENA_ARRAY(x->a, struct office_rule, WEEKDAYS * ARRAY_LEN(sessions));
    for (int day = 1; day <= 5; day++)
        for (size_t i = 0; i < ARRAY_LEN(sessions); i++)
            x->hours.rules[x->hours.n_rules++] = (struct office_rule){
                STR("x"), STR(""), day, sessions[i][0], sessions[i][1], DATE_DAYS_MIN, DATE_DAYS_MAX};
    must(office_clock_new(x->a, &x->hours, STR(""), &x->clock, NULL) == OK);
}

/* At any minute from 2021 to the middle of 2026, 1 to 60 working days. */
static void questions_make(struct bench *x)
{
    uint64_t state = 88172645463325252U;
    int64_t first = date_days((struct date){2021, 1, 1}), last = date_days((struct date){2026, 7, 1});
    x->questions = ARENA_ARRAY(x->a, struct question, QUESTIONS);
    x->due = ARENA_ARRAY(x->a, int64_t, QUESTIONS);
    for (int i = 0; i < QUESTIONS; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        int64_t minute = first * DAY_MINUTES + (int64_t)(state % (uint64_t)((last - first) * DAY_MINUTES));
        x->questions[i] =
            (struct question){(minute - VIETNAM_OFFSET_MINUTES) * MINUTE_MS, 1 + (int)(state >> 40) % MOST_DAYS};
    }
}

/* ---- the walk */

static struct date next_work_day(const struct work_calendar *c, struct date d)
{
    do
        d = date_add_days(d, 1);
    while (!work_day(c, d));
    return d;
}

/* The same hour of the n-th working day; started at opening, the close of the day before; at the end of lunch, its beginning. */
static int64_t walk(const struct work_calendar *c, int64_t received, int n)
{
    int64_t minute = received / MINUTE_MS + VIETNAM_OFFSET_MINUTES;
    struct date d = date_of_instant(received, VIETNAM_OFFSET_MINUTES), before = d;
    int at = (int)(minute % DAY_MINUTES);
    if (!work_day(c, d) || at >= CLOSES) {
        d = next_work_day(c, d);
        at = OPENS;
    }
    at = at < OPENS ? OPENS : at >= LUNCH && at < AFTERNOON ? AFTERNOON : at;
    while (n-- > 0) {
        before = d;
        d = next_work_day(c, d);
    }
    if (at == OPENS)
        return instant_of_date(before, VIETNAM_OFFSET_MINUTES) + (int64_t)CLOSES * MINUTE_MS;
    return instant_of_date(d, VIETNAM_OFFSET_MINUTES) + (int64_t)(at == AFTERNOON ? LUNCH : at) * MINUTE_MS;
}

static void walk_all(struct bench *x)
{
    for (int i = 0; i < QUESTIONS; i++)
        x->due[i] = walk(&x->hours.calendar, x->questions[i].received, x->questions[i].n);
}

/* ---- the engine */

static void engine_all(struct bench *x)
{
    struct deadline d;
    for (int i = 0; i < QUESTIONS; i++) {
        struct limit limit = {x->questions[i].n, LIMIT_WORKING_DAY};
        must(deadline_of(&x->clock, x->questions[i].received, limit, &d, NULL) == OK);
        must(x->due[i] == 0 || x->due[i] == d.due_ms); /* what the walk said */
        x->due[i] = d.due_ms;
    }
}

static void hours_all(struct bench *x)
{
    struct deadline d;
    for (int i = 0; i < QUESTIONS; i++) {
        struct limit limit = {8, LIMIT_WORKING_HOUR};
        must(deadline_of(&x->clock, x->questions[i].received, limit, &d, NULL) == OK);
    }
}

/* A day after receipt, and three days after that. */
static void pauses_all(struct bench *x)
{
    enum { DAY_MS = DAY_MINUTES * MINUTE_MS };
    struct deadline d;
    for (int i = 0; i < QUESTIONS; i++) {
        int64_t paused = x->questions[i].received + DAY_MS;
        int64_t left = deadline_left(&x->clock, paused, LIMIT_WORKING_DAY, x->due[i]);
        must(deadline_resume(&x->clock, paused + 3 * DAY_MS, left, LIMIT_WORKING_DAY, &d, NULL) == OK);
    }
}

static void measure(struct bench *x, const char *name, const char *budget, void (*all)(struct bench *))
{
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = clock_mono_us();
        all(x);
        int64_t us = clock_mono_us() - start;
        best = us < best ? us : best;
    }
    printf("%s\t%.0f\t1/s%s\n", name, QUESTIONS * 1e6 / (double)best, budget);
}

static void build_measure(struct bench *x)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct office_clock c;
    int64_t best = INT64_MAX;
    for (int round = 0; round < 10 * ROUNDS; round++) {
        int64_t start = clock_mono_us();
        arena_reset(a);
        must(office_clock_new(a, &x->hours, STR(""), &c, NULL) == OK);
        int64_t us = clock_mono_us() - start;
        best = us < best ? us : best;
    }
    printf("deadlines: the tables of one office, %zu kB\t%.3f\tms\n", arena_bytes(a) / 1000, (double)best / 1000);
}

int main(int argc, char **argv)
{
    struct bench x = {.a = arena_new()};
    holidays_read(&x, argc > 1 ? argv[1] : "province/dak-nong");
    hours_make(&x);
    questions_make(&x);
    measure(&x, "deadlines: a walk over the days, 1 to 60 working days", "", walk_all);
    measure(&x, "deadlines: 1 to 60 working days, due and late",
            "\t>= 1000000\tdeadlines: a walk over the days, 1 to 60 working days", engine_all);
    measure(&x, "deadlines: 8 working hours", "\t>= 1000000", hours_all);
    measure(&x, "deadlines: paused and resumed", "\t>= 1000000", pauses_all);
    build_measure(&x);
    arena_free(x.a);
    return 0;
}
