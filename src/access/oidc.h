/* Signing in with an account of somebody else's: OpenID Connect 1.0, code flow, as the relying party. What is here asks nobody: web/page_provider.c fetches.
 *
 *     oidc_provider_read(arena, text, STR("national.yaml"), &p, &faults);       // which provider, which of its claims are what to us
 *     oidc_endpoints_read(arena, p, discovery, &ends, f);                       // OpenID Connect Discovery 1.0 §4
 *     oidc_begin(access, p, next, &started, f);                                 // state, nonce and verifier, kept for OIDC_STATE_MS
 *     oidc_address(p, &ends, &started, back, &url);                             // the browser goes there, started.state in its cookie, and comes back
 *     oidc_take(arena, access, p, state, &started, f);                          // once; ERR_OIDC_STATE
 *     oidc_form(p, &started, code, back, &form);                                // what the token endpoint is sent (RFC 7636 with S256)
 *     oidc_person_read(arena, p, answer, &keys, &started, now_ms, &person, f);  // the ID token judged: OpenID Connect Core §3.1.3.7
 *     oidc_account(arena, access, &by, p, &person, &account, f);                // the citizen's account, made when it is the first time
 *
 * Of a citizen only this is kept: the provider's id of him, the name to greet him by, and the personal id by which he finds what is his. No address, no e-mail, no token.
 *
 * Errors: ERR_OIDC_PROVIDER (what it says is not what was declared), ERR_OIDC_STATE, ERR_OIDC_TOKEN (claim), ERR_JWS, ERR_JWS_KEY.
 */
#ifndef TINHSO_ACCESS_OIDC_H
#define TINHSO_ACCESS_OIDC_H

#include "access/account.h"
#include "crypt/jws.h"
#include "text/yaml.h"

enum { OIDC_STATE_MS = 10 * 60 * 1000, OIDC_SKEW_MS = 60 * 1000 };

struct oidc_provider {
    struct str id; /* of its addresses here: /sign-in/with/ID */
    struct text2 title;
    struct str issuer, client_id;
    struct str secret_file; /* beside the declaration; empty: a public client, by PKCE alone */
    struct str secret;      /* its content, read by whoever reads the declaration */
    struct yaml_strs scopes;
    struct yaml_strs
        acr; /* how sure the provider must be of who it is: one of these, or nobody is let in. Empty: not asked */
    struct oidc_claims {
        struct str full_name, personal_id; /* names of claims; personal_id may be empty */
    } claims;
};

enum err oidc_provider_read(struct arena *a, struct str text, struct str file, struct oidc_provider *ret_provider,
                            struct faults *list);

struct oidc_endpoints {
    struct str authorization, token, keys;
    bool has_form_secret; /* client_secret_post, where client_secret_basic is not taken */
};
enum err oidc_endpoints_read(struct arena *a, const struct oidc_provider *p, struct str discovery,
                             struct oidc_endpoints *ret, struct fault *f);
/* Issuer and endpoints are https, but for a loopback address. */
bool oidc_is_safe(struct str url);

struct oidc_started {
    struct token state, nonce, verifier;
    struct str next;
};
enum err oidc_begin(struct access *a, const struct oidc_provider *p, struct str next, struct oidc_started *ret,
                    struct fault *f);
enum err oidc_take(struct arena *arena, struct access *a, const struct oidc_provider *p, struct str state,
                   struct oidc_started *ret, struct fault *f);

void oidc_address(const struct oidc_provider *p, const struct oidc_endpoints *ends, const struct oidc_started *s,
                  struct str back, struct buf *out);
void oidc_form(const struct oidc_provider *p, const struct oidc_endpoints *ends, const struct oidc_started *s,
               struct str code, struct str back, struct buf *out);

struct oidc_person {
    struct str subject, full_name, personal_id;
};
enum err oidc_person_read(struct arena *a, const struct oidc_provider *p, struct str answer, const struct jwk_set *keys,
                          const struct oidc_started *s, int64_t now_ms, struct oidc_person *ret, struct fault *f);

/* Makes its own transaction. ERR_SIGN_IN_REFUSED when the account is disabled. */
enum err oidc_account(struct arena *arena, struct access *a, const struct actor *by, const struct oidc_provider *p,
                      const struct oidc_person *person, struct account *ret, struct fault *f);
/* Whether the account is one that a provider vouches for. */
enum err oidc_vouches(struct access *a, int64_t account, bool *ret_vouches, struct fault *f);

#endif
