/* Markdown (GitHub's dialect with tables, by cmark-gfm) that carries marks: numbers that keep their identity to the page.
 *
 * A mark is written into the text by mark_put and survives parsing; on the page it becomes HTML of the caller's, elsewhere plain
 * text. HTML in the Markdown itself is left out: nobody's declaration writes tags into a page.
 *
 *     struct buf text = BUF_INIT(LIMIT_REPORT_BYTES);
 *     buf_puts(&text, "Xếp hạng **"), mark_put(&text, 0), buf_puts(&text, "**");
 *     struct markdown_mark marks[] = {{.html = STR("<data value=\"41\">41</data>"), .plain = STR("41")}};
 *     markdown_html(buf_view(&text), marks, 1, &page);
 *     const struct md *tree = markdown_tree(a, buf_view(&text), marks, 1);
 *
 * Marks in links' addresses and in code become their plain text. A stray mark character in a text is harmless: mark_clean drops it.
 * Ownership: the tree lies in the arena.
 */
#ifndef TINHSO_REPORT_MARKDOWN_H
#define TINHSO_REPORT_MARKDOWN_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

struct markdown_mark {
    struct str html, plain;
};

void mark_put(struct buf *text, size_t number);
/* Text without characters that could be taken for a mark. */
void mark_clean(struct buf *text, struct str s);
/* Replaces every mark by what `print` writes for its number. */
typedef void mark_printer(const void *ctx, size_t number, struct buf *out);
void mark_replace(struct str text, mark_printer *print, const void *ctx, struct buf *out);

/* Words that mean nothing but themselves in Markdown, table cells included; line breaks become spaces. */
void markdown_escape(struct buf *out, struct str s);

void markdown_html(struct str text, const struct markdown_mark *marks, size_t n, struct buf *out);
/* The same, where a line of the text is a line on the page. */
void markdown_html_lines(struct str text, const struct markdown_mark *marks, size_t n, struct buf *out);

enum md_kind {
    MD_DOCUMENT,
    MD_HEADING,
    MD_PARAGRAPH,
    MD_LIST,
    MD_ITEM,
    MD_QUOTE,
    MD_CODE_BLOCK,
    MD_RULE,
    MD_TABLE,
    MD_ROW,
    MD_CELL,
    MD_TEXT, /* inline text, code included; a line break is \n */
    MD_LINK,
    MD_STRONG,
    MD_EMPHASIS,
    MD_INLINE, /* whatever else stands in a line: only its children count */
};

struct md {
    enum md_kind kind;
    int level; /* MD_HEADING 1..6; MD_LIST: its first number, -1 for bullets; MD_TEXT: 1 for the end of a line of the source */
    char align;      /* MD_CELL: 'l', 'c', 'r' or 0 */
    struct str text; /* MD_TEXT, MD_CODE_BLOCK; MD_LINK: its address */
    struct md *child, *next;
};

const struct md *markdown_tree(struct arena *a, struct str text, const struct markdown_mark *marks, size_t n);

/* Version of the library, for `tinhso version`. */
const char *markdown_version(void);

#endif
