/* tinhso remove: one record out of a register; its history stays. */
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "register/entry.h"

#include "base/banned.h"

static void answer(struct cli *c, bool is_dry_run, int64_t rev)
{
    struct str id = cli_word(c, 1);
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_member(&o, "register", cli_word(c, 0));
        json_member(&o, "removed", id);
        json_key(&o, STR("dry_run")), json_bool(&o, is_dry_run);
        json_key(&o, STR("revision"));
        if (rev)
            json_int(&o, rev);
        else
            json_null(&o);
        json_object_end(&o);
        answer_end(c, &o);
        return;
    }
    if (is_dry_run)
        buf_printf(&c->out,
                   T(c, "Chạy thử, chưa ghi gì: bản ghi “%.*s” xóa được.\n",
                     "Dry run, nothing was written: record “%.*s” can be removed.\n"),
                   STR_ARG(id));
    else
        buf_printf(&c->out,
                   T(c, "Đã xóa bản ghi “%.*s” ở phiên bản %lld; lịch sử vẫn còn.\n",
                     "Removed record “%.*s” at revision %lld; its history stays.\n"),
                   STR_ARG(id), (long long)rev);
}

static enum err remove_run(struct cli *c)
{
    const struct reg *reg;
    int64_t rev = 0;
    struct entry_options o = {.actor = STR("tinhso remove"),
                              .reason = str_trim(cli_option(c, "reason")),
                              .is_dry_run = args_has(&c->args, "dry-run")};
    if (o.reason.n == 0)
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("reason")}, {"value", STR("TEXT")});
    enum err e = cli_open_to_write(c);
    if (e == OK)
        e = province_register_find(c->store->province, cli_word(c, 0), &reg, &c->fault);
    if (e == OK)
        e = entry_remove(c->store, reg, cli_word(c, 1), &o, &rev, &c->faults);
    if (e == OK)
        answer(c, o.is_dry_run, rev);
    return e;
}

static const struct option options[] = {
    {"reason", "TEXT", {"lý do, ghi vào nhật ký (bắt buộc)", "the reason, kept in the log (required)"}},
    {"dry-run", NULL, {"xem có xóa được không, không ghi gì", "see whether it can be removed, write nothing"}},
    {0},
};
static const char *const examples[] = {"remove farm_households HN200001 --reason \"nhập nhầm\"", NULL};

const struct command command_remove = {
    .name = "remove",
    .words = "REGISTER ID",
    .min_words = 2,
    .max_words = 2,
    .title = {"xóa một bản ghi, giữ lịch sử", "removes one record, keeps its history"},
    .more = {"Bản ghi còn được bản ghi khác nhắc tới thì không xóa được. Hai bản ghi là một thì gộp: tinhso merge.",
             "A record that others refer to is not removed. Two records that are one are merged: tinhso merge."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = remove_run,
};
