/* From the head of a request to the reply, in the order that http.h tells. Knows nothing of sockets. */
#include <sys/random.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "http/internal.h"
#include "http/lane.h"

#include "base/banned.h"

enum { GZIP_MIN_BYTES = 1000, LOG_BYTES = 256 << 10 };

/* ---- the exchange of one request ---- */

/* Numbers the requests of this process unguessably enough for a log: xorshift128+. */
static void new_request_id(struct http_worker *w)
{
    uint64_t n[2];
    for (int i = 0; i < 2; i++) {
        uint64_t s1 = w->id_state[0], s0 = w->id_state[1];
        w->id_state[0] = s0;
        s1 ^= s1 << 23;
        w->id_state[1] = s1 ^ s0 ^ (s1 >> 18) ^ (s0 >> 5);
        n[i] = w->id_state[1] + s0;
    }
    static const char hex[] = "0123456789abcdef";
    char *out = w->x.request_id;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 16; k++, n[i] >>= 4)
            *out++ = hex[n[i] & 15];
    *out = 0;
}

/* Our proxy is on this machine. What anyone else says in its headers is hearsay. */
static bool is_from_proxy(const struct http_worker *w, const struct message *m)
{
    return m->is_local && w->o->public_url.n;
}

/* A name that the proxy gave is kept, so that both logs tell of the same request. */
static void take_request_id(struct http_worker *w, const struct message *m)
{
    struct str given = m->request_id;
    bool is_fine = is_from_proxy(w, m) && given.n >= 8 && given.n < sizeof w->x.request_id;
    for (size_t i = 0; is_fine && i < given.n; i++)
        is_fine = (given.p[i] >= '0' && given.p[i] <= '9') || (given.p[i] >= 'a' && given.p[i] <= 'z') ||
                  (given.p[i] >= 'A' && given.p[i] <= 'Z') || given.p[i] == '-';
    if (!is_fine) {
        new_request_id(w);
        return;
    }
    memcpy(w->x.request_id, given.p, given.n);
    w->x.request_id[given.n] = 0;
}

/* The proxy tells the address of the reader. */
static struct str client_of(const struct http_worker *w, const struct message *m)
{
    if (!is_from_proxy(w, m) || !m->forwarded_for.n)
        return m->client;
    struct str last, rest = m->forwarded_for;
    do
        last = str_trim(str_cut(rest, ',', &rest));
    while (rest.p);
    for (size_t i = 0; i < last.n; i++)
        if (!memchr("0123456789abcdefABCDEF.:", last.p[i], 24))
            return m->client;
    return last.n && last.n < 46 ? last : m->client;
}

static void exchange_begin(struct http_worker *w)
{
    struct exchange *x = &w->x;
    struct buf body = x->body;
    size_t n = 0;
    for (; x->route && x->route->inputs && x->route->inputs[n].name; n++)
        ;
    memset(x->inputs, 0, n * sizeof x->inputs[0]);
    memset(&x->others, 0, sizeof *x - offsetof(struct exchange, others)); /* all behind the inputs */
    buf_reset(&body);
    x->body = body;
    x->route = NULL;
    x->path = x->query = (struct str){0};
    x->arena = w->arena;
    x->worker = w->user;
    x->site = w->o->context;
    x->file = -1;
    x->subject = &subject_anyone;
    w->match = (struct match){.index = METRICS_ROUTES - 1};
}

/* ---- guards ---- */

static bool is_loopback_name(struct str host)
{
    struct str name = host;
    for (size_t i = host.n; i-- > 0 && host.p[i] >= '0' && host.p[i] <= '9';)
        if (i && host.p[i - 1] == ':')
            name = str_slice(host.p, i - 1);
    if (str_eq_ascii_nocase(name, STR("localhost")) || str_is(name, "[::1]"))
        return true;
    bool is_number = str_starts(name, STR("127."));
    for (size_t i = 0; is_number && i < name.n; i++)
        is_number = name.p[i] == '.' || (name.p[i] >= '0' && name.p[i] <= '9');
    return is_number;
}

static struct str authority(struct str url)
{
    struct str rest, at = str_starts(url, STR("https://"))  ? str_slice(url.p + 8, url.n - 8)
                          : str_starts(url, STR("http://")) ? str_slice(url.p + 7, url.n - 7)
                                                            : url;
    return str_cut(at, '/', &rest);
}

/* A name that is not ours comes from DNS rebinding, or from a proxy that serves somebody else. */
static bool is_our_host(const struct http_options *o, struct str host)
{
    return (o->public_url.n && str_eq_ascii_nocase(host, authority(o->public_url))) || str_eq(host, o->listen) ||
           is_loopback_name(host);
}

static enum err take_rate(struct http_worker *w, const struct message *m, int cost, struct fault *f)
{
    if (m->is_local && str_eq(w->x.client, m->client) && !w->o->is_loopback_rated)
        return OK;
    int64_t wait_ms = rate_take(w->rate, w->x.client, cost, clock_mono_us() / 1000);
    if (!wait_ms)
        return OK;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    buf_printf(&b, "%lld", (long long)(wait_ms + 999) / 1000);
    return FAULT(f, ERR_HTTP_RATE, {"seconds", buf_view(&b)});
}

/* ---- the way to the handler ---- */

static enum err find_route(struct http_worker *w, const struct message *m, struct str path, struct fault *f)
{
    struct exchange *x = &w->x;
    routes_match(w->routes, x->method, path, &w->match);
    x->route = w->match.route;
    if (x->route)
        return OK;
    if (w->match.allow && x->method == METHOD_OPTIONS)
        return OK;
    if (w->match.allow)
        return FAULT(f, ERR_HTTP_METHOD, {"method", m->method}, {"allow", allow_text(w->arena, w->match.allow)});
    return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", path});
}

/* "/x/" where only "/x" is. */
static bool slash_is_too_much(struct http_worker *w, struct str path)
{
    struct match match;
    if (path.n < 2 || path.p[path.n - 1] != '/')
        return false;
    routes_match(w->routes, w->x.method, str_slice(path.p, path.n - 1), &match);
    return match.route != NULL;
}

static enum err begin(struct http_worker *w, struct message *m, struct fault *f)
{
    struct exchange *x = &w->x;
    struct str lang = {0}, path = {0};
    exchange_begin(w);
    enum err e = message_judge(m, f);
    x->client = client_of(w, m);
    take_request_id(w, m);
    x->path = m->path;
    x->query = m->query;
    x->host = m->host;
    x->if_match = m->if_match;
    x->if_none_match = m->if_none_match;
    x->content_type = m->content_type;
    x->user_agent = m->user_agent;
    x->cookies = m->cookie;
    x->is_cross_site = str_is(m->sec_fetch_site, "cross-site");
    if (m->query.n)
        query_find(m->query, STR("lang"), &lang);
    x->lang = lang_choose(lang, m->cookie, m->accept_language, &x->is_lang_chosen);
    if (e == OK && !method_parse(m->method, &x->method, &x->is_head))
        e = FAULT(f, ERR_HTTP_METHOD_UNKNOWN, {"method", m->method});
    if (e == OK && str_is(m->path, "*"))
        e = FAULT(f, ERR_HTTP_FRAMING, {"reason", m->path});
    if (e == OK)
        e = path_normal(w->arena, m->path, &path, f);
    if (e == OK && !is_our_host(w->o, m->host))
        e = FAULT(f, ERR_HTTP_HOST, {"host", m->host});
    if (e == OK)
        e = identify(w, m, f);
    if (w->o->view && w->user)
        w->o->view(w->user, x);
    if (e == OK)
        e = find_route(w, m, path, f);
    if (e == ERR_HTTP_NOT_FOUND && slash_is_too_much(w, path)) {
        struct str plain = str_slice(m->path.p, m->path.n - 1);
        exchange_redirect(x, 308, m->query.n ? STR_JOIN(w->arena, plain, STR("?"), m->query) : plain);
        e = OK;
    }
    return e;
}

/* ---- kept answers ---- */

static struct str answer_key(struct http_worker *w, int64_t rev, bool is_gzip)
{
    const struct exchange *x = &w->x;
    struct str host = w->o->public_url.n ? STR("") : x->host;
    size_t n = 32 + host.n + x->path.n + x->query.n;
    char *key = arena_alloc(w->arena, n), *p = key;
    uint64_t r = (uint64_t)rev, epoch = w->o->epoch ? (uint64_t)w->o->epoch(w->user) : 0;
    for (int i = 0; i < 8; i++, r >>= 8)
        *p++ = (char)(r & 255);
    *p++ = (char)('A' + (char)x->format);
    *p++ = x->lang == LANG_EN ? 'e' : 'v';
    *p++ = x->is_lang_chosen ? 'c' : '-';
    *p++ = is_gzip ? 'z' : '-';
    for (int i = 0; i < 8; i++, epoch >>= 8)
        *p++ = (char)(epoch & 255);
    memcpy(p, host.p, host.n);
    p += host.n;
    memcpy(p, x->path.p, x->path.n);
    p += x->path.n;
    *p++ = '?';
    if (x->query.n)
        memcpy(p, x->query.p, x->query.n);
    return str_slice(key, (size_t)(p - key) + x->query.n);
}

/* R-hash: the same for the compressed answer and the plain one. */
static struct str answer_etag(struct http_worker *w, int64_t rev, struct str key)
{
    uint64_t h = w->seed;
    h = hash_bytes(h, str_slice(key.p, 11));
    h = hash_bytes(h, str_slice(key.p + 12, key.n - 12));
    return str_of(arena_printf(w->arena, "%lld-%016llx", (long long)rev, (unsigned long long)h));
}

static void not_modified(struct http_worker *w, struct str etag, struct reply *r)
{
    struct exchange *x = &w->x;
    r->status = 304;
    x->etag = str_of(arena_printf(w->arena, "W/\"%.*s\"", STR_ARG(etag)));
    x->n_headers = 0;
    x->modified_ms = 0;
    buf_reset(&x->body);
    x->constant = x->constant_gzip = (struct str){0};
    headers_add(w, r);
}

/* ---- the answer ---- */

static bool is_compressible(struct str media)
{
    static const char *const kinds[] = {"text/",
                                        "application/json",
                                        "application/geo+json",
                                        "application/schema+json",
                                        "application/vnd.oai",
                                        "application/ld+json",
                                        "application/atom",
                                        "application/xml",
                                        "application/problem",
                                        "image/svg",
                                        "application/javascript",
                                        "application/manifest"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_starts(media, str_of(kinds[i])))
            return true;
    return false;
}

static void pack(struct http_worker *w, struct reply *r, bool is_gzip)
{
    struct exchange *x = &w->x;
    struct str media = x->media.n ? x->media : str_of(format_media(x->format));
    r->body = x->constant.p ? x->constant : buf_view(&x->body);
    r->is_constant = x->constant.p != NULL;
    if (is_gzip && x->constant_gzip.n) {
        r->body = x->constant_gzip;
        exchange_header(x, "Content-Encoding", STR("gzip"));
        return;
    }
    if (!is_gzip || r->body.n < GZIP_MIN_BYTES || !is_compressible(media) ||
        !gzip(r->body, r->is_to_keep ? 6 : 1, &w->packed))
        return;
    r->body = buf_view(&w->packed);
    r->is_constant = false;
    exchange_header(x, "Content-Encoding", STR("gzip"));
}

/* What the handler made, or its fault, becomes the reply. */
static void finish(struct http_worker *w, struct message *m, enum err e, struct fault *f, struct reply *r)
{
    struct exchange *x = &w->x;
    if (e == OK && x->body.is_full) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(32);
        buf_printf(&b, "%d", LIMIT_HTTP_ANSWER_BYTES);
        e = FAULT(f, ERR_LIMIT, {"what", x->path}, {"limit", buf_view(&b)});
    }
    if (e != OK && err_http(e) == 403 && x->subject->account && w->o->refused && w->user)
        w->o->refused(w->user, x, f);
    if (e != OK)
        problem_reply(w, m, e, f, r);
    r->status = x->status ? x->status : 200;
    bool is_own_etag = e == OK && x->etag.n && !str_starts(x->etag, STR("W/\""));
    /* What an account sees of a record is not what another saw of the same version. */
    bool is_anyones = x->subject->kind == SUBJECT_ANYONE || x->subject->kind == SUBJECT_OPERATOR;
    if (is_own_etag && is_anyones && r->status == 200 && x->method == METHOD_GET &&
        etag_matches(x->if_none_match, x->etag)) {
        not_modified(w, x->etag, r);
        return;
    }
    r->etag = is_own_etag ? x->etag : (struct str){0};
    r->is_to_keep = r->is_to_keep && r->status == 200 && x->file < 0;
    r->file = x->file;
    size_t n = x->n_headers;
    if (x->file < 0)
        pack(w, r, accepts_gzip(m->accept_encoding));
    if (is_own_etag)
        x->etag = STR_JOIN(w->arena, x->n_headers > n ? STR("W/\"") : STR("\""), x->etag, STR("\""));
    headers_add(w, r);
}

static enum err call(struct http_worker *w, struct message *m, struct reply *r, int64_t rev, struct fault *f)
{
    struct exchange *x = &w->x;
    enum err e = guard_form(w, m, f);
    if (e == OK)
        e = inputs_decode(x, m, &w->match, f);
    if (e == OK)
        e = x->route->answer(x, f);
    if (e == OK && w->o->leave && w->user)
        e = w->o->leave(w->user, x, f);
    if (e == OK && !x->etag.n && r->key.n && !(x->route->flags & IS_CONSTANT) && (x->status == 0 || x->status == 200))
        x->etag = str_of(arena_printf(w->arena, "W/\"%.*s\"", STR_ARG(answer_etag(w, rev, r->key))));
    return e;
}

/* The last steps, for GET of what is a function of the revision. */
static bool answer_kept(struct http_worker *w, struct message *m, struct reply *r, int64_t rev)
{
    struct exchange *x = &w->x;
    r->key = answer_key(w, rev, accepts_gzip(m->accept_encoding));
    r->is_to_keep = !w->is_last; /* a kept answer does not say that the connection ends */
    if (x->if_none_match.n) {
        struct str etag = answer_etag(w, rev, r->key);
        if (etag_matches(x->if_none_match, etag) && !str_is(x->if_none_match, "*")) {
            not_modified(w, etag, r);
            return true;
        }
    }
    struct kept *k = w->is_last ? NULL : cache_take(w->cache, r->key);
    if (!k)
        return false;
    if (x->if_none_match.n && kept_etag(k).n && etag_matches(x->if_none_match, kept_etag(k))) {
        struct str etag = str_dup(w->arena, kept_etag(k));
        kept_drop(k);
        not_modified(w, etag, r);
        return true;
    }
    atomic_store_explicit(&w->metrics->kept, atomic_load_explicit(&w->metrics->kept, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    r->kept = k;
    r->status = kept_status(k);
    return true;
}

static void answer_route(struct http_worker *w, struct message *m, const struct route *route, struct reply *r,
                         struct fault *f)
{
    struct exchange *x = &w->x;
    struct str f_value = {0}, at = {0}, raw;
    int64_t rev = 0;
    enum err e = OK;
    if (x->query.n) {
        query_find(x->query, STR("f"), &f_value);
        if ((route->flags & TAKES_AT) && query_find(x->query, STR("at"), &raw) && !url_decode(w->arena, raw, true, &at))
            e = FAULT(f, ERR_HTTP_ENCODING, {"name", STR("at")});
    }
    x->at = at;
    if (e == OK)
        e = format_choose(route, f_value, m->accept, &x->format, f);
    bool is_live = (route->flags & (IS_LIVE | WRITES)) != 0;
    bool may_be_kept = !is_live && x->method == METHOD_GET && x->subject->kind == SUBJECT_ANYONE &&
                       route->right == RIGHT_PUBLIC && !(route->flags & (IS_SLOW | IS_LONG | HAS_SECRET));
    if (e == OK && !is_live && !(route->flags & IS_CONSTANT) && w->o->revision)
        e = w->o->revision(w->user, at, &rev, f);
    if (e == OK && may_be_kept && answer_kept(w, m, r, rev))
        return;
    if (e == OK)
        e = call(w, m, r, rev, f);
    finish(w, m, e, f, r);
}

/* What whoever asks may do there (OGC API – Features Part 4, 5.6): to anyone, reading alone. */
static void options(struct http_worker *w, struct reply *r)
{
    unsigned allow = w->match.allow & (w->x.subject->kind == SUBJECT_ANYONE ? w->match.is_public : ~0u);
    reply_header(r, "Allow", allow_text(w->arena, allow));
    r->status = 200;
    w->x.media = STR("text/plain");
    headers_add(w, r);
}

static void answer_begun(struct http_worker *w, struct message *m, enum err e, struct reply *r, struct fault *f)
{
    if (e != OK || w->x.status) /* refused, or it leads elsewhere */
        finish(w, m, e, f, r);
    else if (w->x.route)
        answer_route(w, m, w->x.route, r, f);
    else
        options(w, r);
}

bool answer_head(struct http_worker *w, struct message *m, struct reply *ret_reply)
{
    struct fault *f = &w->fault;
    struct exchange *x = &w->x;
    fault_clear(f);
    reply_clear(ret_reply);
    enum err e = begin(w, m, f);
    bool is_ambiguous = e != OK && !x->route && e != ERR_HTTP_NOT_FOUND && e != ERR_HTTP_METHOD && e != ERR_HTTP_HOST;
    if (is_ambiguous)
        atomic_fetch_add_explicit(&w->metrics->refused, 1, memory_order_relaxed);
    if (e == OK && x->route)
        e = guard(w, m, f);
    if (e == OK || !is_ambiguous) {
        enum err limited = take_rate(w, m, x->route ? (int)x->route->cost : COST_CONSTANT, e == OK ? f : NULL);
        e = e == OK ? limited : e;
    }
    bool is_large = m->body_bytes > LIMIT_HTTP_BODY_BYTES && !(x->route && (x->route->flags & TAKES_UPLOAD));
    if (is_large && !is_ambiguous)
        e = message_too_large(f, ERR_HTTP_BODY_LARGE, STR("Content-Length"), LIMIT_HTTP_BODY_BYTES);
    if (e == OK && x->route && (x->route->flags & HAS_SECRET) && m->body_bytes > LIMIT_HTTP_SECRET_BYTES)
        e = message_too_large(f, ERR_HTTP_BODY_LARGE, STR("Content-Length"), LIMIT_HTTP_SECRET_BYTES);
    if (e == OK && m->body_bytes && !(x->route && (x->route->flags & TAKES_BODY)))
        e = FAULT(f, ERR_HTTP_BODY_NONE);
    enum lane_kind lane;
    if (e == OK && x->status == 0 && (m->body_bytes || (x->route && lane_of(x->route, &lane))))
        return true;
    /* What was not read would be taken for the next request. */
    ret_reply->must_close = is_ambiguous || m->body_bytes || m->transfer_encoding.p;
    answer_begun(w, m, e, ret_reply, f);
    return false;
}

void answer_body(struct http_worker *w, struct message *m, struct str body, struct reply *ret_reply)
{
    struct fault f = {.code = OK};
    reply_clear(ret_reply);
    enum err e = begin(w, m, &f);
    w->x.request_body = body;
    if (e == OK && w->x.route) /* while the body came, or the lane was busy, the session may have ended */
        e = guard(w, m, &f);
    answer_begun(w, m, e, ret_reply, &f);
}

void answer_refused(struct http_worker *w, struct message *m, enum err e, struct fault *f, struct reply *ret_reply)
{
    struct fault ignored = {.code = OK};
    reply_clear(ret_reply);
    begin(w, m, &ignored);
    finish(w, m, e, f, ret_reply);
}

int64_t reply_bytes(const struct http_worker *w, const struct reply *r)
{
    struct stat st;
    if (w->x.is_head)
        return 0;
    if (r->kept)
        return (int64_t)kept_bytes(r->kept);
    if (r->file >= 0)
        return fstat(r->file, &st) == 0 ? st.st_size : 0;
    return (int64_t)r->body.n;
}

void http_worker_init(struct http_worker *w)
{
    w->arena = arena_new();
    w->x.body = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    w->packed = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    w->access_log = BUF_INIT(LOG_BYTES);
    struct stat st; /* another program may answer otherwise */
    if (stat("/proc/self/exe", &st) == 0)
        w->seed = (uint64_t)st.st_mtim.tv_sec * 1000003u ^ (uint64_t)st.st_mtim.tv_nsec ^ (uint64_t)st.st_size;
    must(getrandom(w->id_state, sizeof w->id_state, 0) == sizeof w->id_state);
}

void http_worker_done(struct http_worker *w)
{
    buf_done(&w->x.body);
    buf_done(&w->packed);
    buf_done(&w->access_log);
    arena_free(w->arena);
}

void answer_done(struct http_worker *w)
{
    enum { KEEP_BYTES = 256 << 10 }; /* one large answer must not hold its memory for ever */
    if (w->x.body.cap > KEEP_BYTES)
        buf_done(&w->x.body), w->x.body = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    if (w->packed.cap > KEEP_BYTES)
        buf_done(&w->packed), w->packed = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    arena_reset(w->arena);
}
