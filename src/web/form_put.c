/* A form is judged and written as a record that a person enters (register/entry.h); what is wrong goes to the fields. */
#include "web/form.h"

#include "base/limits.h"
#include "web/message.h"

#include "base/banned.h"

enum { SHOWN_FAULTS = 100, SHOWN_CANDIDATES = 10 };

struct str form_actor(const struct exchange *x)
{
    return site_actor(x);
}

struct str fault_sentence(struct exchange *x, const struct fault *fault)
{
    struct fault f = *fault;
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    f.line = f.column = 0;
    f.field_n = f.file_n = 0;
    fault_print(&f, x->lang, &b);
    return buf_move(&b, x->arena);
}

void form_note_refusal(struct exchange *x, const struct faults *list)
{
    for (size_t i = 0; x->subject->account && i < list->n; i++)
        if (err_http(list->p[i].code) == 403) {
            worker_refused(x->worker, x, &list->p[i]);
            return;
        }
}

void form_problem(struct form *m, struct form_entry *en, struct str sentence)
{
    if (en && en->problem.n)
        return; /* the first fault of a field caused the others */
    if (en)
        en->problem = sentence;
    else
        VEC_PUSH(m->x->arena, &m->general, ((struct form_text){sentence}));
    m->n_problems++;
}

/* A fault of a field that is not shown is told without its value. */
static void take_fault(struct form *m, const struct fault *f)
{
    struct exchange *x = m->x;
    struct str name = fault_field_name(f);
    struct form_entry *en = name.n ? form_entry_named(m, name) : NULL;
    if (f->code == ERR_ENTRY_DUPLICATES)
        return;
    if (f->code == ERR_ENTRY_EXISTS)
        form_problem(m, form_entry_named(m, m->reg->fields[m->reg->key[0]].name),
                     message_with(x->arena, M_form_exists, x->lang, fault_param(f, "id")));
    else if (f->code == ERR_RULE_BROKEN)
        form_problem(m, NULL, str_dup(x->arena, fault_param(f, x->lang == LANG_EN ? "en" : "vi")));
    else if (name.n && !en)
        form_problem(m, NULL, message(M_form_hidden_problem, x->lang));
    else
        form_problem(m, en, f->code == ERR_VALUE_REQUIRED ? message(M_form_missing, x->lang) : fault_sentence(x, f));
}

static void take_warnings(struct form *m)
{
    struct exchange *x = m->x;
    const struct faults *w = &m->result.warnings;
    for (size_t i = 0; i < w->n; i++) {
        struct str text = w->p[i].code == ERR_RULE_BROKEN
                              ? str_dup(x->arena, fault_param(&w->p[i], x->lang == LANG_EN ? "en" : "vi"))
                              : fault_sentence(x, &w->p[i]);
        VEC_PUSH(x->arena, &m->warnings, ((struct form_text){text}));
    }
}

/* ---- possible duplicates ---- */

static struct str agreeing(struct form *m, const struct duplicate_pair *pair)
{
    struct buf b = BUF_INIT(4096);
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        const struct field *fd = &m->reg->fields[i];
        if (!m->entries[i].is_shown || (pair->agrees[i] != 1 && pair->agrees[i] != 2))
            continue;
        buf_puts(&b, b.n ? ", " : "");
        buf_str(&b, text2_in(&fd->title, m->x->lang));
    }
    return buf_move(&b, m->x->arena);
}

static bool add_candidate(void *ctx, const struct duplicate_pair *pair)
{
    struct form *m = ctx;
    struct record other = record_copy(m->x->arena, m->reg, pair->record[1]);
    struct fault ignored = {0};
    bool is_there = false;
    if (site_mask(m->x, m->reg, &other, &is_there, &ignored) == OK && is_there)
        VEC_PUSH(m->x->arena, &m->candidates,
                 ((struct form_candidate){
                     .title = show_title(m->x, m->reg, &other),
                     .href = show_record_href(m->x, m->reg, str_dup(m->x->arena, pair->id[1])),
                     .agrees = agreeing(m, pair),
                     .percent = (int)(pair->score * 100 + 0.5),
                 }));
    return m->candidates.n < SHOWN_CANDIDATES;
}

/* ---- the entry ---- */

enum err form_put(struct form *m, bool is_dry_run, struct fault *f)
{
    struct exchange *x = m->x;
    struct store *s = ((struct worker *)x->worker)->store;
    struct faults list CLEANUP(faults_done) = {.max = SHOWN_FAULTS};
    struct entry in = {
        .reg = m->reg, .cells = ARENA_ARRAY(x->arena, struct str, m->reg->n_fields), .mark = SAMPLE_UNSAID};
    bool *is_given = ARENA_ARRAY(x->arena, bool, m->reg->n_fields);
    form_cells(m, in.cells, is_given);
    in.is_given = is_given;
    const struct entry_options o = {
        .actor = form_actor(x),
        .reason = m->reason.n ? m->reason
                  : m->old    ? STR("sửa qua biểu mẫu")
                              : STR("nhập mới qua biểu mẫu"),
        .mode = m->old ? ENTRY_UPDATE : ENTRY_CREATE,
        .is_dry_run = is_dry_run,
        .allow_duplicates = m->is_other,
        .on_duplicate = add_candidate,
        .ctx = m,
    };
    enum err e = entry_put(x->arena, s, &in, &o, &m->result, &list);
    for (size_t i = 0; i < list.n; i++) {
        if (err_http(list.p[i].code) >= 500) { /* not the record's fault */
            *f = list.p[i];
            faults_done(&m->result.warnings);
            return f->code;
        }
        take_fault(m, &list.p[i]);
    }
    form_note_refusal(x, &list);
    take_warnings(m);
    faults_done(&m->result.warnings);
    m->result.warnings = (struct faults){0};
    if (e != OK && m->n_problems == 0 && e != ERR_ENTRY_DUPLICATES)
        return FAULT(f, e, {"id", m->id}, {"register", m->reg->name});
    if (e == OK && m->result.id.n)
        m->id = str_dup(x->arena, m->result.id);
    return OK;
}
