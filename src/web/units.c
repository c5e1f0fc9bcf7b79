#include "web/units.h"

#include "register/moment.h"
#include "register/query.h"
#include "text/date.h"
#include "web/show.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static struct str text_at(const struct record *r, int field)
{
    return field >= 0 && r->values[field].kind == VALUE_TEXT ? r->values[field].text : nothing;
}

static enum err read_all(struct exchange *x, const struct reg *reg, const struct record ***ret, size_t *ret_n,
                         struct fault *f)
{
    struct worker *w = x->worker;
    VEC(const struct record *) all = {0};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = query_open(w->store, reg, &(struct query_options){0}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct record *k = ARENA_NEW(x->arena, struct record);
        *k = record_copy(x->arena, reg, &r);
        VEC_PUSH(x->arena, &all, k);
    }
    *ret = all.p;
    *ret_n = all.n;
    return e;
}

static enum err read_units(struct exchange *x, const struct province *p, struct units *u, struct fault *f)
{
    const struct record **all;
    enum err e = read_all(x, p->units, &all, &u->n, f);
    if (e != OK)
        return e;
    u->reg = p->units;
    u->p = ARENA_ARRAY(x->arena, struct unit, u->n + 1);
    for (size_t i = 0; i < u->n; i++)
        u->p[i] = (struct unit){
            .code = text_at(all[i], p->unit_code),
            .name = text_at(all[i], p->unit_name),
            .parent = text_at(all[i], p->unit_parent),
            .level = all[i]->values[p->unit_level].kind == VALUE_INTEGER ? all[i]->values[p->unit_level].integer : 0,
            .from = text_at(all[i], p->units->valid_from),
            .to = text_at(all[i], p->units->valid_to),
            .record = all[i],
        };
    return OK;
}

static enum err read_ways(struct exchange *x, const struct province *p, struct units *u, struct fault *f)
{
    const struct record **all;
    enum err e = read_all(x, p->successors, &all, &u->n_ways, f);
    if (e != OK)
        return e;
    u->ways_reg = p->successors;
    u->ways = ARENA_ARRAY(x->arena, struct unit_way, u->n_ways + 1);
    for (size_t i = 0; i < u->n_ways; i++)
        u->ways[i] = (struct unit_way){text_at(all[i], p->successor_from), text_at(all[i], p->successor_to),
                                       text_at(all[i], p->successor_on), all[i]};
    return OK;
}

enum err units_read(struct exchange *x, struct units *ret_units, struct fault *f)
{
    struct worker *w = x->worker;
    const struct province *p = w->store->province;
    struct units u = {0};
    struct moment at;
    enum err e = moment_read(x->arena, w->store, &at, f);
    u.today = at.day;
    if (e == OK && p->units && site_shows_whole(x, p->units))
        e = read_units(x, p, &u, f);
    if (e == OK && p->successors && site_shows_whole(x, p->successors))
        e = read_ways(x, p, &u, f);
    if (e == OK)
        *ret_units = u;
    return e;
}

bool unit_holds(const struct unit *u, struct str day)
{
    return (u->from.n == 0 || str_cmp(u->from, day) <= 0) && (u->to.n == 0 || str_cmp(day, u->to) < 0);
}

const struct unit *units_on(const struct units *u, struct str code, struct str day)
{
    for (size_t i = 0; i < u->n; i++)
        if (str_eq(u->p[i].code, code) && unit_holds(&u->p[i], day))
            return &u->p[i];
    return NULL;
}

const struct unit *units_near(const struct units *u, struct str code, struct str day)
{
    const struct unit *found = units_on(u, code, day);
    for (size_t i = 0; !found && i < u->n; i++)
        if (str_eq(u->p[i].code, code) && (i + 1 == u->n || !str_eq(u->p[i + 1].code, code)))
            found = &u->p[i];
    return found;
}

size_t units_days(struct exchange *x, const struct units *u, struct str **ret_days)
{
    struct str *days = ARENA_ARRAY(x->arena, struct str, u->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < u->n; i++) { /* what ends begins something else: ends alone tell all changes */
        size_t at = 0;
        while (at < n && str_cmp(days[at], u->p[i].to) < 0)
            at++;
        if (u->p[i].to.n == 0 || (at < n && str_eq(days[at], u->p[i].to)))
            continue;
        memmove(days + at + 1, days + at, (n - at) * sizeof *days);
        days[at] = u->p[i].to;
        n++;
    }
    *ret_days = days;
    return n;
}

const struct reg *units_outlines(const struct exchange *x, int *ret_unit)
{
    const struct province *p = ((const struct worker *)x->worker)->store->province;
    for (size_t i = 0; i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        if (reg->geometry == NO_FIELD || !str_is(reg->fields[reg->geometry].geometry_kind, "polygon") ||
            reg->n_key != 1 || reg->fields[reg->key[0]].type != FT_UNIT || !site_shows_whole(x, reg))
            continue;
        *ret_unit = reg->key[0];
        return reg;
    }
    return NULL;
}

struct str day_before(struct exchange *x, struct str day)
{
    struct date d;
    struct buf b CLEANUP(buf_done) = BUF_INIT(16);
    if (date_parse(day, &d, NULL) != OK)
        return day;
    date_print(date_add_days(d, -1), &b);
    return str_dup(x->arena, buf_view(&b));
}
