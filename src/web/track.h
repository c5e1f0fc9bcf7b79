/* Following a dossier: by its code and lookup code, without an account, or as the applicant who is signed in.
 *
 *     struct tracked t;
 *     enum err e = track_read(x, &t, f);                     // by the cookie that track_enter set: ERR_TRACK_UNKNOWN, ERR_TRACK_WAIT
 *     t.r, t.is_own                                          // is_own: the account is the applicant's, nothing is masked
 *
 * Code and lookup code come once, by a form or by the QR code of a paper; then they lie in a cookie for half an hour, so that no address that is shown, kept or sent on
 * holds them. The same is answered for a code that there is not and for a lookup code that does not fit; each attempt counts against the address that it came from.
 */
#ifndef TINHSO_WEB_TRACK_H
#define TINHSO_WEB_TRACK_H

#include "web/workflow_site.h"

struct tracked {
    struct exchange *x;
    const struct workflow *w;
    struct record r;
    struct str code, token;
    bool is_own;
};

/* reg: `dossiers` or `feedback`, whose workflows have a lookup code each. */
enum err track_enter(struct exchange *x, struct str reg, struct str code, struct str token, struct fault *f);
enum err track_read(struct exchange *x, struct str reg, struct tracked *ret, struct fault *f);
/* The cookie, for codes that are known to fit. */
void track_remember(struct exchange *x, struct str reg, struct str code, struct str token);
void track_leave(struct exchange *x, struct str reg);
/* Shows the page; problem: what kept a step from being taken, or empty. */
enum err track_show(struct tracked *t, struct str problem, struct fault *f);

/* One step of the applicant on a worker that writes, with papers that he added. */
struct draft_file;
struct track_step {
    struct str transition, reason;
    const struct act_input *inputs;
    size_t n_inputs;
    const struct draft_file *files;
    size_t n_files;
    struct str as, name; /* ACTOR_APPLICANT, ACTOR_SYSTEM; who, for the step */
    int64_t seen;        /* -1: it was not looked at */
};
enum err track_act(struct exchange *x, struct worker *writer, const struct workflow *w, struct str code,
                   const struct track_step *step, struct fault *f);

#endif
