/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitors watch endpoints, or anything else, while flows are measured.
 */
#ifndef VMTP_MONITOR_H
#define VMTP_MONITOR_H

#include <vmtp/host.h>

struct vmtp_monitor {
    size_t size;
    /* [worker] From before the first trial until the cancel fd is readable: emit samples with the
     * endpoint's name as subject, host->pause() in between.  Return 0 or -ECANCELED when told to
     * stop; another negative errno is noted in the results, and the run goes on without it. */
    int (*run)(struct vmtp_self *, const struct vmtp_endpoint *const *endpoints, size_t count,
               struct vmtp_error *);
};

#endif
