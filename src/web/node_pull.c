/* What a node asks of the province: what changed there, and which of its files are still wanted; then their pieces. */
#include "base/limits.h"
#include "exchange/node.h"
#include "register/file.h"
#include "register/log.h"
#include "register/query.h"
#include "web/node_site.h"
#include "web/portal_site.h"

#include "base/banned.h"

enum { WAIT_MS = 60000, ANSWER_BYTES = 64 << 20, PIECE_BODY_BYTES = 1 << 20 };

struct line {
    struct arena *a;
    const char *path;
    struct store *s; /* reads; with the node's key */
    struct node_self self;
    const struct node_watch *watch;
    struct node_sent *ret;
};

static enum err line_open(struct line *x, struct fault *f)
{
    bool is_node = false;
    enum err e = store_open(x->path, STORE_READ, &x->s, f);
    if (e == OK)
        e = node_self_read(x->a, x->s->db, &x->self, &is_node, f);
    if (e == OK && !is_node)
        e = FAULT(f, ERR_NODE_NONE);
    return e == OK ? log_key_open(x->s, f) : e;
}

static void tell(struct line *x, const char *what, int64_t done, int64_t total)
{
    if (x->watch && x->watch->progress)
        x->watch->progress(x->watch->context, what, done, total);
}

static enum err ask(struct arena *a, struct line *x, const char *path, const struct node_request *r, struct json **ret,
                    struct fault *f)
{
    struct buf body CLEANUP(buf_done) = BUF_INIT(PIECE_BODY_BYTES), out CLEANUP(buf_done) = BUF_INIT(ANSWER_BYTES);
    long status = 0;
    const char *url = arena_printf(a, "%.*s/api/nodes/%.*s/%s", STR_ARG(x->self.url), STR_ARG(x->self.code), path);
    enum err e = node_request_write(&x->s->key, x->self.code, r, &body, f);
    if (e == OK)
        e = portal_http_post(url, buf_view(&body), WAIT_MS, &status, &out, f);
    if (e == OK && status != 200)
        return node_site_refused(a, &x->self, url, status, buf_view(&out), f);
    return e == OK ? json_parse(a, str_dup(a, buf_view(&out)), STR("answer"), ret, f) : e;
}

static int64_t count_in(const struct json *root, const char *name)
{
    const struct json *v = json_get(root, name);
    return v && v->kind == J_NUMBER ? (int64_t)v->number : 0;
}

static bool is_true(const struct json *root, const char *name)
{
    const struct json *v = json_get(root, name);
    return v && v->kind == J_BOOL && v->boolean;
}

/* ---- files */

/* Its bytes, as this node signed them. */
static enum err file_read_signed(struct arena *a, struct line *x, struct str id, struct str *ret, struct fault *f)
{
    const struct reg *reg = province_register(x->s->province, STR("dossier_files"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    struct record r;
    struct digest digest;
    bool has_row = false;
    enum err e = reg ? query_open(x->s, reg, &(struct query_options){.id = id}, &q, f) : OK;
    if (e == OK && reg)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"register", STR("dossier_files")}, {"id", id});
    if (e == OK)
        e = file_read_bytes(a, x->s, reg->name, id, ret, f);
    if (e != OK)
        return e;
    sha256(*ret, &digest);
    digest_hex(&digest, &hex);
    if (!str_eq(buf_view(&hex), record_text(reg, &r, "sha256"))) /* this disk is damaged */
        return FAULT(f, ERR_NODE_FILE, {"id", id}, {"node", x->self.code});
    return OK;
}

/* From the place that the province names, piece by piece: it says again where it stands, so that nothing is doubled or left out. */
static enum err file_send(struct line *x, struct str id, int64_t has, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(); /* of this file alone: the next one needs the room */
    struct str bytes = STR("");
    bool is_whole = false;
    enum err e = file_read_signed(a, x, id, &bytes, f);
    if (e != OK)
        return e;
    for (int64_t before = -1; e == OK && !is_whole && has != before && has < (int64_t)bytes.n;) {
        struct json *answer = NULL;
        size_t n = bytes.n - (size_t)has < NODE_PIECE ? bytes.n - (size_t)has : NODE_PIECE;
        e = ask(a, x, "files", &(struct node_request){.what = "file", .id = id, .at = has, .bytes = {bytes.p + has, n}},
                &answer, f);
        if (e != OK)
            return e;
        before = has;
        has = count_in(answer, "has");
        is_whole = is_true(answer, "whole");
        x->ret->bytes += (int64_t)n;
        if (has < 0)
            return FAULT(f, ERR_NODE_PACKAGE, {"reason", STR("has")});
    }
    x->ret->files += is_whole;
    x->ret->coming += !is_whole;
    return OK;
}

/* One that cannot be sent does not keep back the others; a line that is down does. */
static enum err files_send(struct line *x, const struct json *wanted, struct fault *f)
{
    enum err first = OK;
    for (size_t i = 0; i < wanted->n; i++) {
        struct fault why = {0};
        const struct json *id = json_get(&wanted->items[i], "id");
        tell(x, "files", (int64_t)i, (int64_t)wanted->n);
        if (!id || id->kind != J_STRING)
            continue;
        enum err e = file_send(x, id->string, count_in(&wanted->items[i], "has"), &why);
        bool is_of_file = e == ERR_NODE_FILE || e == ERR_FILE_GONE || e == ERR_RECORD_UNKNOWN;
        if (e != OK && !is_of_file)
            return *f = why, e;
        x->ret->coming += e != OK;
        if (e != OK && first == OK)
            *f = why, first = e;
    }
    return first;
}

/* ---- what changed */

static enum err take(struct line *x, const struct json *answer, int64_t seen, bool *ret_more, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    struct node_refreshed done = {0};
    *ret_more = false;
    x->ret->is_ended = is_true(answer, "ended");
    enum err e = node_staff_take(x->path, json_get(answer, "staff"), false, x->watch, x->ret, f);
    if (e != OK || x->ret->is_ended || count_in(answer, "rev") == seen)
        return e;
    e = store_open(x->path, STORE_WRITE, &s, f);
    if (e == OK)
        e = node_refresh_load(x->a, s, answer, &done, f);
    if (e != OK)
        return e;
    x->ret->records += done.records;
    x->ret->removed += done.removed;
    x->ret->dossiers += done.dossiers;
    *ret_more = done.has_more;
    return OK;
}

static enum err pull_next(struct line *x, bool *ret_more, struct fault *f)
{
    struct json *answer = NULL;
    int64_t seen = 0;
    *ret_more = false;
    enum err e = line_open(x, f);
    if (e == OK)
        e = node_seen_read(x->s->db, &seen, f);
    if (e == OK)
        e = ask(x->a, x, "refresh", &(struct node_request){.what = "refresh", .at = seen}, &answer, f);
    if (e == OK)
        e = take(x, answer, seen, ret_more, f);
    if (e != OK)
        return e;
    tell(x, "refresh", count_in(answer, "rev"), count_in(answer, "head"));
    const struct json *wanted = json_get(answer, "wanted");
    if (*ret_more || !wanted || wanted->kind != J_ARRAY || !wanted->n)
        return OK;
    e = files_send(x, wanted, f);
    *ret_more = e == OK && wanted->n >= NODE_REFRESH;
    return e;
}

enum err node_site_pull(const char *db_path, const struct node_watch *watch, struct node_sent *ret, struct fault *f)
{
    bool has_more = true;
    enum err e = OK;
    while (e == OK && has_more) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct line x = {.a = a, .path = db_path, .watch = watch, .ret = ret};
        ret->coming = 0;
        e = pull_next(&x, &has_more, f);
        store_freep(&x.s);
    }
    return e;
}
