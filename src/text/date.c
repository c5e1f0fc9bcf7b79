#include "text/date.h"

#include <stdio.h>

#include "text/vn.h"

#include "base/banned.h"

enum { TEXT_MAX = 80 }; /* no date or instant is written longer */

static const uint8_t month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool date_is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month)
{
    must(month >= 1 && month <= 12);
    return month_days[month - 1] + (month == 2 && date_is_leap_year(year));
}

bool date_is_valid(struct date d)
{
    return d.year >= DATE_YEAR_MIN && d.year <= DATE_YEAR_MAX && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= date_month_days(d.year, d.month);
}

/* Reading: a cursor over text that is at most TEXT_MAX long. */
struct cursor {
    const char *p, *end;
};

static struct cursor cursor_of(struct str s)
{
    return s.n ? (struct cursor){s.p, s.p + s.n} : (struct cursor){"", ""};
}

static bool digit_at(const struct cursor *c)
{
    return c->p < c->end && *c->p >= '0' && *c->p <= '9';
}

/* A number of min to max digits, which no further digit follows. */
static bool digits(struct cursor *c, int min, int max, int *ret)
{
    int value = 0, n = 0;
    while (n < max && digit_at(c)) {
        value = value * 10 + (*c->p++ - '0');
        n++;
    }
    *ret = value;
    return n >= min && !digit_at(c);
}

static bool literal(struct cursor *c, char wanted)
{
    if (c->p >= c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static void spaces(struct cursor *c)
{
    while (c->p < c->end && *c->p == ' ')
        c->p++;
}

static bool word(struct cursor *c, const char *z)
{
    struct str w = str_of(z);
    if ((size_t)(c->end - c->p) < w.n || memcmp(c->p, w.p, w.n) != 0)
        return false;
    c->p += w.n;
    spaces(c);
    return true;
}

static bool read_iso(struct cursor *c, int ymd[3])
{
    return digits(c, 4, 4, &ymd[0]) && literal(c, '-') && digits(c, 2, 2, &ymd[1]) && literal(c, '-') &&
           digits(c, 2, 2, &ymd[2]);
}

static enum err finish(struct str text, const int ymd[3], struct date *ret_date, struct fault *f)
{
    if (ymd[0] < DATE_YEAR_MIN || ymd[1] < 1 || ymd[1] > 12 || ymd[2] < 1 || ymd[2] > date_month_days(ymd[0], ymd[1]))
        return FAULT(f, ERR_DATE_INVALID, {"value", text});
    *ret_date = (struct date){(int16_t)ymd[0], (uint8_t)ymd[1], (uint8_t)ymd[2]};
    return OK;
}

enum err date_parse(struct str text, struct date *ret_date, struct fault *f)
{
    struct cursor c = cursor_of(text);
    int ymd[3];
    if (text.n != 10 || !read_iso(&c, ymd))
        return FAULT(f, ERR_DATE_FORMAT, {"value", text});
    return finish(text, ymd, ret_date, f);
}

/* 5/3/2022 with one separator throughout, spaces around it allowed. */
static bool read_day_month_year(struct cursor *c, int ymd[3])
{
    if (!digits(c, 1, 2, &ymd[2]))
        return false;
    spaces(c);
    char separator = c->p < c->end ? *c->p : 0;
    if (separator != '/' && separator != '-' && separator != '.')
        return false;
    c->p++;
    spaces(c);
    if (!digits(c, 1, 2, &ymd[1]))
        return false;
    spaces(c);
    if (!literal(c, separator))
        return false;
    spaces(c);
    return digits(c, 4, 4, &ymd[0]);
}

/* [ngày] 5 tháng 3 [,] [năm] 2022, folded. */
static bool read_words(struct cursor *c, int ymd[3])
{
    word(c, "ngay");
    if (!digits(c, 1, 2, &ymd[2]))
        return false;
    spaces(c);
    if (!word(c, "thang") || !digits(c, 1, 2, &ymd[1]))
        return false;
    spaces(c);
    if (literal(c, ','))
        spaces(c);
    word(c, "nam");
    return digits(c, 4, 4, &ymd[0]);
}

enum err date_parse_vi(struct str text, struct date *ret_date, struct fault *f)
{
    struct str s = str_trim(text);
    if (s.n > TEXT_MAX)
        return FAULT(f, ERR_DATE_FORMAT, {"value", text});
    int ymd[3];
    struct cursor c = cursor_of(s);
    if (read_iso(&c, ymd) && c.p == c.end)
        return finish(text, ymd, ret_date, f);
    c = cursor_of(s);
    if (read_day_month_year(&c, ymd) && c.p == c.end)
        return finish(text, ymd, ret_date, f);
    struct buf folded CLEANUP(buf_done) = BUF_INIT(4 * TEXT_MAX);
    text_fold(s, &folded);
    c = cursor_of(buf_view(&folded));
    if (read_words(&c, ymd) && c.p == c.end)
        return finish(text, ymd, ret_date, f);
    return FAULT(f, ERR_DATE_FORMAT, {"value", text});
}

void date_print(struct date d, struct buf *out)
{
    if (d.year < 0 || d.year > 9999) {
        buf_printf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
        return;
    }
    /* Written by hand: a load prints some for each record. */
    const char text[] = {(char)('0' + d.year / 1000),
                         (char)('0' + d.year / 100 % 10),
                         (char)('0' + d.year / 10 % 10),
                         (char)('0' + d.year % 10),
                         '-',
                         (char)('0' + d.month / 10),
                         (char)('0' + d.month % 10),
                         '-',
                         (char)('0' + d.day / 10),
                         (char)('0' + d.day % 10)};
    buf_add(out, text, sizeof text);
}

struct str date_iso(struct arena *a, struct date d)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(20);
    date_print(d, &b);
    return str_of(arena_strdup(a, buf_cstr(&b)));
}

void date_print_vi(struct date d, struct buf *out)
{
    buf_printf(out, "%02d/%02d/%04d", d.day, d.month, d.year);
}

void date_print_long_vi(struct date d, struct buf *out)
{
    buf_printf(out, d.month < 3 ? "ngày %02d tháng %02d năm %d" : "ngày %02d tháng %d năm %d", d.day, d.month, d.year);
}

/* Days before the year and before the month, counted from a year that begins in March, so that the leap day is last. */
int32_t date_days(struct date d)
{
    int32_t year = d.month > 2 ? d.year : d.year - 1;
    int32_t month = d.month > 2 ? d.month - 3 : d.month + 9;
    int32_t leaps = year / 4 - year / 100 + year / 400; /* year >= 0 */
    return 365 * year + leaps + (153 * month + 2) / 5 + d.day - 1 - 719468;
}

struct date date_of_days(int32_t days)
{
    if (days < DATE_DAYS_MIN)
        days = DATE_DAYS_MIN;
    if (days > DATE_DAYS_MAX)
        days = DATE_DAYS_MAX;
    int32_t n = days + 719468; /* since 0000-03-01, never negative */
    int32_t era = n / 146097, in_era = n % 146097;
    int32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int32_t day = in_era - (365 * year + year / 4 - year / 100);
    int32_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += era * 400 + (month >= 10);
    return (struct date){(int16_t)year, (uint8_t)(month < 10 ? month + 3 : month - 9), (uint8_t)(day + 1)};
}

int date_compare(struct date a, struct date b)
{
    int32_t x = date_days(a), y = date_days(b);
    return (x > y) - (x < y);
}

int date_weekday(struct date d)
{
    return (date_days(d) - DATE_DAYS_MIN) % 7 + 1; /* 0001-01-01 was a Monday */
}

struct date date_add_months(struct date d, int32_t months)
{
    int64_t n = (int64_t)d.year * 12 + d.month - 1 + months;
    if (n < (int64_t)DATE_YEAR_MIN * 12)
        return date_of_days(DATE_DAYS_MIN);
    if (n >= ((int64_t)DATE_YEAR_MAX + 1) * 12)
        return date_of_days(DATE_DAYS_MAX);
    int year = (int)(n / 12), month = (int)(n % 12) + 1, last = date_month_days(year, month);
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)(d.day < last ? d.day : last)};
}

struct date date_add_days(struct date d, int32_t days)
{
    int64_t n = (int64_t)date_days(d) + days;
    return date_of_days(n < DATE_DAYS_MIN ? DATE_DAYS_MIN : n > DATE_DAYS_MAX ? DATE_DAYS_MAX : (int32_t)n);
}

enum { MINUTE_MS = 60000, DAY_MINUTES = 1440 };
static const int64_t day_ms = (int64_t)DAY_MINUTES * MINUTE_MS;

static bool read_fraction(struct cursor *c, int *ret_ms)
{
    int ms = 0, n = 0;
    while (digit_at(c)) {
        if (n++ < 3)
            ms = ms * 10 + (*c->p - '0');
        c->p++;
    }
    for (int i = n; i < 3; i++)
        ms *= 10;
    *ret_ms = ms;
    return n > 0;
}

static bool read_offset(struct cursor *c, int *ret_minutes)
{
    *ret_minutes = 0;
    if (literal(c, 'Z') || literal(c, 'z'))
        return true;
    int sign = c->p < c->end && *c->p == '-' ? -1 : 1, hours, minutes;
    if (!literal(c, '+') && !literal(c, '-'))
        return false;
    if (!digits(c, 2, 2, &hours) || !literal(c, ':') || !digits(c, 2, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

enum err instant_parse(struct str text, int64_t *ret_ms, struct fault *f)
{
    struct cursor c = cursor_of(text);
    int ymd[3], hour, minute, second, ms = 0, offset;
    bool is_read = text.n <= TEXT_MAX && read_iso(&c, ymd) && (literal(&c, 'T') || literal(&c, 't')) &&
                   digits(&c, 2, 2, &hour) && literal(&c, ':') && digits(&c, 2, 2, &minute) && literal(&c, ':') &&
                   digits(&c, 2, 2, &second);
    if (is_read && literal(&c, '.'))
        is_read = read_fraction(&c, &ms);
    if (!is_read || !read_offset(&c, &offset) || c.p != c.end)
        return FAULT(f, ERR_INSTANT_FORMAT, {"value", text});
    struct date d;
    if (finish(text, ymd, &d, NULL) != OK || hour > 23 || minute > 59 || second > 60)
        return FAULT(f, ERR_INSTANT_INVALID, {"value", text});
    int64_t minutes = (int64_t)date_days(d) * DAY_MINUTES + hour * 60 + minute - offset;
    int64_t utc_minute = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
    if (second == 60 && utc_minute != DAY_MINUTES - 1)
        return FAULT(f, ERR_INSTANT_INVALID, {"value", text});
    int64_t value = minutes * MINUTE_MS + second * 1000 + (second == 60 ? 0 : ms);
    if (value < DATE_DAYS_MIN * day_ms || value >= (DATE_DAYS_MAX + 1) * day_ms)
        return FAULT(f, ERR_INSTANT_INVALID, {"value", text});
    *ret_ms = value;
    return OK;
}

bool clock_time_parse(struct str text, int *ret_minute)
{
    struct cursor c = cursor_of(text);
    int hour = 0, minute = 0;
    bool is_read =
        digits(&c, 2, 2, &hour) && literal(&c, ':') && digits(&c, 2, 2, &minute) && c.p == c.end && minute <= 59;
    *ret_minute = hour * 60 + minute;
    return is_read && *ret_minute <= DAY_MINUTES;
}

enum err instant_parse_local(struct str text, int offset_minutes, int64_t *ret_ms, struct fault *f)
{
    struct str time, date = str_trim(text);
    struct date d;
    int minute;
    if (instant_parse(date, ret_ms, NULL) == OK)
        return OK;
    bool has_space = date.n && memchr(date.p, ' ', date.n);
    date = str_cut(date, has_space ? ' ' : 'T', &time);
    if (!date.n || !time.n)
        return FAULT(f, ERR_MOMENT_FORMAT, {"value", text});
    time = str_trim(time);
    if (memchr(date.p, ':', date.n)) {
        struct str first = date;
        date = time;
        time = first;
    }
    if (!clock_time_parse(time, &minute) || minute == DAY_MINUTES)
        return FAULT(f, ERR_MOMENT_FORMAT, {"value", text});
    enum err e = date_parse_vi(date, &d, f);
    if (e == OK)
        *ret_ms = instant_of_date(d, offset_minutes) + (int64_t)minute * MINUTE_MS;
    return e;
}

/* Whole days before the instant and the milliseconds since; instants outside the years 1 to 9999 stop at their ends. */
static int32_t split(int64_t ms, int64_t *ret_in_day)
{
    int64_t first = DATE_DAYS_MIN * day_ms, last = (DATE_DAYS_MAX + 1) * day_ms - 1;
    ms = ms < first ? first : ms > last ? last : ms;
    int64_t days = ms / day_ms, in_day = ms % day_ms;
    if (in_day < 0) {
        in_day += day_ms;
        days--;
    }
    *ret_in_day = in_day;
    return (int32_t)days;
}

void instant_print(int64_t ms, struct buf *out)
{
    int64_t in_day;
    date_print(date_of_days(split(ms, &in_day)), out);
    int second = (int)(in_day / 1000), rest = (int)(in_day % 1000);
    buf_printf(out, "T%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
    if (rest)
        buf_printf(out, ".%03d", rest);
    buf_putc(out, 'Z');
}

void instant_words(int64_t ms, int offset_minutes, struct buf *out)
{
    int64_t in_day;
    struct date d = date_of_days(split(ms + (int64_t)offset_minutes * 60000, &in_day));
    int minute = (int)(in_day / 60000);
    buf_printf(out, "%02d:%02d %02d/%02d/%04d", minute / 60, minute % 60, d.day, d.month, d.year);
}

struct date date_of_instant(int64_t ms, int offset_minutes)
{
    int64_t in_day, local;
    if (__builtin_add_overflow(ms, (int64_t)offset_minutes * MINUTE_MS, &local))
        local = ms;
    return date_of_days(split(local, &in_day));
}

int64_t instant_of_date(struct date d, int offset_minutes)
{
    return (int64_t)date_days(d) * day_ms - (int64_t)offset_minutes * MINUTE_MS;
}
