/* Chance, the same for the same seed on every machine, and the words that invented records are drawn from.
 *
 *     uint64_t state = seed;
 *     struct str name = names_draw(a, &names, true, &state);               // data/names.yaml: Điểu, K', Y …
 *     struct str paper = words_draw(words_named(lists, n, "faults"), &state); // data/dossiers.yaml
 *
 * SplitMix64 (Steele, Lea, Flood 2014). Ownership: the arena.
 */
#ifndef TINHSO_REGISTER_DRAW_H
#define TINHSO_REGISTER_DRAW_H

#include "register/declaration.h"

uint64_t draw_next(uint64_t *state);
/* 0 … n-1, evenly enough: the bias is below n / 2^64. */
uint64_t draw_below(uint64_t *state, uint64_t n);
double draw_unit(uint64_t *state); /* 0 ≤ x < 1 */
/* The first i with upto[i] > a random point of the whole. */
size_t draw_weighted(uint64_t *state, const double *upto, size_t n);

struct word_list {
    struct str name;
    struct str *words;
    double *upto; /* cumulated weights */
    size_t n;
};

struct name_group {
    struct word_list *lists;
    size_t n_lists;
    struct str male, female;
    double upto;
};

struct names {
    struct name_group *groups;
    size_t n;
};

/* data/names.yaml; no groups when the file is absent. */
enum err names_read(struct arena *a, const struct province *p, struct names *ret, struct faults *list);
struct str names_draw(struct arena *a, const struct names *names, bool is_female, uint64_t *state);

/* A file of lists, `name: {word: weight, …}`; none when it is absent. */
enum err words_read(struct arena *a, const struct province *p, struct str path, struct word_list **ret_lists,
                    size_t *ret_n, struct faults *list);
const struct word_list *words_named(const struct word_list *lists, size_t n, const char *name); /* else an empty one */
struct str words_draw(const struct word_list *list, uint64_t *state); /* empty of an empty list */

#endif
