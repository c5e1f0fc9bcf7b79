/* OGC CQL2 (21-065r2), every conformance class: filters read, checked against a schema, compiled to SQL, printed back.
 *
 *     struct cql2 *q;
 *     if (cql2_parse_text(a, STR("status = 'active' AND area >= 1.5"), &q, f) != OK || cql2_check(a, q, &schema, f) != OK)
 *         return f->code;                                   // line, column, what was found, what was expected
 *     struct buf sql = BUF_INIT(LIMIT_CQL2_SQL_BYTES);
 *     struct cql2_params params = {.arena = a};
 *     if (cql2_compile(q, &schema, &sql, &params, f) != OK) return f->code;
 *     // sql: ("status" = ?) AND ("area" >= ?)    params: 'active', 1.5, in the order of the question marks
 *
 * Meaning
 * - Three-valued logic as the standard has it: a predicate over NULL is NULL, NOT NULL is NULL; a filter selects TRUE.
 * - Strings compare by bytes, LIKE is case-sensitive (`%` any run, `_` one character, `\` before either takes it as it
 *   is); CASEI and ACCENTI fold as text_casei and text_accenti do, đ included.
 * - `/` divides exactly, `div` cuts towards zero, `%` has the sign of the first operand, `^` does not chain (BNF).
 *   Division by zero gives NULL.
 * - Instants have a resolution of one millisecond. When one side is dates and the other timestamps, both are compared as
 *   dates, a timestamp being the date it falls on under the schema's utc_offset_minutes.
 * - Intervals are closed. INTERVAL(a, b) of properties is NULL as soon as one of them is; a property of type interval is
 *   open at an end that is NULL, and NULL when both are.
 * - Arrays are sets. An element that is NULL is a value like others, equal to itself.
 * - Geometry is planar. BBOX(w, s, e, n) with w > e crosses the antimeridian: [w, 180] and [-180, e]. Heights are read,
 *   kept and printed, and play no part in predicates.
 * - Beyond the standard: BETWEEN also takes instants; LIKE takes any string as pattern; INTERVAL takes DATE('…').
 *
 * SQL is for SQLite; it calls functions that db_functions_add (db/functions.h) registers: casei, accenti, cql2_like,
 * s_intersects and its family. Every literal is bound; names come only from the schema's `sql`.
 *
 * Ownership: the tree and the parameters lie in the arena; the text of the filter must live as long as the tree.
 * Limits: LIMIT_CQL2_BYTES, LIMIT_CQL2_JSON_BYTES, LIMIT_CQL2_NODES, LIMIT_CQL2_DEPTH (nested expressions; parentheses up to
 * four times that).
 * Errors: ERR_CQL2_SYNTAX, ERR_CQL2_END, ERR_CQL2_PROPERTY, ERR_CQL2_FUNCTION, ERR_CQL2_TYPE, ERR_CQL2_ARGUMENTS,
 * ERR_CQL2_LIMIT; of JSON also those of text/json.h and ERR_GEOMETRY_JSON. All but a limit of the SQL, which cql2_compile
 * finds, carry line and column within the filter (columns in characters), no file.
 */
#ifndef TINHSO_CQL2_CQL2_H
#define TINHSO_CQL2_CQL2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "geo/shape.h"
#include "text/json.h"

enum cql2_type {
    CQL2_UNKNOWN, /* before the check; the element type of () */
    CQL2_STRING,
    CQL2_INTEGER,
    CQL2_NUMBER,
    CQL2_BOOLEAN,   /* 0 or 1 */
    CQL2_DATE,      /* TEXT yyyy-mm-dd */
    CQL2_TIMESTAMP, /* TEXT yyyy-mm-ddThh:mm:ssZ; .mmm before Z when not 0 */
    CQL2_INTERVAL,  /* two columns, dates or timestamps; NULL at an end: open */
    CQL2_GEOMETRY,  /* BLOB: WKB or GeoPackage */
    CQL2_ARRAY,     /* TEXT: a JSON array */
};

enum cql2_param_kind { CQL2_PARAM_NULL, CQL2_PARAM_INTEGER, CQL2_PARAM_NUMBER, CQL2_PARAM_TEXT, CQL2_PARAM_BLOB };

/* One value to bind. */
struct cql2_param {
    enum cql2_param_kind kind;
    int64_t integer;
    double number;
    struct str bytes; /* text or blob */
};

/* Values in the order of the question marks; set arena, leave the rest 0. */
struct cql2_params {
    struct arena *arena;
    struct cql2_param *p;
    size_t n, cap;
};

struct cql2_property {
    struct str name;
    enum cql2_type type;
    enum cql2_type of;        /* array: STRING, INTEGER or NUMBER; interval: DATE or TIMESTAMP */
    struct str sql;           /* an SQL expression, quoted already: "unit", r."area" */
    struct str sql_end;       /* interval: the column of its end */
    struct str geometry_kind; /* for the host; may be empty */
    /* A named constant, as `period_from`: the value is bound where the name stands; sql is not used. */
    bool is_constant;
    struct cql2_param value, value_end;
};

enum { CQL2_FUNCTION_ARGS = 8 };

/* A function that filters may call. The template's $1 … $8 stand for the arguments, each in parentheses of its own or a
 * plain operand; an argument may stand more than once. */
struct cql2_function {
    struct str name; /* ASCII letters, digits, _; found whatever the case */
    enum cql2_type result;
    size_t n_args_min, n_args;
    enum cql2_type args[CQL2_FUNCTION_ARGS]; /* INTEGER is taken where NUMBER stands, TIMESTAMP where DATE stands */
    const char *sql[CQL2_FUNCTION_ARGS + 1]; /* by the number of arguments; NULL where not allowed */
};

struct cql2_schema {
    const struct cql2_property *properties;
    size_t n;
    /* Asked for names that `properties` lacks (`owner.sex`); may be NULL. */
    const struct cql2_property *(*lookup)(const void *context, struct str name);
    const void *context;
    const struct cql2_function *functions; /* besides the built-in ones (cql2_functions) */
    size_t n_functions;
    int utc_offset_minutes; /* what a date means for a timestamp: 420 for Indochina time */
};

struct cql2;

enum err cql2_parse_text(struct arena *a, struct str text, struct cql2 **ret, struct fault *f);
enum err cql2_parse_json(struct arena *a, struct str text, struct cql2 **ret, struct fault *f);
/* The tree of a JSON value that was read already (a member of a request body). */
enum err cql2_read_json(struct arena *a, const struct json *value, struct cql2 **ret, struct fault *f);

/* Resolves names, gives every node its type, refuses what does not fit. The whole must be boolean. */
enum err cql2_check(struct arena *a, struct cql2 *q, const struct cql2_schema *schema, struct fault *f);

/* The same for an expression of any type (a computed field); its type is returned. */
enum err cql2_check_value(struct arena *a, struct cql2 *q, const struct cql2_schema *schema, enum cql2_type *ret_type,
                          struct fault *f);

/* Appends an SQL expression. The tree must have been checked against this schema. */
enum err cql2_compile(const struct cql2 *q, const struct cql2_schema *schema, struct buf *sql,
                      struct cql2_params *params, struct fault *f);

/* Canonical forms: what they print parses to the same tree. */
void cql2_print_text(const struct cql2 *q, struct buf *out);
/* A text between ', a name between ": whatever it holds, it is read as that text or name and nothing else. */
void cql2_quote(struct buf *out, struct str s, char mark);
void cql2_print_json(const struct cql2 *q, struct buf *out);

/* Calls use() once for every property the filter names, in order of appearance, repeats included. */
void cql2_properties(const struct cql2 *q, void (*use)(void *context, struct str name), void *context);

/* Hands every geometry literal to move(), which may change its coordinates: for filters written in another coordinate system. A BBOX becomes
 * the polygon around it first. Stops at the first error. */
enum err cql2_shapes(struct arena *a, struct cql2 *q, enum err (*move)(void *context, struct shape *s, struct fault *f),
                     void *context, struct fault *f);

/* The functions every schema has: lower, upper, length, trim, concat, abs, round, floor, ceil, year, quarter, month, day,
 * age, days. */
const struct cql2_function *cql2_functions(size_t *ret_n);

/* "string", "integer", …; in Vietnamese "chuỗi", "số nguyên", …. */
const char *cql2_type_name(enum cql2_type type, enum lang lang);

#endif
