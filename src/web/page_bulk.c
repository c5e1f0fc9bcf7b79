/* A field of all records of a filter set to one value: chosen, looked at, written as one revision. */
#include "web/form_page.h"

#include "base/limits.h"
#include "register/bulk.h"
#include "register/query.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/register_form.h"

#include "base/banned.h"

enum { SHOWN_ROWS = 20, SHOWN_FAULTS = 10 };

static const struct str nothing = {NULL, 0};

struct row {
    struct str title, before;
};

struct many {
    struct form m;
    struct ask q;
    int64_t count;
    struct str *ids;
    size_t n;
    struct row first[SHOWN_ROWS];
    struct form_entry *set; /* NULL: none chosen yet */
};

/* The key names a record, and a shape is drawn one by one. */
static bool may_be_set(const struct form *m, size_t field)
{
    bool is_key = false;
    for (size_t i = 0; i < m->reg->n_key; i++)
        is_key |= m->reg->key[i] == (int)field;
    return m->entries[field].is_shown && !is_key && m->reg->fields[field].type != FT_GEOMETRY &&
           !m->reg->fields[field].is_unique;
}

/* All fields that may be chosen. */
static void show_all(struct many *t)
{
    for (size_t i = 0; i < t->m.reg->n_fields; i++) {
        t->m.entries[i].is_shown = site_shows_throughout(t->m.x, t->m.entries[i].fd);
        t->m.entries[i].is_shown = may_be_set(&t->m, i);
    }
}

static enum err begin(struct exchange *x, struct many *t, struct fault *f)
{
    *t = (struct many){0};
    struct str set = input_named(x, "set")->text;
    enum err e = form_begin(x, &t->m, f);
    if (e == OK)
        e = ask_read(x, t->m.reg, &t->q, f);
    if (e != OK)
        return e;
    const struct query_options all = {.filter = t->q.o.filter, .search = t->q.o.search, .box = t->q.o.box};
    e = query_count(((struct worker *)x->worker)->store, t->m.reg, &all, &t->count, f);
    show_all(t);
    for (size_t i = 0; i < t->m.reg->n_fields; i++) {
        struct form_entry *en = &t->m.entries[i];
        if (en->is_shown && str_eq(en->fd->name, set))
            t->set = en;
    }
    if (e == OK && set.n && !t->set)
        e = FAULT(f, ERR_FIELD_UNKNOWN, {"name", set}, {"register", t->m.reg->name}, {"nearest", STR("")});
    return e;
}

/* The query without what this page itself asks. */
static struct str question(struct exchange *x)
{
    static const char *const drop[] = {"set", "lang", "limit", "after", "count", NULL};
    return query_tidy(x, x->query, drop);
}

static struct str with_query(struct exchange *x, struct str path, struct str query)
{
    return query.n ? STR_JOIN(x->arena, path, STR("?"), query) : path;
}

static struct str bulk_path(struct many *t)
{
    return STR_JOIN(t->m.x->arena, part_href(t->m.x, "/registers/", t->m.reg->name), STR("/bulk"));
}

/* As the form of the choice sends them again: the browser encodes them anew. */
static size_t hidden_question(struct exchange *x, struct tpl_bulk_hidden **ret)
{
    static const char *const names[] = {"filter", "filter-lang", "filter-crs", "q",
                                        "bbox",   "bbox-crs",    "datetime",   "sortby"};
    VEC(struct tpl_bulk_hidden) all = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (input_named(x, names[i])->text.n)
            VEC_PUSH(x->arena, &all, ((struct tpl_bulk_hidden){str_of(names[i]), input_named(x, names[i])->text}));
    for (size_t i = 0; i < x->n_others; i++)
        VEC_PUSH(x->arena, &all, ((struct tpl_bulk_hidden){x->others[i].name, x->others[i].value}));
    *ret = all.p;
    return all.n;
}

static enum err answer(struct many *t, struct str content, struct fault *f)
{
    struct str title =
        message_with(t->m.x->arena, M_bulk_title, t->m.x->lang, text2_in(&t->m.reg->title, t->m.x->lang));
    return form_answer(&t->m, title, content, f);
}

static enum err answer_form(struct many *t, struct fault *f)
{
    struct form *m = &t->m;
    struct exchange *x = m->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct chosen *chosen;
    size_t n_chosen = register_chosen(x, m->reg, &chosen), n_fields = 0, n_inputs = 0;
    struct tpl_bulk_chosen *shown = ARENA_ARRAY(x->arena, struct tpl_bulk_chosen, n_chosen + 1);
    for (size_t i = 0; i < n_chosen; i++)
        shown[i] = (struct tpl_bulk_chosen){chosen[i].title, chosen[i].cql2};
    struct tpl_bulk_fields *fields = ARENA_ARRAY(x->arena, struct tpl_bulk_fields, m->reg->n_fields + 1);
    for (size_t i = 0; i < m->reg->n_fields; i++)
        if (m->entries[i].is_shown)
            fields[n_fields++] = (struct tpl_bulk_fields){
                m->reg->fields[i].name, text2_in(&m->reg->fields[i].title, x->lang), t->set == &m->entries[i]};
    struct tpl_bulk_hidden *hidden;
    size_t n_hidden = hidden_question(x, &hidden);
    struct tpl_form_input *inputs = NULL;
    enum err e = t->set ? form_input_of(m, t->set, &inputs, f) : OK;
    n_inputs = t->set != NULL;
    if (e != OK)
        return e;
    tpl_bulk(&content,
             &(struct tpl_bulk){.action = bulk_path(t),
                                .post_action = with_query(x, bulk_path(t), x->query),
                                .problems = form_problems(m),
                                .count = t->count,
                                .is_too_many = t->count > LIMIT_BULK_RECORDS,
                                .limit = LIMIT_BULK_RECORDS,
                                .chosen = shown,
                                .n_chosen = n_chosen,
                                .register_href = with_query(x, part_href(x, "/registers/", m->reg->name), question(x)),
                                .hidden = hidden,
                                .n_hidden = n_hidden,
                                .fields = fields,
                                .n_fields = n_fields,
                                .has_field = t->set != NULL,
                                .inputs = inputs,
                                .n_inputs = n_inputs,
                                .reading = m->reading == LANG_EN ? STR("en") : STR("vi"),
                                .csrf = x->subject->csrf},
             x->lang);
    if (m->n_problems)
        x->status = 422;
    return answer(t, buf_view(&content), f);
}

enum err page_bulk(struct exchange *x, struct fault *f)
{
    struct many t;
    enum err e = begin(x, &t, f);
    if (e == OK)
        e = form_find(&t.m, false, f);
    return e == OK ? answer_form(&t, f) : e;
}

/* ---- the preview, and the change ---- */

static enum err read_ids(struct many *t, struct fault *f)
{
    struct exchange *x = t->m.x;
    struct query_options o = {
        .filter = t->q.o.filter, .search = t->q.o.search, .box = t->q.o.box, .limit = LIMIT_BULK_RECORDS};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    t->ids = ARENA_ARRAY(x->arena, struct str, (size_t)t->count + 1);
    enum err e = query_open(((struct worker *)x->worker)->store, t->m.reg, &o, &q, f);
    while (e == OK && t->n < (size_t)t->count && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        if (t->n < SHOWN_ROWS) {
            struct shown s;
            e = show_value(x, &t->m.names, t->m.reg, &r, t->set->number, &s, f);
            t->first[t->n] = (struct row){show_title(x, t->m.reg, &r), s.text};
        }
        t->ids[t->n++] = str_dup(x->arena, r.id);
    }
    return e;
}

/* A fault of one field counts for all; each different sentence is told once. */
static size_t sentences(struct many *t, const struct faults *list, struct str *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n && n < SHOWN_FAULTS; i++) {
        struct exchange *x = t->m.x;
        struct str name = fault_field_name(&list->p[i]);
        const struct field *fd = name.n ? reg_field(t->m.reg, name) : NULL;
        struct str text = list->p[i].code == ERR_RULE_BROKEN
                              ? str_dup(x->arena, fault_param(&list->p[i], x->lang == LANG_EN ? "en" : "vi"))
                          : name.n && !(fd && site_shows_throughout(x, fd)) ? message(M_form_hidden_problem, x->lang)
                                                                            : fault_sentence(x, &list->p[i]);
        bool is_told = false;
        for (size_t k = 0; k < n; k++)
            is_told |= str_eq(ret[k], text);
        if (!is_told)
            ret[n++] = text;
    }
    return n;
}

/* Why it was not written, when it was to be. */
struct refused {
    bool is_stale, is_reason_wrong, must_leave;
};

static enum err answer_check(struct many *t, const struct bulk_result *done, const struct faults *list,
                             const struct refused *why, struct fault *f)
{
    struct form *m = &t->m;
    struct exchange *x = m->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct record after = form_record(m);
    struct shown v;
    struct str faults[SHOWN_FAULTS];
    struct tpl_bulk_check_rows rows[SHOWN_ROWS];
    size_t n_rows = t->n < SHOWN_ROWS ? t->n : SHOWN_ROWS;
    enum err e = show_value(x, &m->names, m->reg, &after, t->set->number, &v, f);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n_rows; i++)
        rows[i] =
            (struct tpl_bulk_check_rows){.title = t->first[i].title,
                                         .href = show_record_href(x, m->reg, t->ids[i]),
                                         .before = t->first[i].before,
                                         .after = v.text,
                                         .problem = done->is_failed[i] ? message(M_bulk_not_valid, x->lang) : nothing};
    struct name_value *pairs;
    size_t n = form_pairs(m, true, &pairs);
    struct tpl_bulk_check_hidden *hidden = ARENA_ARRAY(x->arena, struct tpl_bulk_check_hidden, n + 1);
    for (size_t i = 0; i < n; i++)
        hidden[i] = (struct tpl_bulk_check_hidden){pairs[i].name, pairs[i].value};
    hidden[n] = (struct tpl_bulk_check_hidden){
        STR("seen"), str_of(arena_printf(x->arena, "%lld", (long long)done->changed + (long long)done->failed))};
    tpl_bulk_check(&content,
                   &(struct tpl_bulk_check){.action = with_query(x, bulk_path(t), x->query),
                                            .field = text2_in(&t->set->fd->title, x->lang),
                                            .changed = done->changed,
                                            .same = done->same,
                                            .failed = done->failed,
                                            .rows = rows,
                                            .n_rows = n_rows,
                                            .faults = faults,
                                            .n_faults = sentences(t, list, faults),
                                            .hidden = hidden,
                                            .n_hidden = n + 1,
                                            .reason = m->reason,
                                            .is_reason_wrong = why->is_reason_wrong,
                                            .is_stale = why->is_stale,
                                            .must_leave = why->must_leave,
                                            .back_href = with_query(x, bulk_path(t), x->query)},
                   x->lang);
    if (why->is_stale || why->is_reason_wrong || why->must_leave)
        x->status = why->is_stale ? 409 : 422;
    return answer(t, buf_view(&content), f);
}

static enum err run(struct many *t, bool is_dry_run, struct bulk_result *done, struct faults *list, struct fault *f)
{
    struct exchange *x = t->m.x;
    struct str *cells = ARENA_ARRAY(x->arena, struct str, t->m.reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->arena, bool, t->m.reg->n_fields);
    form_cells(&t->m, cells, is_given);
    const struct bulk_options o = {.actor = form_actor(x),
                                   .reason = t->m.reason,
                                   .is_dry_run = is_dry_run,
                                   .leaves_out = input_named(x, "leave")->integer != 0};
    enum err e = bulk_set(x->arena, ((struct worker *)x->worker)->store, t->m.reg, t->ids, t->n, t->set->number,
                          cells[t->set->number], &o, done, list);
    form_note_refusal(x, list);
    for (size_t i = 0; i < list->n; i++)
        if (err_http(list->p[i].code) >= 500 || (e != OK && list->p[i].line == 0)) {
            *f = list->p[i];
            return f->code;
        }
    return OK;
}

/* What cannot be a value of the field at all is told at the field. */
static enum err judge_value(struct many *t, struct fault *f)
{
    struct form *m = &t->m;
    struct str *cells = ARENA_ARRAY(m->x->arena, struct str, m->reg->n_fields);
    bool *is_given = ARENA_ARRAY(m->x->arena, bool, m->reg->n_fields);
    struct value v;
    struct fault one = {0};
    form_cells(m, cells, is_given);
    if (value_parse(m->x->arena, t->set->fd, cells[t->set->number], nothing, &v, &one) != OK)
        form_problem(m, t->set,
                     one.code == ERR_VALUE_REQUIRED ? message(M_form_missing, m->x->lang) : fault_sentence(m->x, &one));
    (void)f;
    return OK;
}

enum err post_bulk(struct exchange *x, struct fault *f)
{
    struct many t;
    struct faults list CLEANUP(faults_done) = {.max = LIMIT_BULK_RECORDS};
    struct bulk_result done;
    bool is_saving = str_is(input_named(x, "do")->text, "save"), is_finding = input_named(x, "find")->text.n > 0;
    enum err e = begin(x, &t, f);
    if (e == OK && !t.set)
        e = FAULT(f, ERR_INPUT_MISSING, {"name", STR("set")});
    if (e != OK)
        return e;
    for (size_t i = 0; i < t.m.reg->n_fields; i++)
        t.m.entries[i].is_shown = t.set == &t.m.entries[i];
    e = form_take_request(&t.m, f);
    if (e == OK)
        e = form_find(&t.m, !is_finding, f);
    if (e == OK && !is_finding)
        e = judge_value(&t, f);
    if (e != OK)
        return e;
    if (is_finding || t.m.n_problems || t.count > LIMIT_BULK_RECORDS) {
        show_all(&t);
        return answer_form(&t, f);
    }
    struct refused why = {.is_reason_wrong = is_saving && t.m.reason.n == 0};
    e = read_ids(&t, f);
    if (e == OK)
        e = run(&t, true, &done, &list, f);
    if (e != OK)
        return e;
    why.is_stale = is_saving && input_named(x, "seen")->integer != done.changed + done.failed;
    why.must_leave = is_saving && done.failed && !input_named(x, "leave")->integer;
    if (!is_saving || why.is_stale || why.is_reason_wrong || why.must_leave)
        return answer_check(&t, &done, &list, &why, f);
    list.n = list.total = 0;
    if ((e = run(&t, false, &done, &list, f)) != OK)
        return e;
    why.is_stale = done.rev == 0; /* there was nothing to write any more */
    if (why.is_stale)
        return answer_check(&t, &done, &list, &why, f);
    exchange_redirect(
        x, 303,
        str_of(arena_printf(x->arena, "/registers/%.*s/changes/%lld", STR_ARG(t.m.reg->name), (long long)done.rev)));
    return OK;
}
