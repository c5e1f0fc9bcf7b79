/* Breakdowns and rankings as Markdown tables, each number a mark. */
#include <stdio.h>

#include "figure/ranking.h"
#include "report/report_internal.h"

#include "base/banned.h"

static void row_begin(struct maker *m, const struct piece *piece)
{
    buf_putc(&m->body, '\n');
    buf_str(&m->body, piece->indent);
    buf_puts(&m->body, "| ");
}

static void cell_words(struct maker *m, struct str words)
{
    markdown_escape(&m->body, words);
    buf_puts(&m->body, " | ");
}

static void cell_quantity(struct maker *m, struct report_number number, struct quantity q, struct str text)
{
    if (quantity_is_known(q)) {
        number.value = maker_machine(m, q);
        number.shown = text;
        maker_put_number(m, number);
    }
    buf_puts(&m->body, " | ");
}

/* With exactly so many digits behind the mark: numbers of a column stand below each other. */
static struct str decimals_text(struct maker *m, struct quantity q, int decimals)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    if (quantity_is_known(q))
        (m->source->lang == LANG_EN ? decimal_print_en : decimal_print_vi)(quantity_decimal(q), decimals, &b);
    return str_dup(m->arena, buf_view(&b));
}

/* What was recomputed, with a mark where the publication says something else. */
static struct str computed_text(struct maker *m, const struct index_table *t, const struct index_row *row)
{
    struct str s = decimals_text(m, row->total_rounded, t->index->decimals);
    bool is_other = quantity_is_known(row->difference) && quantity_double(row->difference) != 0;
    return is_other ? str_of(arena_printf(m->arena, "≠ %.*s", STR_ARG(s))) : s;
}

static void rule_row(struct maker *m, const struct piece *piece, size_t n_left, size_t n_right)
{
    row_begin(m, piece);
    for (size_t i = 0; i < n_left; i++)
        buf_puts(&m->body, "--- | ");
    for (size_t i = 0; i < n_right; i++)
        buf_puts(&m->body, "---: | ");
}

static struct str row_title(struct maker *m, const struct figure_row *row)
{
    struct str title = text2_in(&row->title, m->source->lang);
    if (row->kind == ROW_UNKNOWN)
        return str_of(L(m, "(không rõ)", "(unknown)"));
    if (row->kind == ROW_UNPLACED)
        return str_of(arena_printf(m->arena, "%.*s %s", STR_ARG(title.n ? title : row->key),
                                   L(m, "(chưa xếp được vào đơn vị nào)", "(of no unit on this map)")));
    return title.n ? title : row->key;
}

static void table_row(struct maker *m, const struct piece *piece, const struct figure_result *r,
                      const struct figure_row *row, struct str title)
{
    struct report_number number = maker_number(m, r);
    number.has_mark = number.is_sample;
    number.by = r->by;
    number.key = row->key;
    number.units_at = piece->units_at;
    row_begin(m, piece);
    cell_words(m, title);
    if (row->is_suppressed)
        cell_words(m, str_of(L(m, "ẩn", "hidden")));
    else
        cell_quantity(m, number, row->value, maker_shown(m, row->value, r->decimals));
    number.has_mark = false; /* said once a row */
    if (r->figure->is_share) {
        cell_quantity(m, number, row->of, maker_shown(m, row->of, r->decimals));
        cell_quantity(m, number, row->percent, decimals_text(m, row->percent, 1));
    }
    if (r->figure->kind == FIGURE_SURVEY)
        cell_quantity(m, number, row->margin, decimals_text(m, row->margin, 1));
}

/* A table without a row says so. */
static void row_empty(struct maker *m, const struct piece *piece, size_t n_right)
{
    row_begin(m, piece);
    cell_words(m, str_of(L(m, "Chưa có gì để đếm", "Nothing to count yet")));
    for (size_t i = 0; i < n_right; i++)
        cell_words(m, STR("–"));
}

enum err maker_put_table(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct figure *figure;
    enum err e = figure_find(m->figures, piece->id, &figure, f);
    if (e != OK)
        return e;
    struct str by = piece->by.n || figure->n_by == 0 ? piece->by : figure->by[0];
    if (by.n == 0)
        return FAULT(f, ERR_REPORT_TABLE_BY, {"mark", piece->text}, {"figure", piece->id});
    const struct figure_result *r;
    e = maker_figure(m, piece, by, &r, f);
    if (e != OK)
        return e;
    struct str unit = text2_in(&figure->unit, m->source->lang);
    size_t n_right = 1u + (figure->is_share ? 2u : 0u) + (figure->kind == FIGURE_SURVEY ? 1u : 0u);
    row_begin(m, piece);
    cell_words(m, text2_in(&r->by_title, m->source->lang));
    cell_words(m, str_of(unit.n ? arena_printf(m->arena, "%s (%.*s)", L(m, "Giá trị", "Value"), STR_ARG(unit))
                                : L(m, "Giá trị", "Value")));
    if (figure->is_share) {
        cell_words(m, str_of(L(m, "Trên", "Of")));
        cell_words(m, str_of(L(m, "Tỷ lệ (%)", "Share (%)")));
    }
    if (figure->kind == FIGURE_SURVEY)
        cell_words(m, str_of(L(m, "Sai số (±)", "Margin (±)")));
    rule_row(m, piece, 1, n_right);
    for (size_t i = 0; i < r->n_rows; i++)
        table_row(m, piece, r, &r->rows[i], row_title(m, &r->rows[i]));
    if (r->n_rows == 0)
        row_empty(m, piece, n_right);
    if (r->is_additive && r->n_rows > 1) {
        struct figure_row total = {.value = r->value, .of = r->of, .percent = r->percent};
        table_row(m, piece, r, &total, str_of(L(m, "Tổng cộng", "Total")));
    }
    return OK;
}

/* ---- what a figure ranks */

/* In brackets: nothing was there to judge, and that is what is declared for it. */
static void cell_ranked(struct maker *m, struct report_number number, const struct figure_result *r,
                        const struct ranked_cell *cell)
{
    if (cell->is_suppressed) {
        cell_words(m, str_of(L(m, "ẩn", "hidden")));
    } else if (cell->is_empty) {
        struct str value = maker_shown(m, cell->value, r->decimals);
        cell_words(m, str_of(quantity_is_known(cell->value) ? arena_printf(m->arena, "(%.*s)", STR_ARG(value)) : "–"));
    } else {
        cell_quantity(m, number, cell->value, decimals_text(m, cell->value, r->decimals));
    }
}

static void ranked_row(struct maker *m, const struct piece *piece, const struct ranking *r,
                       const struct ranked_row *row)
{
    struct report_number number = maker_number(m, r->total);
    struct quantity rank = row->rank ? quantity_of_integer(row->rank) : (struct quantity){0};
    number.has_mark = false;
    number.by = r->total->by;
    number.key = row->key;
    row_begin(m, piece);
    cell_words(m, row->rank ? maker_shown(m, rank, 0) : STR("–"));
    cell_words(m, text2_in(&row->title, m->source->lang));
    for (size_t k = 0; k < r->n_parts; k++) {
        struct report_number part = number;
        part.figure = r->parts[k]->id;
        part.title = text2_in(&r->parts[k]->title, m->source->lang);
        cell_ranked(m, part, r->total, &row->cells[k]);
    }
    number.has_mark = number.is_sample; /* said once a row */
    cell_ranked(m, number, r->total, &row->total);
}

static void ranked_group(struct maker *m, const struct piece *piece, const struct ranking *r,
                         const struct ranked_group *g)
{
    if (g->title.vi.n) {
        buf_putc(&m->body, '\n');
        buf_str(&m->body, piece->indent);
        buf_puts(&m->body, "**");
        markdown_escape(&m->body, text2_in(&g->title, m->source->lang));
        buf_puts(&m->body, "**\n");
        buf_str(&m->body, piece->indent);
    }
    row_begin(m, piece);
    cell_words(m, str_of(L(m, "Hạng", "Rank")));
    cell_words(m, text2_in(&r->total->by_title, m->source->lang));
    for (size_t k = 0; k < r->n_parts; k++)
        cell_words(m, text2_in(&r->parts[k]->title, m->source->lang));
    cell_words(m, str_of(L(m, "Tổng cộng", "Total")));
    row_begin(m, piece);
    buf_puts(&m->body, "---: | --- | ");
    for (size_t k = 0; k <= r->n_parts; k++)
        buf_puts(&m->body, "---: | ");
    size_t n = piece->top && (size_t)piece->top < g->n ? (size_t)piece->top : g->n;
    for (size_t i = 0; i < n; i++)
        ranked_row(m, piece, r, &g->rows[i]);
    if (g->n == 0)
        row_empty(m, piece, r->n_parts + 2);
    buf_putc(&m->body, '\n');
    buf_str(&m->body, piece->indent);
}

enum err maker_put_ranked(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct figure *figure;
    const struct figure_result *total;
    struct ranking r = {.n_groups = 0};
    enum err e = figure_find(m->figures, piece->id, &figure, f);
    if (e == OK && figure->rank_by.n == 0)
        e = FAULT(f, ERR_REPORT_PART, {"mark", piece->text}, {"figure", piece->id});
    if (e == OK)
        e = maker_figure(m, piece, figure->rank_by, &total, f);
    if (e != OK)
        return e;
    struct figure_options o = maker_options(m, figure, piece, figure->rank_by);
    if ((e = figure_rank(m->arena, m->store, m->figures, figure, &o, &r, f)) != OK)
        return e;
    for (size_t i = 0; i < r.n_groups; i++)
        ranked_group(m, piece, &r, &r.groups[i]);
    const struct ranked_group none = {.n = 0};
    if (r.n_groups == 0)
        ranked_group(m, piece, &r, &none);
    return OK;
}

static bool has_published(const struct index_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (quantity_is_known(t->rows[i].published_total))
            return true;
    return false;
}

static void index_row(struct maker *m, const struct piece *piece, const struct index_table *t,
                      const struct index_row *row)
{
    bool is_sample = t->n_sample + t->n_sample_before > 0;
    struct report_number number = {.figure = piece->id,
                                   .by = STR("subject"),
                                   .key = row->subject,
                                   .title = row->name,
                                   .year = piece->year,
                                   .is_sample = is_sample,
                                   .has_mark = is_sample};
    struct quantity rank = row->rank ? quantity_of_integer(row->rank) : (struct quantity){0};
    row_begin(m, piece);
    cell_quantity(m, number, rank, maker_shown(m, rank, 0));
    number.has_mark = false; /* said once a row */
    cell_words(m, row->name);
    if (has_published(t))
        cell_quantity(m, number, row->published_total, decimals_text(m, row->published_total, t->index->decimals));
    if (t->n_totals)
        cell_quantity(m, number, row->total_rounded, computed_text(m, t, row));
    if (t->previous_framework)
        cell_quantity(m, number, row->rank_change, maker_shown(m, row->rank_change, 0));
}

enum err maker_put_ranking(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct index_table *t;
    enum err e = maker_index(m, piece, &t, f);
    if (e != OK)
        return e;
    row_begin(m, piece);
    cell_words(m, str_of(L(m, "Hạng", "Rank")));
    cell_words(m, text2_in(&t->index->subjects->fields[t->index->subject_name].title, m->source->lang));
    if (has_published(t))
        cell_words(m, str_of(L(m, "Điểm công bố", "Published")));
    if (t->n_totals)
        cell_words(m, str_of(L(m, "Tính lại", "Recomputed")));
    if (t->previous_framework)
        cell_words(m, str_of(L(m, "Tăng hạng", "Places gained")));
    row_begin(m, piece);
    buf_puts(&m->body, "---: | --- | ");
    for (int i = has_published(t) + (t->n_totals != 0) + (t->previous_framework != NULL); i > 0; i--)
        buf_puts(&m->body, "---: | ");
    size_t n = piece->top && (size_t)piece->top < t->n ? (size_t)piece->top : t->n;
    for (size_t i = 0; i < n; i++)
        index_row(m, piece, t, &t->rows[i]);
    return OK;
}
