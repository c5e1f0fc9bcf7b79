/* Accounts: who may sign in, and how they show that it is they.
 *
 *     struct account who = {.name = STR("an.nguyen"), .full_name = STR("Nguyễn Văn An"), .agency = STR("…"), .unit = STR("…")};
 *     struct token link;
 *     access_begin(a, f); account_add(a, &by, &who, roles, 1, &link, f); access_commit(a, f);     // /welcome/link, once, for 24 hours
 *
 *     struct sign_in in = {.name = …, .password = …, .by = by};
 *     enum err e = account_sign_in(arena, a, &in, &found, f);       // on a slow lane; ERR_SIGN_IN_REFUSED in the same time and words
 *                                                                   // whether the name exists, is disabled or has another password
 *
 * Names are kept small: letters a–z, digits, "." "_" "-", from 2 to 64. A password is 12 to 256 bytes of text in NFC, of which enough is left when what everybody
 * takes (its name, the months, rows of keys) is left out; there are no other rules (NIST SP 800-63B §5.1.1).
 *
 * All that changes an account writes an event in the same transaction; whoever calls brackets it by access_begin and access_end unless the function says
 * that it does so itself.
 */
#ifndef TINHSO_ACCESS_ACCOUNT_H
#define TINHSO_ACCESS_ACCOUNT_H

#include "access/store.h"
#include "crypt/totp.h"

struct account {
    int64_t number;
    struct str name, full_name;
    struct str agency, unit; /* codes; may be empty */
    struct str personal_id;  /* of a citizen; else empty */
    bool is_citizen;
    bool is_disabled, has_password, has_second_factor;
    int64_t made_ms, seen_ms; /* seen: by its newest session; 0 never */
    int64_t recovery_left;    /* codes not used */
    const struct str *roles;
    size_t n_roles;
};

/* The name as it is kept. ERR_ACCOUNT_NAME. */
enum err account_name_parse(struct arena *a, struct str text, struct str *ret_name, struct fault *f);

/* ERR_ACCOUNT_EXISTS, ERR_ACCOUNT_NAME_RESERVED (names by which the log and the program call others than accounts). *ret_link as account_link; NULL: none is made. */
enum err account_add(struct access *a, const struct actor *by, const struct account *who, const struct str *roles,
                     size_t n_roles, int64_t *ret_number, struct token *ret_link, struct fault *f);
/* ERR_ACCOUNT_UNKNOWN. */
enum err account_find(struct arena *a, struct access *access, struct str name, struct account *ret, struct fault *f);
enum err account_get(struct arena *a, struct access *access, int64_t number, struct account *ret, struct fault *f);
/* In the order of names, from the one after `after`, at most `most`. */
enum err account_list(struct arena *a, struct access *access, struct str after, size_t most, struct account **ret,
                      size_t *ret_n, struct fault *f);
/* Those that hold the role, by name. */
enum err account_list_of_role(struct arena *a, struct access *access, struct str role, size_t most,
                              struct account **ret, size_t *ret_n, struct fault *f);
/* Those of the agency (of officials: the code may be empty), by name. */
enum err account_list_of_agency(struct arena *a, struct access *access, struct str agency, size_t most,
                                struct account **ret, size_t *ret_n, struct fault *f);
struct agency_count {
    struct str agency; /* code; empty: of officials that belong to none */
    int64_t accounts, disabled, sessions;
};
/* The agencies that officials belong to, by code, from the one after `after` (NULL: from the first); sessions are those that are open now. */
enum err account_count_by_agency(struct arena *a, struct access *access, const struct str *after, size_t most,
                                 struct agency_count **ret, size_t *ret_n, struct fault *f);
/* How many hold each role; in the order of its name. */
struct role_count {
    struct str role;
    int64_t accounts; /* that are not disabled */
};
enum err account_count_by_role(struct arena *a, struct access *access, struct role_count **ret, size_t *ret_n,
                               struct fault *f);
enum err account_count(struct access *a, int64_t *ret_n, struct fault *f);

/* Its sessions end. The last administrator that is not disabled stays: ERR_ACCOUNT_LAST. */
enum err account_disable(struct access *a, const struct actor *by, const struct account *who, struct fault *f);
enum err account_enable(struct access *a, const struct actor *by, const struct account *who, struct fault *f);
/* Password, second factor and recovery codes are forgotten, its sessions end; a new link lets it choose others. */
enum err account_reset(struct access *a, const struct actor *by, const struct account *who, struct token *ret_link,
                       struct fault *f);
/* Roles are for officials: ERR_ACCOUNT_CITIZEN. Its sessions end, but for `by`'s own. Removing the last administrator: ERR_ACCOUNT_LAST. */
enum err account_role_add(struct access *a, const struct actor *by, const struct account *who, struct str role,
                          struct fault *f);
enum err account_role_remove(struct access *a, const struct actor *by, const struct account *who, struct str role,
                             struct fault *f);

/* ---- one-time links, 24 hours long. Making one for an account ends those before. Number 0: for the first administrator, while there is no account. */

enum err account_link(struct access *a, const struct actor *by, int64_t number, struct token *ret_link,
                      struct fault *f);
/* The account that the link is for, 0 for the first administrator's. ERR_LINK_UNKNOWN when it is none, was used, or is too old. */
enum err account_link_find(struct access *a, struct str link, int64_t *ret_number, struct fault *f);
enum err account_link_use(struct access *a, const struct actor *by, struct str link, struct fault *f);

/* ---- passwords (on a lane for slow work) */

/* ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG, ERR_PASSWORD_WEAK. */
enum err password_judge(struct str password, const struct account *who, struct fault *f);
/* Hashes before the transaction that it makes itself. */
enum err account_password_set(struct access *a, const struct actor *by, const struct account *who, struct str password,
                              struct fault *f);
/* A one-time link is used up, the first administrator's account made when who->number is 0, and the password set: all or nothing, in a transaction of its own, before which it
 * hashes. `more` goes along in it (a session, say); may be NULL. ERR_LINK_UNKNOWN. */
struct welcome {
    struct str link, password;
    enum err (*more)(void *context, const struct account *who, struct fault *f);
    void *context;
};
enum err account_welcome(struct access *a, const struct actor *by, const struct welcome *w, struct account *who,
                         struct fault *f);
struct sign_in {
    struct str name, password; /* as typed */
    struct actor by;
    struct str device; /* the cookie of one (device.h); may be empty */
    bool is_again;     /* by whoever is signed in: counted by his session, by.session */
};
/* Failures are counted by name and by address; those in a device in which the account signed in before, or in an open session, by that alone. Makes its own transactions. ERR_SIGN_IN_REFUSED; ERR_SIGN_IN_WAIT (minutes) when too many attempts failed before. */
enum err account_sign_in(struct arena *arena, struct access *a, const struct sign_in *in, struct account *ret,
                         struct fault *f);

/* ---- the second factor */

enum { RECOVERY_CODES = 10, RECOVERY_TEXT = 19 }; /* abcd-efgh-jkmn-pqrs: 80 bits */
struct recovery_codes {
    char text[RECOVERY_CODES][RECOVERY_TEXT + 1];
};

/* Sets the secret that `code` was made of. ERR_CODE_REFUSED. */
enum err account_totp_set(struct access *a, const struct actor *by, int64_t number, const unsigned char *secret,
                          struct str code, struct fault *f);
/* Forgets the former ones. */
enum err account_recovery_make(struct access *a, const struct actor *by, int64_t number, struct recovery_codes *ret,
                               struct fault *f);
/* A code of the telephone, or a recovery code, which is used up. Counted by account, or by a device of it (may be empty). Makes its own transactions.
 * ERR_CODE_REFUSED, ERR_SIGN_IN_WAIT. */
enum err account_code_check(struct access *a, const struct actor *by, int64_t number, struct str code,
                            struct str device, struct fault *f);

#endif
