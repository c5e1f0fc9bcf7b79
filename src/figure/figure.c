/* A figure computed: its day, its kind, its staleness. */
#include "figure/internal.h"
#include "figure/kept.h"

#include "base/clock.h"
#include "base/limits.h"

#include "base/banned.h"

enum { FROM_REGISTERS = LIMIT_REGISTERS + 100 /* and those built in */ };
enum { FIGURE_DEPTH = 32 }; /* figures computed from figures; rings are refused when they are loaded */

static enum err compute_at(struct arena *a, struct store *s, const struct figures *fs, const struct figure *fig,
                           const struct figure_options *o, int depth, struct figure_result *ret_result,
                           struct fault *f);

/* ---- days ---- */

enum err day_of_moment(struct arena *a, struct store *s, struct str *ret_day, struct fault *f)
{
    struct moment at;
    int offset = s->province ? s->province->utc_offset_minutes : VIETNAM_OFFSET_MINUTES;
    if (s->at == 0 || s->at >= s->head) {
        *ret_day = date_iso(a, date_of_instant(clock_now_ms(), offset));
        return OK;
    }
    enum err e = moment_read(a, s, &at, f);
    if (e == OK)
        *ret_day = at.day;
    return e;
}

struct str figure_day_declared(const struct figure *fig, const struct figure_options *o)
{
    return o && o->on.n ? o->on : fig->on.n ? fig->on : fig->period_to;
}

static enum err option_date(struct str text, struct fault *f)
{
    struct date d;
    return text.n ? date_parse(text, &d, f) : OK;
}

static enum err days_set(struct compute *c, const struct figure_options *o, struct figure_result *r, struct fault *f)
{
    const struct figure *fig = c->fig;
    struct str today;
    enum err e = day_of_moment(c->a, c->s, &today, f);
    if (e == OK)
        e = option_date(o->on, f);
    if (e == OK)
        e = option_date(o->units_at, f);
    if (e == OK)
        e = option_date(o->asked, f);
    if (e != OK)
        return e;
    struct str declared = figure_day_declared(fig, o);
    c->on = declared.n ? declared : today;
    c->map = o->units_at.n ? o->units_at : c->on;
    c->by = o->by;
    r->on = c->on;
    r->by = o->by;
    r->asked = o->asked.n ? o->asked : o->on.n ? o->on : today;
    r->is_stale = (fig->valid_from.n && str_cmp(r->asked, fig->valid_from) < 0) ||
                  (fig->valid_to.n && str_cmp(r->asked, fig->valid_to) > 0);
    return OK;
}

/* ---- from an index ---- */

static int64_t *index_rank_of(struct index_row *row, bool is_change)
{
    return is_change ? &row->previous_rank : &row->rank;
}

static struct quantity rank_quantity(int64_t rank)
{
    return rank ? quantity_of_integer(rank) : (struct quantity){0};
}

static struct quantity index_component(const struct index_table *t, const struct index_row *row, struct str name)
{
    const struct index_framework *fw = t->framework;
    for (size_t i = 0; i < fw->n_main; i++)
        if (str_eq(fw->main[i].id, name))
            return row->main[i].value;
    for (size_t i = 0; i < fw->n_pillars; i++) {
        if (!str_eq(fw->pillars[i].id, name))
            continue;
        if (quantity_is_known(row->pillars[i].published) || !quantity_is_known(row->pillars[i].computed))
            return row->pillars[i].published;
        return quantity_tidy(
            quantity_of_decimal(decimal_round(quantity_decimal(row->pillars[i].computed), t->index->decimals)));
    }
    return (struct quantity){0};
}

static enum err index_figure(struct compute *c, int64_t year, struct figure_result *r, struct fault *f)
{
    const struct figure *fig = c->fig;
    struct index_table t;
    const struct index_row *found;
    enum err e = index_compute(c->a, c->s, c->fs->indexes, fig->index->id, year, &t, f);
    if (e != OK || (e = index_explain(&t, fig->index_subject, &found, f)) != OK)
        return e;
    struct index_row row = *found;
    bool is_rank = str_is(fig->index_value, "rank"), is_total = str_is(fig->index_value, "total");
    bool is_rank_change = str_is(fig->index_value, "rank_change");
    bool is_total_change = str_is(fig->index_value, "total_change");
    bool is_change = is_rank_change || is_total_change;
    r->n_counted = t.n_values + (is_change ? t.n_values_before : 0);
    r->n_sample = t.n_sample + (is_change ? t.n_sample_before : 0);
    r->decimals = is_rank || is_rank_change ? 0 : t.index->decimals;
    if (is_rank) {
        r->value = rank_quantity(*index_rank_of(&row, false));
        r->of = quantity_of_integer((int64_t)t.n);
    } else if (is_total) {
        r->value = quantity_is_known(row.published_total) ? row.published_total : row.total_rounded;
    } else if (is_change) {
        r->value = is_rank_change ? row.rank_change : row.total_change;
        r->from = is_rank_change ? rank_quantity(*index_rank_of(&row, true)) : row.previous_total;
        r->has_other_framework = t.has_other_framework;
    } else {
        r->value = index_component(&t, &row, fig->index_value);
    }
    return OK;
}

/* ---- from other figures ---- */

static struct quantity ratio_value(struct quantity over, struct quantity under, const struct figure *fig)
{
    if (quantity_is_known(under) && quantity_equal(under, quantity_of_integer(0)))
        return fig->empty;
    struct quantity value = quantity_div(quantity_mul(over, fig->scale), under, 6);
    bool is_over = quantity_is_known(value) && quantity_is_known(fig->most) &&
                   decimal_compare(quantity_decimal(value), quantity_decimal(fig->most)) > 0;
    return is_over ? fig->most : value;
}

static void ratio_combine(const void *ctx, struct figure_row *row, const struct figure_row *other)
{
    const struct figure *fig = ctx;
    row->value = ratio_value(row->value, other ? other->value : quantity_of_integer(0), fig);
    row->of = row->percent = row->margin = (struct quantity){0};
}

static void difference_combine(const void *ctx, struct figure_row *row, const struct figure_row *other)
{
    (void)ctx;
    struct quantity zero = quantity_of_integer(0);
    /* A row of a count that one day lacks had nothing to count then. */
    row->value = quantity_sub(row->value, other ? other->value : zero);
    row->of = row->percent = row->margin = (struct quantity){0};
}

static enum err part_compute(struct compute *c, const struct measure *m, const struct figure_options *o, int depth,
                             struct figure_result *r, struct fault *f)
{
    if (m->kind == MEASURE_FIGURE)
        return compute_at(c->a, c->s, c->fs, m->figure, o, depth + 1, r, f);
    return measure_compute(c, m, NULL, quantity_of_integer(1), r, f);
}

static void sources_add(struct figure_result *r, const struct figure_result *part)
{
    r->n_counted += part->n_counted;
    r->n_sample += part->n_sample;
    r->has_other_framework |= part->has_other_framework;
    r->is_stale |= part->is_stale;
}

static enum err ratio_figure(struct compute *c, const struct figure_options *o, int depth, struct figure_result *r,
                             struct fault *f)
{
    struct figure_result over = {0}, under = {0};
    struct figure_options same = *o;
    same.on = figure_day_declared(c->fig, o);
    same.asked = r->asked;
    enum err e = c->by.n ? figure_by_check(c->s->province, c->fig, c->by, f) : OK;
    if (e == OK)
        e = part_compute(c, &c->fig->main, &same, depth, &over, f);
    if (e != OK || (e = part_compute(c, &c->fig->of, &same, depth, &under, f)) != OK)
        return e;
    r->value = ratio_value(over.value, under.value, c->fig);
    r->decimals = 2;
    sources_add(r, &over);
    sources_add(r, &under);
    r->by_title = over.by_title;
    r->units_at = over.units_at;
    r->rows = over.rows;
    r->n_rows = over.n_rows;
    if (c->by.n) {
        r->is_additive = over.is_additive; /* while joining: what the numerator lacks is zero */
        rows_join(c->a, r, &under, ratio_combine, c->fig);
        r->is_additive = false;
    }
    return OK;
}

static enum err difference_figure(struct compute *c, const struct figure_options *o, int depth, struct figure_result *r,
                                  struct fault *f)
{
    struct figure_result now = {0}, then = {0};
    struct figure_options on = *o, from = *o;
    on.on = c->fig->difference_on;
    from.on = c->fig->difference_from;
    /* Both days on one map, or their rows would not compare. */
    on.asked = from.asked = r->asked;
    on.units_at = from.units_at = o->units_at.n ? o->units_at : c->fig->difference_on;
    enum err e = compute_at(c->a, c->s, c->fs, c->fig->other, &on, depth + 1, &now, f);
    if (e != OK || (e = compute_at(c->a, c->s, c->fs, c->fig->other, &from, depth + 1, &then, f)) != OK)
        return e;
    r->value = quantity_sub(now.value, then.value);
    r->from = then.value;
    r->decimals = now.decimals;
    r->on = c->fig->difference_on;
    sources_add(r, &now);
    sources_add(r, &then);
    r->by_title = now.by_title;
    r->units_at = now.units_at;
    r->is_additive = now.is_additive;
    r->rows = now.rows;
    r->n_rows = now.n_rows;
    if (c->by.n)
        rows_join(c->a, r, &then, difference_combine, NULL);
    return OK;
}

static enum err total_figure(struct compute *c, const struct figure_options *o, int depth, struct figure_result *r,
                             struct fault *f)
{
    const struct figure *fig = c->fig;
    struct figure_result *parts = ARENA_ARRAY(c->a, struct figure_result, fig->n_added + 1);
    struct figure_options same = *o;
    same.on = figure_day_declared(fig, o);
    same.asked = r->asked;
    enum err e = c->by.n ? figure_by_check(c->s->province, fig, c->by, f) : OK;
    r->value = quantity_of_integer(0);
    r->decimals = 0;
    r->is_additive = true;
    for (size_t i = 0; e == OK && i < fig->n_added; i++) {
        if ((e = compute_at(c->a, c->s, c->fs, fig->added[i], &same, depth + 1, &parts[i], f)) != OK)
            return e;
        r->value = quantity_add(r->value, parts[i].value);
        r->decimals = parts[i].decimals > r->decimals ? parts[i].decimals : r->decimals;
        r->is_additive &= parts[i].is_additive;
        sources_add(r, &parts[i]);
    }
    if (e == OK && c->by.n) {
        r->by_title = parts[0].by_title;
        r->units_at = parts[0].units_at;
        rows_total(c->a, r, parts, fig->n_added);
    }
    return e;
}

/* ---- any figure ---- */

static int decimals_of(const struct figure *fig)
{
    switch (fig->kind) {
    case FIGURE_COUNT:
        return 0;
    case FIGURE_SUM:
        return fig->main.reg->fields[fig->main.field].type == FT_NUMBER ? 2 : 0;
    case FIGURE_MEAN:
    case FIGURE_RATIO:
    case FIGURE_INDEX:
    case FIGURE_DIFFERENCE:
    case FIGURE_TOTAL:
        return 2;
    case FIGURE_SURVEY:
        return 1;
    }
    return 2;
}

static enum err kind_compute(struct compute *c, const struct figure_options *o, int depth, struct figure_result *r,
                             struct fault *f)
{
    const struct figure *fig = c->fig;
    switch (fig->kind) {
    case FIGURE_COUNT:
        return measure_compute(c, &fig->main, fig->is_share ? &fig->of : NULL, quantity_of_integer(1), r, f);
    case FIGURE_SUM:
    case FIGURE_MEAN:
    case FIGURE_SURVEY:
        return measure_compute(c, &fig->main, NULL, fig->scale, r, f);
    case FIGURE_RATIO:
        return ratio_figure(c, o, depth, r, f);
    case FIGURE_DIFFERENCE:
        return difference_figure(c, o, depth, r, f);
    case FIGURE_TOTAL:
        return total_figure(c, o, depth, r, f);
    case FIGURE_INDEX:
        return o->by.n ? figure_by_check(c->s->province, fig, o->by, f)
                       : index_figure(c, o->year ? o->year : fig->index_year, r, f);
    }
    return OK;
}

/* Parts of divided units show digits behind the mark. */
static void decimals_widen(struct figure_result *r)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].value.kind == QUANTITY_DECIMAL && r->decimals == 0)
            r->decimals = 2;
}

static enum err compute_at(struct arena *a, struct store *s, const struct figures *fs, const struct figure *fig,
                           const struct figure_options *o, int depth, struct figure_result *ret_result, struct fault *f)
{
    struct compute c = {.a = a, .s = s, .fs = fs, .fig = fig, .is_whole = o->is_whole};
    struct figure_result r = {.figure = fig, .decimals = decimals_of(fig)};
    if (depth > FIGURE_DEPTH)
        return FAULT(f, ERR_LIMIT, {"what", fig->id}, {"limit", str_of(arena_printf(a, "%d", FIGURE_DEPTH))});
    enum err e = days_set(&c, o, &r, f);
    if (e != OK || (e = kind_compute(&c, o, depth, &r, f)) != OK)
        return e;
    if (fig->is_share)
        r.percent = quantity_percent(r.value, r.of);
    decimals_widen(&r);
    e = moment_read(a, s, &r.at, f);
    if (e == OK)
        *ret_result = r;
    return e;
}

void figures_keep(struct figures *fs, struct arena *owner)
{
    fs->kept = fs->indexes->kept = kept_new(owner);
}

/* What it is computed from. */
static void registers_of(const struct figure *fig, const struct reg **from, size_t *n)
{
    const struct reg *direct[] = {fig->main.reg, fig->of.reg, fig->index ? fig->index->subjects : NULL,
                                  fig->index ? fig->index->values : NULL, fig->index ? fig->index->means : NULL};
    for (size_t i = 0; i < ARRAY_LEN(direct); i++) {
        bool is_new = direct[i] != NULL;
        for (size_t k = 0; k < *n; k++)
            is_new &= from[k] != direct[i];
        must(*n < FROM_REGISTERS);
        if (is_new)
            from[(*n)++] = direct[i];
    }
    for (size_t i = 0; i < figure_n_parts(fig); i++)
        if (figure_part(fig, i))
            registers_of(figure_part(fig, i), from, n);
}

static struct str key_of(struct arena *a, struct str id, const struct figure_options *o)
{
    static const char line[] = "\n"; /* in no option */
    return STR_JOIN(a, id, str_of(line), o->by, str_of(line), o->on, str_of(line), o->units_at, str_of(line), o->asked,
                    str_of(arena_printf(a, "\n%lld %d", (long long)o->year, o->is_whole)));
}

enum err figure_compute(struct arena *a, struct store *s, const struct figures *fs, struct str id,
                        const struct figure_options *o, struct figure_result *ret_result, struct fault *f)
{
    static const struct figure_options none = {0};
    const struct figure *fig;
    struct kept_place place;
    o = o ? o : &none;
    enum err e = figure_find(fs, id, &fig, f);
    if (e != OK)
        return e;
    const struct figure_result *kept = kept_find(fs->kept, a, s, key_of(a, id, o), &place);
    if (kept) {
        *ret_result = *kept;
        return moment_read(a, s, &ret_result->at, f); /* it is the same then */
    }
    struct figure_options own = *o; /* a result that is kept holds what was asked, longer than who asked does */
    struct str *texts[] = {&own.by, &own.on, &own.units_at, &own.asked};
    for (size_t i = 0; place.key.p && i < ARRAY_LEN(texts); i++)
        if (texts[i]->p)
            *texts[i] = str_dup(place.arena, *texts[i]);
    e = compute_at(place.arena, s, fs, fig, &own, 0, ret_result, f);
    if (e == OK) {
        const struct reg *from[FROM_REGISTERS];
        size_t n = 0;
        registers_of(fig, from, &n);
        kept_put(fs->kept, &place, ret_result, sizeof *ret_result, s, from, n);
    }
    return e;
}

enum err figure_require(const struct figure_result *r, struct fault *f)
{
    const struct figure *fig = r->figure;
    if (!quantity_is_known(r->value))
        return FAULT(f, ERR_FIGURE_VALUE_UNKNOWN, {"id", fig->id});
    if (!r->is_stale)
        return OK;
    struct buf valid CLEANUP(buf_done) = BUF_INIT(100);
    buf_str(&valid, fig->valid_from.n ? fig->valid_from : STR("…"));
    buf_puts(&valid, " – ");
    buf_str(&valid, fig->valid_to.n ? fig->valid_to : STR("…"));
    return FAULT(f, ERR_FIGURE_STALE, {"id", fig->id}, {"asked", r->asked}, {"valid", buf_view(&valid)});
}
