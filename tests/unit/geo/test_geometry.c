/* Relations between geometries, prepared and not, collections and crossed polygons among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "geo/geometry.h"

static struct geometry_context *gc;

static int open_context(void **state)
{
    (void)state;
    gc = geometry_context_new();
    return 0;
}

static int close_context(void **state)
{
    (void)state;
    geometry_context_free(gc);
    return 0;
}

static struct geometry *wkt(const char *text)
{
    struct geometry *g = NULL;
    struct fault f = {0};
    assert_int_equal(geometry_read_wkt(gc, str_of(text), &g, &f), OK);
    return g;
}

/* The relations that hold, as letters: i e d t w o x c in the order of the enum; ? where there is no answer. */
static void assert_relations(const char *a_text, const char *b_text, const char *expected)
{
    static const char letters[] = "iedtwoxc";
    for (int prepared = 0; prepared < 3; prepared++) {
        struct geometry *a = wkt(a_text), *b = wkt(b_text);
        char found[2 * GEOMETRY_RELATIONS + 1] = "";
        if (prepared)
            geometry_prepare(prepared == 1 ? a : b);
        for (int r = 0; r < GEOMETRY_RELATIONS; r++) {
            bool holds = false;
            enum err e = geometry_relate((enum geometry_relation)r, a, b, &holds, NULL);
            size_t n = strlen(found);
            if (e != OK)
                found[n++] = '?';
            if (e != OK || holds)
                found[n++] = letters[r];
            found[n] = 0;
        }
        if (strcmp(found, expected) != 0)
            print_error("%s, %s (%d)\n", a_text, b_text, prepared);
        assert_string_equal(found, expected);
        geometry_free(a);
        geometry_free(b);
    }
}

static void relations_hold_as_defined(void **state)
{
    (void)state;
    static const char square[] = "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))";
    assert_relations(square, square, "iewc");
    assert_relations(square, "POINT(2 2)", "ic");
    assert_relations("POINT(2 2)", square, "iw");
    assert_relations(square, "POINT(0 2)", "it");
    assert_relations(square, "POINT(9 9)", "d");
    assert_relations(square, "POLYGON((2 2, 6 2, 6 6, 2 6, 2 2))", "io");
    assert_relations(square, "POLYGON((4 0, 8 0, 8 4, 4 4, 4 0))", "it");
    assert_relations(square, "LINESTRING(-1 2, 5 2)", "ix");
    assert_relations(square, "LINESTRING(1 2, 3 2)", "ic");
    assert_relations("LINESTRING(0 0, 4 4)", "LINESTRING(0 4, 4 0)", "ix");
    assert_relations("LINESTRING(0 0, 4 4)", "LINESTRING(4 4, 0 0)", "iewc");
}

static void collections_of_mixed_kinds_take_part_where_they_can(void **state)
{
    (void)state;
    static const char square[] = "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))";
    assert_relations(square, "GEOMETRYCOLLECTION(POINT(2 2), LINESTRING(1 1, 2 1))", "i?t?o?xc");
    assert_relations("GEOMETRYCOLLECTION(POINT(9 9), POLYGON((0 0, 4 0, 4 4, 0 4, 0 0)))", "POINT(9 9)", "i?t?o?xc");
    assert_relations("GEOMETRYCOLLECTION(POINT(9 9), LINESTRING(0 0, 1 1))",
                     "GEOMETRYCOLLECTION(LINESTRING(1 1, 0 0), POINT(9 9))", "ie?tw?o?xc");
    assert_relations(square, "GEOMETRYCOLLECTION(POINT(0 2), LINESTRING(0 0, 0 4))",
                     "i"
                     "t"); /* on the edge only */
    assert_relations(square, "GEOMETRYCOLLECTION(POINT(2 2))", "ic");
}

static void a_polygon_that_crosses_itself_is_named_and_still_answers(void **state)
{
    (void)state;
    struct buf why CLEANUP(buf_done) = BUF_INIT(1 << 10);
    struct geometry *bow = wkt("POLYGON((0 0, 4 4, 4 0, 0 4, 0 0))"),
                    *square = wkt("POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))");
    bool holds = false;
    assert_false(geometry_is_valid(bow, &why));
    assert_non_null(strstr(buf_cstr(&why), "Self-intersection"));
    assert_true(geometry_is_valid(square, NULL));
    assert_int_equal(geometry_relate(GEOMETRY_INTERSECTS, bow, square, &holds, NULL), OK);
    assert_true(holds);
    assert_true(geometry_area(square) == 16);
    geometry_free(bow);
    geometry_free(square);
}

static void geometries_are_written_and_read(void **state)
{
    (void)state;
    struct buf wkb CLEANUP(buf_done) = BUF_INIT(1 << 10), text CLEANUP(buf_done) = BUF_INIT(1 << 10);
    struct geometry *g = wkt("POLYGON Z((0 0 1, 4 0 1, 4 4 1, 0 0 1))"), *again = NULL;
    geometry_write_wkb(g, &wkb);
    assert_int_equal(geometry_read_blob(gc, buf_view(&wkb), &again, NULL), OK);
    geometry_write_wkt(again, &text);
    assert_string_equal(buf_cstr(&text), "POLYGON Z((0 0 1, 4 0 1, 4 4 1, 0 0 1))");
    struct box box = geometry_box(again);
    assert_true(box.x_min == 0 && box.x_max == 4 && box.y_min == 0 && box.y_max == 4);
    geometry_free(g);
    geometry_free(again);
    struct fault f = {0};
    assert_int_equal(geometry_read_wkt(gc, STR("POINT(1"), &g, &f), ERR_GEOMETRY_WKT);
    assert_int_equal(geometry_read_blob(gc, STR("\1\1"), &g, &f), ERR_GEOMETRY_BLOB);
}

static enum err read_nested(const char *open, const char *inner, int depth)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 21);
    for (int i = 0; i < depth; i++)
        buf_puts(&b, open);
    buf_puts(&b, inner);
    for (int i = 0; i < depth; i++)
        buf_putc(&b, ')');
    struct geometry *g = NULL;
    enum err e = geometry_read_wkt(gc, buf_view(&b), &g, NULL);
    geometry_free(g);
    return e;
}

/* GEOS alone recurses until the stack is full: a cell of a file is long enough for that. */
static void wkt_of_any_depth_and_length_is_read_or_refused(void **state)
{
    (void)state;
    assert_int_equal(read_nested("GEOMETRYCOLLECTION(", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", 9), OK);
    assert_int_equal(read_nested("GEOMETRYCOLLECTION(", "POINT(1 2)", 40000), ERR_GEOMETRY_WKT);
    assert_int_equal(read_nested("GEOMETRYCOLLECTION(", "POINT(1 2)", 60000), ERR_GEOMETRY_WKT); /* over 1 MiB */
    assert_int_equal(read_nested("(", "", 100000), ERR_GEOMETRY_WKT);
}

static void wkt_without_a_place_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "POINT EMPTY",
                                        "POLYGON EMPTY",
                                        "GEOMETRYCOLLECTION EMPTY",
                                        "POINT(1)",
                                        "POINT(1 2",
                                        "POINT(nan 2)",
                                        "POINT(1 inf)",
                                        "POINT(1 2)x",
                                        "POINT(1 2), POINT(3 4)",
                                        "POINT(1 2))",
                                        ")",
                                        "CIRCLE(1 2)",
                                        "LINESTRING(0 0, inf 1)"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct geometry *g = NULL;
        if (geometry_read_wkt(gc, str_of(wrong[i]), &g, NULL) != ERR_GEOMETRY_WKT)
            fail_msg("“%s” is not refused", wrong[i]);
        assert_null(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations_hold_as_defined),
        cmocka_unit_test(collections_of_mixed_kinds_take_part_where_they_can),
        cmocka_unit_test(a_polygon_that_crosses_itself_is_named_and_still_answers),
        cmocka_unit_test(geometries_are_written_and_read),
        cmocka_unit_test(wkt_of_any_depth_and_length_is_read_or_refused),
        cmocka_unit_test(wkt_without_a_place_is_refused),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
