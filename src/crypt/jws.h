/* JSON Web Signatures in compact form (RFC 7515), checked with the published keys of their issuer (RFC 7517, 7518, 8037).
 *
 *     struct jwk_set keys;
 *     if (jwk_set_parse(a, document, &keys, f) != OK) …                    // what a provider's jwks_uri gives
 *     enum err e = jws_check(a, token, &keys, &payload, f);                // ERR_JWS_KEY: none of the keys; fetch them anew, once
 *
 * Taken are RS256, PS256 (RSA of 2048 bits or more), ES256 (P-256) and EdDSA (Ed25519). "none", everything with a shared secret, and headers with "crit" are refused, whatever
 * keys there are: the algorithm must be one of the kind of the key that `kid` names. Without `kid`, a set of one fitting key serves.
 *
 * Ownership: keys and payload lie in the arena. Errors: ERR_JWS (reason), ERR_JWS_KEY, those of JSON.
 */
#ifndef TINHSO_CRYPT_JWS_H
#define TINHSO_CRYPT_JWS_H

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

enum { JWK_MAX = 32 };

struct jwk {
    struct str id;  /* kid; may be empty */
    struct str alg; /* the only one that it is for; may be empty */
    void *key;      /* EVP_PKEY, freed with the arena */
    int kind;
};

struct jwk_set {
    struct jwk keys[JWK_MAX];
    size_t n;
};

/* Keys of kinds that are not known, and keys for encryption, are passed over. */
enum err jwk_set_parse(struct arena *a, struct str document, struct jwk_set *ret_keys, struct fault *f);
enum err jws_check(struct arena *a, struct str token, const struct jwk_set *keys, struct str *ret_payload,
                   struct fault *f);

#endif
