/* Exact decimal arithmetic, for points and totals of an index: no binary rounding, no silent wrap.
 *
 *     struct decimal points, weight, total;
 *     decimal_parse(STR("0.7163"), &points, &f);
 *     decimal_of_double(0.35, &weight, &f);                  // exactly 0.35
 *     if (decimal_mul(points, weight, &total, &f) != OK) ...
 *     decimal_print(decimal_round(total, 4), 4, &out);       // 0.2507
 *
 * A value is mantissa × 10^-scale with |mantissa| < 10^38 and scale 0 … DECIMAL_SCALE_MAX. Results keep every digit;
 * one that does not fit is ERR_DECIMAL_OVERFLOW, division by zero ERR_DECIMAL_ZERO. Rounding is half away from zero,
 * as in the ministry's tables. {0} is zero.
 */
#ifndef TINHSO_TEXT_DECIMAL_H
#define TINHSO_TEXT_DECIMAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

enum { DECIMAL_SCALE_MAX = 30 };

struct decimal {
    __int128 mantissa;
    int scale;
};

struct decimal decimal_of_integer(int64_t value);

/* -?digits[.digits], no exponent. ERR_NUMBER_FORMAT, ERR_DECIMAL_OVERFLOW. */
enum err decimal_parse(struct str text, struct decimal *ret_value, struct fault *f);

/* The shortest decimal that reads back as that double (what number_print writes). */
enum err decimal_of_double(double value, struct decimal *ret_value, struct fault *f);
double decimal_to_double(struct decimal value); /* correctly rounded */

enum err decimal_add(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f);
enum err decimal_sub(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f);
enum err decimal_mul(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f);

/* a / b, rounded half away from zero to `scale` digits after the mark (0 … DECIMAL_SCALE_MAX). */
enum err decimal_div(struct decimal a, struct decimal b, int scale, struct decimal *ret_value, struct fault *f);

/* Rounded half away from zero to at most `scale` digits after the mark. */
struct decimal decimal_round(struct decimal value, int scale);

int decimal_compare(struct decimal a, struct decimal b); /* by value: 1.0 equals 1.00 */

/* With exactly that many decimals (rounding, or filling with zeros); DECIMAL_EXACT prints the digits there are, without
 * zeros at the end. Plain for machines; in groups for readers of Vietnamese and of English. */
enum { DECIMAL_EXACT = -1 };
void decimal_print(struct decimal value, int decimals, struct buf *out);
void decimal_print_vi(struct decimal value, int decimals, struct buf *out); /* 1.234.567,89 */
void decimal_print_en(struct decimal value, int decimals, struct buf *out); /* 1,234,567.89 */

#endif
