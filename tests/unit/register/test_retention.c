/* Terms: what is due goes, once; the rest stays. */
#include "fixture.h"
#include "base/clock.h"
#include "register/log.h"
#include "register/retention.h"

static const char visits_yaml[] = "register: visits\n"
                                  "title: Lượt khám\n"
                                  "privacy: internal\n"
                                  "key: [code]\n"
                                  "search: [name]\n"
                                  "retention: {after: seen_on, keep: 5 years, then: erase, basis: Thử}\n"
                                  "fields:\n"
                                  "  code: {type: string, title: Mã, required: true}\n"
                                  "  name: {type: string, title: Tên, privacy: basic-personal}\n"
                                  "  seen_on: {type: date, title: Ngày}\n";
static const char drafts_yaml[] = "register: drafts\n"
                                  "title: Nháp\n"
                                  "privacy: internal\n"
                                  "key: [code]\n"
                                  "retention: {after: made_on, keep: 30 days, then: delete, basis: Thử}\n"
                                  "fields:\n"
                                  "  code: {type: string, title: Mã, required: true}\n"
                                  "  name: {type: string, title: Tên, privacy: sensitive}\n"
                                  "  made_on: {type: date, title: Ngày}\n";

static void set_up_terms(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 2];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/visits.yaml", visits_yaml};
    files[ARRAY_LEN(standard_files) + 1] = (struct text_file){"registers/drafts.yaml", drafts_yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    assert_int_equal(
        put(x, "visits",
            "code,name,seen_on\nV1,Một,2020-05-01\nV2,Hai,2020-05-02\nV3,Ba,2024-01-01\nV4,Bốn,\nV5,,2010-01-01\n",
            NULL),
        OK);
    assert_int_equal(put(x, "visits", "code,name,seen_on\nV2,Hai mới,2023-01-01\n", NULL), OK);
    assert_int_equal(put(x, "drafts", "code,name,made_on\nD1,Nháp,2025-04-01\nD2,Nháp,2025-04-30\n", NULL), OK);
}

static struct retention_done *run(struct fixture *x, const char *now, bool is_dry_run, size_t n_want)
{
    int64_t ms;
    size_t n = 0;
    struct retention_done *done;
    assert_int_equal(instant_parse(str_of(now), &ms, NULL), OK);
    clock_fix_ms(ms);
    enum err e = retention_run(x->a, x->s, &(struct retention_options){STR("test"), is_dry_run}, &done, &n, &x->list);
    if (e != OK)
        show(&x->list);
    assert_int_equal(e, OK);
    assert_int_equal(n, n_want);
    return done;
}

static const struct retention_done *of(const struct retention_done *done, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(done[i].reg->name, name))
            return &done[i];
    fail_msg("%s", name);
    return NULL;
}

static void what_is_due_goes_once(void **state)
{
    struct fixture *x = *state;
    set_up_terms(x);
    int64_t head = x->s->head;
    const struct retention_done *done = run(x, "2025-05-01T10:00:00+07:00", true, 2);
    assert_int_equal(of(done, 2, "visits")->records, 1);
    assert_int_equal(x->s->head, head);
    assert_string_equal(values(x, "visits", "name", (struct query_options){.sort = STR("code")}),
                        "Một|Hai mới|Ba|Bốn|");
    done = run(x, "2025-05-01T10:00:00+07:00", false, 2);
    const struct retention_done *visits = of(done, 2, "visits"), *drafts = of(done, 2, "drafts");
    assert_string_equal(visits->cutoff, "2020-05-01");
    assert_int_equal(visits->records, 1); /* V1; V2 was seen again; V3 is young; V4 has no day; V5 no name */
    assert_int_equal(visits->undated, 1);
    assert_int_equal(visits->removed, 0);
    assert_int_equal(drafts->removed, 1); /* thirty days after the first of April */
    assert_int_equal(drafts->records, 1);
    assert_int_equal(count(x, "visits", (struct query_options){0}), 5);
    assert_int_equal(count(x, "drafts", (struct query_options){0}), 1);
    assert_int_equal(count(x, "erasures", (struct query_options){0}), 2);
    assert_int_equal(count(x, "visits", (struct query_options){.filter = STR("name IS NULL")}), 2);
    head = x->s->head;
    done = run(x, "2025-05-01T10:00:00+07:00", false, 2);
    assert_int_equal(of(done, 2, "visits")->records + of(done, 2, "drafts")->removed, 0);
    assert_int_equal(x->s->head, head);
    struct log_report r = {0};
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    assert_int_equal(r.n_problems, 0);
}

static void a_term_is_checked(void **state)
{
    struct fixture *x = *state;
    static const char *const bad[] = {
        "retention: {after: name, keep: 5 years, then: erase, basis: Thử}\n",
        "retention: {after: nothing, keep: 5 years, then: erase, basis: Thử}\n",
        "retention: {after: seen_on, keep: soon, then: erase, basis: Thử}\n",
        "retention: {after: seen_on, keep: 0 days, then: erase, basis: Thử}\n",
        "retention: {after: seen_on, keep: 5 years, then: sell, basis: Thử}\n",
        "retention: {after: seen_on, keep: 5 years, then: erase}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct text_file files[ARRAY_LEN(standard_files) + 1];
        const char *at = strstr(visits_yaml, "retention:"), *end = strchr(at, '\n') + 1;
        memcpy(files, standard_files, sizeof standard_files);
        files[ARRAY_LEN(standard_files)] = (struct text_file){
            "registers/visits.yaml", arena_printf(x->a, "%.*s%s%s", (int)(at - visits_yaml), visits_yaml, bad[i], end)};
        struct sources src = sources_of(x->a, files, ARRAY_LEN(files));
        struct province *p;
        struct faults list CLEANUP(faults_done) = {0};
        assert_int_not_equal(province_build(x->a, &src, &p, &list), OK);
    }
}

static void without_a_term_nothing_is_done(void **state)
{
    struct fixture *x = *state;
    struct retention_done *done;
    size_t n;
    assert_int_equal(retention_run(x->a, x->s, &(struct retention_options){STR("test"), false}, &done, &n, &x->list),
                     ERR_RETENTION_NONE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(without_a_term_nothing_is_done),
        CASE(a_term_is_checked),
        CASE(what_is_due_goes_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
