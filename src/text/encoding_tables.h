/* Private to src/text/encoding*.c: the byte tables of old Vietnamese encodings and the model of a Vietnamese syllable.
 *
 *     tables_ready();
 *     uint32_t cp;
 *     at += legacy_next(ENCODING_VNI, bytes, n, at, &cp);      // “eâ” → ê; LEGACY_BAD where nothing stands for the byte
 *     if (syllable_is_vietnamese(word, n)) …                   // lower or upper case, NFC or NFD
 *
 * Sources: TCVN 5712:1993, table VN3; VNI-Windows (VNI Software Co.); Windows-1252, Windows-1258 and CP437 as ICU has them.
 */
#ifndef TINHSO_TEXT_ENCODING_TABLES_H
#define TINHSO_TEXT_ENCODING_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "text/encoding.h"
#include "text/unicode.h"

enum { LEGACY_BAD = 0x110000, BYTE_NONE = -1 };

/* In this order tones are written throughout. */
enum tone { TONE_NONE, TONE_GRAVE, TONE_HOOK, TONE_TILDE, TONE_ACUTE, TONE_DOT, TONES };

/* Call before anything else here. */
void tables_ready(void);

/* The character at byte `at` in a one-byte encoding (TCVN3, VNI, Windows-1258), tones composed; returns bytes consumed. */
size_t legacy_next(enum encoding e, const unsigned char *p, size_t n, size_t at, uint32_t *ret_cp);

/* The byte that was read as this character, or BYTE_NONE. */
int byte_of(enum unicode_charset charset, uint32_t cp);

/* Upper case of an ASCII or Vietnamese letter; other characters stay. */
uint32_t letter_upper(uint32_t cp);
bool letter_is_upper(uint32_t cp);
bool letter_is_lower(uint32_t cp);

/* One of the 134 Vietnamese letters that ASCII does not have. */
bool letter_is_vietnamese(uint32_t cp);

enum { SYLLABLE_LETTERS = 16 };

enum syllable {
    SYLLABLE_NONE,
    SYLLABLE_RARE, /* a rhyme of a few words, or as names of the Central Highlands are written in the same alphabet */
    SYLLABLE_USUAL,
};

/* Whether Vietnamese spelling allows it: onset, rhyme, tone, and the letter that bears the tone. */
enum syllable syllable_judge(const uint32_t *word, size_t n);
bool syllable_is_vietnamese(const uint32_t *word, size_t n); /* rare ones too */

/* A syllable from which ư, written as a soft hyphen in TCVN3, has fallen out: “Hờng”, “Hng”. */
bool syllable_lost_u_horn(const uint32_t *word, size_t n);

/* ---- UTF-8 read as something else (encoding_mojibake.c) ---- */

struct undoing {
    unsigned sequences; /* characters put together again */
    unsigned
        weak; /* of these, such as may stand side by side in correct text: “Ã” before a closing quote or a no-break space */
    bool is_lossy; /* a byte had been dropped as a space or soft hyphen, and was guessed */
};

enum undo {
    UNDO_OTHER, /* the text was not broken this way */
    UNDO_DONE,
    UNDO_TORN, /* it was, and then lost bytes at *ret_at */
};

/* Reads the characters as the bytes they were made from. out gets UTF-8, also when torn. */
enum undo mojibake_undo(struct str text, enum unicode_charset charset, struct buf *out, struct undoing *ret,
                        size_t *ret_at);

/* The charset and how often, of a MOJIBAKE_…; false for other encodings. */
bool mojibake_of(enum encoding e, enum unicode_charset *ret_charset, unsigned *ret_times);

#endif
