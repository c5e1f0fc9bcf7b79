/* The Merkle tree of RFC 9162 §2.1: what binds every change of the province into one 32-byte root.
 *
 *     struct digest leaf;
 *     merkle_leaf(canonical_bytes, &leaf);          // SHA-256(0x00 ‖ data)
 *     merkle_frontier_add(&tree, &leaf);            // O(log n), in practice two hashes
 *     merkle_frontier_root(&tree, &root);
 *
 *     struct merkle_proof p = merkle_inclusion_proof(arena, leaves, n, index);
 *     if (!merkle_inclusion_check(&leaf, index, n, p.p, p.n, &root)) ...   // needs no leaves
 *
 * A tree over n leaves splits at the largest power of two below n; the root of nothing is SHA-256 of the empty string.
 * Indices count from 0. Proofs hold at most 2·64 digests. Making a proof hashes all leaves once; checking one hashes
 * its path. Checks return false for everything that is not a valid proof, sizes and indices out of range included.
 */
#ifndef TINHSO_CRYPT_MERKLE_H
#define TINHSO_CRYPT_MERKLE_H

#include <stdint.h>

#include "base/mem.h"
#include "crypt/hash.h"

void merkle_leaf(struct str data, struct digest *ret);
void merkle_node(const struct digest *left, const struct digest *right, struct digest *ret);
void merkle_root(const struct digest *leaves, size_t n, struct digest *ret);

/* The right edge of a growing tree: nodes[i] is the root of a full subtree of 2^i leaves where bit i of size is set.
 * {0} is the empty tree. It may be stored and loaded as size and those nodes. */
struct merkle_frontier {
    uint64_t size;
    struct digest nodes[64];
};

void merkle_frontier_add(struct merkle_frontier *t, const struct digest *leaf);
void merkle_frontier_root(const struct merkle_frontier *t, struct digest *ret);

struct merkle_proof {
    struct digest *p; /* in the arena, in RFC 9162's order */
    size_t n;
};

/* That leaf `index` is in the tree over n leaves (§2.1.3). index < n is a must. */
struct merkle_proof merkle_inclusion_proof(struct arena *a, const struct digest *leaves, size_t n, size_t index);
bool merkle_inclusion_check(const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *proof,
                            size_t n_proof, const struct digest *root);

/* That the tree over the first `old` of n leaves is a beginning of the tree over all of them (§2.1.4).
 * 0 < old ≤ n is a must; for old == n the proof is empty. */
struct merkle_proof merkle_consistency_proof(struct arena *a, const struct digest *leaves, size_t n, size_t old);
/* old_size 0 is consistent with everything, with an empty proof and the root of the empty tree. */
bool merkle_consistency_check(uint64_t old_size, const struct digest *old_root, uint64_t size,
                              const struct digest *root, const struct digest *proof, size_t n_proof);

#endif
