/* Drafts: kept for one account, put over the one before, dropped, forgotten after a month, and not more than so many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "access/draft.h"
#include "base/clock.h"
#include "base/limits.h"

static char folder[] = "/tmp/tinhso-draft-XXXXXX", path[64];
static struct access *a;
static struct arena *arena;
static struct fault f;
static int64_t now = 1800000000000;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.db", folder);
    arena = arena_new();
    clock_fix_ms(now);
    if (access_open(path, &a, &f) != OK)
        return -1;
    for (int i = 1; i <= 2; i++)
        if (db_run(a->db,
                   STR("INSERT INTO account(account, name, full_name, agency, unit, is_citizen, personal_id, made_ms) "
                       "VALUES(?1, ?2, '', '', '', 0, '', 0)"),
                   DB_VALUES(db_int(i), db_text(i == 1 ? STR("a") : STR("b"))), &f) != OK)
            return -1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char file[96];
    access_close(a);
    arena_free(arena);
    snprintf(file, sizeof file, "%s/x.access.db", folder);
    unlink(file);
    snprintf(file, sizeof file, "%s/x.access.db-reads", folder);
    unlink(file);
    return rmdir(folder);
}

static size_t count(int64_t account)
{
    struct draft *all;
    size_t n = 0;
    assert_int_equal(draft_list(a, arena, account, &all, &n, &f), OK);
    return n;
}

static void a_draft_is_of_one_account(void **state)
{
    (void)state;
    struct draft d;
    bool is_there;
    assert_int_equal(draft_put(a, 1, STR("wells/new"), STR("Giếng"), STR("[1]"), &f), OK);
    assert_int_equal(draft_put(a, 1, STR("wells/new"), STR("Giếng"), STR("[2]"), &f), OK);
    assert_int_equal(draft_get(a, arena, 1, STR("wells/new"), &d, &is_there, &f), OK);
    assert_true(is_there && str_is(d.content, "[2]") && d.saved_ms == now);
    assert_int_equal(draft_get(a, arena, 2, STR("wells/new"), &d, &is_there, &f), OK);
    assert_false(is_there);
    assert_int_equal(draft_drop(a, 2, STR("wells/new"), &f), OK);
    assert_int_equal(count(1), 1);
    assert_int_equal(draft_drop(a, 1, STR("wells/new"), &f), OK);
    assert_int_equal(count(1), 0);
}

static void drafts_are_forgotten(void **state)
{
    (void)state;
    char form[32];
    struct draft d;
    bool is_there;
    for (int i = 0; i < LIMIT_DRAFTS + 5; i++) {
        snprintf(form, sizeof form, "wells/=%d", i);
        clock_fix_ms(now += 1000);
        assert_int_equal(draft_put(a, 1, str_of(form), STR("x"), STR("[]"), &f), OK);
    }
    assert_int_equal(count(1), LIMIT_DRAFTS);
    assert_int_equal(draft_get(a, arena, 1, STR("wells/=0"), &d, &is_there, &f), OK);
    assert_false(is_there); /* the oldest went */
    clock_fix_ms(now += DRAFT_MS + 1000);
    assert_int_equal(count(1), 0);
    assert_int_equal(draft_put(a, 2, STR("wells/new"), STR("x"), STR("[]"), &f), OK);
    int64_t rows;
    assert_int_equal(db_value_int(a->db, STR("SELECT count(*) FROM draft"), DB_NO_VALUES, &rows, &f), OK);
    assert_int_equal(rows, 1); /* what nobody can see any more is gone */
    struct buf large CLEANUP(buf_done) = BUF_INIT(LIMIT_DRAFT_BYTES + 1);
    while (large.n <= LIMIT_DRAFT_BYTES)
        buf_putc(&large, 'x');
    assert_int_equal(draft_put(a, 2, STR("wells/new"), STR("x"), buf_view(&large), &f), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_is_of_one_account),
        cmocka_unit_test(drafts_are_forgotten),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
