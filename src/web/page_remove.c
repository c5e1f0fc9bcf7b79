/* A record is taken out of its register, or an old version of it is written again: both with a reason, both as a new revision. */
#include "web/form_page.h"

#include "base/limits.h"
#include "web/message.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct removing {
    struct form m;
    struct record now, then;
    int64_t rev, rev_then;
    bool is_removed, was_removed;
    bool is_restoring;
    struct str problem;
    bool is_reason_wrong;
};

static enum err begin(struct exchange *x, struct removing *a, bool is_restoring, struct fault *f)
{
    *a = (struct removing){.is_restoring = is_restoring};
    struct str id = input_named(x, "id")->text;
    enum err e = form_begin(x, &a->m, f);
    if (e == OK)
        e = form_version(x, a->m.reg, id, 0, &a->now, &a->rev, &a->is_removed, f);
    if (e == OK && is_restoring)
        e = form_version(x, a->m.reg, id, input_named(x, "version")->integer, &a->then, &a->rev_then, &a->was_removed,
                         f);
    if (e == OK && (is_restoring ? a->was_removed : a->is_removed))
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", a->m.reg->name});
    if (e != OK)
        return e;
    a->m.old = &a->now;
    a->m.id = a->now.id;
    a->m.rev = a->rev;
    return OK;
}

static enum err answer(struct removing *a, struct fault *f)
{
    struct form *m = &a->m;
    struct exchange *x = m->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form_act_hidden hidden[3] = {
        {STR("csrf"), x->subject->csrf},
        {STR("rev"), str_of(arena_printf(x->arena, "%lld", (long long)a->rev))},
        {STR("version"), str_of(arena_printf(x->arena, "%lld", (long long)a->rev_then))}};
    struct tpl_form_act t = {
        .action = form_action(m, a->is_restoring ? "restore" : "remove"),
        .problem = a->problem,
        .is_reason_wrong = a->is_reason_wrong,
        .lead = a->is_restoring ? message_with(x->arena, M_restore_lead, x->lang, hidden[2].value)
                                : message(M_remove_lead, x->lang),
        .reason = m->reason,
        .hidden = hidden,
        .n_hidden = a->is_restoring ? 3 : 2,
        .button = message(a->is_restoring ? M_restore_go : M_remove_go, x->lang),
        .is_grave = !a->is_restoring,
        .cancel_href = show_record_href(x, m->reg, m->id),
    };
    struct tpl_change_row *rows = NULL;
    enum err e = a->is_restoring && !a->is_removed ? form_changes(m, &a->now, &a->then, &rows, &t.n_changes, f)
                                                   : form_facts(m, a->is_restoring ? &a->then : &a->now, &facts, f);
    if (e != OK)
        return e;
    t.changes = rows;
    t.facts = buf_view(&facts);
    tpl_form_act(&content, &t, x->lang);
    if (a->problem.n)
        x->status = 422;
    const struct record *shown = a->is_restoring ? &a->then : &a->now;
    struct str title = message_with(x->arena, a->is_restoring ? M_restore_title : M_remove_title, x->lang,
                                    show_title(x, m->reg, shown));
    return form_answer(m, title, buf_view(&content), f);
}

enum err page_record_remove(struct exchange *x, struct fault *f)
{
    struct removing a;
    enum err e = begin(x, &a, false, f);
    return e == OK ? answer(&a, f) : e;
}

enum err page_record_restore(struct exchange *x, struct fault *f)
{
    struct removing a;
    enum err e = begin(x, &a, true, f);
    return e == OK ? answer(&a, f) : e;
}

/* A reason is needed, and the record must be the one that was looked at. */
static bool is_ready(struct removing *a)
{
    struct exchange *x = a->m.x;
    a->m.reason = str_trim(input_named(x, "reason")->text);
    a->is_reason_wrong = a->m.reason.n == 0;
    if (a->is_reason_wrong)
        a->problem = message(M_form_reason_missing, x->lang);
    else if (input_named(x, "rev")->integer != a->rev)
        a->problem = message(M_conflict_title, x->lang);
    return a->problem.n == 0;
}

static enum err end(struct removing *a, enum err e, const struct faults *list, struct fault *f)
{
    struct exchange *x = a->m.x;
    if (e == OK) {
        exchange_redirect(
            x, 303,
            STR_JOIN(x->arena, show_record_href(x, a->m.reg, a->m.id), a->is_restoring ? STR("#saved") : nothing));
        return OK;
    }
    form_note_refusal(x, list);
    struct fault first = list->n ? list->p[0] : (struct fault){.code = e};
    if (err_http(first.code) >= 500) {
        *f = first;
        return first.code;
    }
    bool is_hidden = fault_field_name(&first).n && !form_entry_named(&a->m, fault_field_name(&first));
    a->problem = is_hidden ? message(M_form_hidden_problem, x->lang) : fault_sentence(x, &first);
    return answer(a, f);
}

enum err post_record_remove(struct exchange *x, struct fault *f)
{
    struct removing a;
    struct faults list CLEANUP(faults_done) = {.max = 10};
    int64_t rev;
    enum err e = begin(x, &a, false, f);
    if (e != OK)
        return e;
    if (!is_ready(&a))
        return answer(&a, f);
    struct store *s = ((struct worker *)x->worker)->store;
    const struct entry_options o = {.actor = form_actor(x), .reason = a.m.reason};
    e = entry_remove(s, a.m.reg, a.m.id, &o, &rev, &list);
    return end(&a, e, &list, f);
}

/* Every field as it was; of a record that is there, those that the caller may not see stay. */
static enum err restore(struct removing *a, struct faults *list)
{
    struct exchange *x = a->m.x;
    struct store *s = ((struct worker *)x->worker)->store;
    size_t n = a->m.reg->n_fields;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, n);
    bool *is_given = ARENA_ARRAY(x->arena, bool, n);
    struct entry_result done;
    struct record whole;
    int64_t rev;
    bool was_removed;
    struct fault ignored = {0};
    const struct viewer *viewer = s->viewer;
    store_view(
        s, NULL); /* what the caller does not see comes back with the record; whether he may is the guard's to say */
    enum err e = form_version(x, a->m.reg, a->then.id, a->rev_then, &whole, &rev, &was_removed, &ignored);
    store_view(s, viewer);
    if (e != OK) {
        faults_add(list, &ignored);
        return e;
    }
    for (size_t i = 0; i < n; i++) {
        struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
        is_given[i] = a->is_removed || (a->m.entries[i].is_shown && a->then.values[i].kind != VALUE_MASKED);
        if (is_given[i])
            value_csv(&a->m.reg->fields[i], &whole.values[i], &b);
        cells[i] = buf_move(&b, x->arena);
    }
    const struct entry in = {a->m.reg, cells, is_given, a->then.is_sample ? SAMPLE_INVENTED : SAMPLE_REAL};
    const struct entry_options o = {.actor = form_actor(x),
                                    .reason = a->m.reason,
                                    .mode = a->is_removed ? ENTRY_CREATE : ENTRY_UPDATE,
                                    .allow_duplicates = true};
    e = entry_put(x->arena, s, &in, &o, &done, list);
    faults_done(&done.warnings);
    return e;
}

enum err post_record_restore(struct exchange *x, struct fault *f)
{
    struct removing a;
    struct faults list CLEANUP(faults_done) = {.max = 10};
    enum err e = begin(x, &a, true, f);
    if (e != OK)
        return e;
    if (!is_ready(&a))
        return answer(&a, f);
    e = restore(&a, &list);
    return end(&a, e, &list, f);
}
