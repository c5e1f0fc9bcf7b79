#include "workflow/clock.h"

#include "base/vec.h"

#include "base/banned.h"

enum { NOT_THERE = -1, SATURDAY = 6, WEEK = 7 };

static ptrdiff_t find_day(const int32_t *days, size_t n, int32_t day)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (days[middle] == day)
            return (ptrdiff_t)middle;
        if (days[middle] < day)
            low = middle + 1;
        else
            n = middle;
    }
    return NOT_THERE;
}

static bool is_weekend(int32_t day)
{
    enum { MONDAY_BEFORE = 719169 /* days from a Monday of the year 1 to 1970-01-01 */ };
    return (day + MONDAY_BEFORE) % WEEK >= SATURDAY - 1;
}

enum work_day_kind work_day_kind(const struct work_calendar *c, int32_t day, struct text2 *ret_name)
{
    static const struct text2 nameless = {{NULL, 0}, {NULL, 0}};
    ptrdiff_t worked = is_weekend(day) ? find_day(c->worked, c->n_worked, day) : NOT_THERE;
    ptrdiff_t off = worked == NOT_THERE ? find_day(c->off, c->n_off, day) : NOT_THERE;
    const struct text2 *names = worked != NOT_THERE ? c->worked_names : c->off_names;
    ptrdiff_t i = worked != NOT_THERE ? worked : off;
    if (ret_name)
        *ret_name = names && i != NOT_THERE ? names[i] : nameless;
    return worked != NOT_THERE ? WORK_DAY_INSTEAD : off != NOT_THERE ? WORK_DAY_OFF : WORK_DAY_PLAIN;
}

bool work_day(const struct work_calendar *c, struct date d)
{
    int32_t day = date_days(d);
    enum work_day_kind kind = work_day_kind(c, day, NULL);
    return kind == WORK_DAY_INSTEAD || (kind == WORK_DAY_PLAIN && !is_weekend(day));
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

static struct text2 name_column(struct arena *a, struct stmt *st, int i)
{
    return (struct text2){str_dup(a, stmt_column_text(st, i)), str_dup(a, stmt_column_text(st, i + 1))};
}

/* SQL of a column that the register may lack. */
static const char *column_sql(struct arena *a, const struct reg *reg, const char *name)
{
    const struct field *fd = reg_field(reg, str_of(name));
    return fd ? arena_printf(a, "t.%s", fd->column) : "NULL";
}

static enum err read_days(struct arena *a, struct store *s, const struct reg *reg, struct work_calendar *c,
                          struct fault *f)
{
    enum { DATE, DAY_OFF, NAMES };
    VEC(int32_t) off = {0}, worked = {0};
    VEC(struct text2) off_names = {0}, worked_names = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct date d;
    bool has_row;
    const char *sql = arena_printf(a, "SELECT %s, %s, %s, %s FROM %s t WHERE %s AND %s IS NOT NULL ORDER BY 1",
                                   column_sql(a, reg, "date"), column_sql(a, reg, "day_off"),
                                   column_sql(a, reg, "name_vi"), column_sql(a, reg, "name_en"), reg->table,
                                   store_visible_sql(a, s, reg, "t"), column_sql(a, reg, "day_off"));
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        if (date_parse(stmt_column_text(st, DATE), &d, NULL) != OK)
            continue;
        if (stmt_column_int(st, DAY_OFF) == 0) {
            VEC_PUSH(a, &worked, date_days(d));
            VEC_PUSH(a, &worked_names, name_column(a, st, NAMES));
            continue;
        }
        VEC_PUSH(a, &off, date_days(d));
        VEC_PUSH(a, &off_names, name_column(a, st, NAMES));
        c->first_year = c->first_year ? c->first_year : d.year;
        c->last_year = d.year;
    }
    c->off = off.p, c->n_off = off.n, c->off_names = off_names.p;
    c->worked = worked.p, c->n_worked = worked.n, c->worked_names = worked_names.p;
    return e;
}

enum err work_calendar_read(struct arena *a, struct store *s, struct work_calendar *ret, struct fault *f)
{
    const struct reg *reg = s->province ? province_register(s->province, STR("holidays")) : NULL;
    *ret = (struct work_calendar){0};
    bool fits = reg && reg_field(reg, STR("date")) && reg_field(reg, STR("day_off"));
    return fits ? read_days(a, s, reg, ret, f) : OK;
}
