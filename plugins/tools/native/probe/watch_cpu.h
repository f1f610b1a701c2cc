/* SPDX-License-Identifier: Apache-2.0
 *
 * What the CPUs did, from /proc/stat.
 *
 * The kernel counts there in ticks of 10 ms, so over 100 ms a share would come in steps of a
 * tenth: shares are those of the last CPU_WINDOW_NS or a bit more, or of the interval if it is
 * longer.  One thread.
 */
#ifndef PROBE_WATCH_CPU_H
#define PROBE_WATCH_CPU_H

#include "watch_figures.h"

#define CPU_MAX       512
#define CPU_WINDOW_NS 300000000ull
#define CPU_LOOKS     24   /* that the window may be made of, and one more */
#define CPU_SHOWN     8    /* the busiest, beside all of them together */
#define CPU_BUSY      0.10 /* others are not told */

enum cpu_time {
    CPU_USER,
    CPU_NICE,
    CPU_SYSTEM,
    CPU_IDLE,
    CPU_IOWAIT,
    CPU_IRQ,
    CPU_SOFTIRQ,
    CPU_STEAL,
    CPU_GUEST,
    CPU_GUEST_NICE,
    CPU_TIMES
};

/* /proc/stat at one moment, in ticks. */
struct cpu_look {
    uint64_t time_ns;
    uint64_t all[CPU_TIMES];
    uint64_t cpu[CPU_MAX][CPU_TIMES];
    uint32_t cpus; /* rows in use: the highest number and one */
};

struct watch_cpu {
    struct cpu_look look[CPU_LOOKS]; /* a ring */
    size_t first, count;
    bool seen[CPU_TIMES]; /* to be more than nothing */
};

/* One look's text; 0 or -EPROTO: it has no line "cpu". */
int cpu_parse(struct cpu_look *, const char *text);
/* Shares of what lies between two looks: of each time, and, busy, of all but idle and waiting for
 * disks.  False: no time has passed. */
struct cpu_shares {
    double of[CPU_TIMES], busy;
};
bool cpu_shares(const uint64_t before[CPU_TIMES], const uint64_t now[CPU_TIMES],
                struct cpu_shares *ret);
void cpu_take(struct watch_cpu *, const char *text, uint64_t now_ns, struct figures *);

#endif
