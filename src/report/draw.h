/* Pages of PDF: lines of text set by Pango, rules and QR codes, drawn by Cairo.
 *
 *     struct drawing *d;
 *     if (drawing_begin(a, &out, (struct draw_page){595.3, 841.9}, &facts, &d, f) != OK) …     // the first page is there
 *     struct draw_text *t = drawing_text(d, spans, n, &(struct draw_style){.size = 13, .width = 467});
 *     drawing_show(d, t, x, y, 0, t->n_lines);
 *     drawing_page(d);                                                                        // the next page
 *     if (drawing_end(d, f) != OK) …                                                          // writes what is left, frees
 *
 * Lengths are points (1/72 inch), y grows downwards. Text is found again by readers of PDF (it carries Unicode), and language and
 * title stand in the document. The same calls give the same bytes.
 * The libraries are loaded by the first drawing_begin: ERR_PAPER_LIBRARY. Thread: one drawing, one thread.
 * Ownership: texts belong to the drawing; on an error before drawing_end call drawing_drop.
 */
#ifndef TINHSO_REPORT_DRAW_H
#define TINHSO_REPORT_DRAW_H

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "report/qr.h"

#define DRAW_MM (72 / 25.4)

struct drawing;

struct draw_page {
    double width, height;
};

struct draw_facts {
    struct str title, author, subject;
    struct str created; /* RFC 3339 or empty */
};

enum draw_align { DRAW_LEFT, DRAW_CENTER, DRAW_RIGHT, DRAW_JUSTIFY };

struct draw_span {
    struct str text; /* \n ends a line */
    bool is_bold, is_italic;
    double size; /* 0: that of the style */
};

struct draw_style {
    double size;
    double width;   /* to wrap at; 0: not at all */
    double indent;  /* of the first line of each paragraph */
    double spacing; /* of lines, as a factor; 0: as the font says */
    enum draw_align align;
};

struct draw_line {
    double x, top, bottom, baseline; /* within the text */
    void *line;
};

struct draw_text {
    double width, height; /* that it takes */
    struct draw_line *lines;
    size_t n_lines;
};

enum err drawing_begin(struct arena *a, struct buf *out, struct draw_page page, const struct draw_facts *facts,
                       struct drawing **ret_drawing, struct fault *f);
void drawing_page(struct drawing *d);
enum err drawing_end(struct drawing *d, struct fault *f);
void drawing_drop(struct drawing *d);

const struct draw_text *drawing_text(struct drawing *d, const struct draw_span *spans, size_t n,
                                     const struct draw_style *style);
/* How wide the text is in one line, and its longest word (NULL: not asked for). */
void drawing_measure(struct drawing *d, const struct draw_span *spans, size_t n, double size, double *ret_natural,
                     double *ret_longest);
/* Lines from … to − 1, the first one's top at y. */
void drawing_show(struct drawing *d, const struct draw_text *t, double x, double y, size_t from, size_t to);
void drawing_rule(struct drawing *d, double x1, double y1, double x2, double y2, double thickness);
/* The dark modules, `side` wide and high; the quiet zone around is the caller's to leave. */
void drawing_qr(struct drawing *d, const struct qr *qr, double x, double y, double side);
void drawing_ring(struct drawing *d, double x, double y, double radius, double thickness);
/* Large, light and slanted, over the middle of the page. */
void drawing_across(struct drawing *d, struct str text);

#endif
