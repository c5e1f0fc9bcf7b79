/* Reports quote figures: what stands for them, and what stops a report. Read from the invented province of tests/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "register/load.h"
#include "report/report.h"

static char folder[] = "/tmp/tinhso-report-XXXXXX";
static struct store *s;
static struct arena *a;
static struct figures *fs;
static const struct province *declared;
static struct faults list;

static int open_store(void **state)
{
    (void)state;
    struct fault f = {0};
    struct load_result result;
    struct faults warnings CLEANUP(faults_done) = {0};
    assert_non_null(mkdtemp(folder));
    a = arena_new();
    const char *path = arena_printf(a, "%s/x.db", folder);
    struct load_options o = {.folder = "tests/golden/province", .actor = STR("test")};
    assert_int_equal(store_open(path, STORE_WRITE, &s, &f), OK);
    assert_int_equal(load_run(s, &o, &result, &list, &warnings), OK);
    declared = s->province;
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    static const char *const files[] = {"x.db", "x.db-wal", "x.db-shm", "x.key", "x.pub", "x.checkpoint"};
    store_close(s);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        unlink(arena_printf(a, "%s/%s", folder, files[i]));
    rmdir(folder);
    arena_free(a);
    faults_done(&list);
    return 0;
}

#define HEAD "---\nreport: r\ntitle: {vi: Thử, en: Trial}\non: 2023-06-30\n---\n"

/* Figures besides those of the province. */
static const char more_figures[] =
    "- figure: visits-all\n"
    "  title: Lần kiểm tra\n"
    "  count: {register: visits}\n"
    "- figure: visits-clean\n"
    "  title: Phần sạch\n"
    "  ratio: {over: {count: {register: visits, where: \"is_clean = TRUE\"}}, under: {count: {register: visits, where: "
    "\"is_clean IS NOT NULL\"}}, empty: 5}\n"
    "- figure: wells-points\n"
    "  title: Điểm của giếng\n"
    "  total: [visits-all, visits-clean]\n"
    "  by: well\n"
    "  rank: {by: well, apart: kind}\n"
    "- figure: wells-visited\n"
    "  title: Giếng đã kiểm tra\n"
    "  count: {register: visits, distinct: well}\n"
    "  of: {register: wells}\n"
    "  by: [kind]\n"
    "- figure: visits-none\n"
    "  title: Không có\n"
    "  count: {register: visits, where: \"number > 99\"}\n"
    "  by: [number]\n";

/* Computes a report of this text; its head has five lines. */
static enum err compute(const char *text, struct report **ret_report)
{
    struct province *p = ARENA_NEW(a, struct province);
    *p = *declared;
    p->sources.p = ARENA_ARRAY(a, struct source_file, p->sources.n + 2);
    memcpy(p->sources.p, declared->sources.p, sizeof *p->sources.p * declared->sources.n);
    p->sources.p[p->sources.n++] = (struct source_file){STR("reports/r.md"), str_of(text)};
    p->sources.p[p->sources.n++] = (struct source_file){STR("figures/more.yaml"), str_of(more_figures)};
    faults_done(&list);
    list = (struct faults){0};
    s->province = p;
    assert_int_equal(figures_load(a, p, &fs, &list), OK);
    return report_compute(a, s, fs, STR("r"), ret_report, &list);
}

static const char *markdown_of(const char *text)
{
    struct report *r;
    struct buf b = BUF_INIT(LIMIT_REPORT_BYTES);
    assert_int_equal(compute(text, &r), OK);
    report_markdown(r, &b);
    const char *copy = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return copy;
}

static const char *html_of(const char *text)
{
    struct report *r;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    assert_int_equal(compute(text, &r), OK);
    report_html(a, r, &b);
    return arena_dup(a, b.p, b.n);
}

static void expect_in(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        fail_msg("no “%s” in:\n%s", piece, text);
}

static void expect_not_in(const char *text, const char *piece)
{
    if (strstr(text, piece))
        fail_msg("“%s” in:\n%s", piece, text);
}

static void a_figure_alone_is_value_base_and_unit(void **state)
{
    (void)state;
    expect_in(markdown_of(HEAD "Có {{wells-public}}."), "Có 8 trên 12 giếng.");
}

static void the_parts_of_a_figure_stand_alone(void **state)
{
    (void)state;
    expect_in(
        markdown_of(HEAD "{{wells-public.value}}/{{wells-public.of}} {{wells-public.percent}} {{wells-public.unit}}"),
        "8/12 66,7 giếng");
    expect_in(markdown_of(HEAD "{{school-rank-change.value}} {{school-rank-change.from}}"), "2 3");
    expect_in(markdown_of(HEAD "{{people-content.question}}"), "Ông/bà có hài lòng về nước sinh hoạt không?");
}

static void a_report_in_english_writes_english_numbers(void **state)
{
    (void)state;
    expect_in(markdown_of(
                  "---\nreport: r\ntitle: T\nlang: en\non: 2023-06-30\n---\n{{wells-public}} {{wells-public.percent}}"),
              "8 of 12 wells 66.7");
    const char *cost = "---\nreport: r\ntitle: T\nlang: en\non: 2023-06-30\n---\n{{wells-cost}}";
    expect_in(markdown_of(cost), "241,300,000 đồng");
    expect_in(html_of(cost), " value=\"241300000\"");
}

static void a_breakdown_becomes_a_table_that_adds_up(void **state)
{
    (void)state;
    const char *text = markdown_of(HEAD "{{table wells-public by unit:2}}\n");
    expect_in(text, "\n| --- | ---: | ---: | ---: | ");
    expect_in(text, "| Tổng cộng | 8 | 12 | 66,7 | ");
}

static void a_ranking_becomes_a_table_of_the_first(void **state)
{
    (void)state;
    const char *text = markdown_of(HEAD "{{index school-care 2022 top 3}}\n");
    expect_in(text, "| 1 | ");
    expect_not_in(text, "| 4 | ");
}

static void a_table_of_nothing_says_so(void **state)
{
    (void)state;
    expect_in(markdown_of(HEAD "{{table visits-none by number}}\n"), "\n| Chưa có gì để đếm | – | ");
    expect_not_in(markdown_of(HEAD "{{table wells-visited by kind}}\n"), "Chưa có gì");
}

/* Of what a reference names: G001, G006 and G009 are dug, G003 is drilled. */
static void what_is_counted_once_each_is_broken_down_by_its_own_fields(void **state)
{
    (void)state;
    const char *text = markdown_of(HEAD "{{table wells-visited by kind}}\n");
    expect_in(text, "| Giếng đào | 3 | 6 | 50,0 | ");
    expect_in(text, "| Giếng khoan | 1 | 4 | 25,0 | ");
}

static void what_a_figure_ranks_is_a_table_each_group(void **state)
{
    (void)state;
    const char *text = markdown_of(HEAD "{{ranking wells-points}}\n");
    expect_in(text, "\n**Giếng đào**\n\n| Hạng | Giếng | Lần kiểm tra | Phần sạch | Tổng cộng | ");
    expect_in(text, "\n| 1 | Giếng Hồ Sen | 1,00 | (5) | 6,00 | \n| 2 | Giếng Đình | 3,00 | 0,67 | 3,67 | \n| 3 | ");
    expect_in(text, "\n**Giếng khoan**\n\n");
    expect_in(text, "\n| 1 | Giếng Gò Sim | 2,00 | 1,00 | 3,00 | ");
    text = markdown_of(HEAD "{{ranking wells-points top 1}}\n");
    expect_in(text, "| Giếng Hồ Sen | ");
    expect_not_in(text, "Giếng Đình");
}

static void an_escaped_brace_is_text(void **state)
{
    (void)state;
    expect_in(markdown_of(HEAD "Viết \\{{wells-public}} để trích."), "Viết {{wells-public}} để trích.");
}

static void a_report_without_a_heading_gets_its_title(void **state)
{
    (void)state;
    expect_in(markdown_of(HEAD "Có."), "# Thử\n");
    expect_not_in(markdown_of(HEAD "# Riêng\n\nCó."), "# Thử");
}

static void sample_data_is_marked_once_a_line_and_listed(void **state)
{
    (void)state;
    const char *text = markdown_of(HEAD "{{meters-read.value}} trong {{meters-read.of}}\n\n{{meters-read.value}} nữa");
    expect_in(text, "180 \\[mẫu\\] trong 300\n");
    expect_in(text, "180 \\[mẫu\\] nữa");
    expect_in(text, "Đồng hồ đã đọc (`meters-read`): 300 trên 300");
    expect_not_in(markdown_of(HEAD "{{wells-public}}"), "mẫu");
}

static void a_number_on_the_page_names_figure_and_revision(void **state)
{
    (void)state;
    const char *page = html_of(HEAD "Có {{wells-public.value}}; {{meters-read.value}}.");
    expect_in(page, arena_printf(a,
                                 "<data class=\"figure\" data-figure=\"wells-public\" data-revision=\"%lld\" "
                                 "value=\"8\" title=\"Giếng công cộng\">8</data>;",
                                 (long long)s->at));
    expect_in(page, ">180</data><small class=\"sample\">dữ liệu mẫu</small>");
    expect_in(page, "<html lang=\"vi\">");
}

static const char *body_of(const char *text, const struct report_links *links)
{
    struct report *r;
    assert_int_equal(compute(text, &r), OK);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    report_body_html(a, r, links, &b);
    return arena_strdup(a, buf_cstr(&b));
}

static void within_a_site_each_number_leads_to_its_figure_as_it_is_told_here(void **state)
{
    (void)state;
    const struct report_links links = {"/figures/", "/indexes/", STR("7")};
    const char *text = HEAD "Có {{wells-public.value}}, {{school-rank}}.\n\n{{table wells-public by unit:2}}\n\n"
                            "{{index school-care 2022}}\n";
    const char *body = body_of(text, &links);
    expect_in(body, "<a href=\"/figures/wells-public?at=7\"><data");
    expect_in(body, ">8</data></a>");
    expect_in(body, "<a href=\"/figures/wells-public?by=unit%3A2&amp;at=7\"><data");
    expect_in(body, "<a href=\"/indexes/school-care/s2?year=2022&amp;at=7\"><data");
    expect_in(body, "<a href=\"/figures/school-rank?on=2023-06-30&amp;at=7\"><data"); /* has no day of its own */
    expect_not_in(body, "<html");
    expect_not_in(body_of(text, NULL), "<a href");
}

static void html_in_a_report_is_left_out_of_its_page(void **state)
{
    (void)state;
    const char *page = html_of(HEAD "<script>alert(1)</script>\n\n<b>{{parishes}}</b>");
    expect_not_in(page, "<script");
    expect_not_in(page, "<b>");
}

static void the_terminal_gets_headings_lists_and_tables(void **state)
{
    (void)state;
    struct report *r;
    assert_int_equal(
        compute(HEAD "# Đầu\n\n- một {{parishes}}\n- hai\n\n> trích\n\n{{table wells-public by unit:2}}\n", &r), OK);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    report_text(a, r, 60, &b);
    const char *text = buf_cstr(&b);
    expect_in(text, "Đầu\n═══\n\n• một 6 xã\n• hai\n\n│ trích\n\n");
    expect_in(text, "Tổng cộng");
}

static void expect_stopped(const char *text, size_t n, enum err code, int line, const char *named)
{
    struct report *r;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    assert_int_equal(compute(text, &r), code);
    faults_print(&list, LANG_VI, &b);
    if (list.total != n)
        fail_msg("%zu faults:\n%s", list.total, buf_cstr(&b));
    expect_in(buf_cstr(&b), named);
    expect_in(buf_cstr(&b), arena_printf(a, "reports/r.md:%d", line));
}

static void an_unknown_figure_stops_with_name_and_line(void **state)
{
    (void)state;
    expect_stopped(HEAD "\nCó {{wells-publik}}.", 1, ERR_FIGURE_UNKNOWN, 7, "wells-publik");
}

static void all_wrong_markers_are_told_together(void **state)
{
    (void)state;
    expect_stopped(HEAD
                   "{{one}} {{two.value}}\n{{parishes.colour}}\n{{table parishes by nothing}}\n{{index none 2022}}",
                   5, ERR_REPORT_PART_UNKNOWN, 9, "colour");
}

static void an_unknown_year_or_breakdown_stops_it(void **state)
{
    (void)state;
    expect_stopped(HEAD "{{index school-care 1999}}", 1, ERR_INDEX_YEAR, 6, "1999");
    expect_stopped(HEAD "{{table wells-public by colour}}", 1, ERR_FIGURE_BY, 6, "colour");
}

static void a_part_that_a_figure_does_not_have_stops_it(void **state)
{
    (void)state;
    expect_stopped(HEAD "{{parishes.margin}}", 1, ERR_REPORT_PART, 6, "parishes.margin");
    expect_stopped(HEAD "{{ranking visits-all}}", 1, ERR_REPORT_PART, 6, "ranking visits-all");
}

static void markers_must_be_whole(void **state)
{
    (void)state;
    expect_stopped(HEAD "{{parishes\n}}", 1, ERR_REPORT_MARK_OPEN, 6, "{{parishes");
    expect_stopped(HEAD "{{}}", 1, ERR_REPORT_MARK, 6, "");
    expect_stopped(HEAD "{{table}} x", 1, ERR_FIGURE_UNKNOWN, 6, "table");
    expect_stopped(HEAD "{{index school-care 2022 last 3}}", 1, ERR_REPORT_MARK, 6, "last");
    expect_stopped(HEAD "{{ranking wells-points last 3}}", 1, ERR_REPORT_MARK, 6, "last");
    expect_stopped(HEAD "a {{table wells-public}} b", 1, ERR_REPORT_TABLE_PLACE, 6, "table wells-public");
}

static void a_wrong_head_stops_it(void **state)
{
    (void)state;
    struct report *r;
    assert_int_equal(compute("# no head", &r), ERR_REPORT_HEAD);
    assert_int_equal(compute("---\nreport: r\n", &r), ERR_REPORT_HEAD);
    expect_stopped("---\nreport: other\ntitle: T\n---\nx", 1, ERR_REPORT_ID, 2, "other");
    expect_stopped("---\nreport: r\ntitle: T\ncolour: red\n---\nx", 1, ERR_YAML_KEY_UNKNOWN, 4, "colour");
    expect_stopped("---\nreport: r\ntitle: T\non: 2023-02-30\n---\nx", 1, ERR_YAML_VALUE, 4, "2023-02-30");
}

static void an_unknown_report_names_the_nearest(void **state)
{
    (void)state;
    struct report *r;
    faults_done(&list);
    list = (struct faults){0};
    assert_int_equal(report_compute(a, s, fs, STR("half-yeer"), &r, &list), ERR_REPORT_UNKNOWN);
    assert_true(str_is(fault_param(&list.p[0], "near"), "half-year"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_alone_is_value_base_and_unit),
        cmocka_unit_test(the_parts_of_a_figure_stand_alone),
        cmocka_unit_test(a_report_in_english_writes_english_numbers),
        cmocka_unit_test(a_breakdown_becomes_a_table_that_adds_up),
        cmocka_unit_test(a_ranking_becomes_a_table_of_the_first),
        cmocka_unit_test(a_table_of_nothing_says_so),
        cmocka_unit_test(what_is_counted_once_each_is_broken_down_by_its_own_fields),
        cmocka_unit_test(what_a_figure_ranks_is_a_table_each_group),
        cmocka_unit_test(an_escaped_brace_is_text),
        cmocka_unit_test(a_report_without_a_heading_gets_its_title),
        cmocka_unit_test(sample_data_is_marked_once_a_line_and_listed),
        cmocka_unit_test(a_number_on_the_page_names_figure_and_revision),
        cmocka_unit_test(within_a_site_each_number_leads_to_its_figure_as_it_is_told_here),
        cmocka_unit_test(html_in_a_report_is_left_out_of_its_page),
        cmocka_unit_test(the_terminal_gets_headings_lists_and_tables),
        cmocka_unit_test(an_unknown_figure_stops_with_name_and_line),
        cmocka_unit_test(all_wrong_markers_are_told_together),
        cmocka_unit_test(an_unknown_year_or_breakdown_stops_it),
        cmocka_unit_test(a_part_that_a_figure_does_not_have_stops_it),
        cmocka_unit_test(markers_must_be_whole),
        cmocka_unit_test(a_wrong_head_stops_it),
        cmocka_unit_test(an_unknown_report_names_the_nearest),
    };
    return cmocka_run_group_tests(tests, open_store, close_store);
}
