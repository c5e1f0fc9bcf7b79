/* What the files of src/register share among themselves; no other module includes it. */
#ifndef TINHSO_REGISTER_INTERNAL_H
#define TINHSO_REGISTER_INTERNAL_H

#include "register/record.h"
#include "register/store.h"

/* A register's indexes, off before its first records and on again behind them: sorting once is twice as fast as keeping order. */
enum err reg_indexes_drop(struct store *s, const struct reg *r, struct fault *f);
enum err reg_indexes_create(struct store *s, const struct reg *r, struct fault *f);

/* Full-text index of a register's versions: one text a version, of marked words (see search.c). */
void search_text(const struct reg *reg, const struct value *values, struct buf *out);
/* Drops and fills the index of a register anew. */
enum err search_rebuild(struct arena *a, struct store *s, const struct reg *reg, struct fault *f);
/* The query of the index for words typed by a person; is_exact asks for the accents as typed. Empty when there is no word. */
void search_query(struct str words, bool is_exact, struct buf *out);

/* The rectangles of a register's geometries (boxes.c). Writing one of a new version: */
enum err box_insert_new(struct arena *a, struct db *db, const struct reg *reg, struct stmt **ret_insert,
                        struct fault *f);
enum err box_insert(struct stmt *insert, int64_t n, const struct value *geometry, struct fault *f);
enum err boxes_rebuild(struct arena *a, struct store *s, const struct reg *reg, struct fault *f);

/* "_n, _id, _rev, _ord, _until, _removed, _sample, _salt" and the fields, in record_columns' order, for alias `t`. */
const char *record_columns_sql(struct arena *a, const struct reg *reg);
enum { RECORD_FIXED_COLUMNS = 8 };
/* Reads the current row of a statement over record_columns_sql; texts are views that live until its next step. Interval ends are
 * joined in the arena. */
void record_read(struct arena *a, const struct reg *reg, struct stmt *st, struct record *ret_record);

#endif
