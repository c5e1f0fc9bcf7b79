/* Line and column of a byte in a text, for the readers of this module.
 *
 *     int line, column;
 *     place_of(text, offset, &line, &column);      // both from 1; columns in characters, a line ends at \n
 *
 * Costs a walk over the text: for errors, not for every token.
 */
#ifndef TINHSO_TEXT_PLACE_H
#define TINHSO_TEXT_PLACE_H

#include "base/fault.h"
#include "base/str.h"

void place_of(struct str text, size_t offset, int *ret_line, int *ret_column);

/* ERR_TEXT_UTF8 with file, line and column of the first byte that is not UTF-8, or OK. */
enum err place_utf8(struct str text, struct str file, struct fault *f);

#endif
