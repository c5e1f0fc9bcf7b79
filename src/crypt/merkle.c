#include "crypt/merkle.h"

#include "base/banned.h"

enum { PROOF_MAX = 128 };

void merkle_leaf(struct str data, struct digest *ret)
{
    sha256_parts((struct str[]){{"\x00", 1}, data}, 2, ret);
}

void merkle_node(const struct digest *left, const struct digest *right, struct digest *ret)
{
    char both[1 + 2 * DIGEST_BYTES] = {1};
    memcpy(both + 1, left->b, DIGEST_BYTES);
    memcpy(both + 1 + DIGEST_BYTES, right->b, DIGEST_BYTES);
    sha256(str_slice(both, sizeof both), ret);
}

void merkle_frontier_add(struct merkle_frontier *t, const struct digest *leaf)
{
    struct digest node = *leaf;
    unsigned level = 0;
    must(t->size < UINT64_MAX);
    for (; t->size >> level & 1; level++)
        merkle_node(&t->nodes[level], &node, &node);
    t->nodes[level] = node;
    t->size++;
}

void merkle_frontier_root(const struct merkle_frontier *t, struct digest *ret)
{
    if (t->size == 0) {
        sha256(STR(""), ret);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(t->size);
    struct digest root = t->nodes[level];
    while (++level < 64)
        if (t->size >> level & 1)
            merkle_node(&t->nodes[level], &root, &root);
    *ret = root;
}

void merkle_root(const struct digest *leaves, size_t n, struct digest *ret)
{
    struct merkle_frontier t;
    t.size = 0;
    for (size_t i = 0; i < n; i++)
        merkle_frontier_add(&t, &leaves[i]);
    merkle_frontier_root(&t, ret);
}

/* The largest power of two below n, for n > 1. */
static size_t split_of(size_t n)
{
    return (size_t)1 << (63 - __builtin_clzll((unsigned long long)n - 1));
}

/* Proofs are found from the root down and wanted from the leaf up. */
static void reverse(struct digest *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct digest d = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = d;
    }
}

struct merkle_proof merkle_inclusion_proof(struct arena *a, const struct digest *leaves, size_t n, size_t index)
{
    must(index < n);
    struct merkle_proof proof = {ARENA_ARRAY(a, struct digest, PROOF_MAX), 0};
    while (n > 1) {
        size_t k = split_of(n);
        if (index < k) {
            merkle_root(leaves + k, n - k, &proof.p[proof.n++]);
            n = k;
        } else {
            merkle_root(leaves, k, &proof.p[proof.n++]);
            leaves += k;
            index -= k;
            n -= k;
        }
    }
    reverse(proof.p, proof.n);
    return proof;
}

struct merkle_proof merkle_consistency_proof(struct arena *a, const struct digest *leaves, size_t n, size_t old)
{
    must(old > 0 && old <= n);
    struct merkle_proof proof = {ARENA_ARRAY(a, struct digest, PROOF_MAX), 0};
    bool is_whole = true; /* the part looked at is the whole old tree, whose root the checker knows */
    while (old < n) {
        size_t k = split_of(n);
        if (old <= k) {
            merkle_root(leaves + k, n - k, &proof.p[proof.n++]);
            n = k;
        } else {
            merkle_root(leaves, k, &proof.p[proof.n++]);
            leaves += k;
            old -= k;
            n -= k;
            is_whole = false;
        }
    }
    if (!is_whole)
        merkle_root(leaves, n, &proof.p[proof.n++]);
    reverse(proof.p, proof.n);
    return proof;
}

/* RFC 9162 §2.1.3.2, whose names these are. */
bool merkle_inclusion_check(const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *proof,
                            size_t n_proof, const struct digest *root)
{
    if (index >= size)
        return false;
    uint64_t fn = index, sn = size - 1;
    struct digest r = *leaf;
    for (size_t i = 0; i < n_proof; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            merkle_node(&proof[i], &r, &r);
            while (!(fn & 1) && fn)
                fn >>= 1, sn >>= 1;
        } else {
            merkle_node(&r, &proof[i], &r);
        }
        fn >>= 1, sn >>= 1;
    }
    return sn == 0 && digest_eq(&r, root);
}

/* RFC 9162 §2.1.4.2. */
bool merkle_consistency_check(uint64_t old_size, const struct digest *old_root, uint64_t size,
                              const struct digest *root, const struct digest *proof, size_t n_proof)
{
    struct digest empty;
    if (old_size > size)
        return false;
    if (old_size == 0) {
        sha256(STR(""), &empty);
        return n_proof == 0 && digest_eq(old_root, &empty);
    }
    if (old_size == size)
        return n_proof == 0 && digest_eq(old_root, root);
    bool is_power = (old_size & (old_size - 1)) == 0;
    if (!is_power && n_proof == 0)
        return false;
    struct digest fr = is_power ? *old_root : proof[0], sr = fr;
    uint64_t fn = old_size - 1, sn = size - 1;
    while (fn & 1)
        fn >>= 1, sn >>= 1;
    for (size_t i = is_power ? 0 : 1; i < n_proof; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            merkle_node(&proof[i], &fr, &fr);
            merkle_node(&proof[i], &sr, &sr);
            while (!(fn & 1) && fn)
                fn >>= 1, sn >>= 1;
        } else {
            merkle_node(&sr, &proof[i], &sr);
        }
        fn >>= 1, sn >>= 1;
    }
    return sn == 0 && digest_eq(&fr, old_root) && digest_eq(&sr, root);
}
