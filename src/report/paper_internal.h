/* Between the files of papers: a paper as read, its values as text, and the paper filled.
 *
 *     struct paper_text *text;
 *     if (paper_fill(a, paper, context, &text, f) != OK) …
 *     for (size_t i = 0; i < text->n_blocks; i++) …
 */
#ifndef TINHSO_REPORT_PAPER_INTERNAL_H
#define TINHSO_REPORT_PAPER_INTERNAL_H

#include "report/markdown.h"
#include "report/paper.h"

/* ---- as read ---- */

enum paper_piece_kind { PIECE_WORDS, PIECE_VALUE, PIECE_IF, PIECE_EACH, PIECE_ELSE, PIECE_END };
enum paper_test { TEST_IS_THERE, TEST_IS_NOT_THERE, TEST_EQUALS, TEST_DIFFERS };

enum paper_format {
    FORMAT_TEXT,
    FORMAT_DATE,           /* 27/11/2022 */
    FORMAT_DATE_LONG,      /* ngày 27 tháng 11 năm 2022 */
    FORMAT_DATETIME,       /* 08 giờ 30 phút, ngày 27/11/2022 */
    FORMAT_DATETIME_SHORT, /* 08:30 27/11/2022 */
    FORMAT_TIME,           /* 08:30 */
    FORMAT_MONEY,          /* 1.000.000 đồng */
    FORMAT_NUMBER,         /* 1.000.000 */
    FORMAT_SOME,           /* the same, but nothing for 0 */
    FORMAT_WORDS,          /* Một triệu đồng */
    FORMAT_PHONE,          /* 0912345678 */
    FORMAT_CODE,           /* what the head's register calls the code */
    FORMAT_CAPITALS,       /* as the names of bodies stand in a head */
    FORMAT_COUNT,
};

struct paper_piece {
    enum paper_piece_kind kind;
    int line, column;
    struct str text; /* PIECE_WORDS; else the marker */
    struct str field, value;
    enum paper_format format;
    enum paper_test test;
    const struct code_list *codes; /* FORMAT_CODE */
    bool is_cell;                  /* stands in a table */
    size_t next;                   /* PIECE_IF, PIECE_EACH: their PIECE_ELSE or PIECE_END; PIECE_ELSE: its PIECE_END */
};

struct paper_list {
    struct str name;
    struct yaml_strs fields;
};

enum paper_block_kind { BLOCK_TEXT, BLOCK_SIGNATURES, BLOCK_NOTE, BLOCK_CENTER, BLOCK_COUNT };
extern const char *const paper_block_names[BLOCK_COUNT]; /* BLOCK_TEXT: NULL */

/* A line that begins or ends a block: “::: note”, “:::” (then the name is empty). */
bool paper_block_line(struct str line, struct str *ret_name);
bool paper_block_kind(struct str name, enum paper_block_kind *ret_kind);

extern const char *const paper_formats[FORMAT_COUNT];

/* ---- values ---- */

/* Whether there is something: neither absent, null, false, nor an empty text or list. */
bool paper_value_is_there(const struct json *value);
/* Appends the value as its format says; ERR_PAPER_VALUE. */
enum err paper_value(const struct json *value, struct str field, enum paper_format format, int utc_offset_minutes,
                     struct buf *out, struct fault *f);
/* What stands where a value is to be written by hand. */
const char *paper_dots(enum paper_format format);

/* ---- filled ---- */

struct paper_block {
    enum paper_block_kind kind;
    struct str text; /* Markdown with marks; of BLOCK_SIGNATURES: columns parted by lines “---” */
};

struct paper_text {
    const struct paper *paper;
    struct str superior, office, number, place_day, code, qr, created; /* created: RFC 3339 or empty */
    struct str title, subtitle;                                        /* Markdown with marks */
    bool is_sample;
    struct paper_block *blocks;
    size_t n_blocks;
    struct markdown_mark *marks;
    size_t n_marks;
};

enum err paper_fill(struct arena *a, const struct paper *paper, const struct json *context,
                    struct paper_text **ret_text, struct fault *f);

/* The next column of a block of signatures; false behind the last. */
bool paper_column_next(struct str *rest, struct str *ret_column);

/* What is printed below the form's own words, and across a sample. */
#define PAPER_MOTTO_1 "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
#define PAPER_MOTTO_2 "Độc lập - Tự do - Hạnh phúc"
#define PAPER_SAMPLE "DỮ LIỆU MẪU"

#endif
