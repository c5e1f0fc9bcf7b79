/* The server: libmicrohttpd's daemons, one a thread, and the watch over connections. The only file that knows the library.
 *
 * Each thread runs a daemon of its own (MHD_run_wait) over the one listening socket, so that a connection, its worker and its read
 * connection to the database never change threads. The thread of http_server_run watches: connections that take longer than
 * their deadline are shut down, whatever they dribble.
 */
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/connection.h"
#include "http/internal.h"
#include "http/listen.h"

#include "base/banned.h"

enum {
    WATCH_MS = 100,
    CHORE_MS = 1000,
    WAIT_MS = 100,
    LANE_WAIT_MS = 2, /* while a lane works for this thread: what it answers wakes nobody who waits for the network */
    BUSY_ROUNDS = 16,
    MAX_THREADS = 64,
    LOG_BYTES = 256 << 10,
    SMALL_BODY_BYTES = 32 << 10
};

struct thread {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    pthread_t id;
    bool is_started;
    struct http_worker w;
    struct message message; /* of the request that is being answered */
    struct reply reply;
    struct metrics metrics;
    _Atomic int n_under_way, n_on_lanes;
    int64_t n_begun; /* requests, ever */
};

struct http_server {
    _Atomic int n_uploads;
    _Atomic int64_t held_bytes; /* of large answers that are being sent */
    struct http_options o;
    struct listening listening;
    struct routes *routes;
    struct cache *cache;
    struct rate *rate;
    struct lane *lanes[LANE_COUNT];
    struct metrics lane_metrics;
    struct thread *threads;
    struct metrics **all_metrics;
    int n_threads;
    _Atomic bool is_stopping;
    _Atomic int n_running;
    struct connections connections;
    pthread_mutex_t lock;
    /* under lock: when a worker could not start */
    enum err failed;
    struct fault fault;
};

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

/* ---- connections ---- */

static enum MHD_Result accept_policy(void *cls, const struct sockaddr *addr, socklen_t n)
{
    struct http_server *s = cls;
    (void)n;
    return connections_have_room(&s->connections, addr) ? MHD_YES : MHD_NO;
}

static struct connection *connection_begin(struct http_server *s, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *addr = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return connection_new(&s->connections, fd ? fd->connect_fd : -1, addr ? addr->client_addr : NULL);
}

static void connection_end(struct http_server *s, struct connection *c)
{
    body_end(&c->body, &s->n_uploads);
    connection_free(&s->connections, c);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct thread *t = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = connection_begin(t->server, mhd);
    else if (*socket_context)
        connection_end(t->server, *socket_context);
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info->socket_context;
}

static int64_t count_connections(const void *server)
{
    struct http_server *s = (struct http_server *)(uintptr_t)server;
    return connections_count(&s->connections);
}

/* ---- one request ---- */

/* The target as sent: the library cuts it up in place afterwards. It would note each argument of the query in the memory of the connection, where a
 * few hundred leave no room for any answer. We decode the query by ourselves (input.c): for the library it ends where it begins. */
static void *on_target(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct connection *c = connection_of(mhd);
    (void)cls;
    size_t n = strlen(uri);
    if (n + 1 > c->target_cap) {
        c->target_cap = n + 256;
        c->target = mem_realloc(c->target, c->target_cap);
    }
    memcpy(c->target, uri, n + 1);
    c->n_target = n;
    const char *query = memchr(uri, '?', n);
    if (query)
        ((char *)(uintptr_t)query)[1] = 0;
    c->has_request = c->wants_body = false;
    return c;
}

/* Leaves what is escaped as it is: url.c decodes, with its checks. */
static size_t on_unescape(void *cls, struct MHD_Connection *mhd, char *s)
{
    (void)cls, (void)mhd;
    return strlen(s);
}

/* Optional white space (RFC 9110 §5.6.3) and nothing else: another reader keeps the CR or VT that we would take away. */
static struct str field_trim(struct str s)
{
    size_t from = 0, to = s.p ? s.n : 0;
    while (from < to && (s.p[from] == ' ' || s.p[from] == '\t'))
        from++;
    while (to > from && (s.p[to - 1] == ' ' || s.p[to - 1] == '\t'))
        to--;
    return str_slice(s.p + from, to - from);
}

/* Where the previous line ended, to see that the next begins behind its CR and LF. */
struct head_reader {
    struct message *m;
    const char *end;
};

/* The library parses a head in place and puts NUL over CR, LF and colon. So each line must begin two bytes behind the end of the line before, both
 * zero: one only was a bare LF (or CR); another distance, a folded line; a NUL of the sender's ends a value before its line's end. */
static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t n_name, const char *value,
                                 size_t n_value)
{
    struct head_reader *r = cls;
    struct message *m = r->m;
    (void)kind;
    if (m->n_headers == LIMIT_HTTP_HEADERS) {
        m->has_more_headers = true;
        return MHD_NO;
    }
    if (name != r->end + 2 || !value)
        m->is_broken = true;
    for (const char *p = name + n_name + 1; !m->is_broken && p < value; p++)
        m->is_broken = *p != ' ' && *p != '\t';
    m->is_broken |= value < name + n_name || value[n_value] || value[n_value + 1];
    r->end = value + n_value;
    m->headers[m->n_headers++] = (struct name_value){str_slice(name, n_name), field_trim(str_slice(value, n_value))};
    return MHD_YES;
}

/* One space between the parts of the request line; behind the last header its CR LF and those of the empty line, and nothing else. */
static bool is_frame_exact(struct MHD_Connection *mhd, const struct connection *c, const char *method, const char *url,
                           const char *version, const char *end)
{
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return url == method + strlen(method) + 1 && version == url + c->n_target + 1 && size &&
           size->header_size == (size_t)(end + 4 - method);
}

static void read_head(struct MHD_Connection *mhd, const struct connection *c, const char *method, const char *url,
                      const char *version, struct message *m)
{
    m->method = str_of(method);
    m->version = str_of(version);
    m->target = str_slice(c->target, c->n_target);
    m->client = str_of(c->client);
    m->is_local = c->is_local;
    struct head_reader r = {m, version + m->version.n};
    m->is_broken = m->version.n == 0 || version[m->version.n + 1];
    MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_header, &r);
    if (!m->is_broken && !m->has_more_headers)
        m->is_broken = !is_frame_exact(mhd, c, method, url, version, r.end);
}

static void free_response(void *response)
{
    MHD_destroy_response(response);
}

/* A large answer's memory, until its reader has it: readers may be slow, and many. */
struct held {
    struct http_server *server;
    char *p;
    int64_t n;
};

static void let_go(void *cls)
{
    struct held *h = cls;
    atomic_fetch_sub_explicit(&h->server->held_bytes, h->n, memory_order_relaxed);
    free(h->p);
    free(h);
}

static struct MHD_Response *hold(struct http_server *s, char *p, size_t n)
{
    struct held *h = mem_alloc(sizeof *h);
    *h = (struct held){s, p, (int64_t)n};
    atomic_fetch_add_explicit(&s->held_bytes, h->n, memory_order_relaxed);
    return MHD_create_response_from_buffer_with_free_callback_cls(n, p, let_go, h);
}

static bool is_too_much_to_hold(struct http_server *s, const struct reply *r)
{
    int64_t n = r->is_constant || r->kept ? 0 : (int64_t)r->body.n;
    return n > SMALL_BODY_BYTES &&
           atomic_load_explicit(&s->held_bytes, memory_order_relaxed) + n > LIMIT_HTTP_HELD_BYTES;
}

/* The finished reply as the library's object. */
static void *response_of(struct http_worker *w, struct reply *r)
{
    struct http_server *s = (struct http_server *)(uintptr_t)w->server;
    struct MHD_Response *response;
    struct stat st;
    if (r->file >= 0) {
        response = fstat(r->file, &st) == 0 ? MHD_create_response_from_fd64((uint64_t)st.st_size, r->file) : NULL;
    } else if (r->is_constant || r->body.n == 0) {
        response = MHD_create_response_from_buffer(r->body.n, (void *)(uintptr_t)(r->body.n ? r->body.p : ""),
                                                   MHD_RESPMEM_PERSISTENT);
    } else if (r->body.n > SMALL_BODY_BYTES) {
        response = hold(s, buf_take(r->body.p == w->x.body.p ? &w->x.body : &w->packed), r->body.n);
    } else {
        response = MHD_create_response_from_buffer(r->body.n, (void *)(uintptr_t)r->body.p, MHD_RESPMEM_MUST_COPY);
    }
    must(response != NULL);
    for (size_t i = 0; i < r->n_headers; i++) {
        struct str v = r->headers[i].value;
        if (v.n)
            must(MHD_add_response_header(response, r->headers[i].name, arena_dup(w->arena, v.p, v.n)) == MHD_YES);
    }
    return response;
}

static void note_answer(struct http_worker *w, const struct message *m, int status, int64_t bytes, int64_t us)
{
    metrics_count(w->metrics, w->match.index, status, bytes, us);
    if (w->o->access_log >= 0)
        access_log_add(w, m,
                       &(struct served){.route = w->x.route,
                                        .request_id = str_of(w->x.request_id),
                                        .client = w->x.client,
                                        .status = status,
                                        .bytes = bytes,
                                        .us = us});
}

static enum MHD_Result send_reply(struct thread *t, struct MHD_Connection *mhd, struct connection *c, struct message *m,
                                  struct reply *r)
{
    struct http_worker *w = &t->w;
    if (is_too_much_to_hold(t->server, r)) {
        struct fault f = {.code = OK};
        answer_refused(w, m, FAULT(&f, ERR_HTTP_STOPPING), &f, r);
    }
    int64_t bytes = reply_bytes(w, r);
    enum MHD_Result done;
    int64_t us = clock_mono_us() - c->begun_us;
    if (!r->kept && r->is_to_keep && r->body.n <= LIMIT_HTTP_CACHED_BYTES)
        r->kept = cache_put(w->cache, r->key, r->etag, response_of(w, r), r->body.n, r->status);
    if (r->kept) {
        done = MHD_queue_response(mhd, (unsigned)r->status, kept_response(r->kept));
        kept_drop(r->kept);
    } else {
        struct MHD_Response *response = response_of(w, r);
        done = MHD_queue_response(mhd, (unsigned)r->status, response);
        MHD_destroy_response(response);
    }
    note_answer(w, m, r->status, bytes, us);
    answer_done(w);
    connection_deadline(c, c->begun_us / 1000 + LIMIT_HTTP_ANSWER_MS);
    return done;
}

/* The head has come. A reply that is queued before the library has seen the end of the request closes the connection, so requests without
 * a body wait for its second call, which follows at once. */
static enum MHD_Result on_head(struct thread *t, struct MHD_Connection *mhd, struct connection *c, struct message *m)
{
    struct reply *r = &t->reply;
    c->wants_body = answer_head(&t->w, m, r);
    if (c->wants_body) {
        c->is_for_lane = lane_of(t->w.x.route, &c->lane);
        if ((t->w.x.route->flags & TAKES_UPLOAD) && m->body_bytes) {
            if (!body_to_file(&c->body, &t->server->n_uploads)) {
                struct fault f = {.code = OK};
                answer_done(&t->w);
                c->wants_body = false;
                answer_refused(&t->w, m, FAULT(&f, ERR_HTTP_STOPPING), &f, r);
                r->must_close = true;
                return send_reply(t, mhd, c, m, r);
            }
            connection_deadline(c, c->begun_us / 1000 + LIMIT_HTTP_UPLOAD_MS);
        }
        answer_done(&t->w);
        return MHD_YES;
    }
    return send_reply(t, mhd, c, m, r);
}

/* Only this thread writes: a load and a store are enough, and cheaper than a locked addition. */
static void thread_count(_Atomic int *n, int more)
{
    atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + more, memory_order_relaxed);
}

static void request_begin(struct thread *t, struct connection *c)
{
    c->has_request = true;
    c->n_requests++;
    t->n_begun++;
    c->begun_us = clock_mono_us();
    atomic_store_explicit(&c->is_waiting, false, memory_order_relaxed);
    connection_deadline(c, c->begun_us / 1000 + LIMIT_HTTP_BODY_MS);
    thread_count(&t->n_under_way, 1);
}

static bool has_content(struct MHD_Connection *mhd)
{
    return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Content-Length") ||
           MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Transfer-Encoding");
}

/* ---- on a lane: the connection sleeps until it has answered ---- */

static void on_lane_done(struct lane_job *j)
{
    struct connection *c = j->owner;
    MHD_resume_connection(c->mhd);
}

static enum MHD_Result answer_later(struct thread *t, struct MHD_Connection *mhd, struct connection *c,
                                    struct message *m)
{
    struct lane *lane = t->server->lanes[c->lane];
    if (!lane_has_room(lane)) {
        struct fault f = {.code = OK};
        answer_refused(&t->w, m, FAULT(&f, ERR_HTTP_STOPPING), &f, &t->reply);
        return send_reply(t, mhd, c, m, &t->reply);
    }
    /* It waits for us: a backup takes minutes. */
    connection_deadline(c, INT64_MAX);
    c->mhd = mhd;
    c->job = lane_job_new(m, body_whole(&c->body), c);
    atomic_fetch_add_explicit(&t->n_on_lanes, 1, memory_order_relaxed);
    MHD_suspend_connection(mhd);
    lane_add(lane, c->job);
    return MHD_YES;
}

/* The lane has answered: it is counted, whether or not anybody is left to hear it. */
static void job_end(struct thread *t, struct connection *c)
{
    struct lane_job *j = TAKE(c->job);
    struct http_worker *w = &t->w;
    atomic_fetch_sub_explicit(&t->n_on_lanes, 1, memory_order_relaxed);
    MHD_destroy_response(j->response);
    j->served.us = clock_mono_us() - c->begun_us;
    metrics_count(w->metrics, j->route, j->served.status, j->served.bytes, j->served.us);
    if (w->o->access_log >= 0)
        access_log_add(w, &j->m, &j->served);
    lane_job_free(j);
}

static enum MHD_Result send_from_lane(struct thread *t, struct MHD_Connection *mhd, struct connection *c)
{
    enum MHD_Result done = MHD_queue_response(mhd, (unsigned)c->job->served.status, c->job->response);
    job_end(t, c);
    connection_deadline(c, now_ms() + LIMIT_HTTP_ANSWER_MS);
    return done;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *upload_data, size_t *upload_data_size,
                                  void **req_cls)
{
    struct thread *t = cls;
    struct connection *c = *req_cls;
    bool is_first = !c->has_request;
    if (is_first) {
        request_begin(t, c);
        c->has_content = has_content(mhd);
        if (!c->has_content)
            return MHD_YES;
    }
    if (*upload_data_size) {
        bool is_kept = body_add(&c->body, str_slice(upload_data, *upload_data_size));
        *upload_data_size = 0;
        return is_kept ? MHD_YES : MHD_NO;
    }
    if (c->job)
        return send_from_lane(t, mhd, c);
    struct message *m = &t->message;
    t->w.is_last =
        connection_is_old(c, c->begun_us / 1000) || atomic_load_explicit(&t->server->is_stopping, memory_order_relaxed);
    message_clear(m);
    read_head(mhd, c, method, url, version, m);
    if (is_first || !c->has_content) {
        enum MHD_Result result = on_head(t, mhd, c, m);
        if (is_first || !c->wants_body)
            return result;
        message_clear(m); /* it is judged again where it is answered */
        read_head(mhd, c, method, url, version, m);
    }
    if (!c->wants_body)
        return MHD_YES;
    c->wants_body = false;
    c->begun_us = clock_mono_us();
    if (c->is_for_lane)
        return answer_later(t, mhd, c, m);
    answer_body(&t->w, m, body_whole(&c->body), &t->reply);
    return send_reply(t, mhd, c, m, &t->reply);
}

/* The library refused a head without showing it to us (docs/http.md): the log has what is known of it, its target. */
static void note_refusal(struct thread *t, struct MHD_Connection *mhd, const struct connection *c)
{
    const union MHD_ConnectionInfo *status = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    struct message *m = &t->message;
    struct reply ours;
    if (!status) /* its sender went away */
        return;
    message_clear(m);
    m->target = str_slice(c->target, c->n_target);
    m->client = str_of(c->client);
    m->is_local = c->is_local;
    m->is_broken = true;
    answer_head(&t->w, m, &ours);
    note_answer(&t->w, m, (int)status->http_status, 0, 0);
    answer_done(&t->w);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **req_cls, enum MHD_RequestTerminationCode how)
{
    struct thread *t = cls;
    struct connection *c = *req_cls;
    (void)how;
    if (!c)
        return;
    if (c->job) /* its client went away meanwhile; the library sleeps until the lane is done */
        job_end(t, c);
    if (c->has_request)
        thread_count(&t->n_under_way, -1);
    else
        note_refusal(t, mhd, c);
    c->has_request = c->wants_body = false;
    body_end(&c->body, &t->server->n_uploads);
    int64_t now = now_ms();
    connection_deadline(c, connection_is_old(c, now) ? 0 : now + LIMIT_HTTP_HEAD_MS);
    atomic_store_explicit(&c->is_waiting, true, memory_order_relaxed);
    *req_cls = NULL;
}

/* ---- threads ---- */

static void on_log(void *cls, const char *format, va_list ap)
{
    (void)cls, (void)format, (void)ap; /* what goes wrong on a connection is the client's; metrics count it */
}

static struct MHD_Daemon *daemon_start(struct thread *t)
{
    struct http_server *s = t->server;
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0, accept_policy, s,
                            on_request, t, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET,
                            (MHD_socket)s->listening.fd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, t,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, t, MHD_OPTION_URI_LOG_CALLBACK, on_target, t,
                            MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 0,
                            MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)LIMIT_HTTP_MEMORY_BYTES, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)LIMIT_HTTP_CONNECTIONS + 64, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_END);
}

static void worker_prepare(struct http_server *s, struct http_worker *w, struct metrics *metrics)
{
    w->o = &s->o;
    w->routes = s->routes;
    w->cache = s->cache;
    w->rate = s->rate;
    w->metrics = metrics;
    w->all_metrics = s->all_metrics;
    w->n_threads = (size_t)s->n_threads;
    w->n_connections = count_connections;
    w->server = s;
    http_worker_init(w);
}

/* How a thread stops: it takes what was connected and asked before, tells each that the connection ends, and rests when nothing more comes. */
struct ending {
    int64_t begun_ms, last_ms, n_begun;
    bool is_quiet;
};

static bool is_at_rest(struct thread *t, struct ending *e)
{
    int64_t now = now_ms();
    if (!e->begun_ms)
        e->begun_ms = e->last_ms = now;
    if (e->n_begun != t->n_begun)
        e->last_ms = now;
    e->n_begun = t->n_begun;
    bool is_still = now - e->last_ms >= LIMIT_HTTP_REST_MS;
    if (!e->is_quiet && (is_still || now - e->begun_ms >= LIMIT_HTTP_ACCEPT_MS)) {
        MHD_quiesce_daemon(t->daemon);
        e->is_quiet = true;
        e->last_ms = now;
        return false;
    }
    if (!e->is_quiet || atomic_load_explicit(&t->n_on_lanes, memory_order_relaxed) > 0)
        return false;
    bool is_idle = atomic_load_explicit(&t->n_under_way, memory_order_relaxed) == 0;
    return (is_idle && is_still) || now - e->begun_ms > LIMIT_HTTP_STOP_MS;
}

static void serve(struct thread *t)
{
    struct http_server *s = t->server;
    struct ending ending = {0};
    int64_t n_before = 0;
    for (unsigned round = 1;; round++) {
        /* As long as requests come, things are put away now and then only: the next look at the network does not wait. */
        bool is_busy = t->n_begun != n_before && round % BUSY_ROUNDS;
        bool has_lane = atomic_load_explicit(&t->n_on_lanes, memory_order_relaxed) > 0;
        n_before = t->n_begun;
        if (!is_busy && t->w.access_log.n)
            access_log_flush(&t->w);
        if (!is_busy && s->o.idle)
            s->o.idle(t->w.user);
        MHD_run_wait(t->daemon, is_busy ? 0 : has_lane ? LANE_WAIT_MS : ending.begun_ms ? 10 : WAIT_MS);
        if (atomic_load_explicit(&s->is_stopping, memory_order_relaxed) && is_at_rest(t, &ending))
            return;
    }
}

static void *thread_main(void *p)
{
    struct thread *t = p;
    struct http_server *s = t->server;
    struct fault f = {.code = OK};
    worker_prepare(s, &t->w, &t->metrics);
    enum err e = s->o.worker_new ? s->o.worker_new(s->o.context, &t->w.user, &f) : OK;
    t->daemon = e == OK ? daemon_start(t) : NULL;
    if (e == OK && !t->daemon)
        e = FAULT(&f, ERR_HTTP_LISTEN, {"address", str_of(s->listening.address)}, {"reason", str_of(strerror(errno))});
    if (e != OK) {
        pthread_mutex_lock(&s->lock);
        s->failed = e;
        s->fault = f;
        pthread_mutex_unlock(&s->lock);
        atomic_store(&s->is_stopping, true);
    } else {
        atomic_fetch_add(&s->n_running, 1);
        serve(t);
    }
    if (t->daemon)
        MHD_stop_daemon(t->daemon);
    if (t->w.access_log.n)
        access_log_flush(&t->w);
    if (t->w.user && s->o.worker_free)
        s->o.worker_free(t->w.user);
    http_worker_done(&t->w);
    return NULL;
}

/* ---- life ---- */

enum err http_server_new(const struct http_options *o, struct http_server **ret_server, struct fault *f)
{
    struct http_server *s = mem_zalloc(sizeof *s);
    const struct route *const tables[] = {http_system_routes, o->routes};
    s->o = *o;
    must(pthread_mutex_init(&s->lock, NULL) == 0);
    connections_init(&s->connections);
    enum err e = socket_listen(&s->listening, o->listen, f);
    if (e != OK) {
        http_server_free(s);
        return e;
    }
    s->o.listen = str_of(s->listening.address);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    s->n_threads = o->n_threads > 0 ? o->n_threads : processors > 0 ? (int)processors : 1;
    s->n_threads = s->n_threads > MAX_THREADS ? MAX_THREADS : s->n_threads;
    s->routes = routes_new(tables, ARRAY_LEN(tables));
    s->cache = cache_new(LIMIT_HTTP_CACHE_BYTES, free_response);
    s->rate = rate_new();
    s->threads = mem_zalloc(sizeof *s->threads * (size_t)s->n_threads);
    s->all_metrics = mem_zalloc(sizeof *s->all_metrics * (size_t)s->n_threads);
    for (int i = 0; i < s->n_threads; i++) {
        s->threads[i].server = s;
        s->all_metrics[i] = &s->threads[i].metrics;
    }
    *ret_server = s;
    return OK;
}

struct str http_server_address(const struct http_server *s)
{
    return str_of(s->listening.address);
}

static void *chore_main(void *p)
{
    struct http_server *s = p;
    for (int64_t next_ms = now_ms() + CHORE_MS; !atomic_load(&s->is_stopping); poll(NULL, 0, WATCH_MS))
        if (now_ms() >= next_ms) {
            s->o.chore(s->o.context);
            next_ms = now_ms() + CHORE_MS;
        }
    return NULL;
}

enum err http_server_run(struct http_server *s, const _Atomic int *stop, struct fault *f)
{
    for (int i = 0; i < LANE_COUNT; i++) {
        struct http_worker seed = {.o = NULL};
        worker_prepare(s, &seed, &s->lane_metrics);
        s->lanes[i] =
            lane_new((enum lane_kind)i, &seed, &(struct lane_calls){response_of, free_response, on_lane_done});
    }
    for (int i = 0; i < s->n_threads; i++)
        s->threads[i].is_started = pthread_create(&s->threads[i].id, NULL, thread_main, &s->threads[i]) == 0;
    pthread_t chore;
    bool has_chore = s->o.chore && pthread_create(&chore, NULL, chore_main, s) == 0;
    while (!*stop && !atomic_load(&s->is_stopping)) {
        poll(NULL, 0, WATCH_MS);
        connections_watch(&s->connections);
    }
    atomic_store(&s->is_stopping, true);
    if (has_chore)
        pthread_join(chore, NULL);
    for (int i = 0; i < s->n_threads; i++)
        if (s->threads[i].is_started)
            pthread_join(s->threads[i].id, NULL);
    for (int i = 0; i < LANE_COUNT; i++)
        lane_free(s->lanes[i]);
    if (s->failed != OK && f)
        *f = s->fault;
    return s->failed;
}

void http_server_stop(struct http_server *s)
{
    atomic_store(&s->is_stopping, true);
}

void http_server_free(struct http_server *s)
{
    if (!s)
        return;
    socket_close(&s->listening);
    routes_free(s->routes);
    cache_free(s->cache);
    rate_free(s->rate);
    connections_done(&s->connections);
    pthread_mutex_destroy(&s->lock);
    free(s->all_metrics);
    free(s->threads);
    free(s);
}
