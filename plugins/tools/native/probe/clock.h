/* SPDX-License-Identifier: Apache-2.0
 *
 * The probe's clocks, and waiting for a moment.  All times are CLOCK_MONOTONIC nanoseconds
 * unless the name says otherwise.  [any thread]
 */
#ifndef PROBE_CLOCK_H
#define PROBE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S  1000000000ull
#define NS_PER_MS 1000000ull
#define NS_PER_US 1000ull

static inline uint64_t clock_read(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static inline uint64_t clock_now(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

static inline uint64_t clock_real(void)
{
    return clock_read(CLOCK_REALTIME);
}

/* CPU time of the whole process. */
static inline uint64_t clock_cpu(void)
{
    return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

/* Sleep to shortly before the moment, then spin: within a microsecond where a core is free.
 * Returns by how much the sleep overshot; 0: not, or there was none. */
uint64_t clock_wait(uint64_t until_ns);

/* Sleep for about this long, without spinning. */
void clock_nap(uint64_t ns);

#endif
