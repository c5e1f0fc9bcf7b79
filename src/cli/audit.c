/* tinhso audit: what is weak about files, accounts and backups; the page /admin says it of the running server too. */
#include "access/audit.h"
#include "access/job.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "register/log.h"

#include "base/banned.h"

static void answer_json(struct cli *c, const struct audit_line *lines, size_t n)
{
    struct json_out o = answer_list_begin(c, "findings");
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "state", str_of(audit_state_name(lines[i].state)));
        json_member(&o, "what", str_of(audit_title(lines[i].finding, c->lang)));
        json_member(&o, "detail", lines[i].detail);
        if (lines[i].state != AUDIT_GOOD)
            json_member(&o, "remedy", str_of(audit_remedy(lines[i].finding, c->lang)));
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static void answer_text(struct cli *c, const struct audit_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *state = lines[i].state == AUDIT_GOOD   ? T(c, "Tốt", "Good")
                            : lines[i].state == AUDIT_WEAK ? T(c, "Yếu", "Weak")
                                                           : T(c, "Chưa rõ", "Unknown");
        buf_printf(&c->out, "%s: %s", state, audit_title(lines[i].finding, c->lang));
        if (lines[i].detail.n)
            buf_printf(&c->out, " (%.*s)", STR_ARG(lines[i].detail));
        buf_putc(&c->out, '\n');
        if (lines[i].state != AUDIT_GOOD)
            buf_printf(&c->out, "    %s\n", audit_remedy(lines[i].finding, c->lang));
    }
}

static enum err audit_command(struct cli *c)
{
    struct access *a CLEANUP(access_freep) = NULL;
    struct audit_line lines[AUDIT_COUNT];
    struct store *s = NULL; /* the command line closes it */
    struct str note;
    struct checkpoint checkpoint;
    struct fault ignored = {0};
    int64_t begun_us = clock_mono_us(), weak = 0;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = access_open(str_dup(c->arena, s->path).p, &a, &c->fault);
    if (e != OK)
        return e;
    struct audit what = {.db_path = str_dup(c->arena, s->path).p, .log_size = s->head, .checkpoint_size = -1};
    if (log_checkpoint_read(c->arena, s, &note, &checkpoint, &ignored) == OK)
        what.checkpoint_size = (int64_t)checkpoint.size;
    for (size_t i = 0; i < s->province->n_registers; i++)
        what.sample_registers += s->province->registers[i]->sample != NULL;
    size_t n = audit_run(c->arena, a, &what, lines);
    for (size_t i = 0; i < n; i++)
        weak += lines[i].state == AUDIT_WEAK;
    const struct job_end end = {
        .job = JOB_AUDIT, .begun_us = begun_us, .facts = str_of(arena_printf(c->arena, "weak=%lld", (long long)weak))};
    job_note(a, &end, &ignored);
    if (c->is_json)
        answer_json(c, lines, n);
    else
        answer_text(c, lines, n);
    return OK;
}

static const char *const examples[] = {"audit", "audit --json", NULL};

const struct command command_audit = {
    .name = "audit",
    .title = {"xét cấu hình, nói điều gì còn yếu", "looks at the configuration and says what is weak"},
    .more = {"Về máy chủ đang chạy (https, quyền root, giới hạn lời gọi hệ thống), xem trang /admin.",
             "Of the running server (https, root, confined system calls) the page /admin tells."},
    .examples = examples,
    .shared = SHARED_DB | SHARED_JSON,
    .run = audit_command,
};
