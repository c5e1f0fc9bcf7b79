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

/* user_delegate.c */
enum err user_delegate(struct user *u);
enum err user_delegations(struct user *u);
enum err user_undelegate(struct user *u);

#endif
