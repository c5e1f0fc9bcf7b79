#include "text/number_words.h"

#include "base/mem.h"

#include "base/banned.h"

static const char *const digits[] = {"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"};

enum { THOUSAND = 1000, BILLION = 1000000000 };

static void word(struct buf *out, const char *text)
{
    if (out->n)
        buf_putc(out, ' ');
    buf_puts(out, text);
}

static void put_unit(unsigned tens, unsigned unit, struct buf *out)
{
    if (unit == 0)
        return;
    if (unit == 1 && tens > 1)
        word(out, "mốt");
    else if (unit == 4 && tens > 1)
        word(out, "tư");
    else if (unit == 5 && tens > 0)
        word(out, "lăm");
    else
        word(out, digits[unit]);
}

/* 1 to 999; a group behind a greater one says its hundreds even when there are none. */
static void put_group(unsigned n, bool is_behind, struct buf *out)
{
    unsigned hundreds = n / 100, tens = n / 10 % 10, unit = n % 10;
    if (hundreds || is_behind) {
        word(out, digits[hundreds]);
        word(out, "trăm");
    }
    if (tens == 1) {
        word(out, "mười");
    } else if (tens > 1) {
        word(out, digits[tens]);
        word(out, "mươi");
    } else if (unit && (hundreds || is_behind)) {
        word(out, "linh");
    }
    put_unit(tens, unit, out);
}

/* Below a thousand million, which is a group of its own above: … tỷ. */
static void put_millions(uint64_t n, bool is_behind, struct buf *out)
{
    static const char *const names[] = {"triệu", "nghìn", NULL};
    uint64_t part = (uint64_t)THOUSAND * THOUSAND;
    for (size_t i = 0; part; i++, part /= THOUSAND) {
        unsigned group = (unsigned)(n / part % THOUSAND);
        if (group == 0)
            continue;
        put_group(group, is_behind, out);
        if (names[i])
            word(out, names[i]);
        is_behind = true;
    }
}

static void put(uint64_t n, struct buf *out)
{
    if (n >= BILLION) {
        put(n / BILLION, out);
        word(out, "tỷ");
        if (n % BILLION)
            put_millions(n % BILLION, true, out);
    } else {
        put_millions(n, false, out);
    }
}

void number_words_vi(int64_t value, struct buf *out)
{
    struct buf words CLEANUP(buf_done) = BUF_INIT(1024);
    if (value < 0)
        word(&words, "âm");
    if (value == 0)
        word(&words, digits[0]);
    else
        put(value < 0 ? -(uint64_t)value : (uint64_t)value, &words);
    buf_str(out, buf_view(&words));
}
