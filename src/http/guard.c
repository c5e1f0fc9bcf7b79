/* Who asks, and whether they may: the steps between the route and its handler. */
#include "http/internal.h"

#include "base/banned.h"

/* In the time that the longer takes, whatever they hold. */
static bool is_same_secret(struct str a, struct str b)
{
    if (!a.p || !b.p || b.n == 0)
        return false;
    unsigned char differ = a.n != b.n;
    for (size_t i = 0; i < a.n; i++)
        differ |= (unsigned char)(a.p[i] ^ b.p[i % b.n]);
    return !differ;
}

static bool has_operator_key(const struct http_worker *w, const struct message *m)
{
    struct str given = m->authorization, key = w->o->operator_key;
    if (!key.n || given.n < 7 || !str_eq_ascii_nocase(str_slice(given.p, 7), STR("bearer ")))
        return false;
    return is_same_secret(str_trim(str_slice(given.p + 7, given.n - 7)), key);
}

/* A key is for machines and speaks for itself; a cookie beside it tells nothing. */
enum err identify(struct http_worker *w, const struct message *m, struct fault *f)
{
    struct exchange *x = &w->x;
    x->is_operator = has_operator_key(w, m);
    if (x->is_operator)
        x->subject = &subject_operator;
    else if (m->cookie.n && w->o->identify && w->user)
        return w->o->identify(w->user, x, m->cookie, &x->subject, f);
    return OK;
}

/* ---- cookies and paths ---- */

struct str cookie_find(struct str cookies, struct str name)
{
    struct str found = {NULL, 0}, rest = cookies.n ? cookies : (struct str){NULL, 0};
    while (rest.p) {
        struct str value, pair = str_trim(str_cut(rest, ';', &rest));
        if (!str_eq(str_cut(pair, '=', &value), name))
            continue;
        if (found.p)
            return (struct str){NULL, 0}; /* one of them was set by somebody else */
        found = value.p ? value : STR("");
    }
    return found;
}

struct str local_path(struct str p)
{
    bool is_local = p.n && p.p[0] == '/' && !(p.n > 1 && (p.p[1] == '/' || p.p[1] == '\\'));
    for (size_t i = 0; i < p.n; i++)
        is_local = is_local && (unsigned char)p.p[i] > 0x20 && (unsigned char)p.p[i] < 0x7f && p.p[i] != '\\';
    return is_local ? p : STR("/");
}

/* ---- rights ---- */

/* The page to come back to: that of a form is where it was posted to, when there is one. */
static struct str page_of(struct http_worker *w)
{
    const struct exchange *x = &w->x;
    struct match match;
    struct str path;
    if (x->method == METHOD_GET)
        return x->query.n ? STR_JOIN(x->arena, x->path, STR("?"), x->query) : x->path;
    if (path_normal(x->arena, x->path, &path, NULL) != OK)
        return STR("/");
    routes_match(w->routes, METHOD_GET, path, &match);
    return match.route ? x->path : STR("/");
}

static void lead_to(struct http_worker *w, const char *page)
{
    struct exchange *x = &w->x;
    struct buf b CLEANUP(buf_done) = BUF_INIT((size_t)LIMIT_HTTP_TARGET_BYTES * 4);
    buf_puts(&b, page);
    buf_puts(&b, "?next=");
    url_encode(&b, local_path(page_of(w)));
    exchange_redirect(x, 303, str_dup(x->arena, buf_view(&b)));
}

static enum err sign_in(struct http_worker *w, const struct message *m, const char *page, enum err e, struct fault *f)
{
    bool is_page = w->x.route->formats & FORMAT_BIT(FORMAT_HTML) && accepts_html(m->accept) && w->o->identify;
    if (!is_page)
        return fault_set(f, e, NULL, 0);
    lead_to(w, page);
    return OK;
}

static enum err judge_right(struct http_worker *w, const struct message *m, struct fault *f)
{
    struct exchange *x = &w->x;
    const struct subject *s = x->subject;
    enum right right = x->route->right;
    if (right == RIGHT_PUBLIC)
        return OK;
    if (right == RIGHT_WRITE || right == RIGHT_OPERATOR) {
        if (x->is_operator)
            return OK;
        if (right == RIGHT_OPERATOR || !(x->route->formats & FORMAT_BIT(FORMAT_HTML)))
            if (s->kind != SUBJECT_ACCOUNT)
                return FAULT(f, ERR_HTTP_KEY);
    }
    if (s->kind == SUBJECT_PENDING)
        return sign_in(w, m, "/sign-in/code", ERR_HTTP_SIGN_IN, f);
    if (s->kind != SUBJECT_ACCOUNT)
        return sign_in(w, m, "/sign-in", ERR_HTTP_SIGN_IN, f);
    bool is_for_some = right == RIGHT_WRITE || right == RIGHT_ADMINISTER || right == RIGHT_OPERATOR;
    if (is_for_some && (right == RIGHT_OPERATOR || !w->o->may || !w->o->may(x)))
        return FAULT(f, ERR_HTTP_MAY_NOT);
    if ((right == RIGHT_SIGNED_IN_RECENT || right == RIGHT_ADMINISTER) && !subject_is_recent(s))
        return sign_in(w, m, "/sign-in/again", ERR_HTTP_SIGN_IN_AGAIN, f);
    return OK;
}

enum err guard(struct http_worker *w, const struct message *m, struct fault *f)
{
    const struct exchange *x = &w->x;
    bool is_read = x->method == METHOD_GET || x->method == METHOD_OPTIONS;
    if (!is_read && m->origin.p && !str_eq_ascii_nocase(m->origin, exchange_base(x)))
        return FAULT(f, ERR_HTTP_ORIGIN, {"origin", m->origin});
    bool is_foreign =
        m->sec_fetch_site.p && !str_is(m->sec_fetch_site, "same-origin") && !str_is(m->sec_fetch_site, "none");
    if (!is_read && is_foreign)
        return FAULT(f, ERR_HTTP_ORIGIN, {"origin", m->sec_fetch_site});
    if ((x->route->flags & IS_FORM) && !m->origin.p && !m->sec_fetch_site.p)
        return FAULT(f, ERR_HTTP_TOKEN);
    return judge_right(w, m, f);
}

/* ---- the token of forms ---- */

/* In a form with files: the value behind name="csrf" and an empty line. */
static struct str token_of_multipart(struct str body)
{
    static const char head[] = "name=\"csrf\"\r\n\r\n";
    const char *at = body.n ? memmem(body.p, body.n, head, sizeof head - 1) : NULL;
    if (!at)
        return STR("");
    struct str rest, value = str_slice(at + sizeof head - 1, body.n - (size_t)(at - body.p) - (sizeof head - 1));
    return str_cut(value, '\r', &rest);
}

enum err guard_form(struct http_worker *w, const struct message *m, struct fault *f)
{
    const struct exchange *x = &w->x;
    struct str given = m->csrf_token;
    if (x->method == METHOD_GET || x->method == METHOD_OPTIONS || !x->subject->csrf.n)
        return OK;
    if (!given.p && media_is(x->content_type, STR("application/x-www-form-urlencoded")))
        query_find(x->request_body, STR("csrf"), &given);
    else if (!given.p && media_is(x->content_type, STR("multipart/form-data")))
        given = token_of_multipart(x->request_body);
    return given.n && is_same_secret(given, x->subject->csrf) ? OK : FAULT(f, ERR_HTTP_TOKEN);
}
