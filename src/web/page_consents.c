/* Consents of one person, each with the version of the text that was read: for himself at /account/consents, where he withdraws them; for the desk beside a request. */
#include "base/limits.h"
#include "register/entry.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/desk.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/person.h"
#include "web/show.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

#define CONSENTS "consents"

static const struct str nothing = {NULL, 0};

/* The text that was read, in the version that was read: a record of the register to which `text` leads. */
static enum err read_text(struct exchange *x, const struct reg *reg, const struct record *r,
                          struct tpl_consents_consents *ret, struct fault *f)
{
    struct worker *w = x->worker;
    const struct field *fd = reg_field(reg, STR("text"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct record text;
    bool has_row = false;
    struct str id = record_text(reg, r, "text");
    ret->version = id;
    if (!fd || !fd->target || !id.n || !site_shows_register(x, fd->target))
        return OK;
    enum err e = query_open(w->store, fd->target, &(struct query_options){.id = id}, &q, f);
    if (e == OK)
        e = query_next(q, &text, &has_row, f);
    if (e != OK || !has_row)
        return e;
    ret->purpose = str_dup(x->arena, record_text(fd->target, &text, "purpose"));
    ret->text = str_dup(x->arena, record_text(fd->target, &text, "text"));
    ret->shared = str_dup(x->arena, record_text(fd->target, &text, "shared_with"));
    ret->keep = str_dup(x->arena, record_text(fd->target, &text, "keep"));
    ret->version_href = show_record_href(x, fd->target, id);
    return OK;
}

static struct str how_of(struct exchange *x, const struct reg *reg, const struct record *r)
{
    const struct field *fd = reg_field(reg, STR("how"));
    struct buf b = BUF_INIT(1024);
    if (fd)
        value_print(fd, &r->values[fd - reg->fields], x->lang, &b);
    return buf_move(&b, x->arena);
}

/* The consents among the records of a person. */
static enum err write_consents(struct exchange *x, const struct person_record *all, size_t n, bool is_own,
                               struct str problem, struct buf *out, struct fault *f)
{
    struct tpl_consents_consents *shown = ARENA_ARRAY(x->arena, struct tpl_consents_consents, n + 1);
    struct tpl_consents t = {.consents = shown,
                             .is_own = is_own,
                             .has_number = !is_own || person_is_number(x->subject->personal_id),
                             .problem = problem,
                             .csrf = x->subject->csrf};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct reg *reg = all[i].reg;
        const struct record *r = &all[i].record;
        if (!str_is(reg->name, CONSENTS))
            continue;
        struct str withdrawn = record_text(reg, r, "withdrawn_on"), href = show_record_href(x, reg, r->id);
        bool may_edit = !is_own && site_may_write(x, VERB_UPDATE, reg);
        struct tpl_consents_consents one = {
            .code = r->id,
            .given = part_date(x, record_text(reg, r, "given_on")),
            .how = how_of(x, reg, r),
            .withdrawn = withdrawn.n ? part_date(x, withdrawn) : nothing,
            .action =
                is_own ? STR_JOIN(x->arena, part_href(x, "/account/consents/", r->id), STR("/withdraw")) : nothing,
            .edit_href = may_edit ? STR_JOIN(x->arena, href, STR("/edit#f-withdrawn_on")) : nothing};
        e = read_text(x, reg, r, &one, f);
        shown[t.n_consents++] = one;
    }
    if (e == OK)
        tpl_consents(out, &t, x->lang);
    return e;
}

/* ---- one's own */

static enum err answer_own(struct exchange *x, struct str problem, struct fault *f)
{
    struct person_record *all = NULL;
    size_t n = 0;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct crumb crumbs[] = {{message(M_account_title, x->lang), STR("/account")},
                             {message(M_my_consents_title, x->lang), nothing}};
    enum err e = person_records(x, x->subject->personal_id, true, &all, &n, f);
    if (e == OK)
        e = write_consents(x, all, n, true, problem, &content, f);
    if (e != OK)
        return e;
    return page(x,
                &(struct page){.title = message(M_my_consents_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .is_form = true},
                f);
}

enum err page_my_consents(struct exchange *x, struct fault *f)
{
    return answer_own(x, nothing, f);
}

/* The day of the withdrawal, as a revision under the name of the person; he needs no right on the register. */
static enum err withdraw(struct exchange *x, const struct reg *reg, struct str id, struct faults *list)
{
    struct worker *w = x->worker;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, reg->n_fields);
    struct entry_result done = {0};
    struct buf today CLEANUP(buf_done) = BUF_INIT(32);
    int day = reg_field_number(reg, STR("withdrawn_on"));
    if (day == NO_FIELD) {
        struct fault f = {0};
        FAULT(&f, ERR_FIELD_UNKNOWN, {"name", STR("withdrawn_on")}, {"register", reg->name}, {"nearest", STR("")});
        faults_add(list, &f);
        return ERR_FIELD_UNKNOWN;
    }
    date_print(today_of(x), &today);
    for (size_t i = 0; i < reg->n_key; i++) /* the key says which record is meant: one field, whose value is the id */
        cells[reg->key[i]] = id, is_given[reg->key[i]] = true;
    cells[day] = buf_view(&today);
    is_given[day] = true;
    store_view(w->store, NULL);
    store_guard(w->store, NULL);
    enum err e = entry_put(x->arena, w->store,
                           &(struct entry){.reg = reg, .cells = cells, .is_given = is_given, .mark = SAMPLE_UNSAID},
                           &(struct entry_options){.actor = site_actor(x),
                                                   .reason = STR("người có dữ liệu rút lại sự đồng ý"),
                                                   .mode = ENTRY_UPDATE,
                                                   .allow_duplicates = true},
                           &done, list);
    store_view(w->store, &w->viewer);
    store_guard(w->store, &w->guard);
    faults_done(&done.warnings);
    return e;
}

enum err post_consent_withdraw(struct exchange *x, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct person_record *all = NULL;
    size_t n = 0;
    struct str id = input_named(x, "id")->text;
    const struct person_record *mine = NULL;
    enum err e = person_records(x, x->subject->personal_id, true, &all, &n, f);
    for (size_t i = 0; e == OK && i < n && !mine; i++)
        if (str_is(all[i].reg->name, CONSENTS) && all[i].reg->n_key == 1 && str_eq(all[i].record.id, id))
            mine = &all[i];
    if (e == OK && !mine)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", STR(CONSENTS)});
    if (e != OK)
        return e;
    if (!record_text(mine->reg, &mine->record, "withdrawn_on").n)
        e = withdraw(x, mine->reg, id, &list);
    if (e == OK) {
        exchange_redirect(x, 303, STR("/account/consents"));
        return OK;
    }
    *f = list.n ? list.p[0] : (struct fault){0};
    if (list.n == 0 || err_http(e) >= 500)
        return list.n ? e : FAULT(f, e);
    x->status = err_http(e);
    return answer_own(x, fault_sentence(x, &list.p[0]), f);
}

/* ---- the desk */

enum err page_desk_consents(struct exchange *x, struct fault *f)
{
    const struct reg *reg = NULL;
    struct record record;
    struct request r;
    struct person_record *all = NULL;
    size_t n = 0;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = desk_request(x, &reg, &record, &r, f);
    if (e == OK)
        e = person_records(x, r.personal_id, false, &all, &n, f);
    if (e == OK)
        e = write_consents(x, all, n, false, nothing, &content, f);
    return e == OK ? admin_page(x, message_with(x->arena, M_desk_consents_title, x->lang, r.code), &content, f) : e;
}
