/* The result of a dossier: its paper as a PDF, sealed, kept with the dossier and in the store of whoever it belongs to.
 *
 * A step with `publishes: true` has it made within its own change (dossier_paper_maker does, see act.h): the PDF is the paper of the step; where the office has a seal
 * (a certificate and its key) it bears the seal's signature inside, as pdfsig and every reader verifies it, and beside it lies the same as a detached CMS:
 *
 *     openssl cms -verify -binary -inform DER -in ket-qua.p7s -content ket-qua.pdf -CAfile ca.pem
 *
 * Both become records of `dossier_files` (kind result, signature), and the result one of `results`: what the citizen need not hand in again (Decree 45/2020/NĐ-CP art. 14, 25).
 * A later result of the same dossier names the one that it replaces.
 * Errors: ERR_PAPER_…, ERR_CMS_…, those of file_put and change_put.
 */
#ifndef TINHSO_WORKFLOW_DOSSIER_RESULT_H
#define TINHSO_WORKFLOW_DOSSIER_RESULT_H

#include "crypt/cms.h"
#include "workflow/act.h"

struct result_of {
    const struct workflow *workflow;
    const struct transition *transition;
    const struct record *dossier;
    struct str json;   /* what its paper says */
    struct str issuer; /* actor */
    int64_t now_ms;
    const struct cms_signer *seal; /* NULL: it is not signed */
};

enum err result_publish(struct arena *a, struct change *c, const struct result_of *result, struct fault *f);

#endif
