/* /apply/{procedure}/files: papers are added, several at a time, looked at, removed; results of the store serve instead. */
#include "base/limits.h"
#include "register/file.h"
#include "web/apply.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static enum err begin(struct exchange *x, struct application *ap, bool *ret_is_led_away, struct fault *f)
{
    enum err e = application_read(x, ap, f);
    *ret_is_led_away = e == OK && !ap->is_there;
    if (*ret_is_led_away) {
        exchange_redirect(x, 303, application_href(ap, nothing));
        return OK;
    }
    return e == OK ? application_pages(ap, f) : e;
}

static struct str component_name(const struct application *ap, int64_t number)
{
    for (size_t i = 0; i < ap->procedure->n_components; i++)
        if (ap->procedure->components[i].number == number)
            return ap->procedure->components[i].name;
    return nothing;
}

static struct str size_text(struct exchange *x, int64_t bytes)
{
    enum { KIB = 1024, TENTHS = 10 };
    if (bytes < KIB * KIB)
        return str_of(arena_printf(x->arena, "%lld KB", (long long)((bytes + KIB - 1) / KIB)));
    long long tenths = (long long)(bytes * TENTHS / (KIB * KIB));
    return str_of(
        arena_printf(x->arena, "%lld%c%lld MB", tenths / TENTHS, x->lang == LANG_EN ? '.' : ',', tenths % TENTHS));
}

static void show_files(struct application *ap, struct tpl_apply_files *t)
{
    struct exchange *x = ap->x;
    struct tpl_apply_files_files *files = ARENA_ARRAY(x->arena, struct tpl_apply_files_files, ap->n_files + 1);
    for (size_t i = 0; i < ap->n_files; i++) {
        const struct draft_file *d = &ap->files[i];
        struct str pages =
            d->pages ? message_with(x->arena, M_apply_file_pages, x->lang, part_int(x, d->pages)) : nothing;
        struct str size = size_text(x, d->size);
        files[i] = (struct tpl_apply_files_files){
            d->number, d->name, str_of(arena_printf(x->arena, "%.*s/%lld", STR_ARG(t->action), (long long)d->number)),
            pages.n ? STR_JOIN(x->arena, size, STR(", "), pages) : size, component_name(ap, d->component)};
    }
    t->files = files;
    t->n_files = ap->n_files;
}

static void show_papers(struct application *ap, struct tpl_apply_files *t)
{
    const struct procedure *p = ap->procedure;
    struct tpl_apply_files_papers *papers =
        ARENA_ARRAY(ap->x->arena, struct tpl_apply_files_papers, p->n_components + 1);
    for (size_t i = 0; i < p->n_components; i++)
        if (!(ap->form && str_is(p->components[i].kind, "application")))
            papers[t->n_papers++] = (struct tpl_apply_files_papers){p->components[i].number, p->components[i].name,
                                                                    application_needs(ap, &p->components[i])};
    t->papers = papers;
}

static enum err show_results(struct application *ap, struct tpl_apply_files *t, struct fault *f)
{
    struct exchange *x = ap->x;
    struct kept_result *all = NULL;
    size_t n = 0;
    enum err e = application_results(ap, &all, &n, f);
    struct tpl_apply_files_results *shown = ARENA_ARRAY(x->arena, struct tpl_apply_files_results, n + 1);
    for (size_t i = 0; e == OK && i < n; i++)
        shown[i] =
            (struct tpl_apply_files_results){all[i].code, STR_JOIN(x->arena, all[i].kind, STR(" – "), all[i].number,
                                                                   STR(", "), part_date(x, all[i].signed_on))};
    t->results = shown;
    t->n_results = n;
    return e;
}

static enum err show(struct application *ap, struct str problem, struct fault *f)
{
    static const char *const scripts[] = {"form", NULL};
    struct exchange *x = ap->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form_problems_problems one = {STR("f-file"), message(M_apply_file, x->lang), problem};
    struct tpl_apply_files t = {.action = application_href(ap, STR("files")),
                                .csrf = x->subject->csrf,
                                .problems = {&one, problem.n ? 1 : 0},
                                .back_href = application_href(ap, nothing)};
    show_files(ap, &t);
    show_papers(ap, &t);
    enum err e = show_results(ap, &t, f);
    if (e != OK)
        return e;
    tpl_apply_files(&content, &t, x->lang);
    if (problem.n)
        x->status = 422;
    struct str title = message(M_apply_files, x->lang);
    struct crumb crumbs[] = {{text2_in(&ap->procedure->short_name, x->lang), application_href(ap, nothing)},
                             {title, nothing}};
    return page(
        x,
        &(struct page){.title = problem.n ? message_with(x->arena, M_form_problem_title, x->lang, title) : title,
                       .content = buf_view(&content),
                       .crumbs = crumbs,
                       .n_crumbs = ARRAY_LEN(crumbs),
                       .is_form = true,
                       .scripts = scripts},
        f);
}

enum err page_apply_files(struct exchange *x, struct fault *f)
{
    struct application ap;
    bool is_led_away = false;
    enum err e = begin(x, &ap, &is_led_away, f);
    return e != OK || is_led_away ? e : show(&ap, nothing, f);
}

/* What is refused is told; what came before it stays. */
static enum err tell(struct application *ap, enum err e, struct fault *why, struct fault *f)
{
    struct exchange *x = ap->x;
    struct fault ignored = {0};
    if (err_http(e) >= 500) {
        *f = *why;
        return e;
    }
    (void)draft_files(access_of(x), x->arena, x->subject->account, ap->key, false, &ap->files, &ap->n_files, &ignored);
    return show(ap, fault_sentence(x, why), f);
}

enum err post_apply_files(struct exchange *x, struct fault *f)
{
    struct application ap;
    struct fault why = {0};
    bool is_led_away = false;
    int64_t component = input_named(x, "component")->integer;
    enum err e = begin(x, &ap, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    if (!exchange_file(x, "file"))
        return show(&ap, message(M_apply_file_none, x->lang), f);
    if (!component_name(&ap, component).n)
        component = 0;
    for (size_t i = 0; e == OK && i < x->n_files; i++) {
        struct draft_file file;
        e = apply_file_take(x, &x->files[i], component, &file, &why);
        if (e == OK)
            e = draft_file_add(access_of(x), x->subject->account, ap.key, &file, &why);
    }
    if (e != OK)
        return tell(&ap, e, &why, f);
    exchange_redirect(x, 303, STR_JOIN(x->arena, application_href(&ap, STR("files")), STR("#files")));
    return OK;
}

enum err post_apply_file_remove(struct exchange *x, struct fault *f)
{
    struct application ap;
    bool is_led_away = false;
    enum err e = begin(x, &ap, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    e = draft_file_drop(access_of(x), x->subject->account, ap.key, input_named(x, "number")->integer, f);
    if (e == OK)
        exchange_redirect(x, 303, application_href(&ap, STR("files")));
    return e;
}

/* A result that the province signed serves as it lies there. */
enum err post_apply_file_result(struct exchange *x, struct fault *f)
{
    struct application ap;
    struct kept_result *all = NULL;
    struct str bytes = nothing;
    struct fault why = {0};
    size_t n = 0;
    bool is_led_away = false;
    enum err e = begin(x, &ap, &is_led_away, f);
    if (e == OK && !is_led_away)
        e = application_results(&ap, &all, &n, f);
    if (e != OK || is_led_away)
        return e;
    e = FAULT(&why, ERR_FILE_GONE);
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(all[i].code, input_named(x, "result")->text))
            continue;
        why = (struct fault){0};
        e = file_read_bytes(x->arena, ((struct worker *)x->worker)->store, STR("dossier_files"), all[i].file_record,
                            &bytes, &why);
        const struct draft_file file = {.name = all[i].kind,
                                        .media = STR("application/pdf"),
                                        .sha256 = all[i].sha256,
                                        .origin = STR("store"),
                                        .source = all[i].code,
                                        .bytes = bytes,
                                        .size = (int64_t)bytes.n};
        if (e == OK)
            e = draft_file_add(access_of(x), x->subject->account, ap.key, &file, &why);
        break;
    }
    if (e != OK)
        return tell(&ap, e, &why, f);
    exchange_redirect(x, 303, STR_JOIN(x->arena, application_href(&ap, STR("files")), STR("#files")));
    return OK;
}

enum err post_apply_files_done(struct exchange *x, struct fault *f)
{
    struct application ap;
    bool is_led_away = false;
    enum err e = begin(x, &ap, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    const struct procedure_component **missing =
        ARENA_ARRAY(x->arena, const struct procedure_component *, ap.procedure->n_components + 1);
    if (application_missing(&ap, missing) > 0)
        return show(&ap, STR_JOIN(x->arena, missing[0]->name, STR(": "), message(M_apply_file_missing, x->lang)), f);
    application_done(&ap, STR("files"));
    if ((e = application_pages(&ap, f)) != OK || (e = application_keep(&ap, f)) != OK)
        return e;
    struct str next = STR("check");
    for (size_t i = ap.n_pages; i-- > 0;)
        if (!ap.pages[i].is_done)
            next = ap.pages[i].id;
    exchange_redirect(x, 303, application_href(&ap, next));
    return OK;
}

enum err page_apply_file(struct exchange *x, struct fault *f)
{
    struct application ap;
    struct draft_file *all = NULL;
    size_t n = 0;
    enum err e = application_read(x, &ap, f);
    if (e == OK)
        e = draft_files(access_of(x), x->arena, x->subject->account, ap.key, true, &all, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (all[i].number != input_named(x, "number")->integer)
            continue;
        buf_str(&x->body, all[i].bytes);
        x->media = all[i].media;
        x->filename = all[i].name;
        return OK;
    }
    return e == OK ? FAULT(f, ERR_FILE_GONE) : e;
}
