/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps and drift of the system clock.  Corrections of its frequency turn CLOCK_MONOTONIC as much
 * as CLOCK_REALTIME, so the distance of the two changes only where the clock is set; and against
 * CLOCK_MONOTONIC_RAW, which nobody corrects, it shows how fast it is made to run.  Pure, but for
 * clock_look().
 */
#ifndef PROBE_CLOCK_JUMP_H
#define PROBE_CLOCK_JUMP_H

#include <stdbool.h>
#include <stdint.h>

/* The three clocks at one moment, which is known to within_ns. */
struct clock_look {
    uint64_t monotonic_ns, real_ns, raw_ns, within_ns;
};

struct clock_jump {
    struct clock_look last; /* of the last figure of drift */
    int64_t distance_ns;    /* real - monotonic, as it was last */
    uint64_t within_ns;     /* that it was known to */
    bool known;
    uint64_t steps;
};

void clock_look(struct clock_look *ret);

/* Was the clock set since the last look?  told: the kernel says so (and not how far). *ret_size_ns:
 * by so much, forward if positive. */
bool clock_jump_see(struct clock_jump *, const struct clock_look *, bool told,
                    int64_t *ret_size_ns);
/* By how much a second of CLOCK_REALTIME was shorter than one of the bare oscillator since the last
 * call, 1e-6: it gains 1 us a second.  NAN: the first, or the time was too short to tell. */
double clock_jump_drift(struct clock_jump *, const struct clock_look *);

#endif
