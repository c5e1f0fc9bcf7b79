#include "text/decimal.h"

#include <math.h>

#include "base/mem.h"
#include "text/number.h"

#include "base/banned.h"

typedef __int128 wide; /* the one small value type: C has no shorter name for it */

/* 10^38 - 1 is the largest run of nines that fits; staying below 10^38 keeps every sign change and digit step safe. */
static wide mantissa_limit(void)
{
    wide v = 1;
    for (int i = 0; i < 38; i++)
        v *= 10;
    return v;
}

static bool power_of_ten(int n, wide *ret)
{
    wide v = 1;
    if (n < 0 || n > 37)
        return false;
    while (n-- > 0)
        v *= 10;
    *ret = v;
    return true;
}

static wide magnitude(wide v)
{
    return v < 0 ? -v : v;
}

static enum err overflow(struct fault *f)
{
    return FAULT(f, ERR_DECIMAL_OVERFLOW);
}

static enum err result(wide mantissa, int scale, struct decimal *ret_value, struct fault *f)
{
    if (magnitude(mantissa) >= mantissa_limit() || scale > DECIMAL_SCALE_MAX)
        return overflow(f);
    *ret_value = (struct decimal){mantissa, scale};
    return OK;
}

/* Without zeros at the end: leaves the most room to what follows. */
static struct decimal stripped(struct decimal d)
{
    while (d.scale > 0 && d.mantissa % 10 == 0) {
        d.mantissa /= 10;
        d.scale--;
    }
    return d;
}

struct decimal decimal_of_integer(int64_t value)
{
    return (struct decimal){value, 0};
}

enum err decimal_parse(struct str text, struct decimal *ret_value, struct fault *f)
{
    struct decimal d = {0};
    bool is_negative = text.n && text.p[0] == '-', is_number = false, has_point = false, is_full = false;
    for (size_t i = is_negative ? 1 : 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '.' && is_number && !has_point) {
            has_point = true;
            is_number = false; /* a digit must follow */
            continue;
        }
        if (c < '0' || c > '9')
            return FAULT(f, ERR_NUMBER_FORMAT, {"value", text});
        is_number = true;
        is_full = is_full || d.mantissa > (mantissa_limit() - 1 - (c - '0')) / 10 || d.scale == DECIMAL_SCALE_MAX;
        if (is_full && (c != '0' || !has_point))
            return FAULT(f, ERR_DECIMAL_OVERFLOW);
        if (!is_full) {
            d.mantissa = d.mantissa * 10 + (c - '0');
            d.scale += has_point;
        }
    }
    if (!is_number)
        return FAULT(f, ERR_NUMBER_FORMAT, {"value", text});
    if (is_negative)
        d.mantissa = -d.mantissa;
    *ret_value = d;
    return OK;
}

enum err decimal_of_double(double value, struct decimal *ret_value, struct fault *f)
{
    if (!isfinite(value))
        return overflow(f);
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    number_print(value, &b);
    struct str exponent, s = str_cut(buf_view(&b), 'e', &exponent);
    struct decimal d;
    enum err e = decimal_parse(s, &d, f);
    int64_t power = 0;
    if (e != OK || !exponent.p) {
        if (e == OK)
            *ret_value = d;
        return e;
    }
    if (exponent.p[0] == '+')
        exponent = str_slice(exponent.p + 1, exponent.n - 1);
    must(integer_parse(exponent, &power, NULL) == OK);
    int scale = d.scale - (int)power;
    wide ten;
    if (scale >= 0)
        return result(d.mantissa, scale, ret_value, f);
    if (!power_of_ten(-scale, &ten) || __builtin_mul_overflow(d.mantissa, ten, &d.mantissa))
        return overflow(f);
    return result(d.mantissa, 0, ret_value, f);
}

double decimal_to_double(struct decimal value)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(128);
    double v = 0;
    decimal_print(value, DECIMAL_EXACT, &b);
    must(number_parse(buf_view(&b), &v, NULL) == OK);
    return v;
}

/* Brings both to the larger scale. */
static bool align(struct decimal *a, struct decimal *b)
{
    struct decimal *low = a->scale < b->scale ? a : b, *high = low == a ? b : a;
    wide ten;
    if (!power_of_ten(high->scale - low->scale, &ten) || __builtin_mul_overflow(low->mantissa, ten, &low->mantissa))
        return false;
    low->scale = high->scale;
    return true;
}

enum err decimal_add(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f)
{
    a = stripped(a);
    b = stripped(b);
    wide sum;
    if (!align(&a, &b) || __builtin_add_overflow(a.mantissa, b.mantissa, &sum))
        return overflow(f);
    return result(sum, a.scale, ret_value, f);
}

enum err decimal_sub(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f)
{
    b.mantissa = -b.mantissa;
    return decimal_add(a, b, ret_value, f);
}

enum err decimal_mul(struct decimal a, struct decimal b, struct decimal *ret_value, struct fault *f)
{
    a = stripped(a);
    b = stripped(b);
    wide product;
    if (__builtin_mul_overflow(a.mantissa, b.mantissa, &product))
        return overflow(f);
    struct decimal d = stripped((struct decimal){product, a.scale + b.scale});
    return result(d.mantissa, d.scale, ret_value, f);
}

enum err decimal_div(struct decimal a, struct decimal b, int scale, struct decimal *ret_value, struct fault *f)
{
    must(scale >= 0 && scale <= DECIMAL_SCALE_MAX);
    if (b.mantissa == 0)
        return FAULT(f, ERR_DECIMAL_ZERO);
    bool is_negative = (a.mantissa < 0) != (b.mantissa < 0);
    a = stripped(a);
    b = stripped(b);
    wide dividend = magnitude(a.mantissa), divisor = magnitude(b.mantissa), ten;
    int digits = scale + b.scale - a.scale; /* decimal places of the integer quotient wanted; may be below zero */
    if (digits < 0 && (!power_of_ten(-digits, &ten) || __builtin_mul_overflow(divisor, ten, &divisor)))
        return overflow(f);
    wide quotient = dividend / divisor, rest = dividend % divisor;
    for (; digits > 0; digits--) {
        if (__builtin_mul_overflow(rest, 10, &rest) || __builtin_mul_overflow(quotient, 10, &quotient) ||
            __builtin_add_overflow(quotient, rest / divisor, &quotient))
            return overflow(f);
        rest %= divisor;
    }
    if (rest >= divisor - rest && __builtin_add_overflow(quotient, 1, &quotient))
        return overflow(f);
    return result(is_negative ? -quotient : quotient, scale, ret_value, f);
}

struct decimal decimal_round(struct decimal value, int scale)
{
    must(scale >= 0 && value.scale >= 0 && value.scale <= DECIMAL_SCALE_MAX);
    wide ten;
    if (value.scale <= scale)
        return value;
    must(power_of_ten(value.scale - scale, &ten));
    wide whole = value.mantissa / ten, rest = magnitude(value.mantissa % ten);
    if (rest >= ten - rest)
        whole += value.mantissa < 0 ? -1 : 1;
    return (struct decimal){whole, scale};
}

int decimal_compare(struct decimal a, struct decimal b)
{
    wide ten_a, ten_b, up_a, up_b;
    must(power_of_ten(a.scale, &ten_a) && power_of_ten(b.scale, &ten_b));
    must(power_of_ten(DECIMAL_SCALE_MAX - a.scale, &up_a) && power_of_ten(DECIMAL_SCALE_MAX - b.scale, &up_b));
    wide x = a.mantissa / ten_a, y = b.mantissa / ten_b;
    if (x == y) {
        x = a.mantissa % ten_a * up_a;
        y = b.mantissa % ten_b * up_b;
    }
    return (x > y) - (x < y);
}

static void print(struct decimal d, int decimals, char mark, char group, struct buf *out)
{
    if (decimals == DECIMAL_EXACT) {
        d = stripped(d);
        decimals = d.scale;
    }
    must(decimals >= 0);
    d = decimal_round(d, decimals);
    wide ten;
    must(power_of_ten(d.scale, &ten));
    wide whole = magnitude(d.mantissa) / ten, fraction = magnitude(d.mantissa) % ten;
    if (d.mantissa < 0)
        buf_putc(out, '-');
    char reversed[64];
    int n = 0, written = 0;
    do {
        if (group && n && n % 3 == 0)
            reversed[written++] = group;
        reversed[written++] = (char)('0' + (int)(whole % 10));
        whole /= 10;
        n++;
    } while (whole);
    while (written)
        buf_putc(out, reversed[--written]);
    if (decimals == 0)
        return;
    buf_putc(out, mark);
    for (int i = 0; i < d.scale; i++) {
        ten /= 10;
        buf_putc(out, (char)('0' + (int)(fraction / ten % 10)));
    }
    for (int i = d.scale; i < decimals; i++)
        buf_putc(out, '0');
}

void decimal_print(struct decimal value, int decimals, struct buf *out)
{
    print(value, decimals, '.', 0, out);
}

void decimal_print_vi(struct decimal value, int decimals, struct buf *out)
{
    print(value, decimals, ',', '.', out);
}

void decimal_print_en(struct decimal value, int decimals, struct buf *out)
{
    print(value, decimals, '.', ',', out);
}
