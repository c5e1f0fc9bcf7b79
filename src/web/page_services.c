/* /services: public services by what people call them, by life event, field, office and online level. */
#include "base/limits.h"
#include "text/date.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/services.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SERVICES_EACH = 50, NAME_BYTES = 240 };

static const struct str nothing = {NULL, 0};

struct narrowing {
    struct str q, event, field, office, level;
};

static bool is_narrowed(const struct narrowing *n)
{
    return n->q.n || n->event.n || n->field.n || n->office.n || n->level.n;
}

/* The office of the province, or the level where the place decides which office it is. */
static struct str office_of(const struct procedure *p)
{
    return p->office.n ? p->office : p->competent_level;
}

static bool is_among(const struct narrowing *n, const struct procedure *p)
{
    return (!n->event.n || service_is_of_event(p, n->event)) && (!n->field.n || str_eq(p->field, n->field)) &&
           (!n->office.n || str_eq(office_of(p), n->office)) && (!n->level.n || str_eq(p->level, n->level));
}

/* ---- filters */

struct facet {
    struct filter_option *p;
    size_t n, cap;
};

static void count_in(struct exchange *x, struct facet *facet, struct str value, struct str title)
{
    if (!value.n)
        return;
    for (size_t i = 0; i < facet->n; i++)
        if (str_eq(facet->p[i].value, value)) {
            facet->p[i].count++;
            return;
        }
    VEC_PUSH(x->arena, facet, ((struct filter_option){.title = title, .value = value, .count = 1}));
}

static struct str office_title(struct exchange *x, const struct procedure *p, struct date on)
{
    struct worker *w = x->worker;
    struct office o;
    if (p->office.n && office_read(x->arena, w->store, p->office, on, &o, NULL) == OK)
        return o.name;
    return p->office.n ? p->office : text2_in(&p->competent_level_title, x->lang);
}

static void write_filters(struct exchange *x, const struct services *s, const struct narrowing *n, struct buf *out)
{
    struct facet fields = {0}, offices = {0}, levels = {0};
    struct filter_option every = {.title = message(M_services_every, x->lang), .value = nothing, .count = -1};
    VEC_PUSH(x->arena, &fields, every);
    VEC_PUSH(x->arena, &offices, every);
    VEC_PUSH(x->arena, &levels, every);
    for (size_t i = 0; i < s->n; i++) {
        const struct procedure *p = s->p[i];
        bool is_known = false;
        for (size_t k = 0; k < offices.n; k++)
            is_known |= str_eq(offices.p[k].value, office_of(p));
        count_in(x, &fields, p->field, p->field);
        count_in(x, &offices, office_of(p), is_known ? nothing : office_title(x, p, s->on));
        count_in(x, &levels, p->level, text2_in(&p->level_title, x->lang));
    }
    const struct filter_group groups[] = {
        {message(M_services_field, x->lang), "field", n->field, fields.p, fields.n},
        {message(M_services_office, x->lang), "office", n->office, offices.p, offices.n},
        {message(M_services_level, x->lang), "level", n->level, levels.p, levels.n}};
    part_filters(x, out, groups, ARRAY_LEN(groups), nothing, nothing);
}

/* ---- the list */

/* Those that are asked for: found by words first, then those of a life event that is meant. */
static size_t choose(struct exchange *x, const struct services *s, const struct narrowing *n,
                     const struct service_event *events, size_t n_events, struct procedure ***ret)
{
    struct procedure **found = s->p, **chosen;
    size_t n_found = s->n, k = 0;
    if (n->q.n)
        n_found = procedures_find(x->arena, s->p, s->n, n->q, &found);
    chosen = ARENA_ARRAY(x->arena, struct procedure *, s->n + n_found + 1);
    for (size_t i = 0; i < n_found; i++)
        if (is_among(n, found[i]))
            chosen[k++] = found[i];
    for (size_t e = 0; n->q.n && e < n_events; e++)
        for (size_t i = 0; service_event_is_meant(x, &events[e], n->q) && i < s->n; i++) {
            bool is_new = service_is_of_event(s->p[i], events[e].code) && is_among(n, s->p[i]);
            for (size_t c = 0; is_new && c < k; c++)
                is_new = chosen[c] != s->p[i];
            if (is_new && k < s->n)
                chosen[k++] = s->p[i];
        }
    *ret = chosen;
    return k;
}

/* Official names run to 500 letters; a list shows how they begin. */
static struct str beginning(struct exchange *x, struct str name)
{
    size_t n = NAME_BYTES;
    if (name.n <= n)
        return name;
    while (n > 0 && name.p[n] != ' ')
        n--;
    return STR_JOIN(x->arena, str_slice(name.p, n), STR(" …"));
}

static struct tpl_services_list_services row_of(struct exchange *x, const struct procedure *p, struct str on,
                                                bool is_asked)
{
    struct str name = service_name(x, p), full = text2_in(&p->name, x->lang), href = service_href(x, p);
    return (struct tpl_services_list_services){
        .name = name,
        .full_name = is_asked && x->lang == LANG_VI && !str_eq(name, full) ? beginning(x, full) : nothing,
        .href = on.n ? STR_JOIN(x->arena, href, STR("?on="), on) : href,
        .code = p->code,
        .field = p->field,
        .level = text2_in(&p->level_title, x->lang),
        .who = service_who(x, p),
        .limit = service_limit(x, p),
        .is_sample = p->is_sample,
    };
}

static size_t event_tiles(struct exchange *x, const struct service_event *events, size_t n, struct str chosen,
                          struct tpl_services_events **ret)
{
    *ret = ARENA_ARRAY(x->arena, struct tpl_services_events, n + 1);
    for (size_t i = 0; i < n; i++)
        (*ret)[i] = (struct tpl_services_events){events[i].title, part_href(x, "/services?event=", events[i].code),
                                                 events[i].count, str_eq(events[i].code, chosen)};
    return n;
}

static size_t place_asked(const struct exchange *x, size_t n)
{
    int64_t after = input_named(x, "after")->integer;
    return after > 0 && (size_t)after < n ? (size_t)after : 0;
}

static void write_pages(struct exchange *x, size_t from, size_t n_shown, size_t n, struct buf *out)
{
    struct str next = from + n_shown < n ? str_of(arena_printf(x->arena, "%zu", from + n_shown)) : nothing;
    if (n > SERVICES_EACH)
        part_pages(x, out,
                   &(struct pages){.n_shown = (int64_t)n_shown,
                                   .n_total = (int64_t)n,
                                   .after = from ? str_of(arena_printf(x->arena, "%zu", from)) : nothing,
                                   .next = next});
}

enum err page_services(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("procedures"));
    struct narrowing n = {str_trim(input_named(x, "q")->text), input_named(x, "event")->text,
                          input_named(x, "field")->text, input_named(x, "office")->text, input_named(x, "level")->text};
    struct services s;
    struct service_event *events = NULL;
    struct procedure **chosen = NULL;
    size_t n_events = 0;
    struct str on = input_named(x, "on")->text;
    struct buf filters CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), pages CLEANUP(buf_done) = BUF_INIT(1 << 16),
                       content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       description CLEANUP(buf_done) = BUF_INIT(4096);
    enum err e = services_read(x, &s, f);
    if (e == OK)
        e = services_events(x, &s, &events, &n_events, f);
    if (e != OK)
        return e;
    size_t n_chosen = choose(x, &s, &n, events, n_events, &chosen), from = place_asked(x, n_chosen);
    size_t n_shown = n_chosen - from < SERVICES_EACH ? n_chosen - from : SERVICES_EACH;
    struct tpl_services_list_services *rows = ARENA_ARRAY(x->arena, struct tpl_services_list_services, n_shown + 1);
    bool has_sample = false;
    for (size_t i = 0; i < n_shown; i++) {
        rows[i] = row_of(x, chosen[from + i], on, is_narrowed(&n));
        has_sample |= rows[i].is_sample;
    }
    write_filters(x, &s, &n, &filters);
    write_pages(x, from, n_shown, n_chosen, &pages);
    struct tpl_services t = {
        .missing = input_named(x, "missing")->text,
        .q = n.q,
        .is_asked = is_narrowed(&n),
        .on = on,
        .day = part_date(x, date_iso(x->arena, s.on)),
        .filters = buf_view(&filters),
        .doubts_href = site_may_write(x, VERB_UPDATE, reg) ? STR("/procedures/doubts") : nothing,
        .listed = {.is_asked = is_narrowed(&n),
                   .found = (int64_t)n_chosen,
                   .clear_href = on.n ? STR_JOIN(x->arena, STR("/services?on="), on) : STR("/services"),
                   .services = rows,
                   .n_services = n_shown,
                   .pages = buf_view(&pages)}};
    struct tpl_services_events *tiles;
    t.n_events = event_tiles(x, events, n_events, n.event, &tiles);
    t.events = tiles;
    tpl_services(&content, &t, x->lang);
    message_fill(&description, M_services_description, x->lang, text2_in(&w->store->province->title, x->lang));
    return page(x,
                &(struct page){.title = message(M_services_title, x->lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "services",
                               .has_own_search = true,
                               .has_sample = has_sample},
                f);
}
