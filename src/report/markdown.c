#include "report/markdown.h"

#include <stdio.h>
#include <stdlib.h>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "base/limits.h"
#include "base/vec.h"

#include "base/banned.h"

/* A mark is U+E000, its number in digits, U+E001: private-use characters that Markdown passes through as letters. */
#define MARK_OPEN "\xEE\x80\x80"
#define MARK_CLOSE "\xEE\x80\x81"
enum { MARK_BYTES = 3 };

void mark_put(struct buf *text, size_t number)
{
    buf_printf(text, MARK_OPEN "%zu" MARK_CLOSE, number);
}

void mark_clean(struct buf *text, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        struct str rest = str_slice(s.p + i, s.n - i);
        if (str_starts(rest, STR(MARK_OPEN)) || str_starts(rest, STR(MARK_CLOSE)))
            i += MARK_BYTES;
        else
            buf_putc(text, s.p[i++]);
    }
}

/* The text before the next mark, and its number; false when there is no more mark. Steps *rest behind it. */
static bool mark_next(struct str *rest, struct str *ret_before, size_t *ret_number)
{
    for (size_t i = 0; i + MARK_BYTES <= rest->n; i++) {
        struct str at = str_slice(rest->p + i, rest->n - i);
        if (!str_starts(at, STR(MARK_OPEN)))
            continue;
        size_t number = 0, k = MARK_BYTES;
        for (; k < at.n && at.p[k] >= '0' && at.p[k] <= '9' && number < LIMIT_REPORT_BYTES; k++)
            number = number * 10 + (size_t)(at.p[k] - '0');
        if (!str_starts(str_slice(at.p + k, at.n - k), STR(MARK_CLOSE)))
            continue;
        *ret_before = str_slice(rest->p, i);
        *ret_number = number;
        *rest = str_slice(at.p + k + MARK_BYTES, at.n - k - MARK_BYTES);
        return true;
    }
    return false;
}

void mark_replace(struct str text, mark_printer *print, const void *ctx, struct buf *out)
{
    struct str before;
    size_t number;
    while (mark_next(&text, &before, &number)) {
        buf_str(out, before);
        print(ctx, number, out);
    }
    buf_str(out, text);
}

struct marks {
    const struct markdown_mark *p;
    size_t n;
};

static void print_plain(const void *ctx, size_t number, struct buf *out)
{
    const struct marks *m = ctx;
    if (number < m->n)
        buf_str(out, m->p[number].plain);
}

void markdown_escape(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (strchr("\\`*_[]<>|#&~!", c) && c)
            buf_putc(out, '\\');
        buf_putc(out, c == '\n' || c == '\r' ? ' ' : c);
    }
}

/* ---- parsing ---- */

static cmark_node *parse(struct str text)
{
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    must(parser);
    cmark_syntax_extension *table = cmark_find_syntax_extension("table");
    must(table && cmark_parser_attach_syntax_extension(parser, table));
    cmark_parser_feed(parser, text.p, text.n);
    cmark_node *root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    must(root);
    cmark_consolidate_text_nodes(root);
    return root;
}

static bool has_mark(const char *text)
{
    return text && strstr(text, MARK_OPEN);
}

static void replace_plain(cmark_node *node, const char *text, const struct marks *m,
                          int (*set)(cmark_node *, const char *))
{
    if (!has_mark(text))
        return;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    mark_replace(str_of(text), print_plain, m, &b);
    set(node, buf_cstr(&b));
}

static bool is_in_image(cmark_node *node)
{
    for (; node; node = cmark_node_parent(node))
        if (cmark_node_get_type(node) == CMARK_NODE_IMAGE)
            return true;
    return false;
}

/* Addresses and titles become attributes: no HTML fits there. */
static void replace_url(cmark_node *node, const struct marks *m)
{
    replace_plain(node, cmark_node_get_url(node), m, cmark_node_set_url);
    replace_plain(node, cmark_node_get_title(node), m, cmark_node_set_title);
}

/* Marks stay only in texts, that is between tags: there they can be replaced by HTML once the page is written. */
static void flatten_marks(cmark_node *root, const struct marks *m)
{
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK || (type == CMARK_NODE_TEXT && is_in_image(node)))
            replace_plain(node, cmark_node_get_literal(node), m, cmark_node_set_literal);
        else if (event == CMARK_EVENT_ENTER && (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE))
            replace_url(node, m);
    }
    cmark_iter_free(iter);
}

static void print_html(const void *ctx, size_t number, struct buf *out)
{
    const struct marks *m = ctx;
    if (number < m->n)
        buf_str(out, m->p[number].html);
}

static void html(struct str text, int options, const struct markdown_mark *marks, size_t n, struct buf *out)
{
    struct marks m = {marks, n};
    cmark_node *root = parse(text);
    flatten_marks(root, &m);
    char *text_html = cmark_render_html(root, options, NULL);
    mark_replace(str_of(text_html), print_html, &m, out);
    free(text_html);
    cmark_node_free(root);
}

void markdown_html(struct str text, const struct markdown_mark *marks, size_t n, struct buf *out)
{
    html(text, CMARK_OPT_DEFAULT, marks, n, out);
}

void markdown_html_lines(struct str text, const struct markdown_mark *marks, size_t n, struct buf *out)
{
    html(text, CMARK_OPT_HARDBREAKS, marks, n, out);
}

/* ---- the tree for terminals ---- */

struct tree {
    struct arena *arena;
    struct marks marks;
};

static struct str plain_text(struct tree *t, const char *text)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    mark_replace(str_of(text), print_plain, &t->marks, &b);
    return str_dup(t->arena, buf_view(&b));
}

static enum md_kind kind_of(cmark_node *node)
{
    static const struct {
        const char *name;
        enum md_kind kind;
    } kinds[] = {
        {"document", MD_DOCUMENT},
        {"heading", MD_HEADING},
        {"paragraph", MD_PARAGRAPH},
        {"list", MD_LIST},
        {"item", MD_ITEM},
        {"block_quote", MD_QUOTE},
        {"code_block", MD_CODE_BLOCK},
        {"thematic_break", MD_RULE},
        {"table", MD_TABLE},
        {"table_row", MD_ROW},
        {"table_header", MD_ROW},
        {"table_cell", MD_CELL},
        {"text", MD_TEXT},
        {"code", MD_TEXT},
        {"softbreak", MD_TEXT},
        {"linebreak", MD_TEXT},
        {"link", MD_LINK},
        {"strong", MD_STRONG},
        {"emph", MD_EMPHASIS},
    };
    const char *name = cmark_node_get_type_string(node);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    return MD_INLINE;
}

static struct md *tree_node(struct tree *t, cmark_node *node)
{
    struct md *md = ARENA_NEW(t->arena, struct md);
    md->kind = kind_of(node);
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_SOFTBREAK)
        md->text = STR(" "), md->level = 1;
    else if (type == CMARK_NODE_LINEBREAK)
        md->text = STR("\n");
    else if (md->kind == MD_TEXT || md->kind == MD_CODE_BLOCK)
        md->text = plain_text(t, cmark_node_get_literal(node));
    else if (md->kind == MD_LINK)
        md->text = plain_text(t, cmark_node_get_url(node));
    else if (md->kind == MD_HEADING)
        md->level = cmark_node_get_heading_level(node);
    else if (md->kind == MD_LIST)
        md->level = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST ? cmark_node_get_list_start(node) : -1;
    return md;
}

static void align_cells(cmark_node *table, struct md *md)
{
    size_t n = cmark_gfm_extensions_get_table_columns(table);
    const uint8_t *align = cmark_gfm_extensions_get_table_alignments(table);
    for (struct md *row = md->child; row; row = row->next) {
        size_t i = 0;
        for (struct md *cell = row->child; cell && i < n; cell = cell->next)
            cell->align = (char)align[i++];
    }
}

/* Leaves, for which the iterator gives no exit event. */
static bool is_leaf(cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_THEMATIC_BREAK:
    case CMARK_NODE_CODE_BLOCK:
    case CMARK_NODE_TEXT:
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
    case CMARK_NODE_CODE:
    case CMARK_NODE_HTML_INLINE:
        return true;
    default:
        return false;
    }
}

/* Nesting is bounded by the parser only through the text's length: walked with a stack of parents, not by recursion. */
const struct md *markdown_tree(struct arena *a, struct str text, const struct markdown_mark *marks, size_t n)
{
    struct tree t = {a, {marks, n}};
    cmark_node *root = parse(text);
    cmark_iter *iter = cmark_iter_new(root);
    VEC(struct md *) open = {0};
    VEC(struct md *) last = {0}; /* last child so far of each open node */
    struct md *top = NULL;
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (event == CMARK_EVENT_EXIT) {
            must(open.n > 0);
            struct md *closed = open.p[--open.n];
            last.n--;
            if (closed->kind == MD_TABLE)
                align_cells(node, closed);
            continue;
        }
        struct md *md = tree_node(&t, node);
        if (open.n == 0)
            top = md;
        else if (last.p[last.n - 1])
            last.p[last.n - 1]->next = md;
        else
            open.p[open.n - 1]->child = md;
        if (open.n)
            last.p[last.n - 1] = md;
        if (!is_leaf(node)) {
            VEC_PUSH(a, &open, md);
            VEC_PUSH(a, &last, NULL);
        }
    }
    cmark_iter_free(iter);
    cmark_node_free(root);
    return top;
}

const char *markdown_version(void)
{
    return cmark_version_string();
}
