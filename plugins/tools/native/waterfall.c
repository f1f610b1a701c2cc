/* SPDX-License-Identifier: Apache-2.0 */
#include "waterfall.h"

#include <math.h>

static double less(double a, double b)
{
    return b > 0 ? fmax(a - b, 0) : a;
}

/* UDP learns at once that a simple queue has no room, so what it learnt tells this machine's
 * datagrams from all that others send over the interface.  An interface without a queue passes on
 * what the one below it says, and counts it itself or does not. */
static double queue_of(const struct waterfall_told *t)
{
    if (!t->queue_tells || isnan(t->queue) || isnan(t->refused))
        return t->queue;
    if (t->noqueue)
        return less(t->refused, t->nic_sender);
    return fmin(t->queue, t->refused);
}

/* What the backlog drops is also counted by the interface that the packet came in by, and by the
 * one that sent it if that is the other end of a virtual cable (enqueue_to_backlog() in
 * net/core/dev.c, veth_xmit()). */
static double softnet_of(const struct waterfall_told *t)
{
    if (t->stacked || isnan(t->softnet) || isnan(t->nic_receiver))
        return t->softnet;
    return fmin(t->softnet, t->nic_receiver);
}

/* A datagram whose first fragments passed before another was dropped on this side of the network
 * is incomplete at the receiver as well. */
static double before_reassembly(const double claim[STAGES])
{
    return claim[STAGE_SENDER] + claim[STAGE_NIC_SENDER] + claim[STAGE_SOFTNET] +
           claim[STAGE_NIC_RECEIVER];
}

static double reassembly_of(const struct waterfall_told *t, const double claim[STAGES])
{
    if (!t->fragmented)
        return 0;
    return less(t->incomplete, before_reassembly(claim));
}

static void claim_all(const struct waterfall_told *t, double claim[STAGES])
{
    claim[STAGE_SOCKET] = isnan(t->socket) ? t->socket_least : t->socket;
    claim[STAGE_SENDER] = queue_of(t) + t->forbidden;
    claim[STAGE_NIC_SENDER] = less(t->nic_sender, t->same_machine ? t->softnet : 0);
    claim[STAGE_SOFTNET] = softnet_of(t);
    claim[STAGE_NIC_RECEIVER] = less(t->nic_receiver, t->softnet);
    claim[STAGE_REASSEMBLY] = reassembly_of(t, claim);
}

/* One packet is not one datagram: only that there was none is sure. */
static void find_coarse(const struct waterfall_told *t, const double claim[STAGES],
                        bool coarse[STAGES])
{
    bool queue_counts = t->super || (t->fragmented && !(t->queue_tells && !isnan(t->refused)));
    bool packets = t->super || t->fragmented;

    coarse[STAGE_SOCKET] = isnan(t->socket) && t->socket_least > 0;
    coarse[STAGE_SENDER] = queue_counts && queue_of(t) > 0;
    coarse[STAGE_NIC_SENDER] = packets && claim[STAGE_NIC_SENDER] > 0;
    coarse[STAGE_SOFTNET] = packets && claim[STAGE_SOFTNET] > 0;
    coarse[STAGE_NIC_RECEIVER] = packets && claim[STAGE_NIC_RECEIVER] > 0;
    coarse[STAGE_REASSEMBLY] =
        t->fragmented &&
        (t->fragments_refused > 0 ||
         (t->incomplete > 0 &&
          (isnan(before_reassembly(claim)) || coarse[STAGE_SENDER] || coarse[STAGE_NIC_SENDER] ||
           coarse[STAGE_SOFTNET] || coarse[STAGE_NIC_RECEIVER])));
}

/* Of super-packets at least so many datagrams were dropped: that may be all there are. */
static bool is_enough(const struct waterfall_told *t, double claim, double left)
{
    return left == 0 || (!t->fragmented && claim >= left);
}

void waterfall_make(const struct waterfall_told *t, struct waterfall *ret)
{
    double claim[STAGES], left = t->sent - t->received;

    if (left < 0) /* duplicates */
        left = 0;
    claim_all(t, claim);
    find_coarse(t, claim, ret->coarse);
    for (int i = 0; i < STAGES; i++) {
        double takes = fmin(claim[i], left);

        ret->others[i] = 0;
        ret->lost[i] = NAN;
        if (isnan(claim[i]) || isnan(left) || (ret->coarse[i] && !is_enough(t, claim[i], left)))
            continue;
        ret->lost[i] = takes;
        ret->others[i] = claim[i] - takes;
        left -= takes;
    }
    ret->others[STAGE_SENDER] += isnan(queue_of(t)) ? 0 : less(t->queue, queue_of(t));
}
