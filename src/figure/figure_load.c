/* Reads the folder figures/: decodes, then links names, then looks for rings. */
#include <stddef.h>

#include "figure/decode.h"
#include "figure/figure_decl.h"
#include "figure/internal.h"

#include "base/banned.h"

struct pending {
    struct figure *fig;
    const struct figure_decl *decl;
};

struct loading {
    struct figures *fs;
    VEC(struct pending) all;
};

#define X(kind, key) key,
static const char *const kind_names[] = {FIGURE_KINDS(X)};
#undef X

const char *figure_kind_name(enum figure_kind kind)
{
    return kind_names[kind];
}

/* ---- first pass: what each figure says ---- */

static bool kind_of(struct decode *d, const struct figure_decl *decl, enum figure_kind *ret_kind)
{
    const void *said[] = {decl->count,  decl->sum,   decl->mean,       decl->ratio,
                          decl->survey, decl->index, decl->difference, decl->total.n ? decl : NULL};
    struct buf valid CLEANUP(buf_done) = BUF_INIT(200), found CLEANUP(buf_done) = BUF_INIT(200);
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        buf_printf(&valid, "%s%s", i ? ", " : "", kind_names[i]);
        if (said[i]) {
            *ret_kind = (enum figure_kind)i;
            buf_printf(&found, "%s%s", n++ ? ", " : "", kind_names[i]);
        }
    }
    if (n == 1)
        return true;
    struct fault f = {0};
    FAULT(&f, ERR_FIGURE_KIND, {"id", decl->id}, {"valid", buf_view(&valid)},
          {"found", n ? buf_view(&found) : STR("–")});
    decode_fault(d, decl->place, &f);
    return false;
}

static void dates_check(struct decode *d, const char *key, const struct range_decl *r)
{
    if (!r->from.n || !r->to.n || str_cmp(r->from, r->to) <= 0)
        return;
    struct fault f = {0};
    FAULT(&f, ERR_FIGURE_DATES, {"key", str_of(key)}, {"from", r->from}, {"to", r->to});
    decode_fault(d, r->place, &f);
}

static void figure_read(struct decode *d, const struct yaml *node, struct loading *l)
{
    struct figure_decl *decl = ARENA_NEW(d->a, struct figure_decl);
    enum figure_kind kind;
    if (yaml_decode(d->a, node, &figure_schema, d->file, decl, d->list) != OK || !kind_of(d, decl, &kind))
        return;
    if (!decode_id(d, decl->id, decl->id_place))
        return;
    dates_check(d, "period", &decl->period);
    dates_check(d, "valid", &decl->valid);
    const struct figure *other = map_get(&l->fs->by_id, decl->id);
    if (other || l->all.n >= LIMIT_FIGURES) {
        struct fault f = {0};
        if (other)
            FAULT(&f, ERR_FIGURE_TWICE, {"id", decl->id},
                  {"where", str_of(arena_printf(d->a, "%.*s:%d", STR_ARG(other->file), other->line))});
        else
            FAULT(&f, ERR_LIMIT, {"what", STR("figures/")}, {"limit", str_of(arena_printf(d->a, "%d", LIMIT_FIGURES))});
        decode_fault(d, decl->id_place, &f);
        return;
    }
    struct figure *fig = ARENA_NEW(d->a, struct figure);
    *fig = (struct figure){
        .id = decl->id,
        .title = decl->title,
        .unit = decl->unit,
        .note = decl->note,
        .source = decl->source,
        .is_internal = decl->privacy != 0,
        .on = decl->on,
        .period_from = decl->period.from,
        .period_to = decl->period.to,
        .period_months = decl->period.months,
        .valid_from = decl->valid.from,
        .valid_to = decl->valid.to,
        .kind = kind,
        .main = {.field = NO_FIELD, .weight = NO_FIELD},
        .of = {.field = NO_FIELD, .weight = NO_FIELD},
        .scale = quantity_of_integer(1),
        .by = decl->by.p,
        .n_by = decl->by.n,
        .rank_apart = NO_FIELD,
        .file = d->file,
        .line = decl->place.line,
    };
    map_put(d->a, &l->fs->by_id, fig->id, fig);
    VEC_PUSH(d->a, &l->all, ((struct pending){fig, decl}));
}

static void figures_document(struct decode *d, const struct yaml *root, void *ctx)
{
    if (root->kind != YAML_LIST) {
        figure_read(d, root, ctx);
        return;
    }
    for (size_t i = 0; i < root->n; i++)
        figure_read(d, root->items[i], ctx);
}

/* ---- second pass: names become pointers ---- */

static void filter_link(struct decode *d, const struct figure *fig, const struct reg *reg, struct str where,
                        struct yaml_place place)
{
    struct fault f = {0};
    struct constants k = figure_constants(d->a, fig, STR("2000-01-01"));
    if (where.n == 0 || filter_check(d->a, d->province, reg, where, k.p, k.n, &f) == OK)
        return;
    f.line = f.column = 0; /* the place within the filter is in the sentence */
    decode_fault(d, place, &f);
}

static void measure_link(struct decode *d, const struct figure *fig, enum measure_kind kind,
                         const struct measure_decl *decl, struct measure *m)
{
    *m = (struct measure){.kind = kind, .field = NO_FIELD, .weight = NO_FIELD, .line = decl->place.line};
    m->reg = decode_register(d, decl->reg, decl->reg_place);
    m->where = decl->where;
    m->base = decl->base;
    if (!m->reg)
        return;
    filter_link(d, fig, m->reg, decl->where, decl->where_place);
    filter_link(d, fig, m->reg, decl->base, decl->base_place);
    bool is_count = kind == MEASURE_COUNT;
    if (decl->field.n)
        m->field = decode_field(d, is_count ? "distinct" : "field", m->reg, decl->field,
                                is_count ? ~(DECODE_TYPE(FT_GEOMETRY) | DECODE_TYPE(FT_INTERVAL)) : DECODE_NUMBERS,
                                decl->field_place);
    if (decl->weight.n)
        m->weight = decode_field(d, "weight", m->reg, decl->weight, DECODE_NUMBERS, decl->weight_place);
}

static const struct figure *figure_link(struct decode *d, const struct loading *l, const char *key, struct str id,
                                        struct yaml_place place)
{
    const struct figure *other = map_get(&l->fs->by_id, id);
    if (other)
        return other;
    struct str *names = ARENA_ARRAY(d->a, struct str, l->all.n + 1);
    for (size_t i = 0; i < l->all.n; i++)
        names[i] = l->all.p[i].fig->id;
    decode_unknown(d, key, id, names, l->all.n, place);
    return NULL;
}

static void part_link(struct decode *d, const struct loading *l, const struct figure *fig, const struct part_decl *decl,
                      struct measure *m)
{
    int said = (decl->count != NULL) + (decl->sum != NULL) + (decl->figure.n > 0);
    if (said != 1) {
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_KIND, {"id", fig->id}, {"valid", STR("count, sum, figure")},
              {"found", str_of(arena_printf(d->a, "%d", said))});
        decode_fault(d, decl->place, &f);
    } else if (decl->count) {
        measure_link(d, fig, MEASURE_COUNT, decl->count, m);
    } else if (decl->sum) {
        measure_link(d, fig, MEASURE_SUM, decl->sum, m);
    } else {
        m->kind = MEASURE_FIGURE;
        m->figure = figure_link(d, l, "figure", decl->figure, decl->figure_place);
    }
}

static void index_link(struct decode *d, const struct figures *fs, struct figure *fig,
                       const struct index_ref_decl *decl)
{
    static const char *const results[] = {"rank", "total", "rank_change", "total_change"};
    fig->index_year = decl->year;
    fig->index_subject = decl->of;
    fig->index_value = decl->value;
    VEC(struct str) names = {0};
    fig->index = map_get(&fs->indexes->by_id, decl->index);
    if (!fig->index) {
        for (size_t i = 0; i < fs->indexes->n; i++)
            VEC_PUSH(d->a, &names, fs->indexes->p[i]->id);
        decode_unknown(d, "index", decl->index, names.p, names.n, decl->index_place);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(results); i++)
        VEC_PUSH(d->a, &names, str_of(results[i]));
    const struct index_framework *fw = index_framework_of(fig->index, decl->year);
    for (size_t i = 0; fw && i < fw->n_main; i++)
        VEC_PUSH(d->a, &names, fw->main[i].id);
    for (size_t i = 0; fw && i < fw->n_pillars; i++)
        VEC_PUSH(d->a, &names, fw->pillars[i].id);
    for (size_t i = 0; i < names.n; i++)
        if (str_eq(names.p[i], decl->value))
            return;
    decode_unknown(d, "value", decl->value, names.p, names.n, decl->value_place);
}

/* Figures made of figures are checked last: what they are made of must be linked, and no ring. */
static bool has_parts(const struct figure *fig)
{
    return fig->kind == FIGURE_RATIO || fig->kind == FIGURE_DIFFERENCE || fig->kind == FIGURE_TOTAL;
}

static void by_link(struct decode *d, const struct figure *fig, const struct yaml_strs *by)
{
    for (size_t i = 0; i < by->n; i++) {
        struct fault f = {0};
        if (figure_by_check(d->province, fig, by->p[i], &f) != OK)
            decode_fault(d, by->places[i], &f);
    }
}

static void rank_link(struct decode *d, struct figure *fig, const struct rank_decl *rank)
{
    struct fault f = {0};
    if (!rank)
        return;
    if (figure_by_check(d->province, fig, rank->by, &f) != OK) {
        decode_fault(d, rank->by_place, &f);
        return;
    }
    fig->rank_by = rank->by;
    if (!rank->apart.n)
        return;
    fig->ranked = figure_by_target(d->province, fig, rank->by);
    if (fig->ranked)
        fig->rank_apart = decode_field(d, "apart", fig->ranked, rank->apart, DECODE_TYPE(FT_CODE), rank->apart_place);
    else
        decode_unknown(d, "apart", rank->apart, NULL, 0, rank->apart_place);
}

static struct quantity scale_of(double scale)
{
    return quantity_tidy(quantity_of_double(scale, 6));
}

static void figure_link_all(struct decode *d, const struct loading *l, const struct pending *p)
{
    const struct figure_decl *decl = p->decl;
    struct figure *fig = p->fig;
    d->file = fig->file;
    if (decl->count)
        measure_link(d, fig, MEASURE_COUNT, decl->count, &fig->main);
    if (decl->sum)
        measure_link(d, fig, MEASURE_SUM, decl->sum, &fig->main);
    if (decl->mean)
        measure_link(d, fig, MEASURE_MEAN, decl->mean, &fig->main);
    if (decl->survey) {
        measure_link(d, fig, MEASURE_SURVEY, decl->survey, &fig->main);
        fig->question = decl->survey->question;
        fig->scale = scale_of(decl->survey->scale);
    }
    if (decl->ratio) {
        part_link(d, l, fig, &decl->ratio->over, &fig->main);
        part_link(d, l, fig, &decl->ratio->under, &fig->of);
        fig->scale = scale_of(decl->ratio->scale);
        if (decl->ratio->most > 0)
            fig->most = scale_of(decl->ratio->most);
        if (decl->ratio->empty >= 0)
            fig->empty = scale_of(decl->ratio->empty);
    }
    if (decl->index)
        index_link(d, l->fs, fig, decl->index);
    if (decl->difference) {
        fig->other = figure_link(d, l, "figure", decl->difference->figure, decl->difference->figure_place);
        fig->difference_on = decl->difference->on;
        fig->difference_from = decl->difference->from;
    }
    if (decl->total.n)
        fig->added = ARENA_ARRAY(d->a, const struct figure *, decl->total.n);
    for (size_t i = 0; i < decl->total.n; i++)
        fig->added[fig->n_added++] = figure_link(d, l, "total", decl->total.p[i], decl->total.places[i]);
    if (decl->of && fig->kind != FIGURE_COUNT) {
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_OF, {"id", fig->id}, {"kind", str_of(kind_names[fig->kind])});
        decode_fault(d, decl->of_place, &f);
    } else if (decl->of) {
        measure_link(d, fig, MEASURE_COUNT, decl->of, &fig->of);
        fig->is_share = true;
    }
    if (!has_parts(fig) && (fig->main.reg || fig->index))
        by_link(d, fig, &decl->by);
}

/* ---- third pass: no figure is computed from itself ---- */

enum { OWN_PARTS = 3 };

size_t figure_n_parts(const struct figure *figure)
{
    return OWN_PARTS + figure->n_added;
}

const struct figure *figure_part(const struct figure *figure, size_t i)
{
    const struct figure *const own[OWN_PARTS] = {figure->other, figure->main.figure, figure->of.figure};
    return i < OWN_PARTS ? own[i] : figure->added[i - OWN_PARTS];
}

enum mark { MARK_NONE, MARK_OPEN, MARK_DONE };

struct ring {
    struct decode *d;
    struct map marks; /* id → enum mark * */
    const struct figure **path;
    size_t n;
};

static void ring_visit(struct ring *r, const struct figure *fig)
{
    enum mark *mark = map_get(&r->marks, fig->id);
    if (*mark == MARK_DONE)
        return;
    if (*mark == MARK_OPEN) {
        struct buf chain CLEANUP(buf_done) = BUF_INIT(600);
        size_t i = r->n;
        while (i > 0 && r->path[i - 1] != fig)
            i--;
        for (i = i ? i - 1 : 0; i < r->n; i++)
            buf_printf(&chain, "%.*s → ", STR_ARG(r->path[i]->id));
        buf_str(&chain, fig->id);
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_RING, {"id", fig->id}, {"chain", buf_view(&chain)});
        r->d->file = fig->file;
        decode_fault(r->d, (struct yaml_place){fig->line, 0}, &f);
        return;
    }
    *mark = MARK_OPEN;
    r->path[r->n++] = fig;
    for (size_t i = 0; i < figure_n_parts(fig); i++)
        if (figure_part(fig, i))
            ring_visit(r, figure_part(fig, i));
    r->n--;
    *mark = MARK_DONE;
}

static void rings_check(struct decode *d, const struct loading *l)
{
    struct ring r = {.d = d, .path = ARENA_ARRAY(d->a, const struct figure *, l->all.n + 1)};
    for (size_t i = 0; i < l->all.n; i++)
        map_put(d->a, &r.marks, l->all.p[i].fig->id, ARENA_NEW(d->a, enum mark));
    for (size_t i = 0; i < l->all.n; i++)
        ring_visit(&r, l->all.p[i].fig);
}

/* ---- who may see them ---- */

static void inherit_internal(const struct figures *fs)
{
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (size_t i = 0; i < fs->n; i++) {
            bool is_internal = false;
            for (size_t k = 0; k < figure_n_parts(fs->p[i]); k++) {
                const struct figure *part = figure_part(fs->p[i], k);
                is_internal |= part && part->is_internal;
            }
            has_changed |= is_internal && !fs->p[i]->is_internal;
            fs->p[i]->is_internal |= is_internal;
        }
    }
}

struct figures *figures_shown(struct arena *a, struct figures *fs,
                              bool (*shows)(void *context, const struct figure *figure), void *context)
{
    struct figures *shown = ARENA_NEW(a, struct figures);
    *shown = (struct figures){.province = fs->province,
                              .p = ARENA_ARRAY(a, struct figure *, fs->n + 1),
                              .indexes = fs->indexes,
                              .kept = fs->kept};
    for (size_t i = 0; i < fs->n; i++)
        if (shows(context, fs->p[i])) {
            shown->p[shown->n++] = fs->p[i];
            map_put(a, &shown->by_id, fs->p[i]->id, fs->p[i]);
        }
    return shown->n == fs->n ? fs : shown;
}

void figures_keep_internal(struct figures *past, const struct figures *newest)
{
    for (size_t i = 0; i < past->n; i++) {
        const struct figure *now = map_get(&newest->by_id, past->p[i]->id);
        past->p[i]->is_internal |= now && now->is_internal;
    }
    inherit_internal(past);
}

enum err figures_load(struct arena *a, const struct province *p, struct figures **ret_figures, struct faults *list)
{
    size_t before = list->total, kept = list->n;
    struct decode d = {.a = a, .province = p, .list = list};
    struct loading l = {.fs = ARENA_NEW(a, struct figures)};
    l.fs->province = p;
    /* With broken indexes the figures are checked all the same, save what they say of indexes. */
    struct indexes none = {0};
    bool has_indexes = indexes_load(a, p, &l.fs->indexes, list) == OK;
    if (!has_indexes)
        l.fs->indexes = &none;
    decode_folder(&d, STR("figures/"), figures_document, &l);
    l.fs->p = ARENA_ARRAY(a, struct figure *, l.all.n + 1);
    for (size_t i = 0; i < l.all.n; i++) {
        l.fs->p[l.fs->n++] = l.all.p[i].fig;
        if (has_indexes || !l.all.p[i].decl->index)
            figure_link_all(&d, &l, &l.all.p[i]);
    }
    rings_check(&d, &l);
    bool is_linked = list->total == before;
    for (size_t i = 0; is_linked && i < l.all.n; i++) {
        d.file = l.all.p[i].fig->file;
        if (has_parts(l.all.p[i].fig))
            by_link(&d, l.all.p[i].fig, &l.all.p[i].decl->by);
        rank_link(&d, l.all.p[i].fig, l.all.p[i].decl->rank);
    }
    if (list->total > before)
        return kept < list->n ? list->p[kept].code : ERR_FIGURE_NAME;
    inherit_internal(l.fs);
    *ret_figures = l.fs;
    return OK;
}

enum err figure_find(const struct figures *fs, struct str id, const struct figure **ret_figure, struct fault *f)
{
    const struct figure *found = map_get(&fs->by_id, id);
    if (!found) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct str *names = ARENA_ARRAY(a, struct str, fs->n + 1);
        for (size_t i = 0; i < fs->n; i++)
            names[i] = fs->p[i]->id;
        return FAULT(f, ERR_FIGURE_UNKNOWN, {"id", id}, {"nearest", yaml_nearest(id, names, fs->n)});
    }
    *ret_figure = found;
    return OK;
}
