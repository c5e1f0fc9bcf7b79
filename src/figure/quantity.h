/* A quantity that a figure or an index answers with: unknown, a whole number, or an exact decimal.
 *
 *     struct quantity q = quantity_of_integer(41);
 *     quantity_print(q, 0, LANG_VI, &out);                  // 41; an unknown one prints nothing
 *     quantity_print_plain(q, &out);                        // the same for machines
 *
 * Unknown is not zero: nothing is computed from it, and what needs it is unknown too.
 * Counts are whole numbers; shares, means, totals and parts of divided units are decimals.
 */
#ifndef TINHSO_FIGURE_QUANTITY_H
#define TINHSO_FIGURE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "text/decimal.h"

enum quantity_kind { QUANTITY_UNKNOWN, QUANTITY_INTEGER, QUANTITY_DECIMAL };

struct quantity {
    enum quantity_kind kind;
    int64_t integer;        /* QUANTITY_INTEGER */
    struct decimal decimal; /* QUANTITY_DECIMAL */
};

struct quantity quantity_of_integer(int64_t value);
struct quantity quantity_of_decimal(struct decimal value);
/* The value rounded to `decimals`; unknown when it is not finite or does not fit. */
struct quantity quantity_of_double(double value, int decimals);
/* A decimal without digits behind the mark becomes a whole number. */
struct quantity quantity_tidy(struct quantity q);

static inline bool quantity_is_known(struct quantity q)
{
    return q.kind != QUANTITY_UNKNOWN;
}

struct decimal quantity_decimal(struct quantity q); /* zero when unknown */
double quantity_double(struct quantity q);          /* zero when unknown */

/* Unknown when either is, or when the result does not fit. The results are tidy. */
struct quantity quantity_add(struct quantity a, struct quantity b);
struct quantity quantity_sub(struct quantity a, struct quantity b);
struct quantity quantity_mul(struct quantity a, struct quantity b);
/* a / b with `decimals` digits behind the mark; unknown when b is zero. */
struct quantity quantity_div(struct quantity a, struct quantity b, int decimals);
/* 100 × part / whole with two decimals. */
struct quantity quantity_percent(struct quantity part, struct quantity whole);
bool quantity_equal(struct quantity a, struct quantity b);

/* For readers: with at most `decimals` digits behind the mark (DECIMAL_EXACT: all there are), none that are zeros at the end;
 * 1.234,5 in LANG_VI, 1,234.5 in LANG_EN. Nothing when unknown. */
void quantity_print(struct quantity q, int decimals, enum lang lang, struct buf *out);
/* For machines: all digits, a point, no groups. Nothing when unknown. */
void quantity_print_plain(struct quantity q, struct buf *out);

#endif
