/* The words by which a text is found, and the query for words that a person typed.
 *
 *     words_index(STR("H'Hương"), &out);            // "hhuong h huong =hhương": out goes into a full-text index
 *     words_query(STR("huong"), false, &out);       // "\"huong\"*": asks it
 *
 * Each word stands folded ("nguyen") and, where it has accents, also as written in lower case with the mark "=" ("=nguyễn"). Words typed with
 * accents are asked for marked first, so that the accents are heeded. A name with a hyphen or an apostrophe is also indexed joined and split
 * ("H'Hương": hhuong, h, huong).
 *
 * Input is clean text (text/vn.h); output is appended, words parted by a space.
 */
#ifndef TINHSO_TEXT_WORDS_H
#define TINHSO_TEXT_WORDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

void words_index(struct str s, struct buf *out);
/* A query of FTS5; is_exact asks for the accents as typed. Empty when there is no word. */
void words_query(struct str words, bool is_exact, struct buf *out);

#endif
