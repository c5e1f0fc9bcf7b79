/* Answers made once a revision, shared by all threads.
 *
 *     struct kept *k = cache_take(c, key);              // NULL: not there
 *     if (!k)
 *         k = cache_put(c, key, etag, response, content, status); // takes the response
 *     use(kept_response(k));
 *     kept_drop(k);
 *
 * The bytes of all answers stay under the limit; the one that was not asked for the longest goes first. An answer that is in use stays until it
 * is dropped. Thread-safe. The response is the server's object; the cache frees it by the function given at birth.
 */
#ifndef TINHSO_HTTP_CACHE_H
#define TINHSO_HTTP_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct cache;
struct kept;

struct cache *cache_new(size_t max_bytes, void (*free_response)(void *response));
void cache_free(struct cache *c);
struct kept *cache_take(struct cache *c, struct str key);
/* Takes the response. When another thread's was first, or it is too large, this one serves its caller only. */
struct kept *cache_put(struct cache *c, struct str key, struct str etag, void *response, size_t content, int status);
void *kept_response(const struct kept *k);
int kept_status(const struct kept *k);
size_t kept_bytes(const struct kept *k); /* of its content */
struct str kept_etag(const struct kept *k);
void kept_drop(struct kept *k);
void cache_size(struct cache *c, size_t *ret_n, size_t *ret_bytes);

/* FNV-1a in 64 bits, from a seed. */
uint64_t hash_bytes(uint64_t seed, struct str s);

#endif
