/* Import, by small CSV tables into the invented province of the fixture. */
#include "fixture.h"

#include <stdlib.h>

#include "register/import.h"

#include "base/banned.h"

struct run {
    struct import_result r;
    enum err e;
    struct buf shown;
};

static const char head[] = "Mã,Chủ hộ,Xã,Diện tích,Cây,Nghèo,Ngày\n";

static const char *file_of(struct fixture *x, const char *text)
{
    const char *path = arena_printf(x->a, "%s/t.csv", x->folder);
    assert_int_equal(file_write_atomic(path, str_of(text), 0600, &x->f), OK);
    return path;
}

/* Runs an import of a text; the result's lists are freed at tear down of the test by done(). */
static struct run import(struct fixture *x, const char *text, struct import_options o)
{
    struct run run = {.shown = BUF_INIT(1 << 20)};
    struct import *im;
    o.path = file_of(x, text);
    o.actor = STR("test");
    x->f = (struct fault){0};
    run.e = import_open(x->s, province_register(x->s->province, STR("farms")), &o, &im, &x->f);
    if (run.e == OK) {
        import_describe(im, LANG_EN, &run.shown);
        run.e = import_run(im, LANG_EN, &run.r, &x->f);
        import_describe_repairs(im, LANG_EN, &run.shown);
        faults_print(import_warnings(im), LANG_EN, &run.shown);
        faults_print(&run.r.faults, LANG_EN, &run.shown);
        import_close(im);
    }
    unlink(o.path);
    return run;
}

static void done(struct run *run)
{
    faults_done(&run->r.faults);
    faults_done(&run->r.warnings);
    buf_done(&run->shown);
}

static void says(struct run *run, const char *piece)
{
    if (!strstr(buf_cstr(&run->shown), piece))
        print_message("not found: %s\nin:\n%s\n", piece, buf_cstr(&run->shown));
    assert_non_null(strstr(buf_cstr(&run->shown), piece));
}

static const char *text_of(struct fixture *x, const char *header, const char *rows)
{
    return arena_printf(x->a, "%s%s", header, rows);
}

static void a_table_under_titles_goes_in_and_the_same_again_changes_nothing(void **state)
{
    struct fixture *x = *state;
    const char *text = text_of(x, "DANH SÁCH HỘ,,,,,,\n,,,,,,\nma,CHU HO,Xã (*),Dien tich,Cây,Nghèo,Ngày\n",
                               "H1,Nguyễn Thị Hường,Xã Đồi,\"1.500,5\",Cà phê,x,15/03/2022\n"
                               "H2,Y Bhăm,12,900,pepper,,05/03/2022\n");
    struct run a = import(x, text, (struct import_options){.reason = STR("rà soát")});
    /* the rule on coffee gardens refuses 1500 m² */
    assert_int_equal(a.e, ERR_RULE_BROKEN);
    assert_int_equal(a.r.refused, 1);
    says(&a, "header in row 3");
    done(&a);
    text = text_of(x, head,
                   "H1,Nguyễn Thị Hường,Xã Đồi,\"150,5\",Cà phê,x,15/03/2022\nH2,Y Bhăm,12,900,Tiêu,,05/03/2022\n");
    struct run b = import(x, text, (struct import_options){0});
    assert_int_equal(b.e, OK);
    assert_int_equal(b.r.added, 2);
    assert_true(b.r.rev > 0);
    assert_string_equal(values(x, "farms", "unit", (struct query_options){.sort = STR("code")}), "11|12");
    assert_string_equal(values(x, "farms", "area", (struct query_options){.sort = STR("code")}), "150.5|900");
    assert_string_equal(values(x, "farms", "is_poor", (struct query_options){.sort = STR("code")}), "true|false");
    assert_string_equal(values(x, "farms", "seen_on", (struct query_options){.sort = STR("code")}),
                        "2022-03-15|2022-03-05");
    int64_t rev = x->s->head;
    struct run c = import(x, text, (struct import_options){0});
    assert_int_equal(c.e, OK);
    assert_int_equal(c.r.same, 2);
    assert_int_equal(x->s->head, rev);
    done(&b);
    done(&c);
}

static void a_column_is_read_by_one_rule_and_the_person_may_flip_it(void **state)
{
    struct fixture *x = *state;
    const char *text = text_of(x, head, "H1,A,11,1.500,,x,01/02/2022\nH2,B,11,2.750,,x,03/04/2022\n");
    struct run a = import(x, text, (struct import_options){.is_dry_run = true});
    assert_int_equal(a.e, OK);
    says(&a, "can be read two ways");
    done(&a);
    struct import_override flip[] = {{STR("area"), STR("dot")}, {STR("seen_on"), STR("mdy")}};
    struct run b = import(x, text, (struct import_options){.overrides = flip, .n_overrides = 2});
    assert_int_equal(b.e, OK);
    assert_string_equal(values(x, "farms", "area", (struct query_options){.sort = STR("code")}), "1.5|2.75");
    assert_string_equal(values(x, "farms", "seen_on", (struct query_options){.sort = STR("code")}),
                        "2022-01-02|2022-03-04");
    done(&b);
    /* one cell that reads only one way decides for all */
    text = text_of(x, head, "H3,A,11,1.500,,x,01/31/2022\nH4,B,11,\"1.234,5\",,x,03/04/2022\n");
    struct run c = import(x, text, (struct import_options){0});
    assert_int_equal(c.e, OK);
    assert_string_equal(
        values(x, "farms", "area", (struct query_options){.sort = STR("code"), .filter = STR("code IN ('H3','H4')")}),
        "1500|1234.5");
    assert_string_equal(values(x, "farms", "seen_on",
                               (struct query_options){.sort = STR("code"), .filter = STR("code IN ('H3','H4')")}),
                        "2022-01-31|2022-03-04");
    done(&c);
}

static void areas_in_sao_are_asked_about_and_hectares_are_not(void **state)
{
    struct fixture *x = *state;
    struct import_override sao[] = {{STR("area"), STR("sao:500")}};
    struct run a = import(x, "Mã,Diện tích (sào)\nH1,3\n", (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_SAO);
    struct run b = import(x, "Mã,Diện tích (sào)\nH1,3\n", (struct import_options){.overrides = sao, .n_overrides = 1});
    assert_int_equal(b.e, OK);
    assert_string_equal(values(x, "farms", "area", (struct query_options){0}), "1500");
    done(&a);
    done(&b);
}

static void modes_keep_to_what_they_promise(void **state)
{
    struct fixture *x = *state;
    struct run a =
        import(x, text_of(x, head, "H1,A,11,5,,x,15/03/2022\nH2,B,11,6,,x,15/03/2022\n"), (struct import_options){0});
    assert_int_equal(a.e, OK);
    done(&a);
    a = import(x, "Mã,Diện tích\nH1,7\n", (struct import_options){.mode = IMPORT_CREATE});
    assert_int_equal(a.e, ERR_IMPORT_EXISTS);
    done(&a);
    a = import(x, "Mã,Diện tích\nH9,7\n", (struct import_options){.mode = IMPORT_UPDATE});
    assert_int_equal(a.e, ERR_IMPORT_NOT_THERE);
    done(&a);
    /* a column that the file lacks keeps its value, an empty cell clears it */
    a = import(x, "Mã,Diện tích\nH1,7\nH2,\n", (struct import_options){.mode = IMPORT_UPDATE});
    assert_int_equal(a.e, OK);
    assert_int_equal(a.r.changed, 2);
    assert_string_equal(values(x, "farms", "head", (struct query_options){.sort = STR("code")}), "A|B");
    assert_string_equal(values(x, "farms", "area", (struct query_options){.sort = STR("code")}), "7|");
    done(&a);
    a = import(x, "Mã,Chủ hộ\nH2,C\n", (struct import_options){.mode = IMPORT_REPLACE});
    assert_int_equal(a.e, OK);
    assert_int_equal(a.r.removed, 1);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 1);
    done(&a);
}

static void valid_rows_go_in_alone_only_when_asked_for(void **state)
{
    struct fixture *x = *state;
    const char *text = text_of(x, head,
                               "H1,A,11,5,,x,15/03/2022\nH2,B,11,6,,x,31/02/2022\nH3,C,11,6,,có lẽ,15/03/2022\n"
                               "H4,D,99,6,,x,15/03/2022\nH5,E,Xã Suối,6,,x,15/03/2026\nH1,F,11,6,,x,15/03/2022\n");
    struct run a = import(x, text, (struct import_options){0});
    assert_true(a.e != OK);
    assert_int_equal(a.r.refused, 5);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
    says(&a, "Its successor: 11");
    says(&a, "stands already in row 2");
    struct run dry = import(x, text, (struct import_options){.accept_valid = true, .is_dry_run = true});
    struct run b = import(x, text, (struct import_options){.accept_valid = true});
    assert_int_equal(b.e, OK);
    assert_int_equal(b.r.added, 1);
    assert_int_equal(dry.r.added, b.r.added);
    assert_int_equal(dry.r.refused, b.r.refused);
    assert_int_equal(dry.r.cells_refused, b.r.cells_refused);
    assert_string_equal(buf_cstr(&dry.shown), buf_cstr(&b.shown));
    assert_string_equal(values(x, "farms", "code", (struct query_options){0}), "H1");
    done(&a);
    done(&dry);
    done(&b);
}

static void a_mapping_is_saved_and_found_again_by_its_header(void **state)
{
    struct fixture *x = *state;
    const char *map = arena_printf(x->a, "%s/map.json", x->folder);
    assert_int_equal(file_write_atomic(map, STR("{\"Ký hiệu\":\"code\",\"Người đứng tên\":\"head\"}"), 0600, &x->f),
                     OK);
    struct run a = import(x, "Ký hiệu,Người đứng tên\nH1,A\n", (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_HEADER);
    done(&a);
    a = import(x, "Ký hiệu,Người đứng tên\nH1,A\n",
               (struct import_options){.map_path = map, .has_map_save = true, .header_row = 1});
    assert_int_equal(a.e, OK);
    done(&a);
    a = import(x, "KÝ HIỆU,Người  đứng tên\nH2,B\n", (struct import_options){.header_row = 1});
    assert_int_equal(a.e, OK);
    says(&a, "saved mapping");
    assert_string_equal(values(x, "farms", "head", (struct query_options){.sort = STR("code")}), "A|B");
    done(&a);
    unlink(map);
}

static void two_columns_of_one_field_and_a_missing_key_are_refused(void **state)
{
    struct fixture *x = *state;
    struct run a = import(x, "Mã,Chủ hộ,head\nH1,A,B\n", (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_HEADER_TWICE);
    struct run b = import(x, "Chủ hộ,Diện tích\nA,1\n", (struct import_options){0});
    assert_int_equal(b.e, ERR_IMPORT_KEY);
    struct run c = import(x, "Mã,Chủ hộ\n", (struct import_options){0});
    assert_int_equal(c.e, ERR_IMPORT_EMPTY);
    struct run d = import(x, "Mã,Chủ hộ,Ghi chú\nH1,A,x\n", (struct import_options){0});
    assert_int_equal(d.e, OK);
    says(&d, "Ghi chú");
    done(&a);
    done(&b);
    done(&c);
    done(&d);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_table_under_titles_goes_in_and_the_same_again_changes_nothing),
        TEST(a_column_is_read_by_one_rule_and_the_person_may_flip_it),
        TEST(areas_in_sao_are_asked_about_and_hectares_are_not),
        TEST(modes_keep_to_what_they_promise),
        TEST(valid_rows_go_in_alone_only_when_asked_for),
        TEST(a_mapping_is_saved_and_found_again_by_its_header),
        TEST(two_columns_of_one_field_and_a_missing_key_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
