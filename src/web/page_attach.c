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

/* ---- what waits, and what is kept already */

/* A draft goes when what it holds is known to be on disk, on a page behind the step: until then it is the only copy. */
static enum err kept_already(struct exchange *x, struct str dossier, const struct draft_file *file, bool *ret,
                             struct fault *f)
{
    const struct reg *reg = province_register(((struct worker *)x->worker)->store->province, STR("dossier_files"));
    struct record *list = NULL;
    size_t n = 0;
    *ret = false;
    enum err e = reg ? site_beside(x, reg, dossier, &list, &n, f) : OK;
    for (size_t i = 0; e == OK && i < n && !*ret; i++) {
        int64_t component = 0;
        record_integer(reg, &list[i], "component", &component);
        *ret = str_eq(record_text(reg, &list[i], "sha256"), file->sha256) &&
               str_eq(record_text(reg, &list[i], "name"), file->name) && component == file->component &&
               !record_text(reg, &list[i], "removed_on").n;
    }
    return e;
}

enum err attach_forget(struct exchange *x, struct str dossier, struct fault *f)
{
    struct draft_file *files = NULL;
    size_t n = 0;
    struct str key = STR_JOIN(x->arena, STR("attach/"), dossier);
    enum err e = draft_files(access_of(x), x->arena, x->subject->account, key, false, &files, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        bool is_kept = false;
        e = kept_already(x, dossier, &files[i], &is_kept, f);
        if (e == OK && is_kept)
            e = draft_file_drop(access_of(x), x->subject->account, key, files[i].number, f);
    }
    return e;
}

/* Pressed twice, it is kept once. */
static enum err leave_out_kept(struct attaching *a, struct fault *f)
{
    size_t n = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < a->n_files; i++) {
        bool is_kept = false;
        e = kept_already(a->x, a->r.id, &a->files[i], &is_kept, f);
        if (!is_kept)
            a->files[n++] = a->files[i];
    }
    a->n_files = n;
    return e;
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
            .href = href_of(a, arena_printf(x->arena, "/attach?number=%lld", (long long)a->files[i].number)),
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

static enum err give_waiting(struct attaching *a, int64_t number, struct fault *f)
{
    struct exchange *x = a->x;
    for (size_t i = 0; i < a->n_files; i++) {
        if (a->files[i].number != number)
            continue;
        buf_str(&x->body, a->files[i].bytes);
        x->media = a->files[i].media;
        x->filename = a->files[i].name;
        return OK;
    }
    return FAULT(f, ERR_FILE_GONE);
}

enum err page_attach(struct exchange *x, struct fault *f)
{
    struct attaching a;
    int64_t number = input_named(x, "number")->integer;
    enum err e = attach_forget(x, input_named(x, "id")->text, f);
    if (e == OK)
        e = begin(x, &a, number > 0, f);
    if (e != OK)
        return e;
    return number > 0 ? give_waiting(&a, number, f) : show(&a, nothing, f);
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
    bool has_waiting = a.n_files > 0;
    if ((e = leave_out_kept(&a, f)) != OK)
        return e;
    if (has_waiting && a.n_files == 0) {
        exchange_redirect(x, 303, href_of(&a, "#files"));
        return OK;
    }
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
    exchange_redirect(x, 303, href_of(&a, "#files"));
    return OK;
}
