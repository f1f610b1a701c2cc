/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's memory for datagrams that are still in fragments.
 *
 * One lost fragment leaves its datagram there until net.ipv4.ipfrag_time (30 s) is over.  An
 * overload fills it, and from then on nothing that comes in fragments arrives, whatever the rate
 * (inet_frag_find() in net/ipv4/inet_fragment.c, since Linux 4.15).
 */
#ifndef PROBE_REASSEMBLY_H
#define PROBE_REASSEMBLY_H

#include "trial.h"

/* [trial] Wait until there is room for a trial of datagrams that may come in fragments; what that
 * took, if it took long, is a note.  -ETIMEDOUT: there is none. */
int reassembly_wait(struct trial *, struct vmtp_error *);

#endif
