/* Counter nodes: what a node is given when it joins, what it sends when its line is back, and how the province takes it.
 *
 * At the node:
 *     node_batch_write(a, s, &self, NODE_BATCH, &body, &rev, &n, f);            // the next steps behind self.sent_rev, as one body to post
 *     …posted, answered…
 *     node_self_sent(db, rev, f);
 * At the province, on the writer's thread:
 *     node_batch_open(a, s, code, body, &batch, f);                             // every proof judged: ERR_NODE_SIGNATURE, and nothing was taken
 *     node_batch_take(a, acting, s, workflow, papers, &batch, &list, f);        // each step a change of its own
 *
 * A step is sent as two proofs out of the log of the node (register/log.h): of its event, and of the dossier as the same revision left it. They hold under the checkpoint that the
 * node signed with the key that was registered when it joined; so neither a step nor its moment nor a word of the dossier can be altered on the way, and a step bears the moment at
 * which the node's log took it (NODE_LATE_MS at most between the two).
 *
 * A step is known by dossier and number. What is there already (same node, transition and moment) is there; so a body may come any number of times. What cannot be taken, because
 * the dossier went on elsewhere, because a guard or a law says no, or because a term comes out otherwise than it was printed, is kept in the register node_conflicts with
 * everything that was sent, for a person. Steps in the future stop the batch with ERR_NODE_TIME, to be sent again.
 *
 * Files attached at the node are not sent yet. Ownership: the arena. Errors: ERR_NODE_…, ERR_JSON_…, those of db and change.
 */
#ifndef TINHSO_EXCHANGE_NODE_H
#define TINHSO_EXCHANGE_NODE_H

#include "workflow/dossier.h"
#include "workflow/node.h"

enum { NODE_BATCH = 20, NODE_LATE_MS = 600000, NODE_JOIN_MS = 24 * 3600 * 1000 };

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
    struct str *cells; /* of the dossier behind the step, one a field of the register; empty: none */
    struct str data;   /* all of it, as JSON */
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
/* What a node begins with, as JSON: {"node", "office", "declarations": [{path, text}], "registers": [{name, csv}]}; the caller closes the object. */
struct json_out;
enum err node_package_write(struct arena *a, struct store *s, const struct node *node, struct json_out *o,
                            struct fault *f);
/* Into an empty write store. */
struct json;
enum err node_package_load(struct arena *a, struct store *s, const struct json *package, struct faults *list,
                           struct fault *f);

#endif
