/* Between the files of `tinhso paper`: signing and judging PDFs. */
#ifndef TINHSO_CLI_PAPER_H
#define TINHSO_CLI_PAPER_H

#include "cli/cli.h"

enum err paper_sign_run(struct cli *c);
enum err paper_verify_run(struct cli *c);

#endif
