/* tinhso access: who may do what, and why; who read what, and whom that concerns. */
#include "cli/access.h"

#include "access/account.h"
#include "access/delegation.h"
#include "access/right.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "figure/figure.h"
#include "register/query.h"

#include "base/banned.h"

#define FIGURE_PREFIX "figure:"

enum err cli_access(struct cli *c, struct access **ret_access)
{
    const char *path;
    enum err e = cli_database(c, &path);
    return e == OK ? access_open(path, ret_access, &c->fault) : e;
}

/* ---- explain */

static const char *why_text(const struct cli *c, enum why why)
{
    switch (why) {
    case WHY_ALLOWED:
        return T(c, "cho phép", "allows it");
    case WHY_VERB:
        return T(c, "cho việc khác", "says another verb");
    case WHY_REGISTER:
        return T(c, "cho sổ khác", "is of other registers");
    case WHY_EARLY:
        return T(c, "chưa có hiệu lực", "is not in force yet");
    case WHY_LATE:
        return T(c, "đã hết hiệu lực", "is no longer in force");
    case WHY_CLASS:
        return T(c, "hồ sơ thuộc mức riêng tư cao hơn", "the records are of a higher privacy class");
    case WHY_NO_UNIT:
        return T(c, "tài khoản không có đơn vị hay cơ quan hợp lệ", "the account has no unit or agency that is known");
    case WHY_NO_FIELD:
        return T(c, "sổ không cho biết hồ sơ thuộc đơn vị nào", "the register does not say to whom a record belongs");
    case WHY_OUTSIDE:
        return T(c, "hồ sơ ngoài phạm vi", "the record lies outside of its scope");
    case WHY_WHERE:
        return T(c, "hồ sơ không đạt điều kiện", "the record does not meet its condition");
    }
    return "";
}

static const char *why_name(enum why why)
{
    static const char *const names[] = {"allowed", "verb",    "register", "early",   "late",
                                        "class",   "no-unit", "no-field", "outside", "where"};
    return names[why];
}

struct explained {
    const struct reg *reg; /* or */
    const struct figure *figure;
    enum verb verb;
    struct account account;
    const struct delegation *delegations;
    size_t n_delegations;
    struct decision d;
};

static struct str asked_name(const struct explained *x)
{
    return x->figure ? x->figure->id : x->reg->name;
}

static void explain_step(struct cli *c, const struct decision_step *s)
{
    buf_printf(&c->out, "  %.*s", STR_ARG(s->role_id));
    if (s->delegation)
        buf_printf(&c->out, T(c, " (%.*s ủy quyền đến hết %.*s%s%.*s)", " (delegated by %.*s until %.*s%s%.*s)"),
                   STR_ARG(s->delegation->from_name), STR_ARG(s->delegation->until),
                   s->delegation->unit.n ? T(c, ", chỉ đơn vị ", ", unit ") : "", STR_ARG(s->delegation->unit));
    if (!s->role)
        buf_puts(&c->out, T(c, ": tỉnh không khai báo vai trò này", ": the province declares no such role"));
    else if (s->grant)
        buf_printf(&c->out, ", %.*s:%d: %s", STR_ARG(s->role->file), s->grant->line, why_text(c, s->why));
    buf_putc(&c->out, '\n');
}

static void explain_text(struct cli *c, const struct explained *x)
{
    struct text2 title = verb_title(x->verb);
    struct str verb = text2_in(&title, c->lang);
    const char *word = x->d.is_allowed ? T(c, "Được", "Yes") : T(c, "Không", "No");
    buf_printf(&c->out, "%s: %.*s · %.*s · %s%.*s\n", word, STR_ARG(x->account.name), STR_ARG(verb),
               x->figure ? FIGURE_PREFIX : "", STR_ARG(asked_name(x)));
    if (x->d.is_public && x->figure)
        buf_puts(&c->out,
                 T(c, "  Số liệu này công khai, ai cũng xem được.\n", "  The figure is public: anyone reads it.\n"));
    else if (x->d.is_public)
        buf_puts(&c->out, T(c, "  Sổ này công khai, ai cũng xem được các trường công khai.\n",
                            "  The register is public: anyone reads its public fields.\n"));
    else if (x->d.is_allowed && x->reg)
        buf_printf(&c->out, T(c, "  Đến các trường mức %s.\n", "  Up to fields of class %s.\n"),
                   privacy_name(x->d.fields));
    if (x->d.n_steps == 0)
        buf_puts(&c->out, T(c, "  Tài khoản không có vai trò nào.\n", "  The account has no role.\n"));
    for (size_t i = 0; i < x->d.n_steps; i++)
        if (x->d.steps[i].why != WHY_REGISTER || !x->d.steps[i].role)
            explain_step(c, &x->d.steps[i]);
}

static void explain_json(struct cli *c, const struct explained *x)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("allowed")), json_bool(&o, x->d.is_allowed);
    json_member(&o, "account", x->account.name);
    json_member(&o, "verb", str_of(verb_name(x->verb)));
    json_member(&o, x->figure ? "figure" : "register", asked_name(x));
    json_key(&o, STR("public")), json_bool(&o, x->d.is_public);
    if (x->d.is_allowed)
        json_member(&o, "fields", str_of(privacy_name(x->d.fields)));
    json_key(&o, STR("grants"));
    json_array_begin(&o);
    for (size_t i = 0; i < x->d.n_steps; i++) {
        const struct decision_step *s = &x->d.steps[i];
        json_object_begin(&o);
        json_member(&o, "role", s->role_id);
        if (s->delegation) {
            json_member(&o, "delegated_by", s->delegation->from_name);
            json_member(&o, "until", s->delegation->until);
        }
        if (s->grant) {
            json_member(&o, "file", s->role->file);
            json_key(&o, STR("line")), json_int(&o, s->grant->line);
        }
        json_member(&o, "why", str_of(s->role ? why_name(s->why) : "undeclared"));
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    answer_end(c, &o);
}

static enum err decide_record(struct cli *c, struct rights *rights, struct explained *x)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct str id = cli_word(c, 4);
    bool has_row = true;
    enum err e = id.n ? query_open(c->store, x->reg, &(struct query_options){.id = id}, &q, &c->fault) : OK;
    if (e == OK && id.n)
        e = query_next(q, &r, &has_row, &c->fault);
    if (e == OK && !has_row)
        e = FAULT(&c->fault, ERR_RECORD_UNKNOWN, {"id", id}, {"register", x->reg->name});
    return e == OK ? access_may(rights, x->verb, x->reg, id.n ? &r : NULL, &x->d, &c->fault) : e;
}

static enum err decide(struct cli *c, struct explained *x)
{
    struct rights *rights = rights_new();
    struct roles *roles;
    enum err e = roles_load(c->arena, c->store->province, &roles, &c->faults);
    const struct subject who = {.kind = SUBJECT_ACCOUNT,
                                .account = x->account.number,
                                .name = x->account.name,
                                .agency = x->account.agency,
                                .unit = x->account.unit,
                                .roles = x->account.roles,
                                .n_roles = x->account.n_roles,
                                .delegations = x->delegations,
                                .n_delegations = x->n_delegations,
                                .has_second_factor = true}; /* as after signing in */
    if (e == OK)
        e = rights_begin(rights, &(struct rights_moment){.store = c->store, .roles = roles}, &who, &c->fault);
    if (e == OK && x->figure)
        access_may_figure(rights, x->verb, x->figure->id, x->figure->is_internal, &x->d);
    else if (e == OK)
        e = decide_record(c, rights, x);
    if (e == OK)
        c->is_json ? explain_json(c, x) : explain_text(c, x);
    rights_free(rights);
    return e;
}

static enum err unknown_verb(struct cli *c, struct str name)
{
    struct str names[VERB_COUNT];
    for (size_t i = 0; i < VERB_COUNT; i++)
        names[i] = str_of(verb_name((enum verb)i));
    return FAULT(&c->fault, ERR_DECL_UNKNOWN, {"what", STR("verb")}, {"name", name},
                 {"nearest", yaml_nearest(name, names, VERB_COUNT)});
}

/* A register, or figure:ID. */
static enum err find_asked(struct cli *c, struct str name, struct explained *x)
{
    struct figures *figures;
    struct str prefix = STR(FIGURE_PREFIX);
    if (!str_starts(name, prefix))
        return province_register_find(c->store->province, name, &x->reg, &c->fault);
    enum err e = figures_load(c->arena, c->store->province, &figures, &c->faults);
    return e == OK ? figure_find(figures, str_slice(name.p + prefix.n, name.n - prefix.n), &x->figure, &c->fault) : e;
}

static enum err explain(struct cli *c)
{
    struct explained x = {0};
    struct access *a CLEANUP(access_freep) = NULL;
    struct store *s;
    if (c->args.words.n < 4)
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("access")},
                     {"words", STR("explain USER VERB REGISTER [ID] | explain USER VERB figure:ID")});
    if (!verb_find(cli_word(c, 2), &x.verb))
        return unknown_verb(c, cli_word(c, 2));
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = find_asked(c, cli_word(c, 3), &x);
    if (e == OK)
        e = cli_access(c, &a);
    if (e == OK)
        e = account_find(c->arena, a, cli_word(c, 1), &x.account, &c->fault);
    if (e == OK && !x.account.is_citizen)
        e = delegation_read(c->arena, a, x.account.number, &x.delegations, &x.n_delegations, &c->fault);
    return e == OK ? decide(c, &x) : e;
}

/* ---- the command */

static enum err access_run(struct cli *c)
{
    static const struct {
        const char *name;
        enum err (*run)(struct cli *c);
    } acts[] = {
        {"explain", explain}, {"matrix", access_matrix}, {"reads", access_reads}, {"affected", access_affected}};
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (str_is(cli_word(c, 0), acts[i].name))
            return acts[i].run(c);
    return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("access")}, {"words", str_of(c->command->words)});
}

static const struct option options[] = {
    {"account", "NAME", {"chỉ những lần đọc của tài khoản này", "only what this account read"}},
    {"from", "TIME", {"từ lúc này (RFC 3339 hay ngày)", "from this moment on (RFC 3339, or a day)"}},
    {"to", "TIME", {"đến trước lúc này", "until this moment"}},
    {"limit", "N", {"số dòng nhiều nhất (mặc định 50; 0: tất cả)", "at most so many rows (default 50; 0: all)"}},
    {0},
};
static const char *const examples[] = {
    "access explain NAME update farm_households HN000001",
    "access explain NAME read figure:dti-rank",
    "access matrix --json",
    "access reads --account NAME --limit 20",
    "access affected --from 2026-11-01 --to 2026-11-03",
    NULL,
};

const struct command command_access = {
    .name = "access",
    .words = "explain USER VERB REGISTER [ID]|figure:FIGURE | matrix | reads | affected",
    .min_words = 1,
    .max_words = 5,
    .title = {"quyền truy cập: vì sao được hay không, ai đã đọc gì, ai bị ảnh hưởng",
              "access: why yes or no, who read what, whom it concerns"},
    .more =
        {"matrix liệt kê mọi vai trò × việc × sổ. reads là nhật ký đọc dữ liệu cá nhân. affected liệt kê những hồ sơ\n"
         "mà một tài khoản, hay bất kỳ ai trong một khoảng thời gian, đã được xem dữ liệu cá nhân (diễn tập sự cố).",
         "matrix lists every role × verb × register. reads is the log of personal data that was read. affected lists "
         "the\n"
         "records whose personal data an account, or anyone in a span of time, was shown (breach drill)."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = access_run,
};
