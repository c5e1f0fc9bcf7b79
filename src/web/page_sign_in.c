/* Signing in and out: name and password, then the code of the telephone. Each step gives the session another id. */
#include "base/limits.h"
#include "web/message.h"
#include "web/provider.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

static enum err show(struct exchange *x, enum message title, const struct buf *content, struct fault *f)
{
    return page(
        x,
        &(struct page){
            .title = message(title, x->lang), .content = buf_view(content), .has_own_search = true, .is_form = true},
        f);
}

/* ---- name and password ---- */

static enum err show_sign_in(struct exchange *x, struct str name, struct str problem, bool is_again, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    const struct oidc_provider *p = is_again ? NULL : provider_declared(((struct site *)x->site)->provider);
    const char *there = p ? arena_printf(x->arena, "/sign-in/with/%.*s", STR_ARG(p->id)) : NULL;
    tpl_sign_in(&content,
                &(struct tpl_sign_in){.action = is_again ? STR("/sign-in/again") : STR("/sign-in"),
                                      .problem = problem,
                                      .name = name,
                                      .is_again = is_again,
                                      .next = next_of(x),
                                      .csrf = x->subject->csrf,
                                      .provider = p ? text2_in(&p->title, x->lang) : STR(""),
                                      .provider_href = p ? with_next(x, there, next_of(x)) : STR("")},
                x->lang);
    return show(x, is_again ? M_sign_in_again_title : M_sign_in_title, &content, f);
}

enum err page_sign_in(struct exchange *x, struct fault *f)
{
    if (x->subject->kind == SUBJECT_ACCOUNT) {
        exchange_redirect(x, 303, next_of(x));
        return OK;
    }
    return show_sign_in(x, STR(""), STR(""), false, f);
}

enum err act_sign_in(struct exchange *x, struct fault *f)
{
    struct str name = input_named(x, "name")->text, problem;
    struct sign_in in = {
        .name = name, .password = input_named(x, "password")->text, .by = actor_of(x), .device = device_of(x)};
    struct account who;
    in.by.account = 0;
    enum err e = account_sign_in(x->arena, access_of(x), &in, &who, f);
    input_wipe(x, "password");
    if (e != OK)
        return typed_problem(x, f, &problem) ? show_sign_in(x, name, problem, false, f) : e;
    return session_enter(x, &who, next_of(x), f);
}

/* ---- the password once more ---- */

enum err page_sign_in_again(struct exchange *x, struct fault *f)
{
    return show_sign_in(x, x->subject->name, STR(""), true, f);
}

enum err act_sign_in_again(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct sign_in in = {
        .name = x->subject->name, .password = input_named(x, "password")->text, .by = by, .is_again = true};
    struct account who;
    struct str problem;
    struct token id;
    enum err e = account_sign_in(x->arena, a, &in, &who, f);
    input_wipe(x, "password");
    if (e != OK)
        return typed_problem(x, f, &problem) ? show_sign_in(x, x->subject->name, problem, true, f) : e;
    e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, session_proved(a, &by, who.number, x->subject->session, &id, f), f);
    if (e != OK)
        return e;
    session_cookie(x, &id);
    exchange_redirect(x, 303, next_of(x));
    return OK;
}

/* ---- the code ---- */

/* False when another step is the next: then the answer leads there. */
static bool owes_code(struct exchange *x)
{
    const struct subject *s = x->subject;
    if (s->kind == SUBJECT_PENDING && s->owes_second_factor)
        return true;
    exchange_redirect(x, 303,
                      s->kind == SUBJECT_PENDING   ? with_next(x, "/account/second-factor", next_of(x))
                      : s->kind == SUBJECT_ACCOUNT ? next_of(x)
                                                   : with_next(x, "/sign-in", next_of(x)));
    return false;
}

static enum err show_code(struct exchange *x, struct str problem, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_sign_in_code(&content,
                     &(struct tpl_sign_in_code){.problem = problem, .next = next_of(x), .csrf = x->subject->csrf},
                     x->lang);
    return show(x, M_code_title, &content, f);
}

enum err page_sign_in_code(struct exchange *x, struct fault *f)
{
    return owes_code(x) ? show_code(x, STR(""), f) : OK;
}

enum err act_sign_in_code(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct str problem;
    struct token id;
    if (!owes_code(x))
        return OK;
    enum err e = account_code_check(a, &by, x->subject->account, input_named(x, "code")->text, device_of(x), f);
    if (e != OK)
        return typed_problem(x, f, &problem) ? show_code(x, problem, f) : e;
    e = access_begin(a, f);
    if (e != OK)
        return e;
    e = session_complete(a, &by, x->subject->account, x->subject->session, &id, f);
    if (e == OK)
        session_cookie(x, &id);
    if (e == OK)
        e = device_cookie(x, x->subject->account, f);
    if ((e = access_end(a, e, f)) != OK)
        return e;
    exchange_redirect(x, 303, next_of(x));
    return OK;
}

/* ---- signing out ---- */

enum err act_sign_out(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    enum err e = OK;
    if (x->subject->session) {
        e = access_begin(a, f);
        if (e == OK)
            e = access_end(a, session_end(a, &by, x->subject->account, x->subject->session, true, f), f);
    }
    session_cookie_end(x);
    exchange_header(x, "Clear-Site-Data",
                    STR("\"cache\", \"storage\"")); /* not the cookies: that of the device stays */
    exchange_redirect(x, 303, STR("/"));
    return e;
}
