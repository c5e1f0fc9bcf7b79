/* A node and its line: it sends what its counter did, takes what changed at the province, and sends the files that are wanted there; once for the command, and beside a running
 * server every NODE_PAUSE_MS.
 *
 *     struct node_sent done = {0};
 *     node_site_sync(path, NULL, &done, f);                // until nothing waits, or the line is down: ERR_FETCH_…
 *     node_site_begin(path, &sender, f); … node_site_end(sender);     // nothing where the database is no node's
 *
 * What was sent is noted after the province answered, so that a body may be sent twice and none is left out; what was taken is noted with it. It may be ended at any moment.
 * Beside a server the province is asked for changes every NODE_PULL_MS, and whenever something was sent.
 * Errors: ERR_NODE_NONE, ERR_NODE_SIGNATURE, ERR_NODE_TIME, ERR_NODE_CLOCK, ERR_NODE_FILE, ERR_FETCH_…, those of store.
 */
#ifndef TINHSO_WEB_NODE_SITE_H
#define TINHSO_WEB_NODE_SITE_H

#include "access/store.h"
#include "base/fault.h"
#include "text/json.h"

enum { NODE_PAUSE_MS = 10000, NODE_PULL_MS = 60000 };

struct node_sent {
    int64_t taken, there, conflicts;    /* steps */
    int64_t files, bytes, coming;       /* files that arrived, what of them was sent, those that did not */
    int64_t records, removed, dossiers; /* that the refresh changed here */
    int64_t staff_ended, staff_added;   /* accounts */
    bool is_ended;                      /* the province says that this node is over */
};
/* How far it is; and for a person that came to the office, a link to choose a password. Either may be NULL. */
struct node_watch {
    void (*progress)(void *context, const char *what, int64_t done, int64_t total);
    void (*link)(void *context, struct str name, const struct token *link);
    void *context;
};

enum err node_site_sync(const char *db_path, const struct node_watch *watch, struct node_sent *ret, struct fault *f);

/* Accounts as the province has them: those that it gave and gives no more are disabled, with their sessions; roles follow. Accounts that were made here stay as they are.
 * is_again: links are made for those that are there too. */
enum err node_staff_take(const char *db_path, const struct json *list, bool is_again, const struct node_watch *watch,
                         struct node_sent *ret, struct fault *f);

/* node_pull.c. */
enum err node_site_pull(const char *db_path, const struct node_watch *watch, struct node_sent *ret, struct fault *f);
struct node_self;
enum err node_site_refused(struct arena *a, const struct node_self *self, const char *url, long status, struct str body,
                           struct fault *f);

struct node_site;
enum err node_site_begin(const char *db_path, struct node_site **ret_sender, struct fault *f);
void node_site_end(struct node_site *x); /* NULL is fine */

#endif
