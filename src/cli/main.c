/* tinhso: the table of commands, the reading of a command line, and the one place where faults are printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "register/store.h"
#include "text/date.h"

#include "base/banned.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static const struct command *const commands[] = {
    &command_check,     &command_load,
    &command_query,     &command_figure,
    &command_index,     &command_report,
    &command_paper,     &command_boards,
    &command_put,       &command_act,
    &command_dossier,   &command_calendar,
    &command_remove,    &command_import,
    &command_export,    &command_duplicates,
    &command_merge,     &command_procedures,
    &command_requests,  &command_deadline,
    &command_retention, &command_impact_assessment,
    &command_erase,     &command_backup,
    &command_restore,   &command_log,
    &command_new,       &command_sample,
    &command_access,    &command_serve,
    &command_portal,    &command_node,
    &command_user,      &command_audit,
    &command_version,   &command_help,
};

/* The locale speaks when it names a language; C and POSIX name none. */
static enum lang lang_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *v = getenv(names[i]);
        if (!v || !*v || strcmp(v, "C") == 0 || strncmp(v, "C.", 2) == 0 || strcmp(v, "POSIX") == 0)
            continue;
        return strncmp(v, "en", 2) == 0 ? LANG_EN : LANG_VI;
    }
    return LANG_VI;
}

/* Before anything can go wrong, so that every message is in the language asked for. */
static enum lang lang_of(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *v = NULL;
        if (strncmp(argv[i], "--lang=", 7) == 0)
            v = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            v = argv[i + 1];
        if (v)
            return strcmp(v, "en") == 0 ? LANG_EN : LANG_VI;
    }
    return lang_of_environment();
}

/* Options may stand before the command too: finds it, steps over the values of those options. */
static int command_at(int argc, char **argv)
{
    const struct option *tables[5];
    size_t n = command_options(NULL, tables);
    int i = 1;
    while (i < argc && argv[i][0] == '-') {
        bool has_value = false;
        for (size_t t = 0; t < n; t++)
            for (const struct option *o = tables[t]; o->name; o++)
                has_value |= o->value && strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, o->name) == 0;
        i += has_value ? 2 : 1;
    }
    return i < argc ? i : 0;
}

static bool is_given(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

static enum err run_without_command(struct cli *c, int argc, char **argv)
{
    if (is_given(argc, argv, "--version"))
        return command_version.run(c);
    help_overview(c, &c->out);
    if (is_given(argc, argv, "--help") || is_given(argc, argv, "-h"))
        return OK;
    cli_note(c, "%s", buf_cstr(&c->out));
    buf_reset(&c->out);
    return FAULT(&c->fault, ERR_USAGE, {"reason", str_of(T(c, "thiếu tên lệnh", "no command was named"))},
                 {"command", STR("")});
}

static enum err check_words(struct cli *c)
{
    const struct command *command = c->command;
    size_t n = c->args.words.n;
    if (n < command->min_words || n > command->max_words)
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", str_of(command->name)},
                     {"words", str_of(command->words)});
    struct str lang = cli_option(c, "lang");
    if (lang.p && !str_is(lang, "vi") && !str_is(lang, "en"))
        return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("lang")}, {"choices", STR("vi, en")},
                     {"value", lang});
    return args_check_needs(&c->args, &c->fault);
}

/* TINHSO_NOW fixes the clock, so that what is loaded can be repeated to the byte. */
static enum err fix_clock(struct cli *c)
{
    const char *now = getenv("TINHSO_NOW");
    int64_t ms;
    if (!now || !*now)
        return OK;
    enum err e = instant_parse(str_of(now), &ms, &c->fault);
    if (e == OK)
        clock_fix_ms(ms);
    return e;
}

static enum err run(struct cli *c, int argc, char **argv)
{
    int at = command_at(argc, argv);
    if (at == 0)
        return run_without_command(c, argc, argv);
    c->command = command_find(c, str_of(argv[at]));
    if (!c->command)
        return command_unknown(c, str_of(argv[at]), &c->fault);
    memmove(argv + at, argv + at + 1, sizeof *argv * (size_t)(argc - at - 1));
    const struct option *tables[5];
    size_t n = command_options(c->command, tables);
    enum err e = args_parse(c->arena, tables, n, argc - 2, argv + 1, &c->args, &c->fault);
    if (e != OK)
        return e;
    if (args_has(&c->args, "help")) {
        help_command(c, c->command, &c->out);
        return OK;
    }
    c->is_json = args_has(&c->args, "json");
    e = check_words(c);
    if (e == OK)
        e = fix_clock(c);
    return e != OK ? e : c->command->run(c);
}

static bool is_same_fault(const struct fault *a, const struct fault *b)
{
    return a->code == b->code && a->line == b->line && a->column == b->column &&
           str_eq(str_slice(a->text, a->n_text), str_slice(b->text, b->n_text));
}

/* The same fault met on two ways is told once. */
static void drop_repeated(struct faults *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        bool is_new = true;
        for (size_t k = 0; k < n && is_new; k++)
            is_new = !is_same_fault(&list->p[k], &list->p[i]);
        if (is_new)
            list->p[n++] = list->p[i];
    }
    list->total -= list->n - n;
    list->n = n;
}

static int report_faults(struct cli *c, enum err e)
{
    if (c->faults.total == 0)
        faults_add(&c->faults, &c->fault);
    drop_repeated(&c->faults);
    struct buf b CLEANUP(buf_done) = BUF_INIT(4 << 20);
    faults_print(&c->faults, c->lang, &b);
    cli_note(c, "%s", buf_cstr(&b));
    return strcmp(err_type(e), "usage") == 0 ? EXIT_USAGE : EXIT_REFUSED;
}

int main(int argc, char **argv)
{
    struct cli c = {
        .commands = commands,
        .n_commands = ARRAY_LEN(commands),
        .program = argc > 0 ? argv[0] : "tinhso",
        .lang = lang_of(argc, argv),
        .arena = arena_new(),
        .out = BUF_INIT(LIMIT_REPORT_BYTES),
    };
    enum err e = run(&c, argc, argv);
    /* What was found before a refusal is part of the answer. */
    enum err written = cli_flush(&c);
    e = e != OK ? e : written;
    int code = e == OK ? EXIT_DONE : report_faults(&c, e);
    store_close(c.store);
    faults_done(&c.faults);
    buf_done(&c.out);
    arena_free(c.arena);
    return code;
}
