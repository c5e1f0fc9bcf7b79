/* The routes of the server itself. */
#include "http/internal.h"

#include "base/banned.h"

static enum err answer_health(struct exchange *x, struct fault *f)
{
    (void)f;
    x->constant = x->format == FORMAT_JSON ? STR("{\"status\":\"ok\"}\n") : STR("ok\n");
    return OK;
}

static struct http_worker *worker_of(struct exchange *x)
{
    return (struct http_worker *)(void *)((char *)x - offsetof(struct http_worker, x));
}

/* Ready: the database answers. */
static enum err answer_ready(struct exchange *x, struct fault *f)
{
    struct http_worker *w = worker_of(x);
    int64_t rev = 0;
    enum err e = w->o->revision ? w->o->revision(w->user, STR(""), &rev, f) : OK;
    if (e == OK && x->format == FORMAT_JSON)
        buf_printf(&x->body, "{\"status\":\"ready\",\"revision\":%lld}\n", (long long)rev);
    else if (e == OK)
        buf_puts(&x->body, "ready\n");
    return e;
}

static enum err answer_metrics(struct exchange *x, struct fault *f)
{
    struct http_worker *w = worker_of(x);
    size_t n, bytes;
    (void)f;
    metrics_print(w->all_metrics, w->n_threads, w->routes, &x->body);
    cache_size(w->cache, &n, &bytes);
    buf_printf(&x->body,
               "# HELP tinhso_http_cache_answers Answers kept.\n# TYPE tinhso_http_cache_answers gauge\n"
               "tinhso_http_cache_answers %zu\n"
               "# HELP tinhso_http_cache_bytes Their bytes.\n# TYPE tinhso_http_cache_bytes gauge\n"
               "tinhso_http_cache_bytes %zu\n"
               "# HELP tinhso_http_connections Connections open.\n# TYPE tinhso_http_connections gauge\n"
               "tinhso_http_connections %lld\n",
               n, bytes, (long long)w->n_connections(w->server));
    if (w->o->metrics)
        w->o->metrics(x->site, &x->body);
    x->media = STR("text/plain; version=0.0.4; charset=utf-8");
    return OK;
}

const struct route http_system_routes[] = {
    {.method = METHOD_GET,
     .path = "/healthz",
     .id = "health",
     .title = {STR("Chương trình đang chạy"), STR("The program runs")},
     .formats = FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_TEXT),
     .flags = IS_CONSTANT | IS_HIDDEN,
     .cost = COST_CONSTANT,
     .tag = "system",
     .answer = answer_health},
    {.method = METHOD_GET,
     .path = "/readyz",
     .id = "ready",
     .title = {STR("Cơ sở dữ liệu trả lời"), STR("The database answers")},
     .formats = FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_TEXT),
     .flags = IS_LIVE | IS_HIDDEN,
     .cost = COST_KEY,
     .tag = "system",
     .answer = answer_ready},
    {.method = METHOD_GET,
     .path = "/metrics",
     .id = "metrics",
     .title = {STR("Số đếm cho việc giám sát (Prometheus)"), STR("Counts for monitoring (Prometheus)")},
     .formats = FORMAT_BIT(FORMAT_TEXT),
     .flags = IS_LIVE | IS_HIDDEN,
     .cost = COST_KEY,
     .tag = "system",
     .answer = answer_metrics},
    ROUTE_END,
};
