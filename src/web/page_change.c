/* One revision of a register: who wrote it, why, what; and the way to undo it, which is a new revision. */
#include "web/form_page.h"

#include "base/limits.h"
#include "register/bulk.h"
#include "register/moment.h"
#include "register/query.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

enum { SHOWN_RECORDS = 20 };

static const struct str nothing = {NULL, 0};

struct past {
    struct form m;
    int64_t rev, count, open; /* open: versions that are the newest ones still */
    VEC(struct tpl_change_rows) rows;
    struct str problem;
    bool is_reason_wrong;
};

/* What the revision wrote of the register, as far as the reader may see it. */
static enum err read_rows(struct past *p, struct fault *f)
{
    struct exchange *x = p->m.x;
    struct store *s = ((struct worker *)x->worker)->store;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    const char *sql = arena_printf(
        x->arena, "SELECT _id, _until IS NULL FROM %s WHERE _rev = ?1 AND _rev <= ?2 ORDER BY _ord", p->m.reg->table);
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    VEC(struct str) ids = {0};
    stmt_bind_int(st, 1, p->rev);
    stmt_bind_int(st, 2, s->at);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        p->count++;
        p->open += stmt_column_int(st, 1);
        if (ids.n < SHOWN_RECORDS)
            VEC_PUSH(x->arena, &ids, str_dup(x->arena, stmt_column_text(st, 0)));
    }
    for (size_t i = 0; e == OK && i < ids.n; i++) {
        struct record r;
        int64_t rev;
        bool is_removed;
        e = form_version(x, p->m.reg, ids.p[i], p->rev, &r, &rev, &is_removed, f);
        if (e == ERR_RECORD_UNKNOWN) { /* not for this reader */
            *f = (struct fault){0};
            e = OK;
            continue;
        }
        if (e == OK)
            VEC_PUSH(x->arena, &p->rows,
                     ((struct tpl_change_rows){is_removed ? ids.p[i] : show_title(x, p->m.reg, &r),
                                               show_record_href(x, p->m.reg, ids.p[i])}));
    }
    return e;
}

static enum err begin(struct exchange *x, struct past *p, struct fault *f)
{
    *p = (struct past){.rev = input_named(x, "revision")->integer};
    enum err e = form_begin(x, &p->m, f);
    if (e == OK)
        e = read_rows(p, f);
    if (e == OK && p->count == 0)
        e = FAULT(f, ERR_UNDO_NOTHING, {"revision", str_of(arena_printf(x->arena, "%lld", (long long)p->rev))},
                  {"register", p->m.reg->name});
    return e;
}

static enum err write_facts(struct past *p, struct buf *out, struct fault *f)
{
    struct exchange *x = p->m.x;
    struct store *s = ((struct worker *)x->worker)->store;
    struct moment at;
    struct authorship by;
    enum err e = moment_of(x->arena, s, p->rev, &at, f);
    if (e == OK)
        e = moment_author(x->arena, s, p->rev, &by, f);
    if (e != OK)
        return e;
    struct fact facts[5] = {
        {message(M_change_actor, x->lang), part_author(x, &by), nothing, nothing},
        {message(M_change_time, x->lang), page_time(x->arena, at.time, s->province->utc_offset_minutes, x->lang),
         nothing, nothing},
        {message(M_change_reason, x->lang), by.reason, nothing, nothing},
        {message(M_change_count, x->lang), part_int(x, p->count), nothing, nothing},
    };
    size_t n = 4;
    if (by.source.n)
        facts[n++] = (struct fact){message(M_change_source, x->lang), by.source, nothing, nothing};
    part_facts(x, out, facts, n);
    return OK;
}

static enum err answer(struct past *p, struct fault *f)
{
    struct form *m = &p->m;
    struct exchange *x = m->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str path = part_href(x, "/registers/", m->reg->name),
               rev = str_of(arena_printf(x->arena, "%lld", (long long)p->rev));
    struct tpl_change_hidden hidden = {STR("csrf"), x->subject->csrf};
    enum err e = write_facts(p, &facts, f);
    if (e != OK)
        return e;
    tpl_change(&content,
               &(struct tpl_change){.problem = p->problem,
                                    .is_reason_wrong = p->is_reason_wrong,
                                    .facts = buf_view(&facts),
                                    .rows = p->rows.p,
                                    .n_rows = p->rows.n,
                                    .shown = (int64_t)p->rows.n,
                                    .action = p->open ? STR_JOIN(x->arena, path, STR("/changes/"), rev) : nothing,
                                    .hidden = &hidden,
                                    .n_hidden = 1,
                                    .reason = m->reason},
               x->lang);
    if (p->problem.n)
        x->status = 422;
    return form_answer(m, message_with(x->arena, M_change_title, x->lang, rev), buf_view(&content), f);
}

enum err page_change(struct exchange *x, struct fault *f)
{
    struct past p;
    enum err e = begin(x, &p, f);
    return e == OK ? answer(&p, f) : e;
}

enum err post_change_undo(struct exchange *x, struct fault *f)
{
    struct past p;
    struct bulk_result done;
    struct faults list CLEANUP(faults_done) = {.max = 10};
    enum err e = begin(x, &p, f);
    if (e != OK)
        return e;
    p.m.reason = str_trim(input_named(x, "reason")->text);
    p.is_reason_wrong = p.m.reason.n == 0;
    if (p.is_reason_wrong) {
        p.problem = message(M_form_reason_missing, x->lang);
        return answer(&p, f);
    }
    const struct bulk_options o = {.actor = form_actor(x), .reason = p.m.reason};
    e = bulk_undo(x->arena, ((struct worker *)x->worker)->store, p.m.reg, p.rev, &o, &done, &list);
    if (e != OK) {
        form_note_refusal(x, &list);
        struct fault first = list.n ? list.p[0] : (struct fault){.code = e};
        if (err_http(first.code) >= 500) {
            *f = first;
            return first.code;
        }
        bool is_hidden = fault_field_name(&first).n && !form_entry_named(&p.m, fault_field_name(&first));
        p.problem = is_hidden ? message(M_form_hidden_problem, x->lang) : fault_sentence(x, &first);
        return answer(&p, f);
    }
    exchange_redirect(
        x, 303,
        str_of(arena_printf(x->arena, "/registers/%.*s/changes/%lld", STR_ARG(p.m.reg->name), (long long)done.rev)));
    return OK;
}
