/* Duplicates: records of a register that may be one and the same, found by declared rules with blocking; and their merging.
 *
 *     duplicates:                                    # in the register's declaration
 *       - {same: [personal_id]}                      # exact
 *       - {same: [unit], like: [head], near: [birth_year], score: 0.85}   # block on the folded first, compare the others
 *
 *     duplicates_find(s, reg, &options, on_pair, ctx, f);           // every candidate pair once, best first within a block
 *     duplicates_of(s, reg, &record, on_pair, ctx, f);              // entry check: p95 ≤ 50 ms whatever the table's size
 *     duplicates_merge(s, reg, keep_id, drop_id, actor, reason, &rev, f);
 *
 * A merge is one change: the kept record takes what the dropped one knows and it does not, the dropped one is removed, references to
 * it are moved, and the built-in register `redirects` leads from the old key to the new. Both histories stay.
 */
#ifndef TINHSO_REGISTER_DUPLICATES_H
#define TINHSO_REGISTER_DUPLICATES_H

#include "register/change.h"

struct duplicate_pair {
    struct str id[2];
    double score; /* 0 … 1 */
    const struct record *record[2];
    const unsigned char *agrees; /* by field: 0 differ, 1 agree, 2 alike, 3 unknown in one */
};
typedef bool duplicate_found(void *ctx, const struct duplicate_pair *pair); /* false: stop */

struct duplicates_options {
    double min_score; /* 0: as declared */
    int64_t limit;
};

enum err duplicates_find(struct store *s, const struct reg *reg, const struct duplicates_options *o,
                         duplicate_found *found, void *ctx, struct fault *f);
enum err duplicates_of(struct store *s, const struct reg *reg, const struct record *r, duplicate_found *found,
                       void *ctx, struct fault *f);
enum err duplicates_merge(struct store *s, const struct reg *reg, struct str keep_id, struct str drop_id,
                          struct str actor, struct str reason, int64_t *ret_rev, struct fault *f);

/* The id that a merged record's old id now leads to, or the id itself. */
enum err record_redirect(struct store *s, const struct reg *reg, struct str id, struct str *ret_id, struct fault *f);

#endif
