/* The connections of a server: how long each may take, and how many there may be.
 *
 *     if (!connections_have_room(&all, address)) …              // before it is accepted
 *     struct connection *c = connection_new(&all, fd, address);
 *     connection_deadline(c, ms);                               // its own thread, as a request goes on
 *     connections_watch(&all);                                  // another thread, now and then: shuts down what is late
 *     connection_free(&all, c);                                 // before its descriptor is closed
 *
 * Deadlines are absolute: whoever dribbles is shut down, whatever comes; its own thread then closes it. The list holds a connection until just before its
 * descriptor is closed, so that no other can be hit. Limits: LIMIT_HTTP_CONNECTIONS…, LIMIT_HTTP_HEAD_MS (base/limits.h).
 */
#ifndef TINHSO_HTTP_CONNECTION_H
#define TINHSO_HTTP_CONNECTION_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "http/body.h"
#include "http/lane.h"

/* One connection. Its thread alone touches it, but for the list, the deadline and what never changes. */
struct connection {
    struct connection *next, *previous; /* under the lock */
    int fd;
    bool is_local; /* the peer is on this machine */
    char client[INET6_ADDRSTRLEN];
    int64_t opened_ms;
    _Atomic int64_t deadline_ms; /* monotonic */
    _Atomic bool is_waiting;     /* for the head of a request: may be closed when room is needed */
    int64_t n_requests;
    char *target; /* of the request under way, as sent */
    size_t n_target, target_cap;
    bool has_request; /* the head was seen */
    bool has_content, wants_body, is_for_lane;
    enum lane_kind lane;
    struct MHD_Connection *mhd; /* while it sleeps for a lane */
    struct lane_job *job;
    struct body body;
    int64_t begun_us;
};

struct connections {
    pthread_mutex_t lock;
    struct connection *first;
    int64_t n;
};

void connections_init(struct connections *all);
void connections_done(struct connections *all);
/* False when there are as many as there may be, or as many of this address. */
bool connections_have_room(struct connections *all, const struct sockaddr *address);
int64_t connections_count(struct connections *all);
void connections_watch(struct connections *all);

/* `address` may be NULL, or of a Unix socket: of this machine. */
struct connection *connection_new(struct connections *all, int fd, const struct sockaddr *address);
void connection_free(struct connections *all, struct connection *c);
void connection_deadline(struct connection *c, int64_t at_ms);
/* Long used: to be closed, so that no thread keeps the same ones for ever. */
bool connection_is_old(const struct connection *c, int64_t at_ms);

#endif
