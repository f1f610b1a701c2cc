/* SPDX-License-Identifier: Apache-2.0
 *
 * A sentinel: a thread that sleeps for some milliseconds again and again and sees how much later
 * than due it was woken.  What it waited for a CPU among other threads of this machine is taken
 * off, so what is left is the kernel's or the hypervisor's.
 *
 * A gap that is shorter than the period may fall between two looks.  The period is what a wake-up
 * costs here times STALL_COST, within STALL_LEAST_NS and STALL_MOST_NS: the thread takes a share of
 * 1 / STALL_COST of a CPU.
 *
 * Owned by the watch, whose thread starts, asks and stops it.
 */
#ifndef PROBE_WATCH_STALL_H
#define PROBE_WATCH_STALL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define STALL_COST     300
#define STALL_LEAST_NS 1000000ull
#define STALL_MOST_NS  200000000ull

struct stall {
    pthread_t thread;
    bool running;
    atomic_bool stop, attributed; /* attributed: what it waited for a CPU is known */
    _Atomic uint64_t longest_ns, period_ns;
    _Atomic uint32_t over_1ms, over_10ms;
};

/* What happened since the last time. */
struct stall_seen {
    uint64_t longest_ns, period_ns;
    uint32_t over_1ms, over_10ms;
    bool attributed;
};

void stall_start(struct stall *);
void stall_stop(struct stall *);
struct stall_seen stall_take(struct stall *);

#endif
