/* Duplicates: each kind of noise of real entry is seen through, blocks stay bounded, and a merge leaves nothing dangling. */
#include "fixture.h"
#include "register/duplicates.h"
#include "register/log.h"
#include "text/match.h"

#include <math.h>

static const char households_yaml[] =
    "register: households\n"
    "title: {vi: Hộ, en: Households}\n"
    "privacy: internal\n"
    "key: [code]\n"
    "fields:\n"
    "  code: {type: string, title: Mã, required: true}\n"
    "  head: {type: string, person: true, title: Chủ hộ}\n"
    "  birth_year: {type: integer, title: Năm sinh}\n"
    "  personal_id: {type: personal_id, birth: birth_year, title: Số định danh}\n"
    "  phone: {type: phone, title: Điện thoại}\n"
    "  unit: {type: unit, title: Xã, levels: [2]}\n"
    "  village: {type: string, title: Thôn}\n"
    "  parent: {type: reference, register: households, title: Hộ gốc}\n"
    "  note: {type: text, title: Ghi chú}\n"
    "duplicates:\n"
    "  - same: [personal_id]\n"
    "  - {same: [phone], like: [head], score: 0.8}\n"
    "  - {same: [village], like: [head], near: [{field: birth_year, within: 1}], score: 0.9}\n";

static const char visits_yaml[] = "register: visits\n"
                                  "title: Lượt thăm\n"
                                  "key: [id]\n"
                                  "fields:\n"
                                  "  id: {type: string, title: Mã, required: true}\n"
                                  "  household: {type: reference, register: households, title: Hộ}\n"
                                  "  other: {type: reference, register: households, title: Hộ kia}\n";

static const char cards_yaml[] = "register: cards\n"
                                 "title: Thẻ\n"
                                 "key: [household]\n"
                                 "fields:\n"
                                 "  household: {type: reference, register: households, title: Hộ, required: true}\n"
                                 "  colour: {type: string, title: Màu}\n";

static const char head_line[] = "code,head,birth_year,personal_id,phone,unit,village,parent,note\n";

static int set_up(void **state)
{
    int failed = fixture_set_up(state);
    struct fixture *x = *state;
    struct text_file files[] = {standard_files[0],
                                standard_files[1],
                                standard_files[2],
                                standard_files[3],
                                {"registers/households.yaml", households_yaml},
                                {"registers/visits.yaml", visits_yaml},
                                {"registers/cards.yaml", cards_yaml}};
    if (!failed && declare(x, files, ARRAY_LEN(files), NULL) != OK) {
        show(&x->list);
        return -1;
    }
    return failed;
}

static const struct reg *households(struct fixture *x)
{
    return province_register(x->s->province, STR("households"));
}

static void put_rows(struct fixture *x, const char *rows)
{
    enum err e = put(x, "households", arena_printf(x->a, "%s%s", head_line, rows), NULL);
    if (e != OK)
        show(&x->list);
    assert_int_equal(e, OK);
}

struct found {
    struct buf text; /* "A~B:0.95 " each */
    int n;
    unsigned char agrees[16];
};

static bool note_pair(void *ctx, const struct duplicate_pair *p)
{
    struct found *r = ctx;
    buf_printf(&r->text, "%.*s~%.*s:%.2f ", STR_ARG(p->id[0]), STR_ARG(p->id[1]), p->score);
    memcpy(r->agrees, p->agrees, 9);
    r->n++;
    return true;
}

/* The pairs of the whole register; checked against what the entry check finds for the second of two. */
static const char *pairs(struct fixture *x, double min_score)
{
    struct found r = {.text = BUF_INIT(1 << 20)};
    int64_t total = -1;
    struct duplicates_options o = {.min_score = min_score};
    assert_int_equal(duplicates_find(x->s, households(x), &o, note_pair, &r, &total, &x->f), OK);
    assert_int_equal(total, r.n);
    const char *text = arena_strdup(x->a, buf_cstr(&r.text));
    buf_done(&r.text);
    return text;
}

static const char *pairs_of(struct fixture *x, const char *id, unsigned char agrees[9])
{
    struct found r = {.text = BUF_INIT(1 << 20)};
    struct query *q CLEANUP(query_closep) = NULL;
    struct record record;
    bool has_row;
    assert_int_equal(query_open(x->s, households(x), &(struct query_options){.id = str_of(id)}, &q, &x->f), OK);
    assert_int_equal(query_next(q, &record, &has_row, &x->f), OK);
    assert_true(has_row);
    assert_int_equal(duplicates_of(x->s, households(x), &record, note_pair, &r, &x->f), OK);
    const char *text = arena_strdup(x->a, buf_cstr(&r.text));
    if (agrees)
        memcpy(agrees, r.agrees, 9);
    buf_done(&r.text);
    return text;
}

static void each_kind_of_noise_is_seen_through(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *what, *rows;
        bool is_pair;
    } cases[] = {
        {"tone placement", "A,Trần Thị Hòa,1970,,,,T1,,\nB,Trần Thị Hoà,1970,,,,T1,,\n", true},
        {"accents missing", "A,Đỗ Thị Hường,1970,,,,T1,,\nB,Do Thi Huong,1970,,,,T1,,\n", true},
        {"d for đ", "A,Đặng Đức Đạt,1970,,,,T1,,\nB,Dặng Dức Dạt,1970,,,,T1,,\n", true},
        {"order swapped", "A,Nguyễn Văn Lâm,1970,,,,T1,,\nB,Lâm Nguyễn Văn,1970,,,,T1,,\n", true},
        {"spaces and case", "A,Nguyễn Văn Lâm,1970,,,,T1,,\nB,NGUYỄN  văn   LÂM,1970,,,, t1 ,,\n", true},
        {"a year beside", "A,Nguyễn Văn Lâm,1970,,,,T1,,\nB,Nguyễn Văn Lâm,1971,,,,T1,,\n", true},
        {"two years off", "A,Nguyễn Văn Lâm,1970,,,,T1,,\nB,Nguyễn Văn Lâm,1972,,,,T1,,\n", false},
        {"another village", "A,Nguyễn Văn Lâm,1970,,,,T1,,\nB,Nguyễn Văn Lâm,1970,,,,T2,,\n", false},
        {"another person", "A,Nguyễn Văn Lâm,1970,,,,T1,,\nB,Nguyễn Văn Hùng,1970,,,,T1,,\n", false},
        {"a slip in a long name", "A,Điểu Krông N'Dung,1970,,,,T1,,\nB,Điểu Krông N'Drung,1970,,,,T1,,\n", true},
        {"one letter of a short name", "A,Lê Văn An,1970,,,,T1,,\nB,Lê Văn Anh,1970,,,,T1,,\n", false},
        {"old and new number", "A,Lê Thị Mai,1970,245123456,,,T1,,\nB,Lê Thị Mai,1970,067170000123,,,T1,,\n", true},
        {"old and a new number of the capital",
         "A,Lê Thị Mai,1970,245123456,,,T1,,\nB,Lê Thị Mai,1970,001170000123,,,T1,,\n", true},
        {"two numbers, two people", "A,Lê Thị Mai,1970,067170000999,,,T1,,\nB,Lê Thị Mai,1970,067170000123,,,T1,,\n",
         false},
        {"one digit wrong", "A,Lê Thị Mai,1970,067170000124,,,T1,,\nB,Lê Thị Mai,1970,067170000123,,,T1,,\n", true},
        {"the same number", "A,Lê Thị Mai,1970,067170000123,,,T1,,\nB,Mai Le,1970,067170000123,,,T7,,\n", true},
        {"the number alone", "A,Lê Thị Mai,1970,067170000123,,,,,\nB,,,067170000123,,,,,\n", true},
        {"forms of a phone", "A,Lê Thị Mai,1970,,0912 345.678,,T1,,\nB,Mai Lê Thị,1990,,+84912345678,,T2,,\n", true},
        {"eleven digits of old", "A,Lê Thị Mai,1970,,0166 8123.456,,T1,,\nB,Lê Thị Mai,1990,,0368123456,,T2,,\n", true},
        {"a phone shared by two people",
         "A,Lê Thị Mai,1970,,0912345678,,T1,,\nB,Trần Đức Hùng,1970,,0912345678,,T1,,\n", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        put_rows(x, cases[i].rows);
        bool is_found = strstr(pairs(x, 0), "A~B:") != NULL, is_met = strstr(pairs_of(x, "B", NULL), "B~A:") != NULL;
        if (is_found != cases[i].is_pair || is_met != cases[i].is_pair)
            print_message("%s: %s| %s\n", cases[i].what, pairs(x, 0), pairs_of(x, "B", NULL));
        assert_int_equal(is_found, cases[i].is_pair);
        assert_int_equal(is_met, cases[i].is_pair);
        put_rows(x, "A,,,,,,,,\nB,,,,,,,,\n");
    }
}

static void a_number_that_lost_its_zero_is_the_same_number(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(200);
    match_digits(STR("067170000123"), &b);
    assert_string_equal(buf_cstr(&b), "67170000123");
    buf_reset(&b);
    match_digits(STR("67 170.000-123"), &b);
    assert_string_equal(buf_cstr(&b), "67170000123");
    buf_reset(&b);
    match_digits(STR("0"), &b);
    assert_int_equal(b.n, 0);
}

static void likeness_goes_from_nothing_to_one(void **state)
{
    (void)state;
    struct match_text a = match_text_of(STR("hoa nguyen thi")), empty = match_text_of(STR(""));
    struct match_text near = match_text_of(STR("hoa nguyenn thi")), short_ = match_text_of(STR("hoa nguyen")),
                      other = match_text_of(STR("duc tran xuan"));
    assert_true(match_likeness(&a, &a) >= 1);
    assert_true(match_likeness(&a, &near) > 0.9 && match_likeness(&a, &near) < 1);
    assert_true(match_likeness(&a, &short_) > 0.8 && match_likeness(&a, &short_) < 0.9);
    assert_true(match_likeness(&a, &other) < 0.4);
    assert_true(match_likeness(&a, &empty) < 0.6);
    assert_true(fabs(match_likeness(&near, &a) - match_likeness(&a, &near)) < 1e-9);
}

static void fields_that_agree_or_differ_are_told(void **state)
{
    struct fixture *x = *state;
    unsigned char agrees[9];
    put_rows(x, "A,Trần Thị Hòa,1970,,0912345678,11,T1,,x\nB,Hoà Trần Thị,1971,067171000123,0912345678,11,T1,,\n");
    pairs_of(x, "A", agrees);
    static const unsigned char expected[9] = {0, 2, 2, 3, 1, 1, 1, 3, 3};
    assert_memory_equal(agrees, expected, 9);
}

static void the_best_pairs_come_first_and_each_once(void **state)
{
    struct fixture *x = *state;
    put_rows(x, "A,Trần Thị Hòa,1970,067170000123,0912345678,,T1,,\n"
                "B,Trần Thị Hòa,1970,067170000123,0912345678,,T1,,\n"
                "C,Trần Thị Hòa,1971,,,,T1,,\n");
    assert_string_equal(pairs(x, 0), "A~B:1.00 A~C:0.92 B~C:0.92 ");
    assert_string_equal(pairs(x, 0.99), "A~B:1.00 ");
    assert_string_equal(pairs_of(x, "C", NULL), "C~A:0.92 C~B:0.92 ");
}

static void a_removed_record_is_no_candidate(void **state)
{
    struct fixture *x = *state;
    int64_t rev;
    struct change *c;
    put_rows(x, "A,Lê Mai,1970,,,,T1,,\nB,Lê Mai,1970,,,,T1,,\n");
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("t"), .reason = STR("r")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, households(x), STR("B"), &x->f), OK);
    assert_int_equal(change_commit(c, &rev, &x->list, NULL), OK);
    assert_string_equal(pairs(x, 0), "");
    assert_string_equal(pairs_of(x, "A", NULL), "");
}

/* 3,000 of one village and two years: each with each would be 4.5 million comparisons, and nearly as many pairs. */
static void a_large_block_is_not_compared_each_with_each(void **state)
{
    struct fixture *x = *state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_printf(&b, "P%04d,Nguyen V%c%c%c T%c%c%c,%d,,,,T1,,\n", i, 'a' + i % 13, 'a' + i % 7, 'a' + i / 300,
                   'a' + i % 17, 'a' + i % 5, 'a' + i / 200, 1950 + i % 2);
    buf_puts(&b, "Q1,Lương Xuân Trường,1950,,,,T1,,\nQ2,Truong Luong Xuan,1951,,,,T1,,\n");
    put_rows(x, buf_cstr(&b));
    struct found r = {.text = BUF_INIT(1 << 24)};
    int64_t total = 0;
    assert_int_equal(
        duplicates_find(x->s, households(x), &(struct duplicates_options){0}, note_pair, &r, &total, &x->f), OK);
    assert_non_null(strstr(buf_cstr(&r.text), "Q1~Q2:0.92"));
    assert_true(total < 300000);
    buf_done(&r.text);
}

static void a_register_without_rules_has_no_duplicates_to_look_for(void **state)
{
    struct fixture *x = *state;
    int64_t total;
    struct found r = {0};
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    assert_int_equal(duplicates_find(x->s, farms, &(struct duplicates_options){0}, note_pair, &r, &total, &x->f),
                     ERR_DUPLICATES_NONE);
}

static void mistakes_in_rules_are_named_with_their_line(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *rule;
        enum err code;
        const char *says;
    } cases[] = {
        {"{same: [persnal_id]}", ERR_DECL_UNKNOWN, "personal_id"},
        {"{same: [phone], like: [birth_year]}", ERR_DECL_VALUE, "birth_year"},
        {"{same: [phone], near: [{field: head, within: 1}]}", ERR_DECL_VALUE, "head"},
        {"{same: [phone], near: [{field: birth_year, within: -1}]}", ERR_DECL_VALUE, "within"},
        {"{same: [phone], near: [{field: birth_year}]}", ERR_YAML_KEY_MISSING, "within"},
        {"{same: [phone], score: 2}", ERR_DECL_VALUE, "score"},
        {"{near: [{field: birth_year, within: 1}]}", ERR_DECL_VALUE, "duplicates"},
        {"{sam: [phone]}", ERR_YAML_KEY_UNKNOWN, "same"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct faults list CLEANUP(faults_done) = {0};
        struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
        const char *end = strstr(households_yaml, "duplicates:");
        const char *text = arena_printf(x->a, "%.*sduplicates:\n  - %s\n", (int)(end - households_yaml),
                                        households_yaml, cases[i].rule);
        struct text_file files[] = {
            standard_files[0], standard_files[1], standard_files[2], {"registers/households.yaml", text}};
        struct sources src = sources_of(x->a, files, ARRAY_LEN(files));
        struct province *p;
        assert_int_not_equal(province_build(x->a, &src, &p, &list), OK);
        if (list.p[0].code != cases[i].code || list.p[0].line != 16)
            show(&list);
        assert_int_equal(list.p[0].code, cases[i].code);
        assert_int_equal(list.p[0].line, 16);
        faults_print(&list, LANG_VI, &b);
        assert_non_null(strstr(buf_cstr(&b), cases[i].says));
    }
}

/* ---- merging ---- */

static enum err merge(struct fixture *x, const char *keep, const char *drop, int64_t *ret_rev)
{
    return duplicates_merge(x->s, households(x), str_of(keep), str_of(drop), STR("tester"), STR("one family"), ret_rev,
                            &x->list);
}

static const char *leads_to(struct fixture *x, const char *id)
{
    struct str to;
    assert_int_equal(record_redirect(x->s, households(x), str_of(id), &to, &x->f), OK);
    return arena_dup(x->a, to.p, to.n);
}

static void expect_clean_log(struct fixture *x)
{
    struct log_report r;
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    for (size_t i = 0; i < r.n_problems && i < 4; i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
        log_problem_print(&r.problems[i], LANG_EN, &b);
        print_message("  %s\n", buf_cstr(&b));
    }
    assert_int_equal(r.n_found, 0);
    reopen(x);
}

static void a_merge_is_one_change_that_keeps_what_both_know(void **state)
{
    struct fixture *x = *state;
    int64_t rev;
    put_rows(
        x,
        "A,Trần Thị Hòa,1970,,,11,,,\nB,Trần Thị Hoà,1970,067170000123,0912345678,,T1,,ghi\nC,Lê An,1980,,,11,T2,B,\n"
        "D,Lê Ba,1980,,,11,T2,A,\n");
    assert_int_equal(put(x, "visits", "id,household,other\nv1,B,A\nv2,A,\nv3,B,B\n", NULL), OK);
    int64_t before = x->s->head;
    assert_int_equal(merge(x, "A", "B", &rev), OK);
    assert_int_equal(rev, before + 1);
    assert_int_equal(x->s->head, rev);
    struct query_options a = {.id = STR("A")};
    assert_string_equal(values(x, "households", "head", a), "Trần Thị Hòa");
    assert_string_equal(values(x, "households", "birth_year", a), "1970");
    assert_string_equal(values(x, "households", "personal_id", a), "067170000123");
    assert_string_equal(values(x, "households", "note", a), "ghi");
    assert_int_equal(count(x, "households", (struct query_options){.id = STR("B")}), 0);
    assert_string_equal(values(x, "visits", "household", (struct query_options){.sort = STR("id")}), "A|A|A");
    assert_string_equal(values(x, "visits", "other", (struct query_options){.id = STR("v3")}), "A");
    assert_string_equal(values(x, "households", "parent", (struct query_options){.id = STR("C")}), "A");
    assert_int_equal(count(x, "visits", (struct query_options){.id = STR("v2"), .has_history = true}), 1);
    assert_int_equal(count(x, "households", (struct query_options){.id = STR("A"), .has_history = true}), 2);
    assert_int_equal(count(x, "households", (struct query_options){.id = STR("B"), .has_history = true}), 2);
    assert_string_equal(leads_to(x, "B"), "A");
    assert_string_equal(leads_to(x, "A"), "A");
    assert_string_equal(leads_to(x, "never"), "never");
    expect_clean_log(x);
    reopen(x);
    assert_string_equal(leads_to(x, "B"), "A");
    expect_clean_log(x);
}

static void a_merge_that_contradicts_itself_is_refused(void **state)
{
    struct fixture *x = *state;
    int64_t rev, head;
    put_rows(x, "A,a,1970,,,,,,\nB,b,1971,067171000123,,,,,\n");
    head = x->s->head;
    assert_int_equal(merge(x, "A", "B", &rev), ERR_PERSONAL_ID_YEAR);
    assert_int_equal(x->s->head, head);
    assert_int_equal(merge(x, "B", "A", &rev), OK);
    assert_string_equal(values(x, "households", "birth_year", (struct query_options){.id = STR("B")}), "1971");
}

static void redirects_are_followed_through_several_merges(void **state)
{
    struct fixture *x = *state;
    int64_t rev, first;
    put_rows(x, "A,a,1970,,,,,,\nB,b,1970,,,,,,\nC,c,1970,,,,,,\n");
    assert_int_equal(merge(x, "B", "C", &first), OK);
    assert_int_equal(merge(x, "A", "B", &rev), OK);
    assert_string_equal(leads_to(x, "C"), "A");
    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)first);
    assert_int_equal(store_at(x->s, str_of(at), &x->f), OK);
    assert_string_equal(leads_to(x, "C"), "B");
    reopen(x);
    assert_string_equal(leads_to(x, "B"), "A");
    expect_clean_log(x);
}

static void what_was_merged_does_not_come_back_under_its_old_id(void **state)
{
    struct fixture *x = *state;
    int64_t rev, head;
    put_rows(x, "A,a,1970,,,,,,\nB,b,1970,,,,,,\nC,c,1970,,,,,,\n");
    assert_int_equal(merge(x, "B", "C", &rev), OK);
    assert_int_equal(merge(x, "A", "B", &rev), OK);
    head = x->s->head;
    assert_int_equal(put(x, "households", arena_printf(x->a, "%sC,c,1970,,,,,,\nD,d,1970,,,,,,\n", head_line), NULL),
                     ERR_MERGE_GONE);
    assert_int_equal(x->list.n, 1);
    assert_true(str_is(fault_param(&x->list.p[0], "id"), "C"));
    assert_true(str_is(fault_param(&x->list.p[0], "now"), "A"));
    assert_int_equal(x->s->head, head);
    put_rows(x, "A,b,1971,,,,,,\nD,d,1970,,,,,,\n");
    assert_int_equal(count(x, "households", (struct query_options){0}), 2);
    expect_clean_log(x);
}

static void what_cannot_be_merged_is_refused_and_nothing_changes(void **state)
{
    struct fixture *x = *state;
    int64_t rev, head;
    put_rows(x, "A,a,1970,,,,,,\nB,b,1970,,,,,,\nC,c,1970,,,,,,\nD,d,1970,,,,,,\n");
    assert_int_equal(merge(x, "A", "B", &rev), OK);
    assert_int_equal(put(x, "cards", "household,colour\nD,xanh\n", NULL), OK);
    head = x->s->head;
    assert_int_equal(merge(x, "A", "A", &rev), ERR_MERGE_SELF);
    assert_int_equal(merge(x, "B", "C", &rev), ERR_MERGE_GONE);
    assert_true(str_is(fault_param(&x->list.p[x->list.n - 1], "now"), "A"));
    assert_int_equal(merge(x, "A", "B", &rev), ERR_MERGE_GONE);
    assert_int_equal(merge(x, "A", "Z", &rev), ERR_RECORD_UNKNOWN);
    assert_int_equal(merge(x, "A", "D", &rev), ERR_MERGE_KEY);
    const struct reg *units = province_register(x->s->province, STR("units"));
    assert_int_equal(duplicates_merge(x->s, units, STR("11@"), STR("12@"), STR("t"), STR("r"), &rev, &x->list),
                     ERR_MERGE_DATED);
    reopen(x);
    assert_int_equal(x->s->head, head);
    assert_int_equal(count(x, "households", (struct query_options){0}), 3);
    expect_clean_log(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_that_lost_its_zero_is_the_same_number),
        cmocka_unit_test(likeness_goes_from_nothing_to_one),
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)
        T(each_kind_of_noise_is_seen_through),
        T(fields_that_agree_or_differ_are_told),
        T(the_best_pairs_come_first_and_each_once),
        T(a_removed_record_is_no_candidate),
        T(a_large_block_is_not_compared_each_with_each),
        T(a_register_without_rules_has_no_duplicates_to_look_for),
        T(mistakes_in_rules_are_named_with_their_line),
        T(a_merge_is_one_change_that_keeps_what_both_know),
        T(a_merge_that_contradicts_itself_is_refused),
        T(redirects_are_followed_through_several_merges),
        T(what_was_merged_does_not_come_back_under_its_old_id),
        T(what_cannot_be_merged_is_refused_and_nothing_changes),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
