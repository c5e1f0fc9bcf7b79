#include "register/export.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/load.h"
#include "cli/progress.h"
#include "cli/show.h"

#include "base/banned.h"

struct drawing {
    struct progress bar;
    struct str name;
};

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    struct drawing *d = ctx;
    progress_draw(&d->bar, d->name, done, total);
}

static enum err read_reveal(struct cli *c, struct export_options *o)
{
    struct str reason = cli_option(c, "reveal");
    bool is_sensitive = args_has(&c->args, "reveal-sensitive");
    if ((reason.p && str_trim(reason).n == 0) || (is_sensitive && !reason.p))
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("reveal")}, {"value", STR("REASON")});
    o->has_personal = reason.p != NULL;
    o->has_sensitive = is_sensitive;
    o->reason = reason;
    return OK;
}

static struct str field_names(struct cli *c, const struct reg *reg, const int *fields, size_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&b, i ? ", " : "");
        buf_str(&b, text2_in(&reg->fields[fields[i]].title, c->lang));
    }
    return keep(c, &b);
}

static void answer_text(struct cli *c, const struct reg *reg, const struct export_result *r)
{
    struct str title = text2_in(&reg->title, c->lang), path = cli_word(c, 1);
    buf_puts(&c->out, T(c, "Đã xuất ", "Exported "));
    print_count(c, &c->out, r->n);
    buf_printf(&c->out,
               T(c, " bản ghi của %.*s ở phiên bản %lld ra %.*s.\n", " records of %.*s at revision %lld to %.*s.\n"),
               STR_ARG(title), (long long)c->store->at, STR_ARG(path));
    if (r->n_samples) {
        buf_puts(&c->out, "  ");
        print_count(c, &c->out, r->n_samples);
        buf_puts(&c->out, T(c, " bản ghi là dữ liệu mẫu, đánh dấu ở cột “Dữ liệu mẫu”\n",
                            " records are invented and marked in the column “Sample”\n"));
    }
    struct str left_out = field_names(c, reg, r->left_out, r->n_left_out),
               unfit = field_names(c, reg, r->unfit, r->n_unfit);
    if (left_out.n)
        buf_printf(&c->out,
                   T(c, "  Không xuất dữ liệu cá nhân: %.*s (cần thì thêm --reveal LÝ_DO)\n",
                     "  Personal data left out: %.*s (--reveal REASON if needed)\n"),
                   STR_ARG(left_out));
    if (unfit.n)
        buf_printf(&c->out, T(c, "  Định dạng này không chứa được: %.*s\n", "  This format cannot hold: %.*s\n"),
                   STR_ARG(unfit));
}

static void names_json(const struct reg *reg, const int *fields, size_t n, struct json_out *o)
{
    json_array_begin(o);
    for (size_t i = 0; i < n; i++)
        json_str(o, reg->fields[fields[i]].name);
    json_array_end(o);
}

static void answer_json(struct cli *c, const struct reg *reg, const struct export_result *r)
{
    struct json_out o;
    json_out_init(&o, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "register", reg->name);
    moment_json(&c->at, &o);
    json_member(&o, "file", cli_word(c, 1));
    json_member(&o, "format", str_of(r->format));
    json_key(&o, STR("records")), json_int(&o, r->n);
    json_key(&o, STR("samples")), json_int(&o, r->n_samples);
    json_key(&o, STR("leftOut")), names_json(reg, r->left_out, r->n_left_out, &o);
    json_key(&o, STR("unfit")), names_json(reg, r->unfit, r->n_unfit, &o);
    json_object_end(&o);
    buf_putc(&c->out, '\n');
}

static enum err export_command(struct cli *c)
{
    struct store *s;
    const struct reg *reg = NULL;
    struct drawing drawing;
    struct export_options o = {
        .path = c->args.words.p[1],
        .filter = cli_option(c, "filter"),
        .on = cli_option(c, "on"),
        .sort = cli_option(c, "sort"),
        .fields = cli_option(c, "fields"),
        .crs = cli_option(c, "crs"),
        .has_ids = args_has(&c->args, "ids"),
        .lang = c->lang,
        .on_progress = on_progress,
        .ctx = &drawing,
    };
    enum err e = read_reveal(c, &o);
    if (e == OK)
        e = cli_open(c, &s);
    if (e == OK)
        e = province_register_find(s->province, cli_word(c, 0), &reg, &c->fault);
    if (e != OK)
        return e;
    struct export_result r;
    cli_stop_on_signal(s->db);
    drawing.name = reg->name;
    progress_begin(&drawing.bar, c->lang);
    e = export_run(s, reg, &o, &r, &c->fault);
    progress_end(&drawing.bar);
    if (e != OK)
        return e;
    if (c->is_json)
        answer_json(c, reg, &r);
    else
        answer_text(c, reg, &r);
    return OK;
}

static const struct option options[] = {
    {"filter", "CQL2", {"chỉ các bản ghi thỏa điều kiện CQL2", "only records that the CQL2 filter selects"}},
    {"on", "DATE", {"chỉ các bản ghi còn hiệu lực vào ngày ấy", "only records valid on that day"}},
    {"fields", "A,B", {"các trường cần xuất", "the fields to export"}},
    {"sort", "A,-B", {"thứ tự; dấu - là giảm dần", "the order; - descends"}},
    {"ids", NULL, {"hàng đầu là tên trường thay cho tiêu đề", "field names instead of titles in the header"}},
    {"crs",
     "EPSG:N",
     {"hệ tọa độ của gpkg, shp.zip, gml (VN-2000: EPSG:9205…9218, 5896…5899, 3405, 3406)",
      "coordinate system of gpkg, shp.zip, gml (VN-2000: EPSG:9205…9218, 5896…5899, 3405, 3406)"}},
    {"reveal", "REASON", {"xuất cả dữ liệu cá nhân, kèm lý do", "also export personal data, and say for what reason"}},
    {"reveal-sensitive",
     NULL,
     {"xuất cả dữ liệu cá nhân nhạy cảm (cùng --reveal)", "sensitive personal data too (with --reveal)"}},
    {0},
};
static const char *const examples[] = {
    "export units don-vi.xlsx",
    "export farm_households ho-dan.csv --filter \"unit = '24631'\"",
    "export units don-vi.ods --on 2022-06-30 --at 2026-01-31",
    NULL,
};

const struct command command_export = {
    .name = "export",
    .words = "REGISTER FILE",
    .min_words = 2,
    .max_words = 2,
    .title = {"xuất bản ghi của một sổ đăng ký ra tệp", "exports the records of a register to a file"},
    .more = {"Đuôi tệp chọn định dạng: csv, xlsx, ods; geojson, gpkg, shp.zip, gml cho sổ có dữ liệu hình học.\n"
             "Dữ liệu cá nhân không được xuất trừ khi có --reveal.",
             "The file's ending chooses the format: csv, xlsx, ods; geojson, gpkg, shp.zip, gml for registers with "
             "geometry.\n"
             "Personal data is not exported unless --reveal is given."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = export_command,
};
