/* Export as an XLSX workbook: typed cells, drop-downs of codes, and a sheet that tells where the data comes from. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypt/base64.h"
#include "register/export_internal.h"
#include "register/geofile.h"
#include "register/log.h"
#include "register/moment.h"
#include "text/number.h"
#include "text/utf8.h"
#include "text/xlsx_write.h"

#include "base/banned.h"

enum { WIDTH_MIN = 8, WIDTH_MAX = 48, ROWS_SPARE = 1000, TEXT_BYTES = 1 << 20 };

static const int64_t EXACT_MAX = 999999999999999;

struct column {
    const struct field *fd;
    struct map *labels;
    size_t width; /* characters of the widest cell */
    unsigned style;
};

struct workbook {
    struct export *x;
    struct xlsx *file;
    struct column *columns;
    struct buf cell;
    uint32_t row;
    int data, codes; /* sheets; codes -1: none yet */
    uint32_t n_lists;
};

#define W(w, vi, en) ((w)->x->o->lang == LANG_EN ? STR(en) : STR(vi))

/* ---- cells ---- */

static unsigned style_of(const struct field *fd)
{
    switch (fd->type) {
    case FT_INTEGER:
        return XLSX_CODE; /* a year is not 1.962 */
    case FT_MONEY:
        return XLSX_INTEGER;
    case FT_NUMBER:
        return XLSX_NUMBER;
    case FT_DATE:
        return XLSX_DATE;
    case FT_TEXT:
        return XLSX_WRAP;
    default:
        return XLSX_TEXT;
    }
}

bool export_is_exact(const struct value *v)
{
    char text[40];
    if (v->kind == VALUE_INTEGER)
        return v->integer >= -EXACT_MAX && v->integer <= EXACT_MAX;
    if (v->kind != VALUE_NUMBER)
        return true;
    snprintf(text, sizeof text, "%.15g", v->number);
    return strtod(text, NULL) == v->number;
}

static void widen(struct column *c, size_t n)
{
    if (n > c->width)
        c->width = n;
}

static enum err write_cell(struct workbook *w, uint32_t at, const struct value *v, struct fault *f)
{
    struct column *c = &w->columns[at];
    struct date d;
    if (v->kind == VALUE_NULL)
        return OK;
    if (c->fd->type != FT_BOOLEAN && v->kind == VALUE_INTEGER && export_is_exact(v)) {
        xlsx_number(w->file, w->row, at, (double)v->integer, c->style);
        widen(c, 10);
        return OK;
    }
    if (v->kind == VALUE_NUMBER && export_is_exact(v)) {
        xlsx_number(w->file, w->row, at, v->number, c->style);
        widen(c, 12);
        return OK;
    }
    if (c->fd->type == FT_DATE && v->kind == VALUE_TEXT && date_parse(v->text, &d, NULL) == OK) {
        xlsx_date(w->file, w->row, at, d, XLSX_DATE);
        widen(c, 11);
        return OK;
    }
    struct str text = export_words(w->x, c->fd, c->labels, v, &w->cell);
    if (w->cell.is_full)
        return FAULT(f, ERR_XLSX_LIMIT, {"path", str_of(w->x->o->path)});
    xlsx_text(w->file, w->row, at, text, c->style == XLSX_WRAP ? XLSX_WRAP : XLSX_TEXT);
    widen(c, utf8_count(text));
    return OK;
}

static enum err write_record(void *ctx, const struct record *r, struct fault *f)
{
    struct workbook *w = ctx;
    struct export *x = w->x;
    enum err e = OK;
    if (w->row + 1 >= XLSX_ROWS_MAX)
        return FAULT(f, ERR_XLSX_LIMIT, {"path", str_of(x->o->path)});
    w->row++;
    for (size_t i = 0; i < x->n_fields && e == OK; i++)
        e = write_cell(w, (uint32_t)i, &r->values[x->fields[i]], f);
    if (x->has_sample)
        xlsx_text(w->file, w->row, (uint32_t)x->n_fields, r->is_sample ? W(w, "có", "yes") : W(w, "không", "no"),
                  XLSX_TEXT);
    return e;
}

/* ---- drop-downs ---- */

/* Long lists stand on a hidden sheet, a column each. Written row by row at the end: lists side by side. */
static void add_list(struct workbook *w, uint32_t at, const struct str *items, size_t n)
{
    uint32_t last = w->row + ROWS_SPARE < XLSX_ROWS_MAX ? w->row + ROWS_SPARE : XLSX_ROWS_MAX - 1;
    if (n == 0 || xlsx_list(w->file, 1, last, at, items, n))
        return;
    char range[96];
    uint32_t c = w->n_lists++;
    char name[3] = {c >= 26 ? (char)('A' + c / 26 - 1) : (char)('A' + c), c >= 26 ? (char)('A' + c % 26) : 0, 0};
    snprintf(range, sizeof range, "='%s'!$%s$1:$%s$%zu", w->x->o->lang == LANG_EN ? "Codes" : "Danh mục", name, name,
             n);
    xlsx_list_range(w->file, 1, last, at, str_of(range));
}

static size_t labels_of(struct workbook *w, const struct column *c, struct str **ret_items)
{
    static const struct str boolean_vi[] = {STR("có"), STR("không")}, boolean_en[] = {STR("yes"), STR("no")};
    if (c->fd->type == FT_BOOLEAN) {
        *ret_items = (struct str *)(uintptr_t)(w->x->o->lang == LANG_EN ? boolean_en : boolean_vi);
        return 2;
    }
    if (!c->labels)
        return 0;
    *ret_items = ARENA_ARRAY(w->x->a, struct str, c->fd->codes->n);
    for (size_t i = 0; i < c->fd->codes->n; i++)
        (*ret_items)[i] = *(struct str *)map_get(c->labels, c->fd->codes->p[i].code);
    return c->fd->codes->n;
}

static void write_lists(struct workbook *w)
{
    size_t n = w->x->n_fields, n_long = 0, longest = 0;
    struct str **items = ARENA_ARRAY(w->x->a, struct str *, n + 1), **longs = ARENA_ARRAY(w->x->a, struct str *, n + 1);
    size_t *n_items = ARENA_ARRAY(w->x->a, size_t, n + 1), *n_longs = ARENA_ARRAY(w->x->a, size_t, n + 1);
    xlsx_sheet_use(w->file, w->data);
    for (size_t i = 0; i < n; i++) {
        uint32_t before = w->n_lists;
        n_items[i] = labels_of(w, &w->columns[i], &items[i]);
        add_list(w, (uint32_t)i, items[i], n_items[i]);
        if (w->n_lists > before) {
            longs[n_long] = items[i], n_longs[n_long++] = n_items[i];
            longest = n_items[i] > longest ? n_items[i] : longest;
        }
    }
    if (n_long == 0)
        return;
    xlsx_sheet(w->file, W(w, "Danh mục", "Codes"));
    for (size_t row = 0; row < longest; row++)
        for (size_t c = 0; c < n_long; c++)
            if (row < n_longs[c])
                xlsx_text(w->file, (uint32_t)row, (uint32_t)c, longs[c][row], XLSX_TEXT);
    xlsx_sheet_hide(w->file);
}

/* ---- where it comes from ---- */

static void say(struct workbook *w, struct str what, struct str text)
{
    if (text.n == 0)
        return;
    xlsx_text(w->file, w->row, 0, what, XLSX_HEADER);
    xlsx_text(w->file, w->row++, 1, text, XLSX_WRAP);
}

static struct str count_text(struct workbook *w, int64_t n)
{
    buf_reset(&w->cell);
    if (w->x->o->lang == LANG_EN)
        buf_printf(&w->cell, "%lld", (long long)n);
    else
        integer_print_vi(n, &w->cell);
    return buf_view(&w->cell);
}

static struct str fields_text(struct workbook *w, const int *fields, size_t n)
{
    buf_reset(&w->cell);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&w->cell, i ? ", " : "");
        buf_str(&w->cell, text2_in(&w->x->reg->fields[fields[i]].title, w->x->o->lang));
    }
    return buf_view(&w->cell);
}

/* 23/11/2026 17:05:00 on the province's clocks; the instant itself in English. */
static void print_instant(struct workbook *w, int64_t ms)
{
    int offset = w->x->s->province->utc_offset_minutes;
    if (w->x->o->lang == LANG_EN) {
        instant_print(ms - ms % 1000, &w->cell);
        return;
    }
    struct date d = date_of_instant(ms, offset);
    int64_t seconds = (ms - instant_of_date(d, offset)) / 1000;
    date_print_vi(d, &w->cell);
    buf_printf(&w->cell, " %02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static enum err say_revision(struct workbook *w, struct fault *f)
{
    struct moment at;
    int64_t ms;
    enum err e = moment_read(w->x->a, w->x->s, &at, f);
    if (e != OK)
        return e;
    buf_reset(&w->cell);
    buf_printf(&w->cell, "%lld (", (long long)at.rev);
    if (instant_parse(at.time, &ms, NULL) == OK)
        print_instant(w, ms);
    buf_putc(&w->cell, ')');
    say(w, W(w, "Phiên bản dữ liệu", "Revision"), buf_view(&w->cell));
    buf_reset(&w->cell);
    print_instant(w, clock_now_ms());
    say(w, W(w, "Xuất lúc", "Exported at"), buf_view(&w->cell));
    return OK;
}

/* The signed checkpoint names the log's root at its size; whoever has it can ask for a proof against it. */
static void say_log(struct workbook *w)
{
    struct str note;
    struct checkpoint c;
    if (log_checkpoint_read(w->x->a, w->x->s, &note, &c, NULL) != OK)
        return;
    buf_reset(&w->cell);
    base64_encode(c.root.b, sizeof c.root.b, &w->cell);
    buf_printf(&w->cell, " (%.*s, %llu)", STR_ARG(c.origin), (unsigned long long)c.size);
    say(w, W(w, "Gốc nhật ký (nhật ký, số phiên bản)", "Log root (log, revisions)"), buf_view(&w->cell));
    buf_reset(&w->cell);
    buf_printf(&w->cell,
               w->x->o->lang == LANG_EN
                   ? "“tinhso log verify” checks the whole log; “tinhso log prove %.*s ID” proves one record"
                   : "“tinhso log verify” kiểm tra toàn bộ nhật ký; “tinhso log prove %.*s MÃ” chứng minh một bản ghi",
               STR_ARG(w->x->reg->name));
    say(w, W(w, "Cách kiểm chứng", "How to verify"), buf_view(&w->cell));
}

static enum err write_source(struct workbook *w, struct fault *f)
{
    struct export *x = w->x;
    enum lang lang = x->o->lang;
    xlsx_sheet(w->file, W(w, "Nguồn", "Source"));
    xlsx_column_width(w->file, 0, 32);
    xlsx_column_width(w->file, 1, 90);
    w->row = 0;
    buf_reset(&w->cell);
    buf_printf(&w->cell, "%.*s (%.*s)", STR_ARG(text2_in(&x->reg->title, lang)), STR_ARG(x->reg->name));
    say(w, W(w, "Sổ đăng ký", "Register"), buf_view(&w->cell));
    say(w, W(w, "Địa phương", "Province"), text2_in(&x->s->province->title, lang));
    say(w, W(w, "Nguồn dữ liệu", "Source of the data"), text2_in(&x->reg->source, lang));
    enum err e = say_revision(w, f);
    say(w, W(w, "Điều kiện lọc (CQL2)", "Filter (CQL2)"),
        str_trim(x->o->filter).n ? x->o->filter : W(w, "không: toàn bộ", "none: all"));
    say(w, W(w, "Còn hiệu lực vào ngày", "Valid on"), x->o->on);
    say(w, W(w, "Số bản ghi", "Records"), count_text(w, x->result->n));
    say(w, W(w, "Trong đó dữ liệu mẫu", "Of these invented"), count_text(w, x->result->n_samples));
    say(w, W(w, "Dữ liệu cá nhân không xuất", "Personal data left out"),
        fields_text(w, x->result->left_out, x->result->n_left_out));
    say(w, W(w, "Excel không chứa được", "Excel cannot hold"), fields_text(w, x->result->unfit, x->result->n_unfit));
    say(w, W(w, "Lý do xuất dữ liệu cá nhân", "Reason for personal data"), x->o->reason);
    say_log(w);
    return e;
}

/* ---- the workbook ---- */

static void begin_data(struct workbook *w)
{
    struct export *x = w->x;
    w->columns = ARENA_ARRAY(x->a, struct column, x->n_fields + 1);
    w->data = xlsx_sheet(w->file, text2_in(&x->reg->title, x->o->lang));
    xlsx_freeze(w->file, 1, x->n_fields > 1);
    for (size_t i = 0; i < x->n_fields; i++) {
        const struct field *fd = &x->reg->fields[x->fields[i]];
        struct column *c = &w->columns[i];
        *c = (struct column){.fd = fd, .labels = export_labels(x, fd), .style = style_of(fd)};
        c->width = utf8_count(x->headers[i]) < 24 ? utf8_count(x->headers[i]) + 2 : 26;
        xlsx_text(w->file, 0, (uint32_t)i, x->headers[i], fd->is_required ? XLSX_REQUIRED : XLSX_HEADER);
    }
    if (x->has_sample)
        xlsx_text(w->file, 0, (uint32_t)x->n_fields, x->headers[x->n_fields], XLSX_HEADER);
}

static void end_data(struct workbook *w)
{
    struct export *x = w->x;
    for (size_t i = 0; i < x->n_fields; i++) {
        size_t n = w->columns[i].width + 1;
        n = n < WIDTH_MIN ? WIDTH_MIN : n > WIDTH_MAX ? WIDTH_MAX : n;
        xlsx_column_style(w->file, (uint32_t)i, (double)n, w->columns[i].style);
    }
    if (x->has_sample)
        xlsx_column_width(w->file, (uint32_t)x->n_fields, 14);
    if (w->row && x->n_fields)
        xlsx_filter(w->file, 0, 0, w->row, (uint32_t)(x->n_fields + x->has_sample - 1));
}

static enum err write_workbook(struct export *x, const char *path, struct fault *f)
{
    struct workbook w = {.x = x, .cell = BUF_INIT(TEXT_BYTES)};
    enum err e = xlsx_open(path, &w.file, f);
    if (e != OK)
        return e;
    begin_data(&w);
    e = export_rows(x, write_record, &w, f);
    if (e == OK) {
        end_data(&w);
        write_lists(&w);
        e = write_source(&w, f);
    }
    buf_done(&w.cell);
    if (e == OK)
        return xlsx_close(w.file, f);
    xlsx_abort(w.file);
    return e;
}

/* Personal data is written where nobody else can look, and stays its owner's alone. */
static enum err write_private(struct export *x, struct fault *f)
{
    const char *folder, *made;
    enum err e = geofile_folder(x->a, x->o->path, &folder, f);
    if (e != OK)
        return e;
    made = arena_printf(x->a, "%s/out.xlsx", folder);
    e = write_workbook(x, made, f);
    if (e == OK && chmod(made, 0600) != 0)
        e = fault_errno(f, "chmod", made);
    if (e == OK && rename(made, x->o->path) != 0)
        e = fault_errno(f, "rename", x->o->path);
    geofile_folder_remove(folder);
    return e;
}

enum err export_xlsx(struct export *x, struct fault *f)
{
    return x->o->has_personal ? write_private(x, f) : write_workbook(x, x->o->path, f);
}
