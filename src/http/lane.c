#include "http/lane.h"

#include <pthread.h>

#include "base/banned.h"

struct lane {
    enum lane_kind kind;
    struct http_worker w;
    struct lane_calls calls;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct lane_job *first, **last;
    size_t n_waiting;
    bool is_stopping;
};

bool lane_of(const struct route *r, enum lane_kind *ret_kind)
{
    *ret_kind = r->flags & WRITES ? LANE_WRITE : r->flags & IS_SLOW ? LANE_SLOW : LANE_LONG;
    return (r->flags & (WRITES | IS_SLOW | IS_LONG)) != 0;
}

struct lane_job *lane_job_new(const struct message *m, struct str body, void *owner)
{
    struct lane_job *j = mem_zalloc(sizeof *j);
    j->m = *m;
    j->body = body;
    j->owner = owner;
    return j;
}

void lane_job_free(struct lane_job *j)
{
    free(j);
}

static void take_reply(struct lane *l, struct lane_job *j, struct reply *r)
{
    if (j->response)
        l->calls.free_response(j->response);
    j->route = l->w.match.index;
    memcpy(j->request_id, l->w.x.request_id, sizeof j->request_id);
    j->served = (struct served){.route = l->w.x.route,
                                .request_id = str_of(j->request_id),
                                .client = l->w.x.client,
                                .status = r->status,
                                .bytes = reply_bytes(&l->w, r)};
    j->response = l->calls.make_response(&l->w, r);
    answer_done(&l->w);
}

static void refuse(struct lane *l, struct lane_job *j, enum err e, struct fault *f)
{
    struct reply r;
    answer_refused(&l->w, &j->m, e, f, &r);
    take_reply(l, j, &r);
}

static enum err ready(struct lane *l, struct fault *f)
{
    const struct http_options *o = l->w.o;
    enum err (*open)(void *, void **, struct fault *) = l->kind == LANE_WRITE ? o->writer_new : o->worker_new;
    if (!open)
        return l->kind == LANE_WRITE ? FAULT(f, ERR_HTTP_STOPPING) : OK;
    return l->w.user ? OK : open(o->context, &l->w.user, f);
}

/* After a failed commit the next group begins with a store that is opened anew. */
static void close_user(struct lane *l)
{
    const struct http_options *o = l->w.o;
    void (*close)(void *) = l->kind == LANE_WRITE ? o->writer_free : o->worker_free;
    if (l->w.user && close)
        close(l->w.user);
    l->w.user = NULL;
}

static void write_group(struct lane *l, struct lane_job *jobs)
{
    const struct http_options *o = l->w.o;
    struct fault f = {.code = OK};
    enum err e = ready(l, &f);
    if (e == OK)
        e = o->group_begin(l->w.user, &f);
    bool has_begun = e == OK;
    for (struct lane_job *j = jobs; j && e == OK; j = j->next) {
        struct reply r;
        answer_body(&l->w, &j->m, j->body, &r);
        take_reply(l, j, &r);
    }
    if (has_begun)
        e = o->group_commit(l->w.user, &f);
    if (e == OK)
        return;
    for (struct lane_job *j = jobs; j; j = j->next)
        if (!j->response || j->served.status < 400) /* a refusal stays what it was */
            refuse(l, j, e, &f);
    close_user(l);
}

static void answer_slow(struct lane *l, struct lane_job *j)
{
    struct fault f = {.code = OK};
    struct reply r;
    enum err e = ready(l, &f);
    if (e == OK) {
        answer_body(&l->w, &j->m, j->body, &r);
        take_reply(l, j, &r);
    } else {
        refuse(l, j, e, &f);
    }
    if (l->w.user && l->w.o->idle)
        l->w.o->idle(l->w.user);
}

/* Those that are waiting, in the order they came: a group for the writer, one for the others; NULL: stop. */
static struct lane_job *take_jobs(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    while (!l->first && !l->is_stopping)
        pthread_cond_wait(&l->has_work, &l->lock);
    struct lane_job *jobs = l->first, *end = jobs;
    size_t n = end != NULL, most = l->kind == LANE_WRITE ? LANE_GROUP : 1;
    for (; end && end->next && n < most; n++)
        end = end->next;
    l->n_waiting -= n;
    if (end) {
        l->first = TAKE(end->next);
        if (!l->first)
            l->last = &l->first;
    }
    pthread_mutex_unlock(&l->lock);
    return jobs;
}

static void *lane_main(void *p)
{
    struct lane *l = p;
    for (struct lane_job *jobs; (jobs = take_jobs(l));) {
        if (l->kind == LANE_WRITE)
            write_group(l, jobs);
        else
            answer_slow(l, jobs);
        for (struct lane_job *next; jobs; jobs = next) {
            next = jobs->next; /* done hands the job back to its connection */
            l->calls.done(jobs);
        }
    }
    close_user(l);
    return NULL;
}

struct lane *lane_new(enum lane_kind kind, const struct http_worker *seed, const struct lane_calls *calls)
{
    struct lane *l = mem_zalloc(sizeof *l);
    l->kind = kind;
    l->w = *seed;
    l->calls = *calls;
    l->last = &l->first;
    must(pthread_mutex_init(&l->lock, NULL) == 0 && pthread_cond_init(&l->has_work, NULL) == 0);
    must(pthread_create(&l->thread, NULL, lane_main, l) == 0);
    return l;
}

void lane_add(struct lane *l, struct lane_job *j)
{
    pthread_mutex_lock(&l->lock);
    *l->last = j;
    l->last = &j->next;
    l->n_waiting++;
    pthread_cond_signal(&l->has_work);
    pthread_mutex_unlock(&l->lock);
}

bool lane_has_room(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    bool has_room = l->n_waiting < LIMIT_HTTP_LANE_JOBS;
    pthread_mutex_unlock(&l->lock);
    return has_room;
}

void lane_free(struct lane *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->is_stopping = true;
    pthread_cond_signal(&l->has_work);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    http_worker_done(&l->w);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->has_work);
    free(l);
}
