/* The XML of one worksheet, cell by cell (ECMA-376 part 1 §18.3). */
#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "text/date.h"
#include "text/number.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

/* ---- references and days ---- */

bool reference_parse(struct str text, uint32_t *ret_column, uint32_t *ret_row)
{
    uint32_t column = 0, row = 0;
    size_t i = 0;
    for (; i < text.n && text.p[i] >= 'A' && text.p[i] <= 'Z' && i < 4; i++)
        column = column * 26 + (uint32_t)(text.p[i] - 'A' + 1);
    size_t digits = i;
    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && i < digits + 8; i++)
        row = row * 10 + (uint32_t)(text.p[i] - '0');
    if (i != text.n || column == 0 || column > LIMIT_SHEET_COLUMNS || row == 0 || row > LIMIT_SHEET_ROWS)
        return false;
    *ret_column = column;
    *ret_row = row;
    return true;
}

enum { SERIAL_MAX = 2958466, DAY_1900 = -25568, DAY_1904 = -24107, DAY_SECONDS = 86400 };

bool serial_print(double serial, bool is_1904, enum format_kind format, char ret_text[48], enum cell_kind *ret_kind)
{
    int32_t end = SERIAL_MAX - (is_1904 ? 1462 : 0);
    if (!(serial >= 0 && serial < end))
        return false;
    int32_t day = (int32_t)serial;
    int32_t seconds = (int32_t)lround((serial - day) * DAY_SECONDS);
    if (seconds == DAY_SECONDS) {
        day++;
        seconds = 0;
    }
    if (day >= end) /* the last second of 9999, rounded up */
        return false;
    int hours = seconds / 3600, minutes = seconds / 60 % 60, rest = seconds % 60;
    if (format == FORMAT_TIME && day == 0) {
        snprintf(ret_text, 48, "%02d:%02d:%02d", hours, minutes, rest);
        *ret_kind = CELL_TEXT;
        return true;
    }
    if (day == 0 && !is_1904)
        return false;
    /* The 1900 system has a 29 February 1900 that never was: days before it lie one closer. */
    int32_t days = is_1904 ? day + DAY_1904 : day < 60 ? day + DAY_1900 : day + DAY_1900 - 1;
    struct date d = date_of_days(days);
    if (!is_1904 && day == 60)
        d = (struct date){1900, 2, 29};
    int n = snprintf(ret_text, 48, "%04d-%02d-%02d", d.year, d.month, d.day);
    *ret_kind = seconds ? CELL_DATETIME : CELL_DATE;
    if (seconds)
        snprintf(ret_text + n, 48 - (size_t)n, "T%02d:%02d:%02d", hours, minutes, rest);
    return true;
}

/* ---- cells ---- */

void sheet_cells_init(struct sheet_cells *c, const struct strings *strings, struct styles *styles, bool is_1904,
                      struct sheet_out *out)
{
    *c = (struct sheet_cells){.strings = strings, .styles = styles, .is_1904 = is_1904, .out = out};
    c->value = BUF_INIT(LIMIT_SHEET_CELL_BYTES);
}

void sheet_cells_done(struct sheet_cells *c)
{
    buf_done(&c->value);
    rich_done(&c->rich);
}

/* "BC12" of the cell being read, for messages. */
static struct str here(struct sheet_cells *c)
{
    char letters[8];
    size_t n = 0;
    for (uint32_t k = c->column; k && n < sizeof letters; k = (k - 1) / 26)
        letters[n++] = (char)('A' + (k - 1) % 26);
    for (size_t i = 0; i < n / 2; i++) {
        char swap = letters[i];
        letters[i] = letters[n - 1 - i];
        letters[n - 1 - i] = swap;
    }
    snprintf(c->reference, sizeof c->reference, "%.*s%u", (int)n, letters, c->row);
    return str_of(c->reference);
}

static enum err reference_fault(struct xml *x, const char *value)
{
    struct sheet_cells *c = x->ctx;
    char row[16];
    snprintf(row, sizeof row, "%u", c->row);
    return FAULT(x->f, ERR_SHEET_REFERENCE, {"value", str_of(value)}, {"row", str_of(row)});
}

static enum err row_start(struct xml *x, const char **attributes)
{
    struct sheet_cells *c = x->ctx;
    const char *r = xml_attribute(attributes, "r");
    uint32_t row = c->row + 1, column;
    if (r) {
        char cell[24];
        snprintf(cell, sizeof cell, "A%.20s", r);
        if (!reference_parse(str_of(cell), &column, &row) || row <= c->row)
            return reference_fault(x, r);
    }
    c->row = row;
    c->column = 0;
    c->is_row = true;
    sheet_out_row(c->out, row, xml_is_true(xml_attribute(attributes, "hidden")));
    return OK;
}

static unsigned style_index(const char *s)
{
    unsigned i = 0;
    for (; *s >= '0' && *s <= '9' && i < 1000000; s++)
        i = i * 10 + (unsigned)(*s - '0');
    return i;
}

static enum err cell_start(struct xml *x, const char **attributes)
{
    struct sheet_cells *c = x->ctx;
    uint32_t column = c->column + 1, row = c->row;
    c->cell = (struct cell_out){.column = 0};
    c->style = 0;
    c->type = 'n';
    for (; *attributes; attributes += 2) {
        const char *name = attributes[0], *value = attributes[1];
        if (name[0] == 0 || name[1] != 0)
            continue;
        if (name[0] == 'r' && (!reference_parse(str_of(value), &column, &row) || row != c->row || column <= c->column))
            return reference_fault(x, value);
        if (name[0] == 's')
            c->style = style_index(value);
        if (name[0] == 't')
            c->type = strcmp(value, "str") == 0 ? 'S' : strcmp(value, "inlineStr") == 0 ? 'i' : value[0];
    }
    if (column > LIMIT_SHEET_COLUMNS)
        return reference_fault(x, "r");
    c->column = column;
    c->is_cell = true;
    buf_reset(&c->value);
    rich_reset(&c->rich);
    rich_begin(&c->rich, 0);
    return OK;
}

/* Within <is>. */
static enum err inline_start(struct xml *x, const char *name, const char **attributes)
{
    struct sheet_cells *c = x->ctx;
    size_t n_fonts = c->styles->fonts.n;
    if (strcmp(name, "rPh") == 0 && !c->phonetic)
        c->phonetic = x->depth;
    c->is_value = !c->phonetic && name[0] == 't' && name[1] == 0;
    if (!c->phonetic && name[0] == 'r' && !rich_start(&c->rich, name, x->depth - 5, &c->value, c->styles, attributes))
        return FAULT(x->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", STR("limit")});
    if (c->styles->fonts.n > n_fonts)
        sheet_out_font(c->out, c->styles->fonts.p[n_fonts]);
    return OK;
}

static enum err cells_start(struct xml *x, const char *name, const char **attributes)
{
    struct sheet_cells *c = x->ctx;
    if (x->depth == 4 && c->is_row && name[0] == 'c' && name[1] == 0)
        return cell_start(x, attributes);
    if (x->depth == 5 && c->is_cell) {
        c->is_value = name[0] == 'v' && name[1] == 0 && c->type != 'i';
        c->cell.is_formula |= name[0] == 'f' && name[1] == 0;
        c->is_inline = strcmp(name, "is") == 0 && c->type == 'i';
    } else if (x->depth >= 6 && c->is_inline) {
        return inline_start(x, name, attributes);
    } else if (x->depth == 3 && c->is_data && strcmp(name, "row") == 0) {
        return row_start(x, attributes);
    } else if (x->depth == 2) {
        c->is_data = strcmp(name, "sheetData") == 0;
    } else if (x->depth == 1 && strcmp(name, "worksheet") != 0) {
        return FAULT(x->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", str_of("worksheet?")});
    }
    return OK;
}

static enum err value_fault(struct xml *x)
{
    struct sheet_cells *c = x->ctx;
    return FAULT(x->f, ERR_SHEET_VALUE, {"cell", here(c)}, {"value", buf_view(&c->value)});
}

static enum err emit(struct xml *x, enum cell_kind kind, struct str text)
{
    struct sheet_cells *c = x->ctx;
    c->cell.kind = kind;
    c->cell.column = c->column - 1;
    return sheet_out_cell(c->out, &c->cell, text, x->f);
}

static enum err text_emit(struct xml *x, struct str text)
{
    struct sheet_cells *c = x->ctx;
    c->cell.is_text_number = text.n && text.n <= 40 && sheet_is_text_number(text);
    if (c->rich.has_font && text.n) {
        rich_settle(&c->rich, c->cell.font);
        c->cell.runs = c->rich.p;
        c->cell.n_runs = c->rich.n > 1 ? c->rich.n : 0;
        c->cell.font = c->cell.n_runs ? c->cell.font : c->rich.p[0].font;
    }
    return emit(x, text.n ? CELL_TEXT : CELL_EMPTY, text);
}

/* Digits of an exact integer: the text is the value. */
static bool is_plain_integer(struct str s, double *ret)
{
    int64_t v = 0;
    if (s.n == 0 || s.n > 15 || (s.p[0] == '0' && s.n > 1))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *ret = (double)v;
    return true;
}

static enum err number_emit(struct xml *x, enum format_kind format)
{
    struct sheet_cells *c = x->ctx;
    struct str s = str_trim(buf_view(&c->value));
    char text[48];
    enum cell_kind kind;
    bool is_integer = is_plain_integer(s, &c->cell.number);
    if (!is_integer && number_parse(s, &c->cell.number, NULL) != OK)
        return value_fault(x);
    if (format != FORMAT_PLAIN && serial_print(c->cell.number, c->is_1904, format, text, &kind))
        return emit(x, kind, str_of(text));
    if (is_integer)
        return emit(x, CELL_NUMBER, s);
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    number_print(c->cell.number, &b);
    return emit(x, CELL_NUMBER, buf_view(&b));
}

static enum err shared_emit(struct xml *x)
{
    struct sheet_cells *c = x->ctx;
    double i;
    struct str text;
    struct str s = str_trim(buf_view(&c->value));
    if (is_plain_integer(s, &i) && strings_get(c->strings, (size_t)i, &text)) {
        strings_rich(c->strings, (size_t)i, &c->rich);
        return text_emit(x, text);
    }
    return FAULT(x->f, ERR_SHEET_STRING, {"cell", here(c)}, {"value", s});
}

/* t="d": an ISO 8601 date or instant as Excel 2010 may store it. */
static enum err date_emit(struct xml *x, struct str s)
{
    struct date d;
    if (s.n >= 10 && date_parse(str_slice(s.p, 10), &d, NULL) == OK && (s.n == 10 || s.p[10] == 'T')) {
        bool is_midnight = s.n >= 19 && memcmp(s.p + 11, "00:00:00", 8) == 0;
        if (s.n == 10 || is_midnight)
            return emit(x, CELL_DATE, str_slice(s.p, 10));
        if (s.n >= 19 && sheet_is_instant(str_slice(s.p, 19), 19))
            return emit(x, CELL_DATETIME, str_slice(s.p, 19));
    }
    return value_fault(x);
}

static enum err cell_end(struct xml *x)
{
    struct sheet_cells *c = x->ctx;
    c->is_cell = false;
    if (c->value.is_full) {
        char limit[16];
        snprintf(limit, sizeof limit, "%d", LIMIT_SHEET_CELL_BYTES);
        return FAULT(x->f, ERR_SHEET_CELL_LENGTH, {"cell", here(c)}, {"limit", str_of(limit)});
    }
    struct style style = {FORMAT_PLAIN, 0};
    if (c->style < c->styles->cells.n)
        style = c->styles->cells.p[c->style];
    c->cell.font = style.font < c->styles->fonts.n ? style.font : 0;
    if (c->value.n == 0)
        return emit(x, CELL_EMPTY, STR(""));
    switch (c->type) {
    case 'n':
        return number_emit(x, style.format);
    case 's':
        return shared_emit(x);
    case 'S':
    case 'i':
        rich_end(&c->rich, &c->value);
        return text_emit(x, buf_view(&c->value));
    case 'b':
        c->cell.number = c->value.p[0] == '1' || c->value.p[0] == 't';
        return emit(x, CELL_BOOLEAN, c->cell.number > 0 ? STR("true") : STR("false"));
    case 'e':
        return emit(x, CELL_ERROR, buf_view(&c->value));
    case 'd':
        return date_emit(x, str_trim(buf_view(&c->value)));
    default:
        return value_fault(x);
    }
}

static enum err cells_end(struct xml *x, const char *name)
{
    struct sheet_cells *c = x->ctx;
    c->is_value = false;
    if (x->depth == c->phonetic)
        c->phonetic = 0;
    if (x->depth == 6 && c->is_inline && name[0] == 'r' && name[1] == 0)
        rich_next(&c->rich, &c->value);
    if (x->depth == 5)
        c->is_inline = false;
    else if (x->depth == 4 && c->is_cell)
        return cell_end(x);
    else if (x->depth == 3 && c->is_row) {
        c->is_row = false;
        return sheet_out_row_end(c->out, x->f);
    } else if (x->depth == 2)
        c->is_data = false;
    return OK;
}

static enum err cells_text(struct xml *x, struct str text)
{
    struct sheet_cells *c = x->ctx;
    if (c->is_value)
        buf_str(&c->value, text);
    return OK;
}

void sheet_cells_xml(struct xml *x, struct sheet_cells *c, const char *part, struct fault *f)
{
    xml_init(x, part, c, f);
    x->on_start = cells_start;
    x->on_end = cells_end;
    x->on_text = cells_text;
}
