#include "web/signed.h"

#include "access/device.h"
#include "crypt/ed25519.h"
#include "text/date.h"

#include "base/banned.h"

static bool is_https(const struct exchange *x)
{
    return str_starts(exchange_base(x), STR("https://"));
}

static struct str cookie_name(const struct exchange *x)
{
    return is_https(x) ? STR("__Host-tinhso") : STR("tinhso");
}

enum err site_identify(void *worker, struct exchange *x, struct str cookies, const struct subject **ret_subject,
                       struct fault *f)
{
    struct worker *w = worker;
    struct str id = cookie_find(cookies, cookie_name(x));
    return id.n ? session_find(x->arena, w->access, id, ret_subject, f) : OK;
}

/* Which registers and records an account may write, its roles say (sight.c); without a role there are none. */
bool site_may(struct exchange *x)
{
    const struct subject *s = x->subject;
    if (x->route->right == RIGHT_ADMINISTER)
        return s->is_administrator;
    return x->route->right == RIGHT_WRITE && (s->n_roles || s->n_delegations);
}

enum err site_role_exists(const struct exchange *x, struct str role, struct fault *f)
{
    const struct worker *w = x->worker;
    bool is_declared = str_is(role, ROLE_ADMINISTRATOR) || (w->roles && role_find(w->roles, role));
    return is_declared ? OK : FAULT(f, ERR_ACCOUNT_ROLE, {"name", role});
}

struct actor actor_of(const struct exchange *x)
{
    return (struct actor){.account = x->subject->account,
                          .session = x->subject->session,
                          .address = x->client,
                          .request = str_of(x->request_id)};
}

static struct str device_cookie_name(const struct exchange *x)
{
    return is_https(x) ? STR("__Host-tinhso-device") : STR("tinhso-device");
}

static void set_cookie(struct exchange *x, struct str name, struct str value, struct str more)
{
    exchange_header(x, "Set-Cookie",
                    STR_JOIN(x->arena, name, STR("="), value, STR("; Path=/; HttpOnly; SameSite=Lax"),
                             is_https(x) ? STR("; Secure") : STR(""), more));
}

void session_cookie(struct exchange *x, const struct token *id)
{
    set_cookie(x, cookie_name(x), str_dup(x->arena, str_of(id->text)), STR(""));
}

void session_cookie_end(struct exchange *x)
{
    set_cookie(x, cookie_name(x), STR(""), STR("; Max-Age=0"));
}

struct str device_of(const struct exchange *x)
{
    return cookie_find(x->cookies, device_cookie_name(x));
}

enum err device_cookie(struct exchange *x, int64_t account, struct fault *f)
{
    struct token id;
    enum err e = device_make(access_of(x), account, device_of(x), &id, f);
    if (e == OK)
        set_cookie(x, device_cookie_name(x), str_dup(x->arena, str_of(id.text)),
                   str_of(arena_printf(x->arena, "; Max-Age=%lld", (long long)(DEVICE_MS / 1000))));
    return e;
}

/* The route, not the address, which may name a record. */
void worker_refused(void *worker, struct exchange *x, const struct fault *f)
{
    struct worker *w = worker;
    struct fault ignored = {0};
    const char *route = x->route ? x->route->path : "?";
    struct str key = str_of(arena_printf(x->arena, "%lld", (long long)x->subject->account));
    const struct event v = {
        .kind = EVENT_REFUSED,
        .account = x->subject->account,
        .by = actor_of(x),
        .detail = str_of(arena_printf(x->arena, "%s %s: %s", method_name(x->method), route, err_type(f->code)))};
    const struct event_bound b = {.key = key, .window_ms = 60 * 1000, .most = 5, .most_of_all = 10000};
    if (db_begin(w->access->db, &ignored) != OK)
        return; /* the refusal stands without it */
    if (access_event_bounded(w->access, &v, &b, &ignored) != OK || db_commit(w->access->db, &ignored) != OK)
        db_rollback(w->access->db);
}

struct str next_of(const struct exchange *x)
{
    return local_path(input_named(x, "next")->text);
}

struct str with_next(struct exchange *x, const char *page, struct str next)
{
    struct buf b = BUF_INIT((size_t)LIMIT_HTTP_TARGET_BYTES * 4);
    buf_puts(&b, page);
    if (!str_is(next, "/")) {
        buf_puts(&b, "?next=");
        url_encode(&b, next);
    }
    return buf_move(&b, x->arena);
}

enum err session_enter(struct exchange *x, const struct account *who, struct str next, struct fault *f)
{
    struct access *a = access_of(x);
    struct token id;
    struct session_start how = {.account = who->number,
                                .is_pending = who->has_second_factor || !who->is_citizen,
                                .by = actor_of(x),
                                .agent = x->user_agent,
                                .instead_of = x->subject->session};
    how.by.account = who->number;
    enum err e = access_begin(a, f);
    if (e != OK)
        return e;
    e = session_begin(a, &how, &id, f);
    if (e == OK)
        session_cookie(x, &id);
    if (e == OK && !how.is_pending)
        e = device_cookie(x, who->number, f);
    if ((e = access_end(a, e, f)) != OK)
        return e;
    const char *step = who->has_second_factor ? "/sign-in/code" : "/account/second-factor";
    exchange_redirect(x, 303, how.is_pending ? with_next(x, step, next) : next);
    return OK;
}

bool typed_problem(struct exchange *x, const struct fault *f, struct str *ret_sentence)
{
    int status = err_http(f->code);
    bool is_malformed = f->code == ERR_PERSONAL_ID_FORMAT || f->code == ERR_PERSONAL_ID_OLD_FORMAT;
    if (is_malformed)
        status = 422;
    if (status != 422 && status != 409 && status != 429)
        return false;
    struct buf b = BUF_INIT(16 << 10);
    fault_print(f, x->lang, &b);
    *ret_sentence = buf_move(&b, x->arena);
    x->status = status;
    if (status == 429) {
        struct str minutes = fault_param(f, "minutes");
        exchange_header(
            x, "Retry-After",
            str_of(arena_printf(x->arena, "%ld", 60 * strtol(arena_dup(x->arena, minutes.p, minutes.n), NULL, 10))));
    }
    return true;
}

void input_wipe(struct exchange *x, const char *name)
{
    struct str text = input_named(x, name)->text;
    if (text.n)
        memory_wipe((char *)(uintptr_t)text.p, text.n);
}

struct str instant_text(struct exchange *x, int64_t ms)
{
    const struct worker *w = x->worker;
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    if (ms == 0)
        return STR("");
    instant_print(ms, &b);
    return page_time(x->arena, str_dup(x->arena, buf_view(&b)),
                     w->store->province ? w->store->province->utc_offset_minutes : 0, x->lang);
}
