/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the datagrams of one direction were lost.
 *
 * The socket's count and the sender's own are of this flow alone.  All others are of an interface,
 * a network namespace or a machine, where other packets are dropped too: a stage gets at most what
 * is still missing, so that the stages never come to more than what was lost; the rest is the
 * network's.  Pure.
 */
#ifndef NATIVE_WATERFALL_H
#define NATIVE_WATERFALL_H

#include <stdbool.h>

/* In the order in which they are believed. */
enum waterfall_stage {
    STAGE_SOCKET,
    STAGE_SENDER, /* its packet filter and queueing discipline */
    STAGE_NIC_SENDER,
    STAGE_SOFTNET,
    STAGE_NIC_RECEIVER,
    STAGE_REASSEMBLY,
    STAGES
};

/* What both ends have told of the measured window; NAN: nobody said. */
struct waterfall_told {
    double sent, received;
    double socket, forbidden;
    double socket_least; /* where socket is unknown, because datagrams were dropped many at once */
    double queue;        /* packets that the queueing discipline of the interface dropped */
    double refused;      /* UDP datagrams that were not taken by what is below */
    double nic_sender;   /* packets */
    double nic_receiver; /* with what the backlog of its CPUs had no room for */
    double softnet;
    double incomplete;        /* datagrams of which some fragments came and others did not */
    double fragments_refused; /* that there was no memory for */
    bool queue_tells;         /* each of its drops is among the refused, or is of another flow */
    bool noqueue;
    bool super;        /* datagrams were sent as GSO super-packets, which are dropped as one */
    bool fragmented;   /* a datagram is several packets */
    bool stacked;      /* packets come in by another interface below the one that is counted */
    bool same_machine; /* both ends are: its backlog is both what a virtual cable sends into and
                          what the receiver has */
};

struct waterfall {
    double lost[STAGES];   /* NAN: unknown */
    double others[STAGES]; /* what the counters moved beyond what is missing */
    bool coarse[STAGES];   /* packets were dropped, but how many datagrams they were is unknown */
};

void waterfall_make(const struct waterfall_told *, struct waterfall *ret);

#endif
