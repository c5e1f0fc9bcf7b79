/* Numbers from text and to text, in machine form and in Vietnamese form; never dependent on the locale.
 *
 *     double v;
 *     if (number_parse_vi(STR("1.234.567,89"), ',', &v, &f) == OK)
 *         number_print(v, &out);                  // 1234567.89
 *     number_print_vi(92.80, 1, &out);            // 92,8
 *     integer_print_vi(111390, &out);             // 111.390
 *
 * Errors: ERR_INTEGER_FORMAT, ERR_NUMBER_FORMAT (not a number in the expected form; the value is never guessed) and
 * ERR_NUMBER_RANGE (a number, but too large). Texts longer than NUMBER_TEXT_MAX are not numbers.
 */
#ifndef TINHSO_TEXT_NUMBER_H
#define TINHSO_TEXT_NUMBER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

enum { NUMBER_TEXT_MAX = 400 };

/* -?(0|[1-9][0-9]*), within int64. */
enum err integer_parse(struct str text, int64_t *ret_value, struct fault *f);

/* A number as JSON writes it (RFC 8259); correctly rounded, finite. */
enum err number_parse(struct str text, double *ret_value, struct fault *f);

/* The shortest decimal that reads back as the same double, laid out as ECMAScript Number::toString, as RFC 8785 wants:
 * 5, 0.1, 1e+21, 1e-7, -0 is 0. What is not finite prints as null. */
void number_print(double value, struct buf *out);

/* A number as people write it. decimal_mark ',' reads 1.234.567,89 and decimal_mark '.' reads 1,234,567.89; groups are of
 * three digits and may also be parted by spaces; a number without groups is fine. “1.5” under ',' is an error, not 15. */
enum err number_parse_vi(struct str text, char decimal_mark, double *ret_value, struct fault *f);

void integer_print_vi(int64_t value, struct buf *out); /* 1.234.567 */

/* With exactly that many decimals (0 to 15), rounded half away from zero as seen in decimal: 92.85 with 1 is 92,9. */
void number_print_vi(double value, int decimals, struct buf *out);

#endif
