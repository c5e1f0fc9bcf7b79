/* Shapes shaded by value. The outlines are snapped to the grid of the drawing, so that neighbours keep sharing their border and a page stays small. */
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "text/json.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

enum { WIDTH = 700, MAX_HEIGHT = 1400, SHADES = 5, MAX_LABELS = 16, SCAN_LINES = 15, MAX_CROSSINGS = 256 };

/* From degrees or metres to the drawing. */
struct frame {
    double x0, y0, x_scale, y_scale;
    int height;
};

static void box_add(const struct shape *s, struct box *box)
{
    for (size_t i = 0; i < s->n && s->parts; i++)
        box_add(&s->parts[i], box);
    size_t step = s->has_z ? 3 : 2;
    for (size_t i = 0; i < s->n && s->at; i++) {
        const double *p = s->at + i * step;
        *box = (struct box){fmin(box->x_min, p[0]), fmin(box->y_min, p[1]), fmax(box->x_max, p[0]),
                            fmax(box->y_max, p[1])};
    }
}

/* Degrees get shorter from the equator on. */
static struct frame frame_of(const struct areas *m)
{
    struct box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < m->n; i++)
        box_add(m->p[i].shape, &box);
    double middle = (box.y_min + box.y_max) / 2;
    double squeeze = m->is_degrees ? cos(middle * M_PI / 180) : 1;
    double width = fmax((box.x_max - box.x_min) * squeeze, 1e-9), height = fmax(box.y_max - box.y_min, 1e-9);
    double scale = fmin((WIDTH - 2) / width, (MAX_HEIGHT - 2) / height);
    return (struct frame){box.x_min, box.y_max, scale * squeeze, scale, (int)ceil(height * scale) + 2};
}

static long grid_x(const struct frame *f, const double *p)
{
    return lround(1 + (p[0] - f->x0) * f->x_scale);
}

static long grid_y(const struct frame *f, const double *p)
{
    return lround(1 + (f->y0 - p[1]) * f->y_scale);
}

static void ring_write(const struct frame *f, const struct shape *ring, struct buf *out)
{
    size_t step = ring->has_z ? 3 : 2;
    long x = grid_x(f, ring->at), y = grid_y(f, ring->at);
    buf_printf(out, "M%ld %ldl", x, y);
    for (size_t i = 1; i < ring->n; i++) {
        long next_x = grid_x(f, ring->at + i * step), next_y = grid_y(f, ring->at + i * step);
        if (next_x == x && next_y == y)
            continue;
        buf_printf(out, "%s%ld%s%ld", next_x >= x && i > 1 ? " " : "", next_x - x, next_y >= y ? " " : "", next_y - y);
        x = next_x, y = next_y;
    }
    buf_puts(out, "z");
}

static void outline_write(const struct frame *f, const struct shape *s, struct buf *out)
{
    if (s->kind == SHAPE_POLYGON)
        for (size_t i = 0; i < s->n; i++)
            ring_write(f, &s->parts[i], out);
    else if (s->kind == SHAPE_MULTIPOLYGON || s->kind == SHAPE_COLLECTION)
        for (size_t i = 0; i < s->n; i++)
            outline_write(f, &s->parts[i], out);
}

/* ---- where a name fits */

struct crossings {
    double x[MAX_CROSSINGS];
    size_t n;
};

static void cross(const struct shape *s, double y, struct crossings *c)
{
    if (s->parts) {
        for (size_t i = 0; i < s->n; i++)
            cross(&s->parts[i], y, c);
        return;
    }
    size_t step = s->has_z ? 3 : 2;
    for (size_t i = 1; i < s->n && c->n < MAX_CROSSINGS; i++) {
        const double *a = s->at + (i - 1) * step, *b = s->at + i * step;
        if ((a[1] > y) != (b[1] > y))
            c->x[c->n++] = a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle of the widest stretch inside, of some lines across; those near the middle count for more. */
void part_name_place(const struct shape *s, double *ret_place)
{
    struct box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    box_add(s, &box);
    double best = -1;
    for (int i = 1; i < SCAN_LINES; i++) {
        double part = (double)i / SCAN_LINES, y = box.y_min + part * (box.y_max - box.y_min);
        struct crossings c = {.n = 0};
        cross(s, y, &c);
        qsort(c.x, c.n, sizeof c.x[0], by_value);
        for (size_t k = 0; k + 1 < c.n; k += 2) {
            double width = (c.x[k + 1] - c.x[k]) * (1 - fabs(part - 0.5));
            if (width > best)
                best = width, ret_place[0] = (c.x[k] + c.x[k + 1]) / 2, ret_place[1] = y;
        }
    }
}

/* ---- shades */

/* Equal steps between round numbers. */
struct scale {
    double low, step;
    int n;
};

static struct scale scale_of(const struct areas *m)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < m->n; i++)
        low = fmin(low, m->p[i].value), high = fmax(high, m->p[i].value); /* NAN is passed over */
    if (!isfinite(low) || !isfinite(high))
        return (struct scale){0, 1, 0};
    double step = part_nice_step(fmax(high - low, pow(10, -m->decimals)), SHADES - 1);
    double from = floor(low / step) * step;
    int n = (int)floor((high - from) / step) + 1;
    return (struct scale){from, step, n < SHADES ? n : SHADES};
}

static int shade_of(const struct scale *s, double value)
{
    if (isnan(value))
        return 0;
    int i = (int)floor((value - s->low) / s->step);
    i = i < 0 ? 0 : i >= s->n ? s->n - 1 : i;
    /* Few steps use the ends of the palette as well. */
    return s->n == 1 ? 3 : 1 + i * (SHADES - 1) / (s->n - 1);
}

static size_t add_legend(struct exchange *x, const struct areas *m, const struct scale *s,
                         struct tpl_areas_legend *legend)
{
    for (int i = 0; i < s->n; i++) {
        double from = s->low + i * s->step;
        struct str low = part_fixed(x, quantity_of_double(from, m->decimals), m->decimals),
                   high = part_fixed(x, quantity_of_double(from + s->step, m->decimals), m->decimals);
        legend[i] =
            (struct tpl_areas_legend){shade_of(s, from + s->step / 2),
                                      str_of(arena_printf(x->arena, "%.*s – %.*s%s%.*s", STR_ARG(low), STR_ARG(high),
                                                          m->unit.n ? " " : "", STR_ARG(m->unit)))};
    }
    return (size_t)s->n;
}

/* “Huyện”, “Thành phố”. */
static bool share_first_word(const struct str *titles, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        struct str rest, word = str_cut(titles[i], ' ', &rest);
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            same += str_eq(word, str_cut(titles[k], ' ', &rest)) ? 1 : 0;
        most = same > most ? same : most;
    }
    return 3 * most > 2 * n;
}

/* Nor do small words behind the first say anything. */
static struct str short_name(struct str name)
{
    struct str rest;
    str_cut(name, ' ', &rest);
    while (rest.n && rest.p[0] >= 'a' && rest.p[0] <= 'z')
        str_cut(rest, ' ', &rest);
    return rest.n ? rest : name;
}

const struct str *part_map_names(struct exchange *x, const struct str *titles, size_t n)
{
    if (n > MAX_LABELS)
        return NULL;
    struct str *names = ARENA_ARRAY(x->arena, struct str, n + 1);
    bool is_short = n > 1 && share_first_word(titles, n);
    for (size_t i = 0; i < n; i++)
        names[i] = is_short ? short_name(titles[i]) : titles[i];
    return names;
}

/* What scripts/map.js knows of each shape. */
static void value_write(const struct area *area, int shade, struct str label, const double *place, struct json_out *o)
{
    json_key(o, area->key), json_object_begin(o);
    json_member(o, "name", area->title);
    json_member(o, "text", area->text);
    json_key(o, STR("shade")), json_int(o, shade);
    if (label.n) {
        json_member(o, "label", label);
        json_key(o, STR("at")), json_array_begin(o);
        json_number(o, place[0]), json_number(o, place[1]);
        json_array_end(o);
    }
    json_object_end(o);
}

/* The drawing, in a box that scripts make a map of when the source of the shapes is known. */
static void box_write(struct exchange *x, const struct areas *m, struct str drawing, struct str values, struct buf *out)
{
    if (m->source.n == 0 || !m->is_degrees)
        buf_str(out, drawing);
    else
        part_map_box(x, out,
                     &(struct map_box){.title = m->title,
                                       .source = m->source,
                                       .name = m->source_key,
                                       .key = m->source_key,
                                       .href = m->href,
                                       .values = values,
                                       .plain = drawing});
}

void part_areas(struct exchange *x, struct buf *out, const struct areas *m)
{
    if (m->n == 0)
        return;
    struct frame frame = frame_of(m);
    struct scale scale = scale_of(m);
    struct tpl_areas_legend legend[SHADES];
    struct tpl_areas_drawing_shapes *shapes = arena_zalloc(x->arena, m->n * sizeof(*shapes));
    struct tpl_areas_drawing_labels *labels = arena_zalloc(x->arena, m->n * sizeof(*labels));
    struct tpl_areas_drawing t = {.summary = m->summary,
                                  .width = WIDTH,
                                  .height = frame.height,
                                  .shapes = shapes,
                                  .n_shapes = m->n,
                                  .labels = labels};
    struct buf values CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                      drawing CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                      map CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct json_out o;
    json_out_init(&o, &values, JSON_OUT_COMPACT);
    json_object_begin(&o);
    struct str *titles = ARENA_ARRAY(x->arena, struct str, m->n);
    for (size_t i = 0; i < m->n; i++)
        titles[i] = m->p[i].title;
    const struct str *names = part_map_names(x, titles, m->n);
    bool has_unknown = false;
    for (size_t i = 0; i < m->n; i++) {
        const struct area *area = &m->p[i];
        struct buf d CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
        outline_write(&frame, area->shape, &d);
        const char *text = arena_printf(x->arena, "%.*s: %.*s", STR_ARG(area->title), STR_ARG(area->text));
        int shade = shade_of(&scale, area->value);
        struct str label = names ? names[i] : (struct str){NULL, 0};
        double place[2] = {0, 0};
        shapes[i] = (struct tpl_areas_drawing_shapes){str_dup(x->arena, buf_view(&d)), shade, str_of(text)};
        has_unknown |= isnan(area->value);
        if (label.n) {
            part_name_place(area->shape, place);
            labels[t.n_labels++] = (struct tpl_areas_drawing_labels){(double)grid_x(&frame, place),
                                                                     (double)grid_y(&frame, place) + 8, label};
        }
        value_write(area, shade, label, place, &o);
    }
    json_object_end(&o);
    json_out_done(&o);
    tpl_areas_drawing(&drawing, &t, x->lang);
    box_write(x, m, buf_view(&drawing), buf_view(&values), &map);
    tpl_areas(out,
              &(struct tpl_areas){.title = m->title,
                                  .map = buf_view(&map),
                                  .legend = legend,
                                  .n_legend = add_legend(x, m, &scale, legend),
                                  .has_unknown = has_unknown},
              x->lang);
}
