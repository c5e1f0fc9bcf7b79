/* One code of a unit through time: what stood under it, from what it was formed, what became of it, what counts there. */
#include "base/limits.h"
#include "register/query.h"
#include "web/ask.h"
#include "web/feature.h"
#include "web/figure_card.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "web/unit_parts.h"

#include "base/banned.h"

enum { MOST_FIGURES = 6, CHEAP_RECORDS = 20000, MOST_STEPS = 8, MOST_SUCCESSORS = 12 };

static const struct str nothing = {NULL, 0};

struct dossier {
    struct exchange *x;
    struct units u;
    struct str code;
    struct names names;
    VEC(const struct unit *) versions; /* newest first */
    bool is_gone;                      /* none holds today */
    struct str day;                    /* today, or the last day of the last one */
};

static struct str href_of(struct dossier *d, struct str code)
{
    return part_href(d->x, "/units/", code);
}

/* Under one code stand several: each has its place on the page. */
static struct str anchor_of(struct dossier *d, const struct unit *u)
{
    return str_of(arena_printf(d->x->arena, "from-%.*s", STR_ARG(u->from)));
}

static struct str version_href(struct dossier *d, struct str code, struct str day)
{
    const struct unit *u = units_near(&d->u, code, day);
    struct str href = href_of(d, code), anchor = u ? anchor_of(d, u) : nothing;
    return u ? str_of(arena_printf(d->x->arena, "%.*s#%.*s", STR_ARG(href), STR_ARG(anchor))) : href;
}

static struct str name_on(struct dossier *d, struct str code, struct str day)
{
    const struct unit *u = units_near(&d->u, code, day);
    return u ? u->name : code;
}

/* ---- the map ---- */

enum err unit_drawing(struct exchange *x, const struct units *u, struct str chosen, struct str day, struct str title,
                      struct buf *out, struct fault *f)
{
    struct worker *w = x->worker;
    int field;
    const struct reg *reg = units_outlines(x, &field);
    if (!reg)
        return OK;
    struct query *q CLEANUP(query_closep) = NULL;
    VEC(struct drawing_item) items = {0};
    struct record r;
    const struct unit *own = chosen.n ? units_on(u, chosen, day) : NULL;
    int64_t level = own ? own->level : 0;
    bool has_row = true, has_chosen = chosen.n == 0;
    char storage[11];
    enum err e = query_open(w->store, reg, &(struct query_options){0}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        if (r.values[field].kind != VALUE_TEXT || r.values[reg->geometry].kind != VALUE_BLOB)
            continue;
        /* The shape is that of the version that held on the day of the record. */
        const struct unit *then = units_on(u, r.values[field].text, record_as_of(reg, r.values, u->today, storage));
        if (!then || !unit_holds(then, day) || (own ? then->level != level : then->level < level))
            continue;
        if (then->level > level) /* a province would lie under its districts */
            items.n = 0, level = then->level;
        struct str blob = r.values[reg->geometry].text;
        bool is_chosen = str_eq(then->code, chosen);
        has_chosen |= is_chosen;
        VEC_PUSH(x->arena, &items,
                 ((struct drawing_item){then->name, part_href(x, "/units/", then->code), str_dup(x->arena, blob),
                                        is_chosen}));
    }
    struct str crs = reg->fields[reg->geometry].crs;
    bool is_geographic = crs.n == 0 || str_is(crs, "EPSG:4326") || str_is(crs, "OGC:CRS84");
    if (e == OK && has_chosen)
        part_drawing(x, out, title, is_geographic, items.p, items.n);
    return e;
}

/* ---- versions ---- */

/* Clause and day of a way: the register's other fields say on which ground. */
static struct str way_detail(struct dossier *d, const struct unit_way *way)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    const struct reg *reg = d->u.ways_reg;
    message_fill(&b, M_unit_clause, d->x->lang, part_date(d->x, way->on));
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct value *v = &way->record->values[i];
        struct str name = reg->fields[i].name;
        if (!memmem(name.p, name.n, "clause", 6) || v->kind != VALUE_TEXT)
            continue;
        struct str title = text2_in(&reg->fields[i].title, d->x->lang);
        buf_printf(&b, " · %.*s %.*s", STR_ARG(title), STR_ARG(v->text));
    }
    struct str source = text2_in(&reg->source, d->x->lang);
    if (source.n)
        buf_printf(&b, " · %.*s", STR_ARG(source));
    return str_dup(d->x->arena, buf_view(&b));
}

static size_t before_of(struct dossier *d, const struct unit *v, struct tpl_unit_versions_before **ret)
{
    VEC(struct tpl_unit_versions_before) all = {0};
    for (size_t i = 0; i < d->u.n_ways; i++) {
        const struct unit_way *way = &d->u.ways[i];
        if (str_eq(way->to, v->code) && v->from.n && str_eq(way->on, v->from))
            VEC_PUSH(d->x->arena, &all,
                     ((struct tpl_unit_versions_before){name_on(d, way->from, day_before(d->x, way->on)),
                                                        version_href(d, way->from, day_before(d->x, way->on)),
                                                        way_detail(d, way)}));
    }
    *ret = all.p;
    return all.n;
}

static size_t after_of(struct dossier *d, const struct unit *v, struct tpl_unit_versions_after **ret)
{
    VEC(struct tpl_unit_versions_after) all = {0};
    for (size_t i = 0; i < d->u.n_ways; i++) {
        const struct unit_way *way = &d->u.ways[i];
        if (str_eq(way->from, v->code) && v->to.n && str_eq(way->on, v->to))
            VEC_PUSH(d->x->arena, &all,
                     ((struct tpl_unit_versions_after){name_on(d, way->to, way->on), version_href(d, way->to, way->on),
                                                       way_detail(d, way)}));
    }
    *ret = all.p;
    return all.n;
}

static size_t parts_of(struct dossier *d, const struct unit *v, struct tpl_unit_versions_parts **ret)
{
    VEC(struct tpl_unit_versions_parts) all = {0};
    struct str day = v->to.n ? day_before(d->x, v->to) : d->u.today;
    for (size_t i = 0; i < d->u.n; i++)
        if (str_eq(d->u.p[i].parent, v->code) && unit_holds(&d->u.p[i], day))
            VEC_PUSH(d->x->arena, &all, ((struct tpl_unit_versions_parts){d->u.p[i].name, href_of(d, d->u.p[i].code)}));
    *ret = all.p;
    return all.n;
}

/* What a version says besides its name and time: where it belongs first, then what is known of its other fields. */
static enum err facts_of(struct dossier *d, const struct unit *v, struct buf *out, struct fault *f)
{
    struct exchange *x = d->x;
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *reg = d->u.reg;
    struct fact *facts = ARENA_ARRAY(x->arena, struct fact, reg->n_fields + 2);
    size_t n = 0;
    if (v->parent.n)
        facts[n++] = (struct fact){message(M_unit_belongs, x->lang),
                                   name_on(d, v->parent, v->to.n ? day_before(x, v->to) : d->u.today),
                                   href_of(d, v->parent), nothing};
    for (size_t i = 0; i < reg->n_fields; i++) {
        struct shown s;
        int field = (int)i;
        if (field == p->unit_code || field == p->unit_name || field == p->unit_parent || field == p->unit_level ||
            field == reg->valid_from || field == reg->valid_to)
            continue;
        enum err e = show_value(x, &d->names, reg, v->record, field, &s, f);
        if (e != OK)
            return e;
        if (s.text.n == 0 || str_ends(v->name, s.text)) /* “Gia Nghĩa” stands in “Thành phố Gia Nghĩa” */
            continue;
        if (str_starts(s.href, STR("/units/")))
            s.text = name_on(d, v->record->values[i].text, v->to.n ? v->to : d->u.today);
        facts[n++] = (struct fact){text2_in(&reg->fields[i].title, x->lang), s.text, s.href, nothing};
    }
    part_facts(x, out, facts, n);
    return OK;
}

static enum err write_versions(struct dossier *d, struct tpl_unit_versions *shown, struct fault *f)
{
    for (size_t i = 0; i < d->versions.n; i++) {
        const struct unit *v = d->versions.p[i];
        struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
        struct tpl_unit_versions_before *before;
        struct tpl_unit_versions_after *after;
        struct tpl_unit_versions_parts *parts;
        enum err e = facts_of(d, v, &facts, f);
        if (e != OK)
            return e;
        shown[i] = (struct tpl_unit_versions){
            .anchor = anchor_of(d, v),
            .name = v->name,
            .time = show_validity(d->x, d->u.reg, v->record),
            .is_now = unit_holds(v, d->u.today),
            .facts = str_dup(d->x->arena, buf_view(&facts)),
            .record_href = show_record_href(d->x, d->u.reg, v->record->id),
            .n_before = before_of(d, v, &before),
            .n_after = after_of(d, v, &after),
            .n_parts = parts_of(d, v, &parts),
        };
        shown[i].before = before;
        shown[i].after = after;
        shown[i].parts = parts;
    }
    return OK;
}

/* Whether a unit lay in another on its last day, however many steps up. */
static bool lay_in(struct dossier *d, const struct unit *u, struct str code, struct str day)
{
    for (int step = 0; u && step < MOST_STEPS; step++) {
        if (str_eq(u->code, code))
            return true;
        u = u->parent.n ? units_on(&d->u, u->parent, day) : NULL;
    }
    return false;
}

/* Units of today that the area of the last version went into: its own successors, or those of what lay in it; none when they are too many to read. */
static size_t successors_of(struct dossier *d, struct tpl_unit_successors **ret)
{
    VEC(struct tpl_unit_successors) all = {0};
    for (size_t i = 0; d->is_gone && i < d->u.n_ways; i++) {
        const struct unit_way *way = &d->u.ways[i];
        struct str href = version_href(d, way->to, d->u.today);
        if (!lay_in(d, units_on(&d->u, way->from, d->day), d->code, d->day))
            continue;
        size_t k = 0;
        while (k < all.n && !str_eq(all.p[k].href, href))
            k++;
        if (k == all.n)
            VEC_PUSH(d->x->arena, &all, ((struct tpl_unit_successors){name_on(d, way->to, d->u.today), href}));
    }
    *ret = all.p;
    return all.n > MOST_SUCCESSORS ? 0 : all.n;
}

/* ---- what counts there ---- */

static bool is_by(const struct figure *figure, struct str by)
{
    for (size_t i = 0; i < figure->n_by; i++)
        if (str_eq(figure->by[i], by))
            return true;
    return false;
}

/* Figures that are declared to be broken down by units of this level, from registers small enough to count while somebody waits. */
static size_t figures_of(struct dossier *d, struct tpl_figure_card *shown, bool *ret_has_sample)
{
    struct exchange *x = d->x;
    struct worker *w = x->worker;
    struct str by = str_of(arena_printf(x->arena, "unit:%lld", (long long)d->versions.p[0]->level));
    size_t n = 0;
    for (size_t i = 0; i < w->figures->n && n < MOST_FIGURES; i++) {
        const struct figure *figure = w->figures->p[i];
        struct figure_result r;
        struct fault ignored = {0};
        int64_t count;
        if (!is_by(figure, by) || !figure->main.reg || records_count(x, figure->main.reg, &count, &ignored) != OK ||
            count > CHEAP_RECORDS)
            continue;
        struct figure_options o = {.by = by, .units_at = d->day};
        if (figure_compute(x->arena, w->store, w->figures, figure->id, &o, &r, &ignored) != OK)
            continue;
        for (size_t k = 0; k < r.n_rows; k++) {
            if (r.rows[k].kind != ROW_PLAIN || !str_eq(r.rows[k].key, d->code))
                continue;
            struct figure_result here = r;
            here.value = r.rows[k].value;
            here.of = r.rows[k].of;
            here.percent = r.rows[k].percent;
            shown[n] = figure_card(x, &here);
            shown[n].href = str_of(arena_printf(x->arena, "%.*s?by=%.*s&units-at=%.*s", STR_ARG(shown[n].href),
                                                STR_ARG(by), STR_ARG(d->day)));
            n++;
            *ret_has_sample |= r.n_sample > 0;
            break;
        }
    }
    return n;
}

/* Registers whose records name the unit in a field of type unit. */
static enum err named_in(struct dossier *d, struct tpl_unit_named **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = d->x;
    struct worker *w = x->worker;
    const struct province *p = w->store->province;
    VEC(struct tpl_unit_named) all = {0};
    for (size_t i = 0; i < p->n_registers; i++)
        for (size_t k = 0; k < p->registers[i]->n_fields; k++) {
            const struct reg *reg = p->registers[i];
            const struct field *fd = &reg->fields[k];
            struct buf filter CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
            int64_t n = 0;
            if (fd->type != FT_UNIT || !site_shows_register(x, reg) || !site_shows_field(x, fd))
                continue;
            enum err e = ask_equals(x, fd, d->code, &filter, f);
            if (e == OK)
                e = query_count(w->store, reg, &(struct query_options){.filter = buf_view(&filter)}, &n, f);
            if (e != OK)
                return e;
            struct str title = text2_in(&reg->title, x->lang), href = part_href(x, "/registers/", reg->name),
                       code = part_href(x, "=", d->code);
            if (n)
                VEC_PUSH(x->arena, &all,
                         ((struct tpl_unit_named){title,
                                                  str_of(arena_printf(x->arena, "%.*s?%.*s%.*s", STR_ARG(href),
                                                                      STR_ARG(fd->name), STR_ARG(code))),
                                                  n}));
        }
    *ret = all.p;
    *ret_n = all.n;
    return OK;
}

/* ---- the page ---- */

static enum err write_unit(struct dossier *d, bool *ret_has_sample, struct buf *out, struct fault *f)
{
    struct exchange *x = d->x;
    const struct unit *newest = d->versions.p[0];
    struct tpl_unit_versions *versions = ARENA_ARRAY(x->arena, struct tpl_unit_versions, d->versions.n + 1);
    struct tpl_figure_card figures[MOST_FIGURES];
    struct tpl_unit_successors *successors;
    struct tpl_unit_named *named;
    size_t n_named;
    struct buf drawing CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_unit t = {.code = d->code, .is_gone = d->is_gone, .gone_on = part_date(x, newest->to)};
    enum err e = write_versions(d, versions, f);
    if (e == OK)
        e = unit_drawing(x, &d->u, d->code, d->day, newest->name, &drawing, f);
    if (e == OK)
        e = named_in(d, &named, &n_named, f);
    if (e != OK)
        return e;
    t.versions = versions;
    t.n_versions = d->versions.n;
    for (size_t i = 0; i < t.n_versions; i++) /* formed anew from others while the code went on */
        t.is_reused |= versions[i].n_before > 0 && t.n_versions > 1;
    t.n_successors = successors_of(d, &successors);
    t.successors = successors;
    t.drawing = buf_view(&drawing);
    t.figures_day = part_date(x, d->day);
    t.n_figures = figures_of(d, figures, ret_has_sample);
    t.figures = figures;
    t.named = named;
    t.n_named = n_named;
    tpl_unit(out, &t, x->lang);
    return OK;
}

enum err page_unit(struct exchange *x, struct fault *f)
{
    struct dossier d = {.x = x, .code = input_named(x, "code")->text};
    enum err e = units_read(x, &d.u, f);
    if (e != OK)
        return e;
    for (size_t i = d.u.n; i-- > 0;)
        if (str_eq(d.u.p[i].code, d.code))
            VEC_PUSH(x->arena, &d.versions, &d.u.p[i]);
    if (d.versions.n == 0 && d.u.reg)
        return page_units_named(x, &d.u, d.code, f);
    if (d.versions.n == 0)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"id", d.code}, {"register", STR("units")});
    const struct unit *newest = d.versions.p[0];
    d.is_gone = !units_on(&d.u, d.code, d.u.today);
    d.day = d.is_gone && newest->to.n ? day_before(x, newest->to) : d.u.today;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    bool has_sample = false;
    if ((e = write_unit(&d, &has_sample, &content, f)) != OK)
        return e;
    struct crumb crumbs[] = {{message(M_units_title, x->lang), STR("/units")}, {newest->name, nothing}};
    return page(x,
                &(struct page){.title = newest->name,
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "units",
                               .has_sample = has_sample},
                f);
}
