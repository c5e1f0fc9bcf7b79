/* tinhso access matrix: every role × verb × register, and what is lent. */
#include "access/delegation.h"
#include "access/role.h"
#include "base/file.h"
#include "cli/access.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"

#include "base/banned.h"

enum { WIDTH = 140, MATRIX_DELEGATIONS = 10000 };

struct cell {
    struct str role, verb, reg, figure, scope, fields, where, from, to; /* a register, or a figure ("*": all) */
    int line;
};

typedef void put_cell(void *context, const struct cell *cell);

static void each_public(const struct province *p, put_cell *put, void *context)
{
    for (size_t i = 0; i < p->n_registers; i++)
        if (!p->registers[i]->is_builtin && reg_class(p->registers[i]) == PRIVACY_PUBLIC)
            put(context, &(struct cell){.role = STR("*"),
                                        .verb = STR("read"),
                                        .reg = p->registers[i]->name,
                                        .scope = STR("all"),
                                        .fields = STR("public")});
}

static void each_grant(const struct province *p, const struct role *r, const struct grant *g, put_cell *put,
                       void *context)
{
    for (size_t v = 0; v < VERB_COUNT; v++)
        for (size_t i = 0; i < p->n_registers; i++) {
            const struct reg *reg = p->registers[i];
            if (!(g->verbs & 1U << v) || !grant_reaches(p, g, reg))
                continue;
            put(context, &(struct cell){.role = r->id,
                                        .verb = str_of(verb_name((enum verb)v)),
                                        .reg = reg->name,
                                        .scope = str_of(scope_name(g->within)),
                                        .fields = str_of(privacy_name(g->fields)),
                                        .where = g->where,
                                        .from = g->from,
                                        .to = g->to,
                                        .line = g->line});
        }
}

static void each_figure(const struct role *r, const struct grant *g, put_cell *put, void *context)
{
    for (size_t v = 0; v < VERB_COUNT; v++)
        for (size_t i = 0; i < g->n_figures && g->verbs & 1U << v; i++)
            put(context, &(struct cell){.role = r->id,
                                        .verb = str_of(verb_name((enum verb)v)),
                                        .figure = g->figures[i],
                                        .from = g->from,
                                        .to = g->to,
                                        .line = g->line});
}

/* Public figures are as public as registers; they are not listed one by one. */
static void each_cell(const struct roles *roles, put_cell *put, void *context)
{
    each_public(roles->province, put, context);
    for (size_t i = 0; i < roles->n; i++)
        for (size_t k = 0; k < roles->p[i].n; k++) {
            each_grant(roles->province, &roles->p[i], &roles->p[i].grants[k], put, context);
            each_figure(&roles->p[i], &roles->p[i].grants[k], put, context);
        }
}

static void put_json(void *context, const struct cell *x)
{
    struct json_out *o = context;
    buf_putc(o->b, '\n');
    json_object_begin(o);
    json_member(o, "role", x->role);
    json_member(o, "verb", x->verb);
    json_member(o, x->figure.n ? "figure" : "register", x->figure.n ? x->figure : x->reg);
    if (x->reg.n) {
        json_member(o, "within", x->scope);
        json_member(o, "fields", x->fields);
    }
    if (x->where.n)
        json_member(o, "where", x->where);
    if (x->from.n)
        json_member(o, "from", x->from);
    if (x->to.n)
        json_member(o, "to", x->to);
    if (x->line)
        json_key(o, STR("line")), json_int(o, x->line);
    json_object_end(o);
}

static void put_row(void *context, const struct cell *x)
{
    struct columns_table *t = context;
    struct str what = x->figure.n ? STR_JOIN(t->arena, STR("figure:"), x->figure) : x->reg;
    const struct str cells[] = {x->role, x->verb, what, x->scope, x->fields, x->where};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        columns_add(t, cells[i]);
}

/* ---- what is lent */

/* Of an access file that is there: reading makes none. */
static enum err read_delegations(struct cli *c, struct delegation_row **ret, size_t *ret_n)
{
    struct access *a CLEANUP(access_freep) = NULL;
    struct delegation_row *all = NULL;
    const char *path;
    size_t n = 0;
    *ret_n = 0;
    enum err e = cli_database(c, &path);
    if (e != OK || !file_exists(access_path(c->arena, path)))
        return e;
    e = cli_access(c, &a);
    if (e == OK)
        e = delegation_list(c->arena, a, 0, MATRIX_DELEGATIONS, &all, &n, &c->fault);
    struct str day = delegation_today(c->arena, c->store);
    for (size_t i = 0; e == OK && i < n; i++)
        if (delegation_is_in_force(&all[i], day))
            all[(*ret_n)++] = all[i];
    *ret = all;
    return e;
}

static void delegations_json(struct json_out *o, const struct delegation_row *all, size_t n)
{
    json_key(o, STR("delegations"));
    json_array_begin(o);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(o);
        json_member(o, "role", all[i].role);
        json_member(o, "from", all[i].from_name);
        json_member(o, "to", all[i].to_name);
        json_member(o, "unit", all[i].unit);
        json_member(o, "until", all[i].last);
        json_object_end(o);
    }
    json_array_end(o);
}

static void delegations_text(struct cli *c, const struct delegation_row *all, size_t n)
{
    if (n)
        buf_puts(&c->out, T(c, "\nỦy quyền đang có hiệu lực:\n", "\nDelegations in force:\n"));
    for (size_t i = 0; i < n; i++) {
        const struct delegation_row *d = &all[i];
        buf_printf(&c->out,
                   T(c, "  %.*s: %.*s → %.*s%s%.*s, đến hết %.*s\n", "  %.*s: %.*s → %.*s%s%.*s, until %.*s\n"),
                   STR_ARG(d->role), STR_ARG(d->from_name), STR_ARG(d->to_name),
                   d->unit.n ? T(c, ", đơn vị ", ", unit ") : "", STR_ARG(d->unit), STR_ARG(d->last));
    }
}

/* ---- the answer */

static void matrix_json(struct cli *c, const struct roles *roles, const struct delegation_row *lent, size_t n)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("matrix"));
    json_array_begin(&o);
    each_cell(roles, put_json, &o);
    json_array_end(&o);
    delegations_json(&o, lent, n);
    moment_json(&c->at, &o);
    json_object_end(&o);
    answer_end(c, &o);
}

static void matrix_text(struct cli *c, const struct roles *roles, const struct delegation_row *lent, size_t n)
{
    static const struct words heads[] = {{"Vai trò", "Role"},   {"Việc", "Verb"},         {"Sổ", "Register"},
                                         {"Phạm vi", "Within"}, {"Mức trường", "Fields"}, {"Điều kiện", "Condition"}};
    struct columns_table t;
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    each_cell(roles, put_row, &t);
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    delegations_text(c, lent, n);
}

enum err access_matrix(struct cli *c)
{
    struct store *s;
    struct roles *roles;
    struct delegation_row *lent = NULL;
    size_t n = 0;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = roles_load(c->arena, s->province, &roles, &c->faults);
    if (e == OK)
        e = read_delegations(c, &lent, &n);
    if (e == OK)
        c->is_json ? matrix_json(c, roles, lent, n) : matrix_text(c, roles, lent, n);
    return e;
}
