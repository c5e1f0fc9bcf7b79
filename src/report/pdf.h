/* The end of a PDF file that this program made: where its tables lie, and what is added behind it (ISO 32000-1 §7.5.6).
 *
 *     struct pdf_tail tail;
 *     if (pdf_tail_read(file, &tail, f) != OK) …                    // ERR_PDF_FOREIGN: not one of ours
 *
 * Only the shape is read that src/report/draw.c and src/report/pdf_sign.c write: one table of cross references a part, a plain trailer,
 * catalog and first page as plain dictionaries. Anything else is refused, not interpreted.
 */
#ifndef TINHSO_REPORT_PDF_H
#define TINHSO_REPORT_PDF_H

#include "base/buf.h"
#include "base/fault.h"

struct pdf_tail {
    size_t xref;               /* where the last table begins */
    unsigned size, root, info; /* of the trailer: objects, numbers of the catalog and of the facts */
    struct str catalog, page;  /* what stands between << and >> of the catalog and of the first page */
    unsigned page_number;      /* of the first page's object */
};

enum err pdf_tail_read(struct str file, const char *path, struct pdf_tail *ret_tail, struct fault *f);

/* The dictionaries of the signatures that the document's fields hold; each a view of the file. */
enum err pdf_signatures_find(struct str file, const char *path, const struct pdf_tail *tail, struct str *found,
                             size_t most, size_t *ret_n, struct fault *f);

/* Says in a file just drawn that it is Vietnamese, and that readers show its title; its tables are moved accordingly. */
enum err pdf_facts_add(struct buf *file, struct fault *f);

#endif
