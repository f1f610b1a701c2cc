/* SPDX-License-Identifier: Apache-2.0
 *
 * nuttcp's tables: options and metrics.  Constant.
 */
#include "options.h"

static const struct vmtp_choice protocols[] = {
    { "tcp", PROTOCOL_TCP, NULL },
    { "udp", PROTOCOL_UDP, NULL },
    { "multicast", PROTOCOL_MULTICAST, "UDP to a group that the server joins" },
    { NULL, 0, NULL },
};

static const struct vmtp_choice directions[] = {
    { "up", DIRECTION_UP, "the client sends" },
    { "down", DIRECTION_DOWN, "the server sends (-r)" },
    { NULL, 0, NULL },
};

#define O struct nuttcp_opt

const struct vmtp_option nuttcp_options[NUTTCP_OPTIONS] = {
    { "protocol", "transport protocol", VMTP_OPT_ENUM(O, protocol, protocols), .def = "tcp" },
    { "direction", "who sends; TCP connections are always opened by the client",
      VMTP_OPT_ENUM(O, direction, directions), .def = "up" },
    { "connections", "TCP connections, on ports in a row from `port`",
      VMTP_OPT_UINT(O, connections), .def = "1", .min = 1, .max = 128 },
    { "rate", "payload to send over all connections, in steps of 1 kbit/s; 0: as fast as it can",
      VMTP_OPT_RATE(O, rate_bps), .def = "0" },
    { "length", "bytes of one write or datagram; 0: 64K for TCP, for UDP what fits the path's MTU",
      VMTP_OPT_SIZE(O, length), .def = "0", .max = 64 << 20 },
    { "window", "socket buffers of both ends; 0: the kernel's choice", VMTP_OPT_SIZE(O, window),
      .def = "0", .max = 512 << 20 },
    { "mss", "largest TCP segment in bytes; 0: what the path gives", VMTP_OPT_UINT(O, mss),
      .def = "0", .max = 65495 },
    { "dscp", "differentiated services code point of what is sent", VMTP_OPT_UINT(O, dscp),
      .def = "0", .max = 63 },
    { "port", "the receiver's data port", VMTP_OPT_PORT(O, port), .def = "5001", .min = 1024,
      .max = 65535 },
    { "control-port", "where the server listens; 0: the port behind the data ports",
      VMTP_OPT_PORT(O, control_port), .def = "0", .max = 65535 },
    { "group",
      "multicast group; else 231.1.1.1, and with nuttcp before 7.2 or IPv6 what nuttcp chooses",
      VMTP_OPT_ADDRESS(O, group) },
    { "ttl", "hops that multicast may go", VMTP_OPT_UINT(O, ttl), .def = "32", .min = 1,
      .max = 255 },
    { "jitter",
      "measure jitter and one-way delay (nuttcp 7.1, clocks in step); multicast always does",
      VMTP_OPT_BOOL(O, jitter), .def = "false" },
};

const struct vmtp_metric nuttcp_metrics[M_COUNT] = {
    [M_GOODPUT] = { VMTP_GOODPUT, "bit/s", "payload that arrived", VMTP_GAUGE, 0 },
    [M_OFFERED] = { VMTP_OFFERED, "bit/s", "payload that was sent as datagrams", VMTP_GAUGE, 0 },
    [M_SENT] = { VMTP_SENT, "packets", "datagrams sent", VMTP_COUNTER, 0 },
    [M_RECEIVED] = { VMTP_RECEIVED, "packets", "of these, arrived", VMTP_COUNTER, 0 },
    [M_RETRANSMITS] = { VMTP_RETRANSMITS, "segments", "TCP segments sent again (nuttcp 7)",
                        VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
    [M_CONNECT_RTT] = { VMTP_CONNECT_RTT, "s", "time that connect() of the data connection took",
                        VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_CWND] = { "cwnd", "bytes", "congestion windows of the sending sockets together (nuttcp 8)",
                 VMTP_GAUGE, 0 },
    [M_JITTER_MAX] = { "jitter_max", "s", "greatest jitter, by nuttcp's own definition", VMTP_GAUGE,
                       VMTP_LOWER_IS_BETTER },
    [M_OWD] = { "owd", "s", "mean one-way delay by the clocks of both ends, as far as these agree",
                VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_CPU_CLIENT] = { VMTP_CPU_CLIENT, "ratio", "CPU seconds a second of the client's nuttcp",
                       VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_CPU_SERVER] = { VMTP_CPU_SERVER, "ratio", "CPU seconds a second of the server's nuttcp",
                       VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
};
