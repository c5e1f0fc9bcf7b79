/* /registers/{register}/{id}/do/{step}: one step of a workflow, on whatever register: the fields that it asks for, and what came of it. */
#include "base/clock.h"
#include "base/limits.h"
#include "register/query.h"
#include "web/form_page.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/workflow_site.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct stepping {
    struct form m;
    const struct workflow *w;
    const struct transition *t;
    struct record now;
    struct str why; /* what keeps it from being done */
};

static bool asks_for(const struct transition *t, int field)
{
    for (size_t i = 0; i < t->n_required; i++)
        if (t->required[i] == field)
            return true;
    for (size_t i = 0; i < t->n_inputs; i++)
        if (t->inputs[i] == field)
            return true;
    return false;
}

static int64_t steps_of(const struct stepping *s)
{
    const struct value *v = &s->now.values[s->w->steps];
    return v->kind == VALUE_INTEGER ? v->integer : 0;
}

static enum err read_record(struct stepping *s, struct fault *f)
{
    struct exchange *x = s->m.x;
    struct query *q CLEANUP(query_closep) = NULL;
    struct str id = input_named(x, "id")->text;
    struct record r;
    bool has_row = false;
    enum err e = query_open(((struct worker *)x->worker)->store, s->m.reg, &(struct query_options){.id = id}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && !has_row)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", s->m.reg->name});
    if (e == OK)
        s->now = record_copy(x->arena, s->m.reg, &r);
    return e;
}

/* What a field held before is offered again, but for the reason, which belongs to one step. */
static bool is_fresh(const struct field *fd)
{
    return str_is(fd->name, "reason");
}

static void show_fields(struct stepping *s)
{
    for (size_t i = 0; i < s->m.reg->n_fields; i++) {
        struct form_entry *en = &s->m.entries[i];
        const struct value *v = &s->now.values[i];
        en->is_shown = asks_for(s->t, (int)i);
        if (en->is_shown && v->kind != VALUE_MASKED && !is_fresh(en->fd))
            en->text = en->base = form_text_of(&s->m, en->fd, v);
    }
}

static enum err begin(struct exchange *x, struct stepping *s, struct fault *f)
{
    *s = (struct stepping){0};
    const struct workflow *w;
    struct choice *list = NULL;
    size_t n = 0;
    enum err e = form_begin(x, &s->m, f);
    if (e == OK)
        e = site_workflow(x, s->m.reg->name, &s->w, f);
    if (e == OK)
        e = read_record(s, f);
    if (e == OK)
        e = workflow_then(x->arena, ((struct worker *)x->worker)->store, s->w, &s->now, &w, f);
    if (e != OK)
        return e;
    s->w = w;
    e = transition_named(w, input_named(x, "step")->text, &s->t, f);
    if (e != OK)
        return e;
    s->m.old = &s->now;
    s->m.id = s->now.id;
    show_fields(s);
    e = site_choices(x, s->w, &s->now, &list, &n, f);
    bool is_offered = false;
    for (size_t i = 0; e == OK && i < n; i++) {
        if (list[i].transition->line != s->t->line)
            continue;
        is_offered = true;
        if (list[i].why.code != OK)
            s->why = fault_sentence(x, &list[i].why);
    }
    if (e == OK && (!is_offered || s->t->is_creation || s->t->page.n))
        s->why = message(M_act_not_now, x->lang);
    return e;
}

static struct str record_page(struct stepping *s)
{
    struct exchange *x = s->m.x;
    if (str_is(s->m.reg->name, "dossiers"))
        return part_href(x, "/desk/dossiers/", s->m.id);
    return show_record_href(x, s->m.reg, s->m.id);
}

static enum err answer(struct stepping *s, struct fault *f)
{
    struct exchange *x = s->m.x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), told CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct tpl_act_hidden hidden[3] = {{STR("csrf"), x->subject->csrf},
                                       {STR("seen"), str_of(arena_printf(x->arena, "%lld", (long long)steps_of(s)))},
                                       {STR("reading"), s->m.reading == LANG_EN ? STR("en") : STR("vi")}};
    int offset = ((struct worker *)x->worker)->store->province->utc_offset_minutes;
    bool tells = s->t->n_required + s->t->n_inputs == 0 && s->t->notice.vi.n;
    if (tells && s->t->clocks[0] == CLOCK_NONE)
        notice_write(s->w, s->t, &s->now, x->lang, offset, &told);
    bool has_reason = asks_for(s->t, reg_field_number(s->m.reg, STR("reason")));
    struct tpl_act t = {
        .action = str_of(
            arena_printf(x->arena, "%.*s/do/%.*s", STR_ARG(show_record_href(x, s->m.reg, s->m.id)), STR_ARG(s->t->id))),
        .problems = form_problems(&s->m),
        .lead = buf_view(&told),
        .why = s->m.n_problems ? nothing : s->why,
        .has_note = !has_reason,
        .note = s->m.reason,
        .hidden = hidden,
        .n_hidden = 3,
        .button = text2_in(&s->t->title, x->lang),
        .cancel_href = record_page(s),
    };
    struct tpl_form_input *inputs;
    enum err e = form_find(&s->m, false, f);
    if (e == OK)
        e = form_inputs(&s->m, &inputs, &t.n_inputs, f);
    if (e != OK)
        return e;
    t.inputs = inputs;
    tpl_act(&content, &t, x->lang);
    if (s->m.n_problems)
        x->status = 422;
    struct str title = STR_JOIN(x->arena, text2_in(&s->t->title, x->lang), STR(": "), s->m.id);
    static const char *const scripts[] = {"form", NULL};
    struct crumb crumbs[] = {{text2_in(&s->m.reg->title, x->lang), part_href(x, "/registers/", s->m.reg->name)},
                             {s->m.id, record_page(s)},
                             {text2_in(&s->t->title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = title,
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .is_form = true,
                               .scripts = scripts},
                f);
}

enum err page_act(struct exchange *x, struct fault *f)
{
    struct stepping s;
    enum err e = begin(x, &s, f);
    return e == OK ? answer(&s, f) : e;
}

static void take_faults(struct stepping *s, const struct faults *list)
{
    struct exchange *x = s->m.x;
    form_note_refusal(x, list);
    for (size_t i = 0; i < list->n; i++) {
        const struct fault *f = &list->p[i];
        struct str name = fault_field_name(f);
        struct form_entry *en = name.n ? form_entry_named(&s->m, name) : NULL;
        bool is_missing = f->code == ERR_ACT_INPUT && en;
        struct str rule =
            f->code == ERR_RULE_BROKEN ? str_dup(x->arena, fault_param(f, x->lang == LANG_EN ? "en" : "vi")) : nothing;
        form_problem(&s->m, en && en->is_shown ? en : NULL,
                     rule.n       ? rule
                     : is_missing ? message(M_form_missing, x->lang)
                                  : fault_sentence(x, f));
    }
}

/* What was left as it stood, and is asked for all the same. */
static struct str kept_text(struct stepping *s, int field)
{
    struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
    if (s->now.values[field].kind != VALUE_NULL && s->m.entries[field].base.n)
        value_csv(&s->m.reg->fields[field], &s->now.values[field], &b);
    return buf_move(&b, s->m.x->arena);
}

enum err post_act(struct exchange *x, struct fault *f)
{
    struct stepping s;
    struct faults list CLEANUP(faults_done) = {.max = 20};
    struct acted done;
    int64_t rev = 0;
    enum err e = begin(x, &s, f);
    if (e == OK)
        e = form_take_request(&s.m, f);
    if (e != OK)
        return e;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, s.m.reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, s.m.reg->n_fields);
    struct act_input *inputs = ARENA_ARRAY(x->arena, struct act_input, s.m.reg->n_fields);
    form_cells(&s.m, cells, is_given);
    struct act act = {.workflow = s.w,
                      .id = s.m.id,
                      .transition = s.t->id,
                      .inputs = inputs,
                      .reason = s.m.reason,
                      .seen = input_named(x, "seen")->integer,
                      .actor = site_act_by(x),
                      .papers = site_papers(x)};
    for (size_t i = 0; i < s.m.reg->n_fields; i++)
        if (s.m.entries[i].is_shown)
            inputs[act.n_inputs++] =
                (struct act_input){s.m.reg->fields[i].name, is_given[i] ? cells[i] : kept_text(&s, (int)i)};
    int reason = reg_field_number(s.m.reg, STR("reason"));
    if (reason != NO_FIELD && asks_for(s.t, reason))
        act.reason = cells[reason];
    if (s.t->is_creation || s.t->page.n) { /* it is done elsewhere */
        form_problem(&s.m, NULL, message(M_act_not_now, x->lang));
        return answer(&s, f);
    }
    e = site_act(x, &act, 1, &done, &rev, &list);
    if (e == OK) {
        exchange_redirect(x, 303, STR_JOIN(x->arena, record_page(&s), STR("#done")));
        return OK;
    }
    if (list.n && err_http(list.p[0].code) >= 500) {
        *f = list.p[0];
        return list.p[0].code;
    }
    take_faults(&s, &list);
    return answer(&s, f);
}

/* ---- one step for many records: all of them, or none */

enum { MOST_OF_A_BATCH = 500 };

struct many {
    struct stepping s;
    struct str *ids;
    size_t n;
};

/* The boxes that were ticked are no fields of the form. */
static void take_ids(struct exchange *x, struct many *b)
{
    size_t kept = 0;
    b->ids = ARENA_ARRAY(x->arena, struct str, x->n_form + 1);
    for (size_t i = 0; i < x->n_form; i++) {
        if (!str_is(x->form[i].name, "d"))
            x->form[kept++] = x->form[i];
        else if (b->n < MOST_OF_A_BATCH)
            b->ids[b->n++] = x->form[i].value;
    }
    x->n_form = kept;
}

static enum err begin_many(struct exchange *x, struct many *b, struct fault *f)
{
    *b = (struct many){0};
    take_ids(x, b);
    enum err e = form_begin(x, &b->s.m, f);
    if (e == OK)
        e = site_workflow(x, b->s.m.reg->name, &b->s.w, f);
    if (e == OK)
        e = transition_named(b->s.w, input_named(x, "step")->text, &b->s.t, f);
    if (e == OK && !b->s.t->is_batch)
        e = FAULT(f, ERR_TRANSITION_UNKNOWN, {"transition", b->s.t->id}, {"workflow", b->s.w->id},
                  {"nearest", nothing});
    for (size_t i = 0; e == OK && i < b->s.m.reg->n_fields; i++)
        b->s.m.entries[i].is_shown = asks_for(b->s.t, (int)i);
    return e;
}

static enum err answer_many(struct many *b, struct fault *f)
{
    struct stepping *s = &b->s;
    struct exchange *x = s->m.x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_act_hidden *hidden = ARENA_ARRAY(x->arena, struct tpl_act_hidden, b->n + 2);
    struct tpl_act t = {
        .action = str_of(arena_printf(x->arena, "%.*s/batch/%.*s", STR_ARG(part_href(x, "/registers/", s->m.reg->name)),
                                      STR_ARG(s->t->id))),
        .problems = form_problems(&s->m),
        .hidden = hidden,
        .button = message_with(x->arena, M_act_batch, x->lang, part_int(x, (int64_t)b->n)),
        .has_note = true,
        .note = s->m.reason,
        .cancel_href = STR("/desk/dossiers")};
    hidden[t.n_hidden++] = (struct tpl_act_hidden){STR("csrf"), x->subject->csrf};
    hidden[t.n_hidden++] = (struct tpl_act_hidden){STR("reading"), s->m.reading == LANG_EN ? STR("en") : STR("vi")};
    for (size_t i = 0; i < b->n; i++)
        hidden[t.n_hidden++] = (struct tpl_act_hidden){STR("d"), b->ids[i]};
    struct tpl_form_input *inputs;
    enum err e = form_find(&s->m, false, f);
    if (e == OK)
        e = form_inputs(&s->m, &inputs, &t.n_inputs, f);
    if (e != OK)
        return e;
    t.inputs = inputs;
    tpl_act(&content, &t, x->lang);
    if (s->m.n_problems)
        x->status = 422;
    struct crumb crumbs[] = {{message(M_dossiers_title, x->lang), STR("/desk/dossiers")},
                             {text2_in(&s->t->title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = text2_in(&s->t->title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .is_form = true},
                f);
}

static enum err act_many(struct many *b, int64_t *ret_rev, struct faults *list)
{
    struct stepping *s = &b->s;
    struct exchange *x = s->m.x;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, s->m.reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, s->m.reg->n_fields);
    struct act_input *inputs = ARENA_ARRAY(x->arena, struct act_input, s->m.reg->n_fields);
    struct act *acts = ARENA_ARRAY(x->arena, struct act, b->n + 1);
    struct acted *done = ARENA_ARRAY(x->arena, struct acted, b->n + 1);
    size_t n_inputs = 0;
    form_cells(&s->m, cells, is_given);
    for (size_t i = 0; i < s->m.reg->n_fields; i++)
        if (s->m.entries[i].is_shown)
            inputs[n_inputs++] = (struct act_input){s->m.reg->fields[i].name, cells[i]};
    struct act_by by = site_act_by(x);
    const struct paper_maker *papers = site_papers(x);
    for (size_t i = 0; i < b->n; i++)
        acts[i] = (struct act){.workflow = s->w,
                               .id = b->ids[i],
                               .transition = s->t->id,
                               .inputs = inputs,
                               .n_inputs = n_inputs,
                               .reason = s->m.reason,
                               .seen = -1,
                               .actor = by,
                               .papers = papers};
    return site_act(x, acts, b->n, done, ret_rev, list);
}

enum err post_act_batch(struct exchange *x, struct fault *f)
{
    struct many b;
    struct faults list CLEANUP(faults_done) = {.max = 20};
    bool is_saving = str_is(input_named(x, "do")->text, "save");
    int64_t rev = 0;
    enum err e = begin_many(x, &b, f);
    if (e == OK)
        e = form_take_request(&b.s.m, f);
    if (e != OK)
        return e;
    if (b.n == 0)
        form_problem(&b.s.m, NULL, message(M_dossiers_batch_none, x->lang));
    bool asks = b.s.t->n_required + b.s.t->n_inputs > 0;
    if (b.n == 0 || (asks && !is_saving))
        return answer_many(&b, f);
    e = act_many(&b, &rev, &list);
    if (e == OK) {
        exchange_redirect(x, 303,
                          str_of(arena_printf(x->arena, "/desk/dossiers?done=%zu&rev=%lld%s", b.n, (long long)rev,
                                              b.s.t->publishes ? "&decided=true" : "")));
        return OK;
    }
    if (list.n && err_http(list.p[0].code) >= 500) {
        *f = list.p[0];
        return list.p[0].code;
    }
    take_faults(&b.s, &list);
    return answer_many(&b, f);
}
