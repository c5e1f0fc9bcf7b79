/* Working days: Monday to Friday, without the days off and with the Saturdays worked instead that the register `holidays` names (Labour Code 2019 art. 111, 112 and the
 * yearly notices). The day on which a term begins is not counted (Civil Code 2015 art. 147).
 *
 *     struct work_calendar c;
 *     work_calendar_read(a, s, &c, f);
 *     struct date due = work_days_after(&c, received, 2);      // Friday 24 April 2026 → Wednesday 29 April
 *     int left = work_days_between(&c, today, due);            // negative once it is late
 *
 * The register has the fields `date` and `day_off` (1: off; 0: worked although it is a weekend; empty: not yet decided, which changes nothing), perhaps `name_vi` and `name_en`. Without it only weekends are
 * off, and covers() is false. The calendar lives in the arena.
 */
#ifndef TINHSO_WORKFLOW_CLOCK_H
#define TINHSO_WORKFLOW_CLOCK_H

#include "register/store.h"
#include "text/date.h"

struct work_calendar {
    int32_t *off, *worked; /* days since 1970-01-01, ascending */
    size_t n_off, n_worked;
    int first_year, last_year;                    /* that have days off; 0 without any */
    const struct text2 *off_names, *worked_names; /* of each; NULL: not known */
};

enum err work_calendar_read(struct arena *a, struct store *s, struct work_calendar *ret, struct fault *f);
bool work_day(const struct work_calendar *c, struct date d);
/* What the calendar says of a day, since 1970-01-01, beyond its weekday, and what it is called (may be NULL: nowhere to put it). */
enum work_day_kind { WORK_DAY_PLAIN, WORK_DAY_OFF, WORK_DAY_INSTEAD /* a weekend day that is worked */ };
enum work_day_kind work_day_kind(const struct work_calendar *c, int32_t day, struct text2 *ret_name);
/* The n-th working day after a day; the day itself for n = 0. */
struct date work_days_after(const struct work_calendar *c, struct date from, int n);
/* Working days after `from` up to and with `to`; negative when `to` lies before. */
int work_days_between(const struct work_calendar *c, struct date from, struct date to);
/* The days off of that year are known: else a term may end earlier than computed from weekends alone would say. */
bool work_calendar_covers(const struct work_calendar *c, struct date d);

#endif
