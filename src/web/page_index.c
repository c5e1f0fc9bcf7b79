/* The list of indices, and the table of one: filters and order by links, ranks over the years. */
#include "web/page_index.h"

#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "register/query.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/templates.h"

#include "base/banned.h"

enum { MAX_GROUPS = 8, MAX_COLUMNS = 5 };

static const struct str nothing = {NULL, 0};

/* ---- the list */

static struct str framework_years(struct exchange *x, const struct index_framework *fw, bool is_last)
{
    if (fw->year_to == fw->year_from)
        return index_year_text(x, fw->year_from);
    return str_of(is_last && fw->status != INDEX_CLOSED
                      ? arena_printf(x->arena, "%lld –", (long long)fw->year_from)
                      : arena_printf(x->arena, "%lld – %lld", (long long)fw->year_from, (long long)fw->year_to));
}

static enum err list_index(struct exchange *x, const struct index *index, struct tpl_indexes_indexes *shown,
                           struct fault *f)
{
    struct worker *w = x->worker;
    struct index_table t = {0};
    int64_t year;
    enum err e = index_latest_year(x->arena, w->store, w->figures->indexes, index->id, &year, f);
    if (e == OK)
        e = index_compute(x->arena, w->store, w->figures->indexes, index->id, year, &t, f);
    if (e != OK && e != ERR_INDEX_YEAR) /* no values yet: no years to choose from */
        return e;
    struct str href = part_href(x, "/indexes/", index->id);
    struct tpl_indexes_indexes_years *years = arena_zalloc(x->arena, (t.n_years + 1) * sizeof(*years));
    struct buf frameworks CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < t.n_years; i++)
        years[i] = (struct tpl_indexes_indexes_years){
            index_year_text(x, t.years[i]),
            str_of(arena_printf(x->arena, "%.*s?year=%lld", STR_ARG(href), (long long)t.years[i]))};
    for (size_t i = 0; i < index->n_frameworks; i++) {
        struct str title = text2_in(&index->frameworks[i].title, x->lang),
                   held = framework_years(x, &index->frameworks[i], i + 1 == index->n_frameworks);
        buf_printf(&frameworks, "%s%.*s (%.*s)", i ? "; " : "", STR_ARG(title), STR_ARG(held));
    }
    *shown = (struct tpl_indexes_indexes){.title = text2_in(&index->title, x->lang),
                                          .href = href,
                                          .years = years,
                                          .n_years = t.n_years,
                                          .frameworks = str_dup(x->arena, buf_view(&frameworks))};
    return OK;
}

enum err page_indexes(struct exchange *x, struct fault *f)
{
    const struct indexes *all = ((struct worker *)x->worker)->figures->indexes;
    struct tpl_indexes_indexes *shown = arena_zalloc(x->arena, (all->n + 1) * sizeof(*shown));
    for (size_t i = 0; i < all->n; i++) {
        enum err e = list_index(x, all->p[i], &shown[i], f);
        if (e != OK)
            return e;
    }
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_indexes(&content, &(struct tpl_indexes){shown, all->n}, x->lang);
    return page(x,
                &(struct page){.title = message(M_indexes_title, x->lang),
                               .description = message(M_indexes_lead, x->lang),
                               .content = buf_view(&content),
                               .section = "index"},
                f);
}

/* ---- filters: the change of rank, and the coded fields of the subjects */

static const struct {
    const char *value;
    enum message title;
} changes[] = {{"", M_index_all},
               {"up", M_index_up},
               {"down", M_index_down},
               {"same", M_index_same},
               {"unknown", M_index_change_unknown}};

static const char *change_of(const struct index_row *row)
{
    if (!quantity_is_known(row->rank_change))
        return "unknown";
    double d = quantity_double(row->rank_change);
    return d > 0 ? "up" : d < 0 ? "down" : "same";
}

static struct str asked_of(const struct exchange *x, struct str name)
{
    for (size_t i = 0; i < x->n_others; i++)
        if (str_eq(x->others[i].name, name))
            return x->others[i].value;
    return nothing;
}

static bool may_filter(const struct exchange *x, const struct index *index, const struct field *fd)
{
    return fd->codes && fd->type == FT_CODE && site_shows_register(x, index->subjects) && site_shows_field(x, fd);
}

static struct str names_of_codes(struct exchange *x, const struct field *fd)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < fd->codes->n; i++)
        buf_printf(&b, "%s%.*s", i ? "|" : "", STR_ARG(fd->codes->p[i].code));
    return str_dup(x->arena, buf_view(&b));
}

/* A parameter that is no coded field of the subjects is a mistake, and so is a code that its list does not have. */
static enum err check_others(const struct index_view *v, struct fault *f)
{
    struct exchange *x = v->x;
    for (size_t i = 0; i < x->n_others; i++) {
        const struct name_value *o = &x->others[i];
        const struct field *fd = reg_field(v->index->subjects, o->name);
        if (!fd || !may_filter(x, v->index, fd))
            return FAULT(f, ERR_INPUT_UNKNOWN, {"name", o->name}, {"nearest", STR("change")},
                         {"valid", STR("year, change, sortby")});
        if (!map_get(&fd->codes->by_code, o->value))
            return FAULT(f, ERR_INPUT_CHOICE, {"name", o->name}, {"choices", names_of_codes(x, fd)},
                         {"value", o->value});
    }
    return OK;
}

/* The subjects with the codes asked for, as a set; NULL in *ret_set: no filter is asked. */
static enum err read_set(const struct index_view *v, struct map *set, bool *ret_is_asked, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    const struct reg *reg = v->index->subjects;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    *ret_is_asked = x->n_others > 0;
    if (x->n_others == 0)
        return OK;
    struct str day =
        v->index->subjects_on.n ? v->index->subjects_on : str_of(arena_printf(x->arena, "%04d-12-31", (int)v->t->year));
    enum err e = query_open(w->store, reg, &(struct query_options){.on = day, .is_unsorted = true}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        bool fits = true;
        for (size_t i = 0; i < x->n_others; i++) {
            const struct value *value = &r.values[reg_field_number(reg, x->others[i].name)];
            fits &= value->kind == VALUE_TEXT && str_eq(value->text, x->others[i].value);
        }
        struct str key = r.values[reg->entity].text;
        if (fits)
            map_put(x->arena, set, str_dup(x->arena, key), (void *)v);
    }
    return e;
}

static size_t add_groups(const struct index_view *v, struct filter_group *groups)
{
    struct exchange *x = v->x;
    const struct reg *reg = v->index->subjects;
    size_t n = 0;
    struct filter_option *options = arena_zalloc(x->arena, ARRAY_LEN(changes) * sizeof(*options));
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        options[i] = (struct filter_option){message(changes[i].title, x->lang), str_of(changes[i].value), .count = -1};
    groups[n++] = (struct filter_group){message(M_index_change, x->lang), "change", input_named(x, "change")->text,
                                        options, ARRAY_LEN(changes)};
    for (size_t i = 0; i < reg->n_fields && n < MAX_GROUPS; i++) {
        const struct field *fd = &reg->fields[i];
        if (!may_filter(x, v->index, fd))
            continue;
        struct filter_option *codes = arena_zalloc(x->arena, (fd->codes->n + 1) * sizeof(*codes));
        codes[0] = (struct filter_option){message(M_index_all, x->lang), nothing, .count = -1};
        for (size_t k = 0; k < fd->codes->n; k++)
            codes[k + 1] =
                (struct filter_option){text2_in(&fd->codes->p[k].title, x->lang), fd->codes->p[k].code, .count = -1};
        groups[n++] =
            (struct filter_group){text2_in(&fd->title, x->lang), arena_printf(x->arena, "%.*s", STR_ARG(fd->name)),
                                  asked_of(x, fd->name), codes, fd->codes->n + 1};
    }
    return n;
}

/* ---- order */

struct sortable {
    const struct index_row *row;
    double key;
    bool is_by_name, is_down;
    size_t place;
};

static int by_order(const void *a, const void *b)
{
    const struct sortable *x = a, *y = b;
    int c = 0;
    if (x->is_by_name)
        c = text_compare(x->row->name, y->row->name);
    else if (isnan(x->key) != isnan(y->key))
        return isnan(x->key) ? 1 : -1; /* unknown comes last, whichever way */
    else if (!isnan(x->key) && x->key != y->key)
        c = x->key < y->key ? -1 : 1;
    if (c == 0)
        return (x->place > y->place) - (x->place < y->place);
    return x->is_down ? -c : c;
}

static double number_of(struct quantity q)
{
    return quantity_is_known(q) ? quantity_double(q) : NAN;
}

static struct sortable sortable_of(const struct index_row *row, struct str sort, size_t place)
{
    bool is_down = sort.n && sort.p[0] == '-';
    struct str by = is_down ? str_slice(sort.p + 1, sort.n - 1) : sort;
    struct sortable s = {.row = row, .is_by_name = str_is(by, "name"), .is_down = is_down, .place = place};
    s.key = str_is(by, "total")    ? number_of(index_total_of(row))
            : str_is(by, "change") ? number_of(row->rank_change)
            : row->rank            ? (double)row->rank
                                   : NAN;
    return s;
}

/* ---- the table */

static struct table_cell change_cell(struct exchange *x, const struct index_row *row)
{
    if (!quantity_is_known(row->rank_change))
        return (struct table_cell){.text = nothing};
    int64_t d = (int64_t)quantity_double(row->rank_change);
    return (struct table_cell){.text = part_int(x, d < 0 ? -d : d),
                               .mark = d > 0   ? MARK_UP
                                       : d < 0 ? MARK_DOWN
                                               : MARK_NONE};
}

static struct table_row row_of(const struct index_view *v, const struct index_row *row)
{
    struct exchange *x = v->x;
    struct table_cell *cells = arena_zalloc(x->arena, MAX_COLUMNS * sizeof(*cells));
    struct quantity change = row->total_change;
    const char *sign = quantity_is_known(change) && quantity_double(change) > 0 ? "+" : "";
    struct str changed = part_fixed(x, change, v->index->decimals);
    cells[0].text = row->rank ? part_int(x, row->rank) : nothing;
    cells[1] = (struct table_cell){.text = row->name, .href = index_href(v, row->subject)};
    cells[2].text = part_fixed(x, index_total_of(row), v->index->decimals);
    cells[3] = change_cell(x, row);
    cells[4].text = changed.n ? str_of(arena_printf(x->arena, "%s%.*s", sign, STR_ARG(changed))) : nothing;
    return (struct table_row){
        .cells = cells, .is_chosen = str_eq(row->subject, v->own), .bar = number_of(index_total_of(row))};
}

static void write_table(const struct index_view *v, const struct map *set, bool is_asked, struct buf *out)
{
    struct exchange *x = v->x;
    const struct index_table *t = v->t;
    enum lang lang = x->lang;
    struct str change = input_named(x, "change")->text, sort = input_named(x, "sortby")->text;
    struct sortable *order = arena_zalloc(x->arena, (t->n + 1) * sizeof(*order));
    struct table_row *rows = arena_zalloc(x->arena, (t->n + 1) * sizeof(*rows));
    const struct table_column columns[MAX_COLUMNS] = {
        {.title = message(M_index_rank, lang), .sort = STR("rank"), .is_number = true},
        {.title = text2_in(&v->index->subjects->fields[v->index->subject_name].title, lang),
         .sort = STR("name"),
         .is_head = true},
        {.title = message(M_index_total, lang), .sort = STR("total"), .is_number = true},
        {.title = message(M_index_rank_change, lang), .sort = STR("change"), .is_number = true},
        {.title = message(M_index_total_change, lang), .is_number = true},
    };
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if ((change.n == 0 || str_eq(change, str_of(change_of(&t->rows[i])))) &&
            (!is_asked || map_get(set, t->rows[i].subject)))
            order[n] = sortable_of(&t->rows[i], sort.n ? sort : STR("rank"), n), n++;
    qsort(order, n, sizeof(*order), by_order);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(v, order[i].row);
    struct str title = text2_in(&v->index->title, lang);
    if (n)
        part_table(
            x, out,
            &(struct table){.caption = str_of(arena_printf(x->arena, "%.*s, %lld", STR_ARG(title), (long long)t->year)),
                            .columns = columns,
                            .n_columns = MAX_COLUMNS,
                            .rows = rows,
                            .n_rows = n,
                            .sorted = sort.n ? sort : STR("rank"),
                            .bar_full = 1});
}

/* ---- the page */

static void show_framework(const struct index_view *v, struct buf *out)
{
    static const enum message statuses[] = {
        [INDEX_DRAFT] = M_index_status_draft,
        [INDEX_ISSUED] = M_index_status_issued,
        [INDEX_CLOSED] = M_index_status_closed,
    };
    struct exchange *x = v->x;
    const struct index_framework *fw = v->t->framework;
    struct buf mains CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < fw->n_main; i++) {
        struct str title = text2_in(&fw->main[i].title, x->lang), points = part_quantity(x, fw->main[i].points, 2);
        buf_printf(&mains, "%s%.*s", i ? "; " : "", STR_ARG(title));
        if (points.n)
            buf_printf(&mains, " (%.*s)", STR_ARG(points));
    }
    struct fact facts[] = {
        {.term = message(M_index_framework, x->lang), .text = text2_in(&fw->title, x->lang)},
        {.term = message(M_index_status, x->lang), .text = message(statuses[fw->status], x->lang)},
        {.term = message(M_index_framework_years, x->lang),
         .text = framework_years(x, fw, fw == &v->index->frameworks[v->index->n_frameworks - 1])},
        {.term = message(M_index_max, x->lang), .text = part_quantity(x, fw->max_points, 2)},
        {.term = message(M_index_main, x->lang), .text = buf_view(&mains)},
        {.term = message(M_index_source, x->lang), .text = text2_in(&fw->source, x->lang)},
    };
    part_facts(x, out, facts, ARRAY_LEN(facts));
}

/* All subjects, the province itself first so that it stands out; without one the first of the table. */
static struct str show_bump(const struct index_view *v, struct buf *out)
{
    struct str *subjects = arena_zalloc(v->x->arena, (v->t->n + 1) * sizeof(*subjects));
    const struct index_row *own = index_row_of(v->t, v->own);
    size_t n = 0;
    if (v->t->n == 0)
        return nothing;
    if (!own)
        own = &v->t->rows[0];
    subjects[n++] = own->subject;
    for (size_t i = 0; i < v->t->n; i++)
        if (&v->t->rows[i] != own)
            subjects[n++] = v->t->rows[i].subject;
    index_show_ranks(v, subjects, n, out);
    return own->name;
}

static int64_t known_ranks(const struct index_table *t)
{
    int64_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += t->rows[i].rank ? 1 : 0;
    return n;
}

static enum err write_page(const struct index_view *v, const struct tpl_index *t, bool has_chart, struct fault *f)
{
    static const char *const charts[] = {"chart", NULL};
    struct exchange *x = v->x;
    struct str title = text2_in(&v->index->title, x->lang);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    tpl_index(&content, t, x->lang);
    message_fill(&description, M_index_description, x->lang, title);
    struct crumb crumbs[] = {{message(M_indexes_title, x->lang), STR("/indexes")}, {title, nothing}};
    return page(x,
                &(struct page){.title = title,
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "index",
                               .has_sample = v->t->n_sample > 0,
                               .scripts = has_chart ? charts : NULL},
                f);
}

enum err page_index(struct exchange *x, struct fault *f)
{
    struct index_view v;
    struct map set = {0};
    bool is_asked = false;
    struct filter_group groups[MAX_GROUPS];
    struct buf filters CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       chart CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       compare CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       verify CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = index_view_open(x, &v, f);
    if (e == OK)
        e = check_others(&v, f);
    if (e == OK)
        e = read_set(&v, &set, &is_asked, f);
    if (e == OK)
        e = index_show_verify(&v, &verify, f);
    if (e != OK)
        return e;
    index_show_years(&v, &filters);
    part_filters(x, &filters, groups, add_groups(&v, groups), nothing, nothing);
    struct tpl_index t = {
        .year = index_year_text(x, v.t->year),
        .known = known_ranks(v.t),
        .subjects = (int64_t)v.t->n,
        .has_unknown = known_ranks(v.t) < (int64_t)v.t->n,
        .framework = text2_in(&v.t->framework->title, x->lang),
        .has_other_framework = v.t->has_other_framework,
        .clear_href = index_href(&v, nothing),
    };
    write_table(&v, &set, is_asked, &table);
    t.name = show_bump(&v, &chart);
    index_show_compare(&v, v.own, v.t->n ? v.t->rows[0].subject : nothing, &compare);
    show_framework(&v, &facts);
    t.filters = buf_view(&filters);
    t.table = buf_view(&table);
    t.chart = buf_view(&chart);
    t.compare = buf_view(&compare);
    t.facts = buf_view(&facts);
    t.verify = buf_view(&verify);
    struct str api = part_href(x, "/api/indexes/", v.index->id);
    t.json_href = str_of(arena_printf(x->arena, "%.*s/%lld", STR_ARG(api), (long long)v.t->year));
    return write_page(&v, &t, chart.n > 0, f);
}
