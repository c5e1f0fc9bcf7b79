/* A report for a terminal, and as Markdown: text with its numbers put in. */
#include <stdio.h>

#include "base/limits.h"
#include "report/columns.h"
#include "report/report_internal.h"

#include "base/banned.h"

enum { DEPTH_MAX = 40 };

const char *sample_words(const struct report *r)
{
    return r->lang == LANG_EN ? "sample data" : "dữ liệu mẫu";
}

const char *sample_mark(const struct report *r)
{
    return r->lang == LANG_EN ? "[sample]" : "[mẫu]";
}

static struct str plain_of(struct arena *a, const struct report *r, const struct report_number *n)
{
    return n->has_mark ? str_of(arena_printf(a, "%.*s %s", STR_ARG(n->shown), sample_mark(r))) : n->shown;
}

/* ---- Markdown ---- */

static void print_markdown(const void *ctx, size_t number, struct buf *out)
{
    const struct report *r = ctx;
    if (number >= r->n_numbers)
        return;
    markdown_escape(out, r->numbers[number].shown);
    if (r->numbers[number].has_mark) {
        buf_putc(out, ' ');
        markdown_escape(out, str_of(sample_mark(r)));
    }
}

void report_markdown(const struct report *r, struct buf *out)
{
    mark_replace(r->body, print_markdown, r, out);
    buf_puts(out, "\n\n---\n\n");
    mark_replace(r->tail, print_markdown, r, out);
}

/* ---- terminal ---- */

struct writer {
    struct arena *arena;
    struct buf *out;
    size_t width;
};

static void gather(const struct md *md, int depth, struct buf *b)
{
    for (const struct md *c = md->child; c && depth < DEPTH_MAX; c = c->next) {
        if (c->kind == MD_TEXT)
            buf_str(b, c->text);
        size_t before = b->n;
        gather(c, depth + 1, b);
        bool is_itself = c->kind == MD_LINK && str_eq(c->text, str_slice(b->p ? b->p + before : "", b->n - before));
        if (c->kind == MD_LINK && !is_itself)
            buf_printf(b, " (%.*s)", STR_ARG(c->text));
    }
}

static struct str inline_text(struct writer *w, const struct md *md)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    gather(md, 0, &b);
    return str_dup(w->arena, buf_view(&b));
}

static struct str join(struct writer *w, struct str a, const char *b)
{
    return str_of(arena_printf(w->arena, "%.*s%s", STR_ARG(a), b));
}

static void write_heading(struct writer *w, const struct md *md, struct str first, struct str next)
{
    static const char *const lines[] = {"═", "─", "╌"};
    struct str text = inline_text(w, md);
    columns_wrap(w->out, text, w->width, first, next);
    size_t width = columns_width(text), room = w->width - columns_width(next);
    buf_str(w->out, next);
    for (size_t i = 0; i < width && i < room; i++)
        buf_puts(w->out, lines[md->level > 3 ? 2 : md->level - 1]);
    buf_putc(w->out, '\n');
}

static void write_lines(struct writer *w, struct str text, struct str first, struct str next)
{
    struct str indent = first;
    while (text.p && text.n) {
        struct str rest, line = str_cut(text, '\n', &rest);
        buf_str(w->out, indent);
        buf_str(w->out, line);
        buf_putc(w->out, '\n');
        indent = next;
        text = rest;
    }
}

static void write_table(struct writer *w, const struct md *md, struct str first, struct str next)
{
    size_t n = 0;
    for (const struct md *c = md->child ? md->child->child : NULL; c; c = c->next)
        n++;
    if (n == 0)
        return;
    struct columns_table t;
    columns_table_init(&t, w->arena, n);
    for (const struct md *row = md->child; row; row = row->next) {
        size_t i = 0;
        for (const struct md *cell = row->child; cell && i < n; cell = cell->next, i++) {
            t.is_right[i] = cell->align == 'r';
            columns_add(&t, inline_text(w, cell));
        }
        for (; i < n; i++)
            columns_add(&t, (struct str){0});
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    columns_draw(&t, w->width - columns_width(next), &b);
    write_lines(w, buf_view(&b), first, next);
}

static void write_blocks(struct writer *w, const struct md *md, struct str first, struct str next, bool is_tight,
                         int depth);

static void write_list(struct writer *w, const struct md *md, struct str first, struct str next, int depth)
{
    int number = md->level;
    for (const struct md *item = md->child; item; item = item->next) {
        const char *bullet = number < 0 ? "• " : arena_printf(w->arena, "%d. ", number);
        struct str head = join(w, item == md->child ? first : next, bullet);
        size_t pad = columns_width(str_of(bullet));
        struct str tail = join(w, next, arena_printf(w->arena, "%*s", (int)pad, ""));
        write_blocks(w, item, head, tail, true, depth + 1);
        number += number >= 0;
    }
}

static void write_block(struct writer *w, const struct md *md, struct str first, struct str next, int depth)
{
    switch (md->kind) {
    case MD_HEADING:
        write_heading(w, md, first, next);
        break;
    case MD_LIST:
        write_list(w, md, first, next, depth);
        break;
    case MD_QUOTE:
        write_blocks(w, md, join(w, first, "│ "), join(w, next, "│ "), false, depth + 1);
        break;
    case MD_CODE_BLOCK:
        write_lines(w, md->text, join(w, first, "    "), join(w, next, "    "));
        break;
    case MD_RULE:
        buf_str(w->out, first);
        for (size_t i = columns_width(first); i < w->width; i++)
            buf_puts(w->out, "─");
        buf_putc(w->out, '\n');
        break;
    case MD_TABLE:
        write_table(w, md, first, next);
        break;
    default:
        columns_wrap(w->out, inline_text(w, md), w->width, first, next);
    }
}

/* Deeper than anybody reads, what is left is not shown: the indentation alone would fill the line. */
static void write_blocks(struct writer *w, const struct md *md, struct str first, struct str next, bool is_tight,
                         int depth)
{
    if (depth > DEPTH_MAX || columns_width(next) + 20 > w->width)
        return;
    if (!md->child) {
        buf_str(w->out, first);
        buf_putc(w->out, '\n');
    }
    for (const struct md *c = md->child; c; c = c->next) {
        if (c != md->child && (!is_tight || c->kind == MD_TABLE || c->kind == MD_CODE_BLOCK)) {
            buf_str(w->out, str_trim(next));
            buf_putc(w->out, '\n');
        }
        write_block(w, c, c == md->child ? first : next, next, depth);
    }
}

void report_text(struct arena *a, const struct report *r, size_t width, struct buf *out)
{
    struct markdown_mark *marks = ARENA_ARRAY(a, struct markdown_mark, r->n_numbers + 1);
    for (size_t i = 0; i < r->n_numbers; i++)
        marks[i].plain = plain_of(a, r, &r->numbers[i]);
    struct writer w = {a, out, width < 30 ? 30 : width};
    const struct str none = {0};
    write_blocks(&w, markdown_tree(a, r->body, marks, r->n_numbers), none, none, false, 0);
    buf_putc(out, '\n');
    for (size_t i = 0; i < w.width; i++)
        buf_puts(out, "─");
    buf_putc(out, '\n');
    write_blocks(&w, markdown_tree(a, r->tail, marks, r->n_numbers), none, none, false, 0);
}
