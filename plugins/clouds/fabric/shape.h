/* SPDX-License-Identifier: Apache-2.0
 *
 * What a port does to the packets it sends: a token bucket (tbf) for its rate, netem for delay,
 * jitter and loss.
 *
 * shape_plan() is pure (shape.c); the other two (qdisc.c) run in the builder's child and are
 * async-signal-safe.
 */
#ifndef FABRIC_SHAPE_H
#define FABRIC_SHAPE_H

#include "netlink.h"
#include "topology.h"

struct shape {
    uint64_t rate_bytes; /* a second */
    uint32_t burst_bytes, limit_bytes;
    int64_t delay_ns, jitter_ns;
    uint32_t loss; /* of 2^32 */
    uint32_t limit_packets;
};

/* For links whose largest IP packet is mtu bytes. */
struct shape shape_plan(const struct fabric_options *opt, uint32_t mtu);

/* Impair first where both are wanted: the bucket then empties what netem has let go. */
int shape_impair(struct netlink *netlink, uint32_t index, const struct shape *shape);
int shape_limit(struct netlink *netlink, uint32_t index, const struct shape *shape, bool impaired);

#endif
