/* Between the two processes of text/sheet.h: what the child is told, how it answers, and what its readers share.
 *
 * The wire: frames of a four-byte little-endian length and as many bytes, the first of which tells the kind. Numbers are
 * LEB128 of at most ten bytes. A row: number, flags, columns, cells, then for each cell the columns skipped before it, its
 * kind and flags, font, eight bytes of the double where it has one, the bytes of its text; behind them all texts in one
 * piece, so that the parent checks their UTF-8 at once. The parent believes nothing of it (sheet.c).
 *
 *     struct sheet_out out;
 *     sheet_out_init(&out, fd);
 *     sheet_out_facts(&out, &facts);
 *     sheet_out_row(&out, 1, false);
 *     if ((e = sheet_out_cell(&out, &(struct cell_out){.column = 0, .kind = CELL_TEXT}, text, f)) == OK)
 *         e = sheet_out_row_end(&out, f);
 *     sheet_out_end(&out);
 *
 * Errors: ERR_SHEET_SIZE (rows, columns, cells, bytes of a row: base/limits.h).
 */
#ifndef TINHSO_TEXT_SHEET_INTERNAL_H
#define TINHSO_TEXT_SHEET_INTERNAL_H

#include "text/sheet.h"

enum { WIRE_VERSION = 1 };
enum { FRAME_FACTS = 'H', FRAME_ROW = 'R', FRAME_END = 'E', FRAME_FAULT = 'F' };
enum { WIRE_KIND = 7, WIRE_FORMULA = 8, WIRE_TEXT_NUMBER = 16, WIRE_NUMBER = 32 };
enum { WIRE_HIDDEN = 1 };

struct sheet_job {
    int fd;
    size_t file_bytes;
    struct sheet_options options;
};

/* Runs in the child: struct sheet_job. */
int sheet_child(void *ctx, int out_fd);

struct cell_out {
    enum cell_kind kind;
    bool is_formula, is_text_number;
    unsigned font;
    uint32_t column; /* from 0 */
    double number;
    size_t n_text;
};

struct sheet_out {
    int fd; /* -1: nowhere */
    struct buf bytes;
    size_t frame; /* where the open frame begins */
    struct cell_out *cells;
    size_t n, cap;
    struct buf texts;
    uint32_t row, last_row;
    bool is_hidden;
    uint64_t n_cells;
};

void sheet_out_init(struct sheet_out *o, int fd);
void sheet_out_done(struct sheet_out *o);
void sheet_out_facts(struct sheet_out *o, const struct sheet_facts *facts);
void sheet_out_row(struct sheet_out *o, uint32_t number, bool is_hidden);
/* Columns must rise. Empty cells are left out by the callee. */
enum err sheet_out_cell(struct sheet_out *o, const struct cell_out *cell, struct str text, struct fault *f);
enum err sheet_out_row_end(struct sheet_out *o, struct fault *f);
void sheet_out_end(struct sheet_out *o);
void sheet_out_fault(struct sheet_out *o, const struct fault *f);
/* The names that values of faults may have on the wire. */
const char *wire_param_name(size_t i); /* NULL behind the last */

/* The readers: file is all of it. */
enum err sheet_csv(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f);
enum err sheet_xlsx(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f);

/* Digits with marks and a sign, and nothing else: a number that was typed or stored as text. */
bool sheet_is_text_number(struct str text);

#endif
