#include "web/ask_internal.h"

#include "cql2/cql2.h"
#include "base/limits.h"
#include "text/number.h"

#include "base/banned.h"

enum err ask_register(struct exchange *x, struct str name, const struct reg **ret_reg, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, name);
    if (reg && site_shows_register(x, reg)) {
        *ret_reg = reg;
        return OK;
    }
    /* One that is not shown is told as one that is not there; only names that are shown are offered. */
    size_t n = 0;
    struct str *names = ARENA_ARRAY(x->arena, struct str, w->store->province->n_registers);
    for (size_t i = 0; i < w->store->province->n_registers; i++)
        if (site_shows_register(x, w->store->province->registers[i]))
            names[n++] = w->store->province->registers[i]->name;
    return FAULT(f, ERR_REGISTER_UNKNOWN, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
}

enum err ask_unknown_field(struct exchange *x, const struct reg *reg, struct str name, struct str place,
                           struct fault *f)
{
    size_t n = 0;
    struct str *names = ARENA_ARRAY(x->arena, struct str, reg->n_fields + HTTP_MAX_INPUTS);
    for (const struct input *in = x->route->inputs; name.p == place.p && in && in->name; in++)
        if (in->in == IN_QUERY && !in->is_open)
            names[n++] = str_of(in->name);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (site_shows_field(x, &reg->fields[i]))
            names[n++] = reg->fields[i].name;
    FAULT(f, ERR_FIELD_UNKNOWN, {"name", name}, {"register", reg->name}, {"nearest", yaml_nearest(name, names, n)});
    fault_field(f, place);
    return ERR_FIELD_UNKNOWN;
}

const struct field *ask_shown_field(const struct exchange *x, const struct reg *reg, struct str name)
{
    const struct field *fd = reg_field(reg, name);
    return fd && site_shows_field(x, fd) ? fd : NULL;
}

/* ---- the filter ---- */

struct names_check {
    struct exchange *x;
    const struct reg *reg;
    struct str hidden;
};

/* A property that is not shown answers nothing, not even whether it is there. */
static void check_name(void *context, struct str name)
{
    struct names_check *c = context;
    struct str rest, first = str_cut(name, '.', &rest);
    if (c->hidden.p || ask_own_field(name))
        return;
    const struct field *fd = ask_shown_field(c->x, c->reg, first);
    bool is_shown =
        fd &&
        (!rest.p || (fd->target && site_shows_register(c->x, fd->target) && ask_shown_field(c->x, fd->target, rest)));
    if (!is_shown)
        c->hidden = name;
}

struct crs_move {
    struct crs_pool *pool;
    const struct crs *from, *to;
};

static enum err move_shape(void *context, struct shape *s, struct fault *f)
{
    const struct crs_move *m = context;
    if (m->from->is_north_first)
        shape_swap_axes(s);
    return crs_transform(m->pool, m->from, m->to, s, f);
}

static enum err input_crs(const struct exchange *x, const char *name, const struct crs **ret_crs, struct fault *f)
{
    const struct input_value *v = input_named(x, name);
    if (!v->is_given)
        return OK;
    enum err e = crs_find(v->text, ret_crs, f);
    if (e != OK && f)
        fault_field(f, str_of(name));
    return e;
}

/* Parsed and checked on its own first, so that an error has its place in what was sent. */
static enum err add_filter(struct exchange *x, struct ask *q, struct buf *all, struct fault *f)
{
    const struct input_value *text = input_named(x, "filter");
    struct worker *w = x->worker;
    struct cql2 *tree;
    const struct cql2_schema *schema;
    struct crs_move move = {w->crs, crs_wgs84(), q->storage};
    enum err e = input_crs(x, "filter-crs", &move.from, f);
    if (e != OK || !text->is_given || str_trim(text->text).n == 0)
        return e;
    bool is_json =
        str_is(input_named(x, "filter-lang")->text, "cql2-json") || str_starts(str_trim(text->text), STR("{"));
    e = is_json ? cql2_parse_json(x->arena, text->text, &tree, f) : cql2_parse_text(x->arena, text->text, &tree, f);
    if (e == OK)
        e = query_schema(x->arena, w->store, q->reg, NULL, 0, &schema, f);
    struct names_check names = {.x = x, .reg = q->reg};
    if (e == OK)
        cql2_properties(tree, check_name, &names);
    if (e == OK && names.hidden.p)
        e = ask_unknown_field(x, q->reg, names.hidden, STR("filter"), f);
    if (e == OK)
        e = cql2_check(x->arena, tree, schema, f);
    if (e == OK && q->storage && (move.from->is_north_first || move.from != move.to))
        e = cql2_shapes(x->arena, tree, move_shape, &move, f);
    if (e != OK) {
        if (f)
            fault_field(f, STR("filter"));
        return e;
    }
    buf_puts(all, all->n ? " AND (" : "(");
    cql2_print_text(tree, all);
    buf_putc(all, ')');
    return OK;
}

/* ---- box and time ---- */

enum { AREA_MARGIN = 1 }; /* degrees around the area of use of a system, where it still serves */

/* A box in degrees, cut to where the system of the records is meant to be: the whole world has no place in a zone of VN-2000. False when
 * nothing is left of it. */
static enum err cut_to_area(struct exchange *x, const struct ask *q, struct box *box, bool *ret_is_left,
                            struct fault *f)
{
    struct worker *w = x->worker;
    struct box area;
    enum err e = crs_area(w->crs, q->storage, &area, f);
    if (e != OK)
        return e;
    area = (struct box){area.x_min - AREA_MARGIN, area.y_min - AREA_MARGIN, area.x_max + AREA_MARGIN,
                        area.y_max + AREA_MARGIN};
    if (box->x_min > box->x_max) { /* across the antimeridian: the side on which the area lies */
        bool is_east = area.x_max >= box->x_min;
        box->x_min = is_east ? box->x_min : -180;
        box->x_max = is_east ? 180 : box->x_max;
    }
    *ret_is_left = box_meets(*box, area);
    *box = (struct box){
        box->x_min > area.x_min ? box->x_min : area.x_min, box->y_min > area.y_min ? box->y_min : area.y_min,
        box->x_max < area.x_max ? box->x_max : area.x_max, box->y_max < area.y_max ? box->y_max : area.y_max};
    return OK;
}

/* Nothing is left out for want of a place or a time (OGC API – Features 1.0.1, 7.15.3 C and 7.15.4 C). */
static void or_unknown(const struct field *fd, struct buf *all)
{
    buf_puts(all, all->n ? " AND (" : "(");
    if (fd->is_required)
        return;
    cql2_quote(all, fd->name, '"');
    buf_puts(all, " IS NULL OR ");
}

/* `box` is NULL when nothing can lie in it. */
static void add_intersects(const struct ask *q, const struct box *box, struct buf *all)
{
    const struct field *fd = &q->reg->fields[q->reg->geometry];
    or_unknown(fd, all);
    if (!box) {
        buf_puts(all, "FALSE)");
        return;
    }
    buf_puts(all, "S_INTERSECTS(");
    cql2_quote(all, fd->name, '"');
    buf_puts(all, ", BBOX(");
    const double sides[] = {box->x_min, box->y_min, box->x_max, box->y_max};
    for (int i = 0; i < 4; i++) {
        buf_puts(all, i ? "," : "");
        number_print(sides[i], all);
    }
    buf_puts(all, ")))");
}

static enum err add_box(struct exchange *x, struct ask *q, struct buf *all, struct fault *f)
{
    const struct input_value *v = input_named(x, "bbox");
    const struct crs *from = crs_wgs84(), *degrees;
    enum err e = input_crs(x, "bbox-crs", &from, f);
    if (e != OK || !v->is_given || !q->storage)
        return e;
    int half = v->n_box / 2;
    struct box box = {v->box[0], v->box[1], v->box[half], v->box[half + 1]};
    e = crs_find(STR("EPSG:4326"), &degrees, f);
    if (e != OK)
        return e;
    if (from->is_north_first)
        box = (struct box){box.y_min, box.x_min, box.y_max, box.x_max};
    bool is_world = from == crs_wgs84() || from == degrees, is_left = true;
    bool is_stored_world = q->storage == crs_wgs84() || q->storage == degrees;
    if (is_world && !is_stored_world)
        e = cut_to_area(x, q, &box, &is_left, f);
    if (e == OK && !is_left) {
        add_intersects(q, NULL, all);
        return OK;
    }
    struct worker *w = x->worker;
    if (e == OK)
        e = crs_transform_box(w->crs, from, q->storage, &box, f);
    if (e != OK) {
        if (f)
            fault_field(f, STR("bbox"));
        return e;
    }
    struct box *found = ARENA_NEW(x->arena, struct box);
    *found = box.x_min > box.x_max ? (struct box){-180, box.y_min, 180, box.y_max} : box;
    q->o.box = found;
    add_intersects(q, &box, all);
    return OK;
}

int ask_time_field(const struct exchange *x, const struct reg *reg)
{
    if (reg->valid_from != NO_FIELD)
        return NO_FIELD;
    if (reg->as_of != NO_FIELD && site_shows_field(x, &reg->fields[reg->as_of]))
        return reg->as_of;
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        if ((fd->type == FT_DATE || fd->type == FT_TIMESTAMP) && site_shows_field(x, fd))
            return (int)i;
    }
    return NO_FIELD;
}

static bool is_open(struct str end)
{
    return end.n == 0 || str_is(end, "..");
}

static void add_moment(struct buf *b, struct str moment)
{
    int64_t ms;
    struct buf text CLEANUP(buf_done) = BUF_INIT(64);
    if (moment.n > 10 && instant_parse(moment, &ms, NULL) == OK)
        instant_print(ms, &text);
    else
        buf_str(&text, moment);
    buf_puts(b, moment.n > 10 ? "TIMESTAMP(" : "DATE(");
    cql2_quote(b, buf_view(&text), '\'');
    buf_putc(b, ')');
}

static void add_side(struct buf *all, const struct field *fd, const char *op, struct str moment)
{
    if (is_open(moment))
        return;
    or_unknown(fd, all);
    cql2_quote(all, fd->name, '"');
    buf_printf(all, " %s ", op);
    add_moment(all, moment);
    buf_putc(all, ')');
}

static void add_time(struct exchange *x, const struct ask *q, struct buf *all)
{
    const struct input_value *v = input_named(x, "datetime");
    const struct reg *reg = q->reg;
    if (!v->is_given)
        return;
    struct str to, from = str_cut(v->text, '/', &to);
    if (!to.p)
        to = from;
    if (reg->valid_from != NO_FIELD) {
        if (reg->valid_from >= 0 && site_shows_field(x, &reg->fields[reg->valid_from]))
            add_side(all, &reg->fields[reg->valid_from], "<=", to);
        if (reg->valid_to >= 0 && site_shows_field(x, &reg->fields[reg->valid_to]))
            add_side(all, &reg->fields[reg->valid_to], ">", from);
        return;
    }
    int field = ask_time_field(x, reg);
    if (field == NO_FIELD)
        return;
    add_side(all, &reg->fields[field], ">=", from);
    add_side(all, &reg->fields[field], "<=", to);
}

/* ---- words, order, fields ---- */

static enum err read_words(struct exchange *x, struct ask *q, struct fault *f)
{
    const struct input_value *v = input_named(x, "q");
    if (!v->is_given || str_trim(v->text).n == 0)
        return OK;
    if (!site_searches(x, q->reg))
        return FAULT(f, ERR_SEARCH_NONE, {"register", q->reg->name});
    q->o.search = str_trim(v->text);
    return OK;
}

static enum err read_order(struct exchange *x, struct ask *q, struct fault *f)
{
    const struct input_value *v = input_named(x, "sortby");
    q->o.is_unsorted = true;
    if (!v->is_given)
        return OK;
    for (struct str rest = v->text, name; rest.p;) {
        name = str_trim(str_cut(rest, ',', &rest));
        if (str_starts(name, STR("-")) || str_starts(name, STR("+")))
            name = str_slice(name.p + 1, name.n - 1);
        if (!ask_shown_field(x, q->reg, name))
            return ask_unknown_field(x, q->reg, name, STR("sortby"), f);
    }
    q->o.sort = v->text;
    return OK;
}

static enum err read_fields(struct exchange *x, struct ask *q, struct fault *f)
{
    const struct reg *reg = q->reg;
    const struct input_value *v = input_named(x, "properties");
    q->fields = ARENA_ARRAY(x->arena, int, reg->n_fields);
    if (!v->is_given) {
        unsigned classes = site_shows_classes(x, reg);
        for (size_t i = 0; i < reg->n_fields; i++)
            if ((int)i != reg->geometry && classes & 1U << reg->fields[i].privacy)
                q->fields[q->n_fields++] = (int)i;
        return OK;
    }
    for (struct str rest = v->text, name; rest.p;) {
        name = str_trim(str_cut(rest, ',', &rest));
        const struct field *fd = ask_shown_field(x, reg, name);
        if (!fd && name.n)
            return ask_unknown_field(x, reg, name, STR("properties"), f);
        int number = fd ? (int)(fd - reg->fields) : reg->geometry;
        bool is_there = number == reg->geometry;
        for (size_t i = 0; i < q->n_fields; i++)
            is_there |= q->fields[i] == number;
        if (!is_there)
            q->fields[q->n_fields++] = number;
    }
    return OK;
}

enum err ask_read_shape(struct exchange *x, const struct reg *reg, struct ask *ret_ask, struct fault *f)
{
    struct ask q = {.reg = reg, .crs = crs_wgs84()};
    enum err e = input_crs(x, "crs", &q.crs, f);
    q.has_geometry = reg->geometry != NO_FIELD && site_shows_field(x, &reg->fields[reg->geometry]);
    if (e == OK && q.has_geometry)
        e = crs_find(reg->fields[reg->geometry].crs.n ? reg->fields[reg->geometry].crs : STR("EPSG:4326"), &q.storage,
                     f);
    if (e == OK)
        e = read_fields(x, &q, f);
    if (e == OK)
        *ret_ask = q;
    return e;
}

/* As it is shown and taken up elsewhere: without the quotes and parentheses that only care put there. */
static enum err tidy(struct exchange *x, struct buf *all, struct str *ret_text, struct fault *f)
{
    struct cql2 *tree;
    *ret_text = (struct str){NULL, 0};
    if (all->n == 0)
        return OK;
    if (all->is_full)
        return FAULT(f, ERR_LIMIT, {"what", STR("filter")}, {"limit", STR("CQL2")});
    enum err e = cql2_parse_text(x->arena, buf_view(all), &tree, f);
    if (e != OK)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 2);
    cql2_print_text(tree, &b);
    if (b.is_full)
        return FAULT(f, ERR_LIMIT, {"what", STR("filter")}, {"limit", STR("CQL2")});
    *ret_text = str_dup(x->arena, buf_view(&b));
    return OK;
}

enum err ask_read(struct exchange *x, const struct reg *reg, struct ask *ret_ask, struct fault *f)
{
    struct ask q;
    struct buf all CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 2);
    enum err e = ask_read_shape(x, reg, &q, f);
    if (e == OK)
        e = add_filter(x, &q, &all, f);
    if (e == OK)
        e = ask_add_fields(x, &q, &all, f);
    if (e == OK)
        e = add_box(x, &q, &all, f);
    if (e == OK)
        add_time(x, &q, &all);
    if (e == OK)
        e = tidy(x, &all, &q.o.filter, f);
    if (e == OK)
        e = read_words(x, &q, f);
    if (e == OK)
        e = read_order(x, &q, f);
    if (e != OK)
        return e;
    q.o.limit = input_named(x, "limit")->integer;
    q.o.after = input_named(x, "after")->text;
    *ret_ask = q;
    return OK;
}
