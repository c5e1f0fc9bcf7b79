/* The pieces that judge and decode a request, without sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "http/internal.h"

static void a_path_without_tricks_is_decoded(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str p;
    assert_int_equal(path_normal(a, STR("/s%E1%BB%95/%C4%90%E1%BA%AFk"), &p, NULL), OK);
    assert_true(str_is(p, "/sổ/Đắk"));
    assert_int_equal(path_normal(a, STR("/a/"), &p, NULL), OK);
    assert_int_equal(path_normal(a, STR("/...a/b..c"), &p, NULL), OK);
}

static void path_tricks_are_refused(void **state)
{
    static const char *const tricks[] = {"/..",      "/a/../b", "/a/./b", "//",        "/a//b", "/%2e%2e/x",
                                         "/.%2E",    "/a%2fb",  "/a%2Fb", "/a%5cb",    "/a\\b", "/a%00",
                                         "/a%0d%0a", "/a%7f",   "/%ff",   "/%c0%ae",   "/%",    "/%4",
                                         "/%zz",     "",        "a",      "/%ed%a0%80"};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tricks); i++) {
        struct str p;
        if (path_normal(a, str_of(tricks[i]), &p, NULL) != ERR_HTTP_PATH)
            fail_msg("%s was let through", tricks[i]);
    }
}

static enum err judge(struct message *m, const char *name, const char *value, const char *name2, const char *value2)
{
    *m = (struct message){.method = STR("POST"), .target = STR("/x?y=1"), .version = STR("HTTP/1.1")};
    m->headers[m->n_headers++] = (struct name_value){STR("Host"), STR("localhost")};
    if (name)
        m->headers[m->n_headers++] = (struct name_value){str_of(name), str_of(value)};
    if (name2)
        m->headers[m->n_headers++] = (struct name_value){str_of(name2), str_of(value2)};
    return message_judge(m, NULL);
}

static void a_plain_head_is_cut_into_path_and_query(void **state)
{
    struct message m;
    (void)state;
    assert_int_equal(judge(&m, "content-length", "12", NULL, NULL), OK);
    assert_int_equal(m.body_bytes, 12);
    assert_true(str_is(m.path, "/x") && str_is(m.query, "y=1") && str_is(m.host, "localhost"));
}

static void framing_that_two_readers_may_take_differently_is_refused(void **state)
{
    struct message m;
    (void)state;
    assert_int_equal(judge(&m, "Content-Length", "5", "Transfer-Encoding", "chunked"), ERR_HTTP_FRAMING);
    assert_int_equal(judge(&m, "Content-Length", "5", "Content-Length", "5"), ERR_HTTP_FRAMING);
    assert_int_equal(judge(&m, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"), ERR_HTTP_FRAMING);
    assert_int_equal(judge(&m, "Transfer-Encoding", "chunked", NULL, NULL), ERR_HTTP_LENGTH);
    assert_int_equal(judge(&m, "Transfer-Encoding", "xchunked", NULL, NULL), ERR_HTTP_FRAMING);
    assert_int_equal(judge(&m, "Host", "localhost", NULL, NULL), ERR_HTTP_FRAMING);
    assert_int_equal(judge(&m, "Content-Length ", "5", NULL, NULL), ERR_HTTP_FRAMING);
    assert_int_equal(judge(&m, "X", "a\rb", NULL, NULL), ERR_HTTP_FRAMING);
    static const char *const lengths[] = {"+5", "-5", "0x5", "5,5", "5 5", "", "٥", "5.", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
        assert_int_equal(judge(&m, "Content-Length", lengths[i], NULL, NULL), ERR_HTTP_FRAMING);
    /* the most that any route takes; where no files are taken, 4 MiB: answer_head, tests/abuse */
    assert_int_equal(judge(&m, "Content-Length", "67108865", NULL, NULL), ERR_HTTP_BODY_LARGE);
}

static void many_ranges_are_refused(void **state)
{
    struct message m;
    (void)state;
    assert_int_equal(judge(&m, "Range", "bytes=0-0", NULL, NULL), OK);
    assert_int_equal(judge(&m, "Range", "bytes=0-,1-,2-,3-,4-,5-,6-,7-", NULL, NULL), OK);
    assert_int_equal(judge(&m, "Range", "bytes=0-,1-,2-,3-,4-,5-,6-,7-,8-", NULL, NULL), ERR_HTTP_RANGES);
    assert_int_equal(judge(&m, "Range", "bytes=0-0", "range", "bytes=1-1"), ERR_HTTP_FRAMING);
}

static void the_query_of_what_is_refused_is_not_in_its_path(void **state)
{
    struct message m;
    (void)state;
    assert_int_equal(judge(&m, "X", "\x01", NULL, NULL), ERR_HTTP_FRAMING);
    assert_true(str_is(m.path, "/x"));
    m.target = STR("/x?q=Nguy\u1ec5n");
    m.n_headers = 1;
    assert_int_equal(message_judge(&m, NULL), ERR_HTTP_FRAMING);
    assert_true(str_is(m.path, "/x"));
}

static void absolute_targets_must_name_the_host(void **state)
{
    struct message m = {.method = STR("GET"), .target = STR("http://localhost/a?b"), .version = STR("HTTP/1.1")};
    (void)state;
    m.headers[m.n_headers++] = (struct name_value){STR("Host"), STR("localhost")};
    assert_int_equal(message_judge(&m, NULL), OK);
    assert_true(str_is(m.path, "/a"));
    struct message other = {.method = STR("GET"), .target = STR("http://elsewhere/a"), .version = STR("HTTP/1.1")};
    other.headers[other.n_headers++] = (struct name_value){STR("Host"), STR("localhost")};
    assert_int_equal(message_judge(&other, NULL), ERR_HTTP_FRAMING);
}

static enum format chosen(unsigned formats, const char *f_value, const char *accept)
{
    struct route r = {.formats = formats};
    enum format format = FORMAT_COUNT;
    if (format_choose(&r, str_of(f_value), str_of(accept), &format, NULL) != OK)
        return FORMAT_COUNT;
    return format;
}

static void the_format_follows_accept_and_f_goes_before_it(void **state)
{
    const unsigned both = FORMAT_BIT(FORMAT_HTML) | FORMAT_BIT(FORMAT_JSON),
                   geo = FORMAT_BIT(FORMAT_HTML) | FORMAT_BIT(FORMAT_GEOJSON);
    (void)state;
    assert_int_equal(chosen(both, NULL, NULL), FORMAT_HTML);
    assert_int_equal(chosen(both, NULL, "*/*"), FORMAT_HTML);
    assert_int_equal(chosen(both, NULL, "application/json"), FORMAT_JSON);
    assert_int_equal(chosen(both, NULL, "text/html;q=0.5, application/json;q=0.8"), FORMAT_JSON);
    assert_int_equal(chosen(both, NULL, "text/html,application/xhtml+xml,*/*;q=0.8"), FORMAT_HTML);
    assert_int_equal(chosen(both, NULL, "application/*"), FORMAT_JSON);
    assert_int_equal(chosen(both, NULL, "*/*, application/json;q=0"), FORMAT_HTML);
    assert_int_equal(chosen(both, NULL, "image/png"), FORMAT_COUNT);
    assert_int_equal(chosen(both, "json", "text/html"), FORMAT_JSON);
    assert_int_equal(chosen(both, "csv", "text/html"), FORMAT_COUNT);
    assert_int_equal(chosen(geo, "json", NULL), FORMAT_GEOJSON);
    assert_int_equal(chosen(geo, NULL, "application/json"), FORMAT_GEOJSON);
}

static void the_language_is_asked_for_remembered_or_preferred(void **state)
{
    bool is_chosen;
    (void)state;
    assert_int_equal(lang_choose(STR(""), STR(""), STR(""), &is_chosen), LANG_VI);
    assert_false(is_chosen);
    assert_int_equal(lang_choose(STR(""), STR(""), STR("fr, en-GB;q=0.8, vi;q=0.3"), &is_chosen), LANG_EN);
    assert_false(is_chosen);
    assert_int_equal(lang_choose(STR(""), STR("a=b; lang=en"), STR("vi"), &is_chosen), LANG_EN);
    assert_true(is_chosen);
    assert_int_equal(lang_choose(STR("vi"), STR("lang=en"), STR("en"), &is_chosen), LANG_VI);
    assert_int_equal(lang_choose(STR("xx"), STR(""), STR("en"), &is_chosen), LANG_EN);
}

static void an_etag_is_found_in_a_list(void **state)
{
    (void)state;
    assert_true(etag_matches(STR("\"a\", W/\"b\""), STR("b")));
    assert_true(etag_matches(STR("*"), STR("b")));
    assert_false(etag_matches(STR("\"ab\""), STR("b")));
    assert_false(etag_matches(STR(""), STR("b")));
}

/* ---- cache and rate ---- */

static _Atomic int n_freed;
static void note_free(void *response)
{
    n_freed++;
    free(response);
}

static void the_cache_stays_under_its_limit_and_keeps_what_is_used(void **state)
{
    (void)state;
    n_freed = 0;
    enum { MAX = 1 << 20, N = 4000 };
    struct cache *c = cache_new(MAX, note_free);
    size_t n, bytes;
    char key[32];
    kept_drop(cache_put(c, STR("wanted"), STR("e"), malloc(1), 1000, 200));
    for (int i = 0; i < N; i++) {
        snprintf(key, sizeof key, "key %d", i);
        kept_drop(cache_put(c, str_of(key), STR(""), malloc(1), 1000, 200));
        struct kept *k = cache_take(c, STR("wanted"));
        assert_non_null(k);
        assert_true(str_is(kept_etag(k), "e"));
        kept_drop(k);
    }
    cache_size(c, &n, &bytes);
    assert_true(bytes <= MAX && n > 300 && n < N);
    struct kept *held = cache_take(c, str_of(key));
    assert_non_null(held);
    assert_int_equal(kept_bytes(held), 1000);
    assert_null(cache_take(c, STR("key 0")));
    cache_free(c);
    assert_int_equal(n_freed, N);
    kept_drop(held);
    assert_int_equal(n_freed, N + 1);
}

static void *use_cache(void *p)
{
    char key[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "%d", i * 7919 % 300);
        struct kept *k = cache_take(p, str_of(key));
        if (!k)
            k = cache_put(p, str_of(key), STR(""), malloc(8), 5000, 200);
        assert_int_equal(kept_status(k), 200);
        kept_drop(k);
    }
    return NULL;
}

static void threads_share_the_cache(void **state)
{
    (void)state;
    struct cache *c = cache_new(1 << 20, free);
    pthread_t t[3];
    for (size_t i = 0; i < ARRAY_LEN(t); i++)
        assert_int_equal(pthread_create(&t[i], NULL, use_cache, c), 0);
    for (size_t i = 0; i < ARRAY_LEN(t); i++)
        pthread_join(t[i], NULL);
    cache_free(c);
}

static void a_client_spends_its_bucket_and_gets_it_back(void **state)
{
    (void)state;
    struct rate *r = rate_new();
    int64_t now = 1000000, spent = 0;
    while (rate_take(r, STR("192.0.2.1"), 50, now) == 0)
        spent += 50;
    assert_int_equal(spent, LIMIT_HTTP_RATE_BURST);
    int64_t wait = rate_take(r, STR("192.0.2.1"), 50, now);
    assert_true(wait > 0 && wait <= 1000);
    assert_int_equal(rate_take(r, STR("192.0.2.2"), 50, now), 0);
    assert_int_equal(rate_take(r, STR("192.0.2.1"), 50, now + wait), 0);
    while (rate_take(r, STR("2001:db8::1"), 50, now) == 0)
        ;
    assert_true(rate_take(r, STR("2001:db8::2"), 50, now) > 0); /* the same /64 */
    assert_int_equal(rate_take(r, STR("2001:db8:0:1::2"), 50, now), 0);
    rate_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_without_tricks_is_decoded),
        cmocka_unit_test(path_tricks_are_refused),
        cmocka_unit_test(a_plain_head_is_cut_into_path_and_query),
        cmocka_unit_test(framing_that_two_readers_may_take_differently_is_refused),
        cmocka_unit_test(many_ranges_are_refused),
        cmocka_unit_test(the_query_of_what_is_refused_is_not_in_its_path),
        cmocka_unit_test(absolute_targets_must_name_the_host),
        cmocka_unit_test(the_format_follows_accept_and_f_goes_before_it),
        cmocka_unit_test(the_language_is_asked_for_remembered_or_preferred),
        cmocka_unit_test(an_etag_is_found_in_a_list),
        cmocka_unit_test(the_cache_stays_under_its_limit_and_keeps_what_is_used),
        cmocka_unit_test(threads_share_the_cache),
        cmocka_unit_test(a_client_spends_its_bucket_and_gets_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
