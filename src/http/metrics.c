#include "http/internal.h"

#include "base/banned.h"

static const int64_t bucket_us[METRICS_BUCKETS] = {100, 500, 1000, 5000, 20000, 100000, 1000000, INT64_MAX};

/* Only this thread writes: a load and a store are enough, and cheaper than a locked addition. */
static void add(_Atomic int64_t *n, int64_t more)
{
    atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + more, memory_order_relaxed);
}

void metrics_count(struct metrics *m, int route, int status, int64_t bytes, int64_t us)
{
    add(&m->answers[route][status / 100 % METRICS_CLASSES], 1);
    add(&m->us[route], us);
    add(&m->bytes, bytes);
    if (status == 304)
        add(&m->not_modified, 1);
    size_t b = 0;
    while (us > bucket_us[b])
        b++;
    add(&m->buckets[b], 1);
}

static long long sum(struct metrics *const *all, size_t n, size_t offset)
{
    long long total = 0;
    for (size_t i = 0; i < n; i++)
        total += atomic_load_explicit((_Atomic int64_t *)(void *)((char *)all[i] + offset), memory_order_relaxed);
    return total;
}

static void print_routes(struct metrics *const *all, size_t n, const struct routes *routes, struct buf *out)
{
    buf_puts(out, "# HELP tinhso_http_requests_total Requests answered, by route and class of status.\n"
                  "# TYPE tinhso_http_requests_total counter\n");
    for (size_t r = 0; r < METRICS_ROUTES; r++) {
        const char *id = r < routes_count(routes) ? routes_at(routes, r)->id : "none";
        for (size_t c = 0; c < METRICS_CLASSES; c++) {
            long long v = sum(all, n, offsetof(struct metrics, answers) + (r * METRICS_CLASSES + c) * sizeof(int64_t));
            if (v)
                buf_printf(out, "tinhso_http_requests_total{route=\"%s\",code=\"%zuxx\"} %lld\n", id, c, v);
        }
    }
    buf_puts(out, "# HELP tinhso_http_request_seconds_total Time spent in answering, by route.\n"
                  "# TYPE tinhso_http_request_seconds_total counter\n");
    for (size_t r = 0; r < routes_count(routes); r++) {
        long long us = sum(all, n, offsetof(struct metrics, us) + r * sizeof(int64_t));
        if (us)
            buf_printf(out, "tinhso_http_request_seconds_total{route=\"%s\"} %lld.%06lld\n", routes_at(routes, r)->id,
                       us / 1000000, us % 1000000);
    }
}

static void print_times(struct metrics *const *all, size_t n, struct buf *out)
{
    long long total = 0, us = 0;
    buf_puts(out, "# HELP tinhso_http_answer_seconds Time from the whole request to the finished answer.\n"
                  "# TYPE tinhso_http_answer_seconds histogram\n");
    for (size_t b = 0; b < METRICS_BUCKETS; b++) {
        total += sum(all, n, offsetof(struct metrics, buckets) + b * sizeof(int64_t));
        if (b + 1 < METRICS_BUCKETS)
            buf_printf(out, "tinhso_http_answer_seconds_bucket{le=\"%g\"} %lld\n", (double)bucket_us[b] / 1e6, total);
        else
            buf_printf(out, "tinhso_http_answer_seconds_bucket{le=\"+Inf\"} %lld\n", total);
    }
    for (size_t r = 0; r < METRICS_ROUTES; r++)
        us += sum(all, n, offsetof(struct metrics, us) + r * sizeof(int64_t));
    buf_printf(out, "tinhso_http_answer_seconds_sum %lld.%06lld\ntinhso_http_answer_seconds_count %lld\n", us / 1000000,
               us % 1000000, total);
}

void metrics_print(struct metrics *const *all, size_t n, const struct routes *routes, struct buf *out)
{
    static const struct {
        const char *name, *help;
        size_t at;
    } plain[] = {
        {"bytes", "Bytes of answers' contents.", offsetof(struct metrics, bytes)},
        {"kept", "Answers taken from the cache.", offsetof(struct metrics, kept)},
        {"not_modified", "Answers 304.", offsetof(struct metrics, not_modified)},
        {"refused", "Messages refused with the connection closed.", offsetof(struct metrics, refused)},
    };
    print_routes(all, n, routes, out);
    print_times(all, n, out);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        buf_printf(out,
                   "# HELP tinhso_http_%s_total %s\n# TYPE tinhso_http_%s_total counter\ntinhso_http_%s_total %lld\n",
                   plain[i].name, plain[i].help, plain[i].name, plain[i].name, sum(all, n, plain[i].at));
}
