/* Ed25519 signatures (RFC 8032): the plain function, deterministic, over whole messages.
 *
 *     ed25519_public(seed, public_key);
 *     ed25519_sign(seed, message, signature);
 *     if (!ed25519_check(public_key, message, signature)) ...
 *
 * The seed is the 32-byte private key of RFC 8032 §5.1.5. Whoever holds one wipes it with memory_wipe when done.
 */
#ifndef TINHSO_CRYPT_ED25519_H
#define TINHSO_CRYPT_ED25519_H

#include <stdbool.h>

#include "base/str.h"

enum { ED25519_SEED_BYTES = 32, ED25519_PUBLIC_BYTES = 32, ED25519_SIGNATURE_BYTES = 64 };

void ed25519_public(const unsigned char *seed, unsigned char *ret_public);
void ed25519_sign(const unsigned char *seed, struct str message, unsigned char *ret_signature);
bool ed25519_check(const unsigned char *public_key, struct str message, const unsigned char *signature);

/* Clears secrets in a way the compiler does not leave out. */
void memory_wipe(void *p, size_t n);

#endif
