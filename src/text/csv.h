/* CSV: rows out of text and into text, as RFC 4180 has it.
 *
 * The reader walks over text in memory (a file read or mapped) and hands out one row at a time. A cell is a view into the
 * text, or lies in the arena when doubled quotes had to be undone. Both CRLF and LF end a row; a byte order mark is skipped;
 * the last row needs no end. White space belongs to the cell (RFC 4180 §2.4).
 *
 *     struct csv_table t;
 *     if (csv_table_open(&t, keep, cells, text, csv_separator(text), file, f) != OK) return f->code;
 *     ptrdiff_t name = csv_table_column(&t, STR("name"));                  // -1 when there is none
 *     struct str *row;
 *     bool is_end;
 *     while ((e = csv_table_next(&t, &row, &is_end, f)) == OK && !is_end)
 *         use(row[name], t.csv.line);
 *
 * Ownership: the text must outlive the reader; cells live until the next row. The arena `cells` is reset before each row:
 * give the reader one of its own. csv_next does not look at UTF-8; csv_table_open checks the whole text.
 * Limits: LIMIT_CSV_COLUMNS, LIMIT_CSV_CELL_BYTES (base/limits.h).
 * Errors: ERR_CSV_QUOTE_OPEN, ERR_CSV_QUOTE, ERR_LIMIT: the rest of the text cannot be trusted, every further call answers
 * the same. ERR_CSV_COLUMNS (of a table): the row is left out, and reading may go on with the next one.
 */
#ifndef TINHSO_TEXT_CSV_H
#define TINHSO_TEXT_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- reading ---- */

struct csv {
    struct arena *cells;
    const char *at, *end;
    char separator;
    size_t line;         /* where the last row starts, from 1; line ends inside of quotes count */
    size_t row;          /* its number, from 1 (the header, if there is one, is row 1) */
    size_t next_line;    /* where the next row starts */
    size_t n_guess;      /* cells of the last row */
    struct fault failed; /* code OK while all is well */
};

void csv_init(struct csv *c, struct arena *cells, struct str text, char separator);

/* The next row: *ret_n cells (one empty cell for an empty line), or *ret_is_end. The fault's place has no file. */
enum err csv_next(struct csv *c, struct str **ret_cells, size_t *ret_n, bool *ret_is_end, struct fault *f);

/* The separator that the first line speaks for: ',' ';' or tab; ',' when it has none. */
char csv_separator(struct str text);

/* A header row and rows that have as many cells as it. Empty lines are skipped where the header has several columns. */
struct csv_table {
    struct csv csv;
    struct str file;
    struct str *header; /* n names, trimmed, in the arena `keep` */
    size_t n;
};

/* Reads the header. Errors: also ERR_TEXT_UTF8, ERR_CSV_HEADER_EMPTY (no header, or a column without a name),
 * ERR_CSV_HEADER_TWICE. */
enum err csv_table_open(struct csv_table *t, struct arena *keep, struct arena *cells, struct str text, char separator,
                        struct str file, struct fault *f);
enum err csv_table_next(struct csv_table *t, struct str **ret_cells, bool *ret_is_end, struct fault *f);
ptrdiff_t csv_table_column(const struct csv_table *t, struct str name); /* -1: none */

/* ---- writing ---- */

/* One cell, quoted only where it must be; no separator behind it. */
void csv_cell(struct buf *b, struct str cell, char separator);

/* A row: cells, separators, CRLF. */
void csv_row(struct buf *b, const struct str *cells, size_t n, char separator);

/* Would a spreadsheet program take the cell for a formula (=, +, -, @, tab or CR first, and no plain number or phone)? */
bool csv_is_formula(struct str cell);

/* Like csv_cell, with ' in front of what csv_is_formula finds (behind apostrophes of its own too): for files that people open in a
 * spreadsheet program. csv_unguard is exactly its inverse: csv_unguard("'=1+1") is "=1+1", csv_unguard("'s") is "'s". */
void csv_cell_guarded(struct buf *b, struct str cell, char separator);
struct str csv_unguard(struct str cell);

#endif
