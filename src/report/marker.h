/* {{…}} in a text, found with their places: what reports and papers are written with.
 *
 *     struct marker_reader r = {.body = body, .line = first_line};
 *     struct marker m;
 *     while (marker_next(&r, &m))
 *         if (m.kind == MARKER_TEXT) keep(m.text); else …              // MARKER_OPEN: not closed on its line
 *
 * A backslash before {{ makes it text. Ownership: views of the body. Lines and columns (of bytes) count from 1.
 */
#ifndef TINHSO_REPORT_MARKER_H
#define TINHSO_REPORT_MARKER_H

#include <stdbool.h>

#include "base/str.h"

enum marker_kind { MARKER_TEXT, MARKER_FULL, MARKER_OPEN };

struct marker {
    enum marker_kind kind;
    struct str text; /* without the braces */
    int line, column;
    struct str before; /* what stands before it on its line */
    bool is_last;      /* nothing but spaces follows on its line */
    bool is_alone;     /* nor stands before it */
};

struct marker_reader {
    struct str body;
    int line; /* of the body's first */
    size_t at, line_from;
    bool is_escaped; /* the braces at `at` are text */
};

bool marker_next(struct marker_reader *r, struct marker *ret);
/* Steps over the rest of the line, of which only spaces are left. */
void marker_line_skip(struct marker_reader *r);

#endif
