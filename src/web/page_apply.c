/* /apply/{procedure}: what is needed, the list of parts, one page after another, and all of it once more before it is sent. */
#include "base/limits.h"
#include "web/apply.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"
#include "web/units.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};
enum { COMMUNE_LEVEL = 3 };

static enum err answer(struct application *ap, struct str title, struct str content, struct fault *f)
{
    static const char *const scripts[] = {"form", NULL};
    struct exchange *x = ap->x;
    struct crumb crumbs[3] = {{message(M_apply_title, x->lang), nothing},
                              {text2_in(&ap->procedure->short_name, x->lang), application_href(ap, nothing)},
                              {title, nothing}};
    bool is_start = str_eq(title, text2_in(&ap->procedure->name, x->lang));
    return page(x,
                &(struct page){.title = title,
                               .content = content,
                               .crumbs = crumbs + (is_start ? 0 : 1),
                               .n_crumbs = is_start ? 1 : 2,
                               .is_form = true,
                               .scripts = scripts},
                f);
}

static struct str sign_in_href(struct application *ap)
{
    return part_href(ap->x, "/sign-in?next=", application_href(ap, nothing));
}

/* ---- the start */

static struct str limit_text(struct application *ap)
{
    struct exchange *x = ap->x;
    const struct code_list *units = NULL;
    struct limit limit = {0};
    struct fault ignored = {0};
    if (procedure_limit(ap->procedure, CHANNEL_ONLINE, nothing, &limit, &ignored) != OK)
        return nothing;
    const struct field *fd = reg_field(ap->dossiers, STR("limit_unit"));
    units = fd ? fd->codes : NULL;
    struct str code = str_of(limit_unit_code(limit.unit));
    const struct code *c = units ? map_get(&units->by_code, code) : NULL;
    struct str unit = c ? text2_in(&c->title, x->lang) : code;
    if (limit.unit == LIMIT_SAME_DAY || limit.unit == LIMIT_NONE)
        return unit;
    return str_of(arena_printf(x->arena, "%d %.*s", limit.n, STR_ARG(unit)));
}

static struct str fee_text(struct application *ap)
{
    static const struct str conditions[] = {{"online", 6}};
    struct procedure_sum sum = procedure_fee(ap->procedure, ap->today, conditions, 1, 1);
    if (!sum.is_known || sum.vnd == 0) /* what is not known is not free */
        return message(sum.is_known ? M_service_fee_free : M_apply_fact_fee_unknown, ap->x->lang);
    return STR_JOIN(ap->x->arena, part_int(ap->x, sum.vnd), STR(" đồng"));
}

static const struct tpl_apply_start_papers *papers_of(struct application *ap, size_t *ret_n)
{
    struct exchange *x = ap->x;
    const struct procedure *p = ap->procedure;
    struct tpl_apply_start_papers *all = ARENA_ARRAY(x->arena, struct tpl_apply_start_papers, p->n_components + 1);
    size_t n = 0;
    for (size_t i = 0; i < p->n_components; i++) {
        const struct procedure_component *c = &p->components[i];
        struct str note = str_is(c->need, "present")                   ? message(M_apply_paper_shown, x->lang)
                          : ap->form && str_is(c->kind, "application") ? message(M_apply_paper_by_form, x->lang)
                                                                       : text2_in(&c->condition, x->lang);
        all[n++] = (struct tpl_apply_start_papers){c->name, note.n ? STR_JOIN(x->arena, STR("– "), note) : nothing};
    }
    if (n == 0)
        all[n++] = (struct tpl_apply_start_papers){message(M_apply_nothing_needed, x->lang), nothing};
    *ret_n = n;
    return all;
}

static const struct tpl_apply_start_tasks *tasks_of(struct application *ap, bool *ret_is_ready)
{
    struct tpl_apply_start_tasks *all = ARENA_ARRAY(ap->x->arena, struct tpl_apply_start_tasks, ap->n_pages + 1);
    *ret_is_ready = true;
    for (size_t i = 0; i < ap->n_pages; i++) {
        all[i] = (struct tpl_apply_start_tasks){ap->pages[i].title, application_href(ap, ap->pages[i].id),
                                                ap->pages[i].is_done};
        *ret_is_ready &= ap->pages[i].is_done;
    }
    return all;
}

/* What comes next: the first part that is open, else the check. */
static struct str next_href(struct application *ap)
{
    for (size_t i = 0; i < ap->n_pages; i++)
        if (!ap->pages[i].is_done)
            return application_href(ap, ap->pages[i].id);
    return application_href(ap, STR("check"));
}

enum err page_apply(struct exchange *x, struct fault *f)
{
    struct application ap;
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = application_read(x, &ap, f);
    if (e == OK)
        e = application_pages(&ap, f);
    if (e != OK)
        return e;
    const struct procedure *p = ap.procedure;
    struct str decides = p->authority.n ? p->authority : text2_in(&p->competent_level_title, x->lang);
    const struct fact list[] = {
        {message(M_apply_fact_limit, x->lang), limit_text(&ap), nothing, nothing},
        {message(M_apply_fact_fee, x->lang), fee_text(&ap), nothing, nothing},
        {message(M_apply_fact_decides, x->lang), decides, nothing, nothing},
        {message(M_apply_fact_reply, x->lang), message(M_apply_fact_reply_in, x->lang), nothing, nothing},
    };
    part_facts(x, &facts, list, ARRAY_LEN(list));
    struct tpl_apply_start t = {.facts = buf_view(&facts),
                                .is_signed_in = x->subject->kind == SUBJECT_ACCOUNT,
                                .sign_in_href = sign_in_href(&ap),
                                .is_there = ap.is_there,
                                .has_changed = ap.is_there && ap.has_changed,
                                .action = application_href(&ap, nothing),
                                .csrf = x->subject->csrf,
                                .check_href = next_href(&ap),
                                .n_tasks = ap.n_pages};
    t.papers = papers_of(&ap, &t.n_papers);
    t.tasks = tasks_of(&ap, &t.is_ready);
    tpl_apply_start(&content, &t, x->lang);
    return answer(&ap, text2_in(&p->name, x->lang), buf_view(&content), f);
}

enum err post_apply(struct exchange *x, struct fault *f)
{
    struct application ap;
    enum err e = application_read(x, &ap, f);
    if (e == OK && !ap.is_there)
        e = application_begin(&ap, f);
    if (e == OK)
        e = application_pages(&ap, f);
    if (e == OK)
        exchange_redirect(x, 303, next_href(&ap));
    return e;
}

/* ---- one page */

struct asking {
    struct application ap;
    struct apply_page *page;
    struct form m;
    struct str unit, unit_problem; /* of the page where */
};

/* Without a draft there is nothing to fill in: the start says how to begin one. */
static enum err begin(struct exchange *x, struct asking *a, bool *ret_is_led_away, struct fault *f)
{
    enum err e = application_read(x, &a->ap, f);
    *ret_is_led_away = e == OK && !a->ap.is_there;
    if (*ret_is_led_away) {
        exchange_redirect(x, 303, application_href(&a->ap, nothing));
        return OK;
    }
    if (e == OK)
        e = application_pages(&a->ap, f);
    if (e != OK)
        return e;
    a->page = application_page(&a->ap, input_named(x, "page")->text);
    if (!a->page || str_is(a->page->id, "files"))
        return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    return OK;
}

static struct record *record_of(struct asking *a)
{
    return a->page->reg == a->ap.form ? &a->ap.answers : &a->ap.about;
}

static void form_of(struct asking *a)
{
    struct exchange *x = a->ap.x;
    struct form *m = &a->m;
    *m = (struct form){
        .x = x, .reg = a->page->reg, .reading = x->lang, .today = a->ap.today_text, .day = a->ap.today_text};
    m->entries = ARENA_ARRAY(x->arena, struct form_entry, m->reg->n_fields);
    for (size_t i = 0; i < m->reg->n_fields; i++)
        m->entries[i] = (struct form_entry){.fd = &m->reg->fields[i], .number = (int)i};
    for (size_t i = 0; i < a->page->n; i++) {
        struct form_entry *en = &m->entries[a->page->fields[i]];
        en->is_shown = true;
        en->text = form_text_of(m, en->fd, &record_of(a)->values[en->number]);
        if (en->fd->type == FT_INTERVAL)
            form_split_interval(m, en);
    }
}

static enum err offer(struct asking *a, struct tpl_apply_page *t, struct fault *f)
{
    struct offer *all = NULL;
    size_t n = 0;
    enum err e = application_offers(&a->ap, &all, &n, f);
    struct tpl_apply_page_offers *shown = ARENA_ARRAY(a->ap.x->arena, struct tpl_apply_page_offers, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct form_entry *en = form_entry_named(&a->m, all[i].fd->name);
        shown[i] =
            (struct tpl_apply_page_offers){text2_in(&all[i].fd->title, a->ap.x->lang), all[i].text, all[i].source};
        if (en && en->text.n == 0 && !a->page->is_done)
            en->text = all[i].text;
    }
    t->offers = shown;
    t->n_offers = n;
    return e;
}

static enum err unit_input(struct asking *a, struct tpl_form_input *ret, struct fault *f)
{
    struct exchange *x = a->ap.x;
    struct units u;
    enum err e = units_read(x, &u, f);
    if (e != OK)
        return e;
    struct tpl_form_input_groups_options *options =
        ARENA_ARRAY(x->arena, struct tpl_form_input_groups_options, u.n + 1);
    struct tpl_form_input_groups *group = ARENA_NEW(x->arena, struct tpl_form_input_groups);
    size_t n = 0;
    for (size_t i = 0; i < u.n; i++) {
        const struct unit *parent = units_on(&u, u.p[i].parent, a->ap.today_text);
        if (u.p[i].level == COMMUNE_LEVEL && unit_holds(&u.p[i], a->ap.today_text))
            options[n++] = (struct tpl_form_input_groups_options){
                nothing, u.p[i].code, u.p[i].name, parent ? parent->name : nothing, str_eq(u.p[i].code, a->unit)};
    }
    *group = (struct tpl_form_input_groups){options, n};
    *ret = (struct tpl_form_input){.id = STR("f-unit"),
                                   .title = message(M_apply_where_unit, x->lang),
                                   .name = STR("f.unit"),
                                   .kind = STR("select"),
                                   .is_required = true,
                                   .hint = message(M_apply_where_hint, x->lang),
                                   .problem = a->unit_problem,
                                   .described = STR("f-unit-hint"),
                                   .groups = group,
                                   .n_groups = 1};
    return OK;
}

static enum err inputs_of(struct asking *a, struct tpl_apply_page *t, struct fault *f)
{
    struct exchange *x = a->ap.x;
    struct tpl_form_input *all = NULL;
    enum err e;
    if (!a->page->reg) {
        all = ARENA_NEW(x->arena, struct tpl_form_input);
        t->n_inputs = 1;
        e = unit_input(a, all, f);
    } else {
        e = form_find(&a->m, false, f);
        if (e == OK)
            e = form_inputs(&a->m, &all, &t->n_inputs, f);
    }
    for (size_t i = 0; e == OK && i < t->n_inputs; i++) {
        all[i].choices_href = nothing;
        const struct field *fd =
            a->page->reg ? reg_field(a->page->reg, str_slice(all[i].id.p + 2, all[i].id.n - 2)) : NULL;
        all[i].is_required |= fd && fd->is_required_when;
    }
    t->inputs = all;
    return e;
}

static enum err show(struct asking *a, struct fault *f)
{
    struct exchange *x = a->ap.x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_apply_page t = {.action = application_href(&a->ap, a->page->id),
                               .csrf = x->subject->csrf,
                               .reading = a->m.reading == LANG_EN ? STR("en") : STR("vi"),
                               .back_href = application_href(&a->ap, nothing)};
    enum err e = str_is(a->page->id, "who") ? offer(a, &t, f) : OK;
    if (e == OK)
        e = inputs_of(a, &t, f);
    if (e != OK)
        return e;
    if (a->page->reg)
        t.problems = form_problems(&a->m);
    else if (a->unit_problem.n) {
        struct tpl_form_problems_problems *one = ARENA_NEW(x->arena, struct tpl_form_problems_problems);
        *one =
            (struct tpl_form_problems_problems){STR("f-unit"), message(M_apply_where_unit, x->lang), a->unit_problem};
        t.problems = (struct tpl_form_problems){one, 1};
    }
    bool is_wrong = a->m.n_problems || a->unit_problem.n;
    tpl_apply_page(&content, &t, x->lang);
    if (is_wrong)
        x->status = 422;
    return answer(&a->ap,
                  is_wrong ? message_with(x->arena, M_form_problem_title, x->lang, a->page->title) : a->page->title,
                  buf_view(&content), f);
}

enum err page_apply_page(struct exchange *x, struct fault *f)
{
    struct asking a = {.unit = nothing};
    bool is_led_away = false;
    enum err e = begin(x, &a, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    if (a.page->reg)
        form_of(&a);
    a.unit = record_text(a.ap.dossiers, &a.ap.about, "unit");
    a.m.reading = x->lang;
    return show(&a, f);
}

/* What cannot be read, or is missing, is told beside its box; the rest is taken. */
static void judge(struct asking *a)
{
    struct exchange *x = a->ap.x;
    struct form *m = &a->m;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, m->reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, m->reg->n_fields);
    form_cells(m, cells, is_given);
    for (size_t i = 0; i < a->page->n; i++) {
        struct form_entry *en = &m->entries[a->page->fields[i]];
        struct fault why = {0};
        struct value v = {.kind = VALUE_NULL};
        if (value_parse(x->arena, en->fd, cells[en->number], a->ap.today_text, &v, &why) != OK)
            form_problem(m, en, fault_sentence(x, &why));
        else if (v.kind == VALUE_NULL && (en->fd->is_required || en->fd->is_required_when))
            form_problem(m, en, message(M_form_missing, x->lang));
        else
            record_of(a)->values[en->number] = v;
    }
}

static enum err take_form(struct asking *a, struct fault *f)
{
    struct exchange *x = a->ap.x;
    form_of(a);
    a->m.reading = str_is(input_named(x, "reading")->text, "en") ? LANG_EN : LANG_VI;
    enum err e = form_take_typed(&a->m, f);
    struct str find = input_named(x, "find")->text;
    struct form_entry *en = find.n ? form_entry_named(&a->m, find) : NULL;
    if (en)
        en->is_finding = true;
    if (e == OK)
        e = form_find(&a->m, !find.n, f);
    if (e == OK && !find.n)
        judge(a);
    return e;
}

/* The commune, and the office that is competent there now. */
static enum err take_unit(struct asking *a, struct fault *f)
{
    struct exchange *x = a->ap.x;
    struct worker *w = x->worker;
    struct office office;
    struct fault why = {0};
    int unit = reg_field_number(a->ap.dossiers, STR("unit"));
    for (size_t i = 0; i < x->n_form; i++)
        if (str_is(x->form[i].name, "f.unit"))
            a->unit = x->form[i].value;
        else
            return FAULT(f, ERR_INPUT_UNKNOWN, {"name", x->form[i].name}, {"nearest", STR("f.unit")},
                         {"valid", STR("f.unit")});
    store_view(w->store, NULL);
    enum err e =
        a->unit.n ? procedure_office(x->arena, w->store, a->ap.procedure, a->unit, a->ap.today, &office, &why) : OK;
    store_view(w->store, &w->viewer);
    if (!a->unit.n)
        a->unit_problem = message(M_form_missing, x->lang);
    else if (e != OK && err_http(e) < 500)
        a->unit_problem = fault_sentence(x, &why);
    else if (e != OK)
        return *f = why, e;
    else
        a->ap.about.values[unit] = (struct value){.kind = VALUE_TEXT, .text = a->unit};
    return OK;
}

enum err post_apply_page(struct exchange *x, struct fault *f)
{
    struct asking a = {.unit = nothing};
    bool is_led_away = false;
    enum err e = begin(x, &a, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    e = a.page->reg ? take_form(&a, f) : take_unit(&a, f);
    if (e != OK)
        return e;
    bool is_finding = input_named(x, "find")->text.n > 0;
    if (is_finding || a.m.n_problems || a.unit_problem.n)
        return show(&a, f);
    application_done(&a.ap, a.page->id);
    if ((e = application_pages(&a.ap, f)) != OK || (e = application_keep(&a.ap, f)) != OK)
        return e;
    exchange_redirect(
        x, 303, str_is(input_named(x, "do")->text, "later") ? application_href(&a.ap, nothing) : next_href(&a.ap));
    return OK;
}

/* ---- all of it once more */

typedef VEC(struct tpl_form_problems_problems) problems_vec;

static void add_problem(struct exchange *x, problems_vec *all, struct str id, struct str title, struct str text)
{
    VEC_PUSH(x->arena, all, ((struct tpl_form_problems_problems){id, title, text}));
}

static void add_part(struct application *ap, const struct apply_page *p, struct tpl_apply_check_parts *part)
{
    struct exchange *x = ap->x;
    const struct record *r = p->reg == ap->form ? &ap->answers : &ap->about;
    size_t n = p->reg ? p->n : str_is(p->id, "files") ? ap->n_files : 1;
    struct tpl_apply_check_parts_rows *rows = ARENA_ARRAY(x->arena, struct tpl_apply_check_parts_rows, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (p->reg)
            rows[i] = (struct tpl_apply_check_parts_rows){text2_in(&p->reg->fields[p->fields[i]].title, x->lang),
                                                          application_shown(ap, p->reg, r, p->fields[i])};
        else if (str_is(p->id, "files"))
            rows[i] = (struct tpl_apply_check_parts_rows){
                ap->files[i].name,
                message_with(x->arena, M_apply_file_pages, x->lang, part_int(x, ap->files[i].pages))};
        else {
            struct names names = {0};
            struct shown v = {0};
            struct fault ignored = {0};
            const struct field *fd = reg_field(ap->dossiers, STR("unit"));
            struct str unit = record_text(ap->dossiers, &ap->about, "unit");
            if (unit.n)
                (void)show_reference(x, &names, fd, unit, ap->today_text, &v, &ignored);
            rows[i] = (struct tpl_apply_check_parts_rows){message(M_apply_where_unit, x->lang), v.text};
        }
    }
    *part = (struct tpl_apply_check_parts){p->title, application_href(ap, p->id), rows, n};
}

/* Everything that keeps it from being sent. */
static enum err obstacles(struct application *ap, problems_vec *all, struct fault *f)
{
    struct exchange *x = ap->x;
    struct str *broken = NULL;
    size_t n_broken = 0;
    const struct procedure_component **missing =
        ARENA_ARRAY(x->arena, const struct procedure_component *, ap->procedure->n_components + 1);
    for (size_t i = 0; i < ap->n_pages; i++)
        if (!ap->pages[i].is_done)
            add_problem(x, all, nothing, nothing,
                        STR_JOIN(x->arena, ap->pages[i].title, STR(": "), message(M_apply_part_open, x->lang)));
    size_t n = application_missing(ap, missing);
    for (size_t i = 0; i < n; i++)
        add_problem(x, all, nothing, nothing,
                    STR_JOIN(x->arena, missing[i]->name, STR(": "), message(M_apply_file_missing, x->lang)));
    enum err e = application_judge(ap, &broken, &n_broken, f);
    for (size_t i = 0; e == OK && i < n_broken; i++)
        add_problem(x, all, nothing, nothing, broken[i]);
    return e;
}

static enum err show_check(struct application *ap, problems_vec *problems, struct fault *f)
{
    struct exchange *x = ap->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_apply_check_parts *parts = ARENA_ARRAY(x->arena, struct tpl_apply_check_parts, ap->n_pages + 1);
    for (size_t i = 0; i < ap->n_pages; i++)
        add_part(ap, &ap->pages[i], &parts[i]);
    tpl_apply_check(&content,
                    &(struct tpl_apply_check){.problems = {problems->p, problems->n},
                                              .has_changed = ap->has_changed,
                                              .parts = parts,
                                              .n_parts = ap->n_pages,
                                              .action = application_href(ap, STR("send")),
                                              .csrf = x->subject->csrf,
                                              .draft = ap->id,
                                              .back_href = application_href(ap, nothing)},
                    x->lang);
    if (problems->n)
        x->status = 422;
    return answer(ap, message(M_apply_check, x->lang), buf_view(&content), f);
}

enum err page_apply_check(struct exchange *x, struct fault *f)
{
    struct application ap;
    problems_vec problems = {0};
    enum err e = application_read(x, &ap, f);
    if (e == OK && !ap.is_there) {
        exchange_redirect(x, 303, application_href(&ap, nothing));
        return OK;
    }
    if (e == OK)
        e = application_pages(&ap, f);
    return e == OK ? show_check(&ap, &problems, f) : e;
}

enum err apply_obstacles(struct application *ap, struct str more, bool *ret_is_answered, struct fault *f)
{
    struct exchange *x = ap->x;
    problems_vec problems = {0};
    enum err e = obstacles(ap, &problems, f);
    if (e == OK && more.n)
        add_problem(x, &problems, nothing, nothing, more);
    if (e == OK && !input_named(x, "truth")->integer)
        add_problem(x, &problems, STR("f-truth"), message(M_apply_truth_missing, x->lang),
                    message(M_form_missing, x->lang));
    *ret_is_answered = problems.n > 0;
    return e == OK && problems.n ? show_check(ap, &problems, f) : e;
}
