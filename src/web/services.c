#include "web/services.h"

#include "base/clock.h"
#include "base/limits.h"
#include "register/moment.h"
#include "register/query.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static const struct reg *catalogue(const struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *reg = p ? province_register(p, STR("procedures")) : NULL;
    return reg && reg->valid_from != NO_FIELD && site_shows_register(x, reg) ? reg : NULL;
}

bool services_are_there(const struct exchange *x)
{
    return catalogue(x) != NULL;
}

static struct str asked_day(const struct exchange *x)
{
    for (const struct input *in = x->route->inputs; in && in->name; in++)
        if (strcmp(in->name, "on") == 0)
            return input_named(x, "on")->text;
    return nothing;
}

enum err services_day(struct exchange *x, struct date *ret_day, struct fault *f)
{
    struct worker *w = x->worker;
    struct str on = asked_day(x);
    struct moment at;
    enum err e = OK;
    *ret_day = date_of_instant(clock_now_ms(), w->store->province->utc_offset_minutes);
    if (!on.n && x->at.n) {
        e = moment_read(x->arena, w->store, &at, f);
        on = e == OK ? at.day : nothing;
    }
    return e == OK && on.n ? date_parse(on, ret_day, f) : e;
}

enum err services_read(struct exchange *x, struct services *ret, struct fault *f)
{
    struct worker *w = x->worker;
    struct procedure **all = NULL;
    size_t n = 0;
    *ret = (struct services){0};
    enum err e = catalogue(x) ? services_day(x, &ret->on, f) : FAULT(f, ERR_PROCEDURES_NONE);
    if (e == OK)
        e = procedures_read(x->arena, w->store, ret->on, &all, &n, f);
    if (e != OK)
        return e;
    ret->p = ARENA_ARRAY(x->arena, struct procedure *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (procedure_is_published(all[i], ret->on))
            ret->p[ret->n++] = all[i];
    return OK;
}

/* ---- in words */

struct str service_name(const struct exchange *x, const struct procedure *p)
{
    return text2_in(&p->short_name, x->lang);
}

struct str service_href(struct exchange *x, const struct procedure *p)
{
    return part_href(x, "/services/", p->code);
}

struct str service_term(struct exchange *x, const struct procedure_term *t)
{
    struct str unit = text2_in(&t->unit_title, x->lang);
    if (!t->is_given)
        return nothing;
    if (t->limit.unit == LIMIT_SAME_DAY || t->limit.unit == LIMIT_NONE)
        return unit;
    if (t->limit.unit == LIMIT_UNSPECIFIED || t->limit.n <= 0)
        return t->limit.n > 0 ? str_of(arena_printf(x->arena, "%d (%.*s)", t->limit.n, STR_ARG(unit))) : unit;
    if (x->lang == LANG_EN && t->limit.n == 1 && str_ends(unit, STR("s")))
        unit.n--;
    return str_of(arena_printf(x->arena, "%d %.*s", t->limit.n, STR_ARG(unit)));
}

static bool is_settled(const struct procedure_term *t)
{
    return t->is_given && t->limit.unit != LIMIT_UNSPECIFIED;
}

struct str service_limit(struct exchange *x, const struct procedure *p)
{
    const struct procedure_term *promise = p->local.is_given ? &p->local : NULL;
    for (int c = 0; !promise && c < CHANNELS; c++) {
        const struct procedure_term *t = &p->by_channel[c];
        for (int other = 0; t->is_given && other < CHANNELS; other++)
            if (p->by_channel[other].is_given &&
                (p->by_channel[other].limit.n != t->limit.n || p->by_channel[other].limit.unit != t->limit.unit))
                return nothing;
        promise = t->is_given ? t : NULL;
    }
    promise = promise ? promise : procedure_promise(p);
    return promise && is_settled(promise) ? service_term(x, promise) : nothing;
}

struct str service_who(const struct exchange *x, const struct procedure *p)
{
    return p->authority.n ? p->authority : text2_in(&p->competent_level_title, x->lang);
}

/* ---- life events */

bool service_is_of_event(const struct procedure *p, struct str event)
{
    for (size_t i = 0; i < p->n_life_events; i++)
        if (str_eq(p->life_events[i], event))
            return true;
    return false;
}

enum err services_events(struct exchange *x, const struct services *s, struct service_event **ret_events, size_t *ret_n,
                         struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("life_events"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    VEC(struct service_event) list = {0};
    *ret_n = 0;
    if (!reg || !site_shows_register(x, reg))
        return OK;
    enum err e = query_open(w->store, reg, &(struct query_options){0}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct text2 title = record_title(reg, &r, "code");
        struct service_event one = {.code = str_dup(x->arena, record_text(reg, &r, "code")),
                                    .title = str_dup(x->arena, text2_in(&title, x->lang)),
                                    .words = str_dup(x->arena, record_text(reg, &r, "words"))};
        for (size_t i = 0; i < s->n; i++)
            one.count += service_is_of_event(s->p[i], one.code);
        if (one.count)
            VEC_PUSH(x->arena, &list, one);
    }
    *ret_events = list.p;
    *ret_n = list.n;
    return e;
}

static bool is_within(struct exchange *x, struct str words, struct str text)
{
    struct buf a CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES), b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_putc(&a, ' '), text_fold_words(words, &a), buf_putc(&a, ' ');
    buf_putc(&b, ' '), text_fold_words(text, &b), buf_putc(&b, ' ');
    (void)x;
    return a.n > 2 && b.n > 2 && (memmem(b.p, b.n, a.p, a.n) || memmem(a.p, a.n, b.p, b.n));
}

bool service_event_is_meant(struct exchange *x, const struct service_event *e, struct str words)
{
    struct str rest = e->words;
    bool is_meant = is_within(x, words, e->title);
    while (!is_meant && rest.p && rest.n)
        is_meant = is_within(x, words, str_trim(str_cut(rest, ';', &rest)));
    return is_meant;
}
