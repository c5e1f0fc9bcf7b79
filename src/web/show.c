#include "web/show.h"

#include "base/limits.h"
#include "register/moment.h"
#include "register/query.h"
#include "text/json.h"
#include "web/ask.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* ---- records ---- */

static struct str text_at(struct exchange *x, const struct reg *reg, const struct record *r, int field)
{
    if (field < 0 || r->values[field].kind != VALUE_TEXT || !site_shows_field(x, &reg->fields[field]))
        return nothing;
    return str_dup(x->arena, r->values[field].text);
}

struct str show_text(struct exchange *x, const struct reg *reg, const struct record *r, const char *name)
{
    return text_at(x, reg, r, reg_field_number(reg, str_of(name)));
}

struct str show_title(struct exchange *x, const struct reg *reg, const struct record *r)
{
    for (size_t i = 0; i < reg->n_search; i++) {
        struct str name = reg->fields[reg->search[i]].name, title = nothing;
        if (x->lang == LANG_EN)
            title = show_text(x, reg, r, arena_printf(x->arena, "%.*s_en", STR_ARG(name)));
        if (title.n == 0)
            title = text_at(x, reg, r, reg->search[i]);
        if (title.n)
            return title;
    }
    return str_dup(x->arena, r->id);
}

struct str show_validity(struct exchange *x, const struct reg *reg, const struct record *r)
{
    struct tpl_validity v = {part_date(x, text_at(x, reg, r, reg->valid_from)),
                             part_date(x, text_at(x, reg, r, reg->valid_to))};
    struct buf b = BUF_INIT(1024);
    tpl_validity(&b, &v, x->lang);
    return buf_move(&b, x->arena);
}

struct str show_record_href(struct exchange *x, const struct reg *reg, struct str id)
{
    return part_href(x, arena_printf(x->arena, "/registers/%.*s/", STR_ARG(reg->name)), id);
}

struct str show_href(struct exchange *x, const struct reg *reg, const struct record *r)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct str code = reg == p->units ? text_at(x, reg, r, p->unit_code) : nothing;
    if (code.n)
        return part_href(x, "/units/", code);
    if (str_is(reg->name, "posts"))
        return part_href(x, "/posts/", r->id);
    return show_record_href(x, reg, r->id);
}

struct str show_counted_query(struct exchange *x, const struct figure *figure, const struct measure *m, struct str on)
{
    struct str filter = figure_filter_text(x->arena, figure, m->where, on),
               query = filter.n ? part_href(x, "?filter=", filter) : nothing;
    if (m->reg->valid_from == NO_FIELD || on.n == 0)
        return query;
    return STR_JOIN(x->arena, query, query.n ? STR("&datetime=") : STR("?datetime="), on);
}

/* ---- what a value points to ---- */

/* The record that stands behind a reference on a day; else the last one that ever did. */
static enum err find_target(struct exchange *x, const struct reg *target, struct str value, struct str day,
                            struct shown *ret, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    enum err e = ask_equals(x, &target->fields[target->entity], value, &filter, f);
    bool is_dated = target->valid_from != NO_FIELD, is_found = false;
    for (int anyday = !is_dated; e == OK && anyday <= 1 && !is_found; anyday++) {
        struct query_options o = {.filter = buf_view(&filter), .on = anyday ? nothing : day};
        struct query *q CLEANUP(query_closep) = NULL;
        struct record r;
        bool has_row = true;
        e = query_open(w->store, target, &o, &q, f);
        while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
            *ret = (struct shown){show_title(x, target, &r), show_href(x, target, &r),
                                  str_dup(x->arena, show_text(x, target, &r, "short_name"))};
            is_found = true;
        }
    }
    return e;
}

static enum err day_of(struct exchange *x, struct names *names, const struct reg *reg, const struct record *r,
                       struct str *ret_day, struct fault *f)
{
    char storage[11];
    if (names->today.n == 0) {
        struct moment at;
        enum err e = moment_read(x->arena, ((struct worker *)x->worker)->store, &at, f);
        if (e != OK)
            return e;
        names->today = at.day;
    }
    *ret_day = str_dup(x->arena, record_as_of(reg, r->values, names->today, storage));
    return OK;
}

enum err show_reference(struct exchange *x, struct names *names, const struct field *fd, struct str value,
                        struct str day, struct shown *ret, struct fault *f)
{
    const struct reg *target = fd->target;
    *ret = (struct shown){.text = str_dup(x->arena, value)};
    if (!target || target->entity == NO_FIELD || !site_shows_register(x, target))
        return OK;
    struct str key =
        str_of(arena_printf(x->arena, "%.*s %.*s %.*s", STR_ARG(target->name), STR_ARG(day), STR_ARG(value)));
    struct shown *known = map_get(&names->found, key);
    if (!known) {
        known = ARENA_NEW(x->arena, struct shown);
        *known = *ret;
        enum err e = find_target(x, target, value, day, known, f);
        if (e != OK)
            return e;
        map_put(x->arena, &names->found, key, known);
    }
    *ret = *known;
    return OK;
}

static enum err show_target(struct exchange *x, struct names *names, const struct reg *reg, const struct record *r,
                            int field, struct shown *ret, struct fault *f)
{
    struct str day;
    enum err e = day_of(x, names, reg, r, &day, f);
    return e == OK ? show_reference(x, names, &reg->fields[field], r->values[field].text, day, ret, f) : e;
}

/* Codes of units that stand in plain text fields: those of the tree itself (its own, its parent_code, successor_code) and of the successors. */
static bool is_unit_code(const struct exchange *x, const struct reg *reg, int field)
{
    const struct province *p = ((const struct worker *)x->worker)->store->province;
    if (reg == p->units)
        return field == p->unit_code || str_ends(reg->fields[field].name, STR("_code"));
    return reg == p->successors && (field == p->successor_from || field == p->successor_to);
}

/* ---- values ---- */

static struct str code_title(struct exchange *x, const struct field *fd, struct str code)
{
    const struct code *c = fd->codes ? map_get(&fd->codes->by_code, code) : NULL;
    return c ? text2_in(&c->title, x->lang) : code;
}

static struct str list_text(struct exchange *x, const struct field *fd, struct str json)
{
    struct json *root;
    if (json_parse(x->arena, json, nothing, &root, NULL) != OK || root->kind != J_ARRAY)
        return str_dup(x->arena, json);
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < root->n; i++) {
        buf_puts(&b, i ? "; " : "");
        buf_str(&b, code_title(x, fd, root->items[i].string));
    }
    return buf_move(&b, x->arena);
}

enum err show_value(struct exchange *x, struct names *names, const struct reg *reg, const struct record *r, int field,
                    struct shown *ret, struct fault *f)
{
    const struct field *fd = &reg->fields[field];
    const struct value *v = &r->values[field];
    *ret = (struct shown){0};
    must(site_shows_field(x, fd));
    if (v->kind == VALUE_NULL && record_is_erased(r, (size_t)field))
        ret->text = message(M_value_erased, x->lang);
    else if (v->kind == VALUE_NULL && field == reg->valid_to)
        ret->text = message(M_valid_still, x->lang);
    if (v->kind == VALUE_NULL || v->kind == VALUE_BLOB)
        return OK;
    if (v->kind == VALUE_MASKED) {
        ret->text = STR(VALUE_MASK);
        return OK;
    }
    if (v->kind == VALUE_TEXT && (fd->type == FT_REFERENCE || fd->type == FT_UNIT))
        return show_target(x, names, reg, r, field, ret, f);
    if (v->kind == VALUE_TEXT && fd->type == FT_ARRAY) {
        ret->text = list_text(x, fd, v->text);
        return OK;
    }
    if (v->kind == VALUE_TEXT && fd->type == FT_TIMESTAMP) {
        ret->text = page_time(x->arena, str_dup(x->arena, v->text),
                              ((struct worker *)x->worker)->store->province->utc_offset_minutes, x->lang);
        return OK;
    }
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    value_print(fd, v, x->lang, &b);
    ret->text = buf_move(&b, x->arena);
    if (fd->type == FT_URL)
        ret->href = ret->text;
    else if (is_unit_code(x, reg, field))
        ret->href = part_href(x, "/units/", str_dup(x->arena, v->text));
    return OK;
}
