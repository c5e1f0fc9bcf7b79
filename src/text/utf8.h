/* UTF-8: checking, stepping through and writing characters (RFC 3629).
 *
 *     must(utf8_valid(s));
 *     for (size_t at = 0; at < s.n;) {
 *         uint32_t cp;
 *         at += utf8_next(s, at, &cp);
 *         ...
 *     }
 *
 * Text from outside passes utf8_valid (or text_clean) once, at the border; everything inside is valid. Should a broken
 * byte get through all the same, utf8_next reads it as U+FFFD and steps over one byte: it never reads outside the view.
 */
#ifndef TINHSO_TEXT_UTF8_H
#define TINHSO_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* True when s is UTF-8: no surrogates, no overlong form, nothing above U+10FFFF. Empty text is valid. */
bool utf8_valid(struct str s);

/* Bytes before the first byte that is not UTF-8; s.n when all of it is. */
size_t utf8_valid_prefix(struct str s);

/* The character at byte `at` (less than s.n) and its length in bytes, 1 to 4. */
size_t utf8_next(struct str s, size_t at, uint32_t *ret_cp);

/* Writes one character; a surrogate or a value above U+10FFFF is written as U+FFFD. */
void utf8_put(struct buf *b, uint32_t cp);

/* The same into four bytes of the caller; returns how many were written. */
size_t utf8_encode(uint32_t cp, char ret_bytes[4]);

/* How many characters (code points) s has. */
size_t utf8_count(struct str s);

#endif
