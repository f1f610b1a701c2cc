/* SPDX-License-Identifier: Apache-2.0
 *
 * TCP_INFO of all connections of a job together.  Owned by the job's thread.
 */
#ifndef PROBE_TCPINFO_H
#define PROBE_TCPINFO_H

#include <stdbool.h>
#include <stdint.h>

/* Counters and sums over the connections; has_ says whether this kernel tells the younger
 * fields. */
struct tcpinfo {
    uint64_t sent_bytes; /* payload, without retransmissions (Linux 4.19) */
    uint64_t retransmits;
    uint64_t spurious; /* of these, as the receivers told (Linux 4.19) */
    uint64_t cwnd_bytes;
    uint64_t delivery_bytes_s;
    uint64_t busy_us, rwnd_us, sndbuf_us;
    uint64_t rtt_us_sum; /* divide by connections */
    uint64_t min_rtt_us; /* the least */
    uint64_t rcv_rtt_us_sum, rcv_space_sum;
    uint64_t unsent_bytes;       /* in the send buffers, not yet on the way */
    uint64_t pacing_bytes_s;     /* of those that someone has set a rate for */
    uint32_t paced, app_limited; /* so many connections */
    uint32_t mss, connections;
    bool has_sent, has_busy, has_delivery;
};

void tcpinfo_read(struct tcpinfo *, const int *fd, uint32_t count);

#endif
