/* JSON Merge Patch: the examples of RFC 7396, appendix A. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "text/json_merge.h"

static struct json *parsed(struct arena *a, const char *text)
{
    struct json *root = NULL;
    struct fault f = {0};
    assert_int_equal(json_parse(a, str_of(text), STR(""), &root, &f), OK);
    return root;
}

static void patches_are_merged_as_the_standard_says(void **state)
{
    (void)state;
    static const struct {
        const char *original, *patch, *result;
    } cases[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a = arena_new();
        struct buf b CLEANUP(buf_done) = BUF_INIT(1000), before CLEANUP(buf_done) = BUF_INIT(1000);
        struct json *original = parsed(a, cases[i].original), target = *original;
        json_merge(a, &target, parsed(a, cases[i].patch));
        json_canonical(a, &target, &b);
        assert_string_equal(buf_cstr(&b), cases[i].result);
        json_canonical(a, original, &before); /* what is merged into a copy leaves the first as it was */
        assert_string_equal(buf_cstr(&before), cases[i].original);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(patches_are_merged_as_the_standard_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
