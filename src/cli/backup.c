/* tinhso backup and tinhso restore: a province as one sealed file, and back. */
#include "access/backup.h"

#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/secret.h"
#include "cli/show.h"

#include "base/banned.h"

static void answer(struct cli *c, const struct backup_facts *x, const char *what, const char *path)
{
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_member(&o, what, str_of(path));
        json_member(&o, "time", x->time);
        json_member(&o, "log", x->log);
        json_key(&o, STR("revision")), json_int(&o, x->revision);
        json_member(&o, "root", x->root);
        json_key(&o, STR("access")), json_bool(&o, x->has_access);
        json_key(&o, STR("bytes")), json_int(&o, x->bytes);
        json_key(&o, STR("lost")), json_int(&o, x->lost);
        json_key(&o, STR("kept_disabled")), json_int(&o, x->kept.disabled);
        json_key(&o, STR("kept_reset")), json_int(&o, x->kept.reset);
        json_key(&o, STR("kept_roles_removed")), json_int(&o, x->kept.roles);
        json_key(&o, STR("kept_delegations_ended")), json_int(&o, x->kept.delegations);
        json_object_end(&o);
        answer_end(c, &o);
        return;
    }
    show_fact(c, T(c, "Nhật ký", "Log"), x->log);
    show_fact(c, T(c, "Đến phiên bản", "Up to revision"), count_shown(c, x->revision));
    show_fact(c, T(c, "Gốc", "Root"), x->root);
    show_fact(c, T(c, "Lúc sao lưu", "Backed up at"), x->time);
    show_fact(
        c, T(c, "Tài khoản", "Accounts"),
        str_of(x->has_access ? T(c, "có", "included") : T(c, "chưa có tệp tài khoản", "there is no access file")));
}

static enum err backup_run(struct cli *c)
{
    const char *path = NULL, *file = c->args.words.p[0];
    struct backup_facts facts = {0};
    struct seal_secret secret = {0};
    enum err e = cli_database(c, &path);
    if (e == OK)
        e = secret_read(c, true, &secret, &c->fault);
    if (e == OK)
        e = backup_make(c->arena, path, file, &secret, NULL, &facts, &c->fault);
    secret_done(&secret);
    if (e != OK)
        return e;
    if (!c->is_json)
        buf_printf(
            &c->out,
            T(c, "Đã sao lưu vào %s và đọc lại đúng từng tệp.\n", "Backed up into %s, and read back file by file.\n"),
            file);
    answer(c, &facts, "backup", file);
    return OK;
}

/* What the backup gave back, and the accounts in force took away since. */
static void tell_kept(struct cli *c, const struct revocations *r)
{
    if (r->disabled || r->reset || r->roles || r->delegations)
        cli_note(c,
                 T(c,
                   "Giữ nguyên việc thu hồi sau bản sao lưu: %lld tài khoản bị khóa, %lld tài khoản chờ đặt lại mật "
                   "khẩu, %lld vai trò đã gỡ, %lld ủy quyền đã chấm dứt.\n",
                   "Kept from after the backup: %lld accounts disabled, %lld reset, %lld roles removed, %lld "
                   "delegations ended.\n"),
                 (long long)r->disabled, (long long)r->reset, (long long)r->roles, (long long)r->delegations);
    if (r->is_unknown)
        cli_note(c, "%s",
                 T(c,
                   "Không đọc được tệp tài khoản bị thay thế: việc khóa tài khoản và gỡ vai trò sau bản sao lưu không "
                   "còn; kiểm tra lại bằng tinhso user list.\n",
                   "The access file that was replaced could not be read: what was disabled or taken away since the "
                   "backup is back; look at it with tinhso user list.\n"));
}

static enum err restore_run(struct cli *c)
{
    const char *file = c->args.words.p[0];
    struct backup_facts facts = {0};
    struct seal_secret secret = {0};
    struct restore_options o = {.checkpoint = args_value(&c->args, "checkpoint"),
                                .is_replace = args_has(&c->args, "replace"),
                                .accept_loss = args_has(&c->args, "accept-loss")};
    enum err e = cli_database(c, &o.db_path);
    if (e == OK)
        e = secret_read(c, false, &secret, &c->fault);
    if (e == OK)
        e = backup_restore(c->arena, file, &secret, &o, &facts, &c->fault);
    secret_done(&secret);
    if (e != OK)
        return e;
    if (!c->is_json)
        buf_printf(&c->out,
                   T(c, "Đã khôi phục %s từ %s; nhật ký đã được tính lại trọn vẹn.\n",
                     "Restored %s from %s; the whole log was recomputed.\n"),
                   o.db_path, file);
    answer(c, &facts, "restored", o.db_path);
    if (facts.lost)
        cli_note(c, T(c, "%lld phiên bản sau bản sao lưu đã mất.\n", "%lld revisions after the backup are lost.\n"),
                 (long long)facts.lost);
    if (facts.has_access)
        cli_note(c, "%s",
                 T(c, "Mọi phiên đăng nhập và liên kết một lần đã hết hiệu lực.\n",
                   "All sessions and one-time links have ended.\n"));
    tell_kept(c, &facts.kept);
    return OK;
}

#define SECRET_OPTIONS                                                                                                 \
    {"passphrase-file",                                                                                                \
     "FILE",                                                                                                           \
     {"tệp (0600) có mật khẩu ở dòng đầu; không ghi: gõ ở cửa sổ lệnh",                                                \
      "a file (0600) with the passphrase in its first line; without: typed at the terminal"}},                         \
    {                                                                                                                  \
        "key-file", "FILE",                                                                                            \
        {                                                                                                              \
            "tệp khóa (0600), ít nhất 32 byte ngẫu nhiên, thay cho mật khẩu",                                          \
                "a key file (0600) of at least 32 random bytes, instead of a passphrase"                               \
        }                                                                                                              \
    }

static const struct option backup_options[] = {SECRET_OPTIONS, {0}};
static const char *const backup_examples[] = {"backup /mnt/sao-luu/tinh.backup --key-file /etc/tinhso/backup.key",
                                              NULL};

const struct command command_backup = {
    .name = "backup",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .title = {"sao lưu cả tỉnh vào một tệp mã hóa", "backs the province up into one encrypted file"},
    .more = {"Làm được khi cổng đang chạy. Trong tệp có cơ sở dữ liệu, tài khoản, khóa ký và mốc của nhật ký; đọc lại "
             "xong mới đặt tên.\n"
             "Dữ liệu đã xóa sau đó vẫn còn trong bản sao lưu cũ: hủy chúng theo hạn (docs/operations.md).",
             "While the server runs. The file holds the database, accounts, the signing key and the checkpoint; it "
             "gets its name once read back.\n"
             "What is erased later is still in older backups: discard them in time (docs/operations.md)."},
    .examples = backup_examples,
    .options = backup_options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = backup_run,
};

static const struct option restore_options[] = {
    SECRET_OPTIONS,
    {"checkpoint",
     "FILE",
     {"mốc đã ký cất ở nơi khác; nhật ký phải nối tiếp nó",
      "a signed checkpoint kept elsewhere; the log must extend it"}},
    {"replace", NULL, {"thay cơ sở dữ liệu đang có", "replaces the database that is there"}},
    {"accept-loss",
     NULL,
     {"chấp nhận mất những phiên bản sau bản sao lưu", "accepts that revisions after the backup are lost"}},
    {0},
};
static const char *const restore_examples[] = {
    "restore tinh.backup --db var/tinh.db --key-file /etc/tinhso/backup.key --checkpoint moc.checkpoint", NULL};

const struct command command_restore = {
    .name = "restore",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .title = {"khôi phục tỉnh từ tệp sao lưu", "restores a province from a backup"},
    .more = {"Dừng cổng trước. Mọi thứ được giải nén và kiểm tra xong, cả nhật ký, rồi mới động tới cơ sở dữ liệu.",
             "Stop the server first. Everything is unpacked and checked, the whole log too, before the database is "
             "touched."},
    .examples = restore_examples,
    .options = restore_options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = restore_run,
};
