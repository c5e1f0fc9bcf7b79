#include "workflow/deadline.h"

#include "base/banned.h"

static const char *const codes[LIMIT_UNITS] = {
    [LIMIT_UNSPECIFIED] = "unspecified",   [LIMIT_WORKING_DAY] = "working_day",
    [LIMIT_CALENDAR_DAY] = "calendar_day", [LIMIT_WORKING_HOUR] = "working_hour",
    [LIMIT_CLOCK_HOUR] = "hour",           [LIMIT_MONTH] = "month",
    [LIMIT_SAME_DAY] = "same_day",         [LIMIT_NONE] = "none",
};

enum err limit_unit_of(struct str code, enum limit_unit *ret_unit, struct fault *f)
{
    if (str_is(code, "clock_hour")) { /* what the code list calls hours for short */
        *ret_unit = LIMIT_CLOCK_HOUR;
        return OK;
    }
    for (int i = 0; i < LIMIT_UNITS; i++)
        if (str_is(code, codes[i])) {
            *ret_unit = (enum limit_unit)i;
            return OK;
        }
    return FAULT(f, ERR_DEADLINE_UNIT, {"unit", code});
}

const char *limit_unit_code(enum limit_unit unit)
{
    return codes[unit];
}

/* A term as minutes of the province's time. */
struct term {
    int64_t due, late;
};

static bool ends_by_day(enum limit_unit unit)
{
    return unit == LIMIT_CALENDAR_DAY || unit == LIMIT_MONTH || unit == LIMIT_SAME_DAY;
}

/* The end of the working day of a due minute that closes one day and opens the next. For working days it belongs to the next, since the day of the start is not counted; for
 * terms that end with a day, to the one it closes. */
static bool late_of(const struct office_clock *c, enum limit_unit unit, struct term *t)
{
    struct office_place p;
    t->late = t->due;
    if (unit == LIMIT_WORKING_HOUR || unit == LIMIT_CLOCK_HOUR)
        return true;
    if (!office_place_of(c, ends_by_day(unit) ? t->due - 1 : t->due, &p))
        return false;
    t->late = office_close(c, p.open);
    return true;
}

static bool term_working_days(const struct office_clock *c, const struct office_place *start, int n, struct term *t)
{
    if (n >= c->n_open - start->open)
        return false;
    int32_t k = start->open + n;
    int most = c->open[k].pattern->minutes - 1;
    t->due = n ? office_minute_at(c, k, start->offset < most ? start->offset : most) : start->start;
    t->late = office_close(c, k);
    return true;
}

/* The close of a day, or of the next that is open. */
static bool term_until_day(const struct office_clock *c, int32_t day, struct term *t)
{
    if (day >= c->first_day + c->n_days || c->next[day - c->first_day] >= c->n_open)
        return false;
    t->due = t->late = office_close(c, c->next[day - c->first_day]);
    return true;
}

static bool term_same_day(const struct office_clock *c, const struct office_place *start, struct term *t)
{
    int32_t day = c->open[start->open].day;
    bool is_early = start->start - (int64_t)day * DAY_MINUTES <= DEADLINE_SAME_DAY_UNTIL;
    return term_until_day(c, is_early ? day : day + 1, t);
}

static bool term_working_hours(const struct office_clock *c, const struct office_place *start, int n, struct term *t)
{
    enum { HOUR = 60 };
    int64_t ms = 0;
    bool fits = office_minutes_after(c, office_moment(c, start->start), (int64_t)n * HOUR, &ms, NULL) == OK;
    t->due = t->late = office_minute(c, ms);
    return fits;
}

static bool term_clock_hours(const struct office_clock *c, const struct office_place *start, int n, struct term *t)
{
    enum { HOUR = 60 };
    t->due = t->late = start->start + (int64_t)n * HOUR;
    return office_clock_knows(c, office_moment(c, t->due));
}

static bool term_of(const struct office_clock *c, const struct office_place *start, struct limit limit, struct term *t)
{
    int32_t day = c->open[start->open].day;
    switch (limit.unit) {
    case LIMIT_WORKING_DAY:
        return term_working_days(c, start, limit.n, t);
    case LIMIT_CALENDAR_DAY:
        return term_until_day(c, day + limit.n, t);
    case LIMIT_MONTH:
        return term_until_day(c, date_days(date_add_months(date_of_days(day), limit.n)), t);
    case LIMIT_SAME_DAY:
        return term_same_day(c, start, t);
    case LIMIT_WORKING_HOUR:
        return term_working_hours(c, start, limit.n, t);
    case LIMIT_CLOCK_HOUR:
        return term_clock_hours(c, start, limit.n, t);
    default:
        return true;
    }
}

static bool is_covered(const struct office_clock *c, int64_t from_ms, int64_t to_ms)
{
    const struct office_hours *h = c->hours;
    return work_calendar_covers(&h->calendar, date_of_instant(from_ms, h->offset_minutes)) &&
           work_calendar_covers(&h->calendar, date_of_instant(to_ms, h->offset_minutes));
}

static void deadline_fill(const struct office_clock *c, int64_t from_ms, int64_t starts, enum limit_unit unit,
                          const struct term *t, struct deadline *ret)
{
    *ret = (struct deadline){.starts_ms = office_moment(c, starts), .has_due = t != NULL, .unit = unit};
    ret->revision = c->hours->revision;
    if (t) {
        ret->due_ms = office_moment(c, t->due);
        ret->late_ms = office_moment(c, t->late);
        ret->is_hour_exact = !ends_by_day(unit) || t->due != t->late;
    }
    ret->is_covered = is_covered(c, from_ms, t ? ret->late_ms : ret->starts_ms);
}

static enum err limit_check(struct limit limit, struct fault *f)
{
    struct buf number CLEANUP(buf_done) = BUF_INIT(32);
    if (limit.unit <= LIMIT_UNSPECIFIED || limit.unit >= LIMIT_UNITS)
        return FAULT(f, ERR_DEADLINE_UNIT, {"unit", STR("unspecified")});
    int most = limit.unit == LIMIT_SAME_DAY ? 1 : DEADLINE_MOST;
    if (limit.unit == LIMIT_NONE || (limit.n >= 1 && limit.n <= most))
        return OK;
    buf_printf(&number, "%d", limit.n);
    return FAULT(f, ERR_DEADLINE_NUMBER, {"value", buf_view(&number)});
}

enum err deadline_of(const struct office_clock *c, int64_t received_ms, struct limit limit, struct deadline *ret,
                     struct fault *f)
{
    struct office_place start;
    struct term t = {0, 0};
    enum err e = limit_check(limit, f);
    if (e != OK)
        return e;
    if (!office_place_of(c, office_minute(c, received_ms), &start) || !term_of(c, &start, limit, &t))
        return office_range_fault(c, f);
    deadline_fill(c, received_ms, start.start, limit.unit, limit.unit == LIMIT_NONE ? NULL : &t, ret);
    return OK;
}

int64_t deadline_left(const struct office_clock *c, int64_t paused_ms, enum limit_unit unit, int64_t due_ms)
{
    if (unit == LIMIT_CLOCK_HOUR)
        return office_minute(c, due_ms) - office_minute(c, paused_ms);
    return office_minutes_between(c, paused_ms, due_ms);
}

bool deadline_is_past(const struct office_clock *c, int64_t ms, enum limit_unit unit, int64_t due_ms, int64_t late_ms)
{
    return ms > late_ms || deadline_left(c, ms, unit, due_ms) < 0;
}

static enum err resume_due(const struct office_clock *c, int64_t resumed_ms, int64_t left, enum limit_unit unit,
                           int64_t *ret_ms, struct fault *f)
{
    *ret_ms = 0;
    if (unit != LIMIT_CLOCK_HOUR)
        return office_minutes_after(c, resumed_ms, left, ret_ms, f);
    bool fits = left >= -(int64_t)INT32_MAX && left <= INT32_MAX;
    *ret_ms = office_moment(c, office_minute(c, resumed_ms) + (fits ? left : 0));
    return fits && office_clock_knows(c, *ret_ms) ? OK : office_range_fault(c, f);
}

enum err deadline_resume(const struct office_clock *c, int64_t resumed_ms, int64_t left, enum limit_unit unit,
                         struct deadline *ret, struct fault *f)
{
    struct office_place start;
    int64_t due_ms = 0;
    if (unit <= LIMIT_UNSPECIFIED || unit >= LIMIT_NONE)
        return FAULT(f, ERR_DEADLINE_UNIT, {"unit", str_of(codes[unit == LIMIT_NONE ? unit : LIMIT_UNSPECIFIED])});
    enum err e = resume_due(c, resumed_ms, left, unit, &due_ms, f);
    if (e != OK)
        return e;
    struct term t = {office_minute(c, due_ms), 0};
    if (!office_place_of(c, office_minute(c, resumed_ms), &start) || !late_of(c, unit, &t))
        return office_range_fault(c, f);
    deadline_fill(c, resumed_ms, start.start, unit, &t, ret);
    return OK;
}

/* Days count from the last day of the term, which is that of its late moment in all units; the rest from its due minute. */
static bool term_more(const struct office_clock *c, enum limit_unit unit, struct limit more, struct term *t)
{
    struct office_place due;
    struct term last = *t;
    if (!late_of(c, unit, &last) || !office_place_of(c, last.due, &due))
        return false;
    int32_t last_day = (int32_t)((last.late - 1) / DAY_MINUTES);
    switch (more.unit) {
    case LIMIT_CALENDAR_DAY:
        return term_until_day(c, last_day + more.n, t);
    case LIMIT_MONTH:
        return term_until_day(c, date_days(date_add_months(date_of_days(last_day), more.n)), t);
    case LIMIT_CLOCK_HOUR:
        due.start = last.due;
        return term_clock_hours(c, &due, more.n, t);
    default:
        return term_of(c, &due, more, t);
    }
}

enum err deadline_extend(const struct office_clock *c, int64_t due_ms, enum limit_unit unit, struct limit more,
                         struct deadline *ret, struct fault *f)
{
    enum err e = limit_check(more, f);
    struct term t = {office_minute(c, due_ms), 0};
    int64_t starts = t.due;
    if (e != OK)
        return e;
    if (unit <= LIMIT_UNSPECIFIED || unit >= LIMIT_NONE)
        return FAULT(f, ERR_DEADLINE_UNIT, {"unit", str_of(codes[unit == LIMIT_NONE ? unit : LIMIT_UNSPECIFIED])});
    if (more.unit == LIMIT_SAME_DAY || more.unit == LIMIT_NONE)
        return FAULT(f, ERR_DEADLINE_UNIT, {"unit", str_of(codes[more.unit])});
    if (!office_clock_knows(c, due_ms) || !term_more(c, unit, more, &t))
        return office_range_fault(c, f);
    enum limit_unit kept = ends_by_day(unit) ? unit : more.unit;
    if (!late_of(c, kept, &t))
        return office_range_fault(c, f);
    deadline_fill(c, due_ms, starts, kept, &t, ret);
    return OK;
}

enum err deadline_recompute(const struct office_clock *c, int64_t received_ms, struct limit limit,
                            const struct deadline_pause *pauses, size_t n, int64_t promised_ms,
                            struct deadline_change *ret, struct fault *f)
{
    struct deadline d = {0};
    int64_t left = 0;
    bool is_waiting = false;
    enum err e = deadline_of(c, received_ms, limit, &d, f);
    for (size_t i = 0; e == OK && !is_waiting && d.has_due && i < n; i++) {
        left = deadline_left(c, pauses[i].paused_ms, limit.unit, d.due_ms);
        is_waiting = pauses[i].resumed_ms == 0;
        if (!is_waiting && pauses[i].is_restart)
            e = deadline_of(c, pauses[i].resumed_ms, limit, &d, f);
        else if (!is_waiting)
            e = deadline_resume(c, pauses[i].resumed_ms, left, limit.unit, &d, f);
    }
    if (e != OK)
        return e;
    *ret = (struct deadline_change){.next = d, .is_waiting = is_waiting, .left = is_waiting ? left : 0};
    ret->is_moved = d.due_ms != promised_ms;
    ret->is_later = d.due_ms > promised_ms;
    return OK;
}
