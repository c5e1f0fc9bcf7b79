#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "base/mem.h"

#include "base/banned.h"

static _Atomic int64_t fixed_ms = INT64_MIN;

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    must(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
    int64_t ms = atomic_load(&fixed_ms);
    return ms != INT64_MIN ? ms : read_us(CLOCK_REALTIME) / 1000;
}

void clock_fix_ms(int64_t now_ms)
{
    atomic_store(&fixed_ms, now_ms);
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}
