/* Signatures inside a PDF (ISO 32000-1 §12.8): an addition behind the file, which stays as it was, with a CMS signature over all else.
 *
 *     struct pdf_signing what = {.reason = STR("Ký ban hành"), .now_ms = clock_now_ms()};
 *     if (pdf_sign(a, file, "x.pdf", signer, &what, &out, f) != OK) …        // ERR_PDF_FOREIGN: not a PDF of this program
 *     struct pdf_signature *signatures;
 *     pdf_verify(a, file, "x.pdf", "ca.pem", &signatures, &n, f);            // each with who, when, by whose word
 *
 * Who signed and when stands in the paper's own words; the addition draws nothing. A second signature is a second addition, under which
 * the first still holds. SubFilter adbe.pkcs7.detached: what every reader of PDF judges.
 * What was added behind the last signature is not signed: ERR_PDF_AFTER.
 */
#ifndef TINHSO_REPORT_PDF_SIGN_H
#define TINHSO_REPORT_PDF_SIGN_H

#include "crypt/cms.h"

struct pdf_signing {
    struct str reason; /* may be empty */
    int64_t now_ms;
};

enum err pdf_sign(struct arena *a, struct str file, const char *path, const struct cms_signer *signer,
                  const struct pdf_signing *what, struct buf *out, struct fault *f);

struct pdf_signature {
    struct cms_verdict verdict;
    size_t end; /* of the bytes that it covers; those of the last are all */
};

/* In the order of signing. ERR_PDF_UNSIGNED, ERR_CMS_BAD, ERR_PDF_AFTER, ERR_PDF_FOREIGN. */
enum err pdf_verify(struct arena *a, struct str file, const char *path, const char *ca_path,
                    struct pdf_signature **ret_signatures, size_t *ret_n, struct fault *f);

#endif
