/* The provider of accounts that the server was told of (serve --sign-in-provider): what it declares, what it says of itself, its keys.
 *
 *     struct provider_cache *providers = provider_cache_new(&declared);         // in struct site; NULL without one
 *     enum err e = provider_look(x, &seen, f);                                   // fetched when older than PROVIDER_AGE_MS
 *
 * What was fetched is shared by the threads of the slow lane, under a lock; each look copies it into the arena of the exchange.
 */
#ifndef TINHSO_WEB_PROVIDER_H
#define TINHSO_WEB_PROVIDER_H

#include "access/oidc.h"
#include "http/http.h"

struct provider_cache;

struct provider_cache *provider_cache_new(const struct oidc_provider *declared);
void provider_cache_free(struct provider_cache *c);
const struct oidc_provider *provider_declared(const struct provider_cache *c);

struct provider_seen {
    struct oidc_endpoints ends;
    struct jwk_set keys;
};
/* is_anew: a key was missing; fetched again unless that was done within PROVIDER_AGAIN_MS. */
enum err provider_look(struct exchange *x, bool is_anew, struct provider_seen *ret, struct fault *f);

#endif
