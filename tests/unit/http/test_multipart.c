/* Forms with files: what browsers send is read, what two readers could take differently is refused, names are no paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/multipart.h"

#define TYPE "multipart/form-data; boundary=XX"
#define PART(head, content) "--XX\r\n" head "\r\n\r\n" content "\r\n"
#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\""
#define FILE_OF(name) FIELD("file") "; filename=\"" name "\"\r\nContent-Type: text/csv"
#define END "--XX--\r\n"

static enum err read_all(struct arena *a, const char *type, struct str body, struct part *parts, size_t *ret_n)
{
    struct multipart mp;
    struct fault f = {0};
    bool has_part = true;
    *ret_n = 0;
    enum err e = multipart_begin(&mp, str_of(type), body, &f);
    while (e == OK && (e = multipart_next(a, &mp, &parts[*ret_n], &has_part, &f)) == OK && has_part)
        ++*ret_n;
    return e;
}

static void test_fields_and_files(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct part p[8];
    size_t n;
    struct str body =
        STR(PART(FIELD("do"), "check") PART(FILE_OF("hộ dân.csv"), "a,b\r\n1,2\r\n") PART(FIELD("note"), "") END);
    assert_int_equal(read_all(a, TYPE, body, p, &n), OK);
    assert_int_equal(n, 3);
    assert_true(str_is(p[0].name, "do") && str_is(p[0].content, "check") && !p[0].is_file);
    assert_true(str_is(p[1].filename, "hộ dân.csv") && str_is(p[1].content, "a,b\r\n1,2\r\n") && p[1].is_file);
    assert_true(str_is(p[2].name, "note") && p[2].content.n == 0);
    assert_int_equal(read_all(a, "multipart/form-data; charset=x; boundary=\"XX\"", body, p, &n), OK);
}

static void test_names_are_no_paths(void **state)
{
    (void)state;
    static const struct {
        const char *given, *kept;
    } names[] = {{"../../etc/passwd", "passwd"},
                 {"C:\\Users\\a\\so.xlsx", "so.xlsx"},
                 {"/", ""},
                 {"..", ".."},
                 {"a\x01\x7f"
                  "b.csv",
                  "ab.csv"},
                 {"", ""}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct part p[2];
        size_t n;
        const char *body =
            arena_printf(a, "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"%s\"\r\n\r\nx\r\n--XX--",
                         names[i].given);
        assert_int_equal(read_all(a, TYPE, str_of(body), p, &n), OK);
        assert_true(p[0].is_file && str_is(p[0].filename, names[i].kept));
    }
}

static void test_what_is_ambiguous_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body;
    } wrong[] = {
        {"multipart/form-data", PART(FIELD("a"), "1") END},
        {"multipart/form-data; boundary=", PART(FIELD("a"), "1") END},
        {"multipart/form-data; boundary=\"a b\"", "--a b--"},
        {TYPE, ""},
        {TYPE, "preamble\r\n" PART(FIELD("a"), "1") END},
        {TYPE, PART(FIELD("a"), "1")},
        {TYPE, PART(FIELD("a"), "1") "--XX"},
        {TYPE, PART(FIELD("a"), "1") "--XX--\r\nmore"},
        {TYPE, "--XX\n" FIELD("a") "\n\n1\n--XX--"},
        {TYPE, "--XX\r\n" FIELD("a") "\n\r\n\r\n1\r\n--XX--"},
        {TYPE, PART("Content-Type: text/plain", "1") END},
        {TYPE, PART("Content-Disposition: form-data", "1") END},
        {TYPE, PART("Content-Disposition: attachment; name=\"a\"", "1") END},
        {TYPE, PART(FIELD("a") "\r\n" FIELD("b"), "1") END},
        {TYPE, PART(FIELD("a") "\r\nContent-Transfer-Encoding: base64", "MQ==") END},
        {TYPE, PART(FIELD("a") "; filename*=UTF-8''x", "1") END},
        {TYPE, PART(FIELD("a") "; filename=\"\xff\"", "1") END},
        {TYPE, PART(" folded: 1\r\n" FIELD("a"), "1") END},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct part p[8];
        size_t n;
        if (read_all(a, wrong[i].type, str_of(wrong[i].body), p, &n) != ERR_HTTP_MULTIPART)
            fail_msg("%zu was taken", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_and_files),
        cmocka_unit_test(test_names_are_no_paths),
        cmocka_unit_test(test_what_is_ambiguous_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
