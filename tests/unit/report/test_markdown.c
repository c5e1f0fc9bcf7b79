/* Marks survive Markdown wherever they stand, and nothing else gets through as HTML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/markdown.h"

static const struct markdown_mark marks[] = {
    {.html = STR("<data value=\"41\">41</data>"), .plain = STR("41")},
    {.html = STR("<data value=\"63\">63</data>"), .plain = STR("63")},
};

/* @ and $ in the text stand for the marks 0 and 1. */
static void put(struct buf *text, const char *s)
{
    for (; *s; s++) {
        if (*s == '@' || *s == '$')
            mark_put(text, *s == '@' ? 0 : 1);
        else
            buf_putc(text, *s);
    }
}

static void expect_html(const char *markdown, const char *expected)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(10000);
    struct buf out CLEANUP(buf_done) = BUF_INIT(10000);
    put(&text, markdown);
    markdown_html(buf_view(&text), marks, 2, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void a_number_in_a_sentence_becomes_its_html(void **state)
{
    (void)state;
    expect_html("Hạng **@** trên $.", "<p>Hạng <strong><data value=\"41\">41</data></strong> trên "
                                      "<data value=\"63\">63</data>.</p>\n");
}

static void numbers_side_by_side_are_two(void **state)
{
    (void)state;
    expect_html("@$", "<p><data value=\"41\">41</data><data value=\"63\">63</data></p>\n");
}

static void a_number_in_a_table_becomes_its_html(void **state)
{
    (void)state;
    expect_html("| a | b |\n| --- | ---: |\n| x | @ |\n",
                "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
                "<td>x</td>\n<td align=\"right\"><data value=\"41\">41</data></td>\n</tr>\n</tbody>\n</table>\n");
}

static void where_no_html_fits_the_plain_number_stands(void **state)
{
    (void)state;
    expect_html("`@`", "<p><code>41</code></p>\n");
    expect_html("[x](/p/@ \"$\")", "<p><a href=\"/p/41\" title=\"63\">x</a></p>\n");
    expect_html("![hạng @](a.png)", "<p><img src=\"a.png\" alt=\"hạng 41\" /></p>\n");
    expect_html("    @\n", "<pre><code>41\n</code></pre>\n");
}

static void html_and_scripts_in_the_text_are_left_out(void **state)
{
    (void)state;
    expect_html("<b>x</b>", "<p><!-- raw HTML omitted -->x<!-- raw HTML omitted --></p>\n");
    expect_html("[x](javascript:alert(1))", "<p><a href=\"\">x</a></p>\n");
    expect_html("<script>alert(1)</script>", "<!-- raw HTML omitted -->\n");
}

static void a_mark_that_stands_for_nothing_leaves_nothing(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_done) = BUF_INIT(10000);
    struct buf out CLEANUP(buf_done) = BUF_INIT(10000);
    mark_put(&text, 7);
    buf_puts(&text, "x");
    markdown_html(buf_view(&text), marks, 2, &out);
    assert_string_equal(buf_cstr(&out), "<p>x</p>\n");
}

static void a_stray_mark_in_a_text_is_dropped(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_done) = BUF_INIT(10000);
    struct buf clean CLEANUP(buf_done) = BUF_INIT(10000);
    mark_put(&text, 0);
    buf_puts(&text, "Đắk");
    mark_clean(&clean, buf_view(&text));
    assert_string_equal(buf_cstr(&clean), "0Đắk");
}

static void escaped_words_mean_only_themselves(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_done) = BUF_INIT(10000);
    struct buf out CLEANUP(buf_done) = BUF_INIT(10000);
    buf_puts(&text, "| a |\n| --- |\n| ");
    markdown_escape(&text, STR("1|2 *x* _y_ [z](w) <b> `c` \\ &amp; ~k~\nm"));
    buf_puts(&text, " |\n");
    markdown_html(buf_view(&text), NULL, 0, &out);
    assert_non_null(strstr(buf_cstr(&out), "<td>1|2 *x* _y_ [z](w) &lt;b&gt; `c` \\ &amp;amp; ~k~ m</td>"));
}

static void the_tree_has_the_plain_text_of_every_block(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf text CLEANUP(buf_done) = BUF_INIT(10000);
    put(&text, "## Mục @\n\n1. một\n2. hai\n\n| a | b |\n| --- | ---: |\n| x | $ |\n");
    const struct md *top = markdown_tree(a, buf_view(&text), marks, 2);
    assert_int_equal(top->kind, MD_DOCUMENT);
    const struct md *heading = top->child, *list = heading->next, *table = list->next;
    assert_int_equal(heading->kind, MD_HEADING);
    assert_int_equal(heading->level, 2);
    assert_true(str_is(heading->child->text, "Mục 41"));
    assert_int_equal(list->kind, MD_LIST);
    assert_int_equal(list->level, 1);
    assert_non_null(list->child->next);
    assert_null(list->child->next->next);
    assert_int_equal(table->kind, MD_TABLE);
    const struct md *cell = table->child->next->child->next;
    assert_int_equal(cell->align, 'r');
    assert_true(str_is(cell->child->text, "63"));
    assert_null(table->next);
}

static void deep_nesting_is_read_without_recursion(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf text CLEANUP(buf_done) = BUF_INIT(1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_putc(&text, '>');
    buf_puts(&text, " x\n");
    const struct md *top = markdown_tree(a, buf_view(&text), NULL, 0);
    assert_int_equal(top->child->kind, MD_QUOTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_in_a_sentence_becomes_its_html),
        cmocka_unit_test(numbers_side_by_side_are_two),
        cmocka_unit_test(a_number_in_a_table_becomes_its_html),
        cmocka_unit_test(where_no_html_fits_the_plain_number_stands),
        cmocka_unit_test(html_and_scripts_in_the_text_are_left_out),
        cmocka_unit_test(a_mark_that_stands_for_nothing_leaves_nothing),
        cmocka_unit_test(a_stray_mark_in_a_text_is_dropped),
        cmocka_unit_test(escaped_words_mean_only_themselves),
        cmocka_unit_test(the_tree_has_the_plain_text_of_every_block),
        cmocka_unit_test(deep_nesting_is_read_without_recursion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
