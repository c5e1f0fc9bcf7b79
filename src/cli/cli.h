/* Commands: each is one file that exports one struct command; main.c is the table of them.
 *
 * A command writes its answer to c->out and returns OK, or returns the code of what stopped it, with the fault in c->fault, or several
 * in c->faults. main.c prints them once, in the reader's language, and chooses the exit code: 0 done, 1 refused with a reason,
 * 2 wrong usage (faults of problem type “usage”). What a command answers goes to standard output; progress, warnings and
 * errors go to standard error.
 *
 *     static enum err count_run(struct cli *c)
 *     {
 *         struct store *s;
 *         enum err e = cli_open(c, &s);                     // --db and --at are read here; main.c closes it
 *         if (e != OK)
 *             return e;
 *         buf_printf(&c->out, T(c, "%lld bản ghi\n", "%lld records\n"), …);
 *         return OK;
 *     }
 *     const struct command command_count = {.name = "count", .run = count_run, …};
 *
 * Ownership: everything of a command lives in c->arena until the program ends.
 */
#ifndef TINHSO_CLI_CLI_H
#define TINHSO_CLI_CLI_H

#include "cli/options.h"
#include "register/moment.h"

struct cli;

/* Options that several commands share. --lang and --help belong to all. */
enum { SHARED_DB = 1, SHARED_AT = 2, SHARED_JSON = 4 };

struct command {
    const char *name;
    const char *words; /* positional words as help shows them: "REGISTER", "[ID]" */
    size_t min_words, max_words;
    struct words title;           /* one line */
    struct words more;            /* some lines, for `help COMMAND`; may be NULL */
    const char *const *examples;  /* without the program's name; NULL ends them; may be NULL */
    const struct option *options; /* may be NULL */
    unsigned shared;
    enum err (*run)(struct cli *c);
};

struct cli {
    const struct command *const *commands;
    size_t n_commands;
    const struct command *command;
    const char *program; /* as it was called: commands to try next can be copied as they stand */
    struct args args;
    enum lang lang;
    bool is_json;
    struct arena *arena;
    struct buf out;
    struct fault fault;
    struct faults faults;
    struct store *store; /* opened by cli_open, closed by main.c */
    struct moment at;    /* that cli_open reads at */
};

/* The text in the reader's language. */
#define T(c, vi, en) ((c)->lang == LANG_EN ? (en) : (vi))

static inline const char *words_in(const struct words *w, enum lang lang)
{
    return lang == LANG_EN ? w->en : w->vi;
}

static inline struct str cli_word(const struct cli *c, size_t i)
{
    return i < c->args.words.n ? str_of(c->args.words.p[i]) : (struct str){NULL, 0};
}

/* The value of an option as str; empty when it was not given. */
struct str cli_option(const struct cli *c, const char *name);

/* Writes c->out to standard output and empties it; a full disk or a closed pipe is ERR_SYSTEM, and what grew beyond its limit is not
 * written at all: ERR_LIMIT. */
enum err cli_flush(struct cli *c);

/* Progress, warnings and notes: to standard error, at once. */
void cli_note(struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cli_warn(struct cli *c, const struct faults *warnings);

/* Columns of the terminal, at most `max`; `max` when standard output is none. */
int cli_width(int max);

/* 1.234.567 in Vietnamese, 1,234,567 in English. */
void print_count(const struct cli *c, struct buf *out, long long n);

extern const struct command command_calendar, command_act, command_dossier, command_access, command_check, command_load,
    command_query, command_figure, command_index, command_report, command_put, command_remove, command_log,
    command_import, command_export, command_duplicates, command_merge, command_sample, command_new, command_serve,
    command_user, command_audit, command_version, command_help, command_procedures, command_requests, command_deadline,
    command_erase, command_retention, command_impact_assessment, command_backup, command_restore, command_paper,
    command_portal, command_node, command_boards;

/* What `tinhso` alone and `tinhso help` show; and for one command. */
void help_overview(const struct cli *c, struct buf *out);
void help_command(const struct cli *c, const struct command *command, struct buf *out);
const struct command *command_find(const struct cli *c, struct str name);
/* ERR_COMMAND_UNKNOWN or ERR_COMMAND_NEAR. */
enum err command_unknown(const struct cli *c, struct str name, struct fault *f);
/* The tables of options that a command accepts; returns how many (at most 5). */
size_t command_options(const struct command *command, const struct option *tables[5]);

#endif
