#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"

#include "base/banned.h"

static const struct option options_all[] = {
    {"lang", "vi|en", {"ngôn ngữ của lời nhắn (mặc định: tiếng Việt)", "language of messages (default: Vietnamese)"}},
    {"help", NULL, {"cách dùng lệnh này", "how to use this command"}},
    {0},
};
static const struct option options_db[] = {
    {"db",
     "FILE",
     {"cơ sở dữ liệu (mặc định: TINHSO_DB, rồi tệp duy nhất var/*.db)",
      "the database (default: TINHSO_DB, then the only file var/*.db)"}},
    {0},
};
static const struct option options_at[] = {
    {"at",
     "REVISION|DATE",
     {"đọc như đã biết ở phiên bản hay cuối ngày ấy", "read as known at that revision, or at the end of that day"}},
    {0},
};
static const struct option options_json[] = {
    {"json", NULL, {"trả lời bằng JSON", "answer in JSON"}},
    {0},
};

size_t command_options(const struct command *command, const struct option *tables[5])
{
    size_t n = 0;
    if (command && command->options)
        tables[n++] = command->options;
    if (!command || command->shared & SHARED_AT)
        tables[n++] = options_at;
    if (!command || command->shared & SHARED_DB)
        tables[n++] = options_db;
    if (!command || command->shared & SHARED_JSON)
        tables[n++] = options_json;
    tables[n++] = options_all;
    return n;
}

const struct command *command_find(const struct cli *c, struct str name)
{
    for (size_t i = 0; i < c->n_commands; i++)
        if (str_is(name, c->commands[i]->name))
            return c->commands[i];
    return NULL;
}

enum err command_unknown(const struct cli *c, struct str name, struct fault *f)
{
    VEC(const char *) names = {0};
    for (size_t i = 0; i < c->n_commands; i++)
        VEC_PUSH(c->arena, &names, c->commands[i]->name);
    const char *near = nearest_word(arena_dup(c->arena, name.p, name.n), names.p, names.n);
    if (near)
        return FAULT(f, ERR_COMMAND_NEAR, {"command", name}, {"near", str_of(near)});
    return FAULT(f, ERR_COMMAND_UNKNOWN, {"command", name});
}

struct str cli_option(const struct cli *c, const char *name)
{
    return str_of(args_value(&c->args, name));
}

enum err cli_flush(struct cli *c)
{
    /* What did not fit is cut somewhere: no half of an answer. */
    enum err e = c->out.is_full ? FAULT(&c->fault, ERR_LIMIT, {"what", STR("stdout")}, {"limit", STR("64 MiB")})
                                : file_write_all(STDOUT_FILENO, buf_view(&c->out), "stdout", &c->fault);
    buf_reset(&c->out);
    return e;
}

void cli_note(struct cli *c, const char *fmt, ...)
{
    (void)c;
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
}

void cli_warn(struct cli *c, const struct faults *warnings)
{
    if (warnings->total == 0)
        return;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    faults_print(warnings, c->lang, &b);
    cli_note(c, "%s\n%s", T(c, "Cảnh báo:", "Warnings:"), buf_cstr(&b));
}

int cli_width(int max)
{
    struct winsize w;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col < 20)
        return max;
    return w.ws_col < max ? w.ws_col : max;
}

void print_count(const struct cli *c, struct buf *out, long long n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n);
    if (n < 0)
        buf_putc(out, '-');
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_putc(out, c->lang == LANG_EN ? ',' : '.');
        buf_putc(out, digits[i]);
    }
}
