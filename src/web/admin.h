/* The frame of the pages of work that is nobody's register: administration (/admin/…) and the desk of personal data (/desk/…).
 *
 *     return admin_page(x, message(M_users_title, x->lang), &content, f);
 *
 * The menu of either area stands above the content: one table in admin.c, a line a page. It names the pages that the reader may open. The way down to a page follows from its
 * address: the entry whose address it has, or begins with.
 */
#ifndef TINHSO_WEB_ADMIN_H
#define TINHSO_WEB_ADMIN_H

#include "access/audit.h"
#include "web/site.h"

enum err admin_page(struct exchange *x, struct str title, const struct buf *content, struct fault *f);

/* The audit of the running server (access/audit.h); lines for AUDIT_COUNT. */
size_t admin_audit(struct exchange *x, struct audit_line *ret_lines);

/* Leaders, heads of units and the controller of procedures: /desk/overview is theirs. */
bool desk_oversees(const struct exchange *x);

/* Ways in, for /account: the areas that are open to whoever asks, what is his own, and the registers that he may write or take along. */
void part_ways(struct exchange *x, struct buf *out);

#endif
