/* Codes of dossiers: a counter an office and local day, never the same twice; lookup codes as people type them. */
#include "../register/fixture.h"

#include "workflow/dossier.h"

static const char dossiers_yaml[] = "register: dossiers\n"
                                    "title: Hồ sơ\n"
                                    "key: [code]\n"
                                    "fields:\n"
                                    "  code: {type: string, title: Mã, required: true}\n";

static const struct date day = {2026, 11, 27}, next_day = {2026, 11, 28};

static void declare_all(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 1];
    size_t n = ARRAY_LEN(standard_files);
    memcpy(files, standard_files, sizeof standard_files);
    files[n++] = (struct text_file){"registers/dossiers.yaml", dossiers_yaml};
    assert_int_equal(declare(x, files, n, NULL), OK);
}

static void next_is(struct fixture *x, const char *office, struct date on, const char *code)
{
    struct str next = {NULL, 0};
    assert_int_equal(dossier_code_next(x->a, x->s, str_of(office), on, &next, &x->f), OK);
    assert_true(str_is(next, code));
}

static void codes_follow_office_and_day(void **state)
{
    struct fixture *x = *state;
    declare_all(x);
    next_is(x, "000.00.05.H16", day, "000.00.05.H16-261127-0001");
    assert_int_equal(put(x, "dossiers",
                         "code\n000.00.05.H16-261127-0001\n000.00.05.H16-261127-0002\n000.00.05.H16-261126-0044\n"
                         "000.00.06.H16-261127-0009\n",
                         NULL),
                     OK);
    next_is(x, "000.00.05.H16", day, "000.00.05.H16-261127-0003");
    next_is(x, "000.00.06.H16", day, "000.00.06.H16-261127-0010");
    next_is(x, "000.00.05.H16", next_day, "000.00.05.H16-261128-0001"); /* behind midnight it begins anew */
    next_is(x, "000.00.07.H16", day, "000.00.07.H16-261127-0001");
}

static void a_busy_day_has_more_digits(void **state)
{
    struct fixture *x = *state;
    declare_all(x);
    assert_int_equal(put(x, "dossiers", "code\n000.00.05.H16-261127-9998\n000.00.05.H16-261127-9999\n", NULL), OK);
    next_is(x, "000.00.05.H16", day, "000.00.05.H16-261127-10000");
    assert_int_equal(put(x, "dossiers", "code\n000.00.05.H16-261127-10000\n", NULL), OK);
    next_is(x, "000.00.05.H16", day, "000.00.05.H16-261127-10001");
    struct buf codes CLEANUP(buf_done) = BUF_INIT(1 << 16);
    buf_puts(&codes, "code\n");
    for (int i = 10001; i <= 10250; i++)
        buf_printf(&codes, "000.00.05.H16-261127-%d\n", i);
    assert_int_equal(put(x, "dossiers", buf_cstr(&codes), NULL), OK);
    next_is(x, "000.00.05.H16", day, "000.00.05.H16-261127-10251");
    next_is(x, "000.00.05.H16", next_day, "000.00.05.H16-261128-0001");
}

/* A record that was taken out keeps its number. */
static void no_number_comes_back(void **state)
{
    struct fixture *x = *state;
    struct change *c;
    int64_t rev;
    declare_all(x);
    assert_int_equal(put(x, "dossiers", "code\n000.00.05.H16-261127-0001\n000.00.05.H16-261127-0002\n", NULL), OK);
    const struct reg *reg = province_register(x->s->province, STR("dossiers"));
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("x"), .reason = STR("x")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, reg, STR("000.00.05.H16-261127-0002"), &x->f), OK);
    assert_int_equal(change_commit(c, &rev, &x->list, NULL), OK);
    next_is(x, "000.00.05.H16", day, "000.00.05.H16-261127-0003");
}

static void lookup_codes_as_people_type_them(void **state)
{
    struct fixture *x = *state;
    struct str kept = STR("3k9p-0xw2-b1yz-77mn"), one = dossier_token_new(x->a), other = dossier_token_new(x->a);
    assert_true(dossier_token_fits(kept, kept));
    assert_true(dossier_token_fits(kept, STR("3K9P0XW2B1YZ77MN")));
    assert_true(dossier_token_fits(kept, STR(" 3k9p-Oxw2 blyz-77mn "))); /* O for 0, l for 1 */
    assert_false(dossier_token_fits(kept, STR("3k9p-0xw2-b1yz-77mm")));
    assert_false(dossier_token_fits(kept, STR("3k9p-0xw2-b1yz-77m")));
    assert_false(dossier_token_fits(kept, STR("3k9p-0xw2-b1yz-77mn9")));
    assert_false(dossier_token_fits(kept, STR("")));
    assert_false(dossier_token_fits(STR(""), STR("")));
    assert_int_equal(one.n, 19);
    assert_false(str_eq(one, other));
    assert_true(dossier_token_fits(one, one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(codes_follow_office_and_day, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_busy_day_has_more_digits, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_number_comes_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(lookup_codes_as_people_type_them, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
