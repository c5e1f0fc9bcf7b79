/* Getting one document over HTTP: a client for following another log, by libcurl.
 *
 *     struct buf body = BUF_INIT(1 << 20);
 *     if (http_fetch("https://so.example.vn/api/log/checkpoint", &body, f) != OK) …
 *
 * Only http and https, at most LIMIT_FETCH_REDIRECTS redirects that keep to them, certificates checked, LIMIT_FETCH_MS in all, and no more than the buffer
 * holds. Blocks. libcurl is loaded when it is first needed: no other command pays for it.
 *
 * Errors: ERR_FETCH_NONE (libcurl cannot be loaded), ERR_FETCH_FAILED {url, reason}, ERR_FETCH_STATUS {url, status}, ERR_LIMIT.
 */
#ifndef TINHSO_HTTP_FETCH_H
#define TINHSO_HTTP_FETCH_H

#include "base/buf.h"
#include "base/fault.h"

enum err http_fetch(const char *url, struct buf *out, struct fault *f);

/* One request that follows nobody elsewhere: no redirects, LIMIT_FETCH_STRICT_MS in all. With `form` it is a POST of
 * application/x-www-form-urlencoded; `user` and `password` go as Basic. Of an answer other than 200 nothing is handed over. */
struct fetch {
    const char *url;
    struct str form;
    const char *user, *password; /* NULL: none */
    const char *media;           /* of `form`, when it is something else: "application/json"; NULL: a form */
    long most_ms;                /* 0: LIMIT_FETCH_STRICT_MS */
    long *ret_status; /* NULL: only 200 is an answer; else every status is one, and is handed over with its body */
};
enum err http_fetch_strict(const struct fetch *r, struct buf *out, struct fault *f);

#endif
