/* A server with a small table of its own, asked over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "http/http.h"
#include "text/json.h"

#include "ask.h"

static _Atomic int64_t revision = 7;
static _Atomic int n_made, n_groups, n_written, n_opened;
static _Atomic bool is_disk_full;

static enum err answer_echo(struct exchange *x, struct fault *f)
{
    struct json_out o;
    (void)f;
    n_made++;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("name")), json_str(&o, input_text(x, 0));
    json_key(&o, STR("limit")), json_int(&o, input(x, 1)->integer);
    json_key(&o, STR("others")), json_int(&o, (int64_t)x->n_others);
    json_key(&o, STR("self")), json_str(&o, exchange_link(x, "limit", STR("9 9")));
    json_object_end(&o);
    return OK;
}

static enum err answer_long(struct exchange *x, struct fault *f)
{
    (void)f;
    for (int i = 0; i < 5000; i++)
        buf_puts(&x->body, "một hai ba ");
    x->etag = STR("mine");
    return OK;
}

enum { HUGE = 60 << 20 }; /* four fit into LIMIT_HTTP_HELD_BYTES */

static enum err answer_huge(struct exchange *x, struct fault *f)
{
    static char piece[1 << 20];
    (void)f;
    memset(piece, 'x', sizeof piece);
    while (x->body.n < HUGE)
        buf_str(&x->body, str_slice(piece, sizeof piece));
    return OK;
}

static enum err answer_write(struct exchange *x, struct fault *f)
{
    if (str_is(x->request_body, "bad"))
        return FAULT(f, ERR_HTTP_PRECONDITION);
    n_written++;
    x->status = 201;
    buf_str(&x->body, x->request_body);
    return OK;
}

static enum err worker(void *context, void **ret_worker, struct fault *f)
{
    (void)context, (void)f;
    n_opened++;
    *ret_worker = mem_alloc(1);
    return OK;
}

static enum err read_revision(void *w, struct str at, int64_t *ret_rev, struct fault *f)
{
    (void)w, (void)at, (void)f;
    *ret_rev = revision;
    return OK;
}

static enum err group_begin(void *w, struct fault *f)
{
    (void)w, (void)f;
    usleep(5000); /* others come meanwhile */
    return OK;
}

static enum err group_commit(void *w, struct fault *f)
{
    (void)w;
    n_groups++;
    return is_disk_full ? FAULT(f, ERR_DB_FULL, {"path", STR("x.db")}) : OK;
}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/echo/{name}",
     .id = "echo",
     .inputs =
         (const struct input[]){
             {.name = "name", .in = IN_PATH, .type = INPUT_NAME},
             {.name = "limit", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = 100, .standard = 10},
             {.name = "bbox", .in = IN_QUERY, .type = INPUT_BBOX},
             {.name = "datetime", .in = IN_QUERY, .type = INPUT_INTERVAL},
             INPUT_END},
     .formats = FORMAT_BIT(FORMAT_JSON),
     .cost = COST_KEY,
     .answer = answer_echo},
    {.method = METHOD_GET,
     .path = "/open/{name}",
     .id = "open",
     .inputs = (const struct input[]){{.name = "name", .in = IN_PATH, .type = INPUT_NAME},
                                      {.name = "limit", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = 100},
                                      {.name = "field", .in = IN_QUERY, .type = INPUT_TEXT, .is_open = true},
                                      INPUT_END},
     .formats = FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_HTML),
     .standard = FORMAT_JSON,
     .cost = COST_KEY,
     .answer = answer_echo},
    {.method = METHOD_GET,
     .path = "/long",
     .id = "long",
     .formats = FORMAT_BIT(FORMAT_TEXT),
     .cost = COST_PAGE,
     .answer = answer_long},
    {.method = METHOD_GET,
     .path = "/huge",
     .id = "huge",
     .formats = FORMAT_BIT(FORMAT_TEXT),
     .flags = IS_LIVE,
     .cost = COST_SCAN,
     .answer = answer_huge},
    {.method = METHOD_POST,
     .path = "/write",
     .id = "write",
     .formats = FORMAT_BIT(FORMAT_TEXT),
     .flags = TAKES_BODY | WRITES,
     .right = RIGHT_WRITE,
     .cost = COST_KEY,
     .answer = answer_write},
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
    struct http_options o = {
        .listen = STR("127.0.0.1:0"),
        .n_threads = 2,
        .routes = routes,
        .operator_key = STR("a-key-of-this-test"),
        .access_log = -1,
        .worker_new = worker,
        .worker_free = free,
        .revision = read_revision,
        .writer_new = worker,
        .writer_free = free,
        .group_begin = group_begin,
        .group_commit = group_commit,
    };
    struct fault f;
    if (http_server_new(&o, &server, &f) != OK)
        return -1;
    port = (int)strtol(strrchr(http_server_address(server).p, ':') + 1, NULL, 10);
    return pthread_create(&thread, NULL, run, server);
}

static int tear_down(void **state)
{
    void *result;
    (void)state;
    struct timespec limit;
    http_server_stop(server);
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 20;
    if (pthread_timedjoin_np(thread, &result, &limit) != 0)
        return -1; /* it waits for something that will not come */
    http_server_free(server);
    return result ? -1 : 0;
}

static void inputs_are_decoded_as_declared(void **state)
{
    (void)state;
    assert_status(GET("/echo/%C4%90%E1%BA%AFk?limit=20", ""), 200);
    assert_non_null(
        strstr(reply, "{\"name\":\"Đắk\",\"limit\":20,\"others\":0,\"self\":\"/echo/%C4%90%E1%BA%AFk?limit=9%209\"}"));
    assert_status(GET("/echo/a", ""), 200);
    assert_non_null(strstr(reply, "\"limit\":10"));
    assert_status(GET("/open/a?limit=3&x=1&y=2", ""), 200);
    assert_non_null(strstr(reply, "\"limit\":3,\"others\":2"));
}

static void wrong_inputs_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *query, *type;
    } wrong[] = {{"limt=1", "input-unknown"},      {"limit=1&limit=2", "input-twice"},
                 {"limit=0", "input-range"},       {"limit=1e3", "input-type"},
                 {"bbox=1,2,3", "input-type"},     {"bbox=1,9,3,4", "input-type"},
                 {"datetime=../..", "input-type"}, {"datetime=2026-02-30", "input-type"},
                 {"f=json&f=json", "input-twice"}, {"limit=%ff", "encoding"},
                 {"limit=%2", "encoding"},         {"at=3", "input-unknown"},
                 {"%66=json", "encoding"},         {"l%61ng=en", "encoding"}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char request[256];
        int n = snprintf(request, sizeof request, "GET /echo/a?%s HTTP/1.1\r\n" HOST "\r\n", wrong[i].query);
        assert_status(ask_raw(reply, sizeof reply, request, (size_t)n), 400);
        if (!strstr(reply, wrong[i].type) || !strstr(reply, "application/problem+json"))
            fail_msg("%s: %s", wrong[i].query, reply);
    }
}

static void an_answer_is_made_once_a_revision(void **state)
{
    (void)state;
    int before = n_made;
    assert_status(GET("/echo/once", ""), 200);
    char etag[64] = "", request[256];
    assert_int_equal(sscanf(strstr(reply, "ETag: ") + 6, "%63[^\r]", etag), 1);
    assert_status(GET("/echo/once", ""), 200);
    assert_int_equal(n_made, before + 1);
    int n = snprintf(request, sizeof request, "GET /echo/once HTTP/1.1\r\n" HOST "If-None-Match: %s\r\n\r\n", etag);
    assert_status(ask_raw(reply, sizeof reply, request, (size_t)n), 304);
    revision++;
    assert_status(ask_raw(reply, sizeof reply, request, (size_t)n), 200);
    assert_int_equal(n_made, before + 2);
    assert_status(ASK("HEAD /echo/once HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_null(strstr(reply, "\"name\""));
    assert_non_null(strstr(reply, "Content-Length: "));
}

static void long_texts_are_compressed_for_who_takes_it(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) { /* made, then kept */
        assert_status(GET("/long", "Accept-Encoding: gzip\r\n"), 200);
        assert_non_null(strstr(reply, "Content-Encoding: gzip\r\n"));
        assert_non_null(strstr(reply, "ETag: W/\"mine\"\r\n"));
        assert_status(GET("/long", ""), 200);
        assert_null(strstr(reply, "Content-Encoding"));
        assert_non_null(strstr(reply, "ETag: \"mine\"\r\n"));
        assert_non_null(strstr(reply, "một hai ba"));
        assert_status(GET("/long", "If-None-Match: W/\"mine\"\r\n"), 304);
    }
}

static void preferences_are_read_as_clients_write_them(void **state)
{
    (void)state;
    assert_status(GET("/echo/a", "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2\r\n"), 200); /* Java */
    assert_status(GET("/echo/a", "Accept: application/json;q=0.001\r\n"), 200);
    assert_status(GET("/echo/a", "Accept: */*;q=.0\r\n"), 406);
    assert_status(GET("/echo/a", "Accept: */*;q=x\r\n"), 406);
    assert_status(GET("/echo/a", "Accept: text/html\r\n"), 406);
}

static void methods_are_answered_by_what_the_path_takes(void **state)
{
    (void)state;
    assert_status(ASK("DELETE /echo/a HTTP/1.1\r\n" HOST "\r\n"), 405);
    assert_non_null(strstr(reply, "Allow: GET, HEAD, OPTIONS\r\n"));
    assert_status(ASK("OPTIONS /echo/a HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_non_null(strstr(reply, "Allow: GET, HEAD, OPTIONS\r\n"));
    assert_status(ASK("TRACE /echo/a HTTP/1.1\r\n" HOST "\r\n"), 501);
    assert_status(ASK("BREW /echo/a HTTP/1.1\r\n" HOST "\r\n"), 501);
    assert_status(GET("/nothing", ""), 404);
    assert_status(GET("/echo/a/", ""), 308);
    assert_non_null(strstr(reply, "Location: /echo/a\r\n"));
    assert_status(GET("/echo/a/?n=1", ""), 308);
    assert_non_null(strstr(reply, "Location: /echo/a?n=1\r\n"));
    assert_status(ASK("GET /echo/a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), 421);
}

static void every_answer_carries_the_guarding_headers(void **state)
{
    (void)state;
    static const char *const names[] = {"Content-Security-Policy: default-src 'none'",
                                        "X-Content-Type-Options: nosniff",
                                        "Referrer-Policy:", "Cross-Origin-Opener-Policy:"};
    for (int i = 0; i < 3; i++) {
        i == 0 ? GET("/echo/a", "") : i == 1 ? GET("/nothing", "") : GET("/echo/a", "If-None-Match: *\r\n");
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            assert_non_null(strstr(reply, names[k]));
        assert_null(strstr(reply, "Server:"));
    }
}

/* Data is never a document: it may load nothing at all. */
static void a_document_says_what_it_may_load_and_data_loads_nothing(void **state)
{
    (void)state;
    GET("/open/a?f=html", "");
    assert_non_null(strstr(reply, "script-src 'self'"));
    assert_non_null(strstr(reply, "frame-ancestors 'none'"));
    assert_non_null(strstr(reply, "Cross-Origin-Opener-Policy: same-origin\r\n"));
    GET("/open/a", "");
    assert_non_null(strstr(reply, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"));
}

#define WRITE(key, origin, body)                                                                                       \
    ASK("POST /write HTTP/1.1\r\n" HOST "Authorization: Bearer " key "\r\n" origin "Content-Length: " body)

static void writing_needs_the_key_and_the_own_origin(void **state)
{
    (void)state;
    int before = n_written;
    assert_status(ASK("POST /write HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nok"), 401);
    assert_non_null(strstr(reply, "WWW-Authenticate: Bearer"));
    assert_status(WRITE("a-key-of-this-tesT", "", "2\r\n\r\nok"), 401);
    assert_status(WRITE("a-key-of-this-test", "Origin: http://evil.example\r\n", "2\r\n\r\nok"), 403);
    assert_int_equal(n_written, before);
    assert_status(WRITE("a-key-of-this-test", "Origin: http://localhost\r\n", "2\r\n\r\nok"), 201);
    assert_int_equal(n_written, before + 1);
    assert_status(WRITE("a-key-of-this-test", "", "3\r\n\r\nbad"), 412);
    assert_status(WRITE("a-key-of-this-test", "", "0\r\n\r\n"), 201);
}

enum { WRITERS = 24 };
static void *write_some(void *p)
{
    char own[4096];
    static const char good[] =
        "POST /write HTTP/1.1\r\n" HOST "Authorization: Bearer a-key-of-this-test\r\nContent-Length: 2\r\n\r\nok";
    static const char bad[] =
        "POST /write HTTP/1.1\r\n" HOST "Authorization: Bearer a-key-of-this-test\r\nContent-Length: 3\r\n\r\nbad";
    bool is_bad = (uintptr_t)p % 4 == 0;
    for (int i = 0; i < 5; i++) {
        ask_raw(own, sizeof own, is_bad ? bad : good, is_bad ? sizeof bad - 1 : sizeof good - 1);
        if (strncmp(own, is_bad ? "HTTP/1.1 412" : "HTTP/1.1 201", 12) != 0)
            return (void *)1;
    }
    return NULL;
}

static void many_writes_share_a_commit_and_errors_stay_alone(void **state)
{
    (void)state;
    pthread_t t[WRITERS];
    int groups = n_groups, written = n_written;
    for (uintptr_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, write_some, (void *)i), 0);
    for (size_t i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(t[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(n_written - written, WRITERS * 3 / 4 * 5);
    assert_true(n_groups - groups < WRITERS * 5 / 2);
}

/* The answers of the writer come back between those of others on the same connections' threads. */
static void inputs_of_one_request_are_not_those_of_the_next(void **state)
{
    (void)state;
    pthread_t t[WRITERS];
    for (uintptr_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, write_some, (void *)i), 0);
    for (int i = 0; i < 300; i++) {
        char request[256], own[4096], name[32];
        snprintf(name, sizeof name, "\"name\":\"of-%d\"", i);
        int n = snprintf(request, sizeof request, "GET /echo/of-%d%s HTTP/1.1\r\n" HOST "\r\n", i,
                         i % 2 ? "" : "?limit=20");
        assert_status(ask_raw(own, sizeof own, request, (size_t)n), 200);
        assert_non_null(strstr(own, name));
        assert_non_null(strstr(own, i % 2 ? "\"limit\":10," : "\"limit\":20,"));
    }
    for (size_t i = 0; i < WRITERS; i++)
        pthread_join(t[i], NULL);
}

/* The writer is at work for 5 ms; its client goes away after 2. When the server stops (tear_down), it must not wait for him. */
static void a_client_that_goes_away_while_the_writer_works_is_forgotten(void **state)
{
    static const char request[] = "POST /write HTTP/1.1\r\n" HOST "Authorization: Bearer a-key-of-this-test\r\n"
                                  "Content-Length: 2\r\n\r\nok";
    (void)state;
    int written = n_written;
    for (int i = 0; i < 20; i++) {
        int fd = dial();
        assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), (ssize_t)sizeof request - 1);
        usleep(2000);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
        close(fd);
    }
    assert_status(WRITE("a-key-of-this-test", "", "2\r\n\r\nok"), 201);
    assert_true(n_written > written + 1);
}

static void a_full_disk_is_told_to_the_writer_and_forgotten_when_there_is_room(void **state)
{
    (void)state;
    int opened = n_opened;
    is_disk_full = true;
    assert_status(WRITE("a-key-of-this-test", "", "2\r\n\r\nok"), 507);
    assert_status(WRITE("a-key-of-this-test", "", "3\r\n\r\nbad"), 412);
    assert_status(GET("/echo/a", ""), 200);
    is_disk_full = false;
    assert_status(WRITE("a-key-of-this-test", "", "2\r\n\r\nok"), 201);
    assert_true(n_opened > opened);
}

/* Asks for what it does not read; the status is all that it looks at. */
static int ask_and_wait(int *ret_fd)
{
    static const char request[] = "GET /huge HTTP/1.1\r\n" HOST "\r\n";
    char head[16] = "";
    *ret_fd = dial();
    assert_int_equal(send(*ret_fd, request, sizeof request - 1, MSG_NOSIGNAL), (ssize_t)sizeof request - 1);
    assert_int_equal(recv(*ret_fd, head, 12, MSG_WAITALL), 12);
    return (int)strtol(head + 9, NULL, 10);
}

static void answers_that_nobody_takes_are_held_up_to_a_limit(void **state)
{
    (void)state;
    int fd[5], again, status = 0;
    for (size_t i = 0; i < ARRAY_LEN(fd); i++)
        assert_int_equal(ask_and_wait(&fd[i]), i < 4 ? 200 : 503);
    assert_status(GET("/echo/a", ""), 200);
    for (size_t i = 0; i < ARRAY_LEN(fd); i++)
        close(fd[i]);
    for (int i = 0; i < 100 && status != 200; i++) {
        usleep(50000);
        status = ask_and_wait(&again);
        close(again);
    }
    assert_int_equal(status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_are_decoded_as_declared),
        cmocka_unit_test(wrong_inputs_are_refused_by_name),
        cmocka_unit_test(an_answer_is_made_once_a_revision),
        cmocka_unit_test(long_texts_are_compressed_for_who_takes_it),
        cmocka_unit_test(preferences_are_read_as_clients_write_them),
        cmocka_unit_test(methods_are_answered_by_what_the_path_takes),
        cmocka_unit_test(every_answer_carries_the_guarding_headers),
        cmocka_unit_test(a_document_says_what_it_may_load_and_data_loads_nothing),
        cmocka_unit_test(writing_needs_the_key_and_the_own_origin),
        cmocka_unit_test(many_writes_share_a_commit_and_errors_stay_alone),
        cmocka_unit_test(inputs_of_one_request_are_not_those_of_the_next),
        cmocka_unit_test(a_client_that_goes_away_while_the_writer_works_is_forgotten),
        cmocka_unit_test(a_full_disk_is_told_to_the_writer_and_forgotten_when_there_is_room),
        cmocka_unit_test(answers_that_nobody_takes_are_held_up_to_a_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
