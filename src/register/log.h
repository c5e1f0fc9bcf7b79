/* The log of a store: a Merkle tree (RFC 9162) over all changes, its signed checkpoint (C2SP), verification and proofs.
 *
 *     log_verify(s, &report, f);            // recomputes everything; report names what was altered
 *     log_prove(s, reg, id, NULL, &buf, f); // a proof file (JSON) for the version of the record visible at s->at
 *     log_check_proof(text, verifier, …);   // needs no database
 *
 * Verification order: pages of the file, rows against the leaf hashes of their change, subtrees against the entries, entries against the log
 * tree, `_until` chains against the versions, the tree against the checkpoint file and its signature. The first altered revision, with
 * register and record, is named first.
 */
#ifndef TINHSO_REGISTER_LOG_H
#define TINHSO_REGISTER_LOG_H

#include "crypt/checkpoint.h"
#include "register/store.h"
#include "text/json.h"

enum { TILE_HASHES = 256 };

/* Appends leaves to a tree inside the running transaction; for change.c. A struct log_tree buffers one tile. */
struct log_tree {
    struct db *db;
    int64_t tree;
    uint64_t size;
    bool is_tile_stored; /* the tile being filled is in the table already */
    unsigned char tile[TILE_HASHES * 32];
    struct merkle_frontier frontier;
};
void log_tree_init(struct log_tree *t, struct db *db, int64_t tree);
/* Goes on with an existing tree of `size` leaves whose frontier is known: reads its last, partial tile. */
enum err log_tree_resume(struct log_tree *t, struct db *db, int64_t tree, const struct merkle_frontier *frontier,
                         struct fault *f);
enum err log_tree_add(struct log_tree *t, const struct digest *leaf, struct fault *f);
enum err log_tree_end(struct log_tree *t, struct digest *ret_root, struct fault *f); /* writes the partial tile */
/* All leaf hashes of a tree, in the arena. */
enum err log_tree_leaves(struct arena *a, struct db *db, int64_t tree, struct digest **ret_leaves, uint64_t *ret_n,
                         struct fault *f);

/* The key of a write store: loaded, or made for a log that has none yet. ERR_LOG_KEY_MISSING when it was signed by a key that is gone. */
enum err log_key_open(struct store *s, struct fault *f);
/* Checkpoint file beside the database. */
enum err log_checkpoint_write(struct store *s, struct fault *f);
/* The checkpoint of a log as a commit will leave it, on its way to the disk while that commit is; file_write_end puts it in its place, once the commit is there. */
struct file_ahead;
enum err log_checkpoint_begin(struct store *s, const struct merkle_frontier *edge, struct file_ahead **ret_ahead,
                              struct fault *f);
/* The public key, and the file as it is: the signed note and what it says, signature checked. The note lies in the arena. */
enum err log_verifier(struct store *s, struct note_verifier *ret_v, struct fault *f);
enum err log_checkpoint_read(struct arena *a, struct store *s, struct str *ret_note, struct checkpoint *ret_c,
                             struct fault *f);
bool log_has_checkpoint(struct store *s);
/* Removes what killed writers left half-written beside the database. */
void log_tidy(struct store *s);
/* Called by store_open: compares database and checkpoint; renews a checkpoint that is behind. */
enum err log_checkpoint_check(struct store *s, struct fault *f);
/* The same before a missing database is made: beside a checkpoint of something, its absence is a loss. */
enum err log_checkpoint_check_new(struct store *s, struct fault *f);

/* ---- for followers from outside (log_tiles.c) */

/* Tiles and bundles of entries as C2SP tlog-tiles names them behind "tile/": "0/000", "1/x001/234.p/17", "entries/000.p/5". The level-l hash i
 * is the root over the leaves [i·256^l, (i+1)·256^l); an entry is two bytes of length, big-endian, and its bytes. ERR_LOG_TILE when there is none. */
enum err log_tile_write(struct store *s, struct str name, struct buf *out, struct fault *f);
/* The path for n, with the width behind it when it is not full: "x001/234.p/17". */
void log_tile_name(uint64_t n, unsigned width, struct buf *out);

/* One revision bound to the newest checkpoint: {"revision", "entry" (its canonical text), "index", "size", "path" (hex), "checkpoint", "verifier"}.
 * ERR_REVISION_UNKNOWN; ERR_PROOF_PENDING while no checkpoint covers it yet. */
enum err log_revision_write(struct store *s, int64_t rev, struct buf *out, struct fault *f);

/* The records of one revision from place `from` on, at most `limit`, as an array: {"record": canonical text} where may_show says so of the register as it
 * was declared then, else {"leaf": hex}. With all of them the root of the revision can be computed. The store must read at `rev`. */
enum err log_records_write(struct store *s, int64_t rev, int64_t from, int64_t limit,
                           bool (*may_show)(void *context, const struct reg *reg), void *context, struct json_out *o,
                           struct fault *f);

enum { LOG_PROBLEMS_MAX = 1000 }; /* kept of each kind: of revisions and records, and of pages */

struct log_problem {
    enum err code;      /* ERR_LOG_… : what kind */
    int64_t rev;        /* 0 when it concerns no revision */
    struct str reg, id; /* empty when unknown */
    struct str detail;  /* a value of the sentence: ordinals, a column, a page; in no language */
};

struct log_report {
    int64_t revisions, records, pages; /* checked */
    struct log_problem *problems;      /* sorted by revision; what concerns none, then pages, last */
    size_t n_problems;                 /* kept */
    int64_t n_found;                   /* all of them */
    struct checkpoint checkpoint;      /* recomputed head */
};

/* The problem as a sentence, without a newline. */
void log_problem_print(const struct log_problem *p, enum lang lang, struct buf *out);

/* "revisions=35 records=131751 problems=0": for the note of the run. */
struct str log_report_facts(struct arena *a, const struct log_report *r);

typedef void log_progress(void *ctx, int64_t done, int64_t total);

/* Returns OK when the check ran; report->n_problems tells the outcome. The report lives in the arena. */
enum err log_verify(struct arena *a, struct store *s, log_progress *progress, void *ctx, struct log_report *ret_report,
                    struct fault *f);

/* Personal fields stand in a proof as commitments. Those named here are shown, each with its value and its salt: any subset, also of a record
 * of which others are erased. */
struct proof_shown {
    const struct str *names;
    size_t n;
    bool is_all;
};

/* `shown` may be NULL: none. ERR_PROOF_HIDDEN for a name that is no personal field with a value. */
enum err log_prove(struct store *s, const struct reg *reg, struct str id, const struct proof_shown *shown,
                   struct buf *out, struct fault *f);

struct proof_field {
    struct str name, salt, value; /* salt in hexadecimal digits, value as canonical JSON */
};

struct proof_facts {
    struct str reg, id, time, actor, verifier;
    int64_t rev;
    uint64_t size;
    bool is_removal;
    struct str record; /* canonical bytes */
    const struct proof_field *shown;
    size_t n_shown, n_personal; /* personal fields of the record: those shown, hidden and erased */
};
/* Accepts a proof file by itself; `verifier` (may be empty) is the log's public key text that the reader trusts. ERR_PROOF_…  */
enum err log_check_proof(struct arena *a, struct str proof, struct str verifier, struct proof_facts *ret_facts,
                         struct fault *f);

#endif
