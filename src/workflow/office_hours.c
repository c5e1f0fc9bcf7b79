#include "workflow/office_hours.h"

#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

enum { THURSDAY = 3 /* of a week from 0, Monday; the weekday of day 0 */ };

/* ---- the register */

enum { COL_ID, COL_OFFICE, COL_WEEKDAY, COL_OPENS, COL_CLOSES, COL_FROM, COL_TO, COLUMNS };
static const char *const columns[COLUMNS] = {NULL, "office", "weekday", "opens", "closes", "valid_from", "valid_to"};

static int32_t day_or(struct str text, int32_t otherwise)
{
    struct date d;
    return text.n && date_parse(text, &d, NULL) == OK ? date_days(d) : otherwise;
}

static enum err wrong(struct str id, struct fault *f)
{
    return FAULT(f, ERR_OFFICE_HOURS_WRONG, {"id", id});
}

static enum err read_rule(struct arena *a, struct stmt *st, struct office_rule *r, struct fault *f)
{
    *r = (struct office_rule){
        .id = str_dup(a, stmt_column_text(st, COL_ID)),
        .office = str_dup(a, stmt_column_text(st, COL_OFFICE)),
        .weekday = (int)stmt_column_int(st, COL_WEEKDAY),
        .from = day_or(stmt_column_text(st, COL_FROM), DATE_DAYS_MIN),
        .to = day_or(stmt_column_text(st, COL_TO), DATE_DAYS_MAX),
    };
    bool fits = clock_time_parse(stmt_column_text(st, COL_OPENS), &r->opens);
    fits = clock_time_parse(stmt_column_text(st, COL_CLOSES), &r->closes) && fits;
    return fits && r->opens < r->closes && r->weekday >= 1 && r->weekday <= WEEKDAYS ? OK : wrong(r->id, f);
}

static enum err read_rules(struct arena *a, struct store *s, const struct reg *reg, struct office_hours *h,
                           struct fault *f)
{
    VEC(struct office_rule) rules = {0};
    struct buf sql CLEANUP(buf_done) = BUF_INIT(4096);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct office_rule r;
    bool has_row;
    buf_printf(&sql, "SELECT t._id");
    for (int i = COL_OFFICE; i < COLUMNS; i++)
        buf_printf(&sql, ", t.%s", reg_field(reg, str_of(columns[i]))->column);
    buf_printf(&sql, " FROM %s t WHERE %s ORDER BY t._id", reg->table, store_visible_sql(a, s, reg, "t"));
    enum err e = stmt_new(s->db, buf_view(&sql), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        if ((e = read_rule(a, st, &r, f)) == OK)
            VEC_PUSH(a, &rules, r);
    h->rules = rules.p, h->n_rules = rules.n;
    return e;
}

enum err office_hours_read(struct arena *a, struct store *s, struct office_hours *ret, struct fault *f)
{
    const struct reg *reg = s->province ? province_register(s->province, STR("office_hours")) : NULL;
    bool fits = reg != NULL;
    for (int i = COL_OFFICE; fits && i < COLUMNS; i++)
        fits = reg_field(reg, str_of(columns[i])) != NULL;
    if (!fits)
        return FAULT(f, ERR_OFFICE_HOURS_NONE, {"office", STR("")});
    *ret = (struct office_hours){.offset_minutes = s->province->utc_offset_minutes, .revision = s->at};
    enum err e = work_calendar_read(a, s, &ret->calendar, f);
    return e == OK ? read_rules(a, s, reg, ret, f) : e;
}

/* ---- the tables of one office */

bool office_hours_of_its_own(const struct office_hours *h, struct str office)
{
    for (size_t i = 0; office.n && i < h->n_rules; i++)
        if (str_eq(h->rules[i].office, office))
            return true;
    return false;
}

static int by_opening(const void *a, const void *b)
{
    const struct office_session *x = a, *y = b;
    return x->opens - y->opens;
}

static bool rule_holds(const struct office_rule *r, struct str office, int32_t day)
{
    return r->from <= day && day < r->to && str_eq(r->office, office);
}

/* Of a weekday, by the hours in force on a day. */
static enum err pattern_of(const struct office_hours *h, struct str office, int32_t day, int weekday,
                           struct office_pattern *p, struct fault *f)
{
    struct str last = {NULL, 0};
    *p = (struct office_pattern){0};
    for (size_t i = 0; i < h->n_rules; i++) {
        const struct office_rule *r = &h->rules[i];
        if (r->weekday != weekday || !rule_holds(r, office, day))
            continue;
        if (p->n == OFFICE_SESSIONS)
            return wrong(r->id, f);
        p->sessions[p->n++] = (struct office_session){(int16_t)r->opens, (int16_t)r->closes};
        p->minutes += r->closes - r->opens;
        last = r->id;
    }
    qsort(p->sessions, (size_t)p->n, sizeof p->sessions[0], by_opening);
    for (int i = 1; i < p->n; i++)
        if (p->sessions[i].opens < p->sessions[i - 1].closes)
            return wrong(last, f);
    return OK;
}

static bool has_rules_on(const struct office_hours *h, struct str office, int32_t day)
{
    for (size_t i = 0; i < h->n_rules; i++)
        if (rule_holds(&h->rules[i], office, day))
            return true;
    return false;
}

/* The first day behind `day` on which other hours may hold. */
static int32_t next_change(const struct office_hours *h, int32_t day)
{
    int32_t next = DATE_DAYS_MAX;
    for (size_t i = 0; i < h->n_rules; i++) {
        const struct office_rule *r = &h->rules[i];
        if (r->from > day && r->from < next)
            next = r->from;
        if (r->to > day && r->to < next)
            next = r->to;
    }
    return next;
}

struct builder {
    struct office_clock *c;
    struct office_pattern *week; /* from Monday on, in force */
    int32_t week_until, minutes;
};

static enum err week_of(struct arena *a, struct builder *b, int32_t day, struct fault *f)
{
    const struct office_hours *h = b->c->hours;
    struct str office = has_rules_on(h, b->c->office, day) ? b->c->office : STR("");
    b->week = ARENA_ARRAY(a, struct office_pattern, WEEKDAYS);
    b->week_until = next_change(h, day);
    enum err e = OK;
    for (int i = 0; e == OK && i < WEEKDAYS; i++)
        e = pattern_of(h, office, day, i + 1, &b->week[i], f);
    return e;
}

static void add_day(struct builder *b, int32_t day)
{
    struct office_clock *c = b->c;
    enum work_day_kind kind = work_day_kind(&c->hours->calendar, day, NULL);
    const struct office_pattern *p = &b->week[kind == WORK_DAY_INSTEAD ? 0 : (day + THURSDAY) % WEEKDAYS];
    c->next[day - c->first_day] = c->n_open;
    if (kind == WORK_DAY_OFF || !p->n)
        return;
    c->open[c->n_open++] = (struct office_open_day){.day = day, .minutes_before = b->minutes, .pattern = p};
    b->minutes += p->minutes;
}

enum err office_clock_new(struct arena *a, const struct office_hours *h, struct str office, struct office_clock *ret,
                          struct fault *f)
{
    int32_t first = date_days((struct date){OFFICE_YEAR_MIN, 1, 1});
    int32_t end = date_days((struct date){OFFICE_YEAR_MAX + 1, 1, 1});
    struct office_clock c = {.hours = h, .office = str_dup(a, office), .first_day = first, .n_days = end - first};
    struct builder b = {.c = &c, .week_until = first};
    enum err e = OK;
    c.next = ARENA_ARRAY(a, int32_t, c.n_days);
    c.open = ARENA_ARRAY(a, struct office_open_day, c.n_days);
    for (int32_t day = first; e == OK && day < end; day++) {
        if (day == b.week_until)
            e = week_of(a, &b, day, f);
        if (e == OK)
            add_day(&b, day);
    }
    if (e != OK)
        return e;
    if (!c.n_open)
        return FAULT(f, ERR_OFFICE_HOURS_NONE, {"office", office});
    *ret = c;
    return OK;
}

/* ---- moments */

static int64_t floor_div(int64_t x, int64_t by)
{
    return x / by - (x % by < 0);
}

int64_t office_minute(const struct office_clock *c, int64_t ms)
{
    return floor_div(ms, MINUTE_MS) + c->hours->offset_minutes;
}

int64_t office_moment(const struct office_clock *c, int64_t minute)
{
    return (minute - c->hours->offset_minutes) * MINUTE_MS;
}

bool office_place_of(const struct office_clock *c, int64_t minute, struct office_place *ret)
{
    int64_t day = floor_div(minute, DAY_MINUTES);
    *ret = (struct office_place){0};
    if (day < c->open[0].day || day >= c->first_day + c->n_days)
        return false;
    int32_t k = c->next[day - c->first_day];
    int at = (int)(minute - day * DAY_MINUTES);
    if (k < c->n_open && c->open[k].day == day) {
        const struct office_pattern *p = c->open[k].pattern;
        int offset = 0;
        for (int i = 0; i < p->n; i++) {
            const struct office_session *s = &p->sessions[i];
            if (at < s->closes) {
                int from = at > s->opens ? at : s->opens;
                *ret = (struct office_place){k, offset + from - s->opens, day * DAY_MINUTES + from};
                return true;
            }
            offset += s->closes - s->opens;
        }
        k++;
    }
    if (k >= c->n_open)
        return false;
    *ret = (struct office_place){k, 0, (int64_t)c->open[k].day * DAY_MINUTES + c->open[k].pattern->sessions[0].opens};
    return true;
}

/* The nearest place when the clock does not know the moment. */
static struct office_place place_near(const struct office_clock *c, int64_t minute)
{
    struct office_place p;
    if (office_place_of(c, minute, &p))
        return p;
    if (minute < (int64_t)c->open[0].day * DAY_MINUTES)
        (void)office_place_of(c, (int64_t)c->open[0].day * DAY_MINUTES, &p);
    else
        (void)office_place_of(c, office_close(c, c->n_open - 1) - 1, &p);
    return p;
}

int64_t office_close(const struct office_clock *c, int32_t open)
{
    const struct office_pattern *p = c->open[open].pattern;
    return (int64_t)c->open[open].day * DAY_MINUTES + p->sessions[p->n - 1].closes;
}

int64_t office_minute_at(const struct office_clock *c, int32_t open, int offset)
{
    const struct office_pattern *p = c->open[open].pattern;
    int i = 0;
    if (offset == 0 && open > 0)
        return office_close(c, open - 1);
    while (i < p->n - 1 && offset > p->sessions[i].closes - p->sessions[i].opens) {
        offset -= p->sessions[i].closes - p->sessions[i].opens;
        i++;
    }
    return (int64_t)c->open[open].day * DAY_MINUTES + p->sessions[i].opens + offset;
}

bool office_clock_knows(const struct office_clock *c, int64_t ms)
{
    struct office_place p;
    return office_place_of(c, office_minute(c, ms), &p);
}

bool office_is_open(const struct office_clock *c, int64_t ms)
{
    struct office_place p;
    int64_t minute = office_minute(c, ms);
    return office_place_of(c, minute, &p) && p.start == minute;
}

int64_t office_next_open(const struct office_clock *c, int64_t ms)
{
    return office_moment(c, place_near(c, office_minute(c, ms)).start);
}

static int64_t worked_before(const struct office_clock *c, int64_t ms)
{
    struct office_place p = place_near(c, office_minute(c, ms));
    return (int64_t)c->open[p.open].minutes_before + p.offset;
}

int64_t office_minutes_between(const struct office_clock *c, int64_t from_ms, int64_t to_ms)
{
    return worked_before(c, to_ms) - worked_before(c, from_ms);
}

/* The open day within which, or at whose close, so many minutes were worked since the first. */
static int32_t day_worked(const struct office_clock *c, int64_t minutes)
{
    int32_t low = 0, high = c->n_open;
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (c->open[middle].minutes_before < minutes)
            low = middle;
        else
            high = middle;
    }
    return low;
}

enum err office_range_fault(const struct office_clock *c, struct fault *f)
{
    struct buf from CLEANUP(buf_done) = BUF_INIT(32), to CLEANUP(buf_done) = BUF_INIT(32);
    date_print(date_of_days(c->open[0].day), &from);
    date_print(date_of_days(c->open[c->n_open - 1].day), &to);
    return FAULT(f, ERR_DEADLINE_RANGE, {"from", buf_view(&from)}, {"to", buf_view(&to)});
}

enum err office_minutes_after(const struct office_clock *c, int64_t from_ms, int64_t minutes, int64_t *ret_ms,
                              struct fault *f)
{
    struct office_place p;
    if (!office_place_of(c, office_minute(c, from_ms), &p))
        return office_range_fault(c, f);
    if (minutes == 0) {
        *ret_ms = office_moment(c, p.start);
        return OK;
    }
    const struct office_open_day *end = &c->open[c->n_open - 1];
    int64_t worked = (int64_t)c->open[p.open].minutes_before + p.offset;
    if (minutes < -worked || minutes > end->minutes_before + end->pattern->minutes - worked)
        return office_range_fault(c, f);
    int32_t k = day_worked(c, worked + minutes);
    *ret_ms = office_moment(c, office_minute_at(c, k, (int)(worked + minutes - c->open[k].minutes_before)));
    return OK;
}

struct office_day office_day_of(const struct office_clock *c, struct date d)
{
    struct office_day ret = {.kind = OFFICE_DAY_REST};
    int32_t day = date_days(d);
    bool is_known = day >= c->first_day && day < c->first_day + c->n_days;
    enum work_day_kind kind = work_day_kind(&c->hours->calendar, day, &ret.name);
    int32_t k = is_known ? c->next[day - c->first_day] : c->n_open;
    if (k < c->n_open && c->open[k].day == day) {
        ret.kind = kind == WORK_DAY_INSTEAD ? OFFICE_DAY_INSTEAD : OFFICE_DAY_OPEN;
        ret.pattern = c->open[k].pattern;
    } else if (kind == WORK_DAY_OFF)
        ret.kind = OFFICE_DAY_HOLIDAY;
    return ret;
}
