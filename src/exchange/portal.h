/* The National Public Service Portal: what happens to dossiers is told to it, in order, as often as it takes; and its list is compared with ours every day.
 *
 *     struct portal *p CLEANUP(portal_freep) = NULL;
 *     if (portal_open(&(struct portal_options){.db_path = path, .url = url, .user = name, .secret = secret, .post = post}, &p, f) != OK) …
 *     struct portal_round done;
 *     portal_send(p, &done, f);                       // all that is due; again after a second
 *     portal_reconcile(p, &found, f);                 // once a day
 *
 * Messages lie in the outbox (db/outbox.h, topic national-portal), written by workflow_act in the transaction of the event. Here one becomes two calls of the protocol
 * (reference domain/one-stop.md §10): DongBoHoSoMC, the dossier as it was at that step, and CapNhatTienDoHoSoMC, the step. A call is JSON: {session, madonvi, service,
 * isUpdating, data[]}; the answer {error_code, message, result[]}.
 *
 * What holds:
 *  - A status is sent only as the log has it: the message's, and that of the dossier at the revision of its event, must be the same one; else a person decides. So 5, 6 and 8
 *    cannot go out as 9.
 *  - Of one dossier the next message waits until the one before has arrived or a person left it out.
 *  - MaThongDiep, the id of the event, is what the partner knows a message again by. An attempt is noted before it is made; whoever finds one noted (the answer was lost, this
 *    process was killed) asks by TraCuuHoSo first, and sends only what is not there.
 *  - A time-out, a status of 5xx, an answer that makes no sense: the line is down. That is nobody's refusal: messages wait, this one longer each time (outbox_wait_ms), all others
 *    until the line has rested (PORTAL_REST_MS at most).
 *  - A refusal in words goes to the dead letters with these words: /desk/partner.
 *
 * What leaves the province is little: codes, statuses, dates, fees, what was asked to be supplemented; of the applicant the name and number masked, no phone, no address.
 * Invented dossiers are never sent.
 *
 * One process sends at a time (a lock beside the database). A struct portal belongs to one thread; calls block for at most `wait_ms` each, and write the database in transactions
 * of one row. Errors: those of db and store, ERR_PORTAL_BUSY; of the line only what portal_round tells.
 */
#ifndef TINHSO_EXCHANGE_PORTAL_H
#define TINHSO_EXCHANGE_PORTAL_H

#include "db/outbox.h"
#include "register/store.h"

#define PORTAL_TOPIC STR("national-portal")

enum { PORTAL_WAIT_MS = 10000, PORTAL_REST_MS = 60000, PORTAL_ROUND = 1000, PORTAL_REASON_MIN = 5 };

/* One POST of JSON: any HTTP status is an answer. Errors: the line is down. */
typedef enum err portal_post(const char *url, struct str json, long wait_ms, long *ret_status, struct buf *out,
                             struct fault *f);

struct portal_options {
    const char *db_path;
    const char *url; /* without a slash at the end */
    struct str user, secret;
    portal_post *post;
    long wait_ms;            /* for one answer; 0: PORTAL_WAIT_MS */
    bool is_all_due;         /* takes no notice of waits: for cron and tests */
    const _Atomic int *stop; /* ends a round early; may be NULL */
};

struct portal;

enum err portal_open(const struct portal_options *o, struct portal **ret_portal, struct fault *f);
void portal_close(struct portal *p); /* NULL is fine */
void portal_freep(struct portal **p);

struct portal_round {
    int64_t sent, dead;
    bool is_down; /* the line; `why` says what was seen */
    struct fault why;
};
enum err portal_send(struct portal *p, struct portal_round *ret_round, struct fault *f);

/* ---- dead letters: a person decides. ERR_PORTAL_LETTER, ERR_PORTAL_REASON. */

enum err portal_letter_again(struct db *db, int64_t id, struct fault *f);
enum err portal_letter_leave_out(struct db *db, int64_t id, struct str by, struct str reason, struct fault *f);

/* What a message says, without the applicant: for whoever decides about it. Of one whose dossier the log does not hold, what the message itself says. */
struct letter_facts {
    struct str transition, status;
    int64_t step;
    struct str procedure, office, reception, channel; /* codes, as they went out; may be empty */
    int64_t fee_vnd;                                  /* -1: none */
};
enum err portal_letter_facts(struct arena *a, struct store *s, const struct outbox_message *m, struct letter_facts *ret,
                             struct fault *f);

/* All that waits for a person or for the line; nothing where no message was ever written. */
enum err portal_tally(struct db *db, struct outbox_tally *ret, struct fault *f);
enum err portal_waiting(struct portal *p, struct outbox_tally *ret, struct fault *f);
enum err portal_dead(struct arena *a, struct db *db, size_t most, struct outbox_message **ret_list, size_t *ret_n,
                     struct fault *f);

/* ---- the daily comparison, by code and status */

enum difference { MISSING_THERE, MISSING_HERE, DIFFERENT, DIFFERENCE_COUNT };

struct portal_difference {
    struct str code;
    enum difference kind;
    struct str ours, theirs; /* statuses; empty where it is missing */
    bool is_foreign;         /* of a system that decides itself: register foreign_dossiers */
};

struct portal_comparison {
    int64_t at_ms;                              /* 0: there was none yet */
    int64_t ours, theirs, same, waiting;        /* waiting: on their way, not compared */
    int64_t counts_ours[11], counts_theirs[11]; /* by status 1 … 10 */
    struct portal_difference *list;
    size_t n; /* kept: at most PORTAL_DIFFERENCES */
};
enum { PORTAL_DIFFERENCES = 1000, PORTAL_COMPARED_HOUR = 2, PORTAL_COMPARE_AGAIN_MS = 600000 };

/* Asks for the partner's list, page by page, compares and keeps the outcome. ERR_FETCH_…, ERR_PORTAL_ANSWER when the list could not be had: nothing is kept then. */
enum err portal_reconcile(struct portal *p, struct arena *a, struct portal_comparison *ret, struct fault *f);
/* The same when there was none since PORTAL_COMPARED_HOUR of this local day; tried again after PORTAL_COMPARE_AGAIN_MS. */
enum err portal_reconcile_daily(struct portal *p, struct fault *f);
/* The last outcome. */
enum err portal_compared(struct arena *a, struct db *db, struct portal_comparison *ret, struct fault *f);
const char *difference_name(enum difference kind);

#endif
