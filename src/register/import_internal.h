/* The parts of an import: spool of the rows, header, mapping, readings, check, report. Not for other files. */
#ifndef TINHSO_REGISTER_IMPORT_INTERNAL_H
#define TINHSO_REGISTER_IMPORT_INTERNAL_H

#include <stdio.h>

#include "base/limits.h"
#include "crypt/hash.h"
#include "register/import.h"

enum {
    IMPORT_HEADER_ROWS = 40,     /* rows among which the header is looked for */
    IMPORT_HEADER_DEPTH = 3,     /* header rows that are joined at most */
    IMPORT_SAMPLES = 5,          /* repairs shown of a column */
    IMPORT_TEXTS_GUESSED = 2000, /* texts of a column by which its encoding is judged */
};

/* ---- rows, kept in a file without a name: the child reads the sheet once, we go over it as often as needed ---- */

struct spool {
    FILE *file;
    struct buf row;
    struct arena *cells;
    char *bytes;
    size_t cap;
    int64_t rows;
    size_t columns; /* of the widest row */
};

enum err spool_open(struct spool *s, struct fault *f);
enum err spool_add(struct spool *s, const struct sheet_row *row, struct fault *f);
enum err spool_rewind(struct spool *s, struct fault *f);
enum err spool_next(struct spool *s, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f);
void spool_done(struct spool *s);

/* ---- columns ---- */

enum date_order { ORDER_DMY, ORDER_MDY };
enum match_kind { MATCH_NONE, MATCH_NAME, MATCH_TITLE, MATCH_ALIAS, MATCH_SAVED, MATCH_GIVEN };

struct repair {
    struct str from, to;
    uint32_t row;
};

struct column {
    struct str header; /* joined, as in the file, without the unit */
    struct str unit;   /* what stood in brackets */
    int field;         /* NO_FIELD: not taken */
    bool is_sample;    /* marks invented records; its field is NO_FIELD */
    enum match_kind match;
    struct str nearest; /* title of the nearest field when nothing matched */
    /* readings */
    enum date_order order;
    char decimal_mark;
    enum encoding encoding;
    double factor; /* numbers are multiplied by it; 1: none */
    bool is_order_forced, is_mark_forced, is_encoding_forced, is_ambiguous, is_mixed;
    /* what the whole column says */
    int64_t filled, numbers, dates, formulas, serials;
    int64_t dmy, mdy, iso, both; /* texts that read only so, or both ways */
    int64_t comma, dot, comma_unclear, dot_unclear;
    int64_t ticks, words; /* x in a yes-or-no column; anything else in it */
    bool is_blank_no;
    double sao_m2; /* what a sào holds, when the person said */
    bool is_sao;
    VEC(struct str) texts;
    int64_t by_font; /* texts that an old font draws */
    enum encoding of_font;
    /* what was repaired */
    int64_t repaired;
    struct repair samples[IMPORT_SAMPLES];
    /* units: value and date → code, for they repeat */
    struct map *known;
};

struct mark { /* an offending cell */
    uint32_t row;
    uint16_t column; /* of the sheet, from 0 */
    enum err code;
    const char *reason, *value;
};

struct unit_name {
    struct str code, name, full_name, from, to, parent;
    int64_t level;
    struct unit_name *next; /* of the same folded name */
};

struct error_count {
    enum err code;
    int column; /* -1: the row */
    int64_t n;
    const char *example;
};

struct import {
    struct arena *a;
    struct store *s;
    struct store *trial; /* what a long dry run works on, in place of s; NULL: none */
    const struct reg *reg;
    struct import_options o;
    struct sheet *sheet;
    const struct sheet_facts *facts;
    struct digest digest; /* of the file */
    struct spool spool;
    /* header */
    uint32_t header_first, header_last; /* sheet rows; 0: none */
    int64_t before_data;                /* rows of the spool up to the header's end */
    enum encoding header_encoding;      /* that its texts were repaired from, where no font told */
    enum encoding header_font;          /* and that a font told */
    struct column *columns;
    size_t n_columns;
    int *column_of;    /* by field: number of the column, or -1 */
    bool *is_given;    /* by field: it has a column */
    int sample_column; /* number of the column that marks invented records, or -1 */
    char fingerprint[33];
    bool is_saved_mapping;
    struct str map_json;
    struct fault lacking; /* is_patient: what import_run refuses with; code OK: nothing */
    int64_t hidden_rows, formulas;
    struct faults warnings;
    /* lookups */
    struct map units_by_name, units_by_code;
    bool has_units;
    struct map *titles;     /* by field: folded title → struct code *, or one that says that several bear it */
    struct map *references; /* by field: text, with the date where the target is dated → struct import_reference * */
    /* the run */
    enum lang lang;
    struct change *change;
    struct import_result *result;
    struct map seen;        /* ids of this pass → row number + 1 */
    unsigned char *refused; /* a bit a row number */
    size_t refused_bytes;
    struct arena *marks_arena;
    VEC(struct mark) marks;
    VEC(struct error_count) counts;
    struct arena *row; /* of the row under way */
    struct str *cells; /* by field */
    bool *is_bad;      /* by field: told already */
    enum sample_mark mark;
    bool is_mark_bad;
    struct sheet_row at;
    int64_t unchanged_rev, unchanged_rows; /* the earlier import that did all this; 0: none */
    char options[33];                      /* hash of all that decides how the file is read */
    struct arena *pass;                    /* of the pass under way */
    struct str source;                     /* the file's name without its folders */
};

const char *column_letter(size_t column, char storage[8]); /* 0 is A */

/* ---- encodings ---- */

struct text_reading {
    enum encoding encoding; /* where no font tells */
    bool is_forced;         /* the person said so: whatever the font */
};

/* True when the cell, or a piece of it, stands in an old font. */
bool import_font_says(const struct import *im, const struct cell *cell, enum encoding *ret);
/* text is the cell's, trimmed perhaps; so is what comes back. As encoding_repair. */
enum err import_text_repair(const struct import *im, struct arena *a, const struct cell *cell, struct str text,
                            const struct text_reading *how, struct str *ret_text, bool *ret_is_lossy, struct fault *f);
struct str import_text_shown(const struct import *im, struct arena *a, const struct cell *cell, bool is_header);

enum err import_header_find(struct import *im, struct fault *f);
enum err import_map_columns(struct import *im, struct fault *f);
/* Saves what is mapped as a record of `mappings`, within the change. */
enum err import_mapping_save(struct import *im, struct fault *f);

/* First pass: what each column holds, and how it will be read. */
enum err import_readings_decide(struct import *im, struct fault *f);
void import_note_repair(struct import *im, struct column *c, struct str from, struct str to);

/* Fills im->cells from im->at; faults are told through import_refuse. */
void import_row_read(struct import *im, struct str today);

/* A unit's code by its code or name on a date. */
enum err import_unit_find(struct import *im, const struct field *fd, struct str text, struct str on,
                          struct str *ret_code, struct fault *f);
/* The code of a record that a reference names by its search fields, on a date; the text itself when it is a code, or names nothing.
 * ERR_IMPORT_REFERENCE_SEVERAL with the candidates. */
enum err import_reference_find(struct import *im, int field, struct str text, struct str on, struct str *ret_code,
                               struct fault *f);
enum err import_units_load(struct import *im, struct fault *f);
enum err import_code_find(struct import *im, int field, struct str text, struct str *ret_code);

/* The row under way, or another, has a fault: counts it, keeps it for the report. NO_FIELD: the row as a whole. */
void import_refuse(struct import *im, uint32_t row, int field, const struct fault *f, struct str value);
/* The same of a column that no field has. */
void import_refuse_column(struct import *im, uint32_t row, int column, const struct fault *f, struct str value);

bool import_is_refused(const struct import *im, uint32_t row);

enum err import_report_write(struct import *im, struct fault *f);

/* The options' hash, and whether the last import of this very file did all there is to do. */
enum err import_look_unchanged(struct import *im, struct fault *f);
/* What the revision says of this import: the person's reason, mapping, options, rows. */
struct str import_reason(struct import *im);

#endif
