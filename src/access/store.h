/* The access file: accounts, sessions, one-time links and what happened to them, in a SQLite file beside the province's (x.db → x.access.db), mode 0600.
 *
 *     struct access *a CLEANUP(access_freep) = NULL;
 *     if (access_open("var/x.db", &a, f) != OK) …          // makes the file when it is missing
 *     access_begin(a, f); … access_event(a, &(struct event){…}, f); … access_commit(a, f);
 *
 * It is no part of the province's history: neither versioned nor in its log, for secrets must be forgettable. What happened (table event) is only ever added to: triggers refuse
 * change and removal. Only src/access opens the file; other parts of it (read log, delegations, drafts) add their tables by a step of their own in store.c.
 *
 * Secrets that are compared (session ids, links, recovery codes) are kept as SHA-256 of 256 (80) random bits, passwords as Argon2id; what a copy of the file tells opens nothing
 * but the second factors.
 *
 * One thread uses a struct access at a time; each worker has its own. Commits survive kill -9; those between access_begin and access_commit a power cut too.
 */
#ifndef TINHSO_ACCESS_STORE_H
#define TINHSO_ACCESS_STORE_H

#include "base/fault.h"
#include "base/mem.h"
#include "crypt/hash.h"
#include "db/db.h"

struct access {
    struct db *db;
    int journal; /* of reads: read_journal.h */
};

/* "var/x.access.db" in the arena. */
const char *access_path(struct arena *a, const char *db_path);
bool access_is_path(struct str path); /* ends in .access.db: no province */

enum err access_open(const char *db_path, struct access **ret_access, struct fault *f);
void access_close(struct access *a); /* NULL is fine */
void access_freep(struct access **a);

/* A transaction that is on disk when it is committed. */
enum err access_begin(struct access *a, struct fault *f);
enum err access_commit(struct access *a, struct fault *f);
void access_rollback(struct access *a);
/* Ends what access_begin began: commits when e is OK, else undoes; returns what went wrong first. */
enum err access_end(struct access *a, enum err e, struct fault *f);

/* EVENT(enum, name in the table) */
#define ACCESS_EVENTS(X)                                                                                               \
    X(EVENT_SIGNED_IN, "signed-in")                                                                                    \
    X(EVENT_SIGN_IN_REFUSED, "sign-in-refused")                                                                        \
    X(EVENT_SIGN_IN_WAITS, "sign-in-waits") /* too many attempts before */                                             \
    X(EVENT_CODE_REFUSED, "code-refused")                                                                              \
    X(EVENT_RECOVERY_USED, "recovery-used")                                                                            \
    X(EVENT_SIGNED_OUT, "signed-out")                                                                                  \
    X(EVENT_SESSION_ENDED, "session-ended")                                                                            \
    X(EVENT_PROVED, "password-shown-again")                                                                            \
    X(EVENT_PASSWORD_SET, "password-set")                                                                              \
    X(EVENT_SECOND_FACTOR_SET, "second-factor-set")                                                                    \
    X(EVENT_RECOVERY_MADE, "recovery-codes-made")                                                                      \
    X(EVENT_ACCOUNT_ADDED, "account-added")                                                                            \
    X(EVENT_ACCOUNT_DISABLED, "account-disabled")                                                                      \
    X(EVENT_ACCOUNT_ENABLED, "account-enabled")                                                                        \
    X(EVENT_ACCOUNT_RESET, "account-reset")                                                                            \
    X(EVENT_ROLE_ADDED, "role-added")                                                                                  \
    X(EVENT_ROLE_REMOVED, "role-removed")                                                                              \
    X(EVENT_DELEGATION_MADE, "delegation-made")                                                                        \
    X(EVENT_DELEGATION_ENDED, "delegation-ended")                                                                      \
    X(EVENT_LINK_MADE, "link-made")                                                                                    \
    X(EVENT_LINK_USED, "link-used")                                                                                    \
    X(EVENT_BACKUP_MADE, "backup-made")                                                                                \
    X(EVENT_LOG_VERIFIED, "log-verified")                                                                              \
    X(EVENT_RETENTION_RUN, "retention-run")                                                                            \
    X(EVENT_CONFIGURATION_AUDITED, "configuration-audited")                                                            \
    X(EVENT_DECLARATIONS_LOADED, "declarations-loaded")                                                                \
    X(EVENT_LETTER_AGAIN, "letter-sent-again") /* to a partner, by a person's decision */                              \
    X(EVENT_LETTER_LEFT_OUT, "letter-left-out")                                                                        \
    X(EVENT_NODE_JOINED, "node-joined")                                                                                \
    X(EVENT_JOB_FAILED, "job-failed")                                                                                  \
    X(EVENT_TRACK_REFUSED, "track-refused")     /* a lookup of a dossier with a code that does not fit */              \
    X(EVENT_PAYMENT_REFUSED, "payment-refused") /* a message of the payment platform */                                \
    X(EVENT_REFUSED, "refused")                 /* by right, token or origin */

enum event_kind {
#define X(kind, name) kind,
    ACCESS_EVENTS(X)
#undef X
        EVENT_COUNT
};

/* Who did it, from where: the command line has an actor of its own and no address. */
struct actor {
    int64_t account; /* 0: nobody, or the command line */
    int64_t session;
    struct str address, request;
};

struct event {
    enum event_kind kind;
    int64_t account; /* whom it concerns; 0: an account that is not known */
    struct actor by;
    struct str detail; /* never a secret, never what a stranger typed as a name */
};
enum err access_event(struct access *a, const struct event *v, struct fault *f);
const char *event_name(enum event_kind kind);

/* An event that somebody who is kept out can cause at will (tally.c), within a transaction: of one key at most `most` in a window of time, and of all keys most_of_all; the
 * others are counted, and event_list tells the count. Events of that kind (sign-in-refused, sign-in-waits, track-refused) go after ATTEMPTS_KEPT_MS, all others stay. */
struct event_bound {
    struct str key; /* never what a stranger typed: its hash */
    int64_t window_ms;
    int most, most_of_all;
};
enum err access_event_bounded(struct access *a, const struct event *v, const struct event_bound *b, struct fault *f);
static const int64_t ATTEMPTS_KEPT_MS = (int64_t)400 * 24 * 3600 * 1000;

/* ---- secrets that are handed out once */

enum { ACCESS_TOKEN_BYTES = 32, TOKEN_TEXT = 64 };

struct token {
    char text[TOKEN_TEXT + 1]; /* hexadecimal */
};
void token_make(struct token *ret);
/* SHA-256 of the bytes that the text stands for; false when it is no token. */
bool token_digest(struct str text, struct digest *ret);

/* ---- attempts (throttle.c): waits that grow with failures, for an account's name and for an address */

/* `key` names what is counted: "n:" name, "a:" address, "c:" number of an account. How long it must wait; 0: it may try. */
enum err throttle_wait(struct access *a, struct str key, int64_t *ret_wait_ms, struct fault *f);
/* From the `free`th failure on each doubles the wait, from THROTTLE_FIRST_MS to THROTTLE_MOST_MS. Failures of a day ago are forgotten. */
enum err throttle_failed(struct access *a, struct str key, int free, struct fault *f);
enum err throttle_forget(struct access *a, struct str key, struct fault *f);
enum { THROTTLE_NAME_FREE = 5, THROTTLE_ADDRESS_FREE = 30, THROTTLE_FIRST_MS = 30000, THROTTLE_MOST_MS = 900000 };

#endif
