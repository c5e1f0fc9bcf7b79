/* What went wrong, where, with which values: one kind of error for the whole program.
 *
 * A fallible function returns `enum err` (OK is 0), takes `struct fault *` last, and writes its outputs (ret_x) only on
 * success. Libraries never print, never exit, and never choose a language: a fault carries a code and named values; the
 * sentence comes from the table in base/errors.def, in Vietnamese or English, when cli or web shows it.
 *
 *     enum err date_parse(struct str text, struct date *ret_date, struct fault *f)
 *     {
 *         ...
 *         return FAULT(f, ERR_DATE_INVALID, {"value", text});
 *     }
 *
 *     if (date_parse(STR("31/02/2022"), &d, &f) != OK)
 *         fault_print(&f, LANG_VI, &out);      // “31/02/2022” không phải là một ngày …
 *
 * Several errors that belong together (a whole declaration, a whole file of records) are gathered in `struct faults`.
 * Limits: a fault keeps at most FAULT_PARAMS values, FAULT_TEXT bytes of them together; longer ones are cut with “…”.
 * Passing NULL for the fault is allowed where the code alone is enough.
 */
#ifndef TINHSO_BASE_FAULT_H
#define TINHSO_BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

enum lang { LANG_VI, LANG_EN };

enum err {
    OK = 0,
#define ERROR(code, http, type, vi, en) code,
#include "base/errors.def"
#undef ERROR
    ERR_COUNT
};

enum { FAULT_PARAMS = 8, FAULT_TEXT = 1024 };

struct fault_param {
    const char *name; /* a literal that names a {placeholder} of the sentence */
    struct str value;
};

struct fault {
    enum err code;
    int line, column; /* 1-based; 0 when there is none */
    unsigned short file_at, file_n;
    unsigned short field_at, field_n; /* the field of a record or form; part of the place */
    unsigned short n_params;
    struct {
        const char *name;
        unsigned short at, n;
    } params[FAULT_PARAMS];
    unsigned short n_text;
    char text[FAULT_TEXT];
};

/* None, at less than the cost of clearing all its text. */
static inline void fault_clear(struct fault *f)
{
    memset(f, 0, offsetof(struct fault, text));
}

/* Fills the fault (when not NULL) and returns code. A line and column that were set before stay. Values must not be views
 * into this fault. */
void fault_fill(struct fault *f, enum err code, const struct fault_param *params, size_t n);
static inline enum err fault_set(struct fault *f, enum err code, const struct fault_param *params, size_t n)
{
    fault_fill(f, code, params, n);
    return code; /* inline, so that whoever reads `return FAULT(…)`, compilers too, sees that it is not OK */
}

/* FAULT(f, ERR_X) or FAULT(f, ERR_X, {"value", str}, {"field", str_of(name)}) */
#define FAULT(f, code, ...)                                                                                            \
    fault_set((f), (code), (const struct fault_param[]){{NULL, {NULL, 0}}, ##__VA_ARGS__},                             \
              sizeof((const struct fault_param[]){{NULL, {NULL, 0}}, ##__VA_ARGS__}) / sizeof(struct fault_param))

/* The code of a fault that has just been filled: `if (parse(x, f) != OK) return fault_code(f);` where f is never NULL. */
static inline enum err fault_code(const struct fault *f)
{
    must(f->code != OK);
    return f->code;
}

/* Adds the place; what an inner function already set stays. */
void fault_place(struct fault *f, struct str file, int line, int column);

/* Names the field that a value stood in: `file:12: area_m2: sentence`. What an inner function already set stays. */
void fault_field(struct fault *f, struct str field);

/* The value of a placeholder, or an empty str. */
struct str fault_param(const struct fault *f, const char *name);
struct str fault_file(const struct fault *f);
struct str fault_field_name(const struct fault *f);

/* `file:line:column: field: sentence` in the language, without a newline. */
void fault_print(const struct fault *f, enum lang lang, struct buf *out);

/* Facts of a code: HTTP status (RFC 9110), problem type (RFC 9457), sentence with {placeholders}. */
int err_http(enum err code);
const char *err_type(enum err code);
const char *err_sentence(enum err code, enum lang lang);

/* A list of faults; at most `max` are kept (0 means 100), all are counted. */
struct faults {
    struct fault *p;
    size_t n, cap, max;
    size_t total;
};

void faults_done(struct faults *list); /* also for CLEANUP */
void faults_add(struct faults *list, const struct fault *f);
/* Each on a line of its own, then how many more there were. */
void faults_print(const struct faults *list, enum lang lang, struct buf *out);

#endif
