/* Geometries as an SVG drawing, 1000 wide: bounded by leaving out what would not be seen, not by cutting off. */
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

enum { WIDTH = 1000, LEAST_HEIGHT = 240, MOST_HEIGHT = 1200, EDGE = 12, NAME_HEIGHT = 34 };

/* Closer together than this, two positions are one. */
static const double nearest = 2.5;

struct plan {
    double x, y, across, up; /* of the lower left corner; units of the drawing in one of the coordinates */
    double height;
};

static struct plan plan_of(struct box box, bool is_geographic)
{
    double narrow = is_geographic ? cos((box.y_min + box.y_max) / 2 * M_PI / 180) : 1;
    double width = fmax((box.x_max - box.x_min) * narrow, 1e-6), height = fmax(box.y_max - box.y_min, 1e-6);
    double scale = fmin((WIDTH - 2 * EDGE) / width, (MOST_HEIGHT - 2 * EDGE) / height);
    struct plan p = {.across = scale * narrow, .up = scale, .height = fmax(height * scale + 2 * EDGE, LEAST_HEIGHT)};
    p.x = (box.x_min + box.x_max) / 2 - WIDTH / 2.0 / p.across;
    p.y = (box.y_min + box.y_max) / 2 - p.height / 2 / p.up;
    return p;
}

static void place(const struct plan *p, const double *at, double *ret_x, double *ret_y)
{
    *ret_x = (at[0] - p->x) * p->across;
    *ret_y = p->height - (at[1] - p->y) * p->up;
}

static void draw_line(const struct plan *p, const struct shape *s, bool is_ring, struct buf *d)
{
    size_t width = s->has_z ? 3 : 2, drawn = 0;
    double last_x = 0, last_y = 0;
    for (size_t i = 0; i < s->n; i++) {
        double x, y;
        place(p, s->at + i * width, &x, &y);
        bool is_end = i + 1 == s->n;
        if (drawn && (!is_end || is_ring) && hypot(x - last_x, y - last_y) < nearest)
            continue;
        buf_printf(d, "%c%.0f %.0f", drawn++ ? 'L' : 'M', x, y);
        last_x = x, last_y = y;
    }
    if (is_ring)
        buf_putc(d, 'Z');
}

struct drawing {
    struct exchange *x;
    struct plan plan;
    const struct drawing_item *item;
    struct buf d;
    bool is_line;
    VEC(struct tpl_drawing_shapes) shapes;
    VEC(struct tpl_drawing_points) points;
    VEC(struct tpl_drawing_labels) labels;
};

static void draw_shape(struct drawing *g, const struct shape *s)
{
    const struct drawing_item *item = g->item;
    switch (s->kind) {
    case SHAPE_POINT: {
        struct tpl_drawing_points p = {.title = item->title, .href = item->href, .is_chosen = item->is_chosen};
        place(&g->plan, s->at, &p.x, &p.y);
        VEC_PUSH(g->x->arena, &g->points, p);
        return;
    }
    case SHAPE_LINESTRING:
        draw_line(&g->plan, s, false, &g->d);
        g->is_line = true;
        return;
    case SHAPE_POLYGON:
        for (size_t i = 0; i < s->n; i++)
            draw_line(&g->plan, &s->parts[i], true, &g->d);
        return;
    case SHAPE_MULTIPOINT:
    case SHAPE_MULTILINESTRING:
    case SHAPE_MULTIPOLYGON:
    case SHAPE_COLLECTION:
        for (size_t i = 0; i < s->n; i++)
            draw_shape(g, &s->parts[i]);
        return;
    }
}

static void draw_name(struct drawing *g, const struct shape *s, struct str name)
{
    double at[2] = {0, 0};
    struct tpl_drawing_labels label = {.text = name};
    if (s->kind != SHAPE_POLYGON && s->kind != SHAPE_MULTIPOLYGON)
        return;
    part_name_place(s, at);
    place(&g->plan, at, &label.x, &label.y);
    label.y += NAME_HEIGHT / 3.0;
    VEC_PUSH(g->x->arena, &g->labels, label);
}

static void draw_item(struct drawing *g, const struct drawing_item *item, struct str name)
{
    struct shape shape;
    if (shape_read_blob(g->x->arena, item->blob, &shape, NULL) != OK)
        return;
    g->item = item;
    g->is_line = false;
    buf_reset(&g->d);
    draw_shape(g, &shape);
    if (g->d.n)
        VEC_PUSH(g->x->arena, &g->shapes,
                 ((struct tpl_drawing_shapes){.d = str_dup(g->x->arena, buf_view(&g->d)),
                                              .title = item->title,
                                              .href = item->href,
                                              .is_line = g->is_line,
                                              .is_chosen = item->is_chosen}));
    if (g->d.n && name.n)
        draw_name(g, &shape, name);
}

struct ranked {
    const struct drawing_item *item;
    double size;
};

/* What is large lies below. */
static int by_size(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->size, y = ((const struct ranked *)b)->size;
    return x < y ? 1 : x > y ? -1 : 0;
}

bool part_drawing(struct exchange *x, struct buf *out, struct str title, bool is_geographic,
                  const struct drawing_item *items, size_t n)
{
    struct ranked *order = ARENA_ARRAY(x->arena, struct ranked, n + 1);
    struct box all = {INFINITY, INFINITY, -INFINITY, -INFINITY}, box;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (!shape_blob_walk(items[i].blob, &box))
            continue;
        all = (struct box){fmin(all.x_min, box.x_min), fmin(all.y_min, box.y_min), fmax(all.x_max, box.x_max),
                           fmax(all.y_max, box.y_max)};
        order[known++] = (struct ranked){&items[i], (box.x_max - box.x_min) * (box.y_max - box.y_min)};
    }
    if (known == 0)
        return false;
    qsort(order, known, sizeof *order, by_size);
    struct drawing g = {.x = x, .plan = plan_of(all, is_geographic), .d = BUF_INIT(LIMIT_PAGE_BYTES)};
    struct str *titles = ARENA_ARRAY(x->arena, struct str, known);
    for (size_t i = 0; i < known; i++)
        titles[i] = order[i].item->title;
    const struct str *names = part_map_names(x, titles, known);
    for (size_t i = 0; i < known; i++)
        draw_item(&g, order[i].item, names ? names[i] : (struct str){NULL, 0});
    buf_done(&g.d);
    tpl_drawing(out,
                &(struct tpl_drawing){.title = title,
                                      .height = g.plan.height,
                                      .shapes = g.shapes.p,
                                      .n_shapes = g.shapes.n,
                                      .points = g.points.p,
                                      .n_points = g.points.n,
                                      .labels = g.labels.p,
                                      .n_labels = g.labels.n},
                x->lang);
    return true;
}
