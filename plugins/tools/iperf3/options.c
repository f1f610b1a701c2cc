/* SPDX-License-Identifier: Apache-2.0
 *
 * iperf3's tables: options and metrics.  Constant.
 */
#include "options.h"

static const struct vmtp_choice protocols[] = {
    { "tcp", PROTOCOL_TCP, NULL },
    { "udp", PROTOCOL_UDP, NULL },
    { NULL, 0, NULL },
};

static const struct vmtp_choice directions[] = {
    { "up", DIRECTION_UP, "the client sends" },
    { "down", DIRECTION_DOWN, "the server sends (-R)" },
    { "both", DIRECTION_BOTH, "both send at the same time (--bidir); goodput is the sum" },
    { NULL, 0, NULL },
};

#define O struct iperf3_opt

const struct vmtp_option iperf3_options[IPERF3_OPTIONS] = {
    { "protocol", "transport protocol", VMTP_OPT_ENUM(O, protocol, protocols), .def = "tcp" },
    { "direction", "who sends; the client always opens the connection",
      VMTP_OPT_ENUM(O, direction, directions), .def = "up" },
    { "connections", "connections in each direction", VMTP_OPT_UINT(O, connections), .def = "1",
      .min = 1, .max = CONNECTIONS_MAX },
    { "rate", "payload to send over all connections of a direction; 0: as fast as it can",
      VMTP_OPT_RATE(O, rate_bps), .def = "0" },
    { "length", "bytes of one write or datagram; 0: 128K for TCP, for UDP what fits the path's MTU",
      VMTP_OPT_SIZE(O, length), .def = "0", .max = 1 << 20 },
    { "window", "socket buffers of both ends; 0: the kernel's choice", VMTP_OPT_SIZE(O, window),
      .def = "0", .max = 512 << 20 },
    { "congestion", "TCP congestion control, such as cubic; else what the endpoint has",
      VMTP_OPT_STRING(O, congestion) },
    { "mss", "largest TCP segment in bytes; 0: what the path gives", VMTP_OPT_UINT(O, mss),
      .def = "0", .max = 9216 },
    { "no-delay", "send small TCP writes at once (TCP_NODELAY)", VMTP_OPT_BOOL(O, no_delay),
      .def = "false" },
    { "zero-copy", "send TCP with sendfile(), without a copy", VMTP_OPT_BOOL(O, zero_copy),
      .def = "false" },
    { "dscp", "differentiated services code point of what is sent", VMTP_OPT_UINT(O, dscp),
      .def = "0", .max = 63 },
    { "port", "the server's port", VMTP_OPT_PORT(O, port), .def = "5201", .min = 1, .max = 65535 },
};

const struct vmtp_metric iperf3_metrics[M_COUNT] = {
    [M_GOODPUT] = { VMTP_GOODPUT, "bit/s", "payload that arrived", VMTP_GAUGE, 0 },
    [M_GOODPUT_UP] = { "goodput_up", "bit/s", "of goodput, from client to server", VMTP_GAUGE, 0 },
    [M_GOODPUT_DOWN] = { "goodput_down", "bit/s", "of goodput, from server to client", VMTP_GAUGE,
                         0 },
    [M_OFFERED] = { VMTP_OFFERED, "bit/s", "payload that was sent as datagrams", VMTP_GAUGE, 0 },
    [M_SENT] = { VMTP_SENT, "packets", "datagrams sent; from the server: up to the last that came",
                 VMTP_COUNTER, 0 },
    [M_RECEIVED] = { VMTP_RECEIVED, "packets", "of these, arrived", VMTP_COUNTER, 0 },
    [M_REORDERED] = { VMTP_REORDERED, "packets", "arrived behind a younger one", VMTP_COUNTER,
                      VMTP_LOWER_IS_BETTER },
    [M_JITTER] = { VMTP_JITTER, "s", "interarrival jitter, the mean of all connections", VMTP_GAUGE,
                   VMTP_LOWER_IS_BETTER },
    [M_RETRANSMITS] = { VMTP_RETRANSMITS, "segments", "TCP segments sent again", VMTP_COUNTER,
                        VMTP_LOWER_IS_BETTER },
    [M_MSS] = { VMTP_MSS, "bytes", "payload of a full TCP segment", VMTP_GAUGE, 0 },
    [M_TCP_RTT] = { "tcp_rtt", "s", "mean smoothed round-trip time of the sending sockets",
                    VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_TCP_MIN_RTT] = { "tcp_min_rtt", "s", "least of the smoothed round-trip times", VMTP_GAUGE,
                        VMTP_LOWER_IS_BETTER },
    [M_TCP_MAX_RTT] = { "tcp_max_rtt", "s", "greatest of the smoothed round-trip times", VMTP_GAUGE,
                        VMTP_LOWER_IS_BETTER },
    [M_CWND] = { "cwnd", "bytes",
                 "congestion windows of the sending sockets together; of a trial the largest",
                 VMTP_GAUGE, 0 },
    [M_CPU_CLIENT] = { VMTP_CPU_CLIENT, "ratio", "CPU seconds a second of the client's iperf3",
                       VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_CPU_SERVER] = { VMTP_CPU_SERVER, "ratio", "CPU seconds a second of the server's iperf3",
                       VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
};
