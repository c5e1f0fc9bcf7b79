#include "http/rate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "http/cache.h"

#include "base/banned.h"

enum { WAYS = 8, SETS = LIMIT_HTTP_RATE_CLIENTS / WAYS };

struct bucket {
    uint64_t address; /* hashed; 0: free */
    int64_t tokens;   /* thousandths */
    int64_t at_ms;
};

struct rate {
    pthread_mutex_t lock;
    struct bucket sets[SETS][WAYS];
};

struct rate *rate_new(void)
{
    struct rate *r = mem_zalloc(sizeof *r);
    must(pthread_mutex_init(&r->lock, NULL) == 0);
    return r;
}

void rate_free(struct rate *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* A household has a /64 of IPv6, and one address of IPv4. */
static uint64_t address_of(struct str client)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    if (client.n < sizeof text && client.n && memchr(client.p, ':', client.n)) {
        memcpy(text, client.p, client.n);
        text[client.n] = 0;
        if (inet_pton(AF_INET6, text, &six) == 1)
            return hash_bytes(6, str_slice((const char *)six.s6_addr, 8)) | 1;
    }
    return hash_bytes(4, client) | 1;
}

/* Tokens that were given back since come first. */
static void refill(struct bucket *b, int64_t now_ms)
{
    const int64_t full = (int64_t)LIMIT_HTTP_RATE_BURST * 1000;
    int64_t passed = now_ms - b->at_ms;
    if (passed > full / LIMIT_HTTP_RATE_A_SECOND)
        b->tokens = full;
    else if (passed > 0)
        b->tokens += passed * LIMIT_HTTP_RATE_A_SECOND;
    b->tokens = b->tokens > full ? full : b->tokens;
    b->at_ms = now_ms > b->at_ms ? now_ms : b->at_ms;
}

int64_t rate_take(struct rate *r, struct str client, int cost, int64_t now_ms)
{
    uint64_t address = address_of(client);
    struct bucket *set = r->sets[address / 2 % SETS], *b = &set[0];
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].address == address) {
            b = &set[i];
            break;
        }
        if (set[i].address)
            refill(&set[i], now_ms);
        if (b->address && (!set[i].address || set[i].tokens > b->tokens))
            b = &set[i];
    }
    if (b->address != address)
        *b = (struct bucket){address, (int64_t)LIMIT_HTTP_RATE_BURST * 1000, now_ms};
    refill(b, now_ms);
    int64_t want = (int64_t)cost * 1000, wait_ms = 0;
    if (b->tokens >= want)
        b->tokens -= want;
    else
        wait_ms = (want - b->tokens) / LIMIT_HTTP_RATE_A_SECOND + 1;
    pthread_mutex_unlock(&r->lock);
    return wait_ms;
}
