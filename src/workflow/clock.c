#include "workflow/clock.h"

#include "base/vec.h"

#include "base/banned.h"

static bool has_day(const int32_t *days, size_t n, int32_t day)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (days[middle] == day)
            return true;
        if (days[middle] < day)
            low = middle + 1;
        else
            n = middle;
    }
    return false;
}

bool work_day(const struct work_calendar *c, struct date d)
{
    enum { SATURDAY = 6 };
    int32_t day = date_days(d);
    if (date_weekday(d) >= SATURDAY)
        return has_day(c->worked, c->n_worked, day);
    return !has_day(c->off, c->n_off, day);
}

struct date work_days_after(const struct work_calendar *c, struct date from, int n)
{
    while (n > 0) {
        from = date_add_days(from, 1);
        n -= work_day(c, from);
    }
    return from;
}

int work_days_between(const struct work_calendar *c, struct date from, struct date to)
{
    int n = 0, sign = 1;
    if (date_compare(from, to) > 0) {
        struct date swapped = from;
        from = to;
        to = swapped;
        sign = -1;
    }
    while (date_compare(from, to) < 0) {
        from = date_add_days(from, 1);
        n += work_day(c, from);
    }
    return sign * n;
}

bool work_calendar_covers(const struct work_calendar *c, struct date d)
{
    return c->first_year && d.year >= c->first_year && d.year <= c->last_year;
}

static enum err read_days(struct arena *a, struct store *s, const struct reg *reg, struct work_calendar *c,
                          struct fault *f)
{
    VEC(int32_t) off = {0}, worked = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct date d;
    bool has_row;
    const char *date = reg_field(reg, STR("date"))->column, *day_off = reg_field(reg, STR("day_off"))->column;
    const char *sql = arena_printf(a, "SELECT t.%s, t.%s FROM %s t WHERE %s AND t.%s IS NOT NULL ORDER BY 1", date,
                                   day_off, reg->table, store_visible_sql(a, s, reg, "t"), day_off);
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        if (date_parse(stmt_column_text(st, 0), &d, NULL) != OK)
            continue;
        if (stmt_column_int(st, 1) == 0) {
            VEC_PUSH(a, &worked, date_days(d));
            continue;
        }
        VEC_PUSH(a, &off, date_days(d));
        c->first_year = c->first_year ? c->first_year : d.year;
        c->last_year = d.year;
    }
    c->off = off.p, c->n_off = off.n;
    c->worked = worked.p, c->n_worked = worked.n;
    return e;
}

enum err work_calendar_read(struct arena *a, struct store *s, struct work_calendar *ret, struct fault *f)
{
    const struct reg *reg = s->province ? province_register(s->province, STR("holidays")) : NULL;
    *ret = (struct work_calendar){0};
    bool fits = reg && reg_field(reg, STR("date")) && reg_field(reg, STR("day_off"));
    return fits ? read_days(a, s, reg, ret, f) : OK;
}
