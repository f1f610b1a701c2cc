/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario may say to iperf, what iperf says, and an instance's state.
 * The options are the core's and constant; the state belongs to the instance's worker.
 */
#ifndef IPERF_OPTIONS_H
#define IPERF_OPTIONS_H

#include "../../common/version.h"

#include <vmtp/plugin.h>

enum { PROTOCOL_TCP, PROTOCOL_UDP };
enum { DIRECTION_UP, DIRECTION_DOWN, DIRECTION_BOTH };

#define CONNECTIONS_MAX 128

struct iperf_opt {
    int protocol, direction;
    uint64_t connections, rate_bps, length, window, mss, dscp, port;
    const char *congestion;
};

/* Rows of the metrics table. */
enum iperf_metric {
    M_GOODPUT,
    M_GOODPUT_UP,
    M_GOODPUT_DOWN,
    M_OFFERED,
    M_SENT,
    M_RECEIVED,
    M_REORDERED,
    M_JITTER,
    M_RETRANSMITS,
    M_CONNECT_RTT,
    M_MSS,
    M_TCP_RTT,
    M_CWND,
    M_COUNT
};

#define IPERF_OPTIONS 10

extern const struct vmtp_option iperf_options[IPERF_OPTIONS];
extern const struct vmtp_metric iperf_metrics[M_COUNT];

/* What an end tells of a connection: a line for each interval, and one of the whole.  NAN: it was
 * not told. */
struct figures {
    double start_s, end_s, bytes;
    double lost, datagrams, jitter_ms;      /* where datagrams arrive */
    double retransmits, cwnd_bytes, rtt_us; /* where TCP is sent */
};

/* One connection as seen by the end that receives, or by the one that sends. */
struct stream {
    int id;
    bool ended;            /* its whole is known */
    struct figures before; /* the measured part: the warm-up, added up */
    struct figures whole;
    double cwnd_bytes, rtt_us; /* added up over so many intervals */
    size_t intervals;
};

/* One direction, at one of its ends. */
struct side {
    struct stream streams[CONNECTIONS_MAX];
    size_t count, ended;
    double at_s, rate_bps; /* the interval that is being told, connection by connection */
    size_t told;
};

enum { UP, DOWN };
enum { SEND, RECEIVE };

struct iperf_state {
    struct version client, server; /* of the programs; known once prepare() has been there */
    /* Of the trial that is being run. */
    uint64_t rate_bps, length, warmup_ns, step_ns;
    uint64_t begin_ns;                 /* when its traffic began; 0: not known yet */
    double reordered, mss, connect_ms; /* NAN: not told */
    bool received, sent;               /* these figures have been emitted */
    struct side sides[2][2];           /* [UP|DOWN][SEND|RECEIVE] */
};

/* Both ends have what came with 2.1: -e, -R, --full-duplex and short intervals. */
static inline bool is_modern(const struct iperf_state *state)
{
    return version_least(&state->client, 2, 1, 0) && version_least(&state->server, 2, 1, 0);
}

#endif
