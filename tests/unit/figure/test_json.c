/* Figures as JSON, byte for byte: what other programs read. */
#include "figure/figure_json.h"
#include "small.h"

#include "base/banned.h"

static int open_at_noon(void **state)
{
    clock_fix_ms(INT64_C(1672506000000)); /* 2022-12-31T17:00:00Z is New Year's Day in Viet Nam */
    return small_open(state);
}

static const char *json_of(struct fixture *x, const char *id, struct figure_options o, enum lang lang)
{
    struct figure_result r = figure_of(x, id, o);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct json_out out;
    json_out_init(&out, &b, JSON_OUT_COMPACT);
    figure_json(&r, lang, &out);
    json_out_done(&out);
    return arena_strdup(x->a, buf_cstr(&b));
}

static const char *why_of(struct fixture *x, const char *id, int64_t limit)
{
    struct figure_options o = {0};
    struct figure_result r = figure_of(x, id, o);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct json_out out;
    struct fault f = {0};
    json_out_init(&out, &b, JSON_OUT_COMPACT);
    if (figure_why_json(x->a, x->s, x->fs, &r, &o, limit, false, LANG_EN, &out, &f) != OK)
        fail_with(&f);
    json_out_done(&out);
    return arena_strdup(x->a, buf_cstr(&b));
}

static void expect_in(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        fail_msg("no “%s” in:\n%s", piece, text);
}

static void a_share_with_its_rows(void **state)
{
    struct fixture *x = *state;
    const char *expected = arena_printf(
        x->a,
        "{\"figure\":\"digitised\",\"value\":8,\"of\":11,\"unit\":\"households\",\"at\":{\"revision\":%lld,\"date\":"
        "\"2023-01-01\"},\"percent\":72.73,\"title\":\"Digitised\",\"on\":\"2022-06-30\",\"stale\":true,\"records\":11,"
        "\"sample\":1,\"by\":\"crop\",\"rows\":[\n"
        "{\"key\":\"coffee\",\"title\":\"Coffee\",\"value\":6,\"of\":7,\"percent\":85.71}\n"
        ",{\"key\":\"pepper\",\"title\":\"Pepper\",\"value\":0,\"of\":2,\"percent\":0}\n"
        ",{\"key\":\"durian\",\"title\":\"Durian\",\"value\":1,\"of\":1,\"percent\":100}\n"
        ",{\"key\":null,\"title\":\"\",\"value\":1,\"of\":1,\"percent\":100}]}",
        (long long)x->s->head);
    assert_string_equal(json_of(x, "digitised", (struct figure_options){.by = STR("crop")}, LANG_EN), expected);
}

static void what_has_no_place_on_a_map_says_so(void **state)
{
    struct figure_options o = {.by = STR("unit:3"), .units_at = STR("2025-07-01")};
    const char *text = json_of(*state, "digitised", o, LANG_VI);
    expect_in(text, "\"units_at\":\"2025-07-01\"");
    expect_in(text, "{\"key\":\"b2\",\"title\":\"Xã Năm\",\"unplaced\":true,\"value\":1,\"of\":1,\"percent\":100}");
    expect_in(text, "{\"key\":\"n2\",\"title\":\"Xã Đôi\",\"value\":1.8,\"of\":3,\"percent\":60}");
}

static void what_is_unknown_is_null(void **state)
{
    expect_in(json_of(*state, "nothing", (struct figure_options){0}, LANG_VI),
              "{\"figure\":\"nothing\",\"value\":null,\"unit\":\"\",");
}

static void a_survey_has_its_margin_and_question(void **state)
{
    const char *text = json_of(*state, "shoppers", (struct figure_options){0}, LANG_VI);
    expect_in(text, "\"value\":25,");
    expect_in(text, ",\"asked\":160,\"question\":\"Có mua không?\",");
}

static void why_tells_the_definition_and_the_records_without_persons(void **state)
{
    const char *text = why_of(*state, "digitised", 2);
    expect_in(text,
              "\"definition\":{\"kind\":\"count\",\"file\":\"figures/small.yaml\",\"line\":1,\"count\":{\"register\":"
              "\"households\",\"where\":\"digitised = true AND registered <= on_date\"},\"of\":{");
    expect_in(text, "\n{\"register\":\"households\",\"id\":\"h01\",\"part\":\"count\",");
    expect_in(text, "\"sample\":false,\"fields\":{\"code\":\"h01\",\"head\":\"•••\",\"sex\":\"•••\",\"unit\":\"a1\",");
    expect_in(text, "],\"total\":8}}");
    assert_null(strstr(text, "Nguyễn"));
    assert_null(strstr(text, "\"id\":\"h04\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_with_its_rows),
        cmocka_unit_test(what_has_no_place_on_a_map_says_so),
        cmocka_unit_test(what_is_unknown_is_null),
        cmocka_unit_test(a_survey_has_its_margin_and_question),
        cmocka_unit_test(why_tells_the_definition_and_the_records_without_persons),
    };
    return cmocka_run_group_tests(tests, open_at_noon, small_close);
}
