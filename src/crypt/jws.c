#include "crypt/jws.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypt/base64.h"
#include "text/json.h"

#include "base/banned.h"

enum { KEY_RSA, KEY_P256, KEY_ED25519 };
enum { RSA_MIN_BITS = 2048, P256_BYTES = 32, TOKEN_MOST = 32 << 10 };

static const struct {
    const char *name;
    int kind;
    bool is_pss;
} algorithms[] = {
    {"RS256", KEY_RSA, false}, {"PS256", KEY_RSA, true}, {"ES256", KEY_P256, false}, {"EdDSA", KEY_ED25519, false}};

static enum err refused(struct fault *f, const char *reason)
{
    ERR_clear_error();
    return FAULT(f, ERR_JWS, {"reason", str_of(reason)});
}

static struct str text_of(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return v && v->kind == J_STRING ? v->string : (struct str){NULL, 0};
}

/* ---- keys ---- */

static void free_key(void *key)
{
    EVP_PKEY_free(key);
}

static EVP_PKEY *key_of(OSSL_PARAM_BLD *build, const char *type)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY *key = NULL;
    if (!context || !parameters || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    OSSL_PARAM_free(parameters);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *rsa_key(struct arena *a, const struct json *jwk)
{
    struct str n, e;
    if (base64url_decode(a, text_of(jwk, "n"), &n, NULL) != OK ||
        base64url_decode(a, text_of(jwk, "e"), &e, NULL) != OK)
        return NULL;
    BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL),
           *exponent = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    must(modulus && exponent && build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
         OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1);
    EVP_PKEY *key = BN_num_bits(modulus) >= RSA_MIN_BITS ? key_of(build, "RSA") : NULL;
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *p256_key(struct arena *a, const struct json *jwk)
{
    struct str x, y;
    unsigned char point[1 + 2 * P256_BYTES] = {4}; /* uncompressed */
    if (!str_is(text_of(jwk, "crv"), "P-256") || base64url_decode(a, text_of(jwk, "x"), &x, NULL) != OK ||
        base64url_decode(a, text_of(jwk, "y"), &y, NULL) != OK || x.n != P256_BYTES || y.n != P256_BYTES)
        return NULL;
    memcpy(point + 1, x.p, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.p, P256_BYTES);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    must(build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
         OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1);
    EVP_PKEY *key = key_of(build, "EC");
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *ed25519_key(struct arena *a, const struct json *jwk)
{
    struct str x;
    if (!str_is(text_of(jwk, "crv"), "Ed25519") || base64url_decode(a, text_of(jwk, "x"), &x, NULL) != OK || x.n != 32)
        return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.p, x.n);
}

/* False for one that is of no use to us. */
static bool read_key(struct arena *a, const struct json *jwk, struct jwk *ret)
{
    static const struct {
        const char *type;
        int kind;
        EVP_PKEY *(*read)(struct arena *a, const struct json *jwk);
    } kinds[] = {{"RSA", KEY_RSA, rsa_key}, {"EC", KEY_P256, p256_key}, {"OKP", KEY_ED25519, ed25519_key}};
    struct str type = text_of(jwk, "kty"), use = text_of(jwk, "use");
    if (use.n && !str_is(use, "sig"))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        EVP_PKEY *key = str_is(type, kinds[i].type) ? kinds[i].read(a, jwk) : NULL;
        if (!key)
            continue;
        arena_defer(a, free_key, key);
        *ret = (struct jwk){.id = text_of(jwk, "kid"), .alg = text_of(jwk, "alg"), .key = key, .kind = kinds[i].kind};
        return true;
    }
    ERR_clear_error();
    return false;
}

enum err jwk_set_parse(struct arena *a, struct str document, struct jwk_set *ret_keys, struct fault *f)
{
    struct json *root;
    enum err e = json_parse(a, document, STR("jwks"), &root, f);
    const struct json *list = e == OK ? json_get(root, "keys") : NULL;
    if (e != OK)
        return e;
    if (!list || list->kind != J_ARRAY)
        return refused(f, "keys");
    ret_keys->n = 0;
    for (size_t i = 0; i < list->n && ret_keys->n < JWK_MAX; i++)
        if (read_key(a, &list->items[i], &ret_keys->keys[ret_keys->n]))
            ret_keys->n++;
    return ret_keys->n ? OK : refused(f, "keys: RSA, P-256, Ed25519");
}

/* ---- tokens ---- */

static const struct jwk *find_key(const struct jwk_set *keys, struct str id, struct str alg, int kind)
{
    const struct jwk *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < keys->n; i++) {
        const struct jwk *k = &keys->keys[i];
        if (k->kind != kind || (id.p && !str_eq(k->id, id)) || (k->alg.n && !str_eq(k->alg, alg)))
            continue;
        found = k;
        n++;
    }
    return n == 1 ? found : NULL; /* two that fit are none: which was meant would be a guess */
}

/* r and s side by side (RFC 7518 §3.4) as OpenSSL wants them. */
static bool der_of(struct str raw, unsigned char **ret_der, size_t *ret_n)
{
    if (raw.n != 2 * P256_BYTES)
        return false;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn((const unsigned char *)raw.p, P256_BYTES, NULL),
           *s = BN_bin2bn((const unsigned char *)raw.p + P256_BYTES, P256_BYTES, NULL);
    must(signature && r && s && ECDSA_SIG_set0(signature, r, s) == 1);
    int n = i2d_ECDSA_SIG(signature, ret_der);
    ECDSA_SIG_free(signature);
    *ret_n = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static bool is_signed(const struct jwk *k, bool is_pss, struct str text, struct str signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = NULL;
    unsigned char *der = NULL;
    const unsigned char *sent = (const unsigned char *)signature.p;
    size_t n = signature.n;
    bool is_fine =
        context && EVP_DigestVerifyInit(context, &how, k->kind == KEY_ED25519 ? NULL : EVP_sha256(), NULL, k->key) == 1;
    if (is_fine && is_pss)
        is_fine = EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
    if (is_fine && k->kind == KEY_P256) {
        is_fine = der_of(signature, &der, &n);
        sent = der;
    }
    is_fine = is_fine && EVP_DigestVerify(context, sent, n, (const unsigned char *)text.p, text.n) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_fine;
}

/* The algorithm that the header names, of those that are taken. */
static bool find_algorithm(struct str name, size_t *ret_at)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
        if (str_is(name, algorithms[i].name)) {
            *ret_at = i;
            return true;
        }
    return false;
}

enum err jws_check(struct arena *a, struct str token, const struct jwk_set *keys, struct str *ret_payload,
                   struct fault *f)
{
    struct str rest, head = str_cut(token, '.', &rest), signature, body = str_cut(rest, '.', &signature);
    struct str header_text, payload, bytes;
    struct json *header;
    size_t at;
    if (token.n > TOKEN_MOST || !rest.p || !signature.p || memchr(signature.p, '.', signature.n))
        return refused(f, "three parts");
    if (base64url_decode(a, head, &header_text, NULL) != OK || base64url_decode(a, body, &payload, NULL) != OK ||
        base64url_decode(a, signature, &bytes, NULL) != OK)
        return refused(f, "base64url");
    if (json_parse(a, header_text, STR("header"), &header, NULL) != OK || header->kind != J_OBJECT)
        return refused(f, "header");
    struct str alg = text_of(header, "alg");
    if (json_get(header, "crit") || !find_algorithm(alg, &at))
        return refused(f, "alg");
    const struct jwk *key = find_key(keys, text_of(header, "kid"), alg, algorithms[at].kind);
    if (!key)
        return FAULT(f, ERR_JWS_KEY, {"id", text_of(header, "kid")});
    if (!is_signed(key, algorithms[at].is_pss, str_slice(token.p, head.n + 1 + body.n), bytes))
        return refused(f, "signature");
    *ret_payload = payload;
    return OK;
}
