/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow in a run: its tool's instance, from the first trial to the last.
 */
#ifndef VMTP_ENGINE_FLOW_H
#define VMTP_ENGINE_FLOW_H

#include "fleet.h"
#include "start.h"

/* What a trial is for. */
enum purpose {
    PURPOSE_OWN,    /* the flow's figures, or its search */
    PURPOSE_WIDER,  /* to learn what limits it: with twice the streams ... */
    PURPOSE_LONGER, /* ... or for twice as long */
};

struct flow {
    struct context context;
    const struct planned_flow *planned;
    struct measurement *measurement;
    struct instance *tool;
    struct vmtp_flow table; /* what the plugin is shown */
    bool opened, prepared;
    enum purpose purpose; /* of the next trial; of the thread that runs the stage */
    uint64_t begun_ns;    /* the trial, with what comes before its start */
    uint32_t failures;    /* trials that failed, since the last good one */
};

/* Find out whether and how the measurement's flow can be run, with which tool, and make the tool's
 * instance; what is in the way goes into the measurement.  [main] */
void flow_open(struct flow *flow, struct fleet *fleet, struct measurement *measurement);
void flow_close(struct flow *flow);

/* How many streams it has, as its options say. */
uint32_t flow_streams(const struct flow *flow);

/* Can it still be measured? */
bool flow_alive(const struct flow *flow);

/* [worker] One trial, waiting at start for the flows beside it; adds it to the measurement.  One
 * that is for something else than the flow's figures never fails the flow. */
void flow_trial(struct flow *flow, struct start *start, uint64_t warmup_ns);

/* The flow is given up: why, unless something said so before. */
_printf_(2, 3) void flow_fail(struct flow *flow, const char *fmt, ...);

#endif
