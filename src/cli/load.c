#include "register/load.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "access/job.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "cli/load.h"
#include "cli/progress.h"

#include "base/banned.h"

/* Set by the signal, read by the database between rows; the one place where a signal and the program meet. */
static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

void cli_stop_on_signal(struct db *db)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    db_interrupt_flag(db, &is_stopped);
}

static void on_progress(void *ctx, const struct load_step *step)
{
    progress_draw(ctx, step->reg, step->done, step->total);
}

static void answer_json(struct cli *c, const struct store *s, const struct load_result *r)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_member(&o, "database", s->path);
    json_key(&o, STR("revision")), json_int(&o, s->head);
    json_key(&o, STR("revisions")), json_int(&o, r->revisions);
    json_key(&o, STR("added")), json_int(&o, r->added);
    json_key(&o, STR("changed")), json_int(&o, r->changed);
    json_key(&o, STR("same")), json_int(&o, r->same);
    json_key(&o, STR("samples")), json_int(&o, r->samples);
    json_key(&o, STR("files")), json_int(&o, r->files);
    json_key(&o, STR("files_skipped")), json_int(&o, r->files_skipped);
    json_object_end(&o);
    answer_end(c, &o);
}

static void answer_text(struct cli *c, const struct store *s, const char *folder, const struct load_result *r)
{
    struct buf *b = &c->out;
    if (r->revisions == 0) {
        buf_printf(b,
                   T(c, "Không có gì thay đổi: %.*s đã có đủ nội dung của %s (phiên bản %lld).\n",
                     "Nothing changed: %.*s already holds all of %s (revision %lld).\n"),
                   STR_ARG(s->path), folder, (long long)s->head);
        return;
    }
    buf_printf(b, T(c, "Đã nạp %s vào %.*s:\n  thêm ", "Loaded %s into %.*s:\n  added "), folder, STR_ARG(s->path));
    print_count(c, b, r->added);
    buf_puts(b, T(c, ", đổi ", ", changed "));
    print_count(c, b, r->changed);
    buf_puts(b, T(c, ", giữ nguyên ", ", unchanged "));
    print_count(c, b, r->same);
    buf_puts(b, T(c, " bản ghi\n", " records\n"));
    if (r->samples) {
        buf_puts(b, "  ");
        print_count(c, b, r->samples);
        buf_puts(b, T(c, " bản ghi là dữ liệu mẫu do máy tạo ra\n", " records are invented sample data\n"));
    }
    buf_printf(b, T(c, "  %lld phiên bản mới, đến phiên bản %lld\n", "  %lld new revisions, up to %lld\n"),
               (long long)r->revisions, (long long)s->head);
}

static void note_job(struct cli *c, int64_t begun_us, enum err outcome, const struct load_result *r)
{
    job_note_beside(c->arena, str_dup(c->arena, c->store->path).p,
                    &(struct job_end){.job = JOB_LOAD,
                                      .begun_us = begun_us,
                                      .outcome = outcome,
                                      .facts = str_of(arena_printf(c->arena, "added=%lld changed=%lld revision=%lld",
                                                                   (long long)r->added, (long long)r->changed,
                                                                   (long long)c->store->head))});
}

static enum err load_into(struct cli *c, const char *folder)
{
    VEC(struct str) drops = {0};
    for (size_t i = 0; i < c->args.options.n; i++)
        if (strcmp(c->args.options.p[i].option->name, "drop") == 0)
            VEC_PUSH(c->arena, &drops, str_of(c->args.options.p[i].value));
    struct progress bar;
    struct load_options o = {
        .folder = folder,
        .actor = STR("tinhso load"),
        .drops = drops.p,
        .n_drops = drops.n,
        .on_progress = on_progress,
        .ctx = &bar,
    };
    struct load_result result = {0};
    int64_t begun_us = clock_mono_us();
    struct faults warnings CLEANUP(faults_done) = {.max = 20};
    cli_stop_on_signal(c->store->db);
    progress_begin(&bar, c->lang);
    enum err e = load_run(c->store, &o, &result, &c->faults, &warnings);
    progress_end(&bar);
    note_job(c, begun_us, e, &result);
    cli_warn(c, &warnings);
    if (e == ERR_INTERRUPTED) { /* whichever record it was at */
        faults_done(&c->faults);
        c->faults = (struct faults){0};
        return FAULT(&c->fault, ERR_INTERRUPTED);
    }
    if (e != OK)
        return e;
    if (c->is_json)
        answer_json(c, c->store, &result);
    else
        answer_text(c, c->store, folder, &result);
    return OK;
}

static enum err load_command(struct cli *c)
{
    const char *folder = c->args.words.p[0];
    struct folder_facts facts;
    enum err e = cli_folder(c, folder, &facts);
    if (e != OK)
        return e;
    const char *path = cli_database_named(c);
    if (!path) {
        path = arena_printf(c->arena, "var/%.*s.db", STR_ARG(facts.province->id));
        e = folder_make("var", &c->fault);
    }
    if (e == OK)
        e = store_open(path, STORE_WRITE, &c->store, &c->fault);
    return e == OK ? load_into(c, folder) : e;
}

static const struct option options[] = {
    {"drop",
     "REGISTER.FIELD",
     {"cho phép bỏ trường (hay sổ) này cùng dữ liệu của nó", "lets this field (or register) go, with its data"},
     true},
    {0},
};
static const char *const examples[] = {"load province/NAME", "load province/NAME --db /srv/x.db", NULL};

const struct command command_load = {
    .name = "load",
    .words = "FOLDER",
    .min_words = 1,
    .max_words = 1,
    .title = {"nạp thư mục khai báo và dữ liệu của một tỉnh",
              "brings a province's declarations and data into a database"},
    .more =
        {"Cơ sở dữ liệu mặc định là var/MÃ-TỈNH.db. Nạp lại chỉ ghi những gì đã thay đổi; mỗi tệp là một phiên bản.\n"
         "Ctrl-C dừng lại và hoàn tác thay đổi đang dở; lần nạp sau làm tiếp.",
         "The default database is var/PROVINCE.db. Loading again writes only what changed; each file is one revision.\n"
         "Ctrl-C stops and rolls the running change back; the next load goes on."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = load_command,
};
