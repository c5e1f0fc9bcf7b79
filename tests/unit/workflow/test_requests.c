/* Requests that people file themselves: the code behind the last one, what is refused, and whose they are. */
#include "../register/fixture.h"

#include "base/clock.h"
#include "workflow/requests.h"

#define REGISTER(pattern)                                                                                              \
    "register: data_requests\n"                                                                                        \
    "title: Yêu cầu\n"                                                                                              \
    "privacy: internal\n"                                                                                              \
    "purpose: Thử\n"                                                                                                 \
    "legal_basis: Thử\n"                                                                                             \
    "key: [code]\n"                                                                                                    \
    "fields:\n"                                                                                                        \
    "  code: {type: string, title: Mã, required: true" pattern "}\n"                                                   \
    "  kind: {type: code, title: Loại, required: true, codes: {access: Xem, delete: Xóa}}\n"                        \
    "  received_on: {type: date, title: Nhận, required: true}\n"                                                     \
    "  person: {type: string, title: Người, privacy: basic-personal}\n"                                             \
    "  personal_id: {type: string, title: Số, privacy: basic-personal}\n"                                            \
    "  about: {type: string, title: Về, privacy: basic-personal}\n"                                                  \
    "  has_third_party: {type: boolean, title: Bên thứ ba}\n"                                                       \
    "  answered_on: {type: date, title: Trả lời}\n"                                                                \
    "  extended_on: {type: date, title: Gia hạn}\n"                                                                  \
    "  finished_on: {type: date, title: Xong}\n"

static void set_up_register(struct fixture *x, const char *yaml)
{
    struct text_file files[ARRAY_LEN(standard_files) + 1];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/data_requests.yaml", yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    clock_fix_ms(instant_of_date((struct date){2026, 4, 24}, 0) + 3600 * 1000);
}

static enum err file(struct fixture *x, const char *kind, const char *words, const char *number, struct str *ret_id)
{
    const struct request_filed what = {.kind = str_of(kind),
                                       .words = str_of(words),
                                       .person = STR("Lê Thị Mai"),
                                       .personal_id = str_of(number),
                                       .actor = STR("mai")};
    struct faults list CLEANUP(faults_done) = {0};
    enum err e = request_file(x->a, x->s, &what, ret_id, &list);
    assert_int_equal(e == OK, list.total == 0);
    return e;
}

static void files_as(struct fixture *x, const char *code)
{
    struct str id = {0};
    assert_int_equal(file(x, "access", "Cho tôi xem dữ liệu về tôi", "067179227202", &id), OK);
    assert_string_equal(str_dup(x->a, id).p, code);
}

static void codes_follow_the_pattern(void **state)
{
    struct fixture *x = *state;
    struct change *c;
    int64_t rev;
    set_up_register(x, REGISTER(", pattern: \"^YC[0-9]{6}$\""));
    files_as(x, "YC000001");
    files_as(x, "YC000002");
    assert_int_equal(put(x, "data_requests", "code,kind,received_on\nYC000099,delete,2026-04-01\n", &rev), OK);
    files_as(x, "YC000100");
    /* The number of one that was taken out belongs to its history. */
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("test")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, province_register(x->s->province, STR("data_requests")), STR("YC000100"), &x->f),
                     OK);
    assert_int_equal(change_commit(c, &rev, &x->list, NULL), OK);
    files_as(x, "YC000101");
    assert_string_equal(values(x, "data_requests", "about", (struct query_options){.id = STR("YC000001")}),
                        "Cho tôi xem dữ liệu về tôi");
    assert_string_equal(values(x, "data_requests", "received_on", (struct query_options){.id = STR("YC000001")}),
                        "2026-04-24");
}

static void without_a_pattern_they_are_numbers(void **state)
{
    struct fixture *x = *state;
    set_up_register(x, REGISTER(""));
    for (int i = 1; i <= 11; i++) {
        char code[8];
        snprintf(code, sizeof code, "%d", i);
        files_as(x, code);
    }
}

static void what_is_wrong_is_refused(void **state)
{
    struct fixture *x = *state;
    struct str id;
    assert_int_equal(file(x, "access", "Cho tôi xem dữ liệu về tôi", "1", &id), ERR_REQUESTS_NONE);
    set_up_register(x, REGISTER(""));
    assert_int_equal(file(x, "", "Cho tôi xem dữ liệu về tôi", "1", &id), ERR_REQUEST_KIND);
    assert_int_equal(file(x, "access", "", "1", &id), ERR_REQUEST_WORDS);
    assert_int_equal(file(x, "access", "chín chữ.", "1", &id), ERR_REQUEST_WORDS);
    char *many = arena_alloc(x->a, REQUEST_WORDS_MAX + 2);
    memset(many, 'a', REQUEST_WORDS_MAX + 1);
    many[REQUEST_WORDS_MAX + 1] = '\0';
    assert_int_equal(file(x, "access", many, "1", &id), ERR_REQUEST_WORDS);
    assert_int_not_equal(file(x, "steal", "Cho tôi xem dữ liệu về tôi", "1", &id), OK);
    assert_int_equal(count(x, "data_requests", (struct query_options){0}), 0);
}

static void each_has_his_own(void **state)
{
    struct fixture *x = *state;
    struct request *list = NULL;
    size_t n = 0;
    struct str id;
    struct date today = {2026, 4, 24};
    set_up_register(x, REGISTER(""));
    assert_int_equal(file(x, "access", "Cho tôi xem dữ liệu về tôi", "067179227202", &id), OK);
    assert_int_equal(file(x, "delete", "Xóa số điện thoại của tôi", "067179227203", &id), OK);
    assert_int_equal(requests_of(x->a, x->s, today, STR("067179227203"), &list, &n, &x->f), OK);
    assert_int_equal(n, 1);
    assert_true(str_is(list[0].kind, "delete") && str_is(list[0].personal_id, "067179227203"));
    assert_int_equal(list[0].days_left, REQUEST_ANSWER_DAYS);
    assert_int_equal(requests_of(x->a, x->s, today, STR("067179227204"), &list, &n, &x->f), OK);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(codes_follow_the_pattern, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(without_a_pattern_they_are_numbers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_has_his_own, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
