#include "cli/cli.h"
#include "cli/folder.h"
#include "register/duplicates.h"

#include "base/banned.h"

static enum err merge_run(struct cli *c)
{
    const struct reg *reg;
    int64_t rev;
    struct str reason = str_trim(cli_option(c, "reason")), keep = cli_word(c, 1), drop = cli_word(c, 2);
    if (reason.n == 0)
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("reason")}, {"value", STR("TEXT")});
    enum err e = cli_open_to_write(c);
    if (e == OK)
        e = province_register_find(c->store->province, cli_word(c, 0), &reg, &c->fault);
    if (e == OK)
        e = duplicates_merge(c->store, reg, keep, drop, STR("tinhso merge"), reason, &rev, &c->faults);
    if (e != OK)
        return e;
    if (c->is_json) {
        struct json_out o;
        json_out_init(&o, &c->out, JSON_OUT_COMPACT);
        json_object_begin(&o);
        json_member(&o, "register", cli_word(c, 0));
        json_member(&o, "kept", keep);
        json_member(&o, "dropped", drop);
        json_key(&o, STR("revision")), json_int(&o, rev);
        json_object_end(&o);
        buf_putc(&c->out, '\n');
        return OK;
    }
    buf_printf(
        &c->out,
        T(c, "Đã gộp “%.*s” vào “%.*s” ở phiên bản %lld. Mã cũ từ nay dẫn tới mã mới; lịch sử của cả hai được giữ.\n",
          "Merged “%.*s” into “%.*s” at revision %lld. The old id now leads to the new one; both histories stay.\n"),
        STR_ARG(drop), STR_ARG(keep), (long long)rev);
    return OK;
}

static const struct option options[] = {
    {"reason", "TEXT", {"vì sao gộp (bắt buộc)", "why they are merged (required)"}},
    {0},
};
static const char *const examples[] = {
    "merge farm_households HN000001 HN000002 --reason \"cùng một hộ, rà soát hai lần\"",
    NULL,
};

const struct command command_merge = {
    .name = "merge",
    .words = "REGISTER KEEP DROP",
    .min_words = 3,
    .max_words = 3,
    .title = {"gộp hai bản ghi là một", "merges two records that are one and the same"},
    .more = {"Bản ghi giữ lại nhận những gì nó chưa có từ bản ghi bị bỏ; mọi tham chiếu chuyển sang bản ghi giữ lại.",
             "The kept record takes from the dropped one what it does not know itself; every reference moves to the "
             "kept one."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = merge_run,
};
