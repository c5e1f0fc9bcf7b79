/* jansson reads and judges; a scan beside it finds the place of each value and the digits of each number, which jansson
 * does not keep. Both walk the same text in the same order: jansson's objects keep the order of the text. */
#include <stdio.h>

/* jansson's json_null() and ours differ; this file needs neither. */
#define json_null jansson_json_null
#include <jansson.h>
#undef json_null

#include "text/json.h"
#include "text/place.h"

#include "base/banned.h"

/* ---- limits, before anything is built ---- */

static enum err limit(struct fault *f, struct str text, size_t at, const char *what, int max)
{
    char number[16];
    int line, column;
    snprintf(number, sizeof number, "%d", max);
    FAULT(f, ERR_LIMIT, {"what", str_of(what)}, {"limit", str_of(number)});
    place_of(text, at, &line, &column);
    fault_place(f, (struct str){NULL, 0}, line, column);
    return ERR_LIMIT;
}

/* The index behind the string that opens at `at`; the text's end when it is not closed. */
static size_t string_skip(struct str text, size_t at)
{
    for (at++; at < text.n && text.p[at] != '"'; at++)
        at += text.p[at] == '\\';
    return at < text.n ? at + 1 : text.n;
}

/* Up to its first error any text has at most as many values as brackets and commas, plus one. */
static enum err limits_check(struct str text, struct fault *f)
{
    size_t depth = 0, nodes = 1;
    if (text.n > LIMIT_JSON_BYTES)
        return limit(f, text, 0, "JSON (bytes)", LIMIT_JSON_BYTES);
    for (size_t i = 0; i < text.n;) {
        char c = text.p[i];
        if (c == '"') {
            i = string_skip(text, i);
            continue;
        }
        if ((c == '{' || c == '[') && ++depth > LIMIT_JSON_DEPTH)
            return limit(f, text, i, "JSON (depth)", LIMIT_JSON_DEPTH);
        if ((c == '}' || c == ']') && depth)
            depth--;
        if ((c == '{' || c == '[' || c == ',') && ++nodes > LIMIT_JSON_NODES)
            return limit(f, text, i, "JSON (values)", LIMIT_JSON_NODES);
        i++;
    }
    return OK;
}

/* ---- errors ---- */

/* The piece of the text that jansson names in “… near '…'”. */
static struct str near_piece(struct str text, const json_error_t *e)
{
    size_t end = e->position < 0 ? 0 : (size_t)e->position, start = end;
    if (end > text.n)
        end = start = text.n;
    const char *near = strstr(e->text, " near '");
    if (near) {
        near += strlen(" near '");
        size_t n = strlen(near);
        n -= n > 0; /* its closing quote */
        if (n <= end && memcmp(text.p + end - n, near, n) == 0)
            start = end - n;
    }
    while (start && start < text.n && ((unsigned char)text.p[start] & 0xC0) == 0x80)
        start--;
    while (end < text.n && (end == start || ((unsigned char)text.p[end] & 0xC0) == 0x80))
        end++;
    return str_slice(text.p + start, end - start);
}

static enum err refused(struct str text, const json_error_t *e, struct fault *f)
{
    struct str near = near_piece(text, e);
    size_t at = (size_t)(near.p - text.p);
    enum err code = ERR_JSON_SYNTAX;
    switch (json_error_code(e)) {
    case json_error_premature_end_of_input:
        code = ERR_JSON_END;
        break;
    case json_error_duplicate_key:
        code = ERR_JSON_DUPLICATE;
        break;
    case json_error_numeric_overflow:
        code = ERR_JSON_NUMBER;
        break;
    default:
        break;
    }
    int line, column;
    place_of(text, at, &line, &column);
    FAULT(f, code, {"near", near});
    fault_place(f, (struct str){NULL, 0}, line, column);
    return code;
}

/* ---- the tree ---- */

struct scan {
    struct str text;
    size_t at;
    int line, column;
};

static void scan_to(struct scan *s, size_t to)
{
    must(to <= s->text.n);
    for (; s->at < to; s->at++) {
        unsigned char c = (unsigned char)s->text.p[s->at];
        if (c == '\n') {
            s->line++;
            s->column = 1;
        } else if ((c & 0xC0) != 0x80) {
            s->column++;
        }
    }
}

/* To the start of the next value or key. */
static void scan_next(struct scan *s)
{
    size_t at = s->at;
    while (at < s->text.n && strchr(" \t\r\n,:]}", s->text.p[at]))
        at++;
    must(at < s->text.n);
    scan_to(s, at);
}

/* Over the number or word that starts here. */
static struct str scan_word(struct scan *s)
{
    size_t at = s->at;
    while (at < s->text.n && !strchr(" \t\r\n,]}", s->text.p[at]))
        at++;
    struct str word = str_slice(s->text.p + s->at, at - s->at);
    scan_to(s, at);
    return word;
}

static struct str copy(struct arena *a, const char *p, size_t n)
{
    return str_slice(arena_dup(a, p, n), n);
}

static void build(struct arena *a, struct scan *s, const json_t *from, struct json *to);

static void array_build(struct arena *a, struct scan *s, const json_t *from, struct json *to)
{
    to->kind = J_ARRAY;
    to->n = json_array_size(from);
    to->items = ARENA_ARRAY(a, struct json, to->n);
    for (size_t i = 0; i < to->n; i++)
        build(a, s, json_array_get(from, i), &to->items[i]);
}

static void object_build(struct arena *a, struct scan *s, const json_t *from, struct json *to)
{
    to->kind = J_OBJECT;
    to->n = json_object_size(from);
    to->members = ARENA_ARRAY(a, struct json_member, to->n);
    size_t n = 0;
    json_t *object = (json_t *)from; /* the iterator asks for it, and changes nothing */
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        struct json_member *m = &to->members[n++];
        m->key = copy(a, json_object_iter_key(i), json_object_iter_key_len(i));
        scan_next(s);
        size_t open = s->at, behind = string_skip(s->text, open);
        must(s->text.p[open] == '"');
        bool has_escape = memchr(s->text.p + open, '\\', behind - open) != NULL;
        must(has_escape || str_eq(m->key, str_slice(s->text.p + open + 1, behind - open - 2)));
        scan_to(s, behind);
        build(a, s, json_object_iter_value(i), &m->value);
    }
}

static void build(struct arena *a, struct scan *s, const json_t *from, struct json *to)
{
    scan_next(s);
    *to = (struct json){.line = s->line, .column = s->column};
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        scan_to(s, s->at + 1);
        object_build(a, s, from, to);
        break;
    case JSON_ARRAY:
        scan_to(s, s->at + 1);
        array_build(a, s, from, to);
        break;
    case JSON_STRING:
        to->kind = J_STRING;
        to->string = copy(a, json_string_value(from), json_string_length(from));
        scan_to(s, string_skip(s->text, s->at));
        break;
    case JSON_INTEGER:
    case JSON_REAL: {
        struct str word = scan_word(s);
        to->kind = J_NUMBER;
        to->number = json_number_value(from);
        to->string = copy(a, word.p, word.n);
        break;
    }
    case JSON_TRUE:
    case JSON_FALSE:
        to->kind = J_BOOL;
        to->boolean = json_is_true(from);
        scan_word(s);
        break;
    case JSON_NULL:
        scan_word(s);
        break;
    }
}

enum err json_parse(struct arena *a, struct str text, struct str file, struct json **ret_root, struct fault *f)
{
    struct fault own = {0};
    f = f ? f : &own;
    enum err code = limits_check(text, f);
    if (code == OK)
        code = place_utf8(text, file, f);
    json_t *tree = NULL;
    if (code == OK) {
        json_error_t e;
        /* Whole numbers as doubles too: their digits are kept beside, and none is too long. */
        tree = json_loadb(text.n ? text.p : "", text.n,
                          JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &e);
        if (!tree)
            code = refused(text, &e, f);
    }
    if (code != OK) {
        fault_place(f, file, 0, 0);
        return code;
    }
    struct scan s = {text, 0, 1, 1};
    struct json *root = ARENA_NEW(a, struct json);
    build(a, &s, tree, root);
    json_decref(tree);
    *ret_root = root;
    return OK;
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (!object || object->kind != J_OBJECT)
        return NULL;
    struct str k = str_of(key);
    for (size_t i = 0; i < object->n; i++)
        if (str_eq(object->members[i].key, k))
            return &object->members[i].value;
    return NULL;
}
