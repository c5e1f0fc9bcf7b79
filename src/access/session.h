/* Sessions: who is signed in, by the random id in a cookie.
 *
 *     struct session_start how = {.account = n, .has_second_factor = true, .by = by, .agent = x->user_agent};
 *     access_begin(a, f); session_begin(a, &how, &id, f); access_end(a, e, f);       // id.text goes into the cookie, and nowhere else
 *     session_find(arena, a, id, &subject, f);                                       // each request
 *
 * An id is 256 random bits, kept as SHA-256; a sign-in never goes on with an id that was there before, and each step of it gets a new one
 * (session_rotate). A session ends after SESSION_IDLE_MS without a request, SESSION_MOST_MS after its begin, when it is ended, and with its
 * account's being disabled. Reading one costs one look-up; when it was last seen is written once a minute.
 */
#ifndef TINHSO_ACCESS_SESSION_H
#define TINHSO_ACCESS_SESSION_H

#include "access/store.h"
#include "access/subject.h"
#include "crypt/totp.h"

enum { SESSION_IDLE_MS = 30 * 60 * 1000, SESSION_MOST_MS = 12 * 3600 * 1000, SESSION_SEEN_MS = 60 * 1000 };

struct session_start {
    int64_t account;
    bool is_pending; /* the second factor is due */
    bool has_second_factor;
    struct actor by;
    struct str agent;
    int64_t instead_of; /* the session of the cookie that came with it; ended */
};
enum err session_begin(struct access *a, const struct session_start *how, struct token *ret_id, struct fault *f);

/* *ret_subject stays as it is when the id is that of no session. The subject lies in the arena. */
enum err session_find(struct arena *arena, struct access *a, struct str id, const struct subject **ret_subject,
                      struct fault *f);

/* The same session goes on by a new id. session_complete: the second factor was shown too. */
enum err session_rotate(struct access *a, int64_t session, struct token *ret_id, struct fault *f);
enum err session_complete(struct access *a, const struct actor *by, int64_t account, int64_t session,
                          struct token *ret_id, struct fault *f);
/* The password was shown again. */
enum err session_proved(struct access *a, const struct actor *by, int64_t account, int64_t session,
                        struct token *ret_id, struct fault *f);

/* A session of that account. */
enum err session_end(struct access *a, const struct actor *by, int64_t account, int64_t session, bool is_sign_out,
                     struct fault *f);
/* All of the account but one (0: all). */
enum err session_end_all(struct access *a, const struct actor *by, int64_t account, int64_t but, struct fault *f);

struct session {
    int64_t number, made_ms, seen_ms;
    bool is_pending, has_second_factor;
    struct str address, agent;
};
/* Newest use first, at most 100. */
enum err session_list(struct arena *arena, struct access *a, int64_t account, struct session **ret, size_t *ret_n,
                      struct fault *f);

/* The secret of a second factor that is being set up: made when it is first asked for, forgotten with the session. */
enum err session_totp_draft(struct access *a, int64_t session, unsigned char *ret_secret, struct fault *f);

#endif
