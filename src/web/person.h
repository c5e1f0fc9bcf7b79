/* The records of one person: in every register that has a field of type personal_id, by that number.
 *
 *     struct person_record *all; size_t n;
 *     person_records(x, number, false, &all, &n, f);             // for who works at the desk
 *     all[i].reg, all[i].record                                  // what he may not see is VALUE_MASKED
 *
 * For the desk: only records of which the reader may read the number, or may open it with a reason (access_may); what else he may not see of them stays masked, and what he
 * is shown goes into the log of reads. For the person himself (is_own): all of them, with every value, and nothing is logged: one's own data is not shown to anybody.
 * At most PERSON_RECORDS a register. A text that is no number finds nothing. Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_PERSON_H
#define TINHSO_WEB_PERSON_H

#include "register/record.h"
#include "web/site.h"

enum { PERSON_RECORDS = 20 };

struct person_record {
    const struct reg *reg;
    struct record record;
};

enum err person_records(struct exchange *x, struct str number, bool is_own, struct person_record **ret, size_t *ret_n,
                        struct fault *f);

/* Twelve or nine digits, as numbers of persons are. */
bool person_is_number(struct str s);

#endif
