/* Following somebody else's log: that it only ever grows, and that it is what it says (RFC 9162 §2.1.4, C2SP tlog-tiles).
 *
 *     struct follow_source source = {.get = fetch, .context = &base_url};       // "checkpoint", "tile/0/000", …
 *     struct follow_result r;
 *     if (log_follow(a, &source, &verifier, last_note, &(struct follow_options){.has_records = true, .each = print}, &r, f) != OK) …
 *     save(r.note);                                                           // the next call goes on from there
 *
 * Checked, in this order: the signature of the checkpoint by the key that the follower trusts; that it is not smaller than the last one he saw, and has the same
 * root at that size; that the leaves of the tiles give its root; that each new entry is its leaf; with has_records, that the records of each new
 * revision (leaf hashes for those that are not public) give the root that its entry names.
 *
 * Costs the leaf hashes of the whole log (32 bytes a revision), and the entries and records of what is new.
 * Errors: ERR_FOLLOW_SMALLER, ERR_FOLLOW_FORKED, ERR_FOLLOW_ROOT, ERR_FOLLOW_ENTRY {rev}, ERR_FOLLOW_RECORDS {rev}, ERR_FOLLOW_ANSWER {path},
 * ERR_NOTE_…, ERR_CHECKPOINT_INVALID, and those of get.
 */
#ifndef TINHSO_REGISTER_LOG_FOLLOW_H
#define TINHSO_REGISTER_LOG_FOLLOW_H

#include "crypt/checkpoint.h"
#include "text/json.h"

struct follow_source {
    /* The document at the path below the log's address. */
    enum err (*get)(void *context, const char *path, struct buf *out, struct fault *f);
    void *context;
};

struct follow_options {
    bool has_records;
    /* Each new revision once it is checked: its entry, and how many of its records were public (-1: not asked for). */
    void (*each)(void *context, int64_t rev, const struct json *entry, int64_t n_public);
    void *context;
};

struct follow_result {
    struct str note; /* the new checkpoint, in the arena */
    uint64_t old_size, size;
};

/* last_note is empty the first time. */
enum err log_follow(struct arena *a, const struct follow_source *source, const struct note_verifier *v,
                    struct str last_note, const struct follow_options *o, struct follow_result *ret_result,
                    struct fault *f);

#endif
