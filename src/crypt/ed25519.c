#include "crypt/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/mem.h"

#include "base/banned.h"

static void key_freep(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void context_freep(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

void ed25519_public(const unsigned char *seed, unsigned char *ret_public)
{
    EVP_PKEY *key CLEANUP(key_freep) = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_BYTES);
    size_t n = ED25519_PUBLIC_BYTES;
    must(key != NULL && EVP_PKEY_get_raw_public_key(key, ret_public, &n) == 1);
}

void ed25519_sign(const unsigned char *seed, struct str message, unsigned char *ret_signature)
{
    EVP_PKEY *key CLEANUP(key_freep) = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_BYTES);
    EVP_MD_CTX *context CLEANUP(context_freep) = EVP_MD_CTX_new();
    size_t n = ED25519_SIGNATURE_BYTES;
    must(key != NULL && context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    must(EVP_DigestSign(context, ret_signature, &n, (const unsigned char *)message.p, message.n) == 1);
}

bool ed25519_check(const unsigned char *public_key, struct str message, const unsigned char *signature)
{
    EVP_PKEY *key CLEANUP(key_freep) =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_PUBLIC_BYTES);
    EVP_MD_CTX *context CLEANUP(context_freep) = EVP_MD_CTX_new();
    must(context != NULL);
    bool is_good =
        key && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(context, signature, ED25519_SIGNATURE_BYTES, (const unsigned char *)message.p, message.n) == 1;
    if (!is_good)
        ERR_clear_error();
    return is_good;
}

void memory_wipe(void *p, size_t n)
{
    OPENSSL_cleanse(p, n);
}
