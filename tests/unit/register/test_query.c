/* Reading: filters, order, search. */
#include "fixture.h"
#include "register/moment.h"

static const char people[] = "code,head,unit,area,seen_on\n"
                             "H1,Nguyễn Thị Hường,11,5,2022-01-01\n"
                             "H2,Nguyễn Thị Hương,11,7,2022-01-01\n"
                             "H3,Trần Văn Ân,12,9,2022-01-01\n"
                             "H4,Lê Thị An,12,,2022-01-01\n"
                             "H5,Đặng Văn Đường,12,11,2022-01-01\n"
                             "H6,H'Hương Niê,11,3,2022-01-01\n"
                             "H7,Phạm Dương,11,3,2022-01-01\n";

static int set_up(void **state)
{
    return fixture_set_up(state) || put(*state, "farms", people, NULL) != OK;
}

static const char *found(struct fixture *x, const char *words)
{
    return values(x, "farms", "code", (struct query_options){.search = str_of(words)});
}

static void search_needs_no_accents_but_heeds_them(void **state)
{
    struct fixture *x = *state;
    assert_string_equal(found(x, "huong"), "H1|H2|H6");
    assert_string_equal(found(x, "hương"), "H2|H6|H1");
    assert_string_equal(found(x, "HƯỜNG nguyễn"), "H1|H2");
    assert_string_equal(found(x, "duong"), "H5|H7");
    assert_string_equal(found(x, "đường"), "H5|H7");
    assert_string_equal(found(x, "dương"), "H7|H5");
    assert_string_equal(found(x, "ng thi"), "");
    assert_string_equal(found(x, "thi ng"), "H1|H2");
    assert_string_equal(found(x, "\"* OR ="), "");
    assert_int_equal(count(x, "farms", (struct query_options){.search = STR("nguyen")}), 2);
    assert_string_equal(values(x, "farms", "code", (struct query_options){.search = STR("huong"), .limit = 2}),
                        "H1|H2");
    assert_string_equal(
        values(x, "farms", "code", (struct query_options){.search = STR("hương"), .limit = 2, .offset = 1}), "H6|H1");
    assert_string_equal(
        values(x, "farms", "code", (struct query_options){.search = STR("huong"), .filter = STR("area < 4")}), "H6");
}

static void searching_for_no_word_is_refused(void **state)
{
    struct fixture *x = *state;
    struct query *q = NULL;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    const struct reg *none = province_register(x->s->province, STR("successors"));
    assert_int_equal(query_open(x->s, farms, &(struct query_options){.search = STR(" -- ")}, &q, &x->f),
                     ERR_SEARCH_EMPTY);
    assert_int_equal(query_open(x->s, none, &(struct query_options){.search = STR("a")}, &q, &x->f), ERR_SEARCH_NONE);
}

static void people_sort_by_given_name(void **state)
{
    struct fixture *x = *state;
    assert_string_equal(values(x, "farms", "code", (struct query_options){0}), "H4|H3|H7|H5|H2|H1|H6");
    assert_string_equal(values(x, "farms", "code", (struct query_options){.sort = STR("-area,code")}),
                        "H5|H3|H2|H1|H6|H7|H4");
    struct query *q = NULL;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    assert_int_equal(query_open(x->s, farms, &(struct query_options){.sort = STR("araa")}, &q, &x->f),
                     ERR_FIELD_UNKNOWN);
    assert_true(str_is(fault_param(&x->f, "nearest"), "area"));
}

static void a_filter_reaches_through_a_unit_and_takes_constants(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("unit.name = 'Xã Suối'")}), 3);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("unit.parent = '1' AND area > 4")}), 4);
    struct filter_constant k = {STR("least"), CQL2_NUMBER, STR("8.5")};
    assert_int_equal(
        count(x, "farms", (struct query_options){.filter = STR("area > least"), .constants = &k, .n_constants = 1}), 2);
    assert_int_equal(
        count(x, "farms", (struct query_options){.filter = STR("_sample = false AND _id <> 'H1' AND _rev = 4")}), 6);
}

static void a_wrong_filter_says_what_is_near(void **state)
{
    struct fixture *x = *state;
    struct filter_sql sql;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    assert_int_not_equal(filter_compile(x->a, x->s, farms, STR("aera > 4"), NULL, 0, &sql, &x->f), OK);
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    fault_print(&x->f, LANG_VI, &b);
    assert_non_null(strstr(buf_cstr(&b), "area"));
    assert_int_not_equal(filter_compile(x->a, x->s, farms, STR("head > 4"), NULL, 0, &sql, &x->f), OK);
    assert_int_not_equal(filter_compile(x->a, x->s, farms, STR("unit.nothing = 'a'"), NULL, 0, &sql, &x->f), OK);
}

static void a_store_of_one_register_declares_what_that_needs(void **state)
{
    struct fixture *x = *state;
    store_close(TAKE(x->s));
    assert_int_equal(store_open_register(x->path, STR("units"), &x->s, &x->f), OK);
    assert_null(province_register(x->s->province, STR("farms")));
    assert_non_null(province_register(x->s->province, STR("successors")));
    assert_int_equal(count(x, "units", (struct query_options){.filter = STR("level = 2")}), 3);
    assert_int_equal(store_at(x->s, STR("1"), &x->f), OK);
    assert_null(province_register(x->s->province, STR("farms")));
    store_close(TAKE(x->s));
    assert_int_equal(store_open_register(x->path, STR("farms"), &x->s, &x->f), OK);
    assert_string_equal(values(x, "farms", "code", (struct query_options){.filter = STR("unit.name = 'Xã Suối'")}),
                        "H4|H3|H5");
    store_close(TAKE(x->s));
    assert_int_equal(store_open_register(x->path, STR("frams"), &x->s, &x->f), OK);
    const struct reg *reg;
    assert_int_equal(province_register_find(x->s->province, STR("frams"), &reg, &x->f), ERR_REGISTER_UNKNOWN);
    assert_non_null(province_register(x->s->province, STR("farms"))); /* for the nearest name */
}

static void the_revisions_that_wrote_to_a_register_are_found_newest_first(void **state)
{
    struct fixture *x = *state;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    int64_t first = x->s->head, second, third, revs[4];
    size_t n;
    assert_int_equal(put(x, "farms", "code,head,unit,area,seen_on\nH8,Bùi Văn A,11,5,2022-01-01\n", &second), OK);
    assert_int_equal(put(x, "units", "code,valid_from,valid_to,name,level,parent\n2,,,Tỉnh Khác,1,\n", NULL), OK);
    assert_int_equal(put(x, "farms", "code,head,unit,area,seen_on\nH1,Bùi Văn B,11,5,2022-01-01\n", &third), OK);
    assert_int_equal(query_revisions(x->s, farms, 4, revs, &n, &x->f), OK);
    assert_int_equal(n, 3);
    assert_int_equal(revs[0], third);
    assert_int_equal(revs[1], second);
    assert_int_equal(revs[2], first);
    assert_int_equal(query_revisions(x->s, farms, 2, revs, &n, &x->f), OK);
    assert_int_equal(n, 2);
    store_move(x->s, second, x->s->province); /* what came later is not known yet */
    assert_int_equal(query_revisions(x->s, farms, 4, revs, &n, &x->f), OK);
    assert_int_equal(n, 2);
    assert_int_equal(revs[0], second);
    store_move(x->s, first - 1, x->s->province);
    assert_int_equal(query_revisions(x->s, farms, 4, revs, &n, &x->f), OK);
    assert_int_equal(n, 0);
}

static void the_days_on_which_a_dated_register_changes_are_found_newest_first(void **state)
{
    struct fixture *x = *state;
    const struct reg *units = province_register(x->s->province, STR("units"));
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    struct str days[3];
    size_t n;
    assert_int_equal(put(x, "units", "code,valid_from,valid_to,name,level,parent\n2,2024-01-01,,Tỉnh Khác,1,\n", NULL),
                     OK);
    assert_int_equal(query_days(x->a, x->s, units, STR("9999-12-31"), 3, days, &n, &x->f), OK);
    assert_int_equal(n, 2); /* what has always been has no such day */
    assert_true(str_is(days[0], "2025-07-01"));
    assert_true(str_is(days[1], "2024-01-01"));
    assert_int_equal(query_days(x->a, x->s, units, STR("2025-06-30"), 3, days, &n, &x->f), OK);
    assert_int_equal(n, 1);
    assert_int_equal(query_days(x->a, x->s, units, STR("9999-12-31"), 1, days, &n, &x->f), OK);
    assert_int_equal(n, 1);
    assert_true(str_is(days[0], "2025-07-01"));
    assert_int_equal(query_days(x->a, x->s, farms, STR("9999-12-31"), 3, days, &n, &x->f), OK);
    assert_int_equal(n, 0);
}

static void who_wrote_a_revision_and_why_is_read_from_its_entry(void **state)
{
    struct fixture *x = *state;
    struct authorship author;
    assert_int_equal(moment_author(x->a, x->s, x->s->head, &author, &x->f), OK);
    assert_true(str_is(author.actor, "test"));
    assert_true(str_is(author.reason, "put"));
    assert_int_equal(author.source.n, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        T(search_needs_no_accents_but_heeds_them),
        T(searching_for_no_word_is_refused),
        T(people_sort_by_given_name),
        T(a_filter_reaches_through_a_unit_and_takes_constants),
        T(a_wrong_filter_says_what_is_near),
        T(a_store_of_one_register_declares_what_that_needs),
        T(the_revisions_that_wrote_to_a_register_are_found_newest_first),
        T(the_days_on_which_a_dated_register_changes_are_found_newest_first),
        T(who_wrote_a_revision_and_why_is_read_from_its_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
