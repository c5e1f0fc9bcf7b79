#include "text/utf8.h"

#include "base/banned.h"

/* Length of the character whose bytes start at p (n > 0), or 0 when they are not UTF-8. Table 3-7 of Unicode. */
static inline size_t sequence(const unsigned char *p, size_t n, uint32_t *ret_cp)
{
    unsigned c = p[0];
    if (c < 0x80) {
        *ret_cp = c;
        return 1;
    }
    if (c < 0xC2 || c > 0xF4)
        return 0;
    if (n < 2 || (p[1] & 0xC0) != 0x80)
        return 0;
    if (c < 0xE0) {
        *ret_cp = (c & 0x1Fu) << 6 | (p[1] & 0x3Fu);
        return 2;
    }
    if (n < 3 || (p[2] & 0xC0) != 0x80)
        return 0;
    if (c < 0xF0) {
        uint32_t cp = (c & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        *ret_cp = cp;
        return cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF) ? 0 : 3;
    }
    if (n < 4 || (p[3] & 0xC0) != 0x80)
        return 0;
    uint32_t cp = (c & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    *ret_cp = cp;
    return cp < 0x10000 || cp > 0x10FFFF ? 0 : 4;
}

size_t utf8_valid_prefix(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t at = 0;
    while (at < s.n) {
        uint64_t eight;
        while (s.n - at >= sizeof eight && (memcpy(&eight, p + at, sizeof eight), !(eight & 0x8080808080808080u)))
            at += sizeof eight;
        uint32_t cp;
        size_t n = at < s.n ? sequence(p + at, s.n - at, &cp) : 0;
        if (n == 0)
            break;
        at += n;
    }
    return at;
}

bool utf8_valid(struct str s)
{
    return utf8_valid_prefix(s) == s.n;
}

size_t utf8_next(struct str s, size_t at, uint32_t *ret_cp)
{
    size_t n = sequence((const unsigned char *)s.p + at, s.n - at, ret_cp);
    if (n == 0) {
        *ret_cp = UTF8_REPLACEMENT;
        return 1;
    }
    return n;
}

size_t utf8_encode(uint32_t cp, char ret_bytes[4])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        cp = UTF8_REPLACEMENT;
    if (cp < 0x80) {
        ret_bytes[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        ret_bytes[0] = (char)(0xC0 | cp >> 6);
        ret_bytes[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        ret_bytes[0] = (char)(0xE0 | cp >> 12);
        ret_bytes[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        ret_bytes[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    ret_bytes[0] = (char)(0xF0 | cp >> 18);
    ret_bytes[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    ret_bytes[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    ret_bytes[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

void utf8_put(struct buf *b, uint32_t cp)
{
    char bytes[4];
    buf_add(b, bytes, utf8_encode(cp, bytes));
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    uint32_t cp;
    for (size_t at = 0; at < s.n; at += utf8_next(s, at, &cp))
        count++;
    return count;
}
