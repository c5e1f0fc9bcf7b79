/* When an office is open: its sessions by weekday and date, without the days off and with the weekend days worked instead that the register `holidays` names.
 *
 *     struct office_hours h;
 *     struct office_clock c;
 *     office_hours_read(a, s, &h, f);                          // once a revision: both registers as of s->at
 *     office_clock_new(a, &h, STR("ubnd-24760"), &c, f);       // a third of a megabyte, a millisecond: keep it
 *     int64_t starts = office_next_open(&c, received_ms);      // Saturday 10:00 → Monday 07:00
 *     int64_t worked = office_minutes_between(&c, from_ms, to_ms);
 *
 * The register `office_hours` has the fields office, weekday (1 Monday … 7 Sunday), opens, closes ("07:00"), valid_from, valid_to (half-open, empty: without end); a record is
 * one session. Records without an office are the province's; an office that has records valid on a day has only these on it. A day off has no session, whatever the
 * weekday; a weekend day worked instead has the sessions of a Monday. A working day of an office is a day on which it has a session.
 * Sources: Labour Code 2019 art. 105, 111, 112; hours of work and of one-stop offices are set by each province (reference domain/one-stop.md §4.2, §4.7).
 *
 * Everything counts in whole minutes of the province's time: a moment is the minute it lies in, so that nothing is lost or won by adding and taking. A session is open from
 * its first minute up to, not with, its closing. Tables run from OFFICE_YEAR_MIN to OFFICE_YEAR_MAX, from the first day with a session on; office_clock_knows says whether a
 * moment lies in them, which callers ask first: outside, answers are the nearest end.
 * Ownership: the arena. Read-only once made: any number of threads may ask one clock.
 * Errors: ERR_OFFICE_HOURS_NONE (no such register, or nothing in it for that office), ERR_OFFICE_HOURS_WRONG (a time that is none, sessions that overlap).
 */
#ifndef TINHSO_WORKFLOW_OFFICE_HOURS_H
#define TINHSO_WORKFLOW_OFFICE_HOURS_H

#include "workflow/clock.h"

enum {
    OFFICE_YEAR_MIN = 2000,
    OFFICE_YEAR_MAX = 2060,
    OFFICE_SESSIONS = 6, /* of a day, at most */
    WEEKDAYS = 7,
    DAY_MINUTES = 24 * 60,
    MINUTE_MS = 60000,
};

/* A record: one session. */
struct office_rule {
    struct str id, office; /* office empty: the province's */
    int weekday, opens, closes;
    int32_t from, to; /* days since 1970-01-01, half-open */
};

struct office_hours {
    struct work_calendar calendar;
    struct office_rule *rules;
    size_t n_rules;
    int offset_minutes; /* of the province's time from UTC */
    int64_t revision;   /* that both were read at; 0: made by hand */
};

struct office_session {
    int16_t opens, closes; /* minutes of the day */
};

/* The sessions of a day, in order. */
struct office_pattern {
    struct office_session sessions[OFFICE_SESSIONS];
    int n, minutes;
};

/* A day on which the office is open. */
struct office_open_day {
    int32_t day;            /* since 1970-01-01 */
    int32_t minutes_before; /* worked on all open days before it */
    const struct office_pattern *pattern;
};

struct office_clock {
    const struct office_hours *hours;
    struct str office;
    int32_t first_day, n_days;
    int32_t *next; /* of each day: the first open day from it on, a number in `open`; n_open: none */
    struct office_open_day *open;
    int32_t n_open;
};

enum err office_hours_read(struct arena *a, struct store *s, struct office_hours *ret, struct fault *f);
/* The office has hours of its own, on some day; all others share the clock of the office "". */
bool office_hours_of_its_own(const struct office_hours *h, struct str office);
enum err office_clock_new(struct arena *a, const struct office_hours *h, struct str office, struct office_clock *ret,
                          struct fault *f);

bool office_clock_knows(const struct office_clock *c, int64_t ms);
bool office_is_open(const struct office_clock *c, int64_t ms);
/* The minute of that moment when the office is open, else its next opening. */
int64_t office_next_open(const struct office_clock *c, int64_t ms);
/* Working minutes from one moment to another; negative when `to` lies before. */
int64_t office_minutes_between(const struct office_clock *c, int64_t from_ms, int64_t to_ms);
/* The earliest moment at which so many working minutes have passed: at the close rather than at the next opening. With none to pass, the next opening. */
enum err office_minutes_after(const struct office_clock *c, int64_t from_ms, int64_t minutes, int64_t *ret_ms,
                              struct fault *f);

enum office_day_kind {
    OFFICE_DAY_OPEN,
    OFFICE_DAY_INSTEAD, /* open: a weekend day worked instead of another */
    OFFICE_DAY_HOLIDAY, /* closed: a day off of the register `holidays`, whatever its kind */
    OFFICE_DAY_REST,    /* closed: no session on this weekday */
};
struct office_day {
    enum office_day_kind kind;
    struct text2 name;                    /* of the holiday, or of the day worked instead; may be empty */
    const struct office_pattern *pattern; /* NULL: closed */
};
/* Of a date that the clock knows. */
struct office_day office_day_of(const struct office_clock *c, struct date d);

/* For deadline.c: where a moment lies among the open days. `start` is its minute, or that of the next opening; `offset` the working minutes of that day before it, always
 * fewer than the day has. */
struct office_place {
    int32_t open; /* a number in c->open */
    int offset;
    int64_t start; /* minutes since 1970-01-01T00:00 of the province's time */
};
bool office_place_of(const struct office_clock *c, int64_t minute, struct office_place *ret);
int64_t office_minute(const struct office_clock *c, int64_t ms);
int64_t office_moment(const struct office_clock *c, int64_t minute);
/* The minute at which an open day closes. */
int64_t office_close(const struct office_clock *c, int32_t open);
/* The earliest minute before which so many minutes of that open day were worked; of 0: the close of the open day before. */
int64_t office_minute_at(const struct office_clock *c, int32_t open, int offset);
enum err office_range_fault(const struct office_clock *c, struct fault *f);

#endif
