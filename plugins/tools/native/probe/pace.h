/* SPDX-License-Identifier: Apache-2.0
 *
 * When the next batch of datagrams is due.  Falling behind is made up for by at most 1 ms of
 * backlog; what is older is skipped and counted, so that a stall is not followed by a flood.
 * Pure; owned by one thread.
 */
#ifndef PROBE_PACE_H
#define PROBE_PACE_H

#include <stdint.h>

#define PACE_BACKLOG_NS 1000000.0

struct pace {
    double next_ns; /* since start */
    double gap_ns;  /* between batches; 0: no pacing */
    uint64_t skipped;
};

static inline void pace_init(struct pace *p, uint64_t rate_bps, uint64_t batch_bytes)
{
    p->next_ns = 0;
    p->gap_ns = rate_bps ? (double)batch_bytes * 8e9 / (double)rate_bps : 0;
    p->skipped = 0;
}

/* Batches that are left out because now is too late for them. */
static inline void pace_catch_up(struct pace *p, double now_ns)
{
    double behind = now_ns - p->next_ns - PACE_BACKLOG_NS;

    if (p->gap_ns > 0 && behind > 0) {
        uint64_t skip = (uint64_t)(behind / p->gap_ns);

        p->skipped += skip;
        p->next_ns += (double)skip * p->gap_ns;
    }
}

#endif
