/* What is doubtful in the catalogue of procedures, for a person to resolve before a procedure is published (one-stop.md §12; docs/procedures.md).
 *
 *     struct doubt *list; size_t n;
 *     if (procedure_doubts(a, s, today, &list, &n, f) != OK) …
 *     list[i].why, list[i].remedy
 *
 * Most are the warnings that the registers declare themselves (rules of level warning, of which the message says why; what to do). Beside them: limits as the source writes
 * them against the columns, steps that take longer than the whole, legal bases that have expired (register legal_texts). Of versions in force on that day, that nobody has
 * resolved; an expired basis also when it expired after the version was published.
 * Ownership: the arena. Errors: ERR_PROCEDURES_NONE, those of reading.
 */
#ifndef TINHSO_WORKFLOW_DOUBTS_H
#define TINHSO_WORKFLOW_DOUBTS_H

#include "workflow/procedure.h"

struct doubt {
    const struct reg *reg;    /* where the record stands */
    struct str id, procedure; /* procedure: its code */
    struct text2 name;        /* short, of the procedure */
    struct text2 why, remedy;
};

enum err procedure_doubts(struct arena *a, struct store *s, struct date on, struct doubt **ret_list, size_t *ret_n,
                          struct fault *f);

#endif
