/* How figures that were computed are kept for the next reader of the same revision: who is signed in gets pages that are made for him alone, and the figures on them are everybody's.
 *
 *     if (kept_find(fs->kept, a, s, id, o, &place, &r)) return OK;
 *     … compute in place.arena … kept_put(fs->kept, &place, &r);
 *
 * One thread uses fs. Kept are the results at the newest revision that was asked, for a day; another revision, day, or KEPT_BYTES begin anew. What was handed out lives as long as
 * the arena that it was asked with, kept or not.
 */
#ifndef TINHSO_FIGURE_KEPT_H
#define TINHSO_FIGURE_KEPT_H

#include "figure/figure.h"

enum { KEPT_BYTES = 8 << 20 };

struct figure_kept;

/* Where a result belongs; the arena to compute it in. NULL key: it is not kept. */
struct kept_place {
    struct str key;
    struct arena *arena;
};

/* True: *ret_result was kept. False: compute it in ret_place->arena, then kept_put. */
bool kept_find(struct figure_kept *k, struct arena *a, const struct store *s, struct str id,
               const struct figure_options *o, struct kept_place *ret_place, struct figure_result *ret_result);
void kept_put(struct figure_kept *k, const struct kept_place *place, const struct figure_result *r);

#endif
