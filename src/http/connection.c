#include "http/connection.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"

#include "base/banned.h"

void connections_init(struct connections *all)
{
    *all = (struct connections){.first = NULL};
    must(pthread_mutex_init(&all->lock, NULL) == 0);
}

void connections_done(struct connections *all)
{
    pthread_mutex_destroy(&all->lock);
}

static void address_text(const struct sockaddr *addr, char *out, size_t size, bool *ret_is_local)
{
    *ret_is_local = true;
    out[0] = 0;
    if (!addr)
        return;
    if (addr->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)addr;
        inet_ntop(AF_INET, &four->sin_addr, out, (socklen_t)size);
        *ret_is_local = (ntohl(four->sin_addr.s_addr) >> 24) == 127;
    } else if (addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)addr;
        inet_ntop(AF_INET6, &six->sin6_addr, out, (socklen_t)size);
        *ret_is_local = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    }
}

/* Connections of one address, under the lock. The list is short against what accepting costs. */
static int64_t count_of(const struct connections *all, const char *client)
{
    int64_t n = 0;
    for (const struct connection *c = all->first; c; c = c->next)
        n += !c->is_local && strcmp(c->client, client) == 0;
    return n;
}

bool connections_have_room(struct connections *all, const struct sockaddr *address)
{
    char client[INET6_ADDRSTRLEN];
    bool is_local;
    address_text(address, client, sizeof client, &is_local);
    pthread_mutex_lock(&all->lock);
    bool has_room =
        all->n < LIMIT_HTTP_CONNECTIONS && (is_local || count_of(all, client) < LIMIT_HTTP_CONNECTIONS_EACH);
    pthread_mutex_unlock(&all->lock);
    return has_room;
}

int64_t connections_count(struct connections *all)
{
    pthread_mutex_lock(&all->lock);
    int64_t n = all->n;
    pthread_mutex_unlock(&all->lock);
    return n;
}

void connections_watch(struct connections *all)
{
    int64_t now = clock_mono_us() / 1000;
    pthread_mutex_lock(&all->lock);
    bool is_tight = all->n > LIMIT_HTTP_CONNECTIONS * 3 / 4;
    for (struct connection *c = all->first; c; c = c->next) {
        int64_t deadline = atomic_load_explicit(&c->deadline_ms, memory_order_relaxed);
        bool is_waiting = atomic_load_explicit(&c->is_waiting, memory_order_relaxed);
        if (is_waiting && is_tight)
            deadline -= LIMIT_HTTP_HEAD_MS * 9 / 10;
        if (now > deadline)
            shutdown(c->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&all->lock);
}

struct connection *connection_new(struct connections *all, int fd, const struct sockaddr *address)
{
    struct connection *c = mem_zalloc(sizeof *c);
    c->fd = fd;
    address_text(address, c->client, sizeof c->client, &c->is_local);
    c->opened_ms = clock_mono_us() / 1000;
    body_init(&c->body);
    atomic_init(&c->deadline_ms, c->opened_ms + LIMIT_HTTP_HEAD_MS);
    atomic_init(&c->is_waiting, true);
    pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next)
        c->next->previous = c;
    all->first = c;
    all->n++;
    pthread_mutex_unlock(&all->lock);
    return c;
}

void connection_free(struct connections *all, struct connection *c)
{
    pthread_mutex_lock(&all->lock);
    *(c->previous ? &c->previous->next : &all->first) = c->next;
    if (c->next)
        c->next->previous = c->previous;
    all->n--;
    pthread_mutex_unlock(&all->lock);
    free(c->target);
    free(c);
}

void connection_deadline(struct connection *c, int64_t at_ms)
{
    atomic_store_explicit(&c->deadline_ms, at_ms, memory_order_relaxed);
}

bool connection_is_old(const struct connection *c, int64_t at_ms)
{
    return c->n_requests >= LIMIT_HTTP_CONNECTION_REQUESTS || at_ms - c->opened_ms > LIMIT_HTTP_CONNECTION_MS;
}
