/* Between the files of `tinhso user`. */
#ifndef TINHSO_CLI_USER_H
#define TINHSO_CLI_USER_H

#include "access/account.h"
#include "cli/cli.h"

struct user {
    struct cli *c;
    struct access *a;
    struct actor by;
};

/* An instant, or null for 0. */
void instant_member(struct json_out *o, const char *key, struct cli *c, int64_t ms);

/* user_delegate.c */
enum err user_delegate(struct user *u);
enum err user_delegations(struct user *u);
enum err user_undelegate(struct user *u);

#endif
