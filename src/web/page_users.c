/* /admin/users: accounts, for administrators. */
#include "access/account_new.h"
#include "base/limits.h"
#include "text/vn.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { USERS_A_PAGE = 100 };

static struct str user_href(struct exchange *x, struct str name)
{
    return STR_JOIN(x->arena, STR("/admin/users/"), name);
}

static struct str joined(struct arena *a, const struct account *who)
{
    struct str all = STR("");
    for (size_t i = 0; i < who->n_roles; i++)
        all = i ? STR_JOIN(a, all, STR(" "), who->roles[i]) : who->roles[i];
    return all;
}

enum err page_users(struct exchange *x, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct account *list;
    size_t n;
    enum err e = account_list(x->arena, access_of(x), input_named(x, "after")->text, USERS_A_PAGE + 1, &list, &n, f);
    if (e != OK)
        return e;
    struct tpl_users t = {.next = STR("")};
    if (n > USERS_A_PAGE) {
        n = USERS_A_PAGE;
        t.next = STR_JOIN(x->arena, STR("/admin/users?after="), list[n - 1].name);
    }
    struct tpl_users_rows *rows = ARENA_ARRAY(x->arena, struct tpl_users_rows, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct tpl_users_rows){.href = user_href(x, list[i].name),
                                          .name = list[i].name,
                                          .full_name = list[i].full_name,
                                          .agency = list[i].agency,
                                          .unit = list[i].unit,
                                          .roles = joined(x->arena, &list[i]),
                                          .is_citizen = list[i].is_citizen,
                                          .is_disabled = list[i].is_disabled,
                                          .has_second_factor = list[i].has_second_factor,
                                          .seen = instant_text(x, list[i].seen_ms)};
    t.rows = rows;
    t.n_rows = n;
    tpl_users(&content, &t, x->lang);
    return admin_page(x, message(M_users_title, x->lang), &content, f);
}

/* ---- adding ---- */

static enum err show_new(struct exchange *x, const struct tpl_user_new *filled, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_user_new(&content, filled, x->lang);
    return admin_page(x, message(M_users_add, x->lang), &content, f);
}

enum err page_user_new(struct exchange *x, struct fault *f)
{
    return show_new(x, &(struct tpl_user_new){.csrf = x->subject->csrf}, f);
}

static enum err show_link(struct exchange *x, const struct account *who, const struct token *link, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_user_link(
        &content,
        &(struct tpl_user_link){.name = who->full_name,
                                .href = STR_JOIN(x->arena, exchange_base(x), STR("/welcome/"), str_of(link->text)),
                                .back = user_href(x, who->name)},
        x->lang);
    return admin_page(x, message(M_link_title, x->lang), &content, f);
}

/* Judged by all of the registers of units and agencies, whatever the administrator is shown of them. */
static enum err read_typed(struct exchange *x, struct account *who, const struct str **roles, size_t *n,
                           struct fault *f)
{
    struct worker *w = x->worker;
    int64_t rev;
    const struct account_typed typed = {.name = input_named(x, "name")->text,
                                        .full_name = input_named(x, "full_name")->text,
                                        .agency = who->agency,
                                        .unit = who->unit,
                                        .personal_id = who->personal_id,
                                        .roles = input_named(x, "roles")->text,
                                        .is_citizen = who->is_citizen};
    enum err e = worker_revision(w, STR(""), &rev, f);
    if (e != OK)
        return e;
    store_view(w->store, NULL);
    e = account_read(x->arena, w->store, w->roles, &typed, who, roles, n, f);
    store_view(w->store, &w->viewer);
    return e;
}

static enum err add(struct exchange *x, struct account *who, struct token *link, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    const struct str *roles = NULL;
    size_t n = 0;
    enum err e = read_typed(x, who, &roles, &n, f);
    if (e == OK)
        e = access_begin(a, f);
    return e == OK ? access_end(a, account_add(a, &by, who, roles, n, &who->number, link, f), f) : e;
}

enum err act_user_add(struct exchange *x, struct fault *f)
{
    struct account who = {.agency = input_named(x, "agency")->text,
                          .unit = input_named(x, "unit")->text,
                          .personal_id = input_named(x, "personal_id")->text};
    struct token link;
    struct str problem;
    who.is_citizen = who.personal_id.n > 0;
    enum err e = add(x, &who, &link, f);
    if (e == OK)
        return show_link(x, &who, &link, f);
    if (!typed_problem(x, f, &problem))
        return e;
    return show_new(x,
                    &(struct tpl_user_new){.problem = problem,
                                           .name = input_named(x, "name")->text,
                                           .full_name = input_named(x, "full_name")->text,
                                           .agency = who.agency,
                                           .unit = who.unit,
                                           .roles = input_named(x, "roles")->text,
                                           .personal_id = who.personal_id,
                                           .csrf = x->subject->csrf},
                    f);
}

/* ---- one account ---- */

static enum err find(struct exchange *x, struct account *ret, struct fault *f)
{
    return account_find(x->arena, access_of(x), input_named(x, "name")->text, ret, f);
}

static enum err show_user(struct exchange *x, const struct account *who, struct str problem, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_user_roles *roles = ARENA_ARRAY(x->arena, struct tpl_user_roles, who->n_roles);
    for (size_t i = 0; i < who->n_roles; i++)
        roles[i] = (struct tpl_user_roles){who->roles[i], STR_JOIN(x->arena, STR("/admin/roles/"), who->roles[i])};
    tpl_user(&content,
             &(struct tpl_user){.problem = problem,
                                .action = user_href(x, who->name),
                                .name = who->name,
                                .full_name = who->full_name,
                                .agency = who->agency,
                                .unit = who->unit,
                                .made = instant_text(x, who->made_ms),
                                .seen = instant_text(x, who->seen_ms),
                                .is_citizen = who->is_citizen,
                                .is_disabled = who->is_disabled,
                                .has_password = who->has_password,
                                .has_second_factor = who->has_second_factor,
                                .csrf = x->subject->csrf,
                                .roles = roles,
                                .n_roles = who->n_roles},
             x->lang);
    return admin_page(x, who->full_name, &content, f);
}

enum err page_user(struct exchange *x, struct fault *f)
{
    struct account who;
    enum err e = find(x, &who, f);
    return e == OK ? show_user(x, &who, STR(""), f) : e;
}

/* Back to the page of the account; or the page again with what was wrong. */
static enum err acted(struct exchange *x, const struct account *who, enum err e, struct fault *f)
{
    struct str problem;
    if (e != OK)
        return typed_problem(x, f, &problem) ? show_user(x, who, problem, f) : e;
    exchange_redirect(x, 303, user_href(x, who->name));
    return OK;
}

/* Disables or enables. */
static enum err act_on(struct exchange *x,
                       enum err (*act)(struct access *, const struct actor *, const struct account *, struct fault *),
                       struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct account who;
    enum err e = find(x, &who, f);
    if (e != OK)
        return e;
    e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, act(a, &by, &who, f), f);
    return acted(x, &who, e, f);
}

enum err act_user_disable(struct exchange *x, struct fault *f)
{
    return act_on(x, account_disable, f);
}

enum err act_user_enable(struct exchange *x, struct fault *f)
{
    return act_on(x, account_enable, f);
}

enum err act_user_reset(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct account who;
    struct token link;
    enum err e = find(x, &who, f);
    if (e != OK)
        return e;
    e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, account_reset(a, &by, &who, &link, f), f);
    return e == OK ? show_link(x, &who, &link, f) : e;
}

/* Rights that change end the sessions of the account; one's own goes on by another id. */
enum err act_user_roles(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct account who;
    struct token id;
    struct str role = str_trim(input_named(x, "role")->text);
    bool is_adding = str_is(input_named(x, "act")->text, "add"), is_own;
    enum err e = find(x, &who, f);
    if (e != OK)
        return e;
    is_own = who.number == x->subject->account;
    e = is_adding ? site_role_exists(x, role, f) : OK;
    if (e == OK)
        e = access_begin(a, f);
    if (e != OK)
        return acted(x, &who, e, f);
    e = is_adding ? account_role_add(a, &by, &who, role, f) : account_role_remove(a, &by, &who, role, f);
    if (e == OK && is_own)
        e = session_rotate(a, x->subject->session, &id, f);
    e = access_end(a, e, f);
    if (e == OK && is_own)
        session_cookie(x, &id);
    return acted(x, &who, e, f);
}
