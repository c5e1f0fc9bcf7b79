/* tinhso impact-assessment: the document that the law on personal data asks for, from the declarations. */
#include "report/impact.h"

#include "cli/cli.h"
#include "cli/folder.h"

#include "base/banned.h"

static enum err impact_run(struct cli *c)
{
    struct store *s;
    enum err e = cli_open(c, &s);
    return e == OK ? impact_write(c->arena, s, c->lang, &c->out, &c->fault) : e;
}

static const char *const examples[] = {"impact-assessment", "impact-assessment --lang en", NULL};

const struct command command_impact_assessment = {
    .name = "impact-assessment",
    .title = {"hồ sơ đánh giá tác động xử lý dữ liệu cá nhân (Markdown)",
              "the impact assessment of processing personal data (Markdown)"},
    .more = {"Sinh ra từ khai báo: mục đích, căn cứ, trường, hạn lưu của từng sổ. Đơn vị chủ quản bổ sung và ký.",
             "Written from the declarations: purpose, basis, fields, terms of each register. The body in charge "
             "completes and signs it."},
    .examples = examples,
    .shared = SHARED_DB | SHARED_AT,
    .run = impact_run,
};
