/* Rights: what a subject may see and do, worked out from the roles of the account and the delegations in force.
 *
 *     struct rights *rights = rights_new();                              // one a thread
 *     if (rights_begin(rights, &(struct rights_moment){.store = s, .roles = roles}, subject, f) != OK) …   // once a request
 *     store_view(s, rights_viewer(rights));                              // reading: the store applies it (register/sight.h)
 *
 *     struct decision d;
 *     if (access_may(rights, VERB_UPDATE, reg, &record, &d, f) != OK) …
 *     if (!d.is_allowed) … d.fields …                                    // the highest class of fields that may be written
 *
 * Default deny. Of a register whose records are public anyone reads the public fields; a grant allows its verbs in the records of its scope, up to its class of fields; what several grants allow
 * adds up, also those of roles that were delegated (delegation.h): they reach as far as they do for whoever lends them, and no further than the unit that he named. A role that the province no longer declares gives nothing. The operator's key reads up to
 * internal fields and writes everything, as it did before there were accounts.
 *
 * Figures are shown to anyone, unless they are declared internal: then to the operator's key and where a grant says `may: read` of them.
 *
 * Sensitive fields are shown only in records that were opened with a reason (rights_moment.opened); the right to open them is access_may(VERB_READ)
 * with fields == PRIVACY_SENSITIVE.
 *
 * What was worked out is kept for the subjects seen lately, until declarations, units or the day change: a decision costs less than a microsecond then.
 */
#ifndef TINHSO_ACCESS_RIGHT_H
#define TINHSO_ACCESS_RIGHT_H

#include "access/role.h"
#include "access/subject.h"
#include "register/record.h"
#include "register/store.h"

struct rights;

struct rights *rights_new(void);
void rights_free(struct rights *r); /* NULL is fine */

struct rights_moment {
    struct store *store;
    const struct roles *roles; /* as declared now; NULL: none */
    int64_t declared;          /* the revision that declared them */
    int64_t declared_then;     /* that of the declarations which the store reads by: the same but in the past */
    /* The records of the register which the subject has opened and may see whole for a while; NULL: none. */
    enum err (*opened)(void *context, struct arena *a, const struct subject *who, struct str reg,
                       const struct str **ret_ids, size_t *ret_n, struct fault *f);
    void *context;
};

/* Until the next call: who asks. */
enum err rights_begin(struct rights *r, const struct rights_moment *m, const struct subject *who, struct fault *f);
/* For store_view; NULL never. Lives as long as r. */
const struct viewer *rights_viewer(const struct rights *r);

/* What the subject sees of a register; false: nothing. Texts live until the next rights_begin. */
bool access_sight(struct rights *r, const struct reg *reg, struct sight *ret_sight);

/* Until the next rights_begin, sights are what the subject may take away: of what he reads, where a grant says export, and nothing sensitive. What is public to all
 * may be taken by all. */
void rights_export(struct rights *r);

/* Why one grant of one role does, or does not, allow it. */
enum why {
    WHY_ALLOWED,
    WHY_VERB,     /* says another verb */
    WHY_REGISTER, /* of other registers */
    WHY_EARLY,    /* not in force yet */
    WHY_LATE,     /* no longer */
    WHY_CLASS,    /* the records themselves are of a higher class */
    WHY_NO_UNIT,  /* the account has no unit, or agency, or one that is not known */
    WHY_NO_FIELD, /* the register does not say to which unit, or agency, a record belongs */
    WHY_OUTSIDE,  /* the record belongs to another */
    WHY_WHERE,    /* the record does not meet the condition */
};

struct decision_step {
    const struct role *role; /* NULL: the account holds a role that is not declared */
    struct str role_id;
    const struct grant *grant;
    const struct delegation *delegation; /* NULL: the account's own role */
    enum why why;
};

struct decision {
    bool is_allowed;
    bool is_public, is_operator; /* allowed without any grant */
    enum privacy fields;         /* when allowed: the highest class of fields */
    bool is_own;                 /* allowed, too, by a role of his own, up to own_fields */
    enum privacy own_fields;
    const struct delegation *delegation; /* the first by which so much is allowed; NULL: a role of his own */
    const struct decision_step *steps;   /* every grant that was looked at, in the order of the roles */
    size_t n_steps;
};

/* Whether it is allowed in every record of the register: for what is done to all of them at once. */
enum err access_may_throughout(struct rights *r, enum verb verb, const struct reg *reg, bool *ret_may, struct fault *f);

/* The same of a figure, which belongs to no unit: a role that is lent in one unit only gives none. */
void access_may_figure(struct rights *r, enum verb verb, struct str id, bool is_internal,
                       struct decision *ret_decision);

/* In whose names the subject reads these records up to the class of fields: of those accounts whose delegation he needs for one of them at least; names separated by ", ", empty when
 * his own roles allow it all. n 0: of any record. Asks the store without a view. */
enum err rights_behalf(struct rights *r, const struct reg *reg, enum privacy class, const struct str *ids, size_t n,
                       struct str *ret_names, struct fault *f);
/* Adds a name to such a list, unless it is there. */
struct str behalf_add(struct arena *a, struct str names, struct str name);

/* record NULL: whether there may be one in which it is allowed. Steps live until the next rights_begin. The record must hold all of its values. */
enum err access_may(struct rights *r, enum verb verb, const struct reg *reg, const struct record *record,
                    struct decision *ret_decision, struct fault *f);

#endif
