#include "workflow/limit_text.h"

#include "text/vn.h"

#include "base/banned.h"

enum { WORDS = 64, TEXT_BYTES = 4096, HALF_DAY_HOURS = 4 };

struct words {
    struct str p[WORDS];
    size_t n;
};

/* Words without the punctuation at their ends. */
static void split(struct str folded, struct words *w)
{
    struct str rest = folded;
    w->n = 0;
    while (rest.p && rest.n && w->n < WORDS) {
        struct str word = str_cut(rest, ' ', &rest);
        while (word.n && strchr(";:,.()", word.p[word.n - 1]))
            word.n--;
        while (word.n && strchr(";:,.()", word.p[0]))
            word.p++, word.n--;
        if (word.n)
            w->p[w->n++] = word;
    }
}

static bool stands_at(const struct words *w, size_t i, const char *word)
{
    return i < w->n && str_is(w->p[i], word);
}

static bool is_in(const struct words *w, const char *first, const char *second)
{
    for (size_t i = 0; i + 1 < w->n; i++)
        if (stands_at(w, i, first) && stands_at(w, i + 1, second))
            return true;
    return false;
}

/* A number of at most five digits; the half is told apart. */
static bool is_number(struct str word, int *ret_n, bool *ret_is_half)
{
    *ret_n = 0;
    *ret_is_half = str_is(word, "0.5") || str_is(word, "0,5");
    if (*ret_is_half)
        return true;
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] < '0' || word.p[i] > '9' || word.n > 5)
            return false;
        *ret_n = *ret_n * 10 + (word.p[i] - '0');
    }
    return word.n > 0;
}

static enum limit_unit unit_at(const struct words *w, size_t i)
{
    bool is_working = stands_at(w, i + 1, "lam") && stands_at(w, i + 2, "viec");
    if (stands_at(w, i, "ngay"))
        return is_working ? LIMIT_WORKING_DAY : LIMIT_CALENDAR_DAY;
    if (stands_at(w, i, "gio"))
        return is_working ? LIMIT_WORKING_HOUR : LIMIT_CLOCK_HOUR;
    return stands_at(w, i, "thang") ? LIMIT_MONTH : LIMIT_UNSPECIFIED;
}

/* A limit that begins at word i: “7 ngày làm việc”, or “1 đến 3 ngày làm việc”. */
static bool limit_at(const struct words *w, size_t i, struct limit *ret, bool *ret_is_range)
{
    int n, most;
    bool is_half, ignored;
    *ret_is_range = false;
    if (!is_number(w->p[i], &n, &is_half))
        return false;
    if (stands_at(w, i + 1, "den") && i + 2 < w->n && is_number(w->p[i + 2], &most, &ignored)) {
        *ret_is_range = true;
        i += 2;
    }
    *ret = (struct limit){n, unit_at(w, i + 1)};
    if (is_half)
        *ret = ret->unit == LIMIT_CALENDAR_DAY || ret->unit == LIMIT_WORKING_DAY
                   ? (struct limit){HALF_DAY_HOURS, LIMIT_WORKING_HOUR}
                   : (struct limit){0};
    return ret->n > 0 && ret->unit != LIMIT_UNSPECIFIED;
}

/* Limits in numbers: which, how many, and whether one follows another. */
static struct limit_text in_numbers(const struct words *w)
{
    struct limit_text t = {0};
    struct limit one;
    bool is_range, is_sum = false;
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        is_sum |= str_is(w->p[i], "+");
        if (!limit_at(w, i, &one, &is_range))
            continue;
        if (n++ == 0)
            t.limit = one;
        if (is_range) {
            n++;
            i += 2;
        }
    }
    if (n == 0)
        return (struct limit_text){0};
    t.kind = n == 1 ? LIMIT_TEXT_FIXED : is_sum ? LIMIT_TEXT_PHASES : LIMIT_TEXT_VARIANTS;
    if (t.kind == LIMIT_TEXT_PHASES)
        t.limit.n = 0;
    return t;
}

struct limit_text limit_text_of(struct str text)
{
    struct buf folded CLEANUP(buf_done) = BUF_INIT(TEXT_BYTES);
    struct words w = {0};
    text_fold_words(text, &folded);
    split(buf_view(&folded), &w);
    if (is_in(&w, "khong", "quy") || is_in(&w, "khong", "xac") || (w.n == 1 && stands_at(&w, 0, "khac")))
        return (struct limit_text){LIMIT_TEXT_OPEN, {0, LIMIT_NONE}};
    if (is_in(&w, "theo", "dot"))
        return (struct limit_text){LIMIT_TEXT_CAMPAIGN, {0, LIMIT_NONE}};
    struct limit_text numbers = in_numbers(&w);
    if (is_in(&w, "trong", "ngay"))
        return (struct limit_text){numbers.kind == LIMIT_TEXT_DOUBT ? LIMIT_TEXT_FIXED : LIMIT_TEXT_VARIANTS,
                                   {1, LIMIT_SAME_DAY}};
    if (is_in(&w, "nua", "ngay"))
        return (struct limit_text){LIMIT_TEXT_FIXED, {HALF_DAY_HOURS, LIMIT_WORKING_HOUR}};
    return numbers;
}
