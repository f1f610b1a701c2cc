/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario may say to nuttcp, what nuttcp says, and an instance's state.
 * The options are the core's and constant; the state belongs to the instance's worker.
 */
#ifndef NUTTCP_OPTIONS_H
#define NUTTCP_OPTIONS_H

#include "../../common/version.h"

#include <vmtp/plugin.h>

enum { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_MULTICAST };
enum { DIRECTION_UP, DIRECTION_DOWN };

struct nuttcp_opt {
    int protocol, direction;
    uint64_t connections, rate_bps, length, window, mss, dscp, port, control_port, ttl;
    const char *group;
    bool jitter;
};

/* Rows of the metrics table. */
enum nuttcp_metric {
    M_GOODPUT,
    M_OFFERED,
    M_SENT,
    M_RECEIVED,
    M_RETRANSMITS,
    M_CONNECT_RTT,
    M_CWND,
    M_JITTER_MAX,
    M_OWD,
    M_CPU_CLIENT,
    M_CPU_SERVER,
    M_COUNT
};

#define NUTTCP_OPTIONS 13

extern const struct vmtp_option nuttcp_options[NUTTCP_OPTIONS];
extern const struct vmtp_metric nuttcp_metrics[M_COUNT];

/* What adds up from interval to interval. */
struct tally {
    double bytes, seconds, packets, drops, retransmits;
};

struct nuttcp_state {
    struct version client, server; /* of the programs; known once prepare() has been there */
    /* Of the trial that is being run. */
    uint64_t rate_bps, length, warmup_ns, step_ns;
    struct tally before; /* the measured part: the warm-up */
};

/* Both ends are at least that new. */
static inline bool both_least(const struct nuttcp_state *state, unsigned major, unsigned minor)
{
    return version_least(&state->client, major, minor, 0) &&
           version_least(&state->server, major, minor, 0);
}

#endif
