/* A change under way, shared by change.c and change_check.c. */
#ifndef TINHSO_REGISTER_CHANGE_INTERNAL_H
#define TINHSO_REGISTER_CHANGE_INTERNAL_H

#include "register/change.h"
#include "register/internal.h"
#include "register/log.h"
#include "register/query.h"

/* How the records of this change use one value of a reference: on which dates, first from which line. */
struct ref_use {
    struct str value;
    char min[10], max[10]; /* as-of dates */
};

/* The statements by which records of a register are written and judged, as text. They follow from the declarations alone: of those in force, they are kept in the store. */
struct writing {
    const struct reg *reg;
    struct str newest, insert, find, until;
    struct str *covers;       /* by field number; see change_check.c */
    struct filter_sql *rules; /* that one of them is broken; NULL: not made yet */
    bool is_kept;
};
struct writing *writing_of(struct arena *a, struct store *s, const struct reg *reg);

struct put_state {
    const struct reg *reg;
    struct writing *writing;
    struct stmt *insert, *find, *until, *box;
    int64_t first_n, next_n; /* rowids of the versions written */
    int64_t count, removed;
    bool is_unsearched; /* words were taken out of the full-text index */
    bool was_empty;     /* then no version can be current, and none is looked for */
    struct map *uses;   /* by field number: value → struct ref_use * */
};

/* What was declared from a revision on. */
struct declared_then {
    int64_t rev;
    const struct province *province;
};

/* Versions, from a row on, whose words are not in the full-text index yet. */
struct words_owed {
    const struct reg *reg;
    int64_t first_n;
};
struct words_list {
    VEC(struct words_owed);
};

/* Several changes in one transaction (group.c). Each has a savepoint, at which the full-text index would write out what it holds: so the words wait for the commit, or for
 * whoever searches before it. */
struct change_group {
    struct arena *a;
    int64_t head, at; /* the store as it was before: what it goes back to */
    struct merkle_frontier frontier;
    const struct province *province;
    struct log_tree log; /* of revisions; its last tile is written at the commit */
    struct words_list owed;
};
void group_search_later(struct change_group *g, const struct reg *reg, int64_t first_n);

struct change {
    struct store *s;
    struct arena *a, *row;
    struct change_info info;
    struct digest digest;
    int64_t rev, count;
    char today[10];
    VEC(struct put_state *) states;
    struct log_tree tree;
    unsigned char salts[256][SALT_BYTES];
    size_t salts_left;
    struct buf canonical;
    uint32_t *lines;
    size_t lines_cap;
    const struct province *next;    /* after change_declare */
    VEC(struct declared_then) then; /* read for change_erase */
    bool has_erased;
    bool is_judged;
    struct words_list owed; /* of its group, when it began */
    bool is_finished;       /* its revision is written; of a group: its savepoint released */
};

/* Notes which references a record makes, to judge them all at commit. */
void change_note_uses(struct change *c, struct put_state *p, const struct record *r);

/* The words of erased values lie in the index's segments until these are merged: done once, before the commit. */
enum err change_note_unsearched(struct change *c, const struct reg *reg, struct fault *f);

/* Rules, references, uniqueness, validity of everything the change wrote. Faults of records go to the lists; the fault is for what
 * kept the check itself from running. */
enum err change_check(struct change *c, struct faults *list, struct faults *warnings, struct fault *f);

#endif
