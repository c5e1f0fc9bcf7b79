/* Passwords as Argon2id hashes (RFC 9106), through libsodium.
 *
 *     char hash[PASSWORD_HASH_BYTES];
 *     password_hash(password, hash);                        // "$argon2id$v=19$m=65536,t=3,p=1$salt$hash", NUL-terminated
 *     if (!password_check(hash, password)) …
 *
 * One call takes 64 MiB and about 0.15 s: it belongs on a lane for slow work, never on a connection's thread. Whoever has no hash to compare with
 * (a name that does not exist) calls password_check with PASSWORD_NOBODY: it takes as long and is always false.
 * The text is compared as bytes: callers bring it into NFC first. Nothing fails but for want of memory (must).
 */
#ifndef TINHSO_CRYPT_PASSWORD_H
#define TINHSO_CRYPT_PASSWORD_H

#include <stdbool.h>

#include "base/str.h"

enum { PASSWORD_HASH_BYTES = 128, PASSWORD_MEMORY_BYTES = 64 << 20, PASSWORD_PASSES = 3 };

void password_hash(struct str password, char *ret_hash);
bool password_check(const char *hash, struct str password);
/* The hash was made at another cost than is usual now: make it anew when the password is at hand. */
bool password_is_dated(const char *hash);

extern const char PASSWORD_NOBODY[];

#endif
