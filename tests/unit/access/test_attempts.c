/* What strangers can do to an account that they know by name: neither keep its owner waiting, nor fill the file with events; and that of a one-time link all happens or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "access/account.h"
#include "access/audit.h"
#include "access/backup_internal.h"
#include "access/device.h"
#include "access/event.h"
#include "access/oidc.h"
#include "access/session.h"
#include "base/clock.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
#define PASSWORD STR("bảy con mèo ngủ trưa")
static const int64_t DAY = (int64_t)24 * HOUR;

static char folder[] = "/tmp/tinhso-attempts-XXXXXX", path[64];
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
    return access_open(path, &a, &f) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char file[96];
    access_close(a);
    snprintf(file, sizeof file, "%s/x.access.db", folder);
    unlink(file);
    snprintf(file, sizeof file, "%s/x.access.db-reads", folder);
    unlink(file);
    arena_free(arena);
    return rmdir(folder);
}

static void later(int64_t ms)
{
    clock_fix_ms(now += ms);
}

#define DO(call)                                                                                                       \
    do {                                                                                                               \
        assert_int_equal(access_begin(a, &f), OK);                                                                     \
        assert_int_equal(access_end(a, (call), &f), OK);                                                               \
    } while (0)

static struct account new_account(const char *name)
{
    const struct actor by = {.address = STR("192.0.2.1")};
    struct account who = {.name = str_of(name), .full_name = STR("Nguyễn Văn An")};
    DO(account_add(a, &by, &who, NULL, 0, &who.number, NULL, &f));
    assert_int_equal(account_password_set(a, &by, &who, PASSWORD, &f), OK);
    return who;
}

static enum err try(struct sign_in in)
{
    struct account who;
    f = (struct fault){.code = OK};
    return account_sign_in(arena, a, &in, &who, &f);
}

static enum err stranger(const char *name, const char *address)
{
    return try((struct sign_in){.name = str_of(name), .password = STR("wrong"), .by.address = str_of(address)});
}

static int64_t count(const char *sql)
{
    int64_t n = -1;
    assert_int_equal(db_value_int(a->db, str_of(sql), DB_NO_VALUES, &n, &f), OK);
    return n;
}

static void a_stranger_cannot_keep_the_owner_waiting_where_he_was_before(void **state)
{
    (void)state;
    struct account who = new_account("known"), other = new_account("other");
    struct token device, others;
    DO(device_make(a, who.number, STR(""), &device, &f));
    DO(device_make(a, other.number, STR(""), &others, &f));
    for (int i = 0; i < THROTTLE_NAME_FREE; i++)
        assert_int_equal(stranger("known", "198.51.100.1"), ERR_SIGN_IN_REFUSED);
    assert_int_equal(stranger("known", "198.51.100.1"), ERR_SIGN_IN_WAIT);
    struct sign_in owner = {.name = STR("known"), .password = PASSWORD, .by.address = STR("192.0.2.1")};
    assert_int_equal(try(owner), ERR_SIGN_IN_WAIT); /* a browser that is not known */
    owner.device = str_of(others.text);
    assert_int_equal(try(owner), ERR_SIGN_IN_WAIT); /* somebody else's */
    owner.device = str_of(device.text);
    assert_int_equal(try(owner), OK);
    /* What is tried there is counted, too. */
    owner.password = STR("wrong");
    for (int i = 0; i < THROTTLE_NAME_FREE; i++)
        assert_int_equal(try(owner), ERR_SIGN_IN_REFUSED);
    owner.password = PASSWORD;
    assert_int_equal(try(owner), ERR_SIGN_IN_WAIT);
    later(HOUR);
    assert_int_equal(try(owner), OK);
    /* Another sign-in there takes the place of the former id; reset and time end it. */
    struct token next;
    DO(device_make(a, who.number, str_of(device.text), &next, &f));
    struct str key;
    assert_int_equal(device_key(arena, a, str_of(device.text), who.number, &key, &f), OK);
    assert_int_equal(key.n, 0);
    assert_int_equal(device_key(arena, a, str_of(next.text), who.number, &key, &f), OK);
    assert_true(key.n > 0);
    later(DEVICE_MS);
    assert_int_equal(device_key(arena, a, str_of(next.text), who.number, &key, &f), OK);
    assert_int_equal(key.n, 0);
    for (int i = 0; i < DEVICE_MOST + 5; i++)
        DO(device_make(a, who.number, STR(""), &next, &f));
    assert_int_equal(
        count("SELECT count(*) FROM device WHERE account = (SELECT account FROM account WHERE name = 'known')"),
        DEVICE_MOST);
    const struct actor by = {.address = STR("192.0.2.1")};
    struct token link;
    DO(account_reset(a, &by, &who, &link, &f));
    assert_int_equal(count("SELECT count(*) FROM device"), 0);
}

static void an_open_session_is_counted_by_itself(void **state)
{
    (void)state;
    new_account("open");
    for (int i = 0; i < THROTTLE_NAME_FREE; i++)
        assert_int_equal(stranger("open", "198.51.100.2"), ERR_SIGN_IN_REFUSED);
    struct sign_in again = {.name = STR("open"), .password = PASSWORD, .by = {.session = 7}, .is_again = true};
    assert_int_equal(try(again), OK);
    again.password = STR("wrong");
    for (int i = 0; i < THROTTLE_NAME_FREE; i++)
        assert_int_equal(try(again), ERR_SIGN_IN_REFUSED);
    again.password = PASSWORD;
    assert_int_equal(try(again), ERR_SIGN_IN_WAIT);
    again.by.session = 8;
    assert_int_equal(try(again), OK);
}

static void events_of_strangers_are_counted_not_heaped_up(void **state)
{
    (void)state;
    later(HOUR);
    int64_t before = count("SELECT count(*) FROM event");
    for (int i = 0; i < 300; i++)
        stranger("somebody", "198.51.100.3");
    assert_int_equal(count("SELECT count(*) FROM event"), before + 2); /* refused, and waits */
    struct event_row *rows;
    size_t n;
    assert_int_equal(event_list(arena, a, &(struct event_filter){.kind = STR("sign-in-waits")}, 1, &rows, &n, &f), OK);
    assert_int_equal(n, 1);
    assert_true(str_is(rows[0].detail, "×295"));
    /* Whoever takes other names and addresses each time comes to an end, too. */
    later(HOUR);
    before = count("SELECT count(*) FROM event");
    int64_t rows_before = count("SELECT count(*) FROM tally");
    for (int i = 0; i < 400; i++) {
        const struct event v = {.kind = EVENT_SIGN_IN_WAITS};
        struct str key = str_of(arena_printf(arena, "n:%d", i));
        DO(access_event_bounded(a, &v, &(struct event_bound){key, HOUR, 1, 200}, &f));
    }
    assert_in_range(count("SELECT count(*) FROM event") - before, 200, 201);
    assert_in_range(count("SELECT count(*) FROM tally") - rows_before, 0, 201);
}

static void old_events_of_strangers_go_and_no_others(void **state)
{
    (void)state;
    int64_t others = count("SELECT count(*) FROM event WHERE kind NOT IN ('sign-in-refused', 'sign-in-waits')");
    assert_true(count("SELECT count(*) FROM event WHERE kind = 'sign-in-refused'") > 3);
    later(401 * DAY);
    stranger("late", "198.51.100.4"); /* the first event of the time after, by which old is told */
    later(HOUR);
    stranger("later", "198.51.100.4");
    assert_int_equal(count("SELECT count(*) FROM event WHERE kind = 'sign-in-refused'"), 2);
    assert_int_equal(count("SELECT count(*) FROM event WHERE kind NOT IN ('sign-in-refused', 'sign-in-waits')"),
                     others);
    struct fault ignored = {.code = OK};
    assert_int_equal(db_exec(a->db, "DELETE FROM event", &ignored), ERR_DB_CONSTRAINT);
}

static void a_link_and_its_password_are_one(void **state)
{
    (void)state;
    struct account who = new_account("invited");
    const struct actor by = {.address = STR("192.0.2.1")};
    struct token link;
    int64_t number = 0;
    DO(account_reset(a, &by, &who, &link, &f));
    const struct welcome w = {.link = str_of(link.text), .password = PASSWORD};
    assert_int_equal(
        db_script(a->db,
                  "CREATE TRIGGER full BEFORE UPDATE OF password ON account BEGIN SELECT raise(ABORT, 'full'); END",
                  &f),
        OK);
    assert_int_equal(account_welcome(a, &by, &w, &who, &f), ERR_DB_CONSTRAINT);
    f = (struct fault){.code = OK};
    assert_int_equal(account_link_find(a, str_of(link.text), &number, &f), OK); /* still opens */
    assert_int_equal(db_script(a->db, "DROP TRIGGER full", &f), OK);
    assert_int_equal(account_welcome(a, &by, &w, &who, &f), OK);
    assert_int_equal(account_link_find(a, str_of(link.text), &number, &f), ERR_LINK_UNKNOWN);
    f = (struct fault){.code = OK};
    assert_int_equal(account_welcome(a, &by, &w, &who, &f), ERR_LINK_UNKNOWN);
    assert_int_equal(try((struct sign_in){.name = STR("invited"), .password = PASSWORD}), OK);
}

/* The trigger stands for an administrator who acts while the password is being compared. */
static void what_was_taken_away_during_a_sign_in_is_gone(void **state)
{
    (void)state;
    static const char *const taken[] = {"password = NULL", "password = 'another'", "disabled_ms = 1"};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        const char *name = arena_printf(arena, "taken%zu", i);
        new_account(name);
        assert_int_equal(stranger(name, "198.51.100.7"), ERR_SIGN_IN_REFUSED);
        const char *trigger = arena_printf(
            arena,
            "CREATE TRIGGER meanwhile BEFORE DELETE ON throttle BEGIN UPDATE account SET %s WHERE name = '%s'; END",
            taken[i], name);
        assert_int_equal(db_script(a->db, trigger, &f), OK);
        const struct sign_in owner = {.name = str_of(name), .password = PASSWORD, .by.address = STR("198.51.100.7")};
        assert_int_equal(try(owner), ERR_SIGN_IN_REFUSED);
        assert_int_equal(db_script(a->db, "DROP TRIGGER meanwhile", &f), OK);
        assert_int_equal(try(owner), OK); /* undone with the rest of that transaction */
    }
}

static int64_t guesses(void)
{
    struct audit_line lines[AUDIT_COUNT];
    size_t n = audit_run(arena, a, &(struct audit){.db_path = path}, lines);
    for (size_t i = 0; i < n; i++)
        if (lines[i].finding == AUDIT_GUESSING) {
            int64_t found = strtoll(lines[i].detail.p, NULL, 10);
            assert_int_equal(lines[i].state, found > 50 ? AUDIT_WEAK : AUDIT_GOOD);
            return found;
        }
    return -1;
}

static void guesses_are_counted_one_by_one(void **state)
{
    (void)state;
    later(2 * DAY);
    assert_int_equal(guesses(), 0);
    for (int i = 0; i < 40; i++)
        stranger("guessed", "198.51.100.8");
    assert_int_equal(guesses(), 40); /* of which two were written as events */
    later(2 * HOUR);
    for (int i = 0; i < 40; i++)
        stranger("guessed", "198.51.100.8");
    assert_int_equal(guesses(), 80);
    later(2 * DAY);
    assert_int_equal(guesses(), 0);
}

static void sessions_that_are_over_are_not_counted(void **state)
{
    (void)state;
    struct account who = new_account("counted");
    struct token id;
    DO(session_begin(a, &(struct session_start){.account = who.number, .agent = STR("")}, &id, &f));
    int64_t open = access_counts(a).sessions;
    assert_true(open > 0);
    later(SESSION_IDLE_MS + 1);
    assert_int_equal(access_counts(a).sessions, 0);
}

static void what_a_browser_says_of_itself_is_cut_between_letters(void **state)
{
    (void)state;
    char agent[302];
    struct account who = new_account("agent");
    struct token id;
    struct session *list;
    size_t n = 0;
    memset(agent, 'x', sizeof agent);
    memcpy(agent + 299, "\xc4\x91", 2); /* đ */
    DO(session_begin(a, &(struct session_start){.account = who.number, .agent = str_slice(agent, sizeof agent)}, &id,
                     &f));
    assert_int_equal(session_list(arena, a, who.number, &list, &n, &f), OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].agent.n, 299);
}

/* Taken from a file in which somebody was reset into one from before. */
static void what_was_reset_since_a_backup_has_no_recovery_codes(void **state)
{
    (void)state;
    char next_path[80];
    struct access *of_now = a;
    struct revocations r;
    struct recovery_codes codes;
    const struct actor by = {.address = STR("192.0.2.1")};
    struct account who = new_account("restored");
    DO(account_recovery_make(a, &by, who.number, &codes, &f));
    snprintf(next_path, sizeof next_path, "%s/next.db", folder);
    const char *next_file = arena_printf(arena, "%s/next.access.db", folder);
    assert_int_equal(db_copy(a->db, next_file, &f), OK);
    struct token link;
    DO(account_reset(a, &by, &who, &link, &f));
    assert_int_equal(revocations_carry(arena, path, next_path, &r, &f), OK);
    assert_int_equal(r.reset, 1);
    assert_int_equal(access_open(next_path, &a, &f), OK);
    assert_int_equal(count("SELECT count(*) FROM recovery_code JOIN account USING (account) WHERE name = 'restored'"),
                     0);
    access_close(a);
    a = of_now;
    unlink(next_file);
    unlink(arena_printf(arena, "%s-reads", next_file));
}

static void an_account_of_a_provider_is_made_without_a_link(void **state)
{
    (void)state;
    const struct actor by = {.address = STR("192.0.2.1")};
    const struct oidc_provider p = {.id = STR("national"), .issuer = STR("https://id.example")};
    const struct oidc_person person = {.subject = STR("7"), .full_name = STR("Lê Thị Bình")};
    const char *links = "SELECT (SELECT count(*) FROM link) + (SELECT count(*) FROM event WHERE kind = 'link-made')";
    struct account first, again;
    int64_t before = count(links);
    assert_int_equal(oidc_account(arena, a, &by, &p, &person, &first, &f), OK);
    assert_int_equal(oidc_account(arena, a, &by, &p, &person, &again, &f), OK);
    assert_true(first.number == again.number && first.is_citizen && !first.has_password);
    assert_int_equal(count(links), before);
}

static void the_programs_own_names_are_no_accounts(void **state)
{
    (void)state;
    static const char *const names[] = {"operator", "administrator", "tinhso", "system", "nobody"};
    const struct actor by = {.address = STR("192.0.2.1")};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct account who = {.name = str_of(names[i]), .full_name = STR("An")};
        assert_int_equal(access_begin(a, &f), OK);
        assert_int_equal(access_end(a, account_add(a, &by, &who, NULL, 0, &who.number, NULL, &f), &f),
                         ERR_ACCOUNT_NAME_RESERVED);
    }
    f = (struct fault){.code = OK};
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_cannot_keep_the_owner_waiting_where_he_was_before),
        cmocka_unit_test(an_open_session_is_counted_by_itself),
        cmocka_unit_test(events_of_strangers_are_counted_not_heaped_up),
        cmocka_unit_test(old_events_of_strangers_go_and_no_others),
        cmocka_unit_test(a_link_and_its_password_are_one),
        cmocka_unit_test(what_was_taken_away_during_a_sign_in_is_gone),
        cmocka_unit_test(guesses_are_counted_one_by_one),
        cmocka_unit_test(sessions_that_are_over_are_not_counted),
        cmocka_unit_test(what_a_browser_says_of_itself_is_cut_between_letters),
        cmocka_unit_test(what_was_reset_since_a_backup_has_no_recovery_codes),
        cmocka_unit_test(an_account_of_a_provider_is_made_without_a_link),
        cmocka_unit_test(the_programs_own_names_are_no_accounts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
