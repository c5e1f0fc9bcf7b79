/* Tables from outside files, row by row: XLSX and CSV, read in a sandboxed child (base/sandbox.h).
 *
 *     struct sheet *s;
 *     sheet_open("ho-dan.xlsx", &(struct sheet_options){.sheet = STR("Xã Đắk Ha")}, &s, f);
 *     const struct sheet_facts *facts = sheet_facts(s);            // what was found, to be shown to the person who imports
 *     struct sheet_row row;
 *     while (sheet_next(s, &row, &has_row, f) == OK && has_row) …  // row.cells valid until the next call
 *     sheet_close(s);
 *
 * Rows come in the order of the file, empty ones left out; hidden rows come and are marked. Cells are what the sheet stores: a
 * number stays a number with the text it would have, a date is told by its style (1900 and 1904 systems), a formula gives its cached
 * value and is marked. Nothing is repaired here (encodings, numbers as text, lost zeros): that is register/import.
 *
 * What is read is a private copy without a name, taken when the sheet is opened; on_bytes is told each byte of it, so that a digest made
 * there is of what is read, whoever writes to the file meanwhile.
 *
 * A date is told from an instant by its fraction of a day; a time without a day is text (08:00:00); the 29 February 1900 that the 1900
 * system counts is handed on as 1900-02-29. A formula without a cached value is empty and marked. CSV cells are text; the quote is ".
 * Cost: 111,390 rows of 25 cells take 1.5 s of processor and 26 MiB in the child, 0.1 s and 8 MiB in the parent; CSV 0.2 s.
 *
 * Refused with a clear reason: not a workbook, encrypted, macros (.xlsm), more than the limits below, a zip whose parts expand more than
 * LIMIT_ZIP_RATIO, XML with a DTD, truncated files, symbolic links, files that are no regular files, sparse files over the limit.
 * Errors: ERR_SHEET_… , ERR_SANDBOX_…, ERR_TEXT_ENCODING, ERR_CSV_….
 */
#ifndef TINHSO_TEXT_SHEET_H
#define TINHSO_TEXT_SHEET_H

#include "base/fault.h"
#include "base/mem.h"
#include "text/encoding.h"

enum cell_kind { CELL_EMPTY, CELL_TEXT, CELL_NUMBER, CELL_BOOLEAN, CELL_DATE, CELL_DATETIME, CELL_ERROR };

/* A piece of rich text with a font of its own. */
struct cell_run {
    size_t n; /* bytes */
    unsigned font;
};

struct cell {
    enum cell_kind kind;
    struct str text; /* as machines write it: 12.5, true, 2022-06-30, 2022-06-30T08:00:00, #N/A */
    double number;
    bool is_formula;
    bool is_text_number; /* a number stored as text */
    unsigned font;       /* index into sheet_facts.fonts; 0 is the default */
    /* Rich text of several fonts: together all of text, cut between characters. n_runs 0: all of it is in font. */
    const struct cell_run *runs;
    size_t n_runs;
};

struct sheet_row {
    uint32_t number; /* as the spreadsheet program shows it, from 1; for CSV the line */
    bool is_hidden;
    struct cell *cells; /* n, by column from A; columns behind the last used one are absent */
    size_t n;
};

enum sheet_format { SHEET_XLSX, SHEET_CSV };

struct sheet_merge {
    uint32_t row, row_end, column, column_end; /* from 1, inclusive */
};

struct sheet_facts {
    enum sheet_format format;
    struct str *sheets; /* names, in order */
    bool *is_sheet_hidden;
    size_t n_sheets, sheet; /* the one being read */
    bool is_1904;
    struct str *fonts; /* rows may bring more: look here again for each */
    size_t n_fonts;
    struct sheet_merge *merges;
    size_t n_merges;                /* of the first rows (titles, headers) */
    char separator, quote;          /* CSV */
    struct encoding_guess encoding; /* CSV: of the bytes */
    uint64_t file_bytes;
};

struct sheet_options {
    struct str sheet;                              /* by name or number from 1; empty: the first visible one */
    char separator, quote;                         /* 0: found out */
    struct str encoding;                           /* name; empty: found out */
    void (*on_bytes)(void *ctx, struct str piece); /* while sheet_open runs; NULL: nobody asks */
    void *ctx;
};

struct sheet;

enum err sheet_open(const char *path, const struct sheet_options *o, struct sheet **ret_sheet, struct fault *f);
const struct sheet_facts *sheet_facts(const struct sheet *s);
enum err sheet_next(struct sheet *s, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f);
void sheet_close(struct sheet *s);

#endif
