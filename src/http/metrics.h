/* Counts for /metrics: each thread counts for itself, whoever prints adds up (relaxed atomics; a reader may see a request half counted).
 *
 *     metrics_count(m, route, status, bytes, us);
 *     metrics_print(all, n, routes, &out);                      // Prometheus text
 */
#ifndef TINHSO_HTTP_METRICS_H
#define TINHSO_HTTP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

enum { METRICS_ROUTES = 256, METRICS_CLASSES = 6, METRICS_BUCKETS = 8 };

struct metrics {
    _Atomic int64_t
        answers[METRICS_ROUTES][METRICS_CLASSES]; /* by the first digit of the status; the last route: none */
    _Atomic int64_t us[METRICS_ROUTES];
    _Atomic int64_t buckets[METRICS_BUCKETS]; /* of all requests, by time */
    _Atomic int64_t bytes, kept, not_modified, refused;
};

struct routes;
void metrics_count(struct metrics *m, int route, int status, int64_t bytes, int64_t us);
void metrics_print(struct metrics *const *all, size_t n, const struct routes *routes, struct buf *out);

#endif
