/* When a term ends, and what a pause leaves of it.
 *
 *     struct deadline d;
 *     deadline_of(&clock, received_ms, (struct limit){3, LIMIT_WORKING_DAY}, &d, f);
 *     // received Thursday 6 March 2025 09:15 → due Tuesday 11 March 09:15, late after Tuesday 17:00
 *     int64_t left = deadline_left(&clock, paused_ms, LIMIT_WORKING_DAY, d.due_ms);     // kept on the record while it waits
 *     deadline_resume(&clock, resumed_ms, left, LIMIT_WORKING_DAY, &d, f);
 *
 * Two moments: `due` is promised on form 01, to the hour; `late` is the moment after which it is late: the close of that working day for limits in days and months, the same
 * as `due` for limits in hours. Being late is a question (finished, or now > late), never a state.
 *
 *   start          the minute of receipt within office hours, else the next opening of the receiving office
 *   working_day    the n-th working day behind that of the start, at the same working minute (of a shorter day, its last); started at opening, at the close of the day before
 *   calendar_day   the n-th day behind that of the start, at its close; a day off gives way to the next working day
 *   month          the same day n months on (the last of a shorter month), the same way
 *   same_day       the close of the day of the start; started after 15:00, of the next working day. n is 1
 *   working_hour   n × 60 working minutes behind the start
 *   clock_hour     n × 60 minutes behind the start, by night and on days off too
 *   none           the law sets no term: has_due is false. Such a dossier is never counted as on time
 *   unspecified    the source does not say the unit: ERR_DEADLINE_UNIT, for a person to settle; a guessed unit is a wrong promise
 *
 * A pause keeps the working minutes left until `due` (clock_hour: minutes), and resuming adds them to the moment of resuming, whatever the unit of the limit: so no sequence of
 * pauses gives or takes a minute of working time, which days would, rounded at each. After a pause a limit in calendar days or months is due to the minute too, and late
 * after the close of that day. "Counted again from the complete dossier" is deadline_of anew.
 *
 * What is past (deadline_is_past) cannot be paused (one-stop.md §3.5): it would have until the close of the day of resuming, at each pause anew, and never be late.
 *
 * Sources: Civil Code 2015 art. 147, 148 (the first day is not counted; a last day off gives way; months); Decree 61/2018/NĐ-CP and Decree 118/2025/NĐ-CP (reception and
 * return); Decree 45/2020/NĐ-CP (answer within 8 working hours); Law on Civil Status 60/2014/QH13 and Decree 23/2015/NĐ-CP art. 7 (after 15:00, next working day);
 * reference domain/one-stop.md §4, worked cases in tests/golden/deadlines.csv. docs/clocks.md tells it with examples.
 *
 * is_covered: days off are known for all years concerned; else the term leaves out weekends only and must be computed again.
 * Errors: ERR_DEADLINE_UNIT, ERR_DEADLINE_NUMBER, ERR_DEADLINE_RANGE (outside of what the clock knows).
 */
#ifndef TINHSO_WORKFLOW_DEADLINE_H
#define TINHSO_WORKFLOW_DEADLINE_H

#include "workflow/office_hours.h"

enum limit_unit {
    LIMIT_UNSPECIFIED,
    LIMIT_WORKING_DAY,
    LIMIT_CALENDAR_DAY,
    LIMIT_WORKING_HOUR,
    LIMIT_CLOCK_HOUR,
    LIMIT_MONTH,
    LIMIT_SAME_DAY,
    LIMIT_NONE,
    LIMIT_UNITS
};

struct limit {
    int n;
    enum limit_unit unit;
};

enum { DEADLINE_MOST = 10000 /* of any unit */, DEADLINE_SAME_DAY_UNTIL = 15 * 60 /* minute of the day, with it */ };

struct deadline {
    int64_t starts_ms, due_ms, late_ms; /* due and late are 0 without a term */
    bool has_due;
    bool is_hour_exact; /* the promise names an hour, not just a day */
    bool is_covered;
    enum limit_unit unit; /* by which a pause is counted: that of the limit */
    int64_t revision;     /* of the calendar: of the store that it was read from */
};

/* As the code list limit_units writes it: LIMIT_CLOCK_HOUR is `hour`, or `clock_hour`. ERR_DEADLINE_UNIT for any other text. */
enum err limit_unit_of(struct str code, enum limit_unit *ret_unit, struct fault *f);
const char *limit_unit_code(enum limit_unit unit);

enum err deadline_of(const struct office_clock *c, int64_t received_ms, struct limit limit, struct deadline *ret,
                     struct fault *f);

/* Working time has passed since the due moment (negative minutes left), or the late moment has. */
bool deadline_is_past(const struct office_clock *c, int64_t ms, enum limit_unit unit, int64_t due_ms, int64_t late_ms);
int64_t deadline_left(const struct office_clock *c, int64_t paused_ms, enum limit_unit unit, int64_t due_ms);
enum err deadline_resume(const struct office_clock *c, int64_t resumed_ms, int64_t left, enum limit_unit unit,
                         struct deadline *ret, struct fault *f);

/* So much more behind a due moment of a limit in `unit`: days behind its last day, hours behind its due minute. Pauses after it count in ret->unit, which differs from `unit`
 * when one of the two ends with a day and the other does not. ret->starts is the due moment. Not same_day, none: ERR_DEADLINE_UNIT. */
enum err deadline_extend(const struct office_clock *c, int64_t due_ms, enum limit_unit unit, struct limit more,
                         struct deadline *ret, struct fault *f);

/* What a changed calendar makes of a term that runs: receipt, limit and pauses once more, by the clock given. It changes nothing. A promise is never moved later without
 * a paper, which is for the caller to decide. */
struct deadline_pause {
    int64_t paused_ms, resumed_ms; /* resumed 0: it waits still (the last one) */
    bool is_restart;               /* counted anew when resumed */
};
struct deadline_change {
    struct deadline next; /* as it would be; of the time before the pause when it waits */
    bool is_waiting;
    int64_t left;            /* when it waits */
    bool is_moved, is_later; /* against what was promised; while it waits, both are false */
};
enum err deadline_recompute(const struct office_clock *c, int64_t received_ms, struct limit limit,
                            const struct deadline_pause *pauses, size_t n, int64_t promised_ms,
                            struct deadline_change *ret, struct fault *f);

#endif
