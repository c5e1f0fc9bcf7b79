/* Base64 with padding (RFC 4648 §4), strict.
 *
 *     base64_encode(bytes, n, &out);
 *     if (base64_decode(arena, text, &bytes, f) != OK) return f->code;
 *
 * Decoding accepts only what encoding writes: no white space, no other alphabet, whole groups of four, and no stray
 * bits in the last one, so that one value has one text. Error: ERR_BASE64_INVALID.
 */
#ifndef TINHSO_CRYPT_BASE64_H
#define TINHSO_CRYPT_BASE64_H

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"

void base64_encode(const void *p, size_t n, struct buf *out);
enum err base64_decode(struct arena *a, struct str text, struct str *ret_bytes, struct fault *f);

/* The alphabet for addresses, without padding (RFC 4648 §5, as RFC 7515 uses it). */
void base64url_encode(const void *p, size_t n, struct buf *out);
enum err base64url_decode(struct arena *a, struct str text, struct str *ret_bytes, struct fault *f);

#endif
