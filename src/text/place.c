#include "text/place.h"

#include <stdint.h>
#include <stdio.h>

#include "base/banned.h"

void place_of(struct str text, size_t offset, int *ret_line, int *ret_column)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < offset && i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

/* Bytes of the character at p, 0 when it is none (RFC 3629: no overlong form, no surrogate, nothing over U+10FFFF). */
static size_t character(const unsigned char *p, size_t n)
{
    unsigned char lead = p[0];
    if (lead < 0x80)
        return 1;
    size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F) || (lead == 0xF0 && p[1] < 0x90) ||
        (lead == 0xF4 && p[1] > 0x8F))
        return 0;
    return len;
}

static size_t valid_prefix(struct str text)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = 0;
    while (i < text.n) {
        uint64_t eight;
        if (text.n - i >= 8 && (memcpy(&eight, p + i, 8), (eight & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        size_t len = character(p + i, text.n - i);
        if (len == 0)
            break;
        i += len;
    }
    return i;
}

enum err place_utf8(struct str text, struct str file, struct fault *f)
{
    size_t at = valid_prefix(text);
    if (at == text.n)
        return OK;
    int line, column;
    char byte[8];
    snprintf(byte, sizeof byte, "%02X", (unsigned)(unsigned char)text.p[at]);
    place_of(text, at, &line, &column);
    FAULT(f, ERR_TEXT_UTF8, {"byte", str_of(byte)});
    fault_place(f, file, line, column);
    return ERR_TEXT_UTF8;
}
