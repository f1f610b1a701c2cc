/* SPDX-License-Identifier: Apache-2.0
 *
 * When is a flow measured well enough?  The question that the engine asks after each trial.
 *
 * One metric steers: goodput where the tool has it, else the first gauge that a trial gave a
 * final figure of.  A tool that only has distributions or counters is done after `min` trials.
 * Trials that failed count against `max` only.  Pure functions.
 */
#ifndef VMTP_RESULT_REPEAT_H
#define VMTP_RESULT_REPEAT_H

#include "trial.h"

enum repeat_state {
    REPEAT_MORE = 0,    /* run another trial */
    REPEAT_ENOUGH,      /* `min` good trials, and the precision if one is asked for */
    REPEAT_MAX_REACHED, /* `max` trials without that */
    REPEAT_HOPELESS,    /* the first `min` trials have all failed */
};

enum repeat_state repeat_state(const struct measurement *measurement, const struct repeat *repeat);

/* The row of the metric that steers; -1: none. */
int steering_metric(const struct measurement *measurement);
/* The final figures of the good trials that have one, in the order run: their number.  values has
 * room for trial_count. */
size_t measurement_finals(const struct measurement *measurement, uint32_t metric, double *values);
size_t measurement_good(const struct measurement *measurement);
/* The half width of the steering metric's interval over its median: 0.02.  NAN: there is none. */
double measurement_precision(const struct measurement *measurement);

#endif
