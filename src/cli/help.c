#include "cli/cli.h"

#include <string.h>

#include "base/banned.h"

static void print_option(const struct cli *c, const struct option *o, struct buf *out)
{
    enum { COLUMN = 26 };
    size_t start = out->n;
    buf_printf(out, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    size_t used = out->n - start;
    if (used + 2 > COLUMN)
        buf_printf(out, "\n%*s", COLUMN, "");
    else
        buf_printf(out, "%*s", (int)(COLUMN - used), "");
    buf_printf(out, "%s\n", words_in(&o->help, c->lang));
}

static void print_options(const struct cli *c, const struct command *command, struct buf *out)
{
    const struct option *tables[5];
    size_t n = command_options(command, tables);
    buf_printf(out, "\n%s\n", T(c, "Tùy chọn:", "Options:"));
    for (size_t i = 0; i < n; i++)
        for (const struct option *o = tables[i]; o->name; o++)
            print_option(c, o, out);
}

void help_command(const struct cli *c, const struct command *command, struct buf *out)
{
    buf_printf(out, "%s tinhso %s%s%s%s\n\n%s\n", T(c, "Cách dùng:", "Usage:"), command->name,
               command->words[0] ? " " : "", command->words, T(c, " [TÙY CHỌN]", " [OPTIONS]"),
               words_in(&command->title, c->lang));
    if (command->more.vi)
        buf_printf(out, "%s\n", words_in(&command->more, c->lang));
    print_options(c, command, out);
    if (command->examples) {
        buf_printf(out, "\n%s\n", T(c, "Ví dụ:", "Examples:"));
        for (const char *const *e = command->examples; *e; e++)
            buf_printf(out, "  tinhso %s\n", *e);
    }
}

void help_overview(const struct cli *c, struct buf *out)
{
    buf_printf(
        out, "tinhso %s — %s\n\n%s\n\n%s\n", TINHSO_VERSION,
        T(c, "các sổ đăng ký, số liệu và báo cáo của một tỉnh", "the registers, figures and reports of a province"),
        T(c, "Cách dùng: tinhso LỆNH [TÙY CHỌN]", "Usage: tinhso COMMAND [OPTIONS]"), T(c, "Các lệnh:", "Commands:"));
    for (size_t i = 0; i < c->n_commands; i++)
        buf_printf(out, "  %-9s %s\n", c->commands[i]->name, words_in(&c->commands[i]->title, c->lang));
    buf_printf(
        out, "\n%s\n",
        T(c, "Mã thoát: 0 xong, 1 bị từ chối kèm lý do, 2 dùng lệnh chưa đúng.\nCách dùng từng lệnh: tinhso help LỆNH",
          "Exit codes: 0 done, 1 refused with a reason, 2 wrong usage.\nHow to use a command: tinhso help COMMAND"));
}

static enum err help_run(struct cli *c)
{
    struct str name = cli_word(c, 0);
    if (name.n == 0) {
        help_overview(c, &c->out);
        return OK;
    }
    const struct command *command = command_find(c, name);
    if (!command)
        return command_unknown(c, name, &c->fault);
    help_command(c, command, &c->out);
    return OK;
}

const struct command command_help = {
    .name = "help",
    .words = "[COMMAND]",
    .max_words = 1,
    .title = {"cách dùng các lệnh", "how to use the commands"},
    .run = help_run,
};
