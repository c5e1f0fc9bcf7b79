/* The parent's side of the wire: every byte of it may be a lie. */
#include "base/limits.h"
#include "base/vec.h"
#include "text/sheet_internal.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { BUFFER_BYTES = 256 << 10 };

void sheet_in_init(struct sheet_in *in, struct arena *keep, sheet_take *take, void *ctx)
{
    *in = (struct sheet_in){.keep = keep, .take = take, .ctx = ctx, .cap = BUFFER_BYTES};
    in->buffer = mem_alloc(in->cap);
}

void sheet_in_done(struct sheet_in *in)
{
    free(in->buffer);
    free(in->cells);
    free(in->runs);
}

/* A child that says what none of ours says was taken over, or is broken. */
static enum err nonsense(struct fault *f)
{
    return FAULT(f, ERR_SANDBOX_KILLED, {"reason", STR("protocol")});
}

/* ---- frames ---- */

/* Makes n bytes readable at buffer + at. */
static enum err need(struct sheet_in *in, size_t n, struct fault *f)
{
    if (in->n >= n)
        return OK;
    if (in->at + n > in->cap) {
        memmove(in->buffer, in->buffer + in->at, in->n);
        in->at = 0;
    }
    if (n > in->cap) {
        in->cap = n + BUFFER_BYTES;
        in->buffer = mem_realloc(in->buffer, in->cap);
    }
    while (in->n < n) {
        size_t got = 0;
        enum err e = in->take(in->ctx, in->buffer + in->at + in->n, in->cap - in->at - in->n, &got, f);
        if (e != OK)
            return e;
        if (got == 0)
            return nonsense(f);
        in->n += got;
    }
    return OK;
}

struct frame {
    const unsigned char *p, *end;
    bool is_bad;
};

static enum err frame_next(struct sheet_in *in, struct frame *ret_frame, struct fault *f)
{
    enum err e = need(in, 4, f);
    if (e != OK)
        return e;
    const unsigned char *p = (const unsigned char *)in->buffer + in->at;
    size_t n = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    if (n > LIMIT_SHEET_FRAME_BYTES)
        return nonsense(f);
    e = need(in, n + 4, f);
    if (e != OK)
        return e;
    p = (const unsigned char *)in->buffer + in->at + 4;
    *ret_frame = (struct frame){p, p + n, false};
    in->at += n + 4;
    in->n -= n + 4;
    return OK;
}

static size_t bytes_left(const struct frame *r)
{
    return (size_t)(r->end - r->p);
}

static unsigned get_byte(struct frame *r)
{
    if (r->p == r->end) {
        r->is_bad = true;
        return 0;
    }
    return *r->p++;
}

static bool get_bool(struct frame *r)
{
    unsigned b = get_byte(r);
    r->is_bad |= b > 1;
    return b == 1;
}

static inline uint64_t get_number(struct frame *r, uint64_t max)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (r->p == r->end)
            break;
        unsigned b = *r->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            r->is_bad |= v > max;
            return v > max ? 0 : v;
        }
    }
    r->is_bad = true;
    return 0;
}

static struct str get_text(struct frame *r)
{
    size_t n = get_number(r, bytes_left(r));
    if (n > bytes_left(r)) { /* the length itself took bytes */
        r->is_bad = true;
        return STR("");
    }
    struct str s = str_slice((const char *)r->p, n);
    r->p += n;
    r->is_bad |= !utf8_valid(s);
    return s;
}

/* ---- faults ---- */

/* What the readers of sheets refuse; any other error would be a lie about the system, the user or the register. */
static bool is_of_readers(enum err code)
{
    struct str type = str_of(err_type(code));
    return code == ERR_LIMIT || str_starts(type, STR("sheet-")) || str_starts(type, STR("csv-")) ||
           str_starts(type, STR("text-"));
}

static enum err fault_read(struct frame *r, struct fault *f)
{
    struct fault_param params[FAULT_PARAMS];
    size_t n = 0;
    enum err code = (enum err)get_number(r, ERR_COUNT - 1);
    int line = (int)get_number(r, INT32_MAX), column = (int)get_number(r, INT32_MAX);
    for (; r->p < r->end && !r->is_bad && n < FAULT_PARAMS; n++) {
        const char *name = wire_param_name(get_number(r, UINT32_MAX));
        params[n] = (struct fault_param){name, get_text(r)};
        r->is_bad |= !name;
    }
    if (r->is_bad || r->p != r->end || !is_of_readers(code))
        return nonsense(f);
    fault_fill(f, code, params, n);
    fault_place(f, STR(""), line, column);
    return code;
}

/* ---- facts ---- */

static struct str get_name(struct frame *r, struct arena *a)
{
    struct str s = get_text(r);
    r->is_bad |= s.n > LIMIT_SHEET_NAME_BYTES;
    return s.n && !r->is_bad ? str_dup(a, s) : STR("");
}

static void font_read(struct sheet_in *in, struct frame *r)
{
    struct sheet_facts *x = &in->facts;
    struct str name = get_name(r, in->keep);
    if (r->is_bad || x->n_fonts == LIMIT_SHEET_FONTS) {
        r->is_bad = true;
        return;
    }
    if (x->n_fonts == in->fonts_cap)
        x->fonts = vec_grow(in->keep, x->fonts, x->n_fonts, &in->fonts_cap, sizeof *x->fonts);
    x->fonts[x->n_fonts++] = name;
}

static void merge_read(struct frame *r, struct sheet_merge *ret)
{
    *ret = (struct sheet_merge){
        .row = (uint32_t)get_number(r, LIMIT_SHEET_ROWS),
        .row_end = (uint32_t)get_number(r, LIMIT_SHEET_ROWS),
        .column = (uint32_t)get_number(r, LIMIT_SHEET_COLUMNS),
        .column_end = (uint32_t)get_number(r, LIMIT_SHEET_COLUMNS),
    };
    r->is_bad |= ret->row == 0 || ret->column == 0 || ret->row_end < ret->row || ret->column_end < ret->column;
}

static void lists_read(struct sheet_in *in, struct frame *r)
{
    struct sheet_facts *x = &in->facts;
    x->n_sheets = get_number(r, LIMIT_SHEETS);
    x->sheet = get_number(r, LIMIT_SHEETS);
    r->is_bad |= x->n_sheets ? x->sheet >= x->n_sheets : x->sheet != 0;
    x->sheets = ARENA_ARRAY(in->keep, struct str, x->n_sheets);
    x->is_sheet_hidden = ARENA_ARRAY(in->keep, bool, x->n_sheets);
    for (size_t i = 0; i < x->n_sheets && !r->is_bad; i++) {
        x->is_sheet_hidden[i] = get_bool(r);
        x->sheets[i] = get_name(r, in->keep);
    }
    for (size_t n = get_number(r, LIMIT_SHEET_FONTS); n && !r->is_bad; n--)
        font_read(in, r);
    x->n_merges = get_number(r, LIMIT_SHEET_MERGES);
    x->merges = ARENA_ARRAY(in->keep, struct sheet_merge, x->n_merges);
    for (size_t i = 0; i < x->n_merges && !r->is_bad; i++)
        merge_read(r, &x->merges[i]);
}

enum err sheet_in_facts(struct sheet_in *in, struct fault *f)
{
    struct frame r;
    struct sheet_facts *x = &in->facts;
    enum err e = frame_next(in, &r, f);
    if (e != OK)
        return e;
    unsigned kind = get_byte(&r);
    if (kind == FRAME_FAULT)
        return fault_read(&r, f);
    unsigned format = get_byte(&r);
    x->format = format == SHEET_CSV ? SHEET_CSV : SHEET_XLSX;
    x->is_1904 = get_bool(&r);
    x->separator = (char)get_byte(&r);
    x->quote = (char)get_byte(&r);
    x->encoding.encoding = (enum encoding)get_number(&r, ENCODING_COUNT - 1);
    x->encoding.certainty = (double)get_number(&r, 1000000) / 1000000;
    x->encoding.evidence = get_number(&r, UINT32_MAX);
    r.is_bad |= kind != FRAME_FACTS || format > SHEET_CSV;
    if (!r.is_bad)
        lists_read(in, &r);
    return r.is_bad || r.p != r.end ? nonsense(f) : OK;
}

/* ---- rows ---- */

/* Room for a row of n columns; false when there are none, or too many with those of the rows before. */
static bool row_room(struct sheet_in *in, size_t n)
{
    in->n_cells += n;
    if (n == 0 || in->n_cells > LIMIT_SHEET_CELLS)
        return false;
    if (n > in->cells_cap) {
        in->cells_cap = n + 64;
        in->cells = mem_realloc(in->cells, in->cells_cap * sizeof *in->cells);
    }
    memset(in->cells, 0, n * sizeof *in->cells);
    in->n_runs = 0;
    return true;
}

static void runs_read(struct sheet_in *in, struct frame *r, struct cell *c)
{
    c->n_runs = get_number(r, bytes_left(r) / 2);
    r->is_bad |= c->n_runs < 2 || in->n_runs + c->n_runs > LIMIT_SHEET_RUN_BYTES / 2;
    if (r->is_bad)
        return;
    if (in->n_runs + c->n_runs > in->runs_cap) {
        in->runs_cap = 2 * (in->n_runs + c->n_runs);
        in->runs = mem_realloc(in->runs, in->runs_cap * sizeof *in->runs);
    }
    for (size_t i = 0; i < c->n_runs; i++) {
        size_t n = get_number(r, LIMIT_SHEET_CELL_BYTES);
        in->runs[in->n_runs++] = (struct cell_run){n, (unsigned)get_number(r, in->facts.n_fonts - 1)};
        r->is_bad |= n == 0;
    }
}

/* One cell without its text; its bytes begin n_text behind the first of the row. */
static inline void cell_read(struct sheet_in *in, struct frame *r, struct cell *c, size_t *n_text)
{
    unsigned flags = get_byte(r);
    size_t n_fonts = in->facts.n_fonts;
    c->kind = (enum cell_kind)(flags & WIRE_KIND);
    c->is_formula = (flags & WIRE_FORMULA) != 0;
    c->is_text_number = (flags & WIRE_TEXT_NUMBER) != 0;
    c->font = (unsigned)get_number(r, n_fonts ? n_fonts - 1 : 0);
    r->is_bad |= flags > WIRE_CELL_FLAGS || c->kind > CELL_ERROR || (!n_fonts && (flags & WIRE_RUNS));
    if ((flags & WIRE_RUNS) && !r->is_bad)
        runs_read(in, r, c);
    if (cell_kind_has_number(c->kind)) {
        if (bytes_left(r) < sizeof c->number) {
            r->is_bad = true;
            return;
        }
        memcpy(&c->number, r->p, sizeof c->number);
        r->p += sizeof c->number;
        r->is_bad |= !__builtin_isfinite(c->number);
    }
    c->text.n = get_number(r, LIMIT_SHEET_CELL_BYTES);
    *n_text += c->text.n;
}

static bool starts_character(struct str s)
{
    return s.n == 0 || (s.p[0] & 0xC0) != 0x80;
}

/* What sheet.h promises of a cell's text. */
static bool is_sound(const struct cell *c)
{
    struct str rest = c->text;
    if (c->n_runs && c->kind != CELL_TEXT)
        return false;
    switch (c->kind) {
    case CELL_EMPTY:
        return rest.n == 0;
    case CELL_BOOLEAN:
        return str_is(rest, "true") || str_is(rest, "false");
    case CELL_DATE:
        return sheet_is_instant(rest, 10);
    case CELL_DATETIME:
        return sheet_is_instant(rest, 19);
    default:
        break;
    }
    for (size_t i = 0; i < c->n_runs; i++) {
        if (c->runs[i].n > rest.n || !starts_character(rest))
            return false;
        rest = str_slice(rest.p + c->runs[i].n, rest.n - c->runs[i].n);
    }
    return c->text.n && starts_character(c->text) && (c->n_runs == 0 || rest.n == 0);
}

/* Texts that are valid together may still be cut within a character. */
static bool texts_share(struct sheet_in *in, size_t n, struct str texts)
{
    for (size_t i = 0, from = 0, runs = 0; i < n; i++) {
        struct cell *c = &in->cells[i];
        c->text.p = texts.p + from;
        from += c->text.n;
        c->runs = c->n_runs ? &in->runs[runs] : NULL;
        runs += c->n_runs;
        if (!is_sound(c))
            return false;
    }
    return true;
}

static bool row_read(struct sheet_in *in, struct frame *r, struct sheet_row *ret_row)
{
    struct sheet_row row = {.number = (uint32_t)get_number(r, LIMIT_SHEET_ROWS)};
    unsigned flags = get_byte(r);
    row.is_hidden = (flags & WIRE_HIDDEN) != 0;
    row.n = get_number(r, LIMIT_SHEET_COLUMNS);
    size_t n_given = get_number(r, LIMIT_SHEET_COLUMNS), n_text = 0, at = 0;
    if (r->is_bad || flags > WIRE_HIDDEN || row.number <= in->last_row || !row_room(in, row.n))
        return false;
    for (size_t i = 0; i < n_given; i++) {
        at += get_number(r, LIMIT_SHEET_COLUMNS);
        if (r->is_bad || at >= row.n)
            return false;
        cell_read(in, r, &in->cells[at++], &n_text);
    }
    struct str texts = str_slice((const char *)r->p, bytes_left(r));
    if (r->is_bad || at != row.n || n_text != texts.n || !utf8_valid(texts) || !texts_share(in, row.n, texts))
        return false;
    row.cells = in->cells;
    in->last_row = row.number;
    *ret_row = row;
    return true;
}

/* The end is the last word. */
static enum err end_read(struct sheet_in *in, struct fault *f)
{
    char none;
    size_t n = 0;
    enum err e = in->n ? nonsense(f) : in->take(in->ctx, &none, 1, &n, f);
    return e == OK && n ? nonsense(f) : e;
}

enum err sheet_in_next(struct sheet_in *in, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f)
{
    for (;;) {
        struct frame r;
        enum err e = frame_next(in, &r, f);
        if (e != OK)
            return e;
        bool is_good = false;
        unsigned kind = get_byte(&r);
        switch (kind) {
        case FRAME_FAULT:
            return fault_read(&r, f);
        case FRAME_FONT:
            font_read(in, &r);
            is_good = !r.is_bad && r.p == r.end;
            break;
        case FRAME_END:
            if (r.p == r.end && (e = end_read(in, f)) != OK)
                return e;
            is_good = r.p == r.end;
            break;
        case FRAME_ROW:
            is_good = row_read(in, &r, ret_row);
            break;
        default:
            break;
        }
        if (!is_good)
            return nonsense(f);
        if (kind != FRAME_FONT) {
            *ret_has_row = kind == FRAME_ROW;
            return OK;
        }
    }
}
