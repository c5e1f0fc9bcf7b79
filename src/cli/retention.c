/* tinhso retention: what has outlived its term goes. */
#include "register/retention.h"

#include "access/job.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"

#include "base/banned.h"

enum { WIDTH = 110 };

static void answer_json(struct cli *c, const struct retention_done *done, size_t n, bool is_dry_run)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("dry_run")), json_bool(&o, is_dry_run);
    json_key(&o, STR("registers"));
    json_array_begin(&o);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "register", done[i].reg->name);
        json_member(&o, "until", str_of(done[i].cutoff));
        json_key(&o, STR("erased")), json_int(&o, done[i].records);
        json_key(&o, STR("versions")), json_int(&o, done[i].versions);
        json_key(&o, STR("removed")), json_int(&o, done[i].removed);
        json_key(&o, STR("undated")), json_int(&o, done[i].undated);
        json_key(&o, STR("revision"));
        if (done[i].rev)
            json_int(&o, done[i].rev);
        else
            json_null(&o);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    answer_end(c, &o);
}

static void answer(struct cli *c, const struct retention_done *done, size_t n, bool is_dry_run)
{
    static const struct words heads[] = {{"Sổ", "Register"},
                                         {"Đến hết ngày", "Up to"},
                                         {"Đã xóa giá trị", "Erased"},
                                         {"Phiên bản", "Versions"},
                                         {"Bỏ hồ sơ", "Removed"},
                                         {"Không có ngày", "Undated"},
                                         {"Ghi ở phiên bản", "Revision"}};
    struct columns_table t;
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 2; i < ARRAY_LEN(heads); i++)
        t.is_right[i] = true;
    for (size_t i = 0; i < n; i++) {
        columns_add(&t, done[i].reg->name);
        columns_add(&t, date_shown(c, str_of(done[i].cutoff)));
        columns_add(&t, count_shown(c, done[i].records));
        columns_add(&t, count_shown(c, done[i].versions));
        columns_add(&t, count_shown(c, done[i].removed));
        columns_add(&t, count_shown(c, done[i].undated));
        columns_add(&t, done[i].rev ? count_shown(c, done[i].rev) : STR("—"));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    if (is_dry_run)
        buf_puts(&c->out, T(c, "Chạy thử, chưa ghi gì.\n", "Dry run, nothing was written.\n"));
}

static enum err retention_command_run(struct cli *c)
{
    struct retention_done *done = NULL;
    size_t n = 0;
    struct retention_options o = {.actor = STR("tinhso retention"), .is_dry_run = args_has(&c->args, "dry-run")};
    int64_t begun_us = clock_mono_us();
    enum err e = cli_open_to_write(c);
    if (e == OK) {
        e = retention_run(c->arena, c->store, &o, &done, &n, &c->faults);
        if (!o.is_dry_run)
            job_note_beside(c->arena, str_dup(c->arena, c->store->path).p,
                            &(struct job_end){.job = JOB_RETENTION,
                                              .begun_us = begun_us,
                                              .outcome = e,
                                              .facts = retention_facts(c->arena, done, n)});
    }
    if (n && c->is_json)
        answer_json(c, done, n, o.is_dry_run);
    else if (n)
        answer(c, done, n, o.is_dry_run);
    return e;
}

static const struct option options[] = {
    {"dry-run", NULL, {"xem những gì hết hạn, không ghi gì", "see what is due, write nothing"}},
    {0},
};
static const char *const examples[] = {"retention --dry-run", "retention", NULL};

const struct command command_retention = {
    .name = "retention",
    .title = {"xóa dữ liệu cá nhân đã hết hạn lưu", "erases personal data that has outlived its term"},
    .more = {"Hạn lưu khai báo trong từng sổ (retention:). Chạy lại không làm gì thêm; chạy mỗi ngày bằng bộ hẹn giờ.",
             "Terms are declared by the registers (retention:). Running it again does nothing more; run it daily by a "
             "timer."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = retention_command_run,
};
