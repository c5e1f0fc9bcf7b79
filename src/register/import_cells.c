/* One row: every cell turned into the text that record_parse takes, by the readings decided for its column. */
#include "register/import_internal.h"

#include <math.h>
#include <stdio.h>

#include "text/csv.h"
#include "text/ident.h"
#include "text/number.h"
#include "text/vn.h"

#include "base/banned.h"

static const struct str none = {NULL, 0};

enum { SERIAL_MIN = 10000, SERIAL_MAX = 2958465, SERIAL_EPOCH = -25569, SERIAL_1904 = 1462, DIGITS_EXACT = 15 };

struct reading {
    struct import *im;
    struct column *c;
    const struct field *fd;
    const struct cell *cell;
    int field;
    struct str text; /* after the encoding was repaired and the ends trimmed */
};

static struct str keep(struct import *im, const struct buf *b)
{
    return str_dup(im->row, buf_view(b));
}

void import_note_repair(struct import *im, struct column *c, struct str from, struct str to)
{
    if (c->repaired < IMPORT_SAMPLES)
        c->samples[c->repaired] = (struct repair){str_dup(im->a, from), str_dup(im->a, to), im->at.number};
    c->repaired++;
    im->result->cells_repaired++;
}

/* ---- encodings ---- */

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static enum err repair_encoding(struct reading *r, struct fault *f)
{
    struct import *im = r->im;
    struct text_reading how = {r->c->encoding, r->c->is_encoding_forced};
    struct str repaired;
    bool is_lossy;
    enum err e = import_text_repair(im, im->row, r->cell, r->text, &how, &repaired, &is_lossy, f);
    if (e != OK)
        return e;
    if (is_lossy)
        return FAULT(f, ERR_IMPORT_LOSSY, {"value", r->text}, {"repaired", repaired});
    if (!str_eq(repaired, r->text))
        import_note_repair(im, r->c, r->text, repaired);
    r->text = repaired;
    return OK;
}

/* ---- types ---- */

static enum err read_number(struct reading *r, struct str *ret, struct fault *f)
{
    double x;
    enum err e = OK;
    bool is_machine = r->cell->kind == CELL_NUMBER;
    struct str s = r->text;
    if (is_machine && r->c->factor == 1 && r->fd->type == FT_NUMBER) {
        *ret = s;
        return OK;
    }
    if (is_machine)
        x = r->cell->number;
    else if (r->c->factor == 1 && integer_parse(s, &(int64_t){0}, NULL) == OK) {
        *ret = s;
        return OK;
    } else
        e = number_parse_vi(s, r->c->decimal_mark, &x, f);
    if (e != OK)
        return e;
    if (r->c->factor != 1) { /* 0,35 ha are 3500 m², not 3500.0000000000005 */
        x *= r->c->factor;
        double near = round(x * 10000) / 10000;
        x = fabs(near - x) < 1e-9 * fabs(x) + 1e-12 ? near : x;
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    if (r->fd->type != FT_NUMBER && x == floor(x) && fabs(x) < 9e15)
        buf_printf(&b, "%.0f", x);
    else
        number_print(x, &b);
    *ret = keep(r->im, &b);
    return OK;
}

static bool split_date(struct str s, int n[3])
{
    int part = 0, digits = 0;
    n[0] = n[1] = n[2] = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9' && digits < 4) {
            n[part] = n[part] * 10 + (s.p[i] - '0');
            digits++;
        } else if ((s.p[i] == '/' || s.p[i] == '-' || s.p[i] == '.') && digits && part < 2) {
            part++;
            digits = 0;
        } else {
            return false;
        }
    }
    return part == 2 && digits == 4;
}

/* A time behind the day, “ 08:30:00”, is cut off; midnight is none. */
static struct str day_part(struct str s, struct str *ret_time)
{
    *ret_time = none;
    for (size_t i = 8; i + 3 < s.n; i++)
        if ((s.p[i] == ' ' || s.p[i] == 'T') && s.p[i + 1] >= '0' && s.p[i + 1] <= '2' &&
            memchr(s.p + i, ':', s.n - i)) {
            *ret_time = str_slice(s.p + i + 1, s.n - i - 1);
            return str_trim(str_slice(s.p, i));
        }
    return s;
}

static enum err parse_day(struct reading *r, struct str day, struct date *ret, struct fault *f)
{
    int n[3];
    if (r->c->order == ORDER_MDY && split_date(day, n)) {
        struct date d = {(int16_t)n[2], (uint8_t)n[0], (uint8_t)n[1]};
        if (n[0] > 255 || n[1] > 255 || !date_is_valid(d))
            return FAULT(f, ERR_IMPORT_DATE_MDY, {"value", day}, {"field", r->fd->name});
        *ret = d;
        return OK;
    }
    return date_parse_vi(day, ret, f);
}

static enum err serial_day(struct reading *r, struct date *ret, struct fault *f)
{
    double n = r->cell->number;
    if (n != floor(n) || n < SERIAL_MIN || n > SERIAL_MAX)
        return FAULT(f, ERR_DATE_FORMAT, {"value", r->text});
    *ret = date_of_days((int32_t)n + SERIAL_EPOCH + (r->im->facts->is_1904 ? SERIAL_1904 : 0));
    return OK;
}

static enum err read_date(struct reading *r, struct str *ret, struct fault *f)
{
    struct date d;
    struct str time, day = day_part(r->text, &time);
    bool is_midnight = time.n == 0 || str_starts(time, STR("00:00")) || str_starts(time, STR("0:00"));
    enum err e;
    if (r->cell->kind == CELL_DATE || (day.n == 10 && date_parse(day, &d, NULL) == OK)) {
        if (is_midnight || r->fd->type == FT_TIMESTAMP) {
            *ret = day;
        } else {
            *ret = day;
            import_note_repair(r->im, r->c, r->text, day);
        }
        return OK;
    }
    e = r->cell->kind == CELL_NUMBER ? serial_day(r, &d, f) : parse_day(r, day, &d, f);
    if (e != OK)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(d, &b);
    *ret = keep(r->im, &b);
    if (r->cell->kind == CELL_NUMBER || !is_midnight)
        import_note_repair(r->im, r->c, r->text, *ret);
    return OK;
}

static enum err read_timestamp(struct reading *r, struct str *ret, struct fault *f)
{
    struct str time, iso;
    int64_t ms;
    if (instant_parse(r->text, &ms, NULL) == OK) {
        *ret = r->text;
        return OK;
    }
    int offset = r->im->s->province->utc_offset_minutes, minutes = abs(offset);
    day_part(r->text, &time);
    struct reading day = *r;
    int64_t before = r->c->repaired;
    enum err e = read_date(&day, &iso, f);
    if (e != OK)
        return e;
    if (r->cell->kind != CELL_NUMBER && time.n) { /* the time is kept here, nothing was repaired */
        r->im->result->cells_repaired -= r->c->repaired - before;
        r->c->repaired = before;
    }
    char clock[16] = "00:00:00";
    if (time.n == 5 || time.n == 8)
        memcpy(clock, time.p, time.n);
    else if (time.n == 4 || time.n == 7)
        memcpy(clock + 1, time.p, time.n);
    *ret = str_of(arena_printf(r->im->row, "%.*sT%s%c%02d:%02d", STR_ARG(iso), clock, offset < 0 ? '-' : '+',
                               minutes / 60, minutes % 60));
    return OK;
}

/* False when the text is neither yes nor no. */
static bool yes_or_no(struct arena *a, struct str text, bool *ret)
{
    static const char *const yes[] = {"true", "1", "co", "x", "yes", "y", "dung", "c", "roi", "da", "daco"};
    static const char *const no[] = {"false", "0", "khong", "no", "n", "sai", "k", "chua", "chuaco", "khongco"};
    static const char *const ticks[] = {"✓", "✔", "☑", "√"};
    struct str key = text_fold_name(a, text);
    bool is_yes = false, is_no = str_is(text, "☐");
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        is_yes |= str_is(key, yes[i]);
    for (size_t i = 0; i < ARRAY_LEN(ticks); i++)
        is_yes |= str_is(text, ticks[i]);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        is_no |= str_is(key, no[i]);
    *ret = is_yes;
    return is_yes || is_no;
}

static enum err read_boolean(struct reading *r, struct str *ret, struct fault *f)
{
    bool is_yes;
    if (!yes_or_no(r->im->row, r->text, &is_yes))
        return FAULT(f, ERR_IMPORT_BOOLEAN, {"value", r->text});
    *ret = is_yes ? STR("true") : STR("false");
    return OK;
}

static bool is_scientific(struct str s)
{
    size_t i = 0;
    while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || s.p[i] == ','))
        i++;
    bool has_power = i > 0 && i + 1 < s.n && (s.p[i] == 'E' || s.p[i] == 'e');
    return has_power && (s.p[i + 1] == '+' || (s.p[i + 1] >= '0' && s.p[i + 1] <= '9'));
}

/* A number that is an identifier: all its digits, or a reason why they cannot be known. */
static enum err digits_of(struct reading *r, struct str *ret, struct fault *f)
{
    *ret = r->text;
    if (r->cell->kind == CELL_NUMBER) {
        double x = r->cell->number;
        if (x != floor(x) || fabs(x) >= 1e15)
            return FAULT(f, ERR_IMPORT_DIGITS, {"value", r->text});
        *ret = str_of(arena_printf(r->im->row, "%.0f", x));
        return OK;
    }
    if (is_scientific(r->text))
        return FAULT(f, ERR_IMPORT_SCIENTIFIC, {"value", r->text});
    return OK;
}

static enum err read_tax_code(struct reading *r, struct str *ret, struct fault *f)
{
    struct str s;
    enum err e = digits_of(r, &s, f);
    *ret = s;
    if (e != OK || s.n != 9 || integer_parse(s, &(int64_t){0}, NULL) != OK)
        return e;
    struct str longer = str_of(arena_printf(r->im->row, "0%.*s", STR_ARG(s)));
    if (tax_code_check(longer, NULL) == OK) { /* the check digit proves it */
        import_note_repair(r->im, r->c, s, longer);
        *ret = longer;
    }
    return OK;
}

static enum err read_phone(struct reading *r, struct str *ret, struct fault *f)
{
    struct str s, e164;
    enum err e = digits_of(r, &s, f);
    *ret = s;
    if (e == OK && s.n == 9 && s.p[0] != '0' && phone_normalise(r->im->row, s, &e164, NULL) == OK) {
        import_note_repair(r->im, r->c, s, e164);
        *ret = e164;
    }
    return e;
}

static struct str read_array(struct reading *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    bool is_ours = memchr(r->text.p, '|', r->text.n) || memchr(r->text.p, '\\', r->text.n);
    if (is_ours && r->fd->of != FT_CODE)
        return r->text;
    char mark = is_ours ? '|' : memchr(r->text.p, ';', r->text.n) || r->fd->of != FT_CODE ? ';' : ',';
    for (struct str rest = r->text, item; rest.p;) {
        item = is_ours ? array_item_cut(r->im->row, &rest) : str_trim(str_cut(rest, mark, &rest));
        if (item.n == 0)
            continue;
        if (r->fd->of == FT_CODE)
            import_code_find(r->im, r->field, item, &item);
        if (b.n)
            buf_putc(&b, '|');
        array_item_write(item, &b);
    }
    return keep(r->im, &b);
}

static enum err read_typed(struct reading *r, struct str *ret, struct fault *f)
{
    switch (r->fd->type) {
    case FT_INTEGER:
    case FT_NUMBER:
    case FT_MONEY:
        return read_number(r, ret, f);
    case FT_BOOLEAN:
        return read_boolean(r, ret, f);
    case FT_DATE:
        return read_date(r, ret, f);
    case FT_TIMESTAMP:
        return read_timestamp(r, ret, f);
    case FT_CODE:
        return import_code_find(r->im, r->field, r->text, ret);
    case FT_ARRAY:
        *ret = read_array(r);
        return OK;
    case FT_PHONE:
        return read_phone(r, ret, f);
    case FT_TAX_CODE:
        return read_tax_code(r, ret, f);
    case FT_STRING:
    case FT_TEXT:
    case FT_REFERENCE:
    case FT_UNIT:
    case FT_PERSONAL_ID:
        if (r->cell->kind == CELL_NUMBER && fabs(r->cell->number) >= 1e11 && r->cell->number == floor(r->cell->number))
            return digits_of(r, ret, f);
        if (r->fd->type == FT_PERSONAL_ID)
            return digits_of(r, ret, f);
        break;
    default:
        break;
    }
    *ret = r->text;
    return OK;
}

static void refuse(struct import *im, int field, struct fault *f, struct str value)
{
    im->is_bad[field] = true;
    im->cells[field] = none;
    import_refuse(im, im->at.number, field, f, value);
}

static void read_cell(struct import *im, size_t i, int field)
{
    struct column *c = &im->columns[i];
    static const struct cell empty;
    const struct cell *cell = i < im->at.n ? &im->at.cells[i] : &empty;
    /* what export put before a formula of text is no part of it */
    struct str text = im->facts->format == SHEET_CSV ? csv_unguard(cell->text) : cell->text;
    struct reading r = {im, c, &im->reg->fields[field], cell, field, text};
    struct fault f;
    f.code = OK, f.line = f.column = 0; /* as in record_parse: this runs for every cell */
    f.n_params = f.n_text = f.file_n = f.field_n = 0;
    im->cells[field] = none;
    if (r.text.n && cell->kind == CELL_TEXT)
        r.text = str_trim(r.text);
    if (cell->kind == CELL_EMPTY || r.text.n == 0) {
        if (c->is_blank_no)
            im->cells[field] = STR("false");
        return;
    }
    enum err e = OK;
    if (cell->kind == CELL_ERROR)
        e = FAULT(&f, ERR_IMPORT_CELL_ERROR, {"value", r.text});
    if (e == OK && cell->kind == CELL_TEXT)
        e = repair_encoding(&r, &f);
    if (e == OK && cell->kind == CELL_TEXT && !is_ascii(r.text) && r.fd->type != FT_TEXT)
        e = text_clean(im->row, r.text, false, &r.text, &f);
    if (e == OK && r.text.n)
        e = read_typed(&r, &im->cells[field], &f);
    if (e != OK)
        refuse(im, field, &f, cell->text);
}

/* ---- what needs the rest of the row ---- */

static struct str date_on(const struct import *im, struct str today)
{
    const int fields[] = {im->reg->as_of, im->reg->valid_from};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i] != NO_FIELD && im->cells[fields[i]].n == 10)
            return im->cells[fields[i]];
    return today;
}

static enum sex sex_of(struct str code)
{
    if (str_is(code, "male") || str_is(code, "nam"))
        return SEX_MALE;
    return str_is(code, "female") || str_is(code, "nu") || str_is(code, "nữ") ? SEX_FEMALE : SEX_UNKNOWN;
}

static void repair_personal_id(struct import *im, int field)
{
    const struct field *fd = &im->reg->fields[field];
    struct str raw = im->cells[field], id;
    int64_t year = 0;
    struct fault f = {0};
    if ((raw.n != 10 && raw.n != 11) || integer_parse(raw, &(int64_t){0}, NULL) != OK)
        return;
    enum sex sex = fd->sex_field == NO_FIELD ? SEX_UNKNOWN : sex_of(im->cells[fd->sex_field]);
    if (fd->birth_field != NO_FIELD && im->cells[fd->birth_field].n >= 4)
        integer_parse(str_slice(im->cells[fd->birth_field].p, 4), &year, NULL);
    if (personal_id_repair(im->row, raw, sex, (int)year, &id, &f) != OK) {
        refuse(im, field, &f, raw);
        return;
    }
    import_note_repair(im, &im->columns[im->column_of[field]], raw, id);
    im->cells[field] = id;
}

static void find_unit(struct import *im, int field, struct str on)
{
    struct fault f = {0};
    struct str code;
    if (import_unit_find(im, &im->reg->fields[field], im->cells[field], on, &code, &f) != OK)
        refuse(im, field, &f, im->cells[field]);
    else
        im->cells[field] = code;
}

static void find_reference(struct import *im, int field, struct str on)
{
    struct fault f = {0};
    struct str code;
    if (import_reference_find(im, field, im->cells[field], on, &code, &f) != OK)
        refuse(im, field, &f, im->cells[field]);
    else
        im->cells[field] = code;
}

static void read_mark(struct import *im)
{
    int at = im->sample_column;
    struct str text = at >= 0 && (size_t)at < im->at.n ? str_trim(im->at.cells[at].text) : none;
    struct fault f = {0};
    bool is_sample = false;
    im->is_mark_bad = text.n > 0 && !yes_or_no(im->row, text, &is_sample);
    im->mark = text.n == 0 ? SAMPLE_UNSAID : is_sample ? SAMPLE_INVENTED : SAMPLE_REAL;
    if (!im->is_mark_bad)
        return;
    FAULT(&f, ERR_IMPORT_SAMPLE, {"value", text}, {"header", im->columns[at].header});
    import_refuse_column(im, im->at.number, at, &f, text);
}

void import_row_read(struct import *im, struct str today)
{
    const struct reg *reg = im->reg;
    read_mark(im);
    memset(im->is_bad, 0, reg->n_fields * sizeof *im->is_bad);
    for (size_t i = 0; i < reg->n_fields; i++) {
        im->cells[i] = none;
        if (im->column_of[i] >= 0)
            read_cell(im, (size_t)im->column_of[i], (int)i);
    }
    struct str on = date_on(im, today);
    for (size_t i = 0; i < reg->n_fields; i++) {
        if (im->cells[i].n == 0 || im->column_of[i] < 0)
            continue;
        if (reg->fields[i].type == FT_UNIT)
            find_unit(im, (int)i, on);
        else if (reg->fields[i].type == FT_REFERENCE)
            find_reference(im, (int)i, on);
        else if (reg->fields[i].type == FT_PERSONAL_ID)
            repair_personal_id(im, (int)i);
    }
}
