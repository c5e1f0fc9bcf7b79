/* A file brought into a register: sent, looked at as a dry run, its columns mapped, written as one revision. On the lane for what takes long, with a write store
 * of its own: the writer waits for the one transaction of it. */
#include <stdatomic.h>

#include "base/limits.h"
#include "register/import.h"
#include "web/api.h"
#include "web/form_page.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/uploads.h"

#include "base/banned.h"

enum { SHOWN_FAULTS = 100, SHOWN_WARNINGS = 20 };

static const struct str nothing = {NULL, 0};

struct bringing {
    struct form m; /* register, fields that may be written */
    struct kept_upload u;
    struct worker *writer; /* of its own: with the rights of who asks */
    const struct reg *reg; /* as the write store declares it */
    struct import *im;
    struct import_column *columns;
    size_t n_columns;
    struct import_result r;
    bool has_run, is_reason_wrong, is_gone_wrong;
    const char *report_path; /* of a workbook with what is wrong; NULL: none is asked for */
    bool *hides;             /* by field */
    struct str problem, description;
};

static void bringing_done(struct bringing *b)
{
    import_close(b->im);
    faults_done(&b->r.faults);
    faults_done(&b->r.warnings);
    worker_free(b->writer);
}

/* ---- the file is sent ---- */

static struct str register_path(const struct form *m, const char *rest)
{
    return STR_JOIN(m->x->arena, part_href(m->x, "/registers/", m->reg->name), str_of(rest));
}

/* Who replaces a register decides about records that are not in his file: he must see every one, and may delete. */
static enum err may_replace(const struct exchange *x, const struct reg *reg, struct fault *f)
{
    enum err e = site_may_do(x, VERB_DELETE, reg, f);
    struct text2 verb = verb_title(VERB_DELETE);
    return e != OK || site_shows_every(x, reg)
               ? e
               : FAULT(f, ERR_RIGHT_RECORD, {"verb", text2_in(&verb, x->lang)}, {"register", reg->name});
}

static bool is_replacing(const struct bringing *b)
{
    return str_is(b->u.mode, "replace");
}

static enum err answer_upload(struct form *m, struct str problem, struct fault *f)
{
    struct exchange *x = m->x;
    struct fault ignored = {0};
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_import(
        &content,
        &(struct tpl_import){.action = register_path(m, "/import"),
                             .problem = problem,
                             .may_replace = may_replace(x, m->reg, &ignored) == OK,
                             .csrf = x->subject->csrf,
                             .sample_href = x->subject->kind == SUBJECT_ACCOUNT && site_shows_personal(x, m->reg)
                                                ? register_path(m, "/export")
                                                : STR_JOIN(x->arena, part_href(x, "/api/collections/", m->reg->name),
                                                           STR("/items?f=xlsx")),
                             .cancel_href = register_path(m, "")},
        x->lang);
    if (problem.n)
        x->status = 422;
    return form_answer(m, message_with(x->arena, M_import_title, x->lang, text2_in(&m->reg->title, x->lang)),
                       buf_view(&content), f);
}

enum err page_import(struct exchange *x, struct fault *f)
{
    struct form m;
    enum err e = form_begin(x, &m, f);
    return e == OK ? answer_upload(&m, nothing, f) : e;
}

enum err post_import(struct exchange *x, struct fault *f)
{
    struct form m;
    struct kept_upload u;
    struct fault why = {0};
    const struct upload *up = exchange_file(x, "file");
    enum err e = form_begin(x, &m, f);
    if (e == OK && str_is(input_named(x, "mode")->text, "replace"))
        e = may_replace(x, m.reg, f);
    if (e != OK)
        return e;
    if (!up)
        return answer_upload(&m, message(M_import_missing, x->lang), f);
    e = uploads_add(x, up, m.reg->name, form_actor(x), &u, &why);
    if (e == OK) {
        u.mode = input_named(x, "mode")->text;
        e = uploads_note(x, &u, &why);
    }
    if (e != OK && err_http(e) < 500)
        return answer_upload(&m, fault_sentence(x, &why), f);
    if (e != OK) {
        *f = why;
        return e;
    }
    exchange_redirect(x, 303, STR_JOIN(x->arena, register_path(&m, "/imports/"), u.token));
    return OK;
}

/* ---- what would come of it ---- */

static struct str letter_of(struct exchange *x, size_t column)
{
    char s[8];
    size_t n = sizeof s;
    for (size_t i = column + 1; i && n; i = (i - 1) / 26)
        s[--n] = (char)('A' + (i - 1) % 26);
    return str_dup(x->arena, str_slice(s + n, sizeof s - n));
}

static bool may_take(const struct bringing *b, const struct field *fd)
{
    return fd && b->m.entries[fd - b->reg->fields].is_shown;
}

/* {"A":"code","B":null}: each column by its letter, and none for what the reader may not write. */
static struct str map_of(struct bringing *b)
{
    struct exchange *x = b->m.x;
    struct buf out = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json_out o;
    json_out_init(&o, &out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    for (size_t i = 0; i < b->n_columns; i++) {
        const struct import_column *c = &b->columns[i];
        json_key(&o, letter_of(x, i));
        if (c->is_sample)
            json_str(&o, STR("_sample"));
        else if (may_take(b, c->field))
            json_str(&o, c->field->name);
        else
            json_null(&o);
    }
    json_object_end(&o);
    return buf_move(&out, x->arena);
}

static bool has_forbidden(const struct bringing *b)
{
    for (size_t i = 0; i < b->n_columns; i++)
        if (b->columns[i].field && !may_take(b, b->columns[i].field))
            return true;
    return false;
}

static enum import_mode mode_of(struct str name)
{
    return str_is(name, "create")    ? IMPORT_CREATE
           : str_is(name, "update")  ? IMPORT_UPDATE
           : str_is(name, "replace") ? IMPORT_REPLACE
                                     : IMPORT_UPSERT;
}

static enum err open_import(struct bringing *b, bool is_dry_run, struct fault *f)
{
    struct exchange *x = b->m.x;
    const struct import_options o = {
        .path = b->u.path,
        .source = b->u.name,
        .map = b->u.map,
        .mode = mode_of(b->u.mode),
        .is_patient = true,
        .is_dry_run = is_dry_run,
        .accept_valid = !is_dry_run && input_named(x, "valid")->integer,
        .report_path = b->report_path,
        .hides = b->hides,
        .hides_text = message(M_form_hidden_problem, x->lang),
        .actor = form_actor(x),
        .reason = b->m.reason,
    };
    import_close(TAKE(b->im));
    enum err e = import_open(b->writer->store, b->reg, &o, &b->im, f);
    if (e == OK)
        b->n_columns = import_columns(b->im, x->arena, &b->columns);
    return e;
}

/* Rows for which the reader has no right are told on the page, and written down as any refusal. */
static void note_refusal(const struct bringing *b, const struct fault *why)
{
    struct exchange *x = b->m.x;
    if (err_http(why->code) == 403 && x->subject->account)
        worker_refused(x->worker, x, why);
    else
        form_note_refusal(x, &b->r.faults);
}

/* Faults of the file or of its rows are told on the page. */
static enum err run(struct bringing *b, bool is_dry_run, struct fault *f)
{
    struct exchange *x = b->m.x;
    struct fault why = {0};
    struct buf text = BUF_INIT(LIMIT_TEXT_BYTES);
    faults_done(&b->r.faults);
    faults_done(&b->r.warnings);
    b->r = (struct import_result){0};
    enum err e = open_import(b, is_dry_run, &why);
    if (e == OK && has_forbidden(b)) {
        b->u.map = map_of(b);
        e = open_import(b, is_dry_run, &why);
    }
    if (e == OK) {
        import_describe(b->im, x->lang, &text);
        b->description = buf_move(&text, x->arena);
        e = import_run(b->im, x->lang, &b->r, &why);
        b->has_run = e == OK || b->r.refused;
        note_refusal(b, &why);
    }
    if (e == OK || b->r.refused) /* the rows say what is wrong */
        return OK;
    if (err_http(e) >= 500) {
        *f = why;
        return why.code == OK ? FAULT(f, e) : e;
    }
    b->problem = fault_sentence(x, &why);
    return OK;
}

static enum err begin(struct exchange *x, struct bringing *b, struct fault *f)
{
    struct worker *w = x->worker;
    void *writer = NULL;
    *b = (struct bringing){0};
    enum err e = form_begin(x, &b->m, f);
    if (e == OK)
        e = uploads_find(x, input_named(x, "token")->text, b->m.reg->name, form_actor(x), &b->u, f);
    if (e == OK)
        e = worker_new_writer(w->site, &writer, f);
    b->writer = writer;
    if (e == OK) {
        worker_view(writer, x);
        e = province_register_find(b->writer->store->province, b->m.reg->name, &b->reg, f);
    }
    if (e == OK && b->reg->n_fields != b->m.reg->n_fields) /* declared anew this very moment */
        e = FAULT(f, ERR_REGISTER_CHANGED, {"register", b->reg->name});
    if (e == OK && is_replacing(b))
        e = may_replace(x, b->m.reg, f);
    if (e != OK)
        return e;
    b->hides = ARENA_ARRAY(x->arena, bool, b->reg->n_fields);
    for (size_t i = 0; i < b->reg->n_fields; i++)
        b->hides[i] = !may_take(b, &b->reg->fields[i]);
    return OK;
}

/* ---- the page ---- */

static const struct str *warnings_of(struct bringing *b, size_t *ret_n)
{
    struct exchange *x = b->m.x;
    const struct faults *lists[] = {b->im ? import_warnings(b->im) : NULL, &b->r.warnings};
    struct str *all = ARENA_ARRAY(x->arena, struct str, SHOWN_WARNINGS * ARRAY_LEN(lists));
    size_t n = 0;
    for (size_t k = 0; k < ARRAY_LEN(lists); k++)
        for (size_t i = 0; lists[k] && i < lists[k]->n && i < SHOWN_WARNINGS; i++)
            all[n++] = fault_sentence(x, &lists[k]->p[i]);
    *ret_n = n;
    return all;
}

static const struct tpl_import_check_faults *faults_of(struct bringing *b, size_t *ret_n)
{
    struct exchange *x = b->m.x;
    const struct faults *list = &b->r.faults;
    struct tpl_import_check_faults *all = ARENA_ARRAY(x->arena, struct tpl_import_check_faults, SHOWN_FAULTS);
    size_t n = 0;
    for (size_t i = 0; i < list->n && n < SHOWN_FAULTS; i++) {
        const struct fault *f = &list->p[i];
        struct str name = fault_field_name(f);
        const struct field *fd = name.n ? reg_field(b->reg, name) : NULL;
        bool is_hidden = fd && !may_take(b, fd);
        all[n++] = (struct tpl_import_check_faults){
            .row = f->line,
            .column = f->column > 0 ? letter_of(x, (size_t)f->column - 1) : nothing,
            .field = fd && !is_hidden ? text2_in(&fd->title, x->lang) : nothing,
            .text = is_hidden ? message(M_form_hidden_problem, x->lang) : fault_sentence(x, f),
        };
    }
    *ret_n = n;
    return all;
}

static const struct tpl_import_check_columns *columns_of(struct bringing *b)
{
    struct exchange *x = b->m.x;
    const struct reg *reg = b->reg;
    struct tpl_import_check_columns *all = ARENA_ARRAY(x->arena, struct tpl_import_check_columns, b->n_columns + 1);
    for (size_t i = 0; i < b->n_columns; i++) {
        const struct import_column *c = &b->columns[i];
        struct tpl_import_check_columns_options *options =
            ARENA_ARRAY(x->arena, struct tpl_import_check_columns_options, reg->n_fields + 1);
        size_t n = 0;
        for (size_t k = 0; k < reg->n_fields; k++)
            if (b->m.entries[k].is_shown)
                options[n++] = (struct tpl_import_check_columns_options){
                    reg->fields[k].name, text2_in(&reg->fields[k].title, x->lang), c->field == &reg->fields[k]};
        options[n++] = (struct tpl_import_check_columns_options){STR("_sample"), message(M_import_sample_mark, x->lang),
                                                                 c->is_sample};
        const struct field *named = reg_field(reg, c->header);
        all[i] =
            (struct tpl_import_check_columns){letter_of(x, i), c->header, options, n, named && !may_take(b, named)};
    }
    return all;
}

static const struct tpl_import_check_gone *gone_of(struct bringing *b, size_t *ret_n)
{
    struct exchange *x = b->m.x;
    struct tpl_import_check_gone *all = ARENA_ARRAY(x->arena, struct tpl_import_check_gone, b->r.n_removed_ids + 1);
    for (size_t i = 0; i < b->r.n_removed_ids; i++)
        all[i] =
            (struct tpl_import_check_gone){b->r.removed_ids[i], show_record_href(x, b->m.reg, b->r.removed_ids[i])};
    *ret_n = b->r.n_removed_ids;
    return all;
}

static enum err answer_check(struct bringing *b, struct fault *f)
{
    struct exchange *x = b->m.x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    const struct import_result *r = &b->r;
    struct tpl_import_check t = {
        .action = STR_JOIN(x->arena, register_path(&b->m, "/imports/"), b->u.token),
        .problem = b->problem,
        .is_reason_wrong = b->is_reason_wrong,
        .rows = r->rows,
        .added = r->added,
        .changed = r->changed,
        .same = r->same,
        .refused = r->refused,
        .cells = r->cells_refused,
        .has_run = b->has_run,
        .removed = r->removed,
        .is_replacing = is_replacing(b),
        .is_gone_wrong = b->is_gone_wrong,
        .may_write = b->has_run && r->added + r->changed + r->removed > 0 && !(is_replacing(b) && r->refused),
        .report_href =
            b->has_run ? STR_JOIN(x->arena, register_path(&b->m, "/imports/"), b->u.token, STR("/report")) : nothing,
        .columns = columns_of(b),
        .n_columns = b->n_columns,
        .description = b->description,
        .csrf = x->subject->csrf,
        .reason = b->m.reason,
    };
    t.gone = gone_of(b, &t.n_gone);
    t.warnings = warnings_of(b, &t.n_warnings);
    t.faults = faults_of(b, &t.n_faults);
    t.more = (int64_t)r->faults.total - (int64_t)t.n_faults;
    tpl_import_check(&content, &t, x->lang);
    if (b->problem.n)
        x->status = 422;
    return form_answer(&b->m, message_with(x->arena, M_import_check_title, x->lang, b->u.name), buf_view(&content), f);
}

enum err page_import_check(struct exchange *x, struct fault *f)
{
    struct bringing b CLEANUP(bringing_done);
    enum err e = begin(x, &b, f);
    if (e == OK)
        e = run(&b, true, f);
    return e == OK ? answer_check(&b, f) : e;
}

/* "m.A" = field; only what the page offered. */
static enum err take_map(struct bringing *b, struct fault *f)
{
    struct exchange *x = b->m.x;
    struct buf out CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json_out o;
    json_out_init(&o, &out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    for (size_t i = 0; i < x->n_form; i++) {
        struct str letter, prefix = str_cut(x->form[i].name, '.', &letter), field = x->form[i].value;
        bool is_letter = letter.n > 0 && letter.n <= 3;
        for (size_t k = 0; k < letter.n && is_letter; k++)
            is_letter = letter.p[k] >= 'A' && letter.p[k] <= 'Z';
        if (!str_is(prefix, "m") || !is_letter)
            return FAULT(f, ERR_INPUT_UNKNOWN, {"name", x->form[i].name}, {"nearest", STR("m.A")},
                         {"valid", STR("m.A")});
        if (field.n && !str_is(field, "_sample") && !form_entry_named(&b->m, field))
            return FAULT(f, ERR_FIELD_UNKNOWN, {"name", field}, {"register", b->reg->name}, {"nearest", STR("")});
        json_key(&o, letter);
        if (field.n)
            json_str(&o, field);
        else
            json_null(&o);
    }
    json_object_end(&o);
    b->u.map = str_dup(x->arena, buf_view(&out));
    return OK;
}

static enum err save(struct bringing *b, struct fault *f)
{
    struct exchange *x = b->m.x;
    b->is_reason_wrong = b->m.reason.n == 0;
    enum err e = is_replacing(b) ? run(b, true, f) : OK; /* how many go now, before they do */
    b->is_gone_wrong = e == OK && is_replacing(b) && b->r.removed != input_named(x, "gone")->integer;
    bool is_wrong = b->is_reason_wrong || b->is_gone_wrong;
    if (e == OK && !(is_replacing(b) && is_wrong))
        e = run(b, is_wrong, f);
    if (e != OK)
        return e;
    if (b->is_reason_wrong)
        b->problem = message(M_form_reason_missing, x->lang);
    else if (b->is_gone_wrong && !b->problem.n)
        b->problem = message(M_import_gone_missing, x->lang);
    if (b->r.rev == 0) {
        if (!b->problem.n && !b->r.refused)
            b->problem = message(M_import_done_same, x->lang);
        return answer_check(b, f);
    }
    atomic_fetch_add_explicit(&((struct worker *)x->worker)->site->written, 1, memory_order_release);
    uploads_remove(&b->u);
    exchange_redirect(
        x, 303,
        str_of(arena_printf(x->arena, "/registers/%.*s/changes/%lld", STR_ARG(b->reg->name), (long long)b->r.rev)));
    return OK;
}

enum err post_import_check(struct exchange *x, struct fault *f)
{
    struct bringing b CLEANUP(bringing_done);
    struct str what = input_named(x, "do")->text;
    enum err e = begin(x, &b, f);
    if (e == OK && x->n_form)
        e = take_map(&b, f);
    if (e != OK)
        return e;
    b.m.reason = str_trim(input_named(x, "reason")->text);
    if (str_is(what, "drop")) {
        uploads_remove(&b.u);
        exchange_redirect(x, 303, register_path(&b.m, "/import"));
        return OK;
    }
    if (str_is(what, "save"))
        return save(&b, f);
    if ((e = uploads_note(x, &b.u, f)) == OK)
        exchange_redirect(x, 303, STR_JOIN(x->arena, register_path(&b.m, "/imports/"), b.u.token));
    return e;
}

/* ---- the file with what is wrong in it ---- */

static enum err write_report(void *ctx, const char *path, struct fault *f)
{
    struct bringing *b = ctx;
    b->report_path = path;
    enum err e = run(b, true, f);
    if (e == OK && b->problem.n) /* nothing could be read, so that there is nothing to mark */
        e = FAULT(f, ERR_IMPORT_EMPTY, {"file", b->u.name});
    return e;
}

enum err page_import_report(struct exchange *x, struct fault *f)
{
    struct bringing b CLEANUP(bringing_done);
    enum err e = begin(x, &b, f);
    if (e == OK)
        e = api_answer_file(x, write_report, &b, f);
    if (e != OK)
        return e;
    x->format = FORMAT_XLSX;
    x->filename = STR_JOIN(x->arena, b.reg->name, x->lang == LANG_EN ? STR("-check.xlsx") : STR("-kiem-tra.xlsx"));
    return OK;
}
