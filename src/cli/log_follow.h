/* The part of `log` that needs no database: following a log over HTTP. */
#ifndef TINHSO_CLI_LOG_FOLLOW_H
#define TINHSO_CLI_LOG_FOLLOW_H

#include "cli/cli.h"

/* `log follow URL [--key TEXT] [--state FOLDER] [--records] [--every SECONDS]` */
enum err cli_log_follow(struct cli *c);

#endif
