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
 * Golden pairs: reference domain/registers.md §7.3. TCVN 5712:1993 (TCVN3, “ABC”), VNI-Windows, Windows-1258 (with combining tones).
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
    size_t evidence;  /* letters that speak for it */
};

/* "utf-8", "utf-16le", "windows-1258", "tcvn3", "vni", "mojibake-1252" …: what --encoding takes and messages show. */
const char *encoding_name(enum encoding e);
bool encoding_named(struct str name, enum encoding *ret);

/* Of raw bytes (a byte order mark counts). */
void encoding_detect(struct str bytes, struct encoding_guess *ret);
enum err encoding_decode(struct arena *a, struct str bytes, enum encoding e, struct str *ret_utf8, struct fault *f);

/* Of Unicode texts that belong together (a column): TEXT_FINE unless the evidence is clear. */
void encoding_guess_texts(const struct str *texts, size_t n, struct encoding_guess *ret);

/* By the font's name in a cell's style: ".VnTime" → TCVN3 (is_upper for fonts that end in H and draw capitals), "VNI-Times" → VNI. */
bool encoding_of_font(struct str font, enum encoding *ret, bool *ret_is_upper);

/* Turns a Unicode text that was meant in e into what it means. is_lossy: something was lost on the way (the soft hyphen of TCVN3's ư). */
enum err encoding_repair(struct arena *a, struct str text, enum encoding e, bool is_upper, struct str *ret_text,
                         bool *ret_is_lossy, struct fault *f);

#endif
