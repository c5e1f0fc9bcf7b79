/* What a client may spend: a bucket of tokens for each address, from which the cost of each request is taken.
 *
 *     int64_t wait_ms = rate_take(r, client, route->cost, now_ms);     // 0: go on; else ERR_HTTP_RATE
 *
 * A bucket holds LIMIT_HTTP_RATE_BURST and gets LIMIT_HTTP_RATE_A_SECOND back. Addresses of IPv6 count by their /64, as a household has one. At most
 * LIMIT_HTTP_RATE_CLIENTS addresses are counted: the fullest bucket of a group makes room, which forgives the one that spent least. Thread-safe.
 */
#ifndef TINHSO_HTTP_RATE_H
#define TINHSO_HTTP_RATE_H

#include <stdint.h>

#include "base/str.h"

struct rate;
struct rate *rate_new(void);
void rate_free(struct rate *r);
int64_t rate_take(struct rate *r, struct str client, int cost, int64_t now_ms);

#endif
