/* A record is added or edited: form, check, save; each step is a POST to the same address. */
#include "web/form_page.h"

#include "base/limits.h"
#include "text/date.h"
#include "web/message.h"

#include "base/banned.h"

static bool is_doing(const struct exchange *x, const char *what)
{
    return str_is(input_named(x, "do")->text, what);
}

/* ---- GET ---- */

enum err page_record_new(struct exchange *x, struct fault *f)
{
    struct form m;
    enum err e = form_begin(x, &m, f);
    if (e == OK)
        e = form_draft_take(&m, input_named(x, "draft")->integer, f);
    if (e == OK)
        e = form_find(&m, false, f);
    return e == OK ? form_page(&m, f) : e;
}

/* The record as it is now; one that was taken out is not edited but restored. */
static enum err read_now(struct form *m, struct record *now, int64_t *ret_rev, bool *ret_is_removed, struct fault *f)
{
    return form_version(m->x, m->reg, input_named(m->x, "id")->text, 0, now, ret_rev, ret_is_removed, f);
}

enum err page_record_edit(struct exchange *x, struct fault *f)
{
    struct form m;
    struct record now;
    int64_t rev;
    bool is_removed;
    enum err e = form_begin(x, &m, f);
    if (e == OK)
        e = read_now(&m, &now, &rev, &is_removed, f);
    if (e == OK && is_removed)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", now.id}, {"register", m.reg->name});
    if (e == OK)
        e = form_take_record(&m, &now, rev, f);
    if (e == OK)
        e = form_draft_take(&m, input_named(x, "draft")->integer, f);
    if (e == OK)
        e = form_find(&m, false, f);
    return e == OK ? form_page(&m, f) : e;
}

/* ---- POST ---- */

static enum err saved(struct form *m, struct fault *f)
{
    enum err e = form_draft_drop(m, f);
    if (e != OK)
        return e;
    exchange_redirect(m->x, 303, STR_JOIN(m->x->arena, show_record_href(m->x, m->reg, m->id), STR("#saved")));
    return OK;
}

/* Whatever was pressed: the form again, the check, or the save. */
static enum err go_on(struct form *m, struct fault *f)
{
    struct exchange *x = m->x;
    bool is_finding = input_named(x, "find")->text.n > 0, is_saving = is_doing(x, "save");
    bool is_keeping = is_doing(x, "draft"), is_editing = is_doing(x, "edit") || is_finding || is_keeping;
    if (is_keeping && !form_can_draft(m))
        return FAULT(f, ERR_HTTP_SIGN_IN);
    enum err e = is_keeping ? form_draft_keep(m, f) : OK;
    if (e == OK)
        e = form_find(m, !is_editing, f);
    if (e == OK && !is_editing)
        e = form_put(m, !is_saving || m->n_problems, f);
    if (e != OK)
        return e;
    if (is_editing) {
        for (size_t i = 0; i < m->reg->n_fields && !is_finding; i++)
            m->entries[i].problem = (struct str){NULL, 0};
        return form_page(m, f);
    }
    if (m->n_problems)
        return form_page(m, f);
    if (is_saving && (m->candidates.n == 0 || m->is_other))
        return saved(m, f);
    return form_check_page(m, is_saving, f);
}

enum err post_record_new(struct exchange *x, struct fault *f)
{
    struct form m;
    enum err e = form_begin(x, &m, f);
    if (e == OK)
        e = form_take_request(&m, f);
    return e == OK ? go_on(&m, f) : e;
}

/* The form began with another version than the one that is there. */
static enum err meet(struct form *m, const struct record *now, int64_t rev, struct fault *f)
{
    const struct input_value *seen = input_named(m->x, "seen");
    if (!is_doing(m->x, "merge") || seen->integer != rev)
        return form_conflict_page(m, now, rev, f);
    enum err e = form_merge(m, now, rev, f);
    return e == OK ? go_on(m, f) : e;
}

enum err post_record_edit(struct exchange *x, struct fault *f)
{
    struct form m;
    struct record now, before;
    int64_t rev, rev_before;
    bool is_removed, was_removed;
    enum err e = form_begin(x, &m, f);
    if (e == OK)
        e = read_now(&m, &now, &rev, &is_removed, f);
    if (e == OK)
        e = form_version(x, m.reg, now.id, input_named(x, "rev")->integer, &before, &rev_before, &was_removed, f);
    if (e == OK)
        e = form_take_record(&m, &before, rev_before, f);
    if (e == OK)
        e = form_take_request(&m, f);
    if (e != OK)
        return e;
    if (is_removed) { /* what was typed stays in sight */
        form_problem(&m, NULL, message(M_form_removed, x->lang));
        e = form_find(&m, false, f);
        return e == OK ? form_page(&m, f) : e;
    }
    return rev == rev_before ? go_on(&m, f) : meet(&m, &now, rev, f);
}

/* ---- what pickers ask while one types ---- */

enum err page_choices(struct exchange *x, struct fault *f)
{
    struct form m;
    struct form_choice *all = NULL;
    struct json_out o;
    size_t n = 0;
    bool has_more = false;
    enum err e = form_begin(x, &m, f);
    struct form_entry *en = e == OK ? form_entry_named(&m, input_named(x, "field")->text) : NULL;
    struct str day = e == OK ? m.today : (struct str){NULL, 0};
    struct date d;
    struct buf iso CLEANUP(buf_done) = BUF_INIT(16);
    if (date_parse_vi(input_named(x, "day")->text, &d, NULL) == OK) { /* as it was typed so far */
        date_print(d, &iso);
        day = buf_view(&iso);
    }
    if (e == OK && (!en || !en->fd->target))
        e = FAULT(f, ERR_FIELD_UNKNOWN, {"name", input_named(x, "field")->text}, {"register", m.reg->name},
                  {"nearest", STR("")});
    if (e == OK)
        e = form_choices(x, en->fd, day, input_named(x, "q")->text, 20, &all, &n, &has_more, f);
    if (e != OK)
        return e;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("choices"));
    json_array_begin(&o);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "value", all[i].value);
        json_member(&o, "title", all[i].title);
        json_member(&o, "note", all[i].note);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_key(&o, STR("more")), json_bool(&o, has_more);
    json_object_end(&o);
    return OK;
}
