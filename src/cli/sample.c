#include "register/sample.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "text/csv.h"
#include "workflow/sample_dossiers.h"

#include "base/banned.h"

enum { FLUSH_BYTES = 1 << 20 };

static enum err write_rows(struct cli *c, struct sample *m, const struct reg *reg, long long count, struct buf *out,
                           bool is_stdout)
{
    const struct str *cells;
    bool has_row;
    enum err e = OK;
    for (long long n = 0; n < count; n++) {
        e = sample_next(m, &cells, &has_row, &c->fault);
        if (e != OK || !has_row)
            break;
        csv_row(out, cells, reg->n_fields, ',');
        if (is_stdout && out->n > FLUSH_BYTES && (e = cli_flush(c)) != OK)
            break;
    }
    return e;
}

static enum err sample_write(struct cli *c, struct store *s, const struct reg *reg)
{
    long long count;
    const char *path = args_value(&c->args, "csv");
    struct sample *m;
    enum err e = args_integer(&c->args, "count", 1, 1000000000, 1000000000, &count, &c->fault);
    if (e == OK && !reg->sample)
        e = FAULT(&c->fault, ERR_SAMPLE_NONE, {"register", reg->name});
    if (e == OK)
        e = sample_open(c->arena, s, reg, &m, &c->faults);
    if (e != OK)
        return e;
    struct buf file CLEANUP(buf_done) = BUF_INIT((size_t)1 << 30);
    struct buf *out = path ? &file : &c->out;
    struct str *names = ARENA_ARRAY(c->arena, struct str, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    csv_row(out, names, reg->n_fields, ',');
    e = write_rows(c, m, reg, count, out, !path);
    sample_close(m);
    if (e == OK && file.is_full)
        e = FAULT(&c->fault, ERR_LIMIT, {"what", str_of(path)}, {"limit", STR("1 GiB")});
    return e == OK && path ? file_write_atomic(path, buf_view(&file), 0644, &c->fault) : e;
}

/* ---- dossiers: they are not written, they happen */

struct watch {
    struct cli *c;
    struct progress progress;
};

static void draw_progress(void *context, int64_t done, int64_t total)
{
    struct watch *x = context;
    progress_draw(&x->progress, STR("dossiers"), done, total);
}

static enum err read_until(struct cli *c, int64_t *ret_ms)
{
    struct str text = cli_option(c, "until");
    struct date d;
    *ret_ms = clock_now_ms();
    enum err e = text.n ? date_parse(text, &d, &c->fault) : OK;
    if (e == OK && text.n)
        *ret_ms = instant_of_date(date_add_days(d, 1), c->store->province->utc_offset_minutes) - 1;
    return e;
}

static void sampled_print(struct cli *c, const struct dossier_sampled *done)
{
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_key(&o, STR("dossiers")), json_int(&o, done->dossiers);
        json_key(&o, STR("steps")), json_int(&o, done->steps);
        json_object_end(&o);
        answer_end(c, &o);
        return;
    }
    buf_puts(&c->out, T(c, "Đã tạo ", "Made "));
    print_count(c, &c->out, done->dossiers);
    buf_puts(&c->out, T(c, " hồ sơ mẫu, ", " invented dossiers, "));
    print_count(c, &c->out, done->steps);
    buf_puts(&c->out, T(c, " bước.\n", " steps.\n"));
}

static enum err sample_dossiers(struct cli *c)
{
    struct workflows *ws;
    struct watch watch = {.c = c};
    struct dossier_sampling o = {.progress = draw_progress, .context = &watch};
    struct dossier_sampled done = {0};
    long long days, per_day, seed;
    enum err e = args_integer(&c->args, "days", 1, 3650, 180, &days, &c->fault);
    if (e == OK)
        e = args_integer(&c->args, "per-day", 1, 100000, 60, &per_day, &c->fault);
    if (e == OK)
        e = args_integer(&c->args, "seed", 0, INT32_MAX, 1, &seed, &c->fault);
    if (e == OK)
        e = cli_open_to_write(c);
    if (e == OK)
        e = read_until(c, &o.until_ms);
    if (e == OK)
        e = workflows_load(c->arena, c->store->province, &ws, &c->faults);
    const struct workflow *w = e == OK ? workflow_on(ws, STR("dossiers")) : NULL;
    if (e == OK && !w)
        e = FAULT(&c->fault, ERR_WORKFLOW_NONE, {"register", STR("dossiers")});
    if (e != OK)
        return e;
    o.feedback = workflow_on(ws, STR("feedback"));
    o.days = days, o.per_day = per_day, o.seed = seed;
    progress_begin(&watch.progress, c->lang);
    e = dossiers_sample(c->arena, c->store, w, &o, &done, &c->faults);
    progress_end(&watch.progress);
    if (e == OK)
        sampled_print(c, &done);
    return e;
}

/* The folder's declaration of the register replaces the loaded one; other registers are read from the database. */
static enum err sample_run(struct cli *c)
{
    struct store *s;
    const struct reg *reg;
    struct folder_facts facts;
    if (str_is(cli_word(c, 0), "dossiers"))
        return sample_dossiers(c);
    enum err e = cli_open(c, &s);
    const struct province *p = e == OK ? s->province : NULL;
    const char *folder = args_value(&c->args, "folder");
    if (e == OK && folder) {
        e = cli_folder(c, folder, &facts);
        p = e == OK ? facts.province : NULL;
    }
    if (e == OK)
        e = province_register_find(p, cli_word(c, 0), &reg, &c->fault);
    if (e != OK)
        return e;
    s->province = p;
    return sample_write(c, s, reg);
}

static const struct option options[] = {
    {"folder", "DIR", {"theo khai báo trong thư mục này", "as declared in this folder"}},
    {"csv", "FILE", {"ghi vào tệp (mặc định: in ra màn hình)", "write to a file (default: standard output)"}},
    {"count", "N", {"chỉ N bản ghi đầu", "only the first N records"}},
    {"days", "N", {"hồ sơ của N ngày (mặc định 180)", "dossiers of N days (default 180)"}},
    {"per-day", "M", {"khoảng M hồ sơ mỗi ngày làm việc (mặc định 60)", "about M dossiers a working day (default 60)"}},
    {"seed", "S", {"cùng số, cùng hồ sơ (mặc định 1)", "same number, same dossiers (default 1)"}},
    {"until", "DATE", {"đến hết ngày này (mặc định: lúc này)", "until the end of that day (default: now)"}},
    {0},
};
static const char *const examples[] = {"sample REGISTER --csv rows.csv", "sample dossiers --days 180 --per-day 60",
                                       NULL};

const struct command command_sample = {
    .name = "sample",
    .words = "REGISTER",
    .min_words = 1,
    .max_words = 1,
    .title = {"dữ liệu mẫu: in ra CSV, hoặc hồ sơ một cửa",
              "invented records: written as CSV, or dossiers that happen"},
    .more =
        {"Cùng hạt giống (seed) cho cùng bản ghi trên mọi máy. Không ghi gì vào cơ sở dữ liệu; riêng “sample dossiers” "
         "nộp, giải quyết và trả hồ sơ mẫu trong cơ sở dữ liệu, từng bước theo quy trình, đánh dấu là dữ liệu mẫu.",
         "The same seed gives the same records on every machine. Nothing is written into the database; but “sample "
         "dossiers” files, settles and returns invented dossiers in it, step by step as the workflow has it."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB,
    .run = sample_run,
};
