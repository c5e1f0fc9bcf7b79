/* Import, by small CSV tables into the invented province of the fixture. */
#include "fixture.h"

#include <stdlib.h>

#include "register/import_internal.h"
#include "register/moment.h"

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
static struct run import_into(struct fixture *x, const char *name, const char *text, struct import_options o)
{
    struct run run = {.shown = BUF_INIT(1 << 20)};
    struct import *im;
    o.path = file_of(x, text);
    o.actor = STR("test");
    x->f = (struct fault){0};
    run.e = import_open(x->s, province_register(x->s->province, str_of(name)), &o, &im, &x->f);
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

static struct run import(struct fixture *x, const char *text, struct import_options o)
{
    return import_into(x, "farms", text, o);
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

static void the_reason_of_an_import_is_what_its_writer_said(void **state)
{
    struct fixture *x = *state;
    struct authorship author;
    struct run a = import(x, text_of(x, head, "H1,Y Bhăm,12,900,Tiêu,,05/03/2022\n"), (struct import_options){0});
    assert_int_equal(a.e, OK);
    assert_int_equal(moment_author(x->a, x->s, a.r.rev, &author, &x->f), OK);
    assert_int_equal(author.reason.n, 0);
    done(&a);
    struct run b = import(x, text_of(x, head, "H2,Y Bhăm,12,800,Tiêu,,05/03/2022\n"),
                          (struct import_options){.reason = STR("rà soát [quý 3]")});
    assert_int_equal(b.e, OK);
    assert_int_equal(moment_author(x->a, x->s, b.r.rev, &author, &x->f), OK);
    assert_true(str_is(author.reason, "rà soát [quý 3]"));
    done(&b);
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

static void what_is_invented_stays_so_until_the_file_calls_it_real(void **state)
{
    struct fixture *x = *state;
    struct query_options samples = {.filter = STR("_sample = true"), .sort = STR("code")};
    struct run a =
        import(x, "Mã,Chủ hộ,Dữ liệu mẫu\nH1,A,có\nH2,B,có\nH3,C,không\nH4,D,\n", (struct import_options){0});
    assert_int_equal(a.e, OK);
    assert_int_equal(a.r.samples, 2);
    says(&a, "mark of invented records");
    assert_string_equal(values(x, "farms", "code", samples), "H1|H2");
    done(&a);
    /* without the column, or with an empty cell, a changed record stays what it is, and that is told */
    a = import(x, "Mã,Chủ hộ\nH1,A2\nH3,C2\nH5,E\n", (struct import_options){0});
    assert_int_equal(a.e, OK);
    assert_int_equal(a.r.samples, 1);
    assert_int_equal(a.r.samples_kept, 1);
    assert_string_equal(values(x, "farms", "code", samples), "H1|H2");
    done(&a);
    a = import(x, "code,head,_sample\nH1,A3,\nH3,C2,\n", (struct import_options){0});
    assert_int_equal(a.r.samples_kept, 1);
    assert_int_equal(a.r.same, 1);
    assert_string_equal(values(x, "farms", "code", samples), "H1|H2");
    done(&a);
    /* the mark alone is a change, both ways, and what becomes real is counted */
    a = import(x, "code,Sample\nH1,no\nH2,yes\nH3,x\n", (struct import_options){0});
    assert_int_equal(a.e, OK);
    assert_int_equal(a.r.changed, 2);
    assert_int_equal(a.r.same, 1);
    assert_int_equal(a.r.made_real, 1);
    assert_string_equal(values(x, "farms", "code", samples), "H2|H3");
    done(&a);
    a = import(x, "code,Sample\nH1,S-17\n", (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_SAMPLE);
    says(&a, "t.csv:2:2");
    done(&a);
}

static void the_same_file_without_accept_valid_still_refuses(void **state)
{
    struct fixture *x = *state;
    const char *text = text_of(x, head, "H1,A,11,5,,x,15/03/2022\nH2,B,11,6,,x,31/02/2022\n");
    struct run a = import(x, text, (struct import_options){.accept_valid = true});
    assert_int_equal(a.e, OK);
    assert_int_equal(a.r.refused, 1);
    done(&a);
    a = import(x, text, (struct import_options){0});
    assert_true(a.e != OK);
    assert_int_equal(a.r.refused, 1);
    done(&a);
}

static const char visits_yaml[] = "register: visits\n"
                                  "title: Lượt thăm\n"
                                  "key: [id]\n"
                                  "as_of: day\n"
                                  "fields:\n"
                                  "  id: {type: string, title: Số, required: true}\n"
                                  "  farm: {type: reference, register: farms, title: Hộ}\n"
                                  "  place: {type: reference, register: units, title: Nơi}\n"
                                  "  topics: {type: array, of: string, title: Việc}\n"
                                  "  day: {type: date, title: Ngày}\n";

static void declare_visits(struct fixture *x)
{
    const struct text_file files[] = {standard_files[0],
                                      standard_files[1],
                                      standard_files[2],
                                      standard_files[3],
                                      {"registers/visits.yaml", visits_yaml}};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    assert_int_equal(put(x, "farms",
                         "code,head,seen_on\nH1,Nguyễn Văn Hòa,2022-01-01\nH2,Nguyễn Văn Hoá,2022-01-01\n"
                         "H3,Trần Thị Lan,2022-01-01\nH4,Trần Thị Lan,2022-01-01\nH5,H1,2022-01-01\n",
                         NULL),
                     OK);
}

static void references_go_by_name_when_one_bears_it(void **state)
{
    struct fixture *x = *state;
    struct query_options by_id = {.sort = STR("id")};
    declare_visits(x);
    /* a code; a name; the name without accents and case, when just one is so; the name of a unit on the day */
    struct run a = import_into(x, "visits",
                               "Số,Hộ,Nơi,Ngày\nV1,H3,11,15/03/2022\nV2,Nguyễn Văn Hòa,Xã Đồi,15/03/2022\n"
                               "V3,nguyen  van HOA,xa suoi,15/03/2022\nV4,H1,Xã Đồi Suối,15/03/2026\n",
                               (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_REFERENCE_SEVERAL);
    assert_int_equal(a.r.refused, 1);
    says(&a, "H1, H2");
    done(&a);
    a = import_into(x, "visits",
                    "Số,Hộ,Nơi,Ngày\nV1,H3,11,15/03/2022\nV2,Nguyễn Văn Hòa,Xã Đồi,15/03/2022\n"
                    "V3,nguyễn văn hoá,xa suoi,15/03/2022\nV4,H1,Xã Đồi Suối,15/03/2026\n",
                    (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_REFERENCE_SEVERAL); /* only letter by letter it is one of the two */
    done(&a);
    a = import_into(x, "visits",
                    "Số,Hộ,Nơi,Ngày\nV1,H3,11,15/03/2022\nV2,Nguyễn Văn Hòa,Xã Đồi,15/03/2022\n"
                    "V3,,xa suoi,15/03/2022\nV4,H1,Xã Đồi Suối,15/03/2026\n",
                    (struct import_options){0});
    assert_int_equal(a.e, OK);
    assert_string_equal(values(x, "visits", "farm", by_id), "H3|H1||H1");
    assert_string_equal(values(x, "visits", "place", by_id), "11|11|12|11");
    done(&a);
    a = import_into(x, "visits", "Số,Hộ\nV5,Trần Thị Lan\n", (struct import_options){0});
    assert_int_equal(a.e, ERR_IMPORT_REFERENCE_SEVERAL);
    says(&a, "H3, H4");
    done(&a);
    /* a name of another time, and one of nobody */
    a = import_into(x, "visits", "Số,Nơi,Ngày\nV5,Xã Suối,15/03/2026\nV6,Xã Đâu Đó,15/03/2026\n",
                    (struct import_options){0});
    assert_int_equal(a.e, ERR_REFERENCE_UNKNOWN);
    assert_int_equal(a.r.refused, 2);
    done(&a);
}

static void items_of_a_list_keep_their_marks(void **state)
{
    struct fixture *x = *state;
    struct query_options by_id = {.sort = STR("id")};
    declare_visits(x);
    struct run a = import_into(x, "visits", "Số,Việc\nV1,a\\|b|c\\\\d\nV2,một; hai\nV3,một\\; hai\nV4,C:\\dir\n",
                               (struct import_options){0});
    assert_int_equal(a.e, OK);
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row;
    static const char *const expected[] = {"[\"a|b\",\"c\\\\d\"]", "[\"một\",\"hai\"]", "[\"một; hai\"]",
                                           "[\"C:\\\\dir\"]"};
    assert_int_equal(query_open(x->s, province_register(x->s->province, STR("visits")), &by_id, &q, &x->f), OK);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
        assert_true(has_row);
        assert_true(str_is(r.values[3].text, expected[i]));
    }
    done(&a);
    assert_string_equal(values(x, "visits", "topics", by_id), "a\\|b|c\\\\d|một|hai|một\\; hai|C:\\\\dir");
}

static void a_register_declared_anew_meanwhile_is_noticed(void **state)
{
    struct fixture *x = *state;
    struct import *im;
    struct import_result r;
    struct import_options o = {.path = file_of(x, "Mã,Chủ hộ\nH1,A\n"), .actor = STR("test")};
    struct store *here = x->s;
    assert_int_equal(import_open(here, province_register(here->province, STR("farms")), &o, &im, &x->f), OK);
    /* another process takes a field away */
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), OK);
    char farms[4096];
    const char *line = strstr(farms_yaml, "  card:"), *next = strchr(line, '\n') + 1;
    snprintf(farms, sizeof farms, "%.*s%s", (int)(line - farms_yaml), farms_yaml, next);
    const struct text_file files[] = {
        standard_files[0], standard_files[1], standard_files[2], {"registers/farms.yaml", farms}};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), "farms.card"), OK);
    store_close(x->s);
    x->s = here;
    assert_int_equal(import_run(im, LANG_EN, &r, &x->f), ERR_REGISTER_CHANGED);
    faults_done(&r.faults);
    faults_done(&r.warnings);
    import_close(im);
    unlink(o.path);
}

static void a_table_too_wide_is_refused_not_cut(void **state)
{
    struct fixture *x = *state;
    struct spool s;
    struct cell *cells = ARENA_ARRAY(x->a, struct cell, LIMIT_IMPORT_COLUMNS + 1);
    struct sheet_row row = {.number = 1, .cells = cells, .n = LIMIT_IMPORT_COLUMNS + 1};
    assert_int_equal(spool_open(&s, &x->f), OK);
    cells[0] = cells[LIMIT_IMPORT_COLUMNS - 1] = (struct cell){.kind = CELL_TEXT, .text = STR("a")};
    assert_int_equal(spool_add(&s, &row, &x->f), OK); /* an empty cell behind the last column is none */
    assert_int_equal(s.columns, LIMIT_IMPORT_COLUMNS);
    cells[LIMIT_IMPORT_COLUMNS] = cells[0];
    assert_int_equal(spool_add(&s, &row, &x->f), ERR_LIMIT);
    spool_done(&s);
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

/* What is wrong with a field that the reader may not see is in the report without its value, and without what it is compared with. */
static void a_hidden_field_is_told_of_by_other_words(void **state)
{
    struct fixture *x = *state;
    const struct reg *reg = province_register(x->s->province, STR("farms"));
    bool *hides = ARENA_ARRAY(x->a, bool, reg->n_fields);
    struct import_options o = {.path = file_of(x, "Mã,Thẻ,Diện tích\nH2,C1,5\nH3,C2,-1\n"),
                               .actor = STR("test"),
                               .is_dry_run = true,
                               .hides = hides,
                               .hides_text = STR("hidden")};
    struct import *im;
    struct import_result r;
    assert_int_equal(put(x, "farms", "code,card\nH1,C1\n", NULL), OK);
    hides[reg_field_number(reg, STR("card"))] = true;
    assert_int_equal(import_open(x->s, reg, &o, &im, &x->f), OK);
    assert_int_not_equal(import_run(im, LANG_EN, &r, &x->f), OK);
    unlink(o.path);
    size_t n_hidden = 0;
    for (size_t i = 0; i < im->marks.n; i++) {
        const struct mark *m = &im->marks.p[i];
        bool is_card = m->column == 1;
        n_hidden += is_card;
        assert_int_equal(strcmp(m->reason, "hidden") == 0, is_card);
        assert_int_equal(m->value[0] == '\0', is_card);
    }
    assert_int_equal(n_hidden, 1);
    assert_int_equal(im->marks.n, 2);
    faults_done(&r.faults);
    faults_done(&r.warnings);
    import_close(im);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_reason_of_an_import_is_what_its_writer_said),
        TEST(a_table_under_titles_goes_in_and_the_same_again_changes_nothing),
        TEST(a_column_is_read_by_one_rule_and_the_person_may_flip_it),
        TEST(areas_in_sao_are_asked_about_and_hectares_are_not),
        TEST(modes_keep_to_what_they_promise),
        TEST(valid_rows_go_in_alone_only_when_asked_for),
        TEST(a_mapping_is_saved_and_found_again_by_its_header),
        TEST(what_is_invented_stays_so_until_the_file_calls_it_real),
        TEST(the_same_file_without_accept_valid_still_refuses),
        TEST(references_go_by_name_when_one_bears_it),
        TEST(items_of_a_list_keep_their_marks),
        TEST(a_register_declared_anew_meanwhile_is_noticed),
        TEST(a_table_too_wide_is_refused_not_cut),
        TEST(two_columns_of_one_field_and_a_missing_key_are_refused),
        TEST(a_hidden_field_is_told_of_by_other_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
