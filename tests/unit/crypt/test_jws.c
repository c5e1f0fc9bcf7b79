/* JSON Web Signatures: the examples of RFC 7515 (appendix A.2, A.3) and RFC 8037 (appendix A.4), and what must not pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "crypt/jws.h"

#define RSA_N                                                                                                          \
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-"   \
    "pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"                  \
    "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"                      \
    "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA_KEY "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}"
#define EC_KEY                                                                                                         \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_"               \
    "FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define ED_KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define PAYLOAD "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RS256                                                                                                          \
    "eyJhbGciOiJSUzI1NiJ9." PAYLOAD                                                                                    \
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"                           \
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"                                                        \
    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"                        \
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"                 \
    "IoypGlUPQGe77Rw"
#define ES256                                                                                                          \
    "eyJhbGciOiJFUzI1NiJ9." PAYLOAD                                                                                    \
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define EDDSA                                                                                                          \
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4k"  \
    "i4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

static enum err check(struct arena *a, const char *keys, struct str token, struct str *payload)
{
    struct jwk_set set;
    const char *document = arena_printf(a, "{\"keys\":[%s]}", keys);
    assert_int_equal(jwk_set_parse(a, str_of(document), &set, NULL), OK);
    return jws_check(a, token, &set, payload, NULL);
}

/* A provider's document is no reason to stop. */
static void keys_without_content_are_passed_over(void **state)
{
    (void)state;
    static const char *const broken[] = {"{\"kty\":\"RSA\"}", "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
                                         "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}", "{\"kty\":\"EC\"}", "7"};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str payload;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++)
        assert_int_equal(check(a, arena_printf(a, "%s," EC_KEY, broken[i]), STR(ES256), &payload), OK);
}

static void published_examples_pass(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *token, *holds;
    } all[] = {{RSA_KEY, RS256, "\"iss\":\"joe\""},
               {EC_KEY, ES256, "\"iss\":\"joe\""},
               {ED_KEY, EDDSA, "Example of Ed25519 signing"},
               {RSA_KEY "," EC_KEY "," ED_KEY, ES256, "\"iss\":\"joe\""}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct str payload;
        assert_int_equal(check(a, all[i].keys, str_of(all[i].token), &payload), OK);
        assert_non_null(strstr(str_dup(a, payload).p, all[i].holds));
    }
}

static void each_changed_byte_is_seen(void **state)
{
    (void)state;
    static const char *const tokens[] = {RS256, ES256, EDDSA};
    static const char *const keys[] = {RSA_KEY, EC_KEY, ED_KEY};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t t = 0; t < ARRAY_LEN(tokens); t++)
        for (size_t i = 0; i < strlen(tokens[t]); i += 7) {
            char *other = arena_strdup(a, tokens[t]);
            struct str payload;
            other[i] = other[i] == 'A' ? 'B' : 'A';
            assert_int_not_equal(check(a, keys[t], str_of(other), &payload), OK);
        }
}

static void no_signature_is_no_signature(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "eyJhbGciOiJub25lIn0." PAYLOAD ".",                /* {"alg":"none"} */
        "eyJhbGciOiJOb25lIn0." PAYLOAD ".",                /* {"alg":"None"} */
        "eyJhbGciOiJIUzI1NiJ9." PAYLOAD ".AAAA",           /* HS256: the public key as shared secret */
        "eyJhbGciOiJFUzI1NiJ9." PAYLOAD ".",               /* ES256, empty */
        "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdfQ." PAYLOAD, /* crit, two parts */
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        PAYLOAD,
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        struct str payload;
        assert_int_not_equal(check(a, RSA_KEY "," EC_KEY, str_of(tokens[i]), &payload), OK);
    }
}

static void the_key_must_be_the_one_named(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str payload;
    assert_int_equal(check(a, ED_KEY, STR(ES256), &payload), ERR_JWS_KEY);
    assert_int_equal(check(a, EC_KEY "," EC_KEY, STR(ES256), &payload), ERR_JWS_KEY); /* which of them? */
    assert_int_not_equal(check(a, EC_KEY, STR(RS256), &payload), OK);
}

static void weak_and_foreign_keys_are_passed_over(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct jwk_set set;
    static const char *const documents[] = {
        "{}",
        "{\"keys\":[]}",
        "{\"keys\":{}}",
        "[]",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAk\",\"e\":\"AQAB\"}]}", /* 192 bits */
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(documents); i++)
        assert_int_equal(jwk_set_parse(a, str_of(documents[i]), &set, NULL), ERR_JWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples_pass),       cmocka_unit_test(keys_without_content_are_passed_over),
        cmocka_unit_test(each_changed_byte_is_seen),     cmocka_unit_test(no_signature_is_no_signature),
        cmocka_unit_test(the_key_must_be_the_one_named), cmocka_unit_test(weak_and_foreign_keys_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
