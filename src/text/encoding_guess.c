/* Which encoding: by words. A word of an old encoding, read rightly, is a Vietnamese syllable; read wrongly it almost never is.
 * So each reading is judged by how many different words become syllables through it. */
#include "text/encoding.h"

#include "text/encoding_tables.h"
#include "text/utf8.h"

#include "base/banned.h"

enum {
    WORD_BYTES = 24, /* longer words are no evidence */
    SEEN_BITS = 1 << 14,
    EVIDENCE_WANTED = 3,  /* weight of the words that speak for an encoding, of unrelated texts */
    WORDS_WANTED = 2,     /* and how many different words there must be */
    SHARE_WANTED = 3,     /* how many times as much as speaks against it */
    DETECT_WORDS = 20000, /* of a file; more do not change the answer */
};

static const enum encoding legacies[] = {ENCODING_TCVN3, ENCODING_VNI, ENCODING_WINDOWS_1258};
enum { LEGACIES = 3 };
static const enum encoding mojibakes[] = {MOJIBAKE_1252_TWICE, MOJIBAKE_CP437_TWICE, MOJIBAKE_1252, MOJIBAKE_CP437};
enum { MOJIBAKES = 4 };

struct votes {
    unsigned weight, words, against; /* words: different ones */
};

struct survey {
    struct votes legacy[LEGACIES], mojibake[MOJIBAKES];
    uint64_t seen[SEEN_BITS / 64]; /* each word counts once: a column repeats itself */
};

static bool seen_before(struct survey *s, const void *word, size_t n)
{
    size_t bit = str_hash(str_slice(word, n)) % SEEN_BITS;
    bool was = s->seen[bit / 64] >> bit % 64 & 1;
    s->seen[bit / 64] |= (uint64_t)1 << bit % 64;
    return was;
}

/* The word read in e; 0 when a byte stands for nothing or for no letter. */
static size_t word_read(enum encoding e, const unsigned char *p, size_t n, uint32_t ret_word[SYLLABLE_LETTERS])
{
    size_t letters = 0;
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        at += legacy_next(e, p, n, at, &cp);
        if ((!letter_is_lower(cp) && !letter_is_upper(cp)) || letters == SYLLABLE_LETTERS)
            return 0;
        ret_word[letters++] = cp;
    }
    return letters;
}

/* Written as no one writes: a capital, or a sign that is no letter, behind a small letter or inside a word. */
static bool looks_odd(const unsigned char *p, size_t n)
{
    bool after_small = false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= 0xA1 && p[i] < 0xC0)
            return true;
        if (p[i] >= 0xC0 && p[i] < 0xE0 && after_small)
            return true;
        after_small = (p[i] >= 'a' && p[i] <= 'z') || p[i] >= 0xE0;
    }
    return false;
}

static bool is_tone_of_1258(unsigned char c)
{
    return c == 0xCC || c == 0xD2 || c == 0xDE || c == 0xEC || c == 0xF2;
}

/* Side by side as in no language but Vietnamese in Windows-1258: a tone's letter behind one that carries a mark (“êì”), its capital
 * behind a small letter (“aÌ”), or ươ (“ýõ”). */
static bool is_impossible(const unsigned char *p, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        unsigned char before = p[i - 1];
        bool is_capital = p[i] < 0xE0, is_marked = before >= 0xC0, is_small = before >= 'a' && before <= 'z';
        if (is_tone_of_1258(p[i]) && (is_marked || (is_capital && is_small)))
            return true;
        if ((before == 0xFD && p[i] == 0xF5) || (before == 0xDD && p[i] == 0xD5))
            return true;
    }
    return false;
}

/* ---- Unicode texts ---- */

struct piece {
    uint32_t letters[WORD_BYTES];
    unsigned char bytes[WORD_BYTES];
    size_t n;
    bool is_long, has_high, is_unicode; /* is_unicode: a letter that no old font's text has */
};

/* How little the piece looks like a word of any language before it is read. */
static unsigned oddness(enum encoding e, const struct piece *w, size_t letters)
{
    if (e == ENCODING_TCVN3)
        return looks_odd(w->bytes, w->n);
    return (letters < w->n ? 1u : 0u) + (e == ENCODING_WINDOWS_1258 && is_impossible(w->bytes, w->n) ? 1u : 0u);
}

static void piece_judge(struct survey *s, const struct piece *w)
{
    if (w->n == 0 || !w->has_high || w->is_long || seen_before(s, w->letters, w->n * sizeof w->letters[0]))
        return;
    bool is_right = !w->is_unicode && syllable_is_vietnamese(w->letters, w->n);
    for (size_t i = 0; i < LEGACIES; i++) {
        struct votes *v = &s->legacy[i];
        uint32_t word[SYLLABLE_LETTERS];
        size_t n = w->is_unicode ? 0 : word_read(legacies[i], w->bytes, w->n, word);
        enum syllable syllable = syllable_judge(word, n);
        bool is_same = n == w->n && memcmp(word, w->letters, n * sizeof *word) == 0;
        if (syllable == SYLLABLE_NONE) {
            v->against += w->is_unicode ? 2 : 1;
        } else if (is_right) { /* what Windows-1258 leaves as it is says that the text is Vietnamese at least */
            v->words += !is_same || legacies[i] == ENCODING_WINDOWS_1258;
        } else {
            v->words++;
            v->weight += 1u + (w->n >= 4) + (syllable == SYLLABLE_USUAL ? oddness(legacies[i], w, n) : 0);
        }
    }
}

/* Part of a word in some reading: old encodings put letters where Latin-1 has signs, but none below A1. */
static bool is_of_word(uint32_t cp)
{
    return (cp | 0x20) >= 'a' ? cp < 0x7F || (cp > 0xA0 && cp < 0x2000) || (cp >= 0x2C60 && cp < 0xF000) : false;
}

static void legacy_survey(struct survey *s, struct str text)
{
    struct piece w = {.n = 0};
    for (size_t at = 0; at < text.n;) {
        uint32_t cp;
        at += utf8_next(text, at, &cp);
        bool is_ascii_letter = (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
        if (!is_ascii_letter && !(cp > 0xA0 && is_of_word(cp))) {
            piece_judge(s, &w);
            w = (struct piece){.n = 0};
            continue;
        }
        if (w.n == WORD_BYTES) {
            w.is_long = true;
            continue;
        }
        w.has_high |= cp >= 0x80;
        w.is_unicode |= cp > 0xFF;
        w.bytes[w.n] = (unsigned char)cp;
        w.letters[w.n++] = cp;
    }
    piece_judge(s, &w);
}

static bool has_high_bytes(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return true;
    return false;
}

/* Letters that UTF-8 of this country and its neighbours would have held. */
static bool is_plausible(struct str text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t cp;
        at += utf8_next(text, at, &cp);
        bool is_text = (cp >= 0x20 && cp < 0x7F) || (cp >= 0xA0 && cp < 0x250) || (cp >= 0x300 && cp < 0x370) ||
                       cp == '\t' || cp == '\n' || cp == '\r' || (cp >= 0x1E00 && cp < 0x1F00) ||
                       (cp >= 0x2010 && cp < 0x2040) || cp == 0x20AB || cp == 0xFEFF;
        if (!is_text)
            return false;
    }
    return true;
}

static void mojibake_survey(struct survey *s, struct str text)
{
    if (seen_before(s, text.p, text.n))
        return;
    for (unsigned c = 0; c < 2; c++) {
        enum unicode_charset charset = c ? CHARSET_437 : CHARSET_1252;
        struct buf once CLEANUP(buf_done) = BUF_INIT(text.n + 1), twice CLEANUP(buf_done) = BUF_INIT(text.n + 1);
        struct undoing u, u2;
        size_t at;
        struct votes *v = &s->mojibake[2 + c], *v2 = &s->mojibake[c];
        enum undo undo = mojibake_undo(text, charset, &once, &u, &at);
        enum undo again = undo == UNDO_DONE ? mojibake_undo(buf_view(&once), charset, &twice, &u2, &at) : UNDO_OTHER;
        bool is_twice = again == UNDO_DONE && is_plausible(buf_view(&twice));
        bool is_once = !is_twice && undo == UNDO_DONE && is_plausible(buf_view(&once));
        unsigned weight = undo == UNDO_DONE ? 3 * (u.sequences - u.weak) + u.weak : 0;
        v->weight += is_once ? weight : 0;
        v->words += is_once ? WORDS_WANTED : 0;
        v2->weight += is_twice ? weight : 0;
        v2->words += is_twice ? WORDS_WANTED : 0;
        /* Torn text speaks for neither side: it was broken, and then lost bytes. */
        v->against += !is_once && !is_twice && undo != UNDO_TORN ? 3 : 0;
        v2->against += !is_once && !is_twice && undo != UNDO_TORN ? 3 : 0;
    }
}

static bool is_elected(const struct votes *v)
{
    return v->weight >= EVIDENCE_WANTED && v->words >= WORDS_WANTED && v->weight >= SHARE_WANTED * v->against;
}

static void elect(const struct votes *votes, const enum encoding *e, size_t n, struct encoding_guess *ret)
{
    const struct votes *best = NULL;
    unsigned second = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_elected(&votes[i]))
            continue;
        if (!best || votes[i].weight > best->weight) {
            second = best ? best->weight : 0;
            best = &votes[i];
        } else if (votes[i].weight > second) {
            second = votes[i].weight;
        }
    }
    if (!best || best->weight == second)
        return;
    double margin = (double)(best->weight - second) / (double)(best->weight + best->against);
    *ret = (struct encoding_guess){e[best - votes], margin * best->weight / (best->weight + 1.0), best->words};
}

void encoding_guess_texts(const struct str *texts, size_t n, struct encoding_guess *ret)
{
    tables_ready();
    struct survey s = {0};
    size_t high = 0;
    for (size_t i = 0; i < n; i++) {
        if (!has_high_bytes(texts[i]))
            continue;
        high++;
        mojibake_survey(&s, texts[i]);
        legacy_survey(&s, texts[i]);
    }
    struct encoding_guess g = {TEXT_FINE, 1.0, 0};
    elect(s.mojibake, mojibakes, MOJIBAKES, &g);
    if (g.encoding == TEXT_FINE && high)
        elect(s.legacy, legacies, LEGACIES, &g);
    *ret = g;
}

/* ---- bytes ---- */

static bool utf16_detect(struct str bytes, struct encoding_guess *ret)
{
    size_t n = bytes.n < 65536 ? bytes.n & ~(size_t)1 : 65536, zeros[2] = {0};
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += bytes.p[i] == 0;
    size_t pairs = n / 2;
    for (unsigned odd = 0; odd < 2; odd++) {
        if (pairs >= 2 && zeros[odd] * 5 >= pairs && zeros[odd] > 8 * zeros[!odd]) {
            *ret = (struct encoding_guess){odd ? ENCODING_UTF16LE : ENCODING_UTF16BE,
                                           (double)zeros[odd] / (double)(zeros[odd] + 1), zeros[odd]};
            return true;
        }
    }
    return false;
}

/* Valid UTF-8, or nearly: a file with a few broken bytes is still UTF-8, and decoding will say where they are. */
static bool utf8_detect(struct str bytes, struct encoding_guess *ret)
{
    size_t sequences = 0, broken = 0;
    for (size_t at = 0; at < bytes.n;) {
        uint32_t cp;
        size_t n = utf8_next(bytes, at, &cp);
        sequences += n > 1;
        broken += n == 1 && (unsigned char)bytes.p[at] >= 0x80;
        at += n;
    }
    if (broken * 10 > sequences)
        return false;
    *ret =
        (struct encoding_guess){TEXT_FINE, (double)(sequences + 1) / (double)(sequences + 1 + broken * 10), sequences};
    return true;
}

static void mojibake_detect(struct str text, struct encoding_guess *ret)
{
    struct survey s = {0};
    size_t lines = 0;
    for (struct str rest = text; rest.p && lines < DETECT_WORDS; lines++) {
        struct str line = str_cut(rest, '\n', &rest);
        if (has_high_bytes(line))
            mojibake_survey(&s, line);
    }
    elect(s.mojibake, mojibakes, MOJIBAKES, ret);
}

struct tally {
    size_t words, reads[LEGACIES];
    size_t only[LEGACIES][LEGACIES]; /* [i][j]: more of a word in i than in j */
};

static void tally_word(struct tally *t, const unsigned char *p, size_t n)
{
    enum syllable read[LEGACIES];
    for (size_t i = 0; i < LEGACIES; i++) {
        uint32_t word[SYLLABLE_LETTERS];
        read[i] = syllable_judge(word, word_read(legacies[i], p, n, word));
    }
    t->words++;
    for (size_t i = 0; i < LEGACIES; i++) {
        t->reads[i] += read[i] != SYLLABLE_NONE;
        for (size_t k = 0; k < LEGACIES; k++)
            t->only[i][k] += read[i] > read[k];
    }
}

/* How sure one reading is beside another: of the words that tell them apart, by how many more it is the better one, and of all words
 * the share that it reads. */
static double tally_margin(const struct tally *t, size_t i, size_t other)
{
    size_t pro = t->only[i][other], con = t->only[other][i];
    double share = (double)t->reads[i] / (double)(t->words + 1);
    return pro > con ? share * (double)(pro - con) / (double)(pro + con + 1) : 0;
}

static void legacy_detect(struct str bytes, struct encoding_guess *ret)
{
    struct tally t = {0};
    const unsigned char *p = (const unsigned char *)bytes.p;
    for (size_t at = 0; at < bytes.n && t.words < DETECT_WORDS;) {
        size_t from = at;
        bool has_high = false;
        for (; at < bytes.n && (p[at] > 0xA0 || ((p[at] | 0x20) >= 'a' && (p[at] | 0x20) <= 'z')); at++)
            has_high |= p[at] >= 0x80;
        if (has_high && at - from <= WORD_BYTES)
            tally_word(&t, p + from, at - from);
        at += at == from;
    }
    *ret = (struct encoding_guess){ENCODING_WINDOWS_1258, 0, 0}; /* near Windows-1252, when nothing speaks */
    for (size_t i = 0; i < LEGACIES; i++) {
        double certainty = 1;
        for (size_t k = 0; k < LEGACIES; k++)
            if (k != i && tally_margin(&t, i, k) < certainty)
                certainty = tally_margin(&t, i, k);
        if (certainty > ret->certainty)
            *ret = (struct encoding_guess){legacies[i], certainty, t.reads[i]};
    }
}

void encoding_detect(struct str bytes, struct encoding_guess *ret)
{
    tables_ready();
    if (str_starts(bytes, STR("\xFF\xFE")) || str_starts(bytes, STR("\xFE\xFF"))) {
        *ret = (struct encoding_guess){bytes.p[0] == '\xFF' ? ENCODING_UTF16LE : ENCODING_UTF16BE, 1.0, 1};
        return;
    }
    struct encoding_guess g;
    bool has_mark = str_starts(bytes, STR("\xEF\xBB\xBF"));
    if (!has_mark && utf16_detect(bytes, &g)) {
        *ret = g;
        return;
    }
    if (utf8_detect(bytes, &g) || has_mark) {
        if (has_mark)
            g = (struct encoding_guess){TEXT_FINE, 1.0, 1};
        mojibake_detect(has_mark ? str_slice(bytes.p + 3, bytes.n - 3) : bytes, &g);
        *ret = g;
        return;
    }
    legacy_detect(bytes, ret);
}
