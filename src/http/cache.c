#include "http/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

#include "base/banned.h"

enum { SHARDS = 16, SLOTS = 1024 }; /* powers of two */
enum { OVERHEAD_BYTES = 2048 };     /* the library's object, with its headers */

struct kept {
    _Atomic int refs; /* the cache's own and one for each that uses it */
    struct kept *chain;
    struct kept *newer, *older;
    void (*free_response)(void *);
    void *response;
    size_t content, bytes; /* of the answer; of all that is held for it */
    int status;
    uint64_t hash;
    size_t n_key, n_etag;
    char key[]; /* then the ETag */
};

/* Threads meet only in the shard of a key. */
struct shard {
    _Alignas(64) pthread_mutex_t lock;
    struct kept *slots[SLOTS];
    struct kept *newest, *oldest;
    size_t n, bytes;
};

struct cache {
    size_t max_bytes; /* of a shard */
    void (*free_response)(void *);
    struct shard shards[SHARDS];
};

uint64_t hash_bytes(uint64_t seed, struct str s)
{
    uint64_t h = seed ^ 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h ^ (h >> 29); /* the low bits of FNV alone are weak */
}

struct cache *cache_new(size_t max_bytes, void (*free_response)(void *response))
{
    struct cache *c = aligned_alloc(64, sizeof *c);
    must(c != NULL);
    memset(c, 0, sizeof *c);
    c->max_bytes = max_bytes / SHARDS;
    c->free_response = free_response;
    for (size_t i = 0; i < SHARDS; i++)
        must(pthread_mutex_init(&c->shards[i].lock, NULL) == 0);
    return c;
}

void kept_drop(struct kept *k)
{
    if (atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
        return;
    k->free_response(k->response);
    free(k);
}

static void unlink_kept(struct shard *s, struct kept *k)
{
    struct kept **at = &s->slots[k->hash / SHARDS % SLOTS];
    while (*at != k)
        at = &(*at)->chain;
    *at = k->chain;
    *(k->newer ? &k->newer->older : &s->newest) = k->older;
    *(k->older ? &k->older->newer : &s->oldest) = k->newer;
    s->n--;
    s->bytes -= k->bytes;
}

static void make_newest(struct shard *s, struct kept *k)
{
    k->newer = NULL;
    k->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = k;
    s->newest = k;
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        while (c->shards[i].oldest) {
            struct kept *k = c->shards[i].oldest;
            unlink_kept(&c->shards[i], k);
            kept_drop(k);
        }
        pthread_mutex_destroy(&c->shards[i].lock);
    }
    free(c);
}

static struct kept *find(const struct shard *s, uint64_t hash, struct str key)
{
    struct kept *k = s->slots[hash / SHARDS % SLOTS];
    while (k && !(k->hash == hash && str_eq(str_slice(k->key, k->n_key), key)))
        k = k->chain;
    return k;
}

struct kept *cache_take(struct cache *c, struct str key)
{
    uint64_t hash = hash_bytes(0, key);
    struct shard *s = &c->shards[hash % SHARDS];
    pthread_mutex_lock(&s->lock);
    struct kept *k = find(s, hash, key);
    if (k) {
        atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
        if (k != s->newest) {
            *(k->newer ? &k->newer->older : &s->newest) = k->older;
            *(k->older ? &k->older->newer : &s->oldest) = k->newer;
            make_newest(s, k);
        }
    }
    pthread_mutex_unlock(&s->lock);
    return k;
}

struct kept *cache_put(struct cache *c, struct str key, struct str etag, void *response, size_t content, int status)
{
    struct kept *k = mem_alloc(sizeof *k + key.n + etag.n);
    uint64_t hash = hash_bytes(0, key);
    *k = (struct kept){.refs = 1,
                       .free_response = c->free_response,
                       .response = response,
                       .content = content,
                       .bytes = content + OVERHEAD_BYTES + sizeof *k + key.n + etag.n,
                       .status = status,
                       .hash = hash,
                       .n_key = key.n,
                       .n_etag = etag.n};
    memcpy(k->key, key.p, key.n);
    if (etag.n)
        memcpy(k->key + key.n, etag.p, etag.n);
    struct shard *s = &c->shards[hash % SHARDS];
    pthread_mutex_lock(&s->lock);
    if (k->bytes <= c->max_bytes && !find(s, hash, key)) {
        while (s->oldest && s->bytes + k->bytes > c->max_bytes) {
            struct kept *old = s->oldest;
            unlink_kept(s, old);
            must(s->oldest != old);
            kept_drop(old);
        }
        atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
        struct kept **slot = &s->slots[hash / SHARDS % SLOTS];
        k->chain = *slot;
        *slot = k;
        make_newest(s, k);
        s->n++;
        s->bytes += k->bytes;
    }
    pthread_mutex_unlock(&s->lock);
    return k;
}

void *kept_response(const struct kept *k)
{
    return k->response;
}

int kept_status(const struct kept *k)
{
    return k->status;
}

size_t kept_bytes(const struct kept *k)
{
    return k->content;
}

struct str kept_etag(const struct kept *k)
{
    return str_slice(k->key + k->n_key, k->n_etag);
}

void cache_size(struct cache *c, size_t *ret_n, size_t *ret_bytes)
{
    *ret_n = *ret_bytes = 0;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&c->shards[i].lock);
        *ret_n += c->shards[i].n;
        *ret_bytes += c->shards[i].bytes;
        pthread_mutex_unlock(&c->shards[i].lock);
    }
}
