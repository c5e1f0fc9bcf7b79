#include "text/xlsx_write.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"

#include "base/banned.h"

enum { NAME_MAX_CHARACTERS = 31, LIST_BYTES = 255, FORMATS = 2 * XLSX_BAD };

struct xlsx {
    struct arena *a;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    VEC(lxw_worksheet *) sheets;
    lxw_format *formats[FORMATS];
    char *path, *part;
    struct buf text;
    enum err error;
    struct fault fault;
};

static bool fails(struct xlsx *x, lxw_error e)
{
    if (e == LXW_NO_ERROR || x->error != OK)
        return x->error != OK;
    if (e == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE || e == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
        x->error = FAULT(&x->fault, ERR_XLSX_LIMIT, {"path", str_of(x->path)});
    else
        x->error = FAULT(&x->fault, ERR_XLSX_WRITE, {"path", str_of(x->path)}, {"reason", str_of(lxw_strerror(e))});
    return true;
}

static const char *text_of(struct xlsx *x, struct str s)
{
    buf_reset(&x->text);
    buf_str(&x->text, s);
    return buf_cstr(&x->text);
}

enum err xlsx_open(const char *path, struct xlsx **ret_xlsx, struct fault *f)
{
    struct xlsx *x = mem_zalloc(sizeof *x);
    x->a = arena_new();
    x->path = arena_strdup(x->a, path);
    x->part = arena_printf(x->a, "%s.part", path);
    x->text = BUF_INIT(4 << 20);
    /* The library opens the file only at the end: a folder that cannot be written is told now. */
    FILE *probe = fopen(x->part, "wb");
    if (!probe) {
        enum err e = fault_errno(f, "write", path);
        xlsx_abort(x);
        return e;
    }
    fclose(probe);
    lxw_workbook_options o = {.constant_memory = LXW_TRUE};
    x->book = workbook_new_opt(x->part, &o);
    if (!x->book) {
        xlsx_abort(x);
        return FAULT(f, ERR_XLSX_WRITE, {"path", str_of(path)}, {"reason", STR("memory")});
    }
    *ret_xlsx = x;
    return OK;
}

static void xlsx_free(struct xlsx *x)
{
    buf_done(&x->text);
    arena_free(x->a);
    free(x);
}

void xlsx_abort(struct xlsx *x)
{
    if (!x)
        return;
    if (x->book) {
        for (size_t i = 0; i < x->sheets.n; i++) /* the library closes these only when it packs them */
            if (x->sheets.p[i]->file)
                fclose(x->sheets.p[i]->file), x->sheets.p[i]->file = NULL;
        lxw_workbook_free(x->book);
    }
    unlink(x->part);
    xlsx_free(x);
}

enum err xlsx_close(struct xlsx *x, struct fault *f)
{
    if (x->error == OK && x->sheets.n == 0)
        xlsx_sheet(x, STR("Sheet1"));
    if (x->error != OK) {
        enum err e = x->error;
        if (f)
            *f = x->fault;
        xlsx_abort(x);
        return e;
    }
    fails(x, workbook_close(x->book)); /* frees the book, whatever the outcome */
    x->book = NULL;
    enum err e = x->error;
    if (e != OK && f)
        *f = x->fault;
    if (e == OK && rename(x->part, x->path) != 0)
        e = fault_errno(f, "write", x->path);
    if (e != OK)
        unlink(x->part);
    xlsx_free(x);
    return e;
}

/* ---- sheets ---- */

int xlsx_sheet(struct xlsx *x, struct str name)
{
    buf_reset(&x->text);
    size_t characters = 0;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if ((c & 0xC0) != 0x80 && ++characters > NAME_MAX_CHARACTERS)
            break;
        buf_putc(&x->text,
                 c < 0x20 || strchr("[]:*?/\\", c) || (c == '\'' && (i == 0 || i + 1 == name.n)) ? '_' : (char)c);
    }
    const char *wanted = x->text.n ? arena_strdup(x->a, buf_cstr(&x->text)) : "Sheet1";
    lxw_worksheet *sheet =
        workbook_get_worksheet_by_name(x->book, wanted) ? NULL : workbook_add_worksheet(x->book, wanted);
    if (!sheet) /* a name that is taken, or too odd for Excel: the library makes one up */
        sheet = workbook_add_worksheet(x->book, NULL);
    must(sheet);
    x->sheet = sheet;
    VEC_PUSH(x->a, &x->sheets, sheet);
    return (int)x->sheets.n - 1;
}

void xlsx_sheet_use(struct xlsx *x, int sheet)
{
    must(sheet >= 0 && (size_t)sheet < x->sheets.n);
    x->sheet = x->sheets.p[sheet];
}

void xlsx_sheet_hide(struct xlsx *x)
{
    worksheet_hide(x->sheet);
}

static void format_fill(lxw_format *m, unsigned style)
{
    switch (style) {
    case XLSX_TITLE:
        format_set_bold(m);
        format_set_font_size(m, 14);
        break;
    case XLSX_HEADER:
    case XLSX_REQUIRED:
        format_set_bold(m);
        format_set_text_wrap(m);
        format_set_align(m, LXW_ALIGN_VERTICAL_CENTER);
        format_set_border(m, LXW_BORDER_THIN);
        format_set_bg_color(m, style == XLSX_HEADER ? 0xDCE6F1 : 0xFCE4D6);
        break;
    case XLSX_TEXT:
        format_set_num_format(m, "@");
        break;
    case XLSX_INTEGER:
        format_set_num_format(m, "#,##0");
        break;
    case XLSX_CODE:
        format_set_num_format(m, "0");
        break;
    case XLSX_DATE:
        format_set_num_format(m, "dd/mm/yyyy");
        break;
    case XLSX_DATETIME:
        format_set_num_format(m, "dd/mm/yyyy hh:mm:ss");
        break;
    case XLSX_WRAP:
        format_set_text_wrap(m);
        format_set_align(m, LXW_ALIGN_VERTICAL_TOP);
        break;
    case XLSX_NOTE:
        format_set_italic(m);
        format_set_font_color(m, 0x595959);
        break;
    default:
        break;
    }
}

static lxw_format *format_of(struct xlsx *x, unsigned style)
{
    must(style < FORMATS && (style & (XLSX_BAD - 1)) < XLSX_STYLE_COUNT);
    if (style == XLSX_PLAIN || style == XLSX_NUMBER)
        return NULL;
    if (x->formats[style])
        return x->formats[style];
    lxw_format *m = workbook_add_format(x->book);
    must(m);
    format_fill(m, style & (XLSX_BAD - 1));
    if (style & XLSX_BAD) {
        format_set_bg_color(m, 0xFFC7CE);
        format_set_font_color(m, 0x9C0006);
    }
    return x->formats[style] = m;
}

static bool can(struct xlsx *x, uint32_t row, uint32_t column)
{
    if (x->error == OK && (row >= XLSX_ROWS_MAX || column >= XLSX_COLUMNS_MAX))
        x->error = FAULT(&x->fault, ERR_XLSX_LIMIT, {"path", str_of(x->path)});
    return x->error == OK;
}

void xlsx_column_style(struct xlsx *x, uint32_t column, double characters, unsigned style)
{
    if (can(x, 0, column))
        fails(x, worksheet_set_column(x->sheet, (lxw_col_t)column, (lxw_col_t)column, characters, format_of(x, style)));
}

void xlsx_column_width(struct xlsx *x, uint32_t column, double characters)
{
    xlsx_column_style(x, column, characters, XLSX_PLAIN);
}

void xlsx_freeze(struct xlsx *x, uint32_t rows, uint32_t columns)
{
    if (can(x, rows, columns))
        worksheet_freeze_panes(x->sheet, rows, (lxw_col_t)columns);
}

void xlsx_filter(struct xlsx *x, uint32_t row, uint32_t column, uint32_t row_end, uint32_t column_end)
{
    if (can(x, row, column) && can(x, row_end, column_end))
        fails(x, worksheet_autofilter(x->sheet, row, (lxw_col_t)column, row_end, (lxw_col_t)column_end));
}

void xlsx_row_height(struct xlsx *x, uint32_t row, double points)
{
    if (can(x, row, 0))
        fails(x, worksheet_set_row(x->sheet, row, points, NULL));
}

void xlsx_row_hide(struct xlsx *x, uint32_t row)
{
    lxw_row_col_options o = {.hidden = LXW_TRUE};
    if (can(x, row, 0))
        fails(x, worksheet_set_row_opt(x->sheet, row, LXW_DEF_ROW_HEIGHT, NULL, &o));
}

/* ---- cells ---- */

void xlsx_text(struct xlsx *x, uint32_t row, uint32_t column, struct str text, unsigned style)
{
    if (!can(x, row, column))
        return;
    if (text.n == 0)
        xlsx_blank(x, row, column, style);
    else
        fails(x, worksheet_write_string(x->sheet, row, (lxw_col_t)column, text_of(x, text), format_of(x, style)));
}

void xlsx_number(struct xlsx *x, uint32_t row, uint32_t column, double number, unsigned style)
{
    if (can(x, row, column))
        fails(x, worksheet_write_number(x->sheet, row, (lxw_col_t)column, number, format_of(x, style)));
}

void xlsx_bool(struct xlsx *x, uint32_t row, uint32_t column, bool is_true, unsigned style)
{
    if (can(x, row, column))
        fails(x, worksheet_write_boolean(x->sheet, row, (lxw_col_t)column, is_true, format_of(x, style)));
}

void xlsx_datetime(struct xlsx *x, uint32_t row, uint32_t column, struct date d, double seconds, unsigned style)
{
    enum { FIRST_SOUND_DAY = -25508 /* 1900-03-01 */, DAY_ZERO = -25569 /* 1899-12-30 */, DAY_SECONDS = 86400 };
    int32_t days = date_days(d);
    if (days >= FIRST_SOUND_DAY) {
        xlsx_number(x, row, column, (double)(days - DAY_ZERO) + seconds / DAY_SECONDS, style);
        return;
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    date_print_vi(d, &b);
    xlsx_text(x, row, column, buf_view(&b), style);
}

void xlsx_date(struct xlsx *x, uint32_t row, uint32_t column, struct date d, unsigned style)
{
    xlsx_datetime(x, row, column, d, 0, style);
}

void xlsx_blank(struct xlsx *x, uint32_t row, uint32_t column, unsigned style)
{
    if (can(x, row, column) && format_of(x, style)) /* a cell without value and format is no cell */
        fails(x, worksheet_write_blank(x->sheet, row, (lxw_col_t)column, format_of(x, style)));
}

void xlsx_merge(struct xlsx *x, uint32_t row, uint32_t column, uint32_t row_end, uint32_t column_end, struct str text,
                unsigned style)
{
    if (!can(x, row, column) || !can(x, row_end, column_end))
        return;
    if (row == row_end && column == column_end)
        xlsx_text(x, row, column, text, style);
    else
        fails(x, worksheet_merge_range(x->sheet, row, (lxw_col_t)column, row_end, (lxw_col_t)column_end,
                                       text_of(x, text), format_of(x, style)));
}

void xlsx_comment(struct xlsx *x, uint32_t row, uint32_t column, struct str text, struct str author)
{
    enum { LINE_PIXELS = 18, LINE_CHARACTERS = 36, LINES_MIN = 5, LINES_MAX = 30, WIDTH_PIXELS = 280 };
    if (!can(x, row, column) || text.n == 0)
        return;
    size_t lines = 1, at = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool is_start = ((unsigned char)text.p[i] & 0xC0) != 0x80;
        at += is_start;
        if (text.p[i] == '\n' || at > LINE_CHARACTERS)
            lines++, at = 0;
    }
    lines = lines < LINES_MIN ? LINES_MIN : lines > LINES_MAX ? LINES_MAX : lines;
    char *name = arena_dup(x->a, author.p ? author.p : "", author.n);
    lxw_comment_options o = {.author = name, .width = WIDTH_PIXELS, .height = (uint16_t)(lines * LINE_PIXELS)};
    fails(x, worksheet_write_comment_opt(x->sheet, row, (lxw_col_t)column, text_of(x, text), &o));
}

/* ---- lists of choices ---- */

static void list_put(struct xlsx *x, uint32_t row, uint32_t row_end, uint32_t column, lxw_data_validation *v)
{
    v->ignore_blank = LXW_VALIDATION_ON;
    v->dropdown = LXW_VALIDATION_ON;
    v->error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;
    if (can(x, row, column) && can(x, row_end, column))
        fails(x, worksheet_data_validation_range(x->sheet, row, (lxw_col_t)column, row_end, (lxw_col_t)column, v));
}

bool xlsx_list(struct xlsx *x, uint32_t row, uint32_t row_end, uint32_t column, const struct str *items, size_t n)
{
    size_t bytes = 0;
    char **list = ARENA_ARRAY(x->a, char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (memchr(items[i].p, ',', items[i].n)) /* the comma parts the items */
            return false;
        bytes += items[i].n + 1;
        list[i] = arena_dup(x->a, items[i].p, items[i].n);
    }
    if (n == 0 || bytes > LIST_BYTES)
        return false;
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST, .value_list = list};
    list_put(x, row, row_end, column, &v);
    return true;
}

void xlsx_list_range(struct xlsx *x, uint32_t row, uint32_t row_end, uint32_t column, struct str formula)
{
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST_FORMULA,
                             .value_formula = arena_dup(x->a, formula.p, formula.n)};
    list_put(x, row, row_end, column, &v);
}
