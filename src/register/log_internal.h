/* What the files behind log_verify share. log_verify.c: pages, checkpoint, the whole. log_verify_tree.c: revisions and trees.
 * log_verify_layout.c: how each register was declared when. log_verify_rows.c: versions. log_verify_index.c: indexes over fields. No other
 * file includes it. */
#ifndef TINHSO_REGISTER_LOG_INTERNAL_H
#define TINHSO_REGISTER_LOG_INTERNAL_H

#include "base/vec.h"
#include "register/internal.h"
#include "register/log.h"

/* One value of a version: where it stands in the row read. */
struct layout_column {
    int at, at_end; /* column of the scan; -1 when the table lacks it. at_end: the second one of an interval */
};

/* How the versions of one register were declared over a range of revisions. */
struct layout {
    struct reg reg; /* only what record_canonical reads */
    struct layout_column *columns;
    bool *is_known; /* by column of the table: belongs to a field. Others must be empty */
    struct value *values;
    bool is_unknown; /* the declarations cannot be read: versions are passed over */
};

struct layout_from {
    int64_t rev;
    struct layout *layout; /* NULL: not declared from here on */
};

/* An index over columns of a table, and what its entries add up to: those that the rows ask for. */
struct verify_index {
    struct str name;
    int *columns; /* of the statement that gives an entry */
    size_t n;
    uint64_t sum;
    int64_t entries;
};

/* A table r_NAME as it is in the file. */
struct verify_table {
    struct str name;           /* of the register */
    const char *table, *index; /* quoted */
    struct str *columns;       /* those behind the fixed ones */
    size_t n_columns;
    VEC(struct layout_from) layouts;
    VEC(struct verify_index) indexes;
    bool is_broken;        /* could not be read to its end */
    bool has_other_chains; /* rows and key index disagree on what follows what */
};

/* What one revision says of one register. */
struct rev_register {
    int64_t rev, want, have;
    struct str name;
};

struct verify_leaves {
    struct digest *p;
    size_t n, cap;
};

/* A version that its chain shows to be missing. */
struct missing {
    int64_t rev;
    struct str reg, id;
};

struct verify {
    struct arena *a;    /* of the report */
    struct arena *work; /* of this run */
    struct arena *row;
    struct store *s;
    struct db *db;
    struct log_report *report;
    VEC(struct log_problem) problems; /* kept in order */
    VEC(struct log_problem) pages;
    int64_t n_problems, n_page_problems;

    int64_t head;                       /* revisions 1 … head are judged */
    uint64_t *first_leaf;               /* [head + 2]: number of the first leaf of each revision among all */
    unsigned char *seen;                /* a bit a leaf: a row has it */
    bool *lacks_rows;                   /* [head + 1]: not every leaf of the revision has a row */
    VEC(struct rev_register) registers; /* by revision */
    size_t *first_register;             /* [head + 2] into registers */
    VEC(struct verify_table) tables;
    VEC(struct missing) missing;

    uint64_t index_key[2];
    int64_t steps_left; /* of all statements together; see verify_step */
    log_progress *progress;
    void *progress_ctx;
    int64_t done, total;
};

/* Texts are copied. Problems beyond LOG_PROBLEMS_MAX are only counted; those of the first revisions are kept. */
void verify_problem(struct verify *v, enum err code, int64_t rev, struct str reg, struct str id, const char *detail,
                    ...) __attribute__((format(printf, 6, 7)));
/* For an error of reading: OK when it was turned into a problem and the check goes on, else the code to give up with. */
enum err verify_unreadable(struct verify *v, enum err e, const struct fault *f, struct str reg);
void verify_tick(struct verify *v);

/* A step that gives up (ERR_DB_DAMAGED) when there are more rows than the file can hold: pages that point to each other. */
enum err verify_step(struct verify *v, struct stmt *st, bool *ret_has_row, struct fault *f);

/* Revisions, entries, the log's tree and all subtrees. Sets head, first_leaf, registers; returns the log's own leaves. */
enum err verify_trees(struct verify *v, struct verify_leaves *ret_leaves, struct fault *f);
/* The tables r_* of the file, and how each was declared when. */
enum err verify_layouts(struct verify *v, struct fault *f);
struct layout *layout_at(const struct verify_table *t, int64_t rev);
/* A name as SQL text, in quotes. */
const char *verify_quoted(struct arena *a, const char *prefix, struct str name);

/* Indexes over fields: which a table has, what a current row adds to each, and whether they hold just that. */
enum err verify_indexes_open(struct verify *v, struct verify_table *t, struct fault *f);
void verify_index_row(struct verify *v, struct verify_index *x, struct stmt *st);
enum err verify_indexes_compare(struct verify *v, struct verify_table *t, struct fault *f);

/* Every version of every table against its leaf; history; what is missing. */
enum err verify_rows(struct verify *v, struct fault *f);

#endif
