/* Tables of papers: columns as wide as what stands in them asks for, rows that go over pages under a repeated head. */
#include <stdio.h>

#include "report/paper_pdf.h"

#include "base/banned.h"

enum { COLUMNS_MAX = 40, MEASURED_ROWS = 60 };

static const double PAD = 3, THICK = 0.5;

struct table {
    struct setter *s;
    double size;
    size_t n; /* columns */
    double natural[COLUMNS_MAX], longest[COLUMNS_MAX], width[COLUMNS_MAX];
};

static draw_spans cell_spans(struct table *t, const struct md *cell, bool is_head)
{
    draw_spans spans = {0};
    setter_gather(t->s->arena, cell, &spans);
    for (size_t i = 0; i < spans.n; i++)
        spans.p[i].is_bold |= is_head;
    return spans;
}

static bool is_empty(const draw_spans *spans)
{
    for (size_t i = 0; i < spans->n; i++)
        if (spans->p[i].text.n)
            return false;
    return true;
}

static void keep_greater(double *kept, double value)
{
    if (value > *kept)
        *kept = value;
}

/* A head breaks between its words before it makes its column wide. */
static void measure_cell(struct table *t, const draw_spans *spans, size_t i, bool is_head, bool wants_longest)
{
    double natural = 0, longest = 0;
    if (is_empty(spans))
        return;
    drawing_measure(t->s->d, spans->p, spans->n, t->size, &natural, is_head || wants_longest ? &longest : NULL);
    keep_greater(&t->natural[i], is_head ? longest : natural);
    keep_greater(&t->longest[i], longest);
}

static void measure(struct table *t, const struct md *table, bool wants_longest)
{
    size_t n_rows = 0;
    for (const struct md *row = table->child; row && n_rows < MEASURED_ROWS; row = row->next, n_rows++) {
        size_t i = 0;
        for (const struct md *cell = row->child; cell && i < COLUMNS_MAX; cell = cell->next, i++) {
            draw_spans spans = cell_spans(t, cell, n_rows == 0);
            measure_cell(t, &spans, i, n_rows == 0, wants_longest);
            t->n = i + 1 > t->n ? i + 1 : t->n;
        }
    }
}

static double room_of(const struct table *t)
{
    return t->s->right - t->s->left - 2 * PAD * (double)t->n;
}

static double sum(const double *values, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i];
    return total;
}

/* What is left over goes to the columns in proportion; what is missing is taken from those that can break. */
static void share_width(struct table *t)
{
    double room = room_of(t), natural = sum(t->natural, t->n), longest = sum(t->longest, t->n);
    for (size_t i = 0; i < t->n; i++) {
        if (natural <= 0)
            t->width[i] = room / (double)t->n;
        else if (natural <= room)
            t->width[i] = t->natural[i] * room / natural;
        else if (longest < room)
            t->width[i] = t->longest[i] + (t->natural[i] - t->longest[i]) * (room - longest) / (natural - longest);
        else
            t->width[i] = t->longest[i] * room / longest;
    }
}

struct row {
    const struct draw_text *cells[COLUMNS_MAX];
    double height;
};

static struct row row_of(struct table *t, const struct md *md, bool is_head)
{
    struct row r = {0};
    size_t i = 0;
    for (const struct md *cell = md->child; cell && i < t->n; cell = cell->next, i++) {
        draw_spans spans = cell_spans(t, cell, is_head);
        if (is_empty(&spans))
            continue;
        enum draw_align align = is_head || cell->align == 'c' ? DRAW_CENTER
                                : cell->align == 'r'          ? DRAW_RIGHT
                                                              : DRAW_LEFT;
        struct draw_style style = {.size = t->size, .width = t->width[i], .align = align};
        r.cells[i] = drawing_text(t->s->d, spans.p, spans.n, &style);
        keep_greater(&r.height, r.cells[i]->height);
    }
    keep_greater(&r.height, t->size * 1.2);
    r.height += 2 * PAD;
    return r;
}

static void frame(struct table *t, double y, double height)
{
    struct setter *s = t->s;
    double x = s->left;
    drawing_rule(s->d, s->left, y, s->right, y, THICK);
    drawing_rule(s->d, s->left, y + height, s->right, y + height, THICK);
    drawing_rule(s->d, x, y, x, y + height, THICK);
    for (size_t i = 0; i < t->n; i++) {
        x += t->width[i] + 2 * PAD;
        drawing_rule(s->d, x, y, x, y + height, THICK);
    }
}

/* A whole row, or as much of it as the page holds: `from` tells each cell's next line, and is moved. */
static bool put_slice(struct table *t, const struct row *r, size_t from[COLUMNS_MAX], double room)
{
    struct setter *s = t->s;
    double x = s->left, tallest = t->size * 1.2; /* an empty row is as high as a line */
    bool has_more = false;
    for (size_t i = 0; i < t->n; i++) {
        const struct draw_text *c = r->cells[i];
        size_t begin = from[i], end = begin;
        while (c && end < c->n_lines && c->lines[end].bottom - c->lines[begin].top <= room - 2 * PAD)
            end++;
        if (c && end > begin) {
            double height = c->lines[end - 1].bottom - c->lines[begin].top;
            drawing_show(s->d, c, x + PAD, s->y + PAD, begin, end);
            keep_greater(&tallest, height);
        }
        from[i] = end;
        has_more |= c && end < c->n_lines;
        x += t->width[i] + 2 * PAD;
    }
    frame(t, s->y, tallest + 2 * PAD);
    s->y += tallest + 2 * PAD;
    return has_more;
}

static void put_row(struct table *t, const struct row *r, const struct row *head)
{
    struct setter *s = t->s;
    size_t from[COLUMNS_MAX] = {0};
    double whole = s->bottom - s->top - s->size - head->height;
    bool has_more = true;
    while (has_more && s->n_pages < LIMIT_PAPER_PAGES) {
        bool is_full = s->y + r->height > s->bottom;
        if (is_full && (r->height <= whole || s->y + 3 * t->size > s->bottom)) {
            size_t none[COLUMNS_MAX] = {0};
            setter_page(s);
            if (r != head)
                put_slice(t, head, none, whole);
        }
        has_more = put_slice(t, r, from, s->bottom - s->y);
        if (has_more)
            s->y = s->bottom; /* the rest on the next page */
    }
}

void setter_table(struct setter *s, const struct md *table)
{
    struct table t = {.s = s, .size = s->size - 1};
    measure(&t, table, false);
    if (t.n == 0)
        return;
    if (sum(t.natural, t.n) > room_of(&t))
        measure(&t, table, true);
    share_width(&t);
    s->y += s->size * 0.2;
    struct row head = row_of(&t, table->child, true);
    setter_room(s, head.height + 2 * s->size);
    put_row(&t, &head, &head);
    for (const struct md *row = table->child->next; row; row = row->next) {
        struct row r = row_of(&t, row, false);
        put_row(&t, &r, &head);
    }
    s->y += s->size * 0.5;
}
