#include <stdio.h>

#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "figure/index_json.h"
#include "report/columns.h"

#include "base/banned.h"

enum { WIDTH = 100, CONTRIBUTION_DECIMALS = 6 };

static void list_indexes(struct cli *c, const struct indexes *x)
{
    if (c->is_json) {
        struct json_out json = answer_begin(c);
        indexes_json(x, c->lang, &json);
        answer_end(c, &json);
        return;
    }
    for (size_t i = 0; i < x->n; i++) {
        struct str title = text2_in(&x->p[i]->title, c->lang);
        columns_pad(&c->out, x->p[i]->id, 24, false);
        buf_printf(&c->out, " %.*s\n", STR_ARG(title));
    }
}

static struct str rank_shown(struct cli *c, int64_t rank)
{
    return rank ? count_shown(c, rank) : (struct str){0};
}

static struct str signed_shown(struct cli *c, struct quantity q, int decimals)
{
    struct str s = decimals_shown(c, q, decimals);
    bool is_plus = quantity_is_known(q) && quantity_double(q) > 0;
    return is_plus ? str_of(arena_printf(c->arena, "+%.*s", STR_ARG(s))) : s;
}

/* What was recomputed, with a mark where the publication says something else. */
static struct str computed_shown(struct cli *c, const struct index_table *t, const struct index_row *row)
{
    struct str s = decimals_shown(c, row->total_rounded, t->index->decimals);
    bool is_other = quantity_is_known(row->difference) && quantity_double(row->difference) != 0;
    return s.n ? str_of(arena_printf(c->arena, "%.*s%s", STR_ARG(s), is_other ? " ≠" : "  ")) : s;
}

static void put_ranking(struct cli *c, const struct index_table *t)
{
    bool has_change = t->previous_framework != NULL;
    size_t n = 3 + (t->n_totals ? 1u : 0u) + (has_change ? 2u : 0u);
    struct columns_table table;
    columns_table_init(&table, c->arena, n);
    for (size_t i = 0; i < n; i++)
        table.is_right[i] = i != 1;
    columns_add(&table, str_of(T(c, "Hạng", "Rank")));
    columns_add(&table, text2_in(&t->index->subjects->fields[t->index->subject_name].title, c->lang));
    columns_add(&table, str_of(T(c, "Công bố", "Published")));
    if (t->n_totals)
        columns_add(&table, str_of(T(c, "Tính lại", "Recomputed")));
    if (has_change)
        columns_add(&table, str_of(T(c, "Tăng hạng", "Places"))),
            columns_add(&table, str_of(T(c, "Tăng điểm", "Change")));
    for (size_t i = 0; i < t->n; i++) {
        const struct index_row *row = &t->rows[i];
        columns_add(&table, rank_shown(c, row->rank));
        columns_add(&table, row->name);
        columns_add(&table, decimals_shown(c, row->published_total, t->index->decimals));
        if (t->n_totals)
            columns_add(&table, computed_shown(c, t, row));
        if (has_change) {
            columns_add(&table, signed_shown(c, row->rank_change, 0));
            columns_add(&table, signed_shown(c, row->total_change, t->index->decimals));
        }
    }
    buf_putc(&c->out, '\n');
    columns_draw(&table, (size_t)cli_width(WIDTH), &c->out);
}

/* “công bố 0,7163; tính lại 0,7164 (lệch +0,0001)”; nothing where both are unknown. */
static void put_both(struct cli *c, const struct index_table *t, struct quantity published, struct quantity computed)
{
    int decimals = t->index->decimals;
    struct quantity rounded = quantity_is_known(computed)
                                  ? quantity_of_decimal(decimal_round(quantity_decimal(computed), decimals))
                                  : computed;
    struct quantity difference = quantity_sub(rounded, published);
    struct str said = decimals_shown(c, published, decimals), value = decimals_shown(c, rounded, decimals);
    if (said.n == 0 && value.n == 0)
        return;
    if (said.n)
        buf_printf(&c->out, "%s %.*s", T(c, "công bố", "published"), STR_ARG(said));
    if (said.n && value.n)
        buf_puts(&c->out, "; ");
    if (value.n)
        buf_printf(&c->out, "%s %.*s", T(c, "tính lại", "recomputed"), STR_ARG(value));
    if (quantity_is_known(difference) && quantity_double(difference) != 0) {
        struct str by = signed_shown(c, difference, decimals);
        buf_printf(&c->out,
                   T(c, " (lệch %.*s: tính từ các chỉ số đã làm tròn)", " (off by %.*s: from rounded indices)"),
                   STR_ARG(by));
    }
    buf_putc(&c->out, '\n');
}

static bool has_main(const struct index_table *t, const struct index_row *row)
{
    for (size_t i = 0; i < t->framework->n_main; i++)
        if (quantity_is_known(row->main[i].value))
            return true;
    return false;
}

static void put_main(struct cli *c, const struct index_table *t, const struct index_row *row)
{
    const struct index_framework *fw = t->framework;
    struct columns_table table;
    columns_table_init(&table, c->arena, 5);
    static const struct words heads[] = {{"Chỉ số chính", "Main index"},
                                         {"Giá trị", "Value"},
                                         {"Điểm tối đa", "Max points"},
                                         {"Điểm", "Points"},
                                         {"Góp vào tổng", "Part of total"}};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        table.is_right[i] = i > 0;
        columns_add(&table, str_of(words_in(&heads[i], c->lang)));
    }
    for (size_t i = 0; i < fw->n_main; i++) {
        columns_add(&table, text2_in(&fw->main[i].title, c->lang));
        columns_add(&table, decimals_shown(c, row->main[i].value, t->index->decimals));
        columns_add(&table, quantity_shown(c, fw->main[i].points, DECIMAL_EXACT));
        columns_add(&table, quantity_shown(c, row->main[i].points, DECIMAL_EXACT));
        columns_add(&table, decimals_shown(c, row->main[i].contribution, CONTRIBUTION_DECIMALS));
    }
    columns_add(&table, str_of(T(c, "Tổng", "Total")));
    columns_add(&table, (struct str){0});
    columns_add(&table, quantity_shown(c, fw->max_points, DECIMAL_EXACT));
    columns_add(&table, (struct str){0});
    columns_add(&table, decimals_shown(c, row->total, CONTRIBUTION_DECIMALS));
    columns_draw(&table, (size_t)cli_width(WIDTH), &c->out);
}

/* Nothing to explain is said as such. */
static void put_untold(struct cli *c, const struct index_row *row)
{
    if (row->rank)
        buf_printf(&c->out, T(c, "hạng %lld; ", "rank %lld; "), (long long)row->rank);
    buf_puts(&c->out, T(c, "điểm không được công bố, và không đủ chỉ số chính để tính lại\n",
                        "no total was published, and too few main indices to recompute one\n"));
}

static void put_explanation(struct cli *c, const struct index_table *t, const struct index_row *row)
{
    const struct index_framework *fw = t->framework;
    buf_printf(&c->out, "\n%.*s: ", STR_ARG(row->name));
    if (quantity_is_known(row->published_total) || quantity_is_known(row->total_rounded))
        put_both(c, t, row->published_total, row->total_rounded);
    else
        put_untold(c, row);
    if (has_main(t, row))
        put_main(c, t, row);
    for (size_t i = 0; i < fw->n_pillars; i++) {
        struct str title = text2_in(&fw->pillars[i].title, c->lang);
        if (quantity_is_known(row->pillars[i].computed) || quantity_is_known(row->pillars[i].published))
            buf_printf(&c->out, "  %.*s: ", STR_ARG(title));
        put_both(c, t, row->pillars[i].published, row->pillars[i].computed);
    }
}

static void put_heading(struct cli *c, const struct index_table *t)
{
    static const struct words statuses[] = {[INDEX_DRAFT] = {"dự thảo", "draft"},
                                            [INDEX_ISSUED] = {"đang áp dụng", "in force"},
                                            [INDEX_CLOSED] = {"đã hết áp dụng", "closed"}};
    struct str title = text2_in(&t->index->title, c->lang), framework = text2_in(&t->framework->title, c->lang);
    const char *status = words_in(&statuses[t->framework->status], c->lang);
    buf_printf(&c->out, "%.*s, %lld\n", STR_ARG(title), (long long)t->year);
    show_fact(c, T(c, "Bộ tiêu chí", "Framework"),
              str_of(arena_printf(c->arena, "%.*s (%s)", STR_ARG(framework), status)));
    show_fact(c, T(c, "Nguồn", "Source"), text2_in(&t->framework->source, c->lang));
    show_fact(c, T(c, "Phiên bản", "Revision"), count_shown(c, t->at.rev));
    if (t->has_other_framework)
        show_fact(c, T(c, "Lưu ý", "Note"),
                  str_of(T(c, "năm trước được chấm theo bộ tiêu chí khác: thay đổi so sánh hai thứ khác nhau",
                           "the year before was judged by another framework: changes compare unlike things")));
    long long n_sample = t->n_sample + t->n_sample_before, n_values = t->n_values + t->n_values_before;
    if (n_sample)
        show_fact(c, T(c, "Dữ liệu mẫu", "Sample data"),
                  str_of(arena_printf(c->arena, "%lld / %lld", n_sample, n_values)));
}

static void answer_text(struct cli *c, const struct index_table *t, const struct index_row *only)
{
    put_heading(c, t);
    if (!only)
        put_ranking(c, t);
    for (size_t i = 0; i < t->n; i++)
        if (only ? only == &t->rows[i] : quantity_is_known(t->rows[i].total))
            put_explanation(c, t, &t->rows[i]);
}

static enum err index_run(struct cli *c)
{
    struct store *s;
    struct figures *fs;
    enum err e = cli_open_figures(c, &s, &fs);
    struct str id = cli_word(c, 0);
    if (e != OK)
        return e;
    if (id.n == 0) {
        list_indexes(c, fs->indexes);
        return OK;
    }
    long long year = 0;
    int64_t latest = 0;
    e = args_integer(&c->args, "year", 1, 9999, 0, &year, &c->fault);
    if (e == OK && year == 0) {
        e = index_latest_year(c->arena, s, fs->indexes, id, &latest, &c->fault);
        year = latest;
    }
    struct index_table t;
    const struct index_row *only = NULL;
    if (e == OK)
        e = index_compute(c->arena, s, fs->indexes, id, year, &t, &c->fault);
    struct str of = cli_option(c, "of");
    if (e == OK && of.p)
        e = index_explain(&t, of, &only, &c->fault);
    if (e != OK)
        return e;
    if (!c->is_json) {
        answer_text(c, &t, only);
        return OK;
    }
    struct json_out json = answer_begin(c);
    index_json(&t, only, c->lang, &json);
    answer_end(c, &json);
    return OK;
}

static const struct option options[] = {
    {"year",
     "Y",
     {"năm của dữ liệu (mặc định: năm mới nhất)", "year of the data (default: the latest)"},
     .needs = "ID"},
    {"of",
     "SUBJECT",
     {"chỉ giải thích điểm của một đối tượng", "only explain the total of one subject"},
     .needs = "ID"},
    {0},
};
static const char *const examples[] = {"index", "index ID --year 2022", "index ID --year 2022 --of NAME", NULL};

const struct command command_index = {
    .name = "index",
    .words = "[ID]",
    .max_words = 1,
    .title = {"bảng xếp hạng của một bộ chỉ số và cách tính điểm",
              "the ranking of an index, and how totals come about"},
    .more =
        {"Điểm công bố đứng cạnh điểm tính lại; ≠ là hai số khác nhau. Không biết thì để trống, không bao giờ là 0.",
         "Published totals stand beside recomputed ones; ≠ marks those that differ. Unknown stays empty, never 0."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = index_run,
};
