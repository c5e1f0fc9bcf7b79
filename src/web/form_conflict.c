/* Somebody else saved the record while it was being edited: three columns, and a choice for each field. */
#include "web/form_page.h"

#include "base/limits.h"
#include "register/moment.h"
#include "register/query.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

enum err form_version(struct exchange *x, const struct reg *reg, struct str id, int64_t rev, struct record *ret,
                      int64_t *ret_rev, bool *ret_is_removed, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true, is_found = false;
    enum err e = query_open(((struct worker *)x->worker)->store, reg,
                            &(struct query_options){.id = id, .has_history = true}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        if (rev && query_rev(q) != rev)
            continue;
        is_found = true;
        *ret = record_copy(x->arena, reg, &r);
        ret->is_sample = r.is_sample;
        *ret_rev = query_rev(q);
        *ret_is_removed = query_is_removed(q);
    }
    if (e == OK && !is_found)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", reg->name});
    return e;
}

/* What the radio of a field said: "mine", "theirs", "before"; empty when there was none. */
static struct str chosen(struct form *m, const struct form_entry *en)
{
    struct str name = str_of(arena_printf(m->x->arena, "c.%.*s", STR_ARG(en->fd->name)));
    for (size_t i = 0; i < m->x->n_form; i++)
        if (str_eq(m->x->form[i].name, name))
            return m->x->form[i].value;
    return STR("");
}

/* The form was begun with m->old; `now` is what is there. Where nothing was chosen, theirs stays. */
enum err form_merge(struct form *m, const struct record *now, int64_t rev, struct fault *f)
{
    struct form merged = *m;
    merged.entries = ARENA_ARRAY(m->x->arena, struct form_entry, m->reg->n_fields);
    for (size_t i = 0; i < m->reg->n_fields; i++)
        merged.entries[i] =
            (struct form_entry){.fd = m->entries[i].fd, .number = (int)i, .is_shown = m->entries[i].is_shown};
    enum err e = form_take_record(&merged, now, rev, f);
    for (size_t i = 0; e == OK && i < m->reg->n_fields; i++) {
        const struct form_entry *mine = &m->entries[i];
        struct form_entry *en = &merged.entries[i];
        struct str how = chosen(m, mine);
        if (!en->is_shown || en->is_fixed || !(str_is(how, "mine") || str_is(how, "before")))
            continue;
        en->text = str_is(how, "mine") ? mine->text : mine->base;
        if (str_is(how, "mine"))
            en->from = mine->from, en->to = mine->to;
        else if (en->fd->type == FT_INTERVAL)
            form_split_interval(m, en);
    }
    *m = merged;
    return e;
}

static enum err authorship(struct form *m, int64_t rev, struct str *ret, struct fault *f)
{
    struct exchange *x = m->x;
    struct store *s = ((struct worker *)x->worker)->store;
    struct authorship by;
    struct moment at;
    enum err e = moment_author(x->arena, s, rev, &by, f);
    if (e == OK)
        e = moment_of(x->arena, s, rev, &at, f);
    if (e != OK)
        return e;
    struct str time = page_time(x->arena, at.time, s->province->utc_offset_minutes, x->lang);
    *ret = message_with(
        x->arena, M_conflict_by, x->lang,
        STR_JOIN(x->arena, part_author(x, &by), STR(", "), time, by.reason.n ? STR(": ") : STR(""), by.reason));
    return OK;
}

static enum err text_shown(struct form *m, const struct record *r, size_t i, struct str *ret, struct fault *f)
{
    struct shown s;
    enum err e = show_value(m->x, &m->names, m->reg, r, (int)i, &s, f);
    *ret = m->reg->fields[i].type == FT_GEOMETRY ? form_text_of(m, &m->reg->fields[i], &r->values[i]) : s.text;
    return e;
}

static enum err add_row(struct form *m, size_t i, const struct record *mine, const struct record *now,
                        struct tpl_form_conflict_rows *t, struct fault *f)
{
    struct exchange *x = m->x;
    const struct form_entry *en = &m->entries[i];
    bool is_mine = form_is_changed(en), is_theirs = !value_equal(&m->old->values[i], &now->values[i]);
    *t = (struct tpl_form_conflict_rows){
        .name = str_of(arena_printf(x->arena, "c.%.*s", STR_ARG(en->fd->name))),
        .id = str_of(arena_printf(x->arena, "f-%.*s", STR_ARG(en->fd->name))),
        .title = text2_in(&en->fd->title, x->lang),
        .is_both = is_mine && is_theirs,
        .is_mine = is_mine,
    };
    enum err e = text_shown(m, mine, i, &t->mine, f);
    if (e == OK && mine->values[i].kind == VALUE_NULL)
        t->mine = en->text; /* what cannot be read yet is shown as it was typed */
    if (e == OK)
        e = text_shown(m, now, i, &t->their, f);
    return e == OK ? text_shown(m, m->old, i, &t->before, f) : e;
}

enum err form_conflict_page(struct form *m, const struct record *now, int64_t rev, struct fault *f)
{
    struct exchange *x = m->x;
    struct record mine = form_record(m);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form_conflict t = {.action = form_action(m, "edit")};
    struct tpl_form_conflict_rows *rows = ARENA_ARRAY(x->arena, struct tpl_form_conflict_rows, m->reg->n_fields + 1);
    struct name_value *pairs;
    enum err e = authorship(m, rev, &t.theirs, f);
    for (size_t i = 0; e == OK && i < m->reg->n_fields; i++) {
        const struct form_entry *en = &m->entries[i];
        bool differs = form_is_changed(en) || !value_equal(&m->old->values[i], &now->values[i]);
        if (en->is_shown && !en->is_fixed && differs)
            e = add_row(m, i, &mine, now, &rows[t.n_rows++], f);
    }
    if (e != OK)
        return e;
    t.rows = rows;
    size_t n = form_pairs(m, true, &pairs);
    struct tpl_form_conflict_hidden *hidden = ARENA_ARRAY(x->arena, struct tpl_form_conflict_hidden, n + 1);
    for (size_t i = 0; i < n; i++)
        hidden[i] = (struct tpl_form_conflict_hidden){pairs[i].name, pairs[i].value};
    hidden[n] = (struct tpl_form_conflict_hidden){STR("seen"), str_of(arena_printf(x->arena, "%lld", (long long)rev))};
    t.hidden = hidden;
    t.n_hidden = n + 1;
    tpl_form_conflict(&content, &t, x->lang);
    x->status = 409;
    return form_answer(m, message(M_conflict_title, x->lang), buf_view(&content), f);
}
