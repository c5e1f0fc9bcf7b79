/* Small cells of a published breakdown: hidden, with as many others as it takes that none can be computed from totals.
 *
 *     struct small_cells c = {.n = counts, .n_cells = 5, .levels = groups, .n_levels = 1};
 *     bool *hidden = small_cells_hide(a, &c);
 *
 * A cell is small when it counts from 1 to SMALL_CELL - 1 records (reference domain/registers.md §8: k ≥ 5); nothing and nobody is no secret. What is
 * published besides: the total of all cells, and the table of each coarser level (provinces above districts above communes), each with its own hidden cells.
 *
 * What a reader can work out. The tables are a tree: each group is the sum of its members. Below a group that is shown, its root, lie hidden cells, some of them through
 * groups that are hidden themselves; of those of one level and one root together the sum is known, as the root less what is shown, and nothing but that sum. So, from the
 * coarsest level down:
 *   - a hidden group has a hidden member, or its members would add up to it;
 *   - of one level below one root either none is hidden, or at least two, of which the sum leaves each the room to be SMALL_CELL: sum − (others) ≥ SMALL_CELL, for a hidden
 *     cell counts one at least. Five of 1 and the sum 5 would be five of 1.
 * To small ones the least other below that root is added, be it in another hidden group; where none is left that counts anybody, the empty ones, until all there are hidden.
 * The coarser tables do not depend on the finer ones: each is the same, whichever page it stands on. When groups are no tree (one lies in two), all cells are hidden.
 *
 * Example, communes of one district of 40: 20, 12, 6, 2. The 2 is small; alone it would be 40 − 38. The 6 is hidden with it: 20, 12, –, –.
 *
 * Not covered: differences between revisions, days or filters.
 */
#ifndef TINHSO_FIGURE_SUPPRESS_H
#define TINHSO_FIGURE_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

enum { SMALL_CELL = 5 };

struct small_cells {
    const double *n; /* records of each cell */
    size_t n_cells;
    const size_t *const *levels; /* coarsest first: of each cell the number of the group it lies in, below n_cells */
    size_t n_levels;
};

/* By cell; in the arena. */
bool *small_cells_hide(struct arena *a, const struct small_cells *c);

#endif
