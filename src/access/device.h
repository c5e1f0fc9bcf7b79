/* Browsers in which an account has signed in before, by a random id in a cookie of its own (OWASP “device cookies”; NIST SP 800-63B §5.2.2): what is tried in one of them is
 * counted apart from what strangers try with the same name, who thus cannot keep its owner waiting.
 *
 *     device_make(a, account, former, &id, f);                      // within a transaction, when a sign-in is complete; former: that of the cookie that came
 *     device_key(arena, a, x_cookie, account, &key, f);             // "d:…" for throttle_wait, or nothing: a stranger
 *
 * An id is 256 random bits, kept as SHA-256, for DEVICE_MS from the last sign-in; it opens nothing: the password, and the code, are due as ever. At most DEVICE_MOST of
 * an account, the oldest goes. Resetting and disabling an account forget them.
 */
#ifndef TINHSO_ACCESS_DEVICE_H
#define TINHSO_ACCESS_DEVICE_H

#include "access/store.h"

static const int64_t DEVICE_MS = (int64_t)90 * 24 * 3600 * 1000;
enum { DEVICE_MOST = 20 };

enum err device_make(struct access *a, int64_t account, struct str former, struct token *ret_id, struct fault *f);
/* ret_key->n 0: it is no device of that account. One look-up, whatever the id. */
enum err device_key(struct arena *arena, struct access *a, struct str id, int64_t account, struct str *ret_key,
                    struct fault *f);
enum err device_forget(struct access *a, int64_t account, struct fault *f);

#endif
