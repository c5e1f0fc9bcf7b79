/* Options of a command line, by tables: what a command accepts is declared once, for parsing and for `tinhso help`.
 *
 *     static const struct option options[] = {
 *         {"limit", "N", {"số dòng nhiều nhất", "at most so many rows"}},
 *         {"count", NULL, {"chỉ đếm", "only count"}},
 *         {0},
 *     };
 *     if (args_parse(a, tables, 1, argc, argv, &args, f) != OK) …       // ERR_OPTION_UNKNOWN names the nearest one
 *     const char *limit = args_value(&args, "limit");                  // NULL when it was not given
 *     if (args_has(&args, "count")) …
 *
 * Accepted: `--name VALUE`, `--name=VALUE`, `--flag`, and positional words in any order; `--` ends the options. `-h` is `--help`.
 * Ownership: values are the words of argv. Errors (all of problem type “usage”): ERR_OPTION_UNKNOWN, ERR_OPTION_VALUE (none given),
 * ERR_OPTION_FLAG (a value for a flag), ERR_OPTION_TWICE.
 */
#ifndef TINHSO_CLI_OPTIONS_H
#define TINHSO_CLI_OPTIONS_H

#include "base/fault.h"
#include "base/mem.h"
#include "base/vec.h"

/* A text in both languages of the program. */
struct words {
    const char *vi, *en;
};

struct option {
    const char *name;  /* without the dashes; NULL ends a table */
    const char *value; /* how help calls its value; NULL: a flag */
    struct words help;
    bool may_repeat;
    const char *
        needs; /* what must be given with it: another option, or a word of the command as help shows it; NULL: nothing */
};

struct arg {
    const struct option *option;
    const char *value; /* NULL for a flag */
};

struct args {
    VEC(struct arg) options;
    VEC(const char *) words; /* positional */
};

/* Parses argv[0 … argc). An option stands in one of the n tables. */
enum err args_parse(struct arena *a, const struct option *const *tables, size_t n, int argc, char **argv,
                    struct args *ret_args, struct fault *f);

bool args_has(const struct args *args, const char *name);
const char *args_value(const struct args *args, const char *name); /* the last one; NULL when absent */

/* ERR_OPTION_NEEDS for the first option given without what it needs. */
enum err args_check_needs(const struct args *args, struct fault *f);

/* A whole number of an option, within min … max; `fallback` when it was not given. ERR_OPTION_NUMBER. */
enum err args_integer(const struct args *args, const char *name, long long min, long long max, long long fallback,
                      long long *ret_value, struct fault *f);

/* The name nearest to a wrong one, or NULL when none is near. */
const char *nearest_word(const char *wrong, const char *const *names, size_t n);

#endif
