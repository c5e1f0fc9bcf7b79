/* Records: typed values of one register's fields; read from text, checked, and written as canonical bytes.
 *
 *     struct record r;
 *     record_parse(a, reg, cells, as_of_default, &r, &faults);   // every rule of a single field; all errors of the row
 *     record_canonical(reg, &r, salt, false, &buf);              // the bytes the log commits to
 *
 * Canonical bytes are JSON by RFC 8785: {"fields":{…},"id":"…","register":"…","salt":"32 hex digits"} with "sample":true for
 * invented records and "removed":true (and no fields) for a removal. Unknown values are left out, so a field
 * added later does not change older bytes. The salt keeps a sibling's hash in a proof from revealing the sibling.
 */
#ifndef TINHSO_REGISTER_RECORD_H
#define TINHSO_REGISTER_RECORD_H

#include "register/declaration.h"
#include "text/json.h"

enum value_kind {
    VALUE_NULL,
    VALUE_INTEGER, /* integer, money, boolean (0 or 1) */
    VALUE_NUMBER,
    VALUE_TEXT, /* everything else but geometry; dates ISO, timestamps RFC 3339 UTC, interval "a/b", arrays JSON text */
    VALUE_BLOB, /* geometry: WKB */
    VALUE_MASKED, /* kept from who reads (sight.h), be there a value or not; is never written */
};

/* What stands for a masked value. value_parse refuses it, so that a table read by somebody who may not see all of it cannot overwrite what he did
 * not see. */
#define VALUE_MASK "•••"

struct value {
    enum value_kind kind;
    union {
        int64_t integer;
        double number;
        struct str text; /* also blob */
    };
};

/* What a file or a person says of a record: nothing, that it is real, that it is invented. */
enum sample_mark { SAMPLE_UNSAID, SAMPLE_REAL, SAMPLE_INVENTED };

enum { SALT_BYTES = 16 };

struct record {
    struct str id;
    struct value *values; /* n_fields of the register */
    bool is_sample;
    uint32_t line;     /* in its file, for messages; 0 unknown */
    const int *erased; /* fields that had a value until it was erased (register/erase.h); their values are NULL */
    size_t n_erased;
};

/* One value from its text in a file (CSV cell): empty is NULL. Cleans text (NFC, spaces), normalises phones, checks type, range,
 * length, pattern, code (valid on as_of when that is not empty). The fault names field, value, reason and remedy. */
enum err value_parse(struct arena *a, const struct field *fd, struct str text, struct str as_of,
                     struct value *ret_value, struct fault *f);

/* A whole row: cells are in field order (an absent column is an empty str). Adds every fault with line r->line. Values live in the
 * arena or are views into the cells: both must outlive the record. */
enum err record_parse(struct arena *a, const struct reg *reg, const struct str *cells, uint32_t line, struct str today,
                      struct record *ret_record, struct faults *list);

/* What can be judged only with the other fields at hand: personal numbers against sex and birth. Part of record_parse; for records that
 * were put together otherwise. */
void record_check(const struct reg *reg, const struct record *r, struct faults *list);

/* From the JSON object of fields (API and tests). */
enum err record_from_json(struct arena *a, const struct reg *reg, const struct json *fields, struct str today,
                          struct record *ret_record, struct faults *list);

/* The texts of the fields that a JSON object names; null is empty. Adds ERR_FIELD_UNKNOWN for each that there is not. */
enum err record_cells_of_json(struct arena *a, const struct reg *reg, const struct json *fields, struct str *cells,
                              bool *is_given, struct faults *list);

/* A record of which only some fields are given: the others' texts are filled in from the record that is there, so that the whole is
 * checked by record_parse; then record_keep puts the values themselves in their place. The values returned live in the arena. */
struct value *record_fill(struct arena *a, const struct reg *reg, const struct record *old, const bool *is_given,
                          struct str *cells);
void record_keep(const struct reg *reg, const struct value *kept, const bool *is_given, struct record *r);

/* The date on which its references are judged (ISO text), see docs/declarations.md `as_of`. */
struct str record_as_of(const struct reg *reg, const struct value *values, struct str today, char storage[11]);

/* The key parts joined by "@", which only the last of several may hold (ERR_VALUE_KEY). */
enum err record_id(struct arena *a, const struct reg *reg, const struct value *values, struct str *ret_id,
                   struct fault *f);

/* A record that holds nothing of `from` but its register's declaration. */
struct record record_copy(struct arena *a, const struct reg *reg, const struct record *from);

/* Whether a value that is NULL was erased. */
bool record_is_erased(const struct record *r, size_t field);
/* As a member of an object: "_erased":[names], of those that `shows` lets through (NULL: all); nothing when there are none. */
void record_erased_json(const struct reg *reg, const struct record *r, bool (*shows)(const void *ctx, size_t field),
                        const void *ctx, struct json_out *o);

/* The bytes that the log commits to; `salt` is the version's `_salt` (register/commitment.h). False, with some bytes written, when that
 * and the values cannot belong together. */
bool record_canonical(const struct reg *reg, const struct record *r, struct str salt, bool is_removal, struct buf *out);

/* The items of an array in a cell: parted by “|”; a “|”, “;” or “\” of their own has a “\” in front, so that what people part by “;” can be
 * told from it. Cutting trims the item and moves on; rest->p is NULL behind the last. */
struct str array_item_cut(struct arena *a, struct str *rest);
void array_item_write(struct str item, struct buf *out);

/* A number for a CSV that people open too. Import knows columns of Vietnamese numbers, in which 1.234 is more than a thousand: what could
 * be read so gets one zero more, and nothing is written with an exponent. The value is exactly the same. */
void number_csv(double v, struct buf *out);

/* Fields by their names, for who knows a register by what it is for. Empty, or false, where the register has no such field, and where it holds nothing or is kept back. The text is
 * a view of the record's; items lie in the arena. */
struct str record_text(const struct reg *reg, const struct record *r, const char *field);
bool record_integer(const struct reg *reg, const struct record *r, const char *field, int64_t *ret);
size_t record_items(struct arena *a, const struct reg *reg, const struct record *r, const char *field,
                    struct str **ret_items);
/* Of a field of type code; without such a code the text itself. */
struct text2 record_title(const struct reg *reg, const struct record *r, const char *field);

/* Nothing of it is kept back from who reads. */
bool record_is_whole(const struct reg *reg, const struct record *r);

bool value_equal(const struct value *a, const struct value *b);
/* As a reader sees it: dates dd/mm/yyyy in Vietnamese, numbers grouped, codes by their title, booleans có/không. */
void value_print(const struct field *fd, const struct value *v, enum lang lang, struct buf *out);
/* As machines read it: JSON. */
void value_json(const struct field *fd, const struct value *v, struct json_out *out);
/* As CSV cell: the form that value_parse reads back. */
void value_csv(const struct field *fd, const struct value *v, struct buf *out);

#endif
