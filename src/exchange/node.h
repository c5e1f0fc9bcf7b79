/* Counter nodes: what a node is given when it joins, what it sends when its line is back, how the province takes it, and what comes back from there.
 *
 * At the node:
 *     node_batch_write(a, s, &self, NODE_BATCH, &body, &rev, &n, f);            // the next steps behind self.sent_rev, as one body to post
 *     …posted, answered…
 *     node_self_sent(db, rev, f);
 * At the province, on the writer's thread:
 *     node_batch_open(a, s, code, body, &batch, f);                             // every proof judged: ERR_NODE_SIGNATURE, and nothing was taken
 *     node_batch_take(a, acting, s, workflow, papers, &batch, &list, f);        // each step a change of its own
 * What a node asks for bears its signature and its moment (node_request_…): to be refreshed, and to have a piece of a file taken.
 *
 * A step is sent as two proofs out of the log of the node (register/log.h): of its event, and of the dossier as the same revision left it. They hold under the checkpoint that the
 * node signed with the key that was registered when it joined; so neither a step nor its moment nor a word of the dossier can be altered on the way, and a step bears the moment at
 * which the node's log took it (NODE_LATE_MS at most between the two).
 *
 * A step is known by dossier and number. What is there already (same node, transition and moment) is there; so a body may come any number of times. What cannot be taken, because
 * the dossier went on elsewhere, because a guard or a law says no, or because a term comes out otherwise than it was printed, is kept in the register node_conflicts with
 * everything that was sent, for a person. Steps in the future stop the batch with ERR_NODE_TIME, to be sent again.
 *
 * Files: a step is sent with the proofs of the records of files that it added; the province puts them beside it, each with `node`, `node_number` (its number there) and without
 * `arrived_at`: still on the way. Their bytes follow in pieces, in order, from the place on that the province names (node_file_take): so an interrupted one goes on, and a piece
 * that comes twice counts once. When all are there, their SHA-256 is that of the record that the node signed, or nothing is kept. Files of a step that conflicts are kept with the
 * dossier all the same, where it is the node's own.
 *
 * Refresh: behind a revision of the province, what changed of the declarations, of the registers that a counter reads, of the office's staff, and of the dossiers that the node
 * received (their state and their steps; of what is personal only what a counter fills in). The node takes it in one transaction, with the revision up to which it is.
 *
 * Ownership: the arena. Errors: ERR_NODE_…, ERR_JSON_…, those of db and change.
 */
#ifndef TINHSO_EXCHANGE_NODE_H
#define TINHSO_EXCHANGE_NODE_H

#include "workflow/dossier.h"
#include "workflow/node.h"

enum {
    NODE_BATCH = 20,
    NODE_LATE_MS = 600000, /* between a step and its log, and of the moment of a request from now */
    NODE_JOIN_MS = 24 * 3600 * 1000,
    NODE_PIECE = 256 << 10, /* bytes of a file in one request */
    NODE_REFRESH = 200,     /* dossiers in one answer */
};

/* ---- at the node */

/* *ret_n is 0 when all was sent. */
enum err node_batch_write(struct arena *a, struct store *s, const struct node_self *self, size_t most, struct buf *out,
                          int64_t *ret_rev, size_t *ret_n, struct fault *f);
/* How many steps wait to be sent. */
enum err node_waiting(struct store *s, const struct node_self *self, int64_t *ret_n, struct fault *f);

/* ---- at the province */

struct node_step {
    struct str id, dossier; /* of the event: DOSSIER@NUMBER */
    int64_t number, at_ms;
    struct str transition, actor, role, reason, due_after;
    struct str *cells;  /* of the dossier behind the step, one a field of the register; empty: none */
    struct str data;    /* all of it, as JSON */
    struct str **files; /* records of files that the step added: cells, one a field of dossier_files */
    size_t n_files;
    const struct reg *form; /* register of what the step wrote down of the applicant's declaration; NULL: nothing */
    struct str *answers;    /* cells, one a field of it */
};
struct node_batch {
    struct node node;
    struct node_step *steps;
    size_t n;
};
enum err node_batch_open(struct arena *a, struct store *s, struct str code, struct str body, struct node_batch *ret,
                         struct fault *f);

enum node_outcome { NODE_TAKEN, NODE_THERE, NODE_CONFLICT, NODE_OUTCOMES };
struct node_taken {
    struct str id;
    enum node_outcome outcome;
    struct str why; /* of a conflict */
};
enum err node_batch_take(struct arena *a, struct acting *acting, struct store *s, const struct workflow *w,
                         const struct paper_maker *papers, const struct node_batch *batch, struct node_taken **ret_list,
                         struct fault *f);
const char *node_outcome_name(enum node_outcome outcome);

/* ---- requests that the node signs */

struct note_key;
struct node_request {
    const char *what; /* "refresh", "file" */
    struct str id;    /* of a file: that of its record at the node */
    int64_t at;       /* refresh: the revision behind which; file: the place of the piece */
    struct str bytes; /* of the piece */
};
enum err node_request_write(const struct note_key *key, struct str code, const struct node_request *r, struct buf *out,
                            struct fault *f);
/* ERR_NODE_SIGNATURE, ERR_NODE_CLOCK (a request of another time), ERR_NODE_PACKAGE. */
enum err node_request_open(struct arena *a, struct store *s, struct str code, const char *what, struct str body,
                           struct node *ret_node, struct node_request *ret, struct fault *f);

/* ---- files, at the province */

/* Within the change of the step: records of its files, still on the way. A number that is taken there gives way to the next free one. */
enum err node_files_put(struct arena *a, struct change *c, const struct node *node, const struct node_step *step,
                        struct fault *f);
struct node_wanted {
    struct str id; /* at the node */
    int64_t has;   /* bytes that are here */
};
enum err node_files_wanted(struct arena *a, struct store *s, const struct node *node, struct node_wanted **ret_list,
                           size_t *ret_n, struct fault *f);
/* On the writer's thread. ret_has: bytes that are here now: the place of the next piece. ERR_NODE_FILE: all pieces are dropped, nothing is kept; ERR_RECORD_UNKNOWN. */
enum err node_file_take(struct arena *a, struct store *s, const struct node *node, const struct node_request *r,
                        int64_t *ret_has, bool *ret_is_whole, struct fault *f);

/* ---- refresh */

/* {"wanted": [{id, has}], "ended", "declarations"?, "registers", "dossiers": [{dossier, events}], "rev": up to which it tells, "more"}; the caller closes the object. */
struct json_out;
enum err node_refresh_write(struct arena *a, struct store *s, const struct node *node, const struct workflow *w,
                            int64_t behind, struct json_out *o, struct fault *f);
struct node_refreshed {
    int64_t records, removed, dossiers;
    bool has_more;
};
/* At the node, into a write store. All or nothing. */
struct json;
enum err node_refresh_load(struct arena *a, struct store *s, const struct json *answer, struct node_refreshed *ret,
                           struct fault *f);

/* ---- joining */

/* Within changes of acts. The key is told once, and kept as its hash: "CODE:64 hexadecimal digits", for NODE_JOIN_MS. One that has not joined may be added again, which gives it
 * another key. One that has joined may not (ERR_ENTRY_EXISTS): another machine would begin with the same numbers. */
enum err node_add(struct arena *a, struct change *c, struct str code, struct str office, struct str *ret_key,
                  struct fault *f);
/* What it did up to now is still taken. */
enum err node_end(struct arena *a, struct change *c, struct str code, struct fault *f);
/* ERR_NODE_KEY. The same key may come again with the same verifier, in case that the answer was lost. */
enum err node_join(struct arena *a, struct change *c, struct str code, struct str key, struct str verifier,
                   struct fault *f);
/* What a node begins with, as JSON: {"node", "office", "rev", "declarations": [{path, text}], "registers": [{name, csv, removed}]}; the caller closes the object. */
enum err node_package_write(struct arena *a, struct store *s, const struct node *node, struct json_out *o,
                            struct fault *f);
/* Members "declarations" and "registers" of it, of what was written behind a revision; 0: all. */
enum err node_declarations_write(struct store *s, struct json_out *o, struct fault *f);
enum err node_registers_write(struct arena *a, struct store *s, int64_t behind, struct json_out *o, struct fault *f);
/* Into an empty write store. */
enum err node_package_load(struct arena *a, struct store *s, const struct json *package, struct faults *list,
                           struct fault *f);

#endif
