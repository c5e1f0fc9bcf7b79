/* A worker: the read store of one thread, its snapshot, and the declarations of the moments that were asked for lately.
 *
 * Requests that come together are answered in one read transaction: it costs less, and each sees one revision whatever is written meanwhile. The
 * transaction ends when the thread waits for requests, after SNAPSHOT_US, or when this process wrote. */
#include "web/site.h"

#include <stdatomic.h>
#include <stdio.h>

#include "access/read_log.h"
#include "base/clock.h"
#include "register/change.h"
#include "web/portal_site.h"
#include "workflow/act.h"

#include "base/banned.h"

enum { SNAPSHOT_US = 1000, IMPORT_MS = 60000, DECLARED = 6 };

/* Declarations as they stood from one revision on, and what was made of them. */
struct declared {
    struct arena *arena; /* NULL: free */
    int64_t declared;    /* the revision that wrote them */
    const struct province *province;
    struct figures *figures, *open; /* open: those that anyone may see */
    struct roles *roles;            /* NULL: they do not fit, and allow nothing */
    struct workflows *workflows;    /* so do these */
    int64_t used;                   /* by the count of uses: the least goes first */
};

struct snapshot {
    bool is_open;
    int64_t begun_us, written;
    int64_t head, declared; /* those of the newest revision */
    int64_t n_uses;
    struct declared kept[DECLARED];
};

static void declared_done(struct declared *m)
{
    arena_free(m->arena);
    *m = (struct declared){0};
}

void worker_free(void *worker)
{
    struct worker *w = worker;
    if (!w)
        return;
    worker_idle(w);
    for (size_t i = 0; i < DECLARED; i++)
        declared_done(&w->snapshot->kept[i]);
    crs_pool_free(w->crs);
    worker_rights_free(w);
    acting_free(w->acting);
    access_close(w->access);
    store_close(w->store);
    free(w->snapshot);
    free(w);
}

static enum err declared_read(struct worker *w, int64_t rev, struct declared *m, struct fault *f)
{
    struct store *s = w->store;
    struct faults list CLEANUP(faults_done) = {.max = 1};
    store_move(s, rev, NULL);
    m->arena = arena_new();
    enum err e = store_province_read(m->arena, s, &m->province, f);
    if (e == OK && !m->province)
        e = FAULT(f, ERR_STORE_EMPTY, {"path", s->path});
    if (e == OK) {
        e = figures_load(m->arena, m->province, &m->figures, &list);
        if (e == OK)
            figures_keep(m->figures, m->arena);
        if (e != OK && list.n)
            *f = list.p[0];
    }
    struct faults misfits CLEANUP(faults_done) = {.max = 1};
    if (e == OK && roles_load(m->arena, m->province, &m->roles, &misfits) != OK)
        m->roles = NULL;
    if (e == OK && workflows_load(m->arena, m->province, &m->workflows, &misfits) != OK)
        m->workflows = NULL;
    if (e != OK)
        declared_done(m);
    return e;
}

static enum err declared_find(struct worker *w, int64_t rev, int64_t declared, struct declared **ret_declared,
                              struct fault *f)
{
    struct snapshot *n = w->snapshot;
    struct declared *oldest = &n->kept[0];
    for (size_t i = 0; i < DECLARED; i++) {
        struct declared *m = &n->kept[i];
        if (m->arena && m->declared == declared) {
            *ret_declared = m;
            return OK;
        }
        bool is_newest = m->arena && m->declared == n->declared; /* nearly all requests want it */
        if (!is_newest && m->used < oldest->used)
            oldest = m;
    }
    declared_done(oldest);
    oldest->declared = declared;
    enum err e = declared_read(w, rev, oldest, f);
    if (e == OK)
        *ret_declared = oldest;
    return e;
}

void worker_idle(void *worker)
{
    struct worker *w = worker;
    if (w->store && w->snapshot->is_open)
        db_commit(w->store->db, NULL); /* nothing was written; prepared, which a rollback is not */
    w->snapshot->is_open = false;
}

static enum err snapshot_open(struct worker *w, struct fault *f)
{
    struct snapshot *n = w->snapshot;
    int64_t written = atomic_load_explicit(&w->site->written, memory_order_acquire), now_us = clock_mono_us();
    if (n->is_open && n->written == written && now_us - n->begun_us < SNAPSHOT_US)
        return OK;
    worker_idle(w);
    enum err e = db_begin(w->store->db, f);
    if (e != OK)
        return e;
    n->is_open = true;
    n->written = written;
    n->begun_us = now_us;
    int64_t declared = n->declared;
    e = store_follow(w->store, f);
    if (e == OK && (w->store->head != n->head || n->head == 0)) {
        e = store_declared(w->store, w->store->head, &n->declared, f);
        n->head = e == OK ? w->store->head : 0;
    }
    for (size_t i = 0; i < DECLARED && n->declared != declared; i++)
        declared_done(&n->kept[i]); /* their privacy was that of other declarations */
    w->head = w->store->head;
    if (e != OK)
        worker_idle(w);
    return e;
}

static enum privacy stricter(enum privacy a, enum privacy b)
{
    return a > b ? a : b;
}

/* What is kept from readers today is kept from them in the past too, whatever was declared then. */
static void keep_private(const struct province *past, const struct province *newest)
{
    for (size_t i = 0; i < past->n_registers; i++) {
        struct reg *reg = past->registers[i];
        const struct reg *now = province_register(newest, reg->name);
        for (size_t k = 0; now && k < reg->n_fields; k++) {
            const struct field *fd = reg_field(now, reg->fields[k].name);
            reg->fields[k].privacy = stricter(reg->fields[k].privacy, fd ? fd->privacy : now->privacy);
        }
        if (now)
            reg->privacy = stricter(reg->privacy, now->privacy);
    }
}

static bool is_open(void *context, const struct figure *figure)
{
    (void)context;
    return !figure->is_internal;
}

static bool is_shown(void *worker, const struct figure *figure)
{
    const struct worker *w = worker;
    struct decision d;
    access_may_figure(site_rights(w->asking), VERB_READ, figure->id, figure->is_internal, &d);
    return d.is_allowed;
}

/* What the one who asks may see of the figures is all that handlers have of them. */
static struct figures *figures_of(struct worker *w, struct declared *m, const struct declared *newest)
{
    enum subject_kind kind = w->asking ? w->asking->subject->kind : SUBJECT_ANYONE;
    if (!m->open) {
        if (newest)
            figures_keep_internal(m->figures, newest->figures);
        m->open = figures_shown(m->arena, m->figures, is_open, NULL);
    }
    if (m->open == m->figures || kind == SUBJECT_OPERATOR)
        return m->figures;
    return kind == SUBJECT_ACCOUNT ? figures_shown(w->asking->arena, m->figures, is_shown, w) : m->open;
}

int64_t worker_epoch(void *worker)
{
    const struct worker *w = worker;
    const struct province *p = w->store->province;
    int32_t day = date_days(date_of_instant(clock_now_ms(), p ? p->utc_offset_minutes : VIETNAM_OFFSET_MINUTES));
    return (w->snapshot->declared << 24) + day;
}

enum err worker_revision(void *worker, struct str at, int64_t *ret_rev, struct fault *f)
{
    struct worker *w = worker;
    enum err e = snapshot_open(w, f);
    int64_t rev = w->head, declared = w->snapshot->declared;
    struct declared *m = NULL, *newest = NULL;
    if (e == OK && at.n)
        e = store_find(w->store, at, &rev, f);
    if (e == OK && at.n)
        e = store_declared(w->store, rev, &declared, f);
    if (e == OK && declared != w->snapshot->declared) {
        e = declared_find(w, w->head, w->snapshot->declared, &newest, f);
        if (e == OK)
            newest->used = ++w->snapshot->n_uses;
    }
    if (e == OK)
        e = declared_find(w, rev, declared, &m, f);
    if (e != OK)
        return e;
    if (newest)
        keep_private(m->province, newest->province);
    m->used = ++w->snapshot->n_uses;
    store_move(w->store, rev, m->province);
    w->roles = newest ? newest->roles : m->roles;
    w->workflows = newest ? newest->workflows : m->workflows;
    w->roles_rev = w->snapshot->declared;
    w->roles_then = declared;
    w->is_judged = false;
    w->figures = figures_of(w, m, newest);
    *ret_rev = rev;
    return OK;
}

enum err worker_new(void *site, void **ret_worker, struct fault *f)
{
    struct worker *w = mem_zalloc(sizeof *w);
    w->site = site;
    w->snapshot = mem_zalloc(sizeof *w->snapshot);
    w->crs = crs_pool_new();
    int64_t rev;
    enum err e = store_open(w->site->db_path, STORE_READ, &w->store, f);
    if (e == OK)
        e = access_open(w->site->db_path, &w->access, f);
    if (e == OK) {
        worker_rights_new(w);
        e = worker_revision(w, STR(""), &rev, f);
    }
    if (e != OK) {
        worker_free(w);
        return e;
    }
    worker_idle(w);
    *ret_worker = w;
    return OK;
}

/* ---- now and then ---- */

void site_chore(void *of_site)
{
    struct site *site = of_site;
    struct fault f = {.code = OK};
    enum err e = site->chore_access ? OK : access_open(site->db_path, &site->chore_access, &f);
    if (e == OK)
        e = read_log_settle(site->chore_access, &f);
    if (e != OK && site->chore_failed == OK) { /* told once; it is tried again */
        struct buf b CLEANUP(buf_done) = BUF_INIT(64 << 10);
        fault_print(&f, LANG_EN, &b);
        fprintf(stderr, "reads: %s\n", buf_cstr(&b));
    }
    site->chore_failed = e;
}

void site_metrics(void *of_site, struct buf *out)
{
    portal_site_metrics(((struct site *)of_site)->portal, out);
}

void site_done(struct site *site)
{
    access_close(TAKE(site->chore_access));
}

/* ---- the writer ---- */

enum err worker_new_writer(void *site, void **ret_worker, struct fault *f)
{
    struct worker *w = mem_zalloc(sizeof *w);
    w->site = site;
    w->snapshot = mem_zalloc(sizeof *w->snapshot);
    w->crs = crs_pool_new();
    enum err e = store_open(w->site->db_path, STORE_WRITE, &w->store, f);
    if (e == OK)
        e = access_open(w->site->db_path, &w->access, f);
    if (e == OK && !w->store->province)
        e = FAULT(f, ERR_STORE_EMPTY, {"path", w->store->path});
    if (e != OK) {
        worker_free(w);
        return e;
    }
    worker_rights_new(w);
    w->acting = acting_new();
    db_busy_timeout(w->store->db, IMPORT_MS); /* an import holds the file for the time of its one transaction */
    *ret_worker = w;
    return OK;
}

enum err worker_group_begin(void *worker, struct fault *f)
{
    struct worker *w = worker;
    enum err e = change_group_begin(w->store, f);
    if (e == OK)
        w->head = w->store->head;
    return e;
}

enum err worker_group_commit(void *worker, struct fault *f)
{
    struct worker *w = worker;
    enum err e = change_group_commit(w->store, f);
    if (e == OK)
        atomic_fetch_add_explicit(&w->site->written, 1, memory_order_release);
    return e;
}
