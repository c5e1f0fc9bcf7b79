#include "report/columns.h"

#include "text/utf8.h"

#include "base/banned.h"

enum { GAP = 2, COLUMN_MIN = 6 };

/* Combining marks, zero-width characters and variation selectors. */
static bool is_zero_width(uint32_t cp)
{
    return (cp >= 0x0300 && cp <= 0x036F) || (cp >= 0x1AB0 && cp <= 0x1AFF) || (cp >= 0x1DC0 && cp <= 0x1DFF) ||
           (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x20D0 && cp <= 0x20FF) || (cp >= 0xFE00 && cp <= 0xFE0F) ||
           cp == 0x2060 || cp == 0xFEFF || cp < 0x20;
}

size_t columns_width(struct str s)
{
    size_t width = 0;
    uint32_t cp;
    for (size_t at = 0; at < s.n;) {
        at += utf8_next(s, at, &cp);
        width += !is_zero_width(cp);
    }
    return width;
}

/* Bytes of the longest beginning of s that takes at most `width` columns, marks of the last letter included. */
static size_t fitting_bytes(struct str s, size_t width)
{
    size_t at = 0, used = 0;
    uint32_t cp;
    while (at < s.n) {
        size_t n = utf8_next(s, at, &cp);
        if (!is_zero_width(cp) && ++used > width)
            break;
        at += n;
    }
    return at;
}

/* Takes the next line of at most `width` columns off *rest. Breaks at spaces and line breaks, else inside a word. */
static struct str line_take(struct str *rest, size_t width)
{
    struct str s = *rest;
    const char *newline = s.n ? memchr(s.p, '\n', s.n) : NULL;
    struct str line = newline ? str_slice(s.p, (size_t)(newline - s.p)) : s;
    if (columns_width(line) <= width) {
        size_t used = line.n + (newline ? 1 : 0);
        *rest = str_slice(s.p + used, s.n - used);
        return line;
    }
    size_t fit = fitting_bytes(line, width), end = fit;
    if (line.p[fit] != ' ') {
        while (end && line.p[end - 1] != ' ')
            end--;
        if (end == 0)
            end = fit ? fit : line.n;
    }
    size_t used = end;
    while (used < line.n && line.p[used] == ' ')
        used++;
    *rest = str_slice(s.p + used, s.n - used);
    return str_trim(str_slice(line.p, end));
}

void columns_wrap(struct buf *out, struct str s, size_t width, struct str first, struct str next)
{
    struct str indent = first;
    while (s.n) {
        size_t taken = columns_width(indent);
        struct str line = line_take(&s, width > taken + COLUMN_MIN ? width - taken : COLUMN_MIN);
        buf_str(out, indent);
        buf_str(out, line);
        buf_putc(out, '\n');
        indent = next;
    }
}

void columns_pad(struct buf *out, struct str s, size_t width, bool is_right)
{
    size_t w = columns_width(s);
    int space = w < width ? (int)(width - w) : 0;
    if (is_right)
        buf_printf(out, "%*s", space, "");
    buf_str(out, s);
    if (!is_right)
        buf_printf(out, "%*s", space, "");
}

void columns_table_init(struct columns_table *t, struct arena *a, size_t n)
{
    must(n > 0);
    *t = (struct columns_table){.arena = a, .n = n, .is_right = ARENA_ARRAY(a, bool, n)};
}

void columns_add(struct columns_table *t, struct str cell)
{
    VEC_PUSH(t->arena, &t->cells, cell);
}

/* Natural widths, then a column at a time taken from the widest until the table fits. */
static size_t *column_widths(const struct columns_table *t, size_t width)
{
    size_t *w = ARENA_ARRAY(t->arena, size_t, t->n);
    for (size_t i = 0; i < t->cells.n; i++) {
        size_t cell = columns_width(t->cells.p[i]);
        if (cell > w[i % t->n])
            w[i % t->n] = cell;
    }
    size_t total = GAP * (t->n - 1);
    for (size_t i = 0; i < t->n; i++)
        total += w[i];
    while (total > width) {
        size_t widest = 0;
        for (size_t i = 1; i < t->n; i++)
            if (w[i] > w[widest])
                widest = i;
        if (w[widest] <= COLUMN_MIN)
            break;
        w[widest]--;
        total--;
    }
    return w;
}

static void trim_line_end(struct buf *out)
{
    while (out->n && out->p[out->n - 1] == ' ')
        out->n--;
}

static void draw_row(const struct columns_table *t, const struct str *cells, const size_t *widths, struct buf *out)
{
    struct str *rest = ARENA_ARRAY(t->arena, struct str, t->n);
    memcpy(rest, cells, sizeof *rest * t->n);
    bool has_more = true;
    while (has_more) {
        has_more = false;
        for (size_t i = 0; i < t->n; i++) {
            struct str line = line_take(&rest[i], widths[i]);
            if (i)
                buf_printf(out, "%*s", GAP, "");
            columns_pad(out, line, widths[i], t->is_right[i]);
            has_more |= rest[i].n > 0;
        }
        trim_line_end(out);
        buf_putc(out, '\n');
    }
}

void columns_draw(const struct columns_table *t, size_t width, struct buf *out)
{
    size_t *widths = column_widths(t, width);
    size_t rows = t->cells.n / t->n;
    for (size_t r = 0; r < rows; r++) {
        draw_row(t, t->cells.p + r * t->n, widths, out);
        if (r)
            continue;
        for (size_t i = 0; i < t->n; i++) {
            if (i)
                buf_printf(out, "%*s", GAP, "");
            for (size_t k = 0; k < widths[i]; k++)
                buf_puts(out, "─");
        }
        buf_putc(out, '\n');
    }
}
