/* What a changed calendar touches: the open records whose promise would fall on another moment if it were computed today.
 *
 *     struct calendar_effect *list; size_t n;
 *     calendar_effects(a, acting, s, w, &list, &n, f);       // after a holiday was added, a day swapped, hours changed
 *     list[i].id, list[i].promised_ms, list[i].computed_ms, list[i].is_later
 *
 * Nothing is changed by asking. A promise that would now be due later stays as it was printed: it is kept, or extended with form 04, by a person. One that would be due
 * earlier stays too: nobody is worse off. The list says whom it concerns, so that they can be told (swaps are announced a week before, reference domain/one-stop.md §4.7).
 *
 * Receipt, limit and pauses are read from the record and its events; what was extended is computed from the extended base. Records seen are those that the store's viewer
 * sees. Ownership: the arena. Errors: those of queries and office hours; a record whose limit cannot be computed (no unit) is left out.
 */
#ifndef TINHSO_WORKFLOW_CALENDAR_CHECK_H
#define TINHSO_WORKFLOW_CALENDAR_CHECK_H

#include "workflow/act.h"

struct calendar_effect {
    struct record record;
    int64_t promised_ms, computed_ms;
    bool is_later; /* the promise is kept at the price of less time */
};

enum err calendar_effects(struct arena *a, struct acting *acting, struct store *s, const struct workflow *w,
                          struct calendar_effect **ret_list, size_t *ret_n, struct fault *f);

#endif
