/* Invented dossiers over some days: filed, handed over, supplemented, paid, decided, returned, rated, late at times, each step through workflow_act, as people would.
 *
 *     struct dossier_sampling o = {.days = 180, .per_day = 60, .seed = 1, .until_ms = clock_now_ms()};
 *     struct dossier_sampled done;
 *     dossiers_sample(a, s, w, &o, &done, &faults);      // done.dossiers, done.steps
 *
 * What is asked for, answered in forms and said afterwards, and in which words, is declared: data/dossiers.yaml, data/names.yaml. Procedures, limits, fees and offices are those of the catalogue on the day of filing.
 * The same seed and end give the same dossiers and steps; their lookup codes alone are drawn anew. All records are marked as invented.
 *
 * Some hundred dossiers go on at once, a step of each in one change: a change is as durable for a thousand steps as for one.
 * Errors: ERR_SAMPLE_NOTHING (no words, or no procedure that anybody could ask for), those of workflow_act.
 */
#ifndef TINHSO_WORKFLOW_SAMPLE_DOSSIERS_H
#define TINHSO_WORKFLOW_SAMPLE_DOSSIERS_H

#include "workflow/dossier.h"

struct dossier_sampling {
    const struct workflow *feedback; /* NULL: nobody says anything of his dossier */
    int64_t days, per_day, seed, until_ms;
    void (*progress)(void *context, int64_t done, int64_t total);
    void *context;
};

struct dossier_sampled {
    int64_t dossiers, steps, refused; /* steps that a law of clocks refused: the dossier went on without */
};

enum err dossiers_sample(struct arena *a, struct store *s, const struct workflow *w, const struct dossier_sampling *o,
                         struct dossier_sampled *ret, struct faults *list);

#endif
