/* SPDX-License-Identifier: Apache-2.0
 *
 * What the senders' and receivers' TCP sockets say of a trial, as samples.
 */
#include "told.h"

#define US_MAX  1e9
#define BITS    8.0 /* of a byte */
#define MSS_MAX 65535
#define RATIO   1

static const struct told_row rows[] = {
    { M_RETRANSMITS, false, "retransmits", COUNT_MAX, 1, TOLD_SUM },
    { M_SPURIOUS, false, "spurious", COUNT_MAX, 1, TOLD_SUM },
    { M_TCP_RTT, false, "rtt_us", US_MAX, 1e-6, TOLD_MOST },
    { M_TCP_MIN_RTT, false, "min_rtt_us", US_MAX, 1e-6, TOLD_LEAST },
    { M_CWND, false, "cwnd_bytes", BYTES_MAX, 1, TOLD_SUM },
    { M_DELIVERY_RATE, false, "delivery_bytes_s", BYTES_MAX, BITS, TOLD_SUM },
    { M_PACING_RATE, false, "pacing_bytes_s", BYTES_MAX, BITS, TOLD_SUM },
    { M_UNSENT, false, "unsent_bytes", BYTES_MAX, 1, TOLD_SUM },
    { M_BUSY, false, "busy", RATIO, 1, TOLD_LEAST },
    { M_RWND_LIMITED, false, "rwnd", RATIO, 1, TOLD_MOST },
    { M_SNDBUF_LIMITED, false, "sndbuf", RATIO, 1, TOLD_MOST },
    { M_APP_LIMITED, false, "app_limited", RATIO, 1, TOLD_MOST },
    { M_MSS, false, "mss", MSS_MAX, 1, TOLD_LEAST },
    { M_RCV_RTT, true, "rcv_rtt_us", US_MAX, 1e-6, TOLD_MOST },
    { M_RCV_SPACE, true, "rcv_space", BYTES_MAX, 1, TOLD_LEAST },
};

int report_tcp(struct run *run)
{
    return told_rows(run, rows, sizeof rows / sizeof *rows);
}
