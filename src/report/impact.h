/* The impact assessment of processing personal data (Decree 356/2025), written from the declarations: what is kept, why, on which basis, how long, and how it
 * is protected; with the number of records at the moment read. Markdown, to be completed and signed by the body that is responsible.
 *
 *     impact_write(a, s, LANG_VI, &out, f);
 */
#ifndef TINHSO_REPORT_IMPACT_H
#define TINHSO_REPORT_IMPACT_H

#include "register/query.h"

enum err impact_write(struct arena *a, struct store *s, enum lang lang, struct buf *out, struct fault *f);

#endif
