#include "register/log.h"

#include <stdio.h>
#include <string.h>

#include "access/job.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/load.h"
#include "cli/log_follow.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "crypt/base64.h"
#include "report/columns.h"

#include "base/banned.h"

enum { LIST_LIMIT = 20, WIDTH = 120 };

/* ---- list ---- */

static struct str member_text(const struct json *entry, const char *key)
{
    const struct json *v = json_get(entry, key);
    return v && (v->kind == J_STRING || v->kind == J_NUMBER) ? v->string : (struct str){0};
}

static struct str registers_text(struct cli *c, const struct json *entry)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    const struct json *registers = json_get(entry, "registers");
    for (size_t i = 0; registers && registers->kind == J_OBJECT && i < registers->n; i++) {
        buf_puts(&b, i ? ", " : "");
        buf_str(&b, registers->members[i].key);
    }
    return keep(c, &b);
}

static void list_row(struct cli *c, int64_t rev, struct str time, const struct json *entry, struct columns_table *t)
{
    const struct json *source = json_get(entry, "source");
    columns_add(t, count_shown(c, rev));
    columns_add(t, str_of(arena_dup(c->arena, time.p, time.n)));
    columns_add(t, registers_text(c, entry));
    const struct json *count = json_get(entry, "count");
    columns_add(t, count_shown(c, count && count->kind == J_NUMBER ? (long long)count->number : 0));
    columns_add(t, member_text(source, "name"));
    struct str actor = member_text(entry, "actor"), behalf = member_text(entry, "behalf");
    columns_add(t,
                behalf.n ? STR_JOIN(t->arena, actor, str_of(T(c, ", thay mặt ", ", in the name of ")), behalf) : actor);
}

static void list_header(struct cli *c, struct columns_table *t)
{
    static const struct words heads[] = {{"Phiên bản", "Revision"}, {"Lúc", "Time"},     {"Sổ", "Registers"},
                                         {"Bản ghi", "Records"},    {"Nguồn", "Source"}, {"Ai", "Actor"}};
    columns_begin(c, t, heads, ARRAY_LEN(heads));
    t->is_right[0] = t->is_right[3] = true;
}

/* The entries themselves, as the log has them: {"revisions":[{…},…]}, newest first. */
static enum err log_list(struct cli *c, struct store *s)
{
    long long limit;
    enum err e = args_integer(&c->args, "limit", 0, 1000000000, LIST_LIMIT, &limit, &c->fault);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    if (e == OK)
        e = stmt_new(s->db, STR("SELECT rev, time, entry FROM revision WHERE rev <= ?1 ORDER BY rev DESC LIMIT ?2"),
                     &st, &c->fault);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, s->at);
    stmt_bind_int(st, 2, limit ? limit : -1);
    struct columns_table t;
    list_header(c, &t);
    if (c->is_json)
        buf_puts(&c->out, "{\"revisions\":[");
    bool has_row;
    for (int n = 0; (e = stmt_step(st, &has_row, &c->fault)) == OK && has_row; n++) {
        struct str text = stmt_column_text(st, 2);
        struct json *entry;
        if (c->is_json) {
            buf_printf(&c->out, "%s\n%.*s", n ? "," : "", STR_ARG(text));
            continue;
        }
        e = json_parse(c->arena, text, STR("revision"), &entry, &c->fault);
        if (e != OK)
            return e;
        list_row(c, stmt_column_int(st, 0), stmt_column_text(st, 1), entry, &t);
    }
    if (e == OK && c->is_json)
        buf_puts(&c->out, "]}\n");
    else if (e == OK)
        columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    return e;
}

/* ---- verify ---- */

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    progress_draw(ctx, STR("log verify"), done, total);
}

static enum err problem_fault(struct cli *c, const struct log_problem *p)
{
    struct fault f = {0};
    char rev[24];
    snprintf(rev, sizeof rev, "%lld", (long long)p->rev);
    FAULT(&f, p->code, {"revision", str_of(p->rev ? rev : "?")}, {"register", p->reg}, {"id", p->id},
          {"detail", p->detail});
    faults_add(&c->faults, &f);
    return p->code;
}

static void verify_json(struct cli *c, const struct log_report *r)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("verified")), json_bool(&o, r->n_problems == 0);
    json_key(&o, STR("revisions")), json_int(&o, r->revisions);
    json_key(&o, STR("records")), json_int(&o, r->records);
    json_key(&o, STR("pages")), json_int(&o, r->pages);
    json_key(&o, STR("problems"));
    json_array_begin(&o);
    for (size_t i = 0; i < r->n_problems; i++) {
        const struct log_problem *p = &r->problems[i];
        json_object_begin(&o);
        json_key(&o, STR("revision")), json_int(&o, p->rev);
        json_member(&o, "register", p->reg);
        json_member(&o, "id", p->id);
        json_member(&o, "problem", str_of(err_type(p->code)));
        json_member(&o, "detail", p->detail);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    answer_end(c, &o);
}

static struct str root_text(struct cli *c, const struct digest *root)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    base64_encode(root->b, sizeof root->b, &b);
    return keep(c, &b);
}

static enum err log_verify_run(struct cli *c)
{
    const char *path = NULL;
    struct progress bar;
    struct log_report r = {0};
    int64_t begun_us = clock_mono_us();
    enum err e = cli_database(c, &path);
    if (e == OK)
        e = store_open(path, STORE_SCRUB, &c->store, &c->fault);
    if (e != OK)
        return e;
    cli_stop_on_signal(c->store->db);
    progress_begin(&bar, c->lang);
    e = log_verify(c->arena, c->store, on_progress, &bar, &r, &c->fault);
    progress_end(&bar);
    job_note_beside(c->arena, path,
                    &(struct job_end){.job = JOB_VERIFICATION,
                                      .begun_us = begun_us,
                                      .outcome = e == OK && r.n_problems ? r.problems[0].code : e,
                                      .facts = log_report_facts(c->arena, &r)});
    if (e != OK)
        return e;
    if (c->is_json)
        verify_json(c, &r);
    for (size_t i = 0; i < r.n_problems; i++)
        problem_fault(c, &r.problems[i]);
    if (r.n_problems)
        return r.problems[0].code;
    if (!c->is_json) {
        struct str revisions = count_shown(c, r.revisions), records = count_shown(c, r.records);
        struct str root = root_text(c, &r.checkpoint.root);
        buf_printf(&c->out,
                   T(c, "Nhật ký nguyên vẹn: %.*s phiên bản, %.*s bản ghi đã được tính lại.\nGốc: %.*s (cỡ %llu)\n",
                     "The log is intact: %.*s revisions, %.*s records recomputed.\nRoot: %.*s (size %llu)\n"),
                   STR_ARG(revisions), STR_ARG(records), STR_ARG(root), (unsigned long long)r.checkpoint.size);
    }
    return OK;
}

/* ---- proofs ---- */

static enum err log_prove_run(struct cli *c, struct store *s)
{
    struct str name = cli_word(c, 1), id = cli_word(c, 2);
    const struct reg *reg;
    struct buf proof CLEANUP(buf_done) = BUF_INIT(LIMIT_JSON_BYTES);
    if (c->args.words.n != 3)
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("log")}, {"words", STR("prove REGISTER ID")});
    enum err e = province_register_find(s->province, name, &reg, &c->fault);
    struct proof_shown shown = {.is_all = str_is(cli_option(c, "show"), "all")};
    VEC(struct str) names = {0};
    for (struct str rest = shown.is_all ? (struct str){NULL, 0} : cli_option(c, "show"), one; rest.p;) {
        one = str_trim(str_cut(rest, ',', &rest));
        if (one.n)
            VEC_PUSH(c->arena, &names, one);
    }
    shown.names = names.p;
    shown.n = names.n;
    if (e == OK)
        e = log_prove(s, reg, id, &shown, &proof, &c->fault);
    if (e != OK)
        return e;
    const char *path = args_value(&c->args, "out");
    if (!path) {
        buf_str(&c->out, buf_view(&proof));
        return OK;
    }
    e = file_write_atomic(path, buf_view(&proof), 0644, &c->fault);
    if (e == OK)
        buf_printf(&c->out,
                   T(c, "Đã ghi bằng chứng vào %s. Kiểm tra: %s log check-proof %s\n",
                     "The proof is in %s. To check it: %s log check-proof %s\n"),
                   path, c->program, path);
    return e;
}

static void proof_json(struct cli *c, const struct proof_facts *p)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("accepted")), json_bool(&o, true);
    json_member(&o, "register", p->reg);
    json_member(&o, "id", p->id);
    json_key(&o, STR("revision")), json_int(&o, p->rev);
    json_member(&o, "time", p->time);
    json_key(&o, STR("size")), json_int(&o, (int64_t)p->size);
    json_key(&o, STR("removed")), json_bool(&o, p->is_removal);
    json_member(&o, "key", p->verifier);
    json_key(&o, STR("record")), json_raw(&o, p->record);
    json_key(&o, STR("personal"));
    json_object_begin(&o);
    for (size_t i = 0; i < p->n_shown; i++)
        json_key(&o, p->shown[i].name), json_raw(&o, p->shown[i].value);
    json_object_end(&o);
    json_object_end(&o);
    answer_end(c, &o);
}

static enum err log_check_run(struct cli *c)
{
    struct str text;
    struct proof_facts p;
    if (c->args.words.n != 2)
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("log")}, {"words", STR("check-proof FILE")});
    enum err e = file_read(c->arena, c->args.words.p[1], LIMIT_JSON_BYTES, &text, &c->fault);
    if (e == OK)
        e = log_check_proof(c->arena, text, cli_option(c, "key"), &p, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json) {
        proof_json(c, &p);
        return OK;
    }
    buf_puts(&c->out, T(c, "Bằng chứng đúng.\n", "The proof holds.\n"));
    show_fact(c, T(c, "Sổ", "Register"), p.reg);
    show_fact(c, T(c, "Bản ghi", "Record"), p.id);
    show_fact(c, T(c, "Phiên bản", "Revision"), count_shown(c, p.rev));
    show_fact(c, T(c, "Lúc", "Time"), p.time);
    show_fact(c, T(c, "Cỡ nhật ký", "Log size"), count_shown(c, (long long)p.size));
    show_fact(c, T(c, "Khóa của log", "Key of the log"), p.verifier);
    if (p.is_removal)
        show_fact(c, T(c, "Nội dung", "Content"), str_of(T(c, "bản ghi đã bị xóa", "the record was removed")));
    buf_printf(&c->out, "%.*s\n", STR_ARG(p.record)); /* as it was hashed: not wrapped */
    for (size_t i = 0; i < p.n_shown; i++)
        buf_printf(&c->out, "  %.*s: %.*s\n", STR_ARG(p.shown[i].name), STR_ARG(p.shown[i].value));
    if (p.n_personal > p.n_shown)
        buf_printf(&c->out,
                   T(c, "%zu trường cá nhân chỉ có cam kết: không đưa ra, hoặc đã xóa.\n",
                     "%zu personal fields stand as commitments only: not shown, or erased.\n"),
                   p.n_personal - p.n_shown);
    if (cli_option(c, "key").n == 0)
        buf_puts(&c->out, T(c, "Khóa lấy từ chính tệp này; so với khóa đã công bố bằng --key.\n",
                            "The key is the file's own; compare it with the published one by --key.\n"));
    return OK;
}

static enum err log_checkpoint_run(struct cli *c, struct store *s)
{
    struct str note;
    struct checkpoint checkpoint;
    enum err e = log_checkpoint_read(c->arena, s, &note, &checkpoint, &c->fault);
    if (e == OK)
        buf_str(&c->out, note);
    return e;
}

/* ---- the command ---- */

static enum err log_run(struct cli *c)
{
    static const char *const names[] = {"list", "verify", "prove", "check-proof", "checkpoint", "follow"};
    struct str what = c->args.words.n ? cli_word(c, 0) : STR("list");
    if (str_is(what, "verify") && c->args.words.n == 1)
        return log_verify_run(c);
    if (str_is(what, "check-proof"))
        return log_check_run(c);
    if (str_is(what, "follow"))
        return cli_log_follow(c);
    bool is_known = str_is(what, "list") || str_is(what, "prove") || str_is(what, "checkpoint");
    if (!is_known || (c->args.words.n > 1 && !str_is(what, "prove"))) {
        const char *near = is_known ? NULL : nearest_word(what.p, names, ARRAY_LEN(names));
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("log")},
                     {"words", str_of(near ? near : command_log.words)});
    }
    struct store *s;
    enum err e = cli_open(c, &s);
    if (e != OK)
        return e;
    if (str_is(what, "prove"))
        return log_prove_run(c, s);
    return str_is(what, "checkpoint") ? log_checkpoint_run(c, s) : log_list(c, s);
}

static const struct option options[] = {
    {"out", "FILE", {"prove: nơi ghi bằng chứng", "prove: where the proof goes"}},
    {"show",
     "NAMES",
     {"prove: các trường cá nhân được đưa ra (không ghi: không trường nào; all: tất cả)",
      "prove: the personal fields that are shown (without: none; all: every one)"}},
    {"key",
     "TEXT",
     {"check-proof, follow: khóa công khai mà người đọc tin",
      "check-proof, follow: the public key that the reader trusts"}},
    {"state",
     "FOLDER",
     {"follow: nơi giữ mốc đã thấy (var/follow)", "follow: where what was seen is kept (var/follow)"}},
    {"records", NULL, {"follow: kiểm cả các bản ghi công khai", "follow: check the public records too"}},
    {"every", "SECONDS", {"follow: cứ bấy nhiêu giây lại xem", "follow: look again every so many seconds"}},
    {"limit", "N", {"list: số phiên bản (20; 0: tất cả)", "list: how many revisions (20; 0: all)"}},
    {0},
};
static const char *const examples[] = {
    "log",
    "log verify",
    "log prove units 660 --out proof.json",
    "log check-proof proof.json",
    "log checkpoint",
    "log follow http://127.0.0.1:8080 --records",
    NULL,
};

const struct command command_log = {
    .name = "log",
    .words = "[list|verify|prove REGISTER ID|check-proof FILE|checkpoint|follow URL]",
    .max_words = 3,
    .title = {"nhật ký thay đổi: xem, kiểm chứng, chứng minh một bản ghi",
              "the log of changes: list, verify, prove a record"},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = log_run,
};
