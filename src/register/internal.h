/* What the files of src/register share among themselves; no other module includes it. */
#ifndef TINHSO_REGISTER_INTERNAL_H
#define TINHSO_REGISTER_INTERNAL_H

#include "register/record.h"
#include "register/store.h"

/* What is in a table of versions but no longer counts once `next` holds: values of a field that was let go, or of a type that did not widen;
 * all records of a register that was let go. Asked before store_migrate. */
struct stale {
    const struct reg *reg; /* of next */
    int *fields;
    size_t n_fields; /* 0: the whole record */
};
struct stale_list {
    VEC(struct stale) all;
};
enum err store_stale(struct arena *a, const struct store *s, const struct province *next, struct stale_list *ret_list,
                     struct fault *f);

/* After an erasure: empties the write-ahead log, whose frames hold pages as they were before. Does nothing otherwise. */
void store_wal_clear(struct store *s);

/* A register's indexes, off before its first records and on again behind them: sorting once is twice as fast as keeping order. */
enum err reg_indexes_drop(struct store *s, const struct reg *r, struct fault *f);
enum err reg_indexes_create(struct store *s, const struct reg *r, struct fault *f);

/* The column of files that marks invented records, as export heads it and import finds it. */
#define SAMPLE_NAME "_sample"
#define SAMPLE_TITLE_VI "Dữ liệu mẫu"
#define SAMPLE_TITLE_EN "Sample"

/* The full-text index of a register: adds the versions from a row on, up to a revision, or drops it and fills it anew. */
enum err search_add(struct arena *a, struct store *s, const struct reg *reg, int64_t first_n, int64_t last_rev,
                    struct fault *f);
/* Within a group of changes, before the index is read or made anew: adds what those that are finished owe it. */
enum err search_settle(struct store *s, struct fault *f);
/* What of a version goes into it, as SQL over the columns of its row. */
void search_text_sql(const struct reg *reg, struct buf *out);
/* Into one segment, so that no word is left of what was taken out. */
enum err search_merge(struct arena *a, struct store *s, const struct reg *reg, struct fault *f);
enum err search_rebuild(struct arena *a, struct store *s, const struct reg *reg, struct fault *f);

/* The rectangles of a register's geometries (boxes.c). Writing one of a new version: */
enum err box_insert_new(struct arena *a, struct db *db, const struct reg *reg, struct stmt **ret_insert,
                        struct fault *f);
enum err box_insert(struct stmt *insert, int64_t n, const struct value *geometry, struct fault *f);
enum err boxes_rebuild(struct arena *a, struct store *s, const struct reg *reg, struct fault *f);
/* The column in which a version bears what references to it hold. */
const char *reg_entity_column(const struct reg *target);

/* "_n, _id, _rev, _ord, _until, _removed, _sample, _salt" and the fields, in record_columns' order, for alias `t`. */
const char *record_columns_sql(struct arena *a, const struct reg *reg);
/* Fills reg->columns and reg->one, when all else is there. */
void record_sql(struct arena *a, struct reg *reg);
enum { RECORD_FIXED_COLUMNS = 8 };
/* Reads the current row of a statement over record_columns_sql; texts are views that live until its next step. Interval ends are
 * joined in the arena. */
void record_read(struct arena *a, const struct reg *reg, struct stmt *st, struct record *ret_record);
/* Binds a value to the one or two parameters that its columns take; moves on. */
void record_bind(struct stmt *st, int *at, const struct field *fd, const struct value *v);

#endif
