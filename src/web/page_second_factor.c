/* Setting up the second factor, and the recovery codes that come with it. */
#include "base/clock.h"
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

/* There is one that would be replaced: whoever replaces it shows it. */
static enum err has_present(struct exchange *x, bool *ret_has, struct fault *f)
{
    struct account who;
    enum err e = account_get(x->arena, access_of(x), x->subject->account, &who, f);
    if (e == OK)
        *ret_has = who.has_second_factor;
    return e;
}

static enum err show(struct exchange *x, struct str problem, struct fault *f)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    const struct worker *w = x->worker;
    bool asks_present = false;
    struct buf uri CLEANUP(buf_done) = BUF_INIT(4096), svg CLEANUP(buf_done) = BUF_INIT(256 << 10),
                   text CLEANUP(buf_done) = BUF_INIT(256), content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = has_present(x, &asks_present, f);
    if (e == OK)
        e = session_totp_draft(access_of(x), x->subject->session, secret, f);
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
                                                  .asks_present = asks_present,
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
    if (e == OK)
        e = session_complete(a, &by, s->account, s->session, id, f);
    if (e == OK)
        session_cookie(x, id);
    return e == OK ? device_cookie(x, s->account, f) : e;
}

/* What is in use now is used up only when the new one is right. */
static enum err prove(struct exchange *x, struct fault *f)
{
    struct actor by = actor_of(x);
    unsigned char secret[TOTP_SECRET_BYTES];
    int64_t step = 0;
    bool has = false, is_right = false;
    enum err e = has_present(x, &has, f);
    if (e != OK || !has)
        return e;
    e = session_totp_draft(access_of(x), x->subject->session, secret, f);
    if (e == OK)
        is_right = totp_check(secret, input_named(x, "code")->text, clock_now_ms(), &step);
    memory_wipe(secret, sizeof secret);
    if (e == OK && !is_right)
        return FAULT(f, ERR_CODE_REFUSED);
    struct str present = input_named(x, "present")->text;
    return e == OK ? account_code_check(access_of(x), &by, x->subject->account, present, STR(""), f) : e;
}

/* The token of the page that is shown is that of the new session: it carries the form of signing out. */
static void go_on_as(struct exchange *x, const struct token *id, struct fault *f)
{
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
    enum err e = prove(x, f);
    if (e == OK)
        e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, set_up(x, &codes, &id, f), f);
    if (e != OK)
        return typed_problem(x, f, &problem) ? show(x, problem, f) : e;
    go_on_as(x, &id, f);
    return show_codes(x, &codes, next_of(x), f);
}

static enum err ask_present(struct exchange *x, struct str problem, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_recovery_prove(&content, &(struct tpl_recovery_prove){.problem = problem, .csrf = x->subject->csrf}, x->lang);
    return page(x,
                &(struct page){.title = message(M_recovery_title, x->lang),
                               .content = buf_view(&content),
                               .has_own_search = true,
                               .is_form = true},
                f);
}

/* Other codes would let whoever holds them in: they are made for whoever shows what is in use, not for the password alone. */
enum err act_recovery_codes(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct recovery_codes codes;
    struct str present = input_named(x, "present")->text, problem;
    bool has = false;
    enum err e = has_present(x, &has, f);
    if (e == OK && has && present.n == 0)
        return ask_present(x, STR(""), f);
    if (e == OK && has)
        e = account_code_check(a, &by, x->subject->account, present, STR(""), f);
    if (e != OK)
        return typed_problem(x, f, &problem) ? ask_present(x, problem, f) : e;
    e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, account_recovery_make(a, &by, x->subject->account, &codes, f), f);
    return e == OK ? show_codes(x, &codes, STR("/account"), f) : e;
}
