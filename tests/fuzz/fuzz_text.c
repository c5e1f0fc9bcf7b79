/* Text of strangers: cleaning, folding, ordering, LIKE, dates, numbers and identifiers over any bytes. The first line is
 * taken as a pattern for the rest. What must hold of every answer is checked with must(). */
#include <stdint.h>

#include "base/limits.h"
#include "text/date.h"
#include "text/decimal.h"
#include "text/ident.h"
#include "text/number.h"
#include "text/utf8.h"
#include "text/vn.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fold_twice(void (*form)(struct str, struct buf *), struct str s)
{
    struct buf once CLEANUP(buf_done) = BUF_INIT(1 << 24), twice CLEANUP(buf_done) = BUF_INIT(1 << 24);
    form(s, &once);
    form(buf_view(&once), &twice);
    must(utf8_valid(buf_view(&once)));
    must(str_eq(buf_view(&once), buf_view(&twice)));
}

static void read_values(struct arena *a, struct str s)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct date d;
    struct str out;
    struct decimal exact, again;
    int64_t n;
    double v, back;
    struct fault f = {0};
    if (date_parse_vi(s, &d, &f) == OK)
        must(date_is_valid(d) && date_compare(date_of_days(date_days(d)), d) == 0);
    if (instant_parse(s, &n, &f) == OK) {
        instant_print(n, &b);
        int64_t same;
        must(instant_parse(buf_view(&b), &same, &f) == OK && same == n);
        buf_reset(&b);
    }
    if (number_parse(s, &v, &f) == OK) {
        number_print(v, &b);
        must(number_parse(buf_view(&b), &back, &f) == OK && back == v);
        buf_reset(&b);
    }
    if (decimal_parse(s, &exact, &f) == OK) {
        decimal_print(exact, DECIMAL_EXACT, &b);
        must(decimal_parse(buf_view(&b), &again, &f) == OK && decimal_compare(exact, again) == 0);
    }
    (void)number_parse_vi(s, ',', &v, &f);
    (void)number_parse_vi(s, '.', &v, &f);
    (void)integer_parse(s, &n, &f);
    (void)tax_code_check(s, &f);
    (void)personal_id_check(s, SEX_FEMALE, 1990, &f);
    (void)url_check(s, &f);
    if (phone_normalise(a, s, &out, &f) == OK)
        must(out.n >= 8 && out.n <= 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str rest, raw = str_slice((const char *)data, size), first = str_cut(raw, '\n', &rest), text, again;
    struct fault f = {0};
    for (int keep_lines = 0; keep_lines < 2; keep_lines++)
        if (text_clean(a, raw, keep_lines, &text, &f) == OK) {
            must(utf8_valid(text));
            must(text.n > LIMIT_TEXT_BYTES ||
                 (text_clean(a, text, keep_lines, &again, &f) == OK && str_eq(text, again)));
            fold_twice(text_fold, text);
            fold_twice(text_fold_words, text);
            fold_twice(text_fold_joined, text);
        }
    fold_twice(text_casei, raw);
    fold_twice(text_accenti, raw);
    must(text_compare(first, rest) == -text_compare(rest, first));
    must(person_compare(first, rest) == -person_compare(rest, first));
    (void)text_like(rest, first);
    read_values(a, first);
    return 0;
}
