/* Finding procedures by what people call them. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "text/vn.h"
#include "workflow/procedure.h"

#include "base/banned.h"

/* How good a match is; of two matches of one kind the shorter name, or the longer one within the question, is better. */
enum {
    IS_CODE = 9000,
    IS_WORDS = 8000, /* what people call it, to the letter */
    IS_NAME = 7000,  /* a name of it */
    BEGINS_WORDS = 6000,
    BEGINS_NAME = 5000,
    WITHIN_WORDS = 4000, /* the question within what people call it */
    WITHIN_NAME = 3000,
    WORDS_WITHIN = 2000, /* what people call it within the question */
    ALL_WORDS = 1000,
    LENGTHS = 900,
    WHOLE_LETTERS = 3,
};

struct question {
    struct arena *a;
    struct str text; /* folded, between spaces */
};

/* “ lam so do ” */
static struct str spaced(struct arena *a, struct str s)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_putc(&b, ' ');
    text_fold_words(s, &b);
    buf_putc(&b, ' ');
    return str_dup(a, buf_view(&b));
}

static bool holds(struct str text, struct str piece)
{
    return text.n && piece.n && memmem(text.p, text.n, piece.p, piece.n);
}

static int at_most(size_t n)
{
    return n < LENGTHS ? (int)n : LENGTHS;
}

/* A name, or one of the ways in which people call it. */
static int judge_name(const struct question *q, struct str name, int equal, int begins, int within)
{
    struct str text = spaced(q->a, name);
    if (text.n <= 2)
        return 0;
    if (str_eq(text, q->text))
        return equal;
    if (str_starts(text, q->text))
        return begins - at_most(text.n);
    return holds(text, q->text) ? within - at_most(text.n) : 0;
}

static int judge_words(const struct question *q, struct str words)
{
    int best = 0;
    struct str rest = words;
    while (rest.p && rest.n) {
        struct str one = str_trim(str_cut(rest, ';', &rest)), text = spaced(q->a, one);
        int score = judge_name(q, one, IS_WORDS, BEGINS_WORDS, WITHIN_WORDS);
        if (!score && text.n > 2 && memchr(text.p + 1, ' ', text.n - 2) && holds(q->text, text))
            score = WORDS_WITHIN + at_most(text.n);
        best = score > best ? score : best;
    }
    return best;
}

/* Every word of the question begins a word of the procedure; one of three letters or fewer is one, for accents are off and “đỏ” would begin “động”. */
static bool has_all_words(const struct question *q, const struct procedure *p)
{
    struct str all = spaced(q->a, STR_JOIN(q->a, p->name.vi, STR(" "), p->name.en, STR(" "), p->short_name.vi, STR(" "),
                                           p->words, STR(" "), p->field, STR(" "), p->code, STR(" "), p->authority));
    struct str rest = str_trim(q->text);
    while (rest.p && rest.n) {
        struct str word = str_cut(rest, ' ', &rest), piece = STR_JOIN(q->a, STR(" "), word, STR(" "));
        if (word.n > WHOLE_LETTERS)
            piece.n--;
        if (word.n && !holds(all, piece))
            return false;
    }
    return q->text.n > 2;
}

static int judge(const struct question *q, const struct procedure *p)
{
    const struct str names[] = {p->short_name.vi, p->name.vi, p->name.en};
    int best = judge_words(q, p->words);
    if (str_eq(spaced(q->a, p->code), q->text))
        return IS_CODE;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int score = judge_name(q, names[i], IS_NAME, BEGINS_NAME, WITHIN_NAME);
        best = score > best ? score : best;
    }
    return !best && has_all_words(q, p) ? ALL_WORDS : best;
}

struct judged {
    struct procedure *p;
    int score;
    size_t place;
};

static int by_score(const void *a, const void *b)
{
    const struct judged *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

size_t procedures_find(struct arena *a, struct procedure *const *list, size_t n, struct str words,
                       struct procedure ***ret_found)
{
    struct question q = {.a = a, .text = spaced(a, words)};
    struct judged *judged = ARENA_ARRAY(a, struct judged, n + 1);
    size_t found = 0;
    for (size_t i = 0; q.text.n > 2 && i < n; i++) {
        int score = judge(&q, list[i]);
        if (score > 0)
            judged[found++] = (struct judged){list[i], score, i};
    }
    qsort(judged, found, sizeof *judged, by_score);
    while (found && judged[0].score > ALL_WORDS && judged[found - 1].score <= ALL_WORDS)
        found--; /* what is named so is meant, and not what has the same words somewhere */
    *ret_found = ARENA_ARRAY(a, struct procedure *, found + 1);
    for (size_t i = 0; i < found; i++)
        (*ret_found)[i] = judged[i].p;
    return found;
}
