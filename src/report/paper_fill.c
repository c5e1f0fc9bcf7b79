/* Papers filled: values of the context become marks, which no Markdown can come out of; repeated and optional parts are written out. */
#include <stdio.h>

#include "base/limits.h"
#include "base/vec.h"
#include "report/paper_internal.h"
#include "text/html.h"
#include "text/json_merge.h"

#include "base/banned.h"

enum { SCOPES_MAX = 32, BLANK_ROWS = 3 };

struct filler {
    struct arena *arena;
    const struct paper *paper;
    const struct json *scopes[SCOPES_MAX]; /* objects, the innermost last */
    size_t n_scopes;
    bool is_blank; /* a form to be filled in by hand */
    struct buf body;
    VEC(struct markdown_mark) marks;
    struct fault *f;
};

static const struct json *look_up(const struct filler *m, struct str field)
{
    const struct json *found;
    for (size_t i = m->n_scopes; i; i--)
        if ((found = json_find(m->scopes[i - 1], field)))
            return found;
    return NULL;
}

/* Line breaks in a value are kept: an address may have some. */
static struct str html_of(struct arena *a, struct str plain)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    for (struct str rest = plain; rest.p;) {
        struct str next, line = str_cut(rest, '\n', &next);
        html_text(&b, line);
        if (next.p)
            buf_puts(&b, "<br>");
        rest = next;
    }
    return str_dup(a, buf_view(&b));
}

static enum err put_text(struct filler *m, struct str plain)
{
    if (m->marks.n >= LIMIT_PAPER_MARKS)
        return FAULT(m->f, ERR_LIMIT, {"what", m->paper->file}, {"limit", STR("100000 {{…}}")});
    mark_put(&m->body, m->marks.n);
    VEC_PUSH(m->arena, &m->marks, ((struct markdown_mark){.html = html_of(m->arena, plain), .plain = plain}));
    return OK;
}

static enum err put_value(struct filler *m, const struct paper_piece *p)
{
    const struct json *value = look_up(m, p->field);
    if (!value || value->kind == J_NULL || (value->kind == J_STRING && value->string.n == 0))
        return put_text(m, p->is_cell ? STR("") : str_of(paper_dots(p->format)));
    const struct code *code = p->codes && value->kind == J_STRING ? map_get(&p->codes->by_code, value->string) : NULL;
    if (code)
        return put_text(m, text2_in(&code->title, LANG_VI));
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    enum err e = paper_value(value, p->field, p->format, m->paper->utc_offset_minutes, &b, m->f);
    return e == OK ? put_text(m, str_dup(m->arena, buf_view(&b))) : e;
}

/* On a form for hands stands what a value would stand in; of two ways the second, and none of several choices. */
static bool is_true(const struct filler *m, const struct paper_piece *p)
{
    const struct json *value = look_up(m, p->field);
    bool is_there = paper_value_is_there(value);
    bool is_equal = value && (value->kind == J_STRING || value->kind == J_NUMBER) && str_eq(value->string, p->value);
    switch (p->test) {
    case TEST_IS_THERE:
        return m->is_blank ? m->paper->pieces[p->next].kind == PIECE_END : is_there;
    case TEST_IS_NOT_THERE:
        return !is_there && !m->is_blank;
    case TEST_EQUALS:
        return is_equal;
    default:
        return !is_equal && !m->is_blank;
    }
}

static enum err put_pieces(struct filler *m, size_t from, size_t to);

/* Nesting is bounded by the scopes for lists; conditions do not add any. */
static enum err put_each(struct filler *m, const struct paper_piece *p, size_t from)
{
    static const struct json empty = {.kind = J_OBJECT};
    const struct json *list = look_up(m, p->field);
    bool is_there = list && list->kind != J_NULL;
    if (is_there && list->kind != J_ARRAY)
        return FAULT(m->f, ERR_PAPER_CONTEXT, {"field", p->field});
    if (m->n_scopes == SCOPES_MAX)
        return FAULT(m->f, ERR_LIMIT, {"what", m->paper->file}, {"limit", STR("32 {{#…}}")});
    size_t n = is_there ? list->n : m->is_blank ? BLANK_ROWS : 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct json *item = is_there ? &list->items[i] : &empty;
        if (item->kind != J_OBJECT)
            return FAULT(m->f, ERR_PAPER_CONTEXT, {"field", p->field});
        m->scopes[m->n_scopes++] = item;
        e = put_pieces(m, from, p->next);
        m->n_scopes--;
    }
    return e;
}

static enum err put_pieces(struct filler *m, size_t from, size_t to)
{
    const struct paper_piece *pieces = m->paper->pieces;
    enum err e = OK;
    for (size_t i = from; e == OK && i < to; i++) {
        const struct paper_piece *p = &pieces[i];
        if (p->kind == PIECE_WORDS) {
            mark_clean(&m->body, p->text);
        } else if (p->kind == PIECE_VALUE) {
            e = put_value(m, p);
        } else if (p->kind == PIECE_EACH) {
            e = put_each(m, p, i + 1);
            i = p->next;
        } else if (p->kind == PIECE_ELSE) { /* behind a part that stood */
            i = p->next;
        } else if (p->kind == PIECE_IF && !is_true(m, p)) {
            i = p->next; /* to its end, or into its other part */
        }
    }
    return e;
}

/* ---- what the layout takes ---- */

static enum err layout_value(struct filler *m, const char *field, enum paper_format format, struct str blank,
                             struct str *ret_text)
{
    const struct json *value = look_up(m, str_of(field));
    if (!paper_value_is_there(value)) {
        *ret_text = blank;
        return OK;
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    enum err e = paper_value(value, str_of(field), format, m->paper->utc_offset_minutes, &b, m->f);
    if (e == OK)
        *ret_text = str_dup(m->arena, buf_view(&b));
    return e;
}

/* In a head a committee's name stands in full. */
static struct str in_full(struct arena *a, struct str name)
{
    static const char brief[] = "UBND ";
    if (!str_starts(name, str_of(brief)))
        return name;
    return STR_JOIN(a, STR("ỦY BAN NHÂN DÂN "), str_slice(name.p + sizeof brief - 1, name.n - sizeof brief + 1));
}

static enum err fill_layout(struct filler *m, struct paper_text *t)
{
    struct str place, day;
    enum err e = layout_value(m, "superior_name", FORMAT_CAPITALS, (struct str){0}, &t->superior);
    if (e == OK)
        e = layout_value(m, "office_name", FORMAT_CAPITALS, STR("................................"), &t->office);
    if (e == OK)
        e = layout_value(m, "number", FORMAT_TEXT, m->is_blank ? STR("............/............") : STR(""),
                         &t->number);
    if (e == OK)
        e = layout_value(m, "place", FORMAT_TEXT, m->is_blank ? STR("....................") : STR(""), &place);
    if (e == OK)
        e = layout_value(m, "issued_at", FORMAT_DATE_LONG, str_of(paper_dots(FORMAT_DATE_LONG)), &day);
    if (e == OK)
        e = layout_value(m, "issued_at", FORMAT_TEXT, (struct str){0}, &t->created);
    if (e == OK)
        e = layout_value(m, "code", FORMAT_TEXT, (struct str){0}, &t->code);
    if (e == OK && m->paper->has_qr)
        e = layout_value(m, "qr", FORMAT_TEXT, (struct str){0}, &t->qr);
    if (e != OK)
        return e;
    t->superior = in_full(m->arena, t->superior);
    t->office = in_full(m->arena, t->office);
    t->place_day = STR_JOIN(m->arena, place, place.n ? STR(", ") : STR(""), day);
    const struct json *is_sample = look_up(m, STR("is_sample"));
    t->is_sample = paper_value_is_there(is_sample);
    return OK;
}

/* ---- into blocks ---- */

static void add_block(struct filler *m, struct paper_text *t, size_t *cap, enum paper_block_kind kind, struct str text)
{
    if (str_trim(text).n == 0)
        return;
    if (t->n_blocks == *cap)
        t->blocks = vec_grow(m->arena, t->blocks, t->n_blocks, cap, sizeof *t->blocks);
    t->blocks[t->n_blocks++] = (struct paper_block){kind, text};
}

/* Lines “# TITLE”, then lines “## what it is about”; the signs go, the lines stay. */
static struct str take_titles(struct filler *m, struct str body, struct paper_text *t)
{
    struct buf title CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES),
                     about CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    while (body.p) {
        struct str next, line = str_trim(str_cut(body, '\n', &next));
        bool is_title = str_starts(line, STR("# ")), is_about = str_starts(line, STR("## "));
        if (line.n && !is_title && !is_about)
            break;
        struct buf *b = is_title ? &title : &about;
        if (line.n && b->n)
            buf_putc(b, '\n');
        if (line.n)
            buf_str(b, str_trim(str_slice(line.p + (is_title ? 2 : 3), line.n - (is_title ? 2 : 3))));
        body = next;
    }
    t->title = str_dup(m->arena, buf_view(&title));
    t->subtitle = str_dup(m->arena, buf_view(&about));
    return body.p ? body : STR("");
}

static void split_blocks(struct filler *m, struct str body, struct paper_text *t)
{
    size_t cap = 0;
    const char *begin = body.p;
    enum paper_block_kind kind = BLOCK_TEXT;
    for (struct str rest = body; rest.p;) {
        struct str next, name, line = str_cut(rest, '\n', &next);
        rest = next;
        if (!paper_block_line(line, &name))
            continue;
        add_block(m, t, &cap, kind, str_slice(begin, (size_t)(line.p - begin)));
        begin = next.p ? next.p : line.p + line.n;
        if (name.n == 0 || !paper_block_kind(name, &kind))
            kind = BLOCK_TEXT;
    }
    add_block(m, t, &cap, kind, str_slice(begin, (size_t)(body.p + body.n - begin)));
}

bool paper_column_next(struct str *rest, struct str *ret_column)
{
    if (!rest->p)
        return false;
    const char *begin = rest->p;
    for (struct str at = *rest; at.p;) {
        struct str next, line = str_cut(at, '\n', &next);
        if (str_is(str_trim(line), "---")) {
            *ret_column = str_slice(begin, (size_t)(line.p - begin));
            *rest = next;
            return true;
        }
        at = next;
    }
    *ret_column = *rest;
    *rest = (struct str){0};
    return true;
}

enum err paper_fill(struct arena *a, const struct paper *paper, const struct json *context,
                    struct paper_text **ret_text, struct fault *f)
{
    if (context && context->kind != J_OBJECT)
        return FAULT(f, ERR_PAPER_CONTEXT, {"field", STR("{}")});
    struct filler m = {.arena = a,
                       .paper = paper,
                       .n_scopes = context ? 1 : 0,
                       .is_blank = !context,
                       .body = BUF_INIT(LIMIT_PAPER_BYTES),
                       .f = f};
    m.scopes[0] = context;
    struct paper_text *t = ARENA_NEW(a, struct paper_text);
    t->paper = paper;
    enum err e = fill_layout(&m, t);
    if (e == OK)
        e = put_pieces(&m, 0, paper->n_pieces);
    if (e == OK && m.body.is_full)
        e = FAULT(f, ERR_LIMIT, {"what", paper->file}, {"limit", STR("16 MiB")});
    if (e == OK) {
        split_blocks(&m, take_titles(&m, str_dup(a, buf_view(&m.body)), t), t);
        t->marks = m.marks.p;
        t->n_marks = m.marks.n;
        *ret_text = t;
    }
    buf_done(&m.body);
    return e;
}
