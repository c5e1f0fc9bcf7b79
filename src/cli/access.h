/* Between the files of `tinhso access`. */
#ifndef TINHSO_CLI_ACCESS_H
#define TINHSO_CLI_ACCESS_H

#include "access/store.h"
#include "cli/cli.h"

/* The access file beside the database of --db. */
enum err cli_access(struct cli *c, struct access **ret_access);

enum err access_matrix(struct cli *c);   /* access_matrix.c */
enum err access_reads(struct cli *c);    /* access_reads.c */
enum err access_affected(struct cli *c); /* access_reads.c */

#endif
