/* /desk/counter: a dossier is received at the counter, by keyboard alone: the procedure by what people call it, the applicant, the papers, and the slip. */
#include "base/limits.h"
#include "crypt/hash.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/apply.h"
#include "web/ask.h"
#include "web/desk.h"
#include "web/dossier_parts.h"
#include "web/form_page.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/services.h"
#include "web/templates.h"

#include "base/banned.h"

enum { COUNTER_FOUND = 12 };

static const struct str nothing = {NULL, 0};

/* What is asked at the counter, in this order; what the register does not have is left out. */
static const char *const asked[] = {"applicant", "personal_id", "phone",          "address",   "content",
                                    "variant",   "parties",     "representative", "supporter", "supporter_kind",
                                    "email",     "sets",        "return_by"};

/* ---- which procedure */

static struct str about_of(struct exchange *x, const struct procedure *p)
{
    struct str limit = service_limit(x, p);
    struct str about = STR_JOIN(x->arena, p->code, STR(" · "), p->field);
    return limit.n ? STR_JOIN(x->arena, about, STR(" · "), limit) : about;
}

/* As on the portal: what is published and in force, by what people call it. */
static enum err find_procedures(struct exchange *x, struct str words, struct tpl_counter_procedures *ret, size_t *ret_n,
                                struct fault *f)
{
    struct services s;
    struct procedure **found;
    *ret_n = 0;
    if (!words.n || !services_are_there(x))
        return OK;
    enum err e = services_read(x, &s, f);
    size_t n = e == OK ? procedures_find(x->arena, s.p, s.n, words, &found) : 0;
    for (size_t i = 0; i < n && i < COUNTER_FOUND; i++)
        ret[(*ret_n)++] = (struct tpl_counter_procedures){text2_in(&found[i]->name, x->lang), about_of(x, found[i]),
                                                          part_href(x, "/desk/counter/", found[i]->code)};
    return e;
}

enum err page_counter(struct exchange *x, struct fault *f)
{
    struct tpl_counter_procedures found[COUNTER_FOUND];
    struct str words = str_trim(input_named(x, "q")->text);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_counter t = {.q = words, .is_asked = words.n > 0, .procedures = found};
    const struct workflow *w;
    enum err e = site_workflow(x, STR("dossiers"), &w, f);
    if (e == OK)
        e = site_may_do(x, VERB_CREATE, w->reg, f);
    if (e == OK)
        e = find_procedures(x, words, found, &t.n_procedures, f);
    if (e != OK)
        return e;
    if (t.n_procedures == 1) {
        exchange_redirect(x, 303, found[0].href);
        return OK;
    }
    tpl_counter(&content, &t, x->lang);
    return admin_page(x, message(M_counter_title, x->lang), &content, f);
}

/* ---- who and what */

struct receiving {
    struct form m;
    const struct workflow *w;
    struct procedure *p;
    struct office office;
    struct str sent_as; /* random, of this form: sent twice, it is one dossier */
    struct str channel;
    bool is_complete, is_incomplete_wrong, is_missing;
};

static struct str sent_as_new(struct exchange *x)
{
    unsigned char random[16];
    struct buf hex = BUF_INIT(64);
    random_bytes(random, sizeof random);
    buf_hex(&hex, random, sizeof random);
    return buf_move(&hex, x->arena);
}

static enum err begin(struct exchange *x, struct receiving *r, struct fault *f)
{
    *r = (struct receiving){0};
    struct moment at;
    enum err e = site_workflow(x, STR("dossiers"), &r->w, f);
    if (e == OK)
        e = site_may_do(x, VERB_CREATE, r->w->reg, f);
    if (e == OK)
        e = moment_read(x->arena, ((struct worker *)x->worker)->store, &at, f);
    if (e == OK)
        e = procedure_read(x->arena, ((struct worker *)x->worker)->store, input_named(x, "procedure")->text,
                           today_of(x), &r->p, f);
    if (e == OK)
        e = site_office(x, &r->office, f);
    if (e != OK)
        return e;
    r->m = (struct form){.x = x, .reading = x->lang, .reg = r->w->reg, .today = at.day, .day = at.day};
    r->m.entries = ARENA_ARRAY(x->arena, struct form_entry, r->m.reg->n_fields);
    for (size_t i = 0; i < r->m.reg->n_fields; i++) {
        bool is_asked = false;
        for (size_t k = 0; k < ARRAY_LEN(asked); k++)
            is_asked |= str_is(r->m.reg->fields[i].name, asked[k]);
        if (str_is(r->m.reg->fields[i].name, "variant") && r->p->n_variants == 0)
            is_asked = false;
        r->m.entries[i] = (struct form_entry){.fd = &r->m.reg->fields[i], .number = (int)i, .is_shown = is_asked};
    }
    return OK;
}

static struct str term_words(struct exchange *x, const struct receiving *r)
{
    struct limit limit;
    struct fault f = {0};
    if (procedure_limit(r->p, CHANNEL_COUNTER, nothing, &limit, &f) != OK)
        return fault_sentence(x, &f);
    const struct field *fd = reg_field(r->w->reg, STR("limit_unit"));
    const struct code *c = fd && fd->codes ? map_get(&fd->codes->by_code, str_of(limit_unit_code(limit.unit))) : NULL;
    struct str unit = c ? text2_in(&c->title, x->lang) : nothing;
    return limit.unit == LIMIT_SAME_DAY || limit.unit == LIMIT_NONE
               ? unit
               : STR_JOIN(x->arena, part_int(x, limit.n), STR(" "), unit);
}

static void write_facts(struct exchange *x, const struct receiving *r, struct buf *out)
{
    struct procedure_sum sum = procedure_fee(r->p, today_of(x), NULL, 0, 1);
    const struct fact facts[] = {
        {.term = message(M_dossiers_procedure, x->lang), .text = text2_in(&r->p->name, x->lang)},
        {.term = message(M_dossiers_due, x->lang), .text = term_words(x, r)},
        {.term = message(M_counter_fee, x->lang),
         .text = sum.is_known ? STR_JOIN(x->arena, part_int(x, sum.vnd), STR(" đồng")) : nothing},
        {.term = message(M_counter_at, x->lang), .text = r->office.name},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts));
}

/* In the order in which they are asked, whatever that of the register is. */
static void sort_inputs(struct tpl_form_input *inputs, size_t n)
{
    size_t at = 0;
    for (size_t k = 0; k < ARRAY_LEN(asked); k++)
        for (size_t i = at; i < n; i++) {
            struct str id = inputs[i].id;
            if (!str_starts(id, STR("f-")) || !str_is(str_slice(id.p + 2, id.n - 2), asked[k]))
                continue;
            struct tpl_form_input one = inputs[i];
            for (size_t j = i; j > at; j--)
                inputs[j] = inputs[j - 1];
            inputs[at++] = one;
        }
}

static enum err answer(struct receiving *r, struct fault *f)
{
    struct exchange *x = r->m.x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), facts CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct tpl_counter_form_hidden hidden[] = {{STR("csrf"), x->subject->csrf},
                                               {STR("reading"), r->m.reading == LANG_EN ? STR("en") : STR("vi")},
                                               {STR("sent_as"), r->sent_as}};
    const struct transition *file = transition_find(r->w, STR("file_counter"));
    struct tpl_counter_form_papers *papers =
        ARENA_ARRAY(x->arena, struct tpl_counter_form_papers, r->p->n_components + 1);
    for (size_t i = 0; i < r->p->n_components; i++)
        papers[i] = (struct tpl_counter_form_papers){r->p->components[i].name,
                                                     text2_in(&r->p->components[i].condition, x->lang)};
    struct tpl_counter_form t = {.action = part_href(x, "/desk/counter/", r->p->code),
                                 .problems = form_problems(&r->m),
                                 .papers = papers,
                                 .n_papers = r->p->n_components,
                                 .is_complete = r->is_complete,
                                 .is_incomplete_wrong = r->is_incomplete_wrong,
                                 .is_by_post = str_is(r->channel, "post"),
                                 .can_file = file && file->is_creation,
                                 .hidden = hidden,
                                 .n_hidden = ARRAY_LEN(hidden)};
    struct tpl_form_input *inputs;
    enum err e = form_find(&r->m, false, f);
    if (e == OK)
        e = form_inputs(&r->m, &inputs, &t.n_inputs, f);
    if (e != OK)
        return e;
    sort_inputs(inputs, t.n_inputs);
    write_facts(x, r, &facts);
    t.facts = buf_view(&facts);
    t.inputs = inputs;
    tpl_counter_form(&content, &t, x->lang);
    if (r->m.n_problems)
        x->status = 422;
    return admin_page(x, text2_in(&r->p->short_name, x->lang), &content, f);
}

enum err page_counter_form(struct exchange *x, struct fault *f)
{
    struct receiving r;
    enum err e = begin(x, &r, f);
    r.sent_as = sent_as_new(x);
    return e == OK ? answer(&r, f) : e;
}

/* All that is wrong with what was typed, at once. */
static void judge(struct receiving *r)
{
    struct exchange *x = r->m.x;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, r->m.reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, r->m.reg->n_fields);
    form_cells(&r->m, cells, is_given);
    for (size_t i = 0; i < r->m.reg->n_fields; i++) {
        struct form_entry *en = &r->m.entries[i];
        struct value v;
        struct fault f = {0};
        if (!en->is_shown)
            continue;
        if (en->fd->is_required && !str_trim(cells[i]).n)
            form_problem(&r->m, en, message(M_form_missing, x->lang));
        else if (value_parse(x->arena, en->fd, cells[i], r->m.today, &v, &f) != OK)
            form_problem(&r->m, en, fault_sentence(x, &f));
    }
}

static enum err receive(struct receiving *r, struct acted *ret_done, struct faults *list)
{
    struct exchange *x = r->m.x;
    struct worker *w = x->worker;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, r->m.reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, r->m.reg->n_fields);
    struct act_input *content = ARENA_ARRAY(x->arena, struct act_input, r->m.reg->n_fields + 1);
    struct change *c;
    struct fault f = {0};
    int64_t rev;
    struct dossier_filing d = {.workflow = r->w,
                               .transition = r->is_missing ? STR("file_counter") : STR("receive"),
                               .procedure = r->p->code,
                               .reception_office = r->office.code,
                               .channel = r->channel,
                               .content = content,
                               .actor = site_act_by(x),
                               .papers = site_papers(x)};
    form_cells(&r->m, cells, is_given);
    for (size_t i = 0; i < r->m.reg->n_fields; i++)
        if (r->m.entries[i].is_shown && str_trim(cells[i]).n)
            content[d.n_content++] = (struct act_input){r->m.reg->fields[i].name, cells[i]};
    content[d.n_content++] = (struct act_input){STR("sent_as"), r->sent_as};
    struct change_info info = {.actor = site_actor(x), .reason = d.transition, .is_act = true};
    site_acts(x, true);
    enum err e = change_begin(w->store, &info, &c, &f);
    if (e == OK) {
        e = dossier_file(x->arena, w->acting, c, &d, ret_done, &f);
        if (e != OK)
            change_abort(c);
        else
            e = change_commit(c, &rev, list, NULL);
    }
    if (e != OK && f.code != OK)
        faults_add(list, &f);
    site_acts(x, false);
    return e;
}

/* The slip; of one whose papers are not complete, the request for them. */
static void lead_on(struct exchange *x, const struct reg *reg, const struct record *d)
{
    struct str href = str_is(record_text(reg, d, "status"), "1")
                          ? STR_JOIN(x->arena, show_record_href(x, reg, d->id), STR("/do/ask_supplement_first"))
                          : STR_JOIN(x->arena, part_href(x, "/desk/dossiers/", d->id), STR("/received"));
    exchange_redirect(x, 303, href);
}

/* The button was pressed twice: this form was sent, for that applicant. A form that one came back to and filled in for somebody else is another. */
static enum err find_sent(struct receiving *r, bool *ret_is_sent, struct fault *f)
{
    struct exchange *x = r->m.x;
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(4096);
    struct record d;
    bool has_row = false;
    const struct form_entry *who = form_entry_named(&r->m, STR("applicant"));
    const struct field *fd = reg_field(r->w->reg, STR("sent_as"));
    *ret_is_sent = false;
    if (!fd || !who)
        return OK;
    enum err e = ask_equals(x, fd, r->sent_as, &filter, f);
    if (e == OK)
        e = query_open(((struct worker *)x->worker)->store, r->w->reg,
                       &(struct query_options){.filter = buf_view(&filter)}, &q, f);
    while (e == OK && (e = query_next(q, &d, &has_row, f)) == OK && has_row && !*ret_is_sent) {
        *ret_is_sent = str_eq(record_text(r->w->reg, &d, "applicant"), str_trim(who->text)) &&
                       !record_text(r->w->reg, &d, "parent").n;
        if (*ret_is_sent)
            lead_on(x, r->w->reg, &d);
    }
    return e;
}

static enum err take_request(struct exchange *x, struct receiving *r, struct fault *f)
{
    enum err e = begin(x, r, f);
    if (e == OK)
        e = form_take_request(&r->m, f);
    if (e != OK)
        return e;
    struct str sent_as = input_named(x, "sent_as")->text;
    r->sent_as = sent_as.n ? sent_as : sent_as_new(x);
    r->channel = input_named(x, "channel")->text.n ? input_named(x, "channel")->text : STR("counter");
    r->is_missing = input_named(x, "missing")->integer != 0;
    r->is_complete = r->m.is_other;
    r->is_incomplete_wrong = !r->is_complete && !r->is_missing;
    return OK;
}

enum err post_counter(struct exchange *x, struct fault *f)
{
    struct receiving r;
    struct acted done;
    struct faults list CLEANUP(faults_done) = {.max = 20};
    bool is_sent = false;
    enum err e = take_request(x, &r, f);
    if (e == OK)
        e = find_sent(&r, &is_sent, f);
    if (e != OK || is_sent)
        return e;
    if (r.is_incomplete_wrong)
        form_problem(&r.m, NULL, message(M_counter_incomplete, x->lang));
    judge(&r);
    if (r.m.n_problems)
        return answer(&r, f);
    e = receive(&r, &done, &list);
    if (e == OK) {
        lead_on(x, r.w->reg, &done.record);
        return OK;
    }
    form_note_refusal(x, &list);
    if (list.n && err_http(list.p[0].code) >= 500) {
        *f = list.p[0];
        return list.p[0].code;
    }
    for (size_t i = 0; i < list.n; i++) {
        struct str name = fault_field_name(&list.p[i]);
        struct form_entry *en = name.n ? form_entry_named(&r.m, name) : NULL;
        bool is_missing = list.p[i].code == ERR_VALUE_REQUIRED;
        form_problem(&r.m, en && en->is_shown ? en : NULL,
                     is_missing ? message(M_form_missing, x->lang) : fault_sentence(x, &list.p[i]));
    }
    return answer(&r, f);
}

/* ---- received */

enum err page_received(struct exchange *x, struct fault *f)
{
    const struct workflow *w;
    struct record r;
    struct dossier_state state = {0};
    struct application form;
    bool has_answers = false;
    struct buf content CLEANUP(buf_done) = BUF_INIT(1 << 16);
    x->purpose = message(M_counter_title, LANG_VI);
    enum err e = dossier_read(x, &w, &r, f);
    if (e == OK)
        e = dossier_state_of(x, w, &r, &state, f);
    if (e == OK)
        e = dossier_form(x, w, &r, &form, &has_answers, f);
    if (e != OK)
        return e;
    struct str href = part_href(x, "/desk/dossiers/", r.id);
    tpl_counter_done(
        &content,
        &(struct tpl_counter_done){.code = r.id,
                                   .due = state.due,
                                   .href = href,
                                   .form_href = form.form ? STR_JOIN(x->arena, href, STR("/form")) : nothing,
                                   .print_href = STR_JOIN(x->arena, href, STR("/papers/1?as=pdf"))},
        x->lang);
    return admin_page(x, message_with(x->arena, M_counter_done, x->lang, r.id), &content, f);
}
