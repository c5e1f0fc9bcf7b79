/* The order of records and the place of one in it: sort keys, and keyset paging behind a record. Of query.c alone.
 *
 * The order ends with `_n`, so it is total; a place is the values of its keys, and a mark of the order, as a JSON array in base64. A page behind a place is a condition,
 * not an offset, so the hundredth page costs what the first one does. NULL sorts first, as in SQLite.
 */
#ifndef TINHSO_REGISTER_QUERY_ORDER_H
#define TINHSO_REGISTER_QUERY_ORDER_H

#include "register/query.h"

struct sort_key {
    int field; /* NO_FIELD: `_n` */
    bool is_descending;
};

/* The keys that the options ask for. ERR_FIELD_UNKNOWN, ERR_SORT_TYPE (a geometry or a list has no order). */
enum err query_order_read(struct arena *a, const struct reg *reg, const struct query_options *o,
                          struct sort_key **ret_keys, size_t *ret_n, struct fault *f);
struct str query_order_sql(struct arena *a, const struct reg *reg, const struct sort_key *keys, size_t n);

/* Narrows the filter to what stands behind the place. ERR_QUERY_AFTER when the text is not a place in this order. */
enum err query_after_add(struct arena *a, const struct reg *reg, const struct sort_key *keys, size_t n,
                         struct str after, struct filter_sql *filter, struct fault *f);
void query_after_write(const struct reg *reg, const struct sort_key *keys, size_t n, const struct record *r,
                       int64_t row, struct buf *out);
/* Of a search: how many were given already. */
enum err query_after_count(struct str after, int64_t *ret_count, struct fault *f);

#endif
