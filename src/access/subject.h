/* Who asks: made once a request (http_options.identify), read by everything that decides what may be seen or done.
 *
 *     const struct subject *s = x->subject;                     // never NULL
 *     if (s->kind != SUBJECT_ACCOUNT) …                         // nobody is signed in
 *     if (subject_has_role(s, STR("commune_officer"))) …
 *
 * SUBJECT_PENDING has shown a password and owes the second factor (or has yet to set it up): it may do nothing but that, and whoever decides about
 * rights treats it as anyone. Its answers are still private: they are never kept.
 *
 * Ownership: texts and lists live in the arena of the request; subject_anyone and subject_operator, as long as the process.
 */
#ifndef TINHSO_ACCESS_SUBJECT_H
#define TINHSO_ACCESS_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum subject_kind {
    SUBJECT_ANYONE,
    SUBJECT_OPERATOR, /* the operator's key came with the request: machines */
    SUBJECT_PENDING,  /* the password was right; the second factor is due */
    SUBJECT_ACCOUNT,  /* signed in */
};

/* A role of another account, lent to this one (delegation.h). */
struct delegation {
    int64_t from_account;
    struct str from_name, from_unit, from_agency; /* of whoever lends it: codes; may be empty */
    struct str role;
    struct str unit;        /* only there, and below; empty: wherever the role reaches */
    struct str from, until; /* first and last day, yyyy-mm-dd; empty: open */
};

struct subject {
    enum subject_kind kind;
    int64_t account; /* its number; 0: none */
    struct str name, full_name;
    struct str agency, unit; /* of officials: codes; may be empty */
    struct str personal_id;  /* of citizens; else empty */
    bool is_citizen;
    bool is_administrator;   /* holds the role that the program itself knows: ROLE_ADMINISTRATOR */
    const struct str *roles; /* names */
    size_t n_roles;
    const struct delegation *delegations; /* in force about now: rights_begin knows the day */
    size_t n_delegations;
    int64_t session;         /* its number; 0: none */
    int64_t signed_in_ms;    /* when the session began */
    int64_t proved_ms;       /* when a password, or code, was last shown */
    bool has_second_factor;  /* it was shown in this session */
    bool owes_second_factor; /* SUBJECT_PENDING: set up, to be shown; otherwise to be set up */
    struct str csrf;         /* what every form of this session carries; empty without a session */
};

/* Administers accounts; the province's own roles are declared (role.h). */
#define ROLE_ADMINISTRATOR "administrator"

extern const struct subject subject_anyone, subject_operator;

bool subject_has_role(const struct subject *s, struct str role);
/* The password, or a code, was shown within the last SUBJECT_RECENT_MS. */
enum { SUBJECT_RECENT_MS = 10 * 60 * 1000 };
bool subject_is_recent(const struct subject *s);

#endif
