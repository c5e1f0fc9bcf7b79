/* Retention: personal values that have outlived the term that their register declares (docs/declarations.md `retention`) are erased, or their records removed.
 *
 *     struct retention_done *done; size_t n;
 *     retention_run(a, s, &(struct retention_options){.actor = STR("tinhso retention")}, &done, &n, &faults);
 *
 * A record is due when the newest `after` of all its versions lies `keep` or more before today, and any version still has a personal value (or, with
 * then: delete, when it is still there). So running it twice does nothing the second time. Each register is a change of its own: its revision, with a record of
 * `erasures` for each record, is the proof. What has no date is counted and left alone.
 *
 * A dry run does everything and takes it back. A register of which a record cannot be removed because others refer to it is left as it was; the fault says which.
 */
#ifndef TINHSO_REGISTER_RETENTION_H
#define TINHSO_REGISTER_RETENTION_H

#include "register/erase.h"

struct retention_options {
    struct str actor;
    bool is_dry_run;
    /* Registers that it denies are left out; NULL: none is. */
    bool (*may)(void *context, const struct reg *reg);
    void *context;
};

struct retention_done {
    const struct reg *reg;
    char cutoff[11];                    /* the last day of which values go, ISO */
    int64_t records, versions, removed; /* erased, of which so many versions; removed */
    int64_t undated;                    /* records with personal values and without the date */
    int64_t rev;                        /* 0: nothing was due, or a dry run */
};

/* "erased=3 removed=0 revision=17": what was done in all, and the newest revision that is the proof, for the note of the run. */
struct str retention_facts(struct arena *a, const struct retention_done *done, size_t n);

/* The list lies in the arena, its registers live as long as the store. ERR_RETENTION_NONE when no register declares a term. */
enum err retention_run(struct arena *a, struct store *s, const struct retention_options *o,
                       struct retention_done **ret_done, size_t *ret_n, struct faults *list);

#endif
