/* SPDX-License-Identifier: Apache-2.0
 *
 * What the native plugin and vmtp-probe agree on.
 *
 * Control is one flat JSON object a line, over the probe's stdin and stdout; times in it are
 * relative, because the clocks of three machines have nothing in common.
 *
 *   to the probe   setup  all of a trial's parameters; the server's comes first
 *                  go     delay_ns, rtt_ns: start that much after this line arrived
 *                  end    dir, sent: the other end has sent that many datagrams
 *                  alive  the controller is still there
 *                  stop   end the trial and free what it holds
 *   from it        hello, setup, interval, histogram, note, result, error, alive, stopped
 *
 * On the data path each datagram, and the first bytes of each connection, are a packet_header in
 * network byte order.  Who does not know the trial's token is not heard.
 */
#ifndef NATIVE_PROTOCOL_H
#define NATIVE_PROTOCOL_H

#include <stdint.h>

#define PROBE_PROTOCOL 1
#ifdef VMTP_VERSION
#define PROBE_VERSION VMTP_VERSION
#else
#define PROBE_VERSION "0"
#endif

#define PROBE_SILENCE_NS    3000000000ull   /* without a line from the controller: stop */
#define PROBE_READY_NS      120000000000ull /* the same, between setup and go */
#define PROBE_ALIVE_NS      500000000ull    /* so often it says something */
#define PROBE_CONNECT_NS    5000000000ull   /* for connect and handshake */
#define PROBE_REASSEMBLY_NS 32000000000ull  /* for fragments of an earlier trial to expire */
#define PROBE_DRAIN_NS      2000000000ull   /* for late datagrams after the sender's end */

#define SINGLE_NS 2500.0 /* datagrams nearer to each other than this are sent several at once */

#define PROBE_CONNECTIONS_MAX 1000
#define PROBE_INTERVALS_MAX   10000
#define PROBE_DURATION_MAX    86400000000000ull
#define PROBE_RATE_MAX        10000000000000ull
#define PROBE_LENGTH_MAX      (64u << 20)
#define PROBE_DATAGRAM_MAX    65507u
#define PROBE_MESSAGE_MAX     (1u << 20) /* a latency request or response over TCP */
#define PROBE_BUFFER_MAX      (1u << 30)

struct packet_header {
    uint64_t token;
    uint64_t seq; /* phase in the two top bits; starts from 0 with each phase */
    uint64_t tx_ns;
};

enum packet_phase { PHASE_WARMUP = 0, PHASE_MEASURED = 1, PHASE_HELLO = 3 };

#define PACKET_PHASE_SHIFT 62
#define PACKET_SEQ_MASK    ((1ull << PACKET_PHASE_SHIFT) - 1)
#define PACKET_ACK         (1ull << 40) /* in a hello: the answer to it */
#define PACKET_DOWN        (1ull << 32) /* in a hello: this connection carries the down direction */

#endif
