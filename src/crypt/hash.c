/* In one piece: OpenSSL's plain functions, which need no context; they have their own processor code all the same. In pieces: EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypt/hash.h"

#include <endian.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <pthread.h>

#include "base/mem.h"

#include "base/banned.h"

static EVP_MD *algorithm;
static pthread_key_t thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* One spare context a thread: making one costs more than hashing a short record. */
static _Thread_local EVP_MD_CTX *spare;

static void context_free(void *context)
{
    EVP_MD_CTX_free(context);
}

static void init_once(void)
{
    algorithm = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    must(algorithm != NULL);
    must(pthread_key_create(&thread_end, context_free) == 0);
}

void sha256_init(struct sha256 *h)
{
    EVP_MD_CTX *context = TAKE(spare);
    if (!context) {
        must(pthread_once(&once, init_once) == 0);
        context = EVP_MD_CTX_new();
        must(context != NULL);
    }
    must(EVP_DigestInit_ex2(context, algorithm, NULL) == 1);
    h->context = context;
}

void sha256_add(struct sha256 *h, struct str data)
{
    if (data.n)
        must(EVP_DigestUpdate(h->context, data.p, data.n) == 1);
}

void sha256_end(struct sha256 *h, struct digest *ret)
{
    EVP_MD_CTX *context = TAKE(h->context);
    if (ret)
        must(EVP_DigestFinal_ex(context, ret->b, NULL) == 1);
    if (spare) {
        EVP_MD_CTX_free(context);
        return;
    }
    spare = context;
    must(pthread_setspecific(thread_end, context) == 0);
}

/* What fits into one block with its padding: a commitment, a salt. A third of the time of the long way. */
static void sha256_block(const struct str *parts, size_t n, size_t bytes, struct digest *ret)
{
    SHA256_CTX h;
    unsigned char block[SHA256_CBLOCK] = {0};
    size_t at = 0;
    for (size_t i = 0; i < n; at += parts[i].n, i++)
        if (parts[i].n)
            memcpy(block + at, parts[i].p, parts[i].n);
    block[at] = 0x80;
    block[SHA256_CBLOCK - 2] = (unsigned char)(bytes * 8 >> 8);
    block[SHA256_CBLOCK - 1] = (unsigned char)(bytes * 8);
    must(SHA256_Init(&h) == 1);
    SHA256_Transform(&h, block);
    for (size_t i = 0; i < DIGEST_BYTES / 4; i++) {
        uint32_t word = htobe32(h.h[i]);
        memcpy(ret->b + 4 * i, &word, sizeof word);
    }
}

void sha256_parts(const struct str *parts, size_t n, struct digest *ret)
{
    SHA256_CTX h;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += parts[i].n;
    if (bytes <= SHA256_CBLOCK - 9) {
        sha256_block(parts, n, bytes, ret);
        return;
    }
    must(SHA256_Init(&h) == 1);
    for (size_t i = 0; i < n; i++)
        if (parts[i].n)
            must(SHA256_Update(&h, parts[i].p, parts[i].n) == 1);
    must(SHA256_Final(ret->b, &h) == 1);
}

void sha256(struct str data, struct digest *ret)
{
    sha256_parts(&data, 1, ret);
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
    return memcmp(a->b, b->b, DIGEST_BYTES) == 0;
}

struct str digest_view(const struct digest *d)
{
    return str_slice((const char *)d->b, DIGEST_BYTES);
}

void digest_hex(const struct digest *d, struct buf *out)
{
    buf_hex(out, d->b, DIGEST_BYTES);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool digest_parse(struct str hex, struct digest *ret)
{
    struct digest d;
    if (hex.n != 2 * DIGEST_BYTES)
        return false;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        int high = hex_value(hex.p[2 * i]), low = hex_value(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        d.b[i] = (unsigned char)(high << 4 | low);
    }
    *ret = d;
    return true;
}

void random_bytes(void *p, size_t n)
{
    unsigned char *at = p;
    while (n) {
        int piece = n > INT_MAX ? INT_MAX : (int)n;
        must(RAND_bytes(at, piece) == 1);
        at += piece;
        n -= (size_t)piece;
    }
}

const char *crypt_library_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

void hmac_sha256(struct str key, struct str data, struct digest *ret)
{
    enum { BLOCK = 64, INNER = 0x36, OUTER = 0x5c };
    unsigned char inner[BLOCK], outer[BLOCK];
    struct digest short_key, within;
    if (key.n > BLOCK) {
        sha256(key, &short_key);
        key = digest_view(&short_key);
    }
    for (size_t i = 0; i < BLOCK; i++) {
        unsigned char k = i < key.n ? (unsigned char)key.p[i] : 0;
        inner[i] = k ^ INNER;
        outer[i] = k ^ OUTER;
    }
    sha256_parts((const struct str[]){str_slice((const char *)inner, BLOCK), data}, 2, &within);
    sha256_parts((const struct str[]){str_slice((const char *)outer, BLOCK), digest_view(&within)}, 2, ret);
}
