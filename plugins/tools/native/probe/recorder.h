/* SPDX-License-Identifier: Apache-2.0
 *
 * A histogram that is being filled, and a bounded store of samples for what can only be put
 * into a histogram at the end.  Each owned by one thread.
 */
#ifndef PROBE_RECORDER_H
#define PROBE_RECORDER_H

#include <vmtp/histogram.h>

#include "output.h"

struct recorder {
    uint64_t count, min, max;
    uint64_t bucket[VMTP_BUCKETS];
};

static inline void recorder_add(struct recorder *r, uint64_t value)
{
    if (!r->count || value < r->min)
        r->min = value;
    if (value > r->max)
        r->max = value;
    r->count++;
    r->bucket[vmtp_bucket_index(value)]++;
}

/* One line "histogram"; nothing when it is empty. */
void recorder_send(const struct recorder *, struct output *, const char *name, const char *dir);

/* Delays of unknown offset: each is kept relative to the first until the least is known.  When
 * the store is full every second sample is dropped, and from then on only every second kept. */
struct delays {
    int64_t *value;
    uint32_t count, stride, skip;
    int64_t base, min;
    double n, sum_t, sum_d, sum_tt, sum_td; /* least squares of delay over time */
    uint64_t first_ns;
};

int delays_init(struct delays *);
void delays_free(struct delays *);
void delays_add(struct delays *, uint64_t time_ns, int64_t delay_ns);
void delays_record(const struct delays *, struct recorder *);
/* The median as it was added; 0: none.  Sorts the store. */
int64_t delays_median(struct delays *);
/* Growth of the delay in seconds a second; 0 with fewer than three samples. */
double delays_slope(const struct delays *);

#endif
