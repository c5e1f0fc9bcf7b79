/* What is never told to the national portal: a status that the log does not have at that step. */
#include "../register/fixture.h"

#include "base/clock.h"
#include "exchange/portal.h"

static const char dossiers_yaml[] = "register: dossiers\n"
                                    "title: Hồ sơ\n"
                                    "privacy: internal\n"
                                    "key: [code]\n"
                                    "fields:\n"
                                    "  code: {type: string, title: Mã, required: true}\n"
                                    "  status: {type: string, title: Trạng thái}\n"
                                    "  filed_on: {type: date, title: Nộp}\n"
                                    "  office: {type: string, title: Nơi}\n"
                                    "  reception_office: {type: string, title: Nơi nhận}\n";
static const char offices_yaml[] = "register: offices\n"
                                   "title: Nơi\n"
                                   "key: [code, valid_from]\n"
                                   "valid_time: {from: valid_from, to: valid_to}\n"
                                   "fields:\n"
                                   "  code: {type: string, title: Mã, required: true}\n"
                                   "  valid_from: {type: date, title: Từ}\n"
                                   "  valid_to: {type: date, title: Đến}\n"
                                   "  id_code: {type: string, title: Mã định danh}\n"
                                   "  name: {type: string, title: Tên}\n"
                                   "  level: {type: string, title: Cấp}\n"
                                   "  unit: {type: string, title: Đơn vị}\n";
static const char events_yaml[] = "register: dossier_events\n"
                                  "title: Bước\n"
                                  "privacy: internal\n"
                                  "key: [dossier, number]\n"
                                  "fields:\n"
                                  "  dossier: {type: string, title: Hồ sơ, required: true}\n"
                                  "  number: {type: integer, title: Số, required: true}\n"
                                  "  at: {type: timestamp, title: Lúc}\n";

static int n_posts;

static enum err nobody_hears(const char *url, struct str json, long wait_ms, long *ret_status, struct buf *out,
                             struct fault *f)
{
    (void)json, (void)wait_ms, (void)out;
    n_posts++;
    *ret_status = 0;
    return FAULT(f, ERR_FETCH_FAILED, {"url", str_of(url)}, {"reason", STR("test")});
}

static void set_up_dossier(struct fixture *x, const char *office)
{
    struct text_file files[ARRAY_LEN(standard_files) + 3];
    int64_t rev;
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/dossiers.yaml", dossiers_yaml};
    files[ARRAY_LEN(standard_files) + 1] = (struct text_file){"registers/dossier_events.yaml", events_yaml};
    files[ARRAY_LEN(standard_files) + 2] = (struct text_file){"registers/offices.yaml", offices_yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    assert_int_equal(put(x, "offices", "code,id_code,name,level,unit\nso-a,000.00.01.H99,Sở A,province,1\n", &rev), OK);
    const char *row =
        arena_printf(x->a, "code,status,filed_on,office,reception_office\nA-1,5,2026-04-24,%s,%s\n", office, office);
    assert_int_equal(put(x, "dossiers", row, &rev), OK);
    assert_int_equal(put(x, "dossier_events", "dossier,number,at\nA-1,1,2026-04-24T01:00:00Z\n", &rev), OK);
    assert_int_equal(outbox_tables(x->s->db, &x->f), OK);
}

static struct portal_round told(struct fixture *x, const char *payload)
{
    struct portal *p CLEANUP(portal_freep) = NULL;
    struct portal_round round = {0};
    const struct portal_options o = {.db_path = x->path,
                                     .url = "http://x",
                                     .user = STR("a"),
                                     .secret = STR("b"),
                                     .post = nobody_hears,
                                     .is_all_due = true};
    n_posts = 0;
    assert_int_equal(outbox_add(x->s->db, PORTAL_TOPIC, STR("A-1"), str_of(payload), clock_now_ms(), &x->f), OK);
    assert_int_equal(portal_open(&o, &p, &x->f), OK);
    assert_int_equal(portal_send(p, &round, &x->f), OK);
    return round;
}

static struct str answer_of_dead(struct fixture *x)
{
    struct outbox_message *list = NULL;
    size_t n = 0;
    assert_int_equal(portal_dead(x->a, x->s->db, 10, &list, &n, &x->f), OK);
    return n ? list[n - 1].answer : STR("");
}

static void a_supplement_is_not_told_as_finished(void **state)
{
    struct fixture *x = *state;
    set_up_dossier(x, "so-a");
    struct portal_round r = told(x, "{\"id\":\"A-1\",\"step\":1,\"sync\":\"9\",\"transition\":\"decide\"}");
    assert_true(r.dead == 1 && r.sent == 0 && !r.is_down);
    assert_int_equal(n_posts, 0);
    assert_non_null(strstr(str_dup(x->a, answer_of_dead(x)).p, "A-1"));
}

static void nor_is_a_step_that_nobody_took(void **state)
{
    struct fixture *x = *state;
    set_up_dossier(x, "so-a");
    struct portal_round r = told(x, "{\"id\":\"A-1\",\"step\":2,\"sync\":\"5\",\"transition\":\"ask_supplement\"}");
    assert_true(r.dead == 1 && n_posts == 0);
}

/* Without an office there is nothing that could be told: a person is asked, and nothing behind it is held up. */
static void what_cannot_be_written_is_for_a_person(void **state)
{
    struct fixture *x = *state;
    set_up_dossier(x, "");
    struct portal_round r = told(x, "{\"id\":\"A-1\",\"step\":1,\"sync\":\"5\",\"transition\":\"ask_supplement\"}");
    assert_true(r.dead == 1 && n_posts == 0 && !r.is_down);
}

static void a_line_that_is_down_refuses_nothing(void **state)
{
    struct fixture *x = *state;
    struct outbox_tally t = {0};
    set_up_dossier(x, "so-a");
    struct portal_round r = told(x, "{\"id\":\"A-1\",\"step\":1,\"sync\":\"5\",\"transition\":\"ask_supplement\"}");
    assert_true(r.is_down && r.dead == 0 && r.why.code == ERR_FETCH_FAILED);
    assert_int_equal(n_posts, 1);
    assert_int_equal(portal_tally(x->s->db, &t, &x->f), OK);
    assert_true(t.waiting == 1 && t.dead == 0);
}

static void decisions_are_about_dead_letters_and_have_a_reason(void **state)
{
    struct fixture *x = *state;
    struct portal *a CLEANUP(portal_freep) = NULL;
    const struct portal_options o = {.db_path = x->path, .url = "http://x", .post = nobody_hears, .is_all_due = true};
    set_up_dossier(x, "so-a");
    assert_int_equal(portal_open(&o, &a, &x->f), OK);
    int64_t id = 99;
    assert_int_equal(portal_letter_again(x->s->db, id, &x->f), ERR_PORTAL_LETTER);
    assert_int_equal(portal_letter_leave_out(x->s->db, id, STR("mai"), STR(" bỏ "), &x->f), ERR_PORTAL_REASON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_supplement_is_not_told_as_finished, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(nor_is_a_step_that_nobody_took, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_for_a_person, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_is_down_refuses_nothing, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(decisions_are_about_dead_letters_and_have_a_reason, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
