/* Forms and likeness of texts that may mean the same person or number, for finding duplicates.
 *
 *     match_name(STR("Hoà  Nguyễn-Thị"), &b);                 // "hoa nguyen thi": folded words in byte order
 *     match_digits(STR("067 085 000123"), &b);                // "67085000123": digits without leading zeros
 *     struct match_text a = match_text_of(STR("hoa nguyen thi")), …;
 *     match_likeness(&a, &b)                                  // 1 equal … 0 nothing in common
 *
 * match_name survives tone placement (Hòa, Hoà), missing accents, d for đ, case, spaces, hyphens and the order of the words.
 * match_digits survives spaces, dots and lost leading zeros of numbers that are identifiers.
 * Likeness of two texts: every word is paired with the word of the other that is fewest edits away; an edit costs the more the shorter
 * the word is (in names of few letters one letter tells two people apart); a word that only one of them has counts half.
 * (Text that is long is compared by its first MATCH_WORDS words.)
 */
#ifndef TINHSO_TEXT_MATCH_H
#define TINHSO_TEXT_MATCH_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { MATCH_WORDS = 12, MATCH_BINS = 32 };

void match_name(struct str s, struct buf *out);
void match_digits(struct str s, struct buf *out);

/* A result of match_name and how often each letter stands in it: most unlike texts are told by that alone. */
struct match_text {
    struct str words; /* a view */
    uint8_t letters[MATCH_BINS];
};
struct match_text match_text_of(struct str words);

double match_likeness(const struct match_text *a, const struct match_text *b);

#endif
