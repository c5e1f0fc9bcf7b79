/* Bringing a province's folder into a store: declarations first, then each data file, then invented records.
 *
 *     struct load_options o = {.folder = "province/x", .on_progress = draw, .ctx = bar};
 *     load_run(s, &o, &result, &faults);
 *
 * Each file is one change. A file whose content was the last one loaded under its name is skipped, so loading again changes nothing, and a
 * load that was stopped goes on with the next file.
 */
#ifndef TINHSO_REGISTER_LOAD_H
#define TINHSO_REGISTER_LOAD_H

#include "register/change.h"

struct load_step {
    struct str reg, source; /* what is being loaded */
    int64_t done, total;    /* records (total is an estimate by bytes for files) */
    int step, steps;
};
typedef void load_progress(void *ctx, const struct load_step *step);

struct load_options {
    const char *folder;
    struct str actor;
    const struct str *drops;
    size_t n_drops;
    load_progress *on_progress; /* may be NULL; called at most every 50 ms */
    void *ctx;
};

struct load_result {
    int64_t added, changed, same; /* records */
    int64_t files, files_skipped;
    int64_t samples;   /* of the added, invented ones */
    int64_t revisions; /* made by this load */
};

enum err load_run(struct store *s, const struct load_options *o, struct load_result *ret_result, struct faults *list,
                  struct faults *warnings);

/* One CSV text into one register as one change; for tests. */
enum err load_csv(struct store *s, const struct reg *reg, struct str text, const struct change_info *info,
                  bool is_sample, load_progress *on_progress, void *ctx, struct load_result *result,
                  struct faults *list, struct faults *warnings);

#endif
