/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics to gmond through libganglia.
 *
 * libganglia ends the program when it dislikes a configuration or a name, waits for name servers
 * without a deadline and does not give back what it took; so it works in a child of ours, which is
 * ended at the deadline or a cancel and is reaped whatever happened.  One thread at a time.
 */
#ifndef GANGLIA_PUBLISH_H
#define GANGLIA_PUBLISH_H

#include "value.h"

#include <stdint.h>
#include <vmtp/error.h>

struct publish {
    const char *config; /* a gmond.conf: where its udp_send_channels lead */
    const char *place;  /* the same, as errors call it */
    const char *group;
    bool spoof;
    unsigned int tmax_s, dmax_s;
    const struct values *values;
    uint64_t deadline_ns; /* CLOCK_MONOTONIC */
    int cancel_fd;
};

int publish(const struct publish *publish, struct vmtp_error *err);

#endif
