/* How a figure is counted, in words and in CQL2, and who wrote the records. */
#include "base/limits.h"
#include "register/query.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/templates.h"

#include "base/banned.h"

enum { MAX_ADDED = 40, MAX_FACTS = 24 + MAX_ADDED };

struct facts {
    struct figure_view *v;
    struct fact p[MAX_FACTS];
    size_t n;
};

static void add(struct facts *facts, enum message term, struct fact fact)
{
    must(facts->n < MAX_FACTS);
    fact.term = message(term, facts->v->x->lang);
    facts->p[facts->n++] = fact;
}

/* ---- the calculation */

static struct str calculation(struct figure_view *v)
{
    static const enum message names[] = {
        [FIGURE_COUNT] = M_figure_how_count,
        [FIGURE_SUM] = M_figure_how_sum,
        [FIGURE_MEAN] = M_figure_how_mean,
        [FIGURE_RATIO] = M_figure_how_ratio,
        [FIGURE_SURVEY] = M_figure_how_survey,
        [FIGURE_INDEX] = M_figure_how_index,
        [FIGURE_DIFFERENCE] = M_figure_how_difference,
        [FIGURE_TOTAL] = M_figure_how_total,
    };
    const struct figure *figure = v->figure;
    enum message name = names[figure->kind];
    bool has_field = figure->main.reg && figure->main.field != NO_FIELD;
    if (figure->kind == FIGURE_COUNT && has_field)
        name = M_figure_how_distinct;
    if (!has_field || figure->kind == FIGURE_SURVEY || figure->kind == FIGURE_RATIO)
        return message(name, v->x->lang);
    return message_with(v->x->arena, name, v->x->lang,
                        text2_in(&figure->main.reg->fields[figure->main.field].title, v->x->lang));
}

static void add_filter(struct facts *facts, enum message term, struct str filter)
{
    struct figure_view *v = facts->v;
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    struct str text = figure_filter_text(v->x->arena, v->figure, filter, v->r.on);
    if (text.n == 0) {
        buf_done(&b);
        add(facts, term, (struct fact){.text = message(M_figure_all, v->x->lang)});
        return;
    }
    tpl_code(&b, &(struct tpl_code){text}, v->x->lang);
    add(facts, term, (struct fact){.html = buf_move(&b, v->x->arena)});
}

static void add_measure(struct facts *facts, enum message term, const struct measure *m)
{
    struct exchange *x = facts->v->x;
    if (m->kind == MEASURE_NONE)
        return;
    if (m->kind == MEASURE_FIGURE) {
        add(facts, M_figure_other,
            (struct fact){.text = text2_in(&m->figure->title, x->lang),
                          .href = part_href(x, "/figures/", m->figure->id)});
        return;
    }
    add(facts, term,
        (struct fact){.text = text2_in(&m->reg->title, x->lang),
                      .href = site_shows_register(x, m->reg) ? part_href(x, "/registers/", m->reg->name)
                                                             : (struct str){NULL, 0}});
    if (m->kind == MEASURE_SURVEY)
        add_filter(facts, M_figure_base, m->base);
    add_filter(facts, M_figure_where, m->where);
}

static void add_index(struct facts *facts)
{
    struct exchange *x = facts->v->x;
    const struct figure *figure = facts->v->figure;
    struct str title = text2_in(&figure->index->title, x->lang), href = part_href(x, "/indexes/", figure->index->id),
               subject = part_href(x, "/", figure->index_subject);
    add(facts, M_figure_index,
        (struct fact){.text =
                          str_of(arena_printf(x->arena, "%.*s, %lld", STR_ARG(title), (long long)figure->index_year)),
                      .href = str_of(arena_printf(x->arena, "%.*s%.*s?year=%lld", STR_ARG(href), STR_ARG(subject),
                                                  (long long)figure->index_year))});
}

static void add_difference(struct facts *facts)
{
    struct exchange *x = facts->v->x;
    const struct figure *figure = facts->v->figure;
    struct str from = part_date(x, figure->difference_from), on = part_date(x, figure->difference_on);
    add(facts, M_figure_other,
        (struct fact){.text = text2_in(&figure->other->title, x->lang),
                      .href = part_href(x, "/figures/", figure->other->id)});
    add(facts, M_figure_days,
        (struct fact){.text = str_of(arena_printf(x->arena, "%.*s → %.*s", STR_ARG(from), STR_ARG(on)))});
}

/* ---- days and authors */

static void add_days(struct facts *facts)
{
    struct exchange *x = facts->v->x;
    const struct figure *figure = facts->v->figure;
    if (figure->period_from.n && figure->period_to.n) {
        struct str from = part_date(x, figure->period_from), to = part_date(x, figure->period_to);
        add(facts, M_figure_period,
            (struct fact){.text = str_of(arena_printf(x->arena, "%.*s – %.*s", STR_ARG(from), STR_ARG(to)))});
    }
    if (figure->kind != FIGURE_INDEX && figure->kind != FIGURE_DIFFERENCE)
        add(facts, M_figure_day, (struct fact){.text = part_date(x, facts->v->r.on)});
    struct str source = text2_in(&figure->source, x->lang);
    if (source.n)
        add(facts, M_figure_source, (struct fact){.text = source});
}

static enum err add_author(struct facts *facts, struct fault *f)
{
    struct exchange *x = facts->v->x;
    struct worker *w = x->worker;
    const struct reg *reg = figure_view_register(facts->v->figure);
    struct moment at;
    struct authorship author;
    int64_t rev = 0;
    enum err e = reg ? query_newest(w->store, reg, &rev, f) : OK;
    if (e != OK || rev == 0)
        return e;
    if ((e = moment_of(x->arena, w->store, rev, &at, f)) != OK ||
        (e = moment_author(x->arena, w->store, rev, &author, f)) != OK)
        return e;
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    tpl_author(
        &b,
        &(struct tpl_author){.revision = rev,
                             .time = page_time(x->arena, at.time, w->store->province->utc_offset_minutes, x->lang),
                             .actor = part_author(x, &author),
                             .reason = author.reason,
                             .href = str_of(arena_printf(x->arena, "/api/log/revisions/%lld", (long long)rev))},
        x->lang);
    add(facts, M_figure_author, (struct fact){.html = buf_move(&b, x->arena)});
    return OK;
}

enum err figure_show_definition(struct figure_view *v, struct buf *out, struct fault *f)
{
    struct facts facts = {.v = v};
    const struct figure *figure = v->figure;
    add(&facts, M_figure_how, (struct fact){.text = calculation(v)});
    if (figure->kind == FIGURE_INDEX)
        add_index(&facts);
    else if (figure->kind == FIGURE_DIFFERENCE)
        add_difference(&facts);
    for (size_t i = 0; i < figure->n_added && i < MAX_ADDED; i++)
        add(&facts, M_figure_other,
            (struct fact){.text = text2_in(&figure->added[i]->title, v->x->lang),
                          .href = part_href(v->x, "/figures/", figure->added[i]->id)});
    add_measure(&facts, M_figure_register, &figure->main);
    add_measure(&facts, figure->kind == FIGURE_RATIO ? M_figure_register_under : M_figure_register_of, &figure->of);
    add_days(&facts);
    if (figure->is_internal)
        add(&facts, M_figure_privacy, (struct fact){.text = message(M_figure_internal, v->x->lang)});
    enum err e = add_author(&facts, f);
    const char *place = arena_printf(v->x->arena, "%.*s:%d", STR_ARG(figure->file), figure->line);
    add(&facts, M_figure_declared, (struct fact){.text = str_of(place)});
    part_facts(v->x, out, facts.p, facts.n);
    return e;
}
