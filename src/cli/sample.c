#include "register/sample.h"

#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "text/csv.h"

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

/* The folder's declaration of the register replaces the loaded one; other registers are read from the database. */
static enum err sample_run(struct cli *c)
{
    struct store *s;
    const struct reg *reg;
    struct folder_facts facts;
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
    {0},
};
static const char *const examples[] = {"sample REGISTER --csv rows.csv", NULL};

const struct command command_sample = {
    .name = "sample",
    .words = "REGISTER",
    .min_words = 1,
    .max_words = 1,
    .title = {"in dữ liệu mẫu do khai báo sinh ra, dạng CSV", "writes the invented records of a declaration as CSV"},
    .more = {"Cùng hạt giống (seed) cho cùng bản ghi trên mọi máy. Không ghi gì vào cơ sở dữ liệu.",
             "The same seed gives the same records on every machine. Nothing is written into the database."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB,
    .run = sample_run,
};
