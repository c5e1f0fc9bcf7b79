/* What the pages of accounts share: who asks as the access file wants it, the cookie of the session, problems above a form.
 *
 *     struct token id;
 *     … session_begin(access_of(x), &how, &id, f);
 *     session_cookie(x, &id);                                   // Set-Cookie
 *     exchange_redirect(x, 303, next_of(x));
 *
 * Pages of forms answer a wrong input by the same form with the sentence above it (typed_problem), and the status of the fault.
 */
#ifndef TINHSO_WEB_SIGNED_H
#define TINHSO_WEB_SIGNED_H

#include "access/account.h"
#include "access/session.h"
#include "web/site.h"

static inline struct access *access_of(const struct exchange *x)
{
    return ((struct worker *)x->worker)->access;
}

struct actor actor_of(const struct exchange *x);

/* "__Host-tinhso" where the public address is https, else "tinhso". */
void session_cookie(struct exchange *x, const struct token *id);
void session_cookie_end(struct exchange *x);
/* The id of the browser by which it is known that an account signed in here before (access/device.h); empty without. */
struct str device_of(const struct exchange *x);
/* A sign-in of that account is complete: the browser gets another. Within a transaction. */
enum err device_cookie(struct exchange *x, int64_t account, struct fault *f);
/* Who he is was shown: a new session instead of the one that came along, and on to `next`, by way of the second factor when it is due (of officials always). */
enum err session_enter(struct exchange *x, const struct account *who, struct str next, struct fault *f);

/* The input `next`, when it is a path of this site; else "/". */
struct str next_of(const struct exchange *x);
/* PAGE?next=… */
struct str with_next(struct exchange *x, const char *page, struct str next);

/* Whether the fault is of a kind that the form tells of (422, 409, 429): then its sentence, and x->status is set. */
bool typed_problem(struct exchange *x, const struct fault *f, struct str *ret_sentence);

/* A secret that was typed is forgotten as soon as it was used. */
void input_wipe(struct exchange *x, const char *name);

/* An instant of the access file, in the province's time; empty for 0. */
struct str instant_text(struct exchange *x, int64_t ms);

#endif
