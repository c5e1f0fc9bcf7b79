/* Small cells of a published breakdown: hidden, with as many others as it takes that none can be computed from totals.
 *
 *     struct small_cells c = {.n = counts, .n_cells = 5, .levels = groups, .n_levels = 1};
 *     bool *hidden = small_cells_hide(a, &c);
 *
 * A cell is small when it counts from 1 to SMALL_CELL - 1 records (reference domain/registers.md §8: k ≥ 5); nothing and nobody is no secret. What is
 * published besides: the total of all cells, and the table of each coarser level (districts above communes). So, from the coarsest level down, among
 * the cells of one shown parent either none is hidden, or at least two that together count SMALL_CELL records or more: to small ones the least others are
 * added. A parent that is hidden itself has at least one hidden cell below, or its cells would add up to it.
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
