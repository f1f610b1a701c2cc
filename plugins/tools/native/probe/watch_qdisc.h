/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets that the queueing discipline of an interface dropped, and those that its filters did (a
 * policer at ingress or clsact), over rtnetlink.  Where nothing is carried nothing is asked: a
 * question takes the kernel's lock for configuring.  One thread.
 */
#ifndef PROBE_WATCH_QDISC_H
#define PROBE_WATCH_QDISC_H

#include "watch_device.h"

struct watch_qdisc {
    int fd; /* -1: not yet */
    uint32_t seq;
};

void qdisc_take(struct watch_qdisc *, struct watch_device *, struct figures *);

#endif
