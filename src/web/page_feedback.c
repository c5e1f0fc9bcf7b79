/* /feedback: what people say of how their dossiers were settled: filed, followed by its number and lookup code, answers published. */
#include "base/limits.h"
#include "register/query.h"
#include "web/desk.h"
#include "web/dossier_parts.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"
#include "web/track.h"
#include "workflow/feedback.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct asked {
    struct exchange *x;
    struct tracked t; /* the dossier that it is about */
    bool has_dossier;
    struct str kind, words, sender, phone, office;
};

/* A dossier that is being followed in this browser. */
static enum err begin(struct exchange *x, struct asked *a, struct fault *f)
{
    struct fault why = {0};
    *a = (struct asked){.x = x, .kind = STR("complaint")};
    enum err e = track_read(x, STR("dossiers"), &a->t, &why);
    a->has_dossier = e == OK;
    if (e != OK && e != ERR_TRACK_UNKNOWN && e != ERR_TRACK_WAIT)
        return *f = why, e;
    return OK;
}

static enum err answer(struct exchange *x, struct str title, struct str content, struct fault *f)
{
    struct crumb crumbs[] = {{message(M_feedback_title, x->lang), STR("/feedback")}, {title, nothing}};
    bool is_first = str_eq(title, message(M_feedback_title, x->lang));
    return page(x,
                &(struct page){.title = title,
                               .content = content,
                               .crumbs = crumbs + (is_first ? 1 : 0),
                               .n_crumbs = is_first ? 1 : 2,
                               .is_form = true},
                f);
}

/* Those who took a step of it. */
static enum err officers_of(struct asked *a, struct tpl_feedback *p, struct fault *f)
{
    struct record *events = NULL;
    size_t n = 0;
    enum err e = a->has_dossier ? site_beside(a->x, a->t.w->events, a->t.r.id, &events, &n, f) : OK;
    struct str *names = ARENA_ARRAY(a->x->arena, struct str, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct str role = record_text(a->t.w->events, &events[i], "role"),
                   name = record_text(a->t.w->events, &events[i], "actor");
        bool is_there = str_is(role, ACTOR_APPLICANT) || str_is(role, ACTOR_SYSTEM) || str_is(role, ACTOR_SUPPORTER);
        for (size_t k = 0; k < p->n_officers; k++)
            is_there |= str_eq(names[k], name);
        if (!is_there)
            names[p->n_officers++] = name;
    }
    p->officers = names;
    return e;
}

static enum err offices_of(struct asked *a, struct tpl_feedback *p, struct fault *f)
{
    enum { MOST = 400 };
    struct exchange *x = a->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    const struct reg *reg = province_register(w->store->province, STR("offices"));
    if (!reg || a->has_dossier)
        return OK;
    struct tpl_feedback_offices *all = ARENA_ARRAY(x->arena, struct tpl_feedback_offices, MOST);
    enum err e = query_open(
        w->store, reg,
        &(struct query_options){.on = date_iso(x->arena, today_of(x)), .sort = STR("name"), .limit = MOST}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str code = str_dup(x->arena, record_text(reg, &r, "code"));
        all[p->n_offices++] = (struct tpl_feedback_offices){code, str_dup(x->arena, record_text(reg, &r, "name")),
                                                            str_eq(code, a->office)};
    }
    p->offices = all;
    return e;
}

/* Answers, and nothing of who asked. */
static enum err published_of(struct asked *a, struct tpl_feedback *p, struct fault *f)
{
    enum { MOST = 20 };
    struct exchange *x = a->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    const struct reg *reg = province_register(w->store->province, STR("feedback"));
    VEC(struct record) all = {0};
    if (!reg)
        return OK;
    store_view(w->store, NULL);
    enum err e = query_open(
        w->store, reg,
        &(struct query_options){.filter = STR("status = 'published'"), .sort = STR("-published_on"), .limit = MOST}, &q,
        f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->arena, &all, record_copy(x->arena, reg, &r));
    store_view(w->store, &w->viewer);
    struct tpl_feedback_published *list = ARENA_ARRAY(x->arena, struct tpl_feedback_published, all.n + 1);
    for (size_t i = 0; e == OK && i < all.n; i++)
        list[p->n_published++] = (struct tpl_feedback_published){
            reference_text(x, reg, &all.p[i], "office"), part_date(x, record_text(reg, &all.p[i], "published_on")),
            record_text(reg, &all.p[i], "answer")};
    p->published = list;
    return e;
}

static enum err show(struct asked *a, struct str problem, struct fault *f)
{
    struct exchange *x = a->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_feedback p = {.problem = problem,
                             .csrf = x->subject->csrf,
                             .dossier = a->has_dossier ? a->t.code : nothing,
                             .kind = a->kind,
                             .words = a->words,
                             .sender = a->sender,
                             .phone = a->phone};
    enum err e = officers_of(a, &p, f);
    if (e == OK)
        e = offices_of(a, &p, f);
    if (e == OK)
        e = published_of(a, &p, f);
    if (e != OK)
        return e;
    tpl_feedback(&content, &p, x->lang);
    return answer(x, message(M_feedback_title, x->lang), buf_view(&content), f);
}

enum err page_feedback(struct exchange *x, struct fault *f)
{
    struct asked a;
    enum err e = begin(x, &a, f);
    if (e != OK)
        return e;
    a.sender = x->subject->kind == SUBJECT_ACCOUNT ? x->subject->full_name : nothing;
    return show(&a, nothing, f);
}

/* ---- filing */

static enum err write_one(struct asked *a, struct record *ret_record, const struct workflow **ret_workflow,
                          struct fault *f)
{
    enum { MOST = 8 };
    struct exchange *x = a->x;
    struct worker *w = x->worker;
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct act_input content[MOST];
    struct acted done = {0};
    struct change *c;
    int64_t rev;
    size_t n = 0;
    const struct act_input all[] = {{STR("kind"), a->kind},
                                    {STR("words"), a->words},
                                    {STR("sender"), a->sender},
                                    {STR("phone"), a->phone},
                                    {STR("about_person"), input_named(x, "about")->text},
                                    {STR("dossier"), a->has_dossier ? a->t.code : nothing},
                                    {STR("account"), x->subject->kind == SUBJECT_ACCOUNT ? x->subject->name : nothing}};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].text.n)
            content[n++] = all[i];
    struct str office = a->has_dossier ? record_text(a->t.w->reg, &a->t.r, "office") : a->office;
    enum err e = site_workflow(x, STR("feedback"), ret_workflow, f);
    if (e != OK)
        return e;
    const struct feedback_filing filing = {
        .workflow = *ret_workflow,
        .office = office,
        .content = content,
        .n_content = n,
        .actor = {.name = STR("applicant"), .as = STR(ACTOR_APPLICANT), .device = STR("web")}};
    const struct change_info info = {.actor = STR("applicant"), .reason = STR("feedback"), .is_act = true};
    site_acts(x, true);
    e = change_begin(w->store, &info, &c, f);
    if (e == OK) {
        e = feedback_file(x->arena, w->acting, c, &filing, &done, f);
        if (e == OK)
            e = change_commit(c, &rev, &list, NULL);
        else
            change_abort(c);
        if (list.n)
            *f = list.p[0];
    }
    site_acts(x, false);
    *ret_record = done.record;
    return e;
}

enum err post_feedback(struct exchange *x, struct fault *f)
{
    struct asked a;
    struct record r = {0};
    struct fault why = {0};
    const struct workflow *w = NULL;
    enum err e = begin(x, &a, f);
    if (e != OK)
        return e;
    a.kind = input_named(x, "kind")->text;
    a.words = str_trim(input_named(x, "words")->text);
    a.sender = str_trim(input_named(x, "sender")->text);
    a.phone = str_trim(input_named(x, "phone")->text);
    a.office = input_named(x, "office")->text;
    struct str problem = !a.words.n                      ? message(M_feedback_empty, x->lang)
                         : !a.has_dossier && !a.office.n ? message(M_feedback_office_missing, x->lang)
                                                         : nothing;
    if (!problem.n && (e = write_one(&a, &r, &w, &why)) != OK) {
        if (err_http(e) >= 500)
            return *f = why, e;
        problem = fault_sentence(x, &why);
    }
    if (problem.n) {
        x->status = 422;
        return show(&a, problem, f);
    }
    track_remember(x, STR("feedback"), r.id, record_text(w->reg, &r, "token"));
    exchange_redirect(x, 303, STR("/feedback/case"));
    return OK;
}

/* ---- following */

enum err post_feedback_find(struct exchange *x, struct fault *f)
{
    struct fault why = {0};
    enum err e = track_enter(x, STR("feedback"), input_named(x, "code")->text, input_named(x, "token")->text, &why);
    if (e == OK) {
        exchange_redirect(x, 303, STR("/feedback/case"));
        return OK;
    }
    if (e != ERR_TRACK_UNKNOWN && e != ERR_TRACK_WAIT)
        return *f = why, e;
    struct asked a;
    if ((e = begin(x, &a, f)) != OK)
        return e;
    x->status = err_http(why.code);
    return show(&a, fault_sentence(x, &why), f);
}

/* What may be said of the answer, as the register has it. */
static size_t ratings_of(struct tracked *t, struct tpl_feedback_case_ratings **ret)
{
    const struct field *fd = reg_field(t->w->reg, STR("answer_rating"));
    size_t n = fd && fd->codes ? fd->codes->n : 0;
    *ret = ARENA_ARRAY(t->x->arena, struct tpl_feedback_case_ratings, n + 1);
    for (size_t i = 0; i < n; i++)
        (*ret)[i] =
            (struct tpl_feedback_case_ratings){fd->codes->p[i].code, text2_in(&fd->codes->p[i].title, t->x->lang)};
    return n;
}

static bool can_rate(const struct tracked *t)
{
    const struct transition *rate = transition_find(t->w, STR("rate_answer"));
    return rate && transition_leads_from(rate, &t->r) && !record_text(t->w->reg, &t->r, "answer_rating").n;
}

static enum err show_case(struct tracked *t, struct str problem, struct fault *f)
{
    struct exchange *x = t->x;
    struct worker *w = x->worker;
    const struct reg *reg = t->w->reg;
    struct record *events = NULL;
    size_t n = 0;
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct text2 status = record_title(reg, &t->r, "status"), kind = record_title(reg, &t->r, "kind");
    const struct fact list[] = {
        {.term = message(M_feedback_kind, x->lang), .text = text2_in(&kind, x->lang)},
        {.term = message(M_feedback_office, x->lang), .text = reference_text(x, reg, &t->r, "office")},
        {.term = message(M_feedback_words, x->lang), .text = record_text(reg, &t->r, "words")},
        {.term = message(M_track_filed, x->lang), .text = moment_text(x, record_text(reg, &t->r, "filed_at"))},
        {.term = message(M_track_reply, x->lang), .text = moment_text(x, record_text(reg, &t->r, "due_at"))},
        {.term = message(M_feedback_answer, x->lang), .text = record_text(reg, &t->r, "answer")},
    };
    part_facts(x, &facts, list, ARRAY_LEN(list));
    enum err e = site_beside(x, t->w->events, t->r.id, &events, &n, f);
    struct tpl_feedback_case_steps *steps = ARENA_ARRAY(x->arena, struct tpl_feedback_case_steps, n + 1);
    size_t n_steps = 0;
    for (size_t i = n; e == OK && i-- > 0;) {
        const struct transition *tr = transition_find(t->w, record_text(t->w->events, &events[i], "transition"));
        struct buf notice = BUF_INIT(LIMIT_TEXT_BYTES);
        if (!tr)
            continue;
        notice_write(t->w, tr, &t->r, x->lang, w->store->province->utc_offset_minutes, &notice);
        steps[n_steps++] = (struct tpl_feedback_case_steps){moment_text(x, record_text(t->w->events, &events[i], "at")),
                                                            text2_in(&tr->title, x->lang), buf_move(&notice, x->arena)};
    }
    if (e != OK)
        return e;
    struct tpl_feedback_case_ratings *ratings;
    size_t n_ratings = ratings_of(t, &ratings);
    struct text2 rating = record_title(reg, &t->r, "answer_rating");
    tpl_feedback_case(&content,
                      &(struct tpl_feedback_case){.code = t->r.id,
                                                  .token = record_text(reg, &t->r, "token"),
                                                  .csrf = x->subject->csrf,
                                                  .problem = problem,
                                                  .can_rate = can_rate(t),
                                                  .rating = text2_in(&rating, x->lang),
                                                  .ratings = ratings,
                                                  .n_ratings = n_ratings,
                                                  .status = text2_in(&status, x->lang),
                                                  .facts = buf_view(&facts),
                                                  .steps = steps,
                                                  .n_steps = n_steps},
                      x->lang);
    return answer(x, message_with(x->arena, M_feedback_case, x->lang, t->r.id), buf_view(&content), f);
}

enum err page_feedback_case(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    enum err e = track_read(x, STR("feedback"), &t, &why);
    if (e == ERR_TRACK_UNKNOWN || e == ERR_TRACK_WAIT) {
        exchange_redirect(x, 303, STR("/feedback#find"));
        return OK;
    }
    return e == OK ? show_case(&t, nothing, f) : (*f = why, e);
}

/* ---- what the sender says of the answer: once */

enum err post_feedback_rate(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    struct str rating = input_named(x, "rating")->text, words = str_trim(input_named(x, "words")->text);
    const struct act_input inputs[] = {{STR("answer_rating"), rating}, {STR("answer_remark"), words}};
    enum err e = track_read(x, STR("feedback"), &t, &why);
    if (e == ERR_TRACK_UNKNOWN || e == ERR_TRACK_WAIT) {
        exchange_redirect(x, 303, STR("/feedback#find"));
        return OK;
    }
    if (e != OK)
        return *f = why, e;
    const struct track_step step = {.transition = STR("rate_answer"),
                                    .as = STR(ACTOR_APPLICANT),
                                    .name = STR("applicant"),
                                    .inputs = inputs,
                                    .n_inputs = words.n ? 2 : 1,
                                    .seen = -1};
    e = rating.n ? track_act(x, x->worker, t.w, t.code, &step, &why) : OK;
    if (e == OK && rating.n) {
        exchange_redirect(x, 303, STR("/feedback/case"));
        return OK;
    }
    if (e != OK && err_http(e) >= 500)
        return *f = why, e;
    x->status = e != OK && err_http(e) == 409 ? 409 : 422;
    return show_case(&t, rating.n ? fault_sentence(x, &why) : message(M_feedback_rate_missing, x->lang), f);
}
