/* One's own account: password, second factor, where one is signed in. */
#include "base/limits.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

static enum err read_sessions(struct exchange *x, struct tpl_account *t, struct fault *f)
{
    struct session *list;
    size_t n;
    enum err e = session_list(x->arena, access_of(x), x->subject->account, &list, &n, f);
    if (e != OK)
        return e;
    struct tpl_account_sessions *rows = ARENA_ARRAY(x->arena, struct tpl_account_sessions, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct tpl_account_sessions){.number = list[i].number,
                                                .is_here = list[i].number == x->subject->session,
                                                .begun = instant_text(x, list[i].made_ms),
                                                .seen = instant_text(x, list[i].seen_ms),
                                                .address = list[i].address,
                                                .agent = list[i].agent};
    t->sessions = rows;
    t->n_sessions = n;
    t->has_others = n > 1;
    return OK;
}

enum err page_account(struct exchange *x, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       ways CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct account who;
    struct tpl_account t = {.csrf = x->subject->csrf};
    enum err e = account_get(x->arena, access_of(x), x->subject->account, &who, f);
    if (e == OK)
        e = read_sessions(x, &t, f);
    if (e != OK)
        return e;
    t.name = who.name;
    t.full_name = who.full_name;
    t.agency = who.agency;
    t.unit = who.unit;
    t.roles = who.roles;
    t.n_roles = who.n_roles;
    t.has_second_factor = who.has_second_factor;
    t.recovery_left = who.recovery_left;
    part_ways(x, &ways);
    t.ways = buf_view(&ways);
    tpl_account(&content, &t, x->lang);
    return page(
        x, &(struct page){.is_form = true, .title = message(M_account_title, x->lang), .content = buf_view(&content)},
        f);
}

/* ---- another password ---- */

static enum err show_password(struct exchange *x, struct str problem, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct crumb up = {message(M_account_title, x->lang), STR("/account")};
    tpl_new_password(
        &content,
        &(struct tpl_new_password){
            .action = STR("/account/password"), .problem = problem, .asks_former = true, .csrf = x->subject->csrf},
        x->lang);
    return page(x,
                &(struct page){.title = message(M_password_title, x->lang),
                               .content = buf_view(&content),
                               .is_form = true,
                               .crumbs = &up,
                               .n_crumbs = 1},
                f);
}

enum err page_password(struct exchange *x, struct fault *f)
{
    return show_password(x, STR(""), f);
}

/* The former one is asked for in the form itself, and counted as a sign-in: a browser left open is not enough. */
static enum err change_password(struct exchange *x, struct token *id, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct str password = input_named(x, "password")->text;
    struct account who;
    struct sign_in in = {
        .name = x->subject->name, .password = input_named(x, "former")->text, .by = by, .is_again = true};
    enum err e = account_get(x->arena, a, x->subject->account, &who, f);
    if (e == OK && !str_eq(password, input_named(x, "again")->text))
        e = FAULT(f, ERR_PASSWORD_DIFFERS);
    if (e == OK)
        e = password_judge(password, &who, f);
    if (e == OK)
        e = account_sign_in(x->arena, a, &in, &who, f);
    if (e == OK)
        e = account_password_set(a, &by, &who, password, f);
    if (e == OK)
        e = access_begin(a, f);
    return e == OK ? access_end(a, session_proved(a, &by, who.number, x->subject->session, id, f), f) : e;
}

enum err act_password(struct exchange *x, struct fault *f)
{
    struct token id;
    struct str problem;
    enum err e = change_password(x, &id, f);
    input_wipe(x, "former");
    input_wipe(x, "password");
    input_wipe(x, "again");
    if (e != OK)
        return typed_problem(x, f, &problem) ? show_password(x, problem, f) : e;
    session_cookie(x, &id);
    exchange_redirect(x, 303, STR("/account"));
    return OK;
}

/* ---- sessions ---- */

enum err act_session_end(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    int64_t session = input_named(x, "session")->integer;
    enum err e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, session_end(a, &by, x->subject->account, session, false, f), f);
    exchange_redirect(x, 303, STR("/account"));
    return e;
}

enum err act_sessions_end(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    enum err e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, session_end_all(a, &by, x->subject->account, x->subject->session, f), f);
    exchange_redirect(x, 303, STR("/account"));
    return e;
}
