/* tinhso deadline: when a term ends, and which days it left out: for whoever doubts a date. */
#include "workflow/deadline.h"

#include "base/vec.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"
#include "text/number.h"
#include "workflow/office.h"

#include "base/banned.h"

enum { WIDTH = 120, WORD_OFFICE = 0, WORD_LIMIT, WORD_UNIT, WORD_RECEIVED, WORDS };

/* A time of waiting, and what it made of the term. */
struct waiting {
    struct str text;
    int64_t paused, resumed; /* resumed 0: it waits still */
    int64_t left;
};

/* A day that is told: left out, or worked though a weekend. */
struct day_told {
    struct date date;
    struct office_day day;
};

struct asked {
    struct str office;
    struct str name; /* of the office; empty: not known */
    bool has_own_hours;
    struct limit limit;
    int64_t received, starts; /* starts: at first, whatever the pauses */
    struct office_clock clock;
    struct deadline d;
    VEC(struct waiting) pauses;
    bool is_waiting;     /* the last of them */
    int64_t last_moment; /* of receipt and pauses */
    VEC(struct day_told) days;
};

/* ---- what is asked */

/* Where the province has a register of offices, the office stands in it, or has hours of its own: a slip of the pen would pass for an office without any. */
static enum err office_find(struct cli *c, struct store *s, const struct office_hours *h, struct asked *q)
{
    struct office office;
    q->has_own_hours = office_hours_of_its_own(h, q->office);
    if (!q->office.n)
        return OK;
    enum err e =
        office_read(c->arena, s, q->office, date_of_instant(q->received, h->offset_minutes), &office, &c->fault);
    if (e == OK)
        q->name = office.name;
    return e == ERR_OFFICES_NONE || (e == ERR_OFFICE_UNKNOWN && q->has_own_hours) ? OK : e;
}

/* "FROM; TO", or "FROM" while it waits. */
static enum err pause_read(struct cli *c, struct asked *q, struct str text)
{
    struct str to;
    struct waiting w = {.text = text};
    int offset = q->clock.hours->offset_minutes;
    struct str from = str_trim(str_cut(text, ';', &to));
    enum err e = instant_parse_local(from, offset, &w.paused, &c->fault);
    if (e == OK && to.p)
        e = instant_parse_local(str_trim(to), offset, &w.resumed, &c->fault);
    if (e != OK)
        return e;
    if (q->is_waiting || w.paused < q->last_moment || (to.p && w.resumed < w.paused))
        return FAULT(&c->fault, ERR_DEADLINE_PAUSE, {"value", text});
    q->is_waiting = !to.p;
    q->last_moment = w.resumed;
    VEC_PUSH(c->arena, &q->pauses, w);
    return OK;
}

static enum err asked_read(struct cli *c, struct store *s, struct asked *q)
{
    int64_t n = 0;
    struct office_hours *h = ARENA_NEW(c->arena, struct office_hours);
    struct str office = cli_word(c, WORD_OFFICE), limit = cli_word(c, WORD_LIMIT);
    *q = (struct asked){.office = str_is(office, "-") ? STR("") : office};
    enum err e = office_hours_read(c->arena, s, h, &c->fault);
    if (e == OK)
        e = limit_unit_of(cli_word(c, WORD_UNIT), &q->limit.unit, &c->fault);
    if (e == OK)
        e = integer_parse(limit, &n, &c->fault);
    if (e == OK && (n < 0 || n > DEADLINE_MOST))
        e = FAULT(&c->fault, ERR_DEADLINE_NUMBER, {"value", limit});
    q->limit.n = (int)n;
    if (e == OK)
        e = instant_parse_local(cli_word(c, WORD_RECEIVED), h->offset_minutes, &q->received, &c->fault);
    if (e == OK)
        e = office_find(c, s, h, q);
    if (e == OK)
        e = office_clock_new(c->arena, h, q->has_own_hours ? q->office : STR(""), &q->clock, &c->fault);
    q->last_moment = q->received;
    for (size_t i = 0; e == OK && i < c->args.options.n; i++)
        if (str_is(str_of(c->args.options.p[i].option->name), "pause"))
            e = pause_read(c, q, str_of(c->args.options.p[i].value));
    return e;
}

/* ---- what is answered */

static struct date date_at(const struct asked *q, int64_t ms)
{
    return date_of_instant(ms, q->clock.hours->offset_minutes);
}

static enum err compute(struct cli *c, struct asked *q)
{
    enum err e = deadline_of(&q->clock, q->received, q->limit, &q->d, &c->fault);
    q->starts = q->d.starts_ms;
    for (size_t i = 0; e == OK && q->d.has_due && i < q->pauses.n; i++) {
        struct waiting *w = &q->pauses.p[i];
        w->left = deadline_left(&q->clock, w->paused, q->limit.unit, q->d.due_ms);
        if (deadline_is_past(&q->clock, w->paused, q->limit.unit, q->d.due_ms, q->d.late_ms))
            e = FAULT(&c->fault, ERR_DEADLINE_PAUSE_LATE, {"value", w->text});
        else if (w->resumed)
            e = deadline_resume(&q->clock, w->resumed, w->left, q->limit.unit, &q->d, &c->fault);
    }
    return e;
}

/* The first day whose being off changed the end: limits in calendar days count days off too, but for those behind their last day. */
static struct date counted_from(const struct asked *q)
{
    struct date start = date_at(q, q->starts);
    if (!q->pauses.n && q->limit.unit == LIMIT_CALENDAR_DAY)
        return date_add_days(start, q->limit.n);
    return !q->pauses.n && q->limit.unit == LIMIT_MONTH ? date_add_months(start, q->limit.n) : start;
}

/* Up to which the days are told. */
static struct date told_until(const struct asked *q)
{
    if (q->is_waiting)
        return date_at(q, q->pauses.p[q->pauses.n - 1].paused);
    return date_at(q, q->limit.unit == LIMIT_CLOCK_HOUR || !q->d.has_due ? q->starts : q->d.late_ms);
}

static void days_find(struct cli *c, struct asked *q)
{
    struct date start = date_at(q, q->starts), from = counted_from(q), until = told_until(q);
    for (struct date d = date_at(q, q->received); date_compare(d, until) <= 0; d = date_add_days(d, 1)) {
        struct day_told told = {d, office_day_of(&q->clock, d)};
        bool is_told = told.day.kind != OFFICE_DAY_OPEN;
        if (is_told && (date_compare(d, start) < 0 || date_compare(d, from) >= 0))
            VEC_PUSH(c->arena, &q->days, told);
    }
}

static const char *why_code(enum office_day_kind kind)
{
    return kind == OFFICE_DAY_HOLIDAY ? "holiday" : kind == OFFICE_DAY_INSTEAD ? "instead" : "rest";
}

static struct str iso_instant(struct cli *c, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(ms, &b);
    return keep(c, &b);
}

static void member_instant(struct cli *c, struct json_out *o, const char *key, int64_t ms)
{
    json_key(o, str_of(key));
    if (ms)
        json_str(o, iso_instant(c, ms));
    else
        json_null(o);
}

static void answer_days(struct cli *c, const struct asked *q, struct json_out *o)
{
    json_key(o, STR("days"));
    json_array_begin(o);
    for (size_t i = 0; i < q->days.n; i++) {
        const struct day_told *t = &q->days.p[i];
        json_object_begin(o);
        json_member(o, "date", date_iso(c->arena, t->date));
        json_key(o, STR("open")), json_bool(o, t->day.pattern != NULL);
        json_member(o, "why", str_of(why_code(t->day.kind)));
        json_member(o, "name", text2_in(&t->day.name, c->lang));
        json_object_end(o);
    }
    json_array_end(o);
}

static void answer_pauses(struct cli *c, const struct asked *q, struct json_out *o)
{
    json_key(o, STR("pauses"));
    json_array_begin(o);
    for (size_t i = 0; i < q->pauses.n; i++) {
        const struct waiting *w = &q->pauses.p[i];
        json_object_begin(o);
        member_instant(c, o, "paused", w->paused);
        member_instant(c, o, "resumed", w->resumed);
        json_key(o, STR("left_minutes")), json_int(o, w->left);
        json_object_end(o);
    }
    json_array_end(o);
}

static void answer_json(struct cli *c, const struct asked *q)
{
    struct json_out o = answer_begin(c);
    bool has_due = q->d.has_due && !q->is_waiting;
    json_object_begin(&o);
    json_member(&o, "office", q->office);
    json_key(&o, STR("own_hours")), json_bool(&o, q->has_own_hours);
    json_key(&o, STR("limit")), json_int(&o, q->limit.n);
    json_member(&o, "unit", str_of(limit_unit_code(q->limit.unit)));
    member_instant(c, &o, "received", q->received);
    member_instant(c, &o, "starts", q->starts);
    member_instant(c, &o, "due", has_due ? q->d.due_ms : 0);
    member_instant(c, &o, "late", has_due ? q->d.late_ms : 0);
    json_key(&o, STR("hour_exact")), json_bool(&o, q->d.is_hour_exact);
    json_key(&o, STR("covered")), json_bool(&o, q->d.is_covered);
    answer_pauses(c, q, &o);
    answer_days(c, q, &o);
    moment_json(&c->at, &o);
    json_object_end(&o);
    answer_end(c, &o);
}

static const char *weekday_shown(const struct cli *c, struct date d)
{
    static const struct words names[] = {{"thứ hai", "Monday"},   {"thứ ba", "Tuesday"}, {"thứ tư", "Wednesday"},
                                         {"thứ năm", "Thursday"}, {"thứ sáu", "Friday"}, {"thứ bảy", "Saturday"},
                                         {"chủ nhật", "Sunday"}};
    return words_in(&names[date_weekday(d) - 1], c->lang);
}

static struct str moment_shown(struct cli *c, const struct asked *q, int64_t ms)
{
    enum { HOUR = 60 };
    int minute = (int)(office_minute(&q->clock, ms) % DAY_MINUTES);
    struct date d = date_at(q, ms);
    return str_of(arena_printf(c->arena, "%02d:%02d %s %.*s", minute / HOUR, minute % HOUR, weekday_shown(c, d),
                               STR_ARG(date_shown(c, date_iso(c->arena, d)))));
}

static struct str why_shown(struct cli *c, const struct office_day *day)
{
    const char *why = day->kind == OFFICE_DAY_HOLIDAY   ? T(c, "nghỉ lễ, nghỉ bù", "holiday")
                      : day->kind == OFFICE_DAY_INSTEAD ? T(c, "làm bù, được tính", "worked instead: counted")
                                                        : T(c, "ngày nghỉ hằng tuần", "weekly day of rest");
    struct str name = text2_in(&day->name, c->lang);
    return name.n && day->kind == OFFICE_DAY_HOLIDAY ? str_of(arena_printf(c->arena, "%s: %.*s", why, STR_ARG(name)))
                                                     : str_of(why);
}

static void show_days(struct cli *c, const struct asked *q)
{
    struct columns_table t;
    if (!q->days.n)
        return;
    buf_printf(&c->out, "\n");
    columns_table_init(&t, c->arena, 3);
    columns_add(&t, str_of(T(c, "Ngày nghỉ, làm bù", "Day off, or worked")));
    columns_add(&t, str_of(T(c, "Thứ", "Weekday")));
    columns_add(&t, str_of(T(c, "Vì sao", "Why")));
    for (size_t i = 0; i < q->days.n; i++) {
        columns_add(&t, date_shown(c, date_iso(c->arena, q->days.p[i].date)));
        columns_add(&t, str_of(weekday_shown(c, q->days.p[i].date)));
        columns_add(&t, why_shown(c, &q->days.p[i].day));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
}

static void show_pauses(struct cli *c, const struct asked *q)
{
    for (size_t i = 0; i < q->pauses.n; i++) {
        const struct waiting *w = &q->pauses.p[i];
        struct str to = w->resumed ? moment_shown(c, q, w->resumed) : str_of(T(c, "nay", "now"));
        show_fact(c, T(c, "Tạm dừng", "Paused"),
                  str_of(arena_printf(
                      c->arena, T(c, "%.*s đến %.*s, còn lại %.*s phút", "%.*s to %.*s, %.*s minutes left"),
                      STR_ARG(moment_shown(c, q, w->paused)), STR_ARG(to), STR_ARG(count_shown(c, w->left)))));
    }
}

static void answer(struct cli *c, const struct asked *q)
{
    struct str name = q->name.n ? q->name : q->office.n ? q->office : str_of(T(c, "mọi cơ quan", "any"));
    const char *hours = q->has_own_hours ? T(c, "giờ làm việc riêng", "hours of its own")
                                         : T(c, "giờ làm việc chung của tỉnh", "the hours of the province");
    show_fact(c, T(c, "Cơ quan", "Office"), str_of(arena_printf(c->arena, "%.*s (%s)", STR_ARG(name), hours)));
    show_fact(c, T(c, "Tiếp nhận", "Received"), moment_shown(c, q, q->received));
    show_fact(c, T(c, "Bắt đầu tính", "Starts"), moment_shown(c, q, q->starts));
    show_pauses(c, q);
    if (q->is_waiting)
        show_fact(c, T(c, "Hạn trả", "Due"), str_of(T(c, "đang tạm dừng, chưa có", "none while it waits")));
    else if (!q->d.has_due)
        show_fact(c, T(c, "Hạn trả", "Due"), str_of(T(c, "luật không quy định", "no limit in law")));
    else {
        show_fact(c, T(c, "Hạn trả", "Due"), moment_shown(c, q, q->d.due_ms));
        show_fact(c, T(c, "Trễ sau", "Late after"), moment_shown(c, q, q->d.late_ms));
    }
    show_days(c, q);
    if (!q->d.is_covered)
        cli_note(
            c, "%s",
            T(c, "Sổ holidays chưa có ngày nghỉ của năm liên quan: hạn chỉ trừ ngày nghỉ hằng tuần.\n",
              "Register holidays lacks the days off of a year concerned: the term leaves out weekly rest only.\n"));
}

static enum err deadline_run(struct cli *c)
{
    struct store *s;
    struct asked q;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = asked_read(c, s, &q);
    if (e == OK)
        e = compute(c, &q);
    if (e != OK)
        return e;
    days_find(c, &q);
    if (c->is_json)
        answer_json(c, &q);
    else
        answer(c, &q);
    return OK;
}

static const struct option options[] = {
    {"pause",
     "FROM;TO",
     {"lúc tạm dừng và lúc tính tiếp; không có TO: còn đang dừng", "waited from then to then; without TO: waits still"},
     .may_repeat = true},
    {0},
};
static const char *const examples[] = {
    "deadline ubnd-24760 3 working_day \"2025-03-06 09:15\"",
    "deadline ubnd-24760 7 working_day \"25/04/2024 08:00\" --pause \"26/04/2024 16:00; 04/05/2024 10:00\" --json",
    NULL};

const struct command command_deadline = {
    .name = "deadline",
    .words = "OFFICE LIMIT UNIT RECEIVED",
    .min_words = WORDS,
    .max_words = WORDS,
    .title = {"hạn trả kết quả và những ngày không tính", "a due date, and the days that it left out"},
    .more =
        {"OFFICE là mã cơ quan, “-” là giờ chung của tỉnh. UNIT theo danh mục limit_units: working_day, calendar_day, "
         "working_hour, hour, month, same_day, none. RECEIVED theo giờ của tỉnh. Cách tính: docs/clocks.md",
         "OFFICE is a code, “-” the hours of the province. UNIT as in the code list limit_units: working_day, "
         "calendar_day, working_hour, hour, month, same_day, none. RECEIVED in the province's time. How it is counted: "
         "docs/clocks.md"},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = deadline_run,
};
