/* Reading XLSX (ECMA-376 parts 1 and 2; ISO/IEC 29500): what its files share. All of it runs in the sandboxed child.
 *
 * XML goes through struct xml: expat with a bound on depth, no DTD and no entities, names without their prefix.
 *
 *     struct strings strings;
 *     strings_init(&strings, &styles);
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
    size_t
        quiet; /* bytes since anything was found in them: expat looks at an unfinished tag from its front each time */
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

struct styles;

/* ---- rich text ---- */

enum { FONT_OF_CELL = 0xFFFF };

/* The runs of one text while it grows in a buffer: all of it belongs to one or another. */
struct rich {
    struct cell_run *p;
    size_t n, cap, at; /* at: where the run under way begins in the buffer */
    unsigned font;     /* of the run under way */
    bool has_font;     /* a run names one */
};

void rich_reset(struct rich *r);
void rich_done(struct rich *r);
void rich_begin(struct rich *r, size_t at);
/* An element whose name begins with r, depth below the text's own. False: too many fonts. */
bool rich_start(struct rich *r, const char *name, unsigned depth, struct buf *text, struct styles *styles,
                const char **attributes);
/* The run under way ends, with xstring_undo of what it holds; rich_next begins another, in the cell's font. */
void rich_end(struct rich *r, struct buf *text);
void rich_next(struct rich *r, struct buf *text);
/* FONT_OF_CELL becomes font; neighbours of one font become one run. */
void rich_settle(struct rich *r, unsigned font);

/* ---- shared strings ---- */

struct string_run {
    uint32_t string, n, font;
};

struct strings {
    struct styles *styles;
    struct buf bytes;
    uint32_t *ends; /* where each ends; n */
    size_t n, cap;
    struct string_run *runs; /* of the strings that name fonts, in their order */
    size_t n_runs, runs_cap;
    struct rich rich;  /* of the string under way */
    unsigned phonetic; /* depth of rPh, 0 outside */
    bool is_text;
    bool is_item;
};

/* Fonts that runs name are added to styles. */
void strings_init(struct strings *s, struct styles *styles);
void strings_done(struct strings *s);
void strings_xml(struct xml *x, struct strings *s, struct fault *f);
bool strings_get(const struct strings *s, size_t i, struct str *ret);
void strings_rich(const struct strings *s, size_t i, struct rich *ret);

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
    struct map numbers;      /* font → its index + 1 */
    VEC(struct style) cells; /* by the s of a cell */
    int section;
};

void styles_init(struct styles *s);
void styles_done(struct styles *s);
void styles_xml(struct xml *x, struct styles *s, struct fault *f);
enum format_kind format_code_kind(struct str code);
/* The font that the val of an element names; a new one is added. FONT_OF_CELL when it names none; false: too many. */
bool styles_font(struct styles *s, const char **attributes, unsigned *ret_font);

/* ---- cells ---- */

struct sheet_cells {
    const struct strings *strings;
    struct styles *styles;
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
    struct rich rich;
    char reference[16];
};

/* Fonts that inline texts name are added to styles and told through out. */
void sheet_cells_init(struct sheet_cells *c, const struct strings *strings, struct styles *styles, bool is_1904,
                      struct sheet_out *out);
void sheet_cells_done(struct sheet_cells *c);
void sheet_cells_xml(struct xml *x, struct sheet_cells *c, const char *part, struct fault *f);

/* "BC12" to column 55, row 12; false for anything else. A cell of a column alone or a row alone is none. */
bool reference_parse(struct str text, uint32_t *ret_column, uint32_t *ret_row);

/* A serial day as text: 2022-06-30 or 2022-06-30T08:00:00; false when it is no day. Serial 60 of 1900 is 1900-02-29. */
bool serial_print(double serial, bool is_1904, enum format_kind format, char ret_text[48], enum cell_kind *ret_kind);

#endif
