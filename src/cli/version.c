#include "cli/cli.h"
#include "crypt/hash.h"
#include "db/db.h"
#include "report/markdown.h"
#include "text/json.h"
#include "text/vn.h"

#include "base/banned.h"

static enum err version_run(struct cli *c)
{
    const struct {
        const char *name, *version;
    } parts[] = {
        {"tinhso", TINHSO_VERSION},
        {"sqlite", db_library_version()},
        {"openssl", crypt_library_version()},
        {"icu-collation", arena_printf(c->arena, "%.*s", STR_ARG(text_order_version()))},
        {"cmark-gfm", markdown_version()},
    };
    struct json_out o;
    if (c->is_json) {
        json_out_init(&o, &c->out, JSON_OUT_COMPACT);
        json_object_begin(&o);
    }
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (c->is_json)
            json_key(&o, str_of(parts[i].name)), json_str(&o, str_of(parts[i].version));
        else
            buf_printf(&c->out, "%s %s\n", parts[i].name, parts[i].version);
    }
    if (c->is_json) {
        json_object_end(&o);
        buf_putc(&c->out, '\n');
    }
    return OK;
}

const struct command command_version = {
    .name = "version",
    .words = "",
    .title = {"phiên bản của chương trình và các thư viện", "versions of the program and its libraries"},
    .shared = SHARED_JSON,
    .run = version_run,
};
