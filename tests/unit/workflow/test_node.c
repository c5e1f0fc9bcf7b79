/* Numbers of dossiers beside those that are reserved for counter nodes, and at a node. */
#include "../register/fixture.h"

#include "base/clock.h"
#include "workflow/dossier.h"
#include "workflow/node.h"

#define ID_CODE "000.31.01.H99"

static const char dossiers_yaml[] = "register: dossiers\n"
                                    "title: Hồ sơ\n"
                                    "privacy: internal\n"
                                    "key: [code]\n"
                                    "fields:\n"
                                    "  code: {type: string, title: Mã, required: true}\n";
static const char nodes_yaml[] = "register: nodes\n"
                                 "title: Quầy\n"
                                 "privacy: internal\n"
                                 "by: workflow\n"
                                 "key: [code]\n"
                                 "fields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n";
static const char blocks_yaml[] = "register: number_blocks\n"
                                  "title: Dãy số\n"
                                  "privacy: internal\n"
                                  "by: workflow\n"
                                  "key: [node, first]\n"
                                  "fields:\n"
                                  "  node: {type: string, title: Quầy, required: true}\n"
                                  "  first: {type: integer, title: Từ, required: true}\n"
                                  "  last: {type: integer, title: Tới, required: true}\n"
                                  "  id_code: {type: string, title: Mã, required: true}\n"
                                  "  from_day: {type: date, title: Từ ngày, required: true}\n"
                                  "  to_day: {type: date, title: Đến ngày}\n"
                                  "  reserved_at: {type: timestamp, title: Lúc, required: true}\n";

static const struct date day = {2026, 4, 24}, day_before = {2026, 4, 23}, day_after = {2026, 4, 25};

static void set_up_numbers(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 3];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/dossiers.yaml", dossiers_yaml};
    files[ARRAY_LEN(standard_files) + 1] = (struct text_file){"registers/nodes.yaml", nodes_yaml};
    files[ARRAY_LEN(standard_files) + 2] = (struct text_file){"registers/number_blocks.yaml", blocks_yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    clock_fix_ms(instant_of_date(day, 0));
}

static enum err reserve(struct fixture *x, const char *node, const char *block, struct date to)
{
    struct change *c;
    int64_t rev;
    const struct change_info info = {.actor = STR("test"), .is_act = true};
    assert_int_equal(change_begin(x->s, &info, &c, &x->f), OK);
    enum err e = node_block_reserve(x->a, c, str_of(node), STR(ID_CODE), str_of(block), day, to, &x->f);
    if (e == OK)
        assert_int_equal(change_commit(c, &rev, &x->list, NULL), OK);
    else
        change_abort(c);
    return e;
}

static const char *next_on(struct fixture *x, struct date on)
{
    struct str code = {NULL, 0};
    assert_int_equal(dossier_code_next(x->a, x->s, STR(ID_CODE), on, &code, &x->f), OK);
    return str_dup(x->a, code).p;
}

static void has(struct fixture *x, const char *codes)
{
    int64_t rev;
    assert_int_equal(put(x, "dossiers", arena_printf(x->a, "code\n%s", codes), &rev), OK);
}

#define CODE(n) ID_CODE "-260424-" n

static void the_province_leaves_them_out(void **state)
{
    struct fixture *x = *state;
    set_up_numbers(x);
    assert_string_equal(next_on(x, day), CODE("0001"));
    assert_int_equal(reserve(x, "a", "2-4", (struct date){0}), OK);
    assert_int_equal(reserve(x, "b", "5-6", (struct date){0}), OK);
    assert_string_equal(next_on(x, day), CODE("0001"));
    has(x, CODE("0001") "\n");
    assert_string_equal(next_on(x, day), CODE("0007"));
    has(x, CODE("0003") "\n" CODE("0006") "\n"); /* came from the nodes */
    assert_string_equal(next_on(x, day), CODE("0007"));
    has(x, CODE("0007") "\n");
    assert_string_equal(next_on(x, day), CODE("0008"));
    has(x, CODE("9999") "\n");
    assert_string_equal(next_on(x, day), CODE("10000"));
    has(x, CODE("10000") "\n");
    assert_string_equal(next_on(x, day), CODE("10001"));
    assert_string_equal(next_on(x, day_before), ID_CODE "-260423-0001"); /* not reserved yet */
}

static void blocks_do_not_overlap(void **state)
{
    struct fixture *x = *state;
    static const char *const wrong[] = {"", "5", "0-3", "3-2", "1-10000", "a-b", "1-2-3", "4-9", "1-5", "6-6", "5-7"};
    set_up_numbers(x);
    assert_int_equal(reserve(x, "a", "5-7", day), OK);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(reserve(x, "b", wrong[i], (struct date){0}), ERR_NODE_BLOCK_WRONG);
    assert_int_equal(reserve(x, "b", "8-8", (struct date){0}), OK);
    assert_string_equal(next_on(x, day_after), ID_CODE "-260425-0001");
    has(x, ID_CODE "-260425-0004\n");
    assert_string_equal(next_on(x, day_after), ID_CODE "-260425-0005"); /* the first block held for one day */
}

static void a_node_takes_no_others(void **state)
{
    struct fixture *x = *state;
    struct node_self self;
    bool is_node = true;
    set_up_numbers(x);
    assert_int_equal(reserve(x, "a", "5-6", (struct date){0}), OK);
    assert_int_equal(reserve(x, "a", "9-9", (struct date){0}), OK);
    assert_int_equal(reserve(x, "b", "7-8", (struct date){0}), OK);
    assert_int_equal(node_self_read(x->a, x->s->db, &self, &is_node, &x->f), OK);
    assert_false(is_node);
    assert_int_equal(node_self_write(x->s->db, &(struct node_self){STR("a"), STR("xa"), STR("http://x"), 3}, &x->f),
                     OK);
    assert_string_equal(next_on(x, day), CODE("0005"));
    has(x, CODE("0005") "\n");
    assert_string_equal(next_on(x, day), CODE("0006"));
    has(x, CODE("0006") "\n");
    assert_string_equal(next_on(x, day), CODE("0009"));
    has(x, CODE("0009") "\n");
    struct str code = {NULL, 0};
    assert_int_equal(dossier_code_next(x->a, x->s, STR(ID_CODE), day, &code, &x->f), ERR_NODE_BLOCK);
    assert_string_equal(next_on(x, day_after), ID_CODE "-260425-0005");
}

static void codes_belong_to_a_block(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *code;
        bool holds;
    } cases[] = {{CODE("0005"), true},
                 {CODE("0007"), true},
                 {CODE("0008"), false},
                 {CODE("0004"), false},
                 {CODE("00006"), false},
                 {ID_CODE "-260423-0005", false},
                 {"000.31.02.H99-260424-0005", false},
                 {ID_CODE "-269999-0005", false},
                 {"", false},
                 {ID_CODE, false},
                 {ID_CODE "-260424-", false},
                 {ID_CODE "-260424-5x", false}};
    set_up_numbers(x);
    assert_int_equal(reserve(x, "a", "5-7", (struct date){0}), OK);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool holds = !cases[i].holds;
        assert_int_equal(node_block_holds(x->a, x->s, STR("a"), str_of(cases[i].code), &holds, &x->f), OK);
        assert_int_equal(holds, cases[i].holds);
        assert_int_equal(node_block_holds(x->a, x->s, STR("b"), str_of(cases[i].code), &holds, &x->f), OK);
        assert_false(holds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_province_leaves_them_out, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(blocks_do_not_overlap, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_node_takes_no_others, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(codes_belong_to_a_block, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
