#include "text/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"
#include "text/decimal.h"

#include "base/banned.h"

static locale_t plain_locale; /* strtod and printf with a point, whatever the host program set */

static void plain_locale_open(void)
{
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    must(plain_locale != (locale_t)0);
}

static pthread_once_t plain_locale_once = PTHREAD_ONCE_INIT;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum err integer_parse(struct str text, int64_t *ret_value, struct fault *f)
{
    bool is_negative = text.n && text.p[0] == '-';
    size_t at = is_negative ? 1 : 0;
    bool is_integer = at < text.n && (text.p[at] != '0' || (text.n == at + 1 && !is_negative));
    for (size_t i = at; i < text.n; i++)
        is_integer = is_integer && is_digit(text.p[i]);
    if (!is_integer)
        return FAULT(f, ERR_INTEGER_FORMAT, {"value", text});
    int64_t value = 0;
    for (; at < text.n; at++) {
        int digit = text.p[at] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, is_negative ? -digit : digit, &value))
            return FAULT(f, ERR_NUMBER_RANGE, {"value", text});
    }
    *ret_value = value;
    return OK;
}

/* What strict JSON digits mean: mantissa × 10^exponent exactly, as long as 19 digits hold it. */
struct scanned {
    bool is_negative, is_exact;
    uint64_t mantissa;
    int exponent;
};

static size_t scan_digits(struct str s, size_t at, struct scanned *n, bool is_fraction)
{
    for (; at < s.n && is_digit(s.p[at]); at++) {
        if (n->mantissa > (UINT64_MAX - 9) / 10) {
            n->is_exact = false;
            continue;
        }
        n->mantissa = n->mantissa * 10 + (uint64_t)(s.p[at] - '0');
        n->exponent -= is_fraction;
    }
    return at;
}

static bool scan(struct str s, struct scanned *ret)
{
    struct scanned n = {.is_exact = true};
    size_t at = 0, start;
    if (s.n && s.p[0] == '-') {
        n.is_negative = true;
        at = 1;
    }
    start = at;
    at = scan_digits(s, at, &n, false);
    if (at == start || (s.p[start] == '0' && at > start + 1))
        return false;
    if (at < s.n && s.p[at] == '.') {
        start = ++at;
        at = scan_digits(s, at, &n, true);
        if (at == start)
            return false;
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        at++;
        int sign = at < s.n && s.p[at] == '-' ? -1 : 1, power = 0;
        if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
            at++;
        start = at;
        for (; at < s.n && is_digit(s.p[at]); at++)
            power = power < 100000 ? power * 10 + (s.p[at] - '0') : power;
        if (at == start)
            return false;
        n.exponent += sign * power;
    }
    *ret = n;
    return at == s.n;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double convert(const char *z)
{
    must(pthread_once(&plain_locale_once, plain_locale_open) == 0);
    return strtod_l(z, NULL, plain_locale);
}

enum err number_parse(struct str text, double *ret_value, struct fault *f)
{
    struct scanned n;
    if (text.n > NUMBER_TEXT_MAX || !scan(text, &n))
        return FAULT(f, ERR_NUMBER_FORMAT, {"value", text});
    /* Both factors are exact doubles, so that one operation rounds correctly. */
    if (n.is_exact && n.mantissa <= (UINT64_C(1) << 53) && n.exponent >= -22 && n.exponent <= 22) {
        double v = (double)n.mantissa;
        v = n.exponent < 0 ? v / powers[-n.exponent] : v * powers[n.exponent];
        *ret_value = n.is_negative ? -v : v;
        return OK;
    }
    char z[NUMBER_TEXT_MAX + 1];
    memcpy(z, text.p, text.n);
    z[text.n] = 0;
    double v = convert(z);
    if (!isfinite(v))
        return FAULT(f, ERR_NUMBER_RANGE, {"value", text});
    *ret_value = v;
    return OK;
}

/* Digits of a number and where its point stands: 0.digits × 10^point. */
struct digits {
    char p[24];
    int n, point;
};

/* v rounded to so many digits, correctly (glibc prints exactly). */
static struct digits digits_rounded(double v, int count)
{
    char z[40];
    snprintf(z, sizeof z, "%.*e", count - 1, v);
    struct digits d = {.n = 0};
    int i = 0;
    for (; z[i] && z[i] != 'e'; i++)
        if (is_digit(z[i]))
            d.p[d.n++] = z[i];
    int power = 0, sign = z[i + 1] == '-' ? -1 : 1;
    for (i += 2; is_digit(z[i]); i++)
        power = power * 10 + (z[i] - '0');
    d.point = sign * power + 1;
    while (d.n > 1 && d.p[d.n - 1] == '0')
        d.n--;
    return d;
}

static bool digits_read_back(const struct digits *d, double v)
{
    char z[48];
    snprintf(z, sizeof z, "0.%.*se%d", d->n, d->p, d->point);
    return convert(z) == v;
}

/* One unit up in the last of count digits. */
static struct digits digits_up(struct digits d, int count)
{
    while (d.n < count)
        d.p[d.n++] = '0';
    int i = count - 1;
    for (; i >= 0 && d.p[i] == '9'; i--)
        d.p[i] = '0';
    if (i >= 0) {
        d.p[i]++;
    } else {
        d.p[0] = '1';
        d.point++;
    }
    while (d.n > 1 && d.p[d.n - 1] == '0')
        d.n--;
    return d;
}

/* Values of at most 15 digits and few decimals, which are nearly all that occur, without printf: the least k for which
 * v × 10^k is a whole number m that divided by 10^k gives v again. */
static bool digits_quick(double v, struct digits *ret)
{
    if (v < 1e-5 || v >= 1e15)
        return false;
    for (int k = 0; k <= 15; k++) {
        double scaled = v * powers[k];
        if (scaled >= 1e15)
            return false;
        double m = nearbyint(scaled);
        if (m / powers[k] != v)
            continue;
        char reversed[24];
        int n = 0;
        for (uint64_t rest = (uint64_t)m; rest; rest /= 10)
            reversed[n++] = (char)('0' + rest % 10);
        if (n == 0)
            return false;
        struct digits d = {.n = n, .point = n - k};
        for (int i = 0; i < n; i++)
            d.p[i] = reversed[n - 1 - i];
        while (d.n > 1 && d.p[d.n - 1] == '0')
            d.n--;
        *ret = d;
        return true;
    }
    return false;
}

/* The shortest digits that read back, of those the closest to v. v > 0. Fifteen digits always tell doubles apart, so
 * that up to there trailing zeros are all that can be saved; subnormal numbers hold fewer and are tried from one digit.
 * Below a power of two doubles lie closer: there the closest 16 digits may fail where their neighbour above serves. */
static struct digits digits_shortest(double v)
{
    struct digits d;
    if (digits_quick(v, &d))
        return d;
    for (int count = v < DBL_MIN ? 1 : 15; count < 17; count++) {
        d = digits_rounded(v, count);
        if (digits_read_back(&d, v))
            return d;
        int exponent;
        if (frexp(v, &exponent) == 0.5) {
            d = digits_up(d, count);
            if (digits_read_back(&d, v))
                return d;
        }
    }
    return digits_rounded(v, 17);
}

static void zeros(struct buf *out, int n)
{
    while (n-- > 0)
        buf_putc(out, '0');
}

void number_print(double value, struct buf *out)
{
    if (!isfinite(value)) {
        buf_puts(out, "null");
        return;
    }
    if (value == 0) {
        buf_putc(out, '0');
        return;
    }
    if (value < 0)
        buf_putc(out, '-');
    struct digits d = digits_shortest(fabs(value));
    if (d.point > 0 && d.point <= 21) {
        int whole = d.n < d.point ? d.n : d.point;
        buf_add(out, d.p, (size_t)whole);
        zeros(out, d.point - whole);
        if (d.n > whole) {
            buf_putc(out, '.');
            buf_add(out, d.p + whole, (size_t)(d.n - whole));
        }
    } else if (d.point > -6 && d.point <= 0) {
        buf_puts(out, "0.");
        zeros(out, -d.point);
        buf_add(out, d.p, (size_t)d.n);
    } else {
        buf_putc(out, d.p[0]);
        if (d.n > 1) {
            buf_putc(out, '.');
            buf_add(out, d.p + 1, (size_t)(d.n - 1));
        }
        buf_printf(out, "e%c%d", d.point > 0 ? '+' : '-', d.point > 0 ? d.point - 1 : 1 - d.point);
    }
}

/* The whole part of a number as people write it, groups taken out. */
static bool ungroup(struct str whole, char group, char *to, size_t *ret_n)
{
    char separator = memchr(whole.p, group, whole.n) ? group : ' ';
    bool is_grouped = memchr(whole.p, separator, whole.n) != NULL;
    size_t n = 0, run = 0, groups = 0;
    for (size_t i = 0; i < whole.n; i++) {
        if (is_digit(whole.p[i])) {
            to[n++] = whole.p[i];
            run++;
        } else if (whole.p[i] == separator && run > 0 && (groups == 0 ? run <= 3 : run == 3)) {
            groups++;
            run = 0;
        } else {
            return false;
        }
    }
    *ret_n = n;
    if (n == 0 || (is_grouped && (run != 3 || to[0] == '0')))
        return false;
    return true;
}

enum err number_parse_vi(struct str text, char decimal_mark, double *ret_value, struct fault *f)
{
    must(decimal_mark == ',' || decimal_mark == '.');
    char mark[2] = {decimal_mark, 0}, group[2] = {decimal_mark == ',' ? '.' : ',', 0};
    struct str s = str_trim(text), fraction;
    char z[NUMBER_TEXT_MAX + 1];
    size_t n = 0, whole_n = 0;
    bool is_number = s.n > 0 && s.n <= NUMBER_TEXT_MAX;
    if (is_number && s.p[0] == '-') {
        z[n++] = '-';
        s = str_slice(s.p + 1, s.n - 1);
    } else if (is_number && str_starts(s, STR("−"))) {
        z[n++] = '-';
        s = str_slice(s.p + sizeof "−" - 1, s.n - (sizeof "−" - 1));
    }
    if (is_number) {
        struct str whole = str_cut(s, decimal_mark, &fraction);
        is_number = whole.n > 0 && ungroup(whole, group[0], z + n, &whole_n);
        size_t zeros_n = 0; /* 007 is seven here: people fill columns with zeros, JSON does not */
        while (is_number && zeros_n + 1 < whole_n && z[n + zeros_n] == '0')
            zeros_n++;
        if (zeros_n)
            memmove(z + n, z + n + zeros_n, whole_n - zeros_n);
        n += whole_n - zeros_n;
        if (is_number && fraction.p) {
            z[n++] = '.';
            memcpy(z + n, fraction.p, fraction.n);
            for (size_t i = 0; i < fraction.n; i++)
                is_number = is_number && is_digit(fraction.p[i]);
            is_number = is_number && fraction.n > 0;
            n += fraction.n;
        }
    }
    if (!is_number)
        return FAULT(f, ERR_NUMBER_VI_FORMAT, {"value", text}, {"mark", str_of(mark)}, {"group", str_of(group)});
    if (number_parse(str_slice(z, n), ret_value, NULL) != OK)
        return FAULT(f, ERR_NUMBER_RANGE, {"value", text});
    return OK;
}

void integer_print_vi(int64_t value, struct buf *out)
{
    decimal_print_vi(decimal_of_integer(value), 0, out);
}

void number_print_vi(double value, int decimals, struct buf *out)
{
    must(decimals >= 0 && decimals <= 15);
    struct decimal d;
    if (!isfinite(value))
        buf_puts(out, "—");
    else if (decimal_of_double(value, &d, NULL) == OK)
        decimal_print_vi(d, decimals, out);
    else if (fabs(value) < 1)
        decimal_print_vi((struct decimal){0}, decimals, out);
    else
        number_print(value, out); /* beyond 10^37 nobody reads groups */
}
