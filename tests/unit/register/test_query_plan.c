/* By which index the rows of several units are found in an order: that of the order, until there are enough; they are not all read and sorted. */
#include "fixture.h"

#include <sqlite3.h>

#include "db/internal.h"
#include "register/query_sight.h"

#include "register/query_order.h"

static const char cases_yaml[] = "register: cases\n"
                                 "title: Vụ\n"
                                 "privacy: internal\n"
                                 "key: [code]\n"
                                 "search: [code]\n"
                                 "indexes: [[late, unit], [unit, late], [plain]]\n"
                                 "fields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  unit: {type: string, title: Xã}\n"
                                 "  late: {type: integer, title: Trễ}\n"
                                 "  plain: {type: integer, title: Khác}\n"
                                 "  place: {type: geometry, title: Nơi, kind: point}\n";

static int set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    struct text_file files[ARRAY_LEN(standard_files) + 1];
    struct buf rows CLEANUP(buf_done) = BUF_INIT(1 << 16);
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/cases.yaml", cases_yaml};
    buf_puts(&rows, "code,unit,late,plain\n");
    for (int i = 0; i < 300; i++)
        buf_printf(&rows, "C%d,%d,%d,%d\n", i, 11 + i % 3, i * 7 % 300, i);
    return declare(x, files, ARRAY_LEN(files), NULL) != OK || put(x, "cases", buf_cstr(&rows), NULL) != OK;
}

static struct sight sight_of(const char *where)
{
    struct sight s = {0};
    for (int i = 0; i < PRIVACY_COUNT; i++)
        s.level[i] = where ? (struct sight_level){.where = str_of(where)} : (struct sight_level){.is_all = true};
    return s;
}

static bool give(const struct viewer *v, const struct reg *reg, struct sight *ret)
{
    (void)reg;
    *ret = *(const struct sight *)v->context;
    return true;
}

/* ---- when */

static bool is_walked(struct fixture *x, const char *where, struct query_options o)
{
    const struct reg *reg = province_register(x->s->province, STR("cases"));
    const struct sight sight = sight_of(where);
    struct sort_key *keys = NULL;
    size_t n = 0;
    assert_int_equal(query_order_read(x->a, reg, &o, &keys, &n, &x->f), OK);
    return query_is_walked(reg, &o, keys, n, &sight);
}

#define SEVERAL "unit IN ('11', '12')"

static void few_of_several_units_in_an_order_are_walked(void **state)
{
    struct fixture *x = *state;
    struct box box = {100, 0, 110, 20};
    assert_true(is_walked(x, SEVERAL, (struct query_options){.sort = STR("late"), .limit = 5}));
    assert_true(is_walked(x, SEVERAL, (struct query_options){.sort = STR("-late,code"), .limit = 5}));
    assert_true(is_walked(x, "unit = '11' OR unit = '12'", (struct query_options){.sort = STR("late"), .limit = 5}));
    assert_false(is_walked(x, "unit = '11'", (struct query_options){.sort = STR("late"), .limit = 5}));
    assert_false(is_walked(x, NULL, (struct query_options){.sort = STR("late"), .limit = 5}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.sort = STR("plain"), .limit = 5}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.sort = STR("late")}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.sort = STR("late"), .limit = LIMIT_PAGE_RECORDS + 1}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.limit = 5}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.sort = STR("late"), .limit = 5, .search = STR("c")}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.sort = STR("late"), .limit = 5, .id = STR("C1")}));
    assert_false(is_walked(x, SEVERAL, (struct query_options){.sort = STR("late"), .limit = 5, .box = &box}));
    assert_false(is_walked(
        x, SEVERAL, (struct query_options){.sort = STR("late"), .limit = 5, .id = STR("C1"), .has_history = true}));
}

/* ---- how */

/* The plan of the statement that the query runs. */
static const char *plan_of(struct fixture *x, const char *where, struct query_options o, const char **ret_codes)
{
    const struct reg *reg = province_register(x->s->province, STR("cases"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf plan CLEANUP(buf_done) = BUF_INIT(1 << 16), codes CLEANUP(buf_done) = BUF_INIT(1 << 16);
    const struct sight sight = sight_of(where);
    struct record r;
    bool has_row = true;
    store_view(x->s, &(struct viewer){.sight = give, .context = &sight});
    assert_int_equal(query_open(x->s, reg, &o, &q, &x->f), OK);
    assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
    assert_true(has_row);
    sqlite3_stmt *running = NULL, *explained;
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(x->s->db->handle, st));)
        if (sqlite3_stmt_busy(st) && strstr(sqlite3_sql(st), reg->table))
            running = st;
    assert_non_null(running);
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(x->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    const char *sql = arena_printf(x->a, "EXPLAIN QUERY PLAN %s", sqlite3_sql(running));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &explained, NULL), SQLITE_OK);
    while (sqlite3_step(explained) == SQLITE_ROW)
        buf_printf(&plan, "%s\n", (const char *)sqlite3_column_text(explained, 3));
    sqlite3_finalize(explained);
    sqlite3_close(db);
    for (; has_row; assert_int_equal(query_next(q, &r, &has_row, &x->f), OK))
        buf_printf(&codes, "%s%.*s", codes.n ? " " : "", STR_ARG(r.id));
    store_view(x->s, NULL);
    *ret_codes = arena_dup(x->a, codes.p, codes.n);
    return arena_dup(x->a, plan.p, plan.n);
}

static void the_index_of_the_order_is_walked_and_nothing_sorted(void **state)
{
    struct fixture *x = *state;
    const char *codes;
    const struct query_options few = {.sort = STR("late"), .limit = 5}, all = {.sort = STR("late")};
    const char *plan = plan_of(x, SEVERAL, few, &codes);
    assert_string_equal(plan, "SCAN t USING INDEX i_cases.late.unit\nUSE TEMP B-TREE FOR RIGHT PART OF ORDER BY\n");
    assert_string_equal(codes, "C0 C43 C129 C172 C258");
    plan = plan_of(x, SEVERAL, all, &codes); /* all of them: they are looked up and sorted */
    assert_non_null(strstr(plan, "INDEX i_cases.unit.late (unit=?"));
    assert_non_null(strstr(plan, "TEMP B-TREE FOR ORDER BY"));
    assert_memory_equal(codes, "C0 C43 C129 C172 C258 ", 22);
    plan = plan_of(x, "unit = '11'", few, &codes); /* of one unit an index gives both */
    assert_non_null(strstr(plan, "INDEX i_cases.unit.late (unit=?"));
    assert_null(strstr(plan, "TEMP B-TREE FOR ORDER BY"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(few_of_several_units_in_an_order_are_walked, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_index_of_the_order_is_walked_and_nothing_sorted, set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
