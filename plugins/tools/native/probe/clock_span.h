/* SPDX-License-Identifier: Apache-2.0
 *
 * The system clock of one end over the measured window: how far it is from CLOCK_MONOTONIC, whether
 * it was set meanwhile, and how wrong it may be, as whoever keeps it says before the trial and
 * after the window; nobody is asked within.  Prepared by the trial's thread, then copied to each
 * job.
 */
#ifndef PROBE_CLOCK_SPAN_H
#define PROBE_CLOCK_SPAN_H

#include "clock_jump.h"
#include "clock_state.h"

struct clock_span {
    struct clock_asker asker;
    struct clock_state before;
    struct clock_look begin;
};

/* Before the trial.  Takes a fraction of a millisecond as a rule, 0.5 s where daemons listen and do
 * not answer. */
void clock_span_prepare(struct clock_span *);
/* The window begins; takes microseconds. */
void clock_span_begin(struct clock_span *);
/* It is over: fields of the job's result.  "clock_error_ns" only where it is a bound, else
 * "clock_why". */
void clock_span_add(struct json_writer *, struct clock_span *);

#endif
