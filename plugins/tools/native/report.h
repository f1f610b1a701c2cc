/* SPDX-License-Identifier: Apache-2.0
 *
 * What one trial knows, and turning what the probes have said into samples.  [worker]
 */
#ifndef NATIVE_REPORT_H
#define NATIVE_REPORT_H

#include "options.h"

/* A trial while it runs; owned by native_run(). */
struct run {
    struct vmtp_self *self;
    struct session *session;
    const struct native_opt *opt;
    const struct vmtp_flow *flow;
    const struct vmtp_trial *trial;
    uint64_t start_ns, token;
    /* What the options, the flow and the endpoints come to. */
    uint64_t rate_bps, length, connections;
    bool latency, udp, up, down, offload, spin, same_machine;
};

int report(struct run *, struct vmtp_error *);

/* Its parts: samples of a throughput over TCP or UDP, or of a latency. */
int report_tcp(struct run *);
int report_udp(struct run *);
int report_latency(struct run *);
/* What must be said beside the numbers of datagrams. */
void report_udp_notes(struct run *);

#endif
