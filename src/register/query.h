/* Reading records: by filter, in order, at the store's moment. Also the CQL2 schema that filters are checked against.
 *
 *     struct query *q;
 *     query_open(s, reg, &(struct query_options){.filter = STR("unit.level = 3"), .limit = 20}, &q, f);
 *     struct record r;
 *     while (query_next(q, &r, &has_row, f) == OK && has_row) …        // values are valid until the next call
 *     query_close(q);
 *
 * Where the store has a viewer (store_view), all of this is what he may see: sight.h says what that means. query_newest and query_revisions tell of the log, which
 * is public, and are the same for all.
 */
#ifndef TINHSO_REGISTER_QUERY_H
#define TINHSO_REGISTER_QUERY_H

#include "cql2/cql2.h"
#include "geo/shape.h"
#include "register/record.h"
#include "register/store.h"

/* A filter made ready for SQL: `where` refers to the table by alias `t`; params are bound from first_param on. */
struct filter_sql {
    struct str where;
    struct cql2_params params;
};

/* Named constants that a filter may use beside the fields, e.g. period_from. */
struct filter_constant {
    struct str name;
    enum cql2_type type;
    struct str text;
};

/* The properties of a register for filters: fields, `_id`, `_rev`, `_sample`, and one step through references and units
 * (`agency.kind`), each read at the store's moment and as of the record's date. In the arena; alias of the table is `t`. */
enum err query_schema(struct arena *a, const struct store *s, const struct reg *reg,
                      const struct filter_constant *constants, size_t n_constants,
                      const struct cql2_schema **ret_schema, struct fault *f);

/* SQL of the day on which a version's references are judged (docs/declarations.md `as_of`), ISO text. A required as_of field is the
 * column alone, so that an index may answer. */
const char *record_as_of_sql(struct arena *a, const struct reg *reg, const char *alias, int utc_offset_minutes);

/* Parses, checks and compiles. An empty text is `1`. Errors: those of cql2. */
enum err filter_compile(struct arena *a, const struct store *s, const struct reg *reg, struct str text,
                        const struct filter_constant *constants, size_t n_constants, struct filter_sql *ret_sql,
                        struct fault *f);

/* Checks a filter against declarations alone, before there is a store: for `check`. */
enum err filter_check(struct arena *a, const struct province *p, const struct reg *reg, struct str text,
                      const struct filter_constant *constants, size_t n_constants, struct fault *f);

/* Binds params to a statement from index `first` (1-based) on; returns the next free index. */
int filter_bind(struct stmt *st, const struct cql2_params *params, int first);

struct query_options {
    struct str filter; /* CQL2 text; empty: all */
    struct str on;     /* ISO date: only versions of a dated register valid then; empty: all */
    struct str search; /* accent-insensitive words; empty: none */
    struct str sort;   /* field names, comma separated, `-` descends (`+` may stand too); empty: the declared order */
    bool is_unsorted;  /* without `sort`: in the order of writing, which costs nothing */
    const struct box *
        box; /* only geometries whose rectangle meets it, in the register's CRS, and records that have none; NULL: all. Narrow further by `filter` */
    struct str
        after; /* the records behind that one: what query_after wrote; with the same sort, search, filter and moment */
    struct str id; /* one record */
    int64_t limit; /* 0: all */
    int64_t offset;
    bool has_history; /* all versions, oldest first, instead of those visible at the moment */
    const struct filter_constant *constants;
    size_t n_constants;
};

struct query;

enum err query_open(struct store *s, const struct reg *reg, const struct query_options *o, struct query **ret_query,
                    struct fault *f);
enum err query_next(struct query *q, struct record *ret_record, bool *ret_has_row, struct fault *f);
/* Where the row last read stands in the order, as text that `after` takes: keyset paging, which costs the same on every page. */
void query_after(const struct query *q, const struct record *r, struct buf *out);
/* Of the row last read. */
int64_t query_rev(const struct query *q);
bool query_is_removed(const struct query *q);
void query_close(struct query *q);
void query_closep(struct query **pq);

/* The rectangle around all geometries of the register, past versions included; *ret_has_box is false without any. */
enum err query_extent(struct store *s, const struct reg *reg, struct box *ret_box, bool *ret_has_box, struct fault *f);

/* The newest revision, up to the moment, that wrote records of the register; 0 when none did. */
enum err query_newest(struct store *s, const struct reg *reg, int64_t *ret_rev, struct fault *f);

/* The newest revisions, up to the moment, that wrote records of the register: at most `most`, newest first. */
enum err query_revisions(struct store *s, const struct reg *reg, size_t most, int64_t *ret_revs, size_t *ret_n,
                         struct fault *f);

/* The last days up to `on` from which versions of a dated register are valid: at most `most`, newest first. None for an undated one. */
enum err query_days(struct arena *a, struct store *s, const struct reg *reg, struct str on, size_t most,
                    struct str *ret_days, size_t *ret_n, struct fault *f);

/* The condition, for alias `t`, that a version is there for the store's viewer and shows him the classes of fields whose bits are set: for whoever reads a
 * table himself. `1` without a viewer. */
enum err query_sight_sql(struct arena *a, struct store *s, const struct reg *reg, unsigned classes,
                         struct filter_sql *ret_sql, struct fault *f);

/* Whether a record meets a filter, be it in the store or not yet: what a reference reaches is read from the store as it stands. Unknown counts as no. */
enum err query_matches(struct store *s, const struct reg *reg, const struct record *r, struct str filter,
                       bool *ret_matches, struct fault *f);

/* Whether the record as it stands is there for the store's viewer. Always without one. */
enum err query_shows(struct store *s, const struct reg *reg, const struct record *r, bool *ret_shows, struct fault *f);
/* And its fields of the classes whose bits are set as well. */
enum err query_shows_fields(struct store *s, const struct reg *reg, const struct record *r, unsigned classes,
                            bool *ret_shows, struct fault *f);

/* How many records match. */
enum err query_count(struct store *s, const struct reg *reg, const struct query_options *o, int64_t *ret_count,
                     struct fault *f);

#endif
