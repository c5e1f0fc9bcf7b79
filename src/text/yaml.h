/* YAML declarations: a strict subset read into a tree that keeps every position, and tables that decode the tree.
 *
 * The subset: one document of maps with plain keys, lists and scalars (plain, quoted, | and >). Refused: anchors, aliases,
 * tags, directives, merge keys, keys that repeat or are empty or not scalars, several documents, invalid UTF-8. A scalar
 * stays the text that was written: 01 and 00004 keep their zeros, `no` is no boolean. Whether it is a number, a date or a
 * code is said by the schema that decodes it, never guessed from its looks.
 *
 *     enum figure_kind { FIGURE_COUNT, FIGURE_SHARE };
 *     static const char *const figure_kinds[] = {"count", "share", NULL};          // a value's index is the enum's value
 *     struct figure {
 *         struct yaml_place place;
 *         struct str id;
 *         struct text2 title;
 *         int kind;
 *         YAML_ARRAY(struct filter) filters;                                       // .p and .n
 *     };
 *     static const struct yaml_field figure_fields[] = {
 *         {NULL, Y_PLACE, offsetof(struct figure, place)},
 *         {NULL, Y_KEY, offsetof(struct figure, id)},                              // the key it stands under
 *         {"title", Y_TEXT2, offsetof(struct figure, title), Y_REQUIRED},
 *         {"kind", Y_ENUM, offsetof(struct figure, kind), Y_REQUIRED, figure_kinds},
 *         {"filters", Y_LIST, offsetof(struct figure, filters), 0, &filter_schema},
 *     };
 *     static const struct yaml_schema figure_schema = YAML_SCHEMA("figure", figure_fields, struct figure);
 *
 *     if (yaml_parse(a, text, file, &root, f) != OK) ...                           // one error: the file cannot be read
 *     if (yaml_decode(a, root, &figure_schema, file, &figure, &list) != OK) ...    // every error of the file is in list
 *
 * Ownership: everything lies in the arena; the text may go away. Not thread-bound.
 * Limits: LIMIT_YAML_BYTES, LIMIT_YAML_DEPTH, LIMIT_YAML_NODES (base/limits.h).
 * Errors: ERR_LIMIT, ERR_TEXT_UTF8, ERR_YAML_*. Lines and columns count from 1, columns in characters.
 * Source: YAML 1.1 as libyaml reads it, less the above.
 */
#ifndef TINHSO_TEXT_YAML_H
#define TINHSO_TEXT_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_pair;

struct yaml {
    enum yaml_kind kind;
    int line, column;        /* where the value starts */
    struct str scalar;       /* YAML_SCALAR: the text; an absent value is plain and empty */
    bool is_quoted;          /* '…', "…", | or > */
    struct yaml_pair *pairs; /* YAML_MAP: n pairs in the order of the file */
    struct yaml **items;     /* YAML_LIST: n items */
    size_t n;
};

struct yaml_pair {
    struct str key;
    int line, column; /* of the key */
    struct yaml *value;
};

/* Reads the one document in text. `file` is only the name that errors carry. */
enum err yaml_parse(struct arena *a, struct str text, struct str file, struct yaml **ret_root, struct fault *f);

/* The value under key; NULL when absent, or when the node is no map or NULL. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
const struct yaml_pair *yaml_pair_of(const struct yaml *map, const char *key);

/* ---- decoding by tables ---- */

/* A position in the file being decoded; line 0: the member was absent. */
struct yaml_place {
    int line, column;
};

/* A text in both languages; `title: Tổ công nghệ số` gives vi alone, {vi: …, en: …} gives both. */
struct text2 {
    struct str vi, en;
};

/* The text in the language, or in the other one when it is missing. */
struct str text2_in(const struct text2 *t, enum lang lang);

/* What Y_LIST and Y_KEYED fill: .p is an array of n structs. */
#define YAML_ARRAY(type)                                                                                               \
    struct {                                                                                                           \
        type *p;                                                                                                       \
        size_t n;                                                                                                      \
    }

/* What Y_STR_LIST fills. */
struct yaml_strs {
    struct str *p;
    struct yaml_place *places;
    size_t n;
};

/* What Y_STR_MAP fills: YAML_ARRAY(struct yaml_entry). */
struct yaml_entry {
    struct str key, value;
    struct yaml_place key_place, value_place;
};

enum yaml_type {
    Y_STR,       /* struct str: a scalar as written */
    Y_INT,       /* int64_t: decimal, no leading zero; more: NULL or struct yaml_range */
    Y_NUMBER,    /* double: a JSON number; more: NULL or struct yaml_range */
    Y_BOOL,      /* bool: true or false, nothing else */
    Y_DATE_TEXT, /* struct str: a day of the calendar written YYYY-MM-DD */
    Y_DATE,      /* struct date (text/date.h): the same; year 0: absent */
    Y_ENUM,      /* int: index into more = const char *const names[], NULL at the end */
    Y_TEXT2,     /* struct text2 */
    Y_STR_LIST,  /* struct yaml_strs */
    Y_STR_MAP,   /* YAML_ARRAY(struct yaml_entry): free keys, scalar values */
    Y_MAP,       /* the struct itself, in place; more = schema */
    Y_MAP_PTR,   /* pointer to the struct, NULL when absent; more = schema */
    Y_LIST,      /* YAML_ARRAY(struct): a list of maps; more = schema */
    Y_KEYED, /* YAML_ARRAY(struct): a map with free keys, in order; the key goes to the struct's Y_KEY; more = schema */
    Y_READ,  /* a type of the caller's: more = struct yaml_reader */
    Y_ANY,   /* const struct yaml *: the raw node, for members whose schema depends on another */

    /* Pseudo-fields: they read no key of their own. */
    Y_PLACE, /* struct yaml_place: of the value under key, or with key NULL of this struct itself */
    Y_KEY,   /* struct str: the free key under which Y_KEYED found this struct; key is NULL */
};

enum yaml_flag {
    Y_REQUIRED = 1,  /* the key must be there, and not be an empty text, list or map */
    Y_SINGLE_OK = 2, /* Y_STR_LIST, Y_LIST: one item may stand without its list */
};

struct yaml_range {
    double min, max; /* both inclusive */
};

/* Reads a scalar into *member (of the caller's type); false when the text is none. */
struct yaml_reader {
    const char *expected; /* for the error, in no language: "2022-06-30", "P1M | P1Y" */
    bool (*read)(struct arena *a, struct str text, void *member);
};

struct yaml_field {
    const char *key;
    enum yaml_type type;
    size_t offset;
    unsigned flags;
    const void *more;
};

struct yaml_schema {
    const char *name; /* what is declared, as errors name it: "register" */
    const struct yaml_field *fields;
    size_t n;
    size_t size;           /* of the struct */
    const void *initial;   /* the struct before anything is read, for defaults; NULL: all zero */
    const char *short_key; /* a value that is no map of this schema stands for {short_key: value}; for lists of codes */
};

#define YAML_SCHEMA(name_, fields_, type_)                                                                             \
    {                                                                                                                  \
        (name_), (fields_), sizeof(fields_) / sizeof((fields_)[0]), sizeof(type_), NULL, NULL                          \
    }

/* Decodes a map into the struct. Every error of the node goes to the list (required, not NULL), with file, line, column,
 * key, and the nearest valid one; the first of them is returned. On error the struct is left as it was.
 * An absent key leaves its member as `initial` has it. Errors: ERR_YAML_KEY_UNKNOWN, ERR_YAML_KEY_MISSING,
 * ERR_YAML_TYPE_MAP, _LIST, _TEXT, ERR_YAML_VALUE, ERR_YAML_RANGE, ERR_YAML_ENUM, ERR_YAML_EMPTY. */
enum err yaml_decode(struct arena *a, const struct yaml *node, const struct yaml_schema *s, struct str file,
                     void *ret_struct, struct faults *list);

/* Decodes one value as a field of that type would be: for what a Y_ANY left raw. The field's key is only what errors name;
 * offset does not matter. ret_value points to a variable of the type, written on success. */
enum err yaml_decode_value(struct arena *a, const struct yaml *node, const struct yaml_field *field, struct str file,
                           void *ret_value, struct faults *list);

/* The name nearest to the word by edits, for “did you mean”; empty when there are no names. */
struct str yaml_nearest(struct str word, const struct str *names, size_t n);

#endif
