/* tinhso act: one step of a workflow, as the operator who names the role that he stands in for; without a step, what may be done. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "register/query.h"
#include "workflow/dossier.h"

#include "base/banned.h"

struct asked {
    struct cli *c;
    struct workflows *workflows;
    const struct workflow *w;
    struct acting *acting;
    struct act_input *inputs;
    size_t n_inputs;
    struct act_by actor;
};

static enum err read_inputs(struct asked *q, size_t from)
{
    struct cli *c = q->c;
    q->inputs = ARENA_ARRAY(c->arena, struct act_input, c->args.words.n + 1);
    for (size_t i = from; i < c->args.words.n; i++) {
        struct str text, word = cli_word(c, i), name = str_cut(word, '=', &text);
        if (!text.p)
            return FAULT(&c->fault, ERR_ENTRY_FIELD, {"word", word});
        q->inputs[q->n_inputs++] = (struct act_input){name, text};
    }
    return OK;
}

static enum err begin(struct asked *q)
{
    struct cli *c = q->c;
    const struct reg *reg;
    enum err e = cli_open_to_write(c);
    if (e == OK)
        e = province_register_find(c->store->province, cli_word(c, 0), &reg, &c->fault);
    if (e == OK)
        e = workflows_load(c->arena, c->store->province, &q->workflows, &c->faults);
    if (e != OK)
        return e;
    q->w = workflow_on(q->workflows, reg->name);
    if (!q->w)
        return FAULT(&c->fault, ERR_WORKFLOW_NONE, {"register", reg->name});
    q->actor = (struct act_by){.name = STR("tinhso act"), .as = cli_option(c, "as"), .device = STR("tinhso")};
    return OK;
}

static void answer(struct asked *q, const struct acted *done, int64_t rev)
{
    struct cli *c = q->c;
    const struct machine *m = &q->w->machines[0];
    struct text2 state = machine_state_title(q->w, m, machine_state(m, &done->record));
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_member(&o, "id", done->record.id);
        json_key(&o, STR("step")), json_int(&o, done->step);
        json_member(&o, "role", done->role);
        json_key(&o, STR("revision")), json_int(&o, rev);
        json_key(&o, STR("record"));
        json_object_begin(&o);
        for (size_t i = 0; i < q->w->reg->n_fields; i++) {
            const struct field *fd = &q->w->reg->fields[i];
            if (done->record.values[i].kind == VALUE_NULL || fd->privacy == PRIVACY_SENSITIVE)
                continue;
            json_key(&o, fd->name);
            value_json(fd, &done->record.values[i], &o);
        }
        json_object_end(&o);
        json_object_end(&o);
        answer_end(c, &o);
        return;
    }
    buf_printf(&c->out,
               T(c, "%.*s: bước %lld, trạng thái “%.*s”; phiên bản %lld.\n",
                 "%.*s: step %lld, state “%.*s”; revision %lld.\n"),
               STR_ARG(done->record.id), (long long)done->step, STR_ARG(text2_in(&state, c->lang)), (long long)rev);
}

static enum err commit(struct asked *q, struct change *change, const struct acted *done, enum err e)
{
    struct cli *c = q->c;
    int64_t rev = 0;
    if (e == OK)
        e = change_commit(change, &rev, &c->faults, NULL);
    else
        change_abort(change);
    if (e == OK)
        answer(q, done, rev);
    return e;
}

static enum err step(struct asked *q)
{
    struct cli *c = q->c;
    struct change *change;
    struct acted done = {0};
    long long seen;
    struct act act = {.workflow = q->w,
                      .id = cli_word(c, 1),
                      .transition = cli_word(c, 2),
                      .inputs = q->inputs,
                      .n_inputs = q->n_inputs,
                      .reason = str_trim(cli_option(c, "reason")),
                      .actor = q->actor,
                      .papers = str_is(q->w->reg->name, "dossiers") ? &dossier_paper_maker : NULL};
    enum err e = args_integer(&c->args, "seen", 0, 1000000, -1, &seen, &c->fault);
    act.seen = seen;
    struct change_info info = {.actor = q->actor.name, .reason = act.transition, .is_act = true};
    if (e == OK)
        e = change_begin(c->store, &info, &change, &c->fault);
    if (e != OK)
        return e;
    e = workflow_act(c->arena, q->acting, change, &act, &done, &c->fault);
    return commit(q, change, &done, e);
}

/* What leads on from where the record stands, for whoever may do it. */
static enum err choices(struct asked *q)
{
    struct cli *c = q->c;
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    enum err e = query_open(c->store, q->w->reg, &(struct query_options){.id = cli_word(c, 1)}, &rows, &c->fault);
    if (e == OK)
        e = query_next(rows, &r, &has_row, &c->fault);
    if (e == OK && !has_row)
        e = FAULT(&c->fault, ERR_RECORD_UNKNOWN, {"register", q->w->reg->name}, {"id", cli_word(c, 1)});
    for (size_t i = 0; e == OK && i < q->w->n_transitions; i++) {
        const struct transition *t = &q->w->transitions[i];
        if (!transition_leads_from(t, &r))
            continue;
        buf_printf(&c->out, "  %-24.*s %.*s (", STR_ARG(t->id), STR_ARG(text2_in(&t->title, c->lang)));
        for (size_t k = 0; k < t->n_by; k++)
            buf_printf(&c->out, "%s%.*s", k ? ", " : "", STR_ARG(t->by[k]));
        buf_puts(&c->out, ")\n");
    }
    return e;
}

static enum err act_run(struct cli *c)
{
    struct asked q = {.c = c};
    enum err e = begin(&q);
    if (e == OK && c->args.words.n == 2)
        return choices(&q);
    if (e == OK && !q.actor.as.n)
        e = FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("as")}, {"value", STR("ROLE")});
    if (e == OK)
        e = read_inputs(&q, 3);
    q.acting = acting_new();
    if (e == OK)
        e = step(&q);
    acting_free(q.acting);
    return e;
}

/* ---- tinhso dossier: one begins */

static struct str take(struct asked *q, const char *name)
{
    for (size_t i = 0; i < q->n_inputs; i++)
        if (str_is(q->inputs[i].field, name)) {
            struct str text = q->inputs[i].text;
            q->inputs[i] = q->inputs[--q->n_inputs];
            return text;
        }
    return STR("");
}

static bool is_input(const struct transition *t, const struct reg *reg, struct str field)
{
    int n = reg_field_number(reg, field);
    for (size_t i = 0; i < t->n_inputs + t->n_required; i++)
        if (n == (i < t->n_inputs ? t->inputs[i] : t->required[i - t->n_inputs]))
            return n != NO_FIELD;
    return false;
}

static enum err file(struct asked *q)
{
    struct cli *c = q->c;
    struct change *change;
    struct acted done = {0};
    const struct transition *t;
    struct dossier_filing d = {.workflow = q->w,
                               .transition = cli_option(c, "step").n ? cli_option(c, "step") : STR("receive"),
                               .procedure = take(q, "procedure"),
                               .office = take(q, "office"),
                               .reception_office = take(q, "reception_office"),
                               .channel = take(q, "channel"),
                               .actor = q->actor,
                               .papers = &dossier_paper_maker,
                               .is_sample = args_has(&c->args, "sample")};
    enum err e = transition_named(q->w, d.transition, &t, &c->fault);
    if (e != OK)
        return e;
    struct act_input *content = ARENA_ARRAY(c->arena, struct act_input, q->n_inputs + 1);
    struct act_input *inputs = ARENA_ARRAY(c->arena, struct act_input, q->n_inputs + 1);
    for (size_t i = 0; i < q->n_inputs; i++)
        if (is_input(t, q->w->reg, q->inputs[i].field))
            inputs[d.n_inputs++] = q->inputs[i];
        else
            content[d.n_content++] = q->inputs[i];
    d.content = content;
    d.inputs = inputs;
    struct change_info info = {.actor = q->actor.name, .reason = d.transition, .is_act = true};
    e = change_begin(c->store, &info, &change, &c->fault);
    if (e != OK)
        return e;
    e = dossier_file(c->arena, q->acting, change, &d, &done, &c->fault);
    return commit(q, change, &done, e);
}

static enum err dossier_run(struct cli *c)
{
    struct asked q = {.c = c};
    const char *name = "dossiers";
    VEC(const char *) words = {0};
    VEC_PUSH(c->arena, &words, name);
    for (size_t i = 0; i < c->args.words.n; i++)
        VEC_PUSH(c->arena, &words, c->args.words.p[i]);
    c->args.words.p = words.p, c->args.words.n = words.n, c->args.words.cap = words.cap;
    enum err e = begin(&q);
    if (e == OK && !q.actor.as.n)
        e = FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("as")}, {"value", STR("ROLE")});
    if (e == OK)
        e = read_inputs(&q, 1);
    q.acting = acting_new();
    if (e == OK)
        e = file(&q);
    acting_free(q.acting);
    return e;
}

#define AS                                                                                                             \
    {                                                                                                                  \
        "as", "ROLE",                                                                                                  \
        {                                                                                                              \
            "thay vai trò nào (ghi vào bước): một vai trò, applicant, system",                                         \
                "in which role (kept with the step): a role, applicant, system"                                        \
        }                                                                                                              \
    }

static const struct option act_options[] = {
    AS,
    {"reason", "TEXT", {"lý do, ghi vào bước", "the reason, kept with the step"}},
    {"seen", "N", {"số bước đã thấy; khác đi thì không làm", "steps that were seen; refused when there are others"}},
    {0},
};
static const char *const act_examples[] = {
    "act dossiers 000.00.31.H16-221127-0001",
    "act dossiers 000.00.31.H16-221127-0001 ask_supplement --as case_officer faults=\"Giấy chứng sinh: ảnh mờ\" "
    "answer_by=2022-12-05",
    NULL,
};
const struct command command_act = {
    .name = "act",
    .words = "REGISTER ID [STEP] [FIELD=VALUE …]",
    .min_words = 2,
    .max_words = LIMIT_FIELDS,
    .title = {"làm một bước của quy trình với một hồ sơ", "takes one step of a workflow with a record"},
    .more =
        {"Không nêu bước thì liệt kê các bước từ trạng thái hiện tại. Luật của thời hạn không đổi theo người làm: "
         "hạn đầu không bị ghi đè, không ghi lùi ngày.",
         "Without a step, lists those that lead on from the present state. The laws of clocks hold whoever acts: the "
         "first due moment stays, nothing is dated back."},
    .examples = act_examples,
    .options = act_options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = act_run,
};

static const struct option dossier_options[] = {
    AS,
    {"step",
     "STEP",
     {"receive (tại quầy, mặc định) hay file_online", "receive (at the counter, default) or file_online"}},
    {"sample", NULL, {"hồ sơ mẫu", "an invented dossier"}},
    {0},
};
static const char *const dossier_examples[] = {
    "dossier procedure=1.001193 reception_office=ubnd-24631 channel=counter applicant=\"Lê Thị Mai\" --as "
    "reception_officer",
    NULL,
};
const struct command command_dossier = {
    .name = "dossier",
    .words = "FIELD=VALUE …",
    .min_words = 1,
    .max_words = LIMIT_FIELDS,
    .title = {"tiếp nhận một hồ sơ thủ tục hành chính", "receives a dossier"},
    .more = {"Mã hồ sơ do chương trình cấp, theo cơ quan và ngày.", "The program gives the code, by office and day."},
    .examples = dossier_examples,
    .options = dossier_options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = dossier_run,
};
