/* Styles of a workbook: what of them tells dates and fonts (ECMA-376 part 1 §18.8). */
#include "base/limits.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

enum { FONT_BYTES = 200 };
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

/* The val of a name or rFont, cut between characters. */
static struct str font_name(const char **attributes)
{
    const char *value = xml_attribute(attributes, "val");
    size_t n = value ? strnlen(value, FONT_BYTES) : 0;
    while (n && (value[n] & 0xC0) == 0x80)
        n--;
    return n ? str_slice(value, n) : STR("");
}

/* In the arena, and found again by its name as the last font. */
static struct str font_keep(struct styles *s, struct str name)
{
    if (name.n == 0)
        return name;
    name = str_dup(s->arena, name);
    map_put(s->arena, &s->numbers, name, (void *)(uintptr_t)s->fonts.n);
    return name;
}

bool styles_font(struct styles *s, const char **attributes, unsigned *ret_font)
{
    struct str name = font_name(attributes);
    *ret_font = FONT_OF_CELL;
    if (name.n == 0)
        return true;
    uintptr_t number = (uintptr_t)map_get(&s->numbers, name);
    if (number == 0 && s->fonts.n >= LIMIT_SHEET_FONTS)
        return false;
    if (number == 0) {
        VEC_PUSH(s->arena, &s->fonts, STR(""));
        s->fonts.p[s->fonts.n - 1] = font_keep(s, name);
    }
    *ret_font = number ? (unsigned)number - 1 : (unsigned)s->fonts.n - 1;
    return true;
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
        s->formats.n >= LIMIT_SHEET_FORMATS || s->fonts.n >= LIMIT_SHEET_FONTS || s->cells.n >= LIMIT_SHEET_STYLES;
    if (is_full)
        return FAULT(x->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", STR("limit")});
    if (s->section == SECTION_FORMATS && x->depth == 3) {
        const char *code = xml_attribute(attributes, "formatCode");
        struct format_code c = {number_of(xml_attribute(attributes, "numFmtId")), format_code_kind(str_of(code))};
        VEC_PUSH(s->arena, &s->formats, c);
    } else if (s->section == SECTION_FONTS && x->depth == 3) {
        VEC_PUSH(s->arena, &s->fonts, STR(""));
    } else if (s->section == SECTION_FONTS && x->depth == 4 && strcmp(name, "name") == 0) {
        s->fonts.p[s->fonts.n - 1] = font_keep(s, font_name(attributes));
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
