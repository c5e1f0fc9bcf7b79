/* Arithmetic that keeps unknown unknown and whole numbers whole. */
#include <math.h>

#include "figure/quantity.h"

#include "base/banned.h"

struct quantity quantity_of_integer(int64_t value)
{
    return (struct quantity){.kind = QUANTITY_INTEGER, .integer = value};
}

struct quantity quantity_of_decimal(struct decimal value)
{
    return (struct quantity){.kind = QUANTITY_DECIMAL, .decimal = value};
}

struct quantity quantity_of_double(double value, int decimals)
{
    struct decimal d;
    if (!isfinite(value) || decimal_of_double(value, &d, NULL) != OK)
        return (struct quantity){0};
    return quantity_of_decimal(decimal_round(d, decimals));
}

struct quantity quantity_tidy(struct quantity q)
{
    if (q.kind != QUANTITY_DECIMAL)
        return q;
    struct decimal whole = decimal_round(q.decimal, 0);
    if (decimal_compare(whole, q.decimal) != 0 || whole.scale != 0 || whole.mantissa > INT64_MAX ||
        whole.mantissa < INT64_MIN)
        return q;
    return quantity_of_integer((int64_t)whole.mantissa);
}

struct decimal quantity_decimal(struct quantity q)
{
    if (q.kind == QUANTITY_INTEGER)
        return decimal_of_integer(q.integer);
    return q.kind == QUANTITY_DECIMAL ? q.decimal : (struct decimal){0};
}

double quantity_double(struct quantity q)
{
    return q.kind == QUANTITY_INTEGER ? (double)q.integer : decimal_to_double(quantity_decimal(q));
}

typedef enum err decimal_operation(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f);

static struct quantity quantity_apply(decimal_operation *op, struct quantity a, struct quantity b)
{
    struct decimal d;
    if (!quantity_is_known(a) || !quantity_is_known(b))
        return (struct quantity){0};
    if (op(quantity_decimal(a), quantity_decimal(b), &d, NULL) != OK)
        return (struct quantity){0};
    return quantity_tidy(quantity_of_decimal(d));
}

struct quantity quantity_add(struct quantity a, struct quantity b)
{
    return quantity_apply(decimal_add, a, b);
}

struct quantity quantity_sub(struct quantity a, struct quantity b)
{
    return quantity_apply(decimal_sub, a, b);
}

struct quantity quantity_mul(struct quantity a, struct quantity b)
{
    return quantity_apply(decimal_mul, a, b);
}

struct quantity quantity_div(struct quantity a, struct quantity b, int decimals)
{
    struct decimal d;
    if (!quantity_is_known(a) || !quantity_is_known(b))
        return (struct quantity){0};
    if (decimal_div(quantity_decimal(a), quantity_decimal(b), decimals, &d, NULL) != OK)
        return (struct quantity){0};
    return quantity_tidy(quantity_of_decimal(d));
}

struct quantity quantity_percent(struct quantity part, struct quantity whole)
{
    return quantity_div(quantity_mul(part, quantity_of_integer(100)), whole, 2);
}

bool quantity_equal(struct quantity a, struct quantity b)
{
    if (!quantity_is_known(a) || !quantity_is_known(b))
        return quantity_is_known(a) == quantity_is_known(b);
    return decimal_compare(quantity_decimal(a), quantity_decimal(b)) == 0;
}

void quantity_print(struct quantity q, int decimals, enum lang lang, struct buf *out)
{
    if (!quantity_is_known(q))
        return;
    struct decimal d = quantity_decimal(q);
    if (decimals != DECIMAL_EXACT)
        d = decimal_round(d, decimals);
    if (lang == LANG_VI)
        decimal_print_vi(d, DECIMAL_EXACT, out);
    else
        decimal_print_en(d, DECIMAL_EXACT, out);
}

void quantity_print_plain(struct quantity q, struct buf *out)
{
    if (quantity_is_known(q))
        decimal_print(quantity_decimal(q), DECIMAL_EXACT, out);
}
