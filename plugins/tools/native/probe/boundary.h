/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the warm-up ends at a receiving UDP socket.  With SO_RXQ_OVFL each datagram carries how
 * many its socket had dropped when it was queued, so that what a full buffer dropped is parted by
 * phase although the program is behind with reading; with IP_PKTINFO it carries the interface that
 * it came in by.  Owned by the job's thread.
 */
#ifndef PROBE_BOUNDARY_H
#define PROBE_BOUNDARY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct boundary {
    bool passed;    /* a datagram of the measured phase has come */
    uint32_t begin; /* dropped by the socket before that phase, as far as is known; wraps */
};

/* What a datagram carries. */
struct boundary_mark {
    uint32_t dropped;
    int interface; /* 0: unknown */
};

/* Have them carried, or no more. */
void boundary_listen(int fd, bool ipv6, bool on);
void boundary_read(const struct cmsghdr *, struct boundary_mark *);

/* A datagram before the boundary is passed: its number within its phase, and how many came as one
 * with it.  Pure. */
void boundary_see(struct boundary *, bool measured, uint64_t seq, uint64_t segments,
                  uint32_t dropped);

#endif
