/* Setting up the second factor, and the recovery codes that come with it. */
#include "base/limits.h"
#include "crypt/ed25519.h"
#include "report/qr.h"
#include "web/message.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

/* Whoever owes it and has none yet, and whoever showed the password a moment ago; others are led on. */
static bool may_set_up(struct exchange *x)
{
    const struct subject *s = x->subject;
    struct str here = STR("/account/second-factor");
    if (s->kind == SUBJECT_PENDING && !s->owes_second_factor)
        return true;
    if (s->kind == SUBJECT_ACCOUNT && subject_is_recent(s))
        return true;
    exchange_redirect(x, 303,
                      s->kind == SUBJECT_PENDING   ? with_next(x, "/sign-in/code", here)
                      : s->kind == SUBJECT_ACCOUNT ? with_next(x, "/sign-in/again", here)
                                                   : with_next(x, "/sign-in", here));
    return false;
}

static enum err show(struct exchange *x, struct str problem, struct fault *f)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    const struct worker *w = x->worker;
    struct buf uri CLEANUP(buf_done) = BUF_INIT(4096), svg CLEANUP(buf_done) = BUF_INIT(256 << 10),
                   text CLEANUP(buf_done) = BUF_INIT(256), content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = session_totp_draft(access_of(x), x->subject->session, secret, f);
    if (e != OK)
        return e;
    totp_uri(secret, text2_in(&w->store->province->title, x->lang), x->subject->name, &uri);
    totp_secret_text(secret, &text);
    memory_wipe(secret, sizeof secret);
    qr_svg(buf_view(&uri), message(M_second_factor_qr, x->lang), &svg);
    tpl_second_factor(&content,
                      &(struct tpl_second_factor){.problem = problem,
                                                  .is_due = x->subject->kind == SUBJECT_PENDING,
                                                  .svg = buf_view(&svg),
                                                  .secret = buf_view(&text),
                                                  .next = next_of(x),
                                                  .csrf = x->subject->csrf},
                      x->lang);
    return page(x,
                &(struct page){.title = message(M_second_factor_title, x->lang),
                               .content = buf_view(&content),
                               .has_own_search = true,
                               .is_form = true},
                f);
}

enum err page_second_factor(struct exchange *x, struct fault *f)
{
    return may_set_up(x) ? show(x, STR(""), f) : OK;
}

/* ---- recovery codes ---- */

static enum err show_codes(struct exchange *x, struct recovery_codes *codes, struct str next, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str list[RECOVERY_CODES];
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        list[i] = str_of(codes->text[i]);
    tpl_recovery_codes(&content, &(struct tpl_recovery_codes){.codes = list, .n_codes = RECOVERY_CODES, .next = next},
                       x->lang);
    memory_wipe(codes, sizeof *codes);
    return page(x,
                &(struct page){.title = message(M_recovery_title, x->lang),
                               .content = buf_view(&content),
                               .has_own_search = true,
                               .is_form = true},
                f);
}

static enum err set_up(struct exchange *x, struct recovery_codes *codes, struct token *id, struct fault *f)
{
    struct access *a = access_of(x);
    const struct subject *s = x->subject;
    struct actor by = actor_of(x);
    unsigned char secret[TOTP_SECRET_BYTES];
    enum err e = session_totp_draft(a, s->session, secret, f);
    if (e == OK)
        e = account_totp_set(a, &by, s->account, secret, input_named(x, "code")->text, f);
    memory_wipe(secret, sizeof secret);
    if (e == OK)
        e = account_recovery_make(a, &by, s->account, codes, f);
    if (e == OK)
        e = session_end_all(a, &by, s->account, s->session, f);
    return e == OK ? session_complete(a, &by, s->account, s->session, id, f) : e;
}

/* The token of the page that is shown is that of the new session: it carries the form of signing out. */
static void go_on_as(struct exchange *x, const struct token *id, struct fault *f)
{
    session_cookie(x, id);
    session_find(x->arena, access_of(x), str_of(id->text), &x->subject, f);
}

enum err act_second_factor(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct recovery_codes codes;
    struct str problem;
    struct token id;
    if (!may_set_up(x))
        return OK;
    enum err e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, set_up(x, &codes, &id, f), f);
    if (e != OK)
        return typed_problem(x, f, &problem) ? show(x, problem, f) : e;
    go_on_as(x, &id, f);
    return show_codes(x, &codes, next_of(x), f);
}

enum err act_recovery_codes(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct recovery_codes codes;
    enum err e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, account_recovery_make(a, &by, x->subject->account, &codes, f), f);
    return e == OK ? show_codes(x, &codes, STR("/account"), f) : e;
}
