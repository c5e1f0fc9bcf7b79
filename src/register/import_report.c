/* The report: the same sheet with the offending cells marked, and a sheet of counts. Corrected, it goes in. */
#include "register/import_internal.h"

#include <stdlib.h>

#include "text/number.h"
#include "text/xlsx_write.h"

#include "base/banned.h"

enum { COMMENTS_MAX = 20000, WIDTH_DEFAULT = 14 };

#define L(im, vi, en) STR_OF_LANG((im)->lang, vi, en)
#define STR_OF_LANG(lang, vi, en) ((lang) == LANG_EN ? STR(en) : STR(vi))

static int by_place(const void *x, const void *y)
{
    const struct mark *a = x, *b = y;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

static void write_cell(struct xlsx *x, uint32_t row, uint32_t column, const struct cell *c, struct str text,
                       unsigned bad)
{
    struct date d;
    int64_t ms;
    switch (c->kind) {
    case CELL_NUMBER:
        xlsx_number(x, row, column, c->number, XLSX_PLAIN | bad);
        return;
    case CELL_BOOLEAN:
        xlsx_bool(x, row, column, str_is(c->text, "true"), XLSX_PLAIN | bad);
        return;
    case CELL_DATE:
        if (date_parse(c->text, &d, NULL) == OK) {
            xlsx_date(x, row, column, d, XLSX_DATE | bad);
            return;
        }
        break;
    case CELL_DATETIME:
        if (c->text.n >= 19) {
            struct buf z CLEANUP(buf_done) = BUF_INIT(64);
            buf_add(&z, c->text.p, 19);
            buf_putc(&z, 'Z');
            if (instant_parse(buf_view(&z), &ms, NULL) == OK) {
                d = date_of_instant(ms, 0);
                xlsx_datetime(x, row, column, d, (double)(ms - instant_of_date(d, 0)) / 1000, XLSX_DATETIME | bad);
                return;
            }
        }
        break;
    case CELL_EMPTY:
        if (bad)
            xlsx_blank(x, row, column, XLSX_PLAIN | bad);
        return;
    default:
        break;
    }
    xlsx_text(x, row, column, text, XLSX_TEXT | bad);
}

static void write_comment(struct import *im, struct xlsx *x, uint32_t row, uint32_t column, const struct mark *m,
                          size_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(8192);
    struct str label = m->value[0] ? L(im, "Giá trị: ", "Value: ") : L(im, "Ô trống", "Empty");
    buf_printf(&b, "%.*s%s", STR_ARG(label), m->value);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "\n%.*s: %s", STR_ARG(L(im, "Lý do", "Reason")), m[i].reason);
    xlsx_comment(x, row, column, buf_view(&b), STR("Tỉnh Số"));
}

/* Merged titles and parents of header rows stay merged sideways, so that the report is read like the file. */
static const struct sheet_merge *merge_at(const struct import *im, uint32_t row, size_t column)
{
    for (size_t i = 0; i < im->facts->n_merges; i++) {
        const struct sheet_merge *m = &im->facts->merges[i];
        if (m->row == row && row <= im->header_last && m->column == column + 1 && m->column_end > m->column)
            return m;
    }
    return NULL;
}

static void write_row(struct import *im, struct xlsx *x, const struct sheet_row *row, size_t *at, size_t *comments)
{
    uint32_t y = row->number - 1;
    const struct mark *marks = im->marks.p;
    if (row->is_hidden)
        xlsx_row_hide(x, y);
    arena_reset(im->row);
    while (*at < im->marks.n && marks[*at].row < row->number)
        (*at)++;
    for (size_t i = 0; i < row->n || (*at < im->marks.n && marks[*at].row == row->number && i < im->n_columns); i++) {
        static const struct cell empty;
        const struct cell *c = i < row->n ? &row->cells[i] : &empty;
        size_t n = 0;
        while (*at + n < im->marks.n && marks[*at + n].row == row->number && marks[*at + n].column == i)
            n++;
        const struct sheet_merge *m = merge_at(im, row->number, i);
        struct str text = import_text_shown(im, im->row, c, row->number <= im->header_last);
        if (m)
            xlsx_merge(x, y, m->column - 1, y, m->column_end - 1, text, XLSX_HEADER);
        else if (row->number <= im->header_last && row->number >= im->header_first && c->kind != CELL_EMPTY)
            xlsx_text(x, y, (uint32_t)i, text, XLSX_HEADER);
        else if (c->kind != CELL_EMPTY || n)
            write_cell(x, y, (uint32_t)i, c, text, n ? XLSX_BAD : 0);
        if (m)
            i = m->column_end - 1;
        if (n && (*comments)++ < COMMENTS_MAX)
            write_comment(im, x, y, (uint32_t)i, &marks[*at], n);
        *at += n;
    }
}

static void set_columns(struct import *im, struct xlsx *x)
{
    for (size_t i = 0; i < im->n_columns; i++) {
        const struct column *c = &im->columns[i];
        enum field_type t = c->field == NO_FIELD ? FT_TEXT : im->reg->fields[c->field].type;
        bool is_identifier = t == FT_STRING || t == FT_PERSONAL_ID || t == FT_PHONE || t == FT_TAX_CODE ||
                             t == FT_UNIT || t == FT_REFERENCE || t == FT_CODE;
        xlsx_column_style(x, (uint32_t)i, t == FT_STRING ? 24 : WIDTH_DEFAULT, is_identifier ? XLSX_TEXT : XLSX_PLAIN);
    }
}

static enum err write_sheet(struct import *im, struct xlsx *x, struct fault *f)
{
    struct sheet_row row;
    bool has_row = true;
    size_t at = 0, comments = 0;
    bool is_named = im->facts->format == SHEET_XLSX && im->facts->sheet < im->facts->n_sheets;
    xlsx_sheet(x, is_named ? im->facts->sheets[im->facts->sheet] : L(im, "Dữ liệu", "Data"));
    set_columns(im, x);
    xlsx_freeze(x, im->header_last, 0);
    enum err e = spool_rewind(&im->spool, f);
    while (e == OK && (e = spool_next(&im->spool, &row, &has_row, f)) == OK && has_row)
        write_row(im, x, &row, &at, &comments);
    return e;
}

static uint32_t fact(struct xlsx *x, uint32_t y, struct str name, int64_t n)
{
    xlsx_text(x, y, 0, name, XLSX_PLAIN);
    xlsx_number(x, y, 1, (double)n, XLSX_INTEGER);
    return y + 1;
}

static void write_counts(struct import *im, struct xlsx *x)
{
    const struct import_result *r = im->result;
    struct buf hex CLEANUP(buf_done) = BUF_INIT(64);
    uint32_t y = 0;
    xlsx_sheet(x, L(im, "Tổng hợp", "Summary"));
    xlsx_column_width(x, 0, 34);
    xlsx_column_width(x, 1, 24);
    xlsx_column_width(x, 2, 14);
    xlsx_column_width(x, 3, 90);
    xlsx_text(x, y++, 0, L(im, "Kết quả nhập dữ liệu", "Result of the import"), XLSX_TITLE);
    xlsx_text(x, y, 0, L(im, "Sổ", "Register"), XLSX_PLAIN);
    xlsx_text(x, y++, 1, text2_in(&im->reg->title, im->lang), XLSX_PLAIN);
    digest_hex(&im->digest, &hex);
    xlsx_text(x, y, 0, STR("SHA-256"), XLSX_PLAIN);
    xlsx_text(x, y++, 1, buf_view(&hex), XLSX_PLAIN);
    y = fact(x, y, L(im, "Số dòng", "Rows"), r->rows);
    y = fact(x, y, L(im, "Thêm", "Added"), r->added);
    y = fact(x, y, L(im, "Đổi", "Changed"), r->changed);
    y = fact(x, y, L(im, "Giữ nguyên", "Unchanged"), r->same);
    y = fact(x, y, L(im, "Gỡ bỏ", "Removed"), r->removed);
    y = fact(x, y, L(im, "Dòng bị từ chối", "Rows refused"), r->refused);
    y = fact(x, y, L(im, "Ô bị từ chối", "Cells refused"), r->cells_refused);
    y = fact(x, y, L(im, "Ô được sửa khi đọc", "Cells repaired while reading"), r->cells_repaired);
    y++;
    xlsx_text(x, y, 0, L(im, "Loại lỗi", "Kind of error"), XLSX_HEADER);
    xlsx_text(x, y, 1, L(im, "Cột", "Column"), XLSX_HEADER);
    xlsx_text(x, y, 2, L(im, "Số ô", "Cells"), XLSX_HEADER);
    xlsx_text(x, y++, 3, L(im, "Ví dụ", "Example"), XLSX_HEADER);
    for (size_t i = 0; i < im->counts.n; i++, y++) {
        const struct error_count *c = &im->counts.p[i];
        xlsx_text(x, y, 0, str_of(err_type(c->code)), XLSX_PLAIN);
        xlsx_text(x, y, 1, c->column >= 0 ? im->columns[c->column].header : STR("—"), XLSX_PLAIN);
        xlsx_number(x, y, 2, (double)c->n, XLSX_INTEGER);
        xlsx_text(x, y, 3, str_of(c->example), XLSX_WRAP);
    }
}

enum err import_report_write(struct import *im, struct fault *f)
{
    struct xlsx *x;
    if (!im->o.report_path)
        return OK;
    if (im->marks.n)
        qsort(im->marks.p, im->marks.n, sizeof *im->marks.p, by_place);
    enum err e = xlsx_open(im->o.report_path, &x, f);
    if (e != OK)
        return e;
    if ((e = write_sheet(im, x, f)) != OK) {
        xlsx_abort(x);
        return e;
    }
    write_counts(im, x);
    return xlsx_close(x, f);
}
