/* Delegations: for some days an official lets another hold one of his own roles, in all of what it gives him or in one unit below his.
 *
 *     struct delegation_new d = {.from = &amy, .to = &bob, .role = STR("officer"), .unit = STR("12"), .first = STR("2026-12-01"),
 *                                .last = STR("2026-12-31"), .reason = STR("leave, decision 12/2026"), .store = s};
 *     access_begin(a, f); access_end(a, delegation_add(a, &by, &d, &number, f), f);
 *
 * It is in force from the first to the last day, both included, in the province's time, and ends by itself. It gives nothing while the one who gave it is disabled or does
 * not hold the role (any more), and never more than he has now: his unit and agency count, not those of the one who acts (right.h). What was delegated cannot be
 * delegated on, nor can `administrator` be. Rows are only added, and ended once; triggers refuse anything else.
 *
 * Every session has those of its account with it (session_find): a delegation begins and ends without a new sign-in.
 *
 * Errors: ERR_DELEGATION_PARTY, _ROLE, _UNIT, _DAYS, _REASON, _MANY, _UNKNOWN; those of db.
 */
#ifndef TINHSO_ACCESS_DELEGATION_H
#define TINHSO_ACCESS_DELEGATION_H

#include "access/account.h"
#include "access/subject.h"
#include "register/store.h"

enum { DELEGATION_MONTHS = 12, DELEGATION_REASON_MIN = 5, DELEGATION_REASON_MAX = 500 };

struct delegation_new {
    const struct account *from, *to;
    struct str role, unit;  /* unit empty: all that the role gives */
    struct str first, last; /* yyyy-mm-dd; first empty: today */
    struct str reason;
    struct store *store; /* its units, its day */
};
enum err delegation_add(struct access *a, const struct actor *by, const struct delegation_new *d, int64_t *ret_number,
                        struct fault *f);
/* By whoever gave or received it (account 0: anybody's). ERR_DELEGATION_UNKNOWN. */
enum err delegation_end(struct access *a, const struct actor *by, int64_t number, int64_t account, struct fault *f);

struct delegation_row {
    int64_t number, from, to;
    struct str from_name, from_full_name, to_name, to_full_name;
    struct str role, unit, first, last, reason;
    int64_t made_ms, ended_ms;      /* ended 0: not before its last day */
    struct str made_name, ended_by; /* accounts; empty: the command line */
    bool is_backed;                 /* the one who gave it holds the role and is not disabled */
};
/* Those that it gave or received (account 0: all), newest first, at most `most`. */
enum err delegation_list(struct arena *arena, struct access *a, int64_t account, size_t most,
                         struct delegation_row **ret_rows, size_t *ret_n, struct fault *f);
/* The same of one role. */
enum err delegation_list_of_role(struct arena *arena, struct access *a, struct str role, size_t most,
                                 struct delegation_row **ret_rows, size_t *ret_n, struct fault *f);
enum delegation_state {
    DELEGATION_IN_FORCE,
    DELEGATION_LATER, /* not begun */
    DELEGATION_VOID,  /* not backed */
    DELEGATION_OVER,  /* after its last day */
    DELEGATION_ENDED, /* before that, by hand */
};
/* On that day (ISO): only what is in force gives something. */
enum delegation_state delegation_state(const struct delegation_row *d, struct str day);
static inline bool delegation_is_in_force(const struct delegation_row *d, struct str day)
{
    return delegation_state(d, day) == DELEGATION_IN_FORCE;
}
/* A day as people type it, as ISO; what is none stays, for delegation_add to refuse. */
struct str delegation_day(struct arena *arena, struct str typed);

/* For struct subject: what the account may hold today, give or take a day: rights_begin knows the day. */
enum err delegation_read(struct arena *arena, struct access *a, int64_t account, const struct delegation **ret,
                         size_t *ret_n, struct fault *f);

/* Today in the time of the store's province, yyyy-mm-dd. */
struct str delegation_today(struct arena *arena, const struct store *s);

/* The step of the access file that makes the table (store.c). */
extern const char delegation_tables[];

#endif
