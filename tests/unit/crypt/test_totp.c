/* One-time codes against the vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B); passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "crypt/password.h"
#include "crypt/totp.h"

static const char digits[] = "1234567890123456789012345678901234567890123456789012345678901234";
#define SECRET ((const unsigned char *)digits)

static void codes_of_a_counter_are_those_of_rfc_4226(void **state)
{
    (void)state;
    static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489};
    for (uint64_t i = 0; i < ARRAY_LEN(codes); i++)
        assert_int_equal(totp_code(TOTP_SHA1, str_slice(digits, 20), i, 6), codes[i]);
}

static void codes_of_a_time_are_those_of_rfc_6238(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        uint32_t sha1, sha256, sha512;
    } rows[] = {
        {59, 94287082, 46119246, 90693936},         {1111111109, 7081804, 68084774, 25091201},
        {1111111111, 14050471, 67062674, 99943326}, {1234567890, 89005924, 91819424, 93441116},
        {2000000000, 69279037, 90698825, 38618901}, {20000000000, 65353130, 77737706, 47863826},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t step = (uint64_t)rows[i].seconds / 30;
        assert_int_equal(totp_code(TOTP_SHA1, str_slice(digits, 20), step, 8), rows[i].sha1);
        assert_int_equal(totp_code(TOTP_SHA256, str_slice(digits, 32), step, 8), rows[i].sha256);
        assert_int_equal(totp_code(TOTP_SHA512, str_slice(digits, 64), step, 8), rows[i].sha512);
    }
}

static void a_code_is_taken_once_and_near_its_time(void **state)
{
    (void)state;
    int64_t at = 1111111111000, step = 0;
    assert_true(totp_check(SECRET, STR("050471"), at, &step));
    assert_int_equal(step, 1111111111 / 30);
    assert_false(totp_check(SECRET, STR("050471"), at, &step));
    assert_false(
        totp_check(SECRET, STR("081804"), at, &step)); /* of the step before: older than the one that was taken */
    step = 0;
    assert_true(totp_check(SECRET, STR(" 081 804 "), at, &step));
    assert_true(totp_check(SECRET, STR("050471"), at, &step));
    step = 0;
    assert_true(totp_check(SECRET, STR("050471"), at + TOTP_STEP_MS, &step));
    step = 0;
    assert_false(totp_check(SECRET, STR("050471"), at + 2 * TOTP_STEP_MS, &step));
    static const char *const wrong[] = {"", "05047", "0504711", "05047a", "-50471", "050472", "٠٥٠٤٧١"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(totp_check(SECRET, str_of(wrong[i]), at, &step));
    assert_int_equal(step, 0);
}

static void a_secret_is_written_for_telephones(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    totp_secret_text(SECRET, &b);
    assert_string_equal(buf_cstr(&b), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    buf_reset(&b);
    totp_uri(SECRET, STR("Tỉnh A"), STR("an.nguyen"), &b);
    assert_string_equal(buf_cstr(&b),
                        "otpauth://totp/T%E1%BB%89nh%20A:an.nguyen?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                        "&issuer=T%E1%BB%89nh%20A");
}

static void a_password_is_told_from_every_other(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_BYTES], other[PASSWORD_HASH_BYTES];
    password_hash(STR("trời mưa tầm tã"), hash);
    password_hash(STR("trời mưa tầm tã"), other);
    assert_string_not_equal(hash, other);
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);
    assert_true(password_check(hash, STR("trời mưa tầm tã")));
    assert_false(password_check(hash, STR("trời mưa tầm ta")));
    assert_false(password_check(hash, STR("")));
    assert_false(password_check(PASSWORD_NOBODY, STR("")));
    assert_false(password_check("", STR("x")));
    assert_false(password_check(hash, (struct str){NULL, 0}));
    assert_false(password_check("$argon2id$v=19$m=65536,t=3,p=1$", STR("x")));
    assert_false(password_is_dated(hash));
    assert_false(password_is_dated(PASSWORD_NOBODY));
    assert_true(password_is_dated("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                                  "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_of_a_counter_are_those_of_rfc_4226),
        cmocka_unit_test(codes_of_a_time_are_those_of_rfc_6238),
        cmocka_unit_test(a_code_is_taken_once_and_near_its_time),
        cmocka_unit_test(a_secret_is_written_for_telephones),
        cmocka_unit_test(a_password_is_told_from_every_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
