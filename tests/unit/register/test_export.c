/* Export: what stands in the file is what was there, and nothing of it that may not be. */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/sandbox.h"
#include "register/export.h"
#include "register/geofile.h"

static const char people_yaml[] = "register: people\n"
                                  "title: {vi: Người, en: People}\n"
                                  "key: [code]\n"
                                  "fields:\n"
                                  "  code: {type: string, title: Mã, required: true}\n"
                                  "  name: {type: string, title: Tên, privacy: basic-personal}\n"
                                  "  illness: {type: string, title: Bệnh, privacy: sensitive}\n"
                                  "  note: {type: text, title: Ghi chú}\n"
                                  "  remark: {type: string, title: ghi chu}\n"
                                  "  sex: {type: code, title: Giới, codes: {m: Nam, f: {vi: Nữ, en: Female}, n: nu}}\n";

static const char parks_yaml[] = "register: parks\n"
                                 "title: Vườn\n"
                                 "key: [code]\n"
                                 "fields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  opened: {type: date, title: Mở}\n"
                                 "  seen: {type: timestamp, title: Lúc}\n"
                                 "  tags: {type: array, of: string, title: Nhãn}\n"
                                 "  edge: {type: geometry, title: Ranh giới, kind: any, crs: EPSG:9216}\n";

static int set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    struct text_file files[ARRAY_LEN(standard_files) + 2];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/people.yaml", people_yaml};
    files[ARRAY_LEN(standard_files) + 1] = (struct text_file){"registers/parks.yaml", parks_yaml};
    if (declare(x, files, ARRAY_LEN(files), NULL) != OK) {
        show(&x->list);
        return -1;
    }
    return put(x, "people",
               "code,name,illness,note,remark,sex\n"
               "001,Người Một,ho,=1+1,'=x,m\n"
               "002,Người Hai,,\"a, b\",'s,f\n"
               "003,,,\"dòng một\ndòng hai\",-5,n\n",
               NULL) != OK ||
           put(x, "parks",
               "code,opened,seen,tags,edge\n"
               "01,2022-06-30,2022-06-30T01:00:00Z,a|b,\"POLYGON((500000 1300000,501000 1300000,501000 1301000,500000 "
               "1300000))\"\n"
               "02,,,,POINT(500000 1300000)\n",
               NULL) != OK;
}

/* The folder has the database, and what a test left. */
static int tear_down(void **state)
{
    struct fixture *x = *state;
    DIR *d = opendir(x->folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strncmp(e->d_name, "out.", 4) == 0)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    return fixture_tear_down(state);
}

static const char *path_of(struct fixture *x, const char *ending)
{
    return arena_printf(x->a, "%s/out.%s", x->folder, ending);
}

static enum err export_to(struct fixture *x, const char *reg, const char *ending, struct export_options o,
                          struct export_result *r)
{
    o.path = path_of(x, ending);
    x->f = (struct fault){0};
    return export_run(x->s, province_register(x->s->province, str_of(reg)), &o, r, &x->f);
}

static const char *text_of(struct fixture *x, const char *ending)
{
    struct str text;
    assert_int_equal(file_read(x->a, path_of(x, ending), 1 << 20, &text, NULL), OK);
    return text.p;
}

/* Nothing but the database and files called out.*: no temporary file or folder is left. */
static void assert_tidy(struct fixture *x)
{
    DIR *d = opendir(x->folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        if (strncmp(e->d_name, "x.", 2) != 0 && strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            (strncmp(e->d_name, "out.", 4) != 0 || strstr(e->d_name, "tmp")))
            fail_msg("%s was left behind", e->d_name);
    closedir(d);
}

/* ---- CSV ---- */

static void csv_has_a_mark_titles_and_values_as_they_are_read(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    assert_int_equal(
        export_to(x, "people", "csv", (struct export_options){.has_personal = true, .has_sensitive = true}, &r), OK);
    assert_string_equal(text_of(x, "csv"), "\xEF\xBB\xBFMã,Tên,Bệnh,note,remark,Giới\r\n"
                                           "001,Người Một,ho,\"'=1+1\",\"''=x\",m\r\n"
                                           "002,Người Hai,,\"a, b\",'s,f\r\n"
                                           "003,,,\"dòng một\ndòng hai\",-5,n\r\n");
    assert_int_equal(r.n, 3);
    assert_int_equal(r.n_left_out, 0);
    assert_tidy(x);
}

static void a_formula_sign_is_taken_away_again_exactly(void **state)
{
    (void)state;
    static const char *const cells[] = {"=1", "'=1", "''=1",    "'s", "'",     "",       "-5",
                                        "-x", "'-5", "+84 912", "@a", "of:=1", "'of:=1", "a'=1"};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(100);
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct csv csv;
        struct str *row;
        size_t n;
        bool is_end;
        csv_cell_guarded(&b, str_of(cells[i]), ',');
        buf_puts(&b, ",x");
        csv_init(&csv, a, buf_view(&b), ',');
        assert_int_equal(csv_next(&csv, &row, &n, &is_end, NULL), OK);
        assert_int_equal(n, 2);
        assert_false(csv_is_formula(row[0]));
        struct str back = csv_unguard(row[0]);
        if (!str_eq(back, str_of(cells[i])))
            fail_msg("“%s” came back as “%.*s”", cells[i], STR_ARG(back));
    }
}

static void what_was_exported_and_put_again_changes_nothing(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    int64_t rev = 7;
    assert_int_equal(put(x, "farms",
                         "code,head,unit,area,crop,card,tags,spell,is_poor,seen_on,at,place\n"
                         "H1,Y "
                         "Bin,11,0.30000000000000004,coffee,0012,a|b,2020-01-01/"
                         "..,true,2024-02-29,2022-03-05T01:30:00.25Z,POINT(107.1 12.5)\n"
                         "H2,,12,-0,,,,../2021-01-01,false,2024-01-01,,\n",
                         NULL),
                     OK);
    struct export_options o = {.has_ids = true, .has_personal = true, .has_sensitive = true};
    assert_int_equal(export_to(x, "farms", "csv", o, &r), OK);
    assert_int_equal(put(x, "farms", text_of(x, "csv"), &rev), OK);
    assert_int_equal(rev, 0);
}

static void numbers_of_a_csv_read_only_one_way(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    int64_t rev = 7;
    assert_int_equal(put(x, "farms",
                         "code,area,seen_on\nH1,1.234,2024-01-01\nH2,1e-7,2024-01-01\nH3,1.5e-9,2024-01-01\n"
                         "H4,250000000000000000000000,2024-01-01\nH5,1.7976931348623157e308,2024-01-01\n"
                         "H6,5e-324,2024-01-01\nH7,1.25,2024-01-01\nH8,0.123,2024-01-01\n",
                         NULL),
                     OK);
    struct export_options o = {.has_ids = true, .fields = STR("area,code,seen_on"), .sort = STR("code")};
    assert_int_equal(export_to(x, "farms", "csv", o, &r), OK);
    const char *text = text_of(x, "csv");
    assert_non_null(strstr(text, "\n1.2340,H1,"));
    assert_non_null(strstr(text, "\n0.0000001,H2,"));
    assert_non_null(strstr(text, "\n0.0000000015,H3,"));
    assert_non_null(strstr(text, "\n250000000000000000000000,H4,"));
    assert_non_null(strstr(text, "\n1.25,H7,"));
    assert_non_null(strstr(text, "\n0.1230,H8,"));
    assert_int_equal(put(x, "farms", text, &rev), OK);
    assert_int_equal(rev, 0);
}

static void filter_and_fields_choose(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    struct export_options o = {
        .filter = STR("code > '001'"), .fields = STR("sex, code,sex"), .sort = STR("-code"), .has_ids = true};
    assert_int_equal(export_to(x, "people", "csv", o, &r), OK);
    assert_string_equal(text_of(x, "csv"), "\xEF\xBB\xBFsex,code\r\nn,003\r\nf,002\r\n");
    o.fields = STR("cod");
    assert_int_equal(export_to(x, "people", "csv", o, &r), ERR_FIELD_UNKNOWN);
    o = (struct export_options){.filter = STR("code >")};
    assert_int_not_equal(export_to(x, "people", "csv", o, &r), OK);
    assert_string_equal(text_of(x, "csv"),
                        "\xEF\xBB\xBFsex,code\r\nn,003\r\nf,002\r\n"); /* a refused export leaves the old file */
}

static void an_earlier_moment_is_exported_as_it_was(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)x->s->head);
    assert_int_equal(put(x, "people", "code,remark\n004,mới\n", NULL), OK);
    assert_int_equal(export_to(x, "people", "csv", (struct export_options){0}, &r), OK);
    assert_int_equal(r.n, 4);
    assert_int_equal(store_at(x->s, str_of(at), &x->f), OK);
    assert_int_equal(export_to(x, "people", "csv", (struct export_options){0}, &r), OK);
    assert_int_equal(r.n, 3);
}

/* ---- what may be shown ---- */

static void personal_fields_are_left_out_and_told(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    assert_int_equal(export_to(x, "people", "csv", (struct export_options){0}, &r), OK);
    assert_null(strstr(text_of(x, "csv"), "Người"));
    assert_null(strstr(text_of(x, "csv"), "ho"));
    assert_int_equal(r.n_left_out, 2);
    assert_int_equal(r.left_out[0], 1);
    assert_int_equal(r.left_out[1], 2);
    assert_int_equal(export_to(x, "people", "csv", (struct export_options){.has_personal = true}, &r), OK);
    assert_non_null(strstr(text_of(x, "csv"), "Người Một"));
    assert_null(strstr(text_of(x, "csv"), ",ho,"));
    assert_int_equal(r.n_left_out, 1);
    assert_int_equal(export_to(x, "people", "csv", (struct export_options){.has_sensitive = true}, &r), OK);
    assert_int_equal(r.n_left_out, 2);
}

static void a_personal_field_asked_for_is_refused(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    struct export_options o = {.fields = STR("code,name")};
    assert_int_equal(export_to(x, "people", "csv", o, &r), ERR_EXPORT_PRIVATE);
    o = (struct export_options){.fields = STR("illness"), .has_personal = true};
    assert_int_equal(export_to(x, "people", "csv", o, &r), ERR_EXPORT_PRIVATE);
    assert_false(file_exists(path_of(x, "csv")));
}

static void a_file_with_personal_data_is_its_owners_alone(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    static const char *const endings[] = {"csv", "xlsx"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct stat st;
        assert_int_equal(export_to(x, "people", endings[i], (struct export_options){.has_personal = true}, &r), OK);
        assert_int_equal(stat(path_of(x, endings[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

/* ---- formats ---- */

static void the_ending_chooses_and_others_are_refused(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    static const char *const bad[] = {"txt", "zip", "xlsm", "xls", "csv.gz", ""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(export_to(x, "people", bad[i], (struct export_options){0}, &r), ERR_EXPORT_FORMAT);
    assert_int_equal(export_to(x, "people", "CSV", (struct export_options){0}, &r), OK);
}

static void without_geometry_there_is_no_map(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    static const char *const maps[] = {"geojson", "gpkg", "shp.zip", "gml"};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        assert_int_equal(export_to(x, "people", maps[i], (struct export_options){0}, &r), ERR_EXPORT_GEOMETRY);
    assert_int_equal(export_to(x, "parks", "shp.zip", (struct export_options){0}, &r), ERR_EXPORT_KIND);
}

static void coordinate_systems_are_for_those_that_take_them(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    assert_int_equal(export_to(x, "farms", "csv", (struct export_options){.crs = STR("EPSG:9216")}, &r),
                     ERR_EXPORT_CRS);
    assert_int_equal(export_to(x, "farms", "geojson", (struct export_options){.crs = STR("EPSG:9216")}, &r),
                     ERR_EXPORT_CRS);
    assert_int_equal(export_to(x, "farms", "geojson", (struct export_options){.crs = STR("EPSG:4326")}, &r), OK);
    static const char *const bad[] = {"9216", "EPSG:", "EPSG:12x4", "EPSG:4326 -sql x", "epsg:9216", "EPSG:12345678"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(export_to(x, "farms", "gpkg", (struct export_options){.crs = str_of(bad[i])}, &r),
                         ERR_EXPORT_CRS);
}

static void geojson_is_rfc_7946(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    struct json *root;
    assert_int_equal(
        put(x, "farms",
            "code,head,seen_on,tags,place\nH1,\"Y \"\"Bin\"\"\",2024-01-01,a|b,POINT(107.1 12.5)\nH2,,2024-01-01,,\n",
            NULL),
        OK);
    assert_int_equal(export_to(x, "farms", "geojson", (struct export_options){0}, &r), OK);
    assert_int_equal(json_parse(x->a, str_of(text_of(x, "geojson")), STR("out"), &root, &x->f), OK);
    assert_true(str_is(json_get(root, "type")->string, "FeatureCollection"));
    const struct json *features = json_get(root, "features");
    assert_int_equal(features->n, 2);
    const struct json *second = &features->items[0], *first = &features->items[1]; /* by head: without one first */
    assert_true(str_is(json_get(first, "id")->string, "H1"));
    assert_int_equal(json_get(second, "geometry")->kind, J_NULL);
    assert_true(json_get(json_get(first, "geometry"), "coordinates")->items[0].number == 107.1);
    const struct json *p = json_get(first, "properties");
    assert_true(str_is(json_get(p, "head")->string, "Y \"Bin\""));
    assert_int_equal(json_get(p, "tags")->n, 2);
    assert_null(json_get(p, "place"));
    assert_true(json_get(root, "revision")->number == (double)x->s->at);
}

/* ---- through ogr2ogr ---- */

static void need_ogr2ogr(void)
{
    if (!file_exists("/usr/bin/ogr2ogr")) {
        print_message("skipped: ogr2ogr (package gdal-bin) is not installed\n");
        skip();
    }
}

static const char *back(struct fixture *x, const char *ending, const char *crs, struct geofile_table *t)
{
    const char *folder;
    struct str text;
    assert_int_equal(geofile_folder(x->a, path_of(x, "x"), &folder, &x->f), OK);
    enum err e = geofile_to_csv(x->a, path_of(x, ending), folder, STR(""), str_of(crs), t, &x->f);
    if (e != OK) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(8192);
        fault_print(&x->f, LANG_EN, &b);
        print_message("%s\n", buf_cstr(&b));
    }
    assert_int_equal(e, OK);
    struct str whole;
    struct digest d;
    assert_int_equal(file_read(x->a, path_of(x, ending), 1 << 20, &whole, NULL), OK);
    sha256(whole, &d);
    assert_true(digest_eq(&d, &t->digest));
    assert_int_equal(file_read(x->a, t->path, 1 << 20, &text, NULL), OK);
    geofile_folder_remove(folder);
    assert_false(file_exists(folder));
    return text.p;
}

static void geographic_files_come_back(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    struct geofile_table t;
    need_ogr2ogr();
    static const char *const endings[] = {"gpkg", "gml", "geojson"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        enum err e = export_to(x, "parks", endings[i], (struct export_options){0}, &r);
        if (e == ERR_SANDBOX_MISSING)
            skip();
        assert_int_equal(e, OK);
        assert_int_equal(r.n, 2);
        assert_tidy(x);
        const char *csv = back(x, endings[i], "EPSG:9216", &t);
        assert_true(t.has_geometry);
        assert_int_equal(strncmp(csv, "WKT,", 4), 0);
        assert_non_null(strstr(csv, ",2022-06-30,2022-06-30T01:00:00Z,a|b"));
        if (strcmp(endings[i], "geojson") != 0) /* rounded to 7 decimals of a degree there */
            assert_non_null(strstr(csv, "500000 1300000"));
        if (strcmp(endings[i], "gml") != 0) /* its reader goes by the schema beside it, which is not copied */
            assert_non_null(strstr(csv, ",01,"));
    }
}

static void a_sheet_of_opendocument_comes_back(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    struct geofile_table t;
    need_ogr2ogr();
    enum err e = export_to(x, "people", "ods", (struct export_options){.has_personal = true}, &r);
    if (e == ERR_SANDBOX_MISSING)
        skip();
    assert_int_equal(e, OK);
    assert_tidy(x);
    const char *csv = back(x, "ods", "", &t);
    assert_false(t.has_geometry);
    /* Nữ and nu cannot be told apart without accents: both stand by their codes. Texts are guarded, as import expects of a CSV. */
    assert_string_equal(csv, "Mã,Tên,note,remark,Giới\r\n"
                             "001,Người Một,\"'=1+1\",\"''=x\",Nam\r\n"
                             "002,Người Hai,\"a, b\",'s,f\r\n"
                             "003,,\"dòng một\ndòng hai\",-5,n\r\n");
}

static void what_a_killed_export_left_is_taken_away_later(void **state)
{
    struct fixture *x = *state;
    struct export_result r;
    const char *left = arena_printf(x->a, "%s.4194999.tmp", path_of(x, "csv")); /* no process has that number */
    assert_int_equal(file_write_atomic(left, STR("x"), 0600, &x->f), OK);
    assert_int_equal(export_to(x, "people", "csv", (struct export_options){.has_personal = true}, &r), OK);
    assert_false(file_exists(left));
    const char *folder;
    static const char *const names[] = {".tinhso-killed", ".tinhso-atwork", ".tinhso-others-thing", "tinhso-killed0"};
    struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *path = arena_printf(x->a, "%s/%s", x->folder, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(file_write_atomic(arena_printf(x->a, "%s/rows.csv", path), STR("x"), 0600, &x->f), OK);
        if (i != 1)
            assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    assert_int_equal(geofile_folder(x->a, path_of(x, "ods"), &folder, &x->f), OK);
    geofile_folder_remove(folder);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *path = arena_printf(x->a, "%s/%s", x->folder, names[i]);
        assert_int_equal(file_exists(path), i != 0);
        geofile_folder_remove(path);
    }
}

static void what_is_no_such_file_is_refused(void **state)
{
    struct fixture *x = *state;
    struct geofile_table t;
    const char *folder;
    need_ogr2ogr();
    assert_int_equal(geofile_folder(x->a, path_of(x, "x"), &folder, &x->f), OK);
    assert_int_equal(geofile_to_csv(x->a, path_of(x, "txt"), folder, STR(""), STR(""), &t, &x->f), ERR_GEOFILE_FORMAT);
    assert_int_equal(geofile_to_csv(x->a, path_of(x, "gpkg"), folder, STR(""), STR(""), &t, &x->f), ERR_FILE_MISSING);
    assert_int_equal(file_write_atomic(path_of(x, "gpkg"), STR("no such thing"), 0644, NULL), OK);
    enum err e = geofile_to_csv(x->a, path_of(x, "gpkg"), folder, STR(""), STR(""), &t, &x->f);
    assert_true(e == ERR_SANDBOX_PROGRAM || e == ERR_SANDBOX_MISSING);
    assert_int_equal(symlink("/etc/passwd", path_of(x, "gml")), 0);
    assert_int_equal(geofile_to_csv(x->a, path_of(x, "gml"), folder, STR(""), STR(""), &t, &x->f), ERR_SYSTEM);
    geofile_folder_remove(folder);
}

int main(void)
{
#define RULE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RULE(csv_has_a_mark_titles_and_values_as_they_are_read),
        RULE(a_formula_sign_is_taken_away_again_exactly),
        RULE(what_was_exported_and_put_again_changes_nothing),
        RULE(numbers_of_a_csv_read_only_one_way),
        RULE(filter_and_fields_choose),
        RULE(an_earlier_moment_is_exported_as_it_was),
        RULE(personal_fields_are_left_out_and_told),
        RULE(a_personal_field_asked_for_is_refused),
        RULE(a_file_with_personal_data_is_its_owners_alone),
        RULE(the_ending_chooses_and_others_are_refused),
        RULE(without_geometry_there_is_no_map),
        RULE(coordinate_systems_are_for_those_that_take_them),
        RULE(geojson_is_rfc_7946),
        RULE(geographic_files_come_back),
        RULE(a_sheet_of_opendocument_comes_back),
        RULE(what_a_killed_export_left_is_taken_away_later),
        RULE(what_is_no_such_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
