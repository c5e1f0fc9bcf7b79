/* A passphrase or key for a backup: from a file, or typed at the terminal; never from an argument or the environment, which others can read.
 *
 *     struct seal_secret secret;
 *     if (secret_read(c, true, &secret, f) != OK) …          // true: typed twice
 *     …
 *     secret_done(&secret);
 *
 * Options of the command: `passphrase-file` (its first line) and `key-file` (all of it). Files that others may read are refused.
 */
#ifndef TINHSO_CLI_SECRET_H
#define TINHSO_CLI_SECRET_H

#include "cli/cli.h"
#include "crypt/seal.h"

enum err secret_read(struct cli *c, bool is_new, struct seal_secret *ret_secret, struct fault *f);
/* Of one named file, of which all is the key. */
enum err secret_key_read(struct cli *c, const char *path, struct seal_secret *ret_secret, struct fault *f);
/* The one line of a file that others may not read. */
enum err secret_line_read(struct cli *c, const char *path, struct str *ret_line, struct fault *f);
void secret_done(struct seal_secret *secret);

#endif
