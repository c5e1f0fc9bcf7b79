/* JSON: a strict reader into a tree, a streaming writer, and the canonical form.
 *
 * Reading (RFC 8259, strict): names that repeat, \u0000, invalid UTF-8, lone surrogates and numbers beyond a double are
 * refused; one value and nothing after it. Every node knows its place, and a number its text.
 *
 *     struct json *root;
 *     if (json_parse(a, body, STR(""), &root, f) != OK) return f->code;      // line and column are in f
 *     const struct json *op = json_get(root, "op");                          // NULL when absent or no object
 *     if (op && op->kind == J_STRING) use(op->string);
 *
 * Writing, straight onto a buffer:
 *
 *     struct json_out o;
 *     json_out_init(&o, &b, JSON_OUT_COMPACT);
 *     json_object_begin(&o);
 *     json_key(&o, STR("figure")), json_str(&o, STR("community-teams"));
 *     json_key(&o, STR("value")), json_int(&o, 182);
 *     json_object_end(&o);
 *     json_out_done(&o);                                                     // every object and array was closed
 *
 * The writer escapes as RFC 8785 (JCS) does: only ", \ and control characters; UTF-8 is kept. Strings must be valid UTF-8.
 * Writing a value where none can stand (a second value, a member without its key) is a defect and ends in must().
 *
 * Ownership: the tree lies in the arena, the text may go away. The writer owns nothing; test the buffer's is_full.
 * Limits: LIMIT_JSON_BYTES, LIMIT_JSON_DEPTH, LIMIT_JSON_NODES (base/limits.h); tighter ones are the caller's to check.
 * Errors: ERR_LIMIT, ERR_JSON_SYNTAX, ERR_JSON_END, ERR_JSON_DUPLICATE, ERR_JSON_NUMBER, ERR_TEXT_UTF8.
 */
#ifndef TINHSO_TEXT_JSON_H
#define TINHSO_TEXT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- reading ---- */

enum json_kind { J_NULL, J_BOOL, J_NUMBER, J_STRING, J_ARRAY, J_OBJECT };

struct json_member;

struct json {
    enum json_kind kind;
    int line, column; /* where the value starts, from 1; columns in characters */
    bool boolean;
    double number;
    struct str string;           /* J_STRING: the text; J_NUMBER: the number as written */
    struct json_member *members; /* J_OBJECT: n members in the order of the text */
    struct json *items;          /* J_ARRAY: n values */
    size_t n;
};

struct json_member {
    struct str key;
    struct json value;
};

/* Reads the one value in text. `file` is the name that errors carry; may be empty. */
enum err json_parse(struct arena *a, struct str text, struct str file, struct json **ret_root, struct fault *f);

/* The value under key; NULL when absent, or when the node is no object or NULL. */
const struct json *json_get(const struct json *object, const char *key);

/* The canonical form of RFC 8785: no spaces, members by UTF-16 code units, numbers as ECMAScript prints them.
 * The tree is one that json_parse made. The arena is scratch. */
void json_canonical(struct arena *scratch, const struct json *value, struct buf *out);

/* ---- writing ---- */

enum json_style { JSON_OUT_COMPACT, JSON_OUT_PRETTY };

enum { JSON_OUT_DEPTH = LIMIT_JSON_DEPTH };

struct json_out {
    struct buf *b;
    bool is_pretty;
    bool has_key;   /* a key was written, its value is due */
    bool has_items; /* the innermost object or array has one already; outside of any: the value was written */
    unsigned depth;
    bool is_object[JSON_OUT_DEPTH + 1];
};

void json_out_init(struct json_out *o, struct buf *b, enum json_style style);
void json_out_done(const struct json_out *o); /* must(): exactly one whole value was written */

void json_object_begin(struct json_out *o);
void json_object_end(struct json_out *o);
void json_array_begin(struct json_out *o);
void json_array_end(struct json_out *o);

void json_key(struct json_out *o, struct str key);
void json_key_quoted(struct json_out *o, struct str quoted);         /* one that has its quotes already: "\"name\"" */
void json_str(struct json_out *o, struct str s);                     /* valid UTF-8 */
void json_member(struct json_out *o, const char *key, struct str s); /* json_key and json_str */
void json_int(struct json_out *o, int64_t i);   /* all digits; beyond ±2^53 other readers may round */
void json_number(struct json_out *o, double x); /* shortest ECMAScript form; must be finite */
void json_bool(struct json_out *o, bool is_true);
void json_raw(struct json_out *o, struct str json); /* a whole value that is JSON already */

/* Not a function of its own: the JSON library has one of this name, which must stay its own. */
static inline void json_null(struct json_out *o)
{
    json_raw(o, STR("null"));
}

/* "…" with escapes, on its own: for text that is not written through a json_out. */
void json_quote(struct buf *b, struct str s);

#endif
