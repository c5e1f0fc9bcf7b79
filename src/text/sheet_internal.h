/* Between the two processes of text/sheet.h: what the child is told, how it answers, and what its readers share.
 *
 * The wire: frames of a four-byte little-endian length and as many bytes, the first of which tells the kind. Numbers are
 * LEB128 of at most ten bytes. The facts come first, then rows, and fonts before the rows that use them; an end or a fault is the
 * last. A row: number, flags, columns, cells, then for each cell the columns skipped before it, its kind and flags, font,
 * the number of its runs with the bytes and font of each where it has some, eight bytes of the double where its kind has one, the
 * bytes of its text; behind them all texts in one piece, so that the parent checks their UTF-8 at once.
 *
 *     struct sheet_out out;
 *     sheet_out_init(&out, fd, file_bytes);
 *     sheet_out_facts(&out, &facts);
 *     sheet_out_row(&out, 1, false);
 *     if ((e = sheet_out_cell(&out, &(struct cell_out){.column = 0, .kind = CELL_TEXT}, text, f)) == OK)
 *         e = sheet_out_row_end(&out, f);
 *     sheet_out_end(&out);
 *
 * The parent believes nothing of it: what breaks these rules or a limit, an error that no reader of sheets makes, or a byte too many is
 * ERR_SANDBOX_KILLED with the reason “protocol”, and nothing more is read.
 *
 *     struct sheet_in in;
 *     sheet_in_init(&in, arena, take, ctx);
 *     sheet_in_facts(&in, f);                                     // in.facts
 *     while (sheet_in_next(&in, &row, &has_row, f) == OK && has_row) …
 *     sheet_in_done(&in);
 *
 * Errors: ERR_SHEET_SIZE (rows, columns, cells, bytes of a row: base/limits.h), ERR_SHEET_BOMB; what the child told, and what `take` did.
 */
#ifndef TINHSO_TEXT_SHEET_INTERNAL_H
#define TINHSO_TEXT_SHEET_INTERNAL_H

#include "base/sandbox.h"
#include "text/sheet.h"

enum { FRAME_FACTS = 'H', FRAME_FONT = 'N', FRAME_ROW = 'R', FRAME_END = 'E', FRAME_FAULT = 'F' };
enum { WIRE_KIND = 7, WIRE_FORMULA = 8, WIRE_TEXT_NUMBER = 16, WIRE_RUNS = 32, WIRE_CELL_FLAGS = 63 };
enum { WIRE_HIDDEN = 1 };

struct sheet_job {
    int fd;
    size_t file_bytes;
    struct sheet_options options;
};

/* Runs in the child: struct sheet_job. */
sandbox_main sheet_child;

/* sheet_open with another child: for tests, which send one that lies. */
enum err sheet_open_child(const char *path, const struct sheet_options *o, sandbox_main *child,
                          struct sheet **ret_sheet, struct fault *f);

static inline bool cell_kind_has_number(enum cell_kind kind)
{
    return kind == CELL_NUMBER || kind == CELL_BOOLEAN || kind == CELL_DATE || kind == CELL_DATETIME;
}

/* ---- the child's side: sheet_out.c ---- */

struct cell_out {
    enum cell_kind kind;
    bool is_formula, is_text_number;
    unsigned font;
    uint32_t column; /* from 0 */
    double number;
    const struct cell_run *runs; /* read during the call */
    size_t n_runs;
    size_t n_text, n_run_bytes; /* set by the callee */
};

struct sheet_out {
    int fd; /* -1: nowhere */
    struct buf bytes;
    size_t frame; /* where the open frame begins */
    struct cell_out *cells;
    size_t n, cap;
    struct buf texts, runs; /* runs as they go over the wire */
    uint32_t row, last_row;
    bool is_hidden;
    uint64_t n_cells, n_text, file_bytes;
};

/* file_bytes: of what is read; texts may not come to LIMIT_ZIP_RATIO times as much (one string, named in every cell). */
void sheet_out_init(struct sheet_out *o, int fd, size_t file_bytes);
void sheet_out_done(struct sheet_out *o);
void sheet_out_facts(struct sheet_out *o, const struct sheet_facts *facts);
void sheet_out_font(struct sheet_out *o, struct str name); /* one more, behind those of the facts */
void sheet_out_row(struct sheet_out *o, uint32_t number, bool is_hidden);
/* Columns must rise. Empty cells are left out by the callee. */
enum err sheet_out_cell(struct sheet_out *o, const struct cell_out *cell, struct str text, struct fault *f);
enum err sheet_out_row_end(struct sheet_out *o, struct fault *f);
void sheet_out_end(struct sheet_out *o);
enum err sheet_bomb_fault(struct fault *f);
void sheet_out_fault(struct sheet_out *o, const struct fault *f);
/* The names that values of faults may have on the wire. */
const char *wire_param_name(size_t i); /* NULL behind the last */

/* ---- the parent's side: sheet_in.c ---- */

/* Up to n bytes of what the child wrote; 0 when it ended well and no more will come. */
typedef enum err sheet_take(void *ctx, void *p, size_t n, size_t *ret_n, struct fault *f);

struct sheet_in {
    sheet_take *take;
    void *ctx;
    struct arena *keep;
    struct sheet_facts facts; /* in keep */
    size_t fonts_cap;
    char *buffer; /* n bytes from at on are unread */
    size_t at, n, cap;
    struct cell *cells; /* of the row under way, with their runs */
    size_t cells_cap;
    struct cell_run *runs;
    size_t n_runs, runs_cap;
    uint32_t last_row;
    uint64_t n_cells;
};

void sheet_in_init(struct sheet_in *in, struct arena *keep, sheet_take *take, void *ctx);
void sheet_in_done(struct sheet_in *in);
enum err sheet_in_facts(struct sheet_in *in, struct fault *f);
/* The row is valid until the next call. Not to be called again when it failed or had no row. */
enum err sheet_in_next(struct sheet_in *in, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f);

/* ---- the readers, in the child ---- */

/* file is all of it. */
enum err sheet_csv(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f);
enum err sheet_xlsx(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f);

/* Digits with marks and a sign, and nothing else: a number that was typed or stored as text. */
bool sheet_is_text_number(struct str text);
/* The first n characters of 2022-06-30T08:00:00 by their shape, and no more. */
bool sheet_is_instant(struct str text, size_t n);

#endif
