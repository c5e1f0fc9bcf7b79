/* Private to src/text: what ICU knows, over pieces of text; vn.c puts a fast path in front.
 *
 *     char *out = ...; size_t n = unicode_map(UNICODE_FOLD, STR("Đắk"), out);     // "dak"
 *
 * A piece is at most UNICODE_PIECE bytes; its mapping takes at most UNICODE_MAPPED bytes.
 */
#ifndef TINHSO_TEXT_UNICODE_H
#define TINHSO_TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum {
    UNICODE_PIECE = 256,
    UNICODE_MAPPED = UNICODE_PIECE * 4 * 3, /* no byte becomes more than four units under any map, a unit three bytes */
};

enum unicode_map { UNICODE_CASEI, UNICODE_ACCENTI, UNICODE_FOLD, UNICODE_MAPS };

/* The piece folded, without accents, or both; NFC. Returns the bytes written. */
size_t unicode_map(enum unicode_map map, struct str piece, char ret_bytes[UNICODE_MAPPED]);

/* The character is its own mapping under every map (it has neither case nor decomposition). */
bool unicode_is_inert(uint32_t cp);

/* The character changes or depends on what stands before it: a combining mark, a joiner, a conjoining jamo. */
bool unicode_joins(uint32_t cp);

/* A letter or digit of Unicode 6.1: what SQLite's tokenizer unicode61 makes words of. */
bool unicode_is_word(uint32_t cp);

/* The character alone may stand in NFC text without a look at its neighbours. */
bool unicode_is_nfc_plain(uint32_t cp);

/* s (valid, at most LIMIT_TEXT_BYTES) in NFC, appended. */
void unicode_nfc(struct str s, struct buf *out);

/* Vietnamese order; at strength 2 case does not count, at 3 it does. Keys come without the last zero byte. */
int unicode_compare(int strength, struct str a, struct str b);
void unicode_sortkey(int strength, struct str s, struct buf *out);
const char *unicode_order_version(void);

/* The characters of the bytes 0x80 to 0xFF in a one-byte encoding; U+FFFD where there is none. Windows leaves five bytes of
 * 1252 without a character; they read as the control character of the same number, as every program reads them. */
enum unicode_charset { CHARSET_1252, CHARSET_1258, CHARSET_437, CHARSETS };
void unicode_charset_table(enum unicode_charset charset, uint16_t ret_table[128]);

#endif
