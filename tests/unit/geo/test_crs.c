/* Coordinate systems: found by their names, and points of Đắk Nông between WGS 84 and VN-2000. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "geo/crs.h"

static struct crs_pool *pool;

static int open_pool(void **state)
{
    (void)state;
    pool = crs_pool_new();
    return 0;
}

static int close_pool(void **state)
{
    (void)state;
    crs_pool_free(pool);
    return 0;
}

static const struct crs *crs(const char *name)
{
    const struct crs *c = NULL;
    struct fault f = {0};
    assert_int_equal(crs_find(str_of(name), &c, &f), OK);
    return c;
}

static void moved(const char *from, const char *to, double x, double y, double *ret_x, double *ret_y)
{
    double at[] = {x, y};
    struct shape point = {.kind = SHAPE_POINT, .n = 1, .at = at};
    struct fault f = {0};
    assert_int_equal(crs_transform(pool, crs(from), crs(to), &point, &f), OK);
    *ret_x = at[0];
    *ret_y = at[1];
}

/* The worked example of the survey department's seven parameters (EPSG:6960): within a centimetre. */
static void a_point_of_dak_nong_has_its_vn_2000_coordinates(void **state)
{
    (void)state;
    double e, n, lon, lat;
    moved("OGC:CRS84", "EPSG:9218", 107.6870, 12.0030, &e, &n);
    assert_true(fabs(e - 411274.539) < 0.01);
    assert_true(fabs(n - 1327528.064) < 0.01);
    moved("EPSG:9218", "OGC:CRS84", e, n, &lon, &lat);
    assert_true(fabs(lon - 107.6870) < 1e-8 && fabs(lat - 12.0030) < 1e-8);
    /* Lâm Đồng's zone is another one: eighty kilometres lie between them. */
    moved("OGC:CRS84", "EPSG:5899", 107.6870, 12.0030, &e, &n);
    assert_true(fabs(e - 492944.897) < 0.01);
}

static void names_are_uris_codes_and_curies(void **state)
{
    (void)state;
    assert_ptr_equal(crs("http://www.opengis.net/def/crs/EPSG/0/9218"), crs("EPSG:9218"));
    assert_ptr_equal(crs("https://www.opengis.net/def/crs/EPSG/0/9218"), crs("[epsg:9218]"));
    assert_ptr_equal(crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84"), crs_wgs84());
    assert_true(crs("EPSG:4326")->is_north_first);
    assert_false(crs_wgs84()->is_north_first);
    static const char *const wrong[] = {"",     "EPSG:",      "EPSG:99999",
                                        "4326", "[EPSG:4326", "http://www.opengis.net/def/crs/EPSG/0/"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const struct crs *c = NULL;
        assert_int_equal(crs_find(str_of(wrong[i]), &c, NULL), ERR_CRS_UNKNOWN);
        assert_null(c);
    }
}

static void every_system_of_the_list_is_known_to_proj(void **state)
{
    (void)state;
    size_t n;
    const struct crs *list = crs_list(&n);
    for (size_t i = 0; i < n; i++) {
        double at[] = {107.5, 12.2, 108.0, 11.9};
        struct shape line = {.kind = SHAPE_LINESTRING, .n = 2, .at = at};
        struct fault f = {0};
        assert_int_equal(crs_transform(pool, crs_wgs84(), &list[i], &line, &f), OK);
        assert_int_equal(crs_transform(pool, &list[i], crs_wgs84(), &line, &f), OK);
        assert_true(fabs(at[0] - 107.5) < 1e-7 && fabs(at[3] - 11.9) < 1e-7);
    }
}

static void a_point_outside_of_a_system_is_refused(void **state)
{
    (void)state;
    double at[] = {107.5, 912.0};
    struct shape point = {.kind = SHAPE_POINT, .n = 1, .at = at};
    struct fault f = {0};
    assert_int_equal(crs_transform(pool, crs_wgs84(), crs("EPSG:9218"), &point, &f), ERR_CRS_POINT);
    assert_int_equal(f.code, ERR_CRS_POINT);
}

static void a_box_is_the_box_around_its_outline(void **state)
{
    (void)state;
    struct box box = {107.2, 11.7, 108.2, 12.9};
    struct fault f = {0};
    assert_int_equal(crs_transform_box(pool, crs_wgs84(), crs("EPSG:9218"), &box, &f), OK);
    double x, y;
    for (int i = 0; i <= 10; i++)
        for (int k = 0; k <= 12; k++) {
            moved("OGC:CRS84", "EPSG:9218", 107.2 + 0.1 * i, 11.7 + 0.1 * k, &x, &y);
            assert_true(x > box.x_min - 10 && x < box.x_max + 10 && y > box.y_min - 10 && y < box.y_max + 10);
        }
}

static void axes_are_swapped_in_every_part(void **state)
{
    (void)state;
    double a[] = {1, 2, 3, 4, 5, 6, 1, 2};
    struct shape ring = {.kind = SHAPE_LINESTRING, .n = 4, .at = a};
    struct shape polygon = {.kind = SHAPE_POLYGON, .n = 1, .parts = &ring};
    shape_swap_axes(&polygon);
    assert_true(a[0] == 2 && a[1] == 1 && a[6] == 2 && a[7] == 1);
    double z[] = {1, 2, 9};
    struct shape point = {.kind = SHAPE_POINT, .has_z = true, .n = 1, .at = z};
    shape_swap_axes(&point);
    assert_true(z[0] == 2 && z[1] == 1 && z[2] == 9);
}

static void a_system_knows_where_it_is_meant_to_be_used(void **state)
{
    (void)state;
    struct fault f = {0};
    struct box vn, world;
    assert_int_equal(crs_area(pool, crs("EPSG:9218"), &vn, &f), OK);
    assert_true(vn.x_min > 102 && vn.x_max < 118 && vn.y_min > 7 && vn.y_max < 24 && vn.x_min < vn.x_max);
    assert_int_equal(crs_area(pool, crs("EPSG:4326"), &world, &f), OK);
    assert_true(world.x_min == -180 && world.y_max == 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_of_dak_nong_has_its_vn_2000_coordinates),
        cmocka_unit_test(names_are_uris_codes_and_curies),
        cmocka_unit_test(every_system_of_the_list_is_known_to_proj),
        cmocka_unit_test(a_point_outside_of_a_system_is_refused),
        cmocka_unit_test(a_box_is_the_box_around_its_outline),
        cmocka_unit_test(axes_are_swapped_in_every_part),
        cmocka_unit_test(a_system_knows_where_it_is_meant_to_be_used),
    };
    return cmocka_run_group_tests(tests, open_pool, close_pool);
}
