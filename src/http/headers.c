/* The headers of answers, and the links that handlers ask for. */
#include "http/internal.h"
#include "text/date.h"

#include "base/banned.h"

/* Of what is no page: nothing of it is to be run, shown or framed. */
static const char policy_of_data[] = "default-src 'none'; frame-ancestors 'none'";
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/* What a browser renders. */
static bool is_document(const struct exchange *x)
{
    return x->media.n || x->format == FORMAT_HTML || x->format == FORMAT_BYTES;
}

/* Browsers judge by form-action also where the answer to a form leads: the host of that address is let through, on its page alone. */
static struct str policy_of(struct exchange *x)
{
    if (!is_document(x))
        return str_slice(policy_of_data, sizeof policy_of_data - 1);
    struct str all = str_slice(policy, sizeof policy - 1), url = x->form_leads_to;
    size_t n = 0, slashes = 0;
    while (n < url.n && slashes < 3)
        slashes += url.p[n++] == '/';
    if (!url.n)
        return all;
    return STR_JOIN(x->arena, all, STR(" "), str_slice(url.p, slashes == 3 ? n - 1 : n));
}

/* Nothing that would end the line. */
static bool is_line(struct str value)
{
    return !memchr(value.p, '\r', value.n) && !memchr(value.p, '\n', value.n) && !memchr(value.p, 0, value.n);
}

/* A value of ours, or one that was looked at. */
static void add(struct reply *r, const char *name, struct str value)
{
    must(r->n_headers < REPLY_HEADERS);
    r->headers[r->n_headers++] = (struct header){name, value};
}

void reply_header(struct reply *r, const char *name, struct str value)
{
    must(is_line(value));
    add(r, name, value);
}

void exchange_header(struct exchange *x, const char *name, struct str value)
{
    must(x->n_headers < HTTP_MAX_HEADERS && is_line(value));
    x->headers[x->n_headers++] = (struct header){name, value};
}

static void two_digits(char *p, int n)
{
    p[0] = (char)('0' + n / 10 % 10);
    p[1] = (char)('0' + n % 10);
}

static struct str http_date(struct arena *a, int64_t ms)
{
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char example[] = "Sun, 06 Nov 1994 08:49:37 GMT";
    struct date d = date_of_instant(ms, 0);
    int s = (int)((ms - instant_of_date(d, 0)) / 1000);
    char *p = arena_dup(a, example, sizeof example - 1);
    memcpy(p, days + ((size_t)date_weekday(d) - 1) * 3, 3);
    two_digits(p + 5, d.day);
    memcpy(p + 8, months + ((size_t)d.month - 1) * 3, 3);
    two_digits(p + 12, d.year / 100);
    two_digits(p + 14, d.year % 100);
    two_digits(p + 17, s / 3600);
    two_digits(p + 20, s / 60 % 60);
    two_digits(p + 23, s % 60);
    return str_slice(p, sizeof example - 1);
}

/* RFC 6266 with RFC 8187: the whole name for those who can read it, ASCII for the others. */
static struct str disposition(struct arena *a, struct str name)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(8192);
    buf_puts(&b, "attachment; filename=\"");
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        buf_putc(&b, c < 0x20 || c >= 0x7f || strchr("\"\\/%", c) ? '_' : (char)c);
    }
    buf_puts(&b, "\"; filename*=UTF-8''");
    url_encode(&b, name);
    return str_dup(a, buf_view(&b));
}

static void caching(struct exchange *x, struct reply *r)
{
    if (x->etag.n)
        reply_header(r, "ETag", x->etag);
    if (x->modified_ms)
        add(r, "Last-Modified", http_date(x->arena, x->modified_ms));
    if (!x->is_immutable && x->subject->kind != SUBJECT_ANYONE) {
        add(r, "Cache-Control", STR("private, no-store")); /* so there is nothing that could vary */
        return;
    }
    add(r, "Cache-Control",
        x->is_immutable ? STR("public, max-age=31536000, immutable")
        : x->etag.n     ? STR("no-cache")
                        : STR("no-store"));
    add(r, "Vary", x->is_immutable ? STR("Accept-Encoding") : STR("Accept, Accept-Encoding, Accept-Language, Cookie"));
}

void headers_add(struct http_worker *w, struct reply *r)
{
    struct exchange *x = &w->x;
    if (r->status != 304 && r->status != 204)
        reply_header(r, "Content-Type", x->media.n ? x->media : str_of(format_media(x->format)));
    caching(x, r);
    if (x->filename.n && r->status == 200)
        reply_header(r, "Content-Disposition", disposition(x->arena, x->filename));
    for (size_t i = 0; i < x->n_headers; i++)
        add(r, x->headers[i].name, x->headers[i].value);
    reply_header(r, "Content-Security-Policy", policy_of(x));
    add(r, "X-Content-Type-Options", STR("nosniff"));
    add(r, "Referrer-Policy", STR("same-origin"));
    add(r, "Cross-Origin-Opener-Policy", STR("same-origin"));
    if (str_starts(w->o->public_url, STR("https://")))
        add(r, "Strict-Transport-Security", STR("max-age=31536000; includeSubDomains"));
    if (r->must_close || w->is_last)
        add(r, "Connection", STR("close"));
}

/* ---- for handlers ---- */

bool etag_matches(struct str list, struct str etag)
{
    struct str rest = list.n ? list : (struct str){NULL, 0};
    while (rest.p) {
        struct str one = str_trim(str_cut(rest, ',', &rest));
        if (str_is(one, "*"))
            return true;
        if (str_starts(one, STR("W/")))
            one = str_slice(one.p + 2, one.n - 2);
        if (one.n == etag.n + 2 && one.p[0] == '"' && one.p[one.n - 1] == '"' &&
            str_eq(str_slice(one.p + 1, etag.n), etag))
            return true;
    }
    return false;
}

void exchange_redirect(struct exchange *x, int status, struct str path)
{
    must(path.n && path.p[0] == '/' && !(path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\')));
    x->status = status;
    buf_reset(&x->body);
    exchange_header(x, "Location", path);
}

void exchange_redirect_out(struct exchange *x, struct str url)
{
    must(str_starts(url, STR("https://")) || str_starts(url, STR("http://")));
    x->status = 303;
    buf_reset(&x->body);
    exchange_header(x, "Location", url);
}

struct str exchange_base(const struct exchange *x)
{
    const struct http_worker *w = (const struct http_worker *)((const char *)x - offsetof(struct http_worker, x));
    struct str base = w->o->public_url;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return base.n ? base : STR_JOIN(x->arena, STR("http://"), x->host);
}

struct str exchange_link(struct exchange *x, const char *name, struct str value)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT((size_t)LIMIT_HTTP_TARGET_BYTES * 4);
    char mark = '?';
    buf_str(&b, x->path);
    struct str rest = x->query.n ? x->query : (struct str){NULL, 0};
    while (rest.p) {
        struct str value_was, pair = str_cut(rest, '&', &rest);
        if (pair.n == 0 || str_is(str_cut(pair, '=', &value_was), name))
            continue;
        buf_putc(&b, mark);
        buf_str(&b, pair);
        mark = '&';
    }
    if (value.p) {
        buf_putc(&b, mark);
        buf_puts(&b, name);
        buf_putc(&b, '=');
        url_encode(&b, value);
    }
    return str_dup(x->arena, buf_view(&b));
}
