#include "text/encoding_tables.h"

#include "text/utf8.h"

#include "base/banned.h"

bool mojibake_of(enum encoding e, enum unicode_charset *ret_charset, unsigned *ret_times)
{
    bool is_1252 = e == MOJIBAKE_1252 || e == MOJIBAKE_1252_TWICE,
         is_437 = e == MOJIBAKE_CP437 || e == MOJIBAKE_CP437_TWICE;
    if (!is_1252 && !is_437)
        return false;
    *ret_charset = is_1252 ? CHARSET_1252 : CHARSET_437;
    *ret_times = e == MOJIBAKE_1252_TWICE || e == MOJIBAKE_CP437_TWICE ? 2 : 1;
    return true;
}

/* A character of the text with the byte it stands for. */
struct step {
    size_t n;
    uint32_t cp;
    int byte;
};

static struct step step_at(struct str text, size_t at, enum unicode_charset charset)
{
    struct step s = {0, 0, BYTE_NONE};
    if (at < text.n) {
        s.n = utf8_next(text, at, &s.cp);
        s.byte = byte_of(charset, s.cp);
    }
    return s;
}

static unsigned sequence_length(int lead)
{
    return lead >= 0xC2 && lead <= 0xDF ? 2 : lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

static bool is_continuation(int byte)
{
    return byte >= 0x80 && byte < 0xC0;
}

/* The bytes A0 and AD look like a space and a soft hyphen, and programs drop them. What they ended is told by what follows.
 * Returns how many bytes of the text to step over, SIZE_MAX where nothing can be guessed. */
static size_t mend(struct str text, size_t at, const unsigned char *bytes, unsigned have, char *ret_byte)
{
    unsigned char next = at < text.n ? (unsigned char)text.p[at] : 0;
    if (have == 1 && bytes[0] == 0xC4) { /* the byte 90 of Đ, which Windows-1252 has no character for */
        *ret_byte = (char)0x90;
        return next == 0xEF && str_starts(str_slice(text.p + at, text.n - at), STR("\xEF\xBF\xBD")) ? 3 : 0;
    }
    bool is_two = have == 1 && (bytes[0] == 0xC2 || bytes[0] == 0xC3);
    bool is_three = have == 2 && bytes[0] == 0xE1;
    if (!is_two && !is_three)
        return SIZE_MAX;
    if (is_two && (next == ' ' || at == text.n)) {
        unsigned char then = at + 1 < text.n ? (unsigned char)text.p[at + 1] : 0;
        *ret_byte = (char)0xA0;
        return then >= 'a' && then <= 'z' ? 1 : 0; /* “HÃ ng”: the space was the byte */
    }
    *ret_byte = (char)0xAD;
    return next < 0x80 ? 0 : SIZE_MAX;
}

static bool follows_words(uint32_t cp)
{
    return (cp >= 0x2013 && cp <= 0x2026) || cp == 0xBB || cp == 0xA0;
}

enum undo mojibake_undo(struct str text, enum unicode_charset charset, struct buf *out, struct undoing *ret,
                        size_t *ret_at)
{
    *ret = (struct undoing){0};
    size_t torn = SIZE_MAX;
    unsigned proof = 0; /* three bytes that fit prove more than two */
    bool is_other = false;
    for (size_t at = 0; at < text.n;) {
        struct step lead = step_at(text, at, charset);
        if (lead.byte == BYTE_NONE && lead.cp != UTF8_REPLACEMENT)
            return UNDO_OTHER;
        unsigned length = lead.byte == BYTE_NONE ? 0 : sequence_length(lead.byte), have = 1;
        if (lead.byte >= 0 && lead.byte < 0x80) {
            buf_putc(out, (char)lead.byte);
            at += lead.n;
            continue;
        }
        unsigned char bytes[4] = {(unsigned char)lead.byte};
        size_t from = at;
        uint32_t second = 0;
        for (at += lead.n; have < length; have++) {
            struct step s = step_at(text, at, charset);
            if (!is_continuation(s.byte))
                break;
            second = have == 1 ? s.cp : second;
            bytes[have] = (unsigned char)s.byte;
            at += s.n;
        }
        char mended;
        size_t skip;
        if (length > have && (skip = mend(text, at, bytes, have, &mended)) != SIZE_MAX && charset == CHARSET_1252) {
            bytes[have++] = (unsigned char)mended;
            at += skip;
            ret->is_lossy = true;
        } else if (length && have == length) {
            ret->sequences++;
            proof += length - 1;
            ret->weak += length == 2 && follows_words(second);
        }
        if (length && have == length && utf8_valid(str_slice((char *)bytes, length))) {
            buf_add(out, bytes, length);
            continue;
        }
        is_other |= have == 1;
        if (torn == SIZE_MAX)
            torn = from;
        buf_str(out, str_slice(text.p + from, at - from));
    }
    if (ret->sequences == 0 || (torn != SIZE_MAX && is_other && proof < 2))
        return UNDO_OTHER;
    if (torn != SIZE_MAX)
        *ret_at = torn;
    return torn == SIZE_MAX ? UNDO_DONE : UNDO_TORN;
}
