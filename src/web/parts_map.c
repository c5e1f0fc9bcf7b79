/* Maps as drawings: outlines rounded to half a unit of a small canvas, so that a province takes some kilobytes. */
#include <math.h>

#include "base/limits.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"
#include "web/tpl.h"

#include "base/banned.h"

enum { WIDTH = 640, MAX_HEIGHT = 640, SHADES = 5, MARGIN = 8 };

/* From coordinates to the canvas. */
struct frame {
    double x_min, y_max, x_scale, y_scale;
    int height;
};

static double stretch(double a, double b)
{
    return fmax(b - a, 1e-9);
}

static struct box box_of_shape(const struct shape *s)
{
    struct box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    size_t step = s->has_z ? 3 : 2;
    for (size_t i = 0; s->at && i < s->n; i++) {
        box.x_min = fmin(box.x_min, s->at[i * step]), box.x_max = fmax(box.x_max, s->at[i * step]);
        box.y_min = fmin(box.y_min, s->at[i * step + 1]), box.y_max = fmax(box.y_max, s->at[i * step + 1]);
    }
    for (size_t i = 0; s->parts && i < s->n; i++) {
        struct box part = box_of_shape(&s->parts[i]);
        box.x_min = fmin(box.x_min, part.x_min), box.x_max = fmax(box.x_max, part.x_max);
        box.y_min = fmin(box.y_min, part.y_min), box.y_max = fmax(box.y_max, part.y_max);
    }
    return box;
}

/* Degrees of longitude are narrower than those of latitude; planar coordinates are taken as they are. */
static struct frame frame_of(const struct map_shape *shapes, size_t n)
{
    struct box all = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        struct box box = box_of_shape(shapes[i].shape);
        all.x_min = fmin(all.x_min, box.x_min), all.x_max = fmax(all.x_max, box.x_max);
        all.y_min = fmin(all.y_min, box.y_min), all.y_max = fmax(all.y_max, box.y_max);
    }
    bool is_degrees =
        fabs(all.x_min) <= 180 && fabs(all.x_max) <= 180 && fabs(all.y_min) <= 90 && fabs(all.y_max) <= 90;
    double narrow = is_degrees ? cos((all.y_min + all.y_max) / 2 * M_PI / 180) : 1;
    double scale = fmin((WIDTH - 2 * MARGIN) / (stretch(all.x_min, all.x_max) * narrow),
                        (MAX_HEIGHT - 2 * MARGIN) / stretch(all.y_min, all.y_max));
    double spare = (WIDTH - 2 * MARGIN) / (scale * narrow) - stretch(all.x_min, all.x_max);
    return (struct frame){
        .x_min = all.x_min - spare / 2,
        .y_max = all.y_max,
        .x_scale = scale * narrow,
        .y_scale = scale,
        .height = (int)ceil(stretch(all.y_min, all.y_max) * scale) + 2 * MARGIN,
    };
}

static double half(double v)
{
    return round(v * 2) / 2;
}

static void place(const struct frame *f, const double *at, double *ret_x, double *ret_y)
{
    *ret_x = half(MARGIN + (at[0] - f->x_min) * f->x_scale);
    *ret_y = half(MARGIN + (f->y_max - at[1]) * f->y_scale);
}

/* M x y, then L x y for each position that is seen to differ. */
static void add_line(const struct frame *f, const struct shape *line, bool is_ring, struct buf *d)
{
    double x, y, last_x = NAN, last_y = NAN;
    for (size_t i = 0; i < line->n; i++) {
        place(f, line->at + i * (line->has_z ? 3 : 2), &x, &y);
        if (i && x == last_x && y == last_y) /* rounded alike, so equal to the bit */
            continue;
        buf_putc(d, i ? 'L' : 'M');
        tpl_number(d, x), buf_putc(d, ' '), tpl_number(d, y);
        last_x = x, last_y = y;
    }
    if (is_ring)
        buf_putc(d, 'Z');
}

static void add_outline(const struct frame *f, const struct shape *s, struct buf *d)
{
    if (s->kind == SHAPE_LINESTRING)
        add_line(f, s, false, d);
    for (size_t i = 0; s->parts && i < s->n; i++) {
        if (s->kind == SHAPE_POLYGON)
            add_line(f, &s->parts[i], true, d);
        else
            add_outline(f, &s->parts[i], d);
    }
}

static const struct map_shape *extreme(const struct map_shape *shapes, size_t n, double sign)
{
    const struct map_shape *found = NULL;
    for (size_t i = 0; i < n; i++)
        if (isfinite(shapes[i].value) && (!found || sign * shapes[i].value > sign * found->value))
            found = &shapes[i];
    return found;
}

static int64_t shade_of(double value, const struct map_shape *low, const struct map_shape *high)
{
    if (!isfinite(value))
        return 0;
    if (high->value <= low->value)
        return SHADES / 2 + 1;
    return 1 + (int64_t)fmin(SHADES - 1, floor((value - low->value) / (high->value - low->value) * SHADES));
}

void part_shapes(struct exchange *x, struct buf *out, struct str summary, const struct map_shape *shapes, size_t n)
{
    if (n == 0)
        return;
    struct frame f = frame_of(shapes, n);
    const struct map_shape *low = extreme(shapes, n, -1), *high = extreme(shapes, n, 1);
    struct tpl_shapes_shapes *shown = arena_zalloc(x->arena, n * sizeof *shown);
    for (size_t i = 0; i < n; i++) {
        const struct map_shape *s = &shapes[i];
        struct buf d = BUF_INIT(LIMIT_PAGE_BYTES);
        add_outline(&f, s->shape, &d);
        const char *label = s->text.n ? arena_printf(x->arena, "%.*s: %.*s", STR_ARG(s->name), STR_ARG(s->text))
                                      : arena_printf(x->arena, "%.*s", STR_ARG(s->name));
        shown[i] = (struct tpl_shapes_shapes){.label = str_of(label),
                                              .href = s->href,
                                              .shade = shade_of(s->value, low, high),
                                              .d = str_slice(arena_dup(x->arena, d.p ? d.p : "", d.n), d.n)};
        if (s->shape->kind == SHAPE_POINT)
            place(&f, s->shape->at, &shown[i].x, &shown[i].y);
        buf_done(&d);
    }
    bool has_legend = high && high->value > low->value;
    tpl_shapes(out,
               &(struct tpl_shapes){.summary = summary,
                                    .width = WIDTH,
                                    .height = f.height,
                                    .shapes = shown,
                                    .n_shapes = n,
                                    .low = has_legend ? low->text : (struct str){NULL, 0},
                                    .high = has_legend ? high->text : (struct str){NULL, 0}},
               x->lang);
}
