/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario may say to the native tool, what it measures, and an instance's state.
 * The options are the core's and constant; the state belongs to the instance's worker.
 */
#ifndef NATIVE_OPTIONS_H
#define NATIVE_OPTIONS_H

#include <vmtp/plugin.h>

#include "session.h"

enum { PROTOCOL_TCP, PROTOCOL_UDP };
enum { MEASURE_THROUGHPUT, MEASURE_LATENCY };
enum { DIRECTION_UP, DIRECTION_DOWN, DIRECTION_BOTH };
enum { OFFLOAD_AUTO, OFFLOAD_ON, OFFLOAD_OFF };
enum { WAIT_AUTO, WAIT_BLOCK, WAIT_SPIN };

struct native_opt {
    int protocol, measure, direction, offload, wait;
    uint64_t connections, rate_bps, length, frequency, request, response;
    uint64_t mss, send_buffer, receive_buffer, dscp, port;
    const char *congestion;
    bool discard;
};

/* Rows of the metrics table. */
enum native_metric {
    M_GOODPUT,
    M_GOODPUT_UP,
    M_GOODPUT_DOWN,
    M_OFFERED,
    M_SENT,
    M_RECEIVED,
    M_LOST_SENDER,
    M_LOST_NIC_SENDER,
    M_LOST_NIC_RECEIVER,
    M_LOST_SOFTNET,
    M_LOST_REASSEMBLY,
    M_LOST_SOCKET,
    M_DUPLICATED,
    M_REORDERED,
    M_RETRANSMITS,
    M_SPURIOUS,
    M_RTT,
    M_RTT_SEND,
    M_SEND_SLIP,
    M_TRANSACTIONS,
    M_PDV,
    M_OWD,
    M_OWD_ERROR,
    M_DELAY_SLOPE,
    M_MSS,
    M_TCP_RTT,
    M_TCP_MIN_RTT,
    M_CWND,
    M_DELIVERY_RATE,
    M_PACING_RATE,
    M_APP_LIMITED,
    M_UNSENT,
    M_BUSY,
    M_RWND_LIMITED,
    M_SNDBUF_LIMITED,
    M_RCV_RTT,
    M_RCV_SPACE,
    M_RECEIVE_FILL,
    M_READING,
    M_SKIPPED,
    M_CPU_CLIENT,
    M_CPU_SERVER,
    M_CPU_SENDER,
    M_CPU_RECEIVER,
    M_DELAY_SENDER,
    M_DELAY_RECEIVER,
    M_COUNT
};

#define NATIVE_OPTIONS 18

extern const struct vmtp_option native_options[NATIVE_OPTIONS];
extern const struct vmtp_metric native_metrics[M_COUNT];

struct native_state {
    struct session session;
};

int native_run(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
               struct vmtp_error *);

/* The rate, the connections in each direction and the length that a trial will use. */
uint64_t native_rate(const struct native_opt *, const struct vmtp_trial *);
uint64_t native_connections(const struct native_opt *, const struct vmtp_trial *);
uint64_t native_length(const struct native_opt *, const struct vmtp_flow *);

#endif
