/* Writing the old encodings, and breaking text as programs do: what the tests of reading them need. Include cmocka.h before.
 *
 *     struct str cell = broken(a, "Lê Văn Hà", ENCODING_VNI);          // as it looks when it is taken for Latin-1
 *     struct str bytes = latin1_bytes(a, cell);
 *     struct str back = repaired(a, cell, ENCODING_VNI, false, &is_lossy); // fails the test when it cannot be
 */
#ifndef TINHSO_TEST_ENCODER_FUNCTIONS_H
#define TINHSO_TEST_ENCODER_FUNCTIONS_H

#include "text/encoding.h"
#include "text/utf8.h"
#include "encoder_tables.h"

static inline struct str nth(const char *list, size_t i)
{
    struct str rest = str_of(list), piece = str_cut(rest, '|', &rest);
    while (i-- && rest.p)
        piece = str_cut(rest, '|', &rest);
    return piece;
}

static inline size_t place(const char *list, struct str letter)
{
    size_t i = 0;
    for (struct str rest = str_of(list); rest.p; i++)
        if (str_eq(str_cut(rest, '|', &rest), letter))
            return i;
    return SIZE_MAX;
}

static inline uint32_t glyph(const char *list, size_t i)
{
    uint32_t cp = 0;
    for (size_t at = 0, k = 0; k <= i; k++)
        at += utf8_next(str_of(list), at, &cp);
    return cp;
}

/* One character as the Latin-1 letters it looks like in the encoding. */
static inline struct str shown(struct str letter, enum encoding e)
{
    size_t small = place(letters_small, letter), large = place(letters_large, letter);
    static const struct {
        const char *letter, *byte;
    } tcvn3_large[] = {{"Ă", "¡"}, {"Â", "¢"}, {"Ê", "£"}, {"Ô", "¤"}, {"Ơ", "¥"}, {"Ư", "¦"}, {"Đ", "§"}};
    if (small == SIZE_MAX && large == SIZE_MAX)
        return letter;
    if (e == ENCODING_TCVN3 && small == SIZE_MAX) {
        for (size_t i = 0; i < ARRAY_LEN(tcvn3_large); i++)
            if (str_is(letter, tcvn3_large[i].letter))
                return str_of(tcvn3_large[i].byte);
        return letter.n == 1 ? letter : nth(tcvn3_small, large);
    }
    if (e == ENCODING_TCVN3)
        return nth(tcvn3_small, small);
    if (e == ENCODING_VNI)
        return small == SIZE_MAX ? nth(vni_large, large) : nth(vni_small, small);
    return small == SIZE_MAX ? nth(windows_1258_large, large) : nth(windows_1258_small, small);
}

static inline void utf8_shown(struct str text, bool is_437, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        uint32_t cp = c;
        if (c >= 0x80 && is_437)
            cp = glyph(cp437_glyphs, c - 0x80u);
        else if (c >= 0x80 && c < 0xA0 && glyph(windows_1252_glyphs, c - 0x80u) != '.')
            cp = glyph(windows_1252_glyphs, c - 0x80u);
        utf8_put(out, cp);
    }
}

/* The text as it looks when it is in e and taken for Latin-1. */
static inline struct str broken(struct arena *a, const char *text, enum encoding e)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20), again CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct str s = str_of(text);
    if (e >= MOJIBAKE_1252) {
        bool is_437 = e == MOJIBAKE_CP437 || e == MOJIBAKE_CP437_TWICE;
        utf8_shown(s, is_437, &b);
        if (e == MOJIBAKE_1252_TWICE || e == MOJIBAKE_CP437_TWICE) {
            utf8_shown(buf_view(&b), is_437, &again);
            return str_of(arena_dup(a, again.p, again.n));
        }
    } else {
        for (size_t at = 0, n; at < s.n; at += n) {
            uint32_t cp;
            n = utf8_next(s, at, &cp);
            buf_str(&b, shown(str_slice(s.p + at, n), e));
        }
    }
    return b.n ? str_slice(arena_dup(a, b.p, b.n), b.n) : STR("");
}

static inline struct str latin1_bytes(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t at = 0; at < s.n;) {
        uint32_t cp;
        at += utf8_next(s, at, &cp);
        assert_true(cp < 0x100);
        p[n++] = (char)cp;
    }
    return str_slice(p, n);
}

static inline struct str repaired(struct arena *a, struct str text, enum encoding e, bool is_upper, bool *ret_is_lossy)
{
    struct fault f = {0};
    struct str out = {0};
    if (encoding_repair(a, text, e, is_upper, &out, ret_is_lossy, &f) != OK) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(4000);
        fault_print(&f, LANG_EN, &b);
        fail_msg("%.*s: %s", STR_ARG(text), buf_cstr(&b));
    }
    return out;
}

#endif
