#include "text/place.h"

#include <stdio.h>

#include "text/utf8.h"

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

enum err place_utf8(struct str text, struct str file, struct fault *f)
{
    size_t at = utf8_valid_prefix(text);
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
