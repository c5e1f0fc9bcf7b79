/* Reading XLSX (ECMA-376 parts 1 and 2; ISO/IEC 29500): what its files share. All of it runs in the sandboxed child.
 *
 * XML goes through struct xml: expat with a bound on depth, no DTD and no entities, names without their prefix.
 *
 *     struct strings strings;
 *     strings_init(&strings);
 *     struct xml x;
 *     strings_xml(&x, &strings, &f);
 *     e = xml_feed(&x, bytes, n, is_last);       // repeated
 *     xml_done(&x);
 *
 * Ownership: each _done frees what its _init or _xml took. Errors: ERR_SHEET_XML, ERR_SHEET_DTD, ERR_SHEET_STRINGS,
 * ERR_SHEET_STRING, ERR_SHEET_REFERENCE, ERR_SHEET_VALUE, ERR_SHEET_SIZE, ERR_SHEET_CELL_LENGTH, ERR_SHEET_PART.
 */
#ifndef TINHSO_TEXT_XLSX_INTERNAL_H
#define TINHSO_TEXT_XLSX_INTERNAL_H

#include "base/vec.h"
#include "text/sheet_internal.h"

struct xml {
    void *parser;
    const char *part;
    unsigned depth; /* of the element that starts or ends; the root is 1 */
    enum err code;
    struct fault *f;
    void *ctx;
    enum err (*on_start)(struct xml *x, const char *name, const char **attributes);
    enum err (*on_end)(struct xml *x, const char *name);
    enum err (*on_text)(struct xml *x, struct str text); /* NULL: nobody wants it */
};

void xml_init(struct xml *x, const char *part, void *ctx, struct fault *f);
enum err xml_feed(struct xml *x, const char *p, size_t n, bool is_last);
void xml_done(struct xml *x);
const char *xml_attribute(const char **attributes, const char *name); /* NULL when there is none */
bool xml_is_true(const char *value);

/* ---- shared strings ---- */

struct strings {
    struct buf bytes;
    uint32_t *ends; /* where each ends; n */
    size_t n, cap;
    unsigned phonetic; /* depth of rPh, 0 outside */
    bool is_text;
    bool is_item;
};

void strings_init(struct strings *s);
void strings_done(struct strings *s);
void strings_xml(struct xml *x, struct strings *s, struct fault *f);
bool strings_get(const struct strings *s, size_t i, struct str *ret);

/* Undoes _x000D_ and kin (ST_Xstring, ECMA-376 part 1 §22.9.2.19) in place; returns the new length. */
size_t xstring_undo(char *p, size_t n);

/* ---- styles ---- */

enum format_kind { FORMAT_PLAIN, FORMAT_DATE, FORMAT_TIME };

struct style {
    enum format_kind format;
    unsigned font;
};

struct format_code {
    unsigned id;
    enum format_kind kind;
};

struct styles {
    struct arena *arena;
    VEC(struct format_code) formats;
    VEC(struct str) fonts;
    VEC(struct style) cells; /* by the s of a cell */
    int section;
};

void styles_init(struct styles *s);
void styles_done(struct styles *s);
void styles_xml(struct xml *x, struct styles *s, struct fault *f);
enum format_kind format_code_kind(struct str code);

/* ---- cells ---- */

struct sheet_cells {
    const struct strings *strings;
    const struct styles *styles;
    bool is_1904;
    struct sheet_out *out;
    /* of the row and the cell being read */
    bool is_data, is_row, is_cell, is_value, is_inline;
    unsigned phonetic;
    uint32_t row, column; /* column of the last cell, from 1 */
    unsigned style;
    char type; /* n s S(tr) i b e d */
    struct cell_out cell;
    struct buf value;
    char reference[16];
};

void sheet_cells_init(struct sheet_cells *c, const struct strings *strings, const struct styles *styles, bool is_1904,
                      struct sheet_out *out);
void sheet_cells_done(struct sheet_cells *c);
void sheet_cells_xml(struct xml *x, struct sheet_cells *c, const char *part, struct fault *f);

/* "BC12" to column 55, row 12; false for anything else. A cell of a column alone or a row alone is none. */
bool reference_parse(struct str text, uint32_t *ret_column, uint32_t *ret_row);

/* A serial day as text: 2022-06-30 or 2022-06-30T08:00:00; false when it is no day. Serial 60 of 1900 is 1900-02-29. */
bool serial_print(double serial, bool is_1904, enum format_kind format, char ret_text[48], enum cell_kind *ret_kind);

#endif
