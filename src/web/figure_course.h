/* A figure over time: by the years of an index; by months, where its filters name its day; by the days on which a dated register changed; else by the
 * revisions that wrote to its register. Always by the definition of now, and only so many points as can be counted while somebody waits.
 *
 *     struct course c;
 *     if (figure_course(x, &result, on, &c, f) == OK && c.n_known >= 2)
 *         part_spark(x, &out, c.values, c.n, label);
 */
#ifndef TINHSO_WEB_FIGURE_COURSE_H
#define TINHSO_WEB_FIGURE_COURSE_H

#include "base/limits.h"
#include "figure/figure.h"
#include "web/message.h"
#include "web/site.h"

struct course {
    struct str labels[LIMIT_FIGURE_HISTORY];
    double values[LIMIT_FIGURE_HISTORY]; /* as they are shown; NAN: unknown then */
    size_t n, n_known;
    size_t n_after;    /* of the n the last ones, behind the day of the figure */
    enum message what; /* what the points are, or why there are none */
};

/* r: the figure as it was counted; on: the day that was asked for, may be empty. */
enum err figure_course(struct exchange *x, const struct figure_result *r, struct str on, struct course *ret_course,
                       struct fault *f);

#endif
