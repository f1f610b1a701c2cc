/* SPDX-License-Identifier: Apache-2.0
 *
 * Time: CLOCK_MONOTONIC nanoseconds, and deadlines as poll() wants them.  Any thread.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

static inline uint64_t clock_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Until then, rounded up and at most a minute; 0: it has passed. */
static inline int clock_wait_ms(uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();

    if (deadline_ns <= now_ns)
        return 0;
    if (deadline_ns - now_ns > 60 * NS_PER_S)
        return 60000;
    return (int)((deadline_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

#endif
