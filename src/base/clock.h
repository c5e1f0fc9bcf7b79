/* Time: what the clock says now, and how long something took.
 *
 * Instants are milliseconds since 1970-01-01T00:00:00Z. The environment variable TINHSO_NOW (an RFC 3339 instant, which
 * src/cli/main.c reads once) fixes the clock, so that tests and re-runs are repeatable.
 *
 *     int64_t start = clock_mono_us();
 *     ...
 *     printf("%lld ms\n", (long long)(clock_mono_us() - start) / 1000);
 */
#ifndef TINHSO_BASE_CLOCK_H
#define TINHSO_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);        /* wall clock, or the fixed instant */
void clock_fix_ms(int64_t now_ms); /* fixes the wall clock from here on */
int64_t clock_mono_us(void);       /* monotonic, for durations */

#endif
