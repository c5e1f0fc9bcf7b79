/* How figures and tables of indexes that were computed are kept for the next reader: who is signed in gets pages that are made for him alone, and the figures on them are
 * everybody's; and of what was written since, most figures count nothing.
 *
 *     if ((r = kept_find(fs->kept, a, s, key, &place))) …
 *     … compute in place.arena …; kept_put(fs->kept, &place, &result, sizeof result, s, registers, n);
 *
 * One thread uses it. Kept is what belongs to the newest revision: as long as nothing was written since to the registers that it was computed from, those that they refer to, the
 * tree of units, nor erased anywhere, and for a day. KEPT_BYTES begin anew. What was handed out lives as long as the arena that it was asked with, kept or not.
 */
#ifndef TINHSO_FIGURE_KEPT_H
#define TINHSO_FIGURE_KEPT_H

#include "register/store.h"

enum { KEPT_BYTES = 8 << 20 };

struct figure_kept;
struct figure_kept *kept_new(struct arena *owner); /* until that is freed */

struct kept_place {
    struct str key;      /* NULL: what is computed is not kept */
    struct arena *arena; /* to compute it in */
};

/* `key` says what it is, within everything that k keeps. k NULL: nothing is kept. */
const void *kept_find(struct figure_kept *k, struct arena *a, const struct store *s, struct str key,
                      struct kept_place *ret_place);
/* size bytes: pointers in them lead into place->arena, or live longer. `from`: the registers that it was computed from; NULL among them is fine. */
void kept_put(struct figure_kept *k, const struct kept_place *place, const void *p, size_t size, const struct store *s,
              const struct reg *const *from, size_t n);

#endif
