/* Dates of the Gregorian calendar and instants of time.
 *
 *     struct date d;
 *     if (date_parse_vi(STR("ngày 5 tháng 3 năm 2022"), &d, &f) == OK)
 *         date_print(d, &out);                                     // 2022-03-05
 *     struct date valid_to = date_add_months(d, 36);               // 2025-03-05
 *     int64_t ms;
 *     instant_parse(STR("2022-03-05T08:30:00+07:00"), &ms, &f);    // milliseconds since 1970-01-01T00:00:00Z
 *     d = date_of_instant(ms, VIETNAM_OFFSET_MINUTES);
 *
 * Years run from 1 to 9999. Arithmetic that would leave them stops at the first or last day. Days are counted from
 * 1970-01-01. Nothing here depends on the machine's locale or time zone. Years of two digits are never guessed.
 */
#ifndef TINHSO_TEXT_DATE_H
#define TINHSO_TEXT_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

struct date {
    int16_t year;
    uint8_t month, day;
};

enum {
    VIETNAM_OFFSET_MINUTES = 7 * 60,
    DATE_YEAR_MIN = 1,
    DATE_YEAR_MAX = 9999,
    DATE_DAYS_MIN = -719162, /* 0001-01-01 */
    DATE_DAYS_MAX = 2932896, /* 9999-12-31 */
};

bool date_is_leap_year(int year);
int date_month_days(int year, int month); /* month 1 to 12 */
bool date_is_valid(struct date d);

/* Strictly yyyy-mm-dd (ISO 8601). ERR_DATE_FORMAT, or ERR_DATE_INVALID for a day that does not exist. */
enum err date_parse(struct str text, struct date *ret_date, struct fault *f);

/* What people in Viet Nam write: 5/3/2022, 05-03-2022, 5.3.2022 (day before month, always), “ngày 5 tháng 3 năm 2022”
 * with or without accents and “ngày”, and yyyy-mm-dd. Same errors. */
enum err date_parse_vi(struct str text, struct date *ret_date, struct fault *f);

void date_print(struct date d, struct buf *out);     /* 2022-03-05 */
struct str date_iso(struct arena *a, struct date d); /* the same, kept in the arena */
void date_print_vi(struct date d, struct buf *out);  /* 05/03/2022 */
void date_print_long_vi(struct date d,
                        struct buf *out); /* ngày 05 tháng 3 năm 2022 (Decree 30/2020: day <10, month <3 padded) */

/* Days since 1970-01-01, and back; days outside DATE_DAYS_MIN … DATE_DAYS_MAX give the first or last day. */
int32_t date_days(struct date d);
struct date date_of_days(int32_t days);

int date_compare(struct date a, struct date b); /* -1, 0, 1 */
int date_weekday(struct date d);                /* 1 Monday … 7 Sunday (ISO 8601) */

/* Calendar months: the same day of the month, or its last day where there is no such day
 * (31 Aug + 36 months = 31 Aug, 29 Feb + 12 months = 28 Feb, 31 Jan + 1 month = 28 or 29 Feb). */
struct date date_add_months(struct date d, int32_t months);
struct date date_add_days(struct date d, int32_t days);

/* RFC 3339: date, T, time, optional fraction, Z or offset. Digits of the fraction behind milliseconds are dropped.
 * A date alone is not an instant. Second 60 is taken at 23:59 UTC only and is the next minute's first second.
 * ERR_INSTANT_FORMAT, ERR_INSTANT_INVALID. */
enum err instant_parse(struct str text, int64_t *ret_ms, struct fault *f);

/* "07:30", up to "24:00": the minute of the day. */
bool clock_time_parse(struct str text, int *ret_minute);

/* What people write for a moment on the wall clock of a place: "2025-03-06 09:15", "06/03/2025 09:15", "09:15 06/03/2025", "2025-03-06T09:15"; or RFC 3339, which brings its
 * own offset. ERR_MOMENT_FORMAT, and those of its date. */
enum err instant_parse_local(struct str text, int offset_minutes, int64_t *ret_ms, struct fault *f);

/* 2022-03-05T01:30:00Z; milliseconds only when they are not 0. */
void instant_print(int64_t ms, struct buf *out);

/* As people read it on the wall: 15:04 27/11/2026. */
void instant_words(int64_t ms, int offset_minutes, struct buf *out);

/* The date that the calendar on the wall shows at that instant, and the instant at which that date begins. */
struct date date_of_instant(int64_t ms, int offset_minutes);
int64_t instant_of_date(struct date d, int offset_minutes);

#endif
