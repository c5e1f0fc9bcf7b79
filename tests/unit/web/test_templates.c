#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"
#include "web/tpl.h"

/* What a stranger may have put into a record. */
#define HOSTILE "\"><script>alert(1)</script><!-- ' onmouseover='x' {{title}} &amp;"
#define HOSTILE_TEXT "\"&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- ' onmouseover='x' {{title}} &amp;amp;"
#define HOSTILE_ATTR                                                                                                   \
    "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &#39; onmouseover=&#39;x&#39; {{title}} &amp;amp;"

static const struct str hostile = {HOSTILE, sizeof(HOSTILE) - 1};

static void assert_has(struct buf *b, const char *piece)
{
    if (!strstr(buf_cstr(b), piece))
        fail_msg("expected %s in %s", piece, buf_cstr(b));
}

static void assert_has_not(struct buf *b, const char *piece)
{
    if (strstr(buf_cstr(b), piece))
        fail_msg("expected no %s in %s", piece, buf_cstr(b));
}

/* An exchange that has only what parts ask for. */
static struct exchange exchange_of(struct arena *a, const char *path, const char *query)
{
    return (struct exchange){.path = str_of(path), .query = str_of(query), .arena = a, .lang = LANG_VI};
}

static void a_hostile_text_stays_text(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    tpl_facts(
        &b,
        &(struct tpl_facts){(const struct tpl_facts_facts[]){{.term = hostile, .text = hostile, .href = STR("/x")}}, 1},
        LANG_VI);
    assert_string_equal(buf_cstr(&b), "<dl class=\"ts-facts\"><dt>" HOSTILE_TEXT "</dt><dd><a href=\"/x\">" HOSTILE_TEXT
                                      "</a></dd></dl>");
}

static void a_hostile_attribute_ends_nothing(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    tpl_spark(&b, &(struct tpl_spark){hostile, hostile}, LANG_VI);
    assert_has(&b, "aria-label=\"" HOSTILE_ATTR "\"><polyline points=\"" HOSTILE_ATTR "\"/></svg>");
    assert_has_not(&b, "<script");
}

static void a_link_that_is_a_script_leads_nowhere(void **state)
{
    (void)state;
    static const char *const links[] = {"javascript:alert(1)", " javascript:alert(1)", "JAVASCRIPT:x",
                                        "data:text/html,x", "java\nscript:x"};
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
        struct tpl_facts_facts fact = {.term = STR("x"), .text = STR("y"), .href = str_of(links[i])};
        tpl_facts(&b, &(struct tpl_facts){&fact, 1}, LANG_VI);
        assert_has(&b, "<a href=\"#\">y</a>");
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct tpl_map_box map = {
        .title = STR("x"), .source = STR("javascript:x"), .worker = STR("/w.js"), .href = hostile};
    tpl_map_box(&b, &map, LANG_VI);
    assert_has(&b, "data-source=\"#\"");
    assert_has(&b, "data-href=\"" HOSTILE_ATTR "\"");
}

static void a_map_carries_its_values_as_json(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/x", "");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_map(&x, &b,
             &(struct map_box){.title = hostile,
                               .source = STR("/api/x"),
                               .values = STR("{\"660\":{\"name\":\"</script><script>\",\"text\":\"59 tổ\"}}"),
                               .plain = STR("<p></p>")});
    assert_has(&b, "<figcaption>" HOSTILE_TEXT "</figcaption>");
    assert_has(&b, "\"text\":\"59 tổ\"}}</script>");
    assert_has(&b, "\\u003c/script\\u003e\\u003cscript\\u003e");
    assert_has_not(&b, "<script>");
    assert_has(&b, "<p></p></div>");
}

static void json_cannot_end_its_script(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct tpl_chart chart = {.title = hostile, .summary = hostile, .data = STR("{\"a\":\"</script><!--<script>\"}")};
    tpl_chart(&b, &chart, LANG_VI);
    assert_has(
        &b,
        "<script type=\"application/json\">{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\"}</script>");
    assert_has(&b, "<figcaption>" HOSTILE_TEXT "</figcaption>");
    assert_has(&b, "aria-label=\"" HOSTILE_ATTR "\"");
    assert_has_not(&b, "<script>");
}

static void numbers_are_written_for_readers_and_for_machines(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    tpl_int(&b, 1234567, LANG_VI), buf_putc(&b, ' '), tpl_int(&b, -1234567, LANG_EN);
    assert_string_equal(buf_cstr(&b), "1.234.567 -1,234,567");
    static const struct {
        double value;
        const char *text;
    } numbers[] = {{0, "0"},    {12.5, "12.5"},    {12.05, "12.05"}, {-0.004, "0"}, {-0.5, "-0.5"},
                   {1e12, "0"}, {33.333, "33.33"}, {NAN, "0"},       {100, "100"},  {99.999, "100"}};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        buf_reset(&b);
        tpl_number(&b, numbers[i].value);
        assert_string_equal(buf_cstr(&b), numbers[i].text);
    }
}

static void messages_fill_their_places_and_heed_the_number(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
    struct tpl_pages one = {.shown = 1, .total = 1, .is_total_known = true}, many = {.shown = 20, .total = 120032};
    tpl_pages(&b, &one, LANG_EN);
    assert_has(&b, "<p>1 of 1 record</p>");
    buf_reset(&b);
    many.is_total_known = true;
    tpl_pages(&b, &many, LANG_EN);
    assert_has(&b, "<p>20 of 120,032 records</p>");
    buf_reset(&b);
    tpl_pages(&b, &many, LANG_VI);
    assert_has(&b, "<p>20 trong tổng số 120.032 hồ sơ</p>");
    buf_reset(&b);
    message_fill(&b, M_search_title_words, LANG_EN, hostile); /* text, which the page escapes */
    assert_has(&b, "“" HOSTILE "”");
    for (size_t i = 0; i < MESSAGE_COUNT; i++) {
        assert_true(message((enum message)i, LANG_VI).n > 0);
        assert_true(message((enum message)i, LANG_EN).n > 0);
    }
}

/* ---- parts */

static void a_table_sorts_by_links_and_says_what_is_unknown(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/registers/units", "q=dak&sortby=-name");
    struct table_column columns[] = {{.title = STR("Tên"), .sort = STR("name"), .is_head = true},
                                     {.title = STR("Số"), .sort = STR("count"), .is_number = true}};
    struct table_cell first[] = {{.text = hostile, .href = STR("/units/1")}, {.text = STR("12")}};
    struct table_cell second[] = {{.text = STR("B")}, {.mark = MARK_SAMPLE}};
    struct table_row rows[] = {{.cells = first, .bar = 12}, {.cells = second, .bar = NAN}};
    struct table t = {.caption = hostile,
                      .columns = columns,
                      .n_columns = 2,
                      .rows = rows,
                      .n_rows = 2,
                      .sorted = STR("-name"),
                      .bar_full = 24};
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_table(&x, &b, &t);
    assert_has(&b,
               "aria-sort=\"descending\"><a class=\"ts-sort\" href=\"/registers/units?q=dak&amp;sortby=name\">Tên</a>");
    assert_has(
        &b,
        "<th scope=\"col\" class=\"ts-number\"><a class=\"ts-sort\" href=\"/registers/units?q=dak&amp;sortby=count\">");
    assert_has(&b, "<th scope=\"row\"><a href=\"/units/1\">" HOSTILE_TEXT "</a></th>");
    assert_has(&b, "<td class=\"ts-number\"><span class=\"ts-unknown\">chưa rõ</span></td>");
    assert_has(&b, "<rect class=\"ts-bar-value\" width=\"50\" height=\"1\"/>");
    assert_has(&b, "<td class=\"ts-bar-cell\"></td></tr></tbody>");
    assert_has_not(&b, "style=");
}

static void pages_lead_on_and_back(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/x", "after=10&q=a%20b");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_pages(&x, &b, &(struct pages){.n_shown = 10, .n_total = -1, .after = STR("10"), .next = STR("2&0")});
    assert_has(&b, "<p>10 hồ sơ ở trang này</p>");
    assert_has(&b, "href=\"/x?q=a%20b\"");
    assert_has(&b, "href=\"/x?q=a%20b&amp;after=2%260\" rel=\"next\"");
}

static void a_chart_leaves_gaps_where_values_are_unknown(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/x", "");
    struct str years[] = {STR("2020"), STR("2021"), STR("2022"), STR("2023")};
    double ranks[] = {54, 41, NAN, 49}, nothing[] = {NAN, NAN, NAN, NAN};
    struct chart_series series[] = {{.name = hostile, .values = ranks, .is_strong = true},
                                    {.name = STR("B"), .values = nothing}};
    struct chart c = {.title = STR("T"),
                      .summary = STR("S"),
                      .labels = years,
                      .n_labels = 4,
                      .series = series,
                      .n_series = 2,
                      .is_rank = true};
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_chart(&x, &b, &c);
    size_t lines = 0, dots = 0;
    for (const char *p = buf_cstr(&b); (p = strstr(p, "<line class=\"ts-line ts-line-strong\" x1=\"0.00%\"")); p++)
        lines++;
    for (const char *p = buf_cstr(&b); (p = strstr(p, "<circle")); p++)
        dots++;
    assert_int_equal(lines, 1); /* 2020 to 2021, and none over the gap */
    assert_int_equal(dots, 3);
    assert_has(&b, "\"values\":[54,41,null,49]");
    assert_has(&b, "\"inverse\":true");
    assert_has(&b, "<td class=\"ts-number\"><span class=\"ts-unknown\">chưa rõ</span></td>"); /* the table beneath */
    assert_has_not(&b, "<script>");

    buf_reset(&b);
    c.n_series = 0, c.n_labels = 0; /* nothing to draw, and nothing breaks */
    part_chart(&x, &b, &c);
    assert_has(&b, "</figure>");
    buf_reset(&b);
    part_spark(&x, &b, nothing, 4, STR("x"));
    assert_int_equal(b.n, 0);
    part_spark(&x, &b, ranks, 4, STR("x"));
    assert_has(&b, "<polyline points=\"2,3 34,21 98,9.92 \"/>");
}

static void a_higher_rank_is_drawn_higher(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/x", "");
    struct str years[] = {STR("2020"), STR("2021")};
    double values[] = {1, 10};
    struct chart_series series = {.name = STR("A"), .values = values, .is_strong = true};
    struct chart c = {
        .labels = years, .n_labels = 2, .series = &series, .n_series = 1, .is_rank = true, .has_table = true};
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_chart(&x, &b, &c);
    assert_has(&b, "x1=\"0.00%\" y1=\"16\" x2=\"100.00%\" y2=\"212\""); /* rank 1 on top */
    buf_reset(&b);
    c.is_rank = false;
    part_chart(&x, &b, &c);
    assert_has(&b, "x2=\"100.00%\" y2=\"16\""); /* a larger value on top */
}

static void numbers_below_each_other_have_as_many_digits(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/", "");
    assert_true(str_is(part_fixed(&x, quantity_of_integer(93), 1), "93,0"));
    assert_true(str_is(part_fixed(&x, quantity_of_double(1234.56, 2), 2), "1.234,56"));
    x.lang = LANG_EN;
    assert_true(str_is(part_fixed(&x, quantity_of_double(1234.5, 2), 2), "1,234.50"));
    assert_int_equal(part_fixed(&x, (struct quantity){0}, 1).n, 0);
}

static void steps_of_a_scale_are_round(void **state)
{
    (void)state;
    assert_float_equal(part_nice_step(100, 5), 20, 1e-9);
    assert_float_equal(part_nice_step(7, 4), 2, 1e-9);
    assert_float_equal(part_nice_step(0.9, 4), 0.5, 1e-9);
}

/* A square of a degree, its lower left corner at x, y. */
static struct shape square_at(struct arena *a, double x, double y)
{
    struct shape s;
    shape_of_box(a, (struct box){x, y, x + 1, y + 1}, &s);
    return s;
}

static void areas_are_shaded_by_value_and_what_is_unknown_is_no_shade(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/", "");
    struct shape shapes[] = {square_at(a, 0, 0), square_at(a, 1, 0), square_at(a, 2, 0)};
    struct area areas[] = {{STR("660"), STR("Huyện Đồi"), STR("12"), 12, &shapes[0]},
                           {STR("661"), STR("Huyện Suối"), STR("95"), 95, &shapes[1]},
                           {STR("662"), hostile, STR(""), NAN, &shapes[2]}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_areas(&x, &b, &(struct areas){.title = STR("Bản đồ"), .summary = hostile, .p = areas, .n = 3});
    assert_has(&b, "viewBox=\"0 0 700 235\"");
    assert_has(&b, "<path class=\"ts-shade-1\" d=\"M1 234l"); /* y grows downwards */
    assert_has(&b, "<path class=\"ts-shade-5\" d=\"M234 234l");
    assert_has(&b, "<path class=\"ts-shade-0\"");
    assert_has(&b, "<title>Huyện Đồi: 12</title>");
    assert_has(&b, "aria-label=\"" HOSTILE_ATTR);
    assert_has_not(&b, "<script");
    buf_reset(&b);
    areas[2].title = STR("Huyện Ba Sông");
    part_areas(&x, &b, &(struct areas){.title = STR("Bản đồ"), .p = areas, .n = 3});
    assert_has(&b, ">Đồi</text>"); /* a word that all begin with says nothing on a map */
    assert_has(&b, ">Ba Sông</text>");
    buf_reset(&b);
    part_areas(
        &x, &b,
        &(struct areas){.title = STR("Bản đồ"), .p = areas, .n = 3, .source = STR("/api/x"), .is_degrees = true});
    assert_has(&b, "data-source=\"/api/x\""); /* what scripts make a map of, by the same shades */
    assert_has(&b, "\"660\":{\"name\":\"Huyện Đồi\",\"text\":\"12\",\"shade\":1");
    assert_has(&b, "\"662\":{\"name\":\"Huyện Ba Sông\",\"text\":\"\",\"shade\":0");
}

static void a_map_of_nothing_is_not_drawn(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/", "");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_areas(&x, &b, &(struct areas){.title = STR("Bản đồ")});
    assert_int_equal(b.n, 0);
}

static void a_table_without_bars_has_no_column_for_them(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct exchange x = exchange_of(a, "/", "");
    struct table_column column = {.title = STR("Tên"), .is_head = true};
    struct table_cell cell = {.text = STR("A")};
    struct table_row rows[] = {{.cells = &cell, .bar = NAN}, {.cells = &cell, .bar = NAN, .is_total = true}};
    struct table t = {.columns = &column, .n_columns = 1, .rows = rows, .n_rows = 2, .bar_full = 1};
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    part_table(&x, &b, &t);
    assert_has_not(&b, "ts-bar");
    assert_has(&b, "<tr class=\"ts-total\">");
    buf_reset(&b);
    rows[0].tick = 0.5;
    part_table(&x, &b, &t);
    assert_has(&b, "<rect class=\"ts-bar-tick\" x=\"49.5\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hostile_text_stays_text),
        cmocka_unit_test(a_hostile_attribute_ends_nothing),
        cmocka_unit_test(a_link_that_is_a_script_leads_nowhere),
        cmocka_unit_test(a_map_carries_its_values_as_json),
        cmocka_unit_test(json_cannot_end_its_script),
        cmocka_unit_test(numbers_are_written_for_readers_and_for_machines),
        cmocka_unit_test(messages_fill_their_places_and_heed_the_number),
        cmocka_unit_test(a_table_sorts_by_links_and_says_what_is_unknown),
        cmocka_unit_test(pages_lead_on_and_back),
        cmocka_unit_test(a_chart_leaves_gaps_where_values_are_unknown),
        cmocka_unit_test(a_higher_rank_is_drawn_higher),
        cmocka_unit_test(numbers_below_each_other_have_as_many_digits),
        cmocka_unit_test(steps_of_a_scale_are_round),
        cmocka_unit_test(areas_are_shaded_by_value_and_what_is_unknown_is_no_shade),
        cmocka_unit_test(a_map_of_nothing_is_not_drawn),
        cmocka_unit_test(a_table_without_bars_has_no_column_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
