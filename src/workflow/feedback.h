/* Feedback: how one begins. What happens then is workflows/feedback.yaml.
 *
 *     const struct feedback_filing filing = {.workflow = w, .office = STR("ubnd-24631"), .content = fields, .n_content = n, .actor = …};
 *     if (feedback_file(a, acting, c, &filing, &done, f) != OK) …          // done.record.id is PA-261127-0001
 *
 * The code counts anew each day of the province's time; the lookup code is that of dossiers. Office, and with it unit and agency (who may read it), are given; every other
 * field that no clock, machine or rule of the program holds may be filled in. Ownership: the arena. Errors: ERR_OFFICE_UNKNOWN, ERR_DOSSIER_FIELD, those of workflow_act.
 */
#ifndef TINHSO_WORKFLOW_FEEDBACK_H
#define TINHSO_WORKFLOW_FEEDBACK_H

#include "workflow/act.h"

struct feedback_filing {
    const struct workflow *workflow;
    struct str office;
    const struct act_input *content;
    size_t n_content;
    struct act_by actor;
    bool is_sample;
    int64_t now_ms; /* of a sample; else 0 */
};

enum err feedback_file(struct arena *a, struct acting *acting, struct change *c, const struct feedback_filing *filing,
                       struct acted *ret_done, struct fault *f);

#endif
