/* How each column is to be read: decided once over the whole column, so that no two cells of it are read by different rules. */
#include "register/import_internal.h"

#include "text/number.h"
#include "text/utf8.h"
#include "text/vn.h"

#include "base/banned.h"

enum { EVIDENCE_FEW = 40 };

static bool is_number_type(enum field_type t)
{
    return t == FT_INTEGER || t == FT_NUMBER || t == FT_MONEY;
}

static bool is_date_type(enum field_type t)
{
    return t == FT_DATE || t == FT_TIMESTAMP;
}

/* 5/3/2022: which orders its numbers allow. */
static void note_date(struct column *c, struct str s)
{
    int n[3] = {0}, part = 0, digits = 0;
    if (date_parse(s, &(struct date){0}, NULL) == OK) {
        c->iso++;
        return;
    }
    for (size_t i = 0; i < s.n && part < 3; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9' && digits < 4) {
            n[part] = n[part] * 10 + (s.p[i] - '0');
            digits++;
        } else if ((s.p[i] == '/' || s.p[i] == '-' || s.p[i] == '.') && digits) {
            part++;
            digits = 0;
        } else if (part == 2 && digits == 4 && s.p[i] == ' ') {
            break;
        } else {
            return;
        }
    }
    if (part != 2 || digits != 4)
        return;
    bool dmy = n[0] >= 1 && n[0] <= 31 && n[1] >= 1 && n[1] <= 12,
         mdy = n[0] >= 1 && n[0] <= 12 && n[1] >= 1 && n[1] <= 31;
    c->dmy += dmy && !mdy;
    c->mdy += mdy && !dmy;
    c->both += dmy && mdy && n[0] != n[1];
}

/* Which decimal marks a text allows: 1.234,5 only the comma; 1.500 both. */
static void note_number(struct column *c, struct str s)
{
    size_t commas = 0, dots = 0, last = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ',' || s.p[i] == '.') {
            commas += s.p[i] == ',';
            dots += s.p[i] == '.';
            last = i;
        } else if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '-' && s.p[i] != ' ') {
            return;
        }
    }
    if (commas + dots == 0)
        return;
    bool ends_comma = s.p[last] == ',', is_three = s.n - last - 1 == 3;
    if (commas && dots)
        *(ends_comma ? &c->comma : &c->dot) += 1;
    else if (commas + dots > 1)
        *(ends_comma ? &c->dot : &c->comma) += 1; /* repeated, so it parts groups */
    else if (!is_three || last == 0 || last > 3 + (s.p[0] == '-') || s.p[s.p[0] == '-'] == '0')
        *(ends_comma ? &c->comma : &c->dot) += 1;
    else
        *(ends_comma ? &c->comma_unclear : &c->dot_unclear) += 1;
}

static bool is_tick(struct str folded, struct str raw)
{
    return str_is(folded, "x") || str_is(raw, "✓") || str_is(raw, "✔") || str_is(raw, "☑") || str_is(raw, "√");
}

/* What an old font draws is told by the font, and says nothing of the rest. */
static void note_text(struct import *im, struct column *c, const struct cell *cell)
{
    struct str text = cell->text;
    bool has_high = false;
    for (size_t i = 0; i < text.n && !has_high; i++)
        has_high = (unsigned char)text.p[i] >= 0x80;
    if (has_high && import_font_says(im, cell, &c->of_font))
        c->by_font++;
    else if (has_high && c->texts.n < IMPORT_TEXTS_GUESSED)
        VEC_PUSH(im->a, &c->texts, str_dup(im->a, text));
}

static void note_cell(struct import *im, struct column *c, const struct field *fd, const struct cell *cell)
{
    if (cell->kind == CELL_EMPTY || cell->text.n == 0)
        return;
    c->filled++;
    c->formulas += cell->is_formula;
    if (cell->kind == CELL_NUMBER)
        c->numbers++;
    else if (cell->kind == CELL_DATE || cell->kind == CELL_DATETIME)
        c->dates++;
    else if (cell->kind == CELL_TEXT && is_date_type(fd->type))
        note_date(c, str_trim(cell->text));
    else if (cell->kind == CELL_TEXT && is_number_type(fd->type))
        note_number(c, str_trim(cell->text));
    if (fd->type == FT_BOOLEAN) {
        bool is_short = cell->kind == CELL_TEXT && cell->text.n <= 4;
        *(is_short && is_tick(text_fold_name(im->row, cell->text), str_trim(cell->text)) ? &c->ticks : &c->words) += 1;
    }
    if (cell->kind == CELL_TEXT && !is_date_type(fd->type) && !is_number_type(fd->type))
        note_text(im, c, cell);
    c->serials += cell->kind == CELL_NUMBER && is_date_type(fd->type);
}

static enum err read_all(struct import *im, struct fault *f)
{
    struct sheet_row row;
    bool has_row = true;
    int64_t n = 0;
    enum err e = spool_rewind(&im->spool, f);
    while (e == OK && (e = spool_next(&im->spool, &row, &has_row, f)) == OK && has_row) {
        if (n++ < im->before_data)
            continue;
        im->hidden_rows += row.is_hidden;
        arena_reset(im->row);
        for (size_t i = 0; i < row.n && i < im->n_columns; i++)
            if (im->columns[i].field != NO_FIELD)
                note_cell(im, &im->columns[i], &im->reg->fields[im->columns[i].field], &row.cells[i]);
    }
    return e;
}

/* ---- deciding ---- */

static void decide_date(struct column *c)
{
    if (c->is_order_forced)
        return;
    c->order = c->mdy > c->dmy ? ORDER_MDY : ORDER_DMY;
    c->is_mixed = c->mdy && c->dmy;
    c->is_ambiguous = c->both && !c->mdy && !c->dmy;
}

static void decide_number(struct column *c, const struct field *fd)
{
    if (c->is_mark_forced)
        return;
    if (c->comma || c->dot) {
        c->decimal_mark = c->comma >= c->dot ? ',' : '.';
        c->is_mixed = (c->comma && c->dot) || (c->decimal_mark == ',' ? c->comma_unclear : c->dot_unclear);
        return;
    }
    if (fd->type != FT_NUMBER) /* a whole number has no decimals: the mark parts groups */
        c->decimal_mark = c->comma_unclear > c->dot_unclear ? '.' : ',';
    else /* a header that is the field's own name comes from a program */
        c->decimal_mark = c->match == MATCH_NAME ? '.' : ',';
    c->is_ambiguous = fd->type == FT_NUMBER && (c->comma_unclear || c->dot_unclear);
    c->is_mixed = fd->type != FT_NUMBER && c->comma_unclear && c->dot_unclear;
}

static bool has_beyond_latin1(const struct column *c)
{
    for (size_t i = 0; i < c->texts.n; i++)
        for (size_t k = 0; k < c->texts.p[i].n; k++)
            if ((unsigned char)c->texts.p[i].p[k] >= 0xC4)
                return true;
    return false;
}

/* A column of few words takes the encoding that the sheet's other columns prove. */
static void decide_encodings(struct import *im)
{
    VEC(struct str) all = {0};
    struct encoding_guess sheet = {0}, one;
    for (size_t i = 0; i < im->n_columns; i++)
        for (size_t k = 0; k < im->columns[i].texts.n && all.n < (size_t)IMPORT_TEXTS_GUESSED * 4; k++)
            VEC_PUSH(im->a, &all, im->columns[i].texts.p[k]);
    if (all.n)
        encoding_guess_texts(all.p, all.n, &sheet);
    for (size_t i = 0; i < im->n_columns; i++) {
        struct column *c = &im->columns[i];
        if (c->is_encoding_forced || c->texts.n == 0)
            continue;
        one = (struct encoding_guess){0};
        encoding_guess_texts(c->texts.p, c->texts.n, &one);
        c->encoding = one.encoding;
        if (one.encoding == TEXT_FINE && one.evidence < EVIDENCE_FEW && !has_beyond_latin1(c))
            c->encoding = sheet.encoding;
    }
}

/* ---- units of measure in headers ---- */

static const struct {
    const char *from, *to;
    double factor;
} measures[] = {
    {"ha", "m2", 10000},        {"hecta", "m2", 10000},     {"km2", "m2", 1000000},
    {"cong", "m2", 1000},       {"m2", "ha", 0.0001},       {"km2", "ha", 100},
    {"cong", "ha", 0.1},        {"ta", "kg", 100},          {"tan", "kg", 1000},
    {"kg", "tan", 0.001},       {"ta", "tan", 0.1},         {"trieudong", "dong", 1000000},
    {"trd", "dong", 1000000},   {"trieu", "dong", 1000000}, {"nghindong", "dong", 1000},
    {"ngandong", "dong", 1000}, {"1000dong", "dong", 1000}, {"tydong", "dong", 1000000000},
};

static struct str measure_fold(struct import *im, struct str s)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    for (size_t i = 0; i < s.n; i++) { /* the raised 2 is a letter to the fold */
        if (i + 1 < s.n && (unsigned char)s.p[i] == 0xC2 && (unsigned char)s.p[i + 1] == 0xB2)
            buf_putc(&b, '2'), i++;
        else
            buf_putc(&b, s.p[i]);
    }
    return text_fold_name(im->a, buf_view(&b));
}

static enum err decide_measure(struct import *im, size_t at, struct fault *f)
{
    struct column *c = &im->columns[at];
    const struct field *fd = &im->reg->fields[c->field];
    char letter[8];
    struct str own = fd->type == FT_MONEY ? STR("dong") : measure_fold(im, fd->measure.vi),
               from = measure_fold(im, c->unit);
    c->factor = 1;
    if (!is_number_type(fd->type) || from.n == 0 || str_eq(from, own) || str_is(from, "vnd"))
        return OK;
    if (str_starts(from, STR("sao"))) {
        double own_m2 = str_is(own, "ha") ? 0.0001 : 1;
        if (c->sao_m2 <= 0)
            return FAULT(f, ERR_IMPORT_SAO, {"header", c->header}, {"column", str_of(column_letter(at, letter))},
                         {"field", fd->name});
        c->factor = c->sao_m2 * own_m2;
        return OK;
    }
    if (own.n == 0)
        return OK;
    for (size_t i = 0; i < ARRAY_LEN(measures); i++)
        if (str_is(from, measures[i].from) && str_is(own, measures[i].to)) {
            c->factor = measures[i].factor;
            return OK;
        }
    struct fault w = {.line = (int)im->header_last, .column = (int)at + 1};
    FAULT(&w, ERR_IMPORT_MEASURE, {"header", c->header}, {"unit", c->unit}, {"expected", fd->measure.vi});
    faults_add(&im->warnings, &w);
    return OK;
}

/* ---- what the person says ---- */

static bool force(struct column *c, struct str reading)
{
    struct str amount, name = str_cut(reading, ':', &amount);
    if (str_is(reading, "dmy") || str_is(reading, "mdy")) {
        c->order = reading.p[0] == 'd' ? ORDER_DMY : ORDER_MDY;
        return c->is_order_forced = true;
    }
    if (str_is(reading, "comma") || str_is(reading, "dot")) {
        c->decimal_mark = reading.p[0] == 'c' ? ',' : '.';
        return c->is_mark_forced = true;
    }
    if (str_is(name, "sao") && amount.p)
        return number_parse(amount, &c->sao_m2, NULL) == OK && c->sao_m2 >= 100 && c->sao_m2 <= 10000;
    if (str_is(reading, "utf-8"))
        c->encoding = TEXT_FINE;
    else if (!encoding_named(reading, &c->encoding))
        return false;
    return c->is_encoding_forced = true;
}

static enum err apply_overrides(struct import *im, struct fault *f)
{
    for (size_t i = 0; i < im->o.n_overrides; i++) {
        const struct import_override *o = &im->o.overrides[i];
        int field = reg_field_number(im->reg, o->field);
        struct str *names = ARENA_ARRAY(im->a, struct str, im->reg->n_fields);
        for (size_t k = 0; k < im->reg->n_fields; k++)
            names[k] = im->reg->fields[k].name;
        if (field == NO_FIELD)
            return FAULT(f, ERR_FIELD_UNKNOWN, {"name", o->field}, {"register", im->reg->name},
                         {"nearest", yaml_nearest(o->field, names, im->reg->n_fields)});
        if (im->column_of[field] < 0)
            return FAULT(f, ERR_IMPORT_READ_COLUMN, {"field", o->field});
        if (!force(&im->columns[im->column_of[field]], o->reading))
            return FAULT(f, ERR_IMPORT_READ, {"field", o->field}, {"reading", o->reading});
    }
    return OK;
}

static void tell(struct import *im, size_t at)
{
    struct column *c = &im->columns[at];
    struct fault w = {.line = (int)im->header_last, .column = (int)at + 1};
    const struct field *fd = &im->reg->fields[c->field];
    const char *reading = is_date_type(fd->type)   ? (c->order == ORDER_DMY ? "dmy" : "mdy")
                          : c->decimal_mark == ',' ? "comma"
                                                   : "dot";
    const char *other = is_date_type(fd->type)   ? (c->order == ORDER_DMY ? "mdy" : "dmy")
                        : c->decimal_mark == ',' ? "dot"
                                                 : "comma";
    if (!c->is_ambiguous && !c->is_mixed)
        return;
    FAULT(&w, c->is_mixed ? ERR_IMPORT_MIXED : ERR_IMPORT_AMBIGUOUS, {"header", c->header},
          {"reading", str_of(reading)}, {"field", fd->name}, {"other", str_of(other)});
    faults_add(&im->warnings, &w);
}

enum err import_readings_decide(struct import *im, struct fault *f)
{
    enum err e = apply_overrides(im, f);
    if (e == OK)
        e = read_all(im, f);
    if (e == OK)
        decide_encodings(im);
    for (size_t i = 0; e == OK && i < im->n_columns; i++) {
        struct column *c = &im->columns[i];
        if (c->field == NO_FIELD)
            continue;
        const struct field *fd = &im->reg->fields[c->field];
        if (is_date_type(fd->type))
            decide_date(c);
        if (is_number_type(fd->type))
            decide_number(c, fd);
        c->is_blank_no = fd->type == FT_BOOLEAN && c->ticks && !c->words;
        im->formulas += c->formulas;
        tell(im, i);
        e = decide_measure(im, i, f);
    }
    return e;
}
