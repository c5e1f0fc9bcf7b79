/* Entry: one record put or removed by a person, with every check that a whole import gets, and the look for duplicates.
 *
 *     struct str cells[…];  bool is_given[…];                        // by field; texts as value_parse reads them
 *     struct entry in = {.reg = reg, .cells = cells, .is_given = is_given};
 *     struct entry_options o = {.actor = STR("…"), .reason = reason, .on_duplicate = show, .ctx = &page};
 *     struct entry_result done;
 *     if (entry_put(a, s, &in, &o, &done, &list) != OK) …            // all that is wrong stands in the list
 *
 * The key says which record is meant: none has it, and there is a new one; else the fields that are not given keep their values, and an
 * empty text clears one. A record that was invented stays so unless the mark says that it is real.
 *
 * Duplicates. Where the register declares rules for them, a new record, or one of which a compared field changes, is looked for among the
 * others (register/duplicates.h). Every candidate goes to on_duplicate, best first; then the entry is refused with ERR_ENTRY_DUPLICATES,
 * unless they are allowed: whoever looked at them says that it is another record.
 *
 * A put whose content is there already writes nothing (PUT_SAME, rev 0). A dry run judges everything and writes nothing.
 * A record that others still refer to cannot be removed.
 *
 * Ownership: what the result points to lives in the arena given; the fault lists are the caller's.
 * Errors: ERR_ENTRY_BUILTIN, ERR_ENTRY_EXISTS, ERR_ENTRY_DUPLICATES, ERR_RECORD_UNKNOWN, ERR_MERGE_GONE,
 * ERR_REGISTER_CHANGED, those of record_parse and change_commit.
 */
#ifndef TINHSO_REGISTER_ENTRY_H
#define TINHSO_REGISTER_ENTRY_H

#include "register/change.h"
#include "register/duplicates.h"

enum entry_mode { ENTRY_UPSERT, ENTRY_CREATE, ENTRY_UPDATE };

struct entry {
    const struct reg *reg;
    struct str *cells; /* by field; those not given are filled from the record that is there */
    const bool *is_given;
    enum sample_mark mark;
};

struct entry_options {
    struct str actor, reason;
    enum entry_mode mode;
    bool is_dry_run, allow_duplicates;
    duplicate_found *on_duplicate; /* may be NULL */
    void *ctx;
};

struct entry_result {
    struct str id;
    enum put_outcome outcome;
    bool is_sample, was_sample;
    int64_t duplicates; /* candidates found */
    int64_t rev;        /* 0: nothing was written */
    struct faults warnings;
};

/* ret_result is filled as far as it came also when the entry is refused; its warnings are to be freed by the caller. */
enum err entry_put(struct arena *a, struct store *s, const struct entry *in, const struct entry_options *o,
                   struct entry_result *ret_result, struct faults *list);

/* Of the options: actor, reason, is_dry_run. ret_rev is 0 after a dry run. */
enum err entry_remove(struct store *s, const struct reg *reg, struct str id, const struct entry_options *o,
                      int64_t *ret_rev, struct faults *list);

#endif
