/* multipart/form-data (RFC 7578): the parts of a form with files, as views of the body.
 *
 *     struct multipart mp;
 *     struct part part;
 *     if (multipart_begin(&mp, content_type, body, f) != OK) …
 *     while (multipart_next(a, &mp, &part, &has_part, f) == OK && has_part)
 *         if (part.is_file) …                                  // part.filename, part.content
 *
 * Strict: nothing before the first boundary, CRLF everywhere, one Content-Disposition a part with its name, no transfer encoding. A file name is what
 * stands behind the last / or \ of it, without control characters; it is to be shown and never a path. A file that nobody chose (no name, no bytes) has
 * is_file and an empty filename.
 *
 * Limits: LIMIT_HTTP_FORM_INPUTS parts, MULTIPART_HEAD_BYTES of headers each. Content is not copied; names lie in the arena. Errors: ERR_HTTP_MULTIPART.
 */
#ifndef TINHSO_HTTP_MULTIPART_H
#define TINHSO_HTTP_MULTIPART_H

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

enum { MULTIPART_HEAD_BYTES = 4096, MULTIPART_NAME_BYTES = 255, MULTIPART_BOUNDARY_BYTES = 70 };

struct multipart {
    char mark[MULTIPART_BOUNDARY_BYTES + 5]; /* CR LF -- boundary */
    size_t n_mark;
    struct str rest; /* behind a boundary */
    size_t n_parts;
};

struct part {
    struct str name, filename, media, content;
    bool is_file;
};

enum err multipart_begin(struct multipart *ret_multipart, struct str content_type, struct str body, struct fault *f);
enum err multipart_next(struct arena *a, struct multipart *mp, struct part *ret_part, bool *ret_has_part,
                        struct fault *f);

#endif
