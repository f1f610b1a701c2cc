/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow in a run: its tool's instance, from the first trial to the last.
 */
#ifndef VMTP_ENGINE_FLOW_H
#define VMTP_ENGINE_FLOW_H

#include "fleet.h"
#include "start.h"

struct flow {
    struct context context;
    const struct planned_flow *planned;
    struct measurement *measurement;
    struct instance *tool;
    struct vmtp_flow table; /* what the plugin is shown */
    bool opened, prepared;
    uint64_t begun_ns; /* the trial, with what comes before its start */
    uint32_t failures; /* trials that failed, since the last good one */
};

/* Find out whether and how the measurement's flow can be run, with which tool, and make the tool's
 * instance; what is in the way goes into the measurement.  [main] */
void flow_open(struct flow *flow, struct fleet *fleet, struct measurement *measurement);
void flow_close(struct flow *flow);

/* Can it still be measured? */
bool flow_alive(const struct flow *flow);

/* [worker] One trial, waiting at start for the flows beside it; adds it to the measurement. */
void flow_trial(struct flow *flow, struct start *start, uint64_t warmup_ns);

/* The flow is given up: why, unless something said so before. */
_printf_(2, 3) void flow_fail(struct flow *flow, const char *fmt, ...);

#endif
