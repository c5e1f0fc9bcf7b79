/* Papers: values are text, parts stand or fall, versions go by the day; and the end of a PDF is read as strictly as it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/limits.h"
#include "report/paper.h"
#include "report/pdf.h"
#include "report/pdf_sign.h"
#include "report/qr.h"

#define PROVINCE "province: mau\ntitle: Mẫu\n"
#define HEAD                                                                                                           \
    "---\npaper: thu\ntitle: Thử\nfields: [a, b, day, fee]\nlists:\n  rows: {fields: [name, n]}\n---\n# THỬ\n\n"

static struct province *province_of(struct arena *a, const struct source_file *files, size_t n)
{
    struct faults list CLEANUP(faults_done) = {0};
    struct province *p = NULL;
    struct source_file *all = ARENA_ARRAY(a, struct source_file, n + 1);
    all[0] = (struct source_file){STR("province.yaml"), STR(PROVINCE)};
    for (size_t i = 0; i < n; i++)
        all[i + 1] = files[i];
    assert_int_equal(province_build(a, &(struct sources){all, n + 1}, &p, &list), OK);
    return p;
}

/* The page of a paper with that text and those values; the code of the fault when there is one. */
static enum err fill(struct arena *a, const char *text, const char *values, struct str *ret_html)
{
    struct source_file file = {STR("papers/thu.md"), STR_JOIN(a, STR(HEAD), str_of(text))};
    const struct paper *paper = NULL;
    struct json *context = NULL;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    struct fault f = {0};
    if (values)
        assert_int_equal(json_parse(a, str_of(values), STR(""), &context, NULL), OK);
    enum err e = paper_find(a, province_of(a, &file, 1), STR("thu"), STR(""), &paper, &f);
    if (e == OK)
        e = paper_html(a, paper, context, PAPER_FRAGMENT, &b, &f);
    *ret_html = str_dup(a, buf_view(&b));
    return e;
}

static void expect(const char *text, const char *values, const char *piece)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str html;
    assert_int_equal(fill(a, text, values, &html), OK);
    if (!strstr(html.p, piece))
        fail_msg("%s\nnot in\n%s", piece, html.p);
}

static void values_are_shown_by_their_formats(void **state)
{
    (void)state;
    expect("[{{day:date}}]", "{\"day\": \"2022-11-28T20:30:00Z\"}", "[29/11/2022]"); /* the province's day */
    expect("[{{day:datetime}}]", "{\"day\": \"2022-11-28T01:05:00Z\"}", "[08 giờ 05 phút, ngày 28/11/2022]");
    expect("[{{day:datetime}}]", "{\"day\": \"2022-11-28\"}", "[ngày 28/11/2022]");
    expect("[{{day:datetime-short}}]", "{\"day\": \"2022-11-28T01:05:00Z\"}", "[08:05 28/11/2022]");
    expect("[{{day:date-long}}]", "{\"day\": \"2022-02-05\"}", "[ngày 05 tháng 02 năm 2022]");
    expect("[{{day:time}}]", "{\"day\": \"2022-11-28T01:05:00Z\"}", "[08:05]");
    expect("[{{fee:money}}]", "{\"fee\": 1205000}", "[1.205.000 đồng]");
    expect("[{{fee:words}}]", "{\"fee\": 0}", "[Không đồng]");
    expect("[{{fee:number}}]", "{\"fee\": 1205000}", "[1.205.000]");
    expect("[{{a:capitals}}]", "{\"a\": \"xã Đắk Lao ở đây\"}", "[XÃ ĐẮK LAO Ở ĐÂY]");
    expect("[{{a}}]", "{\"a\": true}", "[x]");
}

static void values_that_are_not_of_their_kind_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"{{day:date}}", "{\"day\": \"hôm qua\"}"},
                                         {"{{day:time}}", "{\"day\": \"2022-11-28\"}"},
                                         {"{{fee:money}}", "{\"fee\": 1.5}"},
                                         {"{{fee:words}}", "{\"fee\": true}"},
                                         {"{{a}}", "{\"a\": {\"b\": 1}}"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct str html;
        assert_int_equal(fill(a, bad[i][0], bad[i][1], &html), ERR_PAPER_VALUE);
    }
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str html;
    assert_int_equal(fill(a, "{{a}}", "[]", &html), ERR_PAPER_CONTEXT);
    assert_int_equal(fill(a, "{{#rows}}{{/}}", "{\"rows\": [1]}", &html), ERR_PAPER_CONTEXT);
}

static void what_a_value_holds_means_nothing(void **state)
{
    (void)state;
    expect("**{{a}}**", "{\"a\": \"*x* [y](z) <script> `c` {{b}}\"}",
           "<strong>*x* [y](z) &lt;script&gt; `c` {{b}}</strong>");
    expect("{{a}}", "{\"a\": \"# tiêu đề\\n- mục\\n::: note\"}", "<p># tiêu đề<br>- mục<br>::: note</p>");
    expect("| x | y |\n|---|---|\n| {{a}} | {{b}} |\n", "{\"a\": \"1 | 2\", \"b\": \"3\"}",
           "<td>1 | 2</td>\n<td>3</td>");
    expect("{{a}}", "{\"a\": \"\\ue0000\\ue001\"}",
           "<p>\xEE\x80\x80"
           "0\xEE\x80\x81</p>"); /* what looks like a mark */
}

static void parts_stand_where_there_is_a_value(void **state)
{
    (void)state;
    expect("[{{?a}}x{{/}}]", "{\"a\": \"1\"}", "[x]");
    expect("[{{?a}}x{{/}}]", "{\"a\": \"\"}", "[]");
    expect("[{{?a}}x{{/}}]", "{\"a\": false}", "[]");
    expect("[{{?a}}x{{/}}]", "{\"a\": 0}", "[x]"); /* a fee of 0 is a fee */
    expect("[{{?rows}}x{{/}}]", "{\"rows\": []}", "[]");
    expect("[{{?!a}}x{{/}}]", "{}", "[x]");
    expect("[{{?a=b}}x{{else}}y{{/}}]", "{\"a\": \"b\"}", "[x]");
    expect("[{{?a=b}}x{{else}}y{{/}}]", "{\"a\": \"c\"}", "[y]");
    expect("[{{?a!=b}}x{{/}}]", "{\"a\": \"c\"}", "[x]");
    expect("[{{?a}}{{?b}}x{{else}}y{{/}}{{else}}z{{/}}]", "{\"a\": 1}", "[y]");
    expect("\\{{a}}", "{}", "<p>{{a}}</p>");
}

static void lists_are_repeated(void **state)
{
    (void)state;
    expect("[{{#rows}}{{name}}{{a}};{{/}}]", "{\"a\": 1, \"rows\": [{\"name\": \"x\"}, {\"name\": \"y\", \"a\": 2}]}",
           "[x1;y2;]");
    expect("| A | B |\n|---|---|\n{{#rows}}\n| {{n}} | {{name}} |\n{{/}}\n",
           "{\"rows\": [{\"n\": 1, \"name\": \"x\"}, {\"n\": 2}]}",
           "<td>1</td>\n<td>x</td>\n</tr>\n<tr>\n<td>2</td>\n<td></td>");
    expect("[{{#rows}}x{{/}}]", "{}", "[]");
}

static void a_form_for_hands_has_dots_and_empty_rows(void **state)
{
    (void)state;
    expect("[{{a}}]", NULL, "[........................................]");
    expect("[{{day:date}}]", NULL, "[....../....../.........]");
    expect("[{{?a}}x{{/}}]", NULL, "[x]");
    expect("[{{?a}}x{{else}}y{{/}}]", NULL, "[y]");
    expect("[{{?a=b}}x{{/}}{{?!a}}y{{/}}]", NULL, "[]");
    expect("| A |\n|---|\n{{#rows}}\n| {{name}} |\n{{/}}\n", NULL,
           "<td></td>\n</tr>\n<tr>\n<td></td>\n</tr>\n<tr>\n<td></td>");
}

static void the_version_goes_by_the_day(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct source_file files[] = {
        {STR("papers/thu-2.md"), STR("---\npaper: thu-2\ntitle: Khác\n---\n# X\n")},
        {STR("papers/thu-2025.md"), STR("---\npaper: thu\ntitle: Mới\nvalid_from: 2025-07-01\n---\n# X\n")},
        {STR("papers/thu.md"),
         STR("---\npaper: thu\ntitle: Cũ\nvalid_from: 2019-01-06\nvalid_to: 2025-06-30\n---\n# X\n")},
    };
    const struct province *p = province_of(a, files, ARRAY_LEN(files));
    const struct {
        const char *id, *day, *name;
    } cases[] = {{"thu", "2025-06-30", "thu"},
                 {"thu", "2025-07-01", "thu-2025"},
                 {"thu", "", "thu-2025"},
                 {"thu-2", "2025-01-01", "thu-2"},
                 {"thu-2025", "2020-01-01", "thu-2025"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct paper *paper = NULL;
        assert_int_equal(paper_find(a, p, str_of(cases[i].id), str_of(cases[i].day), &paper, NULL), OK);
        assert_string_equal(str_dup(a, paper->name).p, cases[i].name);
    }
    const struct paper *paper = NULL;
    assert_int_equal(paper_find(a, p, STR("thu"), STR("2019-01-05"), &paper, NULL), ERR_PAPER_DAY);
    assert_int_equal(paper_find(a, p, STR("thu-3"), STR("2022-01-01"), &paper, NULL), ERR_PAPER_UNKNOWN);
}

/* ---- PDF ---- */

static struct str pdf_of(struct arena *a)
{
    struct source_file file = {STR("papers/thu.md"), STR(HEAD "{{a}}\n")};
    const struct paper *paper = NULL;
    struct buf b = BUF_INIT(LIMIT_PAPER_BYTES);
    struct fault f = {0};
    assert_int_equal(paper_find(a, province_of(a, &file, 1), STR("thu"), STR(""), &paper, &f), OK);
    assert_int_equal(paper_pdf(a, paper, NULL, &b, &f), OK);
    return buf_move(&b, a);
}

static void a_pdf_of_ours_is_read_and_no_part_of_one(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str pdf = pdf_of(a);
    struct pdf_tail tail;
    assert_int_equal(pdf_tail_read(pdf, "x.pdf", &tail, NULL), OK);
    assert_non_null(memmem(tail.catalog.p, tail.catalog.n, "/Lang (vi)", 10));
    for (size_t n = 0; n + 1 < pdf.n; n += n < pdf.n - 3000 ? 997 : 1) {
        struct fault f = {0};
        assert_int_equal(pdf_tail_read(str_slice(pdf.p, n), "x.pdf", &tail, &f), ERR_PDF_FOREIGN);
    }
}

static void no_byte_of_the_tables_makes_the_reader_stray(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str pdf = pdf_of(a);
    for (size_t i = pdf.n - 2500; i < pdf.n; i++) {
        static const char wrong[] = "9 0/x<>\n";
        for (size_t k = 0; k < sizeof wrong - 1; k++) {
            struct arena *inner CLEANUP(arena_freep) = arena_new();
            char *changed = mem_alloc(pdf.n); /* exactly as long: the sanitizer sees a byte too far */
            struct pdf_signature *signatures = NULL;
            size_t n = 0;
            memcpy(changed, pdf.p, pdf.n);
            changed[i] = wrong[k];
            assert_int_not_equal(pdf_verify(inner, str_slice(changed, pdf.n), "x.pdf", NULL, &signatures, &n, NULL),
                                 OK);
            free(changed);
        }
    }
}

static void a_code_is_of_the_higher_level_where_it_costs_nothing(void **state)
{
    (void)state;
    struct qr best, m, q;
    char text[200];
    for (size_t n = 1; n < sizeof text; n++) {
        memset(text, 'x', n);
        struct str s = str_slice(text, n);
        assert_int_equal(qr_encode_best(s, &best, NULL), OK);
        assert_int_equal(qr_encode(s, QR_M, &m, NULL), OK);
        assert_int_equal(qr_encode(s, QR_Q, &q, NULL), OK);
        assert_int_equal(best.side, m.side);
        assert_memory_equal(best.dark, q.side == m.side ? q.dark : m.dark, (size_t)(m.side * m.side));
    }
    struct fault f = {0};
    assert_int_equal(qr_encode(STR(""), QR_M, &m, &f), ERR_PAPER_QR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_shown_by_their_formats),
        cmocka_unit_test(values_that_are_not_of_their_kind_are_refused),
        cmocka_unit_test(what_a_value_holds_means_nothing),
        cmocka_unit_test(parts_stand_where_there_is_a_value),
        cmocka_unit_test(lists_are_repeated),
        cmocka_unit_test(a_form_for_hands_has_dots_and_empty_rows),
        cmocka_unit_test(the_version_goes_by_the_day),
        cmocka_unit_test(a_pdf_of_ours_is_read_and_no_part_of_one),
        cmocka_unit_test(no_byte_of_the_tables_makes_the_reader_stray),
        cmocka_unit_test(a_code_is_of_the_higher_level_where_it_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
