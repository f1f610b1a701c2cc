/* SPDX-License-Identifier: Apache-2.0
 *
 * When the next datagrams are due, and how many.  Falling behind is made up for by at most 1 ms of
 * backlog; what is older is skipped and counted, so that a stall is not followed by a flood.
 * Pure; owned by one thread.
 */
#ifndef PROBE_PACE_H
#define PROBE_PACE_H

#include <stdint.h>

#define PACE_BACKLOG_NS 1000000.0

struct pace {
    double next_ns; /* since start */
    double gap_ns;  /* between datagrams; 0: no pacing */
    uint64_t skipped;
};

static inline void pace_init(struct pace *p, uint64_t rate_bps, uint64_t datagram_bytes)
{
    p->next_ns = 0;
    p->gap_ns = rate_bps ? (double)datagram_bytes * 8e9 / (double)rate_bps : 0;
    p->skipped = 0;
}

/* Datagrams that are left out because now is too late for them. */
static inline void pace_catch_up(struct pace *p, double now_ns)
{
    double behind = now_ns - p->next_ns - PACE_BACKLOG_NS;

    if (p->gap_ns > 0 && behind > 0) {
        uint64_t skip = (uint64_t)(behind / p->gap_ns);

        p->skipped += skip;
        p->next_ns += (double)skip * p->gap_ns;
    }
}

/* How many to send at once: those that are due, so that who falls behind sends more with each
 * system call; at least and at most so many. */
static inline uint32_t pace_batch(const struct pace *p, double now_ns, uint32_t least,
                                  uint32_t most)
{
    double due = p->gap_ns > 0 ? (now_ns - p->next_ns) / p->gap_ns + 1 : (double)most;

    return due >= (double)most ? most : due <= (double)least ? least : (uint32_t)due;
}

#endif
