/* What somebody may see of a register, as data: the store applies it to whatever is read, and knows nothing of accounts.
 *
 *     static bool sight(const struct viewer *v, const struct reg *reg, struct sight *ret)
 *     {
 *         *ret = (struct sight){.level = {[PRIVACY_PUBLIC] = {.where = STR("unit = '24697'")},
 *                                         [PRIVACY_INTERNAL] = {.where = STR("unit = '24697'")},
 *                                         [PRIVACY_BASIC_PERSONAL] = {.is_none = true},
 *                                         [PRIVACY_SENSITIVE] = {.is_none = true}}};
 *         return true;
 *     }
 *     store_view(s, &(struct viewer){.sight = sight});     // from here on query_… hands out no more than that
 *
 * level[c] are the records of which fields of class c are shown; level[PRIVACY_PUBLIC] those that exist for the viewer at all. Each level lies within
 * the one before it: who makes a sight sees to that. A record that is itself private (a register of poor households: that somebody stands in it is sensitive) is kept
 * back by sight_gate, which whoever makes a sight calls.
 *
 * What follows, in query.h: other records are not found, counted or drawn; a field outside its level comes out as VALUE_MASKED, also where it is unknown;
 * a filter, order or search that names a field counts only the records in which that field is shown, for an answer would tell of the value. A filter through a reference
 * (`agency.kind`) needs the sight of the register it leads to as well. The declared order leaves out fields that are not shown of every record.
 *
 * Not judged here: the log, which is public (numbers of revisions), and figures, which count for everyone alike (figure.h).
 */
#ifndef TINHSO_REGISTER_SIGHT_H
#define TINHSO_REGISTER_SIGHT_H

#include "register/declaration.h"

struct sight_level {
    bool is_none, is_all;
    struct str where; /* CQL2 over the register; when neither */
};

struct sight {
    struct sight_level level[PRIVACY_COUNT];
};

struct record;
struct query_options;

struct viewer {
    /* False: nothing of it, as if there were no such register. Texts live as long as the query that asks. */
    bool (*sight)(const struct viewer *v, const struct reg *reg, struct sight *ret);
    /* A record was handed out of which personal fields are shown (register/record.h: those that are not VALUE_MASKED). NULL: nobody keeps that. */
    void (*seen)(const struct viewer *v, const struct reg *reg, const struct record *r, const struct query_options *o);
    /* Records were counted, more than none, and none of them handed out: the number alone was the answer. NULL as above. */
    void (*counted)(const struct viewer *v, const struct reg *reg, const struct query_options *o, int64_t n);
    const void *context;
    /* The operator's key: it may write fields that it is not shown, so possible duplicates are told by them, too. */
    bool writes_unseen;
};

/* The class that a record of the register has as a whole: the strictest of the register's and its key's. */
enum privacy reg_class(const struct reg *reg);
/* Records themselves are of that class: nothing of them is shown where it is not. */
void sight_gate(struct sight *sight, const struct reg *reg);
/* Whether everything of one level is within the other's records. */
bool sight_covers(const struct sight_level *wide, const struct sight_level *narrow);

#endif
