/* Accounts, sessions, links and waits, in an access file of their own, by a clock that is turned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/account.h"
#include "access/session.h"
#include "base/clock.h"

enum { HOUR = 3600 * 1000, MINUTE = 60 * 1000 };

static char folder[] = "/tmp/tinhso-access-XXXXXX", path[64];
static struct access *a;
static struct arena *arena;
static struct fault f;
static int64_t now = 1800000000000;
static struct actor by;
#define PASSWORD STR("bảy con mèo ngủ trưa")

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.db", folder);
    arena = arena_new();
    by.address = STR("192.0.2.1");
    clock_fix_ms(now);
    return access_open(path, &a, &f) == OK ? 0 : -1;
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

static void later(int64_t ms)
{
    clock_fix_ms(now += ms);
}

#define DO(call)                                                                                                       \
    do {                                                                                                               \
        assert_int_equal(access_begin(a, &f), OK);                                                                     \
        assert_int_equal(access_end(a, (call), &f), OK);                                                               \
    } while (0)

static struct account new_account(const char *name, bool is_citizen)
{
    struct token link;
    struct account who = {.name = str_of(name),
                          .full_name = STR("Nguyễn Văn An"),
                          .agency = STR(""),
                          .unit = STR(""),
                          .personal_id = STR(""),
                          .is_citizen = is_citizen};
    struct str roles[] = {STR("reader")};
    DO(account_add(a, &by, &who, roles, is_citizen ? 0 : 1, &who.number, &link, &f));
    assert_int_equal(account_password_set(a, &by, &who, PASSWORD, &f), OK);
    assert_int_equal(account_find(arena, a, str_of(name), &who, &f), OK);
    return who;
}

static enum err sign_in(const char *name, struct str password)
{
    struct account who;
    struct sign_in in = {.name = str_of(name), .password = password, .by = by};
    f = (struct fault){.code = OK};
    return account_sign_in(arena, a, &in, &who, &f);
}

static struct token begin(int64_t account, bool is_pending)
{
    struct token id;
    struct session_start how = {.account = account, .is_pending = is_pending, .by = by, .agent = STR("a browser")};
    DO(session_begin(a, &how, &id, &f));
    return id;
}

static const struct subject *find(const struct token *id)
{
    const struct subject *s = &subject_anyone;
    assert_int_equal(session_find(arena, a, str_of(id->text), &s, &f), OK);
    return s;
}

static void the_file_is_its_owners_alone(void **state)
{
    (void)state;
    struct stat st;
    char file[96];
    snprintf(file, sizeof file, "%s/x.access.db", folder);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void names_have_one_form(void **state)
{
    (void)state;
    struct str name;
    assert_int_equal(account_name_parse(arena, STR(" An.Nguyen-2 "), &name, &f), OK);
    assert_true(str_is(name, "an.nguyen-2"));
    static const char *const wrong[] = {"", "a", ".an", "an nguyen", "ẩn", "an/../x", "a\nn", "an'--", "<b>"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(account_name_parse(arena, str_of(wrong[i]), &name, &f), ERR_ACCOUNT_NAME);
}

static void what_everybody_takes_is_no_password(void **state)
{
    (void)state;
    struct account who = {.name = STR("an.nguyen"), .full_name = STR("Nguyễn Văn An")};
    static const struct {
        const char *text;
        enum err expected;
    } rows[] = {
        {"ngắn quá", ERR_PASSWORD_SHORT},
        {"mười một ch", ERR_PASSWORD_SHORT},
        {"aaaaaaaaaaaaaaaa", ERR_PASSWORD_WEAK},
        {"Password123456", ERR_PASSWORD_WEAK},
        {"MậtKhẩu12345678", ERR_PASSWORD_WEAK},
        {"an.nguyen1234567", ERR_PASSWORD_WEAK},
        {"Nguyễn Văn An 2026", ERR_PASSWORD_WEAK},
        {"qwertyuiop123456", ERR_PASSWORD_WEAK},
        {"abababababababab", ERR_PASSWORD_WEAK},
        {"bảy con mèo ngủ trưa", OK},
        {"kT9#xw!Lq2vB", OK},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(password_judge(str_of(rows[i].text), &who, &f), rows[i].expected);
}

static void either_spelling_of_an_accent_is_the_same_password(void **state)
{
    (void)state;
    new_account("accents", false);
    assert_int_equal(sign_in("accents", PASSWORD), OK);
    assert_int_equal(sign_in("ACCENTS ", STR("ba\xcc\x89y con m\x65\xcc\x80o ngu\xcc\x89 tr\x75\xcc\x9b\x61")), OK);
    assert_int_equal(sign_in("accents", STR("bay con meo ngu trua")), ERR_SIGN_IN_REFUSED);
}

static void attempts_wait_longer_and_longer(void **state)
{
    (void)state;
    new_account("waits", false);
    static const char *const names[] = {"waits", "nobody-of-this-name"};
    for (size_t k = 0; k < 2; k++) {
        for (int i = 0; i < THROTTLE_NAME_FREE; i++)
            assert_int_equal(sign_in(names[k], STR("wrong")), ERR_SIGN_IN_REFUSED);
        assert_int_equal(sign_in(names[k], PASSWORD), ERR_SIGN_IN_WAIT);
        assert_true(str_is(fault_param(&f, "minutes"), "1"));
    }
    later(THROTTLE_FIRST_MS + 1);
    assert_int_equal(sign_in("waits", STR("wrong")), ERR_SIGN_IN_REFUSED);
    later(THROTTLE_FIRST_MS + 1);
    assert_int_equal(sign_in("waits", PASSWORD), ERR_SIGN_IN_WAIT);
    later(THROTTLE_FIRST_MS);
    assert_int_equal(sign_in("waits", PASSWORD), OK);
    assert_int_equal(sign_in("waits", STR("wrong")), ERR_SIGN_IN_REFUSED);
    assert_int_equal(sign_in("waits", PASSWORD), OK);
}

static void an_address_waits_whatever_the_names(void **state)
{
    (void)state;
    struct actor kept = by;
    int64_t wait = 0;
    by.address = STR("2001:db8:1::4");
    assert_int_equal(sign_in("first-name", STR("wrong")), ERR_SIGN_IN_REFUSED);
    assert_int_equal(throttle_wait(a, STR("a:20010db800010000"), &wait, &f), OK);
    assert_int_equal(wait, 0);
    for (int i = 1; i < THROTTLE_ADDRESS_FREE; i++)
        assert_int_equal(throttle_failed(a, STR("a:20010db800010000"), THROTTLE_ADDRESS_FREE, &f), OK);
    by.address = STR("2001:db8:1:0:9:9:9:9"); /* the same network, written otherwise */
    assert_int_equal(sign_in("another-name", STR("wrong")), ERR_SIGN_IN_WAIT);
    by.address = STR("2001:db8:1:3:3::4");
    assert_int_equal(sign_in("another-name", STR("wrong")), ERR_SIGN_IN_REFUSED);
    by = kept;
}

static void a_session_ends_idle_old_or_with_its_account(void **state)
{
    (void)state;
    struct account who = new_account("sessions", false);
    struct token id = begin(who.number, false), other = begin(who.number, false);
    const struct subject *s = find(&id);
    assert_int_equal(s->kind, SUBJECT_ACCOUNT);
    assert_true(str_is(s->name, "sessions") && subject_has_role(s, STR("reader")));
    assert_int_equal(s->csrf.n, 64);
    assert_true(subject_is_recent(s));
    assert_false(str_eq(s->csrf, find(&other)->csrf));
    for (int i = 0; i < 25; i++) {
        later(29 * MINUTE);
        assert_int_equal(find(&id)->kind, i < 24 ? SUBJECT_ACCOUNT : SUBJECT_ANYONE); /* 12 hours */
        if (i == 0)
            assert_false(subject_is_recent(find(&id)));
    }
    assert_int_equal(find(&other)->kind, SUBJECT_ANYONE); /* idle since long */
    id = begin(who.number, false);
    later(SESSION_IDLE_MS);
    assert_int_equal(find(&id)->kind, SUBJECT_ANYONE);
    id = begin(who.number, false);
    DO(account_disable(a, &by, &who, &f));
    assert_int_equal(find(&id)->kind, SUBJECT_ANYONE);
    assert_int_equal(sign_in("sessions", PASSWORD), ERR_SIGN_IN_REFUSED);
    DO(account_enable(a, &by, &who, &f));
    assert_int_equal(find(&id)->kind, SUBJECT_ANYONE);
    assert_int_equal(sign_in("sessions", PASSWORD), OK);
}

static void each_step_gives_another_id(void **state)
{
    (void)state;
    struct account who = new_account("steps", false);
    struct token id = begin(who.number, true), next, last;
    const struct subject *s = find(&id);
    assert_int_equal(s->kind, SUBJECT_PENDING);
    DO(session_complete(a, &by, who.number, s->session, &next, &f));
    assert_int_equal(find(&id)->kind, SUBJECT_ANYONE);
    assert_int_equal(find(&next)->kind, SUBJECT_ACCOUNT);
    assert_true(find(&next)->has_second_factor);
    DO(session_proved(a, &by, who.number, s->session, &last, &f));
    assert_int_equal(find(&next)->kind, SUBJECT_ANYONE);
    assert_int_equal(find(&last)->session, s->session);
    static const char *const wrong[] = {"", "0", "zz", "../../etc/passwd",
                                        "0000000000000000000000000000000000000000000000000000000000000000"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        s = &subject_anyone;
        assert_int_equal(session_find(arena, a, str_of(wrong[i]), &s, &f), OK);
        assert_ptr_equal(s, &subject_anyone);
    }
}

static void rights_that_change_end_sessions(void **state)
{
    (void)state;
    struct account who = new_account("rights", false);
    struct token id = begin(who.number, false);
    DO(account_role_add(a, &by, &who, STR("reader"), &f)); /* held already: nothing changes */
    assert_int_equal(find(&id)->kind, SUBJECT_ACCOUNT);
    DO(account_role_add(a, &by, &who, STR("writer"), &f));
    assert_int_equal(find(&id)->kind, SUBJECT_ANYONE);
    id = begin(who.number, false);
    assert_int_equal(find(&id)->n_roles, 2);
    struct actor self = {.account = who.number, .session = find(&id)->session};
    DO(account_role_remove(a, &self, &who, STR("writer"), &f));
    assert_int_equal(find(&id)->n_roles, 1);
}

static void the_last_administrator_stays(void **state)
{
    (void)state;
    struct account who = new_account("chief", false);
    DO(account_role_add(a, &by, &who, STR(ROLE_ADMINISTRATOR), &f));
    /* As it was read before it was given the role. */
    assert_int_equal(access_begin(a, &f), OK);
    assert_int_equal(access_end(a, account_disable(a, &by, &who, &f), &f), ERR_ACCOUNT_LAST);
    assert_int_equal(account_find(arena, a, STR("chief"), &who, &f), OK);
    assert_int_equal(access_begin(a, &f), OK);
    assert_int_equal(access_end(a, account_disable(a, &by, &who, &f), &f), ERR_ACCOUNT_LAST);
    assert_int_equal(access_begin(a, &f), OK);
    assert_int_equal(access_end(a, account_role_remove(a, &by, &who, STR(ROLE_ADMINISTRATOR), &f), &f),
                     ERR_ACCOUNT_LAST);
    assert_int_equal(account_find(arena, a, STR("chief"), &who, &f), OK);
    assert_false(who.is_disabled);
    assert_int_equal(who.n_roles, 2);
}

static void a_link_opens_once_within_a_day(void **state)
{
    (void)state;
    struct account who = new_account("links", false);
    struct token first, second;
    int64_t number = 0;
    DO(account_reset(a, &by, &who, &first, &f));
    assert_int_equal(sign_in("links", PASSWORD), ERR_SIGN_IN_REFUSED);
    assert_int_equal(account_link_find(a, str_of(first.text), &number, &f), OK);
    assert_int_equal(number, who.number);
    DO(account_link(a, &by, who.number, &second, &f));
    assert_int_equal(account_link_find(a, str_of(first.text), &number, &f), ERR_LINK_UNKNOWN);
    DO(account_link_use(a, &by, str_of(second.text), &f));
    assert_int_equal(account_link_find(a, str_of(second.text), &number, &f), ERR_LINK_UNKNOWN);
    DO(account_link(a, &by, who.number, &first, &f));
    later(24 * HOUR);
    assert_int_equal(account_link_find(a, str_of(first.text), &number, &f), ERR_LINK_UNKNOWN);
    DO(account_link(a, &by, 0, &first, &f)); /* for the first administrator, but there are accounts */
    assert_int_equal(account_link_find(a, str_of(first.text), &number, &f), ERR_LINK_UNKNOWN);
}

static void codes_are_taken_once(void **state)
{
    (void)state;
    struct account who = new_account("codes", false);
    unsigned char secret[TOTP_SECRET_BYTES] = "12345678901234567890";
    struct recovery_codes codes;
    char code[8];
    struct str key = str_slice((const char *)secret, sizeof secret);
    assert_int_equal(account_totp_set(a, &by, who.number, secret, STR("000000"), &f), ERR_CODE_REFUSED);
#define CODE_NOW() snprintf(code, sizeof code, "%06u", totp_code(TOTP_SHA1, key, (uint64_t)(now / TOTP_STEP_MS), 6))
    CODE_NOW();
    DO(account_totp_set(a, &by, who.number, secret, str_of(code), &f));
    DO(account_recovery_make(a, &by, who.number, &codes, &f));
    assert_int_equal(account_code_check(a, &by, who.number, str_of(code), STR(""), &f),
                     ERR_CODE_REFUSED); /* it set it up */
    later(TOTP_STEP_MS);
    CODE_NOW();
    assert_int_equal(account_code_check(a, &by, who.number, str_of(code), STR(""), &f), OK);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(code), STR(""), &f), ERR_CODE_REFUSED);
    for (char *p = codes.text[3]; *p; p++) /* typed otherwise */
        *p = (char)(*p == '0' ? 'O' : *p == '1' ? 'l' : *p == '-' ? ' ' : *p >= 'a' ? *p - 32 : *p);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(codes.text[3]), STR(""), &f), OK);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(codes.text[3]), STR(""), &f), ERR_CODE_REFUSED);
    assert_int_equal(account_find(arena, a, STR("codes"), &who, &f), OK);
    assert_int_equal(who.recovery_left, RECOVERY_CODES - 1);
    for (int i = 1; i < THROTTLE_NAME_FREE; i++)
        assert_int_equal(account_code_check(a, &by, who.number, STR("000000"), STR(""), &f), ERR_CODE_REFUSED);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(codes.text[4]), STR(""), &f), ERR_SIGN_IN_WAIT);
    struct recovery_codes fresh;
    DO(account_recovery_make(a, &by, who.number, &fresh, &f));
    later(HOUR);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(codes.text[5]), STR(""), &f), ERR_CODE_REFUSED);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(fresh.text[5]), STR(""), &f), ERR_SIGN_IN_WAIT);
    later(HOUR);
    assert_int_equal(account_code_check(a, &by, who.number, str_of(fresh.text[5]), STR(""), &f), OK);
}

static void events_are_only_added_and_hold_no_secret(void **state)
{
    (void)state;
    struct fault ignored = {.code = OK};
    int64_t n = 0;
    assert_int_equal(db_value_int(a->db, STR("SELECT count(*) FROM event"), DB_NO_VALUES, &n, &f), OK);
    assert_true(n > 50);
    assert_int_equal(db_exec(a->db, "DELETE FROM event", &ignored), ERR_DB_CONSTRAINT);
    assert_int_equal(db_exec(a->db, "UPDATE event SET detail = 'x'", &ignored), ERR_DB_CONSTRAINT);
    assert_int_equal(db_value_int(a->db,
                                  STR("SELECT count(*) FROM event WHERE detail LIKE '%mèo%' OR detail LIKE '%nobody%'"),
                                  DB_NO_VALUES, &n, &f),
                     OK);
    assert_int_equal(n, 0);
}

static void a_newer_file_is_refused(void **state)
{
    (void)state;
    struct access *other = NULL;
    assert_int_equal(db_exec(a->db, "UPDATE access_schema SET version = version + 100", &f), OK);
    assert_int_equal(access_open(path, &other, &f), ERR_ACCESS_NEWER);
    assert_int_equal(db_exec(a->db, "UPDATE access_schema SET version = version - 100", &f), OK);
    assert_int_equal(access_open(path, &other, &f), OK);
    access_close(other);
}

static void a_citizen_holds_no_role(void **state)
{
    (void)state;
    struct token link;
    struct account who = new_account("dan.mau", true);
    struct str role = STR("reader");
    assert_int_equal(access_begin(a, &f), OK);
    assert_int_equal(account_role_add(a, &by, &who, role, &f), ERR_ACCOUNT_CITIZEN);
    who.name = STR("dan.khac");
    assert_int_equal(account_add(a, &by, &who, &role, 1, &who.number, &link, &f), ERR_ACCOUNT_CITIZEN);
    access_rollback(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_its_owners_alone),
        cmocka_unit_test(names_have_one_form),
        cmocka_unit_test(what_everybody_takes_is_no_password),
        cmocka_unit_test(either_spelling_of_an_accent_is_the_same_password),
        cmocka_unit_test(attempts_wait_longer_and_longer),
        cmocka_unit_test(an_address_waits_whatever_the_names),
        cmocka_unit_test(a_session_ends_idle_old_or_with_its_account),
        cmocka_unit_test(each_step_gives_another_id),
        cmocka_unit_test(rights_that_change_end_sessions),
        cmocka_unit_test(a_citizen_holds_no_role),
        cmocka_unit_test(the_last_administrator_stays),
        cmocka_unit_test(a_link_opens_once_within_a_day),
        cmocka_unit_test(codes_are_taken_once),
        cmocka_unit_test(events_are_only_added_and_hold_no_secret),
        cmocka_unit_test(a_newer_file_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
