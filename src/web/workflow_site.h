/* Steps of workflows through the site: who asks becomes who acts, and a step is one change of the writer's group.
 *
 *     const struct workflow *w;
 *     enum err e = site_workflow(x, STR("dossiers"), &w, f);                    // ERR_WORKFLOW_NONE
 *     struct act act = {.workflow = w, .id = id, .transition = STR("take"), .seen = seen, .actor = site_act_by(x)};
 *     e = site_act(x, &act, 1, &done, &list);                                     // WRITES routes: all of them, or none
 *
 * Between site_acts(x, true) and (x, false) the guard of the writer lets everything through: workflow_act has judged it, or the program itself writes. Whoever reads
 * then sees everything, too: what is shown of it was judged before.
 */
#ifndef TINHSO_WEB_WORKFLOW_SITE_H
#define TINHSO_WEB_WORKFLOW_SITE_H

#include "web/site.h"
#include "workflow/dossier.h"

enum err site_workflow(const struct exchange *x, struct str reg, const struct workflow **ret, struct fault *f);
void site_acts(const struct exchange *x, bool is_acting);

/* Who is signed in, at his office: that of his unit or agency. */
struct act_by site_act_by(struct exchange *x);
/* The office where he works: of a commune by the unit of the account, of a department by its agency. ERR_OFFICE_NONE: he has none. */
enum err site_office(struct exchange *x, struct office *ret_office, struct fault *f);
/* The hours of an office, empty: of the province, as the reader's store stands. A worker keeps those that it read. */
enum err site_clock(const struct exchange *x, struct str office, const struct office_clock **ret, struct fault *f);

/* Several steps as one change; faults in the list. ret_done: n. */
enum err site_act(struct exchange *x, const struct act *acts, size_t n, struct acted *ret_done, int64_t *ret_rev,
                  struct faults *list);

/* What may be done with a record, and its steps so far (struct record of the register of events), whatever may be read of these registers: the record itself was judged. */
enum err site_choices(struct exchange *x, const struct workflow *w, const struct record *r, struct choice **ret_list,
                      size_t *ret_n, struct fault *f);
enum err site_beside(struct exchange *x, const struct reg *reg, struct str id, struct record **ret_list, size_t *ret_n,
                     struct fault *f);

/* The papers of a site: where dossiers are looked up. Lives in x->arena. */
const struct paper_maker *site_papers(struct exchange *x);

#endif
