/* The desk of personal data: what its pages share. Who may read the register `data_requests` works there.
 *
 *     const struct reg *reg;
 *     if (desk_begin(x, &reg, f) != OK) return f->code;          // ERR_REQUESTS_NONE, ERR_RIGHT_DENIED
 *
 * Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_DESK_H
#define TINHSO_WEB_DESK_H

#include "register/record.h"
#include "web/site.h"
#include "workflow/requests.h"

#define DESK_REGISTER "data_requests"

bool desk_is_open(const struct exchange *x);
enum err desk_begin(struct exchange *x, const struct reg **ret_reg, struct fault *f); /* ret_reg may be NULL */

/* The request of the address, under desk_begin; all that is read from here on is read for its sake. */
enum err desk_request(struct exchange *x, const struct reg **ret_reg, struct record *ret_record,
                      struct request *ret_request, struct fault *f);

/* Today in the province's time; a date as people read it. */
struct date today_of(const struct exchange *x);
struct str day_text(struct exchange *x, struct date d);
/* “3 working days late”, “2 working days left”, “done”. */
struct str desk_state(struct exchange *x, const struct request *r);
/* The fields of a record that are known; VALUE_MASK where one is kept back. */
enum err desk_facts(struct exchange *x, const struct reg *reg, const struct record *r, struct buf *out,
                    struct fault *f);

#endif
