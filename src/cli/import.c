/* tinhso import: an outside table into a register. */
#include "register/import.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/load.h"
#include "cli/progress.h"
#include "cli/show.h"

#include "base/banned.h"

enum { FAULTS_SHOWN = 20 };

struct bar {
    struct progress progress;
    struct str reg;
};

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    struct bar *b = ctx;
    progress_draw(&b->progress, b->reg, done, total);
}

static enum err read_mode(struct cli *c, enum import_mode *ret)
{
    static const struct {
        const char *name;
        enum import_mode mode;
    } modes[] = {
        {"upsert", IMPORT_UPSERT}, {"create", IMPORT_CREATE}, {"update", IMPORT_UPDATE}, {"replace", IMPORT_REPLACE}};
    struct str text = cli_option(c, "mode");
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        if (!text.p || str_is(text, modes[i].name)) {
            *ret = text.p ? modes[i].mode : IMPORT_UPSERT;
            return OK;
        }
    return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("mode")},
                 {"choices", STR("create, update, upsert, replace")}, {"value", text});
}

static enum err read_overrides(struct cli *c, struct import_options *o)
{
    VEC(struct import_override) list = {0};
    for (size_t i = 0; i < c->args.options.n; i++) {
        const struct arg *a = &c->args.options.p[i];
        if (strcmp(a->option->name, "read") != 0)
            continue;
        struct str reading, field = str_cut(str_of(a->value), '=', &reading);
        if (!reading.p || field.n == 0)
            return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("read")}, {"choices", STR("FIELD=READING")},
                         {"value", str_of(a->value)});
        VEC_PUSH(c->arena, &list, ((struct import_override){field, reading}));
    }
    o->overrides = list.p;
    o->n_overrides = list.n;
    return OK;
}

static enum err read_options(struct cli *c, struct import_options *o)
{
    long long row = 0;
    *o = (struct import_options){
        .path = c->args.words.p[1],
        .sheet = {.sheet = cli_option(c, "sheet"), .encoding = cli_option(c, "encoding")},
        .is_dry_run = args_has(&c->args, "dry-run"),
        .accept_valid = args_has(&c->args, "accept-valid"),
        .has_map_save = args_has(&c->args, "save-map"),
        .map_path = args_value(&c->args, "map"),
        .report_path = args_value(&c->args, "report"),
        .actor = STR("tinhso import"),
        .reason = cli_option(c, "reason"),
    };
    struct str separator = cli_option(c, "separator");
    enum encoding encoding;
    if (separator.p && !str_is(separator, "tab") && separator.n != 1)
        return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("separator")}, {"choices", STR(", ; | tab")},
                     {"value", separator});
    if (separator.p)
        o->sheet.separator = separator.n == 1 ? separator.p[0] : '\t';
    if (o->sheet.encoding.n && !str_is(o->sheet.encoding, "utf-8") && !encoding_named(o->sheet.encoding, &encoding))
        return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("encoding")},
                     {"choices", STR("utf-8, utf-16le, utf-16be, windows-1258, tcvn3, vni")},
                     {"value", o->sheet.encoding});
    enum err e = read_mode(c, &o->mode);
    if (e == OK)
        e = args_integer(&c->args, "header-row", 1, 1000000, 0, &row, &c->fault);
    if (e == OK)
        e = read_overrides(c, o);
    o->header_row = (uint32_t)row;
    if (e == OK && o->mode == IMPORT_REPLACE && o->accept_valid)
        e = FAULT(&c->fault, ERR_IMPORT_REPLACE);
    return e;
}

static void answer_json(struct cli *c, const struct import_options *o, const struct import_result *r)
{
    struct json_out j;
    json_out_init(&j, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&j);
    json_key(&j, STR("dry_run")), json_bool(&j, o->is_dry_run);
    json_key(&j, STR("rows")), json_int(&j, r->rows);
    json_key(&j, STR("added")), json_int(&j, r->added);
    json_key(&j, STR("changed")), json_int(&j, r->changed);
    json_key(&j, STR("same")), json_int(&j, r->same);
    json_key(&j, STR("removed")), json_int(&j, r->removed);
    json_key(&j, STR("refused")), json_int(&j, r->refused);
    json_key(&j, STR("cells_refused")), json_int(&j, r->cells_refused);
    json_key(&j, STR("cells_repaired")), json_int(&j, r->cells_repaired);
    json_key(&j, STR("samples")), json_int(&j, r->samples);
    json_key(&j, STR("samples_kept")), json_int(&j, r->samples_kept);
    json_key(&j, STR("made_real")), json_int(&j, r->made_real);
    json_key(&j, STR("revision"));
    if (r->rev)
        json_int(&j, r->rev);
    else
        json_null(&j);
    json_key(&j, STR("faults"));
    json_array_begin(&j);
    for (size_t i = 0; i < r->faults.n; i++) {
        const struct fault *f = &r->faults.p[i];
        struct fault bare = *f;
        struct buf b CLEANUP(buf_done) = BUF_INIT(8192);
        bare.line = bare.column = 0;
        bare.file_n = bare.field_n = 0;
        fault_print(&bare, c->lang, &b);
        json_object_begin(&j);
        json_key(&j, STR("row")), json_int(&j, f->line);
        json_key(&j, STR("column")), json_int(&j, f->column);
        json_member(&j, "field", fault_field_name(f));
        json_member(&j, "type", str_of(err_type(f->code)));
        json_member(&j, "message", buf_view(&b));
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    json_out_done(&j);
    buf_putc(&c->out, '\n');
}

/* Nothing invented becomes real without a word. */
static void tell_samples(struct cli *c, const struct import_result *r)
{
    if (r->samples) {
        buf_puts(&c->out, "  ");
        print_count(c, &c->out, r->samples);
        buf_puts(&c->out, T(c, " bản ghi trong số đó là dữ liệu mẫu\n", " of these records are invented\n"));
    }
    if (r->samples_kept) {
        buf_puts(&c->out, "  ");
        print_count(c, &c->out, r->samples_kept);
        buf_puts(&c->out,
                 T(c, " bản ghi đã đổi vẫn là dữ liệu mẫu, vì tệp không nói khác (cột “Dữ liệu mẫu”: không)\n",
                   " changed records stay invented, for the file does not say otherwise (column “Sample”: no)\n"));
    }
    if (r->made_real) {
        buf_puts(&c->out, "  ");
        print_count(c, &c->out, r->made_real);
        buf_puts(&c->out, T(c, " bản ghi mẫu thành bản ghi thật, theo cột “Dữ liệu mẫu” của tệp\n",
                            " invented records become real, as the file's column “Sample” says\n"));
    }
}

static void answer_text(struct cli *c, const struct import_options *o, const struct import_result *r)
{
    struct buf *b = &c->out;
    bool has_change = r->added + r->changed + r->removed > 0, is_refused = r->refused && !o->accept_valid;
    if (!has_change && !r->refused) {
        buf_printf(
            b,
            T(c, "Không có gì thay đổi: %s dòng đều giống sổ.\n", "Nothing changed: all %s rows equal the register.\n"),
            arena_dup(c->arena, count_shown(c, r->rows).p, count_shown(c, r->rows).n));
        return;
    }
    if (o->is_dry_run)
        buf_puts(b, T(c, "Chạy thử, chưa ghi gì: ", "Dry run, nothing was written: "));
    else if (is_refused)
        buf_puts(b, T(c, "Chưa ghi gì vì có dòng sai: ", "Nothing was written, for rows are wrong: "));
    else
        buf_puts(b, T(c, "Đã nhập: ", "Imported: "));
    print_count(c, b, r->rows);
    buf_puts(b, T(c, " dòng; thêm ", " rows; added "));
    print_count(c, b, r->added);
    buf_puts(b, T(c, ", đổi ", ", changed "));
    print_count(c, b, r->changed);
    buf_puts(b, T(c, ", giữ nguyên ", ", unchanged "));
    print_count(c, b, r->same);
    if (o->mode == IMPORT_REPLACE) {
        buf_puts(b, T(c, ", gỡ bỏ ", ", removed "));
        print_count(c, b, r->removed);
    }
    if (r->refused) {
        buf_puts(b, T(c, ", từ chối ", ", refused "));
        print_count(c, b, r->refused);
        buf_puts(b, T(c, " (", " ("));
        print_count(c, b, r->cells_refused);
        buf_puts(b, T(c, " ô)", " cells)"));
    }
    if (r->rev)
        buf_printf(b, T(c, "; phiên bản %lld", "; revision %lld"), (long long)r->rev);
    buf_putc(b, '\n');
    tell_samples(c, r);
    if (o->report_path && r->refused)
        buf_printf(b,
                   T(c, "Báo cáo: %s — sửa các ô tô màu rồi nhập chính tệp đó.\n",
                     "Report: %s — correct the marked cells and import it.\n"),
                   o->report_path);
}

/* Faults of rows are part of the answer when the rest went in, and errors when nothing did. */
static void tell_faults(struct cli *c, const struct import_result *r, bool is_error)
{
    struct faults shown CLEANUP(faults_done) = {.max = FAULTS_SHOWN};
    for (size_t i = 0; i < r->faults.n; i++)
        faults_add(is_error ? &c->faults : &shown, &r->faults.p[i]);
    if (is_error) {
        c->faults.total = r->faults.total;
        return;
    }
    shown.total = r->faults.total;
    if (shown.total)
        cli_warn(c, &shown);
}

static enum err import_command(struct cli *c)
{
    struct import_options o;
    const struct reg *reg;
    struct import *im = NULL;
    enum err e = read_options(c, &o);
    if (e == OK)
        e = cli_open_to_write(c);
    if (e == OK)
        e = province_register_find(c->store->province, cli_word(c, 0), &reg, &c->fault);
    if (e == OK && reg->is_builtin)
        e = FAULT(&c->fault, ERR_ENTRY_BUILTIN, {"register", reg->name});
    if (e != OK)
        return e;
    struct bar bar = {.reg = reg->name};
    o.on_progress = on_progress;
    o.ctx = &bar;
    cli_stop_on_signal(c->store->db);
    progress_begin(&bar.progress, c->lang);
    e = import_open(c->store, reg, &o, &im, &c->fault);
    if (e != OK) {
        progress_end(&bar.progress);
        return e;
    }
    if (!c->is_json)
        import_describe(im, c->lang, &c->out);
    struct import_result r;
    e = import_run(im, c->lang, &r, &c->fault);
    progress_end(&bar.progress);
    cli_warn(c, import_warnings(im));
    bool has_answer = e == OK || r.refused > 0;
    if (has_answer) {
        cli_warn(c, &r.warnings);
        tell_faults(c, &r, e != OK);
    }
    if (has_answer && c->is_json)
        answer_json(c, &o, &r);
    if (has_answer && !c->is_json) {
        import_describe_repairs(im, c->lang, &c->out);
        answer_text(c, &o, &r);
    }
    faults_done(&r.faults);
    faults_done(&r.warnings);
    import_close(im);
    return e;
}

static const struct option options[] = {
    {"sheet",
     "S",
     {"tên hay số thứ tự của trang (mặc định: trang hiện đầu tiên)",
      "name or number of the sheet (first visible one)"}},
    {"mode",
     "M",
     {"upsert thêm và cập nhật (mặc định), create chỉ thêm, update chỉ cập nhật, replace gỡ cả bản ghi không có trong "
      "tệp",
      "upsert adds and updates (default), create only adds, update only updates, replace also removes what the file "
      "lacks"}},
    {"dry-run", NULL, {"làm tất cả trừ việc ghi", "do everything but write"}},
    {"accept-valid", NULL, {"ghi các dòng đúng, để lại các dòng sai", "write the valid rows, leave the others out"}},
    {"report",
     "OUT.xlsx",
     {"báo cáo: chính bảng đó với các ô sai được đánh dấu", "report: the same table with wrong cells marked"}},
    {"reason", "TEXT", {"lý do, ghi vào nhật ký", "the reason, kept in the log"}},
    {"map", "FILE", {"ánh xạ cột, JSON {\"tiêu đề\": \"trường\"}", "mapping of columns, JSON {\"header\": \"field\"}"}},
    {"save-map", NULL, {"lưu ánh xạ cột cho mẫu tiêu đề này", "keep the mapping for this header"}},
    {"read",
     "FIELD=READING",
     {"cách đọc một cột: dmy, mdy, comma, dot, sao:500, tcvn3 …",
      "how a column is read: dmy, mdy, comma, dot, sao:500, tcvn3 …"},
     true},
    {"header-row", "N", {"hàng tiêu đề (hàng cuối nếu có nhiều)", "the header's row (the last of several)"}},
    {"encoding", "E", {"bảng mã của tệp CSV", "encoding of a CSV file"}},
    {"separator", "C", {"dấu ngăn cột của tệp CSV; tab", "separator of a CSV file; tab"}},
    {0},
};
static const char *const examples[] = {
    "import farm_households ho-dan.xlsx --dry-run --report bao-cao.xlsx",
    "import farm_households ho-dan.xlsx --reason \"Rà soát quý 3\"",
    "import farm_households cu.csv --encoding tcvn3 --read surveyed_on=dmy",
    NULL,
};

const struct command command_import = {
    .name = "import",
    .words = "REGISTER FILE",
    .min_words = 2,
    .max_words = 2,
    .title = {"nhập một bảng XLSX hoặc CSV vào sổ", "brings an XLSX or CSV table into a register"},
    .more = {"Ghi tất cả hoặc không ghi gì: chỉ một dòng sai là cả tệp chưa được ghi, trừ khi có --accept-valid. Cột "
             "không có trong tệp giữ nguyên giá trị\n"
             "của bản ghi đã có; ô có mà trống thì xóa giá trị. Bị dừng giữa chừng thì không có gì được ghi; chạy lại "
             "cùng lệnh.",
             "All or nothing: one wrong row and nothing is written, unless --accept-valid is given. Columns that the "
             "file lacks keep the\n"
             "values of existing records; a cell that is there and empty clears its value. Stopped half-way, nothing "
             "is written; run it again."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = import_command,
};
