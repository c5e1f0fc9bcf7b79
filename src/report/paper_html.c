/* A paper as HTML: within a page of the portal by its classes alone, or as a file that stands alone and prints as it looks. */
#include <stdio.h>

#include "base/limits.h"
#include "report/paper_internal.h"
#include "report/qr.h"
#include "text/html.h"

#include "base/banned.h"

/* The portal's own pages have the same in web/styles/_papers.scss. */
static const char style[] =
    "*{box-sizing:border-box}body{margin:0;background:#e9ebed;color:#000}\n"
    ".ts-paper{position:relative;max-width:210mm;margin:1rem auto;padding:20mm 15mm 20mm "
    "30mm;background:#fff;color:#000;"
    "font:13pt/1.35 \"Times New Roman\",\"Liberation Serif\",\"Tinos\",serif;overflow-wrap:break-word}\n"
    ".ts-paper-a5{max-width:148mm;padding:12mm 12mm 12mm 15mm;font-size:11pt}.ts-paper-landscape{max-width:297mm}\n"
    ".ts-paper-head{display:flex;flex-wrap:wrap;gap:.5rem 1rem;justify-content:space-between;text-align:center}\n"
    ".ts-paper-head>div{flex:1 1 12rem}.ts-paper-head p{margin:0}.ts-paper-motto{text-decoration:underline;"
    "text-underline-offset:.3em}\n"
    ".ts-paper-office{text-decoration:underline;text-underline-offset:.3em}\n"
    ".ts-paper-head .ts-paper-number,.ts-paper-head .ts-paper-day{margin-top:.6em}.ts-paper-day{font-style:italic}\n"
    ".ts-paper-top{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,3fr) minmax(0,1fr);align-items:center;"
    "margin:1em 0;text-align:center}\n"
    ".ts-paper-top>.ts-paper-titles{grid-column:2}.ts-paper-top svg{width:28mm;max-width:100%;display:block}\n"
    ".ts-paper-titles h1,.ts-paper-titles h2{font-size:1.08em;margin:0}.ts-paper-titles p{margin:0}\n"
    ".ts-paper p{margin:.4em 0}.ts-paper table{width:100%;border-collapse:collapse;margin:.6em 0;font-size:.94em}\n"
    ".ts-paper th,.ts-paper td{border:1px solid #000;padding:.2em .4em;vertical-align:top;text-align:left}"
    ".ts-paper th{text-align:center}\n"
    ".ts-paper [align=right]{text-align:right}.ts-paper [align=center]{text-align:center}\n"
    ".ts-paper-note{font-style:italic;font-size:.88em}.ts-paper-center{text-align:center}\n"
    ".ts-paper-signatures{display:flex;flex-wrap:wrap;gap:1rem;margin-top:1em;text-align:center;break-inside:avoid}\n"
    ".ts-paper-signatures>div{flex:1 1 10rem}.ts-paper-signatures>div:has(ul){text-align:left;font-size:.85em}"
    ".ts-paper-signatures ul{list-style:none;padding:0;margin:0}\n"
    ".ts-paper hr{break-after:page;border:0;border-top:1px dashed #767676;margin:1.5em 0}\n"
    ".ts-paper-form{position:absolute;top:4mm;right:15mm;font-size:8pt;margin:0}\n"
    ".ts-paper-sample{border:2px solid #b50909;color:#b50909;font-weight:700;text-align:center;padding:.2em}\n"
    "@media "
    "print{body{background:#fff}.ts-paper{margin:0;max-width:none}tr{break-inside:avoid}thead{display:table-header-"
    "group}}\n";

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

enum err paper_html(struct arena *a, const struct paper *paper, const struct json *context, enum paper_shape shape,
                    struct buf *out, struct fault *f)
{
    struct paper_text *t = NULL;
    enum err e = paper_fill(a, paper, context, &t, f);
    if (e != OK)
        return e;
    if (shape == PAPER_FILE) {
        buf_puts(out, "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        html_text(out, text2_in(&paper->title, LANG_VI));
        if (t->code.n)
            buf_puts(out, " ");
        html_text(out, t->code);
        buf_puts(out, "</title>\n<style>\n");
        buf_printf(out, "@page{size:%s%s;margin:0}\n", paper->size == PAPER_A5 ? "A5" : "A4",
                   paper->is_landscape ? " landscape" : "");
        buf_puts(out, style);
        buf_puts(out, "</style>\n</head>\n<body>\n");
    }
    e = put_paper(t, shape, out, f);
    if (shape == PAPER_FILE)
        buf_puts(out, "</body>\n</html>\n");
    if (e == OK && out->is_full)
        e = FAULT(f, ERR_LIMIT, {"what", paper->file}, {"limit", STR("16 MiB")});
    return e;
}
