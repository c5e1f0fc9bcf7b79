/* What is asked of a procedure once it was read: limit, fee, office. */
#include "workflow/procedure.h"

#include "base/vec.h"

#include "base/banned.h"

const char *channel_code(enum channel channel)
{
    static const char *const codes[CHANNELS] = {"counter", "online", "post"};
    return codes[channel];
}

/* ---- publishing */

bool procedure_is_published(const struct procedure *p, struct date on)
{
    struct date d;
    return p->published_on.n && date_parse(p->published_on, &d, NULL) == OK && date_compare(d, on) <= 0;
}

bool procedure_is_online(const struct procedure *p, struct date on)
{
    bool has_level = p->level.n && !str_is(p->level, "information");
    bool has_office = p->office.n || !str_is(p->competent_level, "province");
    return has_level && p->by_channel[CHANNEL_ONLINE].is_given && has_office && p->form.n &&
           procedure_is_published(p, on);
}

/* ---- limit */

static bool is_settled(const struct procedure_term *t)
{
    return t->limit.unit != LIMIT_UNSPECIFIED && (t->limit.n > 0 || t->limit.unit == LIMIT_NONE);
}

const struct procedure_term *procedure_promise(const struct procedure *p)
{
    return p->local.is_given ? &p->local : p->national.is_given ? &p->national : p->law.is_given ? &p->law : NULL;
}

static enum err unknown_variant(const struct procedure *p, struct str variant, struct fault *f)
{
    struct buf known CLEANUP(buf_done) = BUF_INIT(4096);
    for (size_t i = 0; i < p->n_variants; i++)
        buf_printf(&known, "%s%.*s", known.n ? ", " : "", STR_ARG(p->variants[i].code));
    return FAULT(f, ERR_PROCEDURE_VARIANT, {"code", p->code}, {"variant", variant},
                 {"known", known.n ? buf_view(&known) : STR("—")});
}

static const struct procedure_term *term_of(const struct procedure *p, enum channel channel)
{
    if (p->local.is_given)
        return &p->local;
    return p->by_channel[channel].is_given ? &p->by_channel[channel] : procedure_promise(p);
}

enum err procedure_limit(const struct procedure *p, enum channel channel, struct str variant, struct limit *ret,
                         struct fault *f)
{
    const struct procedure_term *term = term_of(p, channel);
    if (variant.n) {
        size_t i = 0;
        while (i < p->n_variants && !str_eq(p->variants[i].code, variant))
            i++;
        if (i == p->n_variants)
            return unknown_variant(p, variant, f);
        term = &p->variants[i].term;
    }
    if (!term || !is_settled(term))
        return FAULT(f, ERR_PROCEDURE_LIMIT, {"code", p->code});
    *ret = term->limit;
    return OK;
}

/* ---- fee */

static bool is_among(struct str code, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], code))
            return true;
    return false;
}

static bool applies(const struct procedure_fee_line *line, struct str day, const struct str *conditions, size_t n)
{
    if ((line->from.n && str_cmp(day, line->from) < 0) || (line->to.n && str_cmp(day, line->to) >= 0))
        return false;
    for (size_t i = 0; i < line->n_conditions; i++)
        if (!is_among(line->conditions[i], conditions, n))
            return false;
    return true;
}

/* Whether x goes before y. */
static bool is_stronger(const struct procedure_fee_line *x, const struct procedure_fee_line *y)
{
    if (x->rank != y->rank)
        return x->rank > y->rank;
    if (x->n_conditions != y->n_conditions)
        return x->n_conditions > y->n_conditions;
    return x->has_amount && (!y->has_amount || x->amount < y->amount);
}

/* False when the sum does not fit. */
static bool amount_of(const struct procedure_fee_line *line, int64_t quantity, int64_t *ret)
{
    quantity = line->is_per_dossier && quantity > 1 ? 1 : quantity;
    int64_t first = line->is_formula && quantity > line->first ? line->first : quantity, more, sum;
    if (__builtin_mul_overflow(first, line->amount, &sum) ||
        __builtin_mul_overflow(quantity - first, line->further, &more) || __builtin_add_overflow(sum, more, &sum))
        return false;
    *ret = line->has_cap && sum > line->cap ? line->cap : sum;
    return true;
}

/* The line that counts for an item; NULL: there is none. */
static const struct procedure_fee_line *line_of(const struct procedure *p, struct str item, struct str day,
                                                const struct str *conditions, size_t n)
{
    const struct procedure_fee_line *best = NULL;
    for (size_t i = 0; i < p->n_fees; i++) {
        const struct procedure_fee_line *line = &p->fees[i];
        if (str_eq(line->item, item) && applies(line, day, conditions, n) && (!best || is_stronger(line, best)))
            best = line;
    }
    return best;
}

static bool is_first_of_item(const struct procedure *p, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(p->fees[i].item, p->fees[at].item))
            return false;
    return true;
}

struct procedure_sum procedure_fee(const struct procedure *p, struct date on, const struct str *conditions,
                                   size_t n_conditions, int64_t quantity)
{
    struct procedure_sum sum = {0};
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(on, &b);
    if (quantity < 0)
        return sum;
    for (size_t i = 0; i < p->n_fees; i++) {
        const struct procedure_fee_line *line =
            is_first_of_item(p, i) ? line_of(p, p->fees[i].item, buf_view(&b), conditions, n_conditions) : NULL;
        int64_t amount = 0;
        if (!line)
            continue;
        if (!line->has_amount || !amount_of(line, quantity, &amount) ||
            __builtin_add_overflow(sum.vnd, amount, &sum.vnd))
            return (struct procedure_sum){0};
        sum.is_known = true;
    }
    return sum;
}

/* ---- office */

enum err procedure_office(struct arena *a, struct store *s, const struct procedure *p, struct str unit, struct date on,
                          struct office *ret, struct fault *f)
{
    if (p->office.n)
        return office_read(a, s, p->office, on, ret, f);
    if (str_is(p->competent_level, "commune") || str_is(p->competent_level, "district"))
        return office_on(a, s, unit, p->competent_level, on, ret, f);
    return FAULT(f, ERR_OFFICE_NONE, {"unit", unit}, {"level", p->competent_level}, {"date", date_iso(a, on)});
}
