#include "web/provider.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/limits.h"
#include "http/fetch.h"
#include "web/site.h"

#include "base/banned.h"

enum { PROVIDER_AGE_MS = 3600 * 1000, PROVIDER_AGAIN_MS = 5 * 1000, PROVIDER_REST_MS = 60 * 1000 };

struct provider_cache {
    struct oidc_provider declared;
    pthread_mutex_t lock;
    struct buf discovery, keys;    /* as they came; empty: not yet */
    int64_t fetched_ms, failed_ms; /* 0: never */
};

struct provider_cache *provider_cache_new(const struct oidc_provider *declared)
{
    struct provider_cache *c = mem_zalloc(sizeof *c);
    c->declared = *declared;
    c->discovery = BUF_INIT(LIMIT_TEXT_BYTES);
    c->keys = BUF_INIT(LIMIT_TEXT_BYTES);
    must(pthread_mutex_init(&c->lock, NULL) == 0);
    return c;
}

void provider_cache_free(struct provider_cache *c)
{
    if (!c)
        return;
    buf_done(&c->discovery);
    buf_done(&c->keys);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

const struct oidc_provider *provider_declared(const struct provider_cache *c)
{
    return c ? &c->declared : NULL;
}

static enum err get(const char *url, struct buf *out, struct fault *f)
{
    buf_reset(out);
    return http_fetch_strict(&(struct fetch){.url = url}, out, f);
}

/* Both documents, or neither: keys of yesterday under endpoints of today would be a riddle. */
static enum err fetch_both(struct exchange *x, struct provider_cache *c, struct fault *f)
{
    struct str issuer = c->declared.issuer;
    struct oidc_endpoints ends;
    while (issuer.n && issuer.p[issuer.n - 1] == '/')
        issuer.n--;
    c->fetched_ms = 0;
    enum err e =
        get(arena_printf(x->arena, "%.*s/.well-known/openid-configuration", STR_ARG(issuer)), &c->discovery, f);
    if (e == OK)
        e = oidc_endpoints_read(x->arena, &c->declared, buf_view(&c->discovery), &ends, f);
    if (e == OK)
        e = get(str_dup(x->arena, ends.keys).p, &c->keys, f);
    *(e == OK ? &c->fetched_ms : &c->failed_ms) = clock_now_ms();
    return e;
}

enum err provider_look(struct exchange *x, bool is_anew, struct provider_seen *ret, struct fault *f)
{
    struct provider_cache *c = ((struct site *)x->site)->provider;
    enum err e = OK;
    if (!c)
        return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    pthread_mutex_lock(&c->lock);
    int64_t now = clock_now_ms(), age = now - c->fetched_ms;
    if (c->fetched_ms == 0 && now - c->failed_ms < PROVIDER_REST_MS && now >= c->failed_ms)
        e = FAULT(f, ERR_OIDC_DOWN); /* those who sign in by password must not wait for it again and again */
    else if (age > PROVIDER_AGE_MS || (is_anew && age > PROVIDER_AGAIN_MS) || age < 0)
        e = fetch_both(x, c, f);
    struct str discovery = str_dup(x->arena, buf_view(&c->discovery)), keys = str_dup(x->arena, buf_view(&c->keys));
    pthread_mutex_unlock(&c->lock);
    if (e == OK)
        e = oidc_endpoints_read(x->arena, &c->declared, discovery, &ret->ends, f);
    if (e == OK)
        e = jwk_set_parse(x->arena, keys, &ret->keys, f);
    return e;
}
