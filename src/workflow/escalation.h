/* What has been in a state for too long, by the hours of an office, and whose task it becomes (workflows/ID.yaml, `escalate`).
 *
 *     if (escalation_is_due(clock, &m->escalations[i], since_ms, now_ms)) …
 *     struct str f = escalations_filter(a, w, roles, n, clock, now_ms);           // CQL2 of the records that stand in the tasks of these roles; empty: none
 *
 * The filter takes one clock for all records, that of the province; an office with hours of its own may see a record in its tasks some hours earlier or later than its
 * page says that it waits too long. Ownership: the arena.
 */
#ifndef TINHSO_WORKFLOW_ESCALATION_H
#define TINHSO_WORKFLOW_ESCALATION_H

#include "workflow/workflow.h"

/* Working hours and days are those of the office; a state entered on Friday evening has not waited on Sunday. */
bool escalation_is_due(const struct office_clock *c, const struct escalation *e, int64_t since_ms, int64_t now_ms);
struct str escalations_filter(struct arena *a, const struct workflow *w, const struct str *roles, size_t n,
                              const struct office_clock *c, int64_t now_ms);

#endif
