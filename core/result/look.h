/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks: what was seen of a flow in each interval of a trial, by its tool and by the monitors of
 * its endpoints, brought onto one grid of time.
 *
 * The grid is that of the goodput's intervals, joined to 100 ms at least: the kernel's shares of
 * time move in steps of a clock tick.  Pure; a figure that is not known is NAN.
 */
#ifndef VMTP_RESULT_LOOK_H
#define VMTP_RESULT_LOOK_H

#include "terms.h"

#define LOOK_NS   100000000u
#define LOOKS_MAX 2000 /* of a trial; there they are longer */

enum look_figure {
    /* Of the flow, as its tool tells (include/vmtp/metric.h). */
    LOOK_GOODPUT,
    LOOK_OFFERED,
    LOOK_RTT,
    LOOK_MIN_RTT,
    LOOK_CWND,
    LOOK_BUSY,
    LOOK_RWND,
    LOOK_SNDBUF,
    LOOK_PACING,
    LOOK_APP,
    LOOK_UNSENT,
    LOOK_FILL,
    LOOK_READING,
    LOOK_CPU_SENDER,
    LOOK_CPU_RECEIVER,
    LOOK_DELAY_SENDER,
    LOOK_DELAY_RECEIVER,
    LOOK_RETRANSMITS,
    LOOK_SPURIOUS,
    LOOK_SENT,
    LOOK_RECEIVED,
    LOOK_LOST_SENDER,
    LOOK_LOST_NIC_SENDER,
    LOOK_LOST_NIC_RECEIVER,
    LOOK_LOST_SOFTNET,
    LOOK_LOST_REASSEMBLY,
    LOOK_LOST_SOCKET,
    LOOK_PROGRAM_SENDER, /* CPU of the whole program */
    LOOK_PROGRAM_RECEIVER,
    /* Of the machines, as monitors tell. */
    LOOK_BUSY_SENDER, /* of the busiest CPU */
    LOOK_BUSY_RECEIVER,
    LOOK_STEAL_SENDER, /* of a CPU that has no time left */
    LOOK_STEAL_RECEIVER,
    LOOK_STALL_SENDER, /* the longest, in s */
    LOOK_STALL_RECEIVER,
    LOOK_SOFTIRQ, /* of the receiver's CPU with the most of it */
    LOOK_SOFTNET, /* dropped by the receiver's backlog */
    LOOK_SQUEEZED,
    LOOK_RCVBUF,       /* dropped by any of the receiver's UDP sockets */
    LOOK_QDISC,        /* dropped by the sender's queueing disciplines and interfaces */
    LOOK_NIC_RECEIVER, /* dropped by the receiver's interfaces */
    /* Made of these. */
    LOOK_STEADY,  /* goodput, over half a second around it */
    LOOK_CEILING, /* that over what the path can carry */
    LOOK_LOSS,    /* share of what was sent that was lost, over two seconds around it */
    LOOK_NETWORK, /* of the time: not held up by a window, a buffer or the programs */
    LOOK_QUEUE,   /* rtt over the least */
    LOOK_WAIT,    /* rtt less the least, s */
    LOOK_ABSENT,  /* of the time: the receiving program neither waited for data nor ran */
    LOOK_SPREAD,  /* of goodput, over a second around: standard deviation over mean */
    LOOK_PIPE,    /* goodput over what the congestion window allows in a round trip */
    LOOK_FIGURES
};

struct look {
    uint64_t since_ns, until_ns; /* since the trial's start */
    double of[LOOK_FIGURES];
};

struct looks {
    struct look *list;
    size_t count;
};

/* Of a trial that gave goodput; else there are none.  0 or -ENOMEM. */
int looks_make(const struct measurement *measurement, const struct terms *terms,
               const struct trial *trial, struct looks *ret);
void looks_clear(struct looks *looks);

#endif
