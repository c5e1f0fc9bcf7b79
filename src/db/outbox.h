/* The outbox: messages to partners, written in the transaction of what they tell, sent later in their order, none lost and none before its cause.
 *
 *     outbox_add(db, STR("national-portal"), dossier, payload, now_ms, f);           // within the change
 *     while (outbox_next(db, a, STR("national-portal"), now_ms, &m, &has, f) == OK && has) {
 *         outbox_sending(db, m.id, now_ms + outbox_wait_ms(m.attempts), f);
 *         …send…
 *         outbox_done(db, m.id, f);                                                 // or
 *         outbox_retry(db, m.id, now_ms + outbox_wait_ms(m.attempts), answer, f);            // or
 *         outbox_dead(db, m.id, answer, f);                                         // a person decides
 *     }
 *
 * Of one subject only the oldest message that is not done is ever handed out, so what comes behind waits for it: also behind a dead one, until a person has sent it again or
 * left it out (outbox_again, outbox_skip). A message may be sent twice (an answer lost, a kill between sending and outbox_done): it bears its number as the key by which
 * the partner knows it again.
 *
 * The waits grow from OUTBOX_WAIT_MS twofold up to OUTBOX_WAIT_MOST_MS. Ownership: texts live in the arena. Errors: those of db.
 */
#ifndef TINHSO_DB_OUTBOX_H
#define TINHSO_DB_OUTBOX_H

#include "db/db.h"

enum { OUTBOX_WAIT_MS = 2000, OUTBOX_WAIT_MOST_MS = 60 * 60 * 1000 };

enum outbox_state { OUTBOX_WAITING, OUTBOX_DONE, OUTBOX_DEAD, OUTBOX_SKIPPED };

struct outbox_message {
    int64_t id;
    struct str topic, subject, payload, answer; /* answer: what the partner said last; may be empty */
    int64_t added_ms, next_ms, done_ms;         /* done 0: not yet */
    int attempts;
    enum outbox_state state;
};

enum err outbox_tables(struct db *db, struct fault *f); /* makes the table where there is none */
/* The first makes the table. */
enum err outbox_add(struct db *db, struct str topic, struct str subject, struct str payload, int64_t now_ms,
                    struct fault *f);
/* The oldest that is due now. */
enum err outbox_next(struct db *db, struct arena *a, struct str topic, int64_t now_ms,
                     struct outbox_message *ret_message, bool *ret_has, struct fault *f);
/* Before it is sent: one attempt more, and should this process end now, the next one comes after a wait and knows that there was one. */
enum err outbox_sending(struct db *db, int64_t id, int64_t next_ms, struct fault *f);
/* All that wait are due now: the line is back. */
enum err outbox_hurry(struct db *db, struct str topic, int64_t now_ms, struct fault *f);
/* A message of that subject has arrived before `id`. */
enum err outbox_has_done(struct db *db, struct str topic, struct str subject, int64_t id, bool *ret_has,
                         struct fault *f);
enum err outbox_done(struct db *db, int64_t id, struct str answer, int64_t now_ms, struct fault *f);
enum err outbox_retry(struct db *db, int64_t id, int64_t next_ms, struct str answer, struct fault *f);
enum err outbox_dead(struct db *db, int64_t id, struct str answer, struct fault *f);
enum err outbox_again(struct db *db, int64_t id, int64_t now_ms, struct fault *f);
enum err outbox_skip(struct db *db, int64_t id, struct str answer, int64_t now_ms, struct fault *f);
int64_t outbox_wait_ms(int attempts);

/* Of a state, or of all with state < 0; subject empty: of all. Oldest first, at most `most`. */
enum err outbox_list(struct db *db, struct arena *a, struct str topic, struct str subject, int state, size_t most,
                     struct outbox_message **ret_list, size_t *ret_n, struct fault *f);
struct outbox_tally {
    int64_t waiting, dead, done, skipped;
    int64_t oldest_ms; /* of those waiting or dead; 0: none */
};
enum err outbox_tally(struct db *db, struct str topic, struct outbox_tally *ret_tally, struct fault *f);

#endif
