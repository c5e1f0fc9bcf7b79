/* Words sorted, digits stripped, and how alike two sorted lists of words are. */
#include "text/match.h"

#include <stdlib.h>

#include "base/limits.h"
#include "text/vn.h"

#include "base/banned.h"

static size_t words_split(struct str s, struct str words[MATCH_WORDS])
{
    size_t n = 0;
    while (s.p && n < MATCH_WORDS) {
        struct str word = str_cut(s, ' ', &s);
        if (word.n)
            words[n++] = word;
    }
    return n;
}

static void words_sort(struct str *words, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct str w = words[i];
        size_t k = i;
        for (; k > 0 && str_cmp(words[k - 1], w) > 0; k--)
            words[k] = words[k - 1];
        words[k] = w;
    }
}

void match_name(struct str s, struct buf *out)
{
    struct buf folded CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 4);
    struct str words[MATCH_WORDS];
    text_fold_words(s, &folded);
    size_t n = words_split(buf_view(&folded), words);
    words_sort(words, n);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_putc(out, ' ');
        buf_str(out, words[i]);
    }
}

void match_digits(struct str s, struct buf *out)
{
    bool has_begun = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || (s.p[i] == '0' && !has_begun))
            continue;
        has_begun = true;
        buf_putc(out, s.p[i]);
    }
}

struct match_text match_text_of(struct str words)
{
    struct match_text t = {.words = words};
    for (size_t i = 0; i < words.n; i++) {
        uint8_t *bin = &t.letters[(unsigned char)words.p[i] % MATCH_BINS];
        if (words.p[i] != ' ' && *bin < UINT8_MAX)
            (*bin)++;
    }
    return t;
}

/* Half of the letters being others is more than any threshold lets pass. */
static bool is_far(const struct match_text *a, const struct match_text *b)
{
    unsigned apart = 0;
    for (size_t i = 0; i < MATCH_BINS; i++)
        apart +=
            (unsigned)(a->letters[i] > b->letters[i] ? a->letters[i] - b->letters[i] : b->letters[i] - a->letters[i]);
    size_t longer = a->words.n > b->words.n ? a->words.n : b->words.n;
    return apart > longer / 2 + 1;
}

static double word_likeness(struct str a, struct str b)
{
    if (str_eq(a, b))
        return 1;
    size_t longer = a.n > b.n ? a.n : b.n;
    unsigned edits = str_distance(a, b, 2);
    double like = 1 - 1.5 * edits / (double)longer;
    return edits > 2 || like < 0 ? 0 : like;
}

double match_likeness(const struct match_text *a, const struct match_text *b)
{
    struct str x[MATCH_WORDS], y[MATCH_WORDS];
    bool is_taken[MATCH_WORDS] = {false}, is_paired[MATCH_WORDS] = {false};
    if (str_eq(a->words, b->words))
        return 1;
    if (is_far(a, b))
        return 0;
    size_t n = words_split(a->words, x), m = words_split(b->words, y), pairs = 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++) /* equal words first: they belong together whatever else is near */
        for (size_t k = 0; k < m && !is_paired[i]; k++)
            if (!is_taken[k] && str_eq(x[i], y[k]))
                is_paired[i] = is_taken[k] = true, sum += 1, pairs++;
    for (size_t i = 0; i < n; i++) {
        double best = -1;
        size_t at = 0;
        for (size_t k = 0; k < m && !is_paired[i]; k++) {
            double like = is_taken[k] ? -1 : word_likeness(x[i], y[k]);
            if (like > best)
                best = like, at = k;
        }
        if (best >= 0)
            is_taken[at] = true, sum += best, pairs++;
    }
    size_t longer = n > m ? n : m;
    if (longer == 0)
        return 0;
    return (sum + 0.5 * (double)(longer - pairs)) / (double)longer;
}
