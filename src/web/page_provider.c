/* Signing in with an account at the declared provider: the way there, and the way back. On a slow lane, for the provider is asked meanwhile. */
#include "base/clock.h"
#include "base/limits.h"
#include "http/fetch.h"
#include "web/provider.h"
#include "web/signed.h"

#include "base/banned.h"

static struct str state_cookie(const struct exchange *x)
{
    return str_starts(exchange_base(x), STR("https://")) ? STR("__Host-tinhso-state") : STR("tinhso-state");
}

/* The browser that comes back must be the one that went: else somebody could have it signed in as himself. */
static void set_state(struct exchange *x, struct str state, const char *age)
{
    bool is_https = str_starts(exchange_base(x), STR("https://"));
    exchange_header(x, "Set-Cookie",
                    STR_JOIN(x->arena, state_cookie(x), STR("="), state, STR("; Path=/; HttpOnly; SameSite=Lax"),
                             is_https ? STR("; Secure") : STR(""), STR("; Max-Age="), str_of(age)));
}

static enum err find_provider(struct exchange *x, const struct oidc_provider **ret, struct fault *f)
{
    *ret = provider_declared(((struct site *)x->site)->provider);
    if (*ret && str_eq((*ret)->id, input_named(x, "provider")->text))
        return OK;
    return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
}

static struct str way_back(struct exchange *x, const struct oidc_provider *p)
{
    struct str base = exchange_base(x);
    return str_of(arena_printf(x->arena, "%.*s/sign-in/with/%.*s/back", STR_ARG(base), STR_ARG(p->id)));
}

enum err page_provider(struct exchange *x, struct fault *f)
{
    const struct oidc_provider *p;
    struct provider_seen seen;
    struct oidc_started started;
    struct access *a = access_of(x);
    enum err e = find_provider(x, &p, f);
    if (e == OK && (x->is_cross_site || x->subject->kind == SUBJECT_ACCOUNT)) {
        /* Nobody is signed in, or as somebody else, by a link of another site's: a sign-in is begun on our page. */
        exchange_redirect(x, 303, with_next(x, "/sign-in", next_of(x)));
        return OK;
    }
    if (e == OK)
        e = provider_look(x, false, &seen, f);
    if (e == OK)
        e = access_begin(a, f);
    if (e != OK)
        return e;
    e = access_end(a, oidc_begin(a, p, next_of(x), &started, f), f);
    if (e != OK)
        return e;
    struct buf url = BUF_INIT((size_t)LIMIT_HTTP_TARGET_BYTES * 4);
    oidc_address(p, &seen.ends, &started, way_back(x, p), &url);
    set_state(x, str_dup(x->arena, str_of(started.state.text)), "600");
    exchange_redirect_out(x, buf_move(&url, x->arena));
    return OK;
}

/* ---- back ---- */

static struct str answered(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->n_others; i++)
        if (str_is(x->others[i].name, name))
            return x->others[i].value;
    return (struct str){NULL, 0};
}

/* What the state names, when it is this browser's. */
static enum err take_state(struct exchange *x, const struct oidc_provider *p, struct oidc_started *ret, struct fault *f)
{
    struct str state = answered(x, "state"), mine = cookie_find(x->cookies, state_cookie(x));
    struct access *a = access_of(x);
    set_state(x, STR(""), "0");
    if (!state.n || !str_eq(state, mine))
        return FAULT(f, ERR_OIDC_STATE);
    enum err e = access_begin(a, f);
    return e == OK ? access_end(a, oidc_take(x->arena, a, p, state, ret, f), f) : e;
}

static const char *encoded(struct exchange *x, struct str text)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    url_encode(&b, text);
    return buf_move(&b, x->arena).p;
}

static enum err exchange_code(struct exchange *x, const struct oidc_provider *p, const struct provider_seen *seen,
                              const struct oidc_started *started, struct buf *answer, struct fault *f)
{
    struct buf form CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct fetch r = {.url = str_dup(x->arena, seen->ends.token).p};
    oidc_form(p, &seen->ends, started, answered(x, "code"), way_back(x, p), &form);
    r.form = buf_view(&form);
    if (p->secret.n && !seen->ends.has_form_secret)
        r.user = encoded(x, p->client_id), r.password = encoded(x, p->secret); /* RFC 6749 §2.3.1 */
    return http_fetch_strict(&r, answer, f);
}

static enum err read_person(struct exchange *x, const struct oidc_provider *p, struct provider_seen *seen,
                            const struct oidc_started *started, struct str answer, struct oidc_person *ret,
                            struct fault *f)
{
    enum err e = oidc_person_read(x->arena, p, answer, &seen->keys, started, clock_now_ms(), ret, f);
    if (e != ERR_JWS_KEY)
        return e;
    e = provider_look(x, true, seen, f); /* keys are changed now and then */
    return e == OK ? oidc_person_read(x->arena, p, answer, &seen->keys, started, clock_now_ms(), ret, f) : e;
}

enum err page_provider_back(struct exchange *x, struct fault *f)
{
    const struct oidc_provider *p;
    struct provider_seen seen;
    struct oidc_started started;
    struct oidc_person person;
    struct account who;
    struct buf answer CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct actor by = actor_of(x);
    enum err e = find_provider(x, &p, f);
    if (e == OK)
        e = take_state(x, p, &started, f);
    if (e == OK && answered(x, "iss").n && !str_eq(answered(x, "iss"), p->issuer)) /* RFC 9207 */
        e = FAULT(f, ERR_OIDC_STATE);
    if (e == OK && !answered(x, "code").n)
        e = FAULT(f, ERR_OIDC_REFUSED, {"reason", answered(x, "error").n ? answered(x, "error") : STR("code")});
    if (e == OK)
        e = provider_look(x, false, &seen, f);
    if (e == OK)
        e = exchange_code(x, p, &seen, &started, &answer, f);
    if (e == OK)
        e = read_person(x, p, &seen, &started, buf_view(&answer), &person, f);
    by.account = 0;
    if (e == OK)
        e = oidc_account(x->arena, access_of(x), &by, p, &person, &who, f);
    return e == OK ? session_enter(x, &who, local_path(started.next), f) : e;
}
