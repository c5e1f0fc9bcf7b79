/* /desk/requests: what people ask about their data, by when that is due, and the ways to do it. Whoever may read the register `data_requests` works here; every change is an
 * edit of its record by the form of every register. */
#include "web/desk.h"

#include "base/clock.h"
#include "base/limits.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/ask.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/person.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

bool desk_is_open(const struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *reg = p ? province_register(p, STR(DESK_REGISTER)) : NULL;
    return reg && x->subject->kind == SUBJECT_ACCOUNT && site_shows_register(x, reg);
}

enum err desk_begin(struct exchange *x, const struct reg **ret_reg, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR(DESK_REGISTER));
    enum err e = reg ? site_may_do(x, VERB_READ, reg, f) : FAULT(f, ERR_REQUESTS_NONE);
    if (e == OK && ret_reg)
        *ret_reg = reg;
    return e;
}

struct date today_of(const struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    return date_of_instant(clock_now_ms(), p ? p->utc_offset_minutes : 0);
}

struct str day_text(struct exchange *x, struct date d)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(d, &b);
    return part_date(x, str_dup(x->arena, buf_view(&b)));
}

struct str desk_state(struct exchange *x, const struct request *r)
{
    if (r->finished_on.n)
        return message(r->is_late ? M_desk_done_late : M_desk_done, x->lang);
    if (r->days_left < 0)
        return message_with(x->arena, M_desk_late, x->lang, part_int(x, -r->days_left));
    return message_with(x->arena, r->days_left == 0 ? M_desk_today : M_desk_left, x->lang, part_int(x, r->days_left));
}

/* ---- the list */

static void write_list(struct exchange *x, const struct request *list, size_t n, struct buf *out)
{
    enum { COLUMNS = 6 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_desk_code, x->lang), .is_head = true},
        {.title = message(M_desk_state, x->lang)},
        {.title = message(M_desk_kind, x->lang)},
        {.title = message(M_desk_person, x->lang)},
        {.title = message(M_desk_received, x->lang)},
        {.title = message(M_desk_due, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        const struct request *r = &list[i];
        cells[0] = (struct table_cell){.text = r->code, .href = part_href(x, "/desk/requests/", r->id)};
        cells[1].text = desk_state(x, r);
        cells[2].text = text2_in(&r->kind_title, x->lang);
        cells[3].text = r->person;
        cells[4].text = day_text(x, r->received);
        cells[5].text = day_text(x, r->answered_on.n ? r->finish_due : r->answer_due);
        rows[i] = (struct table_row){.cells = cells, .is_chosen = r->is_late && !r->finished_on.n};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_desk_requests, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

enum err page_desk_requests(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = NULL;
    struct request *list = NULL;
    size_t n = 0;
    bool is_all = input_named(x, "all")->integer;
    struct buf table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = desk_begin(x, &reg, f);
    x->purpose = message(M_desk_title, LANG_VI);
    if (e == OK)
        e = requests_read(x->arena, w->store, today_of(x), is_all, &list, &n, f);
    if (e != OK)
        return e;
    struct tpl_desk_requests t = {.is_all = is_all, .is_covered = true};
    for (size_t i = 0; i < n; i++) {
        t.is_covered &= list[i].is_covered;
        t.late += list[i].is_late && !list[i].finished_on.n;
        t.open += !list[i].finished_on.n;
    }
    if (n)
        write_list(x, list, n, &table);
    t.table = buf_view(&table);
    t.add_href = site_may_write(x, VERB_CREATE, reg)
                     ? STR_JOIN(x->arena, part_href(x, "/registers/", reg->name), STR("/new"))
                     : nothing;
    tpl_desk_requests(&content, &t, x->lang);
    return admin_page(x, message(M_desk_requests, x->lang), &content, f);
}

/* ---- one request */

static enum err find_request(struct exchange *x, const struct reg *reg, struct record *ret_record,
                             struct request *ret_request, struct fault *f)
{
    struct worker *w = x->worker;
    struct str id = input_named(x, "id")->text;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct request *list = NULL;
    bool has_row = false;
    enum err e = query_open(w->store, reg, &(struct query_options){.id = id}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && has_row)
        *ret_record = record_copy(x->arena, reg, &r);
    if (e == OK && has_row)
        e = request_of(x->arena, w->store, today_of(x), ret_record, &list, f);
    if (e == OK && !list)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", reg->name});
    if (e == OK)
        *ret_request = *list;
    return e;
}

enum err desk_facts(struct exchange *x, const struct reg *reg, const struct record *r, struct buf *out, struct fault *f)
{
    struct names names = {0};
    struct fact *facts = ARENA_ARRAY(x->arena, struct fact, reg->n_fields + 1);
    size_t n = 0;
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        struct shown s;
        if (r->values[i].kind == VALUE_MASKED) /* that it is kept back is told: what is printed must not look whole */
            facts[n++] = (struct fact){text2_in(&fd->title, x->lang), STR(VALUE_MASK), nothing, nothing};
        if (!site_shows_field(x, fd) || fd->type == FT_GEOMETRY || r->values[i].kind == VALUE_NULL ||
            r->values[i].kind == VALUE_MASKED)
            continue;
        enum err e = show_value(x, &names, reg, r, (int)i, &s, f);
        if (e != OK)
            return e;
        facts[n++] = (struct fact){text2_in(&fd->title, x->lang), s.text, s.href, nothing};
    }
    part_facts(x, out, facts, n);
    return OK;
}

/* "REGISTER/ID" that the request names, besides what its number leads to. */
static enum err add_named(struct exchange *x, struct str about, struct person_record *all, size_t *n, struct fault *f)
{
    struct worker *w = x->worker;
    struct str id, name = str_cut(about, '/', &id);
    const struct reg *reg = id.p && id.n ? province_register(w->store->province, str_trim(name)) : NULL;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    id = str_trim(id);
    if (!reg || !site_shows_register(x, reg))
        return OK;
    for (size_t i = 0; i < *n; i++)
        if (all[i].reg == reg && str_eq(all[i].record.id, id))
            return OK;
    enum err e = query_open(w->store, reg, &(struct query_options){.id = id}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && has_row)
        all[(*n)++] = (struct person_record){reg, record_copy(x->arena, reg, &r)};
    return e;
}

/* What is kept on the person; without the request itself. */
static enum err records_of(struct exchange *x, const struct request *r, struct person_record **ret, size_t *ret_n,
                           struct fault *f)
{
    struct person_record *found = NULL;
    size_t n = 0, kept = 0;
    enum err e = person_records(x, r->personal_id, false, &found, &n, f);
    struct person_record *all = ARENA_ARRAY(x->arena, struct person_record, n + 1);
    for (size_t i = 0; e == OK && i < n; i++)
        if (!str_is(found[i].reg->name, DESK_REGISTER) || !str_eq(found[i].record.id, r->id))
            all[kept++] = found[i];
    if (e == OK)
        e = add_named(x, r->about, all, &kept, f);
    *ret = all;
    *ret_n = kept;
    return e;
}

static size_t acts_of(struct exchange *x, const struct reg *reg, const struct request *r,
                      struct tpl_desk_request_acts *ret)
{
    struct str edit = STR_JOIN(x->arena, show_record_href(x, reg, r->id), STR("/edit")),
               here = part_href(x, "/desk/requests/", r->id);
    size_t n = 0;
    if (str_is(r->kind, "access"))
        ret[n++] =
            (struct tpl_desk_request_acts){message(M_desk_extract, x->lang), STR_JOIN(x->arena, here, STR("/extract"))};
    if (str_is(r->kind, "withdraw"))
        ret[n++] = (struct tpl_desk_request_acts){message(M_desk_consents, x->lang),
                                                  STR_JOIN(x->arena, here, STR("/consents"))};
    if (!site_may_write(x, VERB_UPDATE, reg))
        return n;
    if (!r->answered_on.n)
        ret[n++] = (struct tpl_desk_request_acts){message(M_desk_answer, x->lang),
                                                  STR_JOIN(x->arena, edit, STR("#f-answered_on"))};
    if (!r->finished_on.n && !r->is_extended)
        ret[n++] = (struct tpl_desk_request_acts){message(M_desk_extend, x->lang),
                                                  STR_JOIN(x->arena, edit, STR("#f-extended_on"))};
    if (!r->finished_on.n)
        ret[n++] = (struct tpl_desk_request_acts){message(M_desk_finish, x->lang),
                                                  STR_JOIN(x->arena, edit, STR("#f-finished_on"))};
    return n;
}

static struct str way(struct exchange *x, struct str href, const char *rest, bool may)
{
    return may ? STR_JOIN(x->arena, href, str_of(rest)) : nothing;
}

static const struct tpl_desk_request_records *records_shown(struct exchange *x, const struct request *r,
                                                            const struct person_record *all, size_t n)
{
    struct tpl_desk_request_records *shown = ARENA_ARRAY(x->arena, struct tpl_desk_request_records, n + 1);
    bool is_correcting = str_is(r->kind, "correct") || str_is(r->kind, "withdraw") || str_is(r->kind, "restrict");
    for (size_t i = 0; i < n; i++) {
        const struct reg *reg = all[i].reg;
        struct str href = show_record_href(x, reg, all[i].record.id);
        shown[i] = (struct tpl_desk_request_records){
            .reg = text2_in(&reg->title, x->lang),
            .title = show_title(x, reg, &all[i].record),
            .href = href,
            .edit_href = way(x, href, "/edit", is_correcting && site_may_write(x, VERB_UPDATE, reg)),
            .erase_href = way(x, href, "/erase", str_is(r->kind, "delete") && site_may_write(x, VERB_ADMINISTER, reg)),
        };
    }
    return shown;
}

static void write_terms(struct exchange *x, const struct request *r, struct buf *out)
{
    const struct fact facts[] = {
        {.term = message(M_desk_state, x->lang), .text = desk_state(x, r)},
        {.term = message(M_desk_answer_due, x->lang), .text = day_text(x, r->answer_due)},
        {.term = message(M_desk_finish_due, x->lang), .text = day_text(x, r->finish_due)},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts));
}

enum err desk_request(struct exchange *x, const struct reg **ret_reg, struct record *ret_record,
                      struct request *ret_request, struct fault *f)
{
    enum err e = desk_begin(x, ret_reg, f);
    x->purpose = message_with(x->arena, M_desk_purpose, LANG_VI, input_named(x, "id")->text);
    return e == OK ? find_request(x, *ret_reg, ret_record, ret_request, f) : e;
}

/* With what is kept on the person. */
static enum err begin_request(struct exchange *x, const struct reg **ret_reg, struct record *ret_record,
                              struct request *ret_request, struct person_record **ret_all, size_t *ret_n,
                              struct fault *f)
{
    enum err e = desk_request(x, ret_reg, ret_record, ret_request, f);
    return e == OK ? records_of(x, ret_request, ret_all, ret_n, f) : e;
}

enum err page_desk_request(struct exchange *x, struct fault *f)
{
    enum { MOST_ACTS = 4 };
    const struct reg *reg = NULL;
    struct record record;
    struct request r;
    struct person_record *all = NULL;
    size_t n = 0;
    struct tpl_desk_request_acts acts[MOST_ACTS];
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), terms CLEANUP(buf_done) = BUF_INIT(1 << 16),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = begin_request(x, &reg, &record, &r, &all, &n, f);
    if (e == OK)
        e = desk_facts(x, reg, &record, &facts, f);
    if (e != OK)
        return e;
    write_terms(x, &r, &terms);
    struct tpl_desk_request t = {.is_late = r.is_late && !r.finished_on.n,
                                 .is_covered = r.is_covered,
                                 .has_number = person_is_number(r.personal_id),
                                 .terms = buf_view(&terms),
                                 .facts = buf_view(&facts),
                                 .acts = acts,
                                 .n_acts = acts_of(x, reg, &r, acts),
                                 .records = records_shown(x, &r, all, n),
                                 .n_records = n,
                                 .record_href = show_record_href(x, reg, r.id)};
    tpl_desk_request(&content, &t, x->lang);
    struct str title =
        str_of(arena_printf(x->arena, "%.*s: %.*s", STR_ARG(r.code), STR_ARG(text2_in(&r.kind_title, x->lang))));
    return admin_page(x, title, &content, f);
}

/* ---- the extract */

static enum err write_section(struct exchange *x, const struct person_record *one, struct tpl_desk_extract_records *ret,
                              struct fault *f)
{
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = desk_facts(x, one->reg, &one->record, &facts, f);
    if (e != OK)
        return e;
    bool is_masked = false;
    for (size_t i = 0; i < one->reg->n_fields; i++)
        is_masked |= one->reg->fields[i].privacy == PRIVACY_SENSITIVE && one->record.values[i].kind == VALUE_MASKED;
    *ret = (struct tpl_desk_extract_records){
        .reg = text2_in(&one->reg->title, x->lang),
        .title = show_title(x, one->reg, &one->record),
        .purpose = text2_in(&one->reg->purpose, x->lang),
        .basis = text2_in(&one->reg->legal_basis, x->lang),
        .facts = str_dup(x->arena, buf_view(&facts)),
        .open_href = is_masked ? show_record_href(x, one->reg, one->record.id) : nothing,
    };
    return OK;
}

enum err page_desk_extract(struct exchange *x, struct fault *f)
{
    const struct reg *reg = NULL;
    struct record record;
    struct request r;
    struct person_record *all = NULL;
    size_t n = 0;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = begin_request(x, &reg, &record, &r, &all, &n, f);
    struct tpl_desk_extract_records *records = ARENA_ARRAY(x->arena, struct tpl_desk_extract_records, n + 1);
    for (size_t i = 0; e == OK && i < n; i++)
        e = write_section(x, &all[i], &records[i], f);
    if (e != OK)
        return e;
    const struct province *p = ((struct worker *)x->worker)->store->province;
    tpl_desk_extract(&content,
                     &(struct tpl_desk_extract){.body = text2_in(&p->title, x->lang),
                                                .code = r.code,
                                                .person = r.person,
                                                .day = day_text(x, today_of(x)),
                                                .records = records,
                                                .n_records = n},
                     x->lang);
    return admin_page(x, message_with(x->arena, M_desk_extract_title, x->lang, r.code), &content, f);
}
