/* A progress bar on standard error: only on a terminal, and only once something takes longer than a second.
 *
 *     struct progress p;
 *     progress_begin(&p, c->lang);
 *     progress_draw(&p, STR("farm_households"), done, total);     // as often as one likes
 *     progress_end(&p);                                           // wipes the line
 *
 * Shows what is being done, how much of it, records a second and the time passed. The total may be 0: unknown.
 */
#ifndef TINHSO_CLI_PROGRESS_H
#define TINHSO_CLI_PROGRESS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

struct progress {
    enum lang lang;
    bool is_terminal, is_drawn;
    int64_t start_us, drawn_us; /* of the whole, and when it was last drawn */
    int64_t part_us;            /* start of the part named now */
    char part[64];
};

void progress_begin(struct progress *p, enum lang lang);
void progress_draw(struct progress *p, struct str part, int64_t done, int64_t total);
void progress_end(struct progress *p);

/* The line itself, for a terminal of `width` columns. */
void progress_line(enum lang lang, struct str part, int64_t done, int64_t total, int64_t part_us, int64_t total_us,
                   size_t width, struct buf *out);

#endif
