/* Joined-up dossiers: one file, several offices, several results (birth, residence and health card of a child; reference domain/one-stop.md §3.4).
 *
 * The register `procedure_parts` names the procedures that one is joined up of. Filing such a one files a dossier for each part (field `parent`); the common dossier knows
 * how many are not finished (`open_parts`), and its workflow decides nothing before that is none. A part may fail, and the others go on: what came of each stands in it.
 * Withdrawing the common dossier withdraws the parts that are still open.
 */
#ifndef TINHSO_WORKFLOW_DOSSIER_PARTS_H
#define TINHSO_WORKFLOW_DOSSIER_PARTS_H

#include "workflow/act.h"

/* Codes of the parts, in their order; none of a procedure that is not joined up. */
enum err parts_of(struct arena *a, struct store *s, struct str procedure, struct str **ret_parts, size_t *ret_n,
                  struct fault *f);

/* For struct paper_maker: what a step of one dossier brings about in those that it hangs together with. */
enum err dossier_after(const struct paper_maker *m, struct arena *a, struct acting *acting, struct change *c,
                       const struct act *act, const struct transition *t, const struct record *r, int64_t now_ms,
                       struct fault *f);

#endif
