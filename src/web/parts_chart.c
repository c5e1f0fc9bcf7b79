/* Charts as SVG whose lines are placed in per cent of the width, so that text keeps its size on a phone. */
#include <math.h>

#include "base/limits.h"
#include "text/json.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"
#include "web/tpl.h"

#include "base/banned.h"

enum {
    HEIGHT = 240,
    TOP = 16,
    BOTTOM = 28,
    RANK_HEIGHT = 420,
    MAX_TICKS = 8,
    MAX_X_LABELS = 6,
    MAX_NAMES = 4,
    MAX_VALUES = 8
};

/* What the vertical axis holds. */
struct axis {
    double low, high, step;
    int height;
    bool is_rank;
};

static double y_of(const struct axis *axis, double value)
{
    double part = axis->high > axis->low ? (value - axis->low) / (axis->high - axis->low) : 0.5;
    if (!axis->is_rank)
        part = 1 - part;
    return TOP + part * (axis->height - TOP - BOTTOM);
}

static struct str x_of(struct exchange *x, size_t i, size_t n)
{
    double percent = n > 1 ? 100.0 * (double)i / (double)(n - 1) : 50;
    return str_of(arena_printf(x->arena, "%.2f%%", percent));
}

double part_nice_step(double span, int most)
{
    double power = pow(10, floor(log10(span / most)));
    double rest = span / most / power;
    return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

static struct axis axis_of(const struct chart *c)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t s = 0; s < c->n_series; s++)
        for (size_t i = 0; i < c->n_labels; i++) {
            low = fmin(low, c->series[s].values[i]); /* NAN is passed over */
            high = fmax(high, c->series[s].values[i]);
        }
    if (!isfinite(low) || !isfinite(high))
        low = 0, high = 1;
    if (c->is_rank)
        return (struct axis){1, fmax(high, 10), 10, c->n_series > MAX_NAMES ? RANK_HEIGHT : HEIGHT, true};
    if (low > 0 && low < high / 2)
        low = 0;
    if (high - low < 1e-9)
        high = low + fmax(fabs(low) / 10, 1);
    double step = part_nice_step(high - low, 4);
    return (struct axis){floor(low / step) * step, ceil(high / step) * step, step, HEIGHT, false};
}

static struct str number(struct exchange *x, double value, int decimals)
{
    return part_quantity(x, quantity_of_double(value, decimals), decimals);
}

static size_t add_grid(struct exchange *x, const struct axis *axis, int decimals, struct tpl_chart_grid *grid)
{
    size_t n = 0;
    int shown = axis->step >= 1 ? 0 : (int)fmax(decimals, ceil(-log10(axis->step)));
    for (size_t i = 0; n < MAX_TICKS; i++) {
        double value = axis->low + (double)i * axis->step;
        if (axis->is_rank) /* 1, 10, 20, … */
            value = i == 0 ? 1 : (double)i * axis->step;
        if (value > axis->high + axis->step / 1000)
            break;
        double y = y_of(axis, value);
        grid[n++] = (struct tpl_chart_grid){y, y + 5, number(x, value, shown)};
    }
    return n;
}

static size_t add_labels(struct exchange *x, const struct chart *c, const struct axis *axis,
                         struct tpl_chart_labels *labels)
{
    size_t n = 0, every = c->n_labels / MAX_X_LABELS + 1;
    for (size_t i = 0; i < c->n_labels; i += every) {
        const char *anchor = i == 0 && c->n_labels > 1 ? "start" : i + 1 == c->n_labels && i ? "end" : "middle";
        labels[n++] =
            (struct tpl_chart_labels){x_of(x, i, c->n_labels), str_of(anchor), axis->height - 6, c->labels[i]};
    }
    return n;
}

static const char *kind_of(const struct chart *c, const struct chart_series *s)
{
    return s->is_strong ? "strong" : c->n_series <= MAX_NAMES ? "other" : "";
}

/* Lines between neighbours that are both known, and a dot for each known value. */
static void add_series(struct exchange *x, const struct chart *c, const struct axis *axis, const struct chart_series *s,
                       struct tpl_chart *t, struct tpl_chart_lines *lines, struct tpl_chart_dots *dots,
                       struct tpl_chart_values *values)
{
    struct str kind = str_of(kind_of(c, s));
    for (size_t i = 0; i < c->n_labels; i++) {
        if (isnan(s->values[i]))
            continue;
        struct str at = x_of(x, i, c->n_labels), text = number(x, s->values[i], c->decimals);
        double y = y_of(axis, s->values[i]);
        const char *full =
            arena_printf(x->arena, "%.*s, %.*s: %.*s", STR_ARG(s->name), STR_ARG(c->labels[i]), STR_ARG(text));
        dots[t->n_dots++] = (struct tpl_chart_dots){at, y, kind, str_of(full)};
        if (i > 0 && !isnan(s->values[i - 1]))
            lines[t->n_lines++] =
                (struct tpl_chart_lines){x_of(x, i - 1, c->n_labels), y_of(axis, s->values[i - 1]), at, y, kind};
        if (s->is_strong && (c->n_labels <= MAX_VALUES || i == 0 || i + 1 == c->n_labels)) {
            const char *anchor = i == 0 && c->n_labels > 1 ? "start" : i + 1 == c->n_labels ? "end" : "middle";
            values[t->n_values++] = (struct tpl_chart_values){at, y - 9, str_of(anchor), text};
        }
    }
}

/* What scripts/chart.js reads. */
static struct str data_of(struct exchange *x, const struct chart *c, const struct axis *axis)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("inverse")), json_bool(&o, c->is_rank);
    if (c->is_rank) {
        json_key(&o, STR("min")), json_number(&o, axis->low);
        json_key(&o, STR("max")), json_number(&o, axis->high);
    }
    json_key(&o, STR("decimals")), json_int(&o, c->decimals);
    json_key(&o, STR("labels")), json_array_begin(&o);
    for (size_t i = 0; i < c->n_labels; i++)
        json_str(&o, c->labels[i]);
    json_array_end(&o);
    json_key(&o, STR("series")), json_array_begin(&o);
    for (size_t s = 0; s < c->n_series; s++) {
        json_object_begin(&o);
        json_member(&o, "name", c->series[s].name);
        json_key(&o, STR("strong")), json_bool(&o, c->series[s].is_strong);
        json_key(&o, STR("values")), json_array_begin(&o);
        for (size_t i = 0; i < c->n_labels; i++)
            if (isnan(c->series[s].values[i]))
                json_null(&o);
            else
                json_number(&o, c->series[s].values[i]);
        json_array_end(&o);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    json_out_done(&o);
    return buf_move(&b, x->arena);
}

/* The numbers, folded: a row a label, or a row a series where there are more series than labels. */
static void add_table(struct exchange *x, struct buf *out, const struct chart *c)
{
    bool by_series = c->n_series > c->n_labels;
    size_t n_columns = (by_series ? c->n_labels : c->n_series) + 1, n_rows = by_series ? c->n_series : c->n_labels;
    struct table_column *columns = arena_zalloc(x->arena, n_columns * sizeof(*columns));
    struct table_row *rows = arena_zalloc(x->arena, (n_rows + 1) * sizeof(*rows));
    columns[0].is_head = true;
    for (size_t i = 1; i < n_columns; i++)
        columns[i] =
            (struct table_column){.title = by_series ? c->labels[i - 1] : c->series[i - 1].name, .is_number = true};
    for (size_t r = 0; r < n_rows; r++) {
        struct table_cell *cells = arena_zalloc(x->arena, n_columns * sizeof(*cells));
        cells[0].text = by_series ? c->series[r].name : c->labels[r];
        for (size_t i = 1; i < n_columns; i++) {
            double value = by_series ? c->series[r].values[i - 1] : c->series[i - 1].values[r];
            cells[i].text = isnan(value) ? (struct str){NULL, 0} : number(x, value, c->decimals);
        }
        rows[r] = (struct table_row){.cells = cells, .is_chosen = by_series && c->series[r].is_strong};
    }
    struct buf table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    part_table(x, &table,
               &(struct table){
                   .caption = c->title, .columns = columns, .n_columns = n_columns, .rows = rows, .n_rows = n_rows});
    tpl_fold(out, &(struct tpl_fold){message(M_chart_numbers, x->lang), buf_view(&table)}, x->lang);
}

void part_chart(struct exchange *x, struct buf *out, const struct chart *c)
{
    struct axis axis = axis_of(c);
    size_t most = c->n_series * c->n_labels + 1;
    struct tpl_chart_grid grid[MAX_TICKS];
    struct tpl_chart_labels labels[2 * MAX_X_LABELS];
    struct tpl_chart_lines *lines = arena_zalloc(x->arena, most * sizeof(*lines));
    struct tpl_chart_dots *dots = arena_zalloc(x->arena, most * sizeof(*dots));
    struct tpl_chart_values *values = arena_zalloc(x->arena, most * sizeof(*values));
    struct tpl_chart_names *names = arena_zalloc(x->arena, (c->n_series + 1) * sizeof(*names));
    struct tpl_chart t = {.title = c->title,
                          .summary = c->summary,
                          .height = axis.height,
                          .data = data_of(x, c, &axis),
                          .grid = grid,
                          .n_grid = add_grid(x, &axis, c->decimals, grid),
                          .labels = labels,
                          .n_labels = add_labels(x, c, &axis, labels),
                          .lines = lines,
                          .dots = dots,
                          .values = values,
                          .names = names};
    for (int strong = 0; strong <= 1; strong++) /* those that stand out come last, on top */
        for (size_t s = 0; s < c->n_series; s++)
            if (c->series[s].is_strong == strong)
                add_series(x, c, &axis, &c->series[s], &t, lines, dots, values);
    bool is_plain = c->n_series == 1 && c->series[0].is_strong; /* the title says whose line it is */
    for (size_t s = 0; s < c->n_series && !is_plain; s++)
        if (c->series[s].is_strong || c->n_series <= MAX_NAMES)
            names[t.n_names++] = (struct tpl_chart_names){str_of(kind_of(c, &c->series[s])), c->series[s].name};
    tpl_chart(out, &t, x->lang);
    if (!c->has_table)
        add_table(x, out, c);
}

void part_spark(struct exchange *x, struct buf *out, const double *values, size_t n, struct str label)
{
    double low = INFINITY, high = -INFINITY;
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            low = fmin(low, values[i]), high = fmax(high, values[i]), known++;
    if (known < 2)
        return;
    struct buf points = BUF_INIT(LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            continue;
        double part = high > low ? (values[i] - low) / (high - low) : 0.5;
        tpl_number(&points, 2 + 96.0 * (double)i / (double)(n - 1)), buf_putc(&points, ',');
        tpl_number(&points, 21 - 18 * part), buf_putc(&points, ' ');
    }
    tpl_spark(out, &(struct tpl_spark){buf_view(&points), label}, x->lang);
    buf_done(&points);
}
