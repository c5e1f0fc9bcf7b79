/* /services/{procedure}: one procedure as of a day, and at a place; /t/{procedure}: the short address that boards bear, which leads there for ever. */
#include <math.h>

#include "base/clock.h"
#include "base/limits.h"
#include "register/query.h"
#include "report/qr.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/services.h"
#include "web/show.h"
#include "web/templates.h"
#include "web/units.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct view {
    struct exchange *x;
    const struct procedure *p;
    struct procedure **versions;
    size_t n_versions;
    struct date on;
    struct str day, asked_on, unit; /* unit: as asked; may be empty */
};

/* ---- which version */

static bool holds(const struct procedure *p, struct str day)
{
    return (!p->from.n || str_cmp(p->from, day) <= 0) && (!p->to.n || str_cmp(day, p->to) < 0);
}

static struct str today(struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    return date_iso(x->arena, date_of_instant(clock_now_ms(), p->utc_offset_minutes));
}

static struct str with_place(struct exchange *x, struct str href, struct str unit, struct str was)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&b, href);
    if (unit.n) {
        buf_puts(&b, "?u=");
        url_encode(&b, unit);
    }
    if (was.n) {
        buf_puts(&b, unit.n ? "&was=" : "?was=");
        url_encode(&b, was);
    }
    return str_dup(x->arena, buf_view(&b));
}

/* The version of the day; of a procedure that has ended, the way to what replaced it, or its last version. *ret_is_led: the answer is a redirection. */
static enum err find_version(struct view *v, struct str code, bool *ret_is_led, struct fault *f)
{
    struct exchange *x = v->x;
    struct store *s = ((struct worker *)x->worker)->store;
    struct procedure *p = NULL;
    *ret_is_led = false;
    enum err e = services_are_there(x) ? services_day(x, &v->on, f) : FAULT(f, ERR_PROCEDURES_NONE);
    if (e == OK)
        e = procedure_versions(x->arena, s, code, &v->versions, &v->n_versions, f);
    if (e == OK && !v->n_versions)
        e = FAULT(f, ERR_PROCEDURE_UNKNOWN, {"code", code});
    if (e != OK)
        return e;
    const struct procedure *last = v->versions[v->n_versions - 1];
    struct date end;
    v->day = date_iso(x->arena, v->on);
    if (last->to.n && str_cmp(last->to, v->day) <= 0) {
        if (last->successor.n && !v->asked_on.n) {
            *ret_is_led = true;
            exchange_redirect(x, 303, with_place(x, part_href(x, "/services/", last->successor), v->unit, code));
            return OK;
        }
        if (date_parse(last->to, &end, NULL) == OK)
            v->on = date_add_days(end, -1);
    }
    e = procedure_read(x->arena, s, code, v->on, &p, f);
    v->p = p;
    return e;
}

/* ---- facts */

static struct str joined(struct exchange *x, const struct text2 *titles, size_t n)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&b, i ? "; " : "");
        buf_str(&b, text2_in(&titles[i], x->lang));
    }
    return buf_move(&b, x->arena);
}

static struct str vnd(struct exchange *x, int64_t amount)
{
    return amount ? message_with(x->arena, M_service_fee_vnd, x->lang, part_int(x, amount))
                  : message(M_service_fee_free, x->lang);
}

/* What who files at the counter without any condition pays for one. */
static struct str usual_fee(const struct view *v)
{
    const struct str conditions[] = {STR("counter")};
    struct procedure_sum sum = procedure_fee(v->p, v->on, conditions, ARRAY_LEN(conditions), 1);
    return sum.is_known ? vnd(v->x, sum.vnd) : message(M_service_fee_unknown, v->x->lang);
}

static void write_facts(const struct view *v, struct buf *out)
{
    struct exchange *x = v->x;
    const struct procedure *p = v->p;
    struct str limit = service_limit(x, p);
    struct fact facts[8];
    size_t n = 0;
    facts[n++] = (struct fact){.term = message(M_service_who, x->lang), .text = service_who(x, p)};
    facts[n++] = (struct fact){.term = message(M_service_level_of, x->lang),
                               .text = text2_in(&p->competent_level_title, x->lang)};
    facts[n++] = (struct fact){.term = message(M_service_limit, x->lang),
                               .text = limit.n ? limit : message(M_service_limit_unsettled, x->lang)};
    facts[n++] = (struct fact){.term = message(M_service_fee, x->lang), .text = usual_fee(v)};
    if (p->n_applicants)
        facts[n++] =
            (struct fact){.term = message(M_service_for, x->lang), .text = joined(x, p->applicants, p->n_applicants)};
    facts[n++] = (struct fact){.term = message(M_service_supplement, x->lang),
                               .text = message(p->is_restarted ? M_service_restart : M_service_resume, x->lang)};
    if (p->words.n)
        facts[n++] = (struct fact){.term = message(M_service_words, x->lang), .text = p->words};
    part_facts(x, out, facts, n);
}

/* ---- limits and fees */

struct rows {
    struct table_row *p;
    size_t n, cap;
};

static void add_row(struct exchange *x, struct rows *rows, const struct table_cell *cells, size_t n)
{
    struct table_cell *kept = ARENA_ARRAY(x->arena, struct table_cell, n);
    memcpy(kept, cells, n * sizeof *cells);
    VEC_PUSH(x->arena, rows, ((struct table_row){.cells = kept, .bar = NAN}));
}

static void add_term(const struct view *v, struct rows *rows, struct str title, const struct procedure_term *t)
{
    struct str text = service_term(v->x, t);
    const struct table_cell cells[] = {{.text = title}, {.text = text}};
    if (text.n)
        add_row(v->x, rows, cells, ARRAY_LEN(cells));
}

static void write_limits(const struct view *v, struct buf *out)
{
    struct exchange *x = v->x;
    const struct procedure *p = v->p;
    struct rows rows = {0};
    const struct {
        enum message title;
        const struct procedure_term *term;
    } terms[] = {{M_service_limit_local, &p->local},
                 {M_service_limit_national, &p->national},
                 {M_service_limit_law, &p->law},
                 {M_service_limit_online, &p->by_channel[CHANNEL_ONLINE]},
                 {M_service_limit_counter, &p->by_channel[CHANNEL_COUNTER]},
                 {M_service_limit_post, &p->by_channel[CHANNEL_POST]}};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++)
        add_term(v, &rows, message(terms[i].title, x->lang), terms[i].term);
    for (size_t i = 0; i < p->n_variants; i++)
        add_term(v, &rows,
                 message_with(x->arena, p->variants[i].is_phase ? M_service_limit_phase_of : M_service_limit_case_of,
                              x->lang, text2_in(&p->variants[i].title, x->lang)),
                 &p->variants[i].term);
    if (!rows.n) {
        const struct table_cell cells[] = {{.text = message(M_service_limit, x->lang)},
                                           {.text = message(M_service_limit_unsettled, x->lang)}};
        add_row(x, &rows, cells, ARRAY_LEN(cells));
    }
    const struct table_column columns[] = {{.title = message(M_service_limit_case, x->lang), .is_head = true},
                                           {.title = message(M_service_limit, x->lang)}};
    part_table(x, out,
               &(struct table){.caption = message(M_service_limits_from, x->lang),
                               .columns = columns,
                               .n_columns = ARRAY_LEN(columns),
                               .rows = rows.p,
                               .n_rows = rows.n});
}

/* “20.000 đồng/hồ sơ” */
static struct str amount_of(struct exchange *x, const struct procedure_fee_line *line)
{
    struct buf per CLEANUP(buf_done) = BUF_INIT(1024);
    if (!line->has_amount)
        return message(M_service_fee_unknown, x->lang);
    if (!line->amount)
        return message(M_service_fee_free, x->lang);
    text_casei(text2_in(&line->per, x->lang), &per);
    return STR_JOIN(x->arena, vnd(x, line->amount), STR("/"), buf_view(&per));
}

static struct str note_of(struct exchange *x, const struct procedure_fee_line *line)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&b, text2_in(&line->note, x->lang));
    if (line->is_not_refunded && !b.n)
        buf_str(&b, message(M_service_fee_kept, x->lang));
    if (line->legal_basis.n)
        buf_printf(&b, "%s%.*s", b.n ? "; " : "", STR_ARG(line->legal_basis));
    return buf_move(&b, x->arena);
}

static void write_fees(const struct view *v, struct buf *out)
{
    struct exchange *x = v->x;
    struct rows rows = {0};
    for (size_t i = 0; i < v->p->n_fees; i++) {
        const struct procedure_fee_line *line = &v->p->fees[i];
        struct str title = text2_in(&line->title, x->lang), kind = text2_in(&line->kind, x->lang);
        struct str when = line->n_conditions ? joined(x, line->condition_titles, line->n_conditions)
                                             : message(M_service_fee_usual, x->lang);
        if ((line->from.n && str_cmp(v->day, line->from) < 0) || (line->to.n && str_cmp(line->to, v->day) <= 0))
            continue;
        struct str note = note_of(x, line);
        const struct table_cell cells[] = {{.text = title.n ? STR_JOIN(x->arena, kind, STR(": "), title) : kind},
                                           {.text = when},
                                           {.text = amount_of(x, line)},
                                           {.text = note.n ? note : STR("–")}};
        add_row(x, &rows, cells, ARRAY_LEN(cells));
    }
    const struct table_column columns[] = {{.title = message(M_service_fee_item, x->lang), .is_head = true},
                                           {.title = message(M_service_fee_when, x->lang)},
                                           {.title = message(M_service_fee_amount, x->lang)},
                                           {.title = message(M_service_fee_note, x->lang)}};
    if (rows.n)
        part_table(x, out,
                   &(struct table){.caption = message_with(x->arena, M_service_fees_on, x->lang, part_date(x, v->day)),
                                   .columns = columns,
                                   .n_columns = ARRAY_LEN(columns),
                                   .rows = rows.p,
                                   .n_rows = rows.n});
}

/* ---- where */

/* Communes to choose from: those that have an office on the day. */
static enum err write_units(const struct view *v, const struct units *units, struct str chosen, struct tpl_service *t,
                            struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("offices"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    VEC(struct tpl_service_units) list = {0};
    bool is_local = str_is(v->p->competent_level, "commune") || str_is(v->p->competent_level, "district");
    if (!reg || !is_local || v->p->office.n)
        return OK;
    struct query_options o = {.filter = STR("level = 'commune'"), .on = v->day};
    enum err e = query_open(w->store, reg, &o, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str code = str_dup(x->arena, record_text(reg, &r, "unit"));
        const struct unit *unit = units_on(units, code, v->day);
        if (unit)
            VEC_PUSH(x->arena, &list, ((struct tpl_service_units){code, unit->name, str_eq(code, chosen)}));
    }
    t->units = list.p;
    t->n_units = list.n;
    return e;
}

/* Who settles it: of the province, whatever the place; else at the place that was chosen. */
static enum err write_office(const struct view *v, struct tpl_service *t, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    struct units units;
    struct office o = {0};
    enum err e = units_read(x, &units, f), found = OK;
    if (e != OK)
        return e;
    const struct unit *unit = v->unit.n && units.reg ? units_near(&units, v->unit, v->day) : NULL;
    if (unit || v->p->office.n) {
        found = procedure_office(x->arena, w->store, v->p, v->unit, v->on, &o, f);
        if (found != OK && found != ERR_OFFICE_NONE && found != ERR_OFFICE_UNKNOWN && found != ERR_OFFICES_NONE)
            return found;
        t->unit_name = unit ? unit->name : text2_in(&w->store->province->title, x->lang);
        t->office = found == OK ? o.name : nothing;
        t->office_moved = found == OK && unit && o.has_moved && !unit_holds(unit, v->day);
        t->office_phone = found == OK ? o.hotline : nothing;
        t->office_address = found == OK ? o.address : nothing;
    }
    return write_units(v, &units, found == OK && o.unit.n ? o.unit : v->unit, t, f);
}

/* The host of the address, for people. */
static struct str host_of(struct str url)
{
    struct str rest, host;
    const char *p = url.n > 8 ? memmem(url.p, url.n, "://", 3) : NULL;
    host = p ? str_slice(p + 3, url.n - (size_t)(p + 3 - url.p)) : url;
    return str_cut(host, '/', &rest);
}

/* ---- the page */

static void write_papers(const struct view *v, struct tpl_service *t)
{
    struct exchange *x = v->x;
    const struct procedure *p = v->p;
    struct tpl_service_papers *papers = ARENA_ARRAY(x->arena, struct tpl_service_papers, p->n_components + 1);
    struct tpl_service_steps *steps = ARENA_ARRAY(x->arena, struct tpl_service_steps, p->n_steps + 1);
    for (size_t i = 0; i < p->n_components; i++)
        papers[i] = (struct tpl_service_papers){.name = p->components[i].name,
                                                .kind = p->components[i].need,
                                                .condition = text2_in(&p->components[i].condition, x->lang),
                                                .originals = p->components[i].originals,
                                                .copies = p->components[i].copies,
                                                .is_reused = p->components[i].reused_result.n > 0,
                                                .is_sample = p->components[i].is_sample};
    for (size_t i = 0; i < p->n_steps; i++)
        steps[i] =
            (struct tpl_service_steps){text2_in(&p->steps[i].actor, x->lang), text2_in(&p->steps[i].action, x->lang),
                                       text2_in(&p->steps[i].limit, x->lang)};
    t->papers = papers, t->n_papers = p->n_components;
    t->steps = steps, t->n_steps = p->n_steps;
    t->results = p->results, t->n_results = p->n_results;
    t->bases = p->legal_basis, t->n_bases = p->n_legal_basis;
}

static struct str time_of(struct exchange *x, const struct procedure *p)
{
    struct str from = part_date(x, p->from), to = part_date(x, p->to);
    if (p->from.n && p->to.n)
        return STR_JOIN(x->arena, from, STR(" – "), to);
    return p->from.n ? message_with(x->arena, M_service_version_from, x->lang, from)
                     : message_with(x->arena, M_service_version_until, x->lang, p->to.n ? to : STR("…"));
}

static void write_versions(const struct view *v, struct tpl_service *t)
{
    struct exchange *x = v->x;
    struct str now = today(x);
    struct tpl_service_versions *list = ARENA_ARRAY(x->arena, struct tpl_service_versions, v->n_versions + 1);
    t->is_past = !holds(v->p, now);
    for (size_t i = 0; i < v->n_versions; i++) {
        const struct procedure *p = v->versions[v->n_versions - 1 - i];
        struct date end;
        struct str day = p->from;
        if (!day.n && p->to.n && date_parse(p->to, &end, NULL) == OK)
            day = date_iso(x->arena, date_add_days(end, -1));
        struct str href = service_href(x, p);
        if (holds(p, now))
            t->now_href = href;
        list[i] = (struct tpl_service_versions){
            .href = holds(p, now) || !day.n ? href : STR_JOIN(x->arena, href, STR("?on="), day),
            .time = time_of(x, p),
            .who = service_who(x, p),
            .is_here = str_eq(p->id, v->p->id)};
    }
    t->versions = list;
    t->n_versions = v->n_versions;
}

/* It can be filed online, as it is today, and one of the offices settles it. */
static bool may_apply(const struct view *v)
{
    return procedure_is_online(v->p, v->on) && holds(v->p, today(v->x));
}

static enum err write_page(const struct view *v, struct fault *f)
{
    struct exchange *x = v->x;
    const struct procedure *p = v->p;
    const struct reg *reg = province_register(((struct worker *)x->worker)->store->province, STR("procedures"));
    struct str name = service_name(x, p), full = text2_in(&p->name, x->lang);
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), limits CLEANUP(buf_done) = BUF_INIT(1 << 20),
                     fees CLEANUP(buf_done) = BUF_INIT(1 << 20), qr CLEANUP(buf_done) = BUF_INIT(1 << 20),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str address = STR_JOIN(x->arena, exchange_base(x), part_href(x, "/t/", p->code));
    write_facts(v, &facts);
    write_limits(v, &limits);
    write_fees(v, &fees);
    if (!qr_svg(address, message(M_service_qr, x->lang), &qr))
        qr.n = 0;
    struct tpl_service t = {
        .full_name = str_eq(full, name) ? nothing : full,
        .code = p->code,
        .code_now = p->code,
        .level = text2_in(&p->level_title, x->lang),
        .is_sample = p->is_sample,
        .field = p->field,
        .renamed = input_named(x, "was")->text,
        .is_unpublished = !procedure_is_published(p, v->on) && holds(p, today(x)),
        .doubt = text2_in(&p->doubt, x->lang),
        .day = part_date(x, v->day),
        .door = host_of(p->front_door),
        .door_href = p->front_door,
        .apply_href = may_apply(v) ? part_href(x, "/apply/", p->code) : nothing,
        .facts = buf_view(&facts),
        .on = v->asked_on,
        .limits = buf_view(&limits),
        .fees = buf_view(&fees),
        .decision = p->publishing_decision,
        .published = p->published_on.n ? part_date(x, p->published_on) : nothing,
        .qr = buf_view(&qr),
        .short_href = part_href(x, "/t/", p->code),
        .short_text = address,
        .record_href = show_record_href(x, reg, p->id),
        .portal_href = p->portal_url,
    };
    write_papers(v, &t);
    write_versions(v, &t);
    if (write_office(v, &t, f) != OK)
        return fault_code(f);
    tpl_service(&content, &t, x->lang);
    struct crumb crumbs[] = {{message(M_services_title, x->lang), STR("/services")}, {name, nothing}};
    return page(x,
                &(struct page){.title = name,
                               .description = full,
                               .content = buf_view(&content),
                               .section = "services",
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .has_sample = p->is_sample},
                f);
}

enum err page_service(struct exchange *x, struct fault *f)
{
    struct view v = {.x = x, .asked_on = input_named(x, "on")->text, .unit = input_named(x, "u")->text};
    bool is_led;
    enum err e = find_version(&v, input_named(x, "procedure")->text, &is_led, f);
    if (e == OK && !is_led)
        v.day = date_iso(x->arena, v.on);
    return e != OK || is_led ? e : write_page(&v, f);
}

/* ---- /t/ */

/* A code as it was typed from a board: without its dot, in small letters, or with the agency behind it (1.001193.000.00.00.H16). */
static struct str code_typed(struct exchange *x, struct str text)
{
    enum { NATIONAL = 8, DIGITS = 7 };
    struct str s = str_dup(x->arena, str_trim(text));
    char *p = arena_dup(x->arena, s.p ? s.p : "", s.n);
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        p[i] = p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] - 'a' + 'A') : p[i];
        digits += p[i] >= '0' && p[i] <= '9';
    }
    if (digits == DIGITS && s.n == DIGITS)
        return str_of(arena_printf(x->arena, "%c.%.6s", p[0], p + 1));
    if (s.n > NATIONAL && p[1] == '.' && p[NATIONAL] == '.')
        return str_slice(p, NATIONAL);
    return str_slice(p, s.n);
}

enum err page_short(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct procedure **versions = NULL;
    size_t n = 0;
    struct str typed = input_named(x, "procedure")->text, code = code_typed(x, typed);
    enum err e = services_are_there(x) ? procedure_versions(x->arena, w->store, code, &versions, &n, f)
                                       : FAULT(f, ERR_PROCEDURES_NONE);
    if (e != OK)
        return e;
    if (n)
        exchange_redirect(x, 303, with_place(x, part_href(x, "/services/", code), input_named(x, "u")->text, nothing));
    else
        exchange_redirect(x, 303, part_href(x, "/services?missing=", typed));
    return OK;
}
