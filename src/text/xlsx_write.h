/* XLSX workbooks written row by row: memory stays flat whatever the number of rows.
 *
 *     struct xlsx *x;
 *     xlsx_open("ho-dan.xlsx", &x, f);
 *     xlsx_sheet(x, STR("Hộ dân"));                       // the sheet that everything below goes to
 *     xlsx_column_width(x, 0, 24);
 *     xlsx_freeze(x, 1, 0);
 *     xlsx_text(x, 0, 0, STR("Mã hộ"), XLSX_HEADER);      // rows and columns from 0; rows in ascending order
 *     xlsx_date(x, 1, 2, (struct date){2022, 6, 30}, XLSX_DATE);
 *     xlsx_comment(x, 1, 2, STR("…"), STR("Tỉnh Số"));
 *     if (xlsx_close(x, f) != OK) …                        // the first thing that went wrong, and the file is not there
 *
 * The workbook is written beside `path` and takes its place only when xlsx_close succeeds; xlsx_abort leaves nothing.
 * Errors are sticky: cells behind the first error are dropped, xlsx_close names it: ERR_XLSX_LIMIT (rows, columns, length of a
 * text: Excel's own limits), ERR_XLSX_WRITE.
 * Dates before 1900-03-01 are written as text dd/mm/yyyy: Excel's calendar knows them wrongly or not at all.
 */
#ifndef TINHSO_TEXT_XLSX_WRITE_H
#define TINHSO_TEXT_XLSX_WRITE_H

#include <stdint.h>

#include "base/fault.h"
#include "text/date.h"

enum xlsx_style {
    XLSX_PLAIN,
    XLSX_TITLE,    /* large and bold */
    XLSX_HEADER,   /* bold, filled, framed, wrapped */
    XLSX_REQUIRED, /* a header that must be filled in */
    XLSX_TEXT,     /* “@”: what is typed here stays text, zeros in front too */
    XLSX_INTEGER,  /* grouped */
    XLSX_CODE,     /* a number that is a code: not grouped */
    XLSX_NUMBER,   /* as many decimals as there are */
    XLSX_DATE,     /* dd/mm/yyyy */
    XLSX_DATETIME, /* dd/mm/yyyy hh:mm:ss */
    XLSX_WRAP,
    XLSX_NOTE, /* grey and slanted */
    XLSX_STYLE_COUNT,
    XLSX_BAD = 64 /* added to any of them: the fill of what must be corrected */
};

enum { XLSX_ROWS_MAX = 1048576, XLSX_COLUMNS_MAX = 16384, XLSX_TEXT_MAX = 32767 /* characters */ };

struct xlsx;

enum err xlsx_open(const char *path, struct xlsx **ret_xlsx, struct fault *f);
enum err xlsx_close(struct xlsx *x, struct fault *f);
void xlsx_abort(struct xlsx *x); /* NULL is fine */

/* Adds a sheet and makes it the current one; the name is cut to 31 characters, and what Excel forbids becomes “_”. Returns its number, from 0. */
int xlsx_sheet(struct xlsx *x, struct str name);
void xlsx_sheet_use(struct xlsx *x, int sheet);
void xlsx_sheet_hide(struct xlsx *x);
void xlsx_column_width(struct xlsx *x, uint32_t column, double characters);
/* The format that empty cells of a column have, e.g. XLSX_TEXT so that typed zeros stay. */
void xlsx_column_style(struct xlsx *x, uint32_t column, double characters, unsigned style);
void xlsx_freeze(struct xlsx *x, uint32_t rows, uint32_t columns);
void xlsx_filter(struct xlsx *x, uint32_t row, uint32_t column, uint32_t row_end, uint32_t column_end);
void xlsx_row_height(struct xlsx *x, uint32_t row, double points);
void xlsx_row_hide(struct xlsx *x, uint32_t row);

void xlsx_text(struct xlsx *x, uint32_t row, uint32_t column, struct str text, unsigned style);
void xlsx_number(struct xlsx *x, uint32_t row, uint32_t column, double number, unsigned style);
void xlsx_bool(struct xlsx *x, uint32_t row, uint32_t column, bool is_true, unsigned style);
void xlsx_date(struct xlsx *x, uint32_t row, uint32_t column, struct date d, unsigned style);
/* seconds since midnight of that day */
void xlsx_datetime(struct xlsx *x, uint32_t row, uint32_t column, struct date d, double seconds, unsigned style);
void xlsx_blank(struct xlsx *x, uint32_t row, uint32_t column, unsigned style); /* a style without a value */
void xlsx_merge(struct xlsx *x, uint32_t row, uint32_t column, uint32_t row_end, uint32_t column_end, struct str text,
                unsigned style);
void xlsx_comment(struct xlsx *x, uint32_t row, uint32_t column, struct str text, struct str author);

/* A drop-down for the cells row … row_end of a column. Lists of up to 255 bytes stand in the rule itself; for longer ones write the
 * items on a sheet and give its range: "=Codes!$A$2:$A$40". Other values are only warned against. */
bool xlsx_list(struct xlsx *x, uint32_t row, uint32_t row_end, uint32_t column, const struct str *items, size_t n);
void xlsx_list_range(struct xlsx *x, uint32_t row, uint32_t row_end, uint32_t column, struct str formula);

#endif
