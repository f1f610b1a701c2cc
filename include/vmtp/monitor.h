/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitors watch endpoints, or anything else, while flows are measured.
 *
 * What a monitor emits has a subject: the name of the endpoint that it watched, or that of anything
 * else (a hypervisor, a switch).  A part ("cpu3", "eth0") makes it a figure of one piece of it.  A
 * figure of an interval has the time at which the interval ended, by this machine's
 * CLOCK_MONOTONIC; one that is told late counts at the time it is of.  What is of an endpoint
 * stands beside the trials that were measured there at that time; of the metrics that
 * <vmtp/metric.h> lists the core asks what limited them.
 *
 * Events are the run's, with their subject.  VMTP_DISTURBED and VMTP_GENERATOR_LIMITED of an
 * endpoint also mark the trials that were being measured there at their time.
 *
 * A monitor costs what is measured as little as can be.  At most 10,000 figures a second for each
 * endpoint and 20,000 different ones in a run are kept, and 200 events of one monitor are listed;
 * emit() says -ENOSPC of the rest, which is counted, and that is no reason to end.
 */
#ifndef VMTP_MONITOR_H
#define VMTP_MONITOR_H

#include <vmtp/host.h>

struct vmtp_monitor {
    size_t size;
    /* [worker] From before the first trial until the cancel fd is readable: emit samples,
     * host->pause() in between.  The endpoints last as long as the call.  Return 0 or -ECANCELED
     * when told to stop, within two seconds, in which host->process_stop() does not count: one that
     * does not is left alone, and its calls to the host are refused from then on.  Another negative
     * errno, or to return before that, is noted in the results as its failure, and the run goes on
     * without it. */
    int (*run)(struct vmtp_self *, const struct vmtp_endpoint *const *endpoints, size_t count,
               struct vmtp_error *);
};

#endif
