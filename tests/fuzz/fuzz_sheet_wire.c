/* The first byte says how many bytes come at once, the rest is what a child that reads an outside file wrote: a lie as likely as not.
 * It is refused, with a fault, or every fact and row keeps the promises of text/sheet.h. How the bytes are cut changes nothing. */
#include <math.h>
#include <stdint.h>

#include "base/limits.h"
#include "text/sheet_internal.h"
#include "text/utf8.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
    const uint8_t *p;
    size_t n, piece;
};

static enum err take(void *ctx, void *p, size_t n, size_t *ret_n, struct fault *f)
{
    struct source *s = ctx;
    (void)f;
    n = n < s->n ? n : s->n;
    n = n < s->piece ? n : s->piece;
    if (n)
        memcpy(p, s->p, n);
    s->p += n;
    s->n -= n;
    *ret_n = n;
    return OK;
}

static void check_facts(const struct sheet_facts *x)
{
    must((x->format == SHEET_XLSX || x->format == SHEET_CSV) && (unsigned)x->encoding.encoding < ENCODING_COUNT);
    must(x->encoding.certainty >= 0 && x->encoding.certainty <= 1);
    must(x->n_sheets ? x->sheet < x->n_sheets : x->sheet == 0);
    must(x->n_sheets <= LIMIT_SHEETS && x->n_fonts <= LIMIT_SHEET_FONTS && x->n_merges <= LIMIT_SHEET_MERGES);
    for (size_t i = 0; i < x->n_sheets; i++)
        must(utf8_valid(x->sheets[i]) && x->sheets[i].n <= LIMIT_SHEET_NAME_BYTES);
    for (size_t i = 0; i < x->n_fonts; i++)
        must(utf8_valid(x->fonts[i]) && x->fonts[i].n <= LIMIT_SHEET_NAME_BYTES);
    for (size_t i = 0; i < x->n_merges; i++) {
        const struct sheet_merge *m = &x->merges[i];
        must(m->row >= 1 && m->row <= m->row_end && m->row_end <= LIMIT_SHEET_ROWS);
        must(m->column >= 1 && m->column <= m->column_end && m->column_end <= LIMIT_SHEET_COLUMNS);
    }
}

static void check_cell(const struct cell *c, size_t n_fonts)
{
    must((unsigned)c->kind <= CELL_ERROR && utf8_valid(c->text) && (c->kind == CELL_EMPTY) == (c->text.n == 0));
    must(isfinite(c->number) && c->text.n <= LIMIT_SHEET_CELL_BYTES && c->font <= (n_fonts ? n_fonts - 1 : 0));
    must(c->kind != CELL_DATE || c->text.n == 10);
    must(c->kind != CELL_DATETIME || c->text.n == 19);
    must(c->n_runs == 0 || (c->kind == CELL_TEXT && c->n_runs >= 2));
    size_t n = 0;
    for (size_t i = 0; i < c->n_runs; i++) {
        must(c->runs[i].font < n_fonts && c->runs[i].n && utf8_valid(str_slice(c->text.p + n, c->runs[i].n)));
        n += c->runs[i].n;
    }
    must(c->n_runs == 0 || n == c->text.n);
}

/* The error; *ret_hash sums up all that was read. */
static enum err read_all(const uint8_t *p, size_t n, size_t piece, uint64_t *ret_hash)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct source source = {p, n, piece};
    struct sheet_in in;
    struct sheet_row row;
    struct fault f = {0};
    bool has_row = true;
    uint32_t last = 0;
    sheet_in_init(&in, a, take, &source);
    enum err e = sheet_in_facts(&in, &f);
    if (e == OK)
        check_facts(&in.facts);
    *ret_hash = in.facts.n_merges;
    while (e == OK && (e = sheet_in_next(&in, &row, &has_row, &f)) == OK && has_row) {
        must(row.number > last && row.number <= LIMIT_SHEET_ROWS && row.n >= 1 && row.n <= LIMIT_SHEET_COLUMNS);
        last = row.number;
        for (size_t i = 0; i < row.n; i++) {
            check_cell(&row.cells[i], in.facts.n_fonts);
            *ret_hash = *ret_hash * 31 + str_hash(row.cells[i].text) + row.cells[i].n_runs;
        }
    }
    must(f.code == e);
    must(e != OK || source.n == 0);
    sheet_in_done(&in);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole, cut;
    if (size == 0)
        return 0;
    enum err e = read_all(data + 1, size - 1, SIZE_MAX, &whole),
             again = read_all(data + 1, size - 1, 1u + data[0], &cut);
    must(e == again && whole == cut);
    return 0;
}
