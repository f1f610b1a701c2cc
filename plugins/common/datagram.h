/* SPDX-License-Identifier: Apache-2.0
 *
 * What tools that send datagrams have to know and to say: how long they are, that they travel in
 * fragments, that fewer were sent than asked for.  [worker]
 */
#ifndef COMMON_DATAGRAM_H
#define COMMON_DATAGRAM_H

#include <vmtp/tool.h>

#define DATAGRAM_MAX 65507u

/* The longest payload that fits the path's MTU. */
uint64_t datagram_length(const struct vmtp_flow *);
/* A note if datagrams of this length don't fit the path's MTU. */
int datagram_fragments(struct vmtp_self *, const struct vmtp_flow *, uint64_t length);
/* The mark of a trial whose sender did not offer the rate; none if wanted_bps is 0. */
int datagram_shortfall(struct vmtp_self *, const char *program, double offered_bps,
                       double wanted_bps);

#endif
