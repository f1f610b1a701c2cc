/* SPDX-License-Identifier: Apache-2.0
 *
 * The pause between two looks at something that takes its time: 0.3 s at first, later about a
 * quarter of what has been waited, 2 s at last.  On the stack of whoever waits.
 */
#ifndef OPENSTACK_DELAY_H
#define OPENSTACK_DELAY_H

#include <vmtp/host.h>

#include "../../common/clock.h"

struct delay {
    uint64_t ns; /* of the last pause; 0: there was none */
};

/* 0, -ECANCELED, or -ETIMEDOUT with the step's deadline. */
static inline int delay_wait(struct delay *delay, struct vmtp_self *self)
{
    delay->ns = delay->ns ? delay->ns * 5 / 4 : 300 * NS_PER_MS;
    if (delay->ns > 2 * NS_PER_S)
        delay->ns = 2 * NS_PER_S;
    return self->host->pause(self, clock_now_ns() + delay->ns);
}

#endif
