/* SPDX-License-Identifier: Apache-2.0
 *
 * An aggregate: what the pairs of one flow, which ran at the same time, come to together.
 *
 * Counters and rates are added up trial by trial, distributions are merged, and the sums are
 * reduced like the trials of any flow; what can't be added (a share of a CPU) is left out.  Pure,
 * but for the memory that it owns.
 */
#ifndef VMTP_RESULT_AGGREGATE_H
#define VMTP_RESULT_AGGREGATE_H

#include "result.h"

struct aggregate {
    struct measurement sum; /* owned; its flow is that of the first pair */
    struct result *result;  /* owned: of the sum */
    size_t pairs;
    uint32_t slowest, fastest; /* which pair; 0: goodput was not measured */
    double least_bps, most_bps;
    double fairness; /* of goodput: Jain's index, the median over the trials; NAN: not known */
};

/* Of so many results in a row.  0 or -ENOMEM. */
int aggregate_make(struct result *const *pairs, size_t count, struct aggregate *ret);
void aggregate_clear(struct aggregate *aggregate);

#endif
