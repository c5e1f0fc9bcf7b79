/* The sender to the national portal beside a running server: a thread of its own, so that a partner that hangs holds up nothing.
 *
 *     struct portal_site *sender = NULL;
 *     if (portal_site_begin(&(struct portal_options){…}, &sender, f) != OK) …
 *     …the server runs…
 *     portal_site_end(sender);                     // waits for the answer under way, PORTAL_WAIT_MS at most
 *
 * It sends once a second what is due, and compares once a day. What it cannot do is told once on standard error.
 */
#ifndef TINHSO_WEB_PORTAL_SITE_H
#define TINHSO_WEB_PORTAL_SITE_H

#include "exchange/portal.h"

struct portal_site;

enum err portal_site_begin(const struct portal_options *o, struct portal_site **ret_sender, struct fault *f);
void portal_site_end(struct portal_site *x); /* NULL is fine */

/* Lines for /metrics: how many messages wait, how many were refused, since when the oldest has not arrived. As of PORTAL_TALLY_MS ago at most. NULL writes nothing. */
void portal_site_metrics(const struct portal_site *x, struct buf *out);
enum { PORTAL_TALLY_MS = 15000 };

/* portal_options.post, by libcurl. */
portal_post portal_http_post;

#endif
