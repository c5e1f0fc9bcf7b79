/* A change: one transaction that writes records, their history, a revision, and a leaf of the log. All or nothing.
 *
 *     struct change *c;
 *     change_begin(s, &(struct change_info){.actor = STR("tinhso load"), .reason = STR("…"), .source = STR("data/units.csv")}, &c, f);
 *     for each row: change_put(c, reg, &record, &outcome, f);
 *     if (change_commit(c, &rev, &faults) != OK) …            // rules, references and uniqueness are judged here, in sets
 *
 * A put whose content equals the current version writes nothing (PUT_SAME). A change that wrote nothing makes no revision: ret_rev
 * is 0. After change_commit returned OK the facts are on disk (synchronous=FULL) and the checkpoint file has been renewed.
 * change_abort, or closing the store, leaves the database as before.
 *
 * Log (RFC 9162): leaf R-1 of the log is the entry of revision R, canonical JSON:
 *   {"actor":…,"behalf":…,"count":N,"reason":…,"registers":{"NAME":N,…},"rev":R,"root":"HEX","source":{"name":…,"sha256":…},"time":…}
 * where behalf (only when there is somebody) names those whose right, lent to the actor, was used, and root is the Merkle root over the canonical bytes of the N records, in the order they were written (_ord from 0).
 *
 * Group commit: between change_group_begin and change_group_commit several changes of one store share a transaction and its fsync. Each is a
 * revision and a leaf of its own, each may be refused without harm to the others, and later ones see earlier ones. Nothing of them
 * is on disk, and no revision may be acknowledged, before change_group_commit returned OK:
 *
 *     if (change_group_begin(s, f) != OK) …
 *     for each request: change_begin, change_put, change_commit           // as without a group
 *     if (change_group_commit(s, f) != OK) …                              // none of them happened
 *
 * A removed record comes back when it is put again; one that was merged into another does not (ERR_MERGE_GONE names that one).
 *
 * Errors: ERR_REFERENCE_UNKNOWN (with the successor offered), ERR_RECORD_NEEDED (removed, but a record refers to it), ERR_RULE_BROKEN,
 * ERR_KEY_TWICE, ERR_VALUE_NOT_UNIQUE, ERR_VALIDITY_OVERLAPS, and those of db.
 */
#ifndef TINHSO_REGISTER_CHANGE_H
#define TINHSO_REGISTER_CHANGE_H

#include "register/record.h"
#include "register/store.h"

struct change_info {
    struct str actor, reason;
    struct str source;     /* file name or other origin; may be empty */
    struct digest *digest; /* SHA-256 of the source, or NULL */
    struct str file;       /* named as place of faults found at commit */
    bool is_act;           /* a step of a workflow: it alone writes fields declared `by: workflow` */
    int64_t shown;         /* offending records that each check names at commit; 0: 100 */
};

enum put_outcome { PUT_SAME, PUT_ADDED, PUT_CHANGED };

struct change;

enum err change_begin(struct store *s, const struct change_info *info, struct change **ret_change, struct fault *f);
enum err change_put(struct change *c, const struct reg *reg, const struct record *r, enum put_outcome *ret_outcome,
                    struct fault *f);
/* ERR_RECORD_UNKNOWN when there is no current record of that id. */
enum err change_remove(struct change *c, const struct reg *reg, struct str id, struct fault *f);
/* The current record of that id as this change sees it; ret_record->values is NULL when there is none. Values live until the next call
 * that takes the change. ERR_KEY_TWICE when this change wrote it. */
enum err change_current(struct change *c, const struct reg *reg, struct str id, struct record *ret_record,
                        struct fault *f);
/* Refuses to create a record where `there` is one already: by `code`, with register and id, or as the guard refuses where whoever writes does not see that one. */
enum err change_taken(struct change *c, const struct reg *reg, const struct record *there, enum err code,
                      struct fault *f);
/* The register as the change sees it: whoever wrote between the reading of the declarations and the change may have declared it anew.
 * ERR_REGISTER_CHANGED when it has other fields now: what was read by the old ones is worth nothing. */
enum err change_register(const struct change *c, const struct reg *reg, const struct reg **ret_reg, struct fault *f);
/* New declarations of the province: their files become records of `declarations`, tables follow; what was let go (drops) leaves the current
 * records when it is declared again. */
enum err change_declare(struct change *c, const struct province *next, const struct str *drops, size_t n_drops,
                        struct faults *list);
/* What change_commit would find wrong, told before it; the change stays open. ERR_… of the first fault. Nothing can be put behind it;
 * a commit that follows does not judge again. */
enum err change_judge(struct change *c, struct faults *list, struct faults *warnings);
/* Frees the change, whatever the outcome. Warnings (rules of level warning) go to `warnings` when not NULL. */
enum err change_commit(struct change *c, int64_t *ret_rev, struct faults *list, struct faults *warnings);
void change_abort(struct change *c);
/* Ends it one way or the other: committed when e is OK, else undone. What went wrong first is in f; ret_rev may be NULL. */
enum err change_end(struct change *c, enum err e, int64_t *ret_rev, struct fault *f);
/* A checkpoint that cannot be written does not undo the commit: the next one, or the next opening, signs it. */
enum err change_group_begin(struct store *s, struct fault *f);
enum err change_group_commit(struct store *s, struct fault *f);
void change_group_abort(struct store *s); /* fine without a group */
/* The day of the change in the province's time, ISO: what record_parse takes as today. */
struct str change_today(const struct change *c);
struct store *change_store(const struct change *c);

#endif
