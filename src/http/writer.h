/* The one writer: a thread of its own, on which the handlers of routes with the flag WRITES run, some at a time in one transaction.
 *
 *     struct write_job *j = write_job_new(m, body, owner);      // server.c, when the whole request is there
 *     writer_add(w, j);                                         // the connection sleeps
 *     … on the writer's thread: handler, commit, then done(j)   // j->response is ready: wakes the connection
 *     write_job_free(j);
 *
 * What is waiting when the writer becomes free makes one group (WRITER_GROUP at most): options.group_begin, each handler, options.group_commit. Only
 * then are the answers given: a change is on disk before it is acknowledged. A handler that fails has undone its own change;
 * when the commit fails, all of the group is told so. The writer's worker is opened at the first request, and again after a
 * commit that failed: a full disk needs no restart.
 */
#ifndef TINHSO_HTTP_WRITER_H
#define TINHSO_HTTP_WRITER_H

#include "http/internal.h"

enum { WRITER_GROUP = 64 };

struct write_job {
    struct write_job *next;
    struct message m; /* its texts live as long as the request */
    struct str body;
    void *owner;
    /* when done */
    void *response;
    int status, route;
    size_t bytes;
};

struct writer;
struct writer_calls {
    void *(*make_response)(struct http_worker *w, struct reply *r);
    void (*free_response)(void *response);
    void (*done)(struct write_job *j);
};

/* `seed` is a worker made ready but for its user part; it is copied. */
struct writer *writer_new(const struct http_worker *seed, const struct writer_calls *calls);
void writer_free(struct writer *w); /* when no job is waiting */
struct write_job *write_job_new(const struct message *m, struct str body, void *owner);
void write_job_free(struct write_job *j);
void writer_add(struct writer *w, struct write_job *j);

#endif
