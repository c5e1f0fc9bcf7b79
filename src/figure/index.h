/* Indexes: frameworks that score and rank subjects by main indices (indexes/ID.yaml, see docs/declarations.md).
 *
 *     struct indexes *x;
 *     indexes_load(a, s->province, &x, &faults);
 *     struct index_table t;
 *     if (index_compute(a, s, x, STR("dti-province"), 2022, &t, f) != OK) …
 *     for (size_t i = 0; i < t.n; i++) print(t.rows[i].rank, t.rows[i].name, t.rows[i].published_total);
 *     const struct index_row *r;
 *     index_explain(&t, STR("Đà Nẵng"), &r, f);              // r->main[k].contribution add up to r->total
 *
 * Framework: the one whose `years` hold the year of data judged it. Total = Σ points × value / max_points over the main indices
 * with points, in exact decimals, from the values as stored; only where every one of them is known. A pillar = Σ weight × value /
 * Σ weights. What a framework did not publish (points, max_points) is not assumed: such totals stay unknown.
 *
 * Ranks are standard competition ranks (1, 2, 2, 4): descending, equal where the totals are equal in `decimals` published digits.
 * computed_rank needs the totals of all subjects; where one is missing it is unknown. `rank` is the published rank, and
 * the computed one where none was published.
 *
 * Change from the year before: places gained (positive is better), and the difference of the totals (published ones; where there is
 * none, the computed one rounded). has_other_framework says that the two years were judged by different frameworks.
 *
 * Ownership: everything lives in the arena given. Errors: ERR_INDEX_UNKNOWN, ERR_INDEX_YEAR, ERR_INDEX_SUBJECT, those of db.
 */
#ifndef TINHSO_FIGURE_INDEX_H
#define TINHSO_FIGURE_INDEX_H

#include "figure/quantity.h"
#include "register/moment.h"

struct index_main {
    struct str id;
    struct text2 title;
    struct quantity points; /* unknown when not published; 0: collected, not scored */
    int64_t components;     /* 0: not published */
    struct str group;       /* empty: none */
};

struct index_weight {
    size_t main; /* place in framework->main */
    struct quantity weight;
};

struct index_pillar {
    struct str id; /* also the component that holds its published value, where there is one */
    struct text2 title;
    struct index_weight *weights;
    size_t n_weights;
};

enum index_status { INDEX_DRAFT, INDEX_ISSUED, INDEX_CLOSED };
/* "draft", "issued", "closed": as declared. */
const char *index_status_name(enum index_status status);

struct index_framework {
    struct str id;
    struct text2 title, source;
    int64_t year_from, year_to; /* inclusive */
    enum index_status status;
    struct quantity max_points; /* unknown when not published */
    bool is_computable;         /* all points and max_points are published */
    struct index_main *main;
    size_t n_main;
    struct index_pillar *pillars;
    size_t n_pillars;
    int line;
};

/* Which group of the register of means holds the published mean of a component: the total, a pillar or a main index. */
struct index_mean_group {
    struct str component, group;
};

struct index {
    struct str id;
    struct text2 title, source;
    const struct reg *subjects;
    struct str subjects_where, subjects_on; /* may be empty */
    int subject_name;                       /* field numbers */
    const struct reg *values;
    struct str values_where;
    int subject, year, component, value;
    struct str published_total, published_rank; /* components; may be empty */
    int decimals;
    const struct reg *means; /* NULL: no means are declared */
    int mean_year, mean_group, mean_value;
    struct index_mean_group *mean_groups;
    size_t n_mean_groups;
    struct index_framework *frameworks; /* by year */
    size_t n_frameworks;
    struct str file;
    int line;
};

struct indexes {
    struct index **p; /* by id */
    size_t n;
    struct map by_id;
    struct figure_kept *kept; /* figures_keep */
};

/* Reads the folder indexes/ of province->sources. All errors go to the list; returns the first one's code. */
enum err indexes_load(struct arena *a, const struct province *p, struct indexes **ret_indexes, struct faults *list);
/* ERR_INDEX_UNKNOWN {id, nearest}. */
enum err index_find(const struct indexes *x, struct str id, const struct index **ret_index, struct fault *f);
/* ERR_INDEX_YEAR {index, year, known} where no framework judges the year; whether there are values only the store can tell. */
enum err index_year_check(const struct index *x, int64_t year, struct fault *f);
/* NULL when no framework judges that year. */
const struct index_framework *index_framework_of(const struct index *x, int64_t year);

struct index_value {
    struct quantity value;        /* 0..1 as stored; unknown stays unknown */
    struct quantity points;       /* gained: value × points */
    struct quantity contribution; /* points gained / max_points: its part of the total */
};

struct index_pillar_value {
    struct quantity published, computed; /* computed exactly; round to index->decimals for show */
};

struct index_row {
    struct str subject; /* entity of the register of subjects */
    struct str name;
    int64_t rank;           /* published, else computed; 0: unknown */
    int64_t published_rank; /* 0: unknown */
    int64_t computed_rank;  /* 0: unknown */
    struct quantity published_total;
    struct quantity total;         /* computed, exact */
    struct quantity total_rounded; /* to index->decimals */
    struct quantity difference;    /* total_rounded - published_total */
    struct index_value *main;      /* n_main of the framework */
    struct index_pillar_value *pillars;
    int64_t previous_rank; /* of the year before; 0: unknown */
    struct quantity previous_total;
    struct quantity rank_change;  /* places gained: previous_rank - rank */
    struct quantity total_change; /* absolute difference */
};

struct index_table {
    const struct index *index;
    const struct index_framework *framework;          /* that judged the year */
    const struct index_framework *previous_framework; /* of the year before; NULL: none, or no values that year */
    bool has_other_framework; /* the year before was judged by another one: changes compare unlike things */
    int64_t year;
    struct index_row *rows;     /* by rank, then name; those without a rank last */
    size_t n;                   /* subjects; the base of a rank */
    int64_t n_totals;           /* rows whose total could be computed */
    int64_t n_values, n_sample; /* records read for this year, and how many of them are invented */
    int64_t n_values_before,
        n_sample_before; /* the same of the year before, with which changes compare; 0: no change known */
    int64_t *years;      /* that have values, ascending */
    size_t n_years;
    struct moment at;
};

/* ERR_INDEX_UNKNOWN; ERR_INDEX_YEAR {index, year, known} where no framework judges the year or there are no values. */
enum err index_compute(struct arena *a, struct store *s, const struct indexes *x, struct str id, int64_t year,
                       struct index_table *ret_table, struct fault *f);

/* The latest year that has values; ERR_INDEX_YEAR when there is none. */
enum err index_latest_year(struct arena *a, struct store *s, const struct indexes *x, struct str id, int64_t *ret_year,
                           struct fault *f);

/* The published mean over all subjects of a component in a year; unknown where none was published. */
enum err index_mean(struct arena *a, struct store *s, const struct index *x, int64_t year, struct str component,
                    struct quantity *ret_mean, struct fault *f);

/* One subject by its id or its name (accents and case do not matter). ERR_INDEX_SUBJECT {index, subject, nearest}. */
enum err index_explain(const struct index_table *t, struct str subject, const struct index_row **ret_row,
                       struct fault *f);

/* Standard competition ranks, descending, on `decimals` digits; 0 for what is unknown. */
void rank_competition(const struct quantity *values, size_t n, int decimals, int64_t *ret_ranks);

#endif
