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
};

struct story_words {
    const struct word_list *faults, *refusals, *stops, *withdrawals, *extensions, *send_backs, *redrafts, *drafts,
        *fee_notes, *opinions, *praise, *blame, *signers;
};

enum { STORY_INPUTS = 4 };

struct story {
    uint64_t random;
    unsigned fate;
    int64_t now_ms;    /* of the step to come */
    int64_t target_ms; /* when it shall be decided; 0: not known yet */
    struct str code, procedure, office, reception, channel, unit, variant;
    struct str step; /* empty: nothing follows */
    struct act_input inputs[STORY_INPUTS];
    size_t n_inputs;
    const char *role;
    struct str reason;
    bool is_filed, is_waiting; /* waiting: a whole whose parts are not finished */
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

/* Chooses the next step of a dossier as it stands: story.step, now_ms, inputs, role, reason. */
void story_next(const struct story_world *w, struct story *s, const struct record *r);
bool story_chance(struct story *s, double share);

#endif
