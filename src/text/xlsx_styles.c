/* Shared strings and styles of a workbook. */
#include <stdio.h>

#include "base/limits.h"
#include "text/utf8.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

/* ---- shared strings ---- */

void strings_init(struct strings *s)
{
    *s = (struct strings){.bytes = BUF_INIT(LIMIT_SHARED_STRING_BYTES)};
}

void strings_done(struct strings *s)
{
    buf_done(&s->bytes);
    free(s->ends);
}

bool strings_get(const struct strings *s, size_t i, struct str *ret)
{
    if (i >= s->n)
        return false;
    size_t from = i ? s->ends[i - 1] : 0;
    *ret = s->ends[i] > from ? str_slice(s->bytes.p + from, s->ends[i] - from) : STR("");
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "_x000D_" at p: the character, or 0. */
static unsigned escaped(const char *p, size_t n)
{
    unsigned v = 0;
    if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
        return 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return 0;
        v = v << 4 | (unsigned)digit;
    }
    return v >= 0xD800 && v < 0xE000 ? 0 : v;
}

size_t xstring_undo(char *p, size_t n)
{
    char *first = n ? memchr(p, '_', n) : NULL;
    if (!first)
        return n;
    size_t to = (size_t)(first - p);
    for (size_t at = to; at < n;) {
        unsigned cp = escaped(p + at, n - at);
        if (!cp) {
            p[to++] = p[at++];
            continue;
        }
        char bytes[4];
        size_t k = utf8_encode(cp, bytes); /* at most three: less than the seven it takes the place of */
        memcpy(p + to, bytes, k);
        to += k;
        at += 7;
    }
    return to;
}

static enum err too_many_strings(struct xml *x)
{
    char limit[16];
    snprintf(limit, sizeof limit, "%d", LIMIT_SHARED_STRING_BYTES >> 20);
    return FAULT(x->f, ERR_SHEET_STRINGS, {"limit", str_of(limit)});
}

static enum err strings_start(struct xml *x, const char *name, const char **attributes)
{
    (void)attributes;
    struct strings *s = x->ctx;
    if (x->depth == 2)
        s->is_item = strcmp(name, "si") == 0;
    else if (s->is_item && strcmp(name, "rPh") == 0 && !s->phonetic)
        s->phonetic = x->depth;
    else if (s->is_item && !s->phonetic && strcmp(name, "t") == 0)
        s->is_text = true;
    return OK;
}

static enum err strings_end(struct xml *x, const char *name)
{
    (void)name;
    struct strings *s = x->ctx;
    s->is_text = false;
    if (s->phonetic == x->depth)
        s->phonetic = 0;
    if (x->depth != 2 || !s->is_item)
        return OK;
    s->is_item = false;
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->ends = mem_realloc(s->ends, s->cap * sizeof *s->ends);
    }
    size_t from = s->n ? s->ends[s->n - 1] : 0;
    if (s->bytes.n > from)
        s->bytes.n = from + xstring_undo(s->bytes.p + from, s->bytes.n - from);
    s->ends[s->n++] = (uint32_t)s->bytes.n;
    bool is_full = s->bytes.is_full || s->bytes.n + s->n * sizeof *s->ends > LIMIT_SHARED_STRING_BYTES;
    return is_full ? too_many_strings(x) : OK;
}

static enum err strings_text(struct xml *x, struct str text)
{
    struct strings *s = x->ctx;
    if (s->is_text)
        buf_str(&s->bytes, text);
    return s->bytes.is_full ? too_many_strings(x) : OK;
}

void strings_xml(struct xml *x, struct strings *s, struct fault *f)
{
    xml_init(x, "sharedStrings.xml", s, f);
    x->on_start = strings_start;
    x->on_end = strings_end;
    x->on_text = strings_text;
}

/* ---- styles ---- */

enum { SECTION_NONE, SECTION_FORMATS, SECTION_FONTS, SECTION_CELLS };

void styles_init(struct styles *s)
{
    *s = (struct styles){.arena = arena_new()};
}

void styles_done(struct styles *s)
{
    arena_free(s->arena);
}

/* The letters y m d h s that the first section of a format code has outside of what is literal, each run once. */
static size_t format_letters(struct str code, char ret[32])
{
    size_t n = 0;
    for (size_t i = 0; i < code.n && code.p[i] != ';'; i++) {
        char c = (char)(code.p[i] | 0x20);
        if (code.p[i] == '"' || code.p[i] == '[') {
            const char *close = memchr(code.p + i + 1, code.p[i] == '"' ? '"' : ']', code.n - i - 1);
            if (!close)
                break;
            i = (size_t)(close - code.p);
        } else if (code.p[i] == '\\' || code.p[i] == '_' || code.p[i] == '*') {
            i++;
        } else if (c == 'm' && i && strchr("ap", code.p[i - 1] | 0x20)) {
            continue; /* AM/PM */
        } else if (strchr("ymdhs", c) && c && n < 32 && (n == 0 || ret[n - 1] != c)) {
            ret[n++] = c;
        }
    }
    return n;
}

/* An m behind hours or before seconds is minutes. Elapsed time ([h]) is a length, not an instant. */
enum format_kind format_code_kind(struct str code)
{
    char letters[32];
    if (str_eq_ascii_nocase(code, STR("General")) || str_eq_ascii_nocase(code, STR("Standard")))
        return FORMAT_PLAIN;
    size_t n = format_letters(code, letters);
    bool is_elapsed = code.n > 2 && code.p[0] == '[' && strchr("hms", code.p[1] | 0x20);
    bool has_day = false;
    for (size_t i = 0; i < n; i++) {
        bool is_minute = letters[i] == 'm' && ((i && letters[i - 1] == 'h') || (i + 1 < n && letters[i + 1] == 's'));
        has_day |= letters[i] == 'y' || letters[i] == 'd' || (letters[i] == 'm' && !is_minute);
    }
    return n == 0 || is_elapsed ? FORMAT_PLAIN : has_day ? FORMAT_DATE : FORMAT_TIME;
}

static enum format_kind format_of(const struct styles *s, unsigned id)
{
    for (size_t i = 0; i < s->formats.n; i++)
        if (s->formats.p[i].id == id)
            return s->formats.p[i].kind;
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return FORMAT_DATE; /* ECMA-376 part 1 §18.8.30, with the East Asian ones */
    return (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 ? FORMAT_TIME : FORMAT_PLAIN;
}

static unsigned number_of(const char *value)
{
    unsigned v = 0;
    for (; value && *value >= '0' && *value <= '9' && v < 100000000; value++)
        v = v * 10 + (unsigned)(*value - '0');
    return v;
}

static enum err styles_start(struct xml *x, const char *name, const char **attributes)
{
    struct styles *s = x->ctx;
    if (x->depth == 2)
        s->section = strcmp(name, "numFmts") == 0   ? SECTION_FORMATS
                     : strcmp(name, "fonts") == 0   ? SECTION_FONTS
                     : strcmp(name, "cellXfs") == 0 ? SECTION_CELLS
                                                    : SECTION_NONE;
    bool is_full =
        s->formats.n >= LIMIT_SHEET_FORMATS || s->fonts.n > LIMIT_SHEET_FONTS - 1 || s->cells.n >= LIMIT_SHEET_STYLES;
    if (is_full)
        return FAULT(x->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", STR("limit")});
    if (s->section == SECTION_FORMATS && x->depth == 3) {
        const char *code = xml_attribute(attributes, "formatCode");
        struct format_code c = {number_of(xml_attribute(attributes, "numFmtId")), format_code_kind(str_of(code))};
        VEC_PUSH(s->arena, &s->formats, c);
    } else if (s->section == SECTION_FONTS && x->depth == 3) {
        VEC_PUSH(s->arena, &s->fonts, STR(""));
    } else if (s->section == SECTION_FONTS && x->depth == 4 && strcmp(name, "name") == 0) {
        const char *value = xml_attribute(attributes, "val");
        size_t n = value ? strnlen(value, 200) : 0;
        while (n && value[n] && (value[n] & 0xC0) == 0x80) /* cut between characters */
            n--;
        s->fonts.p[s->fonts.n - 1] = n ? str_slice(arena_dup(s->arena, value, n), n) : STR("");
    } else if (s->section == SECTION_CELLS && x->depth == 3) {
        struct style style = {format_of(s, number_of(xml_attribute(attributes, "numFmtId"))),
                              number_of(xml_attribute(attributes, "fontId"))};
        VEC_PUSH(s->arena, &s->cells, style);
    }
    return OK;
}

void styles_xml(struct xml *x, struct styles *s, struct fault *f)
{
    xml_init(x, "styles.xml", s, f);
    x->on_start = styles_start;
}
