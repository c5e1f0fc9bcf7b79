/* Between the files of src/report: a report as read (markers and the text around them), and the numbers that marks stand for.
 *
 *     report_read(a, province, id, &source, &list);
 *     for (size_t i = 0; i < source.pieces.n; i++) …
 */
#ifndef TINHSO_REPORT_REPORT_INTERNAL_H
#define TINHSO_REPORT_REPORT_INTERNAL_H

#include "report/markdown.h"
#include "report/report.h"

enum piece_kind { PIECE_TEXT, PIECE_FIGURE, PIECE_TABLE, PIECE_RANKING, PIECE_INDEX };

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
    int64_t year, top;       /* PIECE_INDEX and PIECE_RANKING; top 0: all */
    struct str indent;       /* what stands before a table on its line */
};

struct report_source {
    struct str id, file;
    struct text2 title;
    enum lang lang;
    struct str on, period_from, period_to;
    struct yaml_strs key_figures;
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
    struct str title;    /* what it counts */
    struct str by, key;  /* of a row */
    struct str on;       /* ISO date it was asked for; empty: as declared */
    struct str units_at; /* map of a row that was asked for; empty: of the day of the figure */
    int64_t year;        /* of an index; 0: a figure */
    bool is_sample;      /* counts invented records */
    bool has_mark;       /* and says so here */
};

/* What is gathered while the pieces are walked. */
struct maker {
    struct arena *arena;
    struct store *store;
    const struct figures *figures;
    const struct report_source *source;
    struct faults *list;
    enum err first;
    struct buf body;
    struct map computed; /* figure, breakdown, map → struct figure_result */
    struct map tables;   /* "ID YEAR" → struct index_table */
    struct map marked;   /* figure → int: the line where it last said that it counts samples */
    VEC(struct report_number) numbers;
    VEC(const struct figure_result *) results;
    VEC(const struct index_table *) indexes;
};

/* The text in the report's language. */
#define L(m, vi, en) ((m)->source->lang == LANG_EN ? (en) : (vi))

/* A quantity for readers, with at most so many digits behind the mark, and for machines. */
struct str maker_shown(struct maker *m, struct quantity q, int decimals);
struct str maker_machine(struct maker *m, struct quantity q);
struct report_number maker_number(struct maker *m, const struct figure_result *r);
/* What a figure is asked with in this report. */
struct figure_options maker_options(const struct maker *m, const struct figure *figure, const struct piece *piece,
                                    struct str by);
/* Puts a mark into the text and keeps what it stands for. */
void maker_put_number(struct maker *m, struct report_number number);
/* Computed at the first call only. */
enum err maker_figure(struct maker *m, const struct piece *piece, struct str by,
                      const struct figure_result **ret_result, struct fault *f);
enum err maker_index(struct maker *m, const struct piece *piece, const struct index_table **ret_table, struct fault *f);
/* A breakdown, what a figure ranks, a ranking of an index, as Markdown tables. */
enum err maker_put_table(struct maker *m, const struct piece *piece, struct fault *f);
enum err maker_put_ranked(struct maker *m, const struct piece *piece, struct fault *f);
enum err maker_put_ranking(struct maker *m, const struct piece *piece, struct fault *f);

/* “dữ liệu mẫu”, “[mẫu]” in the report's language. */
const char *sample_words(const struct report *r);
const char *sample_mark(const struct report *r);

/* The head between two lines “---”, and what follows with the line it begins on; false when there is none. */
bool report_head_split(struct str text, struct str *ret_head, struct str *ret_body, int *ret_body_line);
/* Adds the fault with its place and returns its code. */
enum err report_fault(struct faults *list, struct fault *f, struct str file, int line, int column);
/* The head as a tree whose lines are those of the file. */
enum err report_head_parse(struct arena *a, struct str head, struct str file, struct yaml **ret_root, struct fault *f);

#endif
