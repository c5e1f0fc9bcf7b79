/* LIKE. A pattern is runs of elements parted by %; a run always takes the same number of characters, so each run is taken
 * where it first fits and none is ever tried twice: that leaves the most text to those behind it. What is left is to find
 * one run in time that does not grow with text × pattern: memmem for plain ones, and for those with _ a row of bits. */
#include "text/vn.h"

#include <stdint.h>

#include "text/utf8.h"

#include "base/banned.h"

enum { SHORT_RUN = 16 };

struct run {
    size_t at, end;    /* in the pattern */
    size_t characters; /* of text that it takes */
    bool is_plain;     /* neither _ nor \ */
};

/* One element: a character to be found as it is, or (empty) any one character. Returns where the next one starts. */
static size_t element(struct str pattern, size_t at, struct str *ret_literal)
{
    uint32_t cp;
    if (pattern.p[at] == '_') {
        *ret_literal = (struct str){NULL, 0};
        return at + 1;
    }
    if (pattern.p[at] == '\\' && at + 1 < pattern.n)
        at++;
    size_t n = utf8_next(pattern, at, &cp);
    *ret_literal = str_slice(pattern.p + at, n);
    return at + n;
}

static struct run run_at(struct str pattern, size_t at)
{
    struct run r = {.at = at, .end = at, .is_plain = true};
    struct str literal;
    while (r.end < pattern.n && pattern.p[r.end] != '%') {
        r.is_plain = r.is_plain && pattern.p[r.end] != '_' && pattern.p[r.end] != '\\';
        r.end = element(pattern, r.end, &literal);
        r.characters++;
    }
    return r;
}

/* The bytes that the run takes at the start of text, or SIZE_MAX. */
static size_t run_match(struct str text, struct str pattern, const struct run *r)
{
    size_t used = 0;
    for (size_t at = r->at; at < r->end;) {
        struct str literal;
        uint32_t cp;
        at = element(pattern, at, &literal);
        if (text.n - used < literal.n || used == text.n)
            return SIZE_MAX;
        if (literal.n && memcmp(text.p + used, literal.p, literal.n) != 0)
            return SIZE_MAX;
        used += literal.n ? literal.n : utf8_next(text, used, &cp);
    }
    return used;
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static size_t character_end(struct str text, size_t at)
{
    while (at < text.n && is_inside_character(text.p[at]))
        at++;
    return at;
}

/* Shift-and over bytes: bit i tells that the first i + 1 places of the run end here. A _ is one place that takes the first
 * byte of a character and stays on the rest of it. 64 places cost one step a byte of text. */
static size_t find_by_bits(struct str text, struct str pattern, const struct run *r)
{
    size_t words = (r->end - r->at + 63) / 64, places = 0;
    uint64_t *masks CLEANUP(mem_freep) = mem_zalloc(258 * words * sizeof *masks);
    uint64_t *any = masks + 256 * words, *now = any + words;
    for (size_t at = r->at; at < r->end;) {
        struct str literal;
        at = element(pattern, at, &literal);
        if (literal.n == 0) {
            any[places / 64] |= UINT64_C(1) << places % 64;
            places++;
        }
        for (size_t i = 0; i < literal.n; i++, places++)
            masks[(unsigned char)literal.p[i] * words + places / 64] |= UINT64_C(1) << places % 64;
    }
    for (size_t at = 0; at < text.n; at++) {
        const uint64_t *mask = masks + (unsigned char)text.p[at] * words;
        uint64_t carry = 1, stays = is_inside_character(text.p[at]) ? UINT64_MAX : 0;
        for (size_t w = 0; w < words; w++) {
            uint64_t before = now[w], shifted = before << 1 | carry;
            carry = before >> 63;
            now[w] = (shifted & (mask[w] | (any[w] & ~stays))) | (before & any[w] & stays);
        }
        if (now[(places - 1) / 64] >> (places - 1) % 64 & 1)
            return character_end(text, at + 1);
    }
    return SIZE_MAX;
}

/* Where the run, found first in text, ends there; or SIZE_MAX. */
static size_t run_find(struct str text, struct str pattern, const struct run *r)
{
    if (r->characters > text.n)
        return SIZE_MAX;
    if (r->is_plain) {
        const char *found = memmem(text.p, text.n, pattern.p + r->at, r->end - r->at);
        return found ? (size_t)(found - text.p) + r->end - r->at : SIZE_MAX;
    }
    if (r->characters > SHORT_RUN)
        return find_by_bits(text, pattern, r);
    for (size_t at = 0; at < text.n; at = character_end(text, at + 1)) {
        size_t used = run_match(str_slice(text.p + at, text.n - at), pattern, r);
        if (used != SIZE_MAX)
            return at + used;
    }
    return SIZE_MAX;
}

static bool run_ends(struct str text, struct str pattern, const struct run *r)
{
    size_t at = text.n;
    for (size_t i = 0; i < r->characters; i++) {
        if (at == 0)
            return false;
        at--;
        while (at && is_inside_character(text.p[at]))
            at--;
    }
    return run_match(str_slice(text.p + at, text.n - at), pattern, r) == text.n - at;
}

bool text_like(struct str text, struct str pattern)
{
    if (text.n == 0) /* an empty view may have no bytes to point to */
        text = STR("");
    struct run r = run_at(pattern, 0);
    size_t used = run_match(text, pattern, &r);
    if (used == SIZE_MAX || r.end == pattern.n)
        return used == text.n;
    for (;;) {
        text = str_slice(text.p + used, text.n - used);
        size_t at = r.end;
        while (at < pattern.n && pattern.p[at] == '%')
            at++;
        if (at == pattern.n)
            return true;
        r = run_at(pattern, at);
        if (r.end == pattern.n)
            return run_ends(text, pattern, &r);
        used = run_find(text, pattern, &r);
        if (used == SIZE_MAX)
            return false;
    }
}
