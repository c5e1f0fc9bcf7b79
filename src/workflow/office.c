#include "workflow/office.h"

#include "register/query.h"

#include "base/banned.h"

enum { SUCCESSIONS = 8 /* that are followed */ };

/* A text within a CQL2 literal: codes hold no quote, and one that does names nothing. */
static bool is_plain(struct str code)
{
    return code.n > 0 && code.n <= 60 && !memchr(code.p, '\'', code.n);
}

/* The first record that the filter lets through, in the order asked for; *ret_is_found false: none. */
static enum err find(struct arena *a, struct store *s, const char *filter, struct str on, const char *sort,
                     struct office *ret, struct str *ret_successor, bool *ret_is_found, struct fault *f)
{
    const struct reg *reg = s->province ? province_register(s->province, STR("offices")) : NULL;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    *ret_is_found = false;
    if (!reg)
        return FAULT(f, ERR_OFFICES_NONE);
    enum err e = query_open(
        s, reg, &(struct query_options){.filter = str_of(filter), .on = on, .sort = str_of(sort), .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, ret_is_found, f);
    if (e != OK || !*ret_is_found)
        return e;
    *ret = (struct office){
        .code = str_dup(a, record_text(reg, &r, "code")),
        .id_code = str_dup(a, record_text(reg, &r, "id_code")),
        .name = str_dup(a, record_text(reg, &r, "name")),
        .short_name = str_dup(a, record_text(reg, &r, "short_name")),
        .level = str_dup(a, record_text(reg, &r, "level")),
        .unit = str_dup(a, record_text(reg, &r, "unit")),
        .agency = str_dup(a, record_text(reg, &r, "agency")),
        .superior_name = str_dup(a, record_text(reg, &r, "superior_name")),
        .address = str_dup(a, record_text(reg, &r, "address")),
        .hotline = str_dup(a, record_text(reg, &r, "hotline")),
    };
    *ret_successor = str_dup(a, record_text(reg, &r, "successor"));
    return OK;
}

/* The office by a filter on a day; else the last one that there was before it, and then who took over. */
static enum err follow(struct arena *a, struct store *s, const char *filter, struct str day, struct office *ret,
                       bool *ret_is_found, struct fault *f)
{
    struct str successor = {NULL, 0};
    enum err e = find(a, s, filter, day, "", ret, &successor, ret_is_found, f);
    bool has_moved = false;
    for (int i = 0; e == OK && !*ret_is_found && i < SUCCESSIONS; i++) {
        bool was;
        const char *before = arena_printf(a, "%s AND valid_to <= DATE('%.*s')", filter, STR_ARG(day));
        e = find(a, s, before, STR(""), "-valid_to", ret, &successor, &was, f);
        if (e != OK || !was || !is_plain(successor))
            return e;
        has_moved = true;
        filter = arena_printf(a, "code = '%.*s'", STR_ARG(successor));
        e = find(a, s, filter, day, "", ret, &successor, ret_is_found, f);
    }
    if (e == OK && *ret_is_found)
        ret->has_moved = has_moved;
    return e;
}

enum err office_read(struct arena *a, struct store *s, struct str code, struct date on, struct office *ret,
                     struct fault *f)
{
    bool is_found = false;
    struct str day = date_iso(a, on);
    *ret = (struct office){0};
    if (is_plain(code)) {
        enum err e = follow(a, s, arena_printf(a, "code = '%.*s'", STR_ARG(code)), day, ret, &is_found, f);
        if (e != OK)
            return e;
    }
    return is_found ? OK : FAULT(f, ERR_OFFICE_UNKNOWN, {"code", code}, {"date", day});
}

struct office office_dup(struct arena *a, const struct office *o)
{
    struct office x = *o;
    struct str *const texts[] = {&x.code, &x.id_code, &x.name,          &x.short_name, &x.level,
                                 &x.unit, &x.agency,  &x.superior_name, &x.address,    &x.hotline};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = str_dup(a, *texts[i]);
    return x;
}

/* The unit above, on that day; empty when it is not known. */
static enum err parent_of(struct arena *a, struct store *s, struct str unit, struct str day, struct str *ret,
                          struct fault *f)
{
    const struct province *p = s->province;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    *ret = STR("");
    if (!p || !p->units || p->unit_parent == NO_FIELD)
        return OK;
    struct str field = p->units->fields[p->unit_code].name;
    enum err e = query_open(
        s, p->units,
        &(struct query_options){
            .filter = str_of(arena_printf(a, "%.*s = '%.*s'", STR_ARG(field), STR_ARG(unit))), .on = day, .limit = 1},
        &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && has_row && r.values[p->unit_parent].kind == VALUE_TEXT)
        *ret = str_dup(a, r.values[p->unit_parent].text);
    return e;
}

enum err office_on(struct arena *a, struct store *s, struct str unit, struct str level, struct date on,
                   struct office *ret, struct fault *f)
{
    bool is_found = false;
    struct str day = date_iso(a, on), above = {NULL, 0};
    enum err e = OK;
    *ret = (struct office){0};
    if (is_plain(unit) && is_plain(level)) {
        const char *filter = "level = '%.*s' AND unit = '%.*s'";
        e = follow(a, s, arena_printf(a, filter, STR_ARG(level), STR_ARG(unit)), day, ret, &is_found, f);
        if (e == OK && !is_found)
            e = parent_of(a, s, unit, day, &above, f);
        if (e == OK && !is_found && is_plain(above))
            e = follow(a, s, arena_printf(a, filter, STR_ARG(level), STR_ARG(above)), day, ret, &is_found, f);
    }
    if (e != OK)
        return e;
    return is_found ? OK : FAULT(f, ERR_OFFICE_NONE, {"unit", unit}, {"level", level}, {"date", day});
}
