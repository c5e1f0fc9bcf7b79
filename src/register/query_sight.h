/* What the viewer of a store may see (sight.h), as conditions of a query. Of query.c and boxes.c alone.
 *
 *     struct sight sight;
 *     if (query_sight(s, reg, &sight)) …              // false: there is nothing to narrow
 *     e = query_sight_add(a, s, reg, &sight, &o, classes, is_walked, &filter, f);
 */
#ifndef TINHSO_REGISTER_QUERY_SIGHT_H
#define TINHSO_REGISTER_QUERY_SIGHT_H

#include "register/query.h"

struct sort_key;

/* Whether the viewer sees less than all; then what he sees. */
bool query_sight(const struct store *s, const struct reg *reg, struct sight *ret_sight);

/* Which classes a question names: bit c. A filter's names through a reference are judged by the other register's sight too. */
unsigned query_classes(const struct reg *reg, const struct query_options *o, const struct sort_key *keys, size_t n);

/* Whether the rows of several units or agencies are few of many, in an order, and an index holds that order and behind it whose they are: then it is walked until there are enough.
 * Left alone, SQLite reads all rows of theirs by an index that begins with the unit, and sorts them. */
bool query_is_walked(const struct reg *reg, const struct query_options *o, const struct sort_key *keys, size_t n,
                     const struct sight *sight);

/* Narrows the filter to the records that are there for the viewer and in which the named classes are shown, and to what stands behind named references that he may see.
 * The text of the filter is o->filter. */
enum err query_sight_add(struct arena *a, struct store *s, const struct reg *reg, const struct sight *sight,
                         const struct query_options *o, unsigned classes, bool is_walked, struct filter_sql *filter,
                         struct fault *f);

/* Which fields a row keeps back. */
struct query_masks {
    bool is_on;                    /* there may be any */
    bool is_always[PRIVACY_COUNT]; /* whatever the row */
    int column[PRIVACY_COUNT];     /* else where column of the row is not 1; -1: never */
    struct str columns;            /* more columns of the SELECT: ", (…), (…)" */
    struct cql2_params params;     /* of them, bound before the filter's */
};
enum err query_masks_read(struct arena *a, struct store *s, const struct reg *reg, const struct sight *sight,
                          bool has_history, int first_column, struct query_masks *ret_masks, struct fault *f);
void query_masks_apply(const struct query_masks *m, const struct reg *reg, struct stmt *st, struct record *r);

#endif
