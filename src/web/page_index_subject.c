/* One subject of an index, and two beside each other. */
#include <math.h>

#include "base/limits.h"
#include "web/message.h"
#include "web/page_index.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* What both pages show, in this order. */
struct sections {
    struct buf head; /* the place of one; of two empty */
    struct buf years, facts, parts, pillars, ranks, totals, compare, verify;
};

static struct sections sections_new(void)
{
    const struct buf b = BUF_INIT(LIMIT_PAGE_BYTES);
    return (struct sections){b, b, b, b, b, b, b, b, b};
}

static void sections_done(struct sections *s)
{
    struct buf *const all[] = {&s->head,  &s->years,  &s->facts,   &s->parts, &s->pillars,
                               &s->ranks, &s->totals, &s->compare, &s->verify};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_done(all[i]);
}

/* A main index over all subjects whose value is known. */
struct spread {
    double sum;
    size_t n;
    const struct index_row *best; /* NULL: nobody's value is known */
};

static struct spread spread_of(const struct index_table *t, size_t main)
{
    struct spread s = {0};
    for (size_t i = 0; i < t->n; i++) {
        struct quantity q = t->rows[i].main[main].value;
        if (!quantity_is_known(q))
            continue;
        s.sum += quantity_double(q);
        s.n++;
        if (!s.best || quantity_double(q) > quantity_double(s.best->main[main].value))
            s.best = &t->rows[i];
    }
    return s;
}

static struct str fixed(const struct index_view *v, struct quantity q)
{
    return part_fixed(v->x, q, v->index->decimals);
}

static struct str signed_fixed(const struct index_view *v, struct quantity q)
{
    struct str s = fixed(v, q);
    bool is_up = quantity_is_known(q) && quantity_double(q) > 0;
    return is_up ? str_of(arena_printf(v->x->arena, "+%.*s", STR_ARG(s))) : s;
}

static double number_of(struct quantity q)
{
    return quantity_is_known(q) ? quantity_double(q) : NAN;
}

/* ---- main indices beside mean and best */

static struct table_row part_row(const struct index_view *v, const struct index_row *row, size_t main)
{
    enum { N = 6 };
    struct exchange *x = v->x;
    struct table_cell *cells = arena_zalloc(x->arena, N * sizeof(*cells));
    struct spread s = spread_of(v->t, main);
    double mean = s.n ? s.sum / (double)s.n : NAN;
    cells[0].text = text2_in(&v->t->framework->main[main].title, x->lang);
    cells[5].text = part_quantity(x, v->t->framework->main[main].points, 2);
    cells[1].text = fixed(v, row->main[main].value);
    cells[2].text = s.n ? fixed(v, quantity_of_double(mean, v->index->decimals)) : nothing;
    struct str n = part_int(x, (int64_t)s.n), all = part_int(x, (int64_t)v->t->n);
    cells[3].text = str_of(arena_printf(x->arena, "%.*s / %.*s", STR_ARG(n), STR_ARG(all)));
    if (s.best) {
        struct str best = fixed(v, s.best->main[main].value);
        cells[4].text = str_of(arena_printf(x->arena, "%.*s · %.*s", STR_ARG(best), STR_ARG(s.best->name)));
        cells[4].href = index_href(v, s.best->subject);
    }
    return (struct table_row){.cells = cells, .bar = number_of(row->main[main].value), .tick = mean};
}

static void show_parts(const struct index_view *v, const struct index_row *row, struct buf *out)
{
    enum lang lang = v->x->lang;
    const struct index_framework *fw = v->t->framework;
    const struct table_column columns[] = {
        {.title = message(M_index_part, lang), .is_head = true},
        {.title = message(M_index_value, lang), .is_number = true},
        {.title = message(M_index_mean, lang), .is_number = true},
        {.title = message(M_index_known, lang), .is_number = true},
        {.title = message(M_index_best, lang)},
        {.title = message(M_index_points, lang), .is_number = true},
    };
    struct table_row *rows = arena_zalloc(v->x->arena, (fw->n_main + 1) * sizeof(*rows));
    for (size_t i = 0; i < fw->n_main; i++)
        rows[i] = part_row(v, row, i);
    part_table(v->x, out,
               &(struct table){.caption = text2_in(&fw->title, lang),
                               .columns = columns,
                               .n_columns = ARRAY_LEN(columns),
                               .rows = rows,
                               .n_rows = fw->n_main,
                               .bar_full = 1});
}

static enum err show_pillars(const struct index_view *v, const struct index_row *row, struct buf *out, struct fault *f)
{
    enum { N = 4 };
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    const struct index_framework *fw = v->t->framework;
    const struct table_column columns[N] = {
        {.title = message(M_index_pillar, x->lang), .is_head = true},
        {.title = message(M_index_published, x->lang), .is_number = true},
        {.title = message(M_index_computed, x->lang), .is_number = true},
        {.title = message(M_index_published_mean, x->lang), .is_number = true},
    };
    struct table_row *rows = arena_zalloc(x->arena, (fw->n_pillars + 1) * sizeof(*rows));
    for (size_t i = 0; i < fw->n_pillars; i++) {
        struct quantity mean;
        struct table_cell *cells = arena_zalloc(x->arena, N * sizeof(*cells));
        const struct index_pillar_value *value = &row->pillars[i];
        enum err e = index_mean(x->arena, w->store, v->index, v->t->year, fw->pillars[i].id, &mean, f);
        if (e != OK)
            return e;
        cells[0].text = text2_in(&fw->pillars[i].title, x->lang);
        cells[1].text = fixed(v, value->published);
        cells[2].text = fixed(v, value->computed);
        cells[3].text = fixed(v, mean);
        double shown = number_of(quantity_is_known(value->published) ? value->published : value->computed);
        rows[i] = (struct table_row){.cells = cells, .bar = shown, .tick = number_of(mean)};
    }
    struct str caption = message(M_index_pillars, x->lang), judged = text2_in(&fw->title, x->lang);
    if (fw->n_pillars)
        part_table(
            x, out,
            &(struct table){.caption = str_of(arena_printf(x->arena, "%.*s · %.*s", STR_ARG(caption), STR_ARG(judged))),
                            .columns = columns,
                            .n_columns = N,
                            .rows = rows,
                            .n_rows = fw->n_pillars,
                            .bar_full = 1});
    return OK;
}

/* ---- the profile */

static enum err show_facts(const struct index_view *v, const struct index_row *row, struct buf *out, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    const struct index_row *first = &v->t->rows[0];
    struct quantity mean;
    enum err e = index_mean(x->arena, w->store, v->index, v->t->year, v->index->published_total, &mean, f);
    if (e != OK)
        return e;
    struct str best = fixed(v, index_total_of(first));
    struct fact facts[] = {
        {.term = message(M_index_published, x->lang), .text = fixed(v, row->published_total)},
        {.term = message(M_index_computed, x->lang), .text = fixed(v, row->total_rounded)},
        {.term = message(M_index_total_change, x->lang), .text = signed_fixed(v, row->total_change)},
        {.term = message(M_index_published_mean, x->lang), .text = fixed(v, mean)},
        {.term = message(M_index_leads, x->lang),
         .text = first->rank ? str_of(arena_printf(x->arena, "%.*s%s%.*s", STR_ARG(first->name), best.n ? ": " : "",
                                                   STR_ARG(best)))
                             : nothing,
         .href = first->rank ? index_href(v, first->subject) : nothing},
        {.term = message(M_index_framework, x->lang), .text = text2_in(&v->t->framework->title, x->lang)},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts));
    return OK;
}

static void show_place(const struct index_view *v, const struct index_row *row, struct buf *out)
{
    int64_t change = quantity_is_known(row->rank_change) ? (int64_t)quantity_double(row->rank_change) : 0;
    tpl_index_place(out,
                    &(struct tpl_index_place){
                        .rank = row->rank ? part_int(v->x, row->rank) : nothing,
                        .subjects = part_int(v->x, (int64_t)v->t->n),
                        .year = index_year_text(v->x, v->t->year),
                        .change = change ? part_int(v->x, change < 0 ? -change : change) : nothing,
                        .is_up = change > 0,
                        .table_href = index_href(v, nothing),
                    },
                    v->x->lang);
}

/* ---- both pages */

/* second empty: the page of one. */
static enum err write_page(const struct index_view *v, struct str first, struct str second, const struct sections *s,
                           struct fault *f)
{
    static const char *const charts[] = {"chart", NULL};
    struct exchange *x = v->x;
    struct str index = text2_in(&v->index->title, x->lang),
               title = second.n ? STR_JOIN(x->arena, first, STR(" – "), second) : first;
    struct buf description CLEANUP(buf_done) = BUF_INIT(4096), content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    message_fill(&description, M_index_description, x->lang, title);
    struct tpl_index_subject t = {
        .head = buf_view(&s->head),
        .has_other_framework = v->t->has_other_framework,
        .years = buf_view(&s->years),
        .facts = buf_view(&s->facts),
        .first = first,
        .second = second,
        .parts = buf_view(&s->parts),
        .pillars = buf_view(&s->pillars),
        .ranks = buf_view(&s->ranks),
        .totals = buf_view(&s->totals),
        .compare = buf_view(&s->compare),
        .verify = buf_view(&s->verify),
    };
    tpl_index_subject(&content, &t, x->lang);
    struct crumb crumbs[] = {
        {message(M_indexes_title, x->lang), STR("/indexes")}, {index, index_href(v, nothing)}, {title, nothing}};
    return page(x,
                &(struct page){.title = title,
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "index",
                               .has_sample = v->t->n_sample > 0,
                               .scripts = s->ranks.n + s->totals.n > 0 ? charts : NULL},
                f);
}

/* Years, courses, the form that compares a with b, and the proof; of one the mean stands beside its course. */
static enum err show_shared(const struct index_view *v, struct str a, struct str b, bool is_pair, struct sections *s,
                            struct fault *f)
{
    const struct str both[] = {a, b};
    size_t n = is_pair && !str_eq(a, b) ? 2 : 1;
    enum err e = index_show_totals(v, both, n, !is_pair, &s->totals, f);
    if (e == OK)
        e = index_show_verify(v, &s->verify, f);
    if (e != OK)
        return e;
    index_show_years(v, &s->years);
    index_show_ranks(v, both, n, &s->ranks);
    index_show_compare(v, a, b, &s->compare);
    return OK;
}

enum err page_index_subject(struct exchange *x, struct fault *f)
{
    struct index_view v;
    const struct index_row *row;
    struct sections s CLEANUP(sections_done) = sections_new();
    enum err e = index_view_open(x, &v, f);
    if (e == OK)
        e = index_explain(v.t, input_named(x, "subject")->text, &row, f);
    if (e == OK)
        e = show_facts(&v, row, &s.facts, f);
    if (e == OK)
        e = show_pillars(&v, row, &s.pillars, f);
    if (e != OK)
        return e;
    const struct index_row *other = index_row_of(v.t, v.own);
    if (!other || other == row)
        other = &v.t->rows[0];
    show_place(&v, row, &s.head);
    show_parts(&v, row, &s.parts);
    e = show_shared(&v, row->subject, other->subject, false, &s, f);
    return e == OK ? write_page(&v, row->name, nothing, &s, f) : e;
}

/* ---- two */

static struct table_row pair(const struct index_view *v, struct str title, struct quantity a, struct quantity b)
{
    struct table_cell *cells = arena_zalloc(v->x->arena, 4 * sizeof(*cells));
    cells[0].text = title;
    cells[1].text = fixed(v, a);
    cells[2].text = fixed(v, b);
    cells[3].text = signed_fixed(v, quantity_sub(a, b));
    return (struct table_row){.cells = cells, .bar = number_of(a), .tick = number_of(b)};
}

static struct table_row rank_pair(const struct index_view *v, const struct index_row *a, const struct index_row *b)
{
    struct exchange *x = v->x;
    struct table_cell *cells = arena_zalloc(x->arena, 4 * sizeof(*cells));
    cells[0].text = message(M_index_rank, x->lang);
    cells[1].text = a->rank ? part_int(x, a->rank) : nothing;
    cells[2].text = b->rank ? part_int(x, b->rank) : nothing;
    cells[3].text = a->rank && b->rank ? part_signed(x, a->rank - b->rank) : nothing;
    return (struct table_row){.cells = cells, .bar = NAN};
}

static void show_pairs(const struct index_view *v, struct str caption, const struct index_row *a,
                       const struct index_row *b, const struct table_row *rows, size_t n, struct buf *out)
{
    enum lang lang = v->x->lang;
    const struct table_column columns[] = {{.title = message(M_index_part, lang), .is_head = true},
                                           {.title = a->name, .is_number = true},
                                           {.title = b->name, .is_number = true},
                                           {.title = message(M_compare_difference, lang), .is_number = true}};
    part_table(v->x, out,
               &(struct table){.caption = caption,
                               .columns = columns,
                               .n_columns = ARRAY_LEN(columns),
                               .rows = rows,
                               .n_rows = n,
                               .bar_full = 1});
}

static void show_both(const struct index_view *v, const struct index_row *a, const struct index_row *b,
                      struct sections *s)
{
    struct exchange *x = v->x;
    const struct index_framework *fw = v->t->framework;
    const struct table_row overall[] = {rank_pair(v, a, b),
                                        pair(v, message(M_index_total, x->lang), index_total_of(a), index_total_of(b))};
    struct str title = message(M_compare_all, x->lang);
    show_pairs(v, str_of(arena_printf(x->arena, "%.*s, %lld", STR_ARG(title), (long long)v->t->year)), a, b, overall,
               ARRAY_LEN(overall), &s->facts);
    struct table_row *rows = arena_zalloc(x->arena, (fw->n_main + 1) * sizeof(*rows));
    for (size_t i = 0; i < fw->n_main; i++)
        rows[i] = pair(v, text2_in(&fw->main[i].title, x->lang), a->main[i].value, b->main[i].value);
    show_pairs(v, text2_in(&fw->title, x->lang), a, b, rows, fw->n_main, &s->parts);
}

/* The subject asked for, else the province itself, else the first that is another. */
static enum err choose(const struct index_view *v, const char *name, const struct index_row * not,
                       const struct index_row **ret_row, struct fault *f)
{
    struct str asked = input_named(v->x, name)->text;
    if (asked.n || v->t->n == 0) /* of an empty table none: it says so */
        return index_explain(v->t, asked, ret_row, f);
    const struct index_row *own = index_row_of(v->t, v->own);
    *ret_row = own && own != not ? own : &v->t->rows[not == &v->t->rows[0] && v->t->n > 1 ? 1 : 0];
    return OK;
}

enum err page_index_compare(struct exchange *x, struct fault *f)
{
    struct index_view v;
    const struct index_row *a = NULL, *b = NULL;
    struct sections s CLEANUP(sections_done) = sections_new();
    enum err e = index_view_open(x, &v, f);
    if (e == OK)
        e = choose(&v, "a", NULL, &a, f);
    if (e == OK)
        e = choose(&v, "b", a, &b, f);
    if (e == OK)
        e = show_shared(&v, a->subject, b->subject, true, &s, f);
    if (e != OK)
        return e;
    show_both(&v, a, b, &s);
    return write_page(&v, a->name, b->name, &s, f);
}
