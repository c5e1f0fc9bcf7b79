/* Which units belong to an official's: his own, all below it, and those that were merged into them, whose records carry their old codes.
 *
 *     struct unit_tree *t = NULL;
 *     unit_tree_read(a, s, province, STR("2026-11-27"), &t, f);
 *     size_t n;
 *     const struct str *codes = unit_tree_below(t, a, STR("660"), &n);      // none when there is no such unit
 *
 * A unit stands where its version valid on the day says, one that has ended where its last version stood. A unit that was merged goes with its
 * successor when it has only one and its code is not used again: what was split belongs to neither.
 */
#ifndef TINHSO_ACCESS_UNIT_TREE_H
#define TINHSO_ACCESS_UNIT_TREE_H

#include "register/store.h"

struct unit_tree;

/* From the current records, whatever moment the store reads at. A province without units gives an empty tree. */
enum err unit_tree_read(struct arena *a, struct store *s, const struct province *p, struct str day,
                        struct unit_tree **ret_tree, struct fault *f);
const struct str *unit_tree_below(const struct unit_tree *t, struct arena *a, struct str code, size_t *ret_n);

#endif
