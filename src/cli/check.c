#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "register/declaration.h"
#include "text/json.h"

#include "base/banned.h"

/* Whoever keeps personal data says why, and by which law. What was declared before still loads. */
static enum err check_purpose(struct cli *c, const struct reg *reg)
{
    const struct field *fd = reg->fields;
    while (reg->n_personal && !field_is_personal(fd))
        fd++;
    if (reg->n_personal == 0 || (reg->purpose.vi.n && reg->legal_basis.vi.n))
        return OK;
    struct fault f = {0};
    FAULT(&f, ERR_DECL_PURPOSE, {"register", reg->name}, {"field", fd->name},
          {"key", reg->purpose.vi.n ? STR("legal_basis") : STR("purpose")});
    fault_place(&f, reg->file, reg->line, 0);
    faults_add(&c->faults, &f);
    return ERR_DECL_PURPOSE;
}

static enum err check_run(struct cli *c)
{
    struct folder_facts facts;
    enum err e = cli_folder(c, c->args.words.p[0], &facts);
    for (size_t i = 0; e == OK && i < facts.province->n_registers; i++)
        check_purpose(c, facts.province->registers[i]);
    if (e == OK && c->faults.total)
        e = ERR_DECL_PURPOSE;
    if (e != OK)
        return e;
    struct faults idle CLEANUP(faults_done) = {.max = 100};
    const struct workflows *ws = facts.workflows;
    struct verbs_asked *asked = ARENA_ARRAY(c->arena, struct verbs_asked, ws->n + 1);
    for (size_t i = 0; i < ws->n; i++) {
        asked[i].reg = ws->p[i].reg->name;
        for (size_t k = 0; k < ws->p[i].n_transitions; k++)
            asked[i].verbs |= 1U << ws->p[i].transitions[k].verb;
    }
    roles_check_verbs(facts.declared_roles, asked, ws->n, &idle);
    cli_warn(c, &idle);
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_member(&o, "province", facts.province->id);
        json_key(&o, STR("registers")), json_int(&o, (int64_t)facts.registers);
        json_key(&o, STR("figures")), json_int(&o, (int64_t)facts.figures);
        json_key(&o, STR("indexes")), json_int(&o, (int64_t)facts.indexes);
        json_key(&o, STR("reports")), json_int(&o, (int64_t)facts.reports);
        json_key(&o, STR("papers")), json_int(&o, (int64_t)facts.papers);
        json_key(&o, STR("roles")), json_int(&o, (int64_t)facts.roles);
        json_key(&o, STR("workflows")), json_int(&o, (int64_t)facts.workflows->n);
        json_object_end(&o);
        answer_end(c, &o);
        return OK;
    }
    buf_printf(
        &c->out,
        T(c,
          "%.*s: %zu sổ đăng ký, %zu số liệu, %zu bộ chỉ số, %zu báo cáo, %zu mẫu giấy, %zu vai trò: không có lỗi.\n",
          "%.*s: %zu registers, %zu figures, %zu indexes, %zu reports, %zu papers, %zu roles: no errors.\n"),
        STR_ARG(facts.province->id), facts.registers, facts.figures, facts.indexes, facts.reports, facts.papers,
        facts.roles);
    return OK;
}

static const char *const examples[] = {"check province/NAME", NULL};

const struct command command_check = {
    .name = "check",
    .words = "FOLDER",
    .min_words = 1,
    .max_words = 1,
    .title = {"kiểm tra khai báo của một tỉnh, liệt kê mọi lỗi", "checks a province's declarations, lists every error"},
    .more = {"Đọc thư mục khai báo (docs/declarations.md); không đụng đến cơ sở dữ liệu.",
             "Reads the folder of declarations (docs/declarations.md); touches no database."},
    .examples = examples,
    .shared = SHARED_JSON,
    .run = check_run,
};
