/* Erasing: the value leaves the file, the log and the proofs of the rest stay, and nobody can take a value away unseen. */
#include "fixture.h"
#include "register/duplicates.h"
#include "register/erase.h"
#include "register/log.h"

static const char people_yaml[] =
    "register: people\n"
    "title: {vi: Người, en: People}\n"
    "privacy: internal\n"
    "key: [code]\n"
    "search: [name, note]\n"
    "fields:\n"
    "  code: {type: string, title: Mã, required: true}\n"
    "  name: {type: string, person: true, title: Tên, required: true, privacy: basic-personal}\n"
    "  card: {type: string, title: Thẻ, unique: true, privacy: basic-personal}\n"
    "  born: {type: integer, title: Năm sinh, privacy: basic-personal}\n"
    "  ill: {type: interval, title: Ốm, privacy: sensitive}\n"
    "  home: {type: geometry, title: Nhà, kind: point, privacy: basic-personal}\n"
    "  note: {type: string, title: Ghi chú}\n";

static const char two_people[] =
    "code,name,card,born,ill,home,note\n"
    "P1,Điểu Tuyệt Mật,CARD-7712009,1977,2020-01-02/2020-03-04,POINT(107.7 12.2),vườn tiêu\n"
    "P2,Lê Công Khai,CARD-1000002,,,,ruộng\n";

static const struct reg *people(const struct fixture *x)
{
    const struct reg *reg = province_register(x->s->province, STR("people"));
    assert_non_null(reg);
    return reg;
}

static void set_up_people(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 1];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/people.yaml", people_yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    assert_int_equal(put(x, "people", two_people, NULL), OK);
    assert_int_equal(
        put(x, "people", "code,name,card,born,note\nP1,Điểu Tuyệt Mật,CARD-7712009,1978,vườn tiêu lớn\n", NULL), OK);
}

static enum err erase(struct fixture *x, const char *id, const char *fields, struct erased *ret)
{
    struct change *c;
    struct str names[8];
    size_t n = 0;
    int64_t rev = 0;
    for (struct str rest = str_of(fields), one; fields && rest.p;) {
        one = str_cut(rest, ',', &rest);
        names[n++] = one;
    }
    struct erasure what = {str_of(id), names, n, STR("yêu cầu"), STR("Luật 91/2025/QH15")};
    assert_int_equal(
        change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("yêu cầu")}, &c, &x->f), OK);
    x->f = (struct fault){0};
    enum err e = change_erase(c, people(x), &what, ret, &x->f);
    if (e != OK) {
        change_abort(c);
        return e;
    }
    return change_commit(c, &rev, &x->list, NULL);
}

static size_t problems(struct fixture *x, enum err *ret_first)
{
    struct log_report r = {0};
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    for (size_t i = 0; i < r.n_problems; i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
        log_problem_print(&r.problems[i], LANG_EN, &b);
        print_message("%s\n", buf_cstr(&b));
    }
    if (ret_first && r.n_problems)
        *ret_first = r.problems[0].code;
    return r.n_problems;
}

/* Whether the bytes stand in any file of the store. */
static bool is_on_disk(struct fixture *x, const char *bytes)
{
    static const char *const suffixes[] = {"db", "db-wal", "key", "checkpoint"};
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct str text;
        const char *path = arena_printf(a, "%s/x.%s", x->folder, suffixes[i]);
        if (file_exists(path) && file_read(a, path, (size_t)64 << 20, &text, NULL) == OK &&
            memmem(text.p, text.n, bytes, strlen(bytes)))
            return true;
    }
    return false;
}

static void an_erased_value_is_gone_and_the_log_still_verifies(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    set_up_people(x);
    assert_int_equal(db_checkpoint(x->s->db, &x->f), OK);
    assert_true(is_on_disk(x, "CARD-7712009"));
    assert_true(is_on_disk(x, "Điểu Tuyệt Mật"));
    assert_true(is_on_disk(x, "uyet"));
    assert_int_equal(count(x, "people", (struct query_options){.search = STR("tuyet mat")}), 1);
    assert_int_equal(erase(x, "P1", "name,card,ill,home", &done), OK);
    assert_int_equal(done.versions, 2);
    assert_int_equal(done.n_fields, 4);
    assert_false(x->s->has_erased);
    static const char *const gone[] = {"CARD-7712009", "Tuyệt Mật", "uyet", "2020-03-04"};
    for (size_t i = 0; i < ARRAY_LEN(gone); i++)
        assert_false(is_on_disk(x, gone[i]));
    assert_true(is_on_disk(x, "CARD-1000002"));
    assert_int_equal(problems(x, NULL), 0);
    assert_string_equal(values(x, "people", "name", (struct query_options){.sort = STR("code")}), "Lê Công Khai");
    assert_string_equal(values(x, "people", "born", (struct query_options){.id = STR("P1")}), "1978");
    assert_int_equal(count(x, "people", (struct query_options){.search = STR("tuyet")}), 0);
    assert_int_equal(count(x, "people", (struct query_options){.search = STR("vuon tieu lon")}), 1);
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("card = 'CARD-7712009'")}), 0);
    int64_t n_boxes;
    assert_int_equal(db_value_int(x->s->db,
                                  STR("SELECT count(*) FROM g_people WHERE n IN (SELECT _n FROM r_people "
                                      "WHERE _id = 'P1')"),
                                  DB_NO_VALUES, &n_boxes, &x->f),
                     OK);
    assert_int_equal(n_boxes, 0);
    assert_string_equal(values(x, "erasures", "versions", (struct query_options){0}), "2");
    assert_string_equal(values(x, "erasures", "reason", (struct query_options){0}), "yêu cầu");
    reopen(x);
    assert_int_equal(problems(x, NULL), 0);
}

static void old_revisions_show_it_as_erased(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    struct record r;
    bool has_row;
    set_up_people(x);
    int64_t before = x->s->head - 1;
    assert_int_equal(erase(x, "P1", "name,born", &done), OK);
    assert_int_equal(store_at(x->s, str_of(arena_printf(x->a, "%lld", (long long)before)), &x->f), OK);
    struct query *q CLEANUP(query_closep) = NULL;
    const struct reg *reg = people(x);
    assert_int_equal(query_open(x->s, reg, &(struct query_options){.id = STR("P1")}, &q, &x->f), OK);
    assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
    assert_true(has_row);
    assert_int_equal(r.n_erased, 2);
    assert_true(record_is_erased(&r, (size_t)reg_field_number(reg, STR("name"))));
    assert_true(record_is_erased(&r, (size_t)reg_field_number(reg, STR("born"))));
    assert_false(record_is_erased(&r, (size_t)reg_field_number(reg, STR("card"))));
    assert_int_equal(r.values[reg_field_number(reg, STR("name"))].kind, VALUE_NULL);
    assert_true(str_is(r.values[reg_field_number(reg, STR("card"))].text, "CARD-7712009"));
    struct record copy = record_copy(x->a, reg, &r);
    assert_true(record_is_erased(&copy, (size_t)reg_field_number(reg, STR("name"))));
}

static void erasing_goes_on_field_by_field(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    static const char *const fields[] = {"card", "name", "born", "ill", "home"};
    set_up_people(x);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        assert_int_equal(erase(x, "P1", fields[i], &done), OK);
        assert_int_equal(done.versions, i < 3 ? 2 : 1); /* illness and home stand in the first version alone */
        assert_int_equal(problems(x, NULL), 0);
    }
    int64_t head = x->s->head;
    assert_int_equal(erase(x, "P1", NULL, &done), OK);
    assert_int_equal(done.versions, 0);
    assert_int_equal(x->s->head, head);
    assert_int_equal(erase(x, "P2", NULL, &done), OK);
    assert_int_equal(done.n_fields, 2);
    assert_int_equal(problems(x, NULL), 0);
}

/* A salt that was kept leads neither to the root nor to the one erased. */
static void the_erased_salt_is_gone(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    struct str before, after;
    set_up_people(x);
    struct str sql = STR("SELECT hex(_salt) FROM r_people WHERE _id = 'P2'");
    assert_int_equal(db_value_text(x->s->db, x->a, sql, DB_NO_VALUES, &before, &x->f), OK);
    assert_int_equal(before.n, 2 * SALT_BYTES);
    assert_int_equal(erase(x, "P2", "card", &done), OK);
    assert_int_equal(db_value_text(x->s->db, x->a, sql, DB_NO_VALUES, &after, &x->f), OK);
    assert_true(after.n > before.n);
    assert_null(memmem(after.p, after.n, before.p, before.n));
}

static void what_is_not_personal_is_refused(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    set_up_people(x);
    assert_int_equal(erase(x, "P1", "note", &done), ERR_ERASE_PUBLIC);
    assert_int_equal(erase(x, "P1", "code", &done), ERR_ERASE_KEY);
    assert_int_equal(erase(x, "P1", "nam", &done), ERR_FIELD_UNKNOWN);
    assert_int_equal(erase(x, "P9", "name", &done), ERR_RECORD_UNKNOWN);
    struct change *c;
    struct erasure what = {STR("P1"), NULL, 0, STR("vì thế"), STR(" ")};
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("x")}, &c, &x->f),
                     OK);
    assert_int_equal(change_erase(c, people(x), &what, &done, &x->f), ERR_OPTION_VALUE);
    change_abort(c);
    assert_int_equal(problems(x, NULL), 0);
}

static void a_value_taken_away_outside_the_program_is_found(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    enum err first = OK;
    set_up_people(x);
    assert_int_equal(erase(x, "P1", "name", &done), OK);
    assert_int_equal(erase(x, "P2", "card", &done), OK);
    /* The row of an honest erasure, but nothing says that it took place: here, that it was another record's. */
    assert_int_equal(db_exec(x->s->db, "DELETE FROM r_erasures WHERE record = 'P2'", &x->f), OK);
    assert_true(problems(x, &first) > 0);
    assert_int_equal(first, ERR_LOG_ERASED_UNSAID);
}

static void a_value_put_back_is_found(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    enum err first = OK;
    set_up_people(x);
    assert_int_equal(erase(x, "P1", "born", &done), OK);
    assert_int_equal(db_exec(x->s->db, "UPDATE r_people SET born = 1978 WHERE _id = 'P1' AND _until IS NULL", &x->f),
                     OK);
    assert_int_equal(problems(x, &first), 1);
    assert_int_equal(first, ERR_LOG_RECORD_ALTERED);
}

static void an_aborted_erasure_leaves_all_as_it_was(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    struct change *c;
    struct erasure what = {STR("P1"), NULL, 0, STR("thử"), STR("thử")};
    set_up_people(x);
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("x")}, &c, &x->f),
                     OK);
    assert_int_equal(change_erase(c, people(x), &what, &done, &x->f), OK);
    assert_int_equal(done.versions, 2);
    change_abort(c);
    assert_string_equal(values(x, "people", "card", (struct query_options){.id = STR("P1")}), "CARD-7712009");
    assert_int_equal(count(x, "people", (struct query_options){.search = STR("tuyet")}), 1);
    assert_int_equal(problems(x, NULL), 0);
}

static void what_was_merged_in_is_erased_too(void **state)
{
    struct fixture *x = *state;
    struct erased done;
    int64_t rev;
    set_up_people(x);
    assert_int_equal(
        duplicates_merge(x->s, people(x), STR("P2"), STR("P1"), STR("test"), STR("một người"), &rev, &x->list), OK);
    assert_int_equal(erase(x, "P2", "name,card", &done), OK);
    assert_false(is_on_disk(x, "Tuyệt Mật"));
    assert_false(is_on_disk(x, "CARD-7712009"));
    assert_false(is_on_disk(x, "CARD-1000002"));
    assert_int_equal(problems(x, NULL), 0);
    assert_int_equal(count(x, "erasures", (struct query_options){0}), 2);
}

static struct str prove(struct fixture *x, const char *id, const struct proof_shown *shown)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    assert_int_equal(log_prove(x->s, people(x), str_of(id), shown, &b, &x->f), OK);
    return str_slice(arena_dup(x->a, b.p, b.n), b.n);
}

static bool has(struct str text, const char *bytes)
{
    return memmem(text.p, text.n, bytes, strlen(bytes)) != NULL;
}

static void a_proof_shows_any_subset(void **state)
{
    struct fixture *x = *state;
    struct proof_facts facts;
    struct erased done;
    const struct str card[] = {STR("card")};
    const struct proof_shown shown = {card, 1, false}, all = {NULL, 0, true};
    set_up_people(x);
    struct str proof = prove(x, "P1", NULL);
    assert_int_equal(log_check_proof(x->a, proof, (struct str){NULL, 0}, &facts, &x->f), OK);
    assert_int_equal(facts.n_shown, 0);
    assert_int_equal(facts.n_personal, 3);
    assert_false(has(proof, "CARD") || has(proof, "Tuyệt"));
    assert_true(has(proof, "vườn tiêu lớn"));
    proof = prove(x, "P1", &shown);
    assert_true(has(proof, "CARD-7712009") && !has(proof, "Tuyệt"));
    assert_int_equal(log_check_proof(x->a, proof, (struct str){NULL, 0}, &facts, &x->f), OK);
    assert_int_equal(facts.n_shown, 1);
    assert_true(str_is(facts.shown[0].value, "\"CARD-7712009\""));
    char *forged = arena_dup(x->a, proof.p, proof.n);
    char *at = memmem(forged, proof.n, "CARD-7712009", 12);
    at[5] = '8';
    assert_int_equal(log_check_proof(x->a, str_slice(forged, proof.n), (struct str){NULL, 0}, &facts, &x->f),
                     ERR_PROOF_RECORD);
    assert_int_equal(erase(x, "P1", "name", &done), OK);
    proof = prove(x, "P1", &all);
    assert_int_equal(log_check_proof(x->a, proof, (struct str){NULL, 0}, &facts, &x->f), OK);
    assert_int_equal(facts.n_shown, 2);
    assert_int_equal(facts.n_personal, 3);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    const struct str name[] = {STR("name")};
    assert_int_equal(log_prove(x->s, people(x), STR("P1"), &(struct proof_shown){name, 1, false}, &b, &x->f),
                     ERR_PROOF_HIDDEN);
}

static void a_database_of_the_old_form_is_told_apart(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(db_begin(x->s->db, &x->f), OK);
    assert_int_equal(db_schema_version_set(x->s->db, 1, &x->f), OK);
    assert_int_equal(db_commit(x->s->db, &x->f), OK);
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), ERR_STORE_OLD);
    assert_int_equal(store_open(x->path, STORE_READ, &x->s, &x->f), ERR_STORE_OLD);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(an_erased_value_is_gone_and_the_log_still_verifies),
        CASE(old_revisions_show_it_as_erased),
        CASE(erasing_goes_on_field_by_field),
        CASE(the_erased_salt_is_gone),
        CASE(what_is_not_personal_is_refused),
        CASE(a_value_taken_away_outside_the_program_is_found),
        CASE(a_value_put_back_is_found),
        CASE(an_aborted_erasure_leaves_all_as_it_was),
        CASE(what_was_merged_in_is_erased_too),
        CASE(a_proof_shows_any_subset),
        CASE(a_database_of_the_old_form_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
