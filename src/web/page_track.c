/* /track: how a dossier stands, in words; what happened and why; papers; what its applicant can do now. */
#include "base/limits.h"
#include "report/paper.h"
#include "register/file.h"
#include "register/query.h"
#include "web/apply.h"
#include "web/dossier_parts.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "web/track.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* ---- what is kept back from who has the lookup code alone */

/* “N••• Lan”: initial of the first word, and the last. */
static struct str masked_name(struct exchange *x, struct str name)
{
    size_t first = 1, last = name.n;
    while (first < name.n && ((unsigned char)name.p[first] & 0xc0) == 0x80)
        first++;
    while (last > 0 && name.p[last - 1] != ' ')
        last--;
    if (name.n == 0)
        return nothing;
    struct str tail = last ? str_slice(name.p + last, name.n - last) : nothing;
    return STR_JOIN(x->arena, str_slice(name.p, first < name.n ? first : name.n), STR("•••"),
                    tail.n ? STR(" ") : nothing, tail);
}

static struct str masked_end(struct exchange *x, struct str text)
{
    enum { SHOWN = 3 };
    return text.n <= SHOWN ? (text.n ? STR("•••") : nothing)
                           : STR_JOIN(x->arena, STR("•••"), str_slice(text.p + text.n - SHOWN, SHOWN));
}

static struct str personal(struct tracked *t, const struct record *r, const char *field)
{
    struct str text = record_text(t->w->reg, r, field);
    const struct field *fd = reg_field(t->w->reg, str_of(field));
    if (t->is_own || !fd || fd->privacy < PRIVACY_BASIC_PERSONAL)
        return text;
    return fd->is_person ? masked_name(t->x, text) : masked_end(t->x, text);
}

/* ---- facts */

static struct str amount_text(struct exchange *x, const struct reg *reg, const struct record *r)
{
    int64_t vnd = 0;
    return record_integer(reg, r, "fee_vnd", &vnd) && vnd > 0 ? STR_JOIN(x->arena, part_int(x, vnd), STR(" đồng"))
                                                              : nothing;
}

static struct str code_title(struct tracked *t, const char *field)
{
    struct text2 title = record_title(t->w->reg, &t->r, field);
    return text2_in(&title, t->x->lang);
}

static void write_facts(struct tracked *t, const struct dossier_state *s, struct buf *out)
{
    enum { MOST = 16 };
    struct exchange *x = t->x;
    const struct reg *reg = t->w->reg;
    struct fact facts[MOST];
    size_t n = 0;
    struct str first = record_text(reg, &t->r, "due_first_at"), due = record_text(reg, &t->r, "due_at");
    struct str fee = amount_text(x, reg, &t->r);
    const struct {
        enum message term;
        struct str text;
    } all[] = {
        {M_dossiers_procedure, reference_brief(x, reg, &t->r, "procedure")},
        {M_dossiers_applicant, personal(t, &t->r, "applicant")},
        {M_track_personal_id, personal(t, &t->r, "personal_id")},
        {M_track_phone, personal(t, &t->r, "phone")},
        {M_dossiers_state, s->status},
        {M_track_where, record_text(reg, &t->r, "closed_on").n
                            ? nothing
                            : STR_JOIN(x->arena, reference_text(x, reg, &t->r, "reception_office"), STR(" · "),
                                       code_title(t, "custody"))},
        {M_track_filed, moment_text(x, record_text(reg, &t->r, "filed_at"))},
        {M_track_reply,
         record_text(reg, &t->r, "replied_at").n ? nothing : moment_text(x, record_text(reg, &t->r, "reply_due_at"))},
        {M_track_received, moment_text(x, record_text(reg, &t->r, "received_at"))},
        {M_track_due_first, moment_text(x, first)},
        {M_track_due_now, due.n && !str_eq(first, due) ? moment_text(x, due) : nothing},
        {M_dossiers_wait, s->wait},
        {M_track_money, fee.n ? STR_JOIN(x->arena, fee, STR(" · "), code_title(t, "money")) : nothing},
        {M_track_result, record_text(reg, &t->r, "result_number")},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].text.n)
            facts[n++] = (struct fact){.term = message(all[i].term, x->lang), .text = all[i].text};
    part_facts(x, out, facts, n);
}

/* ---- what happened */

struct version {
    int64_t step;
    struct record r;
};

/* The dossier as each step left it. */
static enum err versions_of(struct tracked *t, struct version **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = t->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    VEC(struct version) all = {0};
    store_view(w->store, NULL);
    enum err e = query_open(w->store, t->w->reg, &(struct query_options){.id = t->r.id, .has_history = true}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct version v = {.r = record_copy(x->arena, t->w->reg, &r)};
        record_integer(t->w->reg, &v.r, "events", &v.step);
        VEC_PUSH(x->arena, &all, v);
    }
    store_view(w->store, &w->viewer);
    *ret = all.p;
    *ret_n = all.n;
    return e;
}

static const struct record *version_at(const struct version *all, size_t n, int64_t step)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].step == step)
            return &all[i].r;
    return NULL;
}

/* What an officer changed in the applicant's data: before, after. */
static const struct tpl_track_steps_changes *changes_of(struct tracked *t, const struct transition *tr,
                                                        const struct record *before, const struct record *after,
                                                        size_t *ret_n)
{
    struct exchange *x = t->x;
    struct tpl_track_steps_changes *all = ARENA_ARRAY(x->arena, struct tpl_track_steps_changes, tr->n_inputs + 1);
    *ret_n = 0;
    for (size_t i = 0; before && after && i < tr->n_inputs; i++) {
        const struct field *fd = &t->w->reg->fields[tr->inputs[i]];
        const char *name = arena_dup(x->arena, fd->name.p, fd->name.n);
        if (value_equal(&before->values[tr->inputs[i]], &after->values[tr->inputs[i]]))
            continue;
        all[(*ret_n)++] = (struct tpl_track_steps_changes){text2_in(&fd->title, x->lang), personal(t, before, name),
                                                           personal(t, after, name)};
    }
    return all;
}

static bool is_for_applicant(const struct transition *tr)
{
    return tr->notice.vi.n || tr->is_creation || transition_is_by(tr, STR(ACTOR_APPLICANT));
}

static enum err steps_of(struct tracked *t, struct tpl_track *page, struct fault *f)
{
    struct exchange *x = t->x;
    struct worker *w = x->worker;
    struct record *events = NULL;
    struct version *versions = NULL;
    size_t n = 0, n_versions = 0;
    enum err e = site_beside(x, t->w->events, t->r.id, &events, &n, f);
    if (e == OK)
        e = versions_of(t, &versions, &n_versions, f);
    struct tpl_track_steps *steps = ARENA_ARRAY(x->arena, struct tpl_track_steps, n + 1);
    for (size_t i = n; e == OK && i-- > 0;) {
        const struct record *ev = &events[i];
        const struct transition *tr = transition_find(t->w, record_text(t->w->events, ev, "transition"));
        int64_t number = 0;
        record_integer(t->w->events, ev, "number", &number);
        if (!tr || !is_for_applicant(tr))
            continue;
        struct buf notice = BUF_INIT(LIMIT_TEXT_BYTES);
        const struct record *then = version_at(versions, n_versions, number);
        if (then)
            notice_write(t->w, tr, then, x->lang, w->store->province->utc_offset_minutes, &notice);
        struct tpl_track_steps *s = &steps[page->n_steps++];
        *s = (struct tpl_track_steps){.time = moment_text(x, record_text(t->w->events, ev, "at")),
                                      .what = text2_in(&tr->title, x->lang),
                                      .notice = buf_move(&notice, x->arena),
                                      .reason = record_text(t->w->events, ev, "reason")};
        if (str_is(tr->id, "correct"))
            s->changes = changes_of(t, tr, version_at(versions, n_versions, number - 1), then, &s->n_changes);
    }
    page->steps = steps;
    return e;
}

/* ---- papers and files */

/* Minutes and control slips are for those who work on the dossier. */
static bool goes_between_desks(struct str paper)
{
    return str_is(paper, "handover") || str_is(paper, "control-slip");
}

static enum err papers_of(struct tracked *t, struct tpl_track *page, struct fault *f)
{
    struct exchange *x = t->x;
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct record *list = NULL;
    size_t n = 0;
    enum err e = t->w->papers ? site_beside(x, t->w->papers, t->r.id, &list, &n, f) : OK;
    struct tpl_track_papers *papers = ARENA_ARRAY(x->arena, struct tpl_track_papers, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct str id = record_text(t->w->papers, &list[i], "paper");
        const struct paper *paper;
        struct fault ignored = {0};
        int64_t number = 0;
        record_integer(t->w->papers, &list[i], "number", &number);
        if (goes_between_desks(id) ||
            paper_find(x->arena, p, id, record_text(t->w->papers, &list[i], "on"), &paper, &ignored) != OK)
            continue;
        struct str href = str_of(arena_printf(x->arena, "/track/papers/%lld", (long long)number));
        papers[page->n_papers++] = (struct tpl_track_papers){text2_in(&paper->title, x->lang),
                                                             moment_text(x, record_text(t->w->papers, &list[i], "at")),
                                                             href, STR_JOIN(x->arena, href, STR("?as=pdf"))};
    }
    page->papers = papers;
    return e;
}

static enum err files_of(struct tracked *t, struct tpl_track *page, struct fault *f)
{
    struct exchange *x = t->x;
    const struct reg *reg = province_register(((struct worker *)x->worker)->store->province, STR("dossier_files"));
    struct record *list = NULL;
    size_t n = 0;
    enum err e = reg ? site_beside(x, reg, t->r.id, &list, &n, f) : OK;
    struct tpl_track_files *files = ARENA_ARRAY(x->arena, struct tpl_track_files, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct text2 kind = record_title(reg, &list[i], "kind");
        struct str kind_code = record_text(reg, &list[i], "kind");
        int64_t number = 0;
        record_integer(reg, &list[i], "number", &number);
        if (str_is(kind_code, "draft") || str_is(kind_code, "opinion"))
            continue;
        files[page->n_files++] = (struct tpl_track_files){
            record_text(reg, &list[i], "name"), text2_in(&kind, x->lang), file_coming(x, reg, &list[i]),
            str_of(arena_printf(x->arena, "/track/files/%lld", (long long)number))};
    }
    page->files = files;
    return e;
}

/* ---- the page */

static bool can(struct tracked *t, const char *transition)
{
    const struct transition *tr = transition_find(t->w, str_of(transition));
    return tr && transition_leads_from(tr, &t->r) && transition_is_by(tr, STR(ACTOR_APPLICANT));
}

static struct str problems_of(struct tracked *t)
{
    return record_text(t->w->reg, &t->r, "faults");
}

static const struct str *lines_of(struct exchange *x, struct str text, size_t *ret_n)
{
    VEC(struct str) lines = {0};
    for (struct str rest = text; rest.p && rest.n;) {
        struct str line = str_trim(str_cut(rest, '\n', &rest));
        if (line.n)
            VEC_PUSH(x->arena, &lines, line);
    }
    *ret_n = lines.n;
    return lines.p;
}

static enum err answer(struct exchange *x, struct str title, struct str content, struct fault *f)
{
    static const char *const scripts[] = {"form", NULL};
    struct crumb crumbs[] = {{title, nothing}};
    return page(
        x,
        &(struct page){
            .title = title, .content = content, .crumbs = crumbs, .n_crumbs = 1, .is_form = true, .scripts = scripts},
        f);
}

enum err track_show(struct tracked *t, struct str problem, struct fault *f)
{
    struct exchange *x = t->x;
    const struct worker *w = x->worker;
    const struct reg *reg = t->w->reg;
    struct dossier_state state = {0};
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    int64_t seen = 0;
    enum err e = dossier_state_of(x, t->w, &t->r, &state, f);
    struct str status = record_text(reg, &t->r, "status");
    struct tpl_track p = {.problem = problem, .csrf = x->subject->csrf, .status = state.status};
    if (e == OK)
        e = steps_of(t, &p, f);
    if (e == OK)
        e = papers_of(t, &p, f);
    if (e == OK)
        e = files_of(t, &p, f);
    if (e != OK)
        return e;
    write_facts(t, &state, &facts);
    record_integer(reg, &t->r, "events", &seen);
    p.facts = buf_view(&facts);
    p.seen = seen;
    p.faults = lines_of(x, str_is(status, "5") ? problems_of(t) : nothing, &p.n_faults);
    p.answer_by = part_date(x, record_text(reg, &t->r, "answer_by"));
    p.ground = str_is(status, "3") || str_is(status, "8") ? code_title(t, "ground") : nothing;
    p.reason = p.ground.n ? record_text(reg, &t->r, "reason") : nothing;
    struct str money = record_text(reg, &t->r, "money");
    bool is_due = str_is(money, "requested") || str_is(money, "failed") || str_is(money, "pending");
    p.can_supplement = can(t, "supplement");
    p.can_pay =
        is_due && !str_is(status, "3") && !str_is(status, "7") && !str_is(status, "8") && w->site->payment_url.n;
    if (p.can_pay)
        x->form_leads_to = w->site->payment_url;
    p.pay_at_desk = is_due && !w->site->payment_url.n;
    p.amount = amount_text(x, reg, &t->r);
    p.can_withdraw = can(t, "withdraw");
    p.can_collect = can(t, "return") && str_is(record_text(reg, &t->r, "return_by"), "electronic");
    int64_t rating = 0;
    p.can_rate = can(t, "rate") && !record_integer(reg, &t->r, "rating", &rating);
    p.has_rated = record_integer(reg, &t->r, "rating", &rating);
    p.is_own = t->is_own;
    tpl_track(&content, &p, x->lang);
    if (problem.n && !x->status)
        x->status = 422;
    return answer(x, message_with(x->arena, M_track_title_of, x->lang, t->code), buf_view(&content), f);
}

static enum err ask(struct exchange *x, struct str problem, struct str code, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_track_find(&content,
                   &(struct tpl_track_find){.problem = problem,
                                            .code = code,
                                            .csrf = x->subject->csrf,
                                            .mine_href = x->subject->kind == SUBJECT_ACCOUNT
                                                             ? STR("/account/dossiers")
                                                             : STR("/sign-in?next=/account/dossiers")},
                   x->lang);
    return answer(x, message(M_track_title, x->lang), buf_view(&content), f);
}

/* What is wrong with the codes is told on the form that asks for them. */
static enum err enter(struct exchange *x, struct str code, struct str token, struct fault *f)
{
    struct fault why = {0};
    enum err e = track_enter(x, STR("dossiers"), code, token, &why);
    if (e == OK) {
        exchange_redirect(x, 303, STR("/track"));
        return OK;
    }
    if (e != ERR_TRACK_UNKNOWN && e != ERR_TRACK_WAIT)
        return *f = why, e;
    x->status = err_http(e);
    return ask(x, fault_sentence(x, &why), code, f);
}

enum err page_track(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    struct str code = input_named(x, "code")->text, token = input_named(x, "token")->text;
    if (code.n && token.n)
        return enter(x, code, token, f);
    enum err e = code.n ? ERR_TRACK_UNKNOWN : track_read(x, STR("dossiers"), &t, &why);
    if (e == OK)
        return track_show(&t, nothing, f);
    if (e == ERR_TRACK_WAIT) {
        x->status = err_http(e);
        return ask(x, fault_sentence(x, &why), nothing, f);
    }
    return e == ERR_TRACK_UNKNOWN ? ask(x, nothing, code, f) : (*f = why, e);
}

enum err post_track(struct exchange *x, struct fault *f)
{
    if (str_is(input_named(x, "do")->text, "leave")) {
        track_leave(x, STR("dossiers"));
        exchange_redirect(x, 303, STR("/track"));
        return OK;
    }
    return enter(x, input_named(x, "code")->text, input_named(x, "token")->text, f);
}

/* ---- papers and files themselves */

static enum err to_form(struct exchange *x, enum err e)
{
    if (e != ERR_TRACK_UNKNOWN && e != ERR_TRACK_WAIT)
        return e;
    exchange_redirect(x, 303, STR("/track"));
    return OK;
}

enum err page_track_paper(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    struct record *list = NULL;
    size_t n = 0;
    enum err e = track_read(x, STR("dossiers"), &t, &why);
    if (e != OK)
        return (e = to_form(x, e)) == OK ? OK : (*f = why, e);
    e = site_beside(x, t.w->papers, t.r.id, &list, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct paper *paper;
        struct json *context;
        int64_t number = 0;
        struct str id = record_text(t.w->papers, &list[i], "paper");
        record_integer(t.w->papers, &list[i], "number", &number);
        if (number != input_named(x, "number")->integer || goes_between_desks(id))
            continue;
        e = paper_find(x->arena, ((struct worker *)x->worker)->store->province, id,
                       record_text(t.w->papers, &list[i], "on"), &paper, f);
        if (e == OK)
            e = json_parse(x->arena, record_text(t.w->papers, &list[i], "data"), nothing, &context, f);
        if (e != OK || !str_is(input_named(x, "as")->text, "pdf"))
            return e == OK ? paper_html(x->arena, paper, context, PAPER_FILE, &x->body, f) : e;
        x->media = STR("application/pdf");
        x->filename = str_of(arena_printf(x->arena, "%.*s-%.*s.pdf", STR_ARG(t.code), STR_ARG(id)));
        return paper_pdf(x->arena, paper, context, &x->body, f);
    }
    return e == OK ? FAULT(f, ERR_FILE_GONE) : e;
}

/* Of a dossier that was judged already. */
static enum err give_file(struct exchange *x, struct str dossier, struct fault *f)
{
    struct worker *w = x->worker;
    struct record *list = NULL;
    size_t n = 0;
    const struct reg *reg;
    enum err e = province_register_find(w->store->province, STR("dossier_files"), &reg, f);
    if (e == OK)
        e = site_beside(x, reg, dossier, &list, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct str kind = record_text(reg, &list[i], "kind");
        int64_t number = 0;
        record_integer(reg, &list[i], "number", &number);
        if (number != input_named(x, "number")->integer || str_is(kind, "draft") || str_is(kind, "opinion"))
            continue;
        return file_give(x, reg, &list[i], f);
    }
    return e == OK ? FAULT(f, ERR_FILE_GONE) : e;
}

enum err page_track_file(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    enum err e = track_read(x, STR("dossiers"), &t, &why);
    if (e != OK)
        return (e = to_form(x, e)) == OK ? OK : (*f = why, e);
    return give_file(x, t.r.id, f);
}

/* ---- my dossiers */

enum err page_my_dossier(struct exchange *x, struct fault *f)
{
    const struct reg *reg = province_register(((struct worker *)x->worker)->store->province, STR("dossiers"));
    struct record r;
    bool is_there = false;
    enum err e = dossier_of_own(x, STR("code"), input_named(x, "code")->text, &r, &is_there, f);
    if (e == OK && !is_there)
        return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    if (e == OK)
        e = track_enter(x, STR("dossiers"), r.id, record_text(reg, &r, "token"), f);
    if (e == OK)
        exchange_redirect(x, 303, STR("/track"));
    return e;
}
