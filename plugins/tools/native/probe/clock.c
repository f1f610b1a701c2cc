/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for a moment: sleep while it is far, spin when it is near.  With a timer slack of 1 ns
 * clock_nanosleep() overshoots by 25 us as a rule, so the sleep ends 50 us early; gaps under
 * 90 us are not worth a sleep.
 */
#include "clock.h"

#define SLEEP_WORTH_NS 90000
#define SLEEP_EARLY_NS 50000

uint64_t clock_wait(uint64_t until_ns)
{
    uint64_t now = clock_now(), late = 0;

    if (now + SLEEP_WORTH_NS < until_ns) {
        uint64_t wake = until_ns - SLEEP_EARLY_NS;
        struct timespec ts = { (time_t)(wake / NS_PER_S), (long)(wake % NS_PER_S) };

        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
        now = clock_now();
        late = now > wake ? now - wake : 0;
    }
    while (now < until_ns)
        now = clock_now();
    return late;
}

void clock_nap(uint64_t ns)
{
    struct timespec ts = { (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };

    clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}
