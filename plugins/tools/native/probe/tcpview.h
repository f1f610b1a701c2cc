/* SPDX-License-Identifier: Apache-2.0
 *
 * How the sending sockets looked over a time: levels as the mean of several looks, counters by what
 * was added.  Owned by the job's thread.
 */
#ifndef PROBE_TCPVIEW_H
#define PROBE_TCPVIEW_H

#include "json.h"
#include "tcpinfo.h"

struct tcpview {
    uint64_t looks;                                                /* each of all connections */
    uint64_t rtt_us, cwnd_bytes, delivery_bytes_s;                 /* sums over the looks */
    uint64_t pacing_bytes_s, unsent_bytes;                         /* likewise */
    uint64_t paced, app_limited, connections;                      /* likewise */
    uint64_t elapsed_ns, retransmits, busy_us, rwnd_us, sndbuf_us; /* what was added */
    uint64_t spurious;                                             /* likewise */
    uint64_t min_rtt_us;
    bool has_busy, has_delivery, has_sent;
};

/* Of a look at the sockets. */
void tcpview_look(struct tcpview *, const struct tcpinfo *);
/* What the counters have added from then to now. */
void tcpview_count(struct tcpview *, const struct tcpinfo *then, const struct tcpinfo *now,
                   uint64_t elapsed_ns);
/* Its fields; what there was no look for is absent. */
void tcpview_add(const struct tcpview *, struct json_writer *);

#endif
