/* Sealed files: encrypted and authenticated as a stream (XChaCha20-Poly1305, libsodium's secretstream), by a passphrase (Argon2id) or the content of a key file.
 *
 *     struct seal_secret secret = {.kind = SEAL_PASSPHRASE, .bytes = passphrase};
 *     struct seal *s;
 *     seal_write_open(fd, &secret, &s, f);
 *     seal_write(s, bytes, f); …
 *     seal_write_end(s, f);                             // without it the file ends too early and nobody takes it for whole
 *     seal_free(s);
 *
 *     seal_read_open(fd, &secret, &s, f);
 *     while (seal_read(s, p, sizeof p, &n, f) == OK && n > 0) …
 *
 * The file: "tinhso-sealed-1\n", a byte for the kind, 16 bytes of salt, 24 of the stream's header; then pieces of 64 KiB, each 17 bytes longer than
 * its content, the last one shorter or marked. Everything before the pieces is authenticated with the first of them. So a file that was cut,
 * extended, or of which a bit or the order was changed is refused; what was read before the end is worth nothing until the end was read.
 *
 * A passphrase has at least SEAL_PASSPHRASE_MIN characters; it costs 256 MiB and about half a second. Keys are wiped when a seal is freed. The descriptor stays
 * the caller's.
 * Errors: ERR_SEAL_FORMAT, ERR_SEAL_KIND, ERR_SEAL_SECRET (wrong secret or damaged), ERR_SEAL_CUT, ERR_SEAL_WEAK, ERR_SYSTEM.
 */
#ifndef TINHSO_CRYPT_SEAL_H
#define TINHSO_CRYPT_SEAL_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/str.h"

enum seal_kind { SEAL_PASSPHRASE, SEAL_KEY };
enum { SEAL_PASSPHRASE_MIN = 12, SEAL_KEY_MIN = 32 };

struct seal_secret {
    enum seal_kind kind;
    struct str bytes;
};

struct seal;

enum err seal_write_open(int fd, const struct seal_secret *secret, struct seal **ret_seal, struct fault *f);
enum err seal_write(struct seal *s, struct str bytes, struct fault *f);
enum err seal_write_end(struct seal *s, struct fault *f);

enum err seal_read_open(int fd, const struct seal_secret *secret, struct seal **ret_seal, struct fault *f);
/* Up to n bytes; 0 at the end, when the whole file was good. */
enum err seal_read(struct seal *s, void *p, size_t n, size_t *ret_n, struct fault *f);
/* How a sealed file wants to be opened. */
enum err seal_kind_read(int fd, enum seal_kind *ret_kind, struct fault *f);

void seal_free(struct seal *s); /* NULL is fine; wipes the keys */
void seal_freep(struct seal **s);

/* Overwrites a secret in a way that the compiler keeps. */
void secret_wipe(void *p, size_t n);

#endif
