/* Geometry as data: WKB, GeoPackage, GeoJSON, WKT and back; damaged blobs; boxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "geo/shape.h"

static const char *const shapes[] = {
    "{\"type\":\"Point\",\"coordinates\":[107.69,12]}",
    "{\"type\":\"Point\",\"coordinates\":[107.69,-0,600.5]}",
    "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1],[2,1e-7]]}",
    "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[9,0],[9,9],[0,0]],[[5,1],[6,1],[6,2],[5,1]]]}",
    "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}",
    "{\"type\":\"MultiLineString\",\"coordinates\":[[[0,0],[1,1]],[[2,2],[3,3],[4,5]]]}",
    "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[9,0],[9,9],[0,0]]],[[[0,0],[1,0],[1,1],[0,0]]]]}",
    "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,2,3]},"
    "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,2]}]}]}",
};

static void read_json(struct arena *a, const char *text, struct shape *s)
{
    struct json *root;
    struct fault f = {0};
    assert_int_equal(json_parse(a, str_of(text), STR(""), &root, &f), OK);
    assert_int_equal(shape_read_geojson(a, root, s, &f), OK);
}

static void assert_geojson(const struct shape *s, const char *expected)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    shape_write_geojson(s, &o);
    json_out_done(&o);
    assert_string_equal(buf_cstr(&b), expected);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf wkb CLEANUP(buf_done) = BUF_INIT(1 << 16);
        struct shape s, again;
        read_json(a, shapes[i], &s);
        assert_geojson(&s, shapes[i]);
        shape_write_wkb(&s, &wkb);
        assert_int_equal(shape_read_blob(a, buf_view(&wkb), &again, NULL), OK);
        assert_geojson(&again, shapes[i]);
    }
}

/* Whatever byte is missing or wrong, the reader stays within the blob (ASan watches) and says so or reads another shape. */
static void damaged_blobs_are_refused_or_read_within_their_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf wkb CLEANUP(buf_done) = BUF_INIT(1 << 16);
        struct shape s;
        struct box box;
        read_json(a, shapes[i], &s);
        shape_write_wkb(&s, &wkb);
        for (size_t n = 0; n < wkb.n; n++) {
            char *part = mem_alloc(n);
            memcpy(part, wkb.p, n);
            assert_int_equal(shape_read_blob(a, str_slice(part, n), &s, NULL), ERR_GEOMETRY_BLOB);
            assert_false(shape_blob_walk(str_slice(part, n), &box));
            free(part);
        }
        for (size_t n = 0; n < wkb.n; n++)
            for (int bit = 0; bit < 8; bit++) {
                char *bad = mem_alloc(wkb.n);
                memcpy(bad, wkb.p, wkb.n);
                bad[n] = (char)(bad[n] ^ 1 << bit);
                enum err e = shape_read_blob(a, str_slice(bad, wkb.n), &s, NULL);
                assert_true(e == OK || e == ERR_GEOMETRY_BLOB);
                shape_blob_walk(str_slice(bad, wkb.n), &box);
                free(bad);
            }
    }
}

static void headers_of_geopackage_and_ewkb_are_understood(void **state)
{
    (void)state;
    static const char gpkg[] = "GP\0\3\xE6\x10\0\0"
                               "\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\x40"
                               "\1\1\0\0\0\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\0\x40";
    static const char ewkb[] = "\1\1\0\0\xA0\xE6\x10\0\0\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\x08\x40";
    static const char big_endian[] = "\0\0\0\0\1\x3F\xF0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct shape s;
    struct box box;
    assert_int_equal(shape_blob_header(str_slice(gpkg, sizeof gpkg - 1)), 40);
    assert_int_equal(shape_read_blob(a, str_slice(gpkg, sizeof gpkg - 1), &s, NULL), OK);
    assert_geojson(&s, "{\"type\":\"Point\",\"coordinates\":[1,2]}");
    assert_true(shape_blob_box(str_slice(gpkg, sizeof gpkg - 1), &box));
    assert_true(box.x_min == 1 && box.x_max == 1 && box.y_min == 2 && box.y_max == 2);
    assert_int_equal(shape_read_blob(a, str_slice(ewkb, sizeof ewkb - 1), &s, NULL), OK);
    assert_geojson(&s, "{\"type\":\"Point\",\"coordinates\":[1,2,3]}");
    assert_int_equal(shape_read_blob(a, str_slice(big_endian, sizeof big_endian - 1), &s, NULL), OK);
    assert_geojson(&s, "{\"type\":\"Point\",\"coordinates\":[1,2]}");
}

static void assert_no_geojson(const char *text, int column)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct json *root;
    struct shape s;
    struct fault f = {0};
    assert_int_equal(json_parse(a, str_of(text), STR(""), &root, &f), OK);
    assert_int_equal(shape_read_geojson(a, root, &s, &f), ERR_GEOMETRY_JSON);
    assert_int_equal(f.column, column);
}

static void geojson_that_is_no_geometry_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_no_geojson("{\"type\":\"Circle\",\"coordinates\":[1,2]}", 9);
    assert_no_geojson("{\"coordinates\":[1,2]}", 1);
    assert_no_geojson("{\"type\":\"Point\"}", 1);
    assert_no_geojson("{\"type\":\"Point\",\"coordinates\":[1]}", 31);
    assert_no_geojson("{\"type\":\"Point\",\"coordinates\":[1,\"2\"]}", 34);
    assert_no_geojson("{\"type\":\"LineString\",\"coordinates\":[[1,2]]}", 36);
    assert_no_geojson("{\"type\":\"LineString\",\"coordinates\":[[1,2],[1,2,3]]}", 43);
    assert_no_geojson("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}", 34);
    assert_no_geojson("{\"type\":\"MultiPoint\",\"coordinates\":[]}", 36);
    assert_no_geojson("{\"type\":\"GeometryCollection\",\"geometries\":[]}", 43);
}

static void a_box_over_the_antimeridian_becomes_two(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct shape s;
    shape_of_box(a, (struct box){150, -10, -150, 10}, &s);
    assert_geojson(&s,
                   "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[150,-10],[180,-10],[180,10],[150,10],[150,-10]]],"
                   "[[[-180,-10],[-150,-10],[-150,10],[-180,10],[-180,-10]]]]}");
    shape_of_box(a, (struct box){1, 2, 3, 4}, &s);
    assert_geojson(&s, "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,2],[3,4],[1,4],[1,2]]]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(damaged_blobs_are_refused_or_read_within_their_bytes),
        cmocka_unit_test(headers_of_geopackage_and_ewkb_are_understood),
        cmocka_unit_test(geojson_that_is_no_geometry_is_refused_with_its_place),
        cmocka_unit_test(a_box_over_the_antimeridian_becomes_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
