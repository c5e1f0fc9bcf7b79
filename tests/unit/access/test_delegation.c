/* Delegations: what may be lent, to whom, until when; sessions have them at once; they end by the day, by hand, and with the right of whoever lent them. */
#include "../register/fixture.h"

#include "access/delegation.h"
#include "access/session.h"
#include "base/clock.h"
#include "base/limits.h"

static struct access *a;
static struct actor by;
static struct account amy, bob, zoe;
static struct token id;             /* of bob's session */
static int64_t now = 1800000000000; /* 2027-01-15T08:00:00Z */

static const struct text_file files[] = {{"province.yaml", province_yaml},
                                         {"registers/units.yaml", units_yaml},
                                         {"registers/successors.yaml", successors_yaml},
                                         {"registers/farms.yaml", farms_yaml}};

#define DO(call)                                                                                                       \
    do {                                                                                                               \
        assert_int_equal(access_begin(a, &x->f), OK);                                                                  \
        assert_int_equal(access_end(a, (call), &x->f), OK);                                                            \
    } while (0)

static void add(struct fixture *x, const char *name, const char *unit, bool is_citizen, struct account *ret)
{
    const struct str roles[] = {STR("officer"), STR(ROLE_ADMINISTRATOR)};
    struct account who = {.name = str_of(name), .full_name = STR("N"), .agency = STR("A1"), .unit = str_of(unit)};
    struct token link;
    who.personal_id = STR("");
    who.is_citizen = is_citizen;
    DO(account_add(a, &by, &who, roles, unit[0] ? 2 : 0, &who.number, &link, &x->f));
    assert_int_equal(account_get(x->a, a, who.number, ret, &x->f), OK);
}

static int set_up(void **state)
{
    clock_fix_ms(now);
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    if (declare(x, files, ARRAY_LEN(files), NULL) != OK || access_open(db_path(x->s->db), &a, &x->f) != OK)
        return -1;
    by.address = STR("192.0.2.1");
    add(x, "amy", "11", false, &amy);
    add(x, "bob", "", false, &bob);
    add(x, "zoe", "", true, &zoe);
    const struct session_start how = {.account = bob.number, .has_second_factor = true, .by = by};
    DO(session_begin(a, &how, &id, &x->f));
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    unlink(access_path(x->a, db_path(x->s->db)));
    unlink(arena_printf(x->a, "%s-reads", access_path(x->a, db_path(x->s->db))));
    access_close(TAKE(a));
    return fixture_tear_down(state);
}

static struct delegation_new usual(struct fixture *x)
{
    return (struct delegation_new){.from = &amy,
                                   .to = &bob,
                                   .role = STR("officer"),
                                   .unit = STR(""),
                                   .first = STR(""),
                                   .last = STR("2027-01-31"),
                                   .reason = STR("on leave"),
                                   .store = x->s};
}

static enum err lend(struct fixture *x, struct delegation_new d, int64_t *ret_number)
{
    assert_int_equal(access_begin(a, &x->f), OK);
    return access_end(a, delegation_add(a, &by, &d, ret_number, &x->f), &x->f);
}

static size_t of_session(struct fixture *x, const struct delegation **ret)
{
    const struct subject *who = NULL;
    assert_int_equal(session_find(x->a, a, str_of(id.text), &who, &x->f), OK);
    assert_non_null(who);
    if (ret)
        *ret = who->delegations;
    return who->n_delegations;
}

/* ---- */

static void a_session_has_it_at_once_and_as_long_as_it_is_backed(void **state)
{
    struct fixture *x = *state;
    const struct delegation *d = NULL;
    int64_t n = 0;
    assert_int_equal(of_session(x, NULL), 0);
    struct delegation_new lent = usual(x);
    lent.unit = STR("12"); /* merged into 11 */
    assert_int_equal(lend(x, lent, &n), OK);
    assert_int_equal(of_session(x, &d), 1);
    assert_int_equal(d->from_account, amy.number);
    assert_true(str_is(d->from_name, "amy") && str_is(d->from_unit, "11") && str_is(d->from_agency, "A1"));
    assert_true(str_is(d->role, "officer") && str_is(d->unit, "12"));
    assert_true(str_is(d->from, "2027-01-15") && str_is(d->until, "2027-01-31"));
    const struct str roles[] = {STR(ROLE_ADMINISTRATOR)}; /* amy is the only one: another first */
    DO(account_role_add(a, &by, &bob, roles[0], &x->f));
    DO(session_begin(a, &(struct session_start){.account = bob.number, .by = by}, &id, &x->f));
    assert_int_equal(of_session(x, NULL), 1);
    DO(account_disable(a, &by, &amy, &x->f));
    assert_int_equal(of_session(x, NULL), 0);
}

static void it_ends_by_the_day_by_hand_and_with_the_right(void **state)
{
    struct fixture *x = *state;
    struct delegation_row *all;
    int64_t n = 0;
    size_t found = 0;
    assert_int_equal(lend(x, usual(x), &n), OK);
    clock_fix_ms(now + (int64_t)16 * 24 * 3600 * 1000); /* the last day; the session is over by then */
    const struct delegation *d = NULL;
    assert_int_equal(delegation_read(x->a, a, bob.number, &d, &found, &x->f), OK);
    assert_int_equal(found, 1);
    clock_fix_ms(now + (int64_t)18 * 24 * 3600 * 1000);
    assert_int_equal(delegation_read(x->a, a, bob.number, &d, &found, &x->f), OK);
    assert_int_equal(found, 0);
    clock_fix_ms(now);
    assert_int_equal(of_session(x, NULL), 1);
    DO(account_role_remove(a, &by, &amy, STR("officer"), &x->f));
    assert_int_equal(of_session(x, NULL), 0);
    assert_int_equal(delegation_list(x->a, a, bob.number, 10, &all, &found, &x->f), OK);
    assert_int_equal(found, 1);
    assert_false(all[0].is_backed);
    assert_false(delegation_is_in_force(&all[0], STR("2027-01-20")));
    DO(account_role_add(a, &by, &amy, STR("officer"), &x->f));
    assert_int_equal(of_session(x, NULL), 1);
    assert_int_equal(delegation_list(x->a, a, amy.number, 10, &all, &found, &x->f), OK);
    assert_true(delegation_is_in_force(&all[0], STR("2027-01-31")));
    assert_false(delegation_is_in_force(&all[0], STR("2027-02-01")));
    assert_int_equal(access_begin(a, &x->f), OK);
    assert_int_equal(access_end(a, delegation_end(a, &by, n, zoe.number, &x->f), &x->f), ERR_DELEGATION_UNKNOWN);
    DO(delegation_end(a, &by, n, bob.number, &x->f));
    assert_int_equal(of_session(x, NULL), 0);
    assert_int_equal(access_begin(a, &x->f), OK);
    assert_int_equal(access_end(a, delegation_end(a, &by, n, 0, &x->f), &x->f), ERR_DELEGATION_UNKNOWN); /* once */
}

static void what_may_not_be_lent(void **state)
{
    struct fixture *x = *state;
    int64_t n = 0;
#define REFUSED(code, ...)                                                                                             \
    do {                                                                                                               \
        struct delegation_new d = usual(x);                                                                            \
        __VA_ARGS__;                                                                                                   \
        assert_int_equal(lend(x, d, &n), (code));                                                                      \
    } while (0)
    REFUSED(ERR_DELEGATION_PARTY, d.to = &amy);
    REFUSED(ERR_DELEGATION_PARTY, d.to = &zoe);
    REFUSED(ERR_DELEGATION_PARTY, d.from = &zoe);
    struct account gone = bob;
    gone.is_disabled = true;
    REFUSED(ERR_DELEGATION_PARTY, d.to = &gone);
    REFUSED(ERR_DELEGATION_ROLE, d.role = STR("chief"));
    REFUSED(ERR_DELEGATION_ROLE, d.role = STR(ROLE_ADMINISTRATOR));
    REFUSED(ERR_DELEGATION_ROLE, d.role = STR(""));
    REFUSED(ERR_DELEGATION_DAYS, d.last = STR(""));
    REFUSED(ERR_DELEGATION_DAYS, d.last = STR("2027-02-30"));
    REFUSED(ERR_DELEGATION_DAYS, d.last = STR("2027-01-14"));
    REFUSED(ERR_DELEGATION_DAYS, d.first = STR("2027-01-14"));
    REFUSED(ERR_DELEGATION_DAYS, d.first = STR("2027-02-01"));
    REFUSED(ERR_DELEGATION_DAYS, d.last = STR("2028-01-16"));
    REFUSED(OK, d.last = STR("2028-01-15"));
    REFUSED(ERR_DELEGATION_UNIT, d.unit = STR("1"));
    REFUSED(ERR_DELEGATION_UNIT, d.unit = STR("99"));
    REFUSED(ERR_DELEGATION_REASON, d.reason = STR(" ab "));
    REFUSED(OK, d.unit = STR("11"));
    for (int i = 2; i < LIMIT_DELEGATIONS; i++)
        REFUSED(OK, (void)i);
    REFUSED(ERR_DELEGATION_MANY, (void)0);
    /* and the table itself refuses what no function does */
    assert_int_equal(db_run(a->db, STR("DELETE FROM delegation"), DB_NO_VALUES, &x->f), ERR_DB_CONSTRAINT);
    assert_int_equal(db_run(a->db, STR("UPDATE delegation SET last_day = '2999-01-01'"), DB_NO_VALUES, &x->f),
                     ERR_DB_CONSTRAINT);
    assert_int_equal(db_run(a->db, STR("UPDATE delegation SET ended_ms = 1, role = 'chief'"), DB_NO_VALUES, &x->f),
                     ERR_DB_CONSTRAINT);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_session_has_it_at_once_and_as_long_as_it_is_backed),
        T(it_ends_by_the_day_by_hand_and_with_the_right),
        T(what_may_not_be_lent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
