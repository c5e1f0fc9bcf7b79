/* /desk/dossiers/{id}/form: the form that the procedure declares, written down at the desk for who came with paper. */
#include "base/limits.h"
#include "web/admin.h"
#include "web/apply.h"
#include "web/dossier_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

struct writing {
    struct exchange *x;
    const struct workflow *w;
    struct record r;
    struct application ap;
    struct form m;
    int64_t seen; /* steps of the dossier when the page was read */
};

enum err dossier_form(struct exchange *x, const struct workflow *w, const struct record *r, struct application *ret,
                      bool *ret_is_there, struct fault *f)
{
    struct procedure *p = NULL;
    struct record *list = NULL;
    size_t n = 0;
    *ret_is_there = false;
    *ret = (struct application){.x = x, .today_text = record_text(w->reg, r, "filed_on")};
    enum err e = date_parse(ret->today_text, &ret->today, f);
    if (e == OK)
        e = procedure_read(x->arena, ((struct worker *)x->worker)->store, record_text(w->reg, r, "procedure"),
                           ret->today, &p, f);
    if (e != OK)
        return e;
    ret->procedure = p;
    e = application_form(ret, f);
    if (e == OK && ret->form)
        e = site_beside(x, ret->form, r->id, &list, &n, f);
    if (e == OK && n > 0) {
        ret->answers = list[0];
        *ret_is_there = true;
    }
    return e;
}

static enum err begin(struct exchange *x, struct writing *w, struct fault *f)
{
    bool is_there;
    *w = (struct writing){.x = x};
    x->purpose = message_with(x->arena, M_desk_purpose, LANG_VI, input_named(x, "id")->text);
    enum err e = dossier_read(x, &w->w, &w->r, f);
    if (e == OK)
        e = site_may_do(x, VERB_UPDATE, w->w->reg, f);
    if (e == OK)
        e = dossier_form(x, w->w, &w->r, &w->ap, &is_there, f);
    if (e == OK && !w->ap.form)
        e = FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    if (e != OK)
        return e;
    record_integer(w->w->reg, &w->r, "events", &w->seen);
    w->m = (struct form){.x = x,
                         .reg = w->ap.form,
                         .reading = x->lang,
                         .today = w->ap.today_text,
                         .day = w->ap.today_text,
                         .entries = ARENA_ARRAY(x->arena, struct form_entry, w->ap.form->n_fields)};
    for (size_t i = 0; i < w->m.reg->n_fields; i++) {
        struct form_entry *en = &w->m.entries[i];
        *en = (struct form_entry){.fd = &w->m.reg->fields[i], .number = (int)i};
        en->is_shown = !application_gives(en->fd);
        en->text = form_text_of(&w->m, en->fd, &w->ap.answers.values[i]);
        if (en->fd->type == FT_INTERVAL)
            form_split_interval(&w->m, en);
    }
    return OK;
}

static struct str href_of(const struct writing *w, const char *rest)
{
    return STR_JOIN(w->x->arena, part_href(w->x, "/desk/dossiers/", w->r.id), str_of(rest));
}

static enum err show(struct writing *w, struct fault *f)
{
    struct exchange *x = w->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form_input *inputs = NULL;
    struct tpl_dossier_form t = {
        .problems = form_problems(&w->m),
        .action = href_of(w, "/form"),
        .csrf = x->subject->csrf,
        .seen = w->seen,
        .reading = w->m.reading == LANG_EN ? STR("en") : STR("vi"),
        .back_href = href_of(w, ""),
    };
    enum err e = form_find(&w->m, false, f);
    if (e == OK)
        e = form_inputs(&w->m, &inputs, &t.n_inputs, f);
    if (e != OK)
        return e;
    t.inputs = inputs;
    tpl_dossier_form(&content, &t, x->lang);
    if (w->m.n_problems)
        x->status = 422;
    return admin_page(x, text2_in(&w->m.reg->title, x->lang), &content, f);
}

enum err page_dossier_form(struct exchange *x, struct fault *f)
{
    struct writing w;
    enum err e = begin(x, &w, f);
    return e == OK ? show(&w, f) : e;
}

/* ---- what was typed */

static void take(struct writing *w)
{
    struct exchange *x = w->x;
    struct form *m = &w->m;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, m->reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, m->reg->n_fields);
    form_cells(m, cells, is_given);
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        struct form_entry *en = &m->entries[i];
        struct value *v = &w->ap.answers.values[i];
        struct fault why = {0};
        if (!en->is_shown)
            continue;
        *v = (struct value){.kind = VALUE_NULL};
        if (str_trim(cells[i]).n && value_parse(x->arena, en->fd, cells[i], w->ap.today_text, v, &why) != OK)
            form_problem(m, en, fault_sentence(x, &why));
    }
}

/* What its condition leaves out does not count; of the rest all that is required is there, and no rule is broken. */
static enum err judge(struct writing *w, struct fault *f)
{
    struct form *m = &w->m;
    struct str *broken = NULL;
    size_t n_broken = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < m->reg->n_fields; i++) {
        struct form_entry *en = &m->entries[i];
        bool is_asked = false;
        e = application_asks(&w->ap, i, &is_asked, f);
        if (is_asked && !str_trim(en->text).n && (en->fd->is_required || en->fd->is_required_when))
            form_problem(m, en, message(M_form_missing, w->x->lang));
    }
    if (e == OK && !m->n_problems)
        e = application_judge(&w->ap, &broken, &n_broken, f);
    for (size_t i = 0; i < n_broken; i++)
        form_problem(m, NULL, broken[i]);
    return e;
}

/* ---- the step, and the answers beside it */

static enum err put_all(struct writing *w, struct change *c, struct fault *f)
{
    struct exchange *x = w->x;
    struct acted done;
    const struct act act = {
        .workflow = w->w, .id = w->r.id, .transition = STR("enter_form"), .seen = w->seen, .actor = site_act_by(x)};
    enum err e = workflow_act(x->arena, ((struct worker *)x->worker)->acting, c, &act, &done, f);
    return e == OK ? application_answers_put(&w->ap, c, w->r.id, f) : e;
}

static enum err keep(struct writing *w, struct fault *ret_why)
{
    struct exchange *x = w->x;
    const struct change_info info = {.actor = site_actor(x), .reason = STR("enter_form"), .is_act = true};
    struct change *c;
    site_acts(x, true);
    enum err e = change_begin(((struct worker *)x->worker)->store, &info, &c, ret_why);
    if (e == OK)
        e = change_end(c, put_all(w, c, ret_why), NULL, ret_why);
    site_acts(x, false);
    return e;
}

enum err post_dossier_form(struct exchange *x, struct fault *f)
{
    struct writing w;
    struct fault why = {0};
    enum err e = begin(x, &w, f);
    w.seen = input_named(x, "seen")->integer;
    w.m.reading = str_is(input_named(x, "reading")->text, "en") ? LANG_EN : LANG_VI;
    if (e == OK)
        e = form_take_typed(&w.m, f);
    if (e != OK)
        return e;
    take(&w);
    if ((e = judge(&w, f)) != OK)
        return e;
    if (w.m.n_problems)
        return show(&w, f);
    e = keep(&w, &why);
    if (e == OK) {
        exchange_redirect(x, 303, href_of(&w, "#form"));
        return OK;
    }
    if (err_http(e) >= 500) {
        *f = why;
        return e;
    }
    form_problem(&w.m, NULL, fault_sentence(x, &why));
    return show(&w, f);
}
