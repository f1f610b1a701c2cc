/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics: what a component can measure, as data; and the names that all tools share.
 *
 * A plugin has one const table of the metrics it may emit and names a metric by its row.
 * Units are SI without prefixes: "bit/s", "s", "packets", "bytes", "ratio" (1 is all of it).
 */
#ifndef VMTP_METRIC_H
#define VMTP_METRIC_H

#include <stdint.h>

enum vmtp_metric_kind {
    VMTP_GAUGE = 1,   /* a level: the result is the median over the trials, with its interval */
    VMTP_COUNTER,     /* a number of things: trials add up */
    VMTP_DISTRIBUTION /* histograms: trials merge; the result is percentiles */
};

enum vmtp_metric_flag {
    VMTP_LOWER_IS_BETTER = 1 << 0, /* for comparisons; else higher is */
};

struct vmtp_metric {
    const char *name; /* snake_case, unique in its table */
    const char *unit;
    const char *help; /* one sentence without a full stop */
    uint32_t kind;    /* enum vmtp_metric_kind */
    uint32_t flags;   /* enum vmtp_metric_flag */
};

/* Metrics that the core knows by name.  Whoever emits one of these means exactly this, in this
 * unit and kind (the loader refuses a table that says otherwise), and gets for it what the core
 * makes of it: repetition on goodput, the loss split, the share of the path's ceiling.
 *
 *   name         unit      kind          is
 *   goodput      bit/s     gauge         payload delivered to the receiving application
 *   offered      bit/s     gauge         payload that the sender really sent
 *   sent         packets   counter       datagrams sent in the measured window
 *   received     packets   counter       of these, delivered to the application
 *   lost_socket  packets   counter       of these, dropped at the receiving socket (buffer full)
 *   duplicated   packets   counter       received more than once
 *   reordered    packets   counter       received behind a younger one (RFC 4737 type-P-reordered)
 *   retransmits  segments  counter       TCP segments sent again
 *   rtt          s         distribution  request to reply as the application sees it
 *   pdv          s         distribution  one-way delay less its minimum (RFC 5481 PDV)
 *   jitter       s         gauge         mean interarrival jitter (RFC 3550, 6.4.1)
 *   connect_rtt  s         gauge         time that connect() of the data connection took
 *   mss          bytes     gauge         payload bytes of a full TCP segment
 *   cpu_client   ratio     gauge         CPU seconds a second of the tool at the client
 *   cpu_server   ratio     gauge         the same at the server
 *
 * Of these the core asks what limited a flow (docs/limits.md).  They come as figures of intervals
 * where the tool has them; one that is missing is no evidence.
 *
 *   tcp_rtt         s       gauge    smoothed round-trip time of the sending sockets
 *   tcp_min_rtt     s       gauge    the least that they saw
 *   cwnd            bytes   gauge    congestion windows of the sending sockets together
 *   busy            ratio   gauge    time in which the sender had data on the way
 *   rwnd_limited    ratio   gauge    of the time: held up by the receiver's window
 *   sndbuf_limited  ratio   gauge    of the time: held up by the send buffer
 *   delivery_rate   bit/s   gauge    the kernel's estimate of what arrives
 *   pacing_rate     bit/s   gauge    that the kernel keeps the sending sockets to, if anyone asked
 *   spurious        segments counter  of the retransmits: those that had arrived before (RFC 2883)
 *   app_limited     ratio   gauge    of the looks at the socket: the sending program was too slow
 *   unsent          bytes   gauge    in the send buffers, not yet sent
 *   receive_fill    ratio   gauge    of the receive buffer: data that waits for the program
 *   reading         ratio   gauge    of the time: the receiving program was not waiting for data
 *   cpu_sender      ratio   gauge    CPU seconds a second of the busiest thread that sends
 *   cpu_receiver    ratio   gauge    the same of those that receive
 *   delay_sender    ratio   gauge    of the time: that thread was ready and had no CPU
 *   delay_receiver  ratio   gauge    the same of the receiving one
 *   lost_sender     packets counter  of the lost ones, refused or dropped by the sender's kernel
 *                                    (system call, queueing discipline)
 *   lost_nic_sender, lost_nic_receiver, lost_softnet, lost_reassembly
 *                   packets counter  dropped by the interface at an end, by the receiver's backlog
 *                                    (softnet), or as fragments whose rest never came
 *
 * And of these, of endpoints, which monitors emit with the endpoint for subject:
 *
 *   cpu_busy          ratio   gauge    of the time of all CPUs (part "cpu3": of that one): not idle
 *   cpu_user, cpu_nice, cpu_system, cpu_iowait, cpu_irq, cpu_softirq, cpu_steal, cpu_guest
 *                     ratio   gauge    the same by what it went to; guest is part of user
 *   stall             s       gauge    the longest time in which a waiting thread was not woken
 *   softnet_dropped   packets counter  that the backlog had no room for
 *   softnet_squeezed  1       counter  rounds of receiving that ended with packets left
 *   nic_rx_dropped, nic_tx_dropped, qdisc_dropped
 *                     packets counter  of an interface (part)
 *   udp_rcvbuf_errors packets counter  that a socket had no room for
 *
 * Of a counter only intervals in which it moved need be told. */
#define VMTP_GOODPUT     "goodput"
#define VMTP_OFFERED     "offered"
#define VMTP_SENT        "sent"
#define VMTP_RECEIVED    "received"
#define VMTP_LOST_SOCKET "lost_socket"
#define VMTP_DUPLICATED  "duplicated"
#define VMTP_REORDERED   "reordered"
#define VMTP_RETRANSMITS "retransmits"
#define VMTP_RTT         "rtt"
#define VMTP_PDV         "pdv"
#define VMTP_JITTER      "jitter"
#define VMTP_CONNECT_RTT "connect_rtt"
#define VMTP_MSS         "mss"
#define VMTP_CPU_CLIENT  "cpu_client"
#define VMTP_CPU_SERVER  "cpu_server"

#define VMTP_TCP_RTT        "tcp_rtt"
#define VMTP_TCP_MIN_RTT    "tcp_min_rtt"
#define VMTP_CWND           "cwnd"
#define VMTP_BUSY           "busy"
#define VMTP_RWND_LIMITED   "rwnd_limited"
#define VMTP_SNDBUF_LIMITED "sndbuf_limited"
#define VMTP_DELIVERY_RATE  "delivery_rate"
#define VMTP_PACING_RATE    "pacing_rate"
#define VMTP_SPURIOUS       "spurious"
#define VMTP_APP_LIMITED    "app_limited"
#define VMTP_UNSENT         "unsent"
#define VMTP_RECEIVE_FILL   "receive_fill"
#define VMTP_READING        "reading"
#define VMTP_CPU_SENDER     "cpu_sender"
#define VMTP_CPU_RECEIVER   "cpu_receiver"
#define VMTP_DELAY_SENDER   "delay_sender"
#define VMTP_DELAY_RECEIVER "delay_receiver"

#define VMTP_LOST_SENDER       "lost_sender"
#define VMTP_LOST_NIC_SENDER   "lost_nic_sender"
#define VMTP_LOST_NIC_RECEIVER "lost_nic_receiver"
#define VMTP_LOST_SOFTNET      "lost_softnet"
#define VMTP_LOST_REASSEMBLY   "lost_reassembly"

#define VMTP_CPU_BUSY          "cpu_busy"
#define VMTP_CPU_USER          "cpu_user"
#define VMTP_CPU_NICE          "cpu_nice"
#define VMTP_CPU_SYSTEM        "cpu_system"
#define VMTP_CPU_IOWAIT        "cpu_iowait"
#define VMTP_CPU_IRQ           "cpu_irq"
#define VMTP_CPU_SOFTIRQ       "cpu_softirq"
#define VMTP_CPU_STEAL         "cpu_steal"
#define VMTP_CPU_GUEST         "cpu_guest"
#define VMTP_STALL             "stall"
#define VMTP_SOFTNET_DROPPED   "softnet_dropped"
#define VMTP_SOFTNET_SQUEEZED  "softnet_squeezed"
#define VMTP_NIC_RX_DROPPED    "nic_rx_dropped"
#define VMTP_NIC_TX_DROPPED    "nic_tx_dropped"
#define VMTP_QDISC_DROPPED     "qdisc_dropped"
#define VMTP_UDP_RCVBUF_ERRORS "udp_rcvbuf_errors"

#endif
