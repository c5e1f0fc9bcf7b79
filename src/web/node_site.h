/* A node sends what its counter did: once for the command, and beside a running server every NODE_PAUSE_MS.
 *
 *     struct node_sent done;
 *     node_site_send(path, &done, f);                      // until nothing waits, or the line is down: ERR_FETCH_…
 *     node_site_begin(path, &sender, f); … node_site_end(sender);     // nothing where the database is no node's
 *
 * One process sends at a time; what was sent is noted after the province answered, so that a body may be sent twice and none is left out.
 * Errors: ERR_NODE_NONE, ERR_NODE_SIGNATURE, ERR_NODE_TIME, ERR_FETCH_…, those of store.
 */
#ifndef TINHSO_WEB_NODE_SITE_H
#define TINHSO_WEB_NODE_SITE_H

#include <stdint.h>

#include "base/fault.h"

enum { NODE_PAUSE_MS = 10000 };

struct node_sent {
    int64_t taken, there, conflicts;
};
enum err node_site_send(const char *db_path, struct node_sent *ret, struct fault *f);

struct node_site;
enum err node_site_begin(const char *db_path, struct node_site **ret_sender, struct fault *f);
void node_site_end(struct node_site *x); /* NULL is fine */

#endif
