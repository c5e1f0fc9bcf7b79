/* An application is sent: dossier, answers, papers and their bytes are one change. Sent twice, it is one dossier; then the page that says what happens next. */
#include "access/oidc.h"
#include "base/limits.h"
#include "register/file.h"
#include "report/qr.h"
#include "text/date.h"
#include "web/apply.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"
#include "web/workflow_site.h"
#include "workflow/dossier.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct sending {
    struct application *ap;
    const struct workflow *w;
    struct office office;
    struct draft_file *files;
    size_t n_files;
    struct acted done;
};

static struct str done_href(struct exchange *x, struct str code)
{
    return STR_JOIN(x->arena, part_href(x, "/account/dossiers/", code), STR("/sent"));
}

/* ---- the change */

static enum err value_give(struct arena *a, const struct reg *reg, struct record *r, const char *field, struct str text,
                           struct fault *f)
{
    int n = reg_field_number(reg, str_of(field));
    return n == NO_FIELD || !text.n ? OK : value_parse(a, &reg->fields[n], text, nothing, &r->values[n], f);
}

enum err application_answers_put(const struct application *ap, struct change *c, struct str dossier, struct fault *f)
{
    enum put_outcome outcome;
    if (!ap->form)
        return OK;
    struct record r = record_copy(ap->x->arena, ap->form, &ap->answers);
    r.id = dossier;
    r.is_sample = false;
    enum err e = value_give(ap->x->arena, ap->form, &r, "dossier", r.id, f);
    return e == OK ? change_put(c, ap->form, &r, &outcome, f) : e;
}

enum err dossier_file_put(struct exchange *x, struct change *c, struct str dossier, int64_t number, const char *kind,
                          const struct draft_file *file, struct str by, struct fault *f)
{
    struct arena *a = x->arena;
    const struct reg *reg;
    struct digest digest;
    enum put_outcome outcome;
    enum err e = province_register_find(change_store(c)->province, STR("dossier_files"), &reg, f);
    if (e != OK)
        return e;
    struct record r = {.id = str_of(arena_printf(a, "%.*s@%lld", STR_ARG(dossier), (long long)number)),
                       .values = ARENA_ARRAY(a, struct value, reg->n_fields)};
    e = file_put(c, reg->name, r.id, file->bytes, &digest, f);
    struct buf hex = BUF_INIT(80);
    digest_hex(&digest, &hex);
    const struct {
        const char *field;
        struct str text;
    } given[] = {
        {"dossier", dossier},
        {"number", str_of(arena_printf(a, "%lld", (long long)number))},
        {"component", file->component ? str_of(arena_printf(a, "%lld", (long long)file->component)) : nothing},
        {"kind", str_of(kind)},
        {"name", file->name},
        {"media_type", file->media},
        {"bytes", str_of(arena_printf(a, "%zu", file->bytes.n))},
        {"pages", file->pages ? str_of(arena_printf(a, "%lld", (long long)file->pages)) : nothing},
        {"sha256", buf_move(&hex, a)},
        {"origin", file->origin},
        {"added_on", change_today(c)},
        {"added_by", by},
    };
    for (size_t i = 0; e == OK && i < ARRAY_LEN(given); i++)
        e = value_give(a, reg, &r, given[i].field, given[i].text, f);
    return e == OK ? change_put(c, reg, &r, &outcome, f) : e;
}

static size_t content_of(struct sending *s, struct act_input *ret)
{
    static const char *const fields[] = {"applicant_kind", "applicant",      "personal_id", "tax_code",
                                         "phone",          "email",          "address",     "representative",
                                         "supporter",      "supporter_kind", "return_by"};
    struct application *ap = s->ap;
    struct exchange *x = ap->x;
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct str text = record_text(ap->dossiers, &ap->about, fields[i]);
        if (text.n)
            ret[n++] = (struct act_input){str_of(fields[i]), text};
    }
    ret[n++] = (struct act_input){STR("account"), x->subject->name};
    ret[n++] = (struct act_input){STR("sent_as"), ap->id};
    ret[n++] = (struct act_input){STR("content"), ap->procedure->short_name.vi};
    return n;
}

static enum err write_all(struct sending *s, struct change *c, struct fault *f)
{
    enum { MOST_CONTENT = 24 };
    struct application *ap = s->ap;
    struct exchange *x = ap->x;
    struct act_input content[MOST_CONTENT];
    size_t n = content_of(s, content);
    struct str number = record_text(ap->dossiers, &ap->about, "personal_id");
    bool is_vouched = false;
    enum err e = oidc_vouches(access_of(x), x->subject->account, &is_vouched, f);
    if (e != OK)
        return e;
    const struct dossier_filing filing = {
        .workflow = s->w,
        .transition = STR("file_online"),
        .procedure = ap->procedure->code,
        .reception_office = s->office.code,
        .channel = STR("online"),
        .content = content,
        .n_content = n,
        .actor = {.name = x->subject->name, .as = STR(ACTOR_APPLICANT), .device = STR("web")},
        .papers = site_papers(x),
        .is_verified = is_vouched && number.n && str_eq(number, x->subject->personal_id),
    };
    e = dossier_file(x->arena, ((struct worker *)x->worker)->acting, c, &filing, &s->done, f);
    if (e == OK)
        e = application_answers_put(ap, c, s->done.record.id, f);
    for (size_t i = 0; e == OK && i < s->n_files; i++)
        e = dossier_file_put(x, c, s->done.record.id, (int64_t)i + 1, "paper", &s->files[i], x->subject->name, f);
    return e;
}

/* What the declarations refuse is told on the check; the draft stays. */
static enum err write_change(struct sending *s, struct str *ret_problem, struct fault *f)
{
    struct exchange *x = s->ap->x;
    struct worker *w = x->worker;
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct change *c;
    int64_t rev = 0;
    const struct change_info info = {.actor = x->subject->name, .reason = STR("file_online"), .is_act = true};
    enum err e = change_begin(w->store, &info, &c, f);
    if (e != OK)
        return e;
    e = write_all(s, c, f);
    if (e == OK)
        e = change_commit(c, &rev, &list, NULL);
    else
        change_abort(c);
    if (list.n)
        *f = list.p[0];
    if (e != OK && err_http(e) < 500) {
        *ret_problem = fault_code(f) == ERR_RULE_BROKEN
                           ? str_dup(x->arena, fault_param(f, x->lang == LANG_EN ? "en" : "vi"))
                           : fault_sentence(x, f);
        *f = (struct fault){0};
        return OK;
    }
    return e;
}

static enum err prepare(struct sending *s, struct fault *f)
{
    struct application *ap = s->ap;
    struct exchange *x = ap->x;
    struct worker *w = x->worker;
    enum err e = site_workflow(x, STR("dossiers"), &s->w, f);
    if (e != OK)
        return e;
    e = procedure_office(x->arena, w->store, ap->procedure, record_text(ap->dossiers, &ap->about, "unit"), ap->today,
                         &s->office, f);
    return e == OK ? draft_files(w->access, x->arena, x->subject->account, ap->key, true, &s->files, &s->n_files, f)
                   : e;
}

static enum err send_now(struct sending *s, struct fault *f)
{
    struct application *ap = s->ap;
    struct exchange *x = ap->x;
    struct str problem = nothing;
    bool is_answered = false;
    enum err e = apply_obstacles(ap, nothing, &is_answered, f);
    if (e != OK || is_answered)
        return e;
    site_acts(x, true); /* the program writes for him: he needs no right on these registers */
    e = prepare(s, f);
    if (e == OK)
        e = write_change(s, &problem, f);
    site_acts(x, false);
    if (e == OK && problem.n)
        return apply_obstacles(ap, problem, &is_answered, f);
    if (e == OK)
        exchange_redirect(x, 303, done_href(x, s->done.record.id));
    return e;
}

enum err post_apply_send(struct exchange *x, struct fault *f)
{
    struct application ap;
    struct record before;
    bool is_sent = false;
    struct str draft = input_named(x, "draft")->text;
    enum err e = application_read(x, &ap, f);
    if (e == OK)
        e = dossier_of_own(x, STR("sent_as"), draft, &before, &is_sent, f);
    if (e != OK)
        return e;
    if (is_sent) { /* the button was pressed twice */
        exchange_redirect(x, 303, done_href(x, before.id));
        return OK;
    }
    if (!ap.is_there || !str_eq(ap.id, draft)) {
        exchange_redirect(x, 303, application_href(&ap, nothing));
        return OK;
    }
    e = application_pages(&ap, f);
    return e == OK ? send_now(&(struct sending){.ap = &ap}, f) : e;
}

/* ---- sent */

struct str track_href(struct exchange *x, const struct reg *reg, const struct record *r)
{
    struct str code = part_href(x, "/track?code=", record_text(reg, r, "code"));
    return STR_JOIN(x->arena, code, STR("&token="), record_text(reg, r, "token"));
}

static struct str time_words(struct exchange *x, struct str instant)
{
    return instant.n ? page_time(x->arena, instant, ((struct worker *)x->worker)->store->province->utc_offset_minutes,
                                 x->lang)
                     : nothing;
}

/* The draft goes when it is known to have arrived. */
static enum err forget_draft(struct exchange *x, const struct reg *reg, const struct record *r, struct fault *f)
{
    struct access *access = ((struct worker *)x->worker)->access;
    struct str key = STR_JOIN(x->arena, STR("apply/"), record_text(reg, r, "procedure"));
    struct draft d;
    bool is_there = false;
    enum err e = draft_get(access, x->arena, x->subject->account, key, &d, &is_there, f);
    struct str sent_as = record_text(reg, r, "sent_as");
    if (e == OK && is_there && sent_as.n && d.content.n > sent_as.n &&
        memmem(d.content.p, d.content.n, sent_as.p, sent_as.n))
        e = draft_drop(access, x->subject->account, key, f);
    return e;
}

enum err page_dossier_sent(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("dossiers"));
    struct record r;
    bool is_there = false;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       qr CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct names names = {0};
    struct shown office = {0};
    enum err e = dossier_of_own(x, STR("code"), input_named(x, "code")->text, &r, &is_there, f);
    if (e == OK && !is_there)
        return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    if (e == OK)
        e = forget_draft(x, reg, &r, f);
    if (e == OK)
        e = show_reference(x, &names, reg_field(reg, STR("reception_office")), record_text(reg, &r, "reception_office"),
                           record_text(reg, &r, "filed_on"), &office, f);
    if (e != OK)
        return e;
    struct str href = track_href(x, reg, &r);
    (void)qr_svg(STR_JOIN(x->arena, exchange_base(x), href), message(M_apply_done_track, x->lang), &qr);
    tpl_apply_done(&content,
                   &(struct tpl_apply_done){.code = record_text(reg, &r, "code"),
                                            .token = record_text(reg, &r, "token"),
                                            .reply_due = time_words(x, record_text(reg, &r, "reply_due_at")),
                                            .office = office.text,
                                            .track_href = href,
                                            .qr = buf_view(&qr)},
                   x->lang);
    struct crumb crumbs[] = {{message(M_apply_done_title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = message(M_apply_done_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = 1,
                               .is_form = true},
                f);
}
