/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of one trial as the controller gave them, every number within its bounds.
 * Constant once the trial runs.
 */
#ifndef PROBE_PARAMS_H
#define PROBE_PARAMS_H

#include <vmtp/error.h>

#include "json.h"

enum wait_mode { WAIT_AUTO, WAIT_BLOCK, WAIT_SPIN };

struct params {
    bool server, udp, latency, up, down, offload, discard;
    enum wait_mode wait;
    uint64_t trial, token, port, family;
    uint64_t connections; /* in each direction */
    uint64_t rate_bps;    /* over all connections of a direction; 0: as fast as it can */
    uint64_t length;      /* bytes of a write or a datagram */
    uint64_t frequency, request, response;
    uint64_t cpu; /* 1..: run the job on that one of the CPUs that the probe may use; 0: any */
    uint64_t mss, dscp, send_buffer, receive_buffer;
    uint64_t warmup_ns, duration_ns, interval_ns;
    char address[64], congestion[16];
};

int params_read(struct params *, const struct json_object *, struct vmtp_error *);

#endif
