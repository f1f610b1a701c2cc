/* SPDX-License-Identifier: Apache-2.0
 *
 * How large a bucket and how long a queue: see shape.h.  Pure.
 */
#include "shape.h"

#define SLACK_NS    1000000u /* what the bucket holds beyond one frame */
#define QUEUE_NS    50000000u
#define QUEUE_BYTES 262144u /* with less, the start of a TCP connection overruns a slow link */

/* What passes at this rate in this time. */
static uint64_t bytes_in(uint64_t rate_bps, uint64_t time_ns)
{
    return (uint64_t)((double)rate_bps / 8 * (double)time_ns / 1e9);
}

static uint32_t clamp32(uint64_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* The bucket.  It must hold a frame, and what passes while its timer is late, or that time is lost
 * for good; and it must be small, because a full bucket is what a measurement gets on top of the
 * rate.  One frame and 1 ms keep the rate on a busy machine and are 0.2 % of a measurement of 0.5
 * s. Segments of TCP's or UDP's offload (up to 64 KiB) that are larger than the bucket are cut into
 * frames by tbf.  The queue has room for a bucket too, so that what fits the one fits the other. */
static void plan_bucket(const struct fabric_options *opt, uint32_t mtu, struct shape *shape)
{
    uint64_t burst = opt->burst_bytes;
    uint64_t queue = bytes_in(opt->rate_bps, opt->queue_ns ? opt->queue_ns : QUEUE_NS);

    if (!opt->queue_ns && queue < QUEUE_BYTES)
        queue = QUEUE_BYTES;
    if (!burst)
        burst = mtu + FABRIC_ETHERNET + bytes_in(opt->rate_bps, SLACK_NS);
    shape->rate_bytes = opt->rate_bps / 8;
    shape->burst_bytes = clamp32(burst);
    shape->limit_bytes = clamp32(burst + queue);
}

/* netem's queue holds what is on its way; it must never be what drops. */
static uint32_t plan_in_flight(const struct fabric_options *opt, uint32_t mtu)
{
    uint64_t rate_bps = opt->rate_bps ? opt->rate_bps : 10000000000u;
    uint64_t packets = 2 * bytes_in(rate_bps, opt->delay_ns + opt->jitter_ns) / mtu;

    return clamp32(packets + 10000);
}

struct shape shape_plan(const struct fabric_options *opt, uint32_t mtu)
{
    double loss = opt->loss_percent / 100 * 4294967296.0;
    struct shape shape = { .delay_ns = (int64_t)opt->delay_ns,
                           .jitter_ns = (int64_t)opt->jitter_ns };

    shape.loss = loss >= 4294967295.0 ? UINT32_MAX : (uint32_t)loss;
    shape.limit_packets = plan_in_flight(opt, mtu);
    plan_bucket(opt, mtu, &shape);
    return shape;
}
