/* Indexes against the published ranking of provinces (2020 to 2024), and what an index promises in general. */
#include "support.h"

#include "base/banned.h"

static const char province_yaml[] = "province: viet-nam\n"
                                    "title: {vi: Các tỉnh, en: Provinces}\n"
                                    "time_zone: \"+07:00\"\n";

static int provinces_open(void **state)
{
    static const char *const paths[] = {"registers/provinces.yaml",   "registers/index_values.yaml",
                                        "registers/index_means.yaml", "codes/dti_components.yaml",
                                        "indexes/dti-province.yaml",  "indexes/dti-province-34.yaml",
                                        "figures/index.yaml"};
    struct fixture *x = mem_zalloc(sizeof *x);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct text_file files[1 + ARRAY_LEN(paths)] = {{"province.yaml", province_yaml}};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        files[i + 1] = (struct text_file){paths[i], file_text(a, arena_printf(a, "province/dak-nong/%s", paths[i])).p};
    fixture_open(x, files, ARRAY_LEN(files));
    data_load(x, "provinces", file_text(a, "province/dak-nong/data/provinces.csv").p, false);
    data_load(x, "index_values", file_text(a, "province/dak-nong/data/index_values.csv").p, false);
    data_load(x, "index_means", file_text(a, "province/dak-nong/data/index_means.csv").p, false);
    *state = x;
    return 0;
}

static int provinces_close(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static struct index_table table_of(struct fixture *x, const char *id, int64_t year)
{
    struct index_table t = {0};
    struct fault f = {0};
    if (index_compute(x->a, x->s, x->fs->indexes, str_of(id), year, &t, &f) != OK)
        fail_with(&f);
    return t;
}

static const struct index_row *row_named(const struct index_table *t, const char *name)
{
    const struct index_row *row = NULL;
    struct fault f = {0};
    if (index_explain(t, str_of(name), &row, &f) != OK)
        fail_with(&f);
    return row;
}

/* ---- golden numbers ---- */

static void totals_of_2022_are_recomputed_from_points_and_shown_beside_the_published(void **state)
{
    static const struct {
        const char *name, *published, *exact, *rounded, *difference, *cqs, *kts, *xhs;
    } golden[] = {
        {"Đà Nẵng", "0.8002", "0.800175", "0.8002", "0", "0.8638", "0.8473", "0.7864"},
        {"TP. Hồ Chí Minh", "0.7163", "0.716355", "0.7164", "0.0001", "0.7833", "0.7606", "0.6678"},
        {"Quảng Ninh", "0.7024", "0.702445", "0.7024", "0", "0.7804", "0.7187", "0.6864"},
        {"Thừa Thiên Huế", "0.6975", NULL, "0.6975", "0", "0.7866", "0.7495", "0.6622"},
        {"Cần Thơ", "0.6924", NULL, "0.6924", "0", "0.7641", "0.7718", "0.6655"},
    };
    struct index_table t = table_of(*state, "dti-province", 2022);
    assert_int_equal(t.n, 63);
    assert_int_equal(t.n_totals, 5);
    for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
        const struct index_row *row = row_named(&t, golden[i].name);
        assert_int_equal(row->rank, i + 1);
        assert_quantity(row->published_total, golden[i].published);
        if (golden[i].exact)
            assert_quantity(row->total, golden[i].exact);
        assert_quantity(row->total_rounded, golden[i].rounded);
        assert_quantity(row->difference, golden[i].difference);
        const char *pillars[] = {golden[i].cqs, golden[i].kts, golden[i].xhs};
        for (size_t k = 0; k < 3; k++)
            assert_quantity(quantity_of_decimal(decimal_round(quantity_decimal(row->pillars[k].computed), 4)),
                            pillars[k]);
    }
}

static void contributions_of_main_indices_add_up_to_the_total(void **state)
{
    struct index_table t = table_of(*state, "dti-province", 2022);
    for (size_t i = 0; i < 5; i++) {
        struct quantity sum = quantity_of_integer(0), points = sum;
        for (size_t k = 0; k < t.framework->n_main; k++) {
            if (quantity_equal(t.framework->main[k].points, quantity_of_integer(0)))
                continue;
            sum = quantity_add(sum, t.rows[i].main[k].contribution);
            points = quantity_add(points, t.rows[i].main[k].points);
        }
        assert_true(quantity_is_known(sum));
        assert_true(quantity_equal(sum, t.rows[i].total));
        assert_true(quantity_equal(points, quantity_mul(t.rows[i].total, quantity_of_integer(1000))));
    }
}

static void a_main_index_without_points_is_not_waited_for(void **state)
{
    struct index_table t = table_of(*state, "dti-province", 2022);
    const struct index_row *row = row_named(&t, "Đà Nẵng");
    assert_true(str_is(t.framework->main[5].id, "do_thi_thong_minh"));
    assert_quantity(row->main[5].value, "?");
    assert_quantity(row->total, "0.800175");
}

static void the_ranking_of_2022_has_two_at_15_and_none_at_16(void **state)
{
    struct index_table t = table_of(*state, "dti-province", 2022);
    int at[70] = {0};
    for (size_t i = 0; i < t.n; i++) {
        assert_in_range(t.rows[i].rank, 1, 63);
        at[t.rows[i].rank]++;
        if (i)
            assert_true(t.rows[i].rank >= t.rows[i - 1].rank);
    }
    assert_int_equal(at[15], 2);
    assert_int_equal(at[16], 0);
    assert_int_equal(at[17], 1);
    assert_int_equal(row_named(&t, "Thanh Hóa")->rank, 15);
    assert_int_equal(row_named(&t, "Yên Bái")->rank, 15);
}

static void a_computed_rank_needs_the_totals_of_all(void **state)
{
    struct index_table t = table_of(*state, "dti-province", 2022);
    for (size_t i = 0; i < t.n; i++)
        assert_int_equal(t.rows[i].computed_rank, 0);
}

static void change_is_counted_in_places_and_value_and_tells_that_frameworks_differ(void **state)
{
    struct index_table t = table_of(*state, "dti-province", 2021);
    const struct index_row *row = row_named(&t, "dak nong");
    assert_true(str_is(t.framework->id, "qd-922"));
    assert_true(str_is(t.previous_framework->id, "qd-1726"));
    assert_true(t.has_other_framework);
    assert_int_equal(t.n, 63);
    assert_int_equal(row->rank, 41);
    assert_int_equal(row->previous_rank, 54);
    assert_quantity(row->rank_change, "13");
    assert_quantity(row->total_change, "?");
    const struct index_row *first = row_named(&t, "Đà Nẵng");
    assert_quantity(first->published_total, "0.6419");
    assert_quantity(first->total_change, "0.1545");
    struct index_table next = table_of(*state, "dti-province", 2022);
    assert_false(next.has_other_framework);
}

/* In binary, 0.40965 of the second would round to 0.4096; published is 0.4097. */
static void totals_of_2020_are_weighted_pillars_exactly(void **state)
{
    struct index_table t = table_of(*state, "dti-province", 2020);
    assert_null(t.previous_framework);
    assert_true(t.n_totals >= 9);
    assert_quantity(t.rows[1].total, "0.40965");
    for (size_t i = 0; i < 9; i++)
        assert_quantity(t.rows[i].difference, "0");
}

static void without_published_points_no_total_is_computed(void **state)
{
    struct index_table t = table_of(*state, "dti-province-34", 2024);
    assert_false(t.framework->is_computable);
    assert_int_equal(t.n, 34);
    assert_int_equal(t.n_totals, 0);
    for (size_t i = 0; i < t.n; i++)
        assert_quantity(t.rows[i].total, "?");
    assert_int_equal(row_named(&t, "Đà Nẵng")->rank, 17);
}

static void a_subject_is_found_by_a_part_of_its_name(void **state)
{
    struct fixture *x = *state;
    struct index_table t = table_of(x, "dti-province", 2022);
    const struct index_row *row;
    struct fault f = {0};
    assert_int_equal(index_explain(&t, STR("ho chi minh"), &row, &f), OK);
    assert_true(str_is(row->name, "TP. Hồ Chí Minh"));
    assert_int_equal(index_explain(&t, STR("ha nam"), &row, &f), OK);
    assert_true(str_is(row->name, "Hà Nam"));
}

static struct quantity mean_of(struct fixture *x, const char *id, int64_t year, const char *component)
{
    const struct index *index = NULL;
    struct quantity mean = quantity_of_integer(-1);
    struct fault f = {0};
    if (index_find(x->fs->indexes, str_of(id), &index, &f) != OK ||
        index_mean(x->a, x->s, index, year, str_of(component), &mean, &f) != OK)
        fail_with(&f);
    return mean;
}

static void a_published_mean_is_that_of_its_group_and_year_or_unknown(void **state)
{
    assert_quantity(mean_of(*state, "dti-province", 2021, "dti"), "0.4014");
    assert_quantity(mean_of(*state, "dti-province", 2024, "dti"), "0.6961");
    assert_quantity(mean_of(*state, "dti-province", 2024, "pillar_kts"), "0.7723");
    assert_false(quantity_is_known(mean_of(*state, "dti-province", 2022, "dti")));
    assert_false(quantity_is_known(mean_of(*state, "dti-province", 2024, "nhan_thuc_so"))); /* no group declared */
    assert_false(quantity_is_known(mean_of(*state, "dti-province-34", 2024, "dti")));       /* no means declared */
}

static void a_figure_of_an_index_may_be_asked_for_another_year(void **state)
{
    struct fixture *x = *state;
    struct figure_result r = {0};
    struct fault f = {0};
    if (figure_compute(x->a, x->s, x->fs, STR("dti-rank"), &(struct figure_options){.year = 2022}, &r, &f) != OK)
        fail_with(&f);
    assert_quantity(r.value, "49");
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("dti-rank"), &(struct figure_options){.year = 1999}, &r, &f),
                     ERR_INDEX_YEAR);
}

static void an_unknown_index_year_or_subject_names_the_nearest(void **state)
{
    struct fixture *x = *state;
    struct index_table t;
    const struct index_row *row;
    struct fault f = {0};
    assert_int_equal(index_compute(x->a, x->s, x->fs->indexes, STR("dti-provice"), 2022, &t, &f), ERR_INDEX_UNKNOWN);
    assert_true(str_is(fault_param(&f, "nearest"), "dti-province"));
    f = (struct fault){0};
    assert_int_equal(index_compute(x->a, x->s, x->fs->indexes, STR("dti-province"), 2019, &t, &f), ERR_INDEX_YEAR);
    assert_true(str_is(fault_param(&f, "known"), "2020, 2021, 2022, 2023, 2024"));
    t = table_of(x, "dti-province", 2022);
    f = (struct fault){0};
    assert_int_equal(index_explain(&t, STR("Đắk Mông"), &row, &f), ERR_INDEX_SUBJECT);
    assert_true(str_is(fault_param(&f, "nearest"), "Đắk Nông"));
    f = (struct fault){0};
    assert_int_equal(index_explain(&t, STR("nam"), &row, &f), ERR_INDEX_SUBJECT); /* Hà Nam, Nam Định, Quảng Nam */
    int64_t year = 0;
    assert_int_equal(index_latest_year(x->a, x->s, x->fs->indexes, STR("dti-province"), &year, &f), OK);
    assert_int_equal(year, 2024);
}

static void a_figure_quotes_the_rank_with_its_base_and_the_change_with_the_earlier_one(void **state)
{
    struct figure_result r = figure_of(*state, "dti-rank", (struct figure_options){0});
    assert_quantity(r.value, "41");
    assert_quantity(r.of, "63");
    assert_false(quantity_is_known(r.percent));
    assert_int_equal(r.n_sample, 0);
    assert_true(r.n_counted > 63);
    r = figure_of(*state, "dti-rank-change", (struct figure_options){0});
    assert_quantity(r.value, "13");
    assert_quantity(r.from, "54");
    assert_true(r.has_other_framework);
    struct fixture *x = *state;
    struct figure_options by = {.by = STR("year")};
    assert_int_equal(figure_compute(x->a, x->s, x->fs, STR("dti-rank"), &by, &r, NULL), ERR_FIGURE_BY);
}

static bool value_listed(void *ctx, const struct figure_record *r)
{
    int subject = reg_field_number(r->reg, STR("province"));
    assert_true(str_is(r->record->values[subject].text, "67"));
    ++*(int *)ctx;
    return true;
}

static void the_values_behind_a_change_are_those_of_both_years(void **state)
{
    struct fixture *x = *state;
    int n = 0;
    int64_t total;
    struct fault f = {0};
    if (figure_why(x->a, x->s, x->fs, STR("dti-rank-change"), NULL, 0, false, value_listed, &n, &total, &f) != OK)
        fail_with(&f);
    assert_int_equal(n, 2);
    assert_int_equal(total, 2);
}

/* ---- ranking ---- */

static void competition_ranks_are_one_more_than_the_number_of_greater_values(void **state)
{
    (void)state;
    uint64_t seed = 20220630;
    for (int round = 0; round < 300; round++) {
        struct quantity values[40];
        int64_t ranks[40];
        size_t n = (size_t)round % 40 + 1;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            struct decimal d = {(__int128)((seed >> 33) % 25), 3};
            values[i] = (seed >> 60) == 0 ? (struct quantity){0} : quantity_of_decimal(d);
        }
        rank_competition(values, n, 2, ranks);
        for (size_t i = 0; i < n; i++) {
            int64_t greater = 0;
            for (size_t k = 0; k < n; k++)
                greater += quantity_is_known(values[k]) && decimal_compare(decimal_round(values[k].decimal, 2),
                                                                           decimal_round(values[i].decimal, 2)) > 0;
            assert_int_equal(ranks[i], quantity_is_known(values[i]) ? greater + 1 : 0);
        }
    }
}

/* ---- declarations ---- */

static const char subjects_yaml[] = "register: places\n"
                                    "title: Nơi\n"
                                    "key: [code]\n"
                                    "fields:\n"
                                    "  code: {type: string, title: Mã, required: true}\n"
                                    "  name: {type: string, title: Tên}\n";
static const char values_yaml[] = "register: scores\n"
                                  "title: Điểm\n"
                                  "key: [place, year, part]\n"
                                  "fields:\n"
                                  "  place: {type: reference, register: places, title: Nơi, required: true}\n"
                                  "  year: {type: integer, title: Năm, required: true}\n"
                                  "  part: {type: string, title: Phần, required: true}\n"
                                  "  value: {type: number, title: Giá trị}\n"
                                  "  round: {type: string, title: Đợt}\n";

static enum err index_errors(const char *index_yaml, struct faults *list)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct text_file files[] = {{"province.yaml", province_yaml},
                                {"registers/places.yaml", subjects_yaml},
                                {"registers/scores.yaml", values_yaml},
                                {"indexes/i.yaml", index_yaml}};
    struct province *p = province_of(a, files, ARRAY_LEN(files));
    struct indexes *x;
    return indexes_load(a, p, &x, list);
}

static void every_error_of_an_index_is_told_with_its_line(void **state)
{
    (void)state;
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_not_equal(
        index_errors("index: i\n"
                     "title: Chỉ số\n"
                     "subjects: {register: place, name: name}\n"
                     "values: {register: scores, subject: place, year: part, component: parts, value: value}\n"
                     "frameworks:\n"
                     "  - framework: one\n"
                     "    title: Một\n"
                     "    years: {from: 2020, to: 2022}\n"
                     "    max_points: 90\n"
                     "    main:\n"
                     "      - {id: a, title: A, points: 50}\n"
                     "      - {id: b, title: B, points: 50}\n"
                     "    pillars:\n"
                     "      - {id: p, title: P, weights: {a: 1, c: 1}}\n"
                     "  - framework: two\n"
                     "    title: Hai\n"
                     "    years: {from: 2022}\n"
                     "    main:\n"
                     "      - {id: a, title: A}\n",
                     &list),
        OK);
    static const struct {
        enum err code;
        int line;
        const char *param, *value;
    } expected[] = {
        {ERR_FIGURE_NAME, 3, "nearest", "places"}, {ERR_FIGURE_FIELD, 4, "name", "part"},
        {ERR_FIGURE_NAME, 4, "nearest", "part"},   {ERR_INDEX_POINTS, 9, "sum", "100"},
        {ERR_FIGURE_NAME, 14, "name", "c"},        {ERR_INDEX_YEARS, 17, "year", "2022"},
    };
    assert_int_equal(list.n, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(list.p[i].code, expected[i].code);
        assert_int_equal(list.p[i].line, expected[i].line);
        assert_true(str_is(fault_param(&list.p[i], expected[i].param), expected[i].value));
        assert_true(str_is(fault_file(&list.p[i]), "indexes/i.yaml"));
    }
}

static void means_of_an_unknown_component_or_group_are_refused(void **state)
{
    (void)state;
    static const char scores[] = "register: scores\n"
                                 "title: Điểm\n"
                                 "key: [place, year, part]\n"
                                 "fields:\n"
                                 "  place: {type: reference, register: places, title: Nơi, required: true}\n"
                                 "  year: {type: integer, title: Năm, required: true}\n"
                                 "  part: {type: code, title: Phần, required: true, codes: {alpha: A, total: T}}\n"
                                 "  value: {type: number, title: Giá trị}\n";
    static const char means[] = "register: means\n"
                                "title: Trung bình\n"
                                "key: [year, group]\n"
                                "fields:\n"
                                "  year: {type: integer, title: Năm, required: true}\n"
                                "  group: {type: code, title: Nhóm, required: true, codes: {all: Tất cả}}\n"
                                "  value: {type: number, title: Giá trị}\n";
    static const char index_yaml[] =
        "index: i\n"
        "title: Chỉ số\n"
        "subjects: {register: places, name: name}\n"
        "values: {register: scores, subject: place, year: year, component: part, value: value}\n"
        "means:\n"
        "  register: means\n"
        "  year: year\n"
        "  group: group\n"
        "  value: value\n"
        "  of:\n"
        "    total: all\n"
        "    alpha: al\n"
        "    alpa: all\n"
        "frameworks:\n"
        "  - framework: one\n"
        "    title: Một\n"
        "    years: {from: 2020}\n"
        "    main: [{id: alpha, title: A}]\n";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {{"province.yaml", province_yaml},
                                {"registers/places.yaml", subjects_yaml},
                                {"registers/scores.yaml", scores},
                                {"registers/means.yaml", means},
                                {"indexes/i.yaml", index_yaml}};
    struct indexes *x;
    assert_int_equal(indexes_load(a, province_of(a, files, ARRAY_LEN(files)), &x, &list), ERR_FIGURE_NAME);
    assert_int_equal(list.total, 2);
    assert_int_equal(list.p[0].line, 12);
    assert_true(str_is(fault_param(&list.p[0], "nearest"), "all"));
    assert_int_equal(list.p[1].line, 13);
    assert_true(str_is(fault_param(&list.p[1], "nearest"), "alpha"));
}

static void a_component_that_the_code_list_lacks_is_refused(void **state)
{
    (void)state;
    static const char coded[] =
        "register: scores\n"
        "title: Điểm\n"
        "key: [place, year, part]\n"
        "fields:\n"
        "  place: {type: reference, register: places, title: Nơi, required: true}\n"
        "  year: {type: integer, title: Năm, required: true}\n"
        "  part: {type: code, title: Phần, required: true, codes: {alpha: A, total: T, rank: R}}\n"
        "  value: {type: number, title: Giá trị}\n";
    static const char index_yaml[] =
        "index: i\n"
        "title: Chỉ số\n"
        "subjects: {register: places, name: name}\n"
        "values: {register: scores, subject: place, year: year, component: part, value: value}\n"
        "published:\n"
        "  total: totl\n"
        "  rank: rank\n"
        "frameworks:\n"
        "  - framework: one\n"
        "    title: Một\n"
        "    years: {from: 2020}\n"
        "    max_points: 100\n"
        "    main: [{id: alpa, title: A, points: 100}]\n";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {{"province.yaml", province_yaml},
                                {"registers/places.yaml", subjects_yaml},
                                {"registers/scores.yaml", coded},
                                {"indexes/i.yaml", index_yaml}};
    struct indexes *x;
    assert_int_equal(indexes_load(a, province_of(a, files, ARRAY_LEN(files)), &x, &list), ERR_FIGURE_NAME);
    assert_int_equal(list.total, 2);
    assert_int_equal(list.p[0].line, 6);
    assert_true(str_is(fault_param(&list.p[0], "nearest"), "total"));
    assert_int_equal(list.p[1].line, 13);
    assert_true(str_is(fault_param(&list.p[1], "nearest"), "alpha"));
}

static void a_misspelt_key_of_an_index_names_the_nearest(void **state)
{
    (void)state;
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_equal(
        index_errors("index: i\n"
                     "title: Chỉ số\n"
                     "subjects: {register: places, name: name}\n"
                     "values: {register: scores, subject: place, year: year, component: part, value: value}\n"
                     "frameworks:\n"
                     "  - framework: one\n"
                     "    title: Một\n"
                     "    years: {from: 2020}\n"
                     "    max_point: 100\n"
                     "    main: [{id: a, title: A, points: 100}]\n",
                     &list),
        ERR_YAML_KEY_UNKNOWN);
    assert_int_equal(list.p[0].line, 9);
    assert_true(str_is(fault_param(&list.p[0], "nearest"), "max_points"));
}

/* ---- a whole index of our own ---- */

static const char own_yaml[] = "index: own\n"
                               "title: Chỉ số nội bộ\n"
                               "subjects: {register: places, name: name, where: \"code <> 'x'\"}\n"
                               "values: {register: scores, subject: place, year: year, component: part, value: value}\n"
                               "decimals: 2\n"
                               "frameworks:\n"
                               "  - framework: one\n"
                               "    title: Một\n"
                               "    years: {from: 2020}\n"
                               "    max_points: 10\n"
                               "    main:\n"
                               "      - {id: a, title: A, points: 4}\n"
                               "      - {id: b, title: B, points: 6}\n"
                               "  - framework: earlier\n"
                               "    title: Trước đó\n"
                               "    years: {from: 2015, to: 2019}\n"
                               "    main: [{id: a, title: A}]\n";

static void a_change_counts_the_invented_values_of_the_year_before_too(void **state)
{
    (void)state;
    struct fixture x = {0};
    struct text_file files[] = {
        {"province.yaml", province_yaml},
        {"registers/places.yaml", subjects_yaml},
        {"registers/scores.yaml", values_yaml},
        {"indexes/own.yaml", own_yaml},
        {"figures/f.yaml",
         "- figure: total\n  title: T\n  index: {index: own, year: 2022, of: m, value: total}\n"
         "- figure: change\n  title: T\n  index: {index: own, year: 2022, of: m, value: total_change}\n"}};
    fixture_open(&x, files, ARRAY_LEN(files));
    data_load(&x, "places", "code,name\nm,Đắk Mil\n", false);
    data_load(&x, "scores", "place,year,part,value\nm,2022,a,1\nm,2022,b,0.5\n", false);
    data_load(&x, "scores", "place,year,part,value\nm,2021,a,1\nm,2021,b,0.2\nm,2021,c,0\n", true);
    struct figure_result r = figure_of(&x, "total", (struct figure_options){0});
    assert_quantity(r.value, "0.7");
    assert_int_equal(r.n_counted, 2);
    assert_int_equal(r.n_sample, 0);
    r = figure_of(&x, "change", (struct figure_options){0});
    assert_quantity(r.value, "0.18");
    assert_int_equal(r.n_counted, 5);
    assert_int_equal(r.n_sample, 3);
    fixture_close(&x);
}

static void where_all_totals_are_known_ranks_are_computed_with_ties_and_gaps(void **state)
{
    (void)state;
    struct fixture x = {0};
    struct text_file files[] = {{"province.yaml", province_yaml},
                                {"registers/places.yaml", subjects_yaml},
                                {"registers/scores.yaml", values_yaml},
                                {"indexes/own.yaml", own_yaml}};
    fixture_open(&x, files, ARRAY_LEN(files));
    data_load(&x, "places", "code,name\nm,Đắk Mil\nn,Đắk Nông\no,Êa Tling\np,Gia Nghĩa\nx,Ngoài\n", false);
    /* p 1.0; m and n both 0.52 and 0.516, which is 0.52 on two digits; o 0.4 */
    data_load(&x, "scores",
              "place,year,part,value\nm,2021,a,1\nm,2021,b,0.2\nn,2021,a,0.54\nn,2021,b,0.5\no,2021,a,1\no,2021,b,0\n"
              "p,2021,a,1\np,2021,b,1\nx,2021,a,1\nn,2022,a,1\n",
              true);
    struct index_table t = table_of(&x, "own", 2021);
    assert_int_equal(t.n, 4);
    assert_int_equal(t.n_totals, 4);
    assert_int_equal(t.n_sample, t.n_values);
    static const struct {
        const char *subject, *total;
        int64_t rank;
    } expected[] = {{"p", "1", 1}, {"m", "0.52", 2}, {"n", "0.516", 2}, {"o", "0.4", 4}};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_is(t.rows[i].subject, expected[i].subject));
        assert_quantity(t.rows[i].total, expected[i].total);
        assert_int_equal(t.rows[i].computed_rank, expected[i].rank);
        assert_int_equal(t.rows[i].rank, expected[i].rank);
        assert_int_equal(t.rows[i].published_rank, 0);
    }
    /* Where one is missing, nobody has a computed rank, and unknown did not become zero. */
    struct index_table next = table_of(&x, "own", 2022);
    const struct index_row *row = row_named(&next, "Đắk Nông");
    assert_quantity(row->main[0].points, "4");
    assert_quantity(row->main[1].value, "?");
    assert_quantity(row->total, "?");
    assert_int_equal(row->computed_rank, 0);
    assert_int_equal(row->previous_rank, 2);
    fixture_close(&x);
}

int main(void)
{
    const struct CMUnitTest on_provinces[] = {
        cmocka_unit_test(totals_of_2022_are_recomputed_from_points_and_shown_beside_the_published),
        cmocka_unit_test(contributions_of_main_indices_add_up_to_the_total),
        cmocka_unit_test(a_main_index_without_points_is_not_waited_for),
        cmocka_unit_test(the_ranking_of_2022_has_two_at_15_and_none_at_16),
        cmocka_unit_test(a_computed_rank_needs_the_totals_of_all),
        cmocka_unit_test(change_is_counted_in_places_and_value_and_tells_that_frameworks_differ),
        cmocka_unit_test(totals_of_2020_are_weighted_pillars_exactly),
        cmocka_unit_test(without_published_points_no_total_is_computed),
        cmocka_unit_test(a_figure_quotes_the_rank_with_its_base_and_the_change_with_the_earlier_one),
        cmocka_unit_test(the_values_behind_a_change_are_those_of_both_years),
        cmocka_unit_test(a_subject_is_found_by_a_part_of_its_name),
        cmocka_unit_test(a_published_mean_is_that_of_its_group_and_year_or_unknown),
        cmocka_unit_test(a_figure_of_an_index_may_be_asked_for_another_year),
        cmocka_unit_test(an_unknown_index_year_or_subject_names_the_nearest),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(competition_ranks_are_one_more_than_the_number_of_greater_values),
        cmocka_unit_test(every_error_of_an_index_is_told_with_its_line),
        cmocka_unit_test(a_component_that_the_code_list_lacks_is_refused),
        cmocka_unit_test(means_of_an_unknown_component_or_group_are_refused),
        cmocka_unit_test(a_misspelt_key_of_an_index_names_the_nearest),
        cmocka_unit_test(a_change_counts_the_invented_values_of_the_year_before_too),
        cmocka_unit_test(where_all_totals_are_known_ranks_are_computed_with_ties_and_gaps),
    };
    return cmocka_run_group_tests(on_provinces, provinces_open, provinces_close) +
           cmocka_run_group_tests(alone, NULL, NULL);
}
