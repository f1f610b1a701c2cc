/* SPDX-License-Identifier: Apache-2.0
 *
 * The terms of a flow: what was asked of it, what its path can carry, and which endpoint does what.
 *
 * Taken from what the flow says of itself, its options by name.  "Not known" is NAN.  Pure; borrows
 * the measurement.
 */
#ifndef VMTP_RESULT_TERMS_H
#define VMTP_RESULT_TERMS_H

#include "trial.h"

struct terms {
    bool udp, tcp; /* neither: some other protocol */
    bool both;     /* directions at once: figures are sums */
    bool spins;    /* programs wait by looking again and again, so that CPU time says nothing */
    const char *senders[3], *receivers[3]; /* names of endpoints, ending with NULL */
    const char *sender_cpu, *receiver_cpu; /* metrics: of the whole program at that end; NULL: of
                                              both ends */
    double ceiling_bps;                    /* of goodput; of both directions together */
    double asked_bps;                      /* of payload */
    double send_buffer_bytes, receive_buffer_bytes; /* that were asked for */
    double streams;
};

struct terms terms_make(const struct measurement *measurement);

/* The row of a metric in the tool's table; -1: it has none. */
int terms_row(const struct measurement *measurement, const char *metric);

#endif
