/* /desk/dossiers/{id}/attach: papers are scanned or added at the desk: checked, looked at, then kept with the dossier in one step. */
#include "base/limits.h"
#include "web/admin.h"
#include "web/apply.h"
#include "web/dossier_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct attaching {
    struct exchange *x;
    const struct workflow *w;
    struct record r;
    struct str key; /* of what waits (access/draft.h) */
    struct draft_file *files;
    size_t n_files;
};

static enum err begin(struct exchange *x, struct attaching *a, bool has_bytes, struct fault *f)
{
    *a = (struct attaching){.x = x};
    x->purpose = message_with(x->arena, M_desk_purpose, LANG_VI, input_named(x, "id")->text);
    enum err e = dossier_read(x, &a->w, &a->r, f);
    if (e == OK)
        e = site_may_do(x, VERB_UPDATE, a->w->reg, f);
    if (e != OK)
        return e;
    a->key = STR_JOIN(x->arena, STR("attach/"), a->r.id);
    return draft_files(access_of(x), x->arena, x->subject->account, a->key, has_bytes, &a->files, &a->n_files, f);
}

static struct str href_of(const struct attaching *a, const char *rest)
{
    return STR_JOIN(a->x->arena, part_href(a->x, "/desk/dossiers/", a->r.id), str_of(rest));
}

static enum err show(struct attaching *a, struct str problem, struct fault *f)
{
    struct exchange *x = a->x;
    struct procedure *p = NULL;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form_problems_problems one = {STR("f-file"), message(M_apply_file, x->lang), problem};
    struct date day;
    enum err e = date_parse(record_text(a->w->reg, &a->r, "filed_on"), &day, f);
    if (e == OK)
        e = procedure_read(x->arena, ((struct worker *)x->worker)->store, record_text(a->w->reg, &a->r, "procedure"),
                           day, &p, f);
    if (e != OK)
        return e;
    struct tpl_apply_files_files *files = ARENA_ARRAY(x->arena, struct tpl_apply_files_files, a->n_files + 1);
    struct tpl_apply_files_papers *papers = ARENA_ARRAY(x->arena, struct tpl_apply_files_papers, p->n_components + 1);
    for (size_t i = 0; i < a->n_files; i++)
        files[i] = (struct tpl_apply_files_files){
            .number = a->files[i].number,
            .name = a->files[i].name,
            .href = href_of(a, "/attach"),
            .about = STR_JOIN(x->arena, part_int(x, (a->files[i].size + 1023) / 1024), STR(" KB"))};
    for (size_t i = 0; i < p->n_components; i++)
        papers[i] = (struct tpl_apply_files_papers){.number = p->components[i].number, .name = p->components[i].name};
    tpl_apply_files(&content,
                    &(struct tpl_apply_files){.action = href_of(a, "/attach"),
                                              .csrf = x->subject->csrf,
                                              .problems = {&one, problem.n ? 1 : 0},
                                              .files = files,
                                              .n_files = a->n_files,
                                              .papers = papers,
                                              .n_papers = p->n_components,
                                              .back_href = href_of(a, "")},
                    x->lang);
    if (problem.n)
        x->status = 422;
    return admin_page(x, message(M_dossiers_attach, x->lang), &content, f);
}

enum err page_attach(struct exchange *x, struct fault *f)
{
    struct attaching a;
    enum err e = begin(x, &a, false, f);
    return e == OK ? show(&a, nothing, f) : e;
}

static enum err again(struct attaching *a, enum err e, struct fault *why, struct fault *f)
{
    if (err_http(e) >= 500) {
        *f = *why;
        return e;
    }
    return show(a, fault_sentence(a->x, why), f);
}

enum err post_attach(struct exchange *x, struct fault *f)
{
    struct attaching a;
    struct fault why = {0};
    enum err e = begin(x, &a, false, f);
    if (e != OK)
        return e;
    if (!exchange_file(x, "file"))
        return show(&a, message(M_apply_file_none, x->lang), f);
    e = draft_put(access_of(x), x->subject->account, a.key, a.r.id, STR("{}"), f);
    for (size_t i = 0; e == OK && i < x->n_files; i++) {
        struct draft_file file;
        e = apply_file_take(x, &x->files[i], input_named(x, "component")->integer, &file, &why);
        file.origin = STR("digitised");
        if (e == OK)
            e = draft_file_add(access_of(x), x->subject->account, a.key, &file, &why);
    }
    if (e != OK && why.code != OK)
        return again(&a, e, &why, f);
    if (e == OK)
        exchange_redirect(x, 303, href_of(&a, "/attach#files"));
    return e;
}

enum err post_attach_remove(struct exchange *x, struct fault *f)
{
    struct attaching a;
    enum err e = begin(x, &a, false, f);
    if (e == OK)
        e = draft_file_drop(access_of(x), x->subject->account, a.key, input_named(x, "number")->integer, f);
    if (e == OK)
        exchange_redirect(x, 303, href_of(&a, "/attach"));
    return e;
}

/* ---- kept with the dossier */

static enum err last_number(struct attaching *a, int64_t *ret, struct fault *f)
{
    const struct reg *reg = province_register(((struct worker *)a->x->worker)->store->province, STR("dossier_files"));
    struct record *list = NULL;
    size_t n = 0;
    enum err e = reg ? site_beside(a->x, reg, a->r.id, &list, &n, f) : OK;
    *ret = 0;
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t number = 0;
        record_integer(reg, &list[i], "number", &number);
        *ret = number > *ret ? number : *ret;
    }
    return e;
}

static enum err keep(struct attaching *a, struct change *c, struct fault *f)
{
    struct exchange *x = a->x;
    struct worker *w = x->worker;
    struct acted done;
    int64_t number = 0;
    struct act act = {.workflow = a->w,
                      .id = a->r.id,
                      .transition = STR("attach"),
                      .seen = -1,
                      .reason = str_of(arena_printf(x->arena, "%zu", a->n_files)),
                      .actor = site_act_by(x)};
    enum err e = last_number(a, &number, f);
    site_acts(x, true);
    if (e == OK)
        e = workflow_act(x->arena, w->acting, c, &act, &done, f);
    for (size_t i = 0; e == OK && i < a->n_files; i++)
        e = dossier_file_put(x, c, a->r.id, number + (int64_t)i + 1, "paper", &a->files[i], act.actor.name, f);
    return e;
}

enum err post_attach_done(struct exchange *x, struct fault *f)
{
    struct attaching a;
    struct worker *w = x->worker;
    struct change *c;
    struct fault why = {0};
    struct faults list CLEANUP(faults_done) = {.max = 1};
    int64_t rev;
    enum err e = begin(x, &a, true, f);
    if (e != OK)
        return e;
    if (a.n_files == 0)
        return show(&a, message(M_apply_file_none, x->lang), f);
    site_acts(x, true);
    e = change_begin(w->store, &(struct change_info){.actor = site_actor(x), .reason = STR("attach"), .is_act = true},
                     &c, &why);
    if (e == OK) {
        e = keep(&a, c, &why);
        if (e == OK)
            e = change_commit(c, &rev, &list, NULL);
        else
            change_abort(c);
    }
    site_acts(x, false);
    if (e != OK && list.n)
        why = list.p[0];
    if (e != OK)
        return again(&a, e, &why, f);
    e = draft_drop(access_of(x), x->subject->account, a.key, f);
    if (e == OK)
        exchange_redirect(x, 303, href_of(&a, "#files"));
    return e;
}
