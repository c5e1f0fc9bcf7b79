/* /desk/dossiers/{id}: one dossier for those who work on it: what can be done, what happened, which papers went out. */
#include "base/limits.h"
#include "base/vec.h"
#include "register/file.h"
#include "report/paper.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/apply.h"
#include "web/ask.h"
#include "web/assets.h"
#include "web/desk.h"
#include "web/dossier_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct seen_dossier {
    struct exchange *x;
    const struct workflow *w;
    struct record r;
    struct dossier_state state;
    struct application form; /* of page_dossier */
    bool has_form;           /* it was filled in */
};

static enum err begin(struct exchange *x, struct seen_dossier *d, struct fault *f)
{
    *d = (struct seen_dossier){.x = x};
    x->purpose = message_with(x->arena, M_desk_purpose, LANG_VI, input_named(x, "id")->text);
    enum err e = dossier_read(x, &d->w, &d->r, f);
    return e == OK ? dossier_state_of(x, d->w, &d->r, &d->state, f) : e;
}

static void write_summary(struct seen_dossier *d, struct buf *out)
{
    struct exchange *x = d->x;
    const struct reg *reg = d->w->reg;
    struct str first = record_text(reg, &d->r, "due_first_at"), due = record_text(reg, &d->r, "due_at");
    struct fact facts[] = {
        {.term = message(M_dossiers_procedure, x->lang), .text = reference_brief(x, reg, &d->r, "procedure")},
        {.term = message(M_dossiers_applicant, x->lang), .text = show_text(x, reg, &d->r, "applicant")},
        {.term = message(M_dossiers_state, x->lang), .text = d->state.status},
        {.term = message(M_dossiers_due, x->lang),
         .text = STR_JOIN(x->arena, d->state.due, d->state.due.n ? STR(" · ") : nothing, d->state.left,
                          first.n && !str_eq(first, due)
                              ? STR_JOIN(x->arena, STR(" · "),
                                         message_with(x->arena, M_dossiers_first_due, x->lang, moment_text(x, first)))
                              : nothing)},
        {.term = message(M_dossiers_wait, x->lang), .text = d->state.wait},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts) - (d->state.wait.n ? 0 : 1));
}

/* The dossiers that it hangs together with: the whole that it is part of, and its own parts. */
static enum err write_parts(struct seen_dossier *d, struct buf *out, struct fault *f)
{
    struct exchange *x = d->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(4096);
    struct record r;
    bool has_row;
    VEC(struct fact) facts = {0};
    struct str parent = record_text(d->w->reg, &d->r, "parent");
    const struct field *fd = reg_field(d->w->reg, STR("parent"));
    if (parent.n)
        VEC_PUSH(x->arena, &facts,
                 ((struct fact){message(M_dossiers_whole, x->lang), parent, part_href(x, "/desk/dossiers/", parent),
                                nothing}));
    enum err e = fd ? ask_equals(x, fd, d->r.id, &filter, f) : OK;
    if (e == OK && fd)
        e = query_open(w->store, d->w->reg, &(struct query_options){.filter = buf_view(&filter)}, &q, f);
    while (e == OK && q && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct text2 status = record_title(d->w->reg, &r, "status");
        struct str code = str_dup(x->arena, r.id), name = reference_brief(x, d->w->reg, &r, "procedure");
        VEC_PUSH(x->arena, &facts,
                 ((struct fact){name, STR_JOIN(x->arena, code, STR(" · "), text2_in(&status, x->lang)),
                                part_href(x, "/desk/dossiers/", code), nothing}));
    }
    if (e == OK && facts.n)
        part_facts(x, out, facts.p, facts.n);
    return e;
}

/* Where the step is done: on a page of the dossier's own, or on that of its fields. */
static struct str step_href(const struct seen_dossier *d, const struct transition *t)
{
    struct exchange *x = d->x;
    if (t->page.n)
        return STR_JOIN(x->arena, part_href(x, "/desk/dossiers/", d->r.id), STR("/"), t->page);
    return STR_JOIN(x->arena, show_record_href(x, d->w->reg, d->r.id), STR("/do/"), t->id);
}

static enum err choices_of(struct seen_dossier *d, struct tpl_dossier_choices **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = d->x;
    struct choice *list = NULL;
    size_t n = 0, kept = 0;
    enum err e = site_choices(x, d->w, &d->r, &list, &n, f);
    struct tpl_dossier_choices *shown = ARENA_ARRAY(x->arena, struct tpl_dossier_choices, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct transition *t = list[i].transition;
        if (str_is(t->page, "form") && !d->form.form)
            continue;
        shown[kept++] = (struct tpl_dossier_choices){
            .title = text2_in(&t->title, x->lang),
            .href = step_href(d, t),
            .why = list[i].why.code == OK
                       ? nothing
                       : str_dup(x->arena, fault_param(&list[i].why, x->lang == LANG_EN ? "why_en" : "why"))};
    }
    *ret = shown;
    *ret_n = kept;
    return e;
}

/* What the applicant declared, in the order of the form. */
static void write_form(struct seen_dossier *d, struct buf *out)
{
    struct exchange *x = d->x;
    struct application *ap = &d->form;
    struct fact *facts = ARENA_ARRAY(x->arena, struct fact, ap->form->n_fields + 1);
    size_t n = 0;
    for (size_t i = 0; i < ap->form->n_fields; i++) {
        struct str text = application_shown(ap, ap->form, &ap->answers, (int)i);
        if (text.n && !application_gives(&ap->form->fields[i]))
            facts[n++] = (struct fact){.term = text2_in(&ap->form->fields[i].title, x->lang), .text = text};
    }
    part_facts(x, out, facts, n);
}

/* Ratings are promised to be told as figures alone: nobody who worked on the dossier reads how he was rated, nor that he was. */
static bool is_of_rating(struct str name)
{
    return str_is(name, "rating") || str_is(name, "rating_words") || str_is(name, "rated_on") || str_is(name, "rate");
}

static enum err write_known(struct seen_dossier *d, struct buf *out, struct fault *f)
{
    const struct reg *reg = d->w->reg;
    struct record r = record_copy(d->x->arena, reg, &d->r);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (is_of_rating(reg->fields[i].name))
            r.values[i] = (struct value){.kind = VALUE_NULL};
    return desk_facts(d->x, reg, &r, out, f);
}

static struct str what_of(struct seen_dossier *d, const struct record *e)
{
    struct str id = record_text(d->w->events, e, "transition");
    const struct transition *t = transition_find(d->w, id);
    return t ? text2_in(&t->title, d->x->lang) : id;
}

static struct str why_of(struct seen_dossier *d, const struct record *e)
{
    struct exchange *x = d->x;
    const struct reg *reg = d->w->events;
    struct str reason = record_text(reg, e, "reason"), after = record_text(reg, e, "due_after");
    struct str moved = after.n && !str_eq(after, record_text(reg, e, "due_before"))
                           ? message_with(x->arena, M_dossiers_due_moved, x->lang, moment_text(x, after))
                           : nothing;
    return STR_JOIN(x->arena, reason, reason.n && moved.n ? STR(" · ") : nothing, moved);
}

/* The title of a role; of those who have none, as the workflow calls them. */
static struct str role_words(struct exchange *x, struct str id)
{
    const struct worker *w = x->worker;
    const struct role *role = w->roles ? role_find(w->roles, id) : NULL;
    if (role)
        return text2_in(&role->title, x->lang);
    return message(str_is(id, ACTOR_APPLICANT)   ? M_dossiers_applicant
                   : str_is(id, ACTOR_SUPPORTER) ? M_dossiers_supporter
                                                 : M_dossiers_system,
                   x->lang);
}

static enum err write_timeline(struct seen_dossier *d, struct buf *out, struct fault *f)
{
    enum { COLUMNS = 4 };
    struct exchange *x = d->x;
    struct record *events = NULL;
    size_t n = 0, kept = 0;
    enum err e = site_beside(x, d->w->events, d->r.id, &events, &n, f);
    const struct table_column columns[COLUMNS] = {{.title = message(M_dossiers_when, x->lang)},
                                                  {.title = message(M_dossiers_what, x->lang), .is_head = true},
                                                  {.title = message(M_dossiers_who, x->lang)},
                                                  {.title = message(M_dossiers_why, x->lang)}};
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct record *r = &events[n - 1 - i];
        if (is_of_rating(record_text(d->w->events, r, "transition")))
            continue;
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        struct str role = role_words(x, record_text(d->w->events, r, "role"));
        struct str who = record_text(d->w->events, r, "actor");
        cells[0].text = moment_text(x, record_text(d->w->events, r, "at"));
        cells[1].text = what_of(d, r);
        cells[2].text = STR_JOIN(x->arena, who, STR(" ("), role, STR(")"));
        cells[3].text = why_of(d, r);
        if (!cells[3].text.n)
            cells[3].text = STR("–");
        rows[kept++] = (struct table_row){.cells = cells};
    }
    if (e == OK)
        part_table(x, out,
                   &(struct table){.caption = message(M_dossiers_timeline, x->lang),
                                   .columns = columns,
                                   .n_columns = COLUMNS,
                                   .rows = rows,
                                   .n_rows = kept});
    return e;
}

static enum err papers_of(struct seen_dossier *d, struct tpl_dossier_papers **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = d->x;
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct record *list = NULL;
    size_t n = 0;
    enum err e = d->w->papers ? site_beside(x, d->w->papers, d->r.id, &list, &n, f) : OK;
    struct tpl_dossier_papers *shown = ARENA_ARRAY(x->arena, struct tpl_dossier_papers, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct record *r = &list[n - 1 - i];
        const struct paper *paper;
        struct fault ignored = {0};
        struct str id = record_text(d->w->papers, r, "paper"), on = record_text(d->w->papers, r, "on");
        int64_t number = 0;
        record_integer(d->w->papers, r, "number", &number);
        struct str href = str_of(arena_printf(x->arena, "%.*s/papers/%lld",
                                              STR_ARG(part_href(x, "/desk/dossiers/", d->r.id)), (long long)number));
        bool is_known = paper_find(x->arena, p, id, on, &paper, &ignored) == OK;
        shown[i] = (struct tpl_dossier_papers){.title = is_known ? text2_in(&paper->title, x->lang) : id,
                                               .time = moment_text(x, record_text(d->w->papers, r, "at")),
                                               .href = href,
                                               .pdf_href = STR_JOIN(x->arena, href, STR("?as=pdf"))};
    }
    *ret = shown;
    *ret_n = n;
    return e;
}

static enum err files_of(struct seen_dossier *d, struct tpl_dossier_files **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = d->x;
    const struct reg *reg = province_register(((struct worker *)x->worker)->store->province, STR("dossier_files"));
    struct record *list = NULL;
    size_t n = 0, kept = 0;
    enum err e = reg ? site_beside(x, reg, d->r.id, &list, &n, f) : OK;
    struct tpl_dossier_files *shown = ARENA_ARRAY(x->arena, struct tpl_dossier_files, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t number = 0;
        struct text2 kind = record_title(reg, &list[i], "kind");
        record_integer(reg, &list[i], "number", &number);
        if (record_text(reg, &list[i], "removed_on").n)
            continue;
        shown[kept++] = (struct tpl_dossier_files){
            .name = record_text(reg, &list[i], "name"),
            .about = text2_in(&kind, x->lang),
            .coming = file_coming(x, reg, &list[i]),
            .href = str_of(arena_printf(x->arena, "%.*s/files/%lld", STR_ARG(part_href(x, "/desk/dossiers/", d->r.id)),
                                        (long long)number))};
    }
    *ret = shown;
    *ret_n = kept;
    return e;
}

enum err page_dossier(struct exchange *x, struct fault *f)
{
    struct seen_dossier d;
    struct tpl_dossier t = {0};
    struct tpl_dossier_choices *choices = NULL;
    struct tpl_dossier_papers *papers = NULL;
    struct tpl_dossier_files *files = NULL;
    struct buf summary CLEANUP(buf_done) = BUF_INIT(1 << 16), facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       timeline CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       form CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = begin(x, &d, f);
    if (e == OK)
        e = attach_forget(x, d.r.id, f);
    if (e == OK)
        e = dossier_form(x, d.w, &d.r, &d.form, &d.has_form, f);
    if (e == OK)
        e = choices_of(&d, &choices, &t.n_choices, f);
    if (e == OK)
        e = papers_of(&d, &papers, &t.n_papers, f);
    if (e == OK)
        e = files_of(&d, &files, &t.n_files, f);
    if (e == OK)
        e = write_known(&d, &facts, f);
    if (e == OK)
        e = write_timeline(&d, &timeline, f);
    if (e != OK)
        return e;
    write_summary(&d, &summary);
    if ((e = write_parts(&d, &summary, f)) != OK)
        return e;
    if (d.has_form) {
        write_form(&d, &form);
        t.form_title = text2_in(&d.form.form->title, x->lang);
    }
    t.form = buf_view(&form);
    t.is_late = d.state.is_late;
    t.is_sample = d.r.is_sample;
    t.summary = buf_view(&summary);
    t.choices = choices;
    t.papers = papers;
    t.files = files;
    t.facts = buf_view(&facts);
    t.timeline = buf_view(&timeline);
    tpl_dossier(&content, &t, x->lang);
    return admin_page(x, d.r.id, &content, f);
}

/* ---- a file of it */

enum err page_dossier_file(struct exchange *x, struct fault *f)
{
    struct seen_dossier d;
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("dossier_files"));
    struct record *list = NULL;
    size_t n = 0;
    enum err e = begin(x, &d, f);
    if (e == OK && reg)
        e = site_beside(x, reg, d.r.id, &list, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t number = 0;
        record_integer(reg, &list[i], "number", &number);
        if (number != input_named(x, "number")->integer || record_text(reg, &list[i], "removed_on").n)
            continue;
        return file_give(x, reg, &list[i], f);
    }
    return e == OK ? FAULT(f, ERR_RECORD_UNKNOWN, {"id", d.r.id}, {"register", STR("dossier_files")}) : e;
}

/* ---- a paper that went out, as it was printed */

static enum err paper_of(struct seen_dossier *d, const struct paper **ret_paper, struct json **ret_context,
                         struct fault *f)
{
    struct exchange *x = d->x;
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct record *list = NULL;
    size_t n = 0;
    enum err e = site_beside(x, d->w->papers, d->r.id, &list, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t number = 0;
        record_integer(d->w->papers, &list[i], "number", &number);
        if (number != input_named(x, "number")->integer)
            continue;
        e = paper_find(x->arena, p, record_text(d->w->papers, &list[i], "paper"),
                       record_text(d->w->papers, &list[i], "on"), ret_paper, f);
        return e == OK ? json_parse(x->arena, record_text(d->w->papers, &list[i], "data"), nothing, ret_context, f) : e;
    }
    return e == OK ? FAULT(f, ERR_RECORD_UNKNOWN, {"id", d->r.id}, {"register", d->w->papers->name}) : e;
}

/* What makes its reader the applicant is for the counter that hands the paper out, not for those who decide or take the money. */
static void keep_back(struct seen_dossier *d, struct json *context)
{
    struct fault ignored = {0};
    size_t n = 0;
    if (context->kind != J_OBJECT || site_may_do(d->x, VERB_CREATE, d->w->reg, &ignored) == OK)
        return;
    for (size_t i = 0; i < context->n; i++)
        if (!str_is(context->members[i].key, "token") && !str_is(context->members[i].key, "qr"))
            context->members[n++] = context->members[i];
    context->n = n;
}

enum err page_dossier_paper(struct exchange *x, struct fault *f)
{
    struct seen_dossier d;
    const struct paper *paper = NULL;
    struct json *context = NULL;
    enum err e = begin(x, &d, f);
    if (e == OK)
        e = paper_of(&d, &paper, &context, f);
    if (e != OK)
        return e;
    keep_back(&d, context);
    if (!str_is(input_named(x, "as")->text, "pdf"))
        return paper_page_html(x->arena, paper, context, asset_href("paper.css"), &x->body, f);
    x->media = STR("application/pdf");
    x->filename = str_of(arena_printf(x->arena, "%.*s-%.*s.pdf", STR_ARG(d.r.id), STR_ARG(paper->id)));
    return paper_pdf(x->arena, paper, context, &x->body, f);
}
