/* OpenID Connect as the relying party: the declaration, what a provider says of itself, and every claim of an ID token that must be right. Invented people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "access/oidc.h"
#include "crypt/base64.h"
#include "crypt/ed25519.h"

#define NOW INT64_C(1790000000000)
#define DECLARED                                                                                                       \
    "provider: national\ntitle: {vi: Mẫu, en: Sample}\nissuer: https://id.example\nclient_id: us\n"                  \
    "scopes: [openid, profile]\nclaims:\n  full_name: name\n  personal_id: pid\n"

static void read_provider(struct arena *a, struct oidc_provider *p)
{
    struct faults list = {0};
    assert_int_equal(oidc_provider_read(a, STR(DECLARED), STR("national.yaml"), p, &list), OK);
    faults_done(&list);
}

static void a_declaration_is_read(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct oidc_provider p;
    read_provider(a, &p);
    assert_true(str_is(p.id, "national") && str_is(p.issuer, "https://id.example") && str_is(p.client_id, "us"));
    assert_true(str_is(p.claims.full_name, "name") && str_is(p.claims.personal_id, "pid"));
}

static void a_declaration_that_is_unsafe_or_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "provider: national\n",
        "provider: ../x\ntitle: x\nissuer: https://id.example\nclient_id: us\nclaims: {full_name: name}\n",
        "provider: national\ntitle: x\nissuer: http://id.example\nclient_id: us\nclaims: {full_name: name}\n",
        "provider: national\ntitle: x\nissuer: http://127.0.0.1.e.example\nclient_id: us\nclaims: {full_name: name}\n",
        "provider: national\ntitle: x\nissuer: https://id.example\nclient_id: us\nclaims: {name: name}\n",
        "provider: national\ntitle: x\nissuer: https://a@id.example\nclient_id: us\nclaims: {full_name: name}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct oidc_provider p;
        struct faults list CLEANUP(faults_done) = {0};
        assert_int_not_equal(oidc_provider_read(a, str_of(wrong[i]), STR("x.yaml"), &p, &list), OK);
        assert_true(list.n > 0);
    }
}

static void endpoints_must_be_those_of_the_issuer(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        enum err e;
    } all[] = {
        {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/a\",\"token_endpoint\":"
         "\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\",\"code_challenge_methods_supported\":"
         "[\"S256\"]}",
         OK},
        {"{\"issuer\":\"https://id.example/\",\"authorization_endpoint\":\"https://id.example/a\",\"token_endpoint\":"
         "\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\",\"code_challenge_methods_supported\":"
         "[\"S256\"]}",
         ERR_OIDC_PROVIDER},
        {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"javascript:alert(1)\",\"token_endpoint\":"
         "\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\",\"code_challenge_methods_supported\":"
         "[\"S256\"]}",
         ERR_OIDC_PROVIDER},
        {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/a\",\"token_endpoint\":"
         "\"http://id.example/t\",\"jwks_uri\":\"https://id.example/k\",\"code_challenge_methods_supported\":"
         "[\"S256\"]}",
         ERR_OIDC_PROVIDER},
        {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/a\",\"token_endpoint\":"
         "\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\"}",
         ERR_OIDC_PROVIDER},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct oidc_provider p;
    read_provider(a, &p);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct oidc_endpoints ends;
        assert_int_equal(oidc_endpoints_read(a, &p, str_of(all[i].document), &ends, NULL), all[i].e);
    }
}

/* A token endpoint's answer whose ID token holds these claims, signed by the key of `seed`. */
static struct str answer(struct arena *a, const unsigned char *seed, const char *claims)
{
    static const char header[] = "{\"alg\":\"EdDSA\",\"kid\":\"k\"}";
    unsigned char signature[ED25519_SIGNATURE_BYTES];
    struct buf b = BUF_INIT(1 << 16);
    base64url_encode(header, sizeof header - 1, &b);
    buf_putc(&b, '.');
    base64url_encode(claims, strlen(claims), &b);
    ed25519_sign(seed, buf_view(&b), signature);
    buf_putc(&b, '.');
    base64url_encode(signature, sizeof signature, &b);
    struct str token = buf_move(&b, a);
    return str_of(arena_printf(a, "{\"token_type\":\"Bearer\",\"id_token\":\"%.*s\"}", STR_ARG(token)));
}

static void keys_of(struct arena *a, const unsigned char *seed, struct jwk_set *ret)
{
    unsigned char key[ED25519_PUBLIC_BYTES];
    struct buf b = BUF_INIT(256);
    ed25519_public(seed, key);
    base64url_encode(key, sizeof key, &b);
    struct str x = buf_move(&b, a);
    const char *document =
        arena_printf(a, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\"%.*s\"}]}", STR_ARG(x));
    assert_int_equal(jwk_set_parse(a, str_of(document), ret, NULL), OK);
}

static void each_claim_must_be_right(void **state)
{
    (void)state;
#define TIMES "\"exp\":1790000300,\"iat\":1789999990"
#define PERSON "\"sub\":\"1\",\"name\":\"Người Mẫu\",\"pid\":\"067190000123\""
#define ISSUER "\"iss\":\"https://id.example\""
#define NONCE "\"nonce\":\"N\""
    static const struct {
        const char *claims;
        enum err e;
    } all[] = {
        {"{" ISSUER ",\"aud\":\"us\"," TIMES "," NONCE "," PERSON "}", OK},
        {"{" ISSUER ",\"aud\":[\"us\"]," TIMES "," NONCE "," PERSON "}", OK},
        {"{" ISSUER ",\"aud\":[\"us\",\"they\"],\"azp\":\"us\"," TIMES "," NONCE "," PERSON "}", OK},
        {"{" ISSUER ",\"aud\":[\"us\",\"they\"]," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"azp\":\"they\"," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"they\"," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER "," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{\"iss\":\"https://other.example\",\"aud\":\"us\"," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{\"aud\":\"us\"," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\"," TIMES ",\"nonce\":\"M\"," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\"," TIMES "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"exp\":1789999000,\"iat\":1789998990," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"exp\":1790000300," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"exp\":\"1790000300\",\"iat\":1789999990," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"exp\":1790009000,\"iat\":1790005000," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\"," TIMES "," NONCE ",\"sub\":\"1\",\"pid\":\"067190000123\"}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\"," TIMES "," NONCE ",\"sub\":\"1\",\"name\":\"A\",\"pid\":\"12\"}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\"," TIMES "," NONCE ",\"name\":\"A\"}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"nbf\":1790000059," TIMES "," NONCE "," PERSON "}", OK},
        {"{" ISSUER ",\"aud\":\"us\",\"nbf\":1790000100," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"{" ISSUER ",\"aud\":\"us\",\"nbf\":\"now\"," TIMES "," NONCE "," PERSON "}", ERR_OIDC_TOKEN},
        {"[]", ERR_OIDC_TOKEN},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    unsigned char seed[ED25519_SEED_BYTES] = {7}, other[ED25519_SEED_BYTES] = {8};
    struct oidc_provider p;
    struct jwk_set keys;
    struct oidc_person person;
    struct oidc_started started = {.nonce = {"N"}};
    read_provider(a, &p);
    keys_of(a, seed, &keys);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct str text = answer(a, seed, all[i].claims);
        assert_int_equal(oidc_person_read(a, &p, text, &keys, &started, NOW, &person, NULL), all[i].e);
        assert_int_not_equal(
            oidc_person_read(a, &p, answer(a, other, all[i].claims), &keys, &started, NOW, &person, NULL), OK);
    }
}

static void the_provider_must_be_as_sure_as_declared(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    unsigned char seed[ED25519_SEED_BYTES] = {7};
    struct faults list CLEANUP(faults_done) = {0};
    struct oidc_provider p;
    struct jwk_set keys;
    struct oidc_person person;
    struct oidc_endpoints ends = {.authorization = STR("https://id.example/a")};
    struct oidc_started started = {.nonce = {"N"}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    assert_int_equal(oidc_provider_read(a, STR(DECLARED "acr: ['urn:x:2', 'urn:x:3']\n"), STR("n.yaml"), &p, &list),
                     OK);
    keys_of(a, seed, &keys);
    static const struct {
        const char *claim;
        enum err e;
    } all[] = {{"\"acr\":\"urn:x:2\",", OK},
               {"\"acr\":\"urn:x:3\",", OK},
               {"\"acr\":\"urn:x:1\",", ERR_OIDC_TOKEN},
               {"\"acr\":[\"urn:x:2\"],", ERR_OIDC_TOKEN},
               {"", ERR_OIDC_TOKEN}};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        const char *claims =
            arena_printf(a, "{%s" ISSUER ",\"aud\":\"us\"," TIMES "," NONCE "," PERSON "}", all[i].claim);
        assert_int_equal(oidc_person_read(a, &p, answer(a, seed, claims), &keys, &started, NOW, &person, NULL),
                         all[i].e);
    }
    oidc_address(&p, &ends, &started, STR("https://so.example/back"), &b);
    assert_non_null(strstr(buf_cstr(&b), "&acr_values=urn%3Ax%3A2%20urn%3Ax%3A3"));
}

static void what_goes_to_the_provider_is_encoded(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct oidc_provider p;
    struct oidc_endpoints ends = {.authorization = STR("https://id.example/a")};
    /* RFC 7636 appendix B */
    struct oidc_started started = {
        .state = {"s"}, .nonce = {"n"}, .verifier = {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    read_provider(a, &p);
    oidc_address(&p, &ends, &started, STR("https://so.example/back?x"), &b);
    assert_string_equal(
        buf_cstr(&b),
        "https://id.example/a?response_type=code&client_id=us&redirect_uri=https%3A%2F%2Fso.example%2Fback%3Fx"
        "&state=s&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        "&code_challenge_method=S256&scope=openid%20profile");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_declaration_is_read),
        cmocka_unit_test(a_declaration_that_is_unsafe_or_wrong_is_refused),
        cmocka_unit_test(endpoints_must_be_those_of_the_issuer),
        cmocka_unit_test(each_claim_must_be_right),
        cmocka_unit_test(the_provider_must_be_as_sure_as_declared),
        cmocka_unit_test(what_goes_to_the_provider_is_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
