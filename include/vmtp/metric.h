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
 *   cpu_server   ratio     gauge         the same at the server */
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

#endif
