/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario may say to iperf3, what iperf3 says, and an instance's state.
 * The options are the core's and constant; the state belongs to the instance's worker.
 */
#ifndef IPERF3_OPTIONS_H
#define IPERF3_OPTIONS_H

#include <vmtp/plugin.h>

enum { PROTOCOL_TCP, PROTOCOL_UDP };
enum { DIRECTION_UP, DIRECTION_DOWN, DIRECTION_BOTH };

#define CONNECTIONS_MAX 128 /* in each direction */

struct iperf3_opt {
    int protocol, direction;
    uint64_t connections, rate_bps, length, port, window, dscp, mss;
    const char *congestion;
    bool zero_copy, no_delay;
};

/* Rows of the metrics table. */
enum iperf3_metric {
    M_GOODPUT,
    M_GOODPUT_UP,
    M_GOODPUT_DOWN,
    M_OFFERED,
    M_SENT,
    M_RECEIVED,
    M_REORDERED,
    M_JITTER,
    M_RETRANSMITS,
    M_MSS,
    M_TCP_RTT,
    M_TCP_MIN_RTT,
    M_TCP_MAX_RTT,
    M_CWND,
    M_CPU_CLIENT,
    M_CPU_SERVER,
    M_COUNT
};

#define IPERF3_OPTIONS 12

extern const struct vmtp_option iperf3_options[IPERF3_OPTIONS];
extern const struct vmtp_metric iperf3_metrics[M_COUNT];

/* Of the trial that is being run. */
struct iperf3_state {
    uint64_t rate_bps; /* asked for in each direction; 0: none */
    uint64_t end_ns;   /* when the client had ended */
};

#endif
