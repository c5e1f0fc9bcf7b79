/* What the files of accounts and sessions share. */
#ifndef TINHSO_ACCESS_ACCOUNT_INTERNAL_H
#define TINHSO_ACCESS_ACCOUNT_INTERNAL_H

#include "access/account.h"

enum err account_roles(struct arena *a, struct access *access, int64_t number, const struct str **ret, size_t *ret_n,
                       struct fault *f);

/* ERR_SIGN_IN_WAIT, in minutes. */
enum err account_must_wait(int64_t wait_ms, struct fault *f);

#endif
