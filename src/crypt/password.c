#include "crypt/password.h"

#include <pthread.h>
#include <sodium.h>

#include "base/mem.h"

#include "base/banned.h"

/* Of 32 random bytes that nobody kept. */
const char PASSWORD_NOBODY[] =
    "$argon2id$v=19$m=65536,t=3,p=1$XuLbxIE1BNRUXlUwxPS58g$FYnpmilM/O4vI3WilUIBHexgncBFzL9Qb1Tg2ullBDA";

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_once(void)
{
    must(sodium_init() >= 0);
}

void password_hash(struct str password, char *ret_hash)
{
    must(pthread_once(&once, init_once) == 0);
    must(crypto_pwhash_STRBYTES <= PASSWORD_HASH_BYTES);
    must(crypto_pwhash_str_alg(ret_hash, password.p ? password.p : "", password.n, PASSWORD_PASSES,
                               PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0);
}

bool password_check(const char *hash, struct str password)
{
    must(pthread_once(&once, init_once) == 0);
    char text[crypto_pwhash_STRBYTES] = ""; /* the library reads them all */
    size_t n = strnlen(hash, sizeof text - 1);
    memcpy(text, hash, n);
    return crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
}

bool password_is_dated(const char *hash)
{
    char text[crypto_pwhash_STRBYTES] = "";
    memcpy(text, hash, strnlen(hash, sizeof text - 1));
    return crypto_pwhash_str_needs_rehash(text, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES) != 0;
}
