/* Personal values of one record are erased from every version: form, what would go, the deed, the proof; and what was erased so far. Needs the verb `administer` on the record,
 * up to the class of the fields, and the password shown lately. */
#include "register/erase.h"

#include "base/limits.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/ask.h"
#include "web/desk.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

enum { ERASURES_EACH = 50 };

static const struct str nothing = {NULL, 0};

struct erasing {
    struct exchange *x;
    const struct reg *reg;
    struct record last; /* that was not a removal, whole */
    struct decision decision;
    enum privacy most; /* the highest class that may be erased */
    bool *chosen;      /* n_fields */
    bool has_chosen;
    struct str reason, basis;
    struct str problem;
    const char *wrong; /* id of what the problem is about */
};

static bool is_key(const struct reg *reg, size_t field)
{
    for (size_t i = 0; i < reg->n_key; i++)
        if ((size_t)reg->key[i] == field)
            return true;
    return false;
}

static bool may_go(const struct erasing *m, size_t field)
{
    const struct field *fd = &m->reg->fields[field];
    return field_is_personal(fd) && fd->privacy <= m->most && !is_key(m->reg, field);
}

/* The last version that holds anything, with all of its values: rights are judged by it. */
static enum err read_last(struct erasing *m, struct str id, bool *ret_is_there, struct fault *f)
{
    struct worker *w = m->x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    *ret_is_there = false;
    store_view(w->store, NULL);
    enum err e = query_open(w->store, m->reg, &(struct query_options){.id = id, .has_history = true}, &q, f);
    store_view(w->store, &w->viewer);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        if (!query_is_removed(q)) {
            m->last = record_copy(m->x->arena, m->reg, &r);
            *ret_is_there = true;
        }
    return e;
}

/* A record for which one may not do it is told of no more than one that there is not. */
static enum err begin(struct exchange *x, struct erasing *m, struct fault *f)
{
    struct str id = input_named(x, "id")->text;
    struct decision d = {0};
    bool is_there = false;
    *m = (struct erasing){.x = x};
    enum err e = ask_register(x, input_named(x, "register")->text, &m->reg, f);
    if (e == OK)
        e = site_may_do(x, VERB_ADMINISTER, m->reg, f);
    if (e == OK)
        e = read_last(m, id, &is_there, f);
    if (e == OK && is_there)
        e = access_may(site_rights(x), VERB_ADMINISTER, m->reg, &m->last, &d, f);
    if (e == OK && !d.is_allowed)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", m->reg->name});
    if (e != OK)
        return e;
    m->most = d.fields;
    m->decision = d;
    m->chosen = ARENA_ARRAY(x->arena, bool, m->reg->n_fields);
    for (size_t i = 0; i < m->reg->n_fields; i++)
        m->has_chosen |= m->chosen[i] = may_go(m, i);
    return m->has_chosen ? OK : FAULT(f, ERR_RIGHT_FIELD, {"field", STR(VALUE_MASK)}, {"register", m->reg->name});
}

/* "f.phone": only what the form offered. */
static enum err take(struct erasing *m, struct fault *f)
{
    struct exchange *x = m->x;
    m->reason = str_trim(input_named(x, "reason")->text);
    m->basis = str_trim(input_named(x, "basis")->text);
    m->has_chosen = false;
    memset(m->chosen, 0, m->reg->n_fields * sizeof *m->chosen);
    for (size_t i = 0; i < x->n_form; i++) {
        struct str name, prefix = str_cut(x->form[i].name, '.', &name);
        int field = str_is(prefix, "f") && name.n ? reg_field_number(m->reg, name) : NO_FIELD;
        if (field == NO_FIELD || !may_go(m, (size_t)field))
            return FAULT(f, ERR_INPUT_UNKNOWN, {"name", x->form[i].name}, {"nearest", STR("f.")},
                         {"valid", STR("f.FIELD")});
        m->chosen[field] = m->has_chosen = true;
    }
    return OK;
}

static bool is_ready(struct erasing *m)
{
    const struct {
        bool is_wrong;
        enum message text;
        const char *id;
    } checks[] = {{!m->has_chosen, M_erase_no_field, "fields"},
                  {m->reason.n == 0, M_form_reason_missing, "f-reason"},
                  {m->basis.n == 0, M_erase_no_basis, "f-basis"}};
    for (size_t i = 0; i < ARRAY_LEN(checks) && !m->wrong; i++)
        if (checks[i].is_wrong) {
            m->problem = message(checks[i].text, m->x->lang);
            m->wrong = checks[i].id;
        }
    return m->wrong == NULL;
}

/* ---- the pages */

static struct str erase_href(struct erasing *m, const char *rest)
{
    return STR_JOIN(m->x->arena, show_record_href(m->x, m->reg, m->last.id), STR("/erase"), str_of(rest));
}

/* By what the reader sees of the record. */
static struct str title_of(struct erasing *m)
{
    struct record seen = record_copy(m->x->arena, m->reg, &m->last);
    struct fault ignored = {0};
    bool is_there = false;
    if (site_mask(m->x, m->reg, &seen, &is_there, &ignored) != OK || !is_there)
        return m->last.id;
    return show_title(m->x, m->reg, &seen);
}

static enum err answer_page(struct erasing *m, const struct buf *content, struct fault *f)
{
    struct exchange *x = m->x;
    struct str title = title_of(m);
    struct crumb crumbs[] = {{message(M_registers_title, x->lang), STR("/registers")},
                             {text2_in(&m->reg->title, x->lang), part_href(x, "/registers/", m->reg->name)},
                             {title, show_record_href(x, m->reg, m->last.id)},
                             {message(M_erase_go, x->lang), nothing}};
    return page(x,
                &(struct page){.title = message_with(x->arena, M_erase_title, x->lang, title),
                               .content = buf_view(content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "registers",
                               .is_form = true},
                f);
}

static enum err answer_form(struct erasing *m, const struct erased *preview, struct fault *f)
{
    struct exchange *x = m->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_erase_fields *fields = ARENA_ARRAY(x->arena, struct tpl_erase_fields, m->reg->n_fields);
    size_t n = 0;
    for (size_t i = 0; i < m->reg->n_fields; i++)
        if (may_go(m, i))
            fields[n++] = (struct tpl_erase_fields){m->reg->fields[i].name, text2_in(&m->reg->fields[i].title, x->lang),
                                                    m->chosen[i]};
    struct tpl_erase t = {.action = erase_href(m, ""),
                          .problem = m->problem,
                          .wrong = str_of(m->wrong ? m->wrong : ""),
                          .fields = fields,
                          .n_fields = n,
                          .reason = m->reason,
                          .basis = m->basis,
                          .is_preview = preview && preview->versions,
                          .is_nothing = preview && !preview->versions,
                          .versions = preview ? preview->versions : 0,
                          .csrf = x->subject->csrf,
                          .cancel_href = show_record_href(x, m->reg, m->last.id)};
    tpl_erase(&content, &t, x->lang);
    if (m->problem.n)
        x->status = 422;
    return answer_page(m, &content, f);
}

/* ---- what was erased */

struct proof {
    struct record record;
    int64_t rev;
};

enum { E_REGISTER, E_REVISION, E_RECORD, E_FIELDS, E_VERSIONS, E_REASON, E_BASIS };

/* *ret_next is where those begin that come behind; empty: there are none. */
static enum err read_erasures(struct exchange *x, const struct query_options *o, struct proof *ret, size_t *ret_n,
                              struct str *ret_next, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("erasures"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct query_options one_more = *o;
    struct buf next CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct record r;
    bool has_row = true;
    *ret_n = 0;
    one_more.limit++;
    one_more.sort = STR("-revision,record");
    store_view(w->store, NULL);
    enum err e = query_open(w->store, reg, &one_more, &q, f);
    store_view(w->store, &w->viewer);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row && (int64_t)*ret_n < o->limit) {
        ret[(*ret_n)++] = (struct proof){record_copy(x->arena, reg, &r), r.values[E_REVISION].integer};
        if ((int64_t)*ret_n == o->limit)
            query_after(q, &r, &next);
    }
    *ret_next = has_row ? str_dup(x->arena, buf_view(&next)) : nothing;
    return e;
}

/* '…' in CQL2 */
static void quote(struct buf *b, struct str text)
{
    buf_putc(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            buf_putc(b, '\'');
        buf_putc(b, text.p[i]);
    }
    buf_putc(b, '\'');
}

static struct str fields_text(struct exchange *x, const struct reg *reg, struct str list)
{
    struct json *root = NULL;
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    if (json_parse(x->arena, list, nothing, &root, NULL) != OK || root->kind != J_ARRAY)
        return list;
    for (size_t i = 0; i < root->n; i++) {
        const struct field *fd = reg ? reg_field(reg, root->items[i].string) : NULL;
        buf_puts(&b, i ? ", " : "");
        buf_str(&b, fd ? text2_in(&fd->title, x->lang) : root->items[i].string);
    }
    return buf_move(&b, x->arena);
}

static struct str revision_href(struct exchange *x, int64_t rev)
{
    return str_of(arena_printf(x->arena, "/api/log/revisions/%lld", (long long)rev));
}

static enum err answer_done(struct erasing *m, int64_t rev, struct fault *f)
{
    struct exchange *x = m->x;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES), facts CLEANUP(buf_done) = BUF_INIT(1 << 20),
                      content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct proof p;
    struct str next;
    size_t n = 0;
    buf_printf(&filter, "revision = %lld AND register = ", (long long)rev);
    quote(&filter, m->reg->name);
    buf_puts(&filter, " AND record = ");
    quote(&filter, m->last.id);
    enum err e = read_erasures(x, &(struct query_options){.filter = buf_view(&filter), .limit = 1}, &p, &n, &next, f);
    if (e == OK && n == 0)
        e = FAULT(f, ERR_REVISION_UNKNOWN, {"rev", part_int(x, rev)});
    if (e != OK)
        return e;
    const struct value *v = p.record.values;
    const struct fact shown[] = {
        {.term = message(M_erase_fields, x->lang), .text = fields_text(x, m->reg, v[E_FIELDS].text)},
        {.term = message(M_erase_versions, x->lang), .text = part_int(x, v[E_VERSIONS].integer)},
        {.term = message(M_form_reason, x->lang), .text = v[E_REASON].text},
        {.term = message(M_erase_basis, x->lang), .text = v[E_BASIS].text},
        {.term = message(M_erase_revision, x->lang), .text = part_int(x, rev), .href = revision_href(x, rev)},
        {.term = message(M_erase_position, x->lang), .text = part_int(x, rev - 1)},
    };
    part_facts(x, &facts, shown, ARRAY_LEN(shown));
    tpl_erase_done(&content,
                   &(struct tpl_erase_done){.facts = buf_view(&facts),
                                            .record_href = show_record_href(x, m->reg, m->last.id),
                                            .list_href = desk_is_open(x) ? STR("/desk/erasures") : nothing},
                   x->lang);
    return answer_page(m, &content, f);
}

enum err page_record_erase(struct exchange *x, struct fault *f)
{
    struct erasing m;
    int64_t done = input_named(x, "done")->integer;
    enum err e = begin(x, &m, f);
    if (e != OK)
        return e;
    return done ? answer_done(&m, done, f) : answer_form(&m, NULL, f);
}

/* ---- the deed */

/* In a change of its own; it was judged who asks, so that the guard, which judges writers of records, is not asked. */
static enum err erase(struct erasing *m, bool is_preview, struct erased *ret_done, int64_t *ret_rev, struct fault *f)
{
    struct exchange *x = m->x;
    struct worker *w = x->worker;
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct change *change = NULL;
    struct str *names = ARENA_ARRAY(x->arena, struct str, m->reg->n_fields);
    struct erasure what = {.id = m->last.id, .fields = names, .reason = m->reason, .basis = m->basis};
    enum privacy most = PRIVACY_PUBLIC;
    const struct reg *now = NULL; /* as the change declares it */
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        if (!m->chosen[i])
            continue;
        names[what.n_fields++] = m->reg->fields[i].name;
        most = m->reg->fields[i].privacy > most ? m->reg->fields[i].privacy : most;
    }
    site_write_decided(x, &m->decision, most);
    enum err e = change_begin(w->store, &(struct change_info){.actor = site_actor(x), .reason = m->reason}, &change, f);
    if (e == OK)
        e = change_register(change, m->reg, &now, f);
    if (e == OK)
        e = change_erase(change, now, &what, ret_done, f);
    if (e == OK && !is_preview && ret_done->versions) {
        e = change_commit(TAKE(change), ret_rev, &list, NULL);
        if (e != OK && list.n)
            *f = list.p[0];
    }
    change_abort(change);
    store_guard(w->store, &w->guard);
    return e;
}

enum err post_record_erase(struct exchange *x, struct fault *f)
{
    struct erasing m;
    struct erased done = {0};
    int64_t rev = 0;
    bool is_preview = !str_is(input_named(x, "do")->text, "erase");
    enum err e = begin(x, &m, f);
    if (e == OK)
        e = take(&m, f);
    if (e != OK)
        return e;
    if (str_is(input_named(x, "do")->text, "edit") || !is_ready(&m))
        return answer_form(&m, NULL, f);
    struct fault why = {0};
    e = erase(&m, is_preview, &done, &rev, &why);
    if (e != OK && err_http(e) >= 500) {
        *f = why;
        return why.code == OK ? FAULT(f, e) : e;
    }
    if (e != OK) {
        m.problem = fault_sentence(x, &why);
        m.wrong = "fields";
        return answer_form(&m, NULL, f);
    }
    if (is_preview || rev == 0)
        return answer_form(&m, &done, f);
    exchange_redirect(x, 303, erase_href(&m, arena_printf(x->arena, "?done=%lld", (long long)rev)));
    return OK;
}

/* ---- /desk/erasures */

static void write_erasures(struct exchange *x, const struct proof *all, size_t n, struct buf *out)
{
    enum { COLUMNS = 6 };
    const struct province *province = ((struct worker *)x->worker)->store->province;
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_erase_revision, x->lang), .is_head = true},
        {.title = message(M_ways_register, x->lang)},
        {.title = message(M_desk_kept, x->lang)},
        {.title = message(M_erase_fields, x->lang)},
        {.title = message(M_form_reason, x->lang)},
        {.title = message(M_erase_basis, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        const struct value *v = all[i].record.values;
        const struct reg *reg = province_register(province, v[E_REGISTER].text);
        bool is_shown = reg && site_shows_register(x, reg);
        cells[0] = (struct table_cell){.text = part_int(x, all[i].rev), .href = revision_href(x, all[i].rev)};
        cells[1].text = reg ? text2_in(&reg->title, x->lang) : v[E_REGISTER].text;
        cells[2] = (struct table_cell){.text = v[E_RECORD].text,
                                       .href = is_shown ? show_record_href(x, reg, v[E_RECORD].text) : nothing};
        cells[3].text = fields_text(x, reg, v[E_FIELDS].text);
        cells[4].text = v[E_REASON].text;
        cells[5].text = v[E_BASIS].text;
        rows[i] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_erasures_title, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

enum err page_desk_erasures(struct exchange *x, struct fault *f)
{
    struct proof *all = ARENA_ARRAY(x->arena, struct proof, ERASURES_EACH);
    size_t n = 0;
    struct str after = input_named(x, "after")->text, next = nothing;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = desk_begin(x, NULL, f);
    if (e == OK)
        e = read_erasures(x, &(struct query_options){.after = after, .limit = ERASURES_EACH}, all, &n, &next, f);
    if (e != OK)
        return e;
    tpl_erasures(&content, &(struct tpl_erasures){.is_empty = n == 0}, x->lang);
    if (n)
        write_erasures(x, all, n, &content);
    part_pages(x, &content, &(struct pages){.n_shown = (int64_t)n, .n_total = -1, .after = after, .next = next});
    return admin_page(x, message(M_erasures_title, x->lang), &content, f);
}
