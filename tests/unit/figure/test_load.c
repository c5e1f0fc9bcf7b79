/* Errors of figures: each with file, line, and the nearest valid name; all of them together. */
#include "small.h"

#include "base/banned.h"

static enum err load(const char *yaml, struct faults *list)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct text_file files[ARRAY_LEN(small_files)];
    struct figures *fs;
    memcpy(files, small_files, sizeof files);
    files[ARRAY_LEN(small_files) - 1] = (struct text_file){"figures/f.yaml", yaml};
    return figures_load(a, province_of(a, files, ARRAY_LEN(files)), &fs, list);
}

/* One error, its line, and one value that it names. */
static void refuses(const char *yaml, enum err code, int line, const char *param, const char *value)
{
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_equal(load(yaml, &list), code);
    assert_int_equal(list.total, 1);
    assert_int_equal(list.p[0].line, line);
    assert_true(str_is(fault_file(&list.p[0]), "figures/f.yaml"));
    struct str found = fault_param(&list.p[0], param);
    if (!str_is(found, value))
        fail_msg("%s is “%.*s”, not “%s”", param, STR_ARG(found), value);
}

#define HEAD "figure: f\ntitle: Số liệu\n"

static void a_misspelt_key_names_the_nearest(void **state)
{
    (void)state;
    refuses(HEAD "count: {register: households, were: \"digitised = true\"}\n", ERR_YAML_KEY_UNKNOWN, 3, "nearest",
            "where");
    refuses(HEAD "coumt: {register: households}\n", ERR_YAML_KEY_UNKNOWN, 3, "nearest", "count");
}

static void an_unknown_register_or_field_names_the_nearest(void **state)
{
    (void)state;
    refuses(HEAD "count: {register: household}\n", ERR_FIGURE_NAME, 3, "nearest", "households");
    refuses(HEAD "sum:\n  register: households\n  field: aera\n", ERR_FIGURE_NAME, 5, "nearest", "area");
    refuses(HEAD "count: {register: households, distinct: crops}\n", ERR_FIGURE_NAME, 3, "nearest", "crop");
}

static void a_field_must_be_of_a_type_that_fits(void **state)
{
    (void)state;
    refuses(HEAD "sum: {register: households, field: crop}\n", ERR_FIGURE_FIELD, 3, "type", "code");
    refuses(HEAD "survey: {register: answers, question: Có?, weight: wave}\n", ERR_FIGURE_FIELD, 3, "name", "wave");
}

static void a_filter_is_checked_against_the_register(void **state)
{
    (void)state;
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_not_equal(load(HEAD "count:\n  register: households\n  where: digitized = true\n", &list), OK);
    assert_int_equal(list.total, 1);
    assert_int_equal(list.p[0].line, 5);
    faults_done(&list);
    list = (struct faults){0};
    assert_int_not_equal(load(HEAD "count: {register: households, where: \"registered >= period_from\"}\n", &list), OK);
    assert_int_equal(list.total, 1);
}

static void a_figure_says_exactly_one_thing(void **state)
{
    (void)state;
    refuses(HEAD, ERR_FIGURE_KIND, 1, "found", "–");
    refuses(HEAD "count: {register: units}\nmean: {register: households, field: area}\n", ERR_FIGURE_KIND, 1, "found",
            "count, mean");
    refuses(HEAD "ratio: {over: {count: {register: units}}, under: {}}\n", ERR_FIGURE_KIND, 3, "valid",
            "count, sum, figure");
}

static void a_base_goes_with_count_only(void **state)
{
    (void)state;
    refuses(HEAD "sum: {register: households, field: area}\nof: {register: households}\n", ERR_FIGURE_OF, 4, "kind",
            "sum");
    refuses(HEAD "mean: {register: households, field: area}\nof: {register: households}\n", ERR_FIGURE_OF, 4, "kind",
            "mean");
}

static void two_figures_of_one_id_are_told_with_both_places(void **state)
{
    (void)state;
    refuses("- figure: f\n  title: Một\n  count: {register: units}\n- figure: f\n  title: Hai\n  count: {register: "
            "units}\n",
            ERR_FIGURE_TWICE, 4, "where", "figures/f.yaml:1");
}

static void an_id_is_plain(void **state)
{
    (void)state;
    refuses("figure: Số_liệu\ntitle: Một\ncount: {register: units}\n", ERR_FIGURE_ID, 1, "id", "Số_liệu");
}

static void figures_may_not_be_computed_from_themselves(void **state)
{
    (void)state;
    refuses("- figure: a\n  title: A\n  ratio: {over: {figure: b}, under: {count: {register: units}}}\n"
            "- figure: b\n  title: B\n  difference: {figure: c, on: 2022-01-01, from: 2021-01-01}\n"
            "- figure: c\n  title: C\n  ratio: {over: {count: {register: units}}, under: {figure: a}}\n",
            ERR_FIGURE_RING, 1, "chain", "a → b → c → a");
    refuses(HEAD "difference: {figure: g, on: 2022-01-01, from: 2021-01-01}\n", ERR_FIGURE_NAME, 3, "nearest", "f");
}

static void dates_exist_and_stand_in_order(void **state)
{
    (void)state;
    refuses(HEAD "count: {register: units}\non: 2022-02-30\n", ERR_YAML_VALUE, 4, "value", "2022-02-30");
    refuses(HEAD "count: {register: units}\nperiod: {from: 2022-07-01, to: 2022-06-30}\n", ERR_FIGURE_DATES, 4, "key",
            "period");
}

static void a_breakdown_must_make_sense_for_the_register(void **state)
{
    (void)state;
    refuses(HEAD "count: {register: households}\nby: [unit:2, crops]\n", ERR_FIGURE_BY, 4, "by", "crops");
    refuses(HEAD "count: {register: households}\nby: [unit:x]\n", ERR_FIGURE_BY, 4, "by", "unit:x");
    refuses(HEAD "count: {register: households}\nby: head\n", ERR_FIGURE_BY_PRIVATE, 4, "by", "head");
    /* What is wrong is not among what is offered. */
    refuses(HEAD "count: {register: answers}\nby: [age, agge]\n", ERR_FIGURE_BY, 4, "valid",
            "age, code, wave, shops, weight");
}

static void a_breakdown_of_a_figure_made_of_figures_must_make_sense_for_each(void **state)
{
    (void)state;
#define BASES                                                                                                          \
    "- figure: a\n  title: A\n  count: {register: households}\n"                                                       \
    "- figure: b\n  title: B\n  count: {register: answers}\n"
    refuses(BASES "- figure: c\n  title: C\n  ratio: {over: {figure: a}, under: {figure: b}}\n  by: [crop]\n",
            ERR_FIGURE_BY, 10, "id", "b");
    refuses(BASES "- figure: c\n  title: C\n  ratio: {over: {count: {register: households}}, under: {figure: b}}\n"
                  "  by: age\n",
            ERR_FIGURE_BY, 10, "id", "c");
    refuses(BASES "- figure: c\n  title: C\n  difference: {figure: a, on: 2022-01-01, from: 2021-01-01}\n  by: [age]\n",
            ERR_FIGURE_BY, 10, "id", "a");
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_equal(
        load(BASES
             "- figure: c\n  title: C\n  difference: {figure: a, on: 2022-01-01, from: 2021-01-01}\n  by: [crop]\n",
             &list),
        OK);
}

static void a_ranking_is_of_a_breakdown_and_apart_by_a_code(void **state)
{
    (void)state;
    refuses(HEAD "count: {register: households}\nrank: {by: crops}\n", ERR_FIGURE_BY, 4, "by", "crops");
    refuses(HEAD "count: {register: households}\nrank: {by: crop, apart: level}\n", ERR_FIGURE_NAME, 4, "name",
            "level");
    refuses(HEAD "count: {register: households}\nrank: {apart: level}\n", ERR_YAML_KEY_MISSING, 4, "key", "by");
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_equal(load(HEAD "count: {register: households}\nrank: {by: crop}\n", &list), OK);
}

static void an_index_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    refuses(HEAD "index: {index: dti, year: 2021, of: \"67\", value: rank}\n", ERR_FIGURE_NAME, 3, "name", "dti");
}

static void all_errors_of_a_folder_are_listed_together(void **state)
{
    (void)state;
    struct faults list CLEANUP(faults_done) = {0};
    static const int lines[] = {6, 3, 9, 10};
    assert_int_not_equal(load("- figure: a\n  title: A\n  count: {register: unitz}\n"
                              "- figure: b\n  title: B\n  cuont: {register: units}\n"
                              "- figure: c\n  title: C\n  sum: {register: households, field: name}\n  by: [nothing]\n",
                              &list),
                         OK);
    assert_int_equal(list.total, ARRAY_LEN(lines));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_int_equal(list.p[i].line, lines[i]);
}

static void every_error_has_a_sentence_in_both_languages(void **state)
{
    (void)state;
    for (int e = ERR_FIGURE_UNKNOWN; e <= ERR_INDEX_VALUE_TWICE; e++) {
        const char *vi = err_sentence((enum err)e, LANG_VI), *en = err_sentence((enum err)e, LANG_EN);
        assert_true(strlen(vi) > 20 && strlen(en) > 20);
        assert_int_equal(strchr(vi, '{') != NULL, strchr(en, '{') != NULL);
    }
}

static bool is_open(void *context, const struct figure *figure)
{
    (void)context;
    return !figure->is_internal;
}

static void what_is_computed_of_an_internal_figure_is_internal(void **state)
{
    (void)state;
    static const char yaml[] =
        "- {figure: top, title: A, difference: {figure: middle, on: 2022-06-30, from: 2022-01-01}}\n"
        "- figure: middle\n  title: B\n  ratio: {over: {figure: base}, under: {count: {register: units}}}\n"
        "- {figure: base, title: C, privacy: internal, count: {register: households}}\n"
        "- {figure: other, title: D, count: {register: households}}\n";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[ARRAY_LEN(small_files)];
    struct figures *fs = NULL, *past = NULL;
    const struct figure *found = NULL;
    struct fault f = {0};
    memcpy(files, small_files, sizeof files);
    files[ARRAY_LEN(small_files) - 1] = (struct text_file){"figures/f.yaml", yaml};
    assert_int_equal(figures_load(a, province_of(a, files, ARRAY_LEN(files)), &fs, &list), OK);
    struct figures *open = figures_shown(a, fs, is_open, NULL);
    assert_int_equal(open->n, 1);
    assert_true(str_is(open->p[0]->id, "other"));
    assert_int_equal(figure_find(fs, STR("top"), &found, &f), OK);
    assert_int_equal(figure_find(open, STR("top"), &found, &f), ERR_FIGURE_UNKNOWN);
    assert_true(str_is(fault_param(&f, "nearest"), "other")); /* no other is named */
    assert_ptr_equal(figures_shown(a, open, is_open, NULL), open);
    /* what is kept back today was public once, and is kept back there too */
    char *then = arena_dup(a, yaml, sizeof yaml - 1), *word = strstr(then, "internal");
    memcpy(word, "public  ", 8);
    files[ARRAY_LEN(small_files) - 1].text = then;
    assert_int_equal(figures_load(a, province_of(a, files, ARRAY_LEN(files)), &past, &list), OK);
    assert_ptr_equal(figures_shown(a, past, is_open, NULL), past);
    figures_keep_internal(past, fs);
    assert_int_equal(figures_shown(a, past, is_open, NULL)->n, 1);
    refuses(HEAD "privacy: secret\ncount: {register: households}\n", ERR_YAML_ENUM, 3, "valid", "public, internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_computed_of_an_internal_figure_is_internal),
        cmocka_unit_test(a_misspelt_key_names_the_nearest),
        cmocka_unit_test(an_unknown_register_or_field_names_the_nearest),
        cmocka_unit_test(a_field_must_be_of_a_type_that_fits),
        cmocka_unit_test(a_filter_is_checked_against_the_register),
        cmocka_unit_test(a_figure_says_exactly_one_thing),
        cmocka_unit_test(a_base_goes_with_count_only),
        cmocka_unit_test(two_figures_of_one_id_are_told_with_both_places),
        cmocka_unit_test(an_id_is_plain),
        cmocka_unit_test(figures_may_not_be_computed_from_themselves),
        cmocka_unit_test(dates_exist_and_stand_in_order),
        cmocka_unit_test(a_breakdown_must_make_sense_for_the_register),
        cmocka_unit_test(a_breakdown_of_a_figure_made_of_figures_must_make_sense_for_each),
        cmocka_unit_test(a_ranking_is_of_a_breakdown_and_apart_by_a_code),
        cmocka_unit_test(an_index_that_does_not_exist_is_refused),
        cmocka_unit_test(all_errors_of_a_folder_are_listed_together),
        cmocka_unit_test(every_error_has_a_sentence_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
