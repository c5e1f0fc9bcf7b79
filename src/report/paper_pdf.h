/* Between the files that set papers on pages: where the next line goes, and what follows when the page is full. Lengths are points.
 *
 *     struct setter s = {…};
 *     setter_room(&s, height);                        // a new page when there is no room for it
 *     setter_text(&s, text, x);                       // lines, over as many pages as they take
 *     setter_table(&s, table);
 */
#ifndef TINHSO_REPORT_PAPER_PDF_H
#define TINHSO_REPORT_PAPER_PDF_H

#include "base/vec.h"
#include "report/draw.h"
#include "report/paper_internal.h"

struct setter {
    struct arena *arena;
    struct drawing *d;
    const struct paper_text *text;
    struct draw_page page;
    double left, right, top, bottom; /* of what may be printed on, from the page's upper left corner */
    double size;                     /* of the letters */
    double y;
    int n_pages;
};

typedef VEC(struct draw_span) draw_spans;

/* The inline text below a node. */
void setter_gather(struct arena *a, const struct md *md, draw_spans *spans);
/* Turns the page unless there is room for so much. */
void setter_room(struct setter *s, double height);
void setter_page(struct setter *s);
void setter_text(struct setter *s, const struct draw_text *t, double x);
void setter_table(struct setter *s, const struct md *table);

#endif
