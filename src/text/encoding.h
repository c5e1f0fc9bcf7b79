/* Encodings of old Vietnamese files: found out, and turned into UTF-8, never silently.
 *
 * Two questions are answered. Of a file's bytes: which encoding? Of text that already is Unicode (a cell of a workbook): was it typed with a
 * legacy font, or read with the wrong encoding on its way?
 *
 *     struct encoding_guess g;
 *     encoding_detect(bytes, &g);                          // g.encoding, g.certainty 0..1
 *     encoding_decode(a, bytes, g.encoding, &utf8, f);     // ERR_TEXT_ENCODING with the position of what does not decode
 *     encoding_guess_texts(cells, n, &g);                  // a column of Unicode cells: TEXT_FINE, or what to repair
 *     encoding_repair(a, cell, g.encoding, &repaired, &is_lossy, f);
 *
 * How a guess is made: a word of an old encoding, read rightly, is a syllable that Vietnamese spelling allows (onset, rhyme, tone, and the
 * letter that bears it); read wrongly it almost never is. A single name of three syllables with accents is found out in 98 of 100 cases;
 * the rest may as well be right (“Lê Vãn Quân” is Lê Văn Quân in Windows-1258, or itself). UTF-8 that was read as something else gives itself away: its bytes fit together again.
 * Correct text comes first: better a broken cell overlooked than a right one called broken.
 *
 * Limits: TCVN3 has no capitals with tones; fonts whose names end in H draw them (is_upper). A word among whose capitals a small
 * letter with a tone stands (“NGUYễN”) is raised; a first letter is not (“Én” typed in TCVN3 comes back as “én”).
 * All take time in proportion to the text. Thread-safe. Ownership: results lie in the arena or are views into the input.
 * Sources: TCVN 5712:1993 (TCVN3, “ABC”), VNI-Windows, Windows-1258 (with combining tones), IBM code page 437.
 */
#ifndef TINHSO_TEXT_ENCODING_H
#define TINHSO_TEXT_ENCODING_H

#include "base/fault.h"
#include "base/mem.h"

enum encoding {
    TEXT_FINE, /* UTF-8 as it should be; NFD counts as fine: text_clean composes it */
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_WINDOWS_1258,
    ENCODING_TCVN3,
    ENCODING_VNI,
    MOJIBAKE_1252, /* UTF-8 read once as Windows-1252 */
    MOJIBAKE_1252_TWICE,
    MOJIBAKE_CP437,
    MOJIBAKE_CP437_TWICE,
    ENCODING_COUNT
};

struct encoding_guess {
    enum encoding encoding;
    double certainty; /* 0 … 1 */
    size_t evidence;  /* words that speak for it; for UTF-16 and UTF-8, characters */
};

/* "utf-8", "utf-16le", "windows-1258", "tcvn3", "vni", "mojibake-1252" …: what --encoding takes and messages show. */
const char *encoding_name(enum encoding e);
bool encoding_named(struct str name, enum encoding *ret);

/* Of raw bytes (a byte order mark counts). TEXT_FINE for ASCII and UTF-8, also for UTF-8 that a few bytes were damaged of (decoding
 * tells where) and for old fonts' text saved as UTF-8 (that is told column by column, below). When nothing speaks for any encoding
 * the answer is Windows-1258, which agrees with Windows-1252 in most letters, with certainty 0: ask the person. Of an old encoding the
 * certainty is the share of words that it reads, times the margin by which it reads more of those that tell it from the others. */
void encoding_detect(struct str bytes, struct encoding_guess *ret);

/* The bytes as UTF-8, without a byte order mark. A MOJIBAKE_… is a UTF-8 file whose text was broken; lines that were not stay.
 * ERR_TEXT_ENCODING (UTF-8) and ERR_TEXT_DECODE give the line, and the character counted from the start. */
enum err encoding_decode(struct arena *a, struct str bytes, enum encoding e, struct str *ret_utf8, struct fault *f);

/* Of Unicode texts that belong together (a column), before text_clean, which drops what some encodings need (U+00AD is ư in TCVN3,
 * U+00A0 and control characters are bytes of UTF-8): TEXT_FINE unless the evidence is clear. A word counts once however often it
 * stands there, so a column of the same few words may stay TEXT_FINE. evidence: different words, 2 for a whole cell of mojibake. */
void encoding_guess_texts(const struct str *texts, size_t n, struct encoding_guess *ret);

/* By the font's name in a cell's style: ".VnTime" → TCVN3 (is_upper for fonts that end in H and draw capitals), "VNI-Times" → VNI. */
bool encoding_of_font(struct str font, enum encoding *ret, bool *ret_is_upper);

/* Turns a Unicode text that was meant in e into what it means. A text that cannot have been meant so (it has letters the encoding
 * cannot show, or its bytes are no UTF-8 at all) is right already and comes back as it is.
 * is_lossy: something was lost on the way and the result wants a look: the soft hyphen of TCVN3's ư (“Hờng”, “Hng”: told where the
 * rest is no syllable; “Th” from “Thư” cannot be told), or bytes of UTF-8 that were dropped as spaces and are guessed.
 * ERR_TEXT_REPAIR: it was meant so, and a character of it means nothing (cut off in the middle). */
enum err encoding_repair(struct arena *a, struct str text, enum encoding e, bool is_upper, struct str *ret_text,
                         bool *ret_is_lossy, struct fault *f);

#endif
