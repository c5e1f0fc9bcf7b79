/* Codes by their titles, units by their names: how people write what the register keeps as a code. */
#include "register/import_internal.h"

#include "text/vn.h"

#include "base/banned.h"

static const struct code ambiguous;

/* ---- codes ---- */

static void add_title(struct import *im, struct map *titles, struct str title, const struct code *c)
{
    struct str key = text_fold_name(im->a, title);
    const struct code *there = key.n ? map_get(titles, key) : NULL;
    if (key.n)
        map_put(im->a, titles, key, (void *)(uintptr_t)(there && there != c ? &ambiguous : c));
}

enum err import_code_find(struct import *im, int field, struct str text, struct str *ret_code)
{
    const struct code_list *list = im->reg->fields[field].codes;
    struct map *titles = &im->titles[field];
    *ret_code = text;
    if (!list || map_get(&list->by_code, text))
        return OK;
    if (titles->n == 0)
        for (size_t i = 0; i < list->n; i++) {
            add_title(im, titles, list->p[i].title.vi, &list->p[i]);
            add_title(im, titles, list->p[i].title.en, &list->p[i]);
            add_title(im, titles, list->p[i].code, &list->p[i]);
        }
    const struct code *c = map_get(titles, text_fold_name(im->row, text));
    if (c && c != &ambiguous)
        *ret_code = c->code;
    return OK; /* what is not found, value_parse refuses with the nearest */
}

/* ---- units ---- */

static struct str column_text(struct import *im, struct stmt *st, int i)
{
    struct str s = stmt_column_text(st, i);
    return str_dup(im->a, s);
}

static void add_unit(struct import *im, const struct unit_name *u, struct str name)
{
    struct str key = text_fold_name(im->a, name);
    for (const struct unit_name *x = key.n ? map_get(&im->units_by_name, key) : NULL; x; x = x->next)
        if (str_eq(x->code, u->code) && str_eq(x->from, u->from))
            return;
    if (key.n == 0)
        return;
    struct unit_name *copy = ARENA_NEW(im->a, struct unit_name);
    *copy = *u;
    copy->next = map_get(&im->units_by_name, key);
    map_put(im->a, &im->units_by_name, key, copy);
}

static void add_all_names(struct import *im, struct stmt *st, const struct unit_name *u)
{
    const struct reg *units = im->s->province->units;
    add_unit(im, u, u->name);
    for (size_t i = 0; i < units->n_search; i++) { /* full names and other spellings are what people search by */
        const struct field *fd = &units->fields[units->search[i]];
        struct str v = stmt_column_text(st, 6 + (int)i);
        if (fd->type != FT_ARRAY) {
            add_unit(im, u, v);
            continue;
        }
        struct json *root;
        if (v.n && json_parse(im->a, str_dup(im->a, v), STR(""), &root, NULL) == OK)
            for (size_t k = 0; root->kind == J_ARRAY && k < root->n; k++)
                if (root->items[k].kind == J_STRING)
                    add_unit(im, u, root->items[k].string);
    }
    if (!map_get(&im->units_by_code, u->code)) {
        struct unit_name *copy = ARENA_NEW(im->a, struct unit_name);
        *copy = *u;
        map_put(im->a, &im->units_by_code, u->code, copy);
    }
}

enum err import_units_load(struct import *im, struct fault *f)
{
    const struct province *p = im->s->province;
    const struct reg *units = p->units;
    if (im->has_units || !units || p->unit_name == NO_FIELD || units->valid_from == NO_FIELD ||
        units->valid_to == NO_FIELD)
        return OK;
    struct buf b CLEANUP(buf_done) = BUF_INIT(65536);
    buf_printf(&b, "SELECT %s, %s, %s, %s, %s, %s", units->fields[p->unit_code].column,
               units->fields[p->unit_name].column, units->fields[units->valid_from].column,
               units->fields[units->valid_to].column, units->fields[p->unit_parent].column,
               units->fields[p->unit_level].column);
    for (size_t i = 0; i < units->n_search; i++)
        buf_printf(&b, ", %s", units->fields[units->search[i]].column);
    buf_printf(&b, " FROM %s WHERE _until IS NULL AND _removed = 0", units->table);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(im->s->db, buf_view(&b), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct unit_name u = {.code = column_text(im, st, 0),
                              .name = column_text(im, st, 1),
                              .from = column_text(im, st, 2),
                              .to = column_text(im, st, 3),
                              .parent = column_text(im, st, 4),
                              .level = stmt_column_int(st, 5)};
        add_all_names(im, st, &u);
    }
    im->has_units = e == OK;
    return e;
}

static bool is_alive(const struct unit_name *u, struct str on)
{
    return (u->from.n == 0 || str_cmp(u->from, on) <= 0) && (u->to.n == 0 || str_cmp(on, u->to) < 0);
}

static bool is_level(const struct unit_name *u, const struct field *fd)
{
    return fd->levels == 0 || (u->level >= 0 && u->level < 31 && (fd->levels >> u->level & 1));
}

/* “Xã Quảng Hòa, huyện Đắk Glong”: the words behind name units above. */
static bool is_below(struct import *im, const struct unit_name *u, struct str rest)
{
    for (struct str part; rest.p;) {
        part = str_trim(str_cut(rest, ',', &rest));
        struct str key = text_fold_name(im->row, part), parent = u->parent;
        bool is_above = key.n == 0;
        for (int depth = 0; depth < 5 && parent.n && !is_above; depth++) {
            for (const struct unit_name *x = map_get(&im->units_by_name, key); x && !is_above; x = x->next)
                is_above = str_eq(x->code, parent);
            const struct unit_name *up = map_get(&im->units_by_code, parent);
            parent = up ? up->parent : (struct str){NULL, 0};
        }
        if (!is_above)
            return false;
    }
    return true;
}

static struct str successors(struct import *im, struct str code)
{
    const struct province *p = im->s->province;
    struct str found;
    if (!p->successors)
        return STR("—");
    const char *to = p->successors->fields[p->successor_to].column,
               *from = p->successors->fields[p->successor_from].column;
    const char *sql = arena_printf(
        im->row,
        "SELECT group_concat(v, ', ') FROM (SELECT DISTINCT %s AS v FROM %s WHERE %s = ?1 AND _until IS NULL "
        "AND _removed = 0 ORDER BY 1)",
        to, p->successors->table, from);
    if (db_value_text(im->s->db, im->row, str_of(sql), DB_VALUES(db_text(code)), &found, NULL) != OK || found.n == 0)
        return STR("—");
    return found;
}

static struct str nearest_unit(struct import *im, struct str key)
{
    struct str *keys = ARENA_ARRAY(im->row, struct str, im->units_by_name.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < im->units_by_name.cap; i++)
        if (im->units_by_name.slots[i].value)
            keys[n++] = im->units_by_name.slots[i].key;
    struct str near = yaml_nearest(key, keys, n);
    const struct unit_name *u = near.n ? map_get(&im->units_by_name, near) : NULL;
    return u ? str_of(arena_printf(im->row, "%.*s (%.*s)", STR_ARG(u->name), STR_ARG(u->code))) : STR("—");
}

enum err import_unit_find(struct import *im, const struct field *fd, struct str text, struct str on,
                          struct str *ret_code, struct fault *f)
{
    struct str rest, name = str_trim(str_cut(text, ',', &rest)), key = text_fold_name(im->row, name);
    const struct unit_name *found = NULL, *ended = NULL, *first = map_get(&im->units_by_name, key);
    struct buf several CLEANUP(buf_done) = BUF_INIT(512);
    size_t n = 0;
    *ret_code = text;
    if (!im->has_units || map_get(&im->units_by_code, text))
        return OK; /* by code: judged with the whole change, with successors offered */
    for (const struct unit_name *u = first; u; u = u->next) {
        if (!is_level(u, fd) || (rest.p && !is_below(im, u, rest)))
            continue;
        if (!is_alive(u, on)) {
            ended = u;
            continue;
        }
        if (found && str_eq(found->code, u->code))
            continue;
        found = u;
        const struct unit_name *parent = map_get(&im->units_by_code, u->parent);
        buf_printf(&several, "%s%.*s (%.*s)", n++ ? ", " : "", STR_ARG(u->code),
                   STR_ARG(parent ? parent->name : u->parent));
    }
    if (n == 1) {
        *ret_code = found->code;
        return OK;
    }
    if (n > 1)
        return FAULT(f, ERR_IMPORT_UNIT_SEVERAL, {"value", text}, {"date", on}, {"units", buf_view(&several)});
    if (ended)
        return FAULT(f, ERR_IMPORT_UNIT_DATE, {"value", text}, {"date", on},
                     {"from", ended->from.n ? ended->from : STR("..")}, {"to", ended->to.n ? ended->to : STR("..")},
                     {"successor", successors(im, ended->code)});
    return FAULT(f, ERR_IMPORT_UNIT_UNKNOWN, {"value", text}, {"date", on}, {"nearest", nearest_unit(im, key)});
}
