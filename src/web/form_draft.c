/* Drafts of forms: what was typed is kept for the account, by a button or by the page itself, until it is saved. */
#include "access/draft.h"
#include "base/limits.h"
#include "text/date.h"
#include "text/number.h"
#include "web/form_page.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static struct access *access_file(const struct exchange *x)
{
    return ((struct worker *)x->worker)->access;
}

bool form_can_draft(const struct form *m)
{
    return m->x->subject->kind == SUBJECT_ACCOUNT && access_file(m->x);
}

static struct str form_key(const struct form *m)
{
    return STR_JOIN(m->x->arena, m->reg->name, m->old ? STR("/=") : STR("/new"), m->old ? m->id : nothing);
}

static struct str time_text(struct exchange *x, int64_t ms)
{
    struct buf b = BUF_INIT(64);
    instant_print(ms, &b);
    return page_time(x->arena, buf_move(&b, x->arena),
                     ((struct worker *)x->worker)->store->province->utc_offset_minutes, x->lang);
}

enum err form_draft_keep(struct form *m, struct fault *f)
{
    struct exchange *x = m->x;
    struct buf b = BUF_INIT(LIMIT_DRAFT_BYTES * 2);
    struct json_out o;
    struct name_value *pairs;
    size_t n = form_pairs(m, true, &pairs);
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_array_begin(&o);
    for (size_t i = 0; i < n; i++) {
        if (str_is(pairs[i].name, "csrf"))
            continue;
        json_array_begin(&o);
        json_str(&o, pairs[i].name);
        json_str(&o, pairs[i].value);
        json_array_end(&o);
    }
    json_array_end(&o);
    struct str title = message_with(x->arena, m->old ? M_form_edit : M_form_new, x->lang, form_title(m));
    enum err e = draft_put(access_file(x), x->subject->account, form_key(m), title, buf_move(&b, x->arena), f);
    if (e == OK)
        m->draft = message(M_form_draft_kept, x->lang);
    return e;
}

enum err form_draft_drop(struct form *m, struct fault *f)
{
    return form_can_draft(m) ? draft_drop(access_file(m->x), m->x->subject->account, form_key(m), f) : OK;
}

/* Names of fields that are not there any more are passed over: a draft may be older than the declarations. */
static void put_back(struct form *m, const struct json *root, int64_t *ret_rev)
{
    struct exchange *x = m->x;
    x->form = ARENA_ARRAY(x->arena, struct name_value, root->n + 1);
    for (size_t i = 0; i < root->n; i++) {
        const struct json *pair = &root->items[i];
        if (pair->kind != J_ARRAY || pair->n != 2)
            continue;
        struct str rest, name = pair->items[0].string, value = pair->items[1].string;
        struct str prefix = str_cut(name, '.', &rest);
        struct form_entry *en = rest.p ? form_entry_named(m, str_cut(rest, '.', &rest)) : NULL;
        if (str_is(name, "rev"))
            integer_parse(value, ret_rev, NULL);
        else if (str_is(name, "reading"))
            m->reading = str_is(value, "en") ? LANG_EN : LANG_VI;
        else if (str_is(prefix, "f") && en && !en->is_fixed)
            x->form[x->n_form++] = (struct name_value){name, value};
    }
}

/* The draft into the form when it was asked for; else word that there is one. */
enum err form_draft_take(struct form *m, bool is_wanted, struct fault *f)
{
    struct exchange *x = m->x;
    struct draft d;
    bool is_there = false;
    int64_t rev = m->rev;
    struct json *root;
    enum err e = form_can_draft(m)
                     ? draft_get(access_file(x), x->arena, x->subject->account, form_key(m), &d, &is_there, f)
                     : OK;
    if (e != OK || !is_there)
        return e;
    m->draft =
        message_with(x->arena, is_wanted ? M_form_draft_of : M_form_draft_there, x->lang, time_text(x, d.saved_ms));
    m->draft_href = is_wanted ? nothing : STR_JOIN(x->arena, form_action(m, "edit"), STR("?draft=1"));
    if (!is_wanted || json_parse(x->arena, d.content, nothing, &root, NULL) != OK || root->kind != J_ARRAY)
        return OK;
    put_back(m, root, &rev);
    if (m->old && rev != m->rev) { /* the record went on meanwhile: the form begins where the draft did */
        struct record *before = ARENA_NEW(x->arena, struct record);
        bool was_removed;
        if ((e = form_version(x, m->reg, m->id, rev, before, &rev, &was_removed, f)) != OK ||
            (e = form_take_record(m, before, rev, f)) != OK)
            return e;
    }
    return form_take_typed(m, f);
}

/* ---- all of an account ---- */

/* "teams/=TCN001", "teams/new", "apply/1.001193" */
static struct str draft_href(struct exchange *x, struct str form)
{
    struct str rest, reg = str_cut(form, '/', &rest);
    if (str_is(reg, "apply"))
        return part_href(x, "/apply/", rest);
    struct str path = part_href(x, "/registers/", reg);
    if (!str_starts(rest, STR("=")))
        return STR_JOIN(x->arena, path, STR("/new?draft=1"));
    return STR_JOIN(x->arena, path, part_href(x, "/", str_slice(rest.p + 1, rest.n - 1)), STR("/edit?draft=1"));
}

enum err page_drafts(struct exchange *x, struct fault *f)
{
    struct draft *all = NULL;
    size_t n = 0;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = draft_list(access_file(x), x->arena, x->subject->account, &all, &n, f);
    if (e != OK)
        return e;
    struct tpl_drafts_drafts *shown = ARENA_ARRAY(x->arena, struct tpl_drafts_drafts, n + 1);
    for (size_t i = 0; i < n; i++)
        shown[i] = (struct tpl_drafts_drafts){all[i].title, draft_href(x, all[i].form), time_text(x, all[i].saved_ms),
                                              all[i].form, x->subject->csrf};
    tpl_drafts(&content, &(struct tpl_drafts){shown, n}, x->lang);
    struct crumb crumbs[] = {{message(M_drafts_title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = message(M_drafts_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = 1,
                               .is_form = true},
                f);
}

enum err post_drafts(struct exchange *x, struct fault *f)
{
    enum err e = draft_drop(access_file(x), x->subject->account, input_named(x, "form")->text, f);
    if (e == OK)
        exchange_redirect(x, 303, STR("/drafts"));
    return e;
}
