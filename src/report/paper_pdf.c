/* A paper on pages: the layout of Decree 30/2020/NĐ-CP, annex I, on A4, and the same in small on A5. */
#include "report/paper_pdf.h"

#include <stdio.h>

#include "base/limits.h"

#include "base/banned.h"

enum { DEPTH_MAX = 40 };

struct measures {
    double width, height;            /* mm */
    double top, right, bottom, left; /* mm */
    double size, head, small;        /* points: text, head, notes */
    double qr;                       /* mm, the least side of a code */
    double indent;                   /* mm, of a paragraph's first line */
    double spacing, hand;            /* of lines as a factor; room for a signature in lines */
};

/* The decree: margins 20–25, 15–20, 20–25 and 30–35 mm, letters of 13–14. The forms of the one-stop are A5. */
static const struct measures measures[] = {
    [PAPER_A4] = {210, 297, 20, 15, 20, 30, 13, 12, 11, 24, 10, 1.1, 4},
    [PAPER_A5] = {148, 210, 11, 11, 11, 15, 11, 9.5, 9, 21, 6, 1.0, 3.2},
};

/* ---- text of a node ---- */

static void gather(struct arena *a, const struct md *md, struct draw_span look, int depth, draw_spans *spans)
{
    for (const struct md *c = md->child; c && depth < DEPTH_MAX; c = c->next) {
        struct draw_span inner = look;
        inner.is_bold |= c->kind == MD_STRONG;
        inner.is_italic |= c->kind == MD_EMPHASIS;
        if (c->kind == MD_TEXT) {
            inner.text = c->level == 1 ? STR("\n") : c->text;
            VEC_PUSH(a, spans, inner);
        }
        gather(a, c, inner, depth + 1, spans);
    }
}

void setter_gather(struct arena *a, const struct md *md, draw_spans *spans)
{
    gather(a, md, (struct draw_span){0}, 0, spans);
}

static const struct md *tree_of(struct setter *s, struct str text)
{
    return markdown_tree(s->arena, text, s->text->marks, s->text->n_marks);
}

/* ---- pages ---- */

void setter_page(struct setter *s)
{
    drawing_page(s->d);
    s->n_pages++;
    if (s->text->is_sample)
        drawing_across(s->d, STR(PAPER_SAMPLE));
    struct draw_span number = {.text = str_of(arena_printf(s->arena, "%d", s->n_pages))};
    const struct draw_text *t = drawing_text(s->d, &number, 1, &(struct draw_style){.size = s->size});
    drawing_show(s->d, t, (s->page.width - t->width) / 2, s->top - t->height, 0, t->n_lines);
    s->y = s->top + s->size * 0.6;
}

void setter_room(struct setter *s, double height)
{
    if (s->y + height > s->bottom && s->n_pages < LIMIT_PAPER_PAGES)
        setter_page(s);
}

/* A line alone at the foot of a page, of a paragraph of more, is not left behind. */
void setter_text(struct setter *s, const struct draw_text *t, double x)
{
    for (size_t from = 0; from < t->n_lines;) {
        size_t to = from;
        while (to < t->n_lines && s->y + t->lines[to].bottom - t->lines[from].top <= s->bottom)
            to++;
        bool is_lonely = to - from == 1 && from == 0 && t->n_lines > 2;
        if (to == from || is_lonely) {
            bool is_hopeless = s->y <= s->top + s->size || s->n_pages >= LIMIT_PAPER_PAGES;
            if (!is_hopeless) {
                setter_page(s);
                continue;
            }
            to = from + 1;
        }
        drawing_show(s->d, t, x, s->y, from, to);
        s->y += t->lines[to - 1].bottom - t->lines[from].top;
        from = to;
    }
}

/* ---- the head ---- */

static const struct draw_text *line_of(struct setter *s, struct str text, double size, bool is_bold, double width)
{
    struct draw_span span = {.text = text, .is_bold = is_bold};
    return drawing_text(s->d, &span, 1, &(struct draw_style){.size = size, .width = width, .align = DRAW_CENTER});
}

static double show_at(struct setter *s, const struct draw_text *t, double x, double y)
{
    drawing_show(s->d, t, x, y, 0, t->n_lines);
    return y + t->height;
}

static void rule_below(struct setter *s, double center, double y, double length)
{
    drawing_rule(s->d, center - length / 2, y, center + length / 2, y, 0.6);
}

/* Agency and number on the left, motto, place and day on the right. */
static void put_head(struct setter *s, const struct measures *m)
{
    const struct paper_text *t = s->text;
    struct draw_span motto = {.text = STR(PAPER_MOTTO_1), .is_bold = true};
    double right_width, longest, gap = 3 * DRAW_MM;
    drawing_measure(s->d, &motto, 1, m->head, &right_width, &longest);
    right_width += 1;
    double left_width = s->right - s->left - right_width - gap, right = s->right - right_width;
    double left_center = s->left + left_width / 2, right_center = right + right_width / 2;

    double y = s->y;
    if (t->superior.n)
        y = show_at(s, line_of(s, t->superior, m->head, false, left_width), s->left, y);
    const struct draw_text *office = line_of(s, t->office, m->head, true, left_width);
    y = show_at(s, office, s->left, y) + 2;
    rule_below(s, left_center, y, office->width * 0.4);
    double left_y = y + 0.5 * s->size;

    y = show_at(s, line_of(s, STR(PAPER_MOTTO_1), m->head, true, right_width), right, s->y);
    const struct draw_text *motto_2 = line_of(s, STR(PAPER_MOTTO_2), m->head + 1, true, right_width);
    y = show_at(s, motto_2, right, y) + 2;
    rule_below(s, right_center, y, motto_2->width);
    double right_y = y + 0.5 * s->size, row = left_y > right_y ? left_y : right_y;

    struct str number = t->number.n ? STR_JOIN(s->arena, STR("Số: "), t->number) : STR("");
    left_y = show_at(s, line_of(s, number, s->size, false, left_width), s->left, row);
    struct draw_span day = {.text = t->place_day, .is_italic = true};
    struct draw_style style = {.size = s->size, .width = right_width, .align = DRAW_CENTER};
    right_y = show_at(s, drawing_text(s->d, &day, 1, &style), right, row);
    s->y = left_y > right_y ? left_y : right_y;
}

static const struct draw_text *titles_of(struct setter *s, const struct measures *m, double width)
{
    draw_spans spans = {0};
    const struct md *title = tree_of(s, s->text->title);
    setter_gather(s->arena, title->child ? title->child : title, &spans);
    size_t n_title = spans.n;
    if (s->text->subtitle.n) {
        const struct md *about = tree_of(s, s->text->subtitle);
        VEC_PUSH(s->arena, &spans, ((struct draw_span){.text = STR("\n")}));
        setter_gather(s->arena, about->child ? about->child : about, &spans);
    }
    for (size_t i = 0; i < spans.n; i++) {
        spans.p[i].is_bold = true;
        spans.p[i].size = i < n_title ? m->size + 1 : m->size;
    }
    return drawing_text(s->d, spans.p, spans.n,
                        &(struct draw_style){.size = m->size, .width = width, .align = DRAW_CENTER});
}

/* The title in the middle, the code beside it at the left edge, whose quiet zone is kept free on all sides. A module is never so small
 * that a scan of 150 dots to the inch loses it. */
static enum err put_titles(struct setter *s, const struct measures *m, struct fault *f)
{
    double side = 0, quiet = 0;
    struct qr qr = {0};
    if (s->text->qr.n) {
        enum err e = qr_encode(s->text->qr, QR_M, &qr, f);
        if (e != OK)
            return e;
        side = m->qr * DRAW_MM;
        double least = qr.side * 0.43 * DRAW_MM;
        side = side > least ? side : least;
        quiet = side / qr.side * QR_QUIET;
    }
    double aside = side > 0 ? side + quiet : 0;
    const struct draw_text *t = titles_of(s, m, s->right - s->left - 2 * aside);
    double gap = s->size * 0.8, height = side > 0 && side + 2 * quiet > t->height ? side + 2 * quiet : t->height;
    if (side <= 0)
        s->y += gap;
    drawing_show(s->d, t, s->left + aside, s->y + (height - t->height) / 2, 0, t->n_lines);
    if (side > 0)
        drawing_qr(s->d, &qr, s->left, s->y + quiet, side);
    s->y += height + (side > 0 ? 0 : gap);
    return OK;
}

/* ---- the text ---- */

static void put_nodes(struct setter *s, const struct measures *m, const struct md *md, struct draw_style style,
                      double x, int depth);

static void put_paragraph(struct setter *s, const struct md *md, struct draw_style style, struct draw_span look,
                          double x)
{
    draw_spans spans = {0};
    gather(s->arena, md, look, 0, &spans);
    for (const struct md *c = md->child; c; c = c->next)
        if (c->kind == MD_TEXT && (c->level == 1 || str_is(c->text, "\n")) && style.align == DRAW_JUSTIFY)
            style.align = DRAW_LEFT; /* lines of a form, not running text */
    setter_text(s, drawing_text(s->d, spans.p, spans.n, &style), x);
    s->y += s->size * 0.25;
}

static void put_item(struct setter *s, const struct measures *m, const struct md *item, struct draw_style style,
                     double x, struct str sign, int depth)
{
    double shift = s->size * 1.4;
    struct draw_span span = {.text = sign};
    setter_room(s, s->size * 1.3);
    const struct draw_text *t = drawing_text(s->d, &span, 1, &(struct draw_style){.size = style.size});
    drawing_show(s->d, t, x, s->y, 0, 1);
    style.indent = 0;
    style.width -= shift;
    put_nodes(s, m, item, style, x + shift, depth);
}

static void put_list(struct setter *s, const struct measures *m, const struct md *list, struct draw_style style,
                     double x, int depth)
{
    int number = list->level;
    for (const struct md *item = list->child; item; item = item->next, number++) {
        struct str sign = list->level < 0 ? STR("–") : str_of(arena_printf(s->arena, "%d.", number));
        put_item(s, m, item, style, x, sign, depth);
    }
}

static void put_nodes(struct setter *s, const struct measures *m, const struct md *md, struct draw_style style,
                      double x, int depth)
{
    for (const struct md *c = md->child; c && depth < DEPTH_MAX; c = c->next) {
        switch (c->kind) {
        case MD_PARAGRAPH:
        case MD_CODE_BLOCK:
            put_paragraph(s, c, style, (struct draw_span){0}, x);
            break;
        case MD_HEADING:
            setter_room(s, s->size * 3);
            put_paragraph(s, c, style, (struct draw_span){.is_bold = true}, x);
            break;
        case MD_LIST:
            put_list(s, m, c, style, x, depth + 1);
            break;
        case MD_TABLE:
            setter_table(s, c);
            break;
        case MD_RULE:
            setter_page(s); /* a rule turns the page */
            break;
        default:
            put_nodes(s, m, c, style, x, depth + 1);
            break;
        }
    }
}

/* ---- signatures ---- */

/* A column as texts one below the other; the room for the hand comes behind the first. A list in it is of those who receive the
 * paper: small, at the left. */
struct column {
    VEC(const struct draw_text *) texts;
    double height;
    bool is_list;
};

static void column_add(struct setter *s, struct column *c, const struct md *md, double size, double width)
{
    draw_spans spans = {0};
    setter_gather(s->arena, md, &spans);
    enum draw_align align = c->is_list ? DRAW_LEFT : DRAW_CENTER;
    struct draw_style style = {.size = size, .width = width, .align = align};
    const struct draw_text *t = drawing_text(s->d, spans.p, spans.n, &style);
    VEC_PUSH(s->arena, &c->texts, t);
    c->height += t->height;
}

static void column_add_list(struct setter *s, struct column *c, const struct md *list, double size, double width)
{
    for (const struct md *item = list->child; item; item = item->next) {
        draw_spans spans = {0};
        VEC_PUSH(s->arena, &spans, ((struct draw_span){.text = STR("- ")}));
        setter_gather(s->arena, item, &spans);
        const struct draw_text *t =
            drawing_text(s->d, spans.p, spans.n, &(struct draw_style){.size = size, .width = width});
        VEC_PUSH(s->arena, &c->texts, t);
        c->height += t->height;
    }
}

static struct column column_of(struct setter *s, const struct measures *m, struct str text, double width)
{
    const struct md *tree = tree_of(s, text);
    struct column c = {0};
    for (const struct md *n = tree->child; n; n = n->next)
        c.is_list |= n->kind == MD_LIST;
    double size = c.is_list ? m->small : m->size;
    for (const struct md *n = tree->child; n; n = n->next) {
        if (n->kind == MD_LIST)
            column_add_list(s, &c, n, size, width);
        else
            column_add(s, &c, n, size, width);
    }
    if (!c.is_list)
        c.height += m->size * m->hand;
    return c;
}

static void put_column(struct setter *s, const struct measures *m, const struct column *c, double x)
{
    double y = s->y;
    for (size_t i = 0; i < c->texts.n; i++) {
        y = show_at(s, c->texts.p[i], x, y);
        if (i == 0 && !c->is_list)
            y += m->size * m->hand;
    }
}

static void put_signatures(struct setter *s, const struct measures *m, struct str text)
{
    size_t n = 0;
    struct str rest = text, column;
    while (paper_column_next(&rest, &column))
        n++;
    double gap = 4 * DRAW_MM, width = (s->right - s->left + gap) / (double)n - gap, height = 0;
    struct column *columns = ARENA_ARRAY(s->arena, struct column, n);
    rest = text;
    for (size_t i = 0; i < n && paper_column_next(&rest, &column); i++) {
        columns[i] = column_of(s, m, column, width);
        height = columns[i].height > height ? columns[i].height : height;
    }
    s->y += s->size * 0.6;
    setter_room(s, height);
    for (size_t i = 0; i < n; i++)
        put_column(s, m, &columns[i], s->left + (width + gap) * (double)i);
    s->y += height + s->size * 0.3;
}

static void put_block(struct setter *s, const struct measures *m, const struct paper_block *b)
{
    struct draw_style style = {.size = m->size, .width = s->right - s->left, .spacing = m->spacing};
    if (b->kind == BLOCK_SIGNATURES) {
        put_signatures(s, m, b->text);
        return;
    }
    style.align = b->kind == BLOCK_CENTER ? DRAW_CENTER : DRAW_JUSTIFY;
    style.indent = b->kind == BLOCK_TEXT ? m->indent * DRAW_MM : 0;
    const struct md *tree = tree_of(s, b->text);
    if (b->kind != BLOCK_NOTE) {
        put_nodes(s, m, tree, style, s->left, 0);
        return;
    }
    style.size = m->small;
    for (const struct md *c = tree->child; c; c = c->next)
        put_paragraph(s, c, style, (struct draw_span){.is_italic = true}, s->left);
}

/* What stands above all: that it is a sample, which form it is. */
static void put_edge(struct setter *s, const struct measures *m)
{
    if (s->text->is_sample) {
        struct draw_span sample = {.text = STR(PAPER_SAMPLE " – KHÔNG CÓ GIÁ TRỊ"), .is_bold = true};
        const struct draw_text *t = drawing_text(s->d, &sample, 1, &(struct draw_style){.size = m->small - 2});
        drawing_show(s->d, t, s->left, s->top - t->height - 2, 0, t->n_lines);
    }
    if (s->text->paper->form.n == 0)
        return;
    struct draw_span span = {.text = s->text->paper->form};
    const struct draw_text *t = drawing_text(s->d, &span, 1, &(struct draw_style){.size = m->small - 2});
    drawing_show(s->d, t, s->right - t->width, s->top - t->height - 2, 0, t->n_lines);
}

enum err paper_pdf(struct arena *a, const struct paper *paper, const struct json *context, struct buf *out,
                   struct fault *f)
{
    struct paper_text *text = NULL;
    enum err e = paper_fill(a, paper, context, &text, f);
    if (e != OK)
        return e;
    const struct measures *m = &measures[paper->size];
    double width = (paper->is_landscape ? m->height : m->width) * DRAW_MM;
    double height = (paper->is_landscape ? m->width : m->height) * DRAW_MM;
    struct setter s = {.arena = a, .text = text, .page = {width, height}, .size = m->size, .n_pages = 1};
    s.left = (paper->is_landscape ? m->bottom : m->left) * DRAW_MM;
    s.right = width - m->right * DRAW_MM;
    s.y = s.top = m->top * DRAW_MM;
    s.bottom = height - m->bottom * DRAW_MM;
    struct str title = text2_in(&paper->title, LANG_VI);
    if (text->code.n)
        title = STR_JOIN(a, title, STR(" "), text->code);
    struct draw_facts facts = {
        .title = title, .author = text->office, .subject = paper->form, .created = text->created};
    e = drawing_begin(a, out, s.page, &facts, &s.d, f);
    if (e != OK)
        return e;
    if (text->is_sample)
        drawing_across(s.d, STR(PAPER_SAMPLE));
    put_edge(&s, m);
    put_head(&s, m);
    e = put_titles(&s, m, f);
    for (size_t i = 0; e == OK && i < text->n_blocks; i++)
        put_block(&s, m, &text->blocks[i]);
    if (e == OK)
        return drawing_end(s.d, f);
    drawing_drop(s.d);
    return e;
}
