/* SPDX-License-Identifier: Apache-2.0
 *
 * What the kernel tells of its clock, to everyone: adjtimex(2) and the clock source.
 */
#ifndef PROBE_CLOCK_KERNEL_H
#define PROBE_CLOCK_KERNEL_H

#include <stdbool.h>
#include <sys/timex.h>

struct clock_kernel {
    bool known, synchronised;
    double offset_s;     /* that it is still working off */
    double max_error_s;  /* grows by 500 us a second until the next correction */
    double est_error_s;  /* 0: who corrects it does not tell its errors either */
    double rate;         /* that it corrects its frequency by, 1e-6: 1 ppm too fast by itself */
    int leap;            /* 1, -1: a second will be inserted or left out at the end of the day */
    char source[32];     /* "tsc" */
    char available[128]; /* "tsc kvm-clock" */
};

/* What adjtimex() tells; the texts are "". */
void clock_kernel_read(struct clock_kernel *ret);
/* The texts, beside it. */
void clock_kernel_read_source(struct clock_kernel *ret);
/* What adjtimex() filled in, and returned.  Pure. */
void clock_kernel_take(const struct timex *, int state, struct clock_kernel *ret);
/* Is max_error_s a bound?  Only where whoever keeps the clock accounts for what lies between it and
 * its source: systemd-timesyncd and phc2sys begin from 0 at each correction.  Pure. */
bool clock_kernel_bounds(const struct clock_kernel *);

#endif
