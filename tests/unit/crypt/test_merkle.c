#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "crypt/merkle.h"

enum { LEAVES = 130 };

static struct digest leaves[LEAVES];

/* RFC 9162 §2.1.1 word for word, from the data: MTH({}) = HASH(), MTH({d0}) = HASH(0x00 ‖ d0),
 * MTH(D[n]) = HASH(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n])) with k the largest power of two below n. */
static void data_of(size_t i, char data[8], size_t *ret_n)
{
    for (size_t k = 0; k < 8; k++)
        data[k] = (char)(i * 31 + k);
    *ret_n = i % 9; /* lengths differ, empty ones too */
}

static struct digest naive(size_t from, size_t n)
{
    struct digest d, left, right;
    char data[8];
    size_t k = 1, length;
    if (n == 0) {
        sha256(STR(""), &d);
        return d;
    }
    if (n == 1) {
        data_of(from, data, &length);
        sha256_parts((struct str[]){str_slice("\0", 1), str_slice(data, length)}, 2, &d);
        return d;
    }
    while (2 * k < n)
        k *= 2;
    left = naive(from, k);
    right = naive(from + k, n - k);
    sha256_parts((struct str[]){str_slice("\1", 1), digest_view(&left), digest_view(&right)}, 3, &d);
    return d;
}

static int leaves_make(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEAVES; i++) {
        char data[8];
        size_t n;
        data_of(i, data, &n);
        merkle_leaf(str_slice(data, n), &leaves[i]);
    }
    return 0;
}

static void assert_root(const char *const *data, size_t n, const char *hex)
{
    struct digest d[8] = {0}, root, expected;
    for (size_t i = 0; i < n; i++)
        merkle_leaf(str_of(data[i]), &d[i]);
    merkle_root(d, n, &root);
    assert_true(digest_parse(str_of(hex), &expected));
    assert_memory_equal(root.b, expected.b, DIGEST_BYTES);
}

static void the_root_of_nothing_and_of_one_empty_entry_are_known(void **state)
{
    (void)state;
    assert_root(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_root((const char *[]){""}, 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

static void roots_equal_the_recursive_definition(void **state)
{
    (void)state;
    struct merkle_frontier t = {0};
    for (size_t n = 0; n <= LEAVES; n++) {
        struct digest expected = naive(0, n), root, grown;
        merkle_root(leaves, n, &root);
        merkle_frontier_root(&t, &grown);
        assert_int_equal(t.size, n);
        assert_true(digest_eq(&root, &expected));
        assert_true(digest_eq(&grown, &expected));
        if (n < LEAVES)
            merkle_frontier_add(&t, &leaves[n]);
    }
}

static void every_leaf_of_every_tree_is_proven(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t n = 1; n <= LEAVES; n++) {
        struct digest root = naive(0, n);
        for (size_t i = 0; i < n; i++) {
            struct merkle_proof p = merkle_inclusion_proof(a, leaves, n, i);
            assert_true(merkle_inclusion_check(&leaves[i], i, n, p.p, p.n, &root));
            if (p.n)
                assert_false(merkle_inclusion_check(&leaves[i], i, n, p.p, p.n - 1, &root));
            struct digest longer[9];
            memcpy(longer, p.p, p.n * sizeof *longer);
            longer[p.n] = root;
            assert_false(merkle_inclusion_check(&leaves[i], i, n, longer, p.n + 1, &root));
        }
        arena_reset(a);
    }
}

static void a_flipped_bit_in_an_inclusion_proof_is_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t n = 1; n <= LEAVES; n += n < 10 ? 1 : 17) {
        struct digest root = naive(0, n);
        for (size_t i = 0; i < n; i += n < 10 ? 1 : 11) {
            struct merkle_proof p = merkle_inclusion_proof(a, leaves, n, i);
            struct digest leaf = leaves[i];
            for (unsigned bit = 0; bit < 256; bit++) {
                unsigned char flip = (unsigned char)(1 << bit % 8);
                leaf.b[bit / 8] ^= flip;
                assert_false(merkle_inclusion_check(&leaf, i, n, p.p, p.n, &root));
                leaf.b[bit / 8] ^= flip;
                root.b[bit / 8] ^= flip;
                assert_false(merkle_inclusion_check(&leaf, i, n, p.p, p.n, &root));
                root.b[bit / 8] ^= flip;
                for (size_t k = 0; k < p.n; k++) {
                    p.p[k].b[bit / 8] ^= flip;
                    assert_false(merkle_inclusion_check(&leaf, i, n, p.p, p.n, &root));
                    p.p[k].b[bit / 8] ^= flip;
                }
            }
            for (unsigned bit = 0; bit < 64; bit++)
                assert_false(merkle_inclusion_check(&leaf, i ^ (uint64_t)1 << bit, n, p.p, p.n, &root));
            assert_true(merkle_inclusion_check(&leaf, i, n, p.p, p.n, &root));
        }
        arena_reset(a);
    }
}

static void every_tree_is_proven_to_begin_every_longer_one(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct digest roots[LEAVES + 1];
    for (size_t n = 0; n <= LEAVES; n++)
        roots[n] = naive(0, n);
    for (size_t n = 1; n <= LEAVES; n++) {
        assert_true(merkle_consistency_check(0, &roots[0], n, &roots[n], NULL, 0));
        assert_false(merkle_consistency_check(0, &roots[1], n, &roots[n], NULL, 0));
        for (size_t old = 1; old <= n; old++) {
            struct merkle_proof p = merkle_consistency_proof(a, leaves, n, old);
            assert_true(merkle_consistency_check(old, &roots[old], n, &roots[n], p.p, p.n));
            assert_false(merkle_consistency_check(n + 1, &roots[old], n, &roots[n], p.p, p.n));
            assert_false(merkle_consistency_check(old, &roots[old - 1], n, &roots[n], p.p, p.n));
            if (p.n)
                assert_false(merkle_consistency_check(old, &roots[old], n, &roots[n], p.p, p.n - 1));
            struct digest longer[16];
            memcpy(longer, p.p, p.n * sizeof *longer);
            longer[p.n] = roots[n];
            assert_false(merkle_consistency_check(old, &roots[old], n, &roots[n], longer, p.n + 1));
        }
        arena_reset(a);
    }
}

static void a_flipped_bit_in_a_consistency_proof_is_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t n = 1; n <= LEAVES; n += n < 10 ? 1 : 23) {
        for (size_t old = 1; old <= n; old += n < 10 ? 1 : 7) {
            struct digest root = naive(0, n), old_root = naive(0, old);
            struct merkle_proof p = merkle_consistency_proof(a, leaves, n, old);
            for (unsigned bit = 0; bit < 256; bit++) {
                unsigned char flip = (unsigned char)(1 << bit % 8);
                struct digest *where[] = {&root, &old_root};
                for (size_t k = 0; k < p.n + 2; k++) {
                    struct digest *d = k < 2 ? where[k] : &p.p[k - 2];
                    d->b[bit / 8] ^= flip;
                    assert_false(merkle_consistency_check(old, &old_root, n, &root, p.p, p.n));
                    d->b[bit / 8] ^= flip;
                }
            }
        }
        arena_reset(a);
    }
}

static void a_proof_for_another_place_or_size_is_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct digest root = naive(0, 100);
    struct merkle_proof p = merkle_inclusion_proof(a, leaves, 100, 40);
    assert_false(merkle_inclusion_check(&leaves[41], 40, 100, p.p, p.n, &root));
    assert_false(merkle_inclusion_check(&leaves[40], 41, 100, p.p, p.n, &root));
    assert_false(merkle_inclusion_check(&leaves[40], 100, 100, p.p, p.n, &root));
    assert_false(merkle_inclusion_check(&leaves[40], 40, 0, p.p, p.n, &root));
    assert_false(merkle_inclusion_check(&leaves[40], 40, UINT64_MAX, p.p, p.n, &root));
    /* a node may not pass for a leaf */
    struct digest node;
    merkle_node(&leaves[0], &leaves[1], &node);
    struct digest root_2 = naive(0, 4), right;
    merkle_node(&leaves[2], &leaves[3], &right);
    assert_true(merkle_inclusion_check(&node, 0, 2, &right, 1, &root_2)); /* as leaf digests they fit, */
    struct digest as_leaf;                                                /* but no data has that leaf digest */
    char both[64];
    memcpy(both, leaves[0].b, 32);
    memcpy(both + 32, leaves[1].b, 32);
    merkle_leaf(str_slice(both, 64), &as_leaf);
    assert_false(digest_eq(&as_leaf, &node));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_of_nothing_and_of_one_empty_entry_are_known),
        cmocka_unit_test(roots_equal_the_recursive_definition),
        cmocka_unit_test(every_leaf_of_every_tree_is_proven),
        cmocka_unit_test(a_flipped_bit_in_an_inclusion_proof_is_refused),
        cmocka_unit_test(every_tree_is_proven_to_begin_every_longer_one),
        cmocka_unit_test(a_flipped_bit_in_a_consistency_proof_is_refused),
        cmocka_unit_test(a_proof_for_another_place_or_size_is_refused),
    };
    return cmocka_run_group_tests(tests, leaves_make, NULL);
}
