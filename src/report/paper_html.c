/* A paper as HTML: within a page of the portal by its classes alone, or as a file that stands alone and prints as it looks. */
#include <stdio.h>

#include "base/limits.h"
#include "report/paper_internal.h"
#include "report/qr.h"
#include "text/html.h"

#include "base/banned.h"

extern const char paper_style[]; /* web/styles/paper.css, by tools/embed */

static void line(struct buf *out, const char *class, struct str text)
{
    if (text.n == 0)
        return;
    buf_printf(out, "<p%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
    html_text(out, text);
    buf_puts(out, "</p>\n");
}

static void put_head(const struct paper_text *t, struct buf *out)
{
    buf_puts(out, "<header class=\"ts-paper-head\">\n<div>\n");
    line(out, NULL, t->superior);
    buf_puts(out, "<p class=\"ts-paper-office\"><strong>");
    html_text(out, t->office);
    buf_puts(out, "</strong></p>\n");
    if (t->number.n) {
        buf_puts(out, "<p class=\"ts-paper-number\">Số: ");
        html_text(out, t->number);
        buf_puts(out, "</p>\n");
    }
    buf_puts(out, "</div>\n<div>\n<p><strong>" PAPER_MOTTO_1 "</strong></p>\n"
                  "<p class=\"ts-paper-motto\"><strong>" PAPER_MOTTO_2 "</strong></p>\n");
    line(out, "ts-paper-day", t->place_day);
    buf_puts(out, "</div>\n</header>\n");
}

/* Text of one line: the paragraph around it is taken off. */
static void put_inline(const struct paper_text *t, struct str text, struct buf *out)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    markdown_html_lines(text, t->marks, t->n_marks, &b);
    struct str html = str_trim(buf_view(&b));
    if (str_starts(html, STR("<p>")) && str_ends(html, STR("</p>")))
        html = str_slice(html.p + 3, html.n - 7);
    buf_str(out, html);
}

static enum err put_titles(const struct paper_text *t, enum paper_shape shape, struct buf *out, struct fault *f)
{
    int level = shape == PAPER_FILE ? 1 : 2;
    buf_puts(out, "<div class=\"ts-paper-top\">\n");
    if (t->qr.n && !qr_svg(t->qr, STR("Mã QR của giấy này"), out))
        return qr_too_long(t->qr, f);
    buf_printf(out, "<div class=\"ts-paper-titles\">\n<h%d>", level);
    put_inline(t, t->title, out);
    buf_printf(out, "</h%d>\n", level);
    if (t->subtitle.n) {
        buf_puts(out, "<p><strong>");
        put_inline(t, t->subtitle, out);
        buf_puts(out, "</strong></p>\n");
    }
    buf_puts(out, "</div>\n</div>\n");
    return OK;
}

static void put_signatures(const struct paper_text *t, struct str text, struct buf *out)
{
    buf_puts(out, "<div class=\"ts-paper-signatures\">\n");
    for (struct str column; paper_column_next(&text, &column);) {
        buf_puts(out, "<div>\n");
        markdown_html_lines(column, t->marks, t->n_marks, out);
        buf_puts(out, "</div>\n");
    }
    buf_puts(out, "</div>\n");
}

static void put_block(const struct paper_text *t, const struct paper_block *b, struct buf *out)
{
    if (b->kind == BLOCK_SIGNATURES) {
        put_signatures(t, b->text, out);
        return;
    }
    if (b->kind != BLOCK_TEXT)
        buf_printf(out, "<div class=\"ts-paper-%s\">\n", paper_block_names[b->kind]);
    markdown_html_lines(b->text, t->marks, t->n_marks, out);
    if (b->kind != BLOCK_TEXT)
        buf_puts(out, "</div>\n");
}

static enum err put_paper(const struct paper_text *t, enum paper_shape shape, struct buf *out, struct fault *f)
{
    const struct paper *p = t->paper;
    buf_printf(out, "<article class=\"ts-paper%s%s\" lang=\"vi\" data-paper=\"",
               p->size == PAPER_A5 ? " ts-paper-a5" : "", p->is_landscape ? " ts-paper-landscape" : "");
    html_attr(out, p->name);
    buf_puts(out, "\">\n");
    line(out, "ts-paper-form", p->form);
    if (t->is_sample)
        line(out, "ts-paper-sample", STR(PAPER_SAMPLE));
    put_head(t, out);
    enum err e = put_titles(t, shape, out, f);
    for (size_t i = 0; e == OK && i < t->n_blocks; i++)
        put_block(t, &t->blocks[i], out);
    buf_puts(out, "</article>\n");
    return e;
}

/* A page of its own: with its styles in it, or with a link to them. */
static void begin_page(const struct paper_text *t, struct str style_href, struct buf *out)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(out, text2_in(&t->paper->title, LANG_VI));
    if (t->code.n)
        buf_putc(out, ' ');
    html_text(out, t->code);
    buf_puts(out, "</title>\n");
    if (style_href.n) {
        buf_puts(out, "<link rel=\"stylesheet\" href=\"");
        url_attr(out, style_href);
        buf_puts(out, "\">\n");
    } else {
        buf_printf(out, "<style>\n%s</style>\n", paper_style);
    }
    buf_puts(out, "</head>\n<body>\n<main>\n");
}

static enum err write_html(struct arena *a, const struct paper *paper, const struct json *context,
                           enum paper_shape shape, struct str style_href, struct buf *out, struct fault *f)
{
    struct paper_text *t = NULL;
    enum err e = paper_fill(a, paper, context, &t, f);
    if (e != OK)
        return e;
    if (shape == PAPER_FILE)
        begin_page(t, style_href, out);
    e = put_paper(t, shape, out, f);
    if (shape == PAPER_FILE)
        buf_puts(out, "</main>\n</body>\n</html>\n");
    if (e == OK && out->is_full)
        e = FAULT(f, ERR_LIMIT, {"what", paper->file}, {"limit", STR("16 MiB")});
    return e;
}

enum err paper_html(struct arena *a, const struct paper *paper, const struct json *context, enum paper_shape shape,
                    struct buf *out, struct fault *f)
{
    return write_html(a, paper, context, shape, STR(""), out, f);
}

enum err paper_page_html(struct arena *a, const struct paper *paper, const struct json *context, struct str style_href,
                         struct buf *out, struct fault *f)
{
    return write_html(a, paper, context, PAPER_FILE, style_href, out, f);
}
