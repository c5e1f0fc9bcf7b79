/* tinhso erase: personal fields of one record out of every version; the log stays verifiable. */
#include "register/erase.h"

#include "cli/cli.h"
#include "cli/folder.h"

#include "base/banned.h"

static void answer_json(struct cli *c, const struct erased *done, bool is_dry_run, int64_t rev)
{
    struct json_out o;
    json_out_init(&o, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "register", cli_word(c, 0));
    json_member(&o, "id", cli_word(c, 1));
    json_key(&o, STR("erased"));
    json_array_begin(&o);
    for (size_t i = 0; i < done->n_fields; i++)
        json_str(&o, done->fields[i]);
    json_array_end(&o);
    json_key(&o, STR("versions")), json_int(&o, done->versions);
    json_key(&o, STR("dry_run")), json_bool(&o, is_dry_run);
    json_key(&o, STR("revision"));
    if (rev)
        json_int(&o, rev);
    else
        json_null(&o);
    json_object_end(&o);
    buf_putc(&c->out, '\n');
}

static void answer(struct cli *c, const struct erased *done, bool is_dry_run, int64_t rev)
{
    struct buf names CLEANUP(buf_done) = BUF_INIT(1 << 16);
    if (c->is_json) {
        answer_json(c, done, is_dry_run, rev);
        return;
    }
    for (size_t i = 0; i < done->n_fields; i++)
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(done->fields[i]));
    if (done->versions == 0)
        buf_puts(&c->out, T(c, "Không có gì để xóa: các trường này không có giá trị ở phiên bản nào của bản ghi.\n",
                            "Nothing to erase: no version of the record has a value in these fields.\n"));
    else if (is_dry_run)
        buf_printf(&c->out,
                   T(c, "Chạy thử, chưa ghi gì: sẽ xóa %.*s khỏi %lld phiên bản của bản ghi “%.*s”.\n",
                     "Dry run, nothing was written: %.*s would be erased from %lld versions of record “%.*s”.\n"),
                   STR_ARG(buf_view(&names)), (long long)done->versions, STR_ARG(cli_word(c, 1)));
    else
        buf_printf(
            &c->out,
            T(c,
              "Đã xóa %.*s khỏi %lld phiên bản của bản ghi “%.*s”; ghi ở phiên bản %lld. Nhật ký vẫn kiểm tra được.\n",
              "Erased %.*s from %lld versions of record “%.*s”; recorded at revision %lld. The log still verifies.\n"),
            STR_ARG(buf_view(&names)), (long long)done->versions, STR_ARG(cli_word(c, 1)), (long long)rev);
}

static void fields_of(struct cli *c, struct erasure *what)
{
    VEC(struct str) names = {0};
    for (struct str rest = cli_option(c, "fields"), one; rest.p;) {
        one = str_trim(str_cut(rest, ',', &rest));
        if (one.n)
            VEC_PUSH(c->arena, &names, one);
    }
    what->fields = names.p;
    what->n_fields = names.n;
}

static enum err erase_run(struct cli *c)
{
    const struct reg *reg;
    struct change *change = NULL;
    struct erased done = {0};
    int64_t rev = 0;
    bool is_dry_run = args_has(&c->args, "dry-run");
    struct erasure what = {
        .id = cli_word(c, 1), .reason = str_trim(cli_option(c, "reason")), .basis = str_trim(cli_option(c, "basis"))};
    fields_of(c, &what);
    enum err e = cli_open_to_write(c);
    if (e == OK)
        e = change_begin(c->store, &(struct change_info){.actor = STR("tinhso erase"), .reason = what.reason}, &change,
                         &c->fault);
    if (e == OK)
        e = province_register_find(c->store->province, cli_word(c, 0), &reg, &c->fault);
    if (e == OK)
        e = change_erase(change, reg, &what, &done, &c->fault);
    struct str *names = ARENA_ARRAY(c->arena, struct str, done.n_fields + 1);
    for (size_t i = 0; e == OK && i < done.n_fields; i++) /* they live no longer than the change */
        names[i] = str_dup(c->arena, done.fields[i]);
    done.fields = names;
    if (e == OK && !is_dry_run && done.versions)
        e = change_commit(TAKE(change), &rev, &c->faults, NULL);
    change_abort(change);
    if (e != OK)
        return e;
    answer(c, &done, is_dry_run, rev);
    if (c->store->has_erased)
        cli_note(c, "%s",
                 T(c, "Có tiến trình khác đang đọc nên tệp -wal còn giữ trang cũ; chạy lại lệnh này khi nó đọc xong.\n",
                   "Another process is reading, so the -wal file still holds old pages; run this command again when it "
                   "is done.\n"));
    return OK;
}

static const struct option options[] = {
    {"fields",
     "NAMES",
     {"các trường, cách nhau bằng dấu phẩy; không ghi: mọi trường cá nhân",
      "fields, comma separated; without: every personal field"}},
    {"reason",
     "TEXT",
     {"lý do, giữ mãi trong nhật ký, không nêu tên người (bắt buộc)",
      "the reason, kept in the log for ever, without naming the person (required)"}},
    {"basis", "TEXT", {"căn cứ pháp lý (bắt buộc)", "the legal basis (required)"}},
    {"dry-run", NULL, {"xem sẽ xóa gì, không ghi gì", "see what would be erased, write nothing"}},
    {0},
};
static const char *const examples[] = {
    "erase farm_households HN200001 --fields phone --reason \"yêu cầu của chủ thể\" --basis \"Luật 91/2025/QH15\"",
    NULL};

const struct command command_erase = {
    .name = "erase",
    .words = "REGISTER ID",
    .min_words = 2,
    .max_words = 2,
    .title = {"xóa dữ liệu cá nhân khỏi mọi phiên bản", "erases personal data from all versions"},
    .more = {"Giá trị và muối của nó bị xóa khỏi mọi phiên bản, cả của bản ghi đã gộp vào; nhật ký giữ cam kết nên vẫn "
             "kiểm tra được\n"
             "(docs/log.md). Lần xóa là một bản ghi của sổ erasures. Bản sao lưu cũ vẫn còn giá trị: hủy chúng theo "
             "hạn lưu.",
             "The value and its salt leave every version, of records merged into this one too; the log keeps the "
             "commitment and still verifies\n"
             "(docs/log.md). The erasure is a record of register erasures. Old backups still hold the value: discard "
             "them in time."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = erase_run,
};
