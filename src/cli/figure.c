#include <stdio.h>

#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "figure/figure_json.h"
#include "report/columns.h"

#include "base/banned.h"

enum { WHY_LIMIT = 20, WHY_FIELDS = 5, WIDTH = 100 };

/* ---- all figures ---- */

static void list_figures(struct cli *c, const struct figures *fs)
{
    if (c->is_json) {
        struct json_out json = answer_begin(c);
        figures_json(fs, &c->at, c->lang, &json);
        answer_end(c, &json);
        return;
    }
    struct columns_table t;
    columns_table_init(&t, c->arena, 4);
    columns_add(&t, str_of(T(c, "Mã", "Id")));
    columns_add(&t, str_of(T(c, "Số liệu", "Figure")));
    columns_add(&t, str_of(T(c, "Đơn vị tính", "Unit")));
    columns_add(&t, str_of(T(c, "Chia theo", "By")));
    for (size_t i = 0; i < fs->n; i++) {
        struct buf by CLEANUP(buf_done) = BUF_INIT(1 << 16);
        for (size_t k = 0; k < fs->p[i]->n_by; k++) {
            buf_puts(&by, k ? ", " : "");
            buf_str(&by, fs->p[i]->by[k]);
        }
        columns_add(&t, fs->p[i]->id);
        columns_add(&t, text2_in(&fs->p[i]->title, c->lang));
        columns_add(&t, text2_in(&fs->p[i]->unit, c->lang));
        columns_add(&t, keep(c, &by));
    }
    columns_draw(&t, (size_t)cli_width(120), &c->out);
}

/* ---- one figure as text ---- */

static void put_value(struct cli *c, const struct figure_result *r, struct buf *b)
{
    if (!quantity_is_known(r->value)) {
        buf_puts(b, T(c, "chưa có giá trị", "no value"));
        return;
    }
    quantity_print(r->value, r->decimals, c->lang, b);
    if (quantity_is_known(r->of)) {
        buf_puts(b, T(c, " trên ", " of "));
        quantity_print(r->of, r->decimals, c->lang, b);
    }
    struct str unit = text2_in(&r->figure->unit, c->lang);
    if (unit.n)
        buf_printf(b, " %.*s", STR_ARG(unit));
    if (quantity_is_known(r->percent)) {
        buf_puts(b, " (");
        quantity_print(r->percent, 1, c->lang, b);
        buf_puts(b, " %)");
    }
    if (quantity_is_known(r->from)) {
        buf_puts(b, T(c, " (từ ", " (from "));
        quantity_print(r->from, r->decimals, c->lang, b);
        buf_putc(b, ')');
    }
    if (quantity_is_known(r->margin)) {
        buf_puts(b, " ± ");
        quantity_print(r->margin, 1, c->lang, b);
    }
    if (r->n_sample)
        buf_puts(b, T(c, " [mẫu]", " [sample]"));
}

static void put_facts(struct cli *c, const struct figure_result *r)
{
    const struct figure *figure = r->figure;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    show_fact(c, T(c, "Ngày", "Day"), date_shown(c, r->on));
    if (figure->period_from.n) {
        struct str from = date_shown(c, figure->period_from), to = date_shown(c, figure->period_to);
        show_fact(c, T(c, "Kỳ", "Period"), str_of(arena_printf(c->arena, "%.*s – %.*s", STR_ARG(from), STR_ARG(to))));
    }
    buf_printf(&b, "%lld (%.*s)", (long long)r->at.rev, STR_ARG(r->at.time));
    show_fact(c, T(c, "Phiên bản", "Revision"), keep(c, &b));
    if (r->figure->kind == FIGURE_SURVEY) {
        buf_reset(&b);
        print_count(c, &b, r->n_asked);
        buf_puts(&b, T(c, " người; khoảng tin cậy 95 %: ", " people; 95 % interval: "));
        quantity_print(r->low, 1, c->lang, &b);
        buf_puts(&b, " – ");
        quantity_print(r->high, 1, c->lang, &b);
        show_fact(c, T(c, "Câu hỏi", "Question"), text2_in(&figure->question, c->lang));
        show_fact(c, T(c, "Đã hỏi", "Asked"), keep(c, &b));
    }
    show_fact(c, T(c, "Cách đếm", "How counted"), text2_in(&figure->note, c->lang));
    show_fact(c, T(c, "Nguồn", "Source"), text2_in(&figure->source, c->lang));
    if (r->n_sample) {
        buf_reset(&b);
        print_count(c, &b, r->n_sample);
        buf_puts(&b, T(c, " trên ", " of "));
        print_count(c, &b, r->n_counted);
        buf_puts(&b, T(c, " bản ghi là dữ liệu do máy tạo ra", " records are invented"));
        show_fact(c, T(c, "Dữ liệu mẫu", "Sample data"), keep(c, &b));
    }
    if (r->is_stale)
        show_fact(c, T(c, "Cảnh báo", "Warning"),
                  str_of(T(c, "số liệu đã hết hiệu lực vào ngày hỏi", "the figure is stale on the day asked")));
    if (r->has_other_framework)
        show_fact(c, T(c, "Cảnh báo", "Warning"),
                  str_of(T(c, "hai năm được chấm theo hai bộ tiêu chí khác nhau",
                           "the two years were judged by different frameworks")));
}

static struct str row_title(struct cli *c, const struct figure_row *row)
{
    struct str title = text2_in(&row->title, c->lang);
    if (row->kind == ROW_UNKNOWN)
        return str_of(T(c, "(không rõ)", "(unknown)"));
    if (row->kind == ROW_PLAIN)
        return title.n ? title : row->key;
    return str_of(arena_printf(c->arena, "%.*s %s", STR_ARG(title.n ? title : row->key),
                               T(c, "(chưa xếp được vào đơn vị nào)", "(of no unit on this map)")));
}

static void put_rows(struct cli *c, const struct figure_result *r)
{
    bool is_survey = r->figure->kind == FIGURE_SURVEY;
    struct columns_table t;
    columns_table_init(&t, c->arena, 3 + (r->figure->is_share ? 2u : 0u) + (is_survey ? 1u : 0u));
    columns_add(&t, str_of(T(c, "Mã", "Code")));
    columns_add(&t, text2_in(&r->by_title, c->lang));
    columns_add(&t, str_of(T(c, "Giá trị", "Value")));
    if (r->figure->is_share)
        columns_add(&t, str_of(T(c, "Trên", "Of"))), columns_add(&t, STR("%"));
    if (is_survey)
        columns_add(&t, STR("±"));
    for (size_t i = 2; i < t.n; i++)
        t.is_right[i] = true;
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct figure_row *row = &r->rows[i];
        columns_add(&t, row->key);
        columns_add(&t, row_title(c, row));
        columns_add(&t, row->is_suppressed ? str_of(T(c, "ẩn", "hidden")) : quantity_shown(c, row->value, r->decimals));
        if (r->figure->is_share) {
            columns_add(&t, quantity_shown(c, row->of, r->decimals));
            columns_add(&t, quantity_shown(c, row->percent, 1));
        }
        if (is_survey)
            columns_add(&t, quantity_shown(c, row->margin, 1));
    }
    buf_putc(&c->out, '\n');
    if (r->units_at.n)
        show_fact(c, T(c, "Bản đồ đơn vị", "Map of units"), date_shown(c, r->units_at));
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
}

/* ---- why ---- */

static void put_measure(struct cli *c, const char *name, const struct measure *m)
{
    if (m->kind == MEASURE_NONE)
        return;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 2);
    if (m->kind == MEASURE_FIGURE) {
        buf_str(&b, m->figure->id);
    } else {
        struct str title = text2_in(&m->reg->title, c->lang);
        buf_printf(&b, "%.*s (%.*s)", STR_ARG(m->reg->name), STR_ARG(title));
        if (m->where.n)
            buf_puts(&b, ": "), buf_str(&b, m->where);
        if (m->base.n)
            buf_puts(&b, T(c, "; trong số: ", "; among: ")), buf_str(&b, m->base);
        if (m->field != NO_FIELD)
            buf_puts(&b, T(c, "; trường ", "; field ")), buf_str(&b, m->reg->fields[m->field].name);
    }
    show_fact(c, name, keep(c, &b));
}

static void put_definition(struct cli *c, const struct figure *figure)
{
    show_fact(c, T(c, "Loại", "Kind"), str_of(figure_kind_name(figure->kind)));
    put_measure(c, T(c, "Đếm từ", "Counts"), &figure->main);
    put_measure(c, figure->kind == FIGURE_RATIO ? T(c, "Chia cho", "Divided by") : T(c, "Trên tổng", "Base"),
                &figure->of);
    if (figure->kind == FIGURE_INDEX) {
        struct str id = figure->index->id;
        show_fact(c, T(c, "Lấy từ", "Taken from"),
                  str_of(arena_printf(c->arena, "%.*s %lld, %.*s, %.*s", STR_ARG(id), (long long)figure->index_year,
                                      STR_ARG(figure->index_subject), STR_ARG(figure->index_value))));
    }
    if (figure->kind == FIGURE_DIFFERENCE)
        show_fact(c, T(c, "Hiệu của", "Difference of"), figure->other->id);
    for (size_t i = 0; i < figure->n_added; i++)
        show_fact(c, T(c, "Cộng", "Adds"), figure->added[i]->id);
    show_fact(c, T(c, "Khai báo tại", "Declared in"),
              str_of(arena_printf(c->arena, "%.*s:%d", STR_ARG(figure->file), figure->line)));
}

struct why {
    struct cli *c;
    struct buf lines;
    const struct reg *reg;
    int64_t shown;
    char *first_id;
    const struct reg *first_reg;
};

static bool why_record(void *ctx, const struct figure_record *r)
{
    struct why *w = ctx;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    if (!w->first_id && !str_is(r->id, FIGURE_MASK)) {
        w->first_id = arena_dup(w->c->arena, r->id.p, r->id.n);
        w->first_reg = r->reg;
    }
    buf_printf(&b, "%.*s/%.*s", STR_ARG(r->reg->name), STR_ARG(r->id));
    buf_printf(&b, T(w->c, " (phiên bản %lld", " (revision %lld"), (long long)r->rev);
    buf_puts(&b, r->record->is_sample ? T(w->c, ", mẫu)", ", sample)") : ")");
    int n = 0;
    for (size_t i = 0; i < r->reg->n_fields && n < WHY_FIELDS; i++) {
        const struct field *fd = &r->reg->fields[i];
        if (r->record->values[i].kind == VALUE_NULL || fd->type == FT_GEOMETRY || fd->type == FT_TEXT)
            continue;
        buf_puts(&b, n++ ? "; " : "  ");
        buf_printf(&b, "%.*s ", STR_ARG(fd->name));
        figure_field_print(fd, &r->record->values[i], w->c->lang, &b);
    }
    columns_wrap(&w->lines, buf_view(&b), (size_t)cli_width(WIDTH), STR("  "), STR("      "));
    w->shown++;
    return true;
}

static enum err put_why(struct cli *c, const struct figures *fs, const struct figure_result *r,
                        const struct figure_options *o, int64_t limit)
{
    int64_t total = 0;
    struct why w = {.c = c, .lines = BUF_INIT(LIMIT_REPORT_BYTES)};
    enum err e = figure_why(c->arena, c->store, fs, r->figure->id, o, limit, args_has(&c->args, "base"), why_record, &w,
                            &total, &c->fault);
    if (e == OK) {
        buf_putc(&c->out, '\n');
        put_definition(c, r->figure);
        buf_printf(&c->out, "\n%s ", T(c, "Các bản ghi đã đếm:", "Records counted:"));
        print_count(c, &c->out, total);
        buf_putc(&c->out, '\n');
        buf_str(&c->out, buf_view(&w.lines));
        if (total > w.shown)
            buf_printf(
                &c->out,
                T(c, "  … còn %lld bản ghi nữa (--limit 0 để xem hết)\n", "  … and %lld more (--limit 0 shows all)\n"),
                (long long)(total - w.shown));
        if (w.first_id)
            buf_printf(&c->out, "\n%s\n  %s log prove %.*s %s --at %lld%s\n",
                       T(c, "Chứng minh một bản ghi:", "To prove a record:"), c->program, STR_ARG(w.first_reg->name),
                       shell_word(c, w.first_id), (long long)c->store->at, database_words(c));
    }
    buf_done(&w.lines);
    return e;
}

/* ---- the command ---- */

static enum err answer_text(struct cli *c, const struct figures *fs, const struct figure_result *r,
                            const struct figure_options *o, int64_t limit)
{
    struct str title = text2_in(&r->figure->title, c->lang);
    buf_printf(&c->out, "%.*s (%.*s)\n", STR_ARG(title), STR_ARG(r->figure->id));
    put_value(c, r, &c->out);
    buf_puts(&c->out, "\n\n");
    put_facts(c, r);
    if (r->by.n)
        put_rows(c, r);
    return args_has(&c->args, "why") ? put_why(c, fs, r, o, limit) : OK;
}

static enum err figure_run(struct cli *c)
{
    struct store *s;
    struct figures *fs;
    long long limit;
    enum err e = args_integer(&c->args, "limit", 0, 1000000000, WHY_LIMIT, &limit, &c->fault);
    if (e == OK)
        e = cli_open_figures(c, &s, &fs);
    if (e != OK)
        return e;
    struct str id = cli_word(c, 0);
    if (id.n == 0) {
        list_figures(c, fs);
        return OK;
    }
    struct figure_options o = {.by = cli_option(c, "by"),
                               .on = cli_option(c, "on"),
                               .units_at = cli_option(c, "units-at"),
                               .is_whole = args_has(&c->args, "whole")};
    struct figure_result r;
    e = figure_compute(c->arena, s, fs, id, &o, &r, &c->fault);
    if (e != OK)
        return e;
    if (!c->is_json)
        return answer_text(c, fs, &r, &o, limit);
    struct json_out json = answer_begin(c);
    if (args_has(&c->args, "why"))
        e = figure_why_json(c->arena, s, fs, &r, &o, limit, args_has(&c->args, "base"), c->lang, &json, &c->fault);
    else
        figure_json(&r, c->lang, &json);
    if (e != OK) {
        buf_reset(&c->out); /* no half of an answer */
        return e;
    }
    answer_end(c, &json);
    return OK;
}

static const struct option options[] = {
    {"by",
     "X",
     {"chia theo cấp đơn vị (unit:2) hay một trường", "broken down by a level of units (unit:2) or a field"},
     .needs = "ID"},
    {"whole",
     NULL,
     {"với --by: cả ô dưới 5 hồ sơ có dữ liệu cá nhân; không được công bố",
      "with --by: with cells under 5 records with personal data; not to be published"},
     .needs = "by"},
    {"units-at",
     "DATE",
     {"với --by: trên bản đồ đơn vị của ngày ấy", "with --by: on the map of units of that day"},
     .needs = "by"},
    {"on",
     "DATE",
     {"ngày của số liệu, thay ngày đã khai báo", "the day of the figure, instead of the declared one"},
     .needs = "ID"},
    {"why", NULL, {"định nghĩa và các bản ghi đã đếm", "the definition and the records counted"}, .needs = "ID"},
    {"base", NULL, {"với --why: cả các bản ghi của mẫu số", "with --why: the records of the base too"}, .needs = "why"},
    {"limit",
     "N",
     {"với --why: số bản ghi (20; 0: tất cả)", "with --why: how many records (20; 0: all)"},
     .needs = "why"},
    {0},
};
static const char *const examples[] = {
    "figure", "figure ID --json", "figure ID --by unit:2 --units-at 2025-07-01", "figure ID --why", NULL,
};

const struct command command_figure = {
    .name = "figure",
    .words = "[ID]",
    .max_words = 1,
    .title = {"một số liệu, chia nhỏ và giải thích; hoặc danh sách",
              "a figure, broken down and explained; or the list"},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = figure_run,
};
