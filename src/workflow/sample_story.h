/* What becomes of one invented dossier: drawn when it is filed, told step by step. Between sample_dossiers.c and sample_story.c; not for other files. */
#ifndef TINHSO_WORKFLOW_SAMPLE_STORY_H
#define TINHSO_WORKFLOW_SAMPLE_STORY_H

#include "register/draw.h"
#include "workflow/sample_dossiers.h"

/* What will happen on the way. What cannot (a term of one day leaves no room for an extension) is let go. */
enum {
    FATE_LATE = 1,
    FATE_SUPPLEMENT = 2,
    FATE_SUPPLEMENT_FIRST = 4,
    FATE_REFUSE = 8,
    FATE_STOP = 16,
    FATE_WITHDRAW = 32,
    FATE_EXTEND = 64,
    FATE_CONSULT = 128,
    FATE_AT_ONCE = 256,
    FATE_FISCAL = 512,
    FATE_BATCH = 1024,
    FATE_FORGET = 2048, /* the applicant never answers, or never collects */
    FATE_RATE = 4096,
    FATE_REDRAFT = 8192,
    FATE_PAY_FAILS = 16384,
    FATE_SEND_BACK = 32768,
    FATE_NOT_PAID = 65536, /* online: the payment is never begun, or never ends */
};

struct story_words {
    const struct word_list *faults, *refusals, *stops, *withdrawals, *extensions, *send_backs, *redrafts, *drafts,
        *fee_notes, *opinions, *praise, *blame, *signers, *refunds, *ratings, *ratings_late, *complaints, *proposals,
        *thanks, *answers, *answers_proposal, *answers_thanks, *progress, *closings, *answer_ratings,
        *answer_ratings_late, *databases;
};

/* ERR_SAMPLE_NOTHING names a list that is missing. */
enum err story_words_read(const struct word_list *lists, size_t n, struct story_words *ret, struct fault *f);

enum { STORY_INPUTS = 5 };

struct story {
    uint64_t random;
    unsigned fate;
    int64_t now_ms;    /* of the step to come */
    int64_t target_ms; /* when it shall be decided; 0: not known yet */
    struct str code, procedure, office, reception, channel, unit, variant;
    struct str form, place; /* register of the answers; where the applicant lives */
    struct str step;        /* empty: nothing follows */
    struct act_input inputs[STORY_INPUTS];
    size_t n_inputs;
    const char *role;
    struct str reason;
    bool is_filed, is_waiting; /* waiting: a whole whose parts are not finished */
    bool is_feedback;          /* not a dossier: what an applicant says of his */
    size_t family;             /* of a joined-up dossier and its parts: 1 + the number of the whole; 0: stands alone */
    int64_t wave;              /* of the whole: in which one of the family acted last; a change writes a record once */
};

struct story_world {
    struct arena *a; /* lives as long as the story */
    const struct story_words *words;
    const struct reg *reg;
    const struct office_clock *clock;
    int offset_minutes;
};

/* What will happen to one of that procedure. */
unsigned story_fate(uint64_t *random, const struct procedure *p, const struct limit *limit, bool is_online);
/* Chooses the next step of a dossier as it stands: story.step, now_ms, inputs, role, reason. */
void story_next(const struct story_world *w, struct story *s, const struct record *r);
bool story_chance(struct story *s, double share);
/* What follows for feedback; its inputs, before it is filed, are what it says. */
void story_feedback_next(const struct story_world *w, struct story *s, const struct record *r);
/* After a step of a dossier: the story of what its applicant has to say of it; false: nothing, as a rule. */
bool story_feedback(const struct story_world *w, struct story *of, const struct record *r, struct story *ret);

#endif
