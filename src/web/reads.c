/* Reads of personal data: noted while the store hands out records, written before the answer goes out; sensitive fields opened with a reason; and who
 * read the data of whoever asks. */
#include "access/question.h"
#include "access/read_log.h"
#include "base/limits.h"
#include "register/query.h"
#include "text/date.h"
#include "text/utf8.h"
#include "web/ask.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/person.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

enum {
    SEEN_REGISTERS = 24,
    REASON_MIN = 5,
    REASON_MAX = 500,
    SHOWN_READS = 200,
    LOOKED_READS = 5000 /* lists of others among them */
};

static const struct str nothing = {NULL, 0};

struct seen {
    const struct reg *reg;
    bool *fields; /* n_fields: shown of some record */
    struct str ids[READ_IDS];
    size_t n_ids;
    int64_t count, rev;
    struct questions asked;
};

/* Asked by personal fields, and answered by a number. */
struct counted {
    const struct reg *reg;
    bool *fields;      /* by which it was asked … */
    struct str others; /* … and those of other registers, behind references: ",who.name" */
    enum privacy highest;
    int64_t most, rev;
    struct questions asked;
};

struct seen_list {
    struct seen p[SEEN_REGISTERS];
    struct counted counted[SEEN_REGISTERS];
    size_t n, n_counted;
    bool is_full; /* of more registers than anybody looks at in one request */
};

/* ---- while records are read */

static struct seen *seen_of(struct worker *w, const struct reg *reg)
{
    struct arena *a = w->asking->arena;
    if (!w->seen)
        w->seen = ARENA_NEW(a, struct seen_list);
    for (size_t i = 0; i < w->seen->n; i++)
        if (str_eq(w->seen->p[i].reg->name, reg->name) && w->seen->p[i].rev == w->store->at)
            return &w->seen->p[i];
    if (w->seen->n == SEEN_REGISTERS) {
        w->seen->is_full = true;
        return NULL;
    }
    struct seen *s = &w->seen->p[w->seen->n++];
    s->reg = reg;
    s->rev = w->store->at;
    s->fields = ARENA_ARRAY(a, bool, reg->n_fields);
    return s;
}

static void note_id(struct arena *a, struct seen *s, struct str id)
{
    if (s->n_ids && str_eq(s->ids[s->n_ids - 1], id))
        return; /* another version of it */
    s->count++;
    for (size_t i = 0; i < s->n_ids && s->n_ids < READ_IDS; i++)
        if (str_eq(s->ids[i], id)) {
            s->count--;
            return;
        }
    if (s->n_ids < READ_IDS)
        s->ids[s->n_ids++] = str_dup(a, id);
}

/* One record by its id is a question about that one. */
static void add_question(struct arena *a, struct questions *asked, const struct query_options *o)
{
    struct buf one CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct str filter = o->filter;
    if (o->id.n && !filter.n) {
        buf_puts(&one, "_id = '");
        for (size_t i = 0; i < o->id.n; i++) {
            if (o->id.p[i] == '\'')
                buf_putc(&one, '\'');
            buf_putc(&one, o->id.p[i]);
        }
        buf_putc(&one, '\'');
        filter = buf_view(&one);
    }
    asked->a = a;
    questions_add(asked, filter, o->search);
}

void worker_seen(const struct viewer *v, const struct reg *reg, const struct record *r, const struct query_options *o)
{
    struct worker *w = (struct worker *)(uintptr_t)v->context;
    if (!w->asking || w->asking->subject->kind != SUBJECT_ACCOUNT)
        return; /* nobody else is shown any */
    struct seen *s = NULL;
    for (size_t i = 0; i < reg->n_fields; i++) {
        enum value_kind kind = r->values[i].kind;
        if (!field_is_personal(&reg->fields[i]) || kind == VALUE_MASKED || kind == VALUE_NULL)
            continue;
        if (!s && !(s = seen_of(w, reg)))
            return;
        s->fields[i] = true;
    }
    if (!s)
        return;
    note_id(w->asking->arena, s, r->id);
    add_question(w->asking->arena, &s->asked, o);
}

/* ---- while they are counted */

struct naming {
    const struct reg *reg;
    bool *fields;
    struct buf *others;
    enum privacy highest;
    bool is_any;
};

static void note_field(struct naming *n, const struct field *fd)
{
    if (!field_is_personal(fd))
        return;
    n->is_any = true;
    n->highest = fd->privacy > n->highest ? fd->privacy : n->highest;
    if (fd->reg == n->reg)
        n->fields[fd - n->reg->fields] = true;
}

static void note_name(void *context, struct str name)
{
    struct naming *n = context;
    struct str rest, first = str_cut(name, '.', &rest);
    const struct field *whole = reg_field(n->reg, name), *fd = whole ? whole : reg_field(n->reg, first);
    const struct field *far = !whole && fd && fd->target && rest.p ? reg_field(fd->target, rest) : NULL;
    if (fd)
        note_field(n, fd);
    if (!far || !field_is_personal(far))
        return;
    note_field(n, far);
    buf_printf(n->others, ",%.*s", STR_ARG(name));
}

/* The personal fields by which a question was asked. */
static void note_names(struct arena *a, const struct query_options *o, struct naming *n)
{
    struct cql2 *tree;
    struct fault ignored = {0};
    if (o->filter.n && cql2_parse_text(a, o->filter, &tree, &ignored) == OK)
        cql2_properties(tree, note_name, n);
    for (size_t i = 0; o->search.n && i < n->reg->n_search; i++)
        note_field(n, &n->reg->fields[n->reg->search[i]]);
    if (o->box && n->reg->geometry != NO_FIELD)
        note_field(n, &n->reg->fields[n->reg->geometry]);
}

static struct counted *counted_of(struct worker *w, const struct reg *reg)
{
    struct arena *a = w->asking->arena;
    if (!w->seen)
        w->seen = ARENA_NEW(a, struct seen_list);
    for (size_t i = 0; i < w->seen->n_counted; i++)
        if (str_eq(w->seen->counted[i].reg->name, reg->name) && w->seen->counted[i].rev == w->store->at)
            return &w->seen->counted[i];
    if (w->seen->n_counted == SEEN_REGISTERS) {
        w->seen->is_full = true;
        return NULL;
    }
    struct counted *c = &w->seen->counted[w->seen->n_counted++];
    *c = (struct counted){.reg = reg, .rev = w->store->at, .fields = ARENA_ARRAY(a, bool, reg->n_fields)};
    return c;
}

void worker_counted(const struct viewer *v, const struct reg *reg, const struct query_options *o, int64_t n)
{
    struct worker *w = (struct worker *)(uintptr_t)v->context;
    bool may_name = o->filter.n || o->search.n || o->box;
    if (!w->asking || w->asking->subject->kind != SUBJECT_ACCOUNT || !may_name)
        return;
    struct arena *a = w->asking->arena;
    struct buf others CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct naming named = {.reg = reg, .fields = ARENA_ARRAY(a, bool, reg->n_fields), .others = &others};
    note_names(a, o, &named);
    struct counted *c = named.is_any ? counted_of(w, reg) : NULL;
    if (!c)
        return;
    for (size_t i = 0; i < reg->n_fields; i++)
        c->fields[i] |= named.fields[i];
    if (!c->others.n)
        c->others = str_dup(a, buf_view(&others));
    c->highest = named.highest > c->highest ? named.highest : c->highest;
    c->most = n > c->most ? n : c->most;
    add_question(a, &c->asked, o);
}

/* ---- before the answer goes out */

static struct str field_names(struct arena *a, const struct reg *reg, const bool *fields, struct str others)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (fields[i]) {
            buf_puts(&b, b.n ? "," : "");
            buf_str(&b, reg->fields[i].name);
        }
    if (others.n && !b.n)
        others = str_slice(others.p + 1, others.n - 1);
    buf_str(&b, others);
    return buf_move(&b, a);
}

static enum privacy highest(const struct seen *s)
{
    enum privacy most = PRIVACY_PUBLIC;
    for (size_t i = 0; i < s->reg->n_fields; i++)
        if (s->fields[i] && s->reg->fields[i].privacy > most)
            most = s->reg->fields[i].privacy;
    return most;
}

/* What was asked, within what the account sees of persons. */
static struct str whole_filter(const struct exchange *x, const struct reg *reg, struct str filter)
{
    struct sight sight;
    if (!site_sight(x, reg, &sight) || sight.level[PRIVACY_BASIC_PERSONAL].where.n == 0)
        return filter;
    return STR_JOIN(x->arena, STR("("), filter, STR(") AND ("), sight.level[PRIVACY_BASIC_PERSONAL].where, STR(")"));
}

static enum err write_seen(struct exchange *x, const struct seen *s, struct fault *f)
{
    const struct worker *w = x->worker;
    bool is_many = s->count > READ_IDS;
    struct str behalf, filter = nothing, words = nothing;
    enum err e = rights_behalf(site_rights(x), s->reg, highest(s), s->ids, is_many ? 0 : s->n_ids, &behalf, f);
    if (e != OK)
        return e;
    if (is_many)
        questions_join(&s->asked, &filter, &words);
    const struct read_entry r = {.who = x->subject,
                                 .reg = s->reg->name,
                                 .ids = s->ids,
                                 .n_ids = is_many ? 0 : s->n_ids,
                                 .filter = is_many ? whole_filter(x, s->reg, filter) : nothing,
                                 .words = words,
                                 .rev = s->rev,
                                 .count = s->count,
                                 .fields = field_names(x->arena, s->reg, s->fields, nothing),
                                 .reason = x->purpose,
                                 .is_sensitive = highest(s) == PRIVACY_SENSITIVE,
                                 .behalf = behalf,
                                 .request = str_of(x->request_id)};
    return read_log_add(w->access, &r, f);
}

/* All that was counted was handed out as well, by the same questions. */
static bool was_seen(const struct seen_list *list, const struct counted *c)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct seen *s = &list->p[i];
        if (!str_eq(s->reg->name, c->reg->name) || s->rev != c->rev || s->count < c->most)
            continue;
        bool has_all = !c->asked.is_full;
        for (size_t k = 0; k < c->asked.all.n; k++)
            has_all &= questions_hold(&s->asked, c->asked.all.p[k].filter, c->asked.all.p[k].words);
        if (has_all)
            return true;
    }
    return false;
}

static enum err write_counted(struct exchange *x, const struct counted *c, struct fault *f)
{
    const struct worker *w = x->worker;
    struct str behalf, filter, words;
    enum err e = rights_behalf(site_rights(x), c->reg, c->highest, NULL, 0, &behalf, f);
    if (e != OK)
        return e;
    questions_join(&c->asked, &filter, &words);
    const struct read_entry r = {.who = x->subject,
                                 .reg = c->reg->name,
                                 .filter = whole_filter(x, c->reg, filter),
                                 .words = words,
                                 .rev = c->rev,
                                 .count = c->most,
                                 .fields = field_names(x->arena, c->reg, c->fields, c->others),
                                 .reason = x->purpose,
                                 .is_sensitive = c->highest == PRIVACY_SENSITIVE,
                                 .behalf = behalf,
                                 .request = str_of(x->request_id)};
    return read_log_add(w->access, &r, f);
}

enum err worker_leave(void *worker, struct exchange *x, struct fault *f)
{
    struct worker *w = worker;
    struct seen_list *list = w->seen;
    enum err e = OK;
    w->seen = NULL;
    if (!list)
        return OK;
    if (list->is_full)
        return FAULT(f, ERR_LIMIT, {"what", x->path}, {"limit", STR("24")});
    for (size_t i = 0; e == OK && i < list->n; i++)
        e = write_seen(x, &list->p[i], f);
    for (size_t i = 0; e == OK && i < list->n_counted; i++)
        if (!was_seen(list, &list->counted[i]))
            e = write_counted(x, &list->counted[i], f);
    return e;
}

/* ---- opening */

enum err site_may_open(const struct exchange *x, const struct reg *reg, const struct record *r, bool *ret_may,
                       struct fault *f)
{
    struct decision d;
    bool is_hidden = false;
    *ret_may = false;
    for (size_t i = 0; i < reg->n_fields; i++)
        is_hidden |= reg->fields[i].privacy == PRIVACY_SENSITIVE && r->values[i].kind == VALUE_MASKED;
    if (!is_hidden || x->subject->kind != SUBJECT_ACCOUNT)
        return OK;
    enum err e = access_may(site_rights(x), VERB_READ, reg, NULL, &d, f);
    *ret_may = e == OK && d.is_allowed && d.fields == PRIVACY_SENSITIVE;
    return e;
}

void part_opening(struct exchange *x, struct buf *out, const struct reg *reg, const struct record *r, struct str action)
{
    struct str *hidden = ARENA_ARRAY(x->arena, struct str, reg->n_fields);
    size_t n = 0;
    for (size_t i = 0; i < reg->n_fields; i++)
        if (reg->fields[i].privacy == PRIVACY_SENSITIVE && r->values[i].kind == VALUE_MASKED)
            hidden[n++] = text2_in(&reg->fields[i].title, x->lang);
    tpl_opening(out, &(struct tpl_opening){.action = action, .fields = hidden, .n_fields = n, .csrf = x->subject->csrf},
                x->lang);
}

static enum err judge_opening(struct exchange *x, const struct reg *reg, struct str id, struct str *ret_behalf,
                              struct fault *f)
{
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct decision d = {0};
    bool has_row = false;
    int64_t n = 0;
    enum err e = query_count(w->store, reg, &(struct query_options){.id = id}, &n, f);
    if (e == OK && n == 0)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", reg->name});
    store_view(w->store, NULL); /* judged by all of its values */
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){.id = id, .is_unsorted = true}, &q, f);
    store_view(w->store, &w->viewer);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && has_row)
        e = access_may(site_rights(x), VERB_READ, reg, &r, &d, f);
    if (e == OK && (!d.is_allowed || d.fields < PRIVACY_SENSITIVE))
        e = FAULT(f, ERR_OPENING_DENIED, {"register", reg->name});
    if (e == OK && d.delegation)
        *ret_behalf = d.delegation->from_name;
    return e;
}

static struct str sensitive_names(struct arena *a, const struct reg *reg)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (reg->fields[i].privacy == PRIVACY_SENSITIVE) {
            buf_puts(&b, b.n ? "," : "");
            buf_str(&b, reg->fields[i].name);
        }
    return buf_move(&b, a);
}

enum err post_record_open(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg;
    struct str id = input_named(x, "id")->text, reason = str_trim(input_named(x, "reason")->text);
    struct str behalf = nothing;
    int64_t rev;
    enum err e = worker_revision(w, nothing, &rev, f);
    if (e == OK)
        e = ask_register(x, input_named(x, "register")->text, &reg, f);
    if (e == OK)
        e = judge_opening(x, reg, id, &behalf, f);
    if (e == OK && (utf8_count(reason) < REASON_MIN || utf8_count(reason) > REASON_MAX))
        e = FAULT(f, ERR_OPENING_REASON);
    const struct read_entry r = {.who = x->subject,
                                 .reg = e == OK ? reg->name : nothing,
                                 .ids = &id,
                                 .n_ids = 1,
                                 .count = 1,
                                 .rev = e == OK ? rev : 0,
                                 .fields = e == OK ? sensitive_names(x->arena, reg) : nothing,
                                 .reason = reason,
                                 .behalf = behalf,
                                 .request = str_of(x->request_id)};
    if (e == OK)
        e = read_log_add(w->access, &r, f);
    if (e == OK)
        e = opening_add(w->access, x->subject, reg->name, id, reason, f);
    if (e == OK)
        exchange_redirect(x, 303, show_record_href(x, reg, id));
    return e;
}

/* ---- who read my data */

struct my_reads {
    struct exchange *x;
    const struct reg *reg;
    const struct record *record;
    VEC(struct tpl_my_reads_reads) rows;
    struct fault *f;
    enum err e;
};

static struct str field_titles(struct exchange *x, const struct reg *reg, struct str names)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    for (struct str rest = names, name; rest.p && rest.n;) {
        name = str_cut(rest, ',', &rest);
        const struct field *fd = reg_field(reg, name);
        buf_puts(&b, b.n ? ", " : "");
        buf_str(&b, fd ? text2_in(&fd->title, x->lang) : name);
    }
    return buf_move(&b, x->arena);
}

static bool add_read(void *context, const struct read_row *r)
{
    struct my_reads *m = context;
    struct exchange *x = m->x;
    const struct worker *w = x->worker;
    struct buf time CLEANUP(buf_done) = BUF_INIT(64);
    bool is_of_me = r->n_ids > 0;
    if (!is_of_me && r->filter.n) /* many at once: was this record among them */
        m->e = query_matches(w->store, m->reg, m->record, r->filter, &is_of_me, m->f);
    if (m->e != OK) {
        *m->f = (struct fault){0};
        m->e = OK;
        is_of_me = true; /* a question that cannot be asked again is rather told than not */
    }
    if (!is_of_me)
        return true;
    instant_print(r->time_ms, &time);
    struct str body = r->agency.n ? r->agency : r->unit;
    VEC_PUSH(x->arena, &m->rows,
             ((struct tpl_my_reads_reads){
                 .time = page_time(x->arena, str_dup(x->arena, buf_view(&time)), w->store->province->utc_offset_minutes,
                                   x->lang),
                 .who = str_dup(x->arena, r->full_name.n ? r->full_name : r->account_name),
                 .behalf = str_dup(x->arena, r->behalf),
                 .body = str_dup(x->arena, body),
                 .reg = text2_in(&m->reg->title, x->lang),
                 .fields = field_titles(x, m->reg, r->fields),
                 .reason = str_dup(x->arena, r->reason),
             }));
    return m->rows.n < SHOWN_READS;
}

enum err page_my_reads(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct my_reads m = {.x = x, .f = f};
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    int64_t rev;
    struct person_record *mine = NULL;
    size_t n = 0;
    enum err e = worker_revision(w, nothing, &rev, f);
    if (e == OK)
        e = person_records(x, x->subject->personal_id, true, &mine, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        m.reg = mine[i].reg;
        m.record = &mine[i].record;
        const struct read_filter which = {.reg = m.reg->name, .id = m.record->id, .limit = LOOKED_READS};
        e = read_log_each(w->access, &which, add_read, &m, f);
    }
    if (e != OK)
        return e;
    tpl_my_reads(&content,
                 &(struct tpl_my_reads){
                     .has_number = person_is_number(x->subject->personal_id), .reads = m.rows.p, .n_reads = m.rows.n},
                 x->lang);
    struct crumb up = {message(M_my_reads_account, x->lang), STR("/account")};
    return page(x,
                &(struct page){.title = message(M_my_reads_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = &up,
                               .n_crumbs = 1,
                               .is_form = true},
                f);
}
