/* What the files of src/http share: the head of a request, the compiled table of routes, the finished answer.
 *
 * server.c alone knows the library. It hands each head as `struct message` to answer_request (answer.c), which fills a `struct reply`: what is to be sent,
 * or a kept answer. Nothing here outlives a request but routes and cache.
 */
#ifndef TINHSO_HTTP_INTERNAL_H
#define TINHSO_HTTP_INTERNAL_H

#include "base/limits.h"
#include "http/cache.h"
#include "http/http.h"
#include "http/metrics.h"
#include "http/rate.h"

/* ---- message.c: the head of a request */

/* HEADER(field, name in small letters, may stand once only) */
#define HTTP_HEADERS(X)                                                                                                \
    X(host, "host", true)                                                                                              \
    X(accept, "accept", false)                                                                                         \
    X(accept_encoding, "accept-encoding", false)                                                                       \
    X(accept_language, "accept-language", false)                                                                       \
    X(cookie, "cookie", false)                                                                                         \
    X(authorization, "authorization", true)                                                                            \
    X(content_length, "content-length", true)                                                                          \
    X(content_type, "content-type", true)                                                                              \
    X(content_encoding, "content-encoding", true)                                                                      \
    X(transfer_encoding, "transfer-encoding", true)                                                                    \
    X(expect, "expect", true)                                                                                          \
    X(if_match, "if-match", true)                                                                                      \
    X(if_none_match, "if-none-match", true)                                                                            \
    X(range, "range", true)                                                                                            \
    X(origin, "origin", true)                                                                                          \
    X(sec_fetch_site, "sec-fetch-site", true)                                                                          \
    X(user_agent, "user-agent", true)                                                                                  \
    X(csrf_token, "x-csrf-token", true)                                                                                \
    X(forwarded_for, "x-forwarded-for", true)                                                                          \
    X(request_id, "x-request-id", true)

struct message {
    struct str method, target, version; /* as sent */
    size_t n_headers;
    bool has_more_headers; /* than fit */
    bool is_broken;        /* its bytes are not a head as RFC 9112 writes it: bare LF, folded lines, NUL */
    struct str client;     /* address of the peer; empty for a Unix socket */
    bool is_local;         /* the peer is on this machine */
    /* found by message_judge; p is NULL for what is absent */
#define X(field, name, once) struct str field;
    HTTP_HEADERS(X)
#undef X
    int64_t body_bytes; /* 0 without */
    struct str path, query;
    struct name_value headers[LIMIT_HTTP_HEADERS]; /* last: what is not used is not cleared */
};

static inline void message_clear(struct message *m)
{
    memset(m, 0, offsetof(struct message, headers));
}

/* Refuses what different readers could take differently. After an error the connection must be closed. */
enum err message_judge(struct message *m, struct fault *f);
enum err message_too_large(struct fault *f, enum err code, struct str name, long limit);
bool method_parse(struct str name, enum method *ret_method, bool *ret_is_head);
struct str allow_text(struct arena *a, unsigned allow);              /* "GET, HEAD, OPTIONS", of the bits of methods */
struct str message_header(const struct message *m, struct str name); /* p NULL: absent */

/* ---- url.c */

/* Decodes %XX (and + when is_query) into the arena. False when an escape is wrong, or the text is not UTF-8 or has control characters. */
bool url_decode(struct arena *a, struct str text, bool is_query, struct str *ret_text);
/* The same for a value of a form, which may have several lines. */
bool form_decode(struct arena *a, struct str text, struct str *ret_text);
/* A path as it may stand: decoded, without tricks. */
enum err path_normal(struct arena *a, struct str path, struct str *ret_path, struct fault *f);

/* ---- route.c */

struct compiled;

struct routes *routes_new(const struct route *const *tables, size_t n);
void routes_free(struct routes *r);

enum { ROUTE_SEGMENTS = 16 };
struct match {
    const struct route *route;
    int index;                       /* of the route among all, for metrics */
    unsigned allow;                  /* bits of the methods that the path takes; 0: no such path */
    unsigned is_public;              /* of them, those that anyone may use */
    int param_input[ROUTE_SEGMENTS]; /* places among the inputs */
    struct str param[ROUTE_SEGMENTS];
    size_t n_params;
};
void routes_match(const struct routes *r, enum method method, struct str path, struct match *ret);
size_t routes_count(const struct routes *r);
const struct route *routes_at(const struct routes *r, size_t i);

/* ---- input.c */

enum err inputs_decode(struct exchange *x, const struct message *m, const struct match *match, struct fault *f);
/* The value of a query parameter before anything is decoded; false when there is none. */
bool query_find(struct str query, struct str name, struct str *ret_value);

/* ---- guard.c: who may call the route */

struct http_worker;

/* Before anything of the body is read. A page asked for by somebody who is not signed in leads to the sign-in: x->status is set then. */
enum err guard(struct http_worker *w, const struct message *m, struct fault *f);
/* With the body: the token of the session, where the request lives by a cookie. */
enum err guard_form(struct http_worker *w, const struct message *m, struct fault *f);
/* The subject of the request. */
enum err identify(struct http_worker *w, const struct message *m, struct fault *f);

/* ---- negotiate.c */

/* The format of the route that f= or Accept asks for. ERR_HTTP_FORMAT. */
enum err format_choose(const struct route *r, struct str f_value, struct str accept, enum format *ret_format,
                       struct fault *f);
enum lang lang_choose(struct str lang_value, struct str cookie, struct str accept_language, bool *ret_is_chosen);
bool accepts_gzip(struct str accept_encoding);
bool accepts_html(struct str accept);
/* Whether a Content-Type names this media type, whatever its parameters. */
bool media_is(struct str content_type, struct str media);

/* ---- gzip.c */

/* RFC 1952. False when it does not become smaller. */
bool gzip(struct str text, int level, struct buf *out);

/* ---- answer.c */

enum { REPLY_HEADERS = 32 };
struct reply {
    int status;
    struct str body; /* in the worker's x.body, or constant */
    bool is_constant;
    int file; /* -1 */
    size_t n_headers;
    bool must_close;
    struct kept *kept; /* instead of all above; to be dropped */
    bool is_to_keep;   /* under `key` */
    struct str key, etag;
    struct header headers[REPLY_HEADERS]; /* last: what is not used is not cleared */
};

static inline void reply_clear(struct reply *r)
{
    memset(r, 0, offsetof(struct reply, headers));
    r->file = -1;
}

struct http_worker {
    const struct http_options *o;
    const struct routes *routes;
    struct cache *cache;
    struct rate *rate;
    struct metrics *metrics; /* of this thread */
    struct metrics *const *all_metrics;
    size_t n_threads;
    int64_t (*n_connections)(const void *server);
    const void *server;
    struct arena *arena;
    void *user;
    uint64_t seed; /* of ETags: another program, other ETags */
    bool is_last;  /* the connection is closed behind the answer: it was used long, or the server stops */
    struct exchange x;
    struct match match;
    struct fault fault; /* of the head that is judged */
    struct buf packed;  /* the compressed body */
    struct buf access_log;
    uint64_t id_state[2];
};

/* The head has come. True: its body is to be read, then comes answer_body. False: the reply is ready. */
bool answer_head(struct http_worker *w, struct message *m, struct reply *ret_reply);
/* The same head again, and its whole body. */
void answer_body(struct http_worker *w, struct message *m, struct str body, struct reply *ret_reply);
/* A problem instead of the reply that was thought of. */
void answer_refused(struct http_worker *w, struct message *m, enum err e, struct fault *f, struct reply *ret_reply);
/* Of the content that is sent; asked before the library takes it. */
int64_t reply_bytes(const struct http_worker *w, const struct reply *r);
/* After the reply was handed to the library: empties the arena. */
void answer_done(struct http_worker *w);

/* Memory of a worker; `w` holds options, routes, cache and the like already. */
void http_worker_init(struct http_worker *w);
void http_worker_done(struct http_worker *w);

/* ---- problem.c */

void problem_reply(struct http_worker *w, const struct message *m, enum err e, const struct fault *f, struct reply *r);

/* ---- access_log.c */

/* A request that was answered, by whichever worker. */
struct served {
    const struct route *route; /* NULL: none */
    struct str request_id, client;
    int status;
    int64_t bytes, us;
};
void access_log_add(struct http_worker *w, const struct message *m, const struct served *s);
void access_log_flush(struct http_worker *w);

/* ---- headers.c: what every answer says, and what handlers may ask of the exchange */

void headers_add(struct http_worker *w, struct reply *r);

/* ---- system.c: /healthz, /readyz, /metrics */

extern const struct route http_system_routes[];

void reply_header(struct reply *r, const char *name, struct str value);

#endif
