/* Between the files of src/report: a report as read (markers and the text around them), and the numbers that marks stand for.
 *
 *     report_read(a, province, id, &source, &list);
 *     for (size_t i = 0; i < source.pieces.n; i++) …
 */
#ifndef TINHSO_REPORT_REPORT_INTERNAL_H
#define TINHSO_REPORT_REPORT_INTERNAL_H

#include "report/markdown.h"
#include "report/report.h"

enum piece_kind { PIECE_TEXT, PIECE_FIGURE, PIECE_TABLE, PIECE_INDEX };

enum part {
    PART_WHOLE,
    PART_VALUE,
    PART_OF,
    PART_PERCENT,
    PART_UNIT,
    PART_MARGIN,
    PART_FROM,
    PART_LOW,
    PART_HIGH,
    PART_ASKED,
    PART_TITLE,
    PART_QUESTION,
    PART_SOURCE,
    PART_DATE,
};

struct piece {
    enum piece_kind kind;
    int line, column;
    struct str text; /* PIECE_TEXT; else the marker without braces */
    struct str id;   /* figure or index */
    enum part part;
    struct str by, units_at; /* PIECE_TABLE; may be empty */
    int64_t year, top;       /* PIECE_INDEX; top 0: all */
    struct str indent;       /* what stands before a table on its line */
};

struct report_source {
    struct str id, file;
    struct text2 title;
    enum lang lang;
    struct str on, period_from, period_to;
    VEC(struct piece) pieces;
    enum err first; /* fault among the markers; those are left out of pieces */
};

/* Finds and splits the text; ERR_REPORT_UNKNOWN with the nearest. Names of figures are not looked up. A source whose head can be
 * read is OK, so that its figures can be checked too: look at ret_source->first. */
enum err report_read(struct arena *a, const struct province *p, struct str id, struct report_source *ret_source,
                     struct faults *list);

/* One shown number or word of a figure or index. */
struct report_number {
    struct str figure; /* figure or index */
    struct str value;  /* machine form; empty for words */
    struct str shown;
    struct str title;   /* what it counts */
    struct str by, key; /* of a row */
    bool is_sample;     /* counts invented records, and says so */
};

/* “dữ liệu mẫu”, “[mẫu]” in the report's language. */
const char *sample_words(const struct report *r);
const char *sample_mark(const struct report *r);

#endif
