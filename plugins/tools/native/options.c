/* SPDX-License-Identifier: Apache-2.0
 *
 * The native tool's tables: options and metrics.  Constant.
 */
#include "options.h"

#include "protocol.h"

static const struct vmtp_choice protocols[] = {
    { "tcp", PROTOCOL_TCP, NULL },
    { "udp", PROTOCOL_UDP, NULL },
    { NULL, 0, NULL },
};

static const struct vmtp_choice measures[] = {
    { "throughput", MEASURE_THROUGHPUT, "bulk data, judged where it arrives" },
    { "latency", MEASURE_LATENCY, "requests and responses, judged by the client" },
    { NULL, 0, NULL },
};

static const struct vmtp_choice directions[] = {
    { "up", DIRECTION_UP, "the client sends" },
    { "down", DIRECTION_DOWN, "the server sends" },
    { "both", DIRECTION_BOTH, "both send at the same time; goodput is the sum" },
    { NULL, 0, NULL },
};

static const struct vmtp_choice offloads[] = {
    { "auto", OFFLOAD_AUTO, "on when there is no rate" },
    { "on", OFFLOAD_ON, "UDP segmentation and receive offload (GSO, GRO)" },
    { "off", OFFLOAD_OFF, "every datagram by itself" },
    { NULL, 0, NULL },
};

static const struct vmtp_choice waits[] = {
    { "auto", WAIT_AUTO, "throughput blocks; latency spins where both ends have two CPUs" },
    { "block", WAIT_BLOCK, "sleep until something arrives, as most programs do" },
    { "spin", WAIT_SPIN, "look again and again: no wake-up in the figures, one core busy" },
    { NULL, 0, NULL },
};

#define O struct native_opt

const struct vmtp_option native_options[NATIVE_OPTIONS] = {
    { "protocol", "transport protocol", VMTP_OPT_ENUM(O, protocol, protocols), .def = "tcp" },
    { "measure", "what to measure", VMTP_OPT_ENUM(O, measure, measures), .def = "throughput" },
    { "direction", "who sends; the client always opens the connection",
      VMTP_OPT_ENUM(O, direction, directions), .def = "up" },
    { "connections", "connections in each direction", VMTP_OPT_UINT(O, connections), .def = "1",
      .min = 1, .max = PROBE_CONNECTIONS_MAX },
    { "rate", "payload to send over all connections of a direction; 0: as fast as it can",
      VMTP_OPT_RATE(O, rate_bps), .def = "0", .max = (int64_t)PROBE_RATE_MAX },
    { "length", "bytes of one write or datagram; 0: 1M for TCP, for UDP what fits the path's MTU",
      VMTP_OPT_SIZE(O, length), .def = "0", .max = PROBE_LENGTH_MAX },
    { "offload", "let the kernel carry many UDP datagrams as one",
      VMTP_OPT_ENUM(O, offload, offloads), .def = "auto" },
    { "wait", "how the receiving program waits", VMTP_OPT_ENUM(O, wait, waits), .def = "auto" },
    { "frequency", "latency requests a second; 0: each follows the response to the last one",
      VMTP_OPT_UINT(O, frequency), .def = "0", .max = 1000000 },
    { "request", "bytes of a latency request", VMTP_OPT_SIZE(O, request), .def = "64",
      .min = sizeof(struct packet_header), .max = PROBE_MESSAGE_MAX },
    { "response", "bytes of a latency response", VMTP_OPT_SIZE(O, response), .def = "64",
      .min = sizeof(struct packet_header), .max = PROBE_MESSAGE_MAX },
    { "congestion", "TCP congestion control, such as cubic; else what the endpoint has",
      VMTP_OPT_STRING(O, congestion) },
    { "mss", "largest TCP segment in bytes; 0: what the path gives", VMTP_OPT_UINT(O, mss),
      .def = "0", .max = 65495 },
    { "send-buffer", "socket buffer of the sender; 0: the kernel's choice for TCP, 4M for UDP",
      VMTP_OPT_SIZE(O, send_buffer), .def = "0", .max = PROBE_BUFFER_MAX },
    { "receive-buffer",
      "socket buffer of the receiver; 0: the kernel's choice for TCP, 32M for UDP",
      VMTP_OPT_SIZE(O, receive_buffer), .def = "0", .max = PROBE_BUFFER_MAX },
    { "dscp", "differentiated services code point of what is sent", VMTP_OPT_UINT(O, dscp),
      .def = "0", .max = 63 },
    { "port", "the server's data port; 0: any that is free", VMTP_OPT_PORT(O, port), .def = "0",
      .max = 65535 },
    { "discard", "throw payload away in the kernel instead of copying it to the receiver",
      VMTP_OPT_BOOL(O, discard), .def = "false" },
};

const struct vmtp_metric native_metrics[M_COUNT] = {
    [M_GOODPUT] = { VMTP_GOODPUT, "bit/s", "payload that arrived", VMTP_GAUGE, 0 },
    [M_GOODPUT_UP] = { "goodput_up", "bit/s", "of goodput, from client to server", VMTP_GAUGE, 0 },
    [M_GOODPUT_DOWN] = { "goodput_down", "bit/s", "of goodput, from server to client", VMTP_GAUGE,
                         0 },
    [M_OFFERED] = { VMTP_OFFERED, "bit/s", "payload that was sent as datagrams", VMTP_GAUGE, 0 },
    [M_SENT] = { VMTP_SENT, "packets", "datagrams or requests sent", VMTP_COUNTER, 0 },
    [M_RECEIVED] = { VMTP_RECEIVED, "packets", "of these, arrived or answered", VMTP_COUNTER, 0 },
    [M_LOST_SOCKET] = { VMTP_LOST_SOCKET, "packets", "lost in a full socket buffer", VMTP_COUNTER,
                        VMTP_LOWER_IS_BETTER },
    [M_DUPLICATED] = { VMTP_DUPLICATED, "packets", "arrived more than once", VMTP_COUNTER,
                       VMTP_LOWER_IS_BETTER },
    [M_REORDERED] = { VMTP_REORDERED, "packets", "arrived behind a younger one", VMTP_COUNTER,
                      VMTP_LOWER_IS_BETTER },
    [M_RETRANSMITS] = { VMTP_RETRANSMITS, "segments", "TCP segments sent again", VMTP_COUNTER,
                        VMTP_LOWER_IS_BETTER },
    [M_RTT] = { VMTP_RTT, "s", "from the time a request was due to its response", VMTP_DISTRIBUTION,
                VMTP_LOWER_IS_BETTER },
    [M_RTT_SEND] = { "rtt_send", "s", "from the time a request was really sent to its response",
                     VMTP_DISTRIBUTION, VMTP_LOWER_IS_BETTER },
    [M_SEND_SLIP] = { "send_slip", "s", "how late requests were sent", VMTP_DISTRIBUTION,
                      VMTP_LOWER_IS_BETTER },
    [M_TRANSACTIONS] = { "transactions", "1/s", "responses a second", VMTP_GAUGE, 0 },
    [M_PDV] = { VMTP_PDV, "s", "one-way delay above the least of the trial", VMTP_DISTRIBUTION,
                VMTP_LOWER_IS_BETTER },
    [M_DELAY_SLOPE] = { "delay_slope", "s/s", "growth of the one-way delay: a queue that fills",
                        VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_MSS] = { VMTP_MSS, "bytes", "payload of a full TCP segment", VMTP_GAUGE, 0 },
    [M_TCP_RTT] = { "tcp_rtt", "s", "smoothed round-trip time of the sending sockets", VMTP_GAUGE,
                    VMTP_LOWER_IS_BETTER },
    [M_TCP_MIN_RTT] = { "tcp_min_rtt", "s", "least round-trip time of the sending sockets",
                        VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_CWND] = { "cwnd", "bytes", "congestion windows of the sending sockets together", VMTP_GAUGE,
                 0 },
    [M_DELIVERY_RATE] = { "delivery_rate", "bit/s", "the kernel's last estimate of what arrives",
                          VMTP_GAUGE, 0 },
    [M_BUSY] = { "busy", "ratio", "time in which the sender had data on the way", VMTP_GAUGE, 0 },
    [M_RWND_LIMITED] = { "rwnd_limited", "ratio", "time held up by the receiver's window",
                         VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_SNDBUF_LIMITED] = { "sndbuf_limited", "ratio", "time held up by the send buffer", VMTP_GAUGE,
                           VMTP_LOWER_IS_BETTER },
    [M_RCV_RTT] = { "rcv_rtt", "s", "round-trip time as the receiving sockets estimate it",
                    VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_RCV_SPACE] = { "rcv_space", "bytes", "receive window that autotuning arrived at", VMTP_GAUGE,
                      0 },
    [M_SKIPPED] = { "skipped", "packets", "datagrams left out because the sender was too late",
                    VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
    [M_CPU_CLIENT] = { VMTP_CPU_CLIENT, "ratio", "CPU seconds a second of the client's probe",
                       VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_CPU_SERVER] = { VMTP_CPU_SERVER, "ratio", "CPU seconds a second of the server's probe",
                       VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
};
