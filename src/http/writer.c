#include "http/writer.h"

#include <pthread.h>

#include "base/banned.h"

struct writer {
    struct http_worker w;
    struct writer_calls calls;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct write_job *first, **last;
    bool is_stopping;
};

struct write_job *write_job_new(const struct message *m, struct str body, void *owner)
{
    struct write_job *j = mem_zalloc(sizeof *j);
    j->m = *m;
    j->body = body;
    j->owner = owner;
    return j;
}

void write_job_free(struct write_job *j)
{
    free(j);
}

static void take_reply(struct writer *w, struct write_job *j, struct reply *r)
{
    if (j->response)
        w->calls.free_response(j->response);
    j->status = r->status;
    j->bytes = r->body.n;
    j->route = w->w.match.index;
    j->response = w->calls.make_response(&w->w, r);
    answer_done(&w->w);
}

static void refuse(struct writer *w, struct write_job *j, enum err e, struct fault *f)
{
    struct reply r;
    answer_refused(&w->w, &j->m, e, f, &r);
    take_reply(w, j, &r);
}

static enum err ready(struct writer *w, struct fault *f)
{
    const struct http_options *o = w->w.o;
    if (!o->writer_new)
        return FAULT(f, ERR_HTTP_STOPPING);
    return w->w.user ? OK : o->writer_new(o->context, &w->w.user, f);
}

/* After a failed commit the next group begins with a store that is opened anew. */
static void close_user(struct writer *w)
{
    if (w->w.user)
        w->w.o->writer_free(w->w.user);
    w->w.user = NULL;
}

static void write_group(struct writer *w, struct write_job *jobs)
{
    const struct http_options *o = w->w.o;
    struct fault f = {.code = OK};
    enum err e = ready(w, &f);
    if (e == OK)
        e = o->group_begin(w->w.user, &f);
    bool has_begun = e == OK;
    for (struct write_job *j = jobs; j && e == OK; j = j->next) {
        struct reply r;
        answer_body(&w->w, &j->m, j->body, &r);
        take_reply(w, j, &r);
    }
    if (has_begun)
        e = o->group_commit(w->w.user, &f);
    if (e == OK)
        return;
    for (struct write_job *j = jobs; j; j = j->next)
        if (!j->response || j->status < 400) /* a refusal stays what it was */
            refuse(w, j, e, &f);
    close_user(w);
}

/* At most WRITER_GROUP jobs, in the order they came; NULL: stop. */
static struct write_job *take_jobs(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->is_stopping)
        pthread_cond_wait(&w->has_work, &w->lock);
    struct write_job *jobs = w->first, *end = jobs;
    for (int i = 1; end && end->next && i < WRITER_GROUP; i++)
        end = end->next;
    if (end) {
        w->first = TAKE(end->next);
        if (!w->first)
            w->last = &w->first;
    }
    pthread_mutex_unlock(&w->lock);
    return jobs;
}

static void *writer_main(void *p)
{
    struct writer *w = p;
    for (struct write_job *jobs; (jobs = take_jobs(w));) {
        write_group(w, jobs);
        for (struct write_job *next; jobs; jobs = next) {
            next = jobs->next; /* done hands the job back to its connection */
            w->calls.done(jobs);
        }
    }
    close_user(w);
    return NULL;
}

struct writer *writer_new(const struct http_worker *seed, const struct writer_calls *calls)
{
    struct writer *w = mem_zalloc(sizeof *w);
    w->w = *seed;
    w->calls = *calls;
    w->last = &w->first;
    must(pthread_mutex_init(&w->lock, NULL) == 0 && pthread_cond_init(&w->has_work, NULL) == 0);
    must(pthread_create(&w->thread, NULL, writer_main, w) == 0);
    return w;
}

void writer_add(struct writer *w, struct write_job *j)
{
    pthread_mutex_lock(&w->lock);
    *w->last = j;
    w->last = &j->next;
    pthread_cond_signal(&w->has_work);
    pthread_mutex_unlock(&w->lock);
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->is_stopping = true;
    pthread_cond_signal(&w->has_work);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    http_worker_done(&w->w);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->has_work);
    free(w);
}
