/* /admin/roles: what the roles of the province allow, in words and as a matrix, and who holds them. */
#include "access/delegation.h"
#include "base/limits.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SHOWN_HOLDERS = 200, SHOWN_LENT = 200 };

static struct str role_href(struct exchange *x, struct str id)
{
    return part_href(x, "/admin/roles/", id);
}

static struct str place_of(struct exchange *x, const struct role *role, int line)
{
    return str_of(arena_printf(x->arena, "%.*s:%d", STR_ARG(role->file), line));
}

/* ---- a grant in words */

static void add_verbs(struct buf *b, unsigned verbs, enum lang lang)
{
    bool has_one = false;
    for (size_t v = 0; v < VERB_COUNT; v++) {
        struct text2 title = verb_title((enum verb)v);
        if (!(verbs & 1U << v))
            continue;
        buf_puts(b, has_one ? ", " : "");
        buf_str(b, text2_in(&title, lang));
        has_one = true;
    }
}

static void add_names(struct buf *b, enum message intro, const struct str *names, size_t n, enum lang lang)
{
    if (n == 0)
        return;
    buf_str(b, message(intro, lang));
    for (size_t i = 0; i < n; i++) {
        buf_puts(b, i ? ", " : " ");
        buf_str(b, names[i]);
    }
    buf_puts(b, ". ");
}

static const enum message within_words[] = {
    [SCOPE_ALL] = M_grant_within_all, [SCOPE_UNIT] = M_grant_within_unit, [SCOPE_AGENCY] = M_grant_within_agency};
static const enum message class_words[] = {[PRIVACY_PUBLIC] = M_grant_public,
                                           [PRIVACY_INTERNAL] = M_grant_internal,
                                           [PRIVACY_BASIC_PERSONAL] = M_grant_basic,
                                           [PRIVACY_SENSITIVE] = M_grant_sensitive};

static void add_registers(struct buf *b, const struct province *p, const struct grant *g, enum lang lang,
                          struct arena *a)
{
    struct str *titles = ARENA_ARRAY(a, struct str, g->n_registers + 1);
    for (size_t i = 0; i < g->n_registers; i++) {
        const struct reg *reg = province_register(p, g->registers[i]);
        titles[i] = reg ? text2_in(&reg->title, lang) : g->registers[i];
    }
    if (g->is_any_register) {
        buf_str(b, message(M_grant_every_register, lang));
        buf_puts(b, ". ");
    }
    add_names(b, M_grant_registers, titles, g->n_registers, lang);
    if (!g->is_any_register && g->n_registers == 0)
        return;
    buf_str(b, message(within_words[g->within], lang));
    buf_puts(b, ". ");
    buf_str(b, message(class_words[g->fields], lang));
    buf_puts(b, ". ");
}

/* “Được xem, sửa. Trong các sổ: … . Chỉ hồ sơ thuộc đơn vị … .” */
static struct str grant_words(struct exchange *x, const struct province *p, const struct grant *g, enum lang lang)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&b, message(M_grant_may, lang));
    buf_putc(&b, ' ');
    add_verbs(&b, g->verbs, lang);
    buf_puts(&b, ". ");
    add_registers(&b, p, g, lang, x->arena);
    if (g->where.n)
        add_names(&b, M_grant_where, &g->where, 1, lang);
    add_names(&b, M_grant_figures, g->figures, g->n_figures, lang);
    add_names(&b, M_grant_workflows, g->workflows, g->n_workflows, lang);
    if (g->from.n)
        add_names(&b, M_grant_from, &g->from, 1, lang);
    if (g->to.n)
        add_names(&b, M_grant_to, &g->to, 1, lang);
    return buf_move(&b, x->arena);
}

/* ---- matrices */

static bool reaches(const struct province *p, const struct grant *g, const struct reg *reg, struct str day)
{
    return grant_is_in_force(g, day) && grant_reaches(p, g, reg);
}

static unsigned verbs_of(const struct province *p, const struct role *role, const struct reg *reg, struct str day)
{
    unsigned verbs = 0;
    for (size_t k = 0; k < role->n; k++)
        verbs |= reaches(p, &role->grants[k], reg, day) ? role->grants[k].verbs : 0;
    return verbs;
}

/* An administrator may not see the register itself. */
static struct table_cell register_cell(struct exchange *x, const struct reg *reg)
{
    struct table_cell cell = {.text = text2_in(&reg->title, x->lang)};
    if (site_shows_register(x, reg))
        cell.href = part_href(x, "/registers/", reg->name);
    return cell;
}

static struct str verbs_text(struct exchange *x, unsigned verbs)
{
    struct buf b = BUF_INIT(1024);
    add_verbs(&b, verbs, x->lang);
    return b.n ? buf_move(&b, x->arena) : STR("–");
}

/* Every register, and what each role may do there. */
static void write_matrix(struct exchange *x, const struct roles *roles, struct str day, struct buf *out)
{
    const struct province *p = roles->province;
    struct table_column *columns = ARENA_ARRAY(x->arena, struct table_column, roles->n + 1);
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, p->n_registers + 1);
    size_t n = 0;
    columns[0] = (struct table_column){.title = message(M_ways_register, x->lang), .is_head = true};
    for (size_t i = 0; i < roles->n; i++)
        columns[i + 1] = (struct table_column){.title = text2_in(&roles->p[i].title, x->lang)};
    for (size_t k = 0; k < p->n_registers; k++) {
        const struct reg *reg = p->registers[k];
        if (reg->is_builtin)
            continue;
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, roles->n + 1);
        cells[0] = register_cell(x, reg);
        for (size_t i = 0; i < roles->n; i++)
            cells[i + 1].text = verbs_text(x, verbs_of(p, &roles->p[i], reg, day));
        rows[n++] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_roles_matrix_caption, x->lang),
                               .columns = columns,
                               .n_columns = roles->n + 1,
                               .rows = rows,
                               .n_rows = n});
}

/* In which of its records a verb is allowed: the widest of the scopes, with a mark where a condition narrows it. */
static struct str scope_text(struct exchange *x, const struct province *p, const struct role *role,
                             const struct reg *reg, enum verb verb, struct str day)
{
    static const enum message words[] = {
        [SCOPE_ALL] = M_role_all, [SCOPE_UNIT] = M_role_unit, [SCOPE_AGENCY] = M_role_agency};
    const struct grant *widest = NULL;
    for (size_t k = 0; k < role->n; k++) {
        const struct grant *g = &role->grants[k];
        if (!reaches(p, g, reg, day) || !(g->verbs & 1U << verb))
            continue;
        bool is_wider = !widest || (g->within == SCOPE_ALL && widest->within != SCOPE_ALL) ||
                        (g->within == widest->within && g->where.n == 0);
        widest = is_wider ? g : widest;
    }
    if (!widest)
        return STR("–");
    struct str text = message(words[widest->within], x->lang);
    return widest->where.n ? STR_JOIN(x->arena, text, STR(" *")) : text;
}

static void write_role_matrix(struct exchange *x, const struct province *p, const struct role *role, struct str day,
                              struct buf *out)
{
    enum { COLUMNS = VERB_COUNT + 1 };
    struct table_column *columns = ARENA_ARRAY(x->arena, struct table_column, COLUMNS);
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, p->n_registers + 1);
    size_t n = 0;
    columns[0] = (struct table_column){.title = message(M_ways_register, x->lang), .is_head = true};
    for (size_t v = 0; v < VERB_COUNT; v++) {
        struct text2 title = verb_title((enum verb)v);
        columns[v + 1] = (struct table_column){.title = text2_in(&title, x->lang)};
    }
    for (size_t k = 0; k < p->n_registers; k++) {
        const struct reg *reg = p->registers[k];
        if (verbs_of(p, role, reg, day) == 0)
            continue;
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0] = register_cell(x, reg);
        for (size_t v = 0; v < VERB_COUNT; v++)
            cells[v + 1].text = scope_text(x, p, role, reg, (enum verb)v, day);
        rows[n++] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_role_matrix, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

/* ---- all roles */

static int64_t count_of(const struct role_count *counts, size_t n, struct str role)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(counts[i].role, role))
            return counts[i].accounts;
    return 0;
}

static enum err count_lent(struct exchange *x, struct str role, struct str day, int64_t *ret_n, struct fault *f)
{
    struct delegation_row *all;
    size_t n = 0;
    enum err e = delegation_list_of_role(x->arena, access_of(x), role, SHOWN_LENT, &all, &n, f);
    *ret_n = 0;
    for (size_t i = 0; e == OK && i < n; i++)
        *ret_n += delegation_is_in_force(&all[i], day);
    return e;
}

static enum err list_roles(struct exchange *x, const struct roles *roles, struct str day, struct tpl_roles *t,
                           struct fault *f)
{
    struct role_count *counts;
    size_t n = 0, n_roles = roles ? roles->n : 0;
    struct str own = STR(ROLE_ADMINISTRATOR);
    struct tpl_roles_roles *rows = ARENA_ARRAY(x->arena, struct tpl_roles_roles, n_roles + 1);
    enum err e = account_count_by_role(x->arena, access_of(x), &counts, &n, f);
    if (e != OK)
        return e;
    if (!roles || !role_find(roles, own))
        rows[t->n_roles++] = (struct tpl_roles_roles){.href = role_href(x, own),
                                                      .id = own,
                                                      .title = message(M_role_administrator, x->lang),
                                                      .accounts = count_of(counts, n, own),
                                                      .needs_second_factor = true};
    for (size_t i = 0; e == OK && i < n_roles; i++) {
        const struct role *role = &roles->p[i];
        struct tpl_roles_roles *row = &rows[t->n_roles++];
        *row = (struct tpl_roles_roles){.href = role_href(x, role->id),
                                        .id = role->id,
                                        .title = text2_in(&role->title, x->lang),
                                        .description = text2_in(&role->description, x->lang),
                                        .accounts = count_of(counts, n, role->id),
                                        .needs_second_factor = role->needs_second_factor,
                                        .place = place_of(x, role, role->line)};
        e = count_lent(x, role->id, day, &row->lent, f);
    }
    t->roles = rows;
    return e;
}

enum err page_roles(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       matrix CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    int64_t rev;
    enum err e = worker_revision(w, STR(""), &rev, f);
    if (e != OK)
        return e;
    struct str day = delegation_today(x->arena, w->store);
    struct tpl_roles t = {.has_roles = w->roles != NULL};
    e = list_roles(x, w->roles, day, &t, f);
    if (e != OK)
        return e;
    if (w->roles)
        write_matrix(x, w->roles, day, &matrix);
    t.matrix = buf_view(&matrix);
    tpl_roles(&content, &t, x->lang);
    return admin_page(x, message(M_roles_title, x->lang), &content, f);
}

/* ---- one role */

static struct str user_href(struct exchange *x, struct str name)
{
    return part_href(x, "/admin/users/", name);
}

static enum err list_holders(struct exchange *x, struct str id, struct tpl_role *t, struct fault *f)
{
    struct account *list;
    size_t n = 0;
    enum err e = account_list_of_role(x->arena, access_of(x), id, SHOWN_HOLDERS + 1, &list, &n, f);
    if (e != OK)
        return e;
    t->has_more = n > SHOWN_HOLDERS;
    t->n_holders = t->has_more ? SHOWN_HOLDERS : n;
    struct tpl_role_holders *rows = ARENA_ARRAY(x->arena, struct tpl_role_holders, t->n_holders + 1);
    for (size_t i = 0; i < t->n_holders; i++)
        rows[i] = (struct tpl_role_holders){
            user_href(x, list[i].name), list[i].name, list[i].full_name, list[i].agency, list[i].unit,
            list[i].is_disabled};
    t->holders = rows;
    return OK;
}

static enum err list_lent(struct exchange *x, struct str id, struct str day, struct tpl_role *t, struct fault *f)
{
    struct delegation_row *all;
    size_t n = 0;
    enum err e = delegation_list_of_role(x->arena, access_of(x), id, SHOWN_LENT, &all, &n, f);
    if (e != OK)
        return e;
    struct tpl_delegation_table_rows *rows = ARENA_ARRAY(x->arena, struct tpl_delegation_table_rows, n + 1);
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++)
        if (delegation_is_in_force(&all[i], day))
            rows[n_rows++] = (struct tpl_delegation_table_rows){
                .name = all[i].from_name,
                .href = user_href(x, all[i].from_name),
                .to = all[i].to_name,
                .to_href = user_href(x, all[i].to_name),
                .unit = all[i].unit,
                .first = part_date(x, all[i].first),
                .last = part_date(x, all[i].last),
                .reason = all[i].reason,
                .subject = STR_JOIN(x->arena, all[i].from_name, STR(" → "), all[i].to_name),
                .end_href = str_of(arena_printf(x->arena, "/admin/delegations/%lld/end", (long long)all[i].number))};
    t->has_lent = n_rows > 0;
    t->lent = (struct tpl_delegation_table){
        .heading = STR("lent"), .csrf = x->subject->csrf, .has_to = true, .rows = rows, .n_rows = n_rows};
    return OK;
}

static void list_grants(struct exchange *x, const struct province *p, const struct role *role, struct str day,
                        struct tpl_role *t)
{
    struct tpl_role_grants *rows = ARENA_ARRAY(x->arena, struct tpl_role_grants, role->n + 1);
    for (size_t i = 0; i < role->n; i++) {
        const struct grant *g = &role->grants[i];
        rows[i] = (struct tpl_role_grants){grant_words(x, p, g, LANG_VI), grant_words(x, p, g, LANG_EN),
                                           place_of(x, role, g->line), !grant_is_in_force(g, day)};
    }
    t->grants = rows;
    t->n_grants = role->n;
}

static enum err unknown_role(struct exchange *x, struct str id, struct fault *f)
{
    const struct roles *roles = ((struct worker *)x->worker)->roles;
    size_t n = roles ? roles->n : 0;
    struct str *names = ARENA_ARRAY(x->arena, struct str, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = roles->p[i].id;
    names[n] = STR(ROLE_ADMINISTRATOR);
    return FAULT(f, ERR_ROLE_UNKNOWN, {"name", id}, {"nearest", yaml_nearest(id, names, n + 1)});
}

enum err page_role(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       matrix CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str id = input_named(x, "role")->text;
    int64_t rev;
    enum err e = worker_revision(w, STR(""), &rev, f);
    if (e != OK)
        return e;
    const struct role *role = w->roles ? role_find(w->roles, id) : NULL;
    struct str day = delegation_today(x->arena, w->store);
    struct tpl_role t = {.id = id, .is_own = str_is(id, ROLE_ADMINISTRATOR), .is_declared = role != NULL};
    if (!role && !t.is_own)
        return unknown_role(x, id, f);
    if (role) {
        t.description = text2_in(&role->description, x->lang);
        t.needs_second_factor = role->needs_second_factor;
        t.place = place_of(x, role, role->line);
        list_grants(x, w->roles->province, role, day, &t);
        write_role_matrix(x, w->roles->province, role, day, &matrix);
        t.matrix = buf_view(&matrix);
    }
    e = list_holders(x, id, &t, f);
    if (e == OK)
        e = list_lent(x, id, day, &t, f);
    if (e != OK)
        return e;
    tpl_role(&content, &t, x->lang);
    return admin_page(x, role ? text2_in(&role->title, x->lang) : message(M_role_administrator, x->lang), &content, f);
}
