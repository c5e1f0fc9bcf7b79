/* Counter nodes: who they are, which numbers are reserved for them, and whether this database is one.
 *
 *     struct node_self self;
 *     bool is_node;
 *     if (node_self_read(a, db, &self, &is_node, f) != OK) …            // of a node: its code, office, the province's address, what was sent
 *     node_read(a, s, STR("quang-truc-1"), &node, f);                   // at the province: key, and since when it may have acted
 *     node_block_holds(a, s, STR("quang-truc-1"), code, &holds, f);     // a dossier's code lies in its numbers
 *
 * A block reserves numbers of an office on each day of a range (register number_blocks). The counter of the province leaves them out; a node takes none but its own
 * (dossier_code_next). Blocks of one office do not overlap (node_block_reserve). A node acts from the moment on at which its first block was reserved.
 *
 * The table node_self, of one row, makes a database that of a node; node_seen says up to which revision of the province it was refreshed. Ownership: the arena.
 * Errors: ERR_NODE_UNKNOWN, ERR_NODE_BLOCK_WRONG, ERR_NODE_STEP, those of db.
 */
#ifndef TINHSO_WORKFLOW_NODE_H
#define TINHSO_WORKFLOW_NODE_H

#include "register/change.h"
#include "text/date.h"
#include "workflow/workflow.h"

struct node {
    struct str code, office;
    struct str verifier;    /* of its log; empty: it has not joined */
    struct str join_sha256; /* of the joining key, in hexadecimal digits; may be empty */
    int64_t join_until_ms;
    int64_t from_ms;  /* its first block was reserved then; 0: it has none */
    int64_t ended_ms; /* 0: it goes on */
};
enum err node_read(struct arena *a, struct store *s, struct str code, struct node *ret, struct fault *f);

/* Whether a dossier is the node's: of its numbers, and received by its office, or by that which took over from it. */
enum err node_owns(struct arena *a, struct store *s, const struct node *node, struct str dossier,
                   struct str received_at, struct date day, bool *ret, struct fault *f);

struct number_block {
    struct str node;
    int64_t first, last;
};
/* Of an office (id_code) on a day; node empty: of all. By first. */
enum err node_blocks(struct arena *a, struct store *s, struct str id_code, struct date day, struct str node,
                     struct number_block **ret_list, size_t *ret_n, struct fault *f);
enum err node_block_holds(struct arena *a, struct store *s, struct str node, struct str dossier, bool *ret_holds,
                          struct fault *f);
/* Within a change of acts: "5001-5999" from `from` on, until `to` (month 0: open). */
enum err node_block_reserve(struct arena *a, struct change *c, struct str node, struct str id_code, struct str block,
                            struct date from, struct date to, struct fault *f);

struct node_self {
    struct str code, office, url;
    int64_t sent_rev; /* steps up to this revision are at the province */
};
enum err node_self_read(struct arena *a, struct db *db, struct node_self *ret, bool *ret_is_node, struct fault *f);
/* A row without a code: it is being made, and making it may be gone on with. */
enum err node_self_is_begun(struct arena *a, struct db *db, bool *ret, struct fault *f);
enum err node_self_write(struct db *db, const struct node_self *self, struct fault *f);
enum err node_self_sent(struct db *db, int64_t rev, struct fault *f);
/* Up to which revision of the province it was refreshed; 0: never. */
enum err node_seen_read(struct db *db, int64_t *ret_rev, struct fault *f);
enum err node_seen_write(struct db *db, int64_t rev, struct fault *f);
/* What the node wrote of itself, and not what a refresh brought: SQL on a table with the column _rev. */
#define NODE_REFRESH_SOURCE "province"
#define NODE_OWN_SQL "_rev NOT IN (SELECT rev FROM revision WHERE source = '" NODE_REFRESH_SOURCE "')"

/* ---- what a node may do at all: it receives */

/* Roles that file dossiers for others: that of the counter. *ret_is_one: `role` is one of them. */
struct str node_roles(struct arena *a, const struct workflow *w, struct str role, bool *ret_is_one);
/* At a node: a step of reception, or one that follows from it by itself. ERR_NODE_STEP. */
enum err node_may(struct arena *a, const struct node_self *self, const struct workflow *w, const struct transition *t,
                  struct str role, struct fault *f);

#endif
