/* One-time codes: HOTP (RFC 4226) and TOTP (RFC 6238), as the programs on people's telephones show them: HMAC-SHA-1, 30 s, six digits.
 *
 *     unsigned char secret[TOTP_SECRET_BYTES];
 *     random_bytes(secret, sizeof secret);
 *     totp_uri(secret, STR("Tỉnh Số"), STR("an.nguyen"), &uri);             // for the QR code
 *     int64_t step = last;                                                   // of the last code that was taken; 0 at first
 *     if (totp_check(secret, code, now_ms, &step)) …                         // keep step: the same code is not taken again
 *
 * A code is taken of the step of now, of the one before and of the one after: clocks differ.
 */
#ifndef TINHSO_CRYPT_TOTP_H
#define TINHSO_CRYPT_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_STEP_MS = 30000, TOTP_DIGITS = 6 };

enum totp_hash { TOTP_SHA1, TOTP_SHA256, TOTP_SHA512 };

/* The code of a counter, at most 9 digits. */
uint32_t totp_code(enum totp_hash hash, struct str secret, uint64_t counter, int digits);

/* Only codes of steps after *step are taken, which then becomes theirs. Spaces within the code are passed over. */
bool totp_check(const unsigned char *secret, struct str code, int64_t now_ms, int64_t *step);

/* RFC 4648 base32, in groups of four: to be typed where no camera is. */
void totp_secret_text(const unsigned char *secret, struct buf *out);
/* otpauth://totp/ISSUER:NAME?secret=…&issuer=ISSUER */
void totp_uri(const unsigned char *secret, struct str issuer, struct str name, struct buf *out);

#endif
