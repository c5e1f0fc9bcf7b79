/* The geometries of a filter, taken to another system: every one, boxes too, and nothing else. */
#include "support.h"

static enum err one_east(void *context, struct shape *s, struct fault *f)
{
    ++*(int *)context;
    if (s->kind != SHAPE_POINT && s->kind != SHAPE_LINESTRING) {
        for (size_t i = 0; i < s->n; i++) {
            int ignored = 0;
            assert_int_equal(one_east(&ignored, &s->parts[i], f), OK);
        }
        return OK;
    }
    size_t stride = s->has_z ? 3 : 2;
    for (size_t i = 0; i < s->n; i++)
        s->at[i * stride] += 1;
    return OK;
}

static void every_geometry_is_moved_once(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *moved;
        int n;
    } cases[] = {
        {"S_INTERSECTS(g, POINT(1 2))", "S_INTERSECTS(g, POINT(2 2))", 1},
        {"S_INTERSECTS(g, POINT Z(1 2 3))", "S_INTERSECTS(g, POINT Z(2 2 3))", 1},
        {"a = 1 AND NOT S_WITHIN(LINESTRING(0 0,1 1), g)", "a = 1 AND NOT S_WITHIN(LINESTRING(1 0,2 1), g)", 1},
        {"S_INTERSECTS(g, BBOX(0,0,1,1))", "S_INTERSECTS(g, POLYGON((1 0,2 0,2 1,1 1,1 0)))", 1},
        {"S_EQUALS(POINT(1 1), POINT(2 2)) OR S_TOUCHES(g, POINT(3 3))",
         "S_EQUALS(POINT(2 1), POINT(3 2)) OR S_TOUCHES(g, POINT(4 3))", 3},
        {"a = 1", "a = 1", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct fault f = {0};
        int n = 0;
        struct cql2 *q = parse(a, str_of(cases[i].filter));
        assert_int_equal(cql2_shapes(a, q, one_east, &n, &f), OK);
        assert_int_equal(n, cases[i].n);
        assert_str(print_text(a, q), print_text(a, parse(a, str_of(cases[i].moved))));
        assert_str(print_json(a, parse_json(a, print_json(a, q))), print_json(a, q));
    }
}

static enum err refuse(void *context, struct shape *s, struct fault *f)
{
    (void)context, (void)s;
    return FAULT(f, ERR_CRS_POINT, {"point", STR("9 9")}, {"crs", STR("x")});
}

static void what_cannot_be_moved_is_told_with_its_place(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fault f = {0};
    struct cql2 *q = parse(a, STR("a = 1 AND\n S_INTERSECTS(g, POINT(9 9))"));
    assert_int_equal(cql2_shapes(a, q, refuse, NULL, &f), ERR_CRS_POINT);
    assert_int_equal(f.line, 2);
    assert_true(f.column > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_geometry_is_moved_once),
        cmocka_unit_test(what_cannot_be_moved_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
