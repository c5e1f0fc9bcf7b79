#include "web/tpl.h"

#include <math.h>

#include "text/number.h"

#include "base/banned.h"

void tpl_int(struct buf *out, int64_t value, enum lang lang)
{
    size_t from = out->n;
    integer_print_vi(value, out);
    if (lang != LANG_EN)
        return;
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '.')
            out->p[i] = ',';
}

void tpl_number(struct buf *out, double value)
{
    enum { FAR = 1000000000 };
    if (!isfinite(value) || fabs(value) > FAR) {
        buf_putc(out, '0');
        return;
    }
    int64_t hundredths = llround(value * 100);
    if (hundredths < 0)
        buf_putc(out, '-');
    int64_t n = hundredths < 0 ? -hundredths : hundredths;
    buf_printf(out, "%lld", (long long)(n / 100));
    if (n % 100)
        buf_printf(out, n % 10 ? ".%02d" : ".%.1d", (int)(n % 10 ? n % 100 : n % 100 / 10));
}

void tpl_json(struct buf *out, struct str json)
{
    size_t from = 0;
    for (size_t i = 0; i < json.n; i++) {
        const char *with = json.p[i] == '<' ? "\\u003c" : json.p[i] == '>' ? "\\u003e" : NULL;
        if (!with)
            continue;
        buf_add(out, json.p + from, i - from);
        buf_puts(out, with);
        from = i + 1;
    }
    if (json.n > from)
        buf_add(out, json.p + from, json.n - from);
}
