/* SPDX-License-Identifier: Apache-2.0
 *
 * The time in which somebody waited for a CPU, memory or a disk: /proc/pressure, and for CPUs,
 * where the kernel has it, /proc/schedstat, which also says how many waited.  One thread.
 */
#ifndef PROBE_WATCH_PRESSURE_H
#define PROBE_WATCH_PRESSURE_H

#include "watch_figures.h"

struct watch_pressure {
    const char *metric;
    struct counter total; /* microseconds */
    uint64_t time_ns;
};

/* Microseconds in which some waited; false: the text has none. */
bool pressure_parse(const char *text, uint64_t *ret_us);
void pressure_take(struct watch_pressure *, const char *text, uint64_t now_ns, struct figures *);

struct watch_queue {
    struct counter waited; /* nanoseconds of all threads on all CPUs */
    uint64_t time_ns;
};

bool queue_parse(const char *text, uint64_t *ret_ns);
void queue_take(struct watch_queue *, const char *text, uint64_t now_ns, struct figures *);

#endif
