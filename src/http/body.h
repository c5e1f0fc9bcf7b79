/* The body of a request while it comes: in memory, or, where files are taken, in a file without a name, so that memory is none of the sender's.
 *
 *     body_init(&b);
 *     if (takes_files && !body_to_file(&b, &n_files)) …        // as many as LIMIT_HTTP_UPLOADS are coming already
 *     if (!body_add(&b, piece)) …                              // too long, or the disk is full
 *     struct str all = body_whole(&b);                         // until body_end
 *     body_end(&b, &n_files);                                  // of one request; the next may follow
 */
#ifndef TINHSO_HTTP_BODY_H
#define TINHSO_HTTP_BODY_H

#include <stdatomic.h>

#include "base/buf.h"

struct body {
    struct buf text;
    int file;          /* instead of text; -1: none */
    struct str mapped; /* the file's bytes, once they were asked for */
};

void body_init(struct body *b);
bool body_to_file(struct body *b, _Atomic int *n_files);
bool body_add(struct body *b, struct str piece);
/* Empty where it cannot be had, which every reader of a form refuses. */
struct str body_whole(struct body *b);
void body_end(struct body *b, _Atomic int *n_files);

#endif
