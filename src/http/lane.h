/* Lanes: threads beside those of the connections, for requests that write or that take long. While a lane works, the connection sleeps.
 *
 *     struct lane_job *j = lane_job_new(m, body, owner);        // server.c, when the whole request is there
 *     lane_add(lane, j);                                        // after the connection was put to sleep
 *     … on the lane's thread: handler, then done(j)             // j->response is ready: wakes the connection
 *     lane_job_free(j);
 *
 * LANE_WRITE is the one writer: the handlers of routes with the flag WRITES, some at a time in one transaction. What is waiting when it becomes free makes
 * one group (LANE_GROUP at most): options.group_begin, each handler, options.group_commit. Only then are the answers given: a change is on disk
 * before it is acknowledged. A handler that fails has undone its own change; when the commit fails, all of the group is told so. The
 * writer's worker is opened at the first request, and again after a commit that failed: a full disk needs no restart.
 *
 * LANE_SLOW (flag IS_SLOW: password hashing, under a second) and LANE_LONG (IS_LONG: imports, exports, backups) answer one request after another, with a
 * reading worker of their own (options.worker_new), opened at the first.
 */
#ifndef TINHSO_HTTP_LANE_H
#define TINHSO_HTTP_LANE_H

#include "http/internal.h"

enum { LANE_GROUP = 64 };

enum lane_kind { LANE_WRITE, LANE_SLOW, LANE_LONG, LANE_COUNT };

struct lane_job {
    struct lane_job *next;
    struct message m; /* its texts live as long as the request */
    struct str body;
    void *owner;
    /* when done */
    void *response;
    struct served served;
    char request_id[REQUEST_ID_BYTES];
    int route; /* its index */
};

struct lane;
struct lane_calls {
    void *(*make_response)(struct http_worker *w, struct reply *r);
    void (*free_response)(void *response);
    void (*done)(struct lane_job *j);
};

/* `seed` is a worker made ready but for its user part; it is copied. */
struct lane *lane_new(enum lane_kind kind, const struct http_worker *seed, const struct lane_calls *calls);
void lane_free(struct lane *l); /* when no job is waiting; NULL is fine */
struct lane_job *lane_job_new(const struct message *m, struct str body, void *owner);
void lane_job_free(struct lane_job *j);
void lane_add(struct lane *l, struct lane_job *j);
/* False when LIMIT_HTTP_LANE_JOBS are waiting already: the request should be refused. */
bool lane_has_room(struct lane *l);

/* Whether the route's handler runs on a lane, and on which. */
bool lane_of(const struct route *r, enum lane_kind *ret_kind);

#endif
