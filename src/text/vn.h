/* Vietnamese text: the stored form, the forms for comparing and searching, the order of lists and of people.
 *
 *     struct str name;
 *     if (text_clean(a, cell, false, &name, &f) != OK) ...       // "  Đồng  Cỏ\u00A0" → "Đồng Cỏ", NFC
 *     struct buf key = BUF_INIT(LIMIT_TEXT_BYTES);
 *     text_fold(name, &key);                                     // "dong co"
 *     if (text_compare(STR("Đắk"), STR("Êa")) < 0) ...           // a ă â b … d đ e ê …; tones: none ` ˀ ~ ´ .
 *     struct str given = person_given_name(STR("Nguyễn Thị Hường (tổ trưởng)"));      // "Hường"
 *
 * All functions but text_clean take valid UTF-8 in NFC, which is what text_clean returns; broken bytes read as U+FFFD.
 * Output is appended to the buffer, whose maximum holds: test is_full. No function fails otherwise.
 * Ownership: views point into the input or into the arena. Thread-safe; tables are filled where they are first used.
 * Sources: Unicode 15 (normalisation UAX #15, case folding), CLDR collation "vi", OGC 21-065r2 (CQL2).
 */
#ifndef TINHSO_TEXT_VN_H
#define TINHSO_TEXT_VN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

/* The form in which text is stored. Returns a view into raw when only the ends need trimming (the usual case).
 *   - UTF-8, else ERR_TEXT_ENCODING; at most LIMIT_TEXT_BYTES, else ERR_TEXT_LENGTH;
 *   - NFC (spelling stays: Hòa and Hoà remain two texts);
 *   - every Unicode space, tab and line break becomes a space; runs of spaces become one; none at either end;
 *   - zero-width characters, soft hyphens, byte-order marks and direction marks are removed;
 *   - other control characters and non-characters are refused (ERR_TEXT_CONTROL): they are a sign of a damaged file;
 *   - more than 30 combining marks on one letter are refused (ERR_TEXT_MARKS; UAX #15 stream-safe format).
 * With keep_lines, CRLF, CR and the Unicode line ends become LF and stay; spaces that indent a line stay as they are,
 * those at its end go; empty lines at either end of the text go. Cleaning twice changes nothing. */
enum err text_clean(struct arena *a, struct str raw, bool keep_lines, struct str *ret_text, struct fault *f);

/* CQL2 CASEI: full Unicode case folding, NFC in and out. “ĐỒNG CỎ” → “đồng cỏ”, “Straße” → “strasse”. */
void text_casei(struct str s, struct buf *out);

/* CQL2 ACCENTI: base letters, case kept. “Đồng Cỏ” → “Dong Co”. Marks fall from Latin, Greek and Cyrillic letters;
 * Latin letters without a decomposition become what people type instead (đ d, ø o, ł l, ħ h, æ ae, ß ss …).
 * Marks of other scripts, where they are vowels (Khmer, Thai, Cham, Devanagari …), stay. */
void text_accenti(struct str s, struct buf *out);

/* The search form: accents off, lower case, apostrophes (' ’ ‘ ʼ ` ´ …) and hyphens dropped, other dashes and all white
 * space one space, none at the ends. Folding twice changes nothing.
 *
 * A hyphen is ambiguous: “Đồng-Cỏ” must meet both “dong co” and “dongco”. So there are three forms of a text:
 *   text_fold         “Đồng-Cỏ” → “dongco”    “Đắk R'Lấp” → “dak rlap”    hyphens dropped
 *   text_fold_words   “Đồng-Cỏ” → “dong co”   “Đắk R'Lấp” → “dak rlap”    hyphens are spaces
 *   text_fold_joined  “Đồng-Cỏ” → “dongco”    “Đắk R'Lấp” → “dakrlap”     hyphens and spaces dropped
 * An index holds the words and the joined form of each text, a query is folded both ways and hits on either: then
 * `dong co`, `ĐỒNG CỎ`, `Đồng-Cỏ`, `dồng cỏ` and `dongco` all meet. Two texts are the same place or person up to
 * spelling when their joined forms are equal. */
void text_fold(struct str s, struct buf *out);
void text_fold_words(struct str s, struct buf *out);
void text_fold_joined(struct str s, struct buf *out);

/* How names of columns and codes are compared: the joined form, letters and digits only. “Số CCCD/CMND (*)” → “socccdcmnd”. */
struct str text_fold_name(struct arena *a, struct str s);

/* Vietnamese dictionary order: -1, 0 or 1; 0 only for equal bytes. */
int text_compare(struct str a, struct str b);

/* memcmp over keys (a prefix comes first) gives text_compare's order, without its last step over bytes. Keys hold no
 * zero byte. They are those of this ICU version: an index of keys is rebuilt when the library changes
 * (text_order_version). */
void text_sortkey(struct str s, struct buf *out);

/* Names the order's data, e.g. "153.112": what an index of sort keys was built with. */
struct str text_order_version(void);

/* The last word of a person's name, a suffix in brackets not counted. A view into full_name. */
struct str person_given_name(struct str full_name);

/* Lists of people: by given name, then by the words before it, then by what remains (case, suffix), then bytes.
 * person_sortkey gives the same order by memcmp, without the last step. */
int person_compare(struct str a, struct str b);
void person_sortkey(struct str full_name, struct buf *out);

/* LIKE of SQL and CQL2: % stands for any text, _ for one character, \ takes the next character as it is (a \ at the end
 * stands for itself). Case and accents count. A pattern that ends before the text does not match. */
bool text_like(struct str text, struct str pattern);

#endif
