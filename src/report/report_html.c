/* A report as one page: no script, nothing loaded from elsewhere, readable on a phone and on paper. */
#include <stdio.h>

#include "base/limits.h"
#include "report/report_internal.h"
#include "text/html.h"

#include "base/banned.h"

static const char style[] =
    ":root{color-scheme:light dark;--text:#1b1b1b;--soft:#565c65;--line:#c6cace;--paper:#fff;--shade:#f3f4f5;"
    "--link:#005ea2;--sample:#6f3331;--sample-paper:#f8eff1}\n"
    "@media(prefers-color-scheme:dark){:root{--text:#ececec;--soft:#a9aeb1;--line:#4b5158;--paper:#17191c;--shade:#"
    "22262a;"
    "--link:#7fb5e6;--sample:#f3bfbd;--sample-paper:#3a2324}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--text);font:1.0625rem/1.6 \"Public Sans\",\"Noto Sans\",\"Segoe "
    "UI\","
    "Roboto,Arial,sans-serif;overflow-wrap:break-word}\n"
    "main{max-width:46rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.7rem;line-height:1.25;margin:1rem 0}\n"
    "h2{font-size:1.3rem;line-height:1.3;margin:2rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid "
    "var(--line)}\n"
    "h3{font-size:1.1rem;margin:1.5rem 0 .5rem}\n"
    "a{color:var(--link)}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}\n"
    "th{background:var(--shade)}\n"
    "[align=right]{text-align:right}[align=center]{text-align:center}\n"
    "blockquote{margin:1rem 0;padding:0 1rem;border-left:.25rem solid var(--line);color:var(--soft)}\n"
    "code{font-size:.9em;background:var(--shade);padding:.1em .3em;border-radius:.2em}\n"
    "pre{overflow-x:auto;background:var(--shade);padding:.75rem}\n"
    ".figure{font-weight:600}.figure[data-sample]{text-decoration:underline dotted "
    "var(--sample);text-underline-offset:.25em}\n"
    ".sample{display:inline-block;margin-left:.35em;padding:0 .4em;border-radius:.6em;font-size:.72em;line-height:1.5;"
    "white-space:nowrap;color:var(--sample);background:var(--sample-paper)}\n"
    "footer{margin-top:2rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.9rem}\n"
    "@media print{:root{--text:#000;--soft:#333;--paper:#fff}body{font-size:11pt}main{max-width:none;padding:0}"
    "h2,h3{break-after:avoid}tr,li{break-inside:avoid}a{color:inherit}}\n";

static void attribute(struct buf *b, const char *name, struct str value)
{
    if (value.n == 0)
        return;
    buf_printf(b, " %s=\"", name);
    html_attr(b, value);
    buf_putc(b, '"');
}

static void add_query(struct buf *b, char *sign, const char *name, struct str value)
{
    if (value.n == 0)
        return;
    buf_printf(b, "%c%s=", *sign, name);
    url_encode(b, value);
    *sign = '&';
}

/* Where a number leads: to its figure, broken down as here, or to the subject of an index in its year; at the moment of the report. */
static struct str number_href(struct arena *a, const struct report_links *links, const struct report_number *n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    char sign = '?';
    buf_puts(&b, n->year ? links->indexes : links->figures);
    url_encode(&b, n->figure);
    if (n->year) {
        buf_putc(&b, '/');
        url_encode(&b, n->key);
        add_query(&b, &sign, "year", str_of(arena_printf(a, "%lld", (long long)n->year)));
    } else {
        add_query(&b, &sign, "by", n->by);
        add_query(&b, &sign, "on", n->on);
        add_query(&b, &sign, "units-at", n->units_at);
    }
    add_query(&b, &sign, "at", links->at);
    return str_dup(a, buf_view(&b));
}

static struct str number_html(struct arena *a, const struct report *r, const struct report_links *links,
                              const struct report_number *n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    if (links) {
        buf_puts(&b, "<a");
        attribute(&b, "href", number_href(a, links, n));
        buf_putc(&b, '>');
    }
    buf_puts(&b, "<data class=\"figure\"");
    attribute(&b, "data-figure", n->figure);
    buf_printf(&b, " data-revision=\"%lld\"", (long long)r->at.rev);
    attribute(&b, "data-by", n->by);
    attribute(&b, "data-key", n->key);
    if (n->is_sample)
        buf_puts(&b, " data-sample=\"true\"");
    attribute(&b, "value", n->value);
    attribute(&b, "title", n->title);
    buf_putc(&b, '>');
    html_text(&b, n->shown);
    buf_puts(&b, links ? "</data></a>" : "</data>");
    if (n->has_mark)
        buf_printf(&b, "<small class=\"sample\">%s</small>", sample_words(r));
    return str_dup(a, buf_view(&b));
}

/* A wide table scrolls by itself, so that the page does not. */
static void write_markdown(const struct report *r, struct str text, const struct markdown_mark *marks, struct buf *out)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    markdown_html(text, marks, r->n_numbers, &b);
    struct str rest = buf_view(&b);
    while (rest.p && rest.n) {
        struct str next, line = str_cut(rest, '\n', &next);
        bool is_table = str_is(line, "<table>"), is_end = str_is(line, "</table>");
        if (is_table)
            buf_printf(out, "<div class=\"wide\" role=\"group\" aria-label=\"%s\" tabindex=\"0\">\n",
                       r->lang == LANG_EN ? "Table" : "Bảng");
        buf_str(out, line);
        buf_puts(out, is_end ? "\n</div>\n" : "\n");
        rest = next;
    }
    out->is_full |= b.is_full;
}

/* Each mark as it stands on a page. */
static struct markdown_mark *marks_of(struct arena *a, const struct report *r, const struct report_links *links)
{
    struct markdown_mark *marks = ARENA_ARRAY(a, struct markdown_mark, r->n_numbers + 1);
    for (size_t i = 0; i < r->n_numbers; i++)
        marks[i].html = number_html(a, r, links, &r->numbers[i]), marks[i].plain = r->numbers[i].shown;
    return marks;
}

void report_body_html(struct arena *a, const struct report *r, const struct report_links *links, struct buf *out)
{
    const struct markdown_mark *marks = marks_of(a, r, links);
    write_markdown(r, r->body, marks, out);
    buf_puts(out, "<footer>\n");
    write_markdown(r, r->tail, marks, out);
    buf_puts(out, "</footer>\n");
}

void report_html(struct arena *a, const struct report *r, struct buf *out)
{
    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
               r->lang == LANG_EN ? "en" : "vi");
    buf_puts(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(out, text2_in(&r->title, r->lang));
    buf_puts(out, " — ");
    html_text(out, text2_in(&r->province->title, r->lang));
    buf_puts(out, "</title>\n<style>\n");
    buf_puts(out, style);
    buf_puts(out, "</style>\n</head>\n<body>\n<main>\n");
    report_body_html(a, r, NULL, out);
    buf_puts(out, "</main>\n</body>\n</html>\n");
}
