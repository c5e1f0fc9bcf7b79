/* Duplicates: records of a register that may be one and the same, found by declared rules with blocking; and their merging.
 *
 *     duplicates:                                    # in the register's declaration
 *       - {same: [personal_id]}                      # exact
 *       - {same: [unit], like: [head], near: [{field: birth_year, within: 1}], score: 0.85}
 *
 *     duplicates_find(s, reg, &options, on_pair, ctx, &total, f);   // every candidate pair once, best first
 *     duplicates_of(s, reg, &record, on_pair, ctx, f);              // entry check: p95 ≤ 50 ms whatever the table's size
 *     duplicates_merge(s, reg, keep_id, drop_id, actor, reason, &rev, &list);
 *
 * Score. The fields of `same` must agree after normalising (accents and case off; digits of identifiers without leading zeros). Then the
 * mean of `like` (text/match.h, weight 2 each) and `near` (weight 1 each: 1 equal, 0.75 at the distance `within`; unknown counts half) is
 * the score; 1 when the rule has neither. A field that some rule takes alone for proof ({same: [personal_id]}), known in both and
 * different, multiplies it by 0.6 (0.95 for one edit; 1 between an old and a new personal number). A rule without `like` is
 * multiplied by 0.9 where the texts that other rules compare are not alike: the same number under another name.
 *
 * Cost. Blocks are the records that agree in `same`. A block over 48 records is not compared each with each: it is walked sorted by name
 * and sorted by the first `near`, each record against a bounded number of neighbours. duplicates_find keeps the keys of all records in
 * memory (about 300 bytes each). duplicates_of reads one block through an index that every rule has, and at most 20,000 records of it.
 *
 * A merge is one change: the kept record takes what the dropped one knows and it does not, the dropped one is removed, references to
 * it are moved (fields of type reference, in every register), and the built-in register `redirects` leads from the old key to the new. Both histories stay. Nothing of
 * an invented record goes into a real one, and no real one is dropped for an invented one; what the two together would break (a rule, a personal number against the birth year) refuses
 * the merge.
 *
 * Records seen by a callback live until it returns; it must not write to the store.
 * Errors: ERR_DUPLICATES_NONE, ERR_LIMIT (more than LIMIT_DUPLICATE_PAIRS); of a merge ERR_MERGE_SELF, ERR_MERGE_GONE, ERR_MERGE_DATED, ERR_MERGE_SAMPLE,
 * ERR_MERGE_KEY, ERR_RECORD_UNKNOWN, and those of change_commit.
 */
#ifndef TINHSO_REGISTER_DUPLICATES_H
#define TINHSO_REGISTER_DUPLICATES_H

#include "register/change.h"

struct duplicate_pair {
    struct str id[2];
    double score;                  /* 0 … 1, of the rule that scores most */
    const struct match_rule *rule; /* that rule */
    const struct record *record[2];
    const unsigned char *agrees; /* by field: 0 differ, 1 agree, 2 alike, 3 unknown in one */
};
typedef bool duplicate_found(void *ctx, const struct duplicate_pair *pair); /* false: stop */

struct duplicates_options {
    double min_score; /* 0: as declared */
    int64_t limit;    /* pairs given to the callback; 0: all */
};

enum err duplicates_find(struct store *s, const struct reg *reg, const struct duplicates_options *o,
                         duplicate_found *found, void *ctx, int64_t *ret_total, struct fault *f);
/* Candidates for one record, which need not be in the register; one of the same id is no candidate. record[0] is r. Where the store has a viewer,
 * only records of which he sees all that is compared. */
enum err duplicates_of(struct store *s, const struct reg *reg, const struct record *r, duplicate_found *found,
                       void *ctx, struct fault *f);
/* All faults of the change go to the list. */
enum err duplicates_merge(struct store *s, const struct reg *reg, struct str keep_id, struct str drop_id,
                          struct str actor, struct str reason, int64_t *ret_rev, struct faults *list);

/* The id that a merged record's old id now leads to, or the id itself (also when it is the id of a record at this moment). In the store's
 * arena when it differs. */
enum err record_redirect(struct store *s, const struct reg *reg, struct str id, struct str *ret_id, struct fault *f);

#endif
