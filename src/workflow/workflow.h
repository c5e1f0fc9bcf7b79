/* Workflows: what may happen to the records of a register, declared in workflows/ID.yaml (docs/workflows.md) and versioned with the other declarations.
 *
 *     struct workflows *ws;
 *     if (workflows_load(a, province, &ws, &faults) != OK) …              // every fault with file, line and the nearest name
 *     workflows_check(a, ws, roles, &faults);                             // that it is sane: see below
 *     const struct workflow *w = workflow_on(ws, STR("dossiers"));
 *     const struct transition *t = transition_find(w, STR("accept"));
 *
 * A machine is a field of type code of the register: its codes are the states. Several machines on one record are independent: a transition says from which states of which
 * machines it leads, and to which. An empty field is the machine's initial state. A clock counts working time between a start and an end (workflow/deadline.h); where it
 * is a promise, each change of its due moment leaves a paper. What a clock holds in fields is written by the clock alone: no transition can set or ask for them.
 *
 * Sane (workflows_check): every state is reached from the initial ones, and left or final; guards parse and name fields that there are; every transition has a role that may do
 * it; a state in which a clock stands still has a way out that lets it run on or ends it; papers are declared.
 *
 * A record keeps the revision of the workflow that it began with (field `version`), and goes on by that one: workflow_then.
 * Ownership: everything lies in the arena. Limits: LIMIT_YAML_*.
 */
#ifndef TINHSO_WORKFLOW_WORKFLOW_H
#define TINHSO_WORKFLOW_WORKFLOW_H

#include "access/role.h"
#include "register/record.h"
#include "register/store.h"
#include "workflow/deadline.h"

/* What a transition does to a clock. */
enum clock_act {
    CLOCK_NONE,
    CLOCK_START,
    CLOCK_PAUSE,
    CLOCK_RESUME, /* goes on with what was left */
    CLOCK_RENEW,  /* goes on, or counts anew where the field `mode` says restart: after a supplement */
    CLOCK_RESTART,
    CLOCK_EXTEND,
    CLOCK_END
};

struct work_clock {
    struct str id;
    struct text2 title;
    bool is_promise;
    struct limit limit; /* fixed; or from the fields */
    int limit_field, unit_field;
    /* Field numbers, or NO_FIELD: only start, late and end are required. */
    int start, first, due, late, paused, left, extended, end;
    int mode; /* code field: `restart` makes a resumed clock count anew; or NO_FIELD: it goes on */
    int line;
};

struct escalation {
    struct str state, to;
    struct limit after;
    struct text2 title;
    int line;
};

struct machine {
    int field; /* of the register: its name is the machine's */
    struct str initial;
    int since; /* field of type timestamp: since when in this state; or NO_FIELD */
    struct str *final;
    size_t n_final;
    struct escalation *escalations;
    size_t n_escalations;
    int line;
};

/* From which states of a machine, or to which one. */
struct move {
    const struct machine *machine;
    struct str *states;
    size_t n;
};

struct transition {
    struct str id;
    struct text2 title, refusal, notice;
    bool is_creation; /* makes the record */
    bool publishes;   /* its paper is the result: struct paper_maker has it made */
    bool is_batch;    /* makes sense for many records at once */
    struct move *from, *to;
    size_t n_from, n_to;
    struct str *by; /* roles, or applicant, supporter, system */
    size_t n_by;
    enum verb verb;
    struct str task;    /* CQL2: of which records in these states it is somebody's task; empty: of none */
    struct str guard;   /* CQL2 on the record as it would be; {now}, {today} stand for the moment */
    struct str check;   /* CQL2 on what was filled in: on the record with it */
    struct text2 wrong; /* what to say when it does not hold */
    struct str page; /* of the record's pages, the one where it is done (“attach”, “form”); empty: that of its fields */
    int *required, *inputs, *cleared; /* fields: to be given, may be given, emptied */
    size_t n_required, n_inputs, n_cleared;
    enum clock_act *clocks; /* in the order of the workflow's clocks */
    int count, today, now, closes,
        assign; /* fields that become one more, the day, the moment, the day, who acts; or NO_FIELD */
    struct str paper, sync;
    int line;
};

struct workflow {
    struct str id, file;
    struct text2 title;
    const struct reg *reg, *events, *papers; /* papers may be NULL */
    int version, office, applicant, steps;   /* fields, or NO_FIELD; steps: how many events there are */
    struct str outbox;                       /* topic of what `sync` says; empty: none */
    struct machine *machines;
    size_t n_machines;
    struct work_clock *clocks;
    size_t n_clocks;
    struct transition *transitions;
    size_t n_transitions;
    int64_t rev; /* that declared it; 0: not known */
    int line;
};

struct workflows {
    const struct province *province;
    struct workflow *p;
    size_t n;
};

/* Those who act without a role. */
#define ACTOR_APPLICANT "applicant"
#define ACTOR_SUPPORTER "supporter"
#define ACTOR_SYSTEM "system"

enum err workflows_load(struct arena *a, const struct province *p, struct workflows **ret_workflows,
                        struct faults *list);
void workflows_check(struct arena *a, const struct workflows *ws, const struct roles *roles, struct faults *list);

const struct workflow *workflow_on(const struct workflows *ws, struct str reg); /* NULL: that register has none */
const struct transition *transition_find(const struct workflow *w, struct str id);
enum err transition_named(const struct workflow *w, struct str id, const struct transition **ret_transition,
                          struct fault *f); /* ERR_TRANSITION_UNKNOWN with the nearest */
bool transition_is_by(const struct transition *t, struct str role);
/* CQL2 of the records that wait for one of these roles: those from whose states a transition with `task` leads that the role may take. Empty: none does. */
struct str tasks_filter(struct arena *a, const struct workflow *w, const struct str *roles, size_t n);

/* The state of a machine in a record: the initial one where the field is empty. */
struct str machine_state(const struct machine *m, const struct record *r);
bool machine_is_final(const struct machine *m, struct str state);
struct text2 machine_state_title(const struct workflow *w, const struct machine *m, struct str state);
/* All machines of `from` are in one of their states. */
bool transition_leads_from(const struct transition *t, const struct record *r);

/* The workflow as it was declared at the revision that the record began with: *ret is w itself where that is the newest. */
enum err workflow_then(struct arena *a, struct store *s, const struct workflow *w, const struct record *r,
                       const struct workflow **ret, struct fault *f);

/* What stands for {now}, {today} and {actor} (the name of who acts, as the step will hold it) in a guard. */
struct str guard_text(struct arena *a, struct str guard, struct str actor, int64_t now_ms, int utc_offset_minutes);

#endif
