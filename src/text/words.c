#include "text/words.h"

#include "base/limits.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "text/vn.h"

#include "base/banned.h"

static bool is_word_byte(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word that has a letter beyond ASCII may have accents to be heeded. */
static bool has_accents(struct str word)
{
    for (size_t i = 0; i < word.n; i++)
        if ((unsigned char)word.p[i] >= 0x80)
            return true;
    return false;
}

enum marking { MARK_NONE, MARK_ACCENTED, MARK_QUERY, MARK_QUERY_EXACT };

/* Adds the words of the text: as they are; only those with accents, marked; or as a query, in quotes, marked where is_exact asks. */
static void add_words(struct str s, enum marking marking, struct buf *out)
{
    bool is_query = marking == MARK_QUERY || marking == MARK_QUERY_EXACT;
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && is_word_byte((unsigned char)s.p[i]))
            i++;
        struct str word = str_slice(s.p + from, i - from);
        bool is_marked = (marking == MARK_ACCENTED || marking == MARK_QUERY_EXACT) && has_accents(word);
        if (word.n && (is_marked || marking != MARK_ACCENTED)) {
            buf_puts(out, out->n ? " " : "");
            buf_puts(out, is_query ? "\"" : "");
            buf_puts(out, is_marked ? "=" : "");
            buf_str(out, word);
            buf_puts(out, is_query ? "\"" : "");
        }
        while (i < s.n && !is_word_byte((unsigned char)s.p[i]))
            i++;
    }
}

/* The text with apostrophes and hyphens as spaces: “H'Hương” is also looked for as “Hương”. */
static bool split_marks(struct str s, struct buf *out)
{
    static const struct str marks[] = {STR("'"), STR("-"), STR("’"), STR("ʼ"), STR("‘")};
    bool has_mark = false;
    for (size_t i = 0; i < s.n && !has_mark; i++)
        has_mark = s.p[i] == '\'' || s.p[i] == '-' || (unsigned char)s.p[i] == 0xE2 || (unsigned char)s.p[i] == 0xCA;
    if (!has_mark) /* nearly always */
        return false;
    has_mark = false;
    for (size_t i = 0; i < s.n;) {
        size_t n = 0;
        for (size_t k = 0; k < ARRAY_LEN(marks) && n == 0; k++)
            if (str_starts(str_slice(s.p + i, s.n - i), marks[k]))
                n = marks[k].n;
        has_mark |= n > 0;
        buf_putc(out, n ? ' ' : s.p[i]);
        i += n ? n : 1;
    }
    return has_mark;
}

void words_index(struct str s, struct buf *out)
{
    struct buf scratch CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 4);
    struct buf split CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_reset(&scratch);
    text_fold_words(s, &scratch);
    add_words(buf_view(&scratch), MARK_NONE, out);
    buf_reset(&split);
    if (split_marks(s, &split)) {
        buf_reset(&scratch);
        text_fold_joined(s, &scratch);
        add_words(buf_view(&scratch), MARK_NONE, out);
        buf_reset(&scratch);
        text_fold_words(buf_view(&split), &scratch);
        add_words(buf_view(&scratch), MARK_NONE, out);
    }
    if (!has_accents(s))
        return;
    buf_reset(&scratch);
    text_casei(s, &scratch);
    add_words(buf_view(&scratch), MARK_ACCENTED, out);
}

/* Whatever the tokenizer of the index would part words at becomes a space: two words in one pair of quotes are a phrase to FTS5, and an
 * index without positions knows none. */
static void part_words(struct buf *b)
{
    struct str s = buf_view(b);
    for (size_t at = 0, n; at < s.n; at += n) {
        uint32_t cp;
        n = utf8_next(s, at, &cp);
        if (cp >= 0x80 && !unicode_is_word(cp))
            memset(b->p + at, ' ', n);
    }
}

void words_query(struct str words, bool is_exact, struct buf *out)
{
    struct buf scratch CLEANUP(buf_done) = BUF_INIT(4096);
    if (is_exact)
        text_casei(words, &scratch);
    else
        text_fold_words(words, &scratch);
    part_words(&scratch);
    struct buf list CLEANUP(buf_done) = BUF_INIT(8192);
    add_words(buf_view(&scratch), is_exact ? MARK_QUERY_EXACT : MARK_QUERY, &list);
    buf_str(out, buf_view(&list));
    if (out->n && !is_exact)
        buf_putc(out, '*'); /* the last word may still be in typing */
}
