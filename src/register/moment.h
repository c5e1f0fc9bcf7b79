/* The moment that a store reads at: a revision, when it was made, and which day that was in the province.
 *
 *     struct moment at;
 *     if (moment_read(a, s, &at, f) != OK) …
 *     at.rev 12, at.time "2022-07-15T02:00:00.000Z", at.day "2022-07-15"
 *     moment_json(&at, &o);                                     // "at":{"revision":12,"date":"2022-07-15"}
 *
 * Every answer carries the moment it was read at, so that it can be asked for again. In an empty store `rev` is 0, and the others
 * are empty. Ownership: the texts live in the arena given. Errors: those of db.
 */
#ifndef TINHSO_REGISTER_MOMENT_H
#define TINHSO_REGISTER_MOMENT_H

#include "register/store.h"
#include "text/json.h"

struct moment {
    int64_t rev;
    struct str time; /* RFC 3339 UTC */
    int64_t ms;      /* the same since 1970 */
    struct str day;  /* ISO date in the province's time */
};

/* Of s->at. */
enum err moment_read(struct arena *a, const struct store *s, struct moment *ret_moment, struct fault *f);

/* Of any revision up to the newest: when a version was written. */
enum err moment_of(struct arena *a, const struct store *s, int64_t rev, struct moment *ret_moment, struct fault *f);

/* How what an import notes behind its reason begins, by which it knows itself again. */
#define MOMENT_IMPORT_NOTE "[import mapping="

/* Who wrote a revision and why, as its entry in the log says. */
struct authorship {
    struct str actor, behalf, reason; /* behalf: in whose names; may be empty. reason: without the note of an import */
    struct str source;                /* a file or other origin; may be empty */
};
enum err moment_author(struct arena *a, const struct store *s, int64_t rev, struct authorship *ret_author,
                       struct fault *f);

/* The member "at" of an object. */
void moment_json(const struct moment *m, struct json_out *o);

#endif
