/* Figures: named counts over registers, computed at a revision (folder figures/, see docs/declarations.md).
 *
 *     struct figures *fs;
 *     figures_load(a, s->province, &fs, &faults);             // also the indexes: fs->indexes
 *     struct figure_result r;
 *     struct figure_options o = {.by = STR("unit:2")};
 *     if (figure_compute(a, s, fs, STR("farm-households-digitised"), &o, &r, f) != OK) …
 *     r.value 111390, r.of 120032, r.percent 92.80, r.rows[i].{title, value, of, percent}
 *     if (figure_require(&r, f) != OK) …                      // a report stops: ERR_FIGURE_STALE, ERR_FIGURE_VALUE_UNKNOWN
 *
 * The day of a figure (`on`): the option, else as declared, else the end of its period, else the day of the revision read where
 * that is not the newest, else today. Dated registers are read as valid on that day, and the unit tree as it was then.
 *
 * Filters may use the constants on_date and on_end (the moment at which that day ends), and period_from and period_to where a period is declared.
 *
 * Breakdown by units: a record's unit code is understood on the map of the record's own date (its register's `as_of`), carried to the map of the
 * date asked (units_at, else the day of the figure) through the declared successors, and lifted there to the level asked. A part
 * that goes to several units is divided by the declared shares. What cannot be divided (share unknown, or a merged unit asked back
 * apart) or has no place on that map is a row of its own, ROW_UNPLACED, under the code the records bear: rows of counts and sums
 * always add up to the value, on every map. Distinct counts, means, ratios and surveys are not additive (is_additive false) and are
 * counted anew in each row; their rows hold whole units only, so records that would have to be divided stand under ROW_UNPLACED.
 *
 * Survey: share p = Σ w·y / Σ w of those asked (`base`), with the interval of Wilson at 95 % (Wilson, J. Am. Stat. Assoc. 22,
 * 1927): (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964. With weights n is Kish's effective sample size (Σ w)² / Σ w².
 * margin is half the width of the interval.
 *
 * Every result says how many records were counted and how many of them are invented (n_sample of n_counted; for a share also those
 * of the base). Ownership: everything lives in the arena given.
 * Errors: ERR_FIGURE_UNKNOWN, ERR_FIGURE_BY, ERR_FIGURE_LEVEL, ERR_INDEX_…, those of dates and db.
 */
#ifndef TINHSO_FIGURE_FIGURE_H
#define TINHSO_FIGURE_FIGURE_H

#include "figure/index.h"
#include "figure/quantity.h"
#include "register/query.h"

/* FIGURE_KIND(enum, key in YAML) */
#define FIGURE_KINDS(X)                                                                                                \
    X(FIGURE_COUNT, "count")                                                                                           \
    X(FIGURE_SUM, "sum")                                                                                               \
    X(FIGURE_MEAN, "mean")                                                                                             \
    X(FIGURE_RATIO, "ratio")                                                                                           \
    X(FIGURE_SURVEY, "survey")                                                                                         \
    X(FIGURE_INDEX, "index")                                                                                           \
    X(FIGURE_DIFFERENCE, "difference")                                                                                 \
    X(FIGURE_TOTAL, "total")

enum figure_kind {
#define X(kind, key) kind,
    FIGURE_KINDS(X)
#undef X
};

struct figure;

enum measure_kind { MEASURE_NONE, MEASURE_COUNT, MEASURE_SUM, MEASURE_MEAN, MEASURE_SURVEY, MEASURE_FIGURE };

/* What is taken from one register, or from another figure. */
struct measure {
    enum measure_kind kind;
    const struct reg *reg;
    struct str where;            /* CQL2; empty: all */
    struct str base;             /* MEASURE_SURVEY: filter of those asked */
    int field;                   /* summed or averaged; or distinct of a count; or NO_FIELD */
    int weight;                  /* MEASURE_SURVEY, or NO_FIELD */
    const struct figure *figure; /* MEASURE_FIGURE */
    int line;
};

struct figure {
    struct str id;
    struct text2 title, unit, note, source;
    bool is_internal; /* shown to those alone who hold a grant for it; so is what is computed from one */
    struct str on, period_from, period_to, valid_from, valid_to; /* ISO dates, ends inclusive; may be empty */
    int64_t
        period_months; /* the period is so many calendar months, the last one up to the day of the figure; 0: as the dates say */
    enum figure_kind kind;
    struct measure main; /* count, sum, mean, survey; ratio: over */
    struct measure of;   /* base of a share (is_share); ratio: under */
    bool is_share;
    struct quantity scale;     /* ratio and survey; 1 when not declared */
    struct quantity most;      /* ratio: no more than that; unknown: no bound */
    struct quantity empty;     /* ratio: the value where there is nothing under it; unknown: unknown */
    struct text2 question;     /* survey */
    const struct index *index; /* FIGURE_INDEX */
    int64_t index_year;
    struct str index_subject,
        index_value;            /* value: rank, total, rank_change, total_change, or a main index or pillar */
    const struct figure *other; /* FIGURE_DIFFERENCE */
    struct str difference_on, difference_from;
    const struct figure **added; /* FIGURE_TOTAL */
    size_t n_added;
    struct str *by; /* breakdowns that make sense; the first is the default of tables */
    size_t n_by;
    struct str rank_by;       /* what it ranks, as one of its breakdowns; empty: nothing */
    const struct reg *ranked; /* whose entities, where they are ranked apart */
    int rank_apart;           /* its code field by which they are; or NO_FIELD */
    struct str file;
    int line;
};

struct figures {
    const struct province *province;
    struct figure **p; /* in the order of files and lines */
    size_t n;
    struct map by_id;
    struct indexes *indexes;
    struct figure_kept *kept; /* figures_keep; NULL: nothing is kept */
};

/* Reads the folders figures/ and indexes/ of province->sources; checks registers, fields, filters, breakdowns, references among
 * figures (unknown, in a circle) and to indexes. All errors go to the list, with file, line and key; returns the first one's
 * code. Needs no store. */
enum err figures_load(struct arena *a, const struct province *p, struct figures **ret_figures, struct faults *list);

/* The same without those that `shows` denies: who reads these finds, counts and is told of no other. fs itself when it denies none. */
struct figures *figures_shown(struct arena *a, struct figures *fs,
                              bool (*shows)(void *context, const struct figure *figure), void *context);
/* What is internal in `newest` is so in `past` too, with all that is computed from it. */
void figures_keep_internal(struct figures *past, const struct figures *newest);

/* The figures that one is computed from: i from 0 up to figure_n_parts; NULL for a place without one. */
size_t figure_n_parts(const struct figure *figure);
const struct figure *figure_part(const struct figure *figure, size_t i);

/* ERR_FIGURE_UNKNOWN {id, nearest}. */
enum err figure_find(const struct figures *fs, struct str id, const struct figure **ret_figure, struct fault *f);

/* Whether a figure can be broken down so, in all its parts: ERR_FIGURE_BY {id, by, valid}, ERR_FIGURE_BY_PRIVATE {by}. Needs no
 * store; that a level exists on the map asked is known only when it is computed. */
enum err figure_by_check(const struct province *p, const struct figure *fig, struct str by, struct fault *f);

/* The field that a breakdown of the measure goes by: of its register, or of what its distinct reference names. NULL: none. */
const struct field *measure_by_field(const struct measure *m, struct str by);

/* The register whose entities the rows are, where the field of the breakdown is a reference; else NULL. */
const struct reg *figure_by_target(const struct province *p, const struct figure *fig, struct str by);

/* From here on figure_compute with fs keeps what it computes, for the next reader of the same revision (kept.h), and index_compute with its indexes; until owner is freed. For one thread. */
void figures_keep(struct figures *fs, struct arena *owner);

/* "count", "sum", …: the key in YAML. */
const char *figure_kind_name(enum figure_kind kind);

struct figure_options {
    struct str
        by; /* "unit:2" (level), "unit" (as the records have it), "FIELD", "FIELD:2" (a unit field); empty: none */
    struct str on;       /* ISO date: instead of the declared day */
    struct str units_at; /* ISO date: breakdown on the map of that day; empty: of the day of the figure */
    int64_t year;        /* of an index, instead of the declared one; 0: the declared */
    bool is_whole;       /* for those who may see the records: breakdowns with their small cells (figure/suppress.h) */
    struct str
        asked; /* ISO date on which the reader asks, compared with `valid`; empty: `on` of the options, else the day of the moment read */
};

enum row_kind {
    ROW_PLAIN,
    ROW_UNPLACED, /* a unit without a sure place on the map asked: its key and title are those of the records */
    ROW_UNKNOWN,  /* the field is empty; key and title are empty */
};

struct figure_row {
    enum row_kind kind;
    struct str key;
    struct text2 title;
    struct quantity value, of, percent, margin;
    bool
        is_suppressed; /* a small cell of a register with personal fields, or one that goes with it: the quantities are unknown */
};

struct figure_result {
    const struct figure *figure;
    struct quantity value;
    struct quantity of;                /* base of a share; number of subjects ranked */
    struct quantity percent;           /* of a share */
    struct quantity from;              /* earlier value of a change or difference */
    struct quantity low, high, margin; /* survey, in the scale of the value */
    int64_t n_asked;                   /* survey: those asked */
    int decimals;                      /* digits behind the mark that make sense to show */
    struct str on;                     /* the day of the figure */
    struct moment at;                  /* that it was counted at */
    int64_t n_counted;                 /* records read to count it */
    int64_t n_sample;                  /* of them invented */
    bool is_stale;                     /* asked outside `valid` */
    struct str asked;
    bool has_other_framework; /* a change between years that different frameworks judged */
    /* breakdown */
    struct str by;           /* as asked; empty: none */
    struct text2 by_title;   /* level or field */
    struct str units_at;     /* map of the rows; empty: not by units */
    bool is_additive;        /* rows add up to the value */
    struct figure_row *rows; /* units by code, others in Vietnamese order of titles; unplaced and unknown last */
    size_t n_rows;
};

enum err figure_compute(struct arena *a, struct store *s, const struct figures *fs, struct str id,
                        const struct figure_options *o, struct figure_result *ret_result, struct fault *f);

/* OK when the value may be published: ERR_FIGURE_VALUE_UNKNOWN {id}, ERR_FIGURE_STALE {id, asked, valid}. */
enum err figure_require(const struct figure_result *r, struct fault *f);

/* The records behind a figure, one call each; return false to stop. The record lives until the call returns. */
struct figure_record {
    const struct reg *reg;
    const char *part;            /* "count", "of" (base), "under" (of a ratio), "value" (of an index) */
    const struct record *record; /* raw: show it through figure_field_print only */
    struct str id;               /* as may be shown */
    int64_t rev;                 /* that wrote it */
};
typedef bool figure_record_fn(void *ctx, const struct figure_record *r);

/* Calls fn for at most `limit` records (0: all); ret_total is how many there are. The numerator comes first; the base of a share is
 * listed only with include_base. */
enum err figure_why(struct arena *a, struct store *s, const struct figures *fs, struct str id,
                    const struct figure_options *o, int64_t limit, bool include_base, figure_record_fn *fn, void *ctx,
                    int64_t *ret_total, struct fault *f);

/* The filter of a figure's measure as anyone may ask it, anywhere: its constants (on_date, period_from, period_to) as dates. */
struct str figure_filter_text(struct arena *a, const struct figure *figure, struct str filter, struct str on);

/* Whether what it counts depends on its day: a filter, of its own or of a part, names the day or a period that ends with it. */
bool figure_follows_day(struct arena *a, const struct figure *figure);

/* Personal fields (basic and sensitive) are not shown with figures: ••• stands for a value that is there. */
#define FIGURE_MASK "•••"
bool figure_field_is_masked(const struct field *fd);
void figure_field_print(const struct field *fd, const struct value *v, enum lang lang, struct buf *out);

#endif
