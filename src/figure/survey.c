/* Shares of answers with their margin.
 *
 * The interval is Wilson's (J. Am. Stat. Assoc. 22, 1927, p. 209): unlike p ± z √(pq/n) it stays within 0..1 and holds for small
 * samples and shares near the ends. With weights n is Kish's effective size (Survey Sampling, 1965, §11.7): (Σ w)² / Σ w².
 */
#include <math.h>

#include "figure/internal.h"

#include "base/banned.h"

/* The 97.5 % point of the normal distribution: two sides of 2.5 % make 95 %. */
static const double z95 = 1.959963984540054;

enum { SHARE_DECIMALS = 6 };

struct interval wilson(double p, double n)
{
    double z2 = z95 * z95;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    struct interval i = {p, middle - half, middle + half};
    if (i.low < 0 || p <= 0)
        i.low = 0;
    if (i.high > 1 || p >= 1)
        i.high = 1;
    return i;
}

void survey_result(const struct tally *t, bool is_weighted, struct quantity scale, struct quantity *ret_value,
                   struct quantity *ret_low, struct quantity *ret_high, struct quantity *ret_margin)
{
    *ret_value = *ret_low = *ret_high = *ret_margin = (struct quantity){0};
    if (t->n == 0 || !(t->w > 0) || !(t->w2 > 0))
        return;
    double n = is_weighted ? t->w * t->w / t->w2 : (double)t->n;
    double p = is_weighted ? t->wy / t->w : (double)t->n_yes / (double)t->n;
    double k = quantity_double(scale);
    struct interval i = wilson(p < 0 ? 0 : p > 1 ? 1 : p, n);
    /* Without weights the share is a fraction of whole numbers: no detour over binary. */
    *ret_value = is_weighted ? quantity_tidy(quantity_of_double(p * k, SHARE_DECIMALS))
                             : quantity_div(quantity_mul(quantity_of_integer(t->n_yes), scale),
                                            quantity_of_integer(t->n), SHARE_DECIMALS);
    *ret_low = quantity_of_double(i.low * k, SHARE_DECIMALS);
    *ret_high = quantity_of_double(i.high * k, SHARE_DECIMALS);
    *ret_margin = quantity_of_double((i.high - i.low) / 2 * k, SHARE_DECIMALS);
}
