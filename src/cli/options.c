#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

enum { WORD_DISTANCE_MAX = 3 };

const char *nearest_word(const char *wrong, const char *const *names, size_t n)
{
    struct str w = str_of(wrong);
    const char *best = NULL;
    unsigned best_distance = WORD_DISTANCE_MAX + 1;
    for (size_t i = 0; i < n; i++) {
        unsigned d = str_distance(w, str_of(names[i]), WORD_DISTANCE_MAX);
        /* What someone typed so far counts as near, however short. */
        if (w.n >= 2 && str_starts(str_of(names[i]), w) && d > 1)
            d = 1;
        if (d < best_distance && d < strlen(names[i])) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

static const struct option *option_find(const struct option *const *tables, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        for (const struct option *o = tables[i]; o && o->name; o++)
            if (str_is(name, o->name))
                return o;
    return NULL;
}

static enum err option_unknown(struct arena *a, const struct option *const *tables, size_t n, const char *word,
                               struct str name, struct fault *f)
{
    VEC(const char *) names = {0};
    for (size_t i = 0; i < n; i++)
        for (const struct option *o = tables[i]; o && o->name; o++)
            VEC_PUSH(a, &names, o->name);
    const char *near = nearest_word(arena_dup(a, name.p, name.n), names.p, names.n);
    if (near)
        return FAULT(f, ERR_OPTION_NEAR, {"option", str_of(word)}, {"near", str_of(near)});
    return FAULT(f, ERR_OPTION_UNKNOWN, {"option", str_of(word)});
}

/* One option at argv[*at]; steps over its value. */
static enum err option_take(struct arena *a, const struct option *const *tables, size_t n, int argc, char **argv,
                            int *at, struct args *args, struct fault *f)
{
    const char *word = argv[*at];
    if (strcmp(word, "-h") == 0)
        word = "--help";
    struct str rest;
    struct str name = word[1] == '-' ? str_cut(str_of(word + 2), '=', &rest) : str_cut(str_of(word + 1), '=', &rest);
    const struct option *o = word[1] == '-' ? option_find(tables, n, name) : NULL;
    if (!o)
        return option_unknown(a, tables, n, argv[*at], name, f);
    if (!o->may_repeat && args_has(args, o->name))
        return FAULT(f, ERR_OPTION_TWICE, {"option", str_of(o->name)});
    struct arg arg = {.option = o};
    if (!o->value) {
        if (rest.p)
            return FAULT(f, ERR_OPTION_FLAG, {"option", str_of(o->name)});
    } else if (rest.p) {
        arg.value = rest.p;
    } else if (*at + 1 < argc) {
        arg.value = argv[++*at];
    } else {
        return FAULT(f, ERR_OPTION_VALUE, {"option", str_of(o->name)}, {"value", str_of(o->value)});
    }
    VEC_PUSH(a, &args->options, arg);
    return OK;
}

enum err args_parse(struct arena *a, const struct option *const *tables, size_t n, int argc, char **argv,
                    struct args *ret_args, struct fault *f)
{
    struct args args = {0};
    bool is_over = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (!is_over && strcmp(word, "--") == 0) {
            is_over = true;
        } else if (!is_over && word[0] == '-' && word[1] != '\0') {
            enum err e = option_take(a, tables, n, argc, argv, &i, &args, f);
            if (e != OK)
                return e;
        } else {
            VEC_PUSH(a, &args.words, word);
        }
    }
    *ret_args = args;
    return OK;
}

bool args_has(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->options.n; i++)
        if (strcmp(args->options.p[i].option->name, name) == 0)
            return true;
    return false;
}

const char *args_value(const struct args *args, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < args->options.n; i++)
        if (strcmp(args->options.p[i].option->name, name) == 0)
            value = args->options.p[i].value;
    return value;
}

enum err args_check_needs(const struct args *args, struct fault *f)
{
    for (size_t i = 0; i < args->options.n; i++) {
        const struct option *o = args->options.p[i].option;
        if (!o->needs)
            continue;
        bool is_word = o->needs[0] >= 'A' && o->needs[0] <= 'Z';
        if (is_word ? args->words.n > 0 : args_has(args, o->needs))
            continue;
        char needs[40];
        snprintf(needs, sizeof needs, "%s%s", is_word ? "" : "--", o->needs);
        return FAULT(f, ERR_OPTION_NEEDS, {"option", str_of(o->name)}, {"needs", str_of(needs)});
    }
    return OK;
}

enum err args_integer(const struct args *args, const char *name, long long min, long long max, long long fallback,
                      long long *ret_value, struct fault *f)
{
    const char *text = args_value(args, name);
    if (!text) {
        *ret_value = fallback;
        return OK;
    }
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool is_plain = (text[0] >= '0' && text[0] <= '9') || (text[0] == '-' && text[1] >= '0' && text[1] <= '9');
    if (!is_plain || *end != '\0' || errno || value < min || value > max) {
        char low[24], high[24];
        snprintf(low, sizeof low, "%lld", min);
        snprintf(high, sizeof high, "%lld", max);
        return FAULT(f, ERR_OPTION_NUMBER, {"option", str_of(name)}, {"value", str_of(text)}, {"min", str_of(low)},
                     {"max", str_of(high)});
    }
    *ret_value = value;
    return OK;
}
