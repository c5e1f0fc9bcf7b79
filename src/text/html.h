/* HTML escaping for text that the program writes into pages and reports.
 *
 *     buf_puts(&b, "<a href=\""), url_attr(&b, link), buf_puts(&b, "\">"), html_text(&b, title), buf_puts(&b, "</a>");
 *
 * Input is UTF-8; it is passed on unchanged but for the escapes. An attribute's value must stand in quotes.
 * Not for script, style or comment context. Source: WHATWG HTML §13.1, RFC 3986 §3.1, §4.2.
 */
#ifndef TINHSO_TEXT_HTML_H
#define TINHSO_TEXT_HTML_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

void html_text(struct buf *b, struct str s); /* between tags: & < > */
void html_attr(struct buf *b, struct str s); /* in a quoted attribute: & < > " ' */

/* A link in a quoted attribute: http, https, mailto, relative and # links pass; any other (javascript:, data:, control
 * characters) is written as # and false is returned. */
bool url_attr(struct buf *b, struct str url);
bool url_is_safe(struct str url);

/* Percent-encodes a piece of a path or query (RFC 3986: all but unreserved). */
void url_encode(struct buf *out, struct str piece);
struct str url_encoded(struct arena *a, struct str piece); /* the piece itself when nothing of it needs an escape */

#endif
