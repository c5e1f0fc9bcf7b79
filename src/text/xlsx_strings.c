/* Shared strings of a workbook, and the fonts within rich text (ECMA-376 part 1 §18.4). */
#include <stdio.h>

#include "base/limits.h"
#include "text/utf8.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

/* ---- rich text ---- */

void rich_reset(struct rich *r)
{
    r->n = 0;
    r->has_font = false;
}

void rich_done(struct rich *r)
{
    free(r->p);
}

static void rich_push(struct rich *r, struct cell_run run)
{
    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 8;
        r->p = mem_realloc(r->p, r->cap * sizeof *r->p);
    }
    r->p[r->n++] = run;
}

void rich_begin(struct rich *r, size_t at)
{
    r->at = at;
    r->font = FONT_OF_CELL;
}

bool rich_start(struct rich *r, const char *name, unsigned depth, struct buf *text, struct styles *styles,
                const char **attributes)
{
    if (depth == 1 && strcmp(name, "r") == 0)
        rich_next(r, text);
    if (depth != 3 || strcmp(name, "rFont") != 0)
        return true;
    r->has_font = true;
    return styles_font(styles, attributes, &r->font);
}

void rich_end(struct rich *r, struct buf *text)
{
    if (text->n == r->at)
        return;
    text->n = r->at + xstring_undo(text->p + r->at, text->n - r->at);
    rich_push(r, (struct cell_run){text->n - r->at, r->font});
}

void rich_next(struct rich *r, struct buf *text)
{
    rich_end(r, text);
    rich_begin(r, text->n);
}

void rich_settle(struct rich *r, unsigned font)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        struct cell_run run = r->p[i];
        run.font = run.font == FONT_OF_CELL ? font : run.font;
        if (n && r->p[n - 1].font == run.font)
            r->p[n - 1].n += run.n;
        else
            r->p[n++] = run;
    }
    r->n = n;
}

/* ---- shared strings ---- */

void strings_init(struct strings *s, struct styles *styles)
{
    *s = (struct strings){.bytes = BUF_INIT(LIMIT_SHARED_STRING_BYTES), .styles = styles};
}

void strings_done(struct strings *s)
{
    buf_done(&s->bytes);
    free(s->ends);
    free(s->runs);
    rich_done(&s->rich);
}

bool strings_get(const struct strings *s, size_t i, struct str *ret)
{
    if (i >= s->n)
        return false;
    size_t from = i ? s->ends[i - 1] : 0;
    *ret = s->ends[i] > from ? str_slice(s->bytes.p + from, s->ends[i] - from) : STR("");
    return true;
}

void strings_rich(const struct strings *s, size_t i, struct rich *ret)
{
    size_t from = 0, to = s->n_runs;
    rich_reset(ret);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (s->runs[middle].string < i)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < s->n_runs && s->runs[from].string == i; from++)
        rich_push(ret, (struct cell_run){s->runs[from].n, s->runs[from].font});
    ret->has_font = ret->n > 0;
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
    struct strings *s = x->ctx;
    if (x->depth == 2) {
        s->is_item = strcmp(name, "si") == 0;
        rich_reset(&s->rich);
        rich_begin(&s->rich, s->bytes.n);
    } else if (s->is_item && strcmp(name, "rPh") == 0 && !s->phonetic) {
        s->phonetic = x->depth;
    } else if (s->is_item && !s->phonetic) {
        s->is_text = name[0] == 't' && name[1] == 0;
        if (name[0] == 'r' && !rich_start(&s->rich, name, x->depth - 2, &s->bytes, s->styles, attributes))
            return FAULT(x->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", STR("limit")});
    }
    return OK;
}

/* Runs without a font of their own are the cell's, and need no memory. */
static void runs_keep(struct strings *s)
{
    for (size_t i = 0; s->rich.has_font && i < s->rich.n; i++) {
        if (s->n_runs == s->runs_cap) {
            s->runs_cap = s->runs_cap ? 2 * s->runs_cap : 64;
            s->runs = mem_realloc(s->runs, s->runs_cap * sizeof *s->runs);
        }
        s->runs[s->n_runs++] = (struct string_run){(uint32_t)s->n, (uint32_t)s->rich.p[i].n, s->rich.p[i].font};
    }
}

static enum err strings_end(struct xml *x, const char *name)
{
    struct strings *s = x->ctx;
    s->is_text = false;
    if (s->phonetic == x->depth)
        s->phonetic = 0;
    if (x->depth == 3 && s->is_item && name[0] == 'r' && name[1] == 0)
        rich_next(&s->rich, &s->bytes);
    if (x->depth != 2 || !s->is_item)
        return OK;
    s->is_item = false;
    rich_end(&s->rich, &s->bytes);
    runs_keep(s);
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->ends = mem_realloc(s->ends, s->cap * sizeof *s->ends);
    }
    s->ends[s->n++] = (uint32_t)s->bytes.n;
    size_t all = s->bytes.n + s->n * sizeof *s->ends + s->n_runs * sizeof *s->runs;
    return s->bytes.is_full || all > LIMIT_SHARED_STRING_BYTES ? too_many_strings(x) : OK;
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
