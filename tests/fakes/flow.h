/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow with a tool that has the usual metrics, and trials of it, for tests of what is made of
 * measurements.  One thread; what it returns lives until the test program ends or is freed there.
 */
#ifndef FAKES_FLOW_H
#define FAKES_FLOW_H

#include "../../core/result/trial.h"

enum { GOODPUT, SENT, RECEIVED, LOST_SOCKET, MSS, RTT, FLOW_METRICS };

struct fake_flow {
    struct component tool;
    struct variant variant;
    struct flow_spec spec;
    struct planned_flow planned;
    struct measurement measurement;
};

/* Of flow "bulk" over path "same-network"; options protocol: `protocol`. */
void fake_flow_make(struct fake_flow *flow, const char *protocol);
void fake_flow_clear(struct fake_flow *flow);
/* Another good trial, number trial_count + 1. */
struct trial *fake_trial(struct fake_flow *flow);
struct trial *fake_goodput(struct fake_flow *flow, double goodput);
struct trial *fake_failure(struct fake_flow *flow, const char *why);
/* n round trips of ns each into a trial. */
void fake_rtt(struct trial *trial, uint64_t ns, uint64_t n);

#endif
