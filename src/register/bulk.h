/* Many records in one change: a field of each set to one value; or all that a revision wrote put back as it was before.
 *
 *     struct bulk_options o = {.actor = actor, .reason = reason, .is_dry_run = true};
 *     struct bulk_result done;
 *     bulk_set(a, s, reg, ids, n_ids, field, text, &o, &done, &list);      // done.changed, done.failed; is_failed[i] tells which
 *     bulk_undo(a, s, reg, rev, &o, &done, &list);                         // a new revision; none is taken away
 *
 * Every record is judged as if somebody had entered it: its fields, rules, references, uniqueness. All or nothing, unless those that fail are to be
 * left out (leaves_out). A record that holds the value already is not written.
 *
 * Undoing. Of the records that the revision wrote to the register, each that nobody changed since gets the content it had before; one that was new is
 * removed; one that was removed comes back. Those that were changed since stay as they are and are counted (`kept`). A removal of what others refer to by now
 * is refused like any other (ERR_RECORD_NEEDED).
 *
 * At most LIMIT_BULK_RECORDS (ERR_LIMIT). Ownership: what the result points to lies in the arena; the list is the caller's. Errors: those of
 * record_parse and change_commit, ERR_ENTRY_BUILTIN, ERR_REGISTER_CHANGED, ERR_UNDO_NOTHING.
 */
#ifndef TINHSO_REGISTER_BULK_H
#define TINHSO_REGISTER_BULK_H

#include "register/change.h"

struct bulk_options {
    struct str actor, reason;
    bool is_dry_run, leaves_out;
};

struct bulk_result {
    int64_t changed, same, failed, removed, kept;
    bool *is_failed; /* by place in ids */
    int64_t rev;     /* 0: nothing was written */
};

enum err bulk_set(struct arena *a, struct store *s, const struct reg *reg, const struct str *ids, size_t n_ids,
                  int field, struct str text, const struct bulk_options *o, struct bulk_result *ret_result,
                  struct faults *list);

enum err bulk_undo(struct arena *a, struct store *s, const struct reg *reg, int64_t rev, const struct bulk_options *o,
                   struct bulk_result *ret_result, struct faults *list);

#endif
