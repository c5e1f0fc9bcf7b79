/* Acting: one step of a workflow, and the only way by which fields that are `by: workflow` change.
 *
 *     struct acting *acting = acting_new();                                   // one a writer: calendars that were read
 *     struct act act = {.workflow = w, .id = code, .transition = STR("accept"), .inputs = …, .n_inputs = …, .seen = 3,
 *                       .actor = {.name = STR("lan"), .rights = rights, .subject = subject}};
 *     struct acted done;
 *     if (workflow_act(a, acting, c, &act, &done, f) != OK) …                  // within a change with is_act
 *
 * A step is one change: the record, its event, its paper, its message to the partner are one revision, or none of them happened. Several steps may be one change (a batch).
 *
 * Who may. Somebody signed in: a role of his, or one lent to him, that the transition names and that grants its verb on this record (access_may). The applicant: whoever the caller
 * has proved to be him. The system: callbacks and jobs. The operator at the command line names the role that he acts as, and the event says so. ERR_ACT_ROLE says who may.
 *
 * What never happens, whoever asks, in whatever order (one-stop.md §4.5, §17.3):
 *  - a moment other than now: receipt cannot be backdated, and a clock set back stops work with ERR_ACT_CLOCK (`now_ms` is for invented records alone, `arrived` for steps
 *    that the log of a counter node proves);
 *  - the due moment first promised changes; a clock that ended, or starts twice; a pause after the due moment, an extension after the late one; a second extension, or one that is
 *    less than a working day ahead, or not later than what was promised (Decree 107/2021);
 *  - a due moment changes without a paper and an event that hold the moments before and after;
 *  - an event is changed or removed (the register of events is `by: workflow`).
 * Two officers on one record: `seen` is the number of steps that the actor had before him; ERR_ACT_STALE when others acted since.
 *
 * Ownership: what done points to lives in the arena. Errors: ERR_TRANSITION_UNKNOWN, ERR_ACT_STATE (with the state), ERR_ACT_ROLE, ERR_ACT_GUARD, ERR_ACT_INPUT,
 * ERR_ACT_STALE, ERR_ACT_CLOCK, ERR_ACT_LATE, ERR_ACT_EXTENDED, ERR_ACT_EXTENSION, ERR_ACT_CLOCK_STATE, those of value_parse, deadline and change_put.
 */
#ifndef TINHSO_WORKFLOW_ACT_H
#define TINHSO_WORKFLOW_ACT_H

#include "access/right.h"
#include "register/change.h"
#include "workflow/acting.h"
#include "workflow/workflow.h"

struct act_by {
    struct str name; /* for the event and the log */
    struct rights *rights;
    const struct subject *subject; /* NULL with `as` */
    struct str
        as; /* the role, or applicant, supporter, system, that the caller vouches for; empty: by the subject's roles */
    struct str office, device; /* where; may be empty */
};

struct act_input {
    struct str field, text;
};

struct act;
/* What a paper shall say, as a JSON object: the caller knows more than the record does. */
struct paper_maker {
    enum err (*make)(const struct paper_maker *m, struct arena *a, struct acting *acting, struct change *c,
                     const struct act *act, const struct transition *t, const struct record *r, int64_t now_ms,
                     struct str *ret_json, struct fault *f);
    /* What a step with `publishes` brings about besides, within its change; NULL: nothing. json: what its paper says. */
    enum err (*publish)(const struct paper_maker *m, struct arena *a, struct change *c, const struct act *act,
                        const struct transition *t, const struct record *r, struct str json, int64_t now_ms,
                        struct fault *f);
    /* Fields that follow from the step and from nothing that anybody types (`fixed`); NULL: none. */
    enum err (*determine)(const struct paper_maker *m, struct arena *a, struct store *s, const struct act *act,
                          const struct transition *t, const struct record *r, int64_t now_ms,
                          const struct act_input **ret_fixed, size_t *ret_n, struct fault *f);
    /* Whatever else follows from a step, within its change; NULL: nothing. */
    enum err (*after)(const struct paper_maker *m, struct arena *a, struct acting *acting, struct change *c,
                      const struct act *act, const struct transition *t, const struct record *r, int64_t now_ms,
                      struct fault *f);
    const void *context;
};

/* A step that a counter node took while its line was down: the one moment other than now. Only exchange/node.c sets it, and only when the log of the node, signed by the key that
 * was registered, proves the step. The moment must not lie before the node's first block of numbers was reserved, before the record's last step, or in the future (ERR_NODE_TIME);
 * the event bears the node and the moment of arrival, so that nobody takes it for one of this counter. All other laws hold. */
struct act_arrived {
    struct str node;
    int64_t at_ms;
};

struct act {
    const struct workflow *workflow;
    struct str id, transition;
    const struct act_input *inputs;
    size_t n_inputs;
    const struct act_input *fixed; /* fields that the program determines: no transition need name them */
    size_t n_fixed;
    struct str reason;           /* kept with the event; also the field `reason` where the transition takes one */
    int64_t seen;                /* steps that the actor saw; -1: he does not say */
    const struct record *create; /* of a creation: the record with what was filled in */
    struct act_by actor;
    const struct paper_maker *papers;  /* NULL: a paper holds the fields of the record */
    const struct act_arrived *arrived; /* NULL: it happens now */
    int64_t now_ms;                    /* 0: now; anything else for invented records only */
};

struct acted {
    struct record record; /* as it is now */
    int64_t step;         /* number of the event */
    struct str role, behalf;
    bool has_paper;
};

enum err workflow_act(struct arena *a, struct acting *acting, struct change *c, const struct act *act,
                      struct acted *ret_done, struct fault *f);

/* A step that the actor might take on the record; `why` says what keeps him, with the code OK when nothing does. What he would fill in is not judged. */
struct choice {
    const struct transition *transition;
    struct fault why;
};
/* All that lead from the record's states and that he may do by his role; guards are asked. */
enum err workflow_choices(struct arena *a, struct store *s, const struct workflow *w, const struct record *r,
                          const struct act_by *actor, int64_t now_ms, struct choice **ret_list, size_t *ret_n,
                          struct fault *f);

/* The event's text for the applicant, {field} replaced: empty where the transition says nothing. */
void notice_write(const struct workflow *w, const struct transition *t, const struct record *r, enum lang lang,
                  int utc_offset_minutes, struct buf *out);

#endif
