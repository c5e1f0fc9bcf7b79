/* Who asks, and what they may: a server whose cookie names the subject, asked over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "http/http.h"

#include "ask.h"

static _Atomic int n_answered;
static _Atomic bool is_revoked; /* the sessions of everybody */

static enum err answer(struct exchange *x, struct fault *f)
{
    (void)f;
    n_answered++;
    buf_printf(&x->body, "%d %.*s", (int)x->subject->kind, STR_ARG(x->subject->name));
    return OK;
}

static enum err answer_slow(struct exchange *x, struct fault *f)
{
    usleep(300000);
    return answer(x, f);
}

static enum err identify(void *worker, struct exchange *x, struct str cookies, const struct subject **ret_subject,
                         struct fault *f)
{
    (void)worker, (void)f;
    struct str who = cookie_find(cookies, STR("who"));
    if (!who.n || is_revoked)
        return OK;
    struct subject *s = ARENA_NEW(x->arena, struct subject);
    s->kind = str_is(who, "pending") ? SUBJECT_PENDING : SUBJECT_ACCOUNT;
    s->name = who;
    s->csrf = STR("0123456789abcdef");
    s->proved_ms = str_is(who, "old") ? clock_now_ms() - SUBJECT_RECENT_MS - 1 : clock_now_ms();
    *ret_subject = s;
    return OK;
}

static bool may(struct exchange *x)
{
    return str_is(x->subject->name, "admin") || str_is(x->subject->name, "old");
}

static enum err worker(void *context, void **ret_worker, struct fault *f)
{
    (void)context, (void)f;
    *ret_worker = mem_alloc(1);
    return OK;
}

#define PAGE(verb, address, who, more)                                                                                 \
    {                                                                                                                  \
        .method = METHOD_##verb, .path = address, .id = address #verb,                                                 \
        .formats = FORMAT_BIT(FORMAT_HTML) | FORMAT_BIT(FORMAT_JSON), .right = who, .flags = more, .answer = answer    \
    }

static const struct route routes[] = {
    PAGE(GET, "/open", RIGHT_PUBLIC, 0),
    PAGE(GET, "/mine", RIGHT_SIGNED_IN, 0),
    PAGE(POST, "/mine", RIGHT_SIGNED_IN, TAKES_BODY | IS_FORM),
    PAGE(POST, "/lone", RIGHT_SIGNED_IN, TAKES_BODY | IS_FORM),
    PAGE(GET, "/recent", RIGHT_SIGNED_IN_RECENT, 0),
    PAGE(GET, "/admin", RIGHT_ADMINISTER, 0),
    PAGE(POST, "/form", RIGHT_PUBLIC, TAKES_BODY | IS_FORM),
    {.method = METHOD_GET,
     .path = "/slow",
     .id = "slow",
     .formats = FORMAT_BIT(FORMAT_JSON),
     .flags = IS_SLOW,
     .answer = answer_slow},
    {.method = METHOD_GET,
     .path = "/long",
     .id = "long",
     .formats = FORMAT_BIT(FORMAT_JSON),
     .flags = IS_LONG,
     .answer = answer_slow},
    {.method = METHOD_POST,
     .path = "/api",
     .id = "api",
     .formats = FORMAT_BIT(FORMAT_JSON),
     .right = RIGHT_WRITE,
     .flags = TAKES_BODY,
     .answer = answer},
    ROUTE_END,
};

static struct http_server *server;
static const _Atomic int stop;
static pthread_t thread;

static void *run(void *p)
{
    return (void *)(uintptr_t)http_server_run(p, &stop, NULL);
}

static int set_up(void **state)
{
    (void)state;
    struct fault f;
    struct http_options o = {.listen = STR("127.0.0.1:0"),
                             .n_threads = 1,
                             .routes = routes,
                             .operator_key = STR("a-key-of-this-test"),
                             .access_log = -1,
                             .worker_new = worker,
                             .worker_free = free,
                             .identify = identify,
                             .may = may};
    if (http_server_new(&o, &server, &f) != OK)
        return -1;
    port = (int)strtol(strrchr(http_server_address(server).p, ':') + 1, NULL, 10);
    return pthread_create(&thread, NULL, run, server);
}

static int tear_down(void **state)
{
    void *result;
    (void)state;
    http_server_stop(server);
    pthread_join(thread, &result);
    http_server_free(server);
    return result ? -1 : 0;
}

#define HTML "Accept: text/html\r\n"
#define AS(who) "Cookie: lang=vi; who=" who "\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define OURS "Origin: http://localhost\r\n"
#define POST(target, headers, body) ASK("POST " target " HTTP/1.1\r\n" HOST headers "Content-Length: " body)
#define TOKEN "21\r\n\r\ncsrf=0123456789abcdef"

static void only_what_anyone_asked_is_kept(void **state)
{
    (void)state;
    assert_status(GET("/open", ""), 200);
    assert_non_null(strstr(reply, "Cache-Control: no-cache\r\n"));
    int n = n_answered;
    assert_status(GET("/open", ""), 200);
    assert_int_equal(n_answered, n);
    for (int i = 0; i < 2; i++) {
        assert_status(GET("/open", AS("an")), 200);
        assert_non_null(strstr(reply, "Cache-Control: private, no-store\r\n"));
        assert_null(strstr(reply, "ETag:"));
        assert_non_null(strstr(reply, "\r\n\r\n3 an"));
    }
    assert_int_equal(n_answered, n + 2);
    assert_status(GET("/open", "Authorization: Bearer a-key-of-this-test\r\n" AS("an")), 200);
    assert_non_null(strstr(reply, "\r\n\r\n1 "));
    assert_status(GET("/open", ""), 200);
    assert_non_null(strstr(reply, "\r\n\r\n0 "));
}

static void who_is_not_signed_in_is_led_to_the_sign_in(void **state)
{
    (void)state;
    assert_status(GET("/mine", ""), 401);
    assert_non_null(strstr(reply, "/problems/sign-in"));
    assert_status(GET("/mine?a=1&b=2", HTML), 303);
    assert_non_null(strstr(reply, "Location: /sign-in?next=%2Fmine%3Fa%3D1%26b%3D2\r\n"));
    assert_status(POST("/mine", HTML OURS FORM, "3\r\n\r\na=1"), 303);
    assert_non_null(strstr(reply, "Location: /sign-in?next=%2Fmine\r\n"));
    assert_status(POST("/lone", HTML OURS FORM, "3\r\n\r\na=1"), 303);
    assert_non_null(strstr(reply, "Location: /sign-in?next=%2F\r\n"));
    assert_status(GET("/mine", HTML AS("pending")), 303);
    assert_non_null(strstr(reply, "Location: /sign-in/code?next=%2Fmine\r\n"));
    assert_status(GET("/mine", AS("an")), 200);
    assert_status(GET("/mine", "Cookie: who=an; who=binh\r\n"), 401);
}

static void a_password_long_ago_is_asked_for_again(void **state)
{
    (void)state;
    assert_status(GET("/recent", AS("an")), 200);
    assert_status(GET("/recent", AS("old")), 401);
    assert_non_null(strstr(reply, "/problems/sign-in-again"));
    assert_status(GET("/recent", HTML AS("old")), 303);
    assert_non_null(strstr(reply, "Location: /sign-in/again?next=%2Frecent\r\n"));
    assert_status(GET("/admin", AS("an")), 403);
    assert_status(GET("/admin", AS("admin")), 200);
    assert_status(GET("/admin", AS("old")), 401);
}

static void a_form_carries_the_token_of_its_session(void **state)
{
    (void)state;
    assert_status(POST("/mine", AS("an") OURS FORM, TOKEN), 200);
    assert_status(POST("/mine", AS("an") OURS FORM, "21\r\n\r\ncsrf=0123456789abcdeF"), 403);
    assert_status(POST("/mine", AS("an") OURS FORM, "0\r\n\r\n"), 403);
    assert_status(POST("/mine", AS("an") FORM, TOKEN), 403);
    assert_status(POST("/mine", AS("an") "Origin: http://evil.example\r\n" FORM, TOKEN), 403);
    assert_status(POST("/mine", AS("an") "Sec-Fetch-Site: cross-site\r\n" FORM, TOKEN), 403);
    assert_status(POST("/mine", AS("an") "Sec-Fetch-Site: same-origin\r\n" FORM, TOKEN), 200);
    assert_status(
        POST("/mine", AS("an") OURS "Content-Type: multipart/form-data; boundary=x\r\n",
             "75\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n0123456789abcdef\r\n--x--"),
        200);
    assert_status(POST("/mine", AS("an") OURS "X-CSRF-Token: 0123456789abcdef\r\n", "0\r\n\r\n"), 200);
    assert_status(POST("/form", OURS FORM, "0\r\n\r\n"), 200);
    assert_status(POST("/form", FORM, "0\r\n\r\n"), 403);
}

static void an_account_writes_only_where_it_may(void **state)
{
    (void)state;
    assert_status(POST("/api", "", "0\r\n\r\n"), 401);
    assert_non_null(strstr(reply, "/problems/key"));
    assert_status(POST("/api", AS("pending") "X-CSRF-Token: 0123456789abcdef\r\n", "0\r\n\r\n"), 401);
    assert_status(POST("/api", AS("an") "X-CSRF-Token: 0123456789abcdef\r\n", "0\r\n\r\n"), 403);
    assert_status(POST("/api", AS("admin") "X-CSRF-Token: 0123456789abcdef\r\n", "0\r\n\r\n"), 200);
    assert_status(POST("/api", AS("admin"), "0\r\n\r\n"), 403);
    assert_status(POST("/api", "Authorization: Bearer a-key-of-this-test\r\n", "0\r\n\r\n"), 200);
}

static void *ask_slow(void *target)
{
    static _Thread_local char own[4096];
    char request[128];
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n", (const char *)target);
    ask_raw(own, sizeof own, request, (size_t)n);
    return strncmp(own, "HTTP/1.1 200", 12) == 0 ? NULL : (void *)1;
}

static void slow_work_holds_up_nobody(void **state)
{
    (void)state;
    pthread_t t[4];
    static const char *const targets[] = {"/slow", "/slow", "/long", "/long"};
    int64_t begun = clock_mono_us();
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, ask_slow, (void *)(uintptr_t)targets[i]), 0);
    usleep(50000);
    assert_status(GET("/open", AS("an")), 200);
    assert_true(clock_mono_us() - begun < 290000);
    for (size_t i = 0; i < 4; i++) {
        void *failed;
        pthread_join(t[i], &failed);
        assert_null(failed);
    }
}

static void a_path_to_come_back_to_is_one_of_this_site(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "//evil.example",
                                        "/\\evil.example",
                                        "https://evil.example",
                                        "javascript:x",
                                        "/a\r\nSet-Cookie: x=1",
                                        "/a b",
                                        "evil",
                                        "/a\\b"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_true(str_is(local_path(str_of(wrong[i])), "/"));
    assert_true(str_is(local_path(STR("/registers/x?a=1")), "/registers/x?a=1"));
}

static void a_session_that_ends_while_the_body_is_on_its_way_gets_nothing_done(void **state)
{
    (void)state;
    static const char head[] =
        "POST /mine HTTP/1.1\r\n" HOST "Origin: http://localhost\r\nCookie: who=an\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: 21\r\n\r\n",
                      body[] = "csrf=0123456789abcdef";
    for (int revoked = 0; revoked <= 1; revoked++) {
        int fd = dial(), before = n_answered;
        char answer_bytes[4096] = "";
        size_t n = 0;
        assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), (ssize_t)sizeof head - 1);
        usleep(200000); /* the head is judged before the body comes */
        is_revoked = revoked;
        assert_int_equal(send(fd, body, sizeof body - 1, MSG_NOSIGNAL), (ssize_t)sizeof body - 1);
        for (ssize_t got;
             n + 1 < sizeof answer_bytes && (got = recv(fd, answer_bytes + n, sizeof answer_bytes - 1 - n, 0)) > 0;)
            n += (size_t)got;
        close(fd);
        is_revoked = false;
        assert_status(answer_bytes, revoked ? 401 : 200);
        assert_int_equal(n_answered - before, revoked ? 0 : 1);
    }
}

/* The server stops afterwards (tear_down), though nobody waits for these answers. */
static void who_leaves_while_a_lane_works_leaves_nothing_behind(void **state)
{
    (void)state;
    static const char request[] = "GET /slow HTTP/1.1\r\n" HOST "\r\n";
    static const struct linger at_once = {.l_onoff = 1};
    for (int i = 0; i < 4; i++) {
        int fd = dial();
        assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), (ssize_t)sizeof request - 1);
        usleep(20000);
        if (i % 2)
            assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
        close(fd);
    }
    assert_null(ask_slow((void *)(uintptr_t) "/slow"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_anyone_asked_is_kept),
        cmocka_unit_test(who_is_not_signed_in_is_led_to_the_sign_in),
        cmocka_unit_test(a_password_long_ago_is_asked_for_again),
        cmocka_unit_test(a_form_carries_the_token_of_its_session),
        cmocka_unit_test(an_account_writes_only_where_it_may),
        cmocka_unit_test(a_session_that_ends_while_the_body_is_on_its_way_gets_nothing_done),
        cmocka_unit_test(slow_work_holds_up_nobody),
        cmocka_unit_test(who_leaves_while_a_lane_works_leaves_nothing_behind),
        cmocka_unit_test(a_path_to_come_back_to_is_one_of_this_site),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
