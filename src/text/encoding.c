#include "text/encoding.h"

#include <stdio.h>
#include <stdlib.h>

#include "text/encoding_tables.h"
#include "text/utf8.h"

#include "base/banned.h"

static const char *const names[ENCODING_COUNT] = {
    [TEXT_FINE] = "utf-8",
    [ENCODING_UTF16LE] = "utf-16le",
    [ENCODING_UTF16BE] = "utf-16be",
    [ENCODING_WINDOWS_1258] = "windows-1258",
    [ENCODING_TCVN3] = "tcvn3",
    [ENCODING_VNI] = "vni",
    [MOJIBAKE_1252] = "mojibake-1252",
    [MOJIBAKE_1252_TWICE] = "mojibake-1252-twice",
    [MOJIBAKE_CP437] = "mojibake-cp437",
    [MOJIBAKE_CP437_TWICE] = "mojibake-cp437-twice",
};

const char *encoding_name(enum encoding e)
{
    must((unsigned)e < ENCODING_COUNT);
    return names[e];
}

bool encoding_named(struct str name, enum encoding *ret)
{
    static const struct {
        const char *name;
        enum encoding e;
    } others[] = {{"utf8", TEXT_FINE},
                  {"utf-16", ENCODING_UTF16LE},
                  {"cp1258", ENCODING_WINDOWS_1258},
                  {"abc", ENCODING_TCVN3},
                  {"vni-windows", ENCODING_VNI}};
    for (unsigned i = 0; i < ENCODING_COUNT; i++) {
        if (str_eq_ascii_nocase(name, str_of(names[i]))) {
            *ret = (enum encoding)i;
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (str_eq_ascii_nocase(name, str_of(others[i].name))) {
            *ret = others[i].e;
            return true;
        }
    }
    return false;
}

static bool starts_nocase(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && str_eq_ascii_nocase(str_slice(s.p, n), str_of(prefix));
}

bool encoding_of_font(struct str font, enum encoding *ret, bool *ret_is_upper)
{
    font = str_trim(font);
    bool is_tcvn3 =
        (font.n > 3 && starts_nocase(font, ".Vn")) || starts_nocase(font, "VnTime") || starts_nocase(font, "VnArial");
    bool is_vni = font.n > 4 && (starts_nocase(font, "VNI-") || starts_nocase(font, "VNI "));
    if (!is_tcvn3 && !is_vni)
        return false;
    *ret = is_tcvn3 ? ENCODING_TCVN3 : ENCODING_VNI;
    *ret_is_upper = is_tcvn3 && (font.p[font.n - 1] | 0x20) == 'h';
    return true;
}

/* ---- decoding ---- */

/* What the buffer holds goes over to the arena, without a copy. */
static struct str hand_over(struct arena *a, struct buf *b)
{
    must(!b->is_full);
    size_t n = b->n;
    char *p = buf_take(b);
    if (p)
        arena_defer(a, free, p);
    return str_slice(p ? p : "", n);
}

enum { SHOWN = 60 };

/* decoded: what came out so far; its end shows the place. */
static enum err refuse(enum err code, enum encoding e, struct str decoded, const char *what, struct fault *f)
{
    if (decoded.n == 0)
        decoded = STR("");
    char at[24];
    snprintf(at, sizeof at, "%zu", utf8_count(decoded) + 1);
    size_t from = decoded.n > SHOWN ? decoded.n - SHOWN : 0;
    while (from < decoded.n && ((unsigned char)decoded.p[from] & 0xC0) == 0x80)
        from++;
    return FAULT(f, code, {"value", str_slice(decoded.p + from, decoded.n - from)}, {"at", str_of(at)},
                 {"what", str_of(what)}, {"encoding", str_of(names[e])});
}

/* The line on which text.p[at] stands. */
static int line_of(struct str text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += text.p[i] == '\n';
    return line;
}

static enum err utf8_decode(struct str bytes, struct str *ret_utf8, struct fault *f)
{
    struct str s = str_starts(bytes, STR("\xEF\xBB\xBF")) ? str_slice(bytes.p + 3, bytes.n - 3) : bytes;
    size_t good = utf8_valid_prefix(s);
    if (good < s.n) {
        char what[8];
        snprintf(what, sizeof what, "0x%02X", (unsigned char)s.p[good]);
        enum err code = refuse(ERR_TEXT_ENCODING, TEXT_FINE, str_slice(s.p, good), what, f);
        fault_place(f, STR(""), line_of(s, good), 0);
        return code;
    }
    *ret_utf8 = s;
    return OK;
}

static enum err utf16_decode(struct str bytes, enum encoding e, struct buf *out, struct fault *f)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    unsigned low = e == ENCODING_UTF16LE ? 0 : 1;
    for (size_t at = 0; at < bytes.n; at += 2) {
        char what[16];
        if (bytes.n - at == 1) {
            snprintf(what, sizeof what, "0x%02X", p[at]);
            return refuse(ERR_TEXT_DECODE, e, buf_view(out), what, f);
        }
        uint32_t unit = (uint32_t)(p[at + low] | p[at + 1 - low] << 8), cp = unit;
        if (at == 0 && unit == 0xFEFF)
            continue;
        if ((unit & 0xFC00) == 0xD800 && bytes.n - at >= 4) {
            uint32_t next = (uint32_t)(p[at + 2 + low] | p[at + 3 - low] << 8);
            if ((next & 0xFC00) == 0xDC00) {
                cp = 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00);
                at += 2;
            }
        }
        if (cp >= 0xD800 && cp <= 0xDFFF) {
            snprintf(what, sizeof what, "0x%04X", (unsigned)unit);
            return refuse(ERR_TEXT_DECODE, e, buf_view(out), what, f);
        }
        utf8_put(out, cp);
    }
    return OK;
}

/* A word being written; in TCVN3 its capitals with tones are known only when it ends. */
struct word {
    uint32_t letters[64];
    size_t n;
    bool is_upper; /* the font drew capitals */
    bool is_loss;
};

static void word_flush(struct word *w, enum encoding e, struct buf *out)
{
    unsigned capitals = 0;
    bool has_small = false;
    for (size_t i = 0; i < w->n; i++) {
        capitals += letter_is_upper(w->letters[i]);
        has_small |= w->letters[i] < 0x80 && letter_is_lower(w->letters[i]);
    }
    /* TCVN3 has no byte for a capital with a tone: among capitals a small letter with one was meant to be large. */
    bool raises = w->is_upper || (e == ENCODING_TCVN3 && capitals >= 2 && !has_small);
    for (size_t i = 0; i < w->n; i++)
        utf8_put(out, raises ? letter_upper(w->letters[i]) : w->letters[i]);
    if (e == ENCODING_TCVN3)
        w->is_loss |= syllable_lost_u_horn(w->letters, w->n);
    w->n = 0;
}

static void word_put(struct word *w, enum encoding e, uint32_t cp, struct buf *out)
{
    bool is_letter = letter_is_upper(cp) || letter_is_lower(cp);
    if (!is_letter || w->n == ARRAY_LEN(w->letters))
        word_flush(w, e, out);
    if (is_letter)
        w->letters[w->n++] = cp;
    else
        utf8_put(out, cp);
}

/* Bytes into out; *ret_bad is where none stands for a character, else n. */
static void legacy_decode(struct str bytes, enum encoding e, bool is_upper, struct buf *out, size_t *ret_bad,
                          bool *ret_is_loss)
{
    struct word w = {.is_upper = is_upper};
    size_t at = 0;
    while (at < bytes.n) {
        uint32_t cp;
        size_t n = legacy_next(e, (const unsigned char *)bytes.p, bytes.n, at, &cp);
        if (cp == LEGACY_BAD)
            break;
        word_put(&w, e, cp, out);
        at += n;
    }
    word_flush(&w, e, out);
    *ret_bad = at;
    *ret_is_loss = w.is_loss;
}

/* A text file that was broken as a whole, line by line: a line that was not stays. */
static enum err mojibake_decode(struct str text, enum encoding e, struct buf *out, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    int line = 1;
    for (struct str rest = text; rest.p; line++) {
        struct str piece = str_cut(rest, '\n', &rest), repaired;
        bool is_lossy;
        enum err code = encoding_repair(scratch, piece, e, false, &repaired, &is_lossy, f);
        if (code != OK) {
            fault_place(f, STR(""), line, 0);
            return code;
        }
        buf_str(out, repaired);
        if (rest.p)
            buf_putc(out, '\n');
        arena_reset(scratch);
    }
    return OK;
}

enum err encoding_decode(struct arena *a, struct str bytes, enum encoding e, struct str *ret_utf8, struct fault *f)
{
    must((unsigned)e < ENCODING_COUNT && bytes.n < SIZE_MAX / 4);
    tables_ready();
    if (e == TEXT_FINE)
        return utf8_decode(bytes, ret_utf8, f);
    struct buf out CLEANUP(buf_done) = BUF_INIT(bytes.n * 3 + 64);
    enum unicode_charset charset;
    unsigned times;
    enum err code = OK;
    if (e == ENCODING_UTF16LE || e == ENCODING_UTF16BE) {
        code = utf16_decode(bytes, e, &out, f);
    } else if (mojibake_of(e, &charset, &times)) {
        struct str text;
        code = utf8_decode(bytes, &text, f);
        if (code == OK)
            code = mojibake_decode(text, e, &out, f);
    } else {
        size_t bad;
        bool is_loss;
        legacy_decode(bytes, e, false, &out, &bad, &is_loss);
        if (bad < bytes.n) {
            char what[8];
            snprintf(what, sizeof what, "0x%02X", (unsigned char)bytes.p[bad]);
            code = refuse(ERR_TEXT_DECODE, e, buf_view(&out), what, f);
        }
    }
    if (code == OK)
        *ret_utf8 = hand_over(a, &out);
    else
        fault_place(f, STR(""), line_of(buf_view(&out), out.n), 0);
    return code;
}

/* ---- repair ---- */

static enum err mojibake_repair(struct arena *a, struct str text, enum encoding e, struct str *ret_text,
                                bool *ret_is_lossy, struct fault *f)
{
    enum unicode_charset charset = CHARSET_1252;
    unsigned times = 1;
    must(mojibake_of(e, &charset, &times));
    struct str now = text;
    bool is_lossy = false;
    for (unsigned i = 0; i < times; i++) {
        struct buf out CLEANUP(buf_done) = BUF_INIT(text.n * 2 + 64);
        struct undoing u;
        size_t at = 0;
        enum undo undo = mojibake_undo(now, charset, &out, &u, &at);
        if (undo == UNDO_OTHER)
            break;
        if (undo == UNDO_TORN) {
            uint32_t cp;
            char what[16];
            utf8_next(now, at, &cp);
            snprintf(what, sizeof what, "U+%04X", (unsigned)cp);
            return refuse(ERR_TEXT_REPAIR, e, str_slice(now.p, at), what, f);
        }
        is_lossy |= u.is_lossy;
        now = hand_over(a, &out);
    }
    *ret_text = now;
    *ret_is_lossy = is_lossy;
    return OK;
}

/* The bytes that a text typed in an old font consists of; false when a letter of it can be none: it is Unicode already. */
static bool bytes_of_text(struct str text, struct buf *bytes)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t cp;
        at += utf8_next(text, at, &cp);
        int byte = byte_of(CHARSET_1252, cp);
        if (byte == BYTE_NONE)
            return false;
        buf_putc(bytes, (char)byte);
    }
    return true;
}

enum err encoding_repair(struct arena *a, struct str text, enum encoding e, bool is_upper, struct str *ret_text,
                         bool *ret_is_lossy, struct fault *f)
{
    must((unsigned)e < ENCODING_COUNT && text.n < SIZE_MAX / 4);
    tables_ready();
    enum unicode_charset charset;
    unsigned times;
    if (mojibake_of(e, &charset, &times))
        return mojibake_repair(a, text, e, ret_text, ret_is_lossy, f);
    struct buf bytes CLEANUP(buf_done) = BUF_INIT(text.n + 1), out CLEANUP(buf_done) = BUF_INIT(text.n * 3 + 64);
    bool is_legacy = e == ENCODING_TCVN3 || e == ENCODING_VNI || e == ENCODING_WINDOWS_1258;
    bool is_loss = false;
    if (!is_legacy || !bytes_of_text(text, &bytes)) {
        *ret_text = text;
        *ret_is_lossy = false;
        return OK;
    }
    size_t bad;
    legacy_decode(buf_view(&bytes), e, is_upper, &out, &bad, &is_loss);
    if (bad < bytes.n) {
        char what[16];
        uint32_t cp;
        size_t at = 0;
        for (size_t i = 0; i < bad; i++)
            at += utf8_next(text, at, &cp);
        utf8_next(text, at, &cp);
        snprintf(what, sizeof what, "U+%04X", (unsigned)cp);
        return refuse(ERR_TEXT_REPAIR, e, buf_view(&out), what, f);
    }
    *ret_text = str_eq(buf_view(&out), text) ? text : hand_over(a, &out);
    *ret_is_lossy = is_loss;
    return OK;
}
