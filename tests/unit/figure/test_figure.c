/* Each kind of figure over the small province, breakdowns by fields, days, revisions, the records behind. */
#include "figure/internal.h"
#include "small.h"

#include "base/banned.h"

/* ---- kinds ---- */

static void a_share_has_value_base_and_per_cent(void **state)
{
    struct figure_result r = figure_of(*state, "digitised", (struct figure_options){0});
    assert_quantity(r.value, "8");
    assert_int_equal(r.value.kind, QUANTITY_INTEGER);
    assert_quantity(r.of, "11");
    assert_quantity(r.percent, "72.73");
    assert_true(str_is(r.on, "2022-06-30"));
    assert_true(r.at.rev > 0);
    assert_true(r.at.time.n >= 20);
}

static void every_count_tells_how_many_records_are_invented(void **state)
{
    struct figure_result r = figure_of(*state, "digitised", (struct figure_options){0});
    assert_int_equal(r.n_counted, 11);
    assert_int_equal(r.n_sample, 1);
    r = figure_of(*state, "everything", (struct figure_options){0});
    assert_int_equal(r.n_counted, 13);
    assert_int_equal(r.n_sample, 3);
    r = figure_of(*state, "communes", (struct figure_options){0});
    assert_int_equal(r.n_counted, 5);
    assert_int_equal(r.n_sample, 0);
}

static void a_distinct_count_counts_values_and_leaves_unknown_ones_out(void **state)
{
    struct figure_result r = figure_of(*state, "crops", (struct figure_options){.by = STR("unit:2")});
    assert_quantity(r.value, "3");
    assert_false(r.is_additive);
    assert_quantity(row_of(&r, ROW_PLAIN, "A")->value, "2");
    assert_quantity(row_of(&r, ROW_PLAIN, "B")->value, "2");
    assert_quantity(row_of(&r, ROW_UNKNOWN, "")->value, "1");
}

static void a_base_of_another_register_is_counted_apart(void **state)
{
    struct figure_result r = figure_of(*state, "crop-households", (struct figure_options){.by = STR("unit:2")});
    assert_quantity(r.value, "10");
    assert_quantity(r.of, "5");
    assert_quantity(r.percent, "200");
    assert_int_equal(r.n_counted, 15);
    assert_quantity(row_of(&r, ROW_PLAIN, "A")->value, "7");
    assert_quantity(row_of(&r, ROW_PLAIN, "A")->of, "3");
    assert_quantity(row_of(&r, ROW_PLAIN, "B")->of, "2");
    r = figure_of(*state, "crop-households", (struct figure_options){.by = STR("crop")});
    assert_quantity(row_of(&r, ROW_PLAIN, "coffee")->of, "?");
    assert_quantity(rows_sum(&r), "10");
}

static void a_sum_adds_a_field_and_a_mean_divides_by_those_known(void **state)
{
    struct figure_result r = figure_of(*state, "area", (struct figure_options){0});
    assert_quantity(r.value, "651.05");
    r = figure_of(*state, "income", (struct figure_options){0});
    assert_quantity(r.value, "65");
    assert_int_equal(r.value.kind, QUANTITY_INTEGER);
    r = figure_of(*state, "area-mean", (struct figure_options){.by = STR("crop")});
    assert_quantity(r.value, "65.105");
    assert_quantity(row_of(&r, ROW_PLAIN, "durian")->value, "?");
    assert_quantity(row_of(&r, ROW_PLAIN, "pepper")->value, "105.125");
}

static void a_ratio_divides_one_measure_by_another(void **state)
{
    struct figure_result r = figure_of(*state, "area-per-crop-household", (struct figure_options){.by = STR("unit:3")});
    assert_quantity(r.value, "930.071429");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "3007.5");
    assert_quantity(row_of(&r, ROW_PLAIN, "b1")->value, "?");
    assert_false(r.is_additive);
}

static void a_ratio_is_bounded_and_has_a_value_for_nothing(void **state)
{
    struct figure_result r = figure_of(*state, "area-bounded", (struct figure_options){.by = STR("unit:3")});
    assert_quantity(r.value, "930.071429");
    assert_quantity(row_of(&r, ROW_PLAIN, "a1")->value, "2000");
    assert_quantity(row_of(&r, ROW_PLAIN, "b1")->value, "7");
}

static void a_total_adds_figures_row_by_row(void **state)
{
    struct figure_options by = {.by = STR("unit:3")};
    struct figure_result r = figure_of(*state, "area-total", by), digitised = figure_of(*state, "digitised", by);
    assert_quantity(r.value, "1868.142858");
    for (size_t i = 0; i < digitised.n_rows; i++) {
        const struct figure_row *row = &digitised.rows[i];
        if (row->kind != ROW_PLAIN)
            continue;
        struct quantity rest = quantity_sub(row_of(&r, ROW_PLAIN, row->key.p)->value, row->value);
        bool is_a1 = str_is(row->key, "a1"), is_b1 = str_is(row->key, "b1");
        if (is_a1 || is_b1)
            assert_quantity(rest, is_a1 ? "4000" : "14");
    }
    assert_false(r.is_additive);
}

static void division_by_nothing_is_unknown_and_stops_a_report(void **state)
{
    struct figure_result r = figure_of(*state, "nothing", (struct figure_options){0});
    struct fault f = {0};
    assert_quantity(r.value, "?");
    assert_int_equal(figure_require(&r, &f), ERR_FIGURE_VALUE_UNKNOWN);
    assert_true(str_is(fault_param(&f, "id"), "nothing"));
}

static void a_difference_counts_the_same_figure_on_two_days(void **state)
{
    struct figure_result r = figure_of(*state, "communes-change", (struct figure_options){0});
    assert_quantity(r.value, "-2");
    assert_quantity(r.from, "5");
}

static void filters_know_the_period_and_the_day(void **state)
{
    struct figure_result r = figure_of(*state, "registered-in-period", (struct figure_options){0});
    assert_quantity(r.value, "2");
    assert_true(str_is(r.on, "2025-12-31"));
    r = figure_of(*state, "digitised", (struct figure_options){.on = STR("2025-12-31")});
    assert_quantity(r.value, "10");
}

static void a_filter_is_told_with_its_constants_as_dates(void **state)
{
    struct fixture *x = *state;
    const struct figure *figure = NULL;
    struct fault f = {0};
    assert_int_equal(figure_find(x->fs, STR("registered-in-period"), &figure, &f), OK);
    struct str s = figure_filter_text(x->a, figure, figure->main.where, STR("2025-12-31"));
    assert_true(str_is(s, "registered BETWEEN DATE('2025-01-01') AND DATE('2025-12-31')"));
    /* what stands in quotes, or only looks like a constant, stays */
    s = figure_filter_text(x->a, figure, STR("a = 'on_date it''s' AND on_date_2 < on_date AND \"period_to\" = 1"),
                           STR("2025-12-31"));
    assert_true(str_is(s, "a = 'on_date it''s' AND on_date_2 < DATE('2025-12-31') AND \"period_to\" = 1"));
    assert_int_equal(figure_filter_text(x->a, figure, (struct str){0}, STR("2025-12-31")).n, 0);
}

static void what_names_its_day_can_be_asked_of_other_days(void **state)
{
    static const struct {
        const char *id;
        bool follows;
    } cases[] = {{"digitised", true},   {"area-per-crop-household", true}, {"digitised-per-crop", true},
                 {"everything", false}, {"registered-in-period", false},   {"communes", false}};
    struct fixture *x = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct figure *figure = NULL;
        struct fault f = {0};
        assert_int_equal(figure_find(x->fs, str_of(cases[i].id), &figure, &f), OK);
        assert_int_equal(figure_follows_day(x->a, figure), cases[i].follows);
    }
}

/* ---- surveys ---- */

static void a_survey_share_has_the_interval_of_wilson(void **state)
{
    struct figure_result r = figure_of(*state, "shoppers", (struct figure_options){.by = STR("age")});
    assert_quantity(r.value, "25");
    assert_int_equal(r.n_asked, 160);
    assert_int_equal(r.n_sample, 160);
    /* worked out with 50 digits from the formula */
    assert_quantity(quantity_of_decimal(decimal_round(quantity_decimal(r.low), 4)), "18.9299");
    assert_quantity(quantity_of_decimal(decimal_round(quantity_decimal(r.high), 4)), "32.2424");
    assert_quantity(quantity_of_decimal(decimal_round(quantity_decimal(r.margin), 4)), "6.6562");
    assert_quantity(row_of(&r, ROW_PLAIN, "young")->value, "50");
    assert_quantity(row_of(&r, ROW_PLAIN, "old")->value, "0");
    assert_true(quantity_is_known(row_of(&r, ROW_PLAIN, "old")->margin));
}

/* R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3. */
static void the_interval_agrees_with_published_examples(void **state)
{
    static const struct {
        int yes, n, low, high; /* in ten-thousandths */
    } examples[] = {{81, 263, 2553, 3662}, {15, 148, 624, 1605}, {0, 20, 0, 1611}, {1, 29, 61, 1718}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        struct interval w = wilson((double)examples[i].yes / examples[i].n, examples[i].n);
        assert_int_equal((int)(w.low * 10000 + 0.5), examples[i].low);
        assert_int_equal((int)(w.high * 10000 + 0.5), examples[i].high);
        struct interval mirrored = wilson(1 - w.p, examples[i].n);
        assert_int_equal((int)(mirrored.low * 10000 + 0.5), 10000 - examples[i].high);
        assert_int_equal((int)(mirrored.high * 10000 + 0.5), 10000 - examples[i].low);
    }
}

/* Weights 1 and 3 in equal numbers: n is (80·1 + 80·3)² / (80·1 + 80·9) = 128. */
static void weights_make_the_sample_smaller_by_kish(void **state)
{
    struct figure_result r = figure_of(*state, "shoppers-weighted", (struct figure_options){0});
    assert_quantity(r.value, "25");
    assert_int_equal(r.n_asked, 160);
    assert_quantity(quantity_of_decimal(decimal_round(quantity_decimal(r.low), 4)), "18.3013");
    assert_quantity(quantity_of_decimal(decimal_round(quantity_decimal(r.high), 4)), "33.1556");
}

/* ---- breakdowns by fields ---- */

static void rows_of_a_count_add_up_and_unknown_is_a_row(void **state)
{
    static const char *const by[] = {"crop", "sex", "unit", "unit:3", "unit:2", "unit:1", "digitised", "registered"};
    for (size_t i = 0; i < ARRAY_LEN(by); i++) {
        struct figure_options o = {.by = str_of(by[i]), .units_at = STR("2022-06-30")};
        struct figure_result r = figure_of(*state, "everything", o);
        assert_true(r.is_additive);
        assert_quantity(r.value, "13");
        assert_quantity(rows_sum(&r), "13");
        assert_true(r.by_title.vi.n > 0);
    }
    struct figure_result r = figure_of(*state, "everything", (struct figure_options){.by = STR("crop")});
    assert_quantity(row_of(&r, ROW_UNKNOWN, "")->value, "1");
}

static void rows_by_a_field_stand_in_vietnamese_order_of_titles(void **state)
{
    struct figure_result r = figure_of(*state, "everything", (struct figure_options){.by = STR("crop")});
    static const char *const titles[] = {"Cà phê", "Hồ tiêu", "Sầu riêng"};
    assert_int_equal(r.n_rows, 4);
    for (size_t i = 0; i < 3; i++)
        assert_true(str_is(r.rows[i].title.vi, titles[i]));
    assert_true(str_is(r.rows[0].title.en, "Coffee"));
    assert_int_equal(r.rows[3].kind, ROW_UNKNOWN);
}

static void a_record_with_two_values_stands_under_both_and_the_total_counts_it_once(void **state)
{
    struct figure_result r = figure_of(*state, "everything", (struct figure_options){.by = STR("sites")});
    assert_quantity(r.value, "13");
    assert_quantity(row_of(&r, ROW_PLAIN, "x")->value, "2");
    assert_quantity(row_of(&r, ROW_PLAIN, "y")->value, "2");
    assert_quantity(row_of(&r, ROW_UNKNOWN, "")->value, "10");
    assert_false(r.is_additive);
}

static void nothing_is_broken_down_by_what_tells_a_person(void **state)
{
    struct fixture *x = *state;
    struct figure_result r;
    struct fault f = {0};
    struct figure_options o = {.by = STR("head")};
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("everything"), &o, &r, &f), ERR_FIGURE_BY_PRIVATE);
    o.by = STR("area_m2");
    f = (struct fault){0};
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("digitised"), &o, &r, &f), ERR_FIGURE_BY);
    assert_true(str_starts(fault_param(&f, "valid"), STR("unit:2, unit:3, crop")));
}

/* ---- days and revisions ---- */

static void outside_its_validity_a_figure_is_stale_and_stops_a_report(void **state)
{
    static const struct {
        const char *asked;
        bool is_stale;
    } days[] = {{"2021-12-31", true}, {"2022-01-01", false}, {"2022-12-31", false}, {"2023-01-01", true}};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct figure_options o = {.asked = str_of(days[i].asked)};
        struct figure_result r = figure_of(*state, "digitised", o);
        struct fault f = {0};
        assert_int_equal(r.is_stale, days[i].is_stale);
        assert_int_equal(figure_require(&r, &f), days[i].is_stale ? ERR_FIGURE_STALE : OK);
        if (days[i].is_stale)
            assert_true(str_is(fault_param(&f, "valid"), "2022-01-01 – 2022-12-31"));
    }
}

static void what_is_computed_from_a_stale_figure_is_stale(void **state)
{
    struct figure_result r =
        figure_of(*state, "digitised-per-crop", (struct figure_options){.asked = STR("2022-06-30")});
    assert_quantity(r.value, "2.666667");
    assert_false(r.is_stale);
    r = figure_of(*state, "digitised-per-crop", (struct figure_options){.asked = STR("2023-06-30")});
    assert_true(r.is_stale);
}

static void without_a_day_of_asking_today_counts(void **state)
{
    clock_fix_ms(INT64_C(1672506000000)); /* 2022-12-31T17:00:00Z is New Year's Day in Viet Nam */
    struct figure_result r = figure_of(*state, "digitised", (struct figure_options){0});
    assert_true(str_is(r.asked, "2023-01-01"));
    assert_true(r.is_stale);
}

static void a_figure_at_an_old_revision_stays_what_it_was(void **state)
{
    struct fixture *x = *state;
    struct fault f = {0};
    struct figure_result before = figure_of(x, "everything", (struct figure_options){0});
    data_load(x, "households",
              "code,head,sex,unit,registered,digitised,crop,area,income,sites\n"
              "h01,Nguyễn Văn An,nam,a2,2022-03-01,false,pepper,1,1,\nh99,,nam,a2,2022-03-01,true,coffee,,,\n",
              false);
    struct figure_result now = figure_of(x, "everything", (struct figure_options){.by = STR("unit:3")});
    assert_quantity(now.value, "14");
    assert_true(now.at.rev > before.at.rev);
    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)before.at.rev);
    if (store_at(x->s, str_of(at), &f) != OK)
        fail_with(&f);
    figures_reload(x);
    struct figure_result again = figure_of(x, "everything", (struct figure_options){0});
    assert_quantity(again.value, "13");
    assert_int_equal(again.at.rev, before.at.rev);
    assert_true(str_eq(again.at.time, before.at.time));
    struct figure_result digitised = figure_of(x, "digitised", (struct figure_options){0});
    assert_quantity(digitised.value, "8");
}

/* ---- the records behind ---- */

struct listed {
    int n, stop_at;
    char ids[400], heads[400];
};

static bool list_record(void *ctx, const struct figure_record *r)
{
    struct listed *l = ctx;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    int head = reg_field_number(r->reg, STR("head"));
    size_t n = strlen(l->ids);
    snprintf(l->ids + n, sizeof l->ids - n, "%.*s ", STR_ARG(r->id));
    if (head != NO_FIELD) {
        figure_field_print(&r->reg->fields[head], &r->record->values[head], LANG_VI, &b);
        n = strlen(l->heads);
        snprintf(l->heads + n, sizeof l->heads - n, "%s/", buf_cstr(&b));
    }
    l->n++;
    return l->n != l->stop_at;
}

static int64_t listing(struct fixture *x, const char *id, int64_t limit, bool include_base, struct listed *l)
{
    struct fault f = {0};
    int64_t total = -1;
    if (figure_why(x->a, x->s, x->fs, str_of(id), NULL, limit, include_base, list_record, l, &total, &f) != OK)
        fail_with(&f);
    return total;
}

static void the_records_behind_a_figure_are_those_counted_and_no_person_is_named(void **state)
{
    struct listed l = {0};
    assert_int_equal(listing(*state, "digitised", 0, false, &l), 8);
    assert_int_equal(l.n, 8);
    assert_non_null(strstr(l.ids, "h01 "));
    assert_null(strstr(l.ids, "h02 "));
    assert_non_null(strstr(l.heads, FIGURE_MASK "/"));
    assert_null(strstr(l.heads, "Nguyễn"));
}

static void the_list_of_records_keeps_its_limit_and_tells_the_number(void **state)
{
    struct listed l = {0};
    assert_int_equal(listing(*state, "digitised", 3, false, &l), 8);
    assert_int_equal(l.n, 3);
    l = (struct listed){0};
    assert_int_equal(listing(*state, "digitised", 0, true, &l), 19);
    assert_int_equal(l.n, 19);
    l = (struct listed){.stop_at = 2};
    assert_int_equal(listing(*state, "digitised", 0, true, &l), 19);
    assert_int_equal(l.n, 2);
    l = (struct listed){0};
    assert_int_equal(listing(*state, "shoppers", 0, false, &l), 40);
    l = (struct listed){0};
    assert_int_equal(listing(*state, "communes-change", 0, false, &l), 3);
    l = (struct listed){0};
    assert_int_equal(listing(*state, "crops", 0, false, &l), 10);
}

static void an_unknown_figure_names_the_nearest(void **state)
{
    struct fixture *x = *state;
    struct figure_result r;
    struct fault f = {0};
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("digitized"), NULL, &r, &f), ERR_FIGURE_UNKNOWN);
    assert_true(str_is(fault_param(&f, "nearest"), "digitised"));
}

static void fields_of_one_name_with_other_codes_are_strangers(void **state)
{
    (void)state;
    static const char plans[] = "register: plans\ntitle: Kế hoạch\nkey: [body, kind]\nfields:\n"
                                "  body: {type: string, title: Cơ quan, required: true}\n"
                                "  kind: {type: code, title: Loại, required: true, codes: {merged: Gộp, own: Riêng}}\n"
                                "  area: {type: code, title: Vùng, codes: {n: Bắc, s: Nam}}\n";
    static const char bodies[] = "register: bodies\ntitle: Cơ quan\nkey: [code]\nfields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  kind: {type: code, title: Loại, codes: {office: Văn phòng, department: Sở}}\n"
                                 "  area: {type: code, title: Vùng, codes: {n: Bắc, s: Nam}}\n";
    static const char figures[] = "- figure: planned\n  title: Có kế hoạch\n"
                                  "  count: {register: plans, distinct: body}\n  of: {register: bodies}\n"
                                  "- figure: each\n  title: Mỗi cơ quan\n"
                                  "  ratio: {over: {count: {register: plans}}, under: {count: {register: bodies}}}\n";
    struct fixture x = {0};
    struct text_file files[] = {{"province.yaml", "province: tiny\ntitle: Tỉnh\ntime_zone: \"+07:00\"\n"},
                                {"registers/plans.yaml", plans},
                                {"registers/bodies.yaml", bodies},
                                {"figures/f.yaml", figures}};
    fixture_open(&x, files, ARRAY_LEN(files));
    data_load(&x, "plans", "body,kind,area\na,merged,n\na,own,n\nb,merged,n\n", false);
    data_load(&x, "bodies", "code,kind,area\na,office,n\nb,department,n\nc,department,s\n", false);
    struct figure_result r = figure_of(&x, "planned", (struct figure_options){.by = STR("kind")});
    assert_quantity(r.value, "2");
    assert_quantity(r.of, "3");
    assert_int_equal(r.n_rows, 2); /* no row of the bodies' kinds */
    assert_quantity(row_of(&r, ROW_PLAIN, "merged")->value, "2");
    assert_quantity(row_of(&r, ROW_PLAIN, "merged")->of, "?");
    r = figure_of(&x, "planned", (struct figure_options){.by = STR("area")});
    assert_quantity(row_of(&r, ROW_PLAIN, "n")->of, "2");
    assert_quantity(row_of(&r, ROW_PLAIN, "s")->value, "0");
    assert_quantity(row_of(&r, ROW_PLAIN, "s")->of, "1");
    struct figure_options by = {.by = STR("kind")};
    assert_int_equal(figure_compute(x.a, x.s, x.fs, STR("each"), &by, &r, NULL), ERR_FIGURE_BY);
    r = figure_of(&x, "each", (struct figure_options){.by = STR("area")});
    assert_quantity(row_of(&r, ROW_PLAIN, "n")->value, "1.5");
    fixture_close(&x);
}

static void a_date_that_is_none_is_refused(void **state)
{
    struct fixture *x = *state;
    struct figure_result r;
    struct figure_options o = {.units_at = STR("2025-02-30")};
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("digitised"), &o, &r, NULL), ERR_DATE_INVALID);
}

/* A result that was kept is what would be counted: of the same question, as long as nothing was written to what it counts. */
static void what_is_kept_is_what_would_be_counted(void **state)
{
    static const char plans[] = "register: plans\ntitle: Kế hoạch\nkey: [body]\nfields:\n"
                                "  body: {type: reference, register: bodies, title: Cơ quan, required: true}\n"
                                "  kind: {type: code, title: Loại, codes: {own: Riêng, merged: Chung}}\n";
    static const char bodies[] =
        "register: bodies\ntitle: Cơ quan\nkey: [code]\nfields:\n"
        "  code: {type: string, title: Mã, required: true}\n  name: {type: string, title: Tên}\n";
    static const char posts[] = "register: posts\ntitle: Bài\nkey: [code]\nfields:\n"
                                "  code: {type: string, title: Mã, required: true}\n";
    static const char figures[] = "- figure: planned\n  title: Có kế hoạch\n  count: {register: plans}\n";
    struct fixture x = {0};
    struct text_file files[] = {{"province.yaml", "province: tiny\ntitle: Tỉnh\ntime_zone: \"+07:00\"\n"},
                                {"registers/plans.yaml", plans},
                                {"registers/bodies.yaml", bodies},
                                {"registers/posts.yaml", posts},
                                {"figures/f.yaml", figures}};
    (void)state;
    fixture_open(&x, files, ARRAY_LEN(files));
    data_load(&x, "bodies", "code,name\na,A\nb,B\nc,C\n", false);
    data_load(&x, "plans", "body,kind\na,own\nb,merged\n", false);
    figures_keep(x.fs, x.a);
    struct arena *request = arena_new();
    struct figure_result first, r, later;
    struct figure_options by = {.by = STR("kind"), .is_whole = true};
#define COUNT(o, ret)                                                                                                  \
    do {                                                                                                               \
        store_move(x.s, x.s->head, x.s->province);                                                                     \
        assert_int_equal(figure_compute(request, x.s, x.fs, STR("planned"), o, ret, NULL), OK);                        \
    } while (0)
    COUNT(NULL, &first);
    COUNT(&by, &r);
    assert_int_equal(first.n_rows, 0);
    assert_int_equal(r.n_rows, 2);
    arena_free(request);
    request = arena_new();
    const struct figure_row *rows = r.rows;
    COUNT(&by, &r);
    assert_ptr_equal(r.rows, rows); /* it was kept */
    assert_quantity(row_of(&r, ROW_PLAIN, "own")->value, "1");

    data_load(&x, "posts", "code\np\n", false); /* counts for nothing here */
    COUNT(&by, &r);
    assert_ptr_equal(r.rows, rows);
    assert_int_equal(r.at.rev, x.s->head);
    data_load(&x, "bodies", "code,name\na,Khác\n", false); /* what it refers to: titles may be other ones */
    COUNT(&by, &r);
    assert_ptr_not_equal(r.rows, rows);

    int64_t before = x.s->at;
    data_load(&x, "plans", "body,kind\nc,own\n", false);
    COUNT(&by, &later);
    assert_quantity(later.value, "3");
    assert_quantity(row_of(&r, ROW_PLAIN, "own")->value, "1"); /* what this request was handed lives on */
    store_move(x.s, before, x.s->province);
    assert_int_equal(figure_compute(request, x.s, x.fs, STR("planned"), &by, &r, NULL), OK);
    assert_quantity(r.value, "2");
    COUNT(&by, &r);
    assert_ptr_equal(r.rows, later.rows);
#undef COUNT
    arena_free(request);
    fixture_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_has_value_base_and_per_cent),
        cmocka_unit_test(every_count_tells_how_many_records_are_invented),
        cmocka_unit_test(a_distinct_count_counts_values_and_leaves_unknown_ones_out),
        cmocka_unit_test(a_base_of_another_register_is_counted_apart),
        cmocka_unit_test(a_sum_adds_a_field_and_a_mean_divides_by_those_known),
        cmocka_unit_test(a_ratio_divides_one_measure_by_another),
        cmocka_unit_test(a_ratio_is_bounded_and_has_a_value_for_nothing),
        cmocka_unit_test(a_total_adds_figures_row_by_row),
        cmocka_unit_test(division_by_nothing_is_unknown_and_stops_a_report),
        cmocka_unit_test(a_difference_counts_the_same_figure_on_two_days),
        cmocka_unit_test(filters_know_the_period_and_the_day),
        cmocka_unit_test(a_filter_is_told_with_its_constants_as_dates),
        cmocka_unit_test(what_names_its_day_can_be_asked_of_other_days),
        cmocka_unit_test(a_survey_share_has_the_interval_of_wilson),
        cmocka_unit_test(the_interval_agrees_with_published_examples),
        cmocka_unit_test(weights_make_the_sample_smaller_by_kish),
        cmocka_unit_test(rows_of_a_count_add_up_and_unknown_is_a_row),
        cmocka_unit_test(rows_by_a_field_stand_in_vietnamese_order_of_titles),
        cmocka_unit_test(a_record_with_two_values_stands_under_both_and_the_total_counts_it_once),
        cmocka_unit_test(nothing_is_broken_down_by_what_tells_a_person),
        cmocka_unit_test(outside_its_validity_a_figure_is_stale_and_stops_a_report),
        cmocka_unit_test(the_records_behind_a_figure_are_those_counted_and_no_person_is_named),
        cmocka_unit_test(the_list_of_records_keeps_its_limit_and_tells_the_number),
        cmocka_unit_test(an_unknown_figure_names_the_nearest),
        cmocka_unit_test(what_is_kept_is_what_would_be_counted),
        cmocka_unit_test(fields_of_one_name_with_other_codes_are_strangers),
        cmocka_unit_test(a_date_that_is_none_is_refused),
        cmocka_unit_test(what_is_computed_from_a_stale_figure_is_stale),
        cmocka_unit_test(without_a_day_of_asking_today_counts),
        cmocka_unit_test(a_figure_at_an_old_revision_stays_what_it_was),
    };
    return cmocka_run_group_tests(tests, small_open, small_close);
}
