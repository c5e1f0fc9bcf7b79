/* What the pages of jobs share: runs as a table, with the facts of each in words. */
#ifndef TINHSO_WEB_JOB_PARTS_H
#define TINHSO_WEB_JOB_PARTS_H

#include "access/job.h"
#include "web/site.h"

enum { JOB_WAIT_MS = 30000 }; /* that a job waits for whoever writes */

/* has_names: runs of several jobs. */
void part_job_runs(struct exchange *x, struct buf *out, const struct job_run *runs, size_t n, bool has_names);
/* “done”, or what went wrong; “1,2 s”. */
struct str job_outcome(struct exchange *x, const struct job_run *r);
struct str job_took(struct exchange *x, int64_t ms);
/* “erased: 3 · revision: 17” */
struct str job_facts_text(struct exchange *x, const struct job_run *r);

#endif
