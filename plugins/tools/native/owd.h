/* SPDX-License-Identifier: Apache-2.0
 *
 * One-way delay, where the clocks of both ends allow one: with the bound of its error, which is at
 * most a fourth of it, and never negative.  Else there is the delay's variation alone, which needs
 * no clocks.  Pure.
 */
#ifndef NATIVE_OWD_H
#define NATIVE_OWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct owd_clock {
    const char *endpoint;
    double step_ns;  /* by so much it was set during the trial */
    double error_ns; /* bound of its error; NAN: there is none ... */
    const char *why; /* ... and why: "is not synchronised" */
};

struct owd_told {
    bool same_clock; /* both ends are one machine */
    struct owd_clock sender, receiver;
    int64_t distance_ns; /* the sender's CLOCK_REALTIME less its CLOCK_MONOTONIC ... */
    double within_ns;    /* ... known to that */
    /* From the sender's CLOCK_MONOTONIC to the receiver's CLOCK_REALTIME. */
    int64_t least_ns, median_ns;
    double rtt_ns; /* of the handshake; NAN: unknown */
};

struct owd {
    double delay_ns, error_ns;
    char why[240]; /* no delay: the reason */
};

/* False: there is none. */
bool owd_make(const struct owd_told *, struct owd *ret);

#endif
