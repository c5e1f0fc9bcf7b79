#include "web/node_site.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "exchange/node.h"
#include "web/portal_site.h"

#include "base/banned.h"

enum { WAIT_MS = 30000, TICK_MS = 200 };

/* ---- one body */

static int64_t count_in(const struct json *root, const char *name)
{
    const struct json *v = json_get(root, name);
    return v && v->kind == J_NUMBER ? (int64_t)v->number : 0;
}

/* What the province refuses, it says as a problem with its type. */
enum err node_site_refused(struct arena *a, const struct node_self *self, const char *url, long status, struct str body,
                           struct fault *f)
{
    struct json *root = NULL;
    bool is_told = json_parse(a, body, STR(""), &root, NULL) == OK;
    const struct json *detail = is_told ? json_get(root, "detail") : NULL,
                      *type = is_told ? json_get(root, "type") : NULL;
    bool is_of_file = type && type->kind == J_STRING && str_ends(type->string, STR("node-file"));
    bool is_of_clock = type && type->kind == J_STRING && str_ends(type->string, STR("node-clock"));
    if (status == 422 && is_of_file && detail && detail->kind == J_STRING)
        return FAULT(f, ERR_NODE_FILE, {"id", detail->string}, {"node", self->code});
    if (status == 403 && is_of_clock) {
        struct buf now CLEANUP(buf_done) = BUF_INIT(64);
        instant_print(clock_now_ms(), &now);
        return FAULT(f, ERR_NODE_CLOCK, {"node", self->code}, {"at", buf_view(&now)});
    }
    if (status == 403 || status == 404)
        return FAULT(f, ERR_NODE_SIGNATURE, {"node", self->code});
    if (status < 500 && detail && detail->kind == J_STRING)
        return FAULT(f, ERR_NODE_PACKAGE, {"reason", detail->string});
    return FAULT(f, ERR_FETCH_STATUS, {"url", str_of(url)}, {"status", str_of(arena_printf(a, "%ld", status))});
}

static enum err post(struct arena *a, const struct node_self *self, struct str body, struct node_sent *ret,
                     struct fault *f)
{
    struct buf out CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json *root = NULL;
    long status = 0;
    const char *url = arena_printf(a, "%.*s/api/nodes/%.*s/steps", STR_ARG(self->url), STR_ARG(self->code));
    enum err e = portal_http_post(url, body, WAIT_MS, &status, &out, f);
    if (e == OK && status != 200)
        return node_site_refused(a, self, url, status, buf_view(&out), f);
    if (e == OK)
        e = json_parse(a, buf_view(&out), STR("answer"), &root, f);
    if (e != OK)
        return e;
    ret->taken += count_in(root, "taken");
    ret->there += count_in(root, "there");
    ret->conflicts += count_in(root, "conflict");
    return OK;
}

static enum err send_next(struct arena *a, const char *path, struct node_sent *ret, bool *ret_has, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    struct db *db CLEANUP(db_freep) = NULL;
    struct buf body CLEANUP(buf_done) = BUF_INIT(LIMIT_HTTP_BODY_BYTES);
    struct node_self self;
    bool is_node = false;
    int64_t rev = 0;
    size_t n = 0;
    *ret_has = false;
    enum err e = store_open(path, STORE_READ, &s, f);
    if (e == OK)
        e = node_self_read(a, s->db, &self, &is_node, f);
    if (e == OK && !is_node)
        e = FAULT(f, ERR_NODE_NONE);
    if (e == OK)
        e = node_batch_write(a, s, &self, NODE_BATCH, &body, &rev, &n, f);
    if (e != OK || n == 0)
        return e;
    e = post(a, &self, buf_view(&body), ret, f);
    if (e == OK)
        e = db_open(path, DB_WRITE, &db, f);
    if (e == OK)
        e = node_self_sent(db, rev, f);
    *ret_has = e == OK;
    return e;
}

static enum err send_all(const char *path, struct node_sent *ret, struct fault *f)
{
    bool has = true;
    enum err e = OK;
    while (e == OK && has) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        e = send_next(a, path, ret, &has, f);
    }
    return e;
}

enum err node_site_sync(const char *path, const struct node_watch *watch, struct node_sent *ret, struct fault *f)
{
    struct fault why = {0};
    enum err e = send_all(path, ret, f);
    bool is_line_up = e != ERR_FETCH_FAILED && e != ERR_FETCH_NONE;
    if (e != OK && (!is_line_up || e == ERR_NODE_NONE))
        return e;
    enum err pulled = node_site_pull(path, watch, ret, &why); /* also where a step is refused */
    if (e == OK && pulled != OK)
        *f = why;
    return e == OK ? pulled : e;
}

/* ---- beside a server */

struct node_site {
    const char *path;
    pthread_t thread;
    _Atomic int is_stopped;
    enum err told;
};

static void *sender_main(void *p)
{
    struct node_site *x = p;
    int64_t pulled_us = 0;
    while (!x->is_stopped) {
        struct node_sent done = {0};
        struct fault f = {0};
        bool is_due = !pulled_us || clock_mono_us() - pulled_us > (int64_t)NODE_PULL_MS * 1000;
        enum err e = is_due ? node_site_sync(x->path, NULL, &done, &f) : send_all(x->path, &done, &f);
        bool has_sent = done.taken || done.there || done.conflicts;
        if (e == OK && !is_due && has_sent)
            e = node_site_pull(x->path, NULL, &done, &f);
        if (is_due || has_sent)
            pulled_us = e == OK ? clock_mono_us() : 0;
        if (e != OK && e != x->told) {
            struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
            fault_print(&f, LANG_EN, &b);
            fprintf(stderr, "node: %s\n", buf_cstr(&b));
        }
        x->told = e;
        for (int ms = 0; ms < NODE_PAUSE_MS && !x->is_stopped; ms += TICK_MS)
            nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000L}, NULL);
    }
    return NULL;
}

static enum err is_of_node(const char *path, bool *ret, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_freep) = NULL;
    struct node_self self;
    *ret = false;
    enum err e = db_open(path, DB_READ, &db, f);
    return e == OK ? node_self_read(a, db, &self, ret, f) : e;
}

enum err node_site_begin(const char *path, struct node_site **ret_sender, struct fault *f)
{
    bool is_node = false;
    enum err e = is_of_node(path, &is_node, f);
    *ret_sender = NULL;
    if (e != OK || !is_node)
        return e;
    struct node_site *x = mem_zalloc(sizeof *x);
    x->path = path;
    if (pthread_create(&x->thread, NULL, sender_main, x) != 0) {
        free(x);
        return FAULT(f, ERR_SYSTEM, {"path", STR("thread")}, {"action", STR("create")},
                     {"reason", STR("pthread_create")});
    }
    *ret_sender = x;
    return OK;
}

void node_site_end(struct node_site *x)
{
    if (!x)
        return;
    x->is_stopped = 1;
    pthread_join(x->thread, NULL);
    free(x);
}
