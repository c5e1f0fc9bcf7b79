#include "cli/cli.h"

#include "base/banned.h"

static enum err version_run(struct cli *c)
{
    buf_printf(&c->out, "tinhso %s\n", TINHSO_VERSION);
    return OK;
}

const struct command command_version = {
    .name = "version",
    .words = "",
    .title = {"phiên bản của chương trình và các thư viện", "versions of the program and its libraries"},
    .shared = SHARED_JSON,
    .run = version_run,
};
