/* The child's side of the wire. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "text/sheet_internal.h"

#include "base/banned.h"

enum { FLUSH_BYTES = 128 << 10 };

static const char *const param_names[] = {"value",  "limit",    "what",  "part",   "row",     "sheet",    "sheets",
                                          "reason", "cell",     "path",  "byte",   "at",      "rows",     "name",
                                          "found",  "expected", "cells", "column", "columns", "encoding", "line"};

const char *wire_param_name(size_t i)
{
    return i < ARRAY_LEN(param_names) ? param_names[i] : NULL;
}

void sheet_out_init(struct sheet_out *o, int fd, size_t file_bytes)
{
    *o = (struct sheet_out){.fd = fd, .file_bytes = file_bytes};
    o->bytes = BUF_INIT(4 * (size_t)LIMIT_SHEET_ROW_BYTES);
    o->texts = BUF_INIT(LIMIT_SHEET_ROW_BYTES);
    o->runs = BUF_INIT(LIMIT_SHEET_RUN_BYTES);
}

void sheet_out_done(struct sheet_out *o)
{
    buf_done(&o->bytes);
    buf_done(&o->texts);
    buf_done(&o->runs);
    free(o->cells);
}

static void flush(struct sheet_out *o)
{
    for (size_t at = 0; o->fd >= 0 && at < o->bytes.n;) {
        ssize_t n = write(o->fd, o->bytes.p + at, o->bytes.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(1); /* nobody reads any more */
        at += (size_t)n;
    }
    buf_reset(&o->bytes);
}

static void begin(struct sheet_out *o, char kind)
{
    o->frame = o->bytes.n;
    buf_add(&o->bytes, "\0\0\0\0", 4);
    buf_putc(&o->bytes, kind);
}

static void end(struct sheet_out *o)
{
    must(!o->bytes.is_full);
    uint32_t n = (uint32_t)(o->bytes.n - o->frame - 4);
    for (int i = 0; i < 4; i++)
        o->bytes.p[o->frame + (size_t)i] = (char)(n >> (8 * i));
    if (o->bytes.n > FLUSH_BYTES)
        flush(o);
}

static void put_number(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_putc(b, (char)(v | 0x80));
    buf_putc(b, (char)v);
}

static void put_text(struct buf *b, struct str s)
{
    put_number(b, s.n);
    buf_str(b, s);
}

void sheet_out_facts(struct sheet_out *o, const struct sheet_facts *facts)
{
    struct buf *b = &o->bytes;
    begin(o, FRAME_FACTS);
    buf_putc(b, (char)facts->format);
    buf_putc(b, (char)facts->is_1904);
    buf_putc(b, facts->separator);
    buf_putc(b, facts->quote);
    put_number(b, facts->encoding.encoding);
    put_number(b, (uint64_t)(facts->encoding.certainty * 1000000));
    put_number(b, facts->encoding.evidence);
    put_number(b, facts->n_sheets);
    put_number(b, facts->sheet);
    for (size_t i = 0; i < facts->n_sheets; i++) {
        buf_putc(b, (char)facts->is_sheet_hidden[i]);
        put_text(b, facts->sheets[i]);
    }
    put_number(b, facts->n_fonts);
    for (size_t i = 0; i < facts->n_fonts; i++)
        put_text(b, facts->fonts[i]);
    put_number(b, facts->n_merges);
    for (size_t i = 0; i < facts->n_merges; i++) {
        const struct sheet_merge *m = &facts->merges[i];
        put_number(b, m->row);
        put_number(b, m->row_end);
        put_number(b, m->column);
        put_number(b, m->column_end);
    }
    end(o);
    flush(o);
}

void sheet_out_font(struct sheet_out *o, struct str name)
{
    begin(o, FRAME_FONT);
    put_text(&o->bytes, name);
    end(o);
}

void sheet_out_row(struct sheet_out *o, uint32_t number, bool is_hidden)
{
    o->row = number;
    o->is_hidden = is_hidden;
    o->n = 0;
    buf_reset(&o->texts);
    buf_reset(&o->runs);
}

static enum err too_large(struct fault *f)
{
    char rows[16], columns[16], cells[16];
    snprintf(rows, sizeof rows, "%d", LIMIT_SHEET_ROWS);
    snprintf(columns, sizeof columns, "%d", LIMIT_SHEET_COLUMNS);
    snprintf(cells, sizeof cells, "%d", LIMIT_SHEET_CELLS);
    return FAULT(f, ERR_SHEET_SIZE, {"rows", str_of(rows)}, {"columns", str_of(columns)}, {"cells", str_of(cells)});
}

enum err sheet_bomb_fault(struct fault *f)
{
    char limit[16], ratio[16];
    snprintf(limit, sizeof limit, "%d", LIMIT_SHEET_EXPANDED_BYTES >> 20);
    snprintf(ratio, sizeof ratio, "%d", LIMIT_ZIP_RATIO);
    return FAULT(f, ERR_SHEET_BOMB, {"limit", str_of(limit)}, {"expected", str_of(ratio)});
}

enum err sheet_out_cell(struct sheet_out *o, const struct cell_out *cell, struct str text, struct fault *f)
{
    if (cell->kind == CELL_EMPTY && !cell->is_formula)
        return OK;
    must(o->n == 0 || cell->column > o->cells[o->n - 1].column);
    if (o->n == o->cap) {
        o->cap = o->cap ? 2 * o->cap : 64;
        o->cells = mem_realloc(o->cells, o->cap * sizeof *o->cells);
    }
    struct cell_out *c = &o->cells[o->n++];
    size_t runs_before = o->runs.n;
    *c = *cell;
    c->n_text = text.n;
    buf_str(&o->texts, text);
    if (c->n_runs) {
        put_number(&o->runs, c->n_runs);
        for (size_t i = 0; i < c->n_runs; i++) {
            put_number(&o->runs, c->runs[i].n);
            put_number(&o->runs, c->runs[i].font);
        }
    }
    c->n_run_bytes = o->runs.n - runs_before;
    return cell->column >= LIMIT_SHEET_COLUMNS || o->texts.is_full || o->runs.is_full ? too_large(f) : OK;
}

enum err sheet_out_row_end(struct sheet_out *o, struct fault *f)
{
    if (o->row > LIMIT_SHEET_ROWS)
        return too_large(f);
    if (o->n == 0)
        return OK;
    o->n_cells += o->cells[o->n - 1].column + 1;
    if (o->n_cells > LIMIT_SHEET_CELLS)
        return too_large(f);
    o->n_text +=
        o->texts.n + o->runs.n * (sizeof(struct cell_run) / 2); /* a run takes two bytes at least on the wire */
    if (o->n_text > LIMIT_SHEET_TEXT_FREE_BYTES && o->n_text / LIMIT_ZIP_RATIO > o->file_bytes)
        return sheet_bomb_fault(f);
    struct buf *b = &o->bytes;
    begin(o, FRAME_ROW);
    put_number(b, o->row);
    buf_putc(b, o->is_hidden ? WIRE_HIDDEN : 0);
    put_number(b, o->cells[o->n - 1].column + 1);
    put_number(b, o->n);
    uint32_t next = 0;
    size_t runs_at = 0;
    for (size_t i = 0; i < o->n; i++) {
        const struct cell_out *c = &o->cells[i];
        put_number(b, c->column - next);
        buf_putc(b, (char)(c->kind | (c->is_formula ? WIRE_FORMULA : 0) | (c->is_text_number ? WIRE_TEXT_NUMBER : 0) |
                           (c->n_run_bytes ? WIRE_RUNS : 0)));
        put_number(b, c->font);
        if (c->n_run_bytes)
            buf_add(b, o->runs.p + runs_at, c->n_run_bytes);
        runs_at += c->n_run_bytes;
        if (cell_kind_has_number(c->kind))
            buf_add(b, &c->number, sizeof c->number);
        put_number(b, c->n_text);
        next = c->column + 1;
    }
    buf_str(b, buf_view(&o->texts));
    end(o);
    return OK;
}

void sheet_out_end(struct sheet_out *o)
{
    begin(o, FRAME_END);
    end(o);
    flush(o);
}

void sheet_out_fault(struct sheet_out *o, const struct fault *f)
{
    struct buf *b = &o->bytes;
    begin(o, FRAME_FAULT);
    put_number(b, (uint64_t)f->code);
    put_number(b, (uint64_t)(f->line > 0 ? f->line : 0));
    put_number(b, (uint64_t)(f->column > 0 ? f->column : 0));
    for (size_t i = 0; i < f->n_params; i++)
        for (size_t k = 0; k < ARRAY_LEN(param_names); k++)
            if (strcmp(param_names[k], f->params[i].name) == 0) {
                put_number(b, k);
                put_text(b, str_slice(f->text + f->params[i].at, f->params[i].n));
            }
    end(o);
    flush(o);
}

bool sheet_is_text_number(struct str text)
{
    struct str s = str_trim(text);
    size_t n_digits = 0, i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    for (; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            n_digits++;
        else if (s.p[i] != '.' && s.p[i] != ',')
            return false;
    return n_digits > 0 && s.n <= 40;
}

bool sheet_is_instant(struct str s, size_t n)
{
    static const char pattern[] = "0000-00-00T00:00:00";
    if (s.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (pattern[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != pattern[i])
            return false;
    return true;
}
