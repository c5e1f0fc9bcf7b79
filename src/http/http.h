/* HTTP: routes declared in one table, requests decoded by it, answers made once a revision.
 *
 *     static enum err answer_unit(struct exchange *x, struct fault *f)
 *     {
 *         struct str code = input_text(x, 0);                       // decoded and checked; inputs by their place in the route
 *         ...
 *         json_out_init(&o, &x->body, JSON_OUT_COMPACT);            // or HTML
 *         return OK;                                                // 200, content type of x->format
 *     }
 *
 *     static const struct route routes[] = {
 *         {.method = METHOD_GET, .path = "/api/units/{code}", .id = "unit", .title = {STR("Đơn vị"), STR("Unit")},
 *          .inputs = (const struct input[]){{.name = "code", .in = IN_PATH, .type = INPUT_NAME}, INPUT_END},
 *          .formats = FORMAT_BIT(FORMAT_HTML) | FORMAT_BIT(FORMAT_JSON), .right = RIGHT_PUBLIC, .cost = COST_KEY, .answer = answer_unit},
 *         ROUTE_END,
 *     };
 *     http_server_new(&(struct http_options){.routes = routes, .listen = STR("127.0.0.1:8080"), …}, &server, f);
 *     http_server_run(server, &stop);                               // until *stop; finishes what is under way
 *
 * From the table come dispatch, typed inputs, OpenAPI (web/api_openapi.c), the documentation page and the tests that every route has an abuse case
 * (`tinhso serve --routes`). An input that no route declares is refused (ERR_INPUT_UNKNOWN names the nearest), so is one given twice, of a wrong
 * type, or out of its range: a handler never sees an unchecked string.
 *
 * A request: message judged (RFC 9112: ambiguous framing is refused and the connection closed) → path normal (no "..", no "//", no
 * %2F, no control characters, valid UTF-8) → route (404; 405 with Allow) → origin, right, rate → inputs decoded → format chosen (f=, else Accept, RFC 9110 §12.5.1; 406) →
 * conditional (If-None-Match answered before any work) → cache → handler → answer. `f`, `lang` and `at` need no declaration of their own: every
 * route with IN_MOMENT takes `at`; f and lang belong to all.
 *
 * Errors: a handler that returns other than OK has what it wrote dropped; the fault becomes problem details (RFC 9457) in the reader's language, as JSON or as
 * a page (http_options.problem_page), with the HTTP status of base/errors.def.
 *
 * Revisions and the cache: the worker tells which revision it reads (http_options.revision). An answer is a function of path, inputs, format, language and
 * that revision, unless the route says IS_LIVE; so its ETag is W/"R-hash", it is kept (LIMIT_HTTP_CACHE_BYTES, oldest use goes first), and the next
 * request for it costs a look-up. A handler may set x->etag itself (one record: its own revision).
 *
 * Threads: one process, n_threads of them; each has a worker (worker_new) that only it uses: its read connection, figures and arena. x->arena is
 * emptied after the answer. Handlers run on the thread of the connection and must not block.
 *
 * Writing: the handler of a route with the flag WRITES runs on the one writer's thread, between http_options.group_begin and group_commit, with x->worker
 * made by writer_new. It writes by a change of its own (register/change.h: those within a group are savepoints); what it answers is sent
 * when the whole group is on disk. A handler that fails undoes its own change and harms no other; when the commit fails
 * (disk full: 507), all that had succeeded are told so, and the writer is opened anew for the next.
 *
 * Slow work: a handler of a route with IS_SLOW (password hashing, up to a second) or IS_LONG (imports, exports, backups) runs on a thread of its own kind, one
 * request after another, with a reading worker; the connection sleeps meanwhile (lane.h).
 *
 * Who asks: http_options.identify makes x->subject out of the cookie, once a request, before the route's right is judged. A writing request that lives by a cookie must
 * carry the token of its session, x->subject->csrf: as `csrf` in a form, which no route declares, or as header X-CSRF-Token. One that has neither cookie nor key must come from
 * a page of ours (Origin or Sec-Fetch-Site), when its route takes forms (IS_FORM). Answers to anyone may be kept; all others are private, no-store.
 *
 * Limits: LIMIT_HTTP_* (base/limits.h). Ownership: what a handler sets in x must lie in x->arena or live as long as the process.
 */
#ifndef TINHSO_HTTP_HTTP_H
#define TINHSO_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "access/subject.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "text/html.h"
#include "text/yaml.h"

enum method {
    METHOD_GET,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS
}; /* HEAD is GET without its body */

/* FORMAT(enum, f=, media type, language matters to it) */
#define HTTP_FORMATS(X)                                                                                                \
    X(FORMAT_HTML, "html", "text/html; charset=utf-8", true)                                                           \
    X(FORMAT_JSON, "json", "application/json", true)                                                                   \
    X(FORMAT_GEOJSON, "geojson", "application/geo+json", false)                                                        \
    X(FORMAT_SCHEMA, "schema", "application/schema+json", true)                                                        \
    X(FORMAT_OPENAPI, "openapi", "application/vnd.oai.openapi+json;version=3.1", true)                                 \
    X(FORMAT_JSONLD, "jsonld", "application/ld+json", true)                                                            \
    X(FORMAT_CSV, "csv", "text/csv; charset=utf-8", false)                                                             \
    X(FORMAT_XLSX, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true)                  \
    X(FORMAT_MARKDOWN, "md", "text/markdown; charset=utf-8", true)                                                     \
    X(FORMAT_ATOM, "atom", "application/atom+xml; charset=utf-8", true)                                                \
    X(FORMAT_XML, "xml", "application/xml; charset=utf-8", false)                                                      \
    X(FORMAT_TEXT, "txt", "text/plain; charset=utf-8", true)                                                           \
    X(FORMAT_BYTES, "bytes", "application/octet-stream", false)

enum format {
#define X(format, name, media, by_lang) format,
    HTTP_FORMATS(X)
#undef X
        FORMAT_COUNT
};
#define FORMAT_BIT(format) (1u << (format))

enum input_in { IN_PATH, IN_QUERY, IN_HEADER, IN_BODY };

/* INPUT_TYPE(enum, name, what it takes: for documentation) */
enum input_type {
    INPUT_TEXT, /* valid UTF-8, no control characters, at most `max` bytes (LIMIT_HTTP_TEXT_BYTES when 0) */
    INPUT_NAME, /* an identifier: letters, digits, _ - . @ : ~ and whatever may stand in record ids, after percent-decoding */
    INPUT_INTEGER, /* min … max */
    INPUT_NUMBER,
    INPUT_BOOLEAN, /* true, false, 1, 0 */
    INPUT_DATE,    /* yyyy-mm-dd */
    INPUT_CHOICE,  /* one of .choices, separated by | */
    INPUT_BBOX,    /* four (or six) numbers; west may exceed east */
    INPUT_INTERVAL, /* RFC 3339 instant or date, or interval a/b with .. or empty for open (OGC API – Features 7.15.4) */
    INPUT_FILE,     /* a file of a form (IN_BODY): any bytes; see exchange_file */
    INPUT_REST,     /* the rest of the path, "/" included (only last) */
};

struct input {
    const char *name; /* NULL ends the list */
    enum input_in in;
    enum input_type type;
    bool is_required;
    bool may_be_empty; /* a form's field that nobody filled in: as if it were absent */
    bool
        is_open; /* takes every parameter that nothing else declares: of the query (filters by field) into x->others, of the body (fields of a
                          form; a name may stand several times, and a text hold several lines of at most `max` bytes) into x->form; of type INPUT_FILE: several files
                          (HTTP_MAX_INPUTS) under one name */
    int64_t min, max,
        standard; /* standard: taken when the input is absent; of a choice, told in OpenAPI: which one that is, from 1; 0: none */
    const char *choices;
    struct text2 title;
};
#define INPUT_END                                                                                                      \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

enum route_flags {
    TAKES_AT = 1,     /* `at`: a revision or a date */
    IS_LIVE = 2,      /* not a function of the revision: never kept, no ETag of its own making */
    TAKES_BODY = 4,   /* reads a body of at most LIMIT_HTTP_BODY_BYTES into x->request_body */
    IS_HIDDEN = 8,    /* not in OpenAPI (pages, assets) */
    WRITES = 16,      /* runs on the writer's thread, in its transaction; see below */
    IS_CONSTANT = 32, /* the same for ever: made once a process, whatever the revision; the worker is not asked */
    IS_SLOW = 64,     /* runs on the lane for what takes up to a second */
    IS_LONG = 128,    /* runs on the lane for what takes longer */
    TAKES_UPLOAD =
        512, /* with TAKES_BODY: a form with files (multipart/form-data), of at most LIMIT_HTTP_UPLOAD_BYTES */
    HAS_SECRET =
        1024, /* its path or body holds one: never kept, and the log has the route's path instead of the one that was sent */
    IS_FORM = 256, /* a form of a page is posted to it: must come from a page of ours, whoever asks */
};

/* Who may call it. Who is not signed in is led to /sign-in when a page was asked for, else told 401; who is, but may not: 403.
 * RIGHT(enum, name in the table of routes) */
#define HTTP_RIGHTS(X)                                                                                                 \
    X(RIGHT_PUBLIC, "public")                                                                                          \
    X(RIGHT_WRITE, "write")         /* the operator's key, or an account that http_options.may says yes to */          \
    X(RIGHT_OPERATOR, "operator")   /* the operator's key */                                                           \
    X(RIGHT_SIGNED_IN, "signed-in") /* any account */                                                                  \
    X(RIGHT_SIGNED_IN_RECENT, "signed-in-recent") /* whose password was shown within the last 10 minutes */            \
    X(RIGHT_ADMINISTER, "administer")             /* an account that http_options.may says yes to, shown as recently */
enum right {
#define X(right, name) right,
    HTTP_RIGHTS(X)
#undef X
};

/* What one call may cost; the rate of a client counts them (docs/http.md). */
enum cost { COST_CONSTANT = 1, COST_KEY = 2, COST_PAGE = 10, COST_SCAN = 50 };

struct exchange;
typedef enum err answer_fn(struct exchange *x, struct fault *f);

struct route {
    enum method method;
    const char *path; /* "/api/collections/{register}/items"; NULL ends the table */
    const char *id;   /* operationId */
    struct text2 title;
    const struct input *inputs;
    unsigned formats; /* FORMAT_BIT */
    enum format
        standard; /* what is answered when the client does not mind; the lowest of formats when it is not among them */
    unsigned flags;
    enum right right;
    enum cost cost;
    const char *tag; /* of OpenAPI */
    answer_fn *answer;
};
#define ROUTE_END                                                                                                      \
    {                                                                                                                  \
        .path = NULL                                                                                                   \
    }

enum { HTTP_MAX_INPUTS = 32, HTTP_MAX_HEADERS = 8 };

struct input_value {
    bool is_given;
    struct str text; /* decoded, checked; lives in x->arena */
    int64_t integer;
    double number;
    double box[6]; /* INPUT_BBOX: as given */
    int n_box;
};

struct header {
    const char *name; /* a literal */
    struct str value; /* without CR, LF or NUL: must() */
};

struct name_value {
    struct str name, value;
};

/* A file that came with a form. The name is for showing, and never a path; the bytes are as they were sent. */
struct upload {
    const char *input;
    struct str name, media, content;
};

enum { REQUEST_ID_BYTES = 33 };

struct exchange {
    /* the request */
    const struct route *route;
    enum method method;
    bool is_head;
    struct str path;  /* as sent */
    struct str query; /* as sent, without "?" */
    struct input_value inputs[HTTP_MAX_INPUTS];
    struct name_value *others; /* what an is_open input of the query took */
    size_t n_others;
    struct upload *files;
    size_t n_files;
    struct name_value *form; /* … and of the body, in the order in which it came */
    size_t n_form;
    struct str at; /* as asked; empty: now */
    struct str if_match, if_none_match;
    struct str request_body, content_type;
    struct str purpose; /* why personal data is read, as whoever asks said: for the log of reads; may be empty */
    enum format format;
    enum lang lang;
    bool is_lang_chosen; /* by ?lang= or cookie, not by Accept-Language */
    struct str host;     /* of the request, checked against http_options.public_url when that is declared */
    struct str client;   /* address */
    char request_id[REQUEST_ID_BYTES];
    struct str user_agent, cookies;
    bool is_cross_site;            /* the browser says that a page of another site led here */
    const struct subject *subject; /* who asks; never NULL */
    bool is_operator;              /* subject->kind is SUBJECT_OPERATOR: internal fields are shown */
    void *worker;
    void *site; /* http_options.context */
    struct arena *arena;
    /* the answer */
    int status;               /* 0: 200 */
    struct buf body;          /* at most LIMIT_HTTP_ANSWER_BYTES */
    struct str constant;      /* instead of body: bytes that live as long as the process (assets) */
    struct str constant_gzip; /* the same, compressed; may be empty */
    int file;                 /* instead of body: a descriptor that is sent whole and closed (exports); -1: none */
    struct str media;         /* instead of that of the format; empty: of the format */
    struct str etag;          /* without quotes; empty: made from the revision */
    struct str filename;      /* Content-Disposition: attachment (RFC 6266); empty: none */
    int64_t modified_ms;      /* Last-Modified; 0: none */
    struct header headers[HTTP_MAX_HEADERS];
    size_t n_headers;
    bool is_immutable;        /* may be kept for a year: its address bears its hash */
    struct str form_leads_to; /* an address outside to which a form of this page leads on (payment); empty: none */
    const char *problem_name; /* of a handler that fails: a further member of the problem details … */
    struct str problem_value; /* … and its value, JSON, in the arena */
};

static inline const struct input_value *input(const struct exchange *x, size_t i)
{
    return &x->inputs[i];
}

static inline struct str input_text(const struct exchange *x, size_t i)
{
    return x->inputs[i].text;
}

/* By name; one that the route does not declare is a must(). */
const struct input_value *input_named(const struct exchange *x, const char *name);

/* The file that came for an input of type INPUT_FILE; NULL when none was chosen. */
const struct upload *exchange_file(const struct exchange *x, const char *input);
void exchange_header(struct exchange *x, const char *name, struct str value);
/* Whether an If-Match or If-None-Match list names the ETag (without quotes; "*" names all; weakness is not looked at, as a compressed answer
 * bears a weak one). An empty list names none. */
bool etag_matches(struct str list, struct str etag);
/* 303 or 308 to a path of this site (must begin with one "/"). */
void exchange_redirect(struct exchange *x, int status, struct str path);
/* 303 to another site, to which the operator said readers may be led: begins with https:// or http://, and holds no control characters. */
void exchange_redirect_out(struct exchange *x, struct str url);
/* "https://host" of the public address, for links that must be whole; no slash at the end. */
struct str exchange_base(const struct exchange *x);
/* The value of a cookie; p is NULL when there is none, or more than one of that name. */
struct str cookie_find(struct str cookies, struct str name);
/* A path of this site that a stranger proposes (`next`), or "/" when it leads elsewhere, to a server's own answer or is no path at all. */
struct str local_path(struct str proposed);
/* Path and query of this request with one parameter set (or left out when value.p is NULL): for links to other formats, languages, pages. */
struct str exchange_link(struct exchange *x, const char *name, struct str value);

/* ---- the server */

struct http_options {
    struct str listen; /* "127.0.0.1:8080", "[::1]:8080" or "unix:/run/x.sock" */
    int n_threads;     /* 0: as many as processors */
    const struct route *routes;
    void *context; /* x->site */
    struct str
        public_url; /* "https://so.example.vn": of the proxy in front; empty: made from Host, which then must be a loopback name or address */
    struct str operator_key; /* empty: none */
    bool is_loopback_rated;  /* the rate counts clients of this machine too */
    int access_log;          /* descriptor of JSON lines; -1: none */
    enum err (*worker_new)(void *context, void **ret_worker, struct fault *f); /* on the thread that will use it */
    void (*worker_free)(void *worker);
    /* Who asks, out of the cookies of the request; *ret_subject stays as it is (anyone) when they tell of nobody. */
    enum err (*identify)(void *worker, struct exchange *x, struct str cookies, const struct subject **ret_subject,
                         struct fault *f);
    /* Whether the account that is signed in may call this route of RIGHT_WRITE or RIGHT_ADMINISTER at all. NULL: none may. */
    bool (*may)(struct exchange *x);
    /* A request begins whose x->subject is known, on the thread that answers it. May be NULL. */
    void (*view)(void *worker, struct exchange *x);
    /* The handler has answered; a fault keeps the answer back. May be NULL. */
    enum err (*leave)(void *worker, struct exchange *x, struct fault *f);
    /* An account was refused (403), by right, token or origin. May be NULL. */
    void (*refused)(void *worker, struct exchange *x, const struct fault *f);
    /* Called before each request of a route that is not IS_LIVE: takes notice of what was written since; the revision it reads. `at` is
     * empty for routes that do not take it. NULL: 0 for ever. */
    enum err (*revision)(void *worker, struct str at, int64_t *ret_rev, struct fault *f);
    /* What answers depend on beside the revision they are of, asked after `revision`: enters what is kept and the ETag. NULL: nothing. */
    int64_t (*epoch)(void *worker);
    /* The thread has nothing to do for now: lets go of what it holds (a read transaction). May be NULL. */
    void (*idle)(void *worker);
    /* The writer; all NULL: none. writer_new is called on its thread, at the first request and after a failed commit. */
    enum err (*writer_new)(void *context, void **ret_worker, struct fault *f);
    void (*writer_free)(void *worker);
    enum err (*group_begin)(void *worker, struct fault *f);
    enum err (*group_commit)(void *worker, struct fault *f);
    /* Writes the page of a problem for a reader of HTML; NULL: text. */
    void (*problem_page)(struct exchange *x, const struct fault *f, int status);
    /* What has to be done now and then, about once a second while the server runs, on a thread of its own. May be NULL. */
    void (*chore)(void *context);
    /* More lines for /metrics. */
    void (*metrics)(void *context, struct buf *out);
};

struct http_server;
struct json_out;

/* The table as JSON, the server's own routes included: for tests and documentation. */
void http_routes_json(const struct route *routes, struct json_out *o);

enum err http_server_new(const struct http_options *o, struct http_server **ret_server, struct fault *f);
/* The address that it listens on, with the port that was given by the system for port 0. */
struct str http_server_address(const struct http_server *s);
/* Until *stop, which a handler of signals may set: then answers what was sent before and tells each that the connection ends (docs/http.md), returns. */
enum err http_server_run(struct http_server *s, const _Atomic int *stop, struct fault *f);
/* From another thread, instead of *stop. */
void http_server_stop(struct http_server *s);
void http_server_free(struct http_server *s);

const char *format_name(enum format format);
const char *format_media(enum format format);
const char *method_name(enum method method);

#endif
